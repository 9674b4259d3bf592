"""The white panel that everything stands on."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from jxc_desktop.ui import theme


class Card(QFrame):
    """A white panel with a hairline; `body` is its layout."""

    def __init__(self, parent: QWidget | None = None, *, padded: bool = True):
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        sizes = theme.current().sizes
        margins = (sizes.card_x, sizes.card_y) if padded else (1, 1)
        self.body.setContentsMargins(*margins, *margins)
        self.body.setSpacing(sizes.gap if padded else 0)
        self._rim = None if padded else _Rim(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._rim:
            self._rim.setGeometry(self.rect())
            self._rim.raise_()


class _Rim(QWidget):
    """Rounds off what fills a card to its corners."""

    RADIUS = 8

    def __init__(self, card: QWidget):
        super().__init__(card)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole, inner = QPainterPath(), QPainterPath()
        whole.addRect(QRectF(self.rect()))
        inner.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self.RADIUS, self.RADIUS)
        painter.fillPath(whole.subtracted(inner), theme.colour("canvas"))
        painter.setPen(theme.colour("border"))
        painter.drawPath(inner)
