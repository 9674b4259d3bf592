"""What there is to buy: grouped by supplier, ticked, changed and turned into orders."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from jxc_desktop import values
from jxc_desktop.document_types.fields import QUANTITY
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.purchasing import Choice, in_full_packs
from jxc_desktop.services.queries.desks.buying import DAYS, Want
from jxc_desktop.ui import typed
from jxc_desktop.ui.table import Cell, Column, Kind, Mark, RowsModel
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.tokens import Tone

SOON = 3  # days before goods are needed that count as urgent
_EDITED = ("quantity",)


@dataclass
class Row:
    """A want as the buyer changes it, or the heading of a supplier (no want)."""

    want: Want | None
    supplier_id: int | None
    supplier: str
    typed: Decimal | None = None  # how much the buyer wants instead of what is lacking
    quantity: Decimal = values.ZERO  # with what fills the supplier's packs
    ticked: bool = False
    members: list["Row"] = field(default_factory=list)

    @property
    def price(self) -> Decimal | None:
        return self.want.price(self.supplier_id) if self.want else None

    @property
    def amount(self) -> Decimal | None:
        if self.want is None:
            known = [row.amount for row in self.members]
            return sum((a for a in known if a is not None), values.ZERO) or None
        return None if self.price is None else values.money(self.price * self.quantity)

    def choice(self) -> Choice:
        assert self.want and self.supplier_id
        asker = self.want.asker
        return Choice(self.want.item.id, self.supplier_id, self.quantity, asker.line_id if asker else None,
                      self.want.warehouse_id)


def _of(read: Any) -> Any:
    """A column that headings leave empty."""
    return lambda row: read(row.want) if row.want else None


def _what(row: Row) -> str:
    if row.want is None:
        return f"{row.supplier or tr('No supplier yet')}  ·  {len(row.members)}"
    return " ".join(p for p in (row.want.item.name, row.want.item.spec) if p)


def _purpose(want: Want) -> str:
    if want.asker is None:
        return tr("Stock is low") if want.warehouse_id is None else tr("Stock of {where} is low", where=want.warehouse)
    return want.asker.customer or tr("Purchase request")


def _needed(row: Row) -> Mark | None:
    if row.want is None or row.want.asker is None or row.want.asker.needed is None:
        return None
    left = (row.want.asker.needed - dt.date.today()).days
    return Mark(Tone.BAD, tr("Late")) if left < 0 else Mark(Tone.WARN, tr("Urgent")) if left <= SOON else None


def _expected(want: Want) -> str:
    return "" if want.lead_days is None else f"{dt.date.today() + dt.timedelta(days=want.lead_days):%m-%d}"


def _when_in_time(row: Row) -> Mark | None:
    """Whether what is ordered today comes after it is needed."""
    want = row.want
    if want is None or want.lead_days is None or want.asker is None or want.asker.needed is None:
        return None
    late = dt.date.today() + dt.timedelta(days=want.lead_days) > want.asker.needed
    return Mark(Tone.BAD) if late else None


def _pack(want: Want) -> Decimal | None:
    """How many come together: by the supplier's terms, else in the unit it is bought in."""
    return want.multiple or in_full_packs(Decimal(1), want.item, None, None)


def _order(want: Want) -> str:
    """Its number without the letters that all of them begin with."""
    return (want.asker.order or want.asker.request).partition("-")[2] if want.asker else ""


_RIGHT, _CENTER = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
COLUMNS = (
    Column("tick", "", width=36, minimum=36, align=_CENTER, value=lambda row: "☑" if row.ticked else "☐"),
    Column("what", N_("Item"), width=170, minimum=140, stretch=3, value=_what),
    Column("purpose", N_("Wanted for"), width=110, minimum=92, stretch=2, value=_of(_purpose)),
    Column("order", N_("Customer's order"), width=122, minimum=122, value=_of(_order), muted=True),
    Column("needed", N_("Needed by"), width=108, minimum=108, value=_of(
        lambda want: f"{want.asker.needed:%m-%d}" if want.asker and want.asker.needed else ""), mark=_needed),
    Column("lacking", N_("Lacking"), Kind.QUANTITY, 64, minimum=58, value=_of(lambda want: want.lacking),
           mark=lambda row: Mark(Tone.BAD) if row.want else None),
    Column("quantity", N_("To order"), Kind.QUANTITY, 76, minimum=70, bold=True,
           value=lambda row: row.quantity if row.want else None),
    Column("unit", N_("Unit"), width=46, minimum=46, align=_CENTER, value=_of(lambda want: want.item.unit), muted=True),
    Column("pack", N_("Pack"), Kind.QUANTITY, 56, minimum=50, value=_of(_pack), muted=True,
           yields=3),
    Column("price", N_("Last price"), Kind.PRICE, 76, minimum=70, value=lambda row: row.price),
    Column("amount", N_("Amount"), Kind.MONEY, 90, minimum=84, bold=True, value=lambda row: row.amount),
    Column("on_hand", N_("On hand"), Kind.QUANTITY, 66, minimum=60, value=_of(lambda want: want.figures.on_hand)),
    Column("on_order", N_("On order"), Kind.QUANTITY, 66, minimum=58, value=_of(lambda want: want.figures.on_order)),
    Column("sold", N_("Sold in 7/30/90 days"), width=128, minimum=114, align=_RIGHT, muted=True, value=_of(
        lambda want: " / ".join(values.grouped(n) for n in want.sold)),
        sort_key=lambda row: row.want.sold[len(DAYS) - 1] if row.want else None),
    Column("expected", N_("Comes"), width=60, minimum=56, value=_of(_expected), mark=_when_in_time, yields=2),
    Column("supplier", N_("Supplier"), width=140, minimum=100, stretch=1, yields=4,
           value=lambda row: (row.supplier or tr("Choose…")) if row.want else None),
)
WHAT, SPAN = 1, 8  # a heading goes on over the cells that it leaves empty


def _fill_packs(lines: Sequence[Row]) -> None:
    """What will be ordered of each line: the last of an item's that are ticked takes what fills the packs."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in lines:
        if row.want:
            row.quantity = row.want.lacking if row.typed is None else row.typed
            groups.setdefault((row.want.item.id, row.supplier_id, row.want.warehouse_id), []).append(row)
    for members in groups.values():
        chosen = [row for row in members if row.ticked] or members
        want, total = chosen[-1].want, sum((row.quantity for row in chosen), values.ZERO)
        if want:
            chosen[-1].quantity += in_full_packs(total, want.item, want.multiple, want.least) - total


def _urgency(group: tuple[tuple[str, int | None], list[Row]]) -> tuple[bool, dt.date, str]:
    (supplier, supplier_id), members = group
    needed = [row.want.asker.needed for row in members if row.want and row.want.asker and row.want.asker.needed]
    return supplier_id is None, min(needed, default=dt.date.max), supplier


class WantsModel(RowsModel):
    """Rows under the headings of their suppliers; what the buyer did stays while the rows are read again."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(COLUMNS, parent=parent)
        self._decimals = values.MONEY_PLACES  # of all prices, so that they stand in line

    def take(self, wants: Sequence[Want]) -> None:
        """What there is to buy now."""
        before = {row.want.key: row for row in self.lines() if row.want}
        self.arrange([self._kept(want, before.get(want.key)) for want in wants])

    @staticmethod
    def _kept(want: Want, row: Row | None) -> Row:
        if row is None or row.want is None:
            return Row(want, want.supplier_id, want.supplier)
        same = row.want.lacking == want.lacking
        return Row(want, row.supplier_id or want.supplier_id, row.supplier or want.supplier,
                   row.typed if same else None, ticked=row.ticked)

    def arrange(self, lines: Sequence[Row]) -> None:
        """Put each line under its supplier's heading: first who has what somebody waits for; last what has none."""
        groups: dict[tuple[str, int | None], list[Row]] = {}
        for row in lines:
            groups.setdefault((row.supplier, row.supplier_id), []).append(row)
        rows: list[Row] = []
        for (supplier, supplier_id), members in sorted(groups.items(), key=_urgency):
            rows.append(Row(None, supplier_id, supplier, ticked=all(m.ticked for m in members), members=members))
            rows += members
        _fill_packs(lines)
        rounded = [values.round_to(row.price, values.RATE_PLACES) for row in lines if row.price is not None]
        self._decimals = max((typed.decimals(price) for price in rounded), default=values.MONEY_PLACES)
        self.replace(rows)

    def lines(self) -> list[Row]:
        return [row for row in self._rows if row.want]

    def ticked(self) -> list[Row]:
        return [row for row in self.lines() if row.ticked]

    def toggle(self, number: int) -> None:
        """A line; under a heading all of its lines."""
        row = self._rows[number]
        row.ticked = not row.ticked
        for member in row.members:
            member.ticked = row.ticked
        self._heads()

    def tick_all(self, ticked: bool) -> None:
        for row in self.lines():
            row.ticked = ticked
        self._heads()

    def give(self, number: int, supplier_id: int, supplier: str) -> None:
        """Buy a line from somebody else."""
        row = self._rows[number]
        row.supplier_id, row.supplier = supplier_id, supplier
        self.arrange(self.lines())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Within each supplier."""
        if not 0 <= column < len(self.columns):
            return
        what = self.columns[column]
        read = what.sort_key or what.read
        lines = self.lines()
        filled = sorted((r for r in lines if read(r) not in (None, "")), key=read,
                        reverse=order == Qt.SortOrder.DescendingOrder)
        self.arrange([*filled, *(r for r in lines if read(r) in (None, ""))])

    def cell(self, row: Row, column: Column) -> Cell:
        cell = super().cell(row, column)
        if row.want is None:
            return cell._replace(group=True, bold=column.key in ("what", "amount"))
        if column.key == "price" and row.price is not None:
            return cell._replace(text=values.grouped(values.round_to(row.price, self._decimals), self._decimals))
        return cell._replace(tone=Tone.ACCENT) if column.key == "supplier" and row.supplier_id is None else cell

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags, row = super().flags(index), self._rows[index.row()]
        editable = row.want and self.columns[index.column()].key in _EDITED
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """The quantity to order; the line is ticked by it."""
        row = self._rows[index.row()]
        try:
            quantity = typed.read(QUANTITY, str(value))
        except typed.Misread:
            return False
        if quantity is None or quantity <= 0 or row.want is None:
            return False
        row.typed, row.ticked = quantity, True
        self._heads()
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.EditRole:
            return super().data(index, Qt.ItemDataRole.DisplayRole)
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid() and self.columns[index.column()].key == "order":
            want = self._rows[index.row()].want
            return "\n".join(n for n in (want.asker.order, want.asker.request) if n) if want and want.asker else None
        return super().data(index, role)

    def _heads(self) -> None:
        _fill_packs(self.lines())
        for row in self._rows:
            if row.members:
                row.ticked = all(m.ticked for m in row.members)
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))
