"""The stock desk: what to pick and to receive today, what is begun, what is short, what only lies there."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.desks.flow import OPEN, Count
from jxc_desktop.services.queries.desks.selling import State
from jxc_desktop.services.queries.desks.storing import SOON, Idle, StockDesk
from jxc_desktop.ui import theme
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.desk_alerts import alert_rows
from jxc_desktop.ui.pages.desk_parts import Alarm, Alarms, DeskView, Step, Way, counted, link, put_bar, titled
from jxc_desktop.ui.pages.sales_desk import deliver, due_column, number_column, state_column
from jxc_desktop.ui.pages.short_list import ShortList, ShortRow
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Column, Kind, RowsModel, Table
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, EmptyState, Role, label

CLERK, BUYER = N_("Warehouse clerk"), N_("Buyer")
STEPS = (
    Step("coming", N_("Expected arrivals"), "truck", BUYER, "list/document/purchase_order", "open"),
    Step("receipt", N_("Goods receipt"), "package-check", CLERK, "list/document/goods_receipt", "draft"),
    Step("stock", N_("Stock"), "package", CLERK, "stock"),
    Step("pick", N_("To pick"), "file-text", CLERK, "list/document/sales_order", "ready"),
    Step("delivery", N_("Delivery note"), "truck", CLERK, "list/document/delivery_note", "draft"),
    Step("count", N_("Stock count"), "scan-line", CLERK, "list/document/stock_count", "draft"),
)
COLUMNS = (
    state_column(), due_column(), number_column(),
    Column("customer", N_("Customer"), width=140, minimum=100, stretch=2),
    Column("items", N_("Items"), width=170, minimum=90, stretch=3, muted=True),
    Column("lines", N_("Lines"), Kind.INT, 52, minimum=52),
)
NONE = Count()


class StockDeskView(DeskView):
    """Shown under the tab 'Stock desk' of the home page."""

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self.alarms, self.way = Alarms(), Way(STEPS, self.go)
        self.model = RowsModel(COLUMNS, parent=self)
        self.table = Table("desk/pick", self.context.settings, row_key=lambda row: row.id)
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("Ready to pick"))
        self.arrivals, self.short, self.begun, self.idle = (ShortList(self.go) for _ in range(4))
        self._idle_title, self._idle_total = label(tr("Lying still"), "strong"), label("", "caption")
        self.count = label("", "number")
        for part in (self.alarms, self.way):
            self.body.addWidget(part)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(theme.current().sizes.gap)
        upper.addWidget(self._build_picking(), 5)
        upper.addWidget(titled(label(tr("To receive"), "strong"), self.arrivals), 3)
        lower.addWidget(titled(label(tr("Alerts"), "strong"), self.short,
                               link(tr("All stock"), partial(self.go, "stock"))), 1)
        lower.addWidget(titled(label(tr("Begun"), "strong"), self.begun), 1)
        lower.addWidget(titled(self._idle_title, self.idle, self._idle_total), 1)
        self.body.addLayout(upper, 5)
        self.body.addLayout(lower, 4)
        self.table.opened.connect(lambda index: self.go(f"document/sales_order/{self.model.row(index).id}"))
        bind(self, "F9", self.deliver)

    def question(self) -> Callable[[], StockDesk]:
        return partial(self.context.queries.stock_desk)

    def show_data(self, data: StockDesk) -> None:
        self.model.replace(data.ready)
        put_bar(self.table)
        self.count.setText(f"{len(data.ready):,}")
        self._show_way(data)
        self._show_alarms(data)
        self._show_arrivals(data)
        self.short.show_rows(alert_rows(data.alerts), tr("All items are within their limits."))
        self._show_begun(data)
        self._show_idle(data)

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Open it")), ("F9", tr("Make delivery note"))]

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def deliver(self) -> None:
        """Of the order under the bar, as far as its goods are there."""
        row = self.table.current_row()
        if row is not None and self.may("delivery_note.save"):
            deliver(self, row)

    # --- building and showing

    def _build_picking(self) -> QWidget:
        self.deliver_button = Button(tr("Make delivery note"), "truck", "F9", Role.PRIMARY)
        self.deliver_button.clicked.connect(lambda checked=False: self.deliver())
        if not self.may("delivery_note.save"):
            self.deliver_button.hide()
        self.table.set_empty(EmptyState("circle-check", tr("No order waits to be picked")))
        head = counted(tr("Ready to pick"), self.count)
        return titled(head, self.table, self.deliver_button, padded=False)

    def _show_way(self, data: StockDesk) -> None:
        pending, steps, today = data.pending, self.way.steps, dt.date.today()
        late = sum(a.late(today) > 0 for a in data.arrivals)
        steps["coming"].show_count(str(pending.get(("purchase_order", OPEN), NONE).number), *(
            (tr("{count} late", count=late), Tone.BAD) if late else ()))
        receipts = pending.get(("goods_receipt", "draft"), NONE).number
        steps["receipt"].show_count(str(receipts), tr("Drafts"))
        low = sum(a.kind == "low" for a in data.alerts)
        steps["stock"].show_count("", tr("{count} low", count=low) if low else tr("all within limits"),
                                  Tone.WARN if low else Tone.NEUTRAL)
        partly = sum(row.state is State.PARTLY for row in data.ready)
        steps["pick"].show_count(str(len(data.ready)), tr("{count} in part", count=partly) if partly else "")
        steps["delivery"].show_count(str(pending.get(("delivery_note", "draft"), NONE).number), tr("Drafts"))
        steps["count"].show_count(str(len(data.counts)), tr("in progress") if data.counts else "")

    def _show_alarms(self, data: StockDesk) -> None:
        today, found = dt.date.today(), []
        kinds = [a.kind for a in data.alerts]
        for count, text, tone, go in (
                (sum(row.late(today) > 0 for row in data.ready), N_("{count} deliveries are late"), Tone.BAD,
                 self.focus_first),
                (kinds.count("expired"), N_("{count} lots have expired"), Tone.BAD, self.short.setFocus),
                (sum(a.due == today for a in data.arrivals), N_("{count} arrivals today"), Tone.ACCENT,
                 self.arrivals.setFocus),
                (kinds.count("low"), N_("{count} items below their reorder point"), Tone.WARN,
                 partial(self.go, "stock", "low")),
                (kinds.count("expiring"), N_("{count} lots expire soon"), Tone.WARN, self.short.setFocus),
                (kinds.count("over"), N_("{count} items above their maximum"), Tone.ACCENT, self.short.setFocus),
                (len(data.counts), N_("{count} counts in progress"), Tone.ACCENT, self.begun.setFocus)):
            if count:
                found.append(Alarm(tr(text, count=count), tone, go))
        self.alarms.show_alarms(found)

    def _show_arrivals(self, data: StockDesk) -> None:
        today, rows = dt.date.today(), []
        arrivals = sorted(data.arrivals, key=lambda a: (a.due != today, a.due or today))  # today's, late, later
        key = "document/goods_receipt/from-{}" if self.may("goods_receipt.save") else "document/purchase_order/{}"
        for arrival in arrivals:
            late, soon = arrival.late(today), arrival.due != today
            word = tr("{days} days late", days=late) if late else f"{arrival.due:%m-%d}" if soon else tr("Today")
            rows.append(ShortRow(arrival.supplier, arrival.items, "", key.format(arrival.id), "package-check",
                                 Tone.BAD if late else Tone.NEUTRAL if soon else Tone.ACCENT, word))
        self.arrivals.show_rows(rows, tr("Nothing is due to arrive in the next {days} days", days=SOON.days))

    def _show_begun(self, data: StockDesk) -> None:
        rows = [ShortRow(tr("Stock count"), " · ".join(p for p in (count.warehouse, f"{count.date:%m-%d}") if p),
                         f"{count.counted} / {count.lines}", f"document/stock_count/{count.id}", "scan-line",
                         Tone.ACCENT, tr("in progress")) for count in data.counts]
        for draft in data.drafts:
            kind = document_types.BY_KEY[draft.kind]
            rows.append(ShortRow(tr(kind.title), " · ".join(p for p in (draft.partner or draft.warehouse,
                                 f"{draft.date:%m-%d}", draft.made_by) if p), "",
                                 f"document/{draft.kind}/{draft.id}", kind.icon, Tone.NEUTRAL, tr("Draft")))
        self.begun.show_rows(rows, tr("No draft and no count is open"))

    def _show_idle(self, data: StockDesk) -> None:
        self.idle.show_rows([_lying(row) for row in data.idle], tr("Nothing lies still for long"))
        bound = [row.value for row in data.idle if row.value is not None]
        self._idle_title.setToolTip(
            tr("Goods that nothing left of for too long; what binds the most money comes first.") if bound else
            tr("Goods that nothing left of for too long; what lies longest comes first."))
        self._idle_total.setText(tr("{count} items, {value}", count=len(data.idle), value=values.grouped(
            sum(bound, values.ZERO), 2)) if bound else "")


def _lying(row: Idle) -> ShortRow:
    worth = values.grouped(row.value, 2) if row.value is not None else f"{values.grouped(row.quantity)} {row.unit}"
    return ShortRow(row.name, f"{values.grouped(row.quantity)} {row.unit}" if row.value is not None else "", worth,
                    f"ledger/{row.item_id}", "package", Tone.BAD if row.days > 180 else Tone.WARN,
                    tr("{days} days", days=row.days))
