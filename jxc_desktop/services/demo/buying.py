"""Buyers order what runs low; goods arrive on time, late or in part; some go back."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.services import documents
from jxc_desktop.services.demo import workdays
from jxc_desktop.services.demo.business import Business, Note
from jxc_desktop.services.demo.firm import Good, Person

CASUAL = Decimal("1.04")  # the price of a purchase without an order


@dataclass
class Order:
    """An order on its way."""

    id: int
    version: int
    day: dt.date
    supplier: int
    warehouse: int
    buyer: Person
    open: dict[int, Decimal]  # base units by item


class Buying:
    def __init__(self, business: Business):
        self.business = business

    def order(self, day: dt.date) -> None:
        """Order what one supplier has and we need, and expect it."""
        b = self.business
        wanted = self._neediest(most=10)
        buyer = b.who("buyer")
        first = next(iter(wanted))
        due = workdays.after(day, b.rng.randint(2, 7))
        draft = b.desk.write("purchase_order", day, [self.line(g, q, day) for g, q in wanted.items()],
                             partner_id=first.supplier, warehouse_id=first.home, due_date=due, employee_id=buyer.id,
                             remark=b.rng.choice((None, None, None, "请按时到货", "整车送货", "月结，随货附送货单")))
        saved = b.desk.save(draft, buyer)
        order = Order(saved.id, saved.version, day, first.supplier, first.home, buyer,
                      {g.id: q for g, q in wanted.items()})
        for good, quantity in wanted.items():
            b.shelves.expected[good.id] += quantity
        late = b.rng.randint(2, 8) if b.chance(0.2) else 0
        b.agenda.at(workdays.after(due, late), partial(self.receive, order, short=b.chance(0.2)), rank=1)

    def receive(self, order: Order, day: dt.date, *, short: bool = False) -> None:
        """Take in what came of an order; some clerks write it down days later."""
        b = self.business
        dated = workdays.last_open(max(order.day, day - b.rng.randint(1, 4) * workdays.DAY)) if b.chance(0.05) else day
        clerk = b.who("clerk")
        draft = b.desk.follow("goods_receipt", order.id, dated)
        draft.header |= {"employee_id": clerk.id, "remark": None}
        if short:
            draft.lines = [self._cut(line) for line in draft.lines if b.chance(0.85)] or draft.lines[:1]
        saved = b.desk.save(draft, clerk)
        for line in draft.lines:
            good = b.goods[line["item_id"]]
            quantity = line["quantity"] * good.factor(line["unit_id"])
            b.shelves.move(good.id, order.warehouse, quantity, dated)
            b.shelves.expected[good.id] -= quantity
            order.open[good.id] -= quantity
        b.received.append(Note(saved.id, dated, order.warehouse, order.id))
        if any(order.open.values()):
            step = self.receive if b.chance(0.7) else self.give_up
            b.agenda.at(workdays.after(day, b.rng.randint(3, 9)), partial(step, order), rank=1)

    def give_up(self, order: Order, day: dt.date) -> None:
        """The supplier has no more: close the order; what came of it can no longer be corrected."""
        b = self.business
        b.received = [note for note in b.received if note.order != order.id]
        b.desk.run(order.buyer.commands, documents.close, order.id, order.version)
        for item, quantity in order.open.items():
            b.shelves.expected[item] -= quantity

    def fetch(self, day: dt.date) -> None:
        """Buy a few scarce things at the market, without an order."""
        wanted = self._neediest(most=3)
        self.buy({g: max(q // 2, g.pack) // g.pack * g.pack for g, q in wanted.items()}, day, "市场补货")

    def buy(self, wanted: dict[Good, Decimal], day: dt.date, remark: str) -> None:
        """Receive goods of one supplier that nobody ordered."""
        b = self.business
        buyer, first = b.who("buyer"), next(iter(wanted))
        lines = [self.line(g, q, day, CASUAL) for g, q in wanted.items()]
        saved = b.desk.save(b.desk.write("goods_receipt", day, lines, partner_id=first.supplier, remark=remark,
                                         warehouse_id=first.home, employee_id=buyer.id), buyer)
        for good, quantity in wanted.items():
            b.shelves.move(good.id, first.home, quantity, day)
        b.received.append(Note(saved.id, day, first.home))

    def give_back(self, day: dt.date) -> None:
        """Return broken or wrong goods to their supplier."""
        b = self.business
        if not (note := b.recent(b.received, day)):
            return
        buyer = b.who("buyer")
        draft = b.desk.follow("purchase_return", note.id, day)
        lines = []
        for line in b.sample(draft.lines, 2):
            factor = b.goods[line["item_id"]].factor(line["unit_id"])
            quantity = min(-(-line["quantity"] // 10), b.shelves.free(line["item_id"], note.warehouse) // factor)
            if quantity > 0:
                lines.append(line | {"quantity": quantity, "remark": b.rng.choice(("外包装破损", "临期", "规格不符"))})
                b.shelves.move(line["item_id"], note.warehouse, -quantity * factor, day)
        if lines:
            draft.lines = lines
            draft.header |= {"employee_id": buyer.id, "remark": "与供应商协商退货"}
            b.desk.save(draft, buyer)

    def _neediest(self, most: int) -> dict[Good, Decimal]:
        """What to buy of one supplier into one warehouse: base units by good, the scarcest first."""
        shelves = self.business.shelves
        groups: defaultdict[tuple[int, int], list[tuple[Decimal, Good]]] = defaultdict(list)
        for good in self.business.goods.values():
            lack = (shelves.projected(good.id) - good.reorder) / good.maximum
            groups[good.supplier, good.home].append((lack, good))
        scarcest = min(groups.values(), key=lambda group: sum(min(lack, Decimal("0.05")) - Decimal("0.05")
                                                              for lack, _ in group))
        chosen = [g for lack, g in sorted(scarcest, key=lambda pair: pair[0])[:most]
                  if lack < Decimal("0.3")] or [min(scarcest, key=lambda pair: pair[0])[1]]
        return {g: max((g.maximum - shelves.projected(g.id)) // g.pack, Decimal(1)) * g.pack for g in chosen}

    def line(self, good: Good, quantity: Decimal, day: dt.date, extra: Decimal = Decimal(1)) -> Values:
        """What so many base units cost in that month."""
        price = good.cost(self.business.month(day)) * extra
        return {"item_id": good.id, "unit_id": good.pack_id if good.pack > 1 else good.unit_id,
                "quantity": quantity / good.pack, "price": values.money(price), "tax_rate": good.product.tax_rate}

    def _cut(self, line: Values) -> Values:
        """What came of a line: all, or some of its packs."""
        b = self.business
        part = max(line["quantity"] * b.rng.randint(3, 8) // 10, Decimal(1))
        return line | {"quantity": part} if b.chance(0.5) else line
