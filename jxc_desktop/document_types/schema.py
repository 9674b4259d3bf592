"""What a document type and a record type are. Pure data: no Qt, no database."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from jxc_desktop import values
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import N_

YEARS = range(1990, 2101)
LOT_LENGTH = 60  # characters of a lot code or serial number


class FieldType(StrEnum):
    """What a field holds; each has one editor, one cell painter, one import conversion and one check."""

    TEXT = "text"
    NOTE = "note"  # text of several lines
    DATE = "date"
    QUANTITY = "quantity"
    PRICE = "price"
    MONEY = "money"
    DISCOUNT = "discount"  # the fraction taken off: 0.05 is shown as 95 %
    RATE = "rate"  # a fraction: 0.13 is shown as 13 %
    FACTOR = "factor"
    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"
    PICTURE = "picture"
    LOT = "lot"  # the code of a lot of the line's item
    SERIALS = "serials"  # serial numbers, one per line of text
    # references: the value is the id of a record
    ITEM = "item"
    UNIT = "unit"
    CATEGORY = "category"
    WAREHOUSE = "warehouse"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    EMPLOYEE = "employee"


REFERENCES: dict[FieldType, str] = {  # field type -> key of the record type it points to
    FieldType.ITEM: "item", FieldType.UNIT: "unit", FieldType.CATEGORY: "category",
    FieldType.WAREHOUSE: "warehouse", FieldType.SUPPLIER: "partner", FieldType.CUSTOMER: "partner",
    FieldType.EMPLOYEE: "employee",
}
PLACES: dict[FieldType, int] = {
    FieldType.QUANTITY: values.QUANTITY_PLACES, FieldType.PRICE: values.PRICE_PLACES,
    FieldType.MONEY: values.MONEY_PLACES, FieldType.DISCOUNT: values.RATE_PLACES,
    FieldType.RATE: values.RATE_PLACES, FieldType.FACTOR: values.FACTOR_PLACES,
}


@dataclass(frozen=True)
class Field:
    """A header field, a line column or a field of a record; `name` is the database column.

    `shown_only` columns are figures that the screen adds (stock, cost); they are never saved from a draft.
    `permission` hides the field from who lacks it. `width` is in pixels for lists and grids.
    `hide_rank`: columns with the higher rank go first where the window is narrow. `feature` is the company's
    flag without which nobody needs the field. `zero`, `signed`: such figures are meant. `until_moved`: stands once
    stock has moved, since figures hang on it.
    """

    name: str
    title: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    default: Any = None
    choices: tuple[tuple[str, str], ...] = ()  # (stored value, title)
    max_length: int = 200
    limit: int = 10**9 - 1  # the largest whole number
    shown_only: bool = False
    read_only: bool = False
    permission: str | None = None
    width: int = 100
    hide_rank: int = 0
    feature: str | None = None
    zero: bool = False
    signed: bool = False
    until_moved: bool = False
    synonyms: tuple[str, ...] = ()  # headings under which imports find it

    def problem(self, value: Any) -> tuple[str, dict[str, Any]] | None:
        """What is wrong with `value` by itself: a message with its data, or None."""
        if value is None or value == "":
            return (N_("{field} is required"), {"field": self.title}) if self.required else None
        return _CHECKS.get(self.type, _check_number if self.type in PLACES else _check_reference)(self, value)


def _check_text(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, str):
        return N_("{field} must be text"), {"field": field.title}
    if len(value) > field.max_length:
        return N_("{field} is longer than {limit} characters"), {"field": field.title, "limit": field.max_length}
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        return N_("{field} contains characters that cannot be stored"), {"field": field.title}
    return None


def _check_serials(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if wrong := _check_text(field, value):
        return wrong
    numbers = serials_in(value)
    twice = next((n for i, n in enumerate(numbers) if n in numbers[:i]), None) if len(set(numbers)) < len(numbers) \
        else None
    if twice is not None:
        return N_("Serial number {serial} is there twice"), {"serial": twice}
    if any(len(n) > LOT_LENGTH for n in numbers):
        return N_("{field} is longer than {limit} characters"), {"field": field.title, "limit": LOT_LENGTH}
    return None


def serials_in(text: str | None) -> list[str]:
    """The serial numbers in what was typed, scanned or pasted: one per line, or separated by commas."""
    return [n for n in (part.strip() for part in re.split(r"[\n,;，；]", text or "")) if n]


def _check_date(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        return N_("{field} must be a date"), {"field": field.title}
    if value.year not in YEARS:
        return N_("{field}: the year {year} cannot be right"), {"field": field.title, "year": value.year}
    return None


def _check_number(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    places = PLACES[field.type]
    if not isinstance(value, Decimal):
        return N_("{field} must be a number"), {"field": field.title}
    try:
        values.exact(value, places)
    except values.BadNumber as error:
        message = {"too_large": N_("{field} is too large"),
                   "too_precise": N_("{field} has more than {places} decimals")}
        return message.get(error.reason, N_("{field} must be a number")), {"field": field.title, "places": places}
    if field.type in (FieldType.RATE, FieldType.DISCOUNT) and not 0 <= value <= 1:
        return N_("{field} must lie between 0 and 100 %"), {"field": field.title}
    if field.type == FieldType.FACTOR and value <= 0:
        return N_("{field} must be above zero"), {"field": field.title}
    return None


def _check_integer(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= field.limit:
        return N_("{field} must be a whole number from 0 to {limit}"), {"field": field.title, "limit": field.limit}
    return None


def _check_flag(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    return None if isinstance(value, bool) else (N_("{field} must be yes or no"), {"field": field.title})


def _check_choice(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if any(value == stored for stored, _ in field.choices):
        return None
    return N_("{field}: {value} is not one of the choices"), {"field": field.title, "value": str(value)}


def _check_reference(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
        return None
    return N_("{field} is unknown"), {"field": field.title}


def _check_picture(field: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
    if not isinstance(value, bytes) or len(value) > 2_000_000:
        return N_("{field} must be a picture of at most 2 MB"), {"field": field.title}
    return None


_CHECKS: dict[FieldType, Callable[[Field, Any], tuple[str, dict[str, Any]] | None]] = {
    FieldType.TEXT: _check_text, FieldType.NOTE: _check_text, FieldType.DATE: _check_date,
    FieldType.LOT: _check_text, FieldType.SERIALS: _check_serials,
    FieldType.INTEGER: _check_integer, FieldType.FLAG: _check_flag, FieldType.CHOICE: _check_choice,
    FieldType.PICTURE: _check_picture,
}


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits for approval; no effect yet
    POSTED = "posted"
    CLOSED = "closed"  # an order whose rest is given up by hand
    REVERSED = "reversed"  # cancelled by a mirror document
    VOID = "void"


STATUS_TITLES = {Status.DRAFT: N_("Draft"), Status.SUBMITTED: N_("Waits for approval"),
                 Status.POSTED: N_("Posted"), Status.CLOSED: N_("Closed"),
                 Status.REVERSED: N_("Reversed"), Status.VOID: N_("Void")}


class Progress(StrEnum):
    """How far later documents have used up a posted one."""

    OPEN = "open"
    PARTLY = "partly"
    DONE = "done"


PROGRESS_TITLES = {Progress.OPEN: N_("Open"), Progress.PARTLY: N_("Partly done"), Progress.DONE: N_("Done")}


class Basis(StrEnum):
    """Where the value of a stock move comes from."""

    GIVEN = "given"  # the line states it: a receipt
    CURRENT = "current"  # the current unit cost: an issue
    RETURN = "return"  # the cost that goods left with, which a customer brings back
    ORIGIN = "origin"  # a mirror undoes what its original did, at the original's cost
    TRANSFER = "transfer"  # what leaves one warehouse arrives in the other; within one cost pool without value
    RECOUNT = "recount"  # a count that also gives all that is there its unit cost
    COUNT = "count"  # the difference to what was counted, wherever it stands in the order of effect
    ADJUST = "adjust"  # cost that became known after the receipt it belongs to
    REVALUE = "revalue"  # a new unit cost, or a change of value
    USED = "used"  # the current unit cost, for what the same document makes
    MADE = "made"  # the cost of what the same document used up


class Move(NamedTuple):
    """A signed change of stock (base units) that line number `line` asks for.

    `value` is stated: of a receipt (GIVEN), what a supplier credits, the change by ADJUST or REVALUE, the fee
    that goes into what is MADE. `measure` is the quantity counted, or the weight by which several lines share
    what was used up. `unit_cost` values what a count finds, or is the new one of REVALUE. `origin` is the id of
    the line that the move returns, mirrors or adjusts. A transfer has two legs.
    """

    line: int
    leg: int
    item_id: int
    warehouse_id: int
    quantity: Decimal
    basis: Basis
    value: Decimal | None = None
    measure: Decimal | None = None
    unit_cost: Decimal | None = None
    origin: int | None = None


class Account(StrEnum):
    RECEIVABLE = "receivable"
    PAYABLE = "payable"


class Entry(NamedTuple):
    """A signed change of what a partner owes us (receivable) or we owe a partner (payable)."""

    account: Account
    partner_id: int
    amount: Decimal


class Promise(StrEnum):
    """What the open quantity of an order does to the figures of its items."""

    RESERVED = "reserved"
    ON_ORDER = "on_order"
    REQUESTED = "requested"  # asks for goods; what is ordered for it may be more, and changes no figure yet


class Section(StrEnum):
    PURCHASE = "purchase"
    SALES = "sales"
    STOCK = "stock"


Values = dict[str, Any]


@dataclass
class Draft:
    """A document as the screen edits it and the service saves it.

    `header` and `lines` map field names to values. A line that exists already has its "id"; one that comes
    from another document has that line's id as "source_line_id". `key` makes a repeated save harmless.
    """

    kind: str
    header: Values = field(default_factory=dict)
    lines: list[Values] = field(default_factory=list)
    id: int | None = None
    version: int | None = None
    number: str | None = None
    status: Status = Status.DRAFT
    reversal_of_id: int | None = None

    @property
    def sign(self) -> int:
        """-1 for the mirror document of a reversal."""
        return -1 if self.reversal_of_id else 1


def nothing(draft: Draft) -> list[Any]:
    """The effect of a document that moves neither stock nor money."""
    return []


@dataclass(frozen=True)
class DocumentType:
    """Everything that distinguishes one kind of document from another."""

    key: str
    title: str
    section: Section
    prefix: str
    header: tuple[Field, ...]
    columns: tuple[Field, ...]
    effect: Callable[[Draft], list[Move]] = nothing
    settles: Callable[[Draft], list[Entry]] = nothing
    promise: Promise | None = None
    sources: tuple[str, ...] = ()
    inherits: tuple[tuple[str, str], ...] = ()  # header field <- field of the source, where the names differ
    reversible: bool = True  # by a mirror document; what is not can only be voided
    spreads_fee: bool = False  # the header's fee is what its lines share
    print_title: str = ""  # the name customers know it by, where it differs
    icon: str = "file-text"

    def permission(self, action: str) -> str:
        return f"{self.key}.{action}"

    @property
    def priced(self) -> bool:
        return any(c.name == "amount" for c in self.columns)

    def fields(self) -> Iterator[Field]:
        yield from self.header
        yield from self.columns

    def column(self, name: str) -> Field | None:
        return next((c for c in self.columns if c.name == name), None)

    def problems(self, draft: Draft) -> list[Problem]:
        """All faults that need no database to be seen."""
        found = _problems(self.header, draft.header, None)
        if not draft.lines:
            found.append(Problem("lines", N_("Enter at least one line")))
        for i, line in enumerate(draft.lines):
            found += _problems(self.columns, line, i)
            found += _sign_problems(self, line, i, draft.sign)
        if {"warehouse_id", "to_warehouse_id"} <= {f.name for f in self.header}:
            same = draft.header.get("warehouse_id")
            if same is not None and same == draft.header.get("to_warehouse_id"):
                found.append(Problem("to_warehouse_id", N_("The two warehouses must differ")))
        return found

    def new_draft(self, today: dt.date) -> Draft:
        header = {f.name: f.default for f in self.header if f.default is not None}
        return Draft(self.key, header={**header, "date": today})


def _problems(fields: tuple[Field, ...], given: Mapping[str, Any], line: int | None) -> list[Problem]:
    found = []
    for f in fields:
        if not f.shown_only and (wrong := f.problem(given.get(f.name))):
            found.append(Problem(f.name, wrong[0], line, wrong[1]))
    return found


def _sign_problems(kind: DocumentType, line: Values, i: int, sign: int) -> list[Problem]:
    found = []
    quantity, column = line.get("quantity"), kind.column("quantity")
    if column and isinstance(quantity, Decimal) and quantity.is_finite() and quantity * sign <= 0:
        if not column.zero:
            found.append(Problem("quantity", N_("Quantity must be above zero"), i))
        elif quantity < 0:
            found.append(Problem("quantity", N_("Quantity cannot be below zero"), i))
    for name, message in (("price", N_("The price cannot be below zero")),
                          ("amount", N_("The amount cannot be below zero"))):
        given, column = line.get(name), kind.column(name)
        if column and not column.signed and isinstance(given, Decimal) and given.is_finite() \
                and given * (sign if name == "amount" else 1) < 0:
            found.append(Problem(name, message, i))
    return found


def _record_problems(fields: tuple[Field, ...], given: Mapping[str, Any], line: int | None) -> list[Problem]:
    """As for documents; and no figure of a record lies below zero."""
    found = _problems(fields, given, line)
    for f in fields:
        value = given.get(f.name)
        if f.type in (FieldType.QUANTITY, FieldType.PRICE, FieldType.MONEY) and isinstance(value, Decimal) \
                and value.is_finite() and value < 0:
            found.append(Problem(f.name, N_("{field} cannot be below zero"), line, {"field": f.title}))
    return found


@dataclass(frozen=True)
class Child:
    """Rows that belong to a record: the pack units of an item, its barcodes."""

    key: str  # also the table
    title: str
    fields: tuple[Field, ...]


@dataclass
class RecordDraft:
    """A record as the form edits it; `children` maps a child's key to its rows."""

    kind: str
    values: Values = field(default_factory=dict)
    children: dict[str, list[Values]] = field(default_factory=dict)
    id: int | None = None
    version: int | None = None


@dataclass(frozen=True)
class RecordType:
    """A kind of master data: one form and one list serve them all. `key` is also the table."""

    key: str
    title: str
    fields: tuple[Field, ...]
    children: tuple[Child, ...] = ()
    list_columns: tuple[str, ...] = ()
    single: bool = False  # there is exactly one: the company
    check: Callable[[Values], list[Problem]] = lambda values: []  # what its fields say together
    icon: str = "book-open"

    def permission(self, action: str) -> str:
        return f"{self.key}.{action}"

    @property
    def searchable(self) -> bool:
        """Has pinyin columns kept by the service beside its name."""
        return not self.single and any(f.name == "name" for f in self.fields)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def problems(self, draft: RecordDraft) -> list[Problem]:
        found = _record_problems(self.fields, draft.values, None) + self.check(draft.values)
        for child in self.children:
            for i, row in enumerate(draft.children.get(child.key, ())):
                found += [Problem(f"{child.key}.{p.field}", p.message, i, p.data)
                          for p in _record_problems(child.fields, row, i)]
        return found

    def new_draft(self) -> RecordDraft:
        return RecordDraft(self.key, {f.name: f.default for f in self.fields if f.default is not None})
