"""What the documents of a history say about stock, orders and notices: reckoned from their lines alone."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from jxc_desktop.models import TABLES
from tests.company import Company

ZERO = Decimal(0)
ORDERS = ("sales_order", "purchase_order", "purchase_request")
INTO, OUT_OF = ("goods_receipt", "other_in", "sales_return"), ("delivery_note", "other_out", "purchase_return")
DONE, PARTLY, OPEN = "done", "partly", "open"
_d, _l, _n, _b = (TABLES[name].c for name in ("document", "document_line", "notice", "stock_balance"))
Shelf = tuple[int, int]
BOX = 12  # pieces


class Wrong(AssertionError):
    """A figure of the product is not what the documents say."""


def require(right: bool, message: Callable[[], str]) -> None:
    if not right:
        raise Wrong(message())


@dataclass
class Line:
    id: int
    item: int
    base: Decimal
    source: int | None
    wanted_by: int | None
    fulfilled: Decimal
    reserved: Decimal

    @property
    def left(self) -> Decimal:
        return max(self.base - self.fulfilled, ZERO)


@dataclass
class Doc:
    id: int
    kind: str
    number: str | None
    status: str
    progress: str | None
    version: int
    mirror: bool
    warehouse: int
    to_warehouse: int | None
    due: Any
    lines: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """A reversed document and its mirror cancel each other."""
        return self.status in ("posted", "closed") and not self.mirror

    @property
    def live(self) -> bool:
        return self.status == "posted" and not self.mirror

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.id} ({self.status})"


class Figures:
    """The documents after `first`, and what follows from them."""

    def __init__(self, company: Company, first: int, service: int, *, reopens: bool):
        self.service, self.reopens = service, reopens
        self.docs: dict[int, Doc] = {}
        self.lines: dict[int, Line] = {}
        self.doc_of: dict[int, Doc] = {}
        with company.engine.connect() as connection:
            for r in connection.execute(select(
                    _d.id, _d.kind, _d.number, _d.status, _d.progress, _d.version, _d.reversal_of_id, _d.warehouse_id,
                    _d.to_warehouse_id, _d.due_date).where(_d.id > first).order_by(_d.id)):
                self.docs[r.id] = Doc(*r[:6], r.reversal_of_id is not None, *r[7:])
            for r in connection.execute(select(
                    _l.id, _l.document_id, _l.item_id, _l.quantity, _l.unit_id, _l.source_line_id, _l.for_line_id,
                    _l.fulfilled, _l.reserved).where(_l.document_id > first).order_by(_l.document_id, _l.position)):
                base = r.quantity * (BOX if r.unit_id == company.box else 1)
                line = Line(r.id, r.item_id, base, *r[5:])
                self.docs[r.document_id].lines.append(line)
                self.lines[line.id], self.doc_of[line.id] = line, self.docs[r.document_id]

    def all(self, *kinds: str) -> Iterator[tuple[Doc, Line]]:
        """The lines of documents that count."""
        for doc in self.docs.values():
            if doc.counts and (not kinds or doc.kind in kinds):
                for line in doc.lines:
                    yield doc, line

    def on_hand(self) -> dict[Shelf, Decimal]:
        found: dict[Shelf, Decimal] = defaultdict(Decimal)
        for doc, line in self.all(*INTO, *OUT_OF, "transfer"):
            if line.item != self.service:
                found[line.item, doc.warehouse] += line.base if doc.kind in INTO else -line.base
                if doc.kind == "transfer":
                    assert doc.to_warehouse
                    found[line.item, doc.to_warehouse] += line.base
        return found

    def fulfilled(self) -> dict[int, Decimal]:
        """What later documents took from each line, less goods brought back where that opens an order again."""
        found: dict[int, Decimal] = defaultdict(Decimal)
        for doc, line in self.all():
            if line.source:
                found[line.source] += line.base
                behind = self.lines[line.source].source
                if doc.kind == "sales_return" and self.reopens and behind:
                    found[behind] -= line.base
        return found

    def on_order(self, fulfilled: dict[int, Decimal]) -> dict[Shelf, Decimal]:
        found: dict[Shelf, Decimal] = defaultdict(Decimal)
        for doc, line in self.all("purchase_order"):
            if doc.status == "posted" and line.item != self.service:
                found[line.item, doc.warehouse] += max(line.base - fulfilled[line.id], ZERO)
        return found

    def reserved(self) -> dict[Shelf, Decimal]:
        found: dict[Shelf, Decimal] = defaultdict(Decimal)
        for doc in self.docs.values():
            for line in doc.lines:
                may = doc.live and doc.kind == "sales_order"
                require(ZERO <= line.reserved <= (line.left if may else ZERO), lambda d=doc, x=line: (
                    f"{d} line {x.id} holds {x.reserved}, of {x.left} open"))
                found[line.item, doc.warehouse] += line.reserved
        return found

    def asked(self, order_line: Line) -> Decimal:
        """What is asked for an order line and did not come: in requests, and in the orders that came from them."""
        found = ZERO
        for doc in self.docs.values():
            for line in doc.lines:
                about = line.wanted_by == order_line.id and line.item == order_line.item
                if about and doc.kind == "purchase_request":
                    found += line.left if doc.status in ("posted", "submitted") else ZERO
                    found += sum((x.left for d, x in self.all("purchase_order")
                                  if x.source == line.id and d.status == "posted"), ZERO)
        return found

    # --- comparing -------------------------------------------------------------------------------------------

    def compare(self, company: Company, items: list[int], first_notice: int) -> None:
        """Raises Wrong where the product says otherwise."""
        fulfilled = self.fulfilled()
        for line in self.lines.values():
            require(line.fulfilled == fulfilled.get(line.id, ZERO), lambda x=line: (
                f"{self.doc_of[x.id]} line {x.id}: fulfilled {x.fulfilled}, due is {fulfilled.get(x.id, ZERO)}"))
        for doc in self.docs.values():
            self._progress(doc, fulfilled)
        due = {"on_hand": self.on_hand(), "reserved": self.reserved(), "on_order": self.on_order(fulfilled)}
        rows = company.rows(select(_b.item_id, _b.warehouse_id, *(_b[name] for name in due)).where(
            _b.item_id.in_(items)))
        kept = {name: {(r.item_id, r.warehouse_id): getattr(r, name) for r in rows} for name in due}
        for name in due:
            a, b = ({k: q for k, q in given[name].items() if q} for given in (kept, due))
            require(a == b, lambda n=name, a=a, b=b: f"{n}: the product has {a}, due is {b}")
        for shelf, held in due["reserved"].items():
            require(held <= max(due["on_hand"][shelf], ZERO), lambda s=shelf, h=held: (
                f"{s}: {h} reserved of {due['on_hand'][s]}"))
        self._notices(company, first_notice)

    def _progress(self, doc: Doc, fulfilled: dict[int, Decimal]) -> None:
        if not doc.counts or doc.kind not in ORDERS:
            return
        got = [(fulfilled.get(line.id, ZERO), line.base) for line in doc.lines]
        due = DONE if all(q >= base for q, base in got) else PARTLY if any(q > 0 for q, _ in got) else OPEN
        require(doc.progress == due, lambda: f"{doc} is {doc.progress}, due is {due}: {got}")

    def _notices(self, company: Company, first: int) -> None:
        """Nobody is asked for a word on, or told of, what is no longer so."""
        told: dict[str, set[int]] = defaultdict(set)
        for r in company.rows(select(_n.kind, _n.document_id).where(_n.id > first, _n.cleared_at.is_(None))):
            told[r.kind].add(r.document_id)
        waiting = {doc.id for doc in self.docs.values() if doc.status == "submitted"}
        require(told["approve"] == waiting, lambda: (
            f"asked for approval: {sorted(told['approve'])}, due is {sorted(waiting)}"))
        for kind, about in (("arrived", "sales_order"), ("request", "purchase_request")):
            for doc in (self.docs[i] for i in told[kind]):
                fits = doc.live and doc.kind == about and doc.progress != DONE
                require(fits, lambda k=kind, d=doc: f"'{k}' is told of {d}, {d.progress}")

    def idle_requests(self) -> Iterator[Doc]:
        """Open requests that nobody's order needs any more and of which nothing was ordered."""
        for doc in self.docs.values():
            if doc.kind != "purchase_request" or doc.status not in ("posted", "submitted") or doc.progress == DONE:
                continue
            owners = [self.doc_of.get(line.wanted_by) if line.wanted_by else None for line in doc.lines]
            bought = any(x.source in {line.id for line in doc.lines} for _, x in self.all("purchase_order"))
            if all(owner is not None and not owner.live for owner in owners) and not bought:
                yield doc
