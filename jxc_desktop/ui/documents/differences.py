"""Two people changed one document: what differs, cell by cell, and the document that comes of their choices."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jxc_desktop.document_types.schema import DocumentType, Draft, Field, Values
from jxc_desktop.i18n import tr

Show = Callable[[Field, Any], str]


@dataclass
class Difference:
    """One place with two values. `line` is the line's id, None for the header; no `field`: the whole line."""

    place: str
    mine: str
    theirs: str
    take_mine: bool
    field: str = ""
    line: int | None = None
    own: Values | None = None  # my header or line


def differences(kind: DocumentType, base: Draft, mine: Draft, theirs: Draft, show: Show) -> list[Difference]:
    """Where `mine` and `theirs` differ; mine is proposed where I changed what I had opened (`base`)."""
    return [*_header(kind, base, mine, theirs, show), *_lines(kind, base, mine, theirs, show)]


def merged(mine: Draft, theirs: Draft, found: list[Difference]) -> Draft:
    """Theirs, with my values where they were chosen; it saves on top of their version."""
    result = copy.deepcopy(theirs)
    by_id = {line["id"]: line for line in result.lines}
    for difference in found:
        own = difference.own
        if difference.field:
            target = result.header if difference.line is None else by_id.get(difference.line)
            if difference.take_mine and target is not None and own is not None:
                target[difference.field] = own.get(difference.field)
        elif difference.take_mine and own is None:  # I deleted it
            result.lines = [line for line in result.lines if line.get("id") != difference.line]
        elif difference.take_mine and own is not None:  # I added it, or they deleted it
            result.lines.append({k: v for k, v in own.items() if k != "id"})
    return result


def _header(kind: DocumentType, base: Draft, mine: Draft, theirs: Draft, show: Show) -> Iterator[Difference]:
    for f in kind.header:
        a, b = mine.header.get(f.name), theirs.header.get(f.name)
        if a != b:
            changed = a != base.header.get(f.name)
            yield Difference(tr(f.title), show(f, a), show(f, b), changed, f.name, None, mine.header)


def _lines(kind: DocumentType, base: Draft, mine: Draft, theirs: Draft, show: Show) -> Iterator[Difference]:
    had = {line["id"]: line for line in base.lines if line.get("id")}
    own = {line["id"]: line for line in mine.lines if line.get("id")}
    other = {line["id"]: line for line in theirs.lines if line.get("id")}
    columns = [f for f in kind.columns if not f.shown_only]

    def text(line: Values) -> str:
        return " ".join(t for f in columns[:4] if (t := show(f, line.get(f.name))))

    for number, line in enumerate(theirs.lines, 1):
        place = tr("line {number}", number=number)
        if line["id"] in own:
            for f in columns:
                a, b = own[line["id"]].get(f.name), line.get(f.name)
                if a != b:
                    changed = a != had.get(line["id"], {}).get(f.name)
                    yield Difference(f"{place} {tr(f.title)}", show(f, a), show(f, b), changed, f.name, line["id"],
                                     own[line["id"]])
        else:
            yield Difference(place, "", text(line), line["id"] in had, "", line["id"])
    for line in mine.lines:
        if line.get("id") not in other:
            unchanged = bool(line.get("id")) and all(
                line.get(f.name) == had.get(line["id"], {}).get(f.name) for f in columns)
            yield Difference(tr("My line"), text(line), "", not unchanged, "", line.get("id"), line)
