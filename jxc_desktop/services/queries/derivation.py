"""The moves behind a figure: in order of effect, each with the pool and the stock that it found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.records import company
from jxc_desktop.models.stock import stock_move
from jxc_desktop.services.queries.truth import Held
from jxc_desktop.services.replay import EventKey, Worth
from jxc_desktop.values import ZERO

_m = stock_move.c
KEY = tuple(_m[name] for name in EventKey._fields)
FIGURES = ("quantity", *Worth._fields)
Places = Mapping[tuple[int, int], Held]  # by warehouse and lot
NOTHING = Held()


@dataclass(frozen=True)
class Traced:
    """A move with all that was learnt about it; the pool that it found, and the stock in its own place."""

    key: EventKey
    document_id: int
    quantity: Decimal
    worth: Worth
    transfer: bool = False
    before: Held = NOTHING
    here: Decimal = ZERO
    within: bool = False  # a transfer between warehouses of the pool, which it leaves as it was

    @property
    def after(self) -> Held:
        return self.before if self.within else self.before.plus(self.quantity, self.worth.value)


@dataclass(frozen=True)
class Scope:
    """What is asked about. Its pool can be larger: the whole company's, or that of all lots."""

    item_id: int
    warehouse_id: int | None
    lot_id: int | None
    by_warehouse: bool
    by_lot: bool

    @property
    def pool(self) -> ColumnElement[bool]:
        found = [_m.item_id == self.item_id]
        if self.by_warehouse and self.warehouse_id is not None:
            found.append(_m.warehouse_id == self.warehouse_id)
        if self.by_lot and self.lot_id is not None:
            found.append(_m.lot_id == self.lot_id)
        return and_(*found)

    def shows(self, warehouse_id: int, lot_id: int) -> bool:
        return self.warehouse_id in (None, warehouse_id) and self.lot_id in (None, lot_id)


def scope(connection: Connection, item_id: int, warehouse_id: int | None, lot_id: int | None) -> Scope:
    rules = connection.execute(select(company.c.cost_level, company.c.cost_by_lot)).one()
    return Scope(item_id, warehouse_id, lot_id, rules.cost_level == "warehouse", bool(rules.cost_by_lot))


def moves(connection: Connection, where: ColumnElement[bool]) -> list[Traced]:
    """In order of effect; what was taken back altogether is left out."""
    rows = connection.execute(select(
        *KEY, _m.document_id, func.max(_m.basis).label("basis"), *(func.sum(_m[f]).label(f) for f in FIGURES)).where(
        where).group_by(*KEY, _m.document_id).order_by(*KEY))
    found = [Traced(EventKey(*r[:7]), r.document_id, r.quantity, Worth(r.value, r.variance, r.settled),
                    r.basis == Basis.TRANSFER.value) for r in rows]
    return [e for e in found if e.quantity or any(e.worth)]


def without_transfers(events: Iterable[Traced]) -> list[Traced]:
    """For all warehouses together, what leaves one and arrives in the other is no move; unless it lost value."""
    left: dict[tuple[int, int], Held] = defaultdict(Held)
    events = list(events)
    for e in events:
        if e.transfer:
            left[e.key.line_id, e.key.lot_id] = left[e.key.line_id, e.key.lot_id].plus(e.quantity, e.worth.value)
    return [e for e in events if not e.transfer or any(left[e.key.line_id, e.key.lot_id])]


def places(connection: Connection, where: ColumnElement[bool]) -> Places:
    return {(r.warehouse_id, r.lot_id): Held(r.quantity, r.value) for r in connection.execute(select(
        _m.warehouse_id, _m.lot_id, func.sum(_m.quantity).label("quantity"), func.sum(_m.value).label("value")).where(
        where).group_by(_m.warehouse_id, _m.lot_id))}


def whole(found: Places) -> Held:
    return Held(sum((h.quantity for h in found.values()), ZERO), sum((h.value for h in found.values()), ZERO))


def run(start: Places, events: Iterable[Traced], *, by_warehouse: bool) -> list[Traced]:
    """The events from `start` on, each with what it found. Within one pool a transfer changes nothing."""
    pool, on_hand = whole(start), defaultdict(Decimal, {place: held.quantity for place, held in start.items()})
    found = []
    for e in events:
        place = e.key.warehouse_id, e.key.lot_id
        made = replace(e, before=pool, here=on_hand[place], within=e.transfer and not by_warehouse)
        found.append(made)
        pool = made.after
        on_hand[place] += e.quantity
    return found


def earlier(event: Traced) -> ColumnElement[bool]:
    """What took effect before a move; of a transfer, before both its legs."""
    size = 2 if event.transfer else 4
    return tuple_(*KEY[:size]) < tuple(event.key[:size])
