"""A word on a tinted ground, painted: in cells, in lists, at the navigation."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from jxc_desktop.ui import theme
from jxc_desktop.ui.tokens import Tone

PILL_PAD = 13


def draw_pill(painter: QPainter, left: int, area: QRect, text: str, tone: Tone | str) -> int:
    """A word on a tinted ground, `left` px from the left of `area`; returns its width."""
    ink, ground = theme.current().colours.tone(tone)
    font = theme.font(theme.current().sizes.caption, figures=True)
    width = QFontMetrics(font).horizontalAdvance(text) + PILL_PAD
    pill = QRectF(area.left() + left, area.center().y() - 9, width, 19)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(ground))
    painter.drawRoundedRect(pill, 4, 4)
    painter.setFont(font)
    painter.setPen(theme.colour(ink))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
    return width
