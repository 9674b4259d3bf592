"""The figures of one item as the product keeps them, and as the model says they must be, in the same form."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select

from jxc_desktop.models import TABLES
from jxc_desktop.services import integrity
from tests.machines.world import World

Figures = dict[str, dict[Any, Any]]

_b, _l, _lot, _p, _y, _m, _f = (TABLES[name].c for name in (
    "stock_balance", "lot_balance", "lot", "cost_pool", "cost_layer", "stock_move", "period_figure"))
ITEM = bindparam("item")
BALANCES = select(_b.warehouse_id, _b.on_hand, _b.reserved, _b.on_order).where(_b.item_id == ITEM)
LOTS = select(_l.warehouse_id, _lot.code, _l.on_hand).join_from(
    TABLES["lot_balance"], TABLES["lot"], _lot.id == _l.lot_id).where(_l.item_id == ITEM)
CODES = select(_lot.id, _lot.code).where(_lot.item_id == ITEM)
POOLS = select(_p.warehouse_id, _p.lot_id, _p.quantity, _p.value, _p.last_cost).where(_p.item_id == ITEM)
LAYERS = select(_y.warehouse_id, _y.lot_id, _y.quantity, _y.value).where(_y.item_id == ITEM).order_by(_y.id)
EVENTS = select(_m.line_id, *(func.sum(_m[name], type_=_m[name].type) for name in (
    "quantity", "value", "variance", "settled"))).where(_m.item_id == ITEM).group_by(_m.line_id)
UNTIL = select(func.sum(_m.quantity, type_=_m.quantity.type), func.sum(_m.value, type_=_m.value.type)).where(
    _m.item_id == ITEM, _m.effective_at < bindparam("end"))
FROZEN = select(_f.warehouse_id, _f.closing_quantity, _f.closing_value).where(
    _f.item_id == ITEM, _f.period_id == select(func.max(_f.period_id)).scalar_subquery())


def scaled(number: Decimal | None, places: int) -> int:
    return int((number or Decimal(0)).scaleb(places))


def kept(connection: Connection, item: int, warehouses: Mapping[int, str], tracked: bool) -> Figures:
    """What the product's tables say."""

    def rows(statement: Any) -> Sequence[Any]:
        return connection.execute(statement, {"item": item}).all()

    codes = {0: "", **{r.id: r.code for r in rows(CODES)}} if tracked else {0: ""}
    pools = {(warehouses.get(w, ""), codes[lot]): (scaled(q, 4), scaled(v, 2), scaled(last, 6))
             for w, lot, q, v, last in rows(POOLS)}
    layers: dict[Any, list[tuple[int, int]]] = {}
    for w, lot, q, v in rows(LAYERS):
        layers.setdefault((warehouses.get(w, ""), codes[lot]), []).append((scaled(q, 4), scaled(v, 2)))
    return {
        "stock": {warehouses[r.warehouse_id]: (scaled(r.on_hand, 4), scaled(r.reserved, 4), scaled(r.on_order, 4))
                  for r in rows(BALANCES)},
        "lots": {(warehouses[w], code): scaled(on_hand, 4) for w, code, on_hand in rows(LOTS)} if tracked else {},
        "whole": {"": pools.get(("", ""), (0, 0, 0))[:2]},
        "pools": {key: found[:2] for key, found in pools.items()},
        "last cost": {key: last for key, (q, _, last) in pools.items() if q <= 0},
        "layers": layers,
        "lines": {line: (scaled(q, 4), *(scaled(v, 2) for v in money)) for line, q, *money in rows(EVENTS)}}


def summed(lines: Mapping[int, tuple[int, ...]], step_of: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
    """By step what the product keeps by line."""
    found: dict[int, tuple[int, ...]] = {}
    for line, sums in lines.items():
        step = step_of.get(line, -line)
        found[step] = tuple(a + b for a, b in zip(found.get(step, (0, 0, 0, 0)), sums, strict=True))
    return found


def due(world: World, item: str, warehouses: Sequence[str]) -> Figures:
    """What the model says."""
    life = world.lives[item]
    pools = {key[1:]: pool for key, pool in life.pools.items() if key[0] == item}
    lines: dict[int, tuple[int, ...]] = {}
    for (n, each, _), fact in life.facts.items():
        if each == item:
            sums = fact.moved, fact.stock, fact.variance, fact.settled
            lines[n] = tuple(a + b for a, b in zip(lines.get(n, (0, 0, 0, 0)), sums, strict=True))
    return {
        "stock": {w: (life.on_hand(item, w), world.promised(item, w), world.open(
            ["purchase_order", "shipment"], item, w)) for w in warehouses},
        "lots": {(w, lot): q for (i, w, lot), q in life.stock.items() if i == item and lot},
        "whole": {"": (life.on_hand(item), life.value(item))},
        "pools": {key: (pool.quantity, pool.value) for key, pool in pools.items()},
        "last cost": {key: pool.last for key, pool in pools.items() if pool.quantity <= 0},
        "layers": {key: [*((g.quantity, g.value) for g in pool.layers if pool.fifo),
                         *((-g.quantity, -g.value) for g in pool.missing)] for key, pool in pools.items()},
        "lines": lines}


def differences(found: Figures, expected: Figures) -> list[str]:
    """In words; what is zero or missing is the same. The sum over several pools is compared as the whole."""
    return [f"{part} {key}: the product has {found[part].get(key)}, due is {expected[part].get(key)}"
            for part in expected for key in sorted(found[part].keys() | expected[part].keys(), key=str)
            if _plain(found[part].get(key)) != _plain(expected[part].get(key))
            and (key in expected[part] or part not in ("pools", "last cost"))]


def _plain(value: Any) -> Any:
    return value if value and (isinstance(value, int | list) or any(value)) else 0


def kept_until(connection: Connection, item: int, end: dt.datetime) -> tuple[int, int]:
    quantity, value = connection.execute(UNTIL, {"item": item, "end": end}).one()
    return scaled(quantity, 4), scaled(value, 2)


def frozen(connection: Connection, item: int) -> dict[int, tuple[int, int]]:
    """What the last close froze, by warehouse; 0 is the whole company."""
    return {r.warehouse_id: (scaled(r.closing_quantity, 4), scaled(r.closing_value, 2))
            for r in connection.execute(FROZEN, {"item": item})}


def broken(engine: Engine) -> list[str]:
    """What the product's own check finds wrong."""
    return [f"{f.check} {f.where}: {f.expected} is {f.found}" for r in integrity.check(engine) for f in r.findings]
