"""Inserts that live with rows being there already; both databases share the syntax."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from jxc_desktop.services.unit_of_work import Work


def _insert(work: Work, table: Table) -> Any:
    return postgresql.insert(table) if work.on_postgresql else sqlite.insert(table)


def ensure(work: Work, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Make rows with these keys exist."""
    if rows:
        work.connection.execute(_insert(work, table).on_conflict_do_nothing(), list(rows))


def add(work: Work, table: Table, keys: Sequence[str], amount: str, rows: Sequence[dict[str, Any]]) -> None:
    """Add each row's `amount` to the row with its keys, making it if need be. Pass rows sorted by key."""
    if rows:
        statement = _insert(work, table)
        work.connection.execute(statement.on_conflict_do_update(
            index_elements=list(keys), set_={amount: table.c[amount] + statement.excluded[amount]}), list(rows))


def put(work: Work, table: Table, keys: Sequence[str], row: dict[str, Any]) -> None:
    """Write a row, replacing the one with its keys."""
    statement = _insert(work, table).values(row)
    work.connection.execute(statement.on_conflict_do_update(
        index_elements=list(keys), set_={k: statement.excluded[k] for k in row if k not in keys}))
