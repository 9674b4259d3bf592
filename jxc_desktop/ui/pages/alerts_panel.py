"""What the bell shows: stock that needs somebody, each with one sentence and one thing to do."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries import AlertRow
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.ledger_page import key_of
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, EmptyState, IconLabel, label

_WIDTH, _HEIGHT, _MARGIN = 460, 520, 8
_MOST = 60  # rows shown; the rest is one click away in the stock query
GROUPS = (("expired", N_("Expired goods"), "triangle-alert", "bad"), ("low", N_("Low stock"), "triangle-alert", "warn"),
          ("expiring", N_("Goods that expire soon"), "info", "warn"), ("over", N_("Too much stock"), "info", "accent"))
_SENTENCES = {
    "low": N_("{place}{on_hand} {unit} on hand, the minimum is {threshold}"),
    "over": N_("{place}{on_hand} {unit} on hand, the maximum is {threshold}"),
    "expiring": N_("{place}{on_hand} {unit} of lot {lot} can be used until {expires}"),
    "expired": N_("{place}{on_hand} {unit} of lot {lot} could be used until {expires}")}
_TONES = {"warn": Tone.WARN, "bad": Tone.BAD}
ORDER = "purchase_order"


def sentence(alert: AlertRow) -> str:
    """What is the matter, in one sentence."""
    place = tr("{warehouse}: ", warehouse=alert.warehouse) if alert.warehouse else ""
    return tr(_SENTENCES[alert.kind], place=place, on_hand=values.grouped(alert.on_hand), unit=alert.unit,
              threshold=values.grouped(alert.threshold), lot=alert.lot, expires=alert.expires)


def order_for(queries: Any, alert: AlertRow) -> Draft:
    """On a worker: a purchase order of what is missing, with the last price paid."""
    draft: Draft = queries.new_draft(ORDER)
    item = queries.items([alert.item_id])[alert.item_id]
    figures = queries.stock([alert.item_id], None)[alert.item_id]
    coming = values.ZERO if alert.warehouse else figures.on_order - figures.reserved
    missing = alert.threshold - alert.on_hand - coming
    if missing <= 0:  # enough is on its way; who orders all the same decides how much
        missing = alert.threshold - alert.on_hand
    price = queries.price_for(ORDER, alert.item_id, item.unit_id, None).price
    draft.lines = [{"item_id": alert.item_id, "unit_id": item.unit_id, "quantity": missing, "price": price,
                    "tax_rate": item.tax_rate}]
    return draft


class AlertCard(QFrame):
    """One alert: what, and what to do about it."""

    def __init__(self, alert: AlertRow, action: str, act: Callable[[], object], look: Callable[[], object]):
        super().__init__()
        self.alert, self._look = alert, look
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("alert")
        self.setAccessibleName(f"{alert.item} {sentence(alert)}")
        row, words = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(12, 6, 8, 6)
        words.setSpacing(1)
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(label(alert.item, "strong"))
        title.addWidget(label(alert.spec, "caption"))
        title.addStretch(1)
        words.addLayout(title)
        words.addWidget(label(sentence(alert), "caption"))
        row.addLayout(words, 1)
        self.action = Button(action, role=Role.LINK)
        self.action.clicked.connect(lambda checked=False: act())
        row.addWidget(self.action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._look()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._look()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline above; a bar and a tint where the focus is."""
        painter, area = QPainter(self), self.rect()
        if self.hasFocus() or self.action.hasFocus():
            painter.fillRect(area, theme.colour("sel"))
            painter.fillRect(QRect(0, 0, 3, area.height()), theme.colour("selbar"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, area.width(), 0)


class AlertsPanel(QFrame):
    """A child of the window, under its bell."""

    open_wanted = Signal(str)

    def __init__(self, context: Any, window: QWidget):
        super().__init__(window)
        self._window, self._before = window, window.focusWidget()
        self._anchor: QWidget | None = None
        self._context, self._operations = context, Operations(context, self)
        self.cards: list[AlertCard] = []
        self.setObjectName("palette")
        self.setAccessibleName(tr("Alerts"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
        layout, head = QVBoxLayout(self), QHBoxLayout()
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(0)
        head.setContentsMargins(12, 6, 4, 6)
        head.addWidget(label(tr("Alerts"), "h1"))
        head.addStretch(1)
        everything = Button(tr("Stock query"), "package", role=Role.GHOST)
        everything.clicked.connect(lambda checked=False: self._go("stock"))
        close = Button("", "x", "Esc", Role.GHOST, accessible_name=tr("Close"))
        close.clicked.connect(lambda checked=False: self.leave())
        head.addWidget(everything)
        head.addWidget(close)
        layout.addLayout(head)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self._area, 1)
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
        self.raise_()
        self.show()
        self.reload()

    def leave(self) -> None:
        """Close it and give the focus back."""
        self.hide()
        if self._before and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def reload(self) -> None:
        self._operations.read(self._context.queries.alerts, done=self._show, failed=lambda error: None)

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
        """A click elsewhere closes it; one on the bell does so by itself."""
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget) \
                and watched is not self and not self.isAncestorOf(watched) and watched is not self._anchor:
            self.hide()
        return False

    def _committed(self, changes: frozenset[tuple[str, int]], initiator: object) -> None:
        if self.isVisible() and any(entity == "alert" for entity, _ in changes):
            self.reload()

    def _show(self, alerts: Sequence[AlertRow]) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        self.cards = []
        for kind, title, icon, ink in GROUPS:
            group = [a for a in alerts if a.kind == kind]
            if group:
                column.addLayout(_heading(tr(title), icon, ink, len(group)))
            for alert in group[:_MOST]:
                self.cards.append(self._card(alert))
                column.addWidget(self.cards[-1])
        if not alerts:
            column.addWidget(EmptyState("circle-check", tr("All is well: nothing is low and nothing too much")), 1)
        column.addStretch(1)
        self._area.setWidget(body)
        body.setAutoFillBackground(False)  # setting it fills it
        if self.cards:
            self.cards[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _card(self, alert: AlertRow) -> AlertCard:
        look = partial(self._go, key_of(alert.item_id))
        may = self._context.actor.may(f"{ORDER}.save")
        if alert.kind == "low" and may:
            return AlertCard(alert, tr("Order it"), partial(self._order, alert), look)
        return AlertCard(alert, tr("Stock ledger"), look, look)

    def _order(self, alert: AlertRow) -> None:
        """A new order with the missing quantity: through the journal, where its editor looks for drafts."""
        def take(draft: Draft) -> None:
            key = f"document/{ORDER}/new-alert{alert.item_id}"
            self._context.journal.write(key.replace("/", "_"), draft)
            self._go(key)

        self._operations.read(order_for, self._context.queries, alert, done=take)

    def _go(self, key: str) -> None:
        self.hide()
        self.open_wanted.emit(key)


def _heading(title: str, icon: str, ink: str, count: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(12, 8, 12, 6)
    row.setSpacing(7)
    row.addWidget(IconLabel(icon, ink))
    row.addWidget(label(title, "caption"))
    row.addWidget(Chip(str(count), _TONES.get(ink, Tone.NEUTRAL)))
    row.addStretch(1)
    return row
