"""Salespeople take orders and sell from stock; goods go out whole or in part, and some come back."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Draft, Values
from jxc_desktop.services import documents
from jxc_desktop.services.demo import people, workdays
from jxc_desktop.services.demo.business import Business, Note
from jxc_desktop.services.demo.firm import Good, Party, Person
from jxc_desktop.services.demo.workdays import SEASONS
from jxc_desktop.values import ZERO

PATIENCE = 3  # deliveries after which the rest of an order is given up
REMARKS = (None, None, None, None, None, "送货前电话联系", "下午送到", "货到付款", "需要带票", "送到后门卸货区")


@dataclass
class Order:
    """A customer's order that is not all delivered: base units by item, open and held."""

    id: int
    version: int
    party: Party
    warehouse: int
    seller: Person
    open: dict[int, Decimal]
    held: dict[int, Decimal]
    tries: int = 0


class Selling:
    def __init__(self, business: Business):
        self.business = business
        self._demand: dict[tuple[int, int, bool], list[float]] = {}
        self._goods = list(business.goods.values())
        self._weights = [party.weight * party.trade.size for party in business.firm.customers]

    def order(self, day: dt.date, *, split: bool = False) -> None:
        """Take an order; it holds what is free and is delivered a few days later. `split`: in two parts."""
        b = self.business
        party, seller = self._party(), b.who("salesperson")
        warehouse = b.firm.main if split else self._warehouse()
        wanted = self._wanted(party, warehouse, day, b.rng.randint(3, 8), beyond=0.06)
        lines = [good.line(quantity, party.trade.level) for good, quantity in wanted.items()]
        due = workdays.after(day, b.rng.randint(1, 4))
        saved = b.desk.save(self._draft("sales_order", day, lines, party, warehouse_id=warehouse,
                                        employee_id=seller.id, due_date=due), seller)
        held = {}
        for good, quantity in wanted.items():
            held[good.id] = min(quantity, max(b.shelves.free(good.id, warehouse), ZERO))
            b.shelves.hold(good.id, warehouse, held[good.id])
        order = Order(saved.id, saved.version, party, warehouse, seller,
                      {good.id: quantity for good, quantity in wanted.items()}, held)
        when = workdays.after(day, 1) if split else due
        b.agenda.at(when, partial(self.deliver, order, part=split or b.chance(0.1)), rank=6)

    def deliver(self, order: Order, day: dt.date, *, part: bool = False) -> None:
        """Ship what is there of an order (half of its lines when `part`); come back for the rest."""
        b = self.business
        order.tries += 1
        draft = b.desk.follow("delivery_note", order.id, day)
        lines = draft.lines[:max(len(draft.lines) // 2, 1)] if part else draft.lines
        draft.lines = [line for line in lines if self._ship(order, line, day)]
        if draft.lines:
            draft.header |= {"employee_id": order.seller.id, "discount_amount": self._round_off(draft.lines)}
            saved = b.desk.save(draft, b.who("clerk", "salesperson"))
            b.sold.append(Note(saved.id, day, order.warehouse, order.id))
        if any(order.open.values()):
            step = self.deliver if order.tries < PATIENCE else self.give_up
            b.agenda.at(workdays.after(day, b.rng.randint(4, 9)), partial(step, order), rank=6)

    def give_up(self, order: Order, day: dt.date) -> None:
        """The customer waits no longer: close the order."""
        b = self.business
        b.desk.run(order.seller.commands, documents.close, order.id, order.version)
        for item, quantity in order.held.items():
            b.shelves.hold(item, order.warehouse, -quantity)

    def sell(self, day: dt.date, *, entered: dt.date | None = None) -> Note | None:
        """Deliver from stock without an order. `entered`: the later day on which it is written down."""
        b = self.business
        shop = b.firm.shop if b.chance(0.22) else None
        warehouse = shop or self._warehouse()
        party = b.firm.customers[self._walk_in] if shop and b.chance(0.7) else self._party()
        wanted = self._wanted(party, warehouse, day, b.rng.randint(1, 4 if shop else 7))
        if entered:
            wanted = {g: q for g, q in wanted.items() if q <= b.shelves.free_since(g.id, warehouse, day)}
        return self.hand_out(party, warehouse, wanted, day) if wanted else None

    def hand_out(self, party: Party, warehouse: int, wanted: dict[Good, Decimal], day: dt.date) -> Note:
        """Post a delivery of these base units."""
        b = self.business
        seller = b.who("salesperson")
        lines = [good.line(quantity, party.trade.level) for good, quantity in wanted.items()]
        for line in lines:
            if b.chance(0.03):
                line["remark"] = b.rng.choice(("老客户特价", "散装称重", "换新包装", "客户指定批次"))
        draft = self._draft("delivery_note", day, lines, party, warehouse_id=warehouse, employee_id=seller.id,
                            discount_amount=self._round_off(lines))
        if gift := self._gift(wanted, warehouse):
            draft.lines.append({"item_id": gift.id, "quantity": Decimal(1), "gift": True, "remark": "赠送",
                                "tax_rate": gift.product.tax_rate})
            wanted = wanted | {gift: Decimal(1)}
        saved = b.desk.save(draft, seller)
        for good, quantity in wanted.items():
            b.shelves.move(good.id, warehouse, -quantity, day)
        note = Note(saved.id, day, warehouse)
        b.sold.append(note)
        return note

    def take_back(self, day: dt.date) -> None:
        """A customer returns part of a delivery."""
        b = self.business
        if not (note := b.recent(b.sold, day)):
            return
        seller = b.who("salesperson")
        draft = b.desk.follow("sales_return", note.id, day)
        draft.lines = [line | {"quantity": max(line["quantity"] // 4, min(line["quantity"], Decimal(1))),
                               "remark": b.rng.choice(("客户多订", "包装破损", "滞销退回"))}
                       for line in b.sample(draft.lines, 2)]
        draft.header |= {"employee_id": seller.id, "remark": None}
        b.desk.save(draft, seller)
        for line in draft.lines:
            factor = b.goods[line["item_id"]].factor(line["unit_id"])
            b.shelves.move(line["item_id"], note.warehouse, line["quantity"] * factor, day)

    @property
    def _walk_in(self) -> int:
        return next(i for i, p in enumerate(self.business.firm.customers) if p.name == people.WALK_IN)

    def _party(self) -> Party:
        return self.business.rng.choices(self.business.firm.customers, self._weights)[0]

    def _warehouse(self) -> int:
        firm = self.business.firm
        return firm.second if self.business.chance(0.2) else firm.main

    def _wanted(self, party: Party, warehouse: int, day: dt.date, count: int, *,
                beyond: float = 0.0) -> dict[Good, Decimal]:
        """Base units by good that this customer wants and we have; `beyond`: the share asked for regardless."""
        b = self.business
        in_shop = warehouse == b.firm.shop
        wanted: dict[Good, Decimal] = {}
        for good in b.rng.choices(self._goods, self._demand_of(party.trade, day.month, in_shop), k=count * 8):
            if len(wanted) == count or good in wanted:
                continue
            lot = Decimal(b.rng.randint(1, 8)) if in_shop else good.lot(b.rng, party.trade.size)
            free = b.shelves.free(good.id, warehouse)
            asked = lot if free > 0 and b.chance(beyond) else min(lot, good.whole(free))
            if asked > 0:
                wanted[good] = asked
        return wanted or self._anything(warehouse)

    def _anything(self, warehouse: int) -> dict[Good, Decimal]:
        """One piece of what there is most of: a customer does not leave without anything."""
        free = {g: self.business.shelves.free(g.id, warehouse) for g in self._goods}
        most = max(self._goods, key=lambda g: free[g] / g.maximum)
        return {most: min(most.pack, free[most])} if free[most] >= 1 else {}

    def _demand_of(self, trade: people.Trade, month: int, in_shop: bool) -> list[float]:
        key = id(trade), month, in_shop
        if key not in self._demand:
            self._demand[key] = [
                g.weight * trade.wants.get(g.product.top, 0.1) * SEASONS[g.product.season][month - 1]
                * (not in_shop or g.shop_level is not None) for g in self._goods]
        return self._demand[key]

    def _draft(self, kind: str, day: dt.date, lines: list[Values], party: Party, **header: object) -> Draft:
        remark = self.business.rng.choice(REMARKS)
        return self.business.desk.write(kind, day, lines, partner_id=party.id, remark=remark, **party.delivery,
                                        **header)

    def _ship(self, order: Order, line: Values, day: dt.date) -> bool:
        """Cut a line down to what is there and take it from the shelf; whether there is anything."""
        b = self.business
        item = line["item_id"]
        factor = b.goods[item].factor(line["unit_id"])
        there = order.held[item] + max(b.shelves.free(item, order.warehouse), ZERO)
        if there < order.open[item]:
            line["quantity"] = there // factor
        quantity: Decimal = line["quantity"] * factor
        released = min(order.held[item], quantity)
        order.open[item] -= quantity
        order.held[item] -= released
        b.shelves.hold(item, order.warehouse, -released)
        b.shelves.move(item, order.warehouse, -quantity, day)
        return quantity > 0

    def _round_off(self, lines: Iterable[Values]) -> Decimal:
        """抹零: now and then the odd yuan are let go."""
        amount = sum((totals.amount_of(line) or ZERO for line in lines), ZERO)
        return amount % 10 if amount > 200 and self.business.chance(0.12) else ZERO

    def _gift(self, wanted: dict[Good, Decimal], warehouse: int) -> Good | None:
        if not self.business.chance(0.05):
            return None
        cheap = [g for g in self._goods if g.sale < 5 and g not in wanted and not g.loose
                 and self.business.shelves.free(g.id, warehouse) > g.pack]
        return self.business.rng.choice(cheap) if cheap else None
