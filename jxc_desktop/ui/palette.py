"""Ctrl+K: every function, document, partner and item behind one field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.shortcuts import shown
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.tasks import TaskRunner, Ticket
from jxc_desktop.ui.widgets import SearchBox, label

FUNCTION, DOCUMENT, PARTNER, ITEM = "/", "#", "@", "."
SHOWN, ROW, WIDTH = 10, 36, 560
PAUSE = 120  # ms of not typing before the database is asked
_HIT = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class PaletteHit:
    """One thing to go to; `keys` is its shortcut, shown so that it is learnt."""

    title: str
    detail: str = ""
    icon: str = "zap"
    keys: str = ""
    run: Callable[[], object] = lambda: None


Provider = Callable[[str], list[PaletteHit]]


@dataclass(frozen=True)
class _Slow:
    """`query(text)` runs on a worker and must not touch Qt; `to_hits` makes hits of its rows here."""

    query: Callable[[str], Any]
    to_hits: Callable[[Any], list[PaletteHit]]


class _Hits(QAbstractListModel):
    def __init__(self, parent: QObject):
        super().__init__(parent)
        self.hits: list[PaletteHit] = []

    def show(self, hits: Sequence[PaletteHit]) -> None:
        self.beginResetModel()
        self.hits = list(hits)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hits[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(part for part in (hit.title, hit.detail, shown(hit.keys)) if part)
        return hit if role == _HIT else None


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit: PaletteHit = index.data(_HIT)
        area, sizes = option.rect, theme.current().sizes
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.colour("sel"))
            painter.drawRoundedRect(QRectF(area), 5, 5)
            painter.fillRect(QRect(area.left(), area.top() + 9, 3, area.height() - 18), theme.colour("selbar"))
        painter.drawPixmap(area.left() + 12, area.center().y() - 8, icons.pixmap(hit.icon, "text2", 16))
        right = area.right() - 10
        if hit.keys:
            right = self._draw_keys(painter, shown(hit.keys), right, area)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        room = QRect(area.left() + 38, area.top(), right - area.left() - 46, area.height())
        title = QFontMetrics(painter.font()).elidedText(hit.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        room.setLeft(room.left() + QFontMetrics(painter.font()).horizontalAdvance(title) + 10)
        painter.setFont(theme.font(sizes.caption))
        painter.setPen(theme.colour("text3"))
        detail = QFontMetrics(painter.font()).elidedText(hit.detail, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()

    def _draw_keys(self, painter: QPainter, keys: str, right: int, area: QRect) -> int:
        font = theme.font(theme.current().sizes.kbd)
        width = QFontMetrics(font).horizontalAdvance(keys) + 12
        box = QRectF(right - width - 0.5, area.center().y() - 8.5, width, 18)
        painter.setPen(theme.colour("border"))
        painter.setBrush(theme.colour("kbd"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("text2"))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, keys)
        return int(box.left()) - 8


class Palette(QFrame):
    """Lies over the window, takes the focus while it is open and gives it back."""

    def __init__(self, window: QWidget, tasks: TaskRunner):
        super().__init__(window)
        self._window, self._tasks = window, tasks
        self._fast: list[tuple[str, Provider]] = []
        self._slow: list[tuple[str, _Slow]] = []
        self._tickets: list[Ticket] = []
        self._before: QWidget | None = None
        self.setObjectName("palette")
        self.setAccessibleName(tr("Search"))
        self.field = SearchBox(tr("Search functions, documents, items, partners"))
        self.list = QListView()
        self.list.setAccessibleName(tr("Results"))
        self.list.setItemDelegate(_HitDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.model = _Hits(self)
        self.list.setModel(self.model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self._hint = label(tr("/ functions   # documents   @ partners   . items"), "hint")
        self._hint.setContentsMargins(16, 6, 16, 8)
        layout.addWidget(self._hint)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(theme.colour("shadow"))
        self.setGraphicsEffect(shadow)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask_slow)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda *_: self._take())
        self.hide()

    def add_provider(self, prefix: str, provider: Provider) -> None:
        """A quick one, called at every letter: FUNCTION, DOCUMENT, PARTNER or ITEM, text -> hits."""
        self._fast.append((prefix, provider))

    def add_query(self, prefix: str, query: Callable[[str], Any],
                  to_hits: Callable[[Any], list[PaletteHit]]) -> None:
        """One that asks the database: `query(text)` on a worker, its rows made into hits here."""
        self._slow.append((prefix, _Slow(query, to_hits)))

    def open(self, text: str = "") -> None:
        self._before = self._window.focusWidget()
        width = min(WIDTH, self._window.width() - 40)
        self.setFixedWidth(width)
        self.move((self._window.width() - width) // 2, 6)
        self.field.setText(text)
        self._search(text)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        self._forget()
        self.hide()
        if self._before and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            key = event.key()  # type: ignore[attr-defined]
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: SHOWN - 1,
                    Qt.Key.Key_PageUp: 1 - SHOWN}.get(key)
            if step:
                self._move(step)
            elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
            elif key == Qt.Key.Key_Escape:
                self.close_palette()
            else:
                return False
            return True
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            QTimer.singleShot(0, self._close_if_left)
        return False

    def _close_if_left(self) -> None:
        if self.isVisible() and not self.isAncestorOf(self._window.focusWidget() or self._window):
            self._before = None
            self.close_palette()

    def _search(self, text: str) -> None:
        self._forget()
        prefix, wanted = self._split(text)
        hits = [hit for p, provider in self._fast if prefix in ("", p) for hit in provider(wanted)]
        self._show(hits)
        if wanted:
            self._pause.start()

    def _split(self, text: str) -> tuple[str, str]:
        text = text.strip()
        known = {FUNCTION, DOCUMENT, PARTNER, ITEM}
        return (text[0], text[1:].strip()) if text[:1] in known else ("", text)

    def _ask_slow(self) -> None:
        prefix, wanted = self._split(self.field.text())
        for p, slow in self._slow:
            if prefix in ("", p):
                ticket = self._tasks.run(slow.query, wanted, write=False, done=partial(self._add_rows, slow))
                if ticket:
                    self._tickets.append(ticket)

    def _add_rows(self, slow: _Slow, rows: Any) -> None:
        hits = slow.to_hits(rows)
        if self.isVisible() and hits:
            self._show([*self.model.hits, *hits], self.list.currentIndex().row())

    def _forget(self) -> None:
        self._pause.stop()
        for ticket in self._tickets:
            ticket.forget()
        self._tickets.clear()

    def _show(self, hits: Sequence[PaletteHit], row: int = 0) -> None:
        self.model.show(hits)
        self.list.setCurrentIndex(self.model.index(max(row, 0)))
        self.list.setFixedHeight(min(len(hits), SHOWN) * ROW + (10 if hits else 0))
        self._hint.setText(tr("/ functions   # documents   @ partners   . items") if hits or not self.field.text()
                           else tr("Nothing found for '{text}'", text=self.field.text()))
        self.adjustSize()

    def _move(self, by: int) -> None:
        if count := self.model.rowCount():
            row = self.list.currentIndex().row() + by
            row = row % count if abs(by) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self.model.index(row))

    def _take(self) -> None:
        row = self.list.currentIndex().row()
        if 0 <= row < len(self.model.hits):
            hit = self.model.hits[row]
            self.close_palette()
            hit.run()
