"""What is known about one document: facts, neighbours, time line."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import REFERENCES, Child, DocumentType, Field
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.trail import audit_entry, command
from jxc_desktop.services.queries.lists import cleaned
from jxc_desktop.services.unit_of_work import Actor


@dataclass(frozen=True)
class DocumentLink:
    """Enough of a document to name it and open it."""

    id: int
    kind: str
    number: str
    date: dt.date
    status: str


@dataclass(frozen=True)
class DocumentFacts:
    """What the screen shows around a document. Moments are UTC."""

    number: str | None
    status: str
    progress: str | None
    created_by: str
    created_at: dt.datetime
    posted_by: str | None
    posted_at: dt.datetime | None
    print_count: int
    upstream: tuple[DocumentLink, ...]
    downstream: tuple[DocumentLink, ...]
    reversal_of: DocumentLink | None
    reversed_by: DocumentLink | None
    version: int


@dataclass(frozen=True)
class AuditRow:
    """One step of the time line; `changes` are (what, before, after) in words."""

    id: int
    at: dt.datetime
    actor: str
    origin: str
    action: str
    entity: str
    entity_id: int
    number: str | None
    changes: tuple[tuple[str, str, str], ...]


_LINK = (document.c.id, document.c.kind, document.c.number, document.c.date, document.c.status)


def _links(connection: Connection, query: Select[Any]) -> tuple[DocumentLink, ...]:
    return tuple(DocumentLink(r.id, r.kind, r.number or "", r.date, r.status)
                 for r in connection.execute(query.order_by(document.c.id)))


def linked(connection: Connection, *where: Any) -> tuple[DocumentLink, ...]:
    """The documents that meet these conditions, by id."""
    return _links(connection, select(*_LINK).where(*where))


def facts(connection: Connection, document_id: int) -> DocumentFacts:
    """NotFound if there is no such document."""
    d, line = document.c, document_line.c
    row = connection.execute(select(document).where(d.id == document_id)).first()
    if row is None:
        raise NotFound(what=N_("Document"), key=document_id)
    mine = select(line.id).where(line.document_id == document_id)
    sources = select(line.source_line_id).where(line.document_id == document_id)
    upstream = select(*_LINK).where(d.id.in_(select(line.document_id).where(line.id.in_(sources))))
    downstream = select(*_LINK).where(d.id.in_(select(line.document_id).where(line.source_line_id.in_(mine))),
                                      d.reversal_of_id.is_distinct_from(document_id))
    original = _links(connection, select(*_LINK).where(d.id == row.reversal_of_id)) if row.reversal_of_id else ()
    mirror = _links(connection, select(*_LINK).where(d.reversal_of_id == document_id))
    return DocumentFacts(
        row.number, row.status, row.progress, row.created_by, row.created_at, row.posted_by, row.posted_at,
        row.print_count, _links(connection, upstream), _links(connection, downstream),
        original[0] if original else None, mirror[0] if mirror else None, row.version)


def find(connection: Connection, number: str) -> DocumentLink | None:
    """The document with this number, whatever its type; case and outer blanks do not matter."""
    wanted = cleaned(number).upper()
    found = _links(connection, select(*_LINK).where(
        document.c.kind.in_(document_types.BY_KEY), document.c.number == wanted)) if wanted else ()
    return found[0] if found else None


def saved_with(connection: Connection, keys: Collection[str]) -> dict[str, DocumentLink]:
    """Of these keys of saves those that were carried out, each with its document."""
    c = command.c
    saved = {r.key: r.outcome["value"][0] for r in connection.execute(
        select(c.key, c.outcome).where(c.key.in_(keys)))}
    there = {link.id: link for link in _links(connection, select(*_LINK).where(document.c.id.in_(saved.values())))}
    return {key: there[document_id] for key, document_id in saved.items() if document_id in there}


def kind_of(connection: Connection, document_id: int) -> DocumentType:
    """The type of a document; NotFound if there is none."""
    kind = connection.scalar(select(document.c.kind).where(document.c.id == document_id))
    if kind is None:
        raise NotFound(what=N_("Document"), key=document_id)
    return document_types.BY_KEY[kind]


def timeline(connection: Connection, document_id: int, actor: Actor) -> list[AuditRow]:
    """Everything that happened to a document, oldest first."""
    kind = kind_of(connection, document_id).key
    a = audit_entry.c
    rows = [dict(r) for r in connection.execute(select(audit_entry).where(
        a.entity == kind, a.entity_id == document_id).order_by(a.id)).mappings()]
    return [AuditRow(r["id"], r["at"], r["actor"], r["origin"], r["action"], r["entity"] or "", r["entity_id"] or 0,
                     r["number"], tuple(changes)) for r, changes in zip(
                         rows, in_words(connection, rows, actor), strict=True)]


def in_words(connection: Connection, rows: Sequence[Mapping[str, Any]],
             actor: Actor) -> list[list[tuple[str, str, str]]]:
    """The changes of audit rows for people: (title, before, after), references by their names.

    What the actor may not see is left out.
    """
    fields = {entity: _fields(entity) for entity in {r["entity"] for r in rows}}
    wanted: dict[str, set[int]] = defaultdict(set)
    for r in rows:
        for name, _, *pair in r["detail"]:
            field = fields[r["entity"]].get(name)
            if isinstance(field, Field) and field.type in REFERENCES:
                wanted[REFERENCES[field.type]].update(v for v in pair if isinstance(v, int))
    names = {key: labels(connection, key, ids) for key, ids in wanted.items()}

    def shown(field: Any, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(field, Field) and field.type in REFERENCES:
            return names[REFERENCES[field.type]].get(value, str(value))
        if isinstance(field, Field) and field.choices:
            return tr(dict(field.choices).get(value, str(value)))
        return tr("yes" if value else "no") if isinstance(value, bool) else str(value)

    found = []
    for r in rows:
        words = []
        for name, line, before, after in r["detail"]:
            field = fields[r["entity"]].get(name)
            if field and not all(actor.may(p) for p in _permissions(field)):
                continue
            title = tr(field.title if field else name)
            words.append((title if line is None else tr("line {number}", number=line + 1) + " " + title,
                          shown(field, before), shown(field, after)))
        found.append(words)
    return found


def _permissions(field: Field | Child) -> set[str]:
    own = field.fields if isinstance(field, Child) else (field,)
    return {f.permission for f in own if f.permission}


def _fields(entity: str | None) -> dict[str, Any]:
    if kind := document_types.BY_KEY.get(entity or ""):
        return {f.name: f for f in (*kind.columns, *kind.header)}
    if record := document_types.RECORDS_BY_KEY.get(entity or ""):
        return {f.name: f for f in record.fields} | {c.key: c for c in record.children}
    return {}


def labels(connection: Connection, record_key: str, ids: Collection[int]) -> dict[int, str]:
    """The names of these records."""
    c = TABLES[record_key].c
    return {r.id: r.name for r in connection.execute(select(c.id, c.name).where(c.id.in_(ids)))}


def said(changes: Sequence[tuple[str, str, str]]) -> str:
    """Changes in one line; what was not there before is only named."""
    return tr("; ").join(titled(title, f"{before} → {after}" if before else after) for title, before, after in changes)
