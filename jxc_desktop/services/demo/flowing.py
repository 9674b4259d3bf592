"""The last day's work in hand: orders that wait for goods, requests, approvals, and all that needs somebody's eye."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft, Values
from jxc_desktop.models.stock import cost_pool
from jxc_desktop.services import approvals, documents, followups
from jxc_desktop.services.demo import people, workdays
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.buying import Buying
from jxc_desktop.services.demo.choice import Choice, packs
from jxc_desktop.services.demo.firm import Good, Party, Person
from jxc_desktop.services.unit_of_work import Saved

DEARER = Decimal("1.22")  # what a supplier asks more than the last time
AMOUNTS = (30_000, 75_000, 190_000)  # of orders to suppliers that one, two and three people have to approve


class Flowing:
    def __init__(self, business: Business, look: dt.date):
        self.business, self.look, self.buying = business, look, Buying(business)

    def live(self, day: dt.date) -> None:
        """Everything from one day, in the order in which people would do it."""
        b = self.business
        b.desk.settings(**people.FLOWING, cash_limit=self._limit())
        self.choice = Choice(b)
        self._late(day)
        self._short(day)
        for _ in range(2):
            self.request(self.order(self.choice.lacking(2), day))
        self._partly_ordered(day)
        self._arrived(day)
        self._dear_customer(day)
        self._bargain(day)
        self._rules()
        self._await_approval(day)
        b.desk.settings(**people.FOLLOWING)

    # --- customers' orders and what follows from them --------------------------------------------------------

    def order(self, wanted: dict[Good, Decimal], day: dt.date, due: dt.date | None = None) -> Saved:
        """A customer's order; it holds what there is of it."""
        b = self.business
        party, seller = b.rng.choice(b.firm.customers), b.who("salesperson")
        return b.desk.save(self._sale("sales_order", wanted, day, party, seller, due_date=due or workdays.after(
            day, b.rng.randint(2, 6))), seller)

    def request(self, order: Saved) -> Saved:
        """Ask for what stock does not have of an order."""
        b = self.business
        made, lacks = b.desk.open(order.id), b.desk.ask(followups.cover, order.id)
        draft = b.desk.write("purchase_request", made.header["date"], [
            {"item_id": c.item_id, "quantity": c.lacking, "for_line_id": c.line_id} for c in lacks if c.lacking],
            remark=order.number, **{name: made.header[name] for name in ("warehouse_id", "due_date", "employee_id")})
        return b.desk.save(draft, b.who("buyer"))

    def buy(self, request: Saved, day: dt.date, *, lines: int | None = None, extra: Decimal = Decimal(1)) -> Saved:
        """Order what a request asks for, or only its first lines, in whole packs."""
        b = self.business
        draft = b.desk.follow("purchase_order", request.id, day)
        asked = draft.lines[:lines]
        goods = [b.goods[line["item_id"]] for line in asked]
        draft.lines = [line | self.buying.line(good, packs(line["quantity"], good), day, extra)
                       for line, good in zip(asked, goods, strict=True)]
        buyer = b.who("buyer")
        draft.header |= {"partner_id": goods[0].supplier, "employee_id": buyer.id, "remark": None}
        return b.desk.save(draft, buyer)

    def _partly_ordered(self, day: dt.date) -> None:
        """One line of a request is on order, the other still waits for the buyer."""
        self.buy(self.request(self.order(self.choice.lacking(2), day)), day, lines=1)

    def _arrived(self, day: dt.date) -> None:
        """What an order waited for is there, dearer than before; its delivery is prepared."""
        b = self.business
        for extra in (DEARER, Decimal(1)):
            wanted = self.choice.lacking(1)
            then, usual = self._before(day, 15), {good: good.pack for good in wanted}
            self._receive(self._ordered(usual, then), then)
            order = self.order({good: quantity + good.pack for good, quantity in wanted.items()}, day)
            self._receive(self.buy(self.request(order), day, extra=extra), day)
        draft = b.desk.follow("delivery_note", order.id, day)
        seller = b.who("salesperson")
        draft.header["employee_id"] = seller.id
        b.desk.run(seller.commands, documents.park, draft)

    def _receive(self, order: Saved, day: dt.date, share: Decimal = Decimal(1)) -> Saved:
        b = self.business
        clerk = b.who("clerk")
        draft = b.desk.follow("goods_receipt", order.id, day)
        draft.header["employee_id"] = clerk.id
        for line in draft.lines:
            line |= {"quantity": max(line["quantity"] * share // 1, Decimal(1)), "amount": None}
        return b.desk.save(draft, clerk)

    # --- what stands out -------------------------------------------------------------------------------------

    def _late(self, day: dt.date) -> None:
        """A customer and the buyers were promised goods for days that have passed."""
        then, due = self._before(day, 9), self._before(min(day, self.look - workdays.DAY), 3)
        self.order(self.choice.there(2), then, due)
        self.request(self.order(self.choice.lacking(1), then, due))
        self._ordered({good: 4 * good.pack for good in self.choice.of_one_supplier(2)}, then, due_date=due)

    def _short(self, day: dt.date) -> None:
        """A supplier has no more: the rest of an order is given up; some of what came goes back."""
        b = self.business
        then = self._before(day, 8)
        order = self._ordered({good: 10 * good.pack for good in self.choice.of_one_supplier(2)}, then, due_date=day)
        self._receive(order, day, Decimal("0.6"))
        b.desk.run(b.who("buyer").commands, documents.close, order.id, order.version)

    def _dear_customer(self, day: dt.date) -> None:
        """Somebody's limit was lowered below what he owes, and he buys on."""
        b = self.business
        party = max(b.firm.customers, key=lambda each: each.weight * each.trade.size)
        owed = values.money(sum((x["net"] for x in self._sell(party, day).lines), Decimal(0)))
        draft = b.desk.open_record("partner", party.id)
        draft.values["credit_limit"] = owed
        b.desk.record(draft)
        self._sell(party, day)

    def _sell(self, party: Party, day: dt.date, price: Decimal | None = None, remark: str | None = None) -> Draft:
        b = self.business
        seller = b.who("salesperson")
        draft = self._sale("delivery_note", self.choice.there(1), day, party, seller, remark=remark)
        for line in draft.lines if price else ():
            line["price"] = values.money(line["price"] * price)
        return b.desk.open(b.desk.save(draft, seller).id)

    def _bargain(self, day: dt.date) -> None:
        self._sell(self.business.firm.customers[1], day, Decimal("0.6"), "清仓特价")

    def _limit(self) -> Decimal:
        """Less than what lies in stock."""
        worth = self.business.desk.ask(lambda connection: connection.scalar(
            select(func.sum(cost_pool.c.value)).where(cost_pool.c.warehouse_id == 0, cost_pool.c.lot_id == 0)))
        return Decimal(int(worth * Decimal("0.9")) // 10_000 * 10_000)

    # --- approvals -------------------------------------------------------------------------------------------

    def _rules(self) -> None:
        desk, kinds = self.business.desk, {"purchase_return": "采购退货", "sales_order": "销售订单",
                                           "purchase_order": "采购订单"}
        for kind, level, above, role in people.APPROVALS:
            desk.new_record("approval_rule", name=f"{kinds[kind]} {level} 级审批", document_kind=kind, level=level,
                            above=Decimal(above), role=role)
        for rule in people.RULES:
            desk.new_record("flow_rule", **rule)

    def _await_approval(self, day: dt.date) -> None:
        """Documents wait at each level, and one was rejected."""
        b = self.business
        boss, accountant = b.who("manager"), b.who("accountant")
        for amount, approvers in zip(AMOUNTS, ((), (boss,), (boss, accountant)), strict=True):
            saved = self._ordered(self.choice.worth(amount, day), day, due_date=workdays.after(day, 8),
                                  remark="节前备货")
            for person in approvers:
                saved = b.desk.run(person.commands, approvals.approve, saved.id, saved.version)
        saved = self._ordered(self.choice.worth(AMOUNTS[0], day), day, due_date=workdays.after(day, 5))
        b.desk.run(boss.commands, approvals.reject, saved.id, saved.version, "单价偏高，请再询一家")
        order = self.order(self.choice.worth(AMOUNTS[1], day, selling=True), day)
        b.desk.run(boss.commands, approvals.approve, order.id, order.version)
        self.order(self.choice.worth(AMOUNTS[0], day, selling=True), day)
        self._give_back(day)

    def _give_back(self, day: dt.date) -> None:
        """Part of a large receipt goes back to its supplier, which needs one word."""
        b = self.business
        good = next(iter(self.choice.there(1)))
        buyer = b.who("buyer")
        receipt = b.desk.save(b.desk.write(
            "goods_receipt", day, [self.buying.line(good, packs(Decimal(6000) / good.product.cost, good), day)],
            partner_id=good.supplier, warehouse_id=b.firm.main, employee_id=buyer.id), buyer)
        draft = b.desk.follow("purchase_return", receipt.id, day)
        draft.header |= {"employee_id": buyer.id, "remark": "部分受潮，协商退货"}
        draft.lines[0] |= {"quantity": draft.lines[0]["quantity"] // 4, "amount": None}
        b.desk.save(draft, buyer)

    # --- writing ---------------------------------------------------------------------------------------------

    @staticmethod
    def _before(day: dt.date, days: int) -> dt.date:
        return workdays.last_open(day - days * workdays.DAY)

    def _ordered(self, wanted: dict[Good, Decimal], day: dt.date, **header: Any) -> Saved:
        b = self.business
        buyer, first = b.who("buyer"), next(iter(wanted))
        return b.desk.save(b.desk.write(
            "purchase_order", day, [self.buying.line(g, q, day) for g, q in wanted.items()], partner_id=first.supplier,
            warehouse_id=first.home, employee_id=buyer.id, **header), buyer)

    def _sale(self, kind: str, wanted: dict[Good, Decimal], day: dt.date, party: Party, seller: Person,
              **header: Any) -> Draft:
        lines: list[Values] = [good.line(quantity, party.trade.level) for good, quantity in wanted.items()]
        return self.business.desk.write(kind, day, lines, partner_id=party.id, warehouse_id=self.business.firm.main,
                                        employee_id=seller.id, **party.delivery, **header)
