"""Small pictures of figures in the colours of the theme."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from jxc_desktop import values
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.tokens import Tone

_ALIGN = Qt.AlignmentFlag
_DOT = 3.5


class Figure(QAbstractButton):
    """One figure of the day on a card; a click goes to what it is made of."""

    HEIGHT = 84

    def __init__(self, title: str, icon: str):
        super().__init__()
        self._icon, self._value, self._note, self._tone = icon, "", "", ""
        self.setText(title)
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_value("")

    def show_value(self, value: str, note: str = "", tone: Tone | None = None) -> None:
        self._value, self._note = value, note
        self._tone = theme.current().colours.tone(tone)[0] if tone else "text"
        self.setAccessibleName(f"{self.text()} {value} {note}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, sizes = QPainter(self), theme.current().sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus()
        edge = "accent" if ring else "ctl" if self.underMouse() else "border"
        painter.setPen(QPen(theme.colour(edge), 2 if ring else 1))
        painter.setBrush(theme.colour("surface"))
        inset = 1 if ring else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
        room = self.rect().adjusted(16, 12, -16, -10)
        painter.drawPixmap(room.right() - 18, room.top(), icons.pixmap(self._icon, "text3", 18))
        for text, size, ink, bold, align in (
                (self.text(), sizes.caption, "text2", False, _ALIGN.AlignTop),
                (self._value, sizes.total + 2, self._tone, True, _ALIGN.AlignVCenter),
                (self._note, sizes.caption, "text3", False, _ALIGN.AlignBottom)):
            painter.setFont(theme.font(size, bold=bold, figures=True))
            painter.setPen(theme.colour(ink))
            painter.drawText(room, _ALIGN.AlignLeft | align, text)


@dataclass(frozen=True)
class Point:
    day: dt.date
    value: Decimal


class LineChart(QWidget):
    """Values by day; the day under the mouse tells its value."""

    LEFT, RIGHT, TOP, BOTTOM = 58, 14, 12, 24

    def __init__(self, title: str):
        super().__init__()
        self._title, self._at = title, -1
        self._points: list[Point] = []
        self.setMouseTracking(True)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    def show_points(self, points: Sequence[Point]) -> None:
        self._points, self._at = list(points), -1
        total = sum((p.value for p in points), Decimal(0))
        self.setAccessibleName(f"{self._title} {values.grouped(total, 2)}")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if len(self._points) < 2:
            return
        step = self._room().width() / (len(self._points) - 1)
        at = min(max(round((event.position().x() - self._room().left()) / step), 0), len(self._points) - 1)
        if at != self._at:
            self._at = at
            point = self._points[at]
            QToolTip.showText(event.globalPosition().toPoint(), f"{point.day}   {values.grouped(point.value, 2)}", self)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, room = QPainter(self), self._room()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.current().sizes.kbd, figures=True))
        top = nice_top(max((p.value for p in self._points), default=Decimal(0)))
        self._draw_grid(painter, room, top)
        if len(self._points) < 2:
            return
        places = self._places(room, top)
        self._draw_days(painter, room)
        line = QPainterPath(places[0])
        for place in places[1:]:
            line.lineTo(place)
        area = QPainterPath(line)
        area.lineTo(room.right(), room.bottom())
        area.lineTo(room.left(), room.bottom())
        painter.fillPath(area, self._wash(room))
        painter.setPen(QPen(theme.colour("selbar"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                            Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(places[self._at], _DOT, _DOT)

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(self.LEFT, self.TOP, -self.RIGHT, -self.BOTTOM)

    def _places(self, room: QRectF, top: Decimal) -> list[QPointF]:
        step = room.width() / (len(self._points) - 1)
        return [QPointF(room.left() + n * step, room.bottom() - room.height() * max(float(p.value / top), 0.0))
                for n, p in enumerate(self._points)]

    def _wash(self, room: QRectF) -> QBrush:
        wash, clear = QLinearGradient(room.topLeft(), room.bottomLeft()), QColor(theme.colour("selbar"))
        clear.setAlpha(46)
        wash.setColorAt(0, clear)
        clear = QColor(clear)
        clear.setAlpha(0)
        wash.setColorAt(1, clear)
        return QBrush(wash)

    def _draw_grid(self, painter: QPainter, room: QRectF, top: Decimal) -> None:
        for part in range(5):
            y = round(room.bottom() - room.height() * part / 4)
            painter.setPen(theme.colour("line"))
            painter.drawLine(int(room.left()), y, int(room.right()), y)
            painter.setPen(theme.colour("text3"))
            painter.drawText(QRectF(0, y - 9, self.LEFT - 8, 18), _ALIGN.AlignRight | _ALIGN.AlignVCenter,
                             values.grouped(values.quantity(top * part / 4)))

    def _draw_days(self, painter: QPainter, room: QRectF) -> None:
        painter.setPen(theme.colour("text3"))
        step = room.width() / (len(self._points) - 1)
        every = max(1, round(len(self._points) / max(2, room.width() / 90)))
        for n in range(len(self._points) - 1, -1, -every):
            x = room.left() + n * step
            place = QRectF(min(x - 30, self.width() - 60), room.bottom() + 5, 60, 16)
            painter.drawText(place, _ALIGN.AlignCenter, f"{self._points[n].day:%m-%d}")


def nice_top(largest: Decimal) -> Decimal:
    """A round number a little above `largest`, so that the grid has round labels."""
    if largest <= 0:
        return Decimal(4)
    unit = Decimal(10) ** largest.adjusted()
    return next(unit * n for n in map(Decimal, ("1", "1.2", "1.6", "2", "2.4", "3.2", "4", "6", "8", "10", "12"))
                if unit * n >= largest)


@dataclass(frozen=True)
class Bar:
    name: str
    value: Decimal
    key: str = ""


class BarList(QWidget):
    """Ranked names with bars; Enter or a click opens one."""

    ROW = 32

    def __init__(self, title: str, on_open: Callable[[str], object]):
        super().__init__()
        self._title, self._on_open = title, on_open
        self._bars: list[Bar] = []
        self._at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self._bars, self._at = list(bars), -1
        self.update()

    def _row(self) -> int:
        return max(18, min(self.ROW, self.height() // max(len(self._bars), 1)))

    def _go(self, at: int) -> None:
        self._at = min(max(at, 0), len(self._bars) - 1)
        if self._bars:
            bar = self._bars[self._at]
            self.setAccessibleDescription(f"{bar.name} {values.grouped(bar.value, 2)}")
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step and self._bars:
            self._go(self._at + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._at < len(self._bars):
            self._on_open(self._bars[self._at].key)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self._go(max(self._at, 0))
        super().focusInEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = int(event.position().y() // self._row())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._at < len(self._bars) else Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = int(event.position().y() // self._row())
        if 0 <= at < len(self._bars):
            self._on_open(self._bars[at].key)

    def leaveEvent(self, event: QEvent) -> None:
        self._at = -1
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, height = QPainter(self), self._row()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, figures = theme.font(), theme.font(bold=True, figures=True)
        largest = max((bar.value for bar in self._bars), default=Decimal(1)) or Decimal(1)
        wide = QFontMetrics(figures).horizontalAdvance
        right = max((wide(values.grouped(b.value, 2)) for b in self._bars), default=0)
        name = int((self.width() - right) * 0.46)
        for n, bar in enumerate(self._bars):
            area = QRect(0, n * height, self.width(), height)
            if n == self._at:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("hover"))
                painter.drawRoundedRect(area, 4, 4)
            painter.setFont(font)
            painter.setPen(theme.colour("text3"))
            painter.drawText(QRect(4, area.top(), 18, height), _ALIGN.AlignVCenter, str(n + 1))
            painter.setPen(theme.colour("text"))
            text = QFontMetrics(font).elidedText(bar.name, Qt.TextElideMode.ElideRight, name - 36)
            painter.drawText(QRect(26, area.top(), name - 30, height), _ALIGN.AlignVCenter, text)
            painter.setFont(figures)
            painter.drawText(area.adjusted(0, 0, -4, 0), _ALIGN.AlignRight | _ALIGN.AlignVCenter,
                             values.grouped(bar.value, 2))
            room = self.width() - name - right - 24
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selbar"))
            width = max(2.0, room * float(max(bar.value, Decimal(0)) / largest))
            painter.drawRoundedRect(QRectF(name + 4, area.center().y() - 2.5, width, 6), 3, 3)
