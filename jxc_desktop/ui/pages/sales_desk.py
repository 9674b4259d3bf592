"""The sales desk: which orders can be delivered now, which wait and until when, who has not ordered for long."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from jxc_desktop import values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import followups
from jxc_desktop.services.queries.desks.flow import OPEN, Count
from jxc_desktop.services.queries.desks.selling import QUIET, TREND, OrderRow, SalesDesk, State
from jxc_desktop.ui import theme
from jxc_desktop.ui.charts import LineChart, Point
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.desk_parts import Alarm, Alarms, DeskView, Step, Way, counted, put_bar, titled
from jxc_desktop.ui.pages.promise_card import PromiseCard
from jxc_desktop.ui.pages.short_list import ShortList, ShortRow
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, EmptyState, Role, label

SALES, CLERK = N_("Salesperson"), N_("Warehouse clerk")
STEPS = (
    Step("draft", N_("Order drafts"), "pencil", SALES, "list/document/sales_order", "draft"),
    Step("order", N_("Sales order"), "file-text", SALES, "list/document/sales_order", "open"),
    Step("ready", N_("Deliverable"), "package-check", SALES, "list/document/sales_order", "ready"),
    Step("delivery", N_("Delivery note"), "truck", CLERK, "list/document/delivery_note", "draft"),
    Step("receivable", N_("Accounts receivable"), "wallet", N_("Accountant"), "report/partner_balances"),
)
MINE = "desk/mine"
NONE = Count()
STATES = {State.READY: (N_("Deliverable"), Tone.OK), State.PARTLY: (N_("Partly there"), Tone.WARN),
          State.WAITING: (N_("Out of stock"), Tone.BAD)}


def _due(row: OrderRow) -> Mark | None:
    days = row.late(dt.date.today())
    return Mark(Tone.BAD, tr("{days} days late", days=days)) if days else Mark(Tone.WARN, tr("Today")) \
        if row.due == dt.date.today() else None


def _expected(row: OrderRow) -> str:
    if row.state is State.READY:
        return ""
    return f"{row.expected:%m-%d}" if row.expected else tr("Not ordered")


def _in_time(row: OrderRow) -> Mark | None:
    if row.state is State.READY:
        return None
    if row.expected is None:
        return Mark(Tone.BAD)
    return Mark(Tone.WARN) if row.expected > (row.due or row.expected) or row.expected < dt.date.today() else None


def state_column(width: int = 84) -> Column:
    return Column("state", N_("Goods"), Kind.CHIP, width, minimum=width, value=lambda row: tr(STATES[row.state][0]),
                  mark=lambda row: Mark(STATES[row.state][1]))


def due_column() -> Column:
    return Column("due", N_("Promised date"), width=138, minimum=138, mark=_due,
                  value=lambda row: f"{row.due:%m-%d}" if row.due else "", sort_key=lambda row: row.due)


def number_column() -> Column:
    """Without the letters that all orders begin with: the room is the customer's."""
    return Column("number", N_("Number"), Kind.CODE, 128, minimum=128, muted=True,
                  value=lambda row: row.number.partition("-")[2] or row.number)


COLUMNS = (
    state_column(), due_column(), number_column(),
    Column("customer", N_("Customer"), width=150, minimum=130, stretch=2),
    Column("items", N_("Lacking or open"), width=170, minimum=130, stretch=3, muted=True),
    Column("expected", N_("Goods expected"), width=92, minimum=88, value=_expected, mark=_in_time,
           sort_key=lambda row: row.expected or dt.date.max),
    Column("total", N_("Amount"), Kind.MONEY, 96, minimum=90, bold=True),
    Column("made_by", N_("Prepared by"), width=72, minimum=64, muted=True, yields=1),
)


def deliver(desk: DeskView, row: OrderRow) -> None:
    """Open the delivery note that is begun, or make one of what is there."""
    if row.draft_id:
        desk.go(f"document/delivery_note/{row.draft_id}")
    elif row.state is State.READY:
        desk.go(f"document/delivery_note/from-{row.id}")
    else:
        desk.page.operations.execute(followups.prepare_delivery, row.id, done=partial(_delivered, desk))


def _delivered(desk: DeskView, outcome: Any) -> None:
    if outcome.value is not None:
        desk.go(f"document/delivery_note/{outcome.value.id}")


class SalesDeskView(DeskView):
    """Shown under the tab 'Sales desk' of the home page."""

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self.alarms, self.way = Alarms(), Way(STEPS, self.go)
        self.model = RowsModel(COLUMNS, parent=self)
        self.table = Table("desk/orders", self.context.settings, row_key=lambda row: row.id)
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("Orders to deliver"))
        self._orders: list[OrderRow] = []
        for part in (self.alarms, self.way):
            self.body.addWidget(part)
        self._line, self._total = LineChart(tr("Sales of 30 days")), label("", "caption")
        self.quiet, self.trend, self._quiet_total = ShortList(self.go), ShortList(self.go), label("", "caption")
        self.promise = PromiseCard(page)
        columns, left, right = QHBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for layout in (columns, left, right):
            layout.setSpacing(theme.current().sizes.gap)
        left.addWidget(self._build_orders(), 5)
        left.addWidget(titled(label(tr("Sales of 30 days"), "strong"), self._line, self._total), 3)
        right.addWidget(self.promise)
        right.addWidget(titled(label(tr("No order for long"), "strong"), self.quiet, self._quiet_total), 2)
        right.addWidget(titled(label(tr("Up and down"), "strong"), self.trend, label(tr(
            "{days} days against those before", days=TREND), "caption")), 3)
        columns.addLayout(left, 7)
        columns.addLayout(right, 2)
        self.body.addLayout(columns, 1)
        self._connect()

    def question(self) -> Callable[[], SalesDesk]:
        return partial(self.context.queries.sales_desk, mine=self.mine)

    @property
    def mine(self) -> bool:
        """Whether only one's own orders are shown."""
        return self.whose.currentIndex() == 1

    def show_data(self, data: SalesDesk) -> None:
        self._orders = data.orders
        self.model.replace(data.orders)
        put_bar(self.table)
        self.count.setText(f"{len(data.orders):,}")
        self._show_way(data)
        self._show_alarms(data)
        self._line.show_points([Point(day, amount) for day, amount in data.by_day])
        self._total.setText(tr("{total} in total", total=values.grouped(
            sum((amount for _, amount in data.by_day), values.ZERO), 2)))
        self._show_quiet(data)
        self._show_trend(data)
        self.promise.ask()

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Open it")), ("F9", tr("Make delivery note"))]

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- building

    def _build_orders(self) -> QWidget:
        self.count, self.whose = label("", "number"), QTabBar()
        self.whose.setExpanding(False)
        self.whose.setAccessibleName(tr("Whose orders"))
        for text in (tr("All orders"), tr("My orders")):
            self.whose.addTab(text)
        role = getattr(self.context.actor, "role", "")
        self.whose.setCurrentIndex(int(self.context.settings.get(MINE, role == "salesperson")))
        self.deliver_button = Button(tr("Make delivery note"), "truck", "F9", Role.PRIMARY)
        self.deliver_button.clicked.connect(lambda checked=False: self.deliver())
        if not self.may("delivery_note.save"):
            self.deliver_button.hide()
        self.new_button = Button(tr("New order"), "plus", "Ctrl+N")
        self.new_button.clicked.connect(lambda checked=False: self.new())
        if not self.may("sales_order.save"):
            self.new_button.hide()
        self.table.set_empty(EmptyState("circle-check", tr("Every order is delivered")))
        head = counted(tr("Orders to deliver"), self.count, self.whose)
        return titled(head, self.table, self.new_button, self.deliver_button, padded=False)

    def _connect(self) -> None:
        self.table.opened.connect(lambda index: self.go(f"document/sales_order/{self.model.row(index).id}"))
        self.whose.currentChanged.connect(lambda at: self._whose_chosen())
        self.table.current_row_changed.connect(lambda at: self._show_button())
        bind(self, "F9", self.deliver)
        bind(self, "Ctrl+N", self.new)

    # --- showing

    def _show_way(self, data: SalesDesk) -> None:
        pending, steps = data.pending, self.way.steps
        ready = sum(row.state is State.READY for row in data.orders)
        partly = sum(row.state is State.PARTLY for row in data.orders)
        orders = pending.get(("sales_order", OPEN), NONE)
        steps["draft"].show_count(str(pending.get(("sales_order", "draft"), NONE).number))
        steps["order"].show_count(str(orders.number), *((tr("{count} late", count=orders.late), Tone.BAD)
                                  if orders.late else ()))
        steps["ready"].show_count(str(ready), tr("{count} in part", count=partly) if partly else "")
        steps["delivery"].show_count(str(pending.get(("delivery_note", "draft"), NONE).number), tr("Drafts"))
        steps["receivable"].show_count("", values.grouped(data.receivable, 2))

    def _show_alarms(self, data: SalesDesk) -> None:
        today, found = dt.date.today(), []
        late = [row for row in data.orders if row.late(today)]
        unordered = [row for row in data.orders if row.state is not State.READY and row.expected is None]
        slipping = [row for row in data.orders if row.state is not State.READY and row.expected and row.due
                    and row.expected > row.due >= today]
        ready = [row for row in data.orders if row.state is State.READY]
        for rows, text, tone in (
                (late, N_("{count} orders are late"), Tone.BAD),
                (slipping, N_("{count} orders will be late"), Tone.BAD),
                (unordered, N_("Goods of {count} orders are not ordered"), Tone.WARN),
                (ready, N_("{count} orders can be delivered"), Tone.OK)):
            if rows:
                found.append(Alarm(tr(text, count=len(rows)), tone, partial(self._show_order, rows[0].id)))
        long = [q for q in data.quiet if (today - q.last).days >= QUIET[1]]
        if long:
            found.append(Alarm(tr("{count} customers bought nothing for {days} days", count=len(long), days=QUIET[1]),
                               Tone.ACCENT, self.quiet.setFocus))
        self.alarms.show_alarms(found)

    def _show_quiet(self, data: SalesDesk) -> None:
        today, rows = dt.date.today(), []
        for customer in data.quiet:
            days = (today - customer.last).days
            tone = Tone.BAD if days >= QUIET[2] else Tone.WARN if days >= QUIET[1] else Tone.NEUTRAL
            rows.append(ShortRow(customer.name, "", values.grouped(customer.bought, 0), f"record/partner/{customer.id}",
                                 "user", tone, tr("{days} days", days=days)))
        self.quiet.show_rows(rows, tr("Every customer has ordered in the last {days} days", days=QUIET[0]))
        counts = [sum((today - q.last).days >= days for q in data.quiet) for days in QUIET]
        self._quiet_total.setText(tr("{days} days: {counts}", days="/".join(map(str, QUIET)),
                                     counts=" / ".join(map(str, counts))) if rows else "")

    def _show_trend(self, data: SalesDesk) -> None:
        rows = []
        for customer in data.trend:
            sign = "+" if customer.change > 0 else "-"
            share = values.divide(abs(customer.change) * 100, customer.before, 0) if customer.before > 0 else None
            word = tr("New") if share is None else f"{sign}{values.grouped(share)}%"
            rows.append(ShortRow(customer.name, "", f"{sign}{values.grouped(abs(customer.change), 0)}",
                                 f"record/partner/{customer.id}", "arrow-up" if sign == "+" else "arrow-down",
                                 Tone.OK if sign == "+" else Tone.BAD, word))
        self.trend.show_rows(rows, tr("Nobody bought anything in {days} days", days=2 * TREND))

    def _show_order(self, order_id: int) -> None:
        at = next((n for n, row in enumerate(self.model.rows) if row.id == order_id), None)
        if at is not None:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.setCurrentIndex(self.model.index(at, 0))

    def _show_button(self) -> None:
        row = self.table.current_row()
        self.deliver_button.setEnabled(row is not None and (row.state is not State.WAITING or bool(row.draft_id)))

    def _whose_chosen(self) -> None:
        self.context.settings.set(MINE, self.mine)
        self.refresh()

    # --- doing

    def deliver(self) -> None:
        """Of the order under the bar, as far as its goods are there."""
        row = self.table.current_row()
        if row is not None and self.may("delivery_note.save"):
            deliver(self, row)

    def new(self) -> None:
        if self.may("sales_order.save"):
            self.go("document/sales_order/new")
