"""A printed document as plain values: what stands on the paper, not where it came from."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jxc_desktop.i18n import N_
from jxc_desktop.values import PRICE_PLACES, grouped, plain

DETAILS = "details"  # of a row: words that stand below its cells, over the width of the table
COPIES = (N_("Stub"), N_("Customer"), N_("Finance"), N_("Warehouse"))
SIGNATURES = (N_("Prepared by"), N_("Approved by"), N_("Storekeeper"), N_("Delivered by"),
              N_("Received by customer"))


class Kind(StrEnum):
    """What a column holds; it decides the format, the alignment and who may see it."""

    INDEX = "index"  # 1, 2, 3 … by itself
    TEXT = "text"
    QUANTITY = "quantity"
    PRICE = "price"
    MONEY = "money"
    RATE = "rate"  # a fraction: 0.13 is 13%

    @property
    def numeric(self) -> bool:
        return self not in (Kind.TEXT, Kind.INDEX)

    @property
    def confidential(self) -> bool:
        """Left out when a sheet is printed without prices."""
        return self in (Kind.PRICE, Kind.MONEY, Kind.RATE)


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class SheetColumn:
    """One column; `weight` is its share of the width, `align` None follows from `kind`."""

    key: str
    title: str
    weight: float
    kind: Kind = Kind.TEXT
    align: Align | None = None

    @property
    def alignment(self) -> Align:
        if self.align is not None:
            return self.align
        return Align.RIGHT if self.kind.numeric else Align.CENTRE if self.kind is Kind.INDEX else Align.LEFT


@dataclass(frozen=True)
class Company:
    name: str
    address: str = ""
    phone: str = ""
    bank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One document to print; every text is already in the reader's language.

    A row is (column, value), and under DETAILS words that are printed below it and never broken.
    `head` and `money_lines` are (label, value), `signatures` (label, name or ""). A column whose key stands
    in `totals` gets a subtotal on every page. `copies` are the names of the parts, `print_number` counts
    from 1, `red` marks a reversal.
    """

    title: str
    number: str
    date: date
    company: Company
    columns: tuple[SheetColumn, ...]
    rows: tuple[Mapping[str, Any], ...]
    partner: str = ""
    status_mark: str = ""
    head: tuple[tuple[str, str], ...] = ()
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    amount_in_words: str = ""
    money_lines: tuple[tuple[str, Decimal], ...] = ()
    terms: str = ""
    signatures: tuple[tuple[str, str], ...] = ()
    copies: tuple[str, ...] = ()
    print_number: int = 1
    printed_at: datetime | None = None
    printed_by: str = ""
    barcode: str = ""
    red: bool = False


def shown(value: Any, kind: Kind) -> str:
    """A cell's text for people; None is empty."""
    if value is None:
        return ""
    if not isinstance(value, Decimal):
        return str(value)
    if kind is Kind.MONEY:
        return grouped(value, 2)
    if kind is Kind.PRICE:
        return grouped(value, min(max(2, _decimals(value)), PRICE_PLACES))
    if kind is Kind.RATE:
        return plain(value * 100) + "%"
    return grouped(value)


def without_prices(sheet: Sheet) -> Sheet:
    """The same sheet for people who may not see prices, such as the driver."""
    columns = tuple(column for column in sheet.columns if not column.kind.confidential)
    keys = {column.key for column in columns}
    totals = {key: total for key, total in sheet.totals.items() if key in keys}
    return replace(sheet, columns=columns, totals=totals, amount_in_words="", money_lines=())


def _decimals(value: Decimal) -> int:
    return len(plain(value).partition(".")[2])


def subtotals(rows: Iterable[Mapping[str, Any]], totals: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The sums of `rows` for every column that has a total."""
    rows = tuple(rows)
    return {key: sum((row[key] for row in rows if row.get(key) is not None), Decimal(0)) for key in totals}


_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\s]+')
_LONGEST_PART = 60


def file_name(sheet: Sheet) -> str:
    """单号_客户_日期.pdf, valid on Windows, macOS and Linux."""
    parts = (sheet.number, sheet.partner, sheet.date.isoformat())
    stem = "_".join(part for part in map(_file_part, parts) if part)
    return ("_" + stem if _RESERVED.fullmatch(stem.split(".")[0]) else stem) + ".pdf"


def _file_part(text: str) -> str:
    visible = "".join(c for c in text[:1000] if c.isspace() or unicodedata.category(c)[0] != "C")
    part = _FORBIDDEN.sub(" ", visible).strip(" .")
    return part.encode()[:_LONGEST_PART * 3].decode(errors="ignore")[:_LONGEST_PART].rstrip(" .")
