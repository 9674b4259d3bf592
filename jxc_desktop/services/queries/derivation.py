"""The moves behind a figure: in order of effect, each with the pool and the stock that it found."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, func, select

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
    before: Held = NOTHING
    here: Decimal = ZERO

    @property
    def after(self) -> Held:
        return self.before.plus(self.quantity, self.worth.value)


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
    rows = connection.execute(select(*KEY, _m.document_id, *(func.sum(_m[f]).label(f) for f in FIGURES)).where(
        where).group_by(*KEY, _m.document_id).order_by(*KEY))
    found = [Traced(EventKey(*r[:7]), r.document_id, r.quantity, Worth(r.value, r.variance, r.settled)) for r in rows]
    return [e for e in found if e.quantity or any(e.worth)]


def places(connection: Connection, where: ColumnElement[bool]) -> Places:
    return {(r.warehouse_id, r.lot_id): Held(r.quantity, r.value) for r in connection.execute(select(
        _m.warehouse_id, _m.lot_id, func.sum(_m.quantity).label("quantity"), func.sum(_m.value).label("value")).where(
        where).group_by(_m.warehouse_id, _m.lot_id))}


def whole(found: Places) -> Held:
    return Held(sum((h.quantity for h in found.values()), ZERO), sum((h.value for h in found.values()), ZERO))


def run(start: Places, events: Iterable[Traced]) -> list[Traced]:
    """The events from `start` on, each with what it found."""
    pool, on_hand = whole(start), defaultdict(Decimal, {place: held.quantity for place, held in start.items()})
    found = []
    for e in events:
        place = e.key.warehouse_id, e.key.lot_id
        made = Traced(e.key, e.document_id, e.quantity, e.worth, pool, on_hand[place])
        found.append(made)
        pool = made.after
        on_hand[place] += e.quantity
    return found


def before(key: EventKey) -> tuple[dt.datetime, int, int, int]:
    """What orders moves: everything smaller took effect earlier."""
    return key.effective_at, key.entry, key.leg, key.line_id
