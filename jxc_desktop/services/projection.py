"""What will be there, day by day: what is on hand, what orders expect and what they have promised.

Demand and incoming are the open quantities of orders. Goods under way between our own warehouses come in where
they go to; in all warehouses together they are on hand already.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Promise, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item
from jxc_desktop.models.stock import stock_balance, stock_move
from jxc_desktop.services.netting import day_end
from jxc_desktop.values import ZERO

_m, _b, _d, _l = stock_move.c, stock_balance.c, document.c, document_line.c
_PROMISES = {k.key: k.promise for k in document_types.ALL if k.promise not in (None, Promise.REQUESTED)}
_OURS = frozenset(k.key for k in document_types.ALL if k.promise and any(f.name == "destination_id" for f in k.header))
_place = func.coalesce(_d.destination_id, _d.warehouse_id)
_LEFT = type_coerce(_l.base_quantity - _l.fulfilled, Quantity)


@dataclass(frozen=True)
class Held:
    """Figures of an item in a warehouse or in all, in base units."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    on_order: Decimal = ZERO
    demand: Decimal = ZERO

    def plus(self, other: "Held") -> "Held":
        return Held(self.on_hand + other.on_hand, self.reserved + other.reserved, self.on_order + other.on_order,
                    self.demand + other.demand)

    @property
    def projected(self) -> Decimal:
        return self.on_hand + self.on_order - self.demand


@dataclass(frozen=True)
class ProjectedDay:
    """What the documents `numbers` bring in and take out on a day, and what is there then.

    The first day has no date: it begins with what is there, and has what is promised for no particular day.
    """

    date: dt.date | None
    incoming: Decimal
    outgoing: Decimal
    projected: Decimal
    numbers: tuple[str, ...]


def projected(connection: Connection, item_id: int, warehouse_id: int | None = None,
              as_of: dt.date | None = None) -> Decimal:
    """On hand + incoming - demand; `as_of`: by moves and promises up to that day and those without a date."""
    expected = sum((_change(r) for r in connection.execute(_open_lines(item_id, warehouse_id))
                    if as_of is None or r.due_date is None or r.due_date <= as_of), ZERO)
    return _on_hand(connection, item_id, warehouse_id, as_of) + expected


def timeline(connection: Connection, item_id: int, warehouse_id: int | None = None) -> list[ProjectedDay]:
    """What will be there after each day for which something is promised."""
    days: dict[dt.date | None, list[Any]] = {None: []}
    for r in connection.execute(_open_lines(item_id, warehouse_id)):
        days.setdefault(r.due_date, []).append(r)
    found, there = [], _on_hand(connection, item_id, warehouse_id, None)
    for day in sorted(days, key=lambda d: d or dt.date.min):
        changes = [_change(r) for r in days[day]]
        incoming, outgoing = (sum((max(sign * c, ZERO) for c in changes), ZERO) for sign in (1, -1))
        there += incoming - outgoing
        found.append(ProjectedDay(day, incoming, outgoing, there, tuple(dict.fromkeys(r.number for r in days[day]))))
    return found


def held(connection: Connection) -> defaultdict[tuple[int, int | None], Held]:
    """Figures of every item by (item, warehouse); warehouse None is all together."""
    found: defaultdict[tuple[int, int | None], Held] = defaultdict(Held)
    for r in connection.execute(select(_b.item_id, _b.warehouse_id, _b.on_hand, _b.reserved)):
        for place in (None, r.warehouse_id):
            found[r.item_id, place] = found[r.item_id, place].plus(Held(r.on_hand, r.reserved))
    place = _place.label("place")
    for r in connection.execute(_open(_l.item_id, _d.kind, place, func.sum(_LEFT).label("left")).group_by(
            _l.item_id, _d.kind, _place)):
        change = Held(on_order=r.left) if _PROMISES[r.kind] is Promise.ON_ORDER else Held(demand=r.left)
        for where in (r.place,) if r.kind in _OURS else (None, r.place):
            found[r.item_id, where] = found[r.item_id, where].plus(change)
    return found


def between_ours(connection: Connection, item_ids: Collection[int]) -> dict[int, Decimal]:
    """What is on its way from one of our warehouses to another: it is on hand in all together already."""
    return {r.item_id: r.left for r in connection.execute(_open(_l.item_id, func.sum(_LEFT).label("left")).where(
        _d.kind.in_(_OURS), _l.item_id.in_(item_ids)).group_by(_l.item_id))}


def _open(*columns: Any) -> Select[Any]:
    """Lines of orders that stand and are not wholly fulfilled."""
    return select(*columns).join_from(document_line, document, _d.id == _l.document_id).join(
        item, item.c.id == _l.item_id).where(
        _d.kind.in_(_PROMISES), _d.status == Status.POSTED, _d.reversal_of_id.is_(None), item.c.stocked,
        _l.base_quantity > _l.fulfilled)


def open_lines(connection: Connection, item_id: int, warehouse_id: int | None) -> Sequence[Any]:
    """What orders still bring of an item and take: rows of (kind, number, due_date, left, reserved)."""
    return connection.execute(_open_lines(item_id, warehouse_id)).all()


def _open_lines(item_id: int, warehouse_id: int | None) -> Select[Any]:
    lines = _open(_d.kind, _d.number, _d.due_date, _LEFT.label("left"), _l.reserved).where(
        _l.item_id == item_id).order_by(_d.id)
    here = _place == warehouse_id if warehouse_id is not None else _d.kind.not_in(_OURS)
    return lines.where(here)


def _change(row: Any) -> Decimal:
    left: Decimal = row.left
    return left if _PROMISES[row.kind] is Promise.ON_ORDER else -left


def _on_hand(connection: Connection, item_id: int, warehouse_id: int | None, as_of: dt.date | None) -> Decimal:
    table, figure = (stock_balance, _b.on_hand) if as_of is None else (stock_move, _m.quantity)
    query = select(func.sum(figure)).where(table.c.item_id == item_id)
    if as_of is not None:
        query = query.where(_m.effective_at < day_end(as_of))
    if warehouse_id is not None:
        query = query.where(table.c.warehouse_id == warehouse_id)
    return connection.scalar(query) or ZERO
