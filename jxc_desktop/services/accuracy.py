"""How well the books agree with what was counted: line by line, a gain never makes up for a loss."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select, tuple_, type_coerce

from jxc_desktop import values
from jxc_desktop.document_types.schema import Status
from jxc_desktop.document_types.stock_count import STOCK_COUNT
from jxc_desktop.models.base import Money
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import category, item, warehouse
from jxc_desktop.models.stock import stock_move
from jxc_desktop.services import abc_classes
from jxc_desktop.values import MONEY_PLACES, RATE_PLACES, ZERO

TOLERANCE = {"A": Decimal("0.01"), "B": Decimal("0.03"), "C": Decimal("0.05")}  # of the book quantity


@dataclass(frozen=True)
class CountedLine:
    """One item (and lot) of a posted count. `off` and `off_value` are absolute; serial numbers count one by one."""

    document_id: int
    number: str
    date: dt.date
    warehouse: str
    item_id: int
    category: str
    counter: str
    abc: str
    book: Decimal
    off: Decimal
    book_value: Decimal
    off_value: Decimal

    @property
    def within(self) -> bool:
        return self.off <= TOLERANCE[self.abc] * abs(self.book)


@dataclass(frozen=True)
class Accuracy:
    """`by_line` and `by_value` are fractions; None where nothing was counted, or was worth nothing."""

    lines: int
    within: int
    book_value: Decimal
    off_value: Decimal

    @property
    def by_line(self) -> Decimal | None:
        return values.divide(Decimal(self.within), Decimal(self.lines), RATE_PLACES) if self.lines else None

    @property
    def by_value(self) -> Decimal | None:
        if self.book_value <= 0:
            return None
        return max(ZERO, 1 - values.divide(self.off_value, self.book_value, RATE_PLACES))


def accuracy(connection: Connection, first: dt.date, last: dt.date, warehouse_id: int | None = None) -> Accuracy:
    """Of the counts dated between two days: lines within tolerance, and value off, against all that was counted."""
    return summed(counted_lines(connection, first, last, warehouse_id))


def summed(lines: Iterable[CountedLine]) -> Accuracy:
    lines = list(lines)
    return Accuracy(len(lines), sum(line.within for line in lines), sum((line.book_value for line in lines), ZERO),
                    sum((line.off_value for line in lines), ZERO))


def counted_lines(connection: Connection, first: dt.date, last: dt.date,
                  warehouse_id: int | None = None) -> list[CountedLine]:
    """Every item and lot that a posted count dated between two days counted."""
    classes = abc_classes.classes(connection, last)
    found = []
    for head in _counts(connection, first, last, warehouse_id):
        costs = _costs_at(connection, head)
        off = _off(connection, head.id)
        for lines in _grouped(connection, head):
            counted = sum((line.base_quantity or ZERO for line in lines), ZERO)
            moves = [move for line in lines for move in off[line.id]]
            book = counted - sum((quantity for quantity, _ in moves), ZERO)
            item_id = lines[0].item_id
            found.append(CountedLine(
                head.id, head.number, head.date, head.warehouse, item_id, lines[0].category or "",
                next((line.counter for line in lines if line.counter), None) or head.created_by,
                classes.get(item_id, "C"), book, sum((abs(quantity) for quantity, _ in moves), ZERO),
                values.round_to(book * costs.get(item_id, ZERO), MONEY_PLACES),
                sum((abs(value) for _, value in moves), ZERO)))
    return found


def _counts(connection: Connection, first: dt.date, last: dt.date, warehouse_id: int | None) -> Sequence[Any]:
    d = document.c
    query = select(d.id, d.number, d.date, d.time, d.entry, d.uncounted, d.created_by,
                   warehouse.c.name.label("warehouse")).join_from(
        document, warehouse, warehouse.c.id == d.warehouse_id).where(
        d.kind == STOCK_COUNT.key, d.status == Status.POSTED, d.date >= first, d.date <= last)
    if warehouse_id is not None:
        query = query.where(d.warehouse_id == warehouse_id)
    return connection.execute(query.order_by(d.date, d.id)).all()


def _grouped(connection: Connection, head: Any) -> list[list[Any]]:
    """The lines of each item and lot that count."""
    line = document_line.c
    groups: dict[Any, list[Any]] = {}
    for r in connection.execute(select(line.id, line.item_id, line.lot, line.base_quantity, line.counter,
                                       category.c.name.label("category")).join_from(
            document_line, item, item.c.id == line.item_id).outerjoin(
            category, category.c.id == item.c.category_id).where(line.document_id == head.id, item.c.stocked).order_by(
            line.position)):
        groups.setdefault((r.item_id, r.lot), []).append(r)
    return [lines for lines in groups.values()
            if head.uncounted == "zero" or any(line.base_quantity is not None for line in lines)]


def _off(connection: Connection, document_id: int) -> defaultdict[int, list[tuple[Decimal, Decimal]]]:
    """What the count booked, by line: quantity and value of each lot or serial number, with all that was learnt."""
    m = stock_move.c
    found = defaultdict(list)
    value = type_coerce(func.sum(m.value + m.variance), Money).label("value")
    for r in connection.execute(select(m.line_id, func.sum(m.quantity).label("quantity"), value).where(
            m.document_id == document_id).group_by(m.line_id, m.lot_id)):
        found[r.line_id].append((r.quantity, r.value))
    return found


def _costs_at(connection: Connection, head: Any) -> dict[int, Decimal]:
    """What a base unit of each item on the count cost just before it."""
    m, line = stock_move.c, document_line.c
    at = dt.datetime.combine(head.date, head.time or dt.time())
    return {r.item_id: r.value / r.quantity for r in connection.execute(select(
        m.item_id, func.sum(m.quantity).label("quantity"), func.sum(m.value).label("value")).where(
        m.item_id.in_(select(line.item_id).where(line.document_id == head.id)),
        tuple_(m.effective_at, m.entry) < (at, head.entry)).group_by(m.item_id)) if r.quantity > 0}
