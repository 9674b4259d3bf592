"""The buyer's desk: what to buy for whom, turned into orders in one go; what is on its way, the late first."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QWidget

from jxc_desktop import values
from jxc_desktop.errors import Cancelled, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import purchasing
from jxc_desktop.services.queries.desks.buying import Arrival, BuyerDesk
from jxc_desktop.services.queries.desks.flow import OPEN, Count
from jxc_desktop.ui import theme
from jxc_desktop.ui.operations import FAULT
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.buyer_wants import SOON, Row, WantsModel, WantsTable
from jxc_desktop.ui.pages.desk_parts import Alarm, Alarms, DeskView, Step, Way, titled
from jxc_desktop.ui.pages.supplier_dialog import SupplierDialog
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
ORDER = "purchase_order"
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
        self.model = WantsModel(self)
        self.table = WantsTable(self.model, self.context.settings)
        self.coming = RowsModel(ARRIVALS, parent=self)
        self.arrivals = Table("desk/arrivals", self.context.settings, row_key=lambda row: row.id)
        self.arrivals.setModel(self.coming)
        self.arrivals.setAccessibleName(tr("Expected arrivals"))
        self._later: BuyerDesk | None = None
        self._ordering = False
        for part in (self.alarms, self.way):
            self.body.addWidget(part)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(theme.current().sizes.gap)
        split.addWidget(self._build_wants())
        split.addWidget(self._build_arrivals())
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 3)
        split.setSizes([500, 260])
        self.body.addWidget(split, 1)
        self._connect()

    def question(self) -> Callable[[], BuyerDesk]:
        return partial(self.context.queries.buyer_desk)

    def show_data(self, data: BuyerDesk) -> None:
        if self.table.editing:
            self._later = data  # what is being typed stays
            return
        self._later = None
        self.model.take(data.wants)
        self.coming.replace(data.arrivals)
        self._show_way(data)
        self._show_alarms(data)
        self._sum_up()

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Space", tr("Tick")), ("F2", tr("Quantity")), ("F7", tr("Supplier")), ("F9", tr("Make orders"))]

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.table.currentIndex().isValid() and self.model.rows:
            self.table.setCurrentIndex(self.model.index(1, self.model.column("what")))

    # --- building

    def _build_wants(self) -> QWidget:
        self.count = label("", "number")
        every = Button(tr("Tick all"), "check", "Ctrl+Shift+A", Role.GHOST)
        every.clicked.connect(self.tick_all)
        self.supplier_button = Button(tr("Supplier"), "users", "F7", Role.GHOST)
        self.supplier_button.clicked.connect(lambda checked=False: self.choose_supplier())
        card = titled(self._heading(tr("To buy"), self.count), self.table, every, self.supplier_button, padded=False)
        self.table.set_empty(EmptyState("circle-check", tr(
            "Nothing is to be bought. Requests of orders and items below their reorder point appear here.")))
        foot = QWidget()
        foot.setObjectName("totals")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot.setFixedHeight(44)
        row = QHBoxLayout(foot)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(theme.current().sizes.gap)
        self.sum = label("", "label")
        self.keep_button = Button(tr("Keep as drafts"), "save")
        self.order_button = Button(tr("Make orders"), "check", "F9", Role.PRIMARY)
        self.keep_button.clicked.connect(lambda checked=False: self.make_orders(post=False))
        self.order_button.clicked.connect(lambda checked=False: self.make_orders())
        for part in (self.sum, self.keep_button, self.order_button):
            row.addWidget(part)
        row.insertStretch(1, 1)
        card.body.addWidget(foot)
        return card

    def _build_arrivals(self) -> QWidget:
        self.coming_count, self.worth = label("", "number"), label("", "caption")
        self.receive_button = Button(tr("Receive goods"), "package-check", role=Role.GHOST)
        self.receive_button.clicked.connect(lambda checked=False: self.receive())
        if not self.may("goods_receipt.save"):
            self.receive_button.hide()
        self.arrivals.set_empty(EmptyState("truck", tr("No purchase order is on its way")))
        return titled(self._heading(tr("Expected arrivals"), self.coming_count), self.arrivals, self.worth,
                      self.receive_button, padded=False)

    @staticmethod
    def _heading(text: str, count: QWidget) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.current().sizes.gap)
        row.addWidget(label(text, "strong"))
        row.addWidget(count)
        return part

    def _connect(self) -> None:
        self.table.opened.connect(lambda index: self._open_want(self.model.row(index)))
        self.table.clicked.connect(lambda index: self.choose_supplier()
                                   if index.column() == self.model.column("supplier") else None)
        self.model.dataChanged.connect(lambda *_: self._sum_up())
        self.table.itemDelegate().closeEditor.connect(lambda *_: self._show_later())
        self.arrivals.opened.connect(lambda index: self.go(f"document/{ORDER}/{self.coming.row(index).id}"))
        bind(self, "F7", self.choose_supplier)
        bind(self, "F9", self.make_orders)
        bind(self, "Ctrl+Shift+A", self.tick_all)

    # --- showing

    def _show_later(self) -> None:
        if self._later is not None:
            self.stale = True
            self.refresh()

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
                (late, N_("{count} orders have not come in time"), Tone.BAD, partial(self._show_row, self.arrivals)),
                (over, N_("{count} items were needed before today"), Tone.BAD, partial(self._show_row, self.table)),
                (soon, N_("{count} items are needed within {days} days"), Tone.WARN,
                 partial(self._show_row, self.table)),
                (data.low, N_("{count} items below their reorder point"), Tone.WARN, partial(self.go, "stock", "low")),
                (homeless, N_("{count} items have no supplier yet"), Tone.WARN, self._show_homeless),
                (waiting, N_("{count} orders wait for approval"), Tone.ACCENT,
                 partial(self.go, f"list/document/{ORDER}", "submitted"))):
            if count:
                found.append(Alarm(tr(text, count=count, days=SOON), tone, go))
        self.alarms.show_alarms(found)

    def _sum_up(self) -> None:
        lines, rows = self.model.lines(), self.model.ticked()
        self.count.setText(f"{len(lines):,}")
        worth = sum((row.amount for row in self.coming.rows), values.ZERO)
        self.coming_count.setText(f"{len(self.coming.rows):,}")
        self.worth.setText(tr("{amount} on its way", amount=values.grouped(worth, 2)))
        suppliers = {row.supplier_id for row in rows}
        amount = sum((row.amount or values.ZERO for row in rows), values.ZERO)
        self.sum.setText(tr("{count} items of {suppliers} suppliers, {amount} in total", count=len(rows),
                            suppliers=len(suppliers), amount=values.grouped(amount, 2)) if rows else tr(
            "Tick what to order: Space, or a click on the box. A supplier's heading ticks all of it."))
        for button in (self.keep_button, self.order_button):
            button.setEnabled(bool(rows) and self.may("purchase_order.save"))

    def _show_row(self, table: Table) -> None:
        """Its first row: the late and urgent ones stand in front."""
        table.setFocus(Qt.FocusReason.OtherFocusReason)
        rows = table.rows_model().rows
        wanted = [n for n, row in enumerate(rows) if not isinstance(row, Row) or row.want]
        if table is self.table:
            wanted.sort(key=lambda n: self._needed(rows[n]))
        if wanted:
            table.setCurrentIndex(table.rows_model().index(wanted[0], 1))

    @staticmethod
    def _needed(row: Row) -> dt.date:
        asker = row.want.asker if row.want else None
        return (asker.needed if asker else None) or dt.date.max

    def _show_homeless(self) -> None:
        at = next((n for n, row in enumerate(self.model.rows) if row.want and row.supplier_id is None), None)
        if at is not None:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.setCurrentIndex(self.model.index(at, self.model.column("supplier")))

    # --- doing

    def tick_all(self) -> None:
        """All lines, or none when all are ticked."""
        self.model.tick_all(len(self.model.ticked()) < len(self.model.lines()))

    def choose_supplier(self) -> None:
        """For the line under the bar."""
        at = self.table.currentIndex()
        row = self.model.row(at) if at.isValid() else None
        if row is not None and row.want is not None:
            area = self.table.visualRect(self.model.index(at.row(), self.model.column("supplier")))
            if area.isEmpty():  # no room for the column
                area = self.table.visualRect(at)
            self.supplier_menu(row).popup(self.table.viewport().mapToGlobal(area.bottomLeft() + QPoint(0, 1)))

    def supplier_menu(self, row: Row) -> QMenu:
        """Those that supplied the item before with what they took, and all others."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offers = row.want.offers if row.want else ()
        for offer in offers:
            action = menu.addAction(f"{offer.supplier}    {values.grouped(offer.price)}    {offer.date}")
            action.triggered.connect(partial(self._give, row, offer.supplier_id, offer.supplier))
        if offers:
            menu.addSeparator()
        menu.addAction(tr("Another supplier…")).triggered.connect(lambda *_: self._ask_supplier(row))
        return menu

    def _ask_supplier(self, row: Row) -> None:
        dialog = SupplierDialog(self.window(), self.context, row.want.item.name if row.want else "")
        dialog.chosen.connect(partial(self._give, row))
        dialog.open()

    def _give(self, row: Row, supplier_id: int, supplier: str, *_: object) -> None:
        key = row.want.key if row.want else ""
        at = next((n for n, r in enumerate(self.model.rows) if r.want and r.want.key == key), None)
        if at is not None:
            self.model.give(at, supplier_id, supplier)
            self._sum_up()

    def make_orders(self, post: bool = True) -> None:
        """Of what is ticked; lines without a supplier are shown instead."""
        rows = self.model.ticked()
        if not rows or self._ordering or not self.may("purchase_order.save"):
            return
        if any(row.supplier_id is None for row in rows):
            self._show_homeless()
            self.page.bars.show_bar("supplier", tr("Choose a supplier for each line first (F7)"), Tone.WARN)
            return
        self.page.bars.clear("supplier")
        self._ordering = True
        self.page.operations.execute(purchasing.order, [row.choice() for row in rows], post, done=self._made,
                                     failed=self._refused)

    def _made(self, outcome: Any) -> None:
        self._ordering = False
        self.model.tick_all(False)
        made = outcome.value
        only = made[0] if len(made) == 1 else None
        text = tr("Order {number} made", number=only[1] or tr("Draft")) if only else tr(
            "{count} orders made", count=len(made))
        show = partial(self.go, f"document/{ORDER}/{only[0]}") if only else partial(self.go, f"list/document/{ORDER}")
        self.window().toast(text, tr("Show"), show)  # type: ignore[attr-defined]
        self.page.refresh()

    def _refused(self, error: Exception) -> None:
        """Nothing was ordered; somebody else may have been quicker."""
        self._ordering = False
        if not isinstance(error, UserError):
            raise error
        if not isinstance(error, Cancelled):
            self.page.bars.show_bar(FAULT, str(error), Tone.BAD)
        self.page.refresh()

    def receive(self) -> None:
        """A receipt of what has come of the order under the bar."""
        if (row := self.arrivals.current_row()) is not None:
            self.go(f"document/goods_receipt/from-{row.id}")

    def _open_want(self, row: Row) -> None:
        if row.want is None:
            return
        asker = row.want.asker
        if asker is None:
            self.go(f"record/item/{row.want.item.id}")
        else:
            self.go(f"document/sales_order/{asker.order_id}" if asker.order_id
                    else f"document/purchase_request/{asker.request_id}")
