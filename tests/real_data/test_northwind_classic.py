"""Northwind, a small trading company of 1996-98: 77 products, 830 orders of 2,155 lines.

How its tables become documents: the 809 orders with a ShippedDate are delivery notes of that day, the 21 others
sales orders, entered at the end and still open. Opening stock is what the products must have had for their
UnitsInStock to be left. Prices are without tax. Discontinued products were sold too: they are stopped at the end.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from jxc_desktop.errors import InvalidDraft
from jxc_desktop.services import documents
from tests.company import line
from tests.real_data.books import Books
from tests.real_data.readers import Row, added_up, by_key, cents, day, number, read

COMPANY = "northwind_classic"
START = dt.date(1996, 6, 30)


class Trader:
    """The company's files, and the ids under which its records stand in the books."""

    def __init__(self, folder: Path, books: Books):
        self.books, self.folder = books, folder
        self.products = read(folder, "products")
        self.lines = by_key(read(folder, "order_details"), "OrderID")
        orders = read(folder, "orders")
        self.shipped = sorted((o for o in orders if o["ShippedDate"]), key=lambda o: o["ShippedDate"])
        self.unshipped = [o for o in orders if not o["ShippedDate"]]
        self.customers = {c["CustomerID"]: self._partner(c, c["CustomerID"]) for c in read(folder, "customers")}
        for supplier in read(folder, "suppliers"):
            self._partner(supplier, f"V{supplier['SupplierID']}", customer=False, supplier=True)
        categories = {c["CategoryID"]: books.record("category", name=c["CategoryName"])
                      for c in read(folder, "categories")}
        self.items = {p["ProductID"]: books.record(
            "item", code=p["ProductID"], name=p["ProductName"], spec=p["QuantityPerUnit"], unit_id=books.piece,
            category_id=categories[p["CategoryID"]], sale_price=number(p["UnitPrice"]),
            reorder_point=number(p["ReorderLevel"])) for p in self.products}

    def _partner(self, row: Row, code: str, *, customer: bool = True, supplier: bool = False) -> int:
        return self.books.record(
            "partner", code=code, name=row["CompanyName"], contact=row["ContactName"], phone=row["Phone"],
            address=" ".join([row["Address"], row["City"], row["Country"]]), customer=customer, supplier=supplier)

    def post_opening_stock(self) -> None:
        opening = {row["ProductID"]: row["opening_stock_to_post"] for row in read(
            self.folder, "expected_product_sales")}
        prices = {p["ProductID"]: p["UnitPrice"] for p in self.products}
        self.books.post("opening_stock", *((self.items[product], quantity, prices[product])
                                           for product, quantity in opening.items()), date=START)

    def enter(self, kind: str, order: Row, date: str) -> int:
        """Post an order as a document of this type; its id, which is the same when it is sent again."""
        lines = [line(self.items[row["ProductID"]], row["Quantity"], row["UnitPrice"],
                      discount=number(row["Discount"])) for row in self.lines[order["OrderID"]]]
        draft = self.books.draft(kind, *lines, date=day(date), partner_id=self.customers[order["CustomerID"]],
                                 address=order["ShipName"], remark=order["OrderID"])
        return self.books.save(draft, key=f"{kind} {order['OrderID']}").id

    def sold(self, orders: list[Row]) -> Iterator[tuple[Row, Row]]:
        for order in orders:
            yield from ((order, row) for row in self.lines[order["OrderID"]])


def gross(row: Row) -> Decimal:
    return number(row["Quantity"]) * number(row["UnitPrice"])


def net(row: Row) -> Decimal:
    """The line's amount before it is rounded."""
    return gross(row) * (1 - number(row["Discount"]))


def test_every_order_through_the_books(data: Path, books: Books) -> None:
    firm = Trader(data, books)
    firm.post_opening_stock()
    notes = {o["OrderID"]: firm.enter("delivery_note", o, o["ShippedDate"]) for o in firm.shipped}
    orders = {o["OrderID"]: firm.enter("sales_order", o, o["OrderDate"]) for o in firm.unshipped}
    assert (len(notes), len(orders)) == (809, 21)
    check_stock(firm)
    check_products(firm)
    check_customers(firm)
    check_alerts(firm, notes)
    check_open_orders(firm, orders)
    check_sent_again(firm, notes, orders)
    check_discontinued(firm)


def check_stock(firm: Trader) -> None:
    """Closing stock is what the company counted."""
    stock = firm.books.stock()
    assert len(firm.products) == 77
    assert {p: stock.get(item, Decimal(0)) for p, item in firm.items.items()} == {
        p["ProductID"]: number(p["UnitsInStock"]) for p in firm.products}


def check_products(firm: Trader) -> None:
    """Units, gross and net by product: of delivery notes and open orders together, as the totals have them."""
    notes, orders = firm.books.lines_of("delivery_note"), firm.books.lines_of("sales_order")
    none = (Decimal(0), Decimal(0))
    exact: dict[int, Decimal] = added_up((firm.items[row["ProductID"]], net(row)) for _, row in firm.sold(
        firm.shipped + firm.unshipped))
    rounded = added_up((firm.items[row["ProductID"]], cents(net(row))) for _, row in firm.sold(
        firm.shipped + firm.unshipped))
    values = firm.books.gross("delivery_note", "sales_order")
    for row in read(firm.folder, "expected_product_sales"):
        item = firm.items[row["ProductID"]]
        delivered, ordered = notes[item], orders.get(item, none)
        assert delivered[0] == number(row["qty_shipped"])
        assert delivered[0] + ordered[0] == number(row["qty_ordered"])
        assert values[item] == number(row["gross_amount"])
        assert exact[item] == number(row["net_amount_unrounded"])
        assert delivered[1] + ordered[1] == rounded[item]
    check_totals(firm)


def check_totals(firm: Trader) -> None:
    """Net is the sum of lines rounded to cents; the published 1,265,793.0395 is of all 830 orders, unrounded."""
    delivered = sum(firm.books.totals("delivery_note").values())
    ordered = sum(firm.books.totals("sales_order").values())
    exact_delivered = sum(net(row) for _, row in firm.sold(firm.shipped))
    exact_ordered = sum(net(row) for _, row in firm.sold(firm.unshipped))
    assert (delivered, exact_delivered) == (Decimal("1239855.85"), Decimal("1239855.6090"))
    assert (ordered, exact_ordered) == (Decimal("25937.44"), Decimal("25937.4305"))
    assert exact_delivered + exact_ordered == Decimal("1265793.0395")
    assert delivered + ordered - Decimal("1265793.0395") == Decimal("0.2505")
    assert sum(firm.books.gross("delivery_note", "sales_order").values()) == Decimal("1354458.59")
    assert -sum(firm.books.moved("delivery_note").values()) + sum(
        sums.quantity for sums in firm.books.lines_of("sales_order").values()) == 51_317


def check_customers(firm: Trader) -> None:
    """Customers owe what was delivered to them; the two junk rows and two others never bought."""
    debts = added_up((firm.customers[order["CustomerID"]], cents(net(row)))
                     for order, row in firm.sold(firm.shipped))
    assert firm.books.debts("receivable") == debts
    exact = added_up((firm.customers[order["CustomerID"]], net(row))
                     for order, row in firm.sold(firm.shipped + firm.unshipped))
    published = {firm.customers[row["CustomerID"]]: number(row["net_amount_unrounded"])
                 for row in read(firm.folder, "expected_customer_sales")}
    assert exact == published
    documents_of = firm.books.counted("delivery_note", "sales_order")
    assert documents_of == {firm.customers[row["CustomerID"]]: int(row["orders"])
                            for row in read(firm.folder, "expected_customer_sales")}
    strangers = [c for c, id_ in firm.customers.items() if id_ not in documents_of]
    assert sorted(strangers) == ["FISSA", "PARIS", "VALON", "Val2 "]
    assert firm.books.code_of("partner", firm.customers["Val2 "]) == "Val2"


def check_alerts(firm: Trader, notes: dict[str, int]) -> None:
    """18 products are low; each was reported by the delivery that took it below its reorder level."""
    left = {row["ProductID"]: int(row["opening_stock_to_post"]) for row in read(
        firm.folder, "expected_product_sales")}
    level = {p["ProductID"]: int(p["ReorderLevel"]) for p in firm.products}
    culprits: dict[int, int] = {}
    for order, row in firm.sold(firm.shipped):
        product = row["ProductID"]
        left[product] -= int(row["Quantity"])
        if left[product] < level[product]:
            culprits.setdefault(firm.items[product], notes[order["OrderID"]])
    assert len(culprits) == 18
    assert firm.books.alerts("low") == culprits


def check_open_orders(firm: Trader, orders: dict[str, int]) -> None:
    """What was never shipped stays open and holds what there is of it."""
    assert {firm.books.progress(id_) for id_ in orders.values()} == {"open"}
    held: dict[int, Decimal] = defaultdict(Decimal)
    for _, row in firm.sold(firm.unshipped):
        held[firm.items[row["ProductID"]]] += number(row["Quantity"])
    stock = firm.books.stock()
    reserved = {item: min(quantity, stock.get(item, Decimal(0))) for item, quantity in held.items()}
    assert firm.books.stock("reserved") == {item: quantity for item, quantity in reserved.items() if quantity}


def check_sent_again(firm: Trader, notes: dict[str, int], orders: dict[str, int]) -> None:
    """An import that is repeated finds everything there and changes nothing."""
    before = firm.books.counts()
    assert {o["OrderID"]: firm.enter("delivery_note", o, o["ShippedDate"]) for o in firm.shipped} == notes
    assert {o["OrderID"]: firm.enter("sales_order", o, o["OrderDate"]) for o in firm.unshipped} == orders
    assert firm.books.counts() == before


def check_discontinued(firm: Trader) -> None:
    """A discontinued product keeps its history and is sold no more."""
    stopped = [p["ProductID"] for p in firm.products if p["Discontinued"] != "0"]
    assert len(stopped) == 8
    for product in stopped:
        firm.books.change_record("item", firm.items[product], active=False)
    with pytest.raises(InvalidDraft) as refused:
        firm.books.run(documents.save, firm.books.draft("sales_order", *((firm.items[p], 1, 1) for p in stopped)))
    assert [(p.field, p.line) for p in refused.value.problems] == [("item_id", i) for i in range(8)]
