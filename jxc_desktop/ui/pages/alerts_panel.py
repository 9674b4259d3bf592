"""What the bell shows: what needs somebody, in families, each with one sentence and one thing to do."""

import datetime as dt
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services import alerts, notices
from jxc_desktop.services.queries.flows import Bell
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.alert_card import AlertCard
from jxc_desktop.ui.pages.bell_entries import (
    ORDER,
    Entry,
    Family,
    action_of,
    delivery_of,
    grouped_by_family,
    order_for,
    snoozes,
)
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, EmptyState, IconLabel, KeyHint, label

_WIDTH, _HEIGHT, _MARGIN = 640, 620, 8
FEW = 4  # of a family; the rest is one click away
_MOST = 60
_TONES = {"warn": Tone.WARN, "bad": Tone.BAD, "ok": Tone.OK, "accent": Tone.ACCENT}


class AlertsPanel(QFrame):
    """A child of the window, under its bell."""

    open_wanted = Signal(str)

    def __init__(self, context: Any, window: QWidget):
        super().__init__(window)
        self._window, self._before = window, window.focusWidget()
        self._anchor: QWidget | None = None
        self._context, self._operations = context, Operations(context, self)
        self._bell, self._whole = Bell([], []), set[str]()  # titles of families that are shown to the end
        self.cards: list[AlertCard] = []
        self.setObjectName("palette")
        self.setAccessibleName(tr("Alerts"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
        layout, head = QVBoxLayout(self), QHBoxLayout()
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(0)
        head.setContentsMargins(12, 6, 4, 6)
        head.addWidget(label(tr("Notices and alerts"), "h1"))
        head.addStretch(1)
        close = Button("", "x", "Esc", Role.GHOST, accessible_name=tr("Close"))
        close.clicked.connect(lambda checked=False: self.leave())
        for text, icon, key in ((tr("Approvals"), "clipboard-check", "waiting"),
                                (tr("Stock query"), "package", "stock")):
            button = Button(text, icon, role=Role.GHOST)
            button.clicked.connect(lambda checked=False, key=key: self._go(key))
            head.addWidget(button)
        head.addWidget(close)
        layout.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self._area, 1)
        layout.addLayout(_keys())
        context.changes.committed.connect(self._committed)
        self.destroyed.connect(self._operations.close)

    def popup(self, anchor: QWidget) -> None:
        """Show it under the bell, or hide it."""
        if self.isVisible():
            self.leave()
            return
        window, self._anchor = self._window, anchor
        self._before = window.focusWidget()
        below = anchor.mapTo(window, QPoint(0, anchor.height() + 6))
        left = min(below.x(), window.width() - _WIDTH - _MARGIN)
        self.setGeometry(left, below.y(), _WIDTH, min(_HEIGHT, window.height() - below.y() - _MARGIN))
        self._whole.clear()
        self.raise_()
        self.show()
        self.reload()

    def leave(self) -> None:
        """Close it and give the focus back: first, or hiding gives it to whatever comes next."""
        if self._before and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def reload(self) -> None:
        self._operations.read(self._context.queries.bell, done=self._show, failed=lambda error: None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def hideEvent(self, event: QHideEvent) -> None:
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click elsewhere closes it; one on the bell does so by itself, one in a menu of ours is none elsewhere."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget) and watched is not self \
                and not self.isAncestorOf(watched) and watched is not self._anchor and not isinstance(watched, QMenu):
            self.hide()
        return False

    def _committed(self, changes: frozenset[tuple[str, int]], initiator: object) -> None:
        if self.isVisible() and any(entity in ("alert", "notice") for entity, _ in changes):
            self.reload()

    def _show(self, bell: Bell) -> None:
        """All families; the card that had the focus keeps it, or the one in its place."""
        held = QApplication.focusWidget()
        at = next((n for n, card in enumerate(self.cards) if held and (card is held or card.isAncestorOf(held))), 0)
        scrolled = self._area.verticalScrollBar().value()
        self._bell, body = bell, QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        self.cards, families = [], grouped_by_family(bell)
        for family, entries in families:
            column.addLayout(_heading(family, len(entries)))
            whole = family.title in self._whole or len(entries) <= FEW + 1
            for entry in entries[:_MOST if whole else FEW]:
                self.cards.append(self._card(entry))
                column.addWidget(self.cards[-1])
            if not whole:
                column.addLayout(self._more(family, len(entries)))
        if not families:
            column.addWidget(EmptyState("circle-check", tr("All is well: nothing waits, nothing is low")), 1)
        column.addStretch(1)
        self._area.setWidget(body)
        body.setAutoFillBackground(False)  # setting it fills it
        if self.cards and self.isVisible():  # else it was closed meanwhile, and the focus is elsewhere
            self.cards[min(at, len(self.cards) - 1)].setFocus(Qt.FocusReason.PopupFocusReason)
            self._area.verticalScrollBar().setValue(scrolled)

    def _more(self, family: Family, count: int) -> QHBoxLayout:
        row, button = QHBoxLayout(), Button(tr("Show all {count}", count=count), role=Role.LINK)
        row.setContentsMargins(8, 0, 8, 2)
        row.addWidget(button)
        row.addStretch(1)

        def unfold() -> None:
            self._whole.add(family.title)
            self._show(self._bell)

        button.clicked.connect(lambda checked=False: unfold())
        return row

    def _card(self, entry: Entry) -> AlertCard:
        how, words = action_of(entry, self._context.actor.may)
        card = AlertCard(entry, words, dt.datetime.now(dt.UTC).replace(tzinfo=None))
        card.look = partial(self._go, entry.page)
        card.action.clicked.connect(lambda checked=False: self._act(entry, how))
        card.snooze.clicked.connect(lambda checked=False: self._put_off(entry, card.snooze))
        card.dismiss.clicked.connect(lambda checked=False: self._operations.execute(
            notices.dismiss, entry.notice.id, done=lambda outcome: self.reload(), failed=self._failed))
        return card

    def _act(self, entry: Entry, how: str) -> None:
        if how == "order" and entry.alert:
            self._order(entry)
        elif how == "buy":
            self._go(f"document/{ORDER}/from-{entry.notice.document_id}")
        elif how == "deliver":
            self._operations.read(delivery_of, self._context.queries, entry.notice.document_id, done=self._go)
        else:
            self._go(entry.page)

    def _order(self, entry: Entry) -> None:
        """A new order with the missing quantity: through the journal, where its editor looks for drafts."""
        assert entry.alert
        key = f"document/{ORDER}/new-alert{entry.alert.item_id}"

        def take(draft: Draft) -> None:
            self._context.journal.write(key.replace("/", "_"), draft)
            self._go(key)

        self._operations.read(order_for, self._context.queries, entry.alert, done=take)

    def _put_off(self, entry: Entry, anchor: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, until in snoozes(dt.datetime.now().astimezone()):
            menu.addAction(text).triggered.connect(lambda checked=False, until=until: self.snooze(entry, until))
        menu.popup(anchor.mapToGlobal(QPoint(0, anchor.height())))

    def snooze(self, entry: Entry, until: dt.datetime) -> None:
        """Do not tell of it before a moment (UTC)."""
        command, number = (alerts.snooze, entry.alert.id) if entry.alert else (notices.snooze, entry.notice.id)
        self._operations.execute(command, number, until, done=lambda outcome: self.reload(), failed=self._failed)

    def _failed(self, error: Exception) -> None:
        """Somebody else saw to it, or the database is busy: show how it stands."""
        if not isinstance(error, UserError):
            raise error
        self.reload()

    def _go(self, key: str) -> None:
        self.hide()
        self.open_wanted.emit(key)


def _heading(family: Family, count: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(12, 10, 12, 6)
    row.setSpacing(7)
    row.addWidget(IconLabel(family.icon, family.ink))
    row.addWidget(label(tr(family.title), "caption"))
    row.addWidget(Chip(str(count), _TONES.get(family.ink, Tone.NEUTRAL)))
    row.addStretch(1)
    return row


def _keys() -> QHBoxLayout:
    """What the keys do with the card that has the focus."""
    row = QHBoxLayout()
    row.setContentsMargins(12, 6, 12, 4)
    row.setSpacing(6)
    for key, text in (("Enter", tr("Open it")), ("F4", tr("Later…")), ("Del", tr("Done, do not show again"))):
        row.addWidget(KeyHint(key))
        row.addWidget(label(text, "hint"))
        row.addSpacing(8)
    row.addStretch(1)
    return row
