"""Goods with a story of their own: some that lie for months, some that go off; and the counts of the last day."""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any

from jxc_desktop.services import counting, documents
from jxc_desktop.services.counting import Scope
from jxc_desktop.services.demo import workdays
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.firm import Person

LYING = (("70001", "风铃挂饰 海洋款", "12 只装", "18.60", 300), ("70002", "搪瓷暖壶", "2.0L 大红", "41.00", 230),
         ("70003", "蜡染桌布", "140×180cm", "27.50", 130), ("70004", "竹编果盘", "28cm", "15.80", 110))
FRESH = (("71001", "牧云滩 鲜牛奶", "950ml", "9.80"), ("71002", "牧云滩 风味酸奶", "1.1kg 桶装", "15.60"),
         ("71003", "麦秋里 鲜切吐司", "450g", "7.20"))
SHELF_LIFE, WARN = 25, 7  # days of what is fresh
LOTS = ((-2, 8), (4, 30), (16, 60))  # days left of each lot, and how much came of it
TAX = Decimal("0.13")
OFF = ((2, "lost"), (-3, "damaged"), (1, "mixed"))  # what a count finds to be otherwise


class Oddments:
    def __init__(self, business: Business, look: dt.date):
        self.business, self.look = business, look  # the day on which somebody looks at it all

    def lie(self, first: dt.date) -> None:
        """Have somebody buy, long ago, what nobody wants since."""
        b = self.business
        for code, name, spec, price, days in LYING:
            day = max(workdays.last_open(self.look - days * workdays.DAY), first)
            b.agenda.at(day, partial(self._buy_unwanted, code, name, spec, price), rank=1)

    def _buy_unwanted(self, code: str, name: str, spec: str, price: str, day: dt.date) -> None:
        item = self._item(code, name, spec, price)
        self._receive(day, "S08", [{"item_id": item, "quantity": Decimal(self.business.rng.randint(40, 90)),
                                    "price": Decimal(price), "tax_rate": TAX}], "展会样品，试销")

    def go_off(self, day: dt.date) -> None:
        """Fresh goods in lots: one is past its day, one nearly so, of the third there is plenty."""
        b = self.business
        items = {self._item(code, name, spec, price, tracking="lot", shelf_life_days=SHELF_LIFE,
                            expiry_alert_days=WARN): price for code, name, spec, price in FRESH}
        sold = []
        for left, quantity in LOTS:
            expires = self.look + left * workdays.DAY
            came = min(workdays.last_open(expires - (SHELF_LIFE - 3) * workdays.DAY), day)
            lot = f"{expires - SHELF_LIFE * workdays.DAY:%Y%m%d}"
            self._receive(came, "S02", [{
                "item_id": item, "quantity": Decimal(quantity), "price": Decimal(price), "tax_rate": TAX, "lot": lot,
                "production_date": expires - SHELF_LIFE * workdays.DAY, "expiry_date": expires}
                for item, price in items.items()], "冷链配送")
            sold = [{"item_id": item, "quantity": Decimal(6), "price": Decimal(price) * 2, "tax_rate": TAX, "lot": lot}
                    for item, price in items.items()]
        seller, party = b.who("salesperson"), b.firm.customers[0]
        b.desk.save(b.desk.write("delivery_note", day, sold, partner_id=party.id, warehouse_id=b.firm.main,
                                 employee_id=seller.id, **party.delivery), seller)

    def count(self, day: dt.date) -> None:
        """The shop was counted, with differences; the second warehouse is being counted."""
        b = self.business
        first, second = b.firm.staff["clerk"]
        sheet = self._sheet(b.firm.shop, day, first)
        for line in sheet.lines:
            line["quantity"] = line["book"]
        for line, (more, reason) in zip(sheet.lines[2::3], OFF, strict=False):
            line |= {"quantity": max(line["book"] + more, Decimal(0)), "reason": reason}
        b.desk.save(sheet, first)
        sheet = self._sheet(b.firm.second, day, second)
        for line in sheet.lines[:len(sheet.lines) // 2]:
            line |= {"quantity": line["book"], "counter": second.name}
        b.desk.run(second.commands, documents.park, sheet)

    def _sheet(self, warehouse: int, day: dt.date, clerk: Person) -> Any:
        sheet = self.business.desk.ask(counting.sheet, Scope(warehouse))
        sheet.header |= {"date": day, "employee_id": clerk.id, "remark": "月末盘点"}
        return sheet

    def _item(self, code: str, name: str, spec: str, price: str, **more: Any) -> int:
        firm = self.business.firm
        return self.business.desk.new_record(
            "item", code=code, name=name, spec=spec, unit_id=firm.piece, purchase_price=Decimal(price),
            sale_price=Decimal(price) * 2, tax_rate=TAX, supplier_id=firm.suppliers["S08"], **more)

    def _receive(self, day: dt.date, supplier: str, lines: list[dict[str, Any]], remark: str) -> None:
        b = self.business
        buyer = b.who("buyer")
        b.desk.save(b.desk.write("goods_receipt", day, lines, partner_id=b.firm.suppliers[supplier], remark=remark,
                                 warehouse_id=b.firm.main, employee_id=buyer.id), buyer)
