"""Every invoice line of a real wholesaler (UCI "Online Retail", nine months), as documents.

A line's quantity is what left the stock. Invoices are delivery notes; credit notes (C…) are sales returns. What has
no customer and no price and came back (lines like "damaged", "?") is another receipt, since the expected stock
counts it as coming in. The two write-offs of a bad debt, with a negative price, take their goods as another issue:
settling debts is no business of stock. Blank customers are one walk-in customer. Codes are kept as they are
written, also where they differ only in case; all are stocked, also postage and fees.
"""

import csv
import datetime as dt
import gzip
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from bench.machine import ROOT

WALK_IN = "walk-in"


class NoData(Exception):
    """The files are not here; the text says where they were looked for."""


class Line(NamedTuple):
    code: str
    quantity: Decimal
    price: Decimal


@dataclass
class Invoice:
    """One document of the wholesaler."""

    number: str
    kind: str
    moment: dt.datetime
    customer: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Wholesaler:
    """The files read: `expected` has opening and closing stock of each code."""

    invoices: list[Invoice]
    names: dict[str, str]
    expected: dict[str, tuple[Decimal, Decimal]]
    prices: dict[str, Decimal]

    @property
    def lines(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)

    @property
    def customers(self) -> list[str]:
        return sorted({invoice.customer for invoice in self.invoices})


def folder() -> Path:
    return (ROOT / os.environ.get("JXC_DATA", "../shared/data") / "online_retail").resolve()


def read() -> Wholesaler:
    """Raises NoData."""
    place = folder()
    found = sorted(place.glob("lines_*.csv.gz")), sorted(place.glob("expected_product_*.csv"))
    if not all(found):
        raise NoData(f"load is left out: there is no online_retail in {place.parent} (JXC_DATA names the folder)")
    with gzip.open(found[0][0], "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(found[1][0], encoding="utf-8", newline="") as file:
        expected = {r["StockCode"]: (Decimal(r["min_opening_stock"]), Decimal(r["closing_if_min_opening"]))
                    for r in csv.DictReader(file)}
    return Wholesaler(_invoices(rows), _names(rows), expected, _prices(rows))


def _invoices(rows: Iterable[dict[str, str]]) -> list[Invoice]:
    """In the order in which they were written."""
    made: dict[tuple[str, str], Invoice] = {}
    for row in rows:
        quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
        number, kind = row["InvoiceNo"], _kind(row["InvoiceNo"], quantity, price)
        if (number, kind) not in made:
            made[number, kind] = Invoice(number, kind, dt.datetime.fromisoformat(row["InvoiceDate"]),
                                         row["CustomerID"] or WALK_IN)
        made[number, kind].lines.append(Line(row["StockCode"], abs(quantity), price))
    return list(made.values())


def _kind(number: str, quantity: Decimal, price: Decimal) -> str:
    if quantity < 0:
        return "sales_return" if number.startswith("C") else "other_in"
    return "other_out" if price < 0 else "delivery_note"


def _names(rows: Iterable[dict[str, str]]) -> dict[str, str]:
    """The description that is used most; the code where there is none."""
    used: dict[str, Counter[str]] = {}
    for row in rows:
        used.setdefault(row["StockCode"], Counter())[row["Description"].strip()] += 1
    return {code: next((name for name, _ in names.most_common() if name), code) for code, names in used.items()}


def _prices(rows: Iterable[dict[str, str]]) -> dict[str, Decimal]:
    """The first price above zero."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if row["StockCode"] not in found and (price := Decimal(row["UnitPrice"])) > 0:
            found[row["StockCode"]] = price
    return found


def header(invoice: Invoice, customers: dict[str, int]) -> dict[str, Any]:
    """What a document of this kind says of its invoice."""
    partner = {"partner_id": customers[invoice.customer]} if invoice.kind in ("delivery_note", "sales_return") else {}
    return {"time": invoice.moment.time(), "remark": invoice.number, **partner}
