"""The buyer's table with what is done on it: tick, choose suppliers, make orders of it in one go."""

from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from jxc_desktop import values
from jxc_desktop.errors import Cancelled, UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services import purchasing
from jxc_desktop.services.purchasing import ORDER
from jxc_desktop.services.queries.desks.buying import Want
from jxc_desktop.ui import theme, typed
from jxc_desktop.ui.operations import FAULT
from jxc_desktop.ui.pages.buyer_table import WantsTable
from jxc_desktop.ui.pages.buyer_wants import Row, WantsModel
from jxc_desktop.ui.pages.desk_parts import DeskView, counted, put_bar, titled
from jxc_desktop.ui.pages.supplier_dialog import SupplierDialog
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, EmptyState, Role, label

_NO_SUPPLIER = "supplier"


class BuyerPanel(QWidget):
    """`outdated` when the rows have to be read again."""

    outdated = Signal()

    def __init__(self, desk: DeskView):
        super().__init__()
        self._desk, self._page = desk, desk.page
        self.model = WantsModel(self)
        self.table = WantsTable(self.model, desk.context.settings)
        self._ordering = self._missed = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._build())
        self.table.opened.connect(lambda index: self._open(self.model.row(index)))
        self.table.clicked.connect(lambda index: self.choose_supplier()
                                   if index.column() == self.model.column("supplier") else None)
        self.model.dataChanged.connect(lambda *_: self._sum_up())
        self.table.itemDelegate().closeEditor.connect(lambda *_: self._typed())
        bind(desk, "F7", self.choose_supplier)
        bind(desk, "F9", self.make_orders)
        bind(desk, "Ctrl+Shift+S", lambda: self.make_orders(post=False))
        bind(desk, "Ctrl+Shift+A", self.tick_all)

    def take(self, wants: list[Want]) -> None:
        """What there is to buy now; what is being typed stays, and the rows are asked for again after it."""
        if self.table.editing:
            self._missed = True
            return
        self.model.take(wants)
        put_bar(self.table, 1, self.model.column("what"))
        self._sum_up()

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_urgent(self) -> None:
        """The line that is needed first."""
        dated = [(row.want.asker.needed, n) for n, row in enumerate(self.model.rows)
                 if row.want and row.want.asker and row.want.asker.needed]
        if dated:
            self._show(min(dated)[1], "what")

    def show_homeless(self) -> None:
        """The first line without a supplier."""
        at = next((n for n, row in enumerate(self.model.rows) if row.want and row.supplier_id is None), None)
        if at is not None:
            self._show(at, "supplier")

    def _show(self, row: int, column: str) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.setCurrentIndex(self.model.index(row, self.model.column(column)))

    def _typed(self) -> None:
        if self._missed:
            self._missed = False
            self.outdated.emit()

    def _build(self) -> QWidget:
        self.count = label("", "number")
        every = Button(tr("Tick all"), "check", "Ctrl+Shift+A", Role.GHOST)
        every.clicked.connect(self.tick_all)
        self.supplier_button = Button(tr("Supplier"), "users", "F7", Role.GHOST)
        self.supplier_button.clicked.connect(lambda checked=False: self.choose_supplier())
        card = titled(counted(tr("To buy"), self.count), self.table, every, self.supplier_button, padded=False)
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
        self.keep_button = Button(tr("Keep as drafts"), "save", "Ctrl+Shift+S")
        self.order_button = Button(tr("Make orders"), "check", "F9", Role.PRIMARY)
        self.keep_button.clicked.connect(lambda checked=False: self.make_orders(post=False))
        self.order_button.clicked.connect(lambda checked=False: self.make_orders())
        for part in (self.sum, self.keep_button, self.order_button):
            row.addWidget(part)
        row.insertStretch(1, 1)
        card.body.addWidget(foot)
        return card

    def _sum_up(self) -> None:
        lines, rows = self.model.lines(), self.model.ticked()
        self.count.setText(f"{len(lines):,}")
        suppliers = {row.supplier_id for row in rows}
        amount = sum((row.amount or values.ZERO for row in rows), values.ZERO)
        self.sum.setText(tr("{count} items of {suppliers} suppliers, {amount} in total", count=len(rows),
                            suppliers=len(suppliers), amount=values.grouped(amount, 2)) if rows else tr(
            "Tick what to order: Space, or a click on the box. A supplier's heading ticks all of it."))
        for button in (self.keep_button, self.order_button):
            button.setEnabled(bool(rows) and self._desk.may("purchase_order.save"))

    # --- doing

    def tick_all(self) -> None:
        """All lines, or none when all are ticked."""
        self.model.tick_all(len(self.model.ticked()) < len(self.model.lines()))

    def choose_supplier(self) -> None:
        """For the line under the bar."""
        at = self.table.currentIndex()
        row = self.model.row(at) if at.isValid() else None
        if row is not None and row.want is not None and not row.want.offers:
            self._ask_supplier(row)
        elif row is not None and row.want is not None:
            area = self.table.visualRect(self.model.index(at.row(), self.model.column("supplier")))
            if area.isEmpty():  # no room for the column
                area = self.table.visualRect(at)
            self.supplier_menu(row).popup(self.table.viewport().mapToGlobal(area.bottomLeft() + QPoint(0, 1)))

    def supplier_menu(self, row: Row) -> QMenu:
        """Those that supplied the item before with what they took, and all others."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offers = row.want.offers if row.want else ()
        for offer, price in zip(offers, typed.prices(
                [values.round_to(offer.price, values.RATE_PLACES) for offer in offers]), strict=True):
            action = menu.addAction(f"{offer.supplier}    {price}\t{offer.date}")
            action.triggered.connect(partial(self._give, row, offer.supplier_id, offer.supplier))
        if offers:
            menu.addSeparator()
        menu.addAction(tr("Another supplier…")).triggered.connect(lambda *_: self._ask_supplier(row))
        return menu

    def _ask_supplier(self, row: Row) -> None:
        dialog = SupplierDialog(self.window(), self._desk.context, row.want.item.name if row.want else "")
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
        if not rows or self._ordering or not self._desk.may("purchase_order.save"):
            return
        if any(row.supplier_id is None for row in rows):
            self.show_homeless()
            self._page.bars.show_bar(_NO_SUPPLIER, tr("Choose a supplier for each line first (F7)"), Tone.WARN)
            return
        self._page.bars.clear(_NO_SUPPLIER)
        self._ordering = True
        self._page.operations.execute(purchasing.order, [row.choice() for row in rows], post, done=self._made,
                                     failed=self._refused)

    def _made(self, outcome: Any) -> None:
        self._ordering = False
        self.model.tick_all(False)
        made = outcome.value
        only = made[0] if len(made) == 1 else None
        text = tr("Order {number} made", number=only[1] or tr("Draft")) if only else tr(
            "{count} orders made", count=len(made))
        key = f"document/{ORDER}/{only[0]}" if only else f"list/document/{ORDER}"
        self.window().toast(text, tr("Show"), partial(self._desk.go, key))  # type: ignore[attr-defined]
        self._page.refresh()

    def _refused(self, error: Exception) -> None:
        """Nothing was ordered; somebody else may have been quicker."""
        self._ordering = False
        if not isinstance(error, UserError):
            raise error
        if not isinstance(error, Cancelled):
            self._page.bars.show_bar(FAULT, str(error), Tone.BAD)
        self._page.refresh()

    def _open(self, row: Row) -> None:
        if row.want is None:
            return
        asker = row.want.asker
        if asker is None:
            self._desk.go(f"record/item/{row.want.item.id}")
        else:
            self._desk.go(f"document/sales_order/{asker.order_id}" if asker.order_id
                    else f"document/purchase_request/{asker.request_id}")
