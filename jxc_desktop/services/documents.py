"""Commands on documents of every type: save (which posts), park, correct, unpost, void, reverse, close."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import DocumentType, Draft, Promise, Status
from jxc_desktop.errors import InvalidDraft, NotFound, Problem, WrongState
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document
from jxc_desktop.services import (
    access,
    approvals,
    balances,
    booking,
    catalog,
    followups,
    orders,
    preparation,
    surplus,
    trail,
)
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.document_rows import read_draft as read_draft
from jxc_desktop.services.document_rows import read_drafts as read_drafts
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
    action = "correct" if before and before.status == Status.POSTED else "post"
    old = read_draft(work.connection, before.id) if before else None
    if before and before.status == Status.DRAFT and before.round:
        approvals.forget(work, before.id)  # it was rejected, and is brought again
    try:
        return _post(work, kind, draft, before, action, old)
    except booking.ApprovalNeeded as needed:
        saved = approvals.submit(work, kind, draft, before, needed.levels)
        _note(work, kind, saved, "submit", old, draft)
        return saved


def post_approved(work: Work, kind: DocumentType, draft: Draft, before: Any, action: str = "post") -> Saved:
    """Post a submitted document: who gave the last word need not be one who may save it. Or correct one by what the
    company's rules say, which asks for nobody's word again."""
    able = dataclasses.replace(work, actor=dataclasses.replace(work.actor, permissions=access.EVERYTHING))
    old = read_draft(work.connection, before.id) if action == "correct" else draft
    return _post(able, kind, draft, before, action, old, approved=True)


def _post(work: Work, kind: DocumentType, draft: Draft, before: Any, action: str, old: Draft | None, *,
          approved: bool = False) -> Saved:
    saved = booking.book(work, kind, draft, before, action, approved=approved)
    _note(work, kind, saved, action, old, draft)
    return saved


def park(work: Work, draft: Draft, action: str = "park") -> Saved:
    """Keep a draft that may be incomplete: no number, no effect. `action` stands in the trail."""
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
    _note(work, kind, saved, action, old, draft)
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
    if before.status != Status.POSTED or before.reversal_of_id or not kind.reversible:
        raise rows.wrong_state(before)
    original = read_draft(work.connection, document_id)
    if date < before.date:
        raise InvalidDraft([Problem("date", N_("{number} is dated later"), None, {"number": before.number})])
    orders.refuse_dependants(work, before, leaving=False)
    mirror = Draft(kind.key, {**original.header, "date": date}, reversal_of_id=document_id)
    for line in original.lines:
        mirror.lines.append({**{k: v for k, v in line.items() if k not in ("id", "reserved", "fulfilled")},
                             "quantity": -line["quantity"] if line["quantity"] is not None else None,
                             "mirrors": line["id"],
                             "amount": -line["amount"] if line.get("amount") is not None else None})
    rows.set_values(work, document_id, status=Status.REVERSED.value, version=before.version + 1,
         changed_at=work.now, changed_by=work.actor.name)
    if kind.promise:
        _release(work, document_id, Status.POSTED, Status.REVERSED)
    saved = booking.book(work, kind, mirror, None, "reverse")
    if kind.promise:
        followups.ended(work, kind, document_id)
    _note(work, kind, saved, "reverse", None, mirror)
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


def _withdraw(work: Work, document_id: int, version: int, action: str, status: Status) -> Saved:
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission(action))
    allowed = {Status.POSTED} if action == "unpost" else {Status.POSTED, Status.DRAFT, Status.SUBMITTED}
    if before.status not in allowed or before.reversal_of_id:
        raise rows.wrong_state(before)
    if before.status == Status.SUBMITTED or before.round:
        approvals.forget(work, document_id)
    if before.status == Status.POSTED:
        booking.withdraw(work, kind, before, action, status)
        followups.ended(work, kind, document_id)
    rows.set_values(work, document_id, status=status.value, progress=None, version=before.version + 1,
                    changed_at=work.now, changed_by=work.actor.name)
    saved = Saved(document_id, before.number, before.version + 1, status.value)
    _note(work, kind, saved, action, None, None)
    return saved


def _set_order_status(work: Work, document_id: int, version: int, wanted: Status, status: Status) -> Saved:
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("close"))
    if before.status != wanted or not kind.promise:
        raise rows.wrong_state(before)
    rows.set_values(work, document_id, status=status.value, version=before.version + 1, changed_at=work.now,
         changed_by=work.actor.name)
    _release(work, document_id, wanted, status)
    if status is Status.CLOSED:
        followups.ended(work, kind, document_id, closed=True)
    saved = Saved(document_id, before.number, before.version + 1, status.value)
    _note(work, kind, saved, "close" if status is Status.CLOSED else "reopen", None, None)
    return saved


def _release(work: Work, document_id: int, was: Status, status: Status) -> None:
    """Recompute what an order holds and expects under its new status."""
    settings = catalog.the_company(work.connection).values
    lines = [line for line in orders.own_lines(work, document_id) if line.stocked]
    waiting = []
    if settings["reserve_on_order"] and settings["serve_waiting"] and status is not Status.POSTED:
        shelves = {line.shelf for line in lines if line.promise is Promise.RESERVED}
        waiting = [line for line in orders.waiting(work, shelves).values() if line.document_id != document_id]
    locked = balances.lock(work, {line.shelf for line in lines}, orders.lots([*lines, *waiting]))
    orders.promise(work, document_id, locked, (was, status), hold=bool(settings["reserve_on_order"]))
    served = orders.serve(work, waiting, locked)
    followups.tell_arrivals(work, served)
    balances.store(work, locked)
    surplus.give_way(work, {line.item_id for line in served})


def _declared(kind: DocumentType, draft: Draft) -> Draft:
    """A copy with what the type declares: a retry starts from what was given, left-overs of other types don't count."""
    header = {*rows.EXTRA_FIELDS, *(f.name for f in kind.header)}
    columns = {"id", "source_line_id", "for_line_id", *(f.name for f in kind.columns)}
    return dataclasses.replace(draft, header={k: v for k, v in draft.header.items() if k in header},
                               lines=[{k: v for k, v in line.items() if k in columns} for line in draft.lines])


def _note(work: Work, kind: DocumentType, saved: Saved, action: str, before: Any, after: Draft | None) -> None:
    changes: Sequence[Any] = ()
    if after is not None and action in ("post", "correct", "park", "submit", followups.PREPARED):
        old = before if isinstance(before, Draft) else Draft(kind.key)
        changes = trail.draft_changes(kind.header, kind.columns, old, after)
    work.audits.append(trail.Audit(action, kind.key, saved.id, saved.number, changes))
    work.changes.add((kind.key, saved.id))
