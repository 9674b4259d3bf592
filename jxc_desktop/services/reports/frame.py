"""What a report is: what it asks for, and the table it comes to."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import REFERENCES, Account, Draft, Field, Status
from jxc_desktop.document_types.schema import FieldType as T
from jxc_desktop.errors import InvalidDraft, NotFound, Problem
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services.queries.history import labels
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import ZERO

Row = dict[str, Any]
Figures = Mapping[str, Any]

DATE_FROM = Field("date_from", N_("From"), T.DATE)
DATE_TO = Field("date_to", N_("To"), T.DATE)
PERIOD = (DATE_FROM, DATE_TO)
WAREHOUSE = Field("warehouse_id", N_("Warehouse"), T.WAREHOUSE)
CUSTOMER = Field("partner_id", N_("Customer"), T.CUSTOMER)
SUPPLIER = Field("partner_id", N_("Supplier"), T.SUPPLIER)
ITEM = Field("item_id", N_("Item"), T.ITEM)
CATEGORY = Field("category_id", N_("Category"), T.CATEGORY)
EMPLOYEE = Field("employee_id", N_("Handled by"), T.EMPLOYEE)

# What stands in the books: a reversed document together with its mirror comes to nothing.
STANDING = (Status.POSTED.value, Status.CLOSED.value, Status.REVERSED.value)


@dataclass(frozen=True)
class ReportTable:
    """A report as it is shown, exported and printed. A row's `link` is the page that its figures are made of."""

    title: str
    columns: tuple[ListColumn, ...]
    rows: list[Row]
    totals: Row = field(default_factory=dict)
    subtitle: str = ""


@dataclass(frozen=True)
class Ask:
    """What a report works with; `given` has a value or None for each of its parameters."""

    connection: Connection
    given: Figures
    actor: Actor

    @property
    def first(self) -> dt.date:
        return self.given["date_from"]  # type: ignore[no-any-return]

    @property
    def last(self) -> dt.date:
        return self.given["date_to"]  # type: ignore[no-any-return]

    def rows(self, statement: Any) -> Sequence[Any]:
        return self.connection.execute(statement).all()


Body = tuple[Sequence[ListColumn], list[Row]]


@dataclass(frozen=True)
class ReportInfo:
    """One report. `make` gives columns and rows; sums, words and rights are added for all alike."""

    key: str
    title: str
    parameters: tuple[Field, ...]
    make: Callable[[Ask], Body]
    hint: str = ""  # what to do first, where nothing is shown without it
    rates: Callable[[Row], Row] = lambda summed: {}  # of the grand total, worked out of its sums


def signs(account: Account) -> dict[str, int]:
    """The types that change what is owed on this account, +1 or -1: sales and their returns, say."""
    probe = Draft("", {"total": Decimal(1), "partner_id": 1})
    found = {}
    for kind in document_types.ALL:
        for entry in kind.settles(probe):
            if entry.account is account:
                found[kind.key] = 1 if entry.amount > 0 else -1
    return found


def complete(info: ReportInfo, given: Figures, today: dt.date) -> Row:
    """Every parameter with its value: what was given, its default, for a period the month that it ends in.

    Raises NotFound for what the report does not ask for, InvalidDraft for a value that cannot be.
    """
    given = {name: value for name, value in given.items() if value not in (None, "")}
    known: dict[str, Field] = {f.name: f for f in (*PERIOD, *info.parameters)}
    if unknown := given.keys() - known.keys():
        raise NotFound(what=N_("Parameter"), key=", ".join(sorted(unknown)))
    if problems := [Problem(name, wrong[0], None, wrong[1]) for name, value in given.items()
                    if (wrong := known[name].problem(value))]:
        raise InvalidDraft(problems)
    last = given.get("date_to", today)
    return {f.name: f.default for f in info.parameters} | {"date_from": last.replace(day=1), "date_to": last} | given


def totals(columns: Iterable[ListColumn], rows: Sequence[Row]) -> Row:
    """The sums of the columns that can be added up."""
    summed = {c.key: sum((row.get(c.key) or ZERO for row in rows), ZERO) for c in columns if c.sum}
    net, profit = summed.get("net"), summed.get("profit")
    if net and profit is not None:
        summed["margin"] = share(profit, net)
    return summed


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` as a fraction with four decimals."""
    from jxc_desktop.values import RATE_PLACES, divide

    return divide(part, whole, RATE_PLACES) if whole else None


def words(info: ReportInfo, ask: Ask) -> str:
    """What the report was asked for, to stand below its title."""
    said = []
    names = {f.name for f in info.parameters}
    if "date_from" in names:
        said.append(tr("{first} to {last}", first=ask.first, last=ask.last))
    elif "date_to" in names:
        said.append(str(ask.last))
    for f in info.parameters:
        value = ask.given.get(f.name)
        if value is None or f.name in ("date_from", "date_to"):
            continue
        if f.type in REFERENCES:
            value = labels(ask.connection, REFERENCES[f.type], [value]).get(value, value)
        elif f.choices:
            value = tr(dict(f.choices)[value])
        said.append(titled(tr(f.title), value))
    return "  ".join(said)
