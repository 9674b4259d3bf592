"""Warehouse clerks: opening stock, transfers, scrap and finds, and what stands out on the last day."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.services import documents
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.buying import Buying
from jxc_desktop.services.demo.firm import Good
from jxc_desktop.services.demo.selling import Selling

SHEET = 60  # lines of an opening document
REASONS = (("scrap", "破损报废"), ("scrap", "过期报废"), ("use", "办公室领用"), ("sample", "客户试用"))
STAND_OUT = 3  # goods that end the year low, and over


class Storing:
    def __init__(self, business: Business):
        self.business = business

    def open_books(self, day: dt.date) -> None:
        """Post what lies in each warehouse on the first day."""
        b = self.business
        stock: defaultdict[int, list[tuple[Good, Decimal]]] = defaultdict(list)
        for good in b.goods.values():
            share = Decimal(b.rng.randint(30, 90)) / 100
            left = good.reorder + (good.maximum - good.reorder) * share
            if good.shop_level:
                stock[b.firm.shop].append((good, good.shop_level[1]))
                left -= good.shop_level[1]
            if good.home == b.firm.second:
                stock[b.firm.main].append((good, _packs(good, good.reorder / 2)))
                left -= _packs(good, good.reorder / 2)
            stock[good.home].append((good, _packs(good, left)))
        for warehouse, goods in stock.items():
            for start in range(0, len(goods), SHEET):
                sheet = goods[start:start + SHEET]
                draft = b.desk.write("opening_stock", day, [self._opening(*row) for row in sheet],
                                     warehouse_id=warehouse, remark="期初盘点录入")
                b.desk.save(draft, b.who("clerk"))
                for good, quantity in sheet:
                    b.shelves.move(good.id, warehouse, quantity, day)

    def transfer(self, day: dt.date) -> None:
        """Fill up the shop, or bring goods of the second warehouse to the main one."""
        b = self.business
        lack = self._shop_lacks()
        target = b.firm.shop if len(lack) > 2 and b.chance(0.7) else b.firm.main
        if target == b.firm.main:
            lack = {g: g.reorder for g in b.goods.values() if g.home == b.firm.second
                    and b.shelves.on_hand[g.id, b.firm.main] < g.reorder / 2}
        source = b.firm.main if target == b.firm.shop and b.chance(0.7) else b.firm.second
        moved: dict[Good, Decimal] = {}
        for good, wanted in lack.items():
            quantity = good.whole(min(wanted, b.shelves.free(good.id, source) / 2))
            if quantity > 0 and len(moved) < 8:
                moved[good] = quantity
        if moved:
            self._move("transfer", day, moved, -1, warehouse_id=source, to_warehouse_id=target,
                       remark="门店补货" if target == b.firm.shop else "整仓调拨")
            for good, quantity in moved.items():
                b.shelves.move(good.id, target, quantity, day)

    def use_up(self, day: dt.date) -> None:
        """Scrap, own use or samples: a few pieces go without a bill."""
        b = self.business
        reason, remark = b.rng.choice(REASONS)
        warehouse = b.rng.choice((b.firm.main, b.firm.main, b.firm.shop))
        there = [g for g in b.goods.values() if b.shelves.free(g.id, warehouse) >= 6 and g.sale < 100]
        gone = {g: Decimal(b.rng.randint(1, 5)) for g in b.sample(there, 3)}
        if gone:
            self._move("other_out", day, gone, -1, warehouse_id=warehouse, reason=reason, remark=remark)

    def find(self, day: dt.date) -> None:
        """A count finds more than the books say."""
        b = self.business
        found = {g: Decimal(b.rng.randint(1, 4)) for g in b.sample(list(b.goods.values()), 3)}
        warehouse = b.rng.choice((b.firm.main, b.firm.second))
        self._move("other_in", day, found, 1, warehouse_id=warehouse, reason="gain", remark="抽盘盘盈")

    def print_notes(self, day: dt.date) -> None:
        """The day's delivery notes go out on paper."""
        b = self.business
        if notes := [note.id for note in b.sold if note.day == day]:
            b.desk.run(b.who("clerk").commands, documents.print_counted, notes)

    def stand_out(self, day: dt.date) -> None:
        """End with something to look at: a big sale leaves goods low, a bargain leaves others over."""
        b = self.business
        over = b.rng.sample([g for g in b.goods.values() if g.home == b.firm.main and g.sale < 40], STAND_OUT)
        for good in over:
            more = _packs(good, max(good.maximum - b.shelves.total[good.id], Decimal(0))) + 2 * good.pack
            Buying(b).buy({good: more}, day, "厂家促销备货")
        excess = {g: b.shelves.total[g.id] - g.reorder for g in b.goods.values() if g not in over}
        low = sorted((g for g, q in excess.items() if 0 <= q < b.shelves.free(g.id, b.firm.main) - g.pack),
                     key=lambda g: excess[g] * g.sale)[:STAND_OUT]
        sold = {g: (excess[g] // g.pack + 1) * g.pack for g in low}
        if sold:
            biggest = max(b.firm.customers, key=lambda party: party.weight * party.trade.size)
            Selling(b).hand_out(biggest, b.firm.main, sold, day)

    def _move(self, kind: str, day: dt.date, goods: dict[Good, Decimal], sign: int, **header: object) -> None:
        b = self.business
        clerk = b.who("clerk")
        lines = [_line(good, quantity) for good, quantity in goods.items()]
        b.desk.save(b.desk.write(kind, day, lines, employee_id=clerk.id, **header), clerk)
        for good, quantity in goods.items():
            b.shelves.move(good.id, int(str(header["warehouse_id"])), sign * quantity, day)

    def _shop_lacks(self) -> dict[Good, Decimal]:
        b = self.business
        here = {g: b.shelves.on_hand[g.id, b.firm.shop] for g in b.goods.values() if g.shop_level}
        return {g: g.shop_level[1] - q for g, q in here.items() if g.shop_level and q < g.shop_level[0] + g.pack / 2}

    def _opening(self, good: Good, quantity: Decimal) -> Values:
        net = values.divide(good.product.cost, 1 + good.product.tax_rate, values.QUANTITY_PLACES)
        line = _line(good, quantity)
        return line | {"price": values.money(net * good.factor(line["unit_id"]))}


def _packs(good: Good, quantity: Decimal) -> Decimal:
    return max(quantity // good.pack, Decimal(1)) * good.pack


def _line(good: Good, quantity: Decimal) -> Values:
    """A line without price: in packs where they are whole."""
    line = good.line(quantity, Decimal(1))
    return {"item_id": good.id, "unit_id": line["unit_id"], "quantity": line["quantity"]}
