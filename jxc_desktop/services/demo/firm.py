"""The demo company as the generator knows it: its goods, partners, places and people with their ids."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.services.demo import people
from jxc_desktop.services.demo.goods import Product
from jxc_desktop.services.unit_of_work import Commands

LINE_WORTH = Decimal(320)  # what a line of a sale is worth on average
CENT = Decimal("0.01")


@dataclass(frozen=True, eq=False)
class Good:
    """An item on sale. Quantities are in base units; `weight` is its share in demand."""

    id: int
    product: Product
    unit_id: int
    pack_id: int
    decimals: int
    sale: Decimal
    pack_sale: Decimal
    minimum: Decimal
    reorder: Decimal
    maximum: Decimal
    shop_level: tuple[Decimal, Decimal] | None  # reorder point and maximum in the shop
    weight: float
    drift: tuple[Decimal, ...]  # of the purchase price, month by month
    home: int
    supplier: int

    @property
    def pack(self) -> Decimal:
        return Decimal(self.product.factor)

    @property
    def loose(self) -> bool:
        return self.decimals > 0

    def factor(self, unit_id: int) -> Decimal:
        return self.pack if unit_id == self.pack_id else Decimal(1)

    def cost(self, month: int) -> Decimal:
        """What a pack costs in the nth month of the year, tax included."""
        cost = self.product.cost * self.pack * self.drift[month % len(self.drift)]
        return values.round_to(cost, 1 if cost > 20 else 2)

    def price(self, unit_id: int, level: Decimal) -> Decimal:
        """The price for a customer at this level of the list, not below the minimum."""
        packed = unit_id == self.pack_id and self.pack > 1
        price = values.money((self.pack_sale if packed else self.sale) * level)
        return max(price, self.minimum * self.factor(unit_id))

    def line(self, quantity: Decimal, level: Decimal) -> Values:
        """A line that sells so many base units: in packs where they are whole."""
        packed = self.pack > 1 and quantity % self.pack == 0
        unit = self.pack_id if packed else self.unit_id
        return {"item_id": self.id, "unit_id": unit, "quantity": quantity / self.pack if packed else quantity,
                "price": self.price(unit, level), "tax_rate": self.product.tax_rate}

    def whole(self, quantity: Decimal) -> Decimal:
        """At most this much, in whole packs; in whole pieces where that is less than a pack."""
        return quantity // self.pack * self.pack or quantity // 1

    def lot(self, rng: Random, size: float) -> Decimal:
        """How much a customer asks for."""
        wanted = LINE_WORTH / self.sale * Decimal(round(size * rng.expovariate(1.0) + 0.25, 3))
        if wanted >= self.pack * Decimal("0.7"):
            return max(wanted // self.pack, Decimal(1)) * self.pack
        if self.loose:
            return max(values.round_to(wanted, min(self.decimals, 2)), Decimal(1))
        return max(wanted // 2 * 2, Decimal(1))


@dataclass(frozen=True)
class Party:
    """A customer."""

    id: int
    name: str
    trade: people.Trade
    weight: float
    delivery: Values  # address, contact, phone and settlement, as documents take them over


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    commands: Commands


@dataclass
class Firm:
    goods: dict[int, Good] = field(default_factory=dict)
    customers: list[Party] = field(default_factory=list)
    staff: dict[str, list[Person]] = field(default_factory=dict)  # by role
    warehouses: dict[str, int] = field(default_factory=dict)  # by code
    suppliers: dict[str, int] = field(default_factory=dict)  # by code
    piece: int = 0  # the unit of what is counted one by one

    @property
    def main(self) -> int:
        return self.warehouses[people.MAIN]

    @property
    def second(self) -> int:
        return self.warehouses[people.SECOND]

    @property
    def shop(self) -> int:
        return self.warehouses[people.SHOP]


def month_index(first: dt.date, day: dt.date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month
