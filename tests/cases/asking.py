"""Steps that only ask: where to take goods from, what to order, and pure calculations."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.errors import NotFound
from jxc_desktop.services import ageing as ages
from jxc_desktop.services import catalog, picking, projection, replenishment, units
from jxc_desktop.services.catalog import UnitChoice
from tests.cases.entry import Entry
from tests.cases.reading import decimal, moment

Answers = dict[str, Any]
LEVELS = {"min": "minimum", "max": "maximum", "level": "minimum", "qty": "quantity", "multiple": "multiple"}


@dataclass(frozen=True)
class Size:
    """A pack that is only a number of base units."""

    name: str
    factor: Decimal
    per: Decimal = Decimal(1)
    decimals: int = 0


def pick(e: Entry) -> Answers:
    """Lots of one warehouse by their code, or warehouses by their name."""
    on = _day(e, "date") or e.when["date"]
    several = [e.world.warehouses[name] for name in e.step.get("warehouses", ())]
    among = several or e.step["strategy"] in (picking.Strategy.HIGHEST_STOCK, picking.Strategy.SEQUENCE)
    place = None if among else e.world.warehouse(e.step)
    with e.company.engine.connect() as connection:
        found = picking.pick(connection, e.item.id, place, e.base_quantity, e.step["strategy"], on=on,
                             warehouses=several, partial=bool(e.step.get("partial")))
    names = {id_: name for name, id_ in e.world.warehouses.items()}
    return {"picks": [(names.get(where, where), quantity) for where, quantity in found.picks], "short": found.short}


def replenish(e: Entry) -> Answers:
    rule = {LEVELS[name]: Decimal(figure) for name, figure in e.step["rule"].items() if name in LEVELS}
    place = e.world.warehouse(e.step) if "warehouse" in e.step else None
    with e.company.engine.connect() as connection:
        there = projection.projected(connection, e.item.id, place, _day(e, "as_of"))
    suggested = replenishment.suggest(there, replenishment.Rule(replenishment.Kind(e.step["rule"]["kind"]), **rule))
    answers: Answers = {"suggest": suggested, "due": replenishment.due(
        _day(e, "date") or e.when["date"], int(e.step["lead_days"]) if "lead_days" in e.step else None)}
    if "purchase_uom" in e.step:
        pack = _unit(e, e.step["purchase_uom"])
        answers["suggest_uom"] = units.in_packs(suggested, pack)
    return answers


def convert(e: Entry) -> Answers:
    this, that = _unit(e, e.step["from"]), _unit(e, e.step["to"])
    return {"result": units.convert(
        Decimal(e.step["qty"]), this.factor, this.per, that.factor, that.per,
        decimal(e.step.get("step")) or units.STEP, e.step.get("mode", units.Rounding.HALF_UP))}


def share(e: Entry) -> Answers:
    return {"shares": values.spread(Decimal(e.step["amount"]), [Decimal(basis) for basis in e.step["bases"]])}


def pack_breakdown(e: Entry) -> Answers:
    """Into the packs the step names (or gives the sizes of), else into all packs of the item."""
    given = e.step.get("packs", [name for name in e.item.units if name != e.item.base])
    packs = [_unit(e, name) if name in e.item.units else Size(name, Decimal(str(size)))
             for name, size in (given.items() if isinstance(given, dict) else ((str(p), p) for p in given))]
    found, rest = units.pack_breakdown(e.base_quantity or Decimal(e.step["qty"]), packs)
    counts = {unit.name: count for unit, count in found}
    largest_first = sorted(packs, key=lambda unit: unit.factor / unit.per, reverse=True)
    return {"packs": [(_name(e, unit), counts.get(unit.name, Decimal(0))) for unit in largest_first], "rest": rest}


def ageing(e: Entry) -> Answers:
    with e.company.engine.connect() as connection:
        return {"buckets": ages.ageing(connection, e.item.id, _day(e, "as_of"), [int(b) for b in e.step["buckets"]])}


def _day(e: Entry, name: str) -> dt.date | None:
    return moment(e.step[name]).date() if name in e.step else None


def _unit(e: Entry, name: str) -> UnitChoice:
    """A unit of the item as the catalog knows it."""
    with e.company.engine.connect() as connection:
        info = catalog.items(connection, [e.item.id])[e.item.id]
    choice = info.choice(e.world.unit(e.item, name))
    if choice is None:
        raise NotFound(what="Unit", key=name)
    return choice


def _name(e: Entry, unit: Any) -> str:
    """The name of a pack in the case."""
    return next((name for name, id_ in e.item.units.items() if id_ == getattr(unit, "unit_id", 0)), unit.name)


ASKING: dict[str, Callable[[Entry], Answers]] = {
    "pick": pick, "replenish": replenish, "convert": convert, "share": share, "pack_breakdown": pack_breakdown,
    "ageing": ageing,
}
