"""One document through every ledger: stock, cost, orders, partners, alerts. Or nothing of it."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, tuple_

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Move, Promise, Status, nothing
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, PeriodClosed, UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import lot
from jxc_desktop.models.stock import posting as posting_table
from jxc_desktop.models.stock import stock_move
from jxc_desktop.services import (
    alerts,
    balances,
    catalog,
    followups,
    impact,
    ledger,
    orders,
    periods,
    policies,
    posting,
    preparation,
    rules,
    settlement,
    shortages,
    surplus,
    tracking,
    trail,
    watch,
)
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.balances import Locked
from jxc_desktop.services.bulk import Bulk, take_ids
from jxc_desktop.services.catalog import Company, ItemInfo
from jxc_desktop.services.ledger import Moves
from jxc_desktop.services.orders import SourceLine, Taking
from jxc_desktop.services.replay import COUNTS, Event, EventKey
from jxc_desktop.services.rules import Level
from jxc_desktop.services.tracking import Parts
from jxc_desktop.services.unit_of_work import Saved, Work
from jxc_desktop.values import ZERO

_BEGIN = Bulk(insert(posting_table), *(c.name for c in posting_table.c))


@dataclass
class Booking:
    """A document on its way through the ledgers: as it was, and as it shall be."""

    kind: DocumentType
    draft: Draft  # as it shall be; the old one when it is withdrawn
    old: Draft | None
    before: Any  # its row, locked
    action: str
    company: Company
    items: Mapping[int, ItemInfo]
    moves: Sequence[Move] = ()
    parts: Parts = field(default_factory=dict)
    past: Moves = field(default_factory=dict)
    sources: Mapping[int, SourceLine] = field(default_factory=dict)
    waiting: Mapping[int, SourceLine] = field(default_factory=dict)  # orders that what comes in may serve

    @property
    def was_posted(self) -> bool:
        return bool(self.before and self.before.status == Status.POSTED)

    @property
    def mirrors(self) -> bool:
        return self.draft.reversal_of_id is not None

    @property
    def holds(self) -> bool:
        """Whether orders reserve by themselves."""
        return bool(self.company.values["reserve_on_order"])

    def coming(self) -> set[balances.Shelf]:
        """The shelves that get goods which others may be waiting for."""
        if not (self.holds and self.company.values["serve_waiting"]):
            return set()
        found = {(m.item_id, m.warehouse_id) for m in self.moves if m.quantity > 0}
        if self.old and self.was_posted and self.kind.promise is Promise.RESERVED:  # it may give something up
            found |= {(line["item_id"], self.old.header["warehouse_id"]) for line in self.old.lines}
        return found

    def old_lines(self) -> list[dict[str, Any]]:
        """The lines whose takings count now."""
        return self.old.lines if self.old and self.was_posted and not self.mirrors else []


class UnpostFirst(UserError):
    message = N_("{number} needs approval as it is now: unpost it, change it and save it again")


class ApprovalNeeded(Exception):
    """A complete draft must be approved before it is posted; nothing was written yet."""

    def __init__(self, levels: list[Level]):
        self.levels = levels


def book(work: Work, kind: DocumentType, draft: Draft, before: Any, action: str, *, approved: bool = False) -> Saved:
    """Save a document and post what it does. Raises ApprovalNeeded, unless it is `approved`."""
    old = rows.read_draft(work.connection, before.id) if before else None
    prepared = preparation.prepare(work, kind, draft, old, new=not (draft.reversal_of_id or (before and before.entry)))
    if prepared.company.values["rules"] and not draft.reversal_of_id:
        rules.refuse(work.connection, kind, draft)
        if not approved and (levels := rules.levels(work.connection, kind, draft)):
            if action == "post":
                raise ApprovalNeeded(levels)
            if old and rules.weightier(draft, old):
                raise UnpostFirst(number=old.number)
    if old and kind.promise is Promise.RESERVED:
        followups.loosen(work, draft, old)
    b = Booking(kind, draft, old, before, action, prepared.company, prepared.items)
    b.moves = [m for m in kind.effect(draft) if b.items[m.item_id].stocked]
    _refuse_closed(work, b, draft)
    _reopen(b)
    b.parts = tracking.resolve(work, draft, b.moves, b.items, b.company.values)
    reopening = any(line.get("reopens") for line in (*draft.lines, *b.old_lines()))
    taken_before = orders.taken(b.old_lines())
    b.sources = orders.lock_sources(work, {*orders.taken(draft.lines), *taken_before}, reopening=reopening)
    if not b.mirrors and (faults := orders.link_problems(draft, b.sources, taken_before, b.company)):
        raise InvalidDraft(faults)
    b.waiting = _waiting(work, b)
    b.past = ledger.recorded(work.connection, before.id) if before and before.entry else {}
    locked = balances.lock(work, *_places(work, b))
    if old:
        orders.refuse_loss(work, draft, old)
    held = orders.promise(work, before.id, locked, (Status.POSTED, Status.DRAFT)) \
        if b.was_posted and kind.promise else {}
    [posting_id] = take_ids(work.connection, posting_table, 1)  # after the locks: entries never overtake each other
    entered = None if before and before.entry else rows.Entered(posting_id, work.now, work.actor.name)
    saved = rows.write(work, kind, draft, before, Status.POSTED, entered)
    _begin_posting(work, posting_id, saved.id, action)
    asked = events(b, saved.id, posting_id if entered else before.entry)
    _anchor_counts(work, b, saved.id, asked)
    done = _post(work, b, locked, posting.Change(saved.id, posting_id, {e.key: e for e in asked}, b.past))
    taking = _taking(b, draft.lines)
    used = orders.fulfil(work, b.sources, locked, taking)
    if not b.holds and not b.mirrors:
        orders.note_used(work, draft.lines, {i: taking.kept.get(i, ZERO) + used.get(i, ZERO) for i in taking.change})
    if kind.promise:
        orders.promise(work, saved.id, locked, (Status.DRAFT, Status.REVERSED if b.mirrors else Status.POSTED),
                       hold=b.holds, keep=held)
    served = orders.serve(work, b.waiting.values(), locked)
    followups.tell_arrivals(work, served)
    _finish(work, b, locked, saved.id, done.restated)
    if not b.mirrors:
        watch.posted(work, kind, draft, saved.id, saved.number or "", done.costs, b.company.values)
        followups.after(work, kind, draft, saved, b.company.values)
    surplus.give_way(work, {line.item_id for line in served} | _wanted_less(b, taking, used))
    return saved


def withdraw(work: Work, kind: DocumentType, before: Any, action: str, status: Status) -> None:
    """Take back everything that a posted document did."""
    old = rows.read_draft(work.connection, before.id)
    company = catalog.the_company(work.connection)
    b = Booking(kind, dataclasses.replace(old, status=Status.VOID), old, before, action, company,
                catalog.items(work.connection, {line["item_id"] for line in old.lines}))
    orders.refuse_dependants(work, before, leaving=True)
    _refuse_closed(work, b, old)
    b.sources = orders.lock_sources(work, orders.taken(old.lines),
                                    reopening=any(line["reopens"] for line in old.lines))
    b.waiting = _waiting(work, b)
    b.past = ledger.recorded(work.connection, before.id)
    locked = balances.lock(work, *_places(work, b))
    [posting_id] = take_ids(work.connection, posting_table, 1)
    _begin_posting(work, posting_id, before.id, action)
    done = _post(work, b, locked, posting.Change(before.id, posting_id, {}, b.past))
    orders.fulfil(work, b.sources, locked, _taking(b, ()))
    if kind.promise:
        orders.promise(work, before.id, locked, (Status.POSTED, status))
    served = orders.serve(work, b.waiting.values(), locked)
    followups.tell_arrivals(work, served)
    _finish(work, b, locked, before.id, done.restated)
    surplus.give_way(work, {line.item_id for line in served})


def _waiting(work: Work, b: Booking) -> dict[int, SourceLine]:
    """The lines of other orders that want what comes in, or what this order gives up."""
    own = b.before.id if b.before else None
    return {i: b.sources.get(i, line) for i, line in orders.waiting(work, b.coming()).items()
            if line.document_id != own}


def _post(work: Work, b: Booking, locked: Locked, change: posting.Change) -> posting.Posted:
    """The stock ledger, then the partners'."""
    done = posting.post(work, locked, policies.of(b.company, b.items.values()), change)
    entries = b.kind.settles(b.draft) if b.draft.status != Status.VOID else []
    settlement.post(work, change.posting_id, change.document_id, b.draft.header["date"], entries,
                    first=not (b.before and b.before.entry))
    _watch_counts(work, b, change.asked.values())
    return done


def _finish(work: Work, b: Booking, locked: Locked, document_id: int, restated: list[posting.Restated]) -> None:
    shortages.refuse(work, locked, b.draft if b.draft.status != Status.VOID else None, b.company)
    balances.store(work, locked)
    tracking.refuse_doubles(work, locked, b.draft, b.items)
    alerts.evaluate(work, locked.moved_items, document_id, tracked=bool(locked.lots))
    today = dt.date.today()
    watch.orders_changed(work, {document_id} if b.kind.promise else {
        s.document_id for s in b.sources.values() if s.promise and s.due_date and s.due_date < today})
    if restated and b.company.values["ask_restating"] and "restates" not in work.acknowledged:
        found = impact.of(work.connection, restated)
        if found.rows:
            raise NeedsConfirmation("restates", N_("{count} later documents change their cost"), impact=found,
                                    count=len({row.document_id for row in found.rows}))


def _refuse_closed(work: Work, b: Booking, draft: Draft) -> None:
    """Nothing that moves stock or money may be dated in a closed period, nor leave it. Orders may."""
    if b.kind.effect is nothing and b.kind.promise:
        return
    dates = [draft.header["date"]]
    if b.was_posted:
        dates.append(b.before.date)
    if b.kind.spreads_fee and b.company.values["late_cost"] == "repost":  # then it changes its receipts
        lines = {line.get("source_line_id") for d in (draft, b.old) if d for line in d.lines}
        dates += work.connection.scalars(select(document.c.date).join(
            document_line, document_line.c.document_id == document.c.id).where(document_line.c.id.in_(lines)))
    through = periods.closed_through(work.connection)
    if through and min(dates) <= through:
        raise PeriodClosed(date=min(dates).isoformat(), through=through.isoformat())


def _reopen(b: Booking) -> None:
    """Goods that a customer brings back are open in the order again, by the company's rule at that time."""
    if b.mirrors:
        return  # as the mirrored line says
    kept = {line["id"]: line["reopens"] for line in b.old_lines()}
    returns = {m.line for m in b.kind.effect(b.draft) if m.basis is Basis.RETURN}  # also of goods without stock
    for i, line in enumerate(b.draft.lines):
        line["reopens"] = i in returns and bool(line.get("source_line_id")) and kept.get(
            line.get("id"), bool(b.company.values["return_reopens"]))


def _taking(b: Booking, lines: Iterable[Mapping[str, Any]]) -> Taking:
    """What the sources of these lines (none when withdrawn) give now, against what they gave before."""
    lines = list(lines)
    taken = orders.taken(lines)
    change, back = (
        {i: now[i] - was[i] for i in now.keys() | was.keys() if now[i] != was[i]}
        for now, was in ((taken, orders.taken(b.old_lines())),
                         (orders.reopened(lines), orders.reopened(b.old_lines()))))
    used: dict[int, Decimal] = defaultdict(Decimal)
    for line in b.draft.lines if b.mirrors else b.old_lines():
        if line.get("source_line_id"):
            used[line["source_line_id"]] += line["used"]
    kept = {i: min(quantity, max(taken.get(i, ZERO), ZERO)) for i, quantity in used.items()}
    return Taking(change, back, kept, {i: quantity - kept[i] for i, quantity in used.items()}, b.holds)


def _wanted_less(b: Booking, taking: Taking, used: Mapping[int, Decimal]) -> set[int]:
    """Items of which orders may lack less: of an order that is made or changed, and sent without being held."""
    sent = {b.sources[i].item_id for i, quantity in taking.change.items()
            if b.sources[i].promise is Promise.RESERVED and quantity > used.get(i, ZERO)}
    own = (*b.draft.lines, *b.old_lines()) if b.kind.promise is Promise.RESERVED else ()
    return sent | {line["item_id"] for line in own}


def _places(work: Work, b: Booking) -> tuple[set[balances.Shelf], set[Any]]:
    """Every balance the command may touch: by warehouse, and by lot."""
    shelves = orders.places(b.sources.values(), b.moves) | {key.place[:2] for key in b.past}
    lots = orders.lots([*b.sources.values(), *b.waiting.values()]) | {key.place for key in b.past if key.lot_id}
    lots |= {(m.item_id, m.warehouse_id, lot_id) for m in b.moves for lot_id, _ in b.parts.get(m.line, ())}
    if b.kind.promise:
        was = [line for line in orders.own_lines(work, b.before.id) if line.stocked] if b.before else []
        warehouse_id: Any = b.draft.header.get("destination_id") or b.draft.header.get("warehouse_id")
        asked = [line for line in b.draft.lines if b.items[line["item_id"]].stocked]
        shelves |= {line.shelf for line in was} | {(line["item_id"], warehouse_id) for line in asked}
        lots |= orders.lots(was)
        if codes := {(line["item_id"], line["lot"]) for line in asked if line.get("lot")}:
            lots |= {(r.item_id, warehouse_id, r.id) for r in work.rows(select(lot.c.item_id, lot.c.id).where(
                tuple_(lot.c.item_id, lot.c.code).in_(sorted(codes))))}
    return shelves, lots


def _begin_posting(work: Work, posting_id: int, document_id: int, action: str) -> None:
    """The row that says when we learnt what is posted now."""
    row = {"document_id": document_id, "action": action, "at": work.now, "actor": work.actor.name}
    _BEGIN.run(work.connection, [{**row, "id": posting_id, "digest": trail.digest(row)}])


def events(b: Booking, document_id: int, entry: int) -> list[Event]:
    """The moves that a document asks for, lot by lot, at their places in the ledger."""
    at = dt.datetime.combine(b.draft.header["date"], b.draft.header.get("time") or dt.time())
    found = []
    for move in b.moves:
        line_id = b.draft.lines[move.line]["id"]
        for lot_id, quantity, value, measure in _by_lot(move, b.parts.get(move.line)):
            key = EventKey(at, entry, move.leg, line_id, move.item_id, move.warehouse_id, lot_id)
            found.append(Event(key, document_id, quantity, move.basis, value, measure, move.unit_cost, move.origin))
    return found


def _by_lot(move: Move, parts: Sequence[tuple[int, Decimal]] | None) -> list[tuple[int, Decimal, Any, Any]]:
    """(lot, quantity, stated value, measure) of a move; several lots share the value by quantity."""
    if not parts:
        return [(0, move.quantity, move.value, move.measure)]
    if len(parts) == 1:
        return [(parts[0][0], move.quantity, move.value, move.measure)]
    bases = [quantity for _, quantity in parts]
    shares: Sequence[Any] = values.spread(move.value, bases) if move.value is not None and any(bases) \
        else [None] * len(parts)
    sign = (move.quantity > 0) - (move.quantity < 0)
    return [(lot_id, sign * quantity, share, quantity if move.measure is not None else None)
            for (lot_id, quantity), share in zip(parts, shares, strict=True)]


def _anchor_counts(work: Work, b: Booking, document_id: int, asked: Iterable[Event]) -> None:
    """What was counted stood at the moment of the sheet's snapshot; moves that were entered since come on top."""
    snapshot = b.draft.header.get("snapshot")
    counts = [e for e in asked if e.basis in COUNTS]
    if not snapshot or not counts:
        return
    m = stock_move.c
    first = counts[0].key
    moved = {(r[0], r[1]): r[2] for r in work.rows(select(m.item_id, m.lot_id, func.sum(m.quantity)).where(
        m.item_id.in_({e.key.item_id for e in counts}), m.warehouse_id == first.warehouse_id,
        m.posting_id > snapshot, m.posting_id < first.entry, m.document_id != document_id,
        tuple_(m.effective_at, m.entry) < first.moment).group_by(m.item_id, m.lot_id))}
    for event in counts:
        event.measure = (event.measure or ZERO) + moved.get((event.key.item_id, event.key.lot_id), ZERO)


def _watch_counts(work: Work, b: Booking, asked: Iterable[Event]) -> None:
    """A large difference is looked at twice."""
    threshold = b.company.values["count_threshold"]
    if threshold is None or "count_over_threshold" in work.acknowledged:
        return
    for event in asked:
        if event.basis in COUNTS and event.quantity:
            book = (event.measure or ZERO) - event.quantity
            if abs(event.quantity) > abs(book) * threshold:
                raise NeedsConfirmation(
                    "count_over_threshold", N_("{item}: counted {counted}, in the books {book}"),
                    item=b.items[event.key.item_id].name, counted=event.measure, book=book)
