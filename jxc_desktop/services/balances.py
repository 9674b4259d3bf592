"""The running sums that a command holds until it commits: stock by place, value and layers by pool.

The row of an item in `cost_pool` is locked first and stands for all that hangs on the item: its pools, layers
and lots are then safe to read.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, tuple_, update

from jxc_desktop.models.stock import cost_layer, cost_pool, lot_balance, stock_balance
from jxc_desktop.services.bulk import Bulk
from jxc_desktop.services.costing import FifoPool, Part, Pool
from jxc_desktop.services.replay import Place, Policy, PoolKey
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.services.upsert import ensure
from jxc_desktop.values import ZERO

Shelf = tuple[int, int]  # item, warehouse
FRONT = 64  # layers that are read at first


@dataclass
class Balance:
    """A locked row of stock_balance or lot_balance: the figures as they will be committed."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    on_order: Decimal = ZERO
    moved: Decimal = ZERO  # what this command changes of on_hand
    counted: bool = False  # by a count, which says what is there whoever holds it
    dip: tuple[Decimal, dt.date] | None = None  # the lowest later stock below zero, and its day
    least: Decimal = field(init=False)  # that may be free: nothing, or less where less was free before

    def __post_init__(self) -> None:
        self.least = min(self.free, ZERO)

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass
class ItemRow:
    """The locked row of an item in the whole company; `last` is the place of its latest move."""

    quantity: Decimal
    value: Decimal
    last_cost: Decimal
    last: tuple[dt.datetime, int] | None
    touched: bool = False


@dataclass
class Locked:
    """What a command holds until it commits, locked in sorted order."""

    shelves: dict[Shelf, Balance] = field(default_factory=dict)
    lots: dict[Place, Balance] = field(default_factory=dict)
    items: dict[int, ItemRow] = field(default_factory=dict)
    stored: dict[PoolKey, dict[int, Part]] = field(default_factory=dict)  # the layers that were read, by row
    pools: dict[PoolKey, Pool] = field(default_factory=dict)  # as they will be committed
    rebuilt: set[PoolKey] = field(default_factory=set)  # of these all layers are written anew

    @property
    def moved_items(self) -> set[int]:
        """Items of which this command changed the stock somewhere."""
        return {item for (item, _), balance in self.shelves.items() if balance.moved}

    def at(self, place: Place) -> Decimal:
        """What is on hand at a place, whether or not the item is tracked."""
        item, warehouse, lot = place
        found = self.lots.get(place) if lot else self.shelves.get((item, warehouse))
        return found.on_hand if found else ZERO

    def move(self, place: Place, quantity: Decimal, *, counted: bool = False) -> Decimal:
        """Change the stock at a place; returns what is then on hand in the warehouse."""
        item, warehouse, lot = place
        for balance in ([self.lots[place]] if lot else []) + [self.shelves[item, warehouse]]:
            balance.on_hand += quantity
            balance.moved += quantity
            balance.counted = balance.counted or counted
        return self.shelves[item, warehouse].on_hand


# Built once: building a statement costs a save more than running it.
_p, _b, _l, _layer = cost_pool.c, stock_balance.c, lot_balance.c, cost_layer.c
_ITEMS = select(cost_pool).where(_p.item_id.in_(bindparam("items", expanding=True)), _p.warehouse_id == 0,
                                 _p.lot_id == 0).order_by(_p.item_id).with_for_update()
_SHELVES = select(stock_balance).where(tuple_(_b.item_id, _b.warehouse_id).in_(
    bindparam("places", expanding=True))).order_by(_b.item_id, _b.warehouse_id).with_for_update()
_LOTS = select(lot_balance).where(tuple_(_l.item_id, _l.warehouse_id, _l.lot_id).in_(
    bindparam("places", expanding=True))).order_by(_l.item_id, _l.warehouse_id, _l.lot_id).with_for_update()
_POOLS = select(cost_pool).where(tuple_(_p.item_id, _p.warehouse_id, _p.lot_id).in_(
    bindparam("pools", expanding=True)))
_of_pool = ((_layer.item_id == bindparam("i")) & (_layer.warehouse_id == bindparam("w"))
            & (_layer.lot_id == bindparam("l")))
_LAYERS = select(cost_layer).where(_of_pool, _layer.id > bindparam("after")).order_by(_layer.id).limit(
    bindparam("most"))
_pool = update(cost_pool).where(_p.item_id == bindparam("i"), _p.warehouse_id == bindparam("w"),
                                _p.lot_id == bindparam("l"))
_SET_ITEM = Bulk(_pool, "quantity", "value", "last_cost", "last_at", "last_entry")
_SET_POOL = Bulk(_pool, "quantity", "value", "last_cost")
_SET_SHELF = Bulk(update(stock_balance).where(_b.item_id == bindparam("i"), _b.warehouse_id == bindparam("w")),
                  "on_hand", "reserved", "on_order")
_SET_LOT = Bulk(update(lot_balance).where(_l.item_id == bindparam("i"), _l.warehouse_id == bindparam("w"),
                                          _l.lot_id == bindparam("l")), "on_hand", "reserved")
_SET_LAYER = Bulk(update(cost_layer).where(_layer.id == bindparam("row")), "quantity", "value")
_NEW_LAYER = Bulk(insert(cost_layer), *(c.name for c in cost_layer.c if c.name != "id"))
_DROP_LAYERS = delete(cost_layer).where(_layer.id == bindparam("row"))
_DROP_ALL_LAYERS = delete(cost_layer).where(_of_pool)


def lock(work: Work, shelves: Iterable[Shelf], lots: Iterable[Place] = ()) -> Locked:
    """Lock items, then shelves, then lots, in one order for every program, so that locks never cross."""
    wanted, tracked = sorted(set(shelves)), sorted(set(lots))
    if not wanted:
        return Locked()
    ids = sorted({item for item, _ in wanted})
    items = _locked_rows(work, _ITEMS, {"items": ids}, lambda: ensure(
        work.connection, cost_pool, [{"item_id": i, "warehouse_id": 0, "lot_id": 0} for i in ids]))
    rows = _locked_rows(work, _SHELVES, {"places": wanted}, lambda: ensure(
        work.connection, stock_balance, [{"item_id": i, "warehouse_id": w} for i, w in wanted]))
    locked = Locked({(r.item_id, r.warehouse_id): Balance(r.on_hand, r.reserved, r.on_order) for r in rows},
                    items={r.item_id: _item_row(r) for r in items})
    if tracked:
        rows = _locked_rows(work, _LOTS, {"places": tracked}, lambda: ensure(
            work.connection, lot_balance, [{"item_id": i, "warehouse_id": w, "lot_id": n} for i, w, n in tracked]))
        locked.lots = {(r.item_id, r.warehouse_id, r.lot_id): Balance(r.on_hand, r.reserved) for r in rows}
    return locked


def lock_items(work: Work, locked: Locked, items: Collection[int]) -> None:
    """Items whose cost follows from what a replay found: what was made of goods that now cost otherwise."""
    for row in work.rows(_ITEMS, {"items": sorted(items)}):
        locked.items[row.item_id] = _item_row(row)


def _item_row(r: Any) -> ItemRow:
    return ItemRow(r.quantity, r.value, r.last_cost, (r.last_at, r.last_entry) if r.last_at else None)


def _locked_rows(work: Work, query: Select[Any], given: Mapping[str, Sequence[Any]],
                 make: Callable[[], None]) -> Sequence[Any]:
    """The rows that are asked for, one for each; `make` makes those that are missing."""
    [expected] = map(len, given.values())
    rows = work.rows(query, given)
    if len(rows) < expected:
        make()
        rows = work.rows(query, given)
    return rows


def load_pools(work: Work, locked: Locked, policy: Policy, needs: Mapping[PoolKey, Decimal | None]) -> None:
    """Read pools into `locked`, of each the layers at the front that cover a quantity (all for None)."""
    own = [key for key in needs if key[1:] != (0, 0)]
    rows = {(r.item_id, r.warehouse_id, r.lot_id): r for r in work.rows(_POOLS, {"pools": own})} if own else {}
    for key, needed in needs.items():
        pool = locked.pools[key] = policy.new_pool(key[0])
        row: Any = rows.get(key) if key in own else locked.items[key[0]]
        if row is not None and (key in own or row.last):
            pool.quantity, pool.value, pool.last_cost = row.quantity, row.value, row.last_cost
        layers = _layers(work, key, None if pool.quantity < 0 else needed) if (
            isinstance(pool, FifoPool) or pool.quantity < 0) else []
        pool.layers.extend(layers)
        locked.stored[key] = {layer.row: layer for layer in layers if layer.row}


def _layers(work: Work, key: PoolKey, needed: Decimal | None) -> list[Part]:
    found: list[Part] = []
    most = FRONT if needed is not None else 2**31 - 1
    covered = ZERO
    while needed is None or covered < needed:
        rows = work.rows(_LAYERS, {"i": key[0], "w": key[1], "l": key[2], "most": most,
                                   "after": (found[-1].row or 0) if found else 0})
        found += [Part(r.quantity, r.value, r.line_id, r.received_at, r.id) for r in rows]
        covered += sum((r.quantity for r in rows), ZERO)
        if len(rows) < most:
            break
        most *= 4
    return found


def store(work: Work, locked: Locked) -> None:
    """Write the running sums back."""
    _SET_SHELF.run(work.connection, [
        {"i": i, "w": w, "on_hand": b.on_hand, "reserved": b.reserved, "on_order": b.on_order}
        for (i, w), b in locked.shelves.items()])
    _SET_LOT.run(work.connection, [{"i": i, "w": w, "l": n, "on_hand": b.on_hand, "reserved": b.reserved}
                                   for (i, w, n), b in locked.lots.items()])
    _SET_ITEM.run(work.connection, [
        {"i": i, "w": 0, "l": 0, "quantity": row.quantity, "value": row.value, "last_cost": row.last_cost,
         "last_at": row.last and row.last[0], "last_entry": row.last and row.last[1]}
        for i, row in locked.items.items() if row.touched])
    own = [(key, pool) for key, pool in locked.pools.items() if key[1:] != (0, 0)]
    ensure(work.connection, cost_pool, [
        dict(zip(("item_id", "warehouse_id", "lot_id"), key, strict=True)) for key, _ in own])
    _SET_POOL.run(work.connection, [
        {"i": i, "w": w, "l": n, "quantity": pool.quantity, "value": pool.value, "last_cost": pool.last_cost}
        for (i, w, n), pool in own])
    for key, pool in locked.pools.items():
        _store_layers(work, key, pool, locked)


def _store_layers(work: Work, key: PoolKey, pool: Pool, locked: Locked) -> None:
    """Write what changed of a pool's layers; new ones are at the back, so their rows follow the others."""
    run, was = work.connection.execute, dict(locked.stored.get(key, {}))
    if key in locked.rebuilt:
        run(_DROP_ALL_LAYERS, {"i": key[0], "w": key[1], "l": key[2]})
        was, fresh = {}, list(pool.layers)
    else:
        kept = [layer for layer in pool.layers if layer.row in was]
        changed = [layer for layer in kept if was.pop(layer.row or 0) != layer]
        fresh = [layer for layer in pool.layers if layer.row is None]
        _SET_LAYER.run(work.connection, [
            {"row": p.row, "quantity": p.quantity, "value": p.value} for p in changed])
    if was:
        run(_DROP_LAYERS, [{"row": row} for row in was])
    _NEW_LAYER.run(work.connection, [
        {"item_id": key[0], "warehouse_id": key[1], "lot_id": key[2], "line_id": p.line_id,
         "received_at": p.received_at, "quantity": p.quantity, "value": p.value} for p in fresh])
