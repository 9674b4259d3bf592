"""Commands on documents of every type: save (which posts), park, correct, unpost, void, reverse, close."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from jxc_desktop import document_types
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Move, Progress, Status
from jxc_desktop.errors import InvalidDraft, NotFound, WrongState
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document
from jxc_desktop.models.stock import posting as posting_table
from jxc_desktop.services import alerts, orders, posting, preparation, settlement, shortages, trail
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.costing import Event, EventKey
from jxc_desktop.services.document_rows import read_draft as read_draft
from jxc_desktop.services.document_rows import read_drafts as read_drafts
from jxc_desktop.services.orders import SourceLine
from jxc_desktop.services.posting import Locked, Moves
from jxc_desktop.services.preparation import Prepared
from jxc_desktop.services.unit_of_work import Saved, Work


def save(work: Work, draft: Draft) -> Saved:
    """Save and post; on a posted document, correct it: the ledgers get the difference.

    Raises InvalidDraft (all faults at once), NotEnoughStock, NeedsConfirmation, StaleDocument, WrongState,
    PermissionDenied. Nothing is saved then.
    """
    kind = document_types.BY_KEY[draft.kind]
    work.require(kind.permission("save"))
    draft = _declared(kind, draft)
    before = rows.existing(work, draft.id, draft.version, kind) if draft.id else None
    if before and before.status not in (Status.DRAFT, Status.POSTED):
        raise rows.wrong_state(before)
    if before and before.reversal_of_id:
        raise WrongState(number=before.number, status=document_types.schema.STATUS_TITLES[Status.POSTED])
    return _post(work, kind, draft, before, "correct" if before and before.status == Status.POSTED else "post")


def park(work: Work, draft: Draft) -> Saved:
    """Keep a draft that may be incomplete: no number, no effect."""
    kind = document_types.BY_KEY[draft.kind]
    work.require(kind.permission("save"))
    draft = _declared(kind, draft)
    before = rows.existing(work, draft.id, draft.version, kind) if draft.id else None
    if before and before.status != Status.DRAFT:
        raise rows.wrong_state(before)
    old = read_draft(work.connection, before.id) if before else None
    if faults := preparation.unstorable(work, kind, draft, old):
        raise InvalidDraft(faults)
    if old:
        orders.refuse_loss(work, draft, old)
    draft.header["date"] = draft.header.get("date") or work.now.date()
    if kind.priced and not kind.problems(draft):
        totals.complete(draft)  # for lists and print; posting reckons again
    saved = rows.write(work, kind, draft, before, Status.DRAFT)
    _note(work, kind, saved, "park", old, draft)
    return saved


def unpost(work: Work, document_id: int, version: int) -> Saved:
    """Take a posted document's effect back and make it a draft again; it keeps its number and place."""
    return _withdraw(work, document_id, version, "unpost", Status.DRAFT)


def void(work: Work, document_id: int, version: int) -> Saved:
    """Take a document's effect back for good; its number stays visible as voided."""
    return _withdraw(work, document_id, version, "void", Status.VOID)


def close(work: Work, document_id: int, version: int) -> Saved:
    """Give up what is still open of an order and free what it held."""
    return _set_order_status(work, document_id, version, Status.POSTED, Status.CLOSED)


def reopen(work: Work, document_id: int, version: int) -> Saved:
    """Take a closed order up again."""
    return _set_order_status(work, document_id, version, Status.CLOSED, Status.POSTED)


def reverse(work: Work, document_id: int, version: int, date: dt.date) -> Saved:
    """Cancel a posted document by a mirror document (红冲): negative quantities, same prices and cost."""
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("reverse"))
    if before.status != Status.POSTED or before.reversal_of_id:
        raise rows.wrong_state(before)
    original = read_draft(work.connection, document_id)
    orders.refuse_dependants(work, before)
    mirror = Draft(kind.key, {**original.header, "date": date}, reversal_of_id=document_id)
    for line in original.lines:
        mirror.lines.append({**{k: v for k, v in line.items() if k not in ("id", "reserved", "fulfilled")},
                             "quantity": -line["quantity"], "mirrors": line["id"],
                             "amount": -line["amount"] if line.get("amount") is not None else None})
    rows.set_values(work, document_id, status=Status.REVERSED.value, version=before.version + 1,
         changed_at=work.now, changed_by=work.actor.name)
    if kind.promise:
        _release(work, document_id, Status.POSTED, Status.REVERSED)
    saved = _post(work, kind, mirror, None, "reverse")
    work.audits.append(trail.Audit("reverse", kind.key, document_id, before.number))
    work.changes.add((kind.key, document_id))
    return saved


def print_counted(work: Work, document_ids: Sequence[int]) -> None:
    """Count one more print of each, after the printer took it."""
    found = work.rows(select(document.c.id, document.c.kind, document.c.number).where(
        document.c.id.in_(document_ids)))
    if missing := set(document_ids) - {row.id for row in found}:
        raise NotFound(what=N_("Document"), key=min(missing))
    for row in found:
        work.require(document_types.BY_KEY[row.kind].permission("print"))
        rows.set_values(work, row.id, print_count=document.c.print_count + 1)
        work.audits.append(trail.Audit("print", row.kind, row.id, row.number))
        work.changes.add((row.kind, row.id))


# --- one document through the ledgers ---------------------------------------------------------------------


def _post(work: Work, kind: DocumentType, draft: Draft, before: Any, action: str) -> Saved:
    old = read_draft(work.connection, before.id) if before else None
    was_posted = bool(before and before.status == Status.POSTED)
    prepared = preparation.prepare(work, kind, draft, old, new=not (draft.reversal_of_id or (before and before.entry)))
    old_taken = orders.taken(old.lines) if old and was_posted and not draft.reversal_of_id else orders.taken(())
    sources = orders.lock_sources(work, {*orders.taken(draft.lines), *old_taken})
    if not draft.reversal_of_id and (faults := orders.link_problems(draft, sources, old_taken,
                                                                    prepared.company)):
        raise InvalidDraft(faults)
    past = posting.recorded(work, before.id) if before and before.entry else {}
    moves = [m for m in kind.effect(draft) if prepared.items[m.item_id].stocked]
    locked = posting.lock(work, _places(kind, draft, old, moves, past, sources, prepared))
    if old:
        orders.refuse_loss(work, draft, old)
    if was_posted and kind.promise:
        orders.promise(work, before.id, locked, Status.POSTED, Status.DRAFT)
    saved = rows.write(work, kind, draft, before, Status.POSTED)
    posting_id, entry = _begin_posting(work, saved.id, before, action)
    asked = events(draft, moves, saved.id, entry)
    _move(work, kind, Change(saved.id, posting_id, draft, asked, past), locked)
    taken_now = orders.taken(draft.lines)
    change = {i: taken_now[i] - old_taken[i] for i in taken_now.keys() | old_taken.keys()
              if taken_now[i] != old_taken[i]}
    orders.fulfil(work, sources, locked, change)
    if kind.promise:
        orders.promise(work, saved.id, locked, Status.DRAFT,
                       Status.POSTED if not draft.reversal_of_id else Status.REVERSED)
    shortages.refuse(work, locked, prepared)
    posting.store(work, locked)
    alerts.evaluate(work, locked.moved_items, saved.id)
    _note(work, kind, saved, action, old, draft)
    return saved


@dataclasses.dataclass(frozen=True)
class Change:
    """What one document posts in one command."""

    document_id: int
    posting_id: int
    draft: Draft
    events: Sequence[Event]
    past: Moves


def _move(work: Work, kind: DocumentType, change: Change, locked: Locked) -> None:
    posting.post(work, locked, change.posting_id, change.events, change.past)
    entries = kind.settles(change.draft) if change.draft.status != Status.VOID else []
    settlement.post(work, change.posting_id, change.document_id, change.draft.header["date"], entries)


def _places(kind: DocumentType, draft: Draft, old: Draft | None, moves: Sequence[Move], past: Moves,
            sources: Mapping[int, SourceLine], prepared: Prepared | None) -> set[tuple[int, int]]:
    """Every balance the command may touch."""
    found = orders.places(sources.values(), moves) | {(k.item_id, k.warehouse_id) for k in past}
    services = {i for i, info in prepared.items.items() if not info.stocked} if prepared else set()
    if kind.promise:
        for d in (draft, old):
            found |= {(line["item_id"], d.header["warehouse_id"]) for line in d.lines
                      if line.get("item_id") and line["item_id"] not in services
                      } if d and d.header.get("warehouse_id") else set()
    return found


def _begin_posting(work: Work, document_id: int, before: Any, action: str) -> tuple[int, int]:
    """The row that says when we learnt this; taken after the locks, so that entries of one item never
    overtake each other. Returns its id and the document's entry."""
    row = {"document_id": document_id, "action": action, "at": work.now, "actor": work.actor.name}
    posting_id: int = work.connection.execute(insert(posting_table).values(
        **row, digest=trail.digest(row)).returning(posting_table.c.id)).scalar_one()
    if before and before.entry:
        return posting_id, before.entry
    rows.set_values(work, document_id, entry=posting_id, posted_at=work.now, posted_by=work.actor.name)
    return posting_id, posting_id


def events(draft: Draft, moves: Sequence[Move], document_id: int, entry: int) -> list[Event]:
    """The moves that a document asks for, at their places in the ledger."""
    at = dt.datetime.combine(draft.header["date"], draft.header.get("time") or dt.time())
    found = []
    for move in moves:
        line = draft.lines[move.line]
        key = EventKey(at, entry, line["id"], move.leg, move.item_id, move.warehouse_id)
        origin = None
        if move.basis is Basis.ORIGIN or (move.basis is Basis.GIVEN and move.quantity < 0):
            origin = line.get("mirrors") or line.get("source_line_id")
        found.append(Event(key, document_id, move.quantity, move.basis, move.value, origin))
    return found


def _withdraw(work: Work, document_id: int, version: int, action: str, status: Status) -> Saved:
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission(action))
    allowed = {Status.POSTED} if action == "unpost" else {Status.POSTED, Status.DRAFT}
    if before.status not in allowed or before.reversal_of_id:
        raise rows.wrong_state(before)
    old = read_draft(work.connection, document_id)
    if before.status == Status.POSTED:
        orders.refuse_dependants(work, before)
        taken = orders.taken(old.lines)
        sources = orders.lock_sources(work, taken)
        past = posting.recorded(work, document_id)
        locked = posting.lock(work, _places(kind, old, None, [], past, sources, None))
        posting_id, _ = _begin_posting(work, document_id, before, action)
        _move(work, kind, Change(document_id, posting_id, dataclasses.replace(old, status=Status.VOID), [], past),
              locked)
        orders.fulfil(work, sources, locked, {i: -q for i, q in taken.items()})
        if kind.promise:
            orders.promise(work, document_id, locked, Status.POSTED, status)
        shortages.refuse(work, locked, None)
        posting.store(work, locked)
        alerts.evaluate(work, locked.moved_items, document_id)
    rows.set_values(work, document_id, status=status.value, progress=None, version=before.version + 1,
         changed_at=work.now, changed_by=work.actor.name)
    saved = Saved(document_id, before.number, before.version + 1, status.value)
    _note(work, kind, saved, action, None, None)
    return saved


def _set_order_status(work: Work, document_id: int, version: int, wanted: Status, status: Status) -> Saved:
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("close"))
    if before.status != wanted or not kind.promise or before.progress == Progress.DONE:
        raise rows.wrong_state(before)
    rows.set_values(work, document_id, status=status.value, version=before.version + 1, changed_at=work.now,
         changed_by=work.actor.name)
    _release(work, document_id, wanted, status)
    saved = Saved(document_id, before.number, before.version + 1, status.value)
    _note(work, kind, saved, "close" if status is Status.CLOSED else "reopen", None, None)
    return saved


def _release(work: Work, document_id: int, was: Status, status: Status) -> None:
    """Recompute what an order holds and expects under its new status."""
    lines = orders.own_lines(work, document_id)
    locked = posting.lock(work, {(line.item_id, line.warehouse_id) for line in lines})
    orders.promise(work, document_id, locked, was, status)
    posting.store(work, locked)


def _declared(kind: DocumentType, draft: Draft) -> Draft:
    """A copy with what the type declares: a retry starts from what was given, left-overs of other types don't count."""
    header = {"time", *(f.name for f in kind.header)}
    columns = {"id", "source_line_id", *(f.name for f in kind.columns)}
    return dataclasses.replace(draft, header={k: v for k, v in draft.header.items() if k in header},
                               lines=[{k: v for k, v in line.items() if k in columns} for line in draft.lines])


def _note(work: Work, kind: DocumentType, saved: Saved, action: str, before: Any, after: Draft | None) -> None:
    changes: Sequence[Any] = ()
    if after is not None and action in ("post", "correct", "park"):
        old = before if isinstance(before, Draft) else Draft(kind.key)
        changes = trail.draft_changes(kind.header, kind.columns, old, after)
    work.audits.append(trail.Audit(action, kind.key, saved.id, saved.number, changes))
    work.changes.add((kind.key, saved.id))
