"""Where goods lie, and where to take them from: which lots, or which warehouses."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop.errors import InvalidDraft, NotEnoughStock, NotFound, Problem, Shortage
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.records import lot, warehouse
from jxc_desktop.models.stock import lot_balance, stock_balance, stock_move
from jxc_desktop.services import catalog
from jxc_desktop.values import ZERO

FORBID = "forbid"


class Strategy(StrEnum):
    """Of lots, which expire first, came first or came last; of warehouses, which has most, or those named, in turn."""

    FEFO = "fefo"
    FIFO = "fifo"
    LIFO = "lifo"
    HIGHEST_STOCK = "highest_stock"
    SEQUENCE = "sequence"


@dataclass(frozen=True)
class LotFigures:
    """A lot (or serial number) in a warehouse, in base units."""

    lot_id: int
    code: str
    production_date: dt.date | None
    expiry_date: dt.date | None
    warehouse_id: int
    warehouse: str
    on_hand: Decimal
    reserved: Decimal
    expired: bool

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Picks:
    """What to take: (code of a lot or id of a warehouse, base units) in turn; `short` is what is not there."""

    picks: tuple[tuple[str | int, Decimal], ...]
    short: Decimal = ZERO


_lb, _b = lot_balance.c, stock_balance.c


def lots_of(connection: Connection, item_id: int, warehouse_id: int | None = None,
            on: dt.date | None = None) -> list[LotFigures]:
    """The lots that are there, in one warehouse or all: those that expire first, then those that came first."""
    today = on or dt.date.today()
    query = select(lot.c.id, lot.c.code, lot.c.production_date, lot.c.expiry_date, _lb.warehouse_id,
                   warehouse.c.name, _lb.on_hand, _lb.reserved).join_from(
        lot_balance, lot, lot.c.id == _lb.lot_id).join(warehouse, warehouse.c.id == _lb.warehouse_id).where(
        _lb.item_id == item_id, _lb.on_hand != ZERO)
    rows = connection.execute(query if warehouse_id is None else query.where(_lb.warehouse_id == warehouse_id))
    found = [LotFigures(*r, expired=r.expiry_date is not None and r.expiry_date < today) for r in rows]
    received = _first_receipts(connection, item_id)
    return sorted(found, key=lambda f: (f.expiry_date or dt.date.max, received[f.lot_id], f.warehouse_id))


def _first_receipts(connection: Connection, item_id: int) -> dict[int, tuple[Any, ...]]:
    """When each lot came in first, in order of effect; what was taken back does not count."""
    m = stock_move.c
    order = (m.effective_at, m.entry, m.leg, m.line_id)
    found: dict[int, tuple[Any, ...]] = defaultdict(lambda: (dt.datetime.max,))
    for r in connection.execute(select(m.lot_id, *order).where(m.item_id == item_id, m.lot_id != 0).group_by(
            m.lot_id, m.warehouse_id, *order).having(func.sum(m.quantity) > 0)):
        found[r.lot_id] = min(found[r.lot_id], tuple(r[1:]))
    return found


@dataclass(frozen=True)
class _Wanted:
    item_id: int
    warehouse_id: int | None
    quantity: Decimal
    strategy: Strategy
    warehouses: Sequence[int]


def pick(connection: Connection, item_id: int, warehouse_id: int | None, quantity: Decimal, strategy: str, *,
         on: dt.date | None = None, warehouses: Sequence[int] = (), partial: bool = False) -> Picks:
    """Where to take `quantity` base units from; changes nothing. `warehouses` are those to choose from, in turn.

    What others have reserved stays, and so do expired lots where the company forbids them. Raises NotEnoughStock
    for what is short, unless `partial`.
    """
    if quantity <= 0:
        raise InvalidDraft([Problem("quantity", N_("Quantity must be above zero"))])
    wanted = _Wanted(item_id, warehouse_id, quantity, Strategy(strategy), warehouses)
    lots, free = lots_of(connection, item_id, warehouse_id, on), _free(connection, wanted)
    if any(f.expired for f in lots) and catalog.the_company(connection).values["expired_stock"] == FORBID:
        for gone in (f for f in lots if f.expired and f.warehouse_id in free):
            free[gone.warehouse_id] -= gone.available
        lots = [f for f in lots if not f.expired]
    if wanted.strategy in (Strategy.HIGHEST_STOCK, Strategy.SEQUENCE):
        places = sorted(free, key=lambda w: -free[w]) if wanted.strategy is Strategy.HIGHEST_STOCK else list(free)
        found = _taken(quantity, ((w, free[w]) for w in places))
    else:
        found = _from_lots(wanted.quantity, _in_turn(connection, wanted, lots), free)
    if found.short and not partial:
        raise NotEnoughStock([_shortage(connection, wanted, found.short)])
    return found


def _free(connection: Connection, wanted: _Wanted) -> dict[int, Decimal]:
    """What nobody has reserved in each warehouse that may be taken from, in their order."""
    query = select(_b.warehouse_id, _b.on_hand, _b.reserved).join_from(
        stock_balance, warehouse, warehouse.c.id == _b.warehouse_id).where(
        _b.item_id == wanted.item_id).order_by(_b.warehouse_id)
    if wanted.warehouse_id is not None:
        query = query.where(_b.warehouse_id == wanted.warehouse_id)
    elif wanted.warehouses:
        query = query.where(_b.warehouse_id.in_(wanted.warehouses))
    else:
        query = query.where(warehouse.c.active, warehouse.c.in_transit.is_(False))
    found = {r.warehouse_id: r.on_hand - r.reserved for r in connection.execute(query)}
    turn = {w: i for i, w in enumerate(wanted.warehouses)}
    return dict(sorted(found.items(), key=lambda place: turn.get(place[0], 0)))


def _in_turn(connection: Connection, wanted: _Wanted, lots: list[LotFigures]) -> list[LotFigures]:
    if wanted.strategy is Strategy.FEFO:
        return lots
    received = _first_receipts(connection, wanted.item_id)
    return sorted(lots, key=lambda f: received[f.lot_id], reverse=wanted.strategy is Strategy.LIFO)


def _from_lots(quantity: Decimal, lots: Iterable[LotFigures], free: dict[int, Decimal]) -> Picks:
    """Lots in turn; together they give no more than is free in their warehouse."""
    def offers() -> Iterator[tuple[str, Decimal]]:
        for each in lots:
            offer = min(each.available, free.get(each.warehouse_id, ZERO))
            if offer > 0:
                free[each.warehouse_id] -= offer
                yield each.code, offer
    return _taken(quantity, offers())


def _taken(quantity: Decimal, offers: Iterable[tuple[str | int, Decimal]]) -> Picks:
    picks: dict[str | int, Decimal] = {}
    for source, offer in offers:
        if quantity and (taken := min(quantity, offer)) > 0:
            picks[source] = picks.get(source, ZERO) + taken
            quantity -= taken
    return Picks(tuple(picks.items()), quantity)


def _shortage(connection: Connection, wanted: _Wanted, short: Decimal) -> Shortage:
    info = catalog.items(connection, [wanted.item_id]).get(wanted.item_id)
    if info is None:
        raise NotFound(what=N_("Item"), key=wanted.item_id)
    name = connection.scalar(select(warehouse.c.name).where(warehouse.c.id == wanted.warehouse_id))
    return Shortage(info.name, name or tr("All warehouses"), wanted.quantity, wanted.quantity - short, info.unit)
