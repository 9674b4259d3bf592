"""Random histories from customers' orders to deliveries: whatever is done to any document, the figures must agree.

Many histories share a company, each with items of its own. A history is a list of acts; each does what fits by then.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as D
from typing import Any, NamedTuple

from sqlalchemy import func, select

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import HasDependants, InvalidDraft, NotEnoughStock, UserError, WrongState
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents
from jxc_desktop.services.booking import UnpostFirst
from jxc_desktop.services.queries import Queries
from tests.company import Company, day, line
from tests.machines import flow_follow
from tests.machines.flow_figures import BOX, Doc, Figures, require

WEIGHTS = {"stock": 4, "issue": 1, "sell": 8, "ask": 2, "prepare": 2, "buy": 12, "buy_plainly": 2, "receive": 12,
           "deliver": 12, "take_back": 5, "give_back": 2, "transfer": 2, "end": 6, "toggle": 5, "correct": 7,
           "post_again": 5, "decide": 9, "hold": 2, "release": 2}
ACTS = (8, 14, 20)  # of a history
NUMBERS = 16  # that an act has; what it does not ask for is not used
QUANTITIES = ("1", "2", "3", "5", "8", "12", "0.5", "2.25")
PARTS = (1, 1, 1, "0.5", "0.5", "0.25", "1.1", 2)  # of what is open
FAIR = (HasDependants, InvalidDraft, NotEnoughStock, UnpostFirst, WrongState)  # refusals that a history may meet
AGREED = ("negative_stock", "restates", "over_credit", "below_minimum")
APPROVED = ("sales_order", "purchase_request", "purchase_order", "delivery_note")
ASKED = ("request", "delivery")


class Act(NamedTuple):
    verb: str
    numbers: tuple[int, ...]


def acts(seed: int) -> list[Act]:
    chance = random.Random(seed)
    verbs = ["stock", "sell", *chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=chance.choice(ACTS))]
    return [Act(verb, tuple(chance.randrange(10**6) for _ in range(NUMBERS))) for verb in verbs]


def policy(seed: int) -> dict[str, Any]:
    """How the company works: its settings, and which of its rules are in force."""
    chance = random.Random(-seed - 1)
    follow = ("auto", "auto", "ask", "off")
    return {"reserve_on_order": chance.random() < 0.8, "follow_request": chance.choice(follow),
            "follow_delivery": chance.choice(follow), "serve_waiting": chance.random() < 0.8,
            "return_reopens": chance.random() < 0.6, "negative_stock": chance.choice(("forbid", "forbid", "allow")),
            "over_receipt": chance.choice((D(0), D("0.1"))), "over_delivery": chance.choice((D(0), D("0.1"))),
            "rules": {name for name in (*APPROVED, *ASKED) if chance.random() < 0.12}}


class Ground:
    """A company on which histories take place one after the other."""

    def __init__(self, company: Company):
        self.company = company
        company.settings(self_approval=True)
        self.service = company.item(name="安装", stocked=False, unit_id=company.piece)
        self.rules = {kind: ("approval_rule", company.record(
            "approval_rule", name=kind, document_kind=kind, level=1, role="manager", active=False))
            for kind in APPROVED}
        self.rules |= {action: ("flow_rule", company.record(
            "flow_rule", name=action, document_kind="sales_order", measure="always", action=action, active=False))
            for action in ASKED}
        self.active: set[str] = set()
        self.settings: dict[str, Any] = {}

    def adopt(self, wanted: dict[str, Any]) -> None:
        settings = {k: v for k, v in wanted.items() if k != "rules"}
        if settings != self.settings:
            self.company.settings(**settings)
            self.settings = settings
        for name in self.active ^ wanted["rules"]:
            self.company.change_record(*self.rules[name], active=name in wanted["rules"])
        self.active = set(wanted["rules"])


@dataclass
class History:
    """One history, and how its acts choose. Raises Wrong, or whatever should not happen."""

    ground: Ground
    policy: dict[str, Any]
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.company = c = self.ground.company
        self.ground.adopt(self.policy)
        self.queries = Queries(c.engine, c.commands.actor)
        self.first, self.first_notice = (c.scalar(select(func.coalesce(func.max(TABLES[name].c.id), 0)))
                                         for name in ("document", "notice"))
        self.loose = c.item()
        self.boxed = c.item(unit_id=c.piece, children={"item_unit": [{"unit_id": c.box, "factor": D(BOX)}]})
        self.items = [self.loose, self.boxed]
        self.by_hand: set[int] = set()  # requests that somebody kept open on purpose
        self.today = 0
        self.now = self.figures()

    def live(self, given: Sequence[Act]) -> None:
        for act in given:
            self.numbers = itertools.cycle(act.numbers)
            self.today += self.number(4) == 0
            known = len(self.told)
            getattr(self, f"_{act.verb}")()
            if len(self.told) > known:
                self.now = self.figures()
        self.finish()

    def figures(self) -> Figures:
        return Figures(self.company, self.first, self.ground.service, reopens=self.policy["return_reopens"])

    def finish(self) -> None:
        self.now.compare(self.company, self.items, self.first_notice)
        idle = [str(doc) for doc in self.now.idle_requests() if doc.id not in self.by_hand]
        require(not idle, lambda: f"nobody needs it any more: {idle}")

    # --- choosing --------------------------------------------------------------------------------------------

    def number(self, below: int) -> int:
        return next(self.numbers) % below

    def pick(self, choice: Sequence[Any]) -> Any:
        """Counted from the end, so that what was left out earlier matters little."""
        return choice[-1 - self.number(len(choice))] if choice else None

    def choose(self, *kinds: str, fits: Callable[[Doc], bool] = lambda doc: doc.live) -> Doc | None:
        found: Doc | None = self.pick([d for d in self.now.docs.values() if (not kinds or d.kind in kinds) and fits(d)])
        return found

    def date(self) -> Any:
        return day(self.today - self.pick((3, 1, 0, 0, 0, 0, 0)))

    def place(self) -> int:
        company = self.company
        where: int = self.pick((company.branch, company.main, company.main, company.main))
        return where

    def some(self) -> dict[str, Any]:
        """A line with a price, now and then in boxes or of something that is no stock."""
        item = self.pick((self.ground.service, self.boxed, self.boxed, self.loose, self.loose, self.loose, self.loose))
        if item == self.loose:
            return line(item, self.pick(QUANTITIES), 3)
        if item == self.boxed and self.number(2):
            return line(item, 1 + self.number(2), 36, unit_id=self.company.box)
        return line(item, self.pick(QUANTITIES[:6]), 3)

    def several(self) -> list[dict[str, Any]]:
        return [self.some() for _ in range(self.pick((3, 2, 2, 1, 1, 1)))]

    def partly(self, draft: Draft) -> Draft:
        """Not all of it, or a little more; some lines not at all."""
        draft.header["date"] = self.date()
        kept = [x for x in draft.lines if self.number(5)] or draft.lines
        draft.lines = [x if (part := self.pick(PARTS)) == 1 else x | {
            "quantity": max(D(1), (x["quantity"] * D(part)).to_integral_value()), "amount": None} for x in kept]
        return draft

    # --- doing -----------------------------------------------------------------------------------------------

    def run(self, what: str, operation: Callable[..., Any], *args: Any) -> Any:
        """One command; None where it was refused as it may be."""
        try:
            value = self.company.run(operation, *args, acknowledged=AGREED).value
        except UserError as refusal:
            self.told.append(f"{what}: refused, {refusal.text()}")
            if not isinstance(refusal, FAIR):
                raise
            self.refused[what] += 1
            return None
        self.done[what] += 1
        self.told.append(f"{what}: {value}")
        return value

    def save(self, what: str, draft: Draft) -> None:
        lines = [(x["item_id"], x.get("unit_id"), str(x.get("quantity")), x.get("source_line_id")) for x in draft.lines]
        saved = self.run(f"{what} {draft.kind}", documents.save, draft)
        self.told[-1] += f" {draft.header.get('date')} W{draft.header.get('warehouse_id')} {lines}"
        if saved and saved.status == "posted":
            self.followed(saved.id)

    def new(self, kind: str, **header: Any) -> None:
        draft = self.company.draft(kind, *self.several(), date=self.date(), **header)
        if kind in ("other_in", "other_out", "transfer"):
            for x in draft.lines:
                x.pop("price", None)
        self.save("new", draft)

    def follow(self, kind: str, *sources: Doc | None, **header: Any) -> None:
        """A document that comes from others."""
        known = [doc for doc in sources if doc]
        if not known:
            return
        draft = self.queries.draft_from(kind, [doc.id for doc in known])
        draft.header |= header
        if draft.lines:
            self.save("from", self.partly(draft))

    def followed(self, document_id: int) -> None:
        """What had to follow from a document by itself."""
        after = self.figures()
        flow_follow.check(self.now, after, after.docs[document_id], self.policy)
