"""Commands on documents of every type: save (which posts), park, correct, unpost, void, reverse, close."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Move, Progress, Status
from jxc_desktop.errors import HasDependants, InvalidDraft, NotFound, StaleDocument, WrongState
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.stock import posting as posting_table
from jxc_desktop.services import alerts, numbering, orders, posting, preparation, settlement, shortages, trail
from jxc_desktop.services.costing import Event, EventKey
from jxc_desktop.services.orders import SourceLine
from jxc_desktop.services.posting import Locked, Moves
from jxc_desktop.services.preparation import Prepared
from jxc_desktop.services.unit_of_work import Saved, Work

LINE_FIELDS = ("item_id", "unit_id", "factor", "quantity", "base_quantity", "price", "discount", "tax_rate",
               "amount", "discount_share", "net", "tax", "value", "gift", "remark", "source_line_id")
TOTAL_FIELDS = ("total", "total_net", "total_tax", "total_quantity")


def save(work: Work, draft: Draft) -> Saved:
    """Save and post; on a posted document, correct it: the ledgers get the difference.

    Raises InvalidDraft (all faults at once), NotEnoughStock, NeedsConfirmation, StaleDocument, WrongState,
    PermissionDenied. Nothing is saved then.
    """
    kind = document_types.BY_KEY[draft.kind]
    work.require(kind.permission("save"))
    draft = _copy(draft)
    before = _existing(work, draft.id, draft.version) if draft.id else None
    if before and before.status not in (Status.DRAFT, Status.POSTED):
        raise _wrong_state(before)
    if before and before.reversal_of_id:
        raise WrongState(number=before.number, status=document_types.schema.STATUS_TITLES[Status.POSTED])
    return _post(work, kind, draft, before, "correct" if before and before.status == Status.POSTED else "post")


def park(work: Work, draft: Draft) -> Saved:
    """Keep a draft that may be incomplete: no number, no effect."""
    kind = document_types.BY_KEY[draft.kind]
    work.require(kind.permission("save"))
    draft = _copy(draft)
    before = _existing(work, draft.id, draft.version) if draft.id else None
    if before and before.status != Status.DRAFT:
        raise _wrong_state(before)
    unstorable = [p for f in kind.header for p in _storable(f, draft.header, None)]
    for i, line in enumerate(draft.lines):
        unstorable += [p for f in kind.columns if not f.shown_only for p in _storable(f, line, i)]
    if unstorable:
        raise InvalidDraft(unstorable)
    draft.header.setdefault("date", work.now.date())
    saved = _write(work, kind, draft, before, Status.DRAFT)
    _note(work, kind, saved, "park", before, draft)
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
    before = _existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("reverse"))
    if before.status != Status.POSTED or before.reversal_of_id:
        raise _wrong_state(before)
    original = read_draft(work.connection, document_id)
    _refuse_dependants(work, before)
    mirror = Draft(kind.key, {**original.header, "date": date, "discount_amount": -(
        original.header.get("discount_amount") or Decimal(0))}, reversal_of_id=document_id)
    mirror.header["discount_amount"] = original.header.get("discount_amount")
    for line in original.lines:
        mirror.lines.append({**{k: v for k, v in line.items() if k not in ("id", "reserved", "fulfilled")},
                             "quantity": -line["quantity"], "mirrors": line["id"],
                             "amount": -line["amount"] if line.get("amount") is not None else None})
    _set(work, document_id, status=Status.REVERSED.value, version=before.version + 1,
         changed_at=work.now, changed_by=work.actor.name)
    if kind.promise:
        _release(work, document_id, Status.POSTED, Status.REVERSED)
    saved = _post(work, kind, mirror, None, "reverse")
    work.audits.append(trail.Audit("reverse", kind.key, document_id, before.number))
    work.changes.add((kind.key, document_id))
    return saved


def print_counted(work: Work, document_ids: Sequence[int]) -> None:
    """Count one more print of each, after the printer took it."""
    rows = work.rows(select(document.c.id, document.c.kind, document.c.number).where(
        document.c.id.in_(document_ids)))
    for row in rows:
        work.require(document_types.BY_KEY[row.kind].permission("print"))
        _set(work, row.id, print_count=document.c.print_count + 1)
        work.audits.append(trail.Audit("print", row.kind, row.id, row.number))
        work.changes.add((row.kind, row.id))


def read_draft(connection: Any, document_id: int) -> Draft:
    """A saved document as a draft; NotFound if there is none."""
    found = next(read_drafts(connection, document.c.id == document_id), None)
    if found is None:
        raise NotFound(what=N_("Document"), key=document_id)
    return found


def read_drafts(connection: Any, condition: Any) -> Iterator[Draft]:
    """The saved documents that a condition on their headers chooses, by id."""
    d, c = document.c, document_line.c
    names = ("id", *LINE_FIELDS, "fulfilled", "reserved")
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in connection.execute(select(document_line).where(
            c.document_id.in_(select(d.id).where(condition))).order_by(c.position)).mappings():
        lines[line["document_id"]].append({n: line[n] for n in names})
    for row in connection.execute(select(document).where(condition).order_by(d.id)).mappings().all():
        kind = document_types.BY_KEY[row["kind"]]
        header = {f.name: row[f.name] for f in kind.header} | {f: row[f] for f in TOTAL_FIELDS}
        if row["time"]:
            header["time"] = row["time"]
        yield Draft(kind.key, header, lines[row["id"]], row["id"], row["version"], row["number"],
                    Status(row["status"]), row["reversal_of_id"])


# --- one document through the ledgers ---------------------------------------------------------------------


def _post(work: Work, kind: DocumentType, draft: Draft, before: Any, action: str) -> Saved:
    old = read_draft(work.connection, before.id) if before else None
    was_posted = bool(before and before.status == Status.POSTED)
    known = [line["id"] for line in old.lines] if old else []
    prepared = preparation.prepare(work, kind, draft, known)
    old_taken = orders.taken(old.lines) if old and was_posted and not draft.reversal_of_id else orders.taken(())
    sources = orders.lock_sources(work, {*orders.taken(draft.lines), *old_taken})
    if not draft.reversal_of_id and (faults := orders.link_problems(draft, sources, old_taken,
                                                                    prepared.company)):
        raise InvalidDraft(faults)
    past = posting.recorded(work, before.id) if before and before.entry else {}
    moves = [m for m in kind.effect(draft) if prepared.items[m.item_id].stocked]
    locked = posting.lock(work, _places(kind, draft, old, moves, past, sources, prepared))
    if old and was_posted:
        _refuse_below_fulfilled(draft, old)
    if old and was_posted and kind.promise:
        orders.promise(work, before.id, locked, Status.POSTED, Status.DRAFT)
    saved = _write(work, kind, draft, before, Status.POSTED)
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
    alerts.evaluate(work, {item for item, _ in locked.balances}, saved.id)
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
    if kind.promise:
        for d in (draft, old):
            found |= {(line["item_id"], d.header["warehouse_id"]) for line in d.lines if line.get("item_id")
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
    _set(work, document_id, entry=posting_id, posted_at=work.now, posted_by=work.actor.name)
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
    before = _existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission(action))
    allowed = {Status.POSTED} if action == "unpost" else {Status.POSTED, Status.DRAFT}
    if before.status not in allowed or before.reversal_of_id:
        raise _wrong_state(before)
    old = read_draft(work.connection, document_id)
    if before.status == Status.POSTED:
        _refuse_dependants(work, before)
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
        alerts.evaluate(work, {item for item, _ in locked.balances}, document_id)
    _set(work, document_id, status=status.value, progress=None, version=before.version + 1,
         changed_at=work.now, changed_by=work.actor.name)
    saved = Saved(document_id, before.number, before.version + 1, status.value)
    _note(work, kind, saved, action, None, None)
    return saved


def _set_order_status(work: Work, document_id: int, version: int, wanted: Status, status: Status) -> Saved:
    before = _existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("close"))
    if before.status != wanted or not kind.promise or before.progress == Progress.DONE:
        raise _wrong_state(before)
    _set(work, document_id, status=status.value, version=before.version + 1, changed_at=work.now,
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


# --- rows ---------------------------------------------------------------------------------------------------


def _copy(draft: Draft) -> Draft:
    """A retry must start from what the caller gave."""
    return dataclasses.replace(draft, header=dict(draft.header), lines=[dict(line) for line in draft.lines])


def _existing(work: Work, document_id: int, version: int | None) -> Any:
    """The locked row of a document; StaleDocument unless it still has this version."""
    row = work.connection.execute(
        select(document).where(document.c.id == document_id).with_for_update()).first()
    if row is None:
        raise NotFound(what=N_("Document"), key=document_id)
    if row.version != version:
        raise StaleDocument(by=row.changed_by or row.created_by,
                            at=f"{row.changed_at or row.created_at:%Y-%m-%d %H:%M}", number=row.number or "")
    return row


def _wrong_state(row: Any) -> WrongState:
    return WrongState(number=row.number or "", status=document_types.schema.STATUS_TITLES[Status(row.status)])


def _refuse_dependants(work: Work, row: Any) -> None:
    line, d = document_line.c, document.c
    mine = select(line.id).where(line.document_id == row.id)
    numbers = [r.number for r in work.rows(select(d.number).distinct().join_from(
        document_line, document, d.id == line.document_id).where(
        line.source_line_id.in_(mine), d.status == Status.POSTED, d.reversal_of_id.is_(None)))]
    if numbers:
        raise HasDependants(number=row.number, numbers=", ".join(numbers))


def _refuse_below_fulfilled(draft: Draft, old: Draft) -> None:
    """What later documents took from a line stays in it, and with the same partner."""
    now = {line["id"]: line for line in draft.lines if line.get("id")}
    moved_on = draft.header.get("partner_id") != old.header.get("partner_id")
    for line in old.lines:
        kept = now.get(line["id"])
        if line["fulfilled"] > 0 and (kept is None or moved_on or kept["base_quantity"] < line["fulfilled"]
                                      or kept["item_id"] != line["item_id"]):
            raise HasDependants(number=old.number, numbers=str(line["fulfilled"]))


def _set(work: Work, document_id: int, **values: Any) -> None:
    work.connection.execute(update(document).where(document.c.id == document_id).values(**values))


def _write(work: Work, kind: DocumentType, draft: Draft, before: Any, status: Status) -> Saved:
    """Write header and lines; line ids are put into the draft."""
    number = before.number if before else None
    if number is None and status is not Status.DRAFT:
        number = numbering.next_number(work, kind, draft.header["date"])
    version = before.version + 1 if before else 1
    row = {f.name: draft.header.get(f.name) for f in kind.header}
    row |= {f: draft.header[f] for f in TOTAL_FIELDS if f in draft.header}
    row |= {"status": status.value, "number": number, "version": version, "time": draft.header.get("time"),
            "progress": Progress.OPEN.value if kind.promise and status is Status.POSTED and draft.sign > 0 else None}
    row = {k: v for k, v in row.items() if v is not None or before}
    if row.get("tax_included", ...) is None:
        row["tax_included"] = True
    if before:
        _set(work, before.id, **row, changed_at=work.now, changed_by=work.actor.name)
        document_id = before.id
    else:
        document_id = work.connection.execute(insert(document).values(
            **row, kind=kind.key, reversal_of_id=draft.reversal_of_id, created_at=work.now,
            created_by=work.actor.name).returning(document.c.id)).scalar_one()
    _write_lines(work, document_id, draft, bool(before))
    work.changes.add((kind.key, document_id))
    return Saved(document_id, number, version, status.value)


def _write_lines(work: Work, document_id: int, draft: Draft, existed: bool) -> None:
    c = document_line.c
    rows = [{**{n: line.get(n) for n in LINE_FIELDS}, "gift": bool(line.get("gift")), "position": i}
            for i, line in enumerate(draft.lines)]
    kept = [(line["id"], row) for line, row in zip(draft.lines, rows, strict=True) if line.get("id")]
    if existed:
        work.connection.execute(delete(document_line).where(
            c.document_id == document_id, c.id.not_in([id_ for id_, _ in kept])))
    if kept:
        work.connection.execute(update(document_line).where(c.id == bindparam("i")),
                                [{**row, "i": id_} for id_, row in kept])
    fresh = [(line, {**row, "document_id": document_id})
             for line, row in zip(draft.lines, rows, strict=True) if not line.get("id")]
    if fresh:
        ids = work.connection.execute(insert(document_line).returning(c.id, sort_by_parameter_order=True),
                                      [row for _, row in fresh]).scalars().all()
        for (line, _), id_ in zip(fresh, ids, strict=True):
            line["id"] = id_


def _note(work: Work, kind: DocumentType, saved: Saved, action: str, before: Any, after: Draft | None) -> None:
    changes: Sequence[Any] = ()
    if after is not None and action in ("post", "correct", "park"):
        old = before if isinstance(before, Draft) else Draft(kind.key)
        changes = trail.draft_changes(kind.header, kind.columns, old, after)
    work.audits.append(trail.Audit(action, kind.key, saved.id, saved.number, changes))
    work.changes.add((kind.key, saved.id))


def _storable(f: Any, given: Mapping[str, Any], line: int | None) -> list[Any]:
    from jxc_desktop.errors import Problem
    wrong = f.problem(given[f.name]) if given.get(f.name) not in (None, "") else None
    return [Problem(f.name, wrong[0], line, wrong[1])] if wrong else []
