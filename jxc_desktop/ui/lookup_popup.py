"""The list under a field while it is typed into. It never takes the focus: the field keeps the keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QGraphicsDropShadowEffect, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.matching import Span
from jxc_desktop.ui.tokens import Tone

VISIBLE_ROWS, _LEAST = 8, 3
_HEAD, _FOOT, _EDGE, _PAD = 26, 26, 6, 8


class Match(NamedTuple):
    """A hit and where its name met the query."""

    hit: Any
    span: Span | None = None


class Shown(NamedTuple):
    """A cell of the list."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True)
class LookupColumn:
    """A column of the list. `title` is a message id; the `name` column shows matched characters in bold."""

    title: str
    width: int
    read: Callable[[Any], Shown]
    figure: bool = False
    name: bool = False
    muted: bool = False


class LookupPopup(QWidget):
    """Painted in one go; a child of the window, so that no other window ever opens."""

    chosen = Signal(int)

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Matches"))
        self.setMouseTracking(True)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(*theme.current().colours.shadow))
        self.setGraphicsEffect(shadow)
        self.columns: Sequence[LookupColumn] = ()
        self.matches: Sequence[Match] = ()
        self.current, self._first, self._keys = 0, 0, ""
        self._visible = VISIBLE_ROWS
        self.hide()

    def show_matches(self, columns: Sequence[LookupColumn], matches: Sequence[Match], keys: str,
                     anchor: QRect, room: QRect) -> None:
        """List `matches` at `anchor`, inside `room` (both in the window's coordinates); `keys` explains the foot."""
        self.columns, self.matches, self._keys = columns, matches, keys
        self.current, self._first = 0, 0
        frame, rows = _HEAD + _FOOT + 2 * 2, min(VISIBLE_ROWS, max(1, len(matches)))
        below, above = room.bottom() - anchor.bottom() - 3, anchor.top() - room.top() - 3  # so much room
        under = below >= frame + rows * self._row or below >= above
        fits = ((below if under else above) - frame) // self._row
        self._visible = rows = min(rows, max(fits, _LEAST))  # it may scroll, but not cover what follows
        height = frame + rows * self._row
        top = anchor.bottom() + 3 if under else anchor.top() - height - 3
        width = sum(c.width for c in columns) + 2 * _EDGE
        left = max(room.left(), min(anchor.left(), room.right() - width))
        self.setGeometry(left, top, width, height)
        self.raise_()
        self.show()
        self.update()

    def move_by(self, rows: int) -> None:
        """Move the bar, and scroll with it."""
        if self.matches:
            self.current = max(0, min(len(self.matches) - 1, self.current + rows))
            self._first = max(self.current - self._visible + 1, min(self._first, self.current))
            self.update()

    def spoken(self) -> str:
        """The current row in words, for screen readers."""
        if not self.matches:
            return tr("No match")
        return ", ".join(t for c in self.columns if (t := c.read(self.matches[self.current].hit).text))

    @property
    def _row(self) -> int:
        return theme.current().sizes.lookup_row

    def _row_at(self, y: int) -> int:
        row = self._first + (y - _HEAD) // self._row
        return row if y >= _HEAD and row < min(len(self.matches), self._first + self._visible) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (row := self._row_at(event.position().toPoint().y())) >= 0:
            self.chosen.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (row := self._row_at(event.position().toPoint().y())) >= 0 and row != self.current:
            self.current = row
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.move_by(-1 if event.angleDelta().y() > 0 else 1)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("ctl"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        self._draw_head(painter)
        for number, match in enumerate(self.matches[self._first:self._first + self._visible]):
            self._draw_row(painter, self._first + number, _HEAD + number * self._row, match)
        if not self.matches:
            painter.setPen(theme.colour("text2"))
            painter.drawText(QRect(_EDGE + _PAD, _HEAD, self.width(), self._row),
                             Qt.AlignmentFlag.AlignVCenter, tr("No match"))
        self._draw_foot(painter)

    def _draw_head(self, painter: QPainter) -> None:
        painter.setFont(theme.font(theme.current().sizes.caption))
        painter.setPen(theme.colour("text2"))
        for column, area in self._areas(2, _HEAD - 2):
            painter.drawText(area, _side(column), tr(column.title))
        painter.setPen(theme.colour("line"))
        painter.drawLine(1, _HEAD - 1, self.width() - 2, _HEAD - 1)

    def _draw_row(self, painter: QPainter, number: int, top: int, match: Match) -> None:
        if number == self.current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("sel"))
            painter.drawRoundedRect(QRectF(4, top + 1, self.width() - 8, self._row - 2), 4, 4)
            painter.fillRect(QRect(4, top + 7, 3, self._row - 14), theme.colour("selbar"))
        for column, area in self._areas(top, self._row):
            shown = column.read(match.hit)
            token = theme.current().colours.tone(shown.tone)[0] if shown.tone else "text2" if column.muted else "text"
            painter.setPen(theme.colour(token))
            painter.setFont(theme.font(figures=not column.name))
            if column.name and match.span:
                self._draw_name(painter, area, shown.text, match.span)
            else:
                text = QFontMetrics(painter.font()).elidedText(shown.text, Qt.TextElideMode.ElideRight, area.width())
                painter.drawText(area, _side(column), text)

    def _draw_name(self, painter: QPainter, area: QRect, name: str, span: Span) -> None:
        """The matched run in bold accent."""
        left = area.left()
        painter.save()
        painter.setClipRect(area)
        for text, hit in ((name[:span[0]], False), (name[span[0]:span[1]], True), (name[span[1]:], False)):
            painter.setFont(theme.font(bold=hit))
            painter.setPen(theme.colour("accent" if hit else "text"))
            painter.drawText(QRect(QPoint(left, area.top()), area.size()), Qt.AlignmentFlag.AlignVCenter, text)
            left += QFontMetrics(painter.font()).horizontalAdvance(text)
        painter.restore()

    def _draw_foot(self, painter: QPainter) -> None:
        top = self.height() - _FOOT - 1
        painter.setPen(theme.colour("line"))
        painter.drawLine(1, top, self.width() - 2, top)
        painter.setFont(theme.font(theme.current().sizes.caption))
        painter.setPen(theme.colour("text2"))
        area = QRect(_EDGE + _PAD, top, self.width() - 2 * (_EDGE + _PAD), _FOOT)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._keys)
        found = tr("{count} match(es) · Esc closes", count=len(self.matches))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, found)

    def _areas(self, top: int, height: int) -> list[tuple[LookupColumn, QRect]]:
        left, areas = _EDGE, []
        for column in self.columns:
            areas.append((column, QRect(left + _PAD, top, column.width - 2 * _PAD, height)))
            left += column.width
        return areas


def _side(column: LookupColumn) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignVCenter | (
        Qt.AlignmentFlag.AlignRight if column.figure else Qt.AlignmentFlag.AlignLeft)
