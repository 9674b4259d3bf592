"""The company a case is played on: its settings, units, warehouses and items, under the names of the case."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.cases.reading import Case, Step, decimal, entered
from tests.company import Company

ONE = Decimal(1)
PLAIN = {  # settings that the company's record says in the same words
    "negative_stock": "negative_stock", "cost_level": "cost_level", "cost_by_lot": "cost_by_lot",
    "return_in": "return_in_cost", "return_out": "return_out_cost", "late_cost": "late_cost",
    "return_reopens_demand": "return_reopens",
}
PER_CENT = {"over_delivery_pct": "over_delivery", "over_receipt_pct": "over_receipt",
            "count_threshold_pct": "count_threshold"}
@dataclass(frozen=True)
class Item:
    """An item of a case: `units` are its units by name, the base unit among them."""

    name: str
    id: int
    serial_once: bool
    standard_cost: Decimal
    units: dict[str, int]
    factors: dict[str, Decimal]  # base units in each of them
    base: str
    components: tuple[tuple[str, Decimal], ...] = ()  # of a kit: items and quantities


class World:
    """Everything of a case exists before its first step, so that sessions at the same time only enter steps."""

    def __init__(self, company: Company, case: Case):
        self.company = company
        given = case.get("settings", {})
        company.settings(
            **{"reserve_on_order": False, "ask_restating": False, "use_lots": True, "use_serials": True},
            expired_stock="forbid" if given.get("block_expired") else "allow",
            **{ours: given[theirs] for theirs, ours in PLAIN.items() if theirs in given},
            **{ours: Decimal(given[theirs]) / 100 for theirs, ours in PER_CENT.items() if given.get(theirs)})
        self.by_warehouse = given.get("cost_level") == "warehouse"
        self.by_lot = bool(given.get("cost_by_lot"))
        self.returns_at_current = given.get("return_in") == "current"
        self._method = "fifo" if case["method"] == "fifo" else "moving_average"
        self._units: dict[tuple[str, bool], int] = {}
        self.items: dict[str, Item] = {}
        for name in case["items"]:
            self._make_item(name, case["items"])
        steps = entered(case)
        names = [place for step in steps for place in _places(step)]
        self.warehouses = {name: company.record("warehouse", code=f"case {name}", name=name)
                           for name in dict.fromkeys([*names, *([] if names else ["W1"])])}
        for step in steps:
            for name in _units(step):
                self.unit(self.item(step), name)

    def item(self, step: Step) -> Item:
        """The item a step names, or the only one there is."""
        return self.items[step["item"]] if "item" in step else next(iter(self.items.values()))

    def warehouse(self, step: Step) -> int:
        """The warehouse a step names, or the first one of the case."""
        return self.warehouses[step["warehouse"]] if "warehouse" in step else next(iter(self.warehouses.values()))

    def unit(self, item: Item, name: str | None) -> int:
        """The unit of an item by its name; one that the item doesn't have is still a unit."""
        name = name or item.base
        return item.units[name] if name in item.units else self._unit(name, False)

    def parts(self, item: Item, quantity: Decimal) -> Iterator[tuple[Item, Decimal]]:
        """What is moved for so much of an item: itself, or the components of a kit."""
        if not item.components:
            yield item, quantity
        for name, each in item.components:
            yield from self.parts(self.items[name], each * quantity)

    def _unit(self, name: str, whole: bool) -> int:
        if (name, whole) not in self._units:
            self._units[name, whole] = self.company.record(
                "unit", name=f"{name} 1" if whole else name, decimals=0 if whole else 4)
        return self._units[name, whole]

    def _make_item(self, name: str, given: dict[str, Any]) -> None:
        """The components of a kit come before it."""
        for part, _ in _components(given[name].get("bundle") or {}):
            self._make_item(part, given)
        if name not in self.items:
            self.items[name] = self._item(name, given[name])

    def _item(self, name: str, about: dict[str, Any]) -> Item:
        base = self._unit(about["uom"], bool(about.get("whole")))
        packs = {unit: ratio if isinstance(ratio, dict) else {"factor": ratio}
                 for unit, ratio in about.get("uoms", {}).items()}
        units = {about["uom"]: base} | {unit: self._unit(unit, bool(ratio.get("whole")))
                                        for unit, ratio in packs.items()}
        components = tuple(_components(about.get("bundle") or {}))
        children = {"item_unit": [{"unit_id": units[unit], **_ratio(str(ratio["factor"]))}
                                  for unit, ratio in packs.items()],
                    "recipe_line": [{"component_id": self.items[part].id, "quantity": each}
                                    for part, each in components]}
        cost, shelf_life = decimal(about.get("standard_cost")), about.get("shelf_life_days")
        made = self.company.record(
            "item", children, code=name, name=name, unit_id=base, standard_cost=cost,
            cost_method=self._method, tracking=about.get("tracking") or "none",
            shelf_life_days=None if shelf_life is None else int(shelf_life),
            serial_once=bool(about.get("serial_once")))
        factors = {about["uom"]: ONE} | {unit: Decimal(str(ratio["factor"])) for unit, ratio in packs.items()}
        return Item(name, made, bool(about.get("serial_once")), cost or Decimal(0), units, factors, about["uom"],
                    components)


def _places(step: Step) -> list[str]:
    """The warehouses a step names."""
    named = [step.get("warehouse"), step.get("to"), *step.get("warehouses", ())]
    return [name for name in named if name]


def _units(step: Step) -> list[str]:
    """The units a step names; some may be none of its item's."""
    fields = ("from", "to") if step["do"] == "convert" else ("uom", "purchase_uom")
    return [step[field] for field in fields if field in step]


def _ratio(text: str) -> dict[str, Decimal]:
    """Base units in a pack as an exact ratio: 1.5 is 1.5 in one, 0.123456789 is 1.23456789 in ten."""
    factor = Decimal(text)
    shift = max(0, -int(factor.as_tuple().exponent) - 8)
    return {"factor": factor.scaleb(shift), "per": ONE.scaleb(shift)}


def _components(bundle: Any) -> Iterator[tuple[str, Decimal]]:
    """The components of a kit, however they are written: {item: quantity} or a list of rows."""
    for part in bundle.items() if isinstance(bundle, dict) else bundle:
        name, quantity = (part["item"], part["qty"]) if isinstance(part, dict) else part
        yield name, Decimal(str(quantity))
