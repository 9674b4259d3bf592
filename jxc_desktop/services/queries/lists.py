"""Lists of everything: one way to search, filter, sort, page by key and add up, over declared sources."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, literal, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from jxc_desktop import document_types
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

    `columns` of the query are keyed like the list's columns; `keys` name its unique key. `filters` turn a
    filter's value into a condition; `search` are the expressions a text is looked for in. `finish` changes
    fetched rows for people (names of chips, hidden costs).
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
    finish_page: Callable[[Connection, list[dict[str, Any]]], None] = lambda connection, rows: None


@cache
def source(name: str) -> Source:
    """The source called "document/<kind>", "record/<key>", "stock", "moves", "alerts" or "audit"."""
    from jxc_desktop.services.queries import sources

    kind, _, key = name.partition("/")
    if kind == "document" and key in document_types.BY_KEY:
        return sources.documents(document_types.BY_KEY[key])
    if kind == "record" and key in document_types.RECORDS_BY_KEY:
        return sources.records(document_types.RECORDS_BY_KEY[key])
    if name in sources.PLAIN:
        return sources.PLAIN[name]()
    raise NotFound(what=N_("List"), key=name)


def permission(name: str) -> str:
    return source(name).permission


def page(connection: Connection, query: ListQuery, actor: Actor) -> ListPage:
    """One page, by key: as quick on the last page as on the first."""
    src = source(query.source)
    order = _sort_value(src, query.sort or src.default_sort)
    keys = [src.values[k] for k in src.keys]
    statement: Select[Any] = select(*(v.label(k) for k, v in src.values.items()), order.label("_sort"))
    statement = _restricted(statement, src, query)
    if query.after is not None:
        place = tuple_(order, *keys)
        bound = tuple_(*(literal(v, type_=c.type) for v, c in zip(query.after, (order, *keys), strict=True)))
        statement = statement.where(place < bound if query.descending else place > bound)
    ordering = [c.desc() if query.descending else c.asc() for c in (order, *keys)]
    found = connection.execute(statement.order_by(*ordering).limit(query.limit + 1)).mappings().all()
    rows = [_shown(src, dict(r), actor) for r in found[:query.limit]]
    src.finish_page(connection, rows)
    last = found[query.limit - 1] if len(found) > query.limit else None
    return ListPage(rows, (last["_sort"], *(last[k] for k in src.keys)) if last else None)


def sums(connection: Connection, query: ListQuery, actor: Actor) -> dict[str, Decimal | int]:
    """How many rows the whole filtered list has, and the sums of its columns."""
    src = source(query.source)
    summed = [c.key for c in src.columns if c.sum and (not c.permission or actor.may(c.permission))]
    inner = _restricted(select(*(src.values[k].label(k) for k in {*summed, *src.keys})), src, query).subquery()
    row = connection.execute(select(func.count().label("count"), *(
        func.coalesce(func.sum(inner.c[k]), ZERO).label(k) for k in summed)).select_from(inner)).mappings().one()
    return dict(row)


def _restricted(statement: Select[Any], src: Source, query: ListQuery) -> Select[Any]:
    statement = statement.select_from(src.table).where(*src.where)
    for name, value in query.filters.items():
        if value is not None and value != "" and name in src.filters:
            statement = statement.where(src.filters[name](value))
    for word in query.text.lower().split():
        statement = statement.where(or_(*(func.lower(e).contains(word, autoescape=True) for e in src.search)))
    return statement


def _sort_value(src: Source, key: str) -> ColumnElement[Any]:
    """Never NULL: keyset paging compares it."""
    value = src.sort_by.get(key, src.values.get(key))
    column = next((c for c in src.columns if c.key == key), None)
    if value is None or (column and not column.sortable):
        raise NotFound(what=N_("Sorting"), key=key)
    nothing: Any = {"date": dt.date(1, 1, 1), "datetime": dt.datetime(1, 1, 1), "text": "", "chip": ""}.get(
        column.kind if column else "int", ZERO if column and column.kind in (
            "quantity", "price", "money", "rate") else 0)
    if key in src.sort_by:
        nothing = ""
    if column and column.kind == "flag" and key not in src.sort_by:
        nothing = False
    return func.coalesce(value, literal(nothing, type_=value.type))


def _shown(src: Source, row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    row.pop("_sort")
    row = src.finish(row)
    for column in src.columns:
        if column.permission and not actor.may(column.permission):
            row.pop(column.key, None)
    return row
