"""Approval: a document that needs somebody's word is submitted when it is saved; the last approval posts it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Draft, Status
from jxc_desktop.errors import InvalidDraft, PermissionDenied, Problem, UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document
from jxc_desktop.models.flows import approval
from jxc_desktop.services import access, catalog, notices, rules, trail
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.notices import Kind, Notice
from jxc_desktop.services.rules import Level
from jxc_desktop.services.unit_of_work import Actor, Saved, Work
from jxc_desktop.values import ZERO, plain

REASON_LENGTH = 200
_a, _d = approval.c, document.c


class OwnDocument(UserError):
    message = N_("{number} was prepared by you; somebody else has to approve it")


def submit(work: Work, kind: DocumentType, draft: Draft, before: Any, wanted: list[Level]) -> Saved:
    """Keep a complete draft until it is approved: it has its number and no effect."""
    saved = rows.write(work, kind, draft, before, Status.SUBMITTED)
    rows.set_values(work, saved.id, round=_d.round + 1)
    _ask(work, saved.id, saved.number or "", before.created_by if before else work.actor.name, draft, wanted[0])
    return saved


def approve(work: Work, document_id: int, version: int) -> Saved:
    """Give one's word; the last one posts the document.

    Raises WrongState, StaleDocument, PermissionDenied, OwnDocument, and whatever posting raises: then nothing is kept.
    """
    from jxc_desktop.services import documents

    before, kind, draft = _submitted(work, document_id, version)
    wanted = left(work.connection, before, kind, draft)
    if wanted:
        _allowed(work, before, wanted[0])
        _decide(work, before, wanted[0].number, "approve")
    work.audits.append(trail.Audit("approve", kind.key, document_id, before.number, [
        ("level", None, None, wanted[0].number)] if wanted else ()))
    work.changes.add((kind.key, document_id))
    if len(wanted) > 1:
        rows.set_values(work, document_id, version=before.version + 1)
        _ask(work, document_id, before.number, before.created_by, draft, wanted[1])
        return Saved(document_id, before.number, before.version + 1, Status.SUBMITTED.value)
    notices.clear(work, Kind.APPROVE, f"document {document_id}")
    return documents.post_approved(work, kind, draft, before)


def reject(work: Work, document_id: int, version: int, reason: str) -> Saved:
    """Give a document back to who prepared it, with a reason. Raises as approve() does, and InvalidDraft."""
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        message = N_("{field} is longer than {limit} characters") if reason else N_("{field} is required")
        raise InvalidDraft([Problem("reason", message, None, {"field": N_("Reason"), "limit": REASON_LENGTH})])
    before, kind, draft = _submitted(work, document_id, version)
    wanted = left(work.connection, before, kind, draft)
    level = wanted[0] if wanted else Level(1, frozenset())
    _allowed(work, before, level)
    _decide(work, before, level.number, "reject", reason)
    saved = _back(work, before, kind, "reject", [("reason", None, None, reason)])
    notices.tell(work, Notice(Kind.REJECTED, f"document {document_id} round {before.round}", {
        "number": before.number, "by": work.actor.name, "reason": reason}, person=before.created_by,
        document_id=document_id))
    return saved


def recall(work: Work, document_id: int, version: int) -> Saved:
    """Take a submitted document back to work on it. Raises WrongState, StaleDocument, PermissionDenied."""
    before, kind, _ = _submitted(work, document_id, version)
    work.require(kind.permission("save"))
    return _back(work, before, kind, "recall", ())


def forget(work: Work, document_id: int) -> None:
    """Nobody's word is waited for any more, and nobody has to look at a rejection."""
    notices.settle(work, (Kind.APPROVE, Kind.REJECTED), (), about=notices.About("document_id", [document_id]))


def history(connection: Connection, document_id: int) -> list[Any]:
    """What was decided so far, oldest first: rows of (round, level, decision, reason, decided_by, decided_at)."""
    return list(connection.execute(select(
        _a.round, _a.level, _a.decision, _a.reason, _a.decided_by, _a.decided_at).where(
        _a.document_id == document_id).order_by(_a.id)))


def waiting_for(connection: Connection, actor: Actor) -> list[tuple[int, str]]:
    """(id, type) of the submitted documents whose next word is this person's, the oldest first."""
    found = []
    for row in connection.execute(select(document).where(_d.status == Status.SUBMITTED).order_by(_d.id)):
        kind = document_types.BY_KEY[row.kind]
        wanted = left(connection, row, kind, rows.read_draft(connection, row.id))
        if waits_for(connection, actor, row, wanted):
            found.append((row.id, row.kind))
    return found


def waits_for(connection: Connection, actor: Actor, row: Any, wanted: Sequence[Level]) -> bool:
    """Whether the next of the words that a document lacks is this person's."""
    return not wanted or (may_decide(actor, wanted[0]) and not _own(connection, actor, row))


def may_decide(actor: Actor, level: Level) -> bool:
    """Who has the role, and who may do everything."""
    return actor.role in level.roles or actor.permissions >= access.EVERYTHING


def _submitted(work: Work, document_id: int, version: int) -> tuple[Any, DocumentType, Draft]:
    before = rows.existing(work, document_id, version)
    kind = document_types.BY_KEY[before.kind]
    work.require(kind.permission("see"))
    if before.status != Status.SUBMITTED:
        raise rows.wrong_state(before)
    return before, kind, rows.read_draft(work.connection, document_id)


def left(connection: Connection, row: Any, kind: DocumentType, draft: Draft) -> list[Level]:
    """The levels whose word a submitted document (`row`) still lacks, by the rules of today."""
    given = set(connection.scalars(select(_a.level).where(
        _a.document_id == row.id, _a.round == row.round, _a.decision == "approve")))
    return [level for level in rules.levels(connection, kind, draft) if level.number not in given]


def _allowed(work: Work, before: Any, level: Level) -> None:
    if not may_decide(work.actor, level):
        raise PermissionDenied(actor=work.actor.name, permission=f"{before.kind}.approve")
    if _own(work.connection, work.actor, before):
        raise OwnDocument(number=before.number)


def _own(connection: Connection, actor: Actor, row: Any) -> bool:
    """Whether somebody prepared a document that another person has to approve."""
    own = actor.name in (row.created_by, row.changed_by)
    return own and not catalog.the_company(connection).values["self_approval"]


def _decide(work: Work, before: Any, level: int, decision: str, reason: str | None = None) -> None:
    work.connection.execute(insert(approval).values(
        document_id=before.id, round=before.round, level=level, decision=decision, reason=reason,
        decided_by=work.actor.name, decided_at=work.now))


def _back(work: Work, before: Any, kind: DocumentType, action: str, changes: Any) -> Saved:
    rows.set_values(work, before.id, status=Status.DRAFT.value, version=before.version + 1)
    notices.clear(work, Kind.APPROVE, f"document {before.id}")
    work.audits.append(trail.Audit(action, kind.key, before.id, before.number, changes))
    work.changes.add((kind.key, before.id))
    return Saved(before.id, before.number, before.version + 1, Status.DRAFT.value)


def _ask(work: Work, document_id: int, number: str, maker: str, draft: Draft, level: Level) -> None:
    subject = f"document {document_id}"
    notices.clear(work, Kind.APPROVE, subject)
    for role in sorted(level.roles):
        notices.tell(work, Notice(Kind.APPROVE, subject, {
            "number": number, "maker": maker, "level": level.number,
            "total": plain(draft.header.get("total") or draft.header.get("total_quantity") or ZERO)},
            role=role, document_id=document_id))


def pending(connection: Connection) -> int:
    """How many documents wait for anybody's word."""
    return connection.scalar(select(func.count()).where(_d.status == Status.SUBMITTED)) or 0
