"""Which goods the last day's work in hand is about: each is chosen once, so that nothing stands in another's way."""

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import select

from jxc_desktop.models.stock import stock_balance
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.firm import Good


class Choice:
    """Goods of the main warehouse that are sold in packs."""

    def __init__(self, business: Business):
        self.business = business
        goods = [g for g in business.goods.values() if g.home == business.firm.main and not g.loose and g.pack > 1
                 and g.sale < 100]
        self._unused = business.rng.sample(goods, len(goods))

    def there(self, count: int) -> dict[Good, Decimal]:
        """Packs of goods of which there is enough."""
        found: dict[Good, Decimal] = {}
        for good in self._next():
            if self._free(good) >= 2 * good.pack:
                found[good] = good.pack
            if len(found) == count:
                break
        return found

    def lacking(self, count: int) -> dict[Good, Decimal]:
        """More of one supplier's goods than there is."""
        more = self.business.rng.randint(2, 4)
        return {g: (self._free(g) // g.pack + more) * g.pack for g in self.of_one_supplier(count)}

    def of_one_supplier(self, count: int) -> list[Good]:
        first = next(self._next())
        more = [g for g in self._unused if g.supplier == first.supplier][:count - 1]
        self._unused = [g for g in self._unused if g not in more]
        return [first, *more]

    def worth(self, amount: int, day: dt.date, *, selling: bool = False) -> dict[Good, Decimal]:
        """A lot of a few goods, for a little more than so much."""
        goods = self.of_one_supplier(3)
        each, month = Decimal(amount) * Decimal("1.1") / len(goods), self.business.month(day)
        return {g: packs(each / (g.pack_sale if selling else g.cost(month)) * g.pack, g) for g in goods}

    def _next(self) -> Iterator[Good]:
        while self._unused:
            yield self._unused.pop()

    def _free(self, good: Good) -> Decimal:
        """What no order holds."""
        b = stock_balance.c
        found = self.business.desk.ask(lambda connection: connection.execute(select(b.on_hand, b.reserved).where(
            b.item_id == good.id, b.warehouse_id == self.business.firm.main)).first())
        return found.on_hand - found.reserved if found else Decimal(0)


def packs(quantity: Decimal, good: Good) -> Decimal:
    """Rounded up to whole packs, in base units."""
    return (quantity / good.pack).to_integral_value(ROUND_CEILING) * good.pack
