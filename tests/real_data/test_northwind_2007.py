"""Northwind as of 2007: purchase orders, stock movements, goods held for orders; 45 products, 102 movements.

The movements are the truth, and they are entered in their order, with their time of day:
- Purchased (1) is a goods receipt linked to the lines of the purchase order, all of an order and a day together.
- Sold (2) is a delivery note linked to the sales order. A sales order is entered with the lines that its first
  movement covers, and corrected when a back order brings more: so it holds what was allotted to it, no more.
- On hold (3) is a sales order that reserves. What is held beyond an order's line or without any order
  (123 pieces) becomes sales orders of a customer of its own, without a price.
- Waste (4) is an other out, reason scrap. No movement of this copy is one.
Orders without a line, or with quantities of zero only, are no documents. Every purchase order stands, also those
that were submitted and not yet approved.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop.errors import InvalidDraft
from jxc_desktop.services.unit_of_work import Saved
from tests.company import line
from tests.real_data.books import Books
from tests.real_data.readers import Row, added_up, by_key, clock, day, number, read

COMPANY = "northwind_2007"
PURCHASED, SOLD, ON_HOLD, WASTE = "1", "2", "3", "4"


class Trader:
    """The company's files, and the ids under which its records and order lines stand in the books."""

    def __init__(self, folder: Path, books: Books):
        self.books, self.folder = books, folder
        self.purchase_orders = {po["id"]: po for po in read(folder, "purchase_orders")}
        self.orders = {order["id"]: order for order in read(folder, "orders")}
        self.movements = read(folder, "inventory_transactions")
        # the order line that a movement fulfils or holds for
        self.purchased = {row["inventory_id"]: row for row in read(folder, "purchase_order_details")}
        self.sold = {row["inventory_id"]: row for row in read(folder, "order_details")}
        self.suppliers = {s["id"]: books.record("partner", code=f"SUP{s['id']}", name=s["company"], customer=False,
                                                supplier=True) for s in read(folder, "suppliers")}
        self.customers = {c["id"]: books.record("partner", code=f"CUS{c['id']}", name=c["company"],
                                                contact=f"{c['first_name']} {c['last_name']}")
                          for c in read(folder, "customers")}
        self.nobody = books.record("partner", code="HOLD", name="Held without an order")
        self.items = {p["id"]: self._item(p) for p in read(folder, "products")}
        self.sales_orders: dict[str, Saved] = {}
        self.line_ids: dict[str, int] = {}  # of the order lines in the books, by movement

    def _item(self, p: Row) -> int:
        """Two product codes stand twice: the second product gets its number beside the code."""
        values = {"name": p["product_name"], "unit_id": self.books.piece, "purchase_price": number(p["standard_cost"]),
                  "sale_price": number(p["list_price"]), "reorder_point": number(p["reorder_level"]),
                  "maximum": number(p["target_level"])}
        try:
            return self.books.record("item", code=p["product_code"], **values)
        except InvalidDraft as refused:
            assert [problem.field for problem in refused.problems] == ["code"]
            return self.books.record("item", code=f"{p['product_code']}/{p['id']}", **values)

    def supplier_of(self, purchase_order: str) -> int:
        return self.suppliers[self.purchase_orders[purchase_order]["supplier_id"]]

    def customer_of(self, order: str) -> int:
        return self.customers[self.orders[order]["customer_id"]]

    def beyond_order(self, movement: Row) -> Decimal:
        """What is held more than the order's line asks for."""
        row = self.sold.get(movement["id"])
        return number(movement["quantity"]) - (number(row["quantity"]) if row else 0)

    # --- orders

    def post_purchase_orders(self) -> None:
        for id_, rows in by_key(read(self.folder, "purchase_order_details"), "purchase_order_id").items():
            lines = [line(self.items[row["product_id"]], row["quantity"], row["unit_cost"]) for row in rows]
            saved = self.books.save(self.books.draft(
                "purchase_order", *lines, date=day(self.purchase_orders[id_]["creation_date"]),
                partner_id=self.supplier_of(id_)), key=f"purchase order {id_}")
            self.line_ids |= zip([row["inventory_id"] for row in rows], self.books.line_ids(saved), strict=True)

    def promise(self, movements: list[Row]) -> None:
        """Enter the order lines of these movements, as a new sales order or into the one that is there."""
        rows = [self.sold[m["id"]] for m in movements if m["id"] in self.sold]
        if not rows:
            return
        order, key = rows[0]["order_id"], f"sales order, movement {rows[0]['inventory_id']}"
        lines = [line(self.items[row["product_id"]], row["quantity"], row["unit_price"]) for row in rows]
        if order in self.sales_orders:
            saved = self.books.correct(self.sales_orders[order], lambda draft: draft.lines.extend(lines), key=key)
        else:
            saved = self.books.save(self.books.draft(
                "sales_order", *lines, date=day(self.orders[order]["order_date"]),
                partner_id=self.customer_of(order)), key=key)
        self.sales_orders[order] = saved
        self.line_ids |= zip([row["inventory_id"] for row in rows], self.books.line_ids(saved)[-len(rows):],
                             strict=True)

    # --- movements

    def post_movements(self) -> None:
        """Movements of one order and day make one document: a receipt at the first, others at the last of them."""
        groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for m in self.movements:
            kind = m["transaction_type"]
            row = (self.purchased if kind == PURCHASED else self.sold).get(m["id"], {})
            order = row.get("purchase_order_id" if kind == PURCHASED else "order_id", "")
            groups[kind, order, m["transaction_created_date"][:10]].append(m)
        post = {PURCHASED: self.receive, SOLD: self.deliver, ON_HOLD: self.hold, WASTE: self.scrap}
        for (kind, order, _), movements in sorted(groups.items(), key=lambda group: int(_stands_at(group[1])["id"])):
            post[kind](order, movements)

    def receive(self, order: str, movements: list[Row]) -> None:
        prices = [self.purchased[m["id"]]["unit_cost"] for m in movements]
        self._post("goods_receipt", movements, prices, partner_id=self.supplier_of(order))

    def deliver(self, order: str, movements: list[Row]) -> None:
        self.promise(movements)
        prices = [self.sold[m["id"]]["unit_price"] for m in movements]
        self._post("delivery_note", movements, prices, partner_id=self.customer_of(order))

    def hold(self, order: str, movements: list[Row]) -> None:
        self.promise(movements)
        for m in movements:
            if beyond := self.beyond_order(m):
                self.books.save(self.books.draft(
                    "sales_order", (self.items[m["product_id"]], beyond), date=day(m["transaction_created_date"]),
                    partner_id=self.nobody), key=f"hold, movement {m['id']}")

    def scrap(self, order: str, movements: list[Row]) -> None:
        self._post("other_out", movements, [None] * len(movements), reason="scrap")

    def _post(self, kind: str, movements: list[Row], prices: Sequence[str | None], **header: Any) -> None:
        created = _stands_at(movements)["transaction_created_date"]
        lines = [line(self.items[m["product_id"]], m["quantity"], price, source_line_id=self.line_ids.get(m["id"]))
                 for m, price in zip(movements, prices, strict=True)]
        self.books.save(self.books.draft(kind, *lines, date=day(created), time=clock(created), **header),
                        key=f"{kind}, movement {movements[0]['id']}")


def _stands_at(movements: list[Row]) -> Row:
    return movements[0 if movements[0]["transaction_type"] == PURCHASED else -1]


def test_movements_through_the_books(data: Path, books: Books) -> None:
    firm = Trader(data, books)
    firm.post_purchase_orders()
    firm.post_movements()
    check_stock(firm)
    check_money(firm)
    check_alerts(firm)
    check_sent_again(firm)
    check_no_documents(firm)


def check_stock(firm: Trader) -> None:
    """Every figure of every product as the company's own inventory had it."""
    books = firm.books
    on_hand, reserved, on_order = books.stock(), books.stock("reserved"), books.stock("on_order")
    received, sold, scrapped = books.moved("goods_receipt"), books.moved("delivery_note"), books.moved("other_out")
    purchases, sales = books.lines_of("purchase_order"), books.lines_of("sales_order")
    beyond = added_up((firm.items[m["product_id"]], firm.beyond_order(m)) for m in firm.movements
                      if m["transaction_type"] == ON_HOLD)
    rows = read(firm.folder, "expected_stock")
    for row in rows:
        item, none = firm.items[row["product_id"]], Decimal(0)
        ordered = purchases[item].quantity if item in purchases else none
        asked = sales[item].quantity if item in sales else none
        available = on_hand.get(item, none) - reserved.get(item, none)
        found = {"purchased": received.get(item, none), "sold": -sold.get(item, none),
                 "waste": -scrapped.get(item, none), "on_hold": reserved.get(item, none),
                 "on_hand": on_hand.get(item, none), "available": available, "po_ordered": ordered,
                 "po_posted": ordered - on_order.get(item, none), "sales_ordered": asked - beyond.get(item, none),
                 "to_reorder": available < number(row["reorder_level"])}
        assert found == {name: number(row[name]) for name in found}, row
    assert (len(rows), sum(on_hand.values()), sum(beyond.values())) == (45, 1_063, 123)


def check_money(firm: Trader) -> None:
    """The orders' values, and what is owed for what came and went."""
    totals = {kind: sum(firm.books.totals(kind).values()) for kind in (
        "purchase_order", "goods_receipt", "sales_order", "delivery_note")}
    assert totals == {"purchase_order": Decimal("77921.00"), "goods_receipt": Decimal("59130.00"),
                      "sales_order": Decimal("68137.00"), "delivery_note": Decimal("52062.75")}
    assert sum(firm.books.debts("payable").values()) == totals["goods_receipt"]
    assert sum(firm.books.debts("receivable").values()) == totals["delivery_note"]
    lines = by_key(read(firm.folder, "order_details"), "order_id")
    assert firm.books.debts("receivable") == added_up(
        (firm.customer_of(order), number(row["quantity"]) * number(row["unit_price"]))
        for invoice in read(firm.folder, "invoices") for order in [invoice["order_id"]] for row in lines[order])


def check_alerts(firm: Trader) -> None:
    """Alerts are about goods on hand, of items that moved; the company's own flag also sees what is promised."""
    levels = {firm.items[p["id"]]: (number(p["reorder_level"]), number(p["target_level"]))
              for p in read(firm.folder, "products")}
    moved, on_hand = firm.books.moved("goods_receipt"), firm.books.stock()
    low = {item for item in moved if on_hand.get(item, 0) < levels[item][0]}
    assert firm.books.alerts("low").keys() & moved.keys() == low
    assert firm.books.alerts("over").keys() == {item for item in on_hand if on_hand[item] > levels[item][1]}
    flagged = {row["product_id"] for row in read(firm.folder, "expected_stock") if row["to_reorder"] == "1"}
    only_promised = {p for p in flagged if firm.items[p] in moved and firm.items[p] not in low}
    assert only_promised == {"1", "34", "43", "56", "81"}  # enough on hand, but held for orders


def check_sent_again(firm: Trader) -> None:
    """An import that is repeated finds everything there and changes nothing."""
    before = firm.books.counts()
    firm.post_purchase_orders()
    firm.sales_orders.clear()
    firm.post_movements()
    assert firm.books.counts() == before


def check_no_documents(firm: Trader) -> None:
    """An order without a line, or with quantities of zero, is refused with the reason."""
    lines = by_key(read(firm.folder, "order_details"), "order_id")
    before = firm.books.counts()
    refused = {}
    for order in firm.orders.keys() - firm.sales_orders.keys():
        rows = lines.get(order, [])
        draft = firm.books.draft("sales_order", *(
            (firm.items[r["product_id"]], r["quantity"], r["unit_price"]) for r in rows))
        with pytest.raises(InvalidDraft) as error:
            firm.books.save(draft)
        refused[order] = [(p.field, p.line) for p in error.value.problems]
    assert refused.pop("81") == [("quantity", 0), ("quantity", 1)]
    assert list(refused.values()) == [[("lines", None)]] * 8
    assert firm.books.counts() == before
