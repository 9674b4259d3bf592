"""What the command line is given and what it prints, as values."""

import datetime as dt
import getpass
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

from jxc_desktop.document_types.schema import PLACES, REFERENCES, Field, FieldType
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.paths import default_database
from jxc_desktop.services import access, books
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Commands
from jxc_desktop.values import BadNumber, exact, plain

YES, NO = ("true", "yes", "1"), ("false", "no", "0")


class Misused(UserError):
    """The command line itself is wrong; exit code 2."""

    message = N_("{given}: {reason}")

    def __init__(self, given: str, reason: str, **data: Any):
        super().__init__(given=given, reason=tr(reason, **data))

    def text(self) -> str:
        return tr(self.message, **self.data)  # what was typed stays as it is, even if it could be translated


class Office(NamedTuple):
    """An open database and whoever works on it."""

    engine: Any
    commands: Commands
    queries: Queries


def database_of(arguments: Any) -> str:
    return str(arguments.db or default_database())


@contextmanager
def opened(arguments: Any) -> Iterator[Office]:
    """On a database that exists, brought up to date. Raises the DatabaseError family."""
    engine = books.open_books(database_of(arguments)).engine
    actor = access.administrator(getpass.getuser())
    try:
        yield Office(engine, Commands(engine, actor, platform.node()), Queries(engine, actor))
    finally:
        engine.dispose()


def pairs(given: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE as a mapping."""
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise Misused(text, N_("write it as NAME=VALUE"))
        found[name] = value
    return found


def value_of(queries: Queries, f: Field, text: str) -> Any:
    """A field's value from what was typed; records by code or name."""
    if f.type in REFERENCES:
        return record_of(queries, REFERENCES[f.type], text)
    if f.type is FieldType.DATE:
        return date_of(f.name, text)
    if f.type is FieldType.FLAG:
        return flag_of(f.name, text)
    try:
        return exact(text, PLACES[f.type]) if f.type in PLACES else text
    except BadNumber as error:
        raise Misused(f"{f.name}={text}", N_("not a number of this kind")) from error


def record_of(queries: Queries, table: str, text: str) -> int:
    found = queries.record_id(table, text)
    if found is None:
        raise Misused(f"{table}={text}", N_("there is no such record"))
    return found


def id_of(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Misused(f"{name}={text}", N_("write the number of a record"))
    return int(text)


def date_of(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Misused(f"{name}={text}", N_("write dates as YYYY-MM-DD")) from error


def flag_of(name: str, text: str) -> bool:
    if text.lower() not in YES + NO:
        raise Misused(f"{name}={text}", N_("write true or false"))
    return text.lower() in YES


def as_text(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=as_text))


def error_as_json(error: UserError, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"error": error.code, "message": str(error), **more}
    if isinstance(error, InvalidDraft):
        found["problems"] = [{"field": p.field, "line": p.line, "message": p.text()} for p in error.problems]
    if isinstance(error, NeedsConfirmation):
        found["acknowledge"] = error.key
    return found


def table_as_text(titles: Sequence[str], rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Tab-separated, as spreadsheets and scripts take it."""
    return "\n".join(["\t".join(titles), *("\t".join(as_text(row.get(k)) for k in keys) for row in rows)])
