"""Many rows in one go: SQLAlchemy says once how a statement reads and how its values are stored, the driver runs it.

That saves the ten lines of a document most of what a statement costs. Errors, events and connections are
SQLAlchemy's as ever.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, Update, bindparam, func, select


class Bulk:
    """An INSERT or UPDATE of the columns in `names`, made ready when it first runs; bindparams come beside them."""

    def __init__(self, statement: Insert | Update, *names: str):
        self._statement, self._names = statement, names
        self._ready: dict[str, tuple[str, Sequence[str] | None, list[tuple[str, Any]]]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once for each row; a value that a row does not name is NULL."""
        if not rows:
            return
        sql, order, stores = self._ready.get(connection.dialect.name) or self._prepare(connection.dialect)
        given: list[Any] = [{n: store(row.get(n)) if store else row.get(n) for n, store in stores} for row in rows]
        if order is not None:
            given = [tuple(row[n] for n in order) for row in given]
        connection.exec_driver_sql(sql, given)

    def _prepare(self, dialect: Dialect) -> Any:
        made = self._statement.compile(dialect=dialect, column_keys=self._names, for_executemany=True)
        stores: list[Any] = [(name, bind.type.dialect_impl(dialect).bind_processor(dialect))
                             for name, bind in made.binds.items()]
        self._ready[dialect.name] = ready = made.string, made.positiontup, stores
        return ready


def take_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Ids for new rows: of a sequence on PostgreSQL; on SQLite, where one program writes at a time, the next ones."""
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
