"""The part of the read side about work that goes from hand to hand: approvals, notices, rules, cover of orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Status
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import partner
from jxc_desktop.services import approvals, catalog, document_rows, notices, rules
from jxc_desktop.services.notices import Kind, NoticeRow
from jxc_desktop.services.queries import history, stock
from jxc_desktop.services.queries.desks.flow import may_see_total
from jxc_desktop.services.queries.history import DocumentLink
from jxc_desktop.services.queries.reading import Reading
from jxc_desktop.services.queries.stock import AlertRow
from jxc_desktop.services.unit_of_work import Actor, utc_now

if TYPE_CHECKING:
    from jxc_desktop.services.followups import Cover

TRIED = 30  # documents that a rule is tried on
INFORMATION = frozenset({Kind.SLOW, Kind.DEAD, Kind.CASH})  # good to know; nobody waits for it
_d, _l = document.c, document_line.c


@dataclass(frozen=True)
class Step:
    """One level of a document's approval; `by` and `at` (UTC) once it is given."""

    level: int
    roles: tuple[str, ...]
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """Where a document is on its way to being approved. `mine`: the next word is the asker's."""

    steps: tuple[Step, ...]
    mine: bool
    rejected: Any = None  # the decision by which the draft came back: (reason, decided_by, decided_at)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.by), None)


@dataclass(frozen=True)
class WaitingRow:
    """A submitted document in the waiting list; `total` only for who may see it."""

    id: int
    kind: str
    number: str
    version: int
    date: dt.date
    partner: str
    total: Decimal | None
    quantity: Decimal
    prepared_by: str
    submitted_at: dt.datetime
    standing: Standing
    own: bool


@dataclass(frozen=True)
class Told:
    """A notice with the type of the document that it is about."""

    notice: NoticeRow
    kind: str | None


@dataclass(frozen=True)
class Bell:
    """What somebody is told: stock that is low or over, and notices."""

    alerts: list[AlertRow]
    told: list[Told]


@dataclass(frozen=True)
class Counts:
    """For the bell and the navigation."""

    alerts: int
    told: int
    waiting: int


@dataclass(frozen=True)
class OrderFlow:
    """How far a customer's order is covered, and what was made of it so far."""

    number: str
    cover: list[Cover]
    requests: tuple[DocumentLink, ...]  # that are not ordered to the end
    drafts: tuple[DocumentLink, ...]  # deliveries that are not posted
    settings: Mapping[str, Any]  # follow_request, follow_delivery, reserve_on_order

    @property
    def reserving(self) -> bool:
        """Whether orders hold goods at all: else nothing can be said of a line."""
        return bool(self.settings["reserve_on_order"])

    @property
    def lacking(self) -> bool:
        return any(c.lacking for c in self.cover)

    @property
    def held(self) -> bool:
        return any(c.held for c in self.cover)


@dataclass(frozen=True)
class Tried:
    """A document, and whether a rule would have applied to it."""

    id: int
    number: str
    date: dt.date
    partner: str
    total: Decimal | None
    quantity: Decimal
    applies: bool


class FlowQueries(Reading):
    def standing(self, document_id: int) -> Standing:
        """Who approved a submitted document and whose word it waits for; of a draft, why it came back."""
        with self._reading(_kind_of(self, document_id).permission("see")) as c:
            row = c.execute(select(document).where(_d.id == document_id)).one()
            return standing(c, row, self.actor)

    def waiting(self) -> list[WaitingRow]:
        """The submitted documents that this person may see, the oldest first."""
        with self._reading() as c:
            return [_waiting(c, row, self.actor) for row in c.execute(
                select(document, partner.c.name.label("partner")).join_from(
                    document, partner, partner.c.id == _d.partner_id, isouter=True).where(
                    _d.status == Status.SUBMITTED).order_by(_d.changed_at, _d.id))
                    if self.actor.may(document_types.BY_KEY[row.kind].permission("see"))]

    def bell(self) -> Bell:
        """Stock alerts and notices for this person."""
        with self._reading() as c:
            told = notices.open_for(c, self.actor, utc_now())
            kinds = {r.id: r.kind for r in c.execute(select(_d.id, _d.kind).where(
                _d.id.in_({n.document_id for n in told if n.document_id})))}
            return Bell(stock.alerts(c), [Told(n, kinds.get(n.document_id or 0)) for n in told])

    def notices(self) -> list[NoticeRow]:
        with self._reading() as c:
            return notices.open_for(c, self.actor, utc_now())

    def counts(self) -> Counts:
        """How much the bell and the waiting list hold for this person."""
        with self._reading() as c:
            told = [n for n in notices.open_for(c, self.actor, utc_now()) if n.kind not in INFORMATION]
            return Counts(stock.alert_count(c), len(told),
                          len(approvals.waiting_for(c, self.actor)) if approvals.pending(c) else 0)

    def order_flow(self, order_id: int) -> OrderFlow:
        """What stock covers of an order, and what followed from it."""
        from jxc_desktop.services import followups
        with self._reading(_kind_of(self, order_id).permission("see")) as c:
            mine = select(_l.id).where(_l.document_id == order_id).scalar_subquery()
            settings = catalog.the_company(c).values
            requests = select(_l.document_id).where(_l.for_line_id.in_(mine))
            drafts = select(_l.document_id).where(_l.source_line_id.in_(mine))
            return OrderFlow(
                c.scalar(select(_d.number).where(_d.id == order_id)) or "", followups.cover(c, order_id),
                history.linked(c, _d.id.in_(requests), _d.status.in_((Status.POSTED, Status.SUBMITTED)),
                               _d.progress.is_distinct_from("done")),
                history.linked(c, _d.id.in_(drafts), _d.status == Status.DRAFT, _d.kind == followups.DELIVERY),
                {name: settings[name] for name in ("follow_request", "follow_delivery", "reserve_on_order")})

    def trial(self, rule: Mapping[str, Any]) -> tuple[str, list[Tried]]:
        """A rule, which need not be saved, in words; and whether the latest documents would have met it."""
        kind = document_types.BY_KEY.get(rule.get("document_kind") or "")
        if kind is None:
            return "", []
        with self._reading("item.see") as c:
            words = rules.describe(rule, rules.names(c, rule))
            return words, [_tried(c, kind, row, rule, self.actor) for row in _latest(c, kind)] if self.actor.may(
                kind.permission("see")) else []


def _kind_of(queries: FlowQueries, document_id: int) -> DocumentType:
    with queries._reading() as c:
        return history.kind_of(c, document_id)


def standing(connection: Connection, row: Any, actor: Actor) -> Standing:
    """Of a row of the document table."""
    given = [g for g in approvals.history(connection, row.id) if g.round == row.round]
    rejected = given[-1] if given and given[-1].decision == "reject" else None
    if row.status != Status.SUBMITTED:
        return Standing((), False, rejected if row.status == Status.DRAFT else None)
    kind, draft = document_types.BY_KEY[row.kind], document_rows.read_draft(connection, row.id)
    words = {g.level: g for g in given if g.decision == "approve"}
    steps = tuple(Step(level.number, tuple(sorted(level.roles)), *(
        (words[level.number].decided_by, words[level.number].decided_at) if level.number in words else ()))
        for level in rules.levels(connection, kind, draft))
    return Standing(steps, approvals.waits_for(
        connection, actor, row, approvals.left(connection, row, kind, draft)))


def _waiting(connection: Connection, row: Any, actor: Actor) -> WaitingRow:
    return WaitingRow(
        row.id, row.kind, row.number, row.version, row.date, row.partner or "",
        row.total if may_see_total(document_types.BY_KEY[row.kind], actor) else None, row.total_quantity,
        row.created_by, row.changed_at or row.created_at, standing(connection, row, actor),
        actor.name in (row.created_by, row.changed_by))


def _latest(connection: Connection, kind: DocumentType) -> list[Any]:
    return list(connection.execute(select(document, partner.c.name.label("partner")).join_from(
        document, partner, partner.c.id == _d.partner_id, isouter=True).where(
        _d.kind == kind.key, _d.status.in_((Status.POSTED, Status.SUBMITTED, Status.CLOSED)),
        _d.reversal_of_id.is_(None)).order_by(_d.id.desc()).limit(TRIED)))


def _tried(connection: Connection, kind: DocumentType, row: Any, rule: Mapping[str, Any], actor: Actor) -> Tried:
    draft = document_rows.read_draft(connection, row.id)
    return Tried(row.id, row.number, row.date, row.partner or "", row.total if may_see_total(kind, actor) else None,
                 row.total_quantity, rules.would_apply(connection, rule, draft))
