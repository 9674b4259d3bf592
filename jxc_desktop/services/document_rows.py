"""Documents as rows: reading them as drafts and writing drafts back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Draft, Progress, Status
from jxc_desktop.errors import NotFound, StaleDocument, WrongState
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.services import numbering
from jxc_desktop.services.bulk import Bulk, take_ids
from jxc_desktop.services.unit_of_work import Saved, Work

LINE_FIELDS = ("item_id", "role", "unit_id", "factor", "per", "lot", "production_date", "expiry_date", "serials",
               "book", "counter", "reason", "revalue", "quantity", "base_quantity", "price", "discount", "tax_rate",
               "amount", "discount_share", "net", "tax", "value", "gift", "remark", "source_line_id",
               "for_line_id")
EXTRA_FIELDS = ("time", "snapshot")  # header values that no form shows
TOTAL_FIELDS = ("total", "total_net", "total_tax", "total_quantity")


def read_draft(connection: Any, document_id: int) -> Draft:
    """A saved document as a draft; NotFound if there is none."""
    found = next(read_drafts(connection, document.c.id == document_id), None)
    if found is None:
        raise NotFound(what=N_("Document"), key=document_id)
    return found


def read_drafts(connection: Any, condition: Any) -> Iterator[Draft]:
    """The saved documents that a condition on their headers chooses, by id."""
    d, c = document.c, document_line.c
    names = ("id", *LINE_FIELDS, "fulfilled", "reserved", "used", "reopens")
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in connection.execute(select(document_line).where(
            c.document_id.in_(select(d.id).where(condition))).order_by(c.position)).mappings():
        lines[line["document_id"]].append({n: line[n] for n in names})
    for row in connection.execute(select(document).where(condition).order_by(d.id)).mappings().all():
        kind = document_types.BY_KEY[row["kind"]]
        header = {f.name: row[f.name] for f in kind.header} | {f: row[f] for f in TOTAL_FIELDS}
        header |= {name: row[name] for name in EXTRA_FIELDS if row[name] is not None}
        yield Draft(kind.key, header, lines[row["id"]], row["id"], row["version"], row["number"],
                    Status(row["status"]), row["reversal_of_id"])


def existing(work: Work, document_id: int, version: int | None, kind: DocumentType | None = None) -> Any:
    """The locked row of a document (of this type); StaleDocument unless it still has this version."""
    row = work.connection.execute(
        select(document).where(document.c.id == document_id).with_for_update(key_share=True)).first()
    if row is None or (kind and row.kind != kind.key):
        raise NotFound(what=N_("Document"), key=document_id)
    if row.version != version:
        raise StaleDocument(by=row.changed_by or row.created_by,
                            at=f"{row.changed_at or row.created_at:%Y-%m-%d %H:%M}", number=row.number or "")
    return row


def wrong_state(row: Any) -> WrongState:
    return WrongState(number=row.number or "", status=document_types.schema.STATUS_TITLES[Status(row.status)])


# Built once: building a statement costs a save more than running it.
_NEW = insert(document).returning(document.c.id)
_WRITTEN = (*LINE_FIELDS, "position", "reopens")
_NEW_LINES = Bulk(insert(document_line), "id", "document_id", *_WRITTEN)
_SET_LINES = Bulk(update(document_line).where(document_line.c.id == bindparam("i")), *_WRITTEN)


def set_values(work: Work, document_id: int, **values: Any) -> None:
    work.connection.execute(update(document).where(document.c.id == document_id).values(**values))


class Entered(NamedTuple):
    """The first posting of a document: it fixes the document's place among those of the same moment."""

    entry: int
    posted_at: dt.datetime
    posted_by: str


def write(work: Work, kind: DocumentType, draft: Draft, before: Any, status: Status,
          entered: Entered | None = None) -> Saved:
    """Write header and lines; line ids are put into the draft."""
    number = before.number if before else None
    if number is None and status is not Status.DRAFT:
        number = numbering.next_number(work, kind, draft.header["date"])
    version = before.version + 1 if before else 1
    row = {f.name: draft.header.get(f.name) for f in kind.header}
    row |= {f: draft.header[f] for f in TOTAL_FIELDS if f in draft.header}
    row |= {"status": status.value, "number": number, "version": version,
            **{name: draft.header.get(name) for name in EXTRA_FIELDS},
            "progress": Progress.OPEN.value if kind.promise and status is Status.POSTED and draft.sign > 0 else None}
    row = {k: v for k, v in row.items() if v is not None or before} | (entered._asdict() if entered else {})
    if row.get("tax_included", ...) is None:
        row["tax_included"] = True
    if before:
        set_values(work, before.id, **row, changed_at=work.now, changed_by=work.actor.name)
        document_id = before.id
    else:
        document_id = work.connection.execute(_NEW, {
            **row, "kind": kind.key, "reversal_of_id": draft.reversal_of_id, "created_at": work.now,
            "created_by": work.actor.name}).scalar_one()
    _write_lines(work, document_id, draft, bool(before))
    work.changes.add((kind.key, document_id))
    return Saved(document_id, number, version, status.value)


def _write_lines(work: Work, document_id: int, draft: Draft, existed: bool) -> None:
    c = document_line.c
    rows = [{**{n: line.get(n) for n in LINE_FIELDS}, "gift": bool(line.get("gift")),
             "reopens": bool(line.get("reopens")), "position": i, "document_id": document_id}
            for i, line in enumerate(draft.lines)]
    _SET_LINES.run(work.connection, [{**row, "i": line["id"]} for line, row in zip(draft.lines, rows, strict=True)
                                     if line.get("id")])
    fresh = [(line, row) for line, row in zip(draft.lines, rows, strict=True) if not line.get("id")]
    for (line, row), line_id in zip(fresh, take_ids(work.connection, document_line, len(fresh)), strict=True):
        line["id"] = row["id"] = line_id
    _NEW_LINES.run(work.connection, [row for _, row in fresh])
    if existed:  # last, so that SQLite does not give a new line the id of one that goes
        work.connection.execute(delete(document_line).where(
            c.document_id == document_id, c.id.not_in([line["id"] for line in draft.lines])))
