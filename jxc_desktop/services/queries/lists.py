"""Lists of everything: one way to search, filter, sort, page by key and add up, over declared sources."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, FromClause, Join, Select, String, func, literal, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from jxc_desktop import document_types
from jxc_desktop.document_types import features
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import ZERO


@dataclass(frozen=True)
class ListColumn:
    """A column of a list or report. kind: text, quantity, price, money, rate, int, date, datetime, chip, flag."""

    key: str
    title: str
    kind: str = "text"
    width: int = 100
    sortable: bool = True
    sum: bool = False
    permission: str | None = None
    choices: tuple[tuple[str, str], ...] = ()  # a chip's (value, title)
    feature: str | None = None  # of the company, without which the column is not offered


@dataclass(frozen=True)
class ListQuery:
    """What a list shows. `after` is the `next` of the page before."""

    source: str
    text: str = ""
    filters: dict[str, Any] = field(default_factory=dict)
    sort: str = ""
    descending: bool = True
    after: tuple[Any, ...] | None = None
    limit: int = 200


@dataclass(frozen=True)
class ListPage:
    rows: list[dict[str, Any]]
    next: tuple[Any, ...] | None


@dataclass(frozen=True)
class Source:
    """A list as data: where its rows come from and what may be asked of them.

    `values` are keyed like the list's columns; `keys` name its unique key. `filters` turn a filter's value
    into a condition; `search` are the expressions a text is looked for in. `finish` and `finish_page` work
    out of fetched rows what SQL does not.
    """

    columns: tuple[ListColumn, ...]
    table: FromClause
    values: dict[str, ColumnElement[Any]]
    keys: tuple[str, ...]
    permission: str
    default_sort: str
    filters: dict[str, Callable[[Any], ColumnElement[bool]]] = field(default_factory=dict)
    search: tuple[ColumnElement[Any], ...] = ()
    sort_by: dict[str, ColumnElement[Any]] = field(default_factory=dict)
    where: tuple[ColumnElement[bool], ...] = ()
    finish: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row
    finish_page: Callable[[Connection, list[dict[str, Any]], Actor], None] = lambda connection, rows, actor: None

    def visible(self, actor: Actor, in_use: frozenset[str] = features.EVERY) -> tuple[ListColumn, ...]:
        return features.shown(self.columns, in_use, actor.may)


@cache
def source(name: str) -> Source:
    """The source called "document/<kind>", "record/<key>", "stock", "moves", "alerts" or "audit"."""
    from jxc_desktop.services.queries import ledgers, sources

    kind, _, key = name.partition("/")
    if kind == "document" and key in document_types.BY_KEY:
        return sources.documents(document_types.BY_KEY[key])
    if kind == "record" and key in document_types.RECORDS_BY_KEY:
        return sources.records(document_types.RECORDS_BY_KEY[key])
    if name in ledgers.PLAIN:
        return ledgers.PLAIN[name]()
    raise NotFound(what=N_("List"), key=name)


def permission(name: str) -> str:
    return source(name).permission


def page(connection: Connection, query: ListQuery, actor: Actor) -> ListPage:
    """One page, by key: as quick on the last page as on the first. NotFound for what the list does not have."""
    src = source(query.source)
    order = _sort_value(src, query.sort or src.default_sort, actor)
    keys = [src.values[k] for k in src.keys]
    statement: Select[Any] = select(*(v.label(k) for k, v in src.values.items()), order.label("_sort"))
    statement = _restricted(statement, src, query)
    if query.after is not None:
        place = tuple_(order, *keys)
        bound = tuple_(*(literal(v, type_=c.type) for v, c in zip(query.after, (order, *keys), strict=True)))
        statement = statement.where(place < bound if query.descending else place > bound)
    ordering = [c.desc() if query.descending else c.asc() for c in (order, *keys)]
    found = connection.execute(statement.order_by(*ordering).limit(query.limit + 1)).all()
    names = (*src.values, "_sort")
    rows = [src.finish(dict(zip(names, row, strict=True))) for row in found[:query.limit]]
    after = tuple(rows[-1][k] for k in ("_sort", *src.keys)) if len(found) > query.limit else None
    hidden = {c.key for c in src.columns} - {c.key for c in src.visible(actor)} | {"_sort"}
    for row in rows:
        for key in hidden:
            row.pop(key, None)
    src.finish_page(connection, rows, actor)
    return ListPage(rows, after)


def sums(connection: Connection, query: ListQuery, actor: Actor) -> dict[str, Decimal | int]:
    """How many rows the whole filtered list has, and the sums of its columns."""
    src = source(query.source)
    summed = [c.key for c in src.visible(actor) if c.sum]
    inner = _restricted(select(*(src.values[k].label(k) for k in (*src.keys, *summed))), src, query).subquery()
    row = connection.execute(select(func.count().label("count"), *(
        func.sum(inner.c[k]).label(k) for k in summed)).select_from(inner)).mappings().one()
    return {k: v if v is not None else ZERO for k, v in row.items()}


def _restricted(statement: Select[Any], src: Source, query: ListQuery) -> Select[Any]:
    statement = statement.select_from(src.table).where(*src.where)
    for name, value in query.filters.items():
        if name not in src.filters or not _fits(name, value):
            raise NotFound(what=N_("Filter"), key=f"{name} = {value}")
        if value is not None and value != "":
            statement = statement.where(src.filters[name](value))
    for word in cleaned(query.text).lower().split()[:_WORDS]:
        statement = statement.where(or_(*(func.lower(e).contains(word, autoescape=True) for e in src.search)))
    return statement


_WORDS, _LONGEST = 10, 200
_FLAGS = ("active", "customer", "supplier", "low", "nonzero", "ready")


def cleaned(text: str) -> str:
    """What was typed, without what no database can hold or find, and no longer than anything we keep."""
    return "".join(c for c in text[:_LONGEST] if ord(c) > 31 and not 0xD800 <= ord(c) <= 0xDFFF).strip()


def _fits(name: str, value: Any) -> bool:
    """Whether a filter can have this value: the databases differ in what they make of a wrong one."""
    if value is None or value == "":
        return True
    if name.endswith("_id") or name == "ids":
        ids = value if name == "ids" else [value]
        return all(isinstance(v, int) and not isinstance(v, bool) and abs(v) < 2**63 for v in ids)
    if name.startswith("date_"):
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if name in _FLAGS:
        return isinstance(value, bool)
    return all(isinstance(v, str) and cleaned(v) == v for v in ([value] if isinstance(value, str) else value))


_NOTHING: dict[str, Any] = {"text": "", "chip": "", "date": dt.date(1, 1, 1), "datetime": dt.datetime(1, 1, 1),
                            "flag": False, "int": 0}  # else a Decimal


def _sort_value(src: Source, key: str, actor: Actor) -> ColumnElement[Any]:
    """What to sort by; never NULL, since keyset paging compares it."""
    column = next((c for c in src.visible(actor) if c.key == key and c.sortable), None)
    if column is None and key not in src.keys:
        raise NotFound(what=N_("Sorting"), key=key)
    value = src.sort_by.get(key, src.values[key])
    if column is None or _never_null(src, value):  # bare, so that an index can serve it
        return value
    nothing = "" if isinstance(value.type, String) else _NOTHING.get(column.kind, ZERO)
    return func.coalesce(value, literal(nothing, type_=value.type))


def _never_null(src: Source, value: ColumnElement[Any]) -> bool:
    main = src.table
    while isinstance(main, Join):  # what is joined may be missing
        main = main.left
    return isinstance(value, Column) and value.table is main and not value.nullable
