"""The facts about items, partners and the company that saving a document needs, read in few round trips."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from jxc_desktop.models.flows import approval_rule, flow_rule
from jxc_desktop.models.records import company, item, item_unit, unit
from jxc_desktop.services import units

ONE = Decimal(1)


@dataclass(frozen=True)
class UnitChoice:
    """A unit an item may be counted in: `per` of them are `factor` base units, an exact ratio."""

    unit_id: int
    name: str
    factor: Decimal
    decimals: int
    per: Decimal = ONE
    sale_price: Decimal | None = None
    purchase_price: Decimal | None = None

    def base(self, quantity: Decimal) -> Decimal:
        """The quantity in base units, 4 decimals."""
        return units.in_base(quantity, self)


@dataclass(frozen=True)
class ItemInfo:
    """An item as documents see it; units[0] is the base unit."""

    id: int
    code: str
    name: str
    spec: str
    active: bool
    stocked: bool
    tax_rate: Decimal | None
    reorder_point: Decimal | None
    minimum_price: Decimal | None
    negative_stock: str | None
    cost_method: str = "moving_average"
    standard_cost: Decimal | None = None
    tracking: str = "none"
    shelf_life_days: int | None = None
    serial_once: bool = False
    purchase_price: Decimal | None = None
    units: tuple[UnitChoice, ...] = field(default_factory=tuple)

    @property
    def unit_id(self) -> int:
        return self.units[0].unit_id

    @property
    def unit(self) -> str:
        return self.units[0].name

    def choice(self, unit_id: int | None) -> UnitChoice | None:
        """The unit with this id; the base unit for None."""
        return self.units[0] if unit_id is None else next((u for u in self.units if u.unit_id == unit_id), None)


# Built once: building a statement costs a save more than running it.
_i, _u, _p = item.c, unit.c, item_unit.c
_IDS: Any = bindparam("ids", expanding=True)
_pack = unit.alias("pack")
_ITEMS = select(
    _i.id, _i.code, _i.name, _i.spec, _i.active, _i.stocked, _i.tax_rate, _i.reorder_point, _i.minimum_price,
    _i.negative_stock, _i.cost_method, _i.standard_cost, _i.tracking, _i.shelf_life_days, _i.serial_once,
    _i.unit_id, _i.sale_price, _i.purchase_price, _u.name.label("unit"), _u.decimals,
    _p.unit_id.label("pack_id"), _pack.c.name.label("pack"), _p.factor, _pack.c.decimals.label("pack_decimals"), _p.per,
    _p.sale_price.label("pack_sale_price"), _p.purchase_price.label("pack_purchase_price")).join_from(
    item, unit, _u.id == _i.unit_id).outerjoin(item_unit, _p.item_id == _i.id).outerjoin(
    _pack, _pack.c.id == _p.unit_id).where(_i.id.in_(_IDS)).order_by(_i.id, _p.id)


def items(connection: Connection, ids: Collection[int]) -> dict[int, ItemInfo]:
    """Facts of the items with these ids; unknown ids are left out."""
    rows: Iterable[Any] = connection.execute(_ITEMS, {"ids": list(ids)})
    found = {}
    for item_id, packs in groupby(rows, key=lambda row: row.id):
        r, *more = packs
        base = UnitChoice(r.unit_id, r.unit, ONE, r.decimals, ONE, r.sale_price, r.purchase_price)
        found[item_id] = ItemInfo(
            r.id, r.code, r.name, r.spec or "", r.active, r.stocked, r.tax_rate, r.reorder_point, r.minimum_price,
            r.negative_stock, r.cost_method, r.standard_cost, r.tracking, r.shelf_life_days, r.serial_once,
            r.purchase_price, (base, *(UnitChoice(
                p.pack_id, p.pack, p.factor, p.pack_decimals, p.per, p.pack_sale_price, p.pack_purchase_price)
                for p in (r, *more) if p.pack_id is not None)))
    return found


@dataclass(frozen=True)
class Company:
    """The company's record; one row, made with the database."""

    values: Mapping[str, Any]

    @property
    def value_gross(self) -> bool:
        """Small-scale taxpayers cannot deduct the tax: their stock is valued with it."""
        return bool(self.values["taxpayer"] == "small")

    def tolerance(self, incoming: bool) -> Decimal:
        return self.values["over_receipt" if incoming else "over_delivery"] or Decimal(0)


# With how many rules of its own the company has: most have none, and their documents need not ask.
_RULES = select(func.count()).where(flow_rule.c.active).scalar_subquery() + select(func.count()).where(
    approval_rule.c.active).scalar_subquery()
_COMPANY = select(company, _RULES.label("rules"))


def the_company(connection: Connection) -> Company:
    return Company(dict(connection.execute(_COMPANY).mappings().one()))
