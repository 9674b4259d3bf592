"""Where the document in an editor comes from, and reading it on a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import REFERENCES, DocumentType, Draft, Status

_OWN_LINE = ("id", "source_line_id")
_OWN_HEADER = ("date", "due_date")


@dataclass(frozen=True)
class Origin:
    """An existing document, the sources of a new one, a document to copy, or a draft at hand; else a new one.

    `key` is that of the draft's save, which may have been under way when the program ended.
    """

    id: int | None = None
    sources: tuple[int, ...] = ()
    copy_of: int | None = None
    draft: Draft | None = None
    key: str = ""


@dataclass(frozen=True)
class Opened:
    """A draft with what the screen shows around it, and the key that its save keeps.

    `found_saved`: the save of the draft at hand had been carried out; this is the document that it made.
    """

    draft: Draft
    facts: Any = None
    labels: dict[str, str] = field(default_factory=dict)
    key: str = ""
    found_saved: bool = False


def parse_key(key: str) -> tuple[DocumentType, Origin]:
    """document/<type>/17 · …/new-3 · …/from-17,18 · …/copy-17"""
    _, kind_key, tail = key.split("/", 2)
    kind = document_types.BY_KEY[kind_key]
    if tail.isdigit():
        return kind, Origin(id=int(tail))
    if tail.startswith("from-"):
        return kind, Origin(sources=tuple(int(n) for n in tail.removeprefix("from-").split(",")))
    if tail.startswith("copy-"):
        return kind, Origin(copy_of=int(tail.removeprefix("copy-")))
    return kind, Origin()


def read(queries: Any, kind: DocumentType, origin: Origin) -> Opened:
    """On a worker: the draft, its facts, the names of what its header refers to."""
    saved = queries.saved_with([origin.key]).get(origin.key) if origin.key else None
    draft = queries.open_document(saved.id) if saved else _draft(queries, kind, origin)
    facts = queries.document_facts(draft.id) if draft.id else None
    labels = {f.name: queries.label(REFERENCES[f.type], draft.header[f.name])
              for f in kind.header if f.type in REFERENCES and draft.header.get(f.name)}
    return Opened(draft, facts, labels, "" if saved else origin.key, saved is not None)


def _draft(queries: Any, kind: DocumentType, origin: Origin) -> Draft:
    if origin.draft is not None:
        return origin.draft
    if origin.id is not None:
        return queries.open_document(origin.id)
    if origin.sources:
        return queries.draft_from(kind.key, origin.sources)
    fresh: Draft = queries.new_draft(kind.key)
    return fresh if origin.copy_of is None else _copied(queries.open_document(origin.copy_of), fresh)


def _copied(source: Draft, fresh: Draft) -> Draft:
    """The same once more, of today, with no ties to where it came from."""
    known = {f.name for f in document_types.BY_KEY[source.kind].header} - set(_OWN_HEADER)
    header = {**fresh.header, **{k: v for k, v in source.header.items() if k in known}}
    return Draft(source.kind, header, lines_of(source))


def lines_of(source: Draft) -> list[dict[str, Any]]:
    """The lines of a document as new ones: of other lots, and other pieces."""
    names = {f.name for f in document_types.BY_KEY[source.kind].columns
             if not (f.shown_only or f.read_only or f.feature)}
    return [{k: v for k, v in line.items() if k in names} for line in source.lines]


def last_lines(queries: Any, kind_key: str, partner_id: int) -> Sequence[dict[str, Any]]:
    """On a worker: the lines of the partner's last document of this type; none if there is none."""
    from jxc_desktop.services.queries import ListQuery

    page = queries.list_page(ListQuery(f"document/{kind_key}", limit=1, sort="date", filters={
        "partner_id": partner_id, "status": Status.POSTED.value}))
    return lines_of(queries.open_document(page.rows[0]["id"])) if page.rows else []


