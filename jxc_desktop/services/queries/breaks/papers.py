"""The documents that a question is about, with who did what to them and when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Promise, Status, nothing
from jxc_desktop.i18n import tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.flows import approval
from jxc_desktop.models.records import partner, warehouse
from jxc_desktop.models.stock import partner_entry, posting
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import catalog
from jxc_desktop.services.queries import history
from jxc_desktop.services.queries.breaks.answer import Act, Paper, Question
from jxc_desktop.values import ZERO

MOST = 3000  # documents looked at, the newest
_d, _l = document.c, document_line.c
STANDING = (Status.POSTED, Status.REVERSED, Status.CLOSED)
OVER = (Status.VOID, *STANDING)  # nobody has to do anything to them any more
ORDERS = frozenset(k.key for k in document_types.ALL
                   if k.promise in (Promise.ON_ORDER, Promise.RESERVED) and k.effect is nothing)
ASKING = frozenset(k.key for k in document_types.ALL if k.promise and k.effect is nothing)  # orders and requests
COUNTING = frozenset(k.key for k in document_types.ALL if any(f.name == "uncounted" for f in k.header))
MOVING = frozenset(k.key for k in document_types.ALL if k.effect is not nothing)
_COLUMNS = (
    _d.id, _d.kind, _d.number, _d.date, _d.status, _d.progress, _d.partner_id, _d.warehouse_id, _d.due_date, _d.entry,
    _d.reversal_of_id, _d.created_at, _d.created_by, _d.posted_at, _d.posted_by, _d.changed_at, _d.changed_by,
    _d.print_count, _d.round, partner.c.name.label("partner"), warehouse.c.name.label("warehouse"))


@dataclass(frozen=True)
class Line:
    id: int
    document_id: int
    item_id: int | None
    quantity: Decimal  # base units
    source_line_id: int | None
    lot: str | None
    amount: Decimal | None
    reopens: bool
    filled: bool  # it has a quantity
    book: Decimal | None
    counter: str | None


@dataclass
class Document:
    """A document in question (`asked`), or one that such a document is linked with."""

    row: Any
    kind: DocumentType
    asked: bool
    lines: list[Line] = field(default_factory=list)
    acts: list[tuple[str, Act]] = field(default_factory=list)  # from the audit trail: action, act
    account: Act | None = None
    amount: Decimal | None = None
    approval: Act | None = None

    @property
    def id(self) -> int:
        return int(self.row.id)

    @property
    def status(self) -> Status:
        return Status(self.row.status)

    @property
    def stands(self) -> bool:
        return self.status in STANDING

    @property
    def unfinished(self) -> bool:
        """A draft, or something that waits for approval."""
        return self.status not in OVER

    @property
    def mirror(self) -> bool:
        return self.row.reversal_of_id is not None

    @property
    def counts_goods(self) -> bool:
        return self.kind.key in COUNTING

    @property
    def paper(self) -> Paper:
        return Paper(self.id, self.kind.key, self.row.number or "", self.row.date)

    @property
    def name(self) -> str:
        """Its number; what has none yet is called a draft of its type."""
        return self.row.number or tr("{kind} (draft)", kind=tr(self.kind.title))

    @property
    def created(self) -> Act:
        return Act(self.row.created_at, self.row.created_by)

    @property
    def touched(self) -> Act:
        """The last time somebody worked on it."""
        return Act(self.row.changed_at, self.row.changed_by) if self.row.changed_by else self.created

    @property
    def posted(self) -> Act | None:
        """When it took effect, as long as it does."""
        if not self.stands:
            return None
        return self.last("post") or (Act(self.row.posted_at, self.row.posted_by or "") if self.row.posted_at else None)

    @property
    def approved(self) -> Act | None:
        """Who gave the last word on it, or posted it where nobody had to."""
        return self.approval or self.posted

    def last(self, *actions: str) -> Act | None:
        return next((act for action, act in reversed(self.acts) if action in actions), None)


@dataclass
class Papers:
    """All that was read to answer a question."""

    connection: Connection
    question: Question
    today: dt.date
    by_id: dict[int, Document]
    company: catalog.Company
    left_out: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    followers: dict[int, list[Line]] = field(default_factory=lambda: defaultdict(list))  # by source line

    def asked(self) -> Iterator[Document]:
        """The documents in question, the oldest first."""
        return (d for d in sorted(self.by_id.values(), key=lambda d: (d.row.date, d.id)) if d.asked)

    def mine(self, of: Document) -> list[Line]:
        """The lines of a document that the question is about."""
        wanted = self.question.item_id
        return [line for line in of.lines if wanted is None or line.item_id == wanted]

    def total(self, of: Document) -> Decimal:
        return sum((line.quantity for line in self.mine(of)), ZERO)

    def of(self, line_id: int | None) -> Document | None:
        """The document of a line."""
        line = self.lines.get(line_id or 0)
        return self.by_id.get(line.document_id) if line else None

    def about(self, lines: Iterable[Line]) -> Decimal | None:
        """How much of the item in question; None where no single item is."""
        return sum((line.quantity for line in lines), ZERO) if self.question.item_id else None

    def item_names(self, ids: Collection[int | None]) -> dict[int, str]:
        return history.labels(self.connection, "item", [i for i in ids if i])


def load(connection: Connection, question: Question, today: dt.date, may: Callable[[str], bool]) -> Papers:
    """The documents of the types that somebody may see."""
    seen = _d.kind.in_([k.key for k in document_types.ALL if may(k.permission("see"))])
    asked, left_out = _asked(connection, question, today, seen)
    linked = _linked(connection, asked, whole=bool(question.number))
    if question.number:
        asked = linked
    by_id = {}
    for row in connection.execute(select(*_COLUMNS).outerjoin_from(
            document, partner, partner.c.id == _d.partner_id).outerjoin(
            warehouse, warehouse.c.id == _d.warehouse_id).where(_d.id.in_(linked), seen).order_by(_d.id)):
        by_id[row.id] = Document(row, document_types.BY_KEY[row.kind], row.id in asked)
    papers = Papers(connection, question, today, by_id, catalog.the_company(connection), left_out)
    _read_lines(papers)
    _read_acts(papers)
    return papers


def _asked(connection: Connection, question: Question, today: dt.date,
           seen: ColumnElement[bool]) -> tuple[set[int], int]:
    """The documents that the question names or describes, and how many more there are."""
    if question.number:
        link = history.find(connection, question.number)
        return ({link.id} if link else set()), 0
    where = [seen, _in_question(question, today)]
    if question.item_id:
        where.append(_d.id.in_(select(_l.document_id).where(_l.item_id == question.item_id)))
    if question.warehouse_id:
        where.append(or_(*(_d[name] == question.warehouse_id
                           for name in ("warehouse_id", "to_warehouse_id", "destination_id"))))
    if question.partner_id:
        where.append(_d.partner_id == question.partner_id)
    found = connection.scalars(select(_d.id).where(*where).order_by(_d.date.desc(), _d.id.desc()).limit(MOST)).all()
    count = len(found) if len(found) < MOST else connection.scalar(
        select(func.count()).select_from(document).where(*where)) or 0
    return set(found), count - len(found)


def _in_question(question: Question, today: dt.date) -> ColumnElement[bool]:
    """Dated in the days in question; and what was left open before them and should be done by now."""
    dated = _d.date.between(question.first, question.last)
    waiting = and_(_d.kind.in_([k.key for k in document_types.ALL if k.promise]), _d.status == Status.POSTED.value,
                   _d.progress != "done", _d.date < question.first, _d.due_date < today)
    left = and_(_d.kind.in_(COUNTING), _d.status == Status.DRAFT.value, _d.date < question.first)
    if question.item_id or question.partner_id:
        return or_(dated, waiting, left)
    return or_(dated, and_(waiting, _d.due_date.between(question.first, question.last)))


def _linked(connection: Connection, asked: set[int], *, whole: bool) -> set[int]:
    """These documents with those that they came from, and those that came of all these; or the `whole` family."""
    found, front = set(asked), set(asked)
    above = document_line.alias()
    linked = above.c.id == _l.source_line_id
    while front:
        up = set(connection.scalars(select(above.c.document_id).join_from(document_line, above, linked).where(
            _l.document_id.in_(front))))
        down = set(connection.scalars(select(_l.document_id).join_from(document_line, above, linked).where(
            above.c.document_id.in_(front | up))))
        front = ((up | down) - found) if whole else set()
        found |= up | down
    return found


def _read_lines(papers: Papers) -> None:
    names = ("id", "document_id", "item_id", "unit_id", "quantity", "base_quantity", "source_line_id", "lot", "amount",
             "reopens", "book", "counter")
    rows = papers.connection.execute(select(*(_l[n] for n in names)).where(
        _l.document_id.in_(papers.by_id)).order_by(_l.document_id, _l.position)).all()
    loose = {r.item_id for r in rows if r.item_id and r.base_quantity is None and r.quantity is not None}
    units = catalog.items(papers.connection, loose) if loose else {}
    for r in rows:
        quantity = r.base_quantity
        if quantity is None and r.quantity is not None:  # drafts are kept as typed
            choice = units[r.item_id].choice(r.unit_id) if r.item_id in units else None
            quantity = choice.base(r.quantity) if choice else r.quantity
        line = Line(r.id, r.document_id, r.item_id, quantity or ZERO, r.source_line_id, r.lot, r.amount, r.reopens,
                    quantity is not None, r.book, r.counter)
        papers.lines[r.id] = line
        papers.by_id[r.document_id].lines.append(line)
        if r.source_line_id:
            papers.followers[r.source_line_id].append(line)


def _read_acts(papers: Papers) -> None:
    """From the audit trail, the partners' ledger and the approvals."""
    a, e, p, ids = audit_entry.c, partner_entry.c, posting.c, list(papers.by_id)
    kinds = {d.kind.key for d in papers.by_id.values()}
    read = papers.connection.execute
    for act in read(select(a.entity, a.entity_id, a.action, a.at, a.actor).where(
            a.entity.in_(kinds), a.entity_id.in_(ids)).order_by(a.id)):
        found = papers.by_id[act.entity_id]
        if found.kind.key == act.entity:
            found.acts.append((act.action, Act(act.at, act.actor)))
    for entry in read(select(e.document_id, e.amount, p.at, p.actor).join_from(
            partner_entry, posting, p.id == e.posting_id).where(e.document_id.in_(ids)).order_by(e.id)):
        found = papers.by_id[entry.document_id]
        found.amount = (found.amount or ZERO) + entry.amount
        found.account = Act(entry.at, entry.actor) if found.amount else None
    given = approval.c
    for word in read(select(given.document_id, given.round, given.decided_at, given.decided_by).where(
            given.document_id.in_(ids), given.decision == "approve").order_by(given.id)):
        found = papers.by_id[word.document_id]
        if word.round == found.row.round:
            found.approval = Act(word.decided_at, word.decided_by)
