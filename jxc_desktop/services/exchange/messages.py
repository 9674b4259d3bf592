"""Documents as other programs send them: JSON with records by code or name, and numbers as text."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import PLACES, REFERENCES, Draft, Field, FieldType
from jxc_desktop.errors import CannotImport, InvalidDraft, Problem
from jxc_desktop.i18n import N_
from jxc_desktop.services.documents import save as save
from jxc_desktop.services.exchange.importing import Names


def parse(text: str) -> list[dict[str, Any]]:
    """One document or a list of them; CannotImport if it is no JSON of that shape. Numbers never pass a float."""
    try:
        given = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except ValueError as error:
        raise CannotImport(file="JSON", reason=str(error)) from error
    found = given if isinstance(given, list) else [given]
    for one in found:
        if not isinstance(one, dict) or one.get("kind") not in document_types.BY_KEY \
                or not isinstance(one.get("lines", []), list) or not isinstance(one.get("header", {}), dict):
            raise CannotImport(file="JSON", reason=N_("each document needs kind, header and lines"))
    return found


def draft_of(connection: Connection, given: Mapping[str, Any]) -> Draft:
    """A draft of a parsed document. Raises InvalidDraft for what cannot be read or found."""
    kind = document_types.BY_KEY[given["kind"]]
    names, problems = Names(connection), list[Problem]()

    def read(fields: tuple[Field, ...], row: Mapping[str, Any], line: int | None) -> dict[str, Any]:
        found = {}
        for f in fields:
            value = row.get(f.name, row.get(f.name.removesuffix("_id")))
            if value is None or f.shown_only:
                continue
            try:
                found[f.name] = _value(f, value, names)
            except (ValueError, KeyError):
                problems.append(Problem(f.name, N_("{field} {value} is unknown"), line,
                                        {"field": f.title, "value": str(value)}))
        return found

    draft = kind.new_draft(dt.date.today())
    draft.header |= read(kind.header, given.get("header", {}), None)
    for i, row in enumerate(given.get("lines", [])):
        line = read(kind.columns, row, i)
        if row.get("source_line_id") is not None:
            line["source_line_id"] = int(row["source_line_id"])
        draft.lines.append(line)
    if problems:
        raise InvalidDraft(problems)
    return draft


def _value(f: Field, value: Any, names: Names) -> Any:
    if f.type in REFERENCES:
        found = names.find(REFERENCES[f.type], value)
        if found is None:
            raise KeyError(value)
        return found
    if f.type is FieldType.DATE:
        return dt.date.fromisoformat(value)
    if f.type in PLACES:
        return values.exact(value, PLACES[f.type])
    return int(value) if f.type is FieldType.INTEGER else value
