"""What goes wrong in an office: documents corrected, voided, reversed, taken back or left unfinished."""

import datetime as dt
from decimal import Decimal

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft, Values
from jxc_desktop.services import documents
from jxc_desktop.services.demo.business import Business, Note
from jxc_desktop.services.demo.firm import Person


class Mending:
    def __init__(self, business: Business):
        self.business = business

    def correct_sale(self, day: dt.date) -> None:
        """The customer took less than was written down."""
        if not (found := self._sale(day)):
            return
        note, draft = found
        line = max(draft.lines, key=lambda line: line["quantity"])
        if line["quantity"] < 2:
            draft.header["remark"] = "按签收单更正备注"
        else:
            less = line["quantity"] // 2
            line |= {"quantity": line["quantity"] - less, "amount": None}
            factor = self.business.goods[line["item_id"]].factor(line["unit_id"])
            self.business.shelves.move(line["item_id"], note.warehouse, less * factor, day)
            draft.header["remark"] = "按实收数量更正"
        self.business.desk.save(draft, self.business.who("salesperson"))

    def correct_price(self, day: dt.date) -> None:
        """The supplier's invoice has another price: the cost of what was sold since follows."""
        b = self.business
        if not (note := b.recent(b.received, day)):
            return
        draft = b.desk.open(note.id)
        line = b.rng.choice(draft.lines)
        line |= {"price": values.money(line["price"] * Decimal(b.rng.choice(("0.95", "0.97", "1.03", "1.06")))),
                 "amount": None}
        draft.header["remark"] = "按发票单价更正"
        b.desk.save(draft, b.who("buyer"))

    def void(self, day: dt.date) -> None:
        """The customer cancelled: the number stays, the effect goes."""
        self._withdraw(day, documents.void, self.business.who("salesperson"))

    def unpost(self, day: dt.date) -> None:
        """Taken back to be worked on: a draft that has its number already."""
        self._withdraw(day, documents.unpost, self.business.who("salesperson"))

    def reverse(self, day: dt.date) -> None:
        """红冲: a mirror document cancels a delivery and leaves it visible."""
        if not (found := self._sale(day)):
            return
        note, draft = found
        boss = self.business.who("manager", "administrator")
        self.business.desk.run(boss.commands, documents.reverse, note.id, draft.version, day)
        self.business.shelves.move_lines(draft.lines, note.warehouse, 1, day)

    def park(self, day: dt.date) -> None:
        """Somebody was called away: a draft that is not complete."""
        b = self.business
        customer, goods = b.rng.choice(b.firm.customers), b.sample(list(b.goods.values()), 4)
        lines: list[Values] = [{"item_id": good.id, "unit_id": good.unit_id} for good in goods]
        for line in lines[1:]:
            line["quantity"] = Decimal(b.rng.randint(1, 10))
        kind, role, header = b.rng.choice((
            ("delivery_note", "salesperson", {"partner_id": customer.id, "warehouse_id": b.firm.main}),
            ("sales_order", "salesperson", {"warehouse_id": b.firm.main, "remark": "等客户确认数量"}),
            ("purchase_order", "buyer", {"warehouse_id": b.firm.second, "remark": "待询价"}),
            ("transfer", "clerk", {"warehouse_id": b.firm.main, "to_warehouse_id": b.firm.shop})))
        person = b.who(role)
        draft = b.desk.write(kind, day, lines, employee_id=person.id, **header)
        b.desk.run(person.commands, documents.park, draft)

    def _withdraw(self, day: dt.date, operation: object, person: Person) -> None:
        if found := self._sale(day):
            note, draft = found
            self.business.desk.run(person.commands, operation, note.id, draft.version)
            self.business.shelves.move_lines(draft.lines, note.warehouse, 1, day)

    def _sale(self, day: dt.date) -> tuple[Note, Draft] | None:
        b = self.business
        note = b.recent(b.sold, day, direct=True)
        return (note, b.desk.open(note.id)) if note else None
