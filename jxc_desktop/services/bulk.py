"""Many rows in one go: SQLAlchemy says once how a statement reads and how its values are stored, the driver runs it.

That saves the ten lines of a document most of what a statement costs; new rows reach PostgreSQL by COPY. Errors are
SQLAlchemy's as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, Update, bindparam, func, select
from sqlalchemy.exc import DBAPIError


@dataclass(frozen=True)
class _Ready:
    """A statement for one kind of database: `stores` are (name, how its value is stored, None for as it is)."""

    sql: str
    stores: Sequence[tuple[str, Any]]
    named: bool  # or the values stand in order
    copy: str | None


class Bulk:
    """An INSERT or UPDATE of the columns in `names`, made ready when it first runs; bindparams come beside them."""

    def __init__(self, statement: Insert | Update, *names: str):
        self._statement, self._names = statement, names
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each row, in the transaction that is open; a value that a row does not name is NULL."""
        if not rows:
            return
        ready = self._ready.get(connection.dialect.name) or self._prepare(connection.dialect)
        given = [tuple([store(row.get(n)) if store else row.get(n) for n, store in ready.stores]) for row in rows]
        if ready.copy and len(given) > 1:
            copy_rows(connection, ready.copy, given)
        elif ready.named:
            names = [n for n, _ in ready.stores]
            connection.exec_driver_sql(ready.sql, [dict(zip(names, row, strict=True)) for row in given])
        else:
            connection.exec_driver_sql(ready.sql, given)

    def _prepare(self, dialect: Dialect) -> _Ready:
        made: Any = self._statement.compile(dialect=dialect, column_keys=self._names, for_executemany=True)
        names = made.positiontup or list(made.binds)
        stores = [(n, made.binds[n].type.dialect_impl(dialect).bind_processor(dialect)) for n in names]
        copy = None
        if dialect.name == "postgresql" and isinstance(self._statement, Insert):
            copy = f"COPY {self._statement.table.name} ({', '.join(names)}) FROM STDIN"
        self._ready[dialect.name] = ready = _Ready(made.string, stores, not made.positiontup, copy)
        return ready


def copy_rows(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows by COPY, on PostgreSQL. Raises DBAPIError."""
    raw: Any = connection.connection.driver_connection
    driver = connection.dialect.loaded_dbapi
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        gone = connection.dialect.is_disconnect(error, raw, None)
        raise DBAPIError.instance(statement, None, error, driver.Error, connection_invalidated=gone,
                                  dialect=connection.dialect) from error


def take_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Ids for new rows: of a sequence on PostgreSQL; on SQLite, where one program writes at a time, the next ones."""
    if not count:
        return []
    if connection.dialect.name == "postgresql":
        return list(connection.scalars(_next(table), {"count": count}))
    last = connection.scalar(_last(table)) or 0
    return list(range(last + 1, last + 1 + count))


@cache
def _next(table: Table) -> Any:
    return select(func.nextval(f"{table.name}_id_seq")).select_from(func.generate_series(1, bindparam("count")))


@cache
def _last(table: Table) -> Any:
    return select(func.max(table.c.id))
