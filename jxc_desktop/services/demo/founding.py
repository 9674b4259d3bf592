"""Set up the demo company's records: people, places, partners and the goods on its shelves."""

from decimal import Decimal
from random import Random
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.services import access
from jxc_desktop.services.demo import goods, people
from jxc_desktop.services.demo.desk import Desk
from jxc_desktop.services.demo.firm import LINE_WORTH, Firm, Good, Party, Person
from jxc_desktop.services.demo.goods import Product
from jxc_desktop.services.unit_of_work import Actor

DECIMALS = {"公斤": 3, "米": 1}
SALES_SHARE, LINES = Decimal("0.5"), Decimal("4.2")  # of all documents, and on each
SHOP_GOODS = 90
MONTHS = 14


class Founding:
    """Makes the records once, in the order in which they need each other."""

    def __init__(self, desk: Desk, rng: Random, documents: int):
        self.desk, self.rng = desk, rng
        # small companies for tests still keep some stock of everything
        self.sales_lines = max(documents, 400) * SALES_SHARE * LINES
        self.firm = Firm()
        self.ids: dict[str, int] = {}  # of units, categories and suppliers, by name or code

    def found(self) -> Firm:
        self._company()
        self._people()
        self._partners()
        self._goods()
        self.firm.suppliers = {code: id_ for code, id_ in self.ids.items() if code[1:].isdigit()}
        self.firm.piece = self.ids["个"]
        return self.firm

    def _company(self) -> None:
        self.desk.settings(**people.COMPANY)
        for serial, (code, name, address, keeper) in enumerate(people.WAREHOUSES):
            self.firm.warehouses[code] = self.desk.new_record("warehouse", code=code, name=name, address=address,
                                                               contact=keeper, phone=people.phone(10 + serial))

    def _people(self) -> None:
        for serial, (code, name, role) in enumerate(people.EMPLOYEES):
            id_ = self.desk.new_record("employee", code=code, name=name, role=role, phone=people.phone(100 + serial))
            commands = self.desk.commands(Actor(name, access.ROLES[role], id_, role), f"PC-{serial + 1:02}")
            self.firm.staff.setdefault(role, []).append(Person(id_, name, commands))

    def _partners(self) -> None:
        for serial, name in enumerate(people.SUPPLIERS, 1):
            self.ids[f"S{serial:02}"] = self._partner(f"S{serial:02}", name, 300 + serial, customer=False,
                                                      supplier=True)["id"]
        names = [*people.CUSTOMERS, *zip(people.BOTH, people.BOTH_BUY, strict=True)]
        weights = [1 / (rank + 3) for rank in range(len(names))]
        self.rng.shuffle(weights)
        for serial, ((name, trade), weight) in enumerate(zip(names, weights, strict=True), 1):
            both = name in people.BOTH
            code = f"P{people.BOTH.index(name) + 1:02}" if both else f"C{serial:02}"
            made = self._partner(code, name, 400 + serial, supplier=both, credit_limit=None if name == people.WALK_IN
                                 else Decimal(round(weight * 40) + 2) * 20_000)
            self.ids[code] = made.pop("id")
            self.firm.customers.append(Party(self.ids[code], name, trade, weight, made))

    def _partner(self, code: str, name: str, serial: int, **given: Any) -> Values:
        rng = self.rng
        contact = rng.choice(people.CONTACTS) + rng.choice(("老板", "经理", "师傅", "女士", "先生"))
        settlement = "cash" if name == people.WALK_IN else rng.choice(("monthly", "monthly", "cash"))
        delivery: Values = {"address": f"临澜市{rng.choice(people.STREETS)} {rng.randint(1, 288)} 号",
                            "contact": contact, "phone": people.phone(serial),
                            "settlement": settlement}
        id_ = self.desk.new_record("partner", code=code, name=name, tax_number=people.tax_number(serial),
                                   bank=f"临澜农商银行（演示） 0000 0000 {serial:04} 0000", **delivery, **given)
        return {"id": id_, **delivery}

    def _goods(self) -> None:
        catalogue = goods.products()
        for name in sorted({p.unit for p in catalogue} | {p.pack for p in catalogue}):
            self.ids[name] = self.desk.new_record("unit", name=name, decimals=DECIMALS.get(name, 0))
        for product in catalogue:
            if product.top not in self.ids:
                self.ids[product.top] = self.desk.new_record("category", name=product.top)
            if product.category not in self.ids:
                self.ids[product.category] = self.desk.new_record("category", name=product.category,
                                                                   parent_id=self.ids[product.top])
        ranks = list(range(len(catalogue)))
        self.rng.shuffle(ranks)
        weights = [1 / (rank + 9) for rank in ranks]
        total = sum(weights)
        for product, rank, weight in zip(catalogue, ranks, weights, strict=True):
            good = self._good(product, weight / total, in_shop=rank < SHOP_GOODS and product.cost < 60)
            self.firm.goods[good.id] = good

    def _good(self, product: Product, weight: float, *, in_shop: bool) -> Good:
        rng, factor = self.rng, Decimal(product.factor)
        margin = 1 + Decimal(rng.randint(14, 36)) / 100
        sale = values.round_to(product.cost * margin, 1 if product.cost > 3 else 2)
        pack_sale = values.round_to(sale * factor * Decimal("0.97"), 1)
        minimum = values.money(product.cost * Decimal("1.03"))
        week = self.sales_lines * Decimal(round(weight, 6)) * LINE_WORTH / sale / 52
        reorder = _packs(week * 2, factor)
        level = (_packs(week / 4, factor), _packs(week / 4, factor) + 2 * factor) if in_shop else None
        maximum = reorder + _packs(week * 6 + LINE_WORTH / sale, factor) + factor + (level[1] if level else 0)
        given = {"code": product.code, "name": product.name, "spec": product.spec, "brand": product.brand,
                 "category_id": self.ids[product.category], "unit_id": self.ids[product.unit],
                 "purchase_price": product.cost, "sale_price": sale, "minimum_price": minimum,
                 "tax_rate": product.tax_rate, "reorder_point": reorder, "maximum": maximum,
                 "supplier_id": self.ids[product.supplier], "lead_days": 3 + len(product.name) % 5}
        id_ = self.desk.new_record("item", self._children(product, pack_sale, level), **given)
        return Good(id_, product, self.ids[product.unit], self.ids[product.pack], DECIMALS.get(product.unit, 0), sale,
                    pack_sale, minimum, reorder, maximum, level, weight, self._drift(),
                    self.firm.warehouses[product.home], self.ids[product.supplier])

    def _children(self, product: Product, pack_sale: Decimal, level: tuple[Decimal, Decimal] | None) -> dict[str, Any]:
        children: dict[str, Any] = {"barcode": [{"code": goods.barcode(product.code),
                                                 "unit_id": self.ids[product.unit]}]}
        if product.factor > 1:
            pack = self.ids[product.pack]
            children["item_unit"] = [{"unit_id": pack, "factor": Decimal(product.factor), "sale_price": pack_sale,
                                      "purchase_price": product.cost * product.factor}]
            children["barcode"].append({"code": goods.barcode(product.code, pack=True), "unit_id": pack})
        if level:
            children["stock_level"] = [{"warehouse_id": self.firm.shop, "reorder_point": level[0],
                                        "maximum": level[1]}]
        return children

    def _drift(self) -> tuple[Decimal, ...]:
        """Purchase prices wander through the year, most of them upwards."""
        now, path = Decimal(1), []
        trend = self.rng.choice((-4, 0, 2, 4, 6))
        for _ in range(MONTHS):
            path.append(now)
            now *= 1 + Decimal(self.rng.randint(-15, 15) + trend) / 1000
        return tuple(path)


def _packs(quantity: Decimal, factor: Decimal) -> Decimal:
    """Rounded up to whole packs, one at least."""
    return max(-(-quantity // factor), Decimal(1)) * factor
