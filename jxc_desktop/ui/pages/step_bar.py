"""Where one is in a sequence of steps."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme

_DISC, _GAP, _LINE = 22, 8, 36


class StepBar(QWidget):
    """Numbers with names; those done carry a tick."""

    def __init__(self, titles: Sequence[str]):
        super().__init__()
        self._titles, self._at = list(titles), 0
        self.setFixedHeight(30)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_step(0)

    def show_step(self, at: int) -> None:
        self._at = at
        self.setAccessibleName(tr("Step {number} of {count}: {title}", number=at + 1, count=len(self._titles),
                                  title=self._titles[at]))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(500, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, x, middle = QPainter(self), 0, self.height() // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, title in enumerate(self._titles):
            reached = number <= self._at
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("fill" if number == self._at else "sel" if reached else "chip"))
            disc = QRectF(x, middle - _DISC / 2, _DISC, _DISC)
            painter.drawEllipse(disc)
            if number < self._at:
                painter.drawPixmap(x + 4, middle - 7, icons.pixmap("check", "accent", 14))
            else:
                painter.setFont(theme.font(theme.current().sizes.caption, bold=True, figures=True))
                painter.setPen(theme.colour("on" if reached else "text2"))
                painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number + 1))
            x += _DISC + _GAP
            painter.setFont(theme.font(bold=number == self._at))
            painter.setPen(theme.colour("text" if reached else "text3"))
            width = QFontMetrics(painter.font()).horizontalAdvance(title)
            painter.drawText(QRect(x, 0, width + 4, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
            x += width + _GAP
            if number + 1 < len(self._titles):
                painter.setPen(theme.colour("border"))
                painter.drawLine(x, middle, x + _LINE - _GAP, middle)
                x += _LINE
