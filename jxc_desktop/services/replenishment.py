"""What to order, so that there is enough. A rule of an item looks at all warehouses, that of a warehouse at it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Status
from jxc_desktop.i18n import tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner, stock_level, warehouse
from jxc_desktop.services import catalog, projection, units
from jxc_desktop.services.catalog import ItemInfo, UnitChoice
from jxc_desktop.services.projection import Held
from jxc_desktop.values import ZERO


class Kind(StrEnum):
    MIN_MAX = "min_max"  # below the minimum, up to the maximum
    LEVEL_QTY = "level_qty"  # at the level, a lot or as much as is missing


@dataclass(frozen=True)
class Rule:
    """When to order and how much, in base units; `minimum` is the level of LEVEL_QTY."""

    kind: Kind = Kind.MIN_MAX
    minimum: Decimal = ZERO
    maximum: Decimal = ZERO
    quantity: Decimal = ZERO
    multiple: Decimal | None = None
    least: Decimal | None = None  # that the supplier sells


def suggest(projected: Decimal, rule: Rule) -> Decimal:
    """How much to order when so much will be there; 0 while that is enough."""
    wanted = ZERO
    if rule.kind is Kind.LEVEL_QTY:
        if projected <= rule.minimum:
            wanted = max(rule.quantity, rule.minimum - projected)
    elif projected < rule.minimum:
        wanted = max(rule.minimum, rule.maximum) - projected
    if wanted <= 0:
        return ZERO
    return orderable(wanted, rule.multiple, rule.least)


def orderable(wanted: Decimal, multiple: Decimal | None, least: Decimal | None) -> Decimal:
    """So many base units, or as many more as the supplier sells at least and in steps of `multiple`."""
    wanted = max(wanted, least or ZERO)
    return units.to_multiple(wanted, multiple, units.Rounding.UP) if multiple else wanted


def due(ordered_on: dt.date, lead_days: int | None) -> dt.date | None:
    """The day when what is ordered will come, where the lead time is known."""
    return None if lead_days is None else ordered_on + dt.timedelta(days=lead_days)


@dataclass(frozen=True)
class ProposalRow:
    """What to order of an item: `suggested` base units, at least; `packs` of the `unit` that is bought."""

    item: ItemInfo
    warehouse_id: int | None  # None: for all together
    warehouse: str
    held: Held
    rule: Rule
    suggested: Decimal
    unit: UnitChoice
    packs: Decimal
    supplier_id: int | None
    supplier: str
    last_price: Decimal | None  # of the unit that is bought
    due: dt.date | None


def proposal(connection: Connection, *, warehouse_id: int | None = None, supplier_id: int | None = None,
             asked: Mapping[tuple[int, int | None], Decimal] | None = None) -> list[ProposalRow]:
    """What to order, by item code: for one warehouse by its own levels only, of one supplier what it supplies.

    `asked`: what will be ordered all the same, by (item, warehouse or None for all together).
    """
    levels, held = _levels(connection, warehouse_id), projection.held(connection)
    for place, quantity in (asked or {}).items():
        held[place] = held[place].plus(Held(on_order=quantity))
    i = item.c
    rows = connection.execute(select(
        i.id, i.reorder_point, i.maximum, i.replenishment, i.lot_size, i.order_multiple, i.order_minimum, i.lead_days,
        i.supplier_id).where(i.active, i.stocked).order_by(i.code))
    needs = [need for row in rows for need in _needs(row, levels[row.id], held, everywhere=warehouse_id is None)]
    return _priced(connection, needs, supplier_id)


def _levels(connection: Connection, warehouse_id: int | None) -> Mapping[int, list[Any]]:
    """The levels that warehouses have of their own, by item."""
    found: dict[int, list[Any]] = defaultdict(list)
    s = stock_level.c
    query = select(s.item_id, s.warehouse_id, s.reorder_point, s.maximum, warehouse.c.name).join_from(
        stock_level, warehouse, warehouse.c.id == s.warehouse_id).order_by(s.warehouse_id)
    for row in connection.execute(query if warehouse_id is None else query.where(s.warehouse_id == warehouse_id)):
        found[row.item_id].append(row)
    return found


@dataclass(frozen=True)
class _Need:
    row: Any  # the item's settings
    warehouse_id: int | None
    warehouse: str
    held: Held
    rule: Rule
    suggested: Decimal


def _needs(row: Any, levels: Sequence[Any], held: Mapping[tuple[int, int | None], Held],
           *, everywhere: bool) -> list[_Need]:
    """What one item lacks. What is proposed for a warehouse counts as ordered for all of them together."""
    found, proposed = [], ZERO
    for level in levels:
        here, rule = held[row.id, level.warehouse_id], _rule(row, level)
        if suggested := suggest(here.projected, rule):
            found.append(_Need(row, level.warehouse_id, level.name, here, rule, suggested))
            proposed += suggested
    if everywhere:
        here, rule = held[row.id, None], _rule(row, row)
        if suggested := suggest(here.projected + proposed, rule):
            found.insert(0, _Need(row, None, tr("All warehouses"), here, rule, suggested))
    return found


def _rule(row: Any, level: Any) -> Rule:
    """Without a reorder point nothing is ordered but what is promised and not there."""
    lots = row.replenishment == "level" and level.reorder_point is not None
    return Rule(Kind.LEVEL_QTY if lots else Kind.MIN_MAX, level.reorder_point or ZERO, level.maximum or ZERO,
                row.lot_size or ZERO, row.order_multiple, row.order_minimum)


def _priced(connection: Connection, needs: Sequence[_Need], supplier_id: int | None) -> list[ProposalRow]:
    """In the units that are bought, from the usual supplier, else from the last one."""
    ids = {need.row.id for need in needs}
    infos, bought, today = catalog.items(connection, ids), _last_bought(connection, ids), dt.date.today()
    names = {r.id: r.name for r in connection.execute(select(partner.c.id, partner.c.name).where(partner.c.supplier))}
    rows = []
    for need in needs:
        info, last = infos[need.row.id], bought.get(need.row.id)
        who = need.row.supplier_id or (last.partner_id if last else None)
        if supplier_id in (None, who):
            unit = next((u for u in info.units[1:] if u.purchase_price is not None), info.units[0])
            rows.append(ProposalRow(
                info, need.warehouse_id, need.warehouse, need.held, need.rule, need.suggested, unit,
                units.in_packs(need.suggested, unit), who, names.get(who, ""), _price(last, unit),
                due(today, need.row.lead_days)))
    return rows


def _last_bought(connection: Connection, item_ids: Collection[int]) -> dict[int, Any]:
    """The line of each item's last purchase."""
    from jxc_desktop.services.queries.lookups import selling_kinds

    line, d = document_line.c, document.c
    order = func.row_number().over(partition_by=line.item_id, order_by=(d.date.desc(), line.id.desc())).label("n")
    lines = select(line.item_id, d.partner_id, line.price, line.factor, line.per, order).join_from(
        document_line, document, d.id == line.document_id).where(
        d.kind.in_(selling_kinds(False)), d.status == Status.POSTED, d.reversal_of_id.is_(None),
        line.item_id.in_(item_ids), line.price.is_not(None)).subquery()
    return {r.item_id: r for r in connection.execute(select(lines).where(lines.c.n == 1))}


def _price(line: Any, unit: UnitChoice) -> Decimal | None:
    """The price of a bought line for another unit."""
    if line is None:
        return None
    price = values.product(line.price, unit.factor, line.per or Decimal(1))
    return values.divide(price, values.product(unit.per, line.factor or Decimal(1)), values.PRICE_PLACES)
