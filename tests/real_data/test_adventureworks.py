"""AdventureWorks' purchasing department: 4,012 orders of 8,845 lines, received short and partly sent back.

How its tables become documents:
- Each order is a purchase order. The tax is a rate of its lines, the freight a line of an item that is not kept
  in stock; so the document's total is the vendor's TotalDue.
- Goods that came are a fact, whatever the order's status says: what was received is a goods receipt on its due
  date, linked line by line, for pending and rejected orders too.
- Rejected goods came in and went back: a purchase return on the same day, linked to the receipt's lines. So
  received, rejected and stocked can each be read off the documents.
- Complete and rejected orders that were received short are closed; pending and approved ones go on waiting.
- Four vendors were given up later, though 203 orders went to them: they are stopped when all is booked.

A day's paper is one transaction. On PostgreSQL only a part of the orders is posted, some of every vendor, of every
status, with rejects and without, unless JXC_ALL=1 asks for all.
"""

import datetime as dt
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import InvalidDraft
from jxc_desktop.services import documents
from jxc_desktop.services.unit_of_work import Work
from tests.company import line
from tests.real_data.books import Books, save_all
from tests.real_data.readers import Row, added_up, by_key, cents, day, number, read

COMPANY = "adventureworks_purchasing"
START = dt.date(2022, 1, 1)
TAX, HALF_CENT = Decimal("0.08"), Decimal("0.005")
PENDING, APPROVED, REJECTED, COMPLETE = "1", "2", "3", "4"
RECEIVING = "6"  # the location that goods come to
PART = 12


@dataclass
class Arrival:
    """Goods of one order that came on one day; `rejected` quantities by line go back."""

    receipt: Draft
    rejected: dict[int, Decimal] = field(default_factory=dict)


def arrive(work: Work, arrivals: Sequence[Arrival]) -> None:
    """Save receipts, and returns linked to them, in one transaction."""
    for arrival in arrivals:
        receipt = documents.save(work, arrival.receipt)
        if arrival.rejected:
            came = documents.read_draft(work.connection, receipt.id).lines
            documents.save(work, Draft("purchase_return", arrival.receipt.header, [
                {**arrival.receipt.lines[i], "quantity": quantity, "source_line_id": came[i]["id"]}
                for i, quantity in arrival.rejected.items()]))


def close_all(work: Work, order_ids: Sequence[int]) -> None:
    """Give up the rest of orders."""
    for id_ in order_ids:
        documents.close(work, id_, documents.read_draft(work.connection, id_).version or 0)


class Purchasing:
    """The department's files, and the ids under which its records stand in the books."""

    def __init__(self, folder: Path, books: Books, every: int):
        self.books, self.folder = books, folder
        self.lines = by_key(read(folder, "PurchaseOrderDetail"), "PurchaseOrderID")
        self.headers = self._part(sorted(read(folder, "PurchaseOrderHeader"), key=lambda h: h["OrderDate"]), every)
        self.units = {code: books.record("unit", name=code, decimals=0) for code in sorted(
            {"EA "} | {v["UnitMeasureCode"] for v in read(folder, "ProductVendor")})}
        self.items = self._save_items()
        self.freight = books.record("item", code="FREIGHT", name="Freight", unit_id=self.units["EA "], stocked=False)
        self.vendors = {v["BusinessEntityID"]: books.record(
            "partner", code=v["AccountNumber"], name=v["Name"], customer=False, supplier=True)
            for v in read(folder, "Vendor")}
        self.warehouses = {p["LocationID"]: books.record("warehouse", code=p["LocationID"], name=p["Name"])
                           for p in read(folder, "Location")}
        self.orders: dict[str, int] = {}

    def _part(self, headers: list[Row], every: int) -> list[Row]:
        """Every n-th order of each vendor and status, with rejects and without."""
        seen: Counter[tuple[str, str, bool]] = Counter()
        chosen = []
        for h in headers:
            stratum = (h["VendorID"], h["Status"], any(number(row["RejectedQty"]) for row in self.of(h)))
            if seen[stratum] % every == 0:
                chosen.append(h)
            seen[stratum] += 1
        return chosen

    def of(self, header: Row) -> list[Row]:
        return self.lines[header["PurchaseOrderID"]]

    def _save_items(self) -> dict[str, int]:
        bought_in = {v["ProductID"]: v["UnitMeasureCode"] for v in read(self.folder, "ProductVendor")}
        return {p["ProductID"]: self.books.record(
            "item", code=p["ProductNumber"], name=p["Name"], unit_id=self.units[bought_in.get(p["ProductID"], "EA ")],
            purchase_price=number(p["StandardCost"]), sale_price=number(p["ListPrice"]),
            reorder_point=number(p["ReorderPoint"])) for p in read(self.folder, "Product")}

    def post_opening_stock(self) -> None:
        """One document per location, a line per bin."""
        costs = {p["ProductID"]: number(p["StandardCost"]) for p in read(self.folder, "Product")}
        for location, bins in by_key(read(self.folder, "ProductInventory"), "LocationID").items():
            lines = [line(self.items[b["ProductID"]], b["Quantity"], costs[b["ProductID"]],
                          remark=f"{b['Shelf']}-{b['Bin']}") for b in bins if number(b["Quantity"])]
            self.books.save(self.books.draft("opening_stock", *lines, date=START,
                                             warehouse_id=self.warehouses[location]), key=f"bins {location}")

    def post_orders(self) -> None:
        for date, headers in groupby(self.headers, key=lambda h: day(h["OrderDate"])):
            todays = list(headers)
            drafts = [self._draft("purchase_order", date, h, [
                *(self._line(row, "OrderQty") for row in self.of(h)), self._freight_line(h)]) for h in todays]
            ids = self.books.commands.execute(save_all, drafts, key=f"orders {date}").value
            self.orders |= zip([h["PurchaseOrderID"] for h in todays], ids, strict=True)

    def post_arrivals(self) -> None:
        by_day = defaultdict(list)
        line_ids = self.books.line_ids_of("purchase_order")
        for header in self.headers:
            *ids, freight = line_ids[self.orders[header["PurchaseOrderID"]]]
            linked = sorted(zip(self.of(header), ids, strict=True), key=lambda pair: day(pair[0]["DueDate"]))
            for date, pairs in groupby(linked, key=lambda pair: day(pair[0]["DueDate"])):
                by_day[date].append(self._arrival(date, header, list(pairs)))
            by_day[day(linked[0][0]["DueDate"])][-1].receipt.lines.append(self._freight_line(header, freight))
        for date, arrivals in sorted(by_day.items()):
            self.books.commands.execute(arrive, arrivals, key=f"arrivals {date}")

    def _arrival(self, date: dt.date, header: Row, pairs: list[tuple[Row, int]]) -> Arrival:
        lines = [self._line(row, "ReceivedQty", source) for row, source in pairs]
        rejected = {i: number(row["RejectedQty"]) for i, (row, _) in enumerate(pairs) if number(row["RejectedQty"])}
        return Arrival(self._draft("goods_receipt", date, header, lines), rejected)

    def _draft(self, kind: str, date: dt.date, header: Row, lines: list[dict[str, Any]]) -> Draft:
        return self.books.draft(kind, *lines, date=date, partner_id=self.vendors[header["VendorID"]],
                                tax_included=False, warehouse_id=self.warehouses[RECEIVING],
                                remark=f"PO {header['PurchaseOrderID']}")

    def _line(self, row: Row, quantity: str, source: int | None = None) -> dict[str, Any]:
        return line(self.items[row["ProductID"]], row[quantity], row["UnitPrice"], tax_rate=TAX, source_line_id=source)

    def _freight_line(self, header: Row, source: int | None = None) -> dict[str, Any]:
        return line(self.freight, 1, header["Freight"], source_line_id=source)

    def short(self, *statuses: str) -> list[Row]:
        """The lines of orders in these statuses that were not received in full."""
        return [row for h in self.headers if h["Status"] in statuses for row in self.of(h)
                if number(row["ReceivedQty"]) < number(row["OrderQty"])]

    def close_short_orders(self) -> None:
        orders = dict.fromkeys(row["PurchaseOrderID"] for row in self.short(REJECTED, COMPLETE))
        self.books.commands.execute(close_all, [self.orders[po] for po in orders], key="short orders")

    def added_up(self, figure: str) -> dict[int, Decimal]:
        """A figure of the posted orders' lines, by item."""
        return added_up((self.items[row["ProductID"]], number(row[figure]))
                        for header in self.headers for row in self.of(header))


@pytest.fixture
def every(db_url: str) -> int:
    """1 for all orders, n for the n-th part of them."""
    return 1 if db_url.startswith("sqlite") or os.environ.get("JXC_ALL") == "1" else PART


@pytest.mark.timeout(600)
def test_orders_short_receipts_and_rejects(data: Path, books: Books, every: int) -> None:
    firm = Purchasing(data, books, every)
    firm.post_opening_stock()
    firm.post_orders()
    firm.post_arrivals()
    firm.close_short_orders()
    check_quantities(firm)
    check_amounts(firm)
    check_what_is_owed(firm)
    check_alerts(firm)
    if every == 1:
        check_published_figures(firm)
    check_stopped_vendors(firm)


def check_quantities(firm: Purchasing) -> None:
    """Ordered, received, rejected, stocked and still expected, by item."""
    books = firm.books
    ordered = {i: s.quantity for i, s in books.lines_of("purchase_order").items() if i != firm.freight}
    assert ordered == firm.added_up("OrderQty")
    assert books.moved("goods_receipt") == firm.added_up("ReceivedQty")
    assert {i: -q for i, q in books.moved("purchase_return").items()} == firm.added_up("RejectedQty")
    opening = books.moved("opening_stock")
    stocked = {i: q - opening.get(i, 0) for i, q in books.stock().items() if q != opening.get(i, 0)}
    assert stocked == firm.added_up("StockedQty")
    assert books.stock("on_order") == added_up(
        (firm.items[row["ProductID"]], number(row["OrderQty"]) - number(row["ReceivedQty"]))
        for row in firm.short(PENDING, APPROVED))


def check_amounts(firm: Purchasing) -> None:
    """The orders' amounts differ from the file's by the rounding of their lines and nothing else."""
    totals = firm.books.totals("purchase_order")
    for header in firm.headers:
        rows = firm.of(header)
        nets = [cents(number(row["LineTotal"])) for row in rows]
        due = sum(net + cents(net * TAX) for net in nets) + cents(number(header["Freight"]))
        assert totals[firm.orders[header["PurchaseOrderID"]]] == due
        # half a cent for each line, as much for its tax and 8 % of its own, half a cent for the freight
        assert abs(due - number(header["TotalDue"])) <= HALF_CENT * (len(rows) * (2 + TAX) + 1)
    nets_of = {i: sums.net for i, sums in firm.books.lines_of("purchase_order").items() if i != firm.freight}
    assert nets_of == added_up((firm.items[row["ProductID"]], cents(number(row["LineTotal"])))
                               for header in firm.headers for row in firm.of(header))


def check_what_is_owed(firm: Purchasing) -> None:
    """Vendors are owed what came less what went back, with tax, and the freight."""
    def entries() -> Iterator[tuple[int, Decimal]]:
        for header in firm.headers:
            vendor = firm.vendors[header["VendorID"]]
            yield vendor, cents(number(header["Freight"]))
            for row in firm.of(header):
                for quantity, sign in ((row["ReceivedQty"], 1), (row["RejectedQty"], -1)):
                    net = cents(number(quantity) * number(row["UnitPrice"]))
                    yield vendor, sign * (net + cents(net * TAX))
    assert firm.books.debts("payable") == added_up(entries())


def check_alerts(firm: Purchasing) -> None:
    """Every item that moved and ended below its reorder point has its alert, and no other."""
    points = {firm.items[p["ProductID"]]: number(p["ReorderPoint"]) for p in read(firm.folder, "Product")}
    assert set(firm.books.alerts("low")) == {i for i, q in firm.books.stock().items() if q < points[i]}


def check_published_figures(firm: Purchasing) -> None:
    """The figures that came with the data, and how far the cents are from four decimals."""
    books = firm.books
    orders, received = books.lines_of("purchase_order"), books.moved("goods_receipt")
    returned, stock = books.moved("purchase_return"), books.stock()
    exact = net = Decimal(0)
    for row in read(firm.folder, "expected_product_purchases"):
        item = firm.items[row["ProductID"]]
        rejected = -returned.get(item, Decimal(0))
        assert [orders[item].quantity, received[item], rejected, received[item] - rejected, stock[item]] == [
            number(row[k]) for k in ("ordered", "received", "rejected", "stocked", "snapshot_plus_stocked")], row
        assert abs(orders[item].net - number(row["amount_ordered"])) <= HALF_CENT * int(row["po_lines"])
        exact, net = exact + number(row["amount_ordered"]), net + orders[item].net
    assert (exact, net, net - exact) == (Decimal("63791994.8380"), Decimal("63792005.94"), Decimal("11.1020"))
    assert sum(firm.added_up("OrderQty").values()) == 2_348_637
    assert sum(received.values()) + sum(returned.values()) == 2_254_599
    assert sum(books.moved("opening_stock").values()) == 335_974
    assert sum(books.stock("on_order").values()) == 1_554
    check_vendors(firm)


def check_vendors(firm: Purchasing) -> None:
    totals = firm.books.totals("purchase_order", by="partner_id")
    due = distance = Decimal(0)
    for row in read(firm.folder, "expected_vendor_totals"):
        total = totals.pop(firm.vendors[row["VendorID"]])
        due, distance = due + number(row["total_due"]), distance + total - number(row["total_due"])
    assert not totals
    assert (due, distance) == (Decimal("70479332.6383"), Decimal("12.4417"))


def check_stopped_vendors(firm: Purchasing) -> None:
    """A vendor that was given up keeps its history and takes no new order."""
    stopped = [v["BusinessEntityID"] for v in read(firm.folder, "Vendor") if v["ActiveFlag"] == "0"]
    last = next(h for h in reversed(firm.headers) if h["VendorID"] in stopped)
    for vendor in stopped:
        firm.books.change_record("partner", firm.vendors[vendor], active=False)
    before = firm.books.totals("purchase_order")
    with pytest.raises(InvalidDraft) as refused:
        firm.books.post("purchase_order", (firm.freight, 1, 1), partner_id=firm.vendors[last["VendorID"]])
    assert [p.field for p in refused.value.problems] == ["partner_id"]
    assert firm.books.totals("purchase_order") == before
