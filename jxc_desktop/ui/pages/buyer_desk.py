"""The buyer's desk: what to buy for whom, turned into orders in one go; what is on its way, the late first."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from jxc_desktop import values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.desks.buying import Arrival, BuyerDesk
from jxc_desktop.services.queries.desks.flow import OPEN, Count
from jxc_desktop.ui import theme
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.buyer_panel import BuyerPanel
from jxc_desktop.ui.pages.buyer_wants import SOON
from jxc_desktop.ui.pages.desk_parts import Alarm, Alarms, DeskView, Step, Way, counted, titled
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, EmptyState, Role, label

BUYER, CLERK, ACCOUNTANT = N_("Buyer"), N_("Warehouse clerk"), N_("Accountant")
STEPS = (
    Step("request", N_("Purchase request"), "file-text", BUYER, "list/document/purchase_request", "open"),
    Step("draft", N_("Order drafts"), "pencil", BUYER, "list/document/purchase_order", "draft"),
    Step("submitted", N_("Waits for approval"), "lock", N_("Manager"), "list/document/purchase_order", "submitted"),
    Step("coming", N_("On its way"), "truck", BUYER, "list/document/purchase_order", "open"),
    Step("receipt", N_("Goods receipt"), "package-check", CLERK, "list/document/goods_receipt", "draft"),
    Step("payable", N_("Accounts payable"), "wallet", ACCOUNTANT, "report/partner_balances"),
)
ORDER, RECEIVE_KEY = "purchase_order", "Ctrl+R"
NONE = Count()


def _late(row: Arrival) -> Mark | None:
    days = row.late(dt.date.today())
    return Mark(Tone.BAD, tr("{days} days late", days=days)) if days else Mark(Tone.WARN, tr("Today")) \
        if row.due == dt.date.today() else None


ARRIVALS = (
    Column("due", N_("Expected"), width=132, minimum=126, mark=_late,
           value=lambda row: f"{row.due:%m-%d}" if row.due else "", sort_key=lambda row: row.due),
    Column("number", N_("Number"), Kind.CODE, 190, minimum=190, muted=True),
    Column("supplier", N_("Supplier"), width=150, minimum=110, stretch=1),
    Column("items", N_("Still to come"), width=260, minimum=160, stretch=3),
    Column("orders", N_("Customers' orders that wait"), width=170, minimum=110, stretch=1, muted=True, yields=1,
           value=lambda row: ", ".join(row.orders)),
    Column("amount", N_("Amount"), Kind.MONEY, 100, bold=True),
)


class BuyerDeskView(DeskView):
    """Shown under the tab 'Buyer's desk' of the home page."""

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self.alarms, self.way = Alarms(), Way(STEPS, self.go)
        self.wants = BuyerPanel(self)
        self.coming = RowsModel(ARRIVALS, parent=self)
        self.arrivals = Table("desk/arrivals", self.context.settings, row_key=lambda row: row.id)
        self.arrivals.setModel(self.coming)
        self.arrivals.setAccessibleName(tr("Expected arrivals"))
        for part in (self.alarms, self.way):
            self.body.addWidget(part)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.current().sizes.gap)
        split.addWidget(self.wants)
        split.addWidget(self._build_arrivals())
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 3)
        split.setSizes([500, 260])
        self.body.addWidget(split, 1)
        self.wants.outdated.connect(self.refresh)
        bind(self, RECEIVE_KEY, self.receive)
        self.arrivals.opened.connect(lambda index: self.go(f"document/{ORDER}/{self.coming.row(index).id}"))

    def question(self) -> Callable[[], BuyerDesk]:
        return partial(self.context.queries.buyer_desk)

    def show_data(self, data: BuyerDesk) -> None:
        self.wants.take(data.wants)
        self.coming.replace(data.arrivals)
        self.coming_count.setText(f"{len(data.arrivals):,}")
        worth = sum((row.amount for row in data.arrivals), values.ZERO)
        self.worth.setText(tr("{amount} on its way", amount=values.grouped(worth, 2)))
        self._show_way(data)
        self._show_alarms(data)

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Space", tr("Tick")), ("F2", tr("Quantity")), ("F7", tr("Supplier")), ("F9", tr("Make orders")),
                (RECEIVE_KEY, tr("Receive goods"))]

    def focus_first(self) -> None:
        self.wants.focus_first()

    # --- building

    def _build_arrivals(self) -> QWidget:
        self.coming_count, self.worth = label("", "number"), label("", "caption")
        self.receive_button = Button(tr("Receive goods"), "package-check", RECEIVE_KEY, Role.GHOST)
        self.receive_button.clicked.connect(lambda checked=False: self.receive())
        if not self.may("goods_receipt.save"):
            self.receive_button.hide()
        self.arrivals.set_empty(EmptyState("truck", tr("No purchase order is on its way")))
        return titled(counted(tr("Expected arrivals"), self.coming_count), self.arrivals, self.worth,
                      self.receive_button, padded=False)

    # --- showing

    def _show_way(self, data: BuyerDesk) -> None:
        pending, steps = data.pending, self.way.steps
        requests = {w.asker.request_id for w in data.wants if w.asker}
        steps["request"].show_count(str(pending.get(("purchase_request", OPEN), NONE).number), tr(
            "{count} not ordered", count=len(requests)) if requests else "")
        steps["draft"].show_count(str(pending.get((ORDER, "draft"), NONE).number))
        steps["submitted"].show_count(str(pending.get((ORDER, "submitted"), NONE).number))
        coming = pending.get((ORDER, OPEN), NONE)
        steps["coming"].show_count(str(coming.number), *((tr("{count} late", count=coming.late), Tone.BAD)
                                   if coming.late else (tr("all in time"),) if coming.number else ()))
        today = sum(a.due == dt.date.today() for a in data.arrivals)
        steps["receipt"].show_count(str(pending.get(("goods_receipt", "draft"), NONE).number), tr(
            "{count} come today", count=today) if today else "")
        steps["payable"].show_count("", values.grouped(data.payable, 2))

    def _show_alarms(self, data: BuyerDesk) -> None:
        today, found = dt.date.today(), []
        late = sum(a.late(today) > 0 for a in data.arrivals)
        asked = [w for w in data.wants if w.asker and w.asker.needed]
        over = sum(w.asker.needed < today for w in asked)  # type: ignore[union-attr,operator]
        soon = sum(0 <= (w.asker.needed - today).days <= SOON for w in asked)  # type: ignore[union-attr,operator]
        homeless = sum(w.supplier_id is None for w in data.wants)
        waiting = data.pending.get((ORDER, "submitted"), NONE).number
        for count, text, tone, go in (
                (late, N_("{count} orders have not come in time"), Tone.BAD, self._show_arrivals),
                (over, N_("{count} items were needed before today"), Tone.BAD, self.wants.show_urgent),
                (soon, N_("{count} items are needed within {days} days"), Tone.WARN,
                 self.wants.show_urgent),
                (data.low, N_("{count} items below their reorder point"), Tone.WARN, partial(self.go, "stock", "low")),
                (homeless, N_("{count} items have no supplier yet"), Tone.WARN, self.wants.show_homeless),
                (waiting, N_("{count} orders wait for approval"), Tone.ACCENT,
                 partial(self.go, f"list/document/{ORDER}", "submitted"))):
            if count:
                found.append(Alarm(tr(text, count=count, days=SOON), tone, go))
        self.alarms.show_alarms(found)

    def _show_arrivals(self) -> None:
        """The late ones stand in front."""
        self.arrivals.setFocus(Qt.FocusReason.OtherFocusReason)
        self.arrivals.setCurrentIndex(self.coming.index(0, 0))

    def receive(self) -> None:
        """A receipt of what has come of the order under the bar; where there is none, to the latest that is late."""
        if not self.may("goods_receipt.save"):
            return
        if (row := self.arrivals.current_row()) is None:
            self._show_arrivals()
        else:
            self.go(f"document/goods_receipt/from-{row.id}")
