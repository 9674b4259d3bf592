"""Documents as other programs send them: JSON with records by code or name, and numbers as numbers or text."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import Connection

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import PLACES, REFERENCES, Draft, Field, FieldType
from jxc_desktop.errors import CannotImport, InvalidDraft, Problem
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import catalog
from jxc_desktop.services.exchange.names import Names
from jxc_desktop.values import BadNumber, exact

LONGEST_KEY = 80


def parse(text: str) -> list[dict[str, Any]]:
    """One document or a list of them; CannotImport if it is no JSON of that shape. Numbers never pass a float."""
    try:
        given = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise CannotImport(file="JSON", reason=str(error)) from error
    found = given if isinstance(given, list) else [given]
    for number, one in enumerate(found, start=1):
        if not isinstance(one, dict) or not isinstance(one.get("header", {}), dict) or not (
                isinstance(lines := one.get("lines", []), list) and all(isinstance(row, dict) for row in lines)):
            _refuse(number, N_("each document needs kind, header and lines"))
        if one.get("kind") not in document_types.BY_KEY:
            _refuse(number, N_("kind is none of {kinds}"), kinds=", ".join(document_types.BY_KEY))
        if unknown := one.keys() - {"kind", "key", "header", "lines"}:
            _refuse(number, N_("{names} is not known here"), names=", ".join(sorted(unknown)))
        if "key" in one and not (isinstance(one["key"], str) and 0 < len(one["key"]) <= LONGEST_KEY):
            _refuse(number, N_("key must be text of at most {limit} characters"), limit=LONGEST_KEY)
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once; of two values neither can be right."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(tr("a name stands twice in one object: {names}", names=", ".join(sorted(
            {name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1}))))
    return found


def _refuse(number: int, reason: str, **data: Any) -> NoReturn:
    raise CannotImport(file=tr("Document {number}", number=number), reason=tr(reason, **data))


def draft_of(connection: Connection, given: Mapping[str, Any]) -> Draft:
    """A draft of a parsed document. Raises InvalidDraft for what cannot be read or found."""
    kind = document_types.BY_KEY[given["kind"]]
    reader = _Reader(Names(connection))
    draft = kind.new_draft(dt.date.today())
    if "tax_included" in draft.header:
        draft.header["tax_included"] = catalog.the_company(connection).values["tax_included"]
    draft.header |= reader.read(kind.header, given.get("header", {}), None)
    for i, row in enumerate(given.get("lines", [])):
        line = reader.read(kind.columns, {k: v for k, v in row.items() if k != "source_line_id"}, i)
        if row.get("source_line_id") is not None:
            line["source_line_id"] = reader.value(_LINK, row["source_line_id"], i)
        if "unit_id" not in line and (unit := reader.names.unit_of(row.get("item", row.get("item_id")))):
            line["unit_id"] = unit  # the carton whose barcode was sent
        draft.lines.append(line)
    if reader.problems:
        raise InvalidDraft(reader.problems)
    return draft


_LINK = Field("source_line_id", N_("Line it comes from"), FieldType.INTEGER)


class _Reader:
    """Reads fields, and gathers what is wrong with them."""

    def __init__(self, names: Names):
        self.names, self.problems = names, list[Problem]()

    def read(self, fields: Sequence[Field], row: Mapping[str, Any], line: int | None) -> dict[str, Any]:
        """References may be called item_id or item."""
        known = {alias: f for f in fields if not f.shown_only for alias in (f.name, f.name.removesuffix("_id"))}
        found: dict[str, Any] = {}
        for name, given in row.items():
            if name not in known or known[name].name in found:
                self.problems.append(Problem(name, N_("{name} is no field of this document, or stands twice"), line,
                                             {"name": name}))
            elif given is not None:
                found[known[name].name] = self.value(known[name], given, line)
        return found

    def value(self, f: Field, given: Any, line: int | None) -> Any:
        try:
            if f.type in REFERENCES:
                found = self.names.find(REFERENCES[f.type], given) if isinstance(given, str) else None
                if found is not None:
                    return found
            elif f.type is FieldType.DATE:
                return dt.date.fromisoformat(given)
            elif f.type in PLACES:
                return exact(given, PLACES[f.type])
            elif f.type is FieldType.INTEGER:
                return int(exact(given, 0))
            else:
                return given  # texts, choices and flags are checked with the document
        except (BadNumber, ValueError, TypeError):
            pass
        message = N_("{field} {value} is unknown") if f.type in REFERENCES else N_("{field}: {value} cannot be read")
        self.problems.append(Problem(f.name, message, line, {"field": f.title, "value": str(given)}))
        return None
