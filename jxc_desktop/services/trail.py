"""The audit trail: who changed which field of what, and the digests that seal ledger rows."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft, Field
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services.bulk import Bulk

NUMBER = 40  # letters of a number; of a record without one the beginning of its name

_ENTRIES = Bulk(insert(audit_entry), *(c.name for c in audit_entry.c if c.name != "id"))


@dataclass(frozen=True)
class Audit:
    """One row of the trail. `changes` are (field, line or None, before, after)."""

    action: str
    entity: str
    entity_id: int
    number: str | None = None
    changes: Sequence[tuple[str, int | None, Any, Any]] = field(default_factory=tuple)


def write(connection: Connection, audits: Iterable[Audit], at: dt.datetime, actor: str, origin: str) -> None:
    rows = []
    for audit in audits:
        row: dict[str, Any] = {
            "at": at, "actor": actor, "origin": origin, "action": audit.action, "entity": audit.entity,
            "entity_id": audit.entity_id, "number": audit.number and audit.number[:NUMBER],
            "detail": [[name, line, plain(a), plain(b)] for name, line, a, b in audit.changes]}
        rows.append({**row, "digest": digest(row)})
    _ENTRIES.run(connection, rows)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: exact numbers and dates become text."""
    if isinstance(value, Decimal):
        return values.plain(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value


def digest(row: Mapping[str, Any]) -> bytes:
    """Sixteen bytes that change when any field of a ledger row (without id and digest) changes."""
    fields = {k: plain(v) for k, v in row.items() if k not in ("id", "digest")}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def draft_changes(fields: Sequence[Field], columns: Sequence[Field], before: Draft,
                  after: Draft) -> list[tuple[str, int | None, Any, Any]]:
    """Field by field, what `after` says otherwise than `before`; lines are matched by id."""
    found: list[tuple[str, int | None, Any, Any]] = [
        (f.name, None, before.header.get(f.name), after.header.get(f.name)) for f in fields
        if before.header.get(f.name) != after.header.get(f.name)]
    old = {line["id"]: line for line in before.lines}
    for i, line in enumerate(after.lines):
        known = old.pop(line.get("id"), {})
        found += [(c.name, i, known.get(c.name), line.get(c.name)) for c in columns
                  if not c.shown_only and known.get(c.name) != line.get(c.name)]
    for line in old.values():
        found += [(c.name, None, line.get(c.name), None) for c in columns
                  if not c.shown_only and line.get(c.name) is not None]
    return found
