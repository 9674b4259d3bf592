"""A few rows to go to: an icon, what, details, a figure, a word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.pill import PILL_PAD, draw_pill
from jxc_desktop.ui.tokens import Tone

_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True)
class ShortRow:
    """`key` is the page that the row opens; `word` in `tone` is its state."""

    title: str
    detail: str = ""
    figure: str = ""
    key: str = ""
    icon: str = "file-text"
    tone: Tone = Tone.NEUTRAL
    word: str = ""


class ShortList(QWidget):
    """Shows as many rows as there is room for; arrows and Enter work, the mouse too."""

    ROW = 28

    def __init__(self, on_open: Callable[[str], object]):
        super().__init__()
        self._on_open = on_open
        self._rows: list[ShortRow] = []
        self._empty, self._at = "", -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def rows(self) -> Sequence[ShortRow]:
        return self._rows

    def show_rows(self, rows: Sequence[ShortRow], empty: str = "") -> None:
        self._rows, self._empty = list(rows), empty
        self._at = min(self._at, len(self._rows) - 1)
        self.setAccessibleName("; ".join(f"{r.title} {r.word} {r.detail} {r.figure}" for r in rows) or empty)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 5 * self.ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 3 * self.ROW)

    def _shown(self) -> Sequence[ShortRow]:
        return self._rows[:max(1, self.height() // self.ROW)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, shown = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key())), self._shown()
        if step and shown:
            self._at = (self._at + step) % len(shown)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._at < len(shown):
            self._on_open(shown[self._at].key)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.MouseFocusReason and self._rows:
            self._at = max(self._at, 0)
        super().focusInEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = int(event.position().y() // self.ROW)
        self._at = at if 0 <= at < len(self._shown()) else -1
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._at >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if 0 <= self._at < len(self._shown()):
            self._on_open(self._shown()[self._at].key)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._at = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._rows:
            painter.setFont(theme.font())
            painter.setPen(theme.colour("text3"))
            painter.drawText(self.rect(), _ALIGN.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty)
        for n, row in enumerate(self._shown()):
            self._draw(painter, row, QRect(0, n * self.ROW, self.width(), self.ROW), n == self._at)

    def _draw(self, painter: QPainter, row: ShortRow, area: QRect, current: bool) -> None:
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("sel" if self.hasFocus() else "hover"))
            painter.drawRoundedRect(area, 4, 4)
        painter.drawPixmap(4, area.center().y() - 7, icons.pixmap(row.icon, "text3", 16))
        figures, small = theme.font(bold=True, figures=True), theme.font(theme.current().sizes.caption, figures=True)
        right = self.width() - 4
        if row.figure:
            width = QFontMetrics(figures).horizontalAdvance(row.figure)
            painter.setFont(figures)
            painter.setPen(theme.colour("text"))
            painter.drawText(QRect(right - width, area.top(), width, area.height()), _ALIGN.AlignVCenter, row.figure)
            right -= width + 12
        left, room = 28, right - 28
        word = QFontMetrics(small).horizontalAdvance(row.word) + PILL_PAD + 8 if row.word else 0
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        title = QFontMetrics(painter.font()).elidedText(row.title, Qt.TextElideMode.ElideRight, room - word)
        painter.drawText(QRect(left, area.top(), room, area.height()), _ALIGN.AlignVCenter, title)
        left += QFontMetrics(painter.font()).horizontalAdvance(title) + 8
        if row.word:
            draw_pill(painter, left, area, row.word, row.tone)
            left += word
        painter.setFont(small)
        painter.setPen(theme.colour("text3"))
        detail = QFontMetrics(small).elidedText(row.detail, Qt.TextElideMode.ElideRight, max(right - left, 0))
        painter.drawText(QRect(left, area.top(), max(right - left, 0), area.height()), _ALIGN.AlignVCenter, detail)
