"""The facts about items, partners and the company that saving a document needs, read in few round trips."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from jxc_desktop.models.records import company, item, item_unit, unit

ONE = Decimal(1)


@dataclass(frozen=True)
class UnitChoice:
    """A unit an item may be counted in: `factor` base units each."""

    unit_id: int
    name: str
    factor: Decimal
    decimals: int
    sale_price: Decimal | None = None
    purchase_price: Decimal | None = None


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


def items(connection: Connection, ids: Collection[int]) -> dict[int, ItemInfo]:
    """Facts of the items with these ids; unknown ids are left out."""
    i, u, p = item.c, unit.c, item_unit.c
    packs: dict[int, list[UnitChoice]] = {}
    rows: Iterable[Any] = connection.execute(select(p.item_id, p.unit_id, u.name, p.factor, u.decimals, p.sale_price,
                                              p.purchase_price).join_from(
        item_unit, unit, u.id == p.unit_id).where(p.item_id.in_(ids)).order_by(p.id))
    for r in rows:
        packs.setdefault(r.item_id, []).append(
            UnitChoice(r.unit_id, r.name, r.factor, r.decimals, r.sale_price, r.purchase_price))
    found = {}
    rows = connection.execute(select(
        i.id, i.code, i.name, i.spec, i.active, i.stocked, i.tax_rate, i.reorder_point, i.minimum_price,
        i.negative_stock, i.unit_id, i.sale_price, i.purchase_price, u.name.label("unit"), u.decimals
        ).join_from(item, unit, u.id == i.unit_id).where(i.id.in_(ids)))
    for r in rows:
        base = UnitChoice(r.unit_id, r.unit, ONE, r.decimals, r.sale_price, r.purchase_price)
        found[r.id] = ItemInfo(r.id, r.code, r.name, r.spec or "", r.active, r.stocked, r.tax_rate,
                               r.reorder_point, r.minimum_price, r.negative_stock, (base, *packs.get(r.id, ())))
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


def the_company(connection: Connection) -> Company:
    return Company(dict(connection.execute(select(company)).mappings().one()))
