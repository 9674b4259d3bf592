"""What is asked when something does not add up, and what the answer consists of."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from jxc_desktop.i18n import N_
from jxc_desktop.values import ZERO


class Step(StrEnum):
    """The way of goods and money through the books."""

    ORDERED = "ordered"
    APPROVED = "approved"
    MOVED = "moved"
    COUNTED = "counted"
    POSTED = "posted"
    SETTLED = "settled"
    RULES = "rules"


STEP_TITLES = {Step.ORDERED: N_("Ordering"), Step.APPROVED: N_("Approval"), Step.MOVED: N_("Goods move"),
               Step.COUNTED: N_("Counting"), Step.POSTED: N_("Posting"), Step.SETTLED: N_("On account"),
               Step.RULES: N_("Rules")}


class Severity(StrEnum):
    WRONG = "wrong"  # it cannot be right
    SUSPECT = "suspect"  # somebody should look at it
    NOTE = "note"  # good to know


SEVERITY_TITLES = {Severity.WRONG: N_("Wrong"), Severity.SUSPECT: N_("Look at it"), Severity.NOTE: N_("To know")}


class Fault(StrEnum):
    """What a finding is about."""

    TAKEN_TWICE = "taken_twice"
    TWIN = "twin"
    NO_ORDER = "no_order"
    OVERDUE = "overdue"
    NOT_POSTED = "not_posted"
    NOT_BOOKED = "not_booked"
    WAITING = "waiting"
    LATE = "late"
    UNTRACED = "untraced"
    UNBALANCED = "unbalanced"
    CHANGED = "changed"


FAULT_TITLES = {
    Fault.TAKEN_TWICE: N_("Twice"), Fault.TWIN: N_("Twice?"), Fault.NO_ORDER: N_("No order"),
    Fault.OVERDUE: N_("Overdue"), Fault.NOT_POSTED: N_("Not posted"), Fault.NOT_BOOKED: N_("Not booked"),
    Fault.WAITING: N_("Waits for approval"), Fault.LATE: N_("Booked late"), Fault.UNTRACED: N_("Without trace"),
    Fault.UNBALANCED: N_("Does not add up"), Fault.CHANGED: N_("Changed")}


@dataclass(frozen=True)
class Question:
    """What to look at; all that is given counts together. With the number of a document the days do not matter.

    `difference` is how much stock seems to be missing or too much: what comes to exactly that is marked.
    """

    first: dt.date
    last: dt.date
    item_id: int | None = None
    warehouse_id: int | None = None
    partner_id: int | None = None
    number: str | None = None
    difference: Decimal | None = None

    def fits(self, quantity: Decimal | None) -> bool:
        return bool(self.difference and quantity) and abs(quantity or ZERO) == abs(self.difference or ZERO)


@dataclass(frozen=True)
class Act:
    """Who did something, and when (UTC)."""

    at: dt.datetime
    person: str


@dataclass(frozen=True)
class Finding:
    """One break: in words, with the step that is missing or too much, who took it, and where to look.

    `quantity` is how much of the item in question it is about, in base units.
    """

    fault: Fault
    severity: Severity
    text: str
    step: Step
    person: str
    at: dt.datetime | None  # UTC
    page: str  # opens what it is about
    name: str  # of what it opens: the number of the document
    document_id: int | None = None
    quantity: Decimal | None = None
    fits: bool = False


@dataclass(frozen=True)
class Paper:
    """Enough of a document to name it and open it."""

    id: int
    kind: str
    number: str
    date: dt.date

    @property
    def page(self) -> str:
        return f"document/{self.kind}/{self.id}"


@dataclass(frozen=True)
class ChainRow:
    """One way from an order to the account: the steps that were taken, by whom and when; those that were not are None.

    `asked` and `done` are in base units of the item in question, else of all items together.
    """

    source: Paper | None
    document: Paper | None
    partner: str
    place: str
    ordered: Act | None
    approved: Act | None
    moved: Act | None  # the moment is the day on the document
    posted: Act | None
    settled: Act | None
    amount: Decimal | None  # what went on the partner's account
    asked: Decimal | None
    done: Decimal | None
    state: str = ""  # what is wrong or unfinished, in a word
    severity: Severity | None = None
    waited: str = ""  # between which steps it took longest
    fits: bool = False

    @property
    def page(self) -> str:
        return (self.document or self.source).page  # type: ignore[union-attr]


@dataclass(frozen=True)
class CountRow:
    """What a count said of the item, what the books said then, and what moved since."""

    document: Paper
    posted: bool
    warehouse: str
    person: str
    at: dt.datetime  # UTC: when it was entered
    book: Decimal
    counted: Decimal
    came: Decimal
    went: Decimal
    on_hand: Decimal  # now, by the books

    @property
    def difference(self) -> Decimal:
        return self.counted - self.book


@dataclass(frozen=True)
class StockOver:
    """The item in question over the days in question, and as it stands now."""

    opening: Decimal
    came: Decimal
    went: Decimal
    closing: Decimal
    on_hand: Decimal
    reserved: Decimal
    on_order: Decimal
    unit: str


@dataclass(frozen=True)
class Answer:
    """The findings, the worst first; the chain, the newest first; the counts of the item, the newest first.

    `meanwhile` are changes of settings that can have had no say in what was asked, the newest first.
    """

    subject: str
    findings: tuple[Finding, ...]
    chain: tuple[ChainRow, ...]
    counts: tuple[CountRow, ...] = ()
    stock: StockOver | None = None
    looked_at: int = 0  # documents
    left_out: int = 0  # documents that were too many to look at
    meanwhile: tuple[Finding, ...] = ()
