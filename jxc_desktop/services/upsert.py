"""Inserts that live with rows being there already; both databases share the syntax."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def ensure(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make rows with these keys exist."""
    if rows:
        connection.execute(_ensuring(connection.dialect.name, table), list(rows))


def claim(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Make a row with this key; False if there is one. Waits for whoever is just making the same."""
    return connection.execute(_ensuring(connection.dialect.name, table), row, execution_options={
        "preserve_rowcount": True}).rowcount == 1


def add(connection: Connection, table: Table, keys: Sequence[str], amount: str,
        rows: Sequence[Mapping[str, Any]]) -> None:
    """Add each row's `amount` to the row with its keys, making it if need be. Pass rows sorted by key."""
    if rows:
        connection.execute(_adding(connection.dialect.name, table, keys, amount), list(rows))


def insert(dialect: str, table: Table) -> Any:
    """The INSERT that knows ON CONFLICT. What the other database would need stays out of memory."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


# Made once: building a statement costs a save more than running it.
@cache
def _ensuring(dialect: str, table: Table) -> Any:
    return insert(dialect, table).on_conflict_do_nothing()


@cache
def _adding(dialect: str, table: Table, keys: Sequence[str], amount: str) -> Any:
    statement = insert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={amount: table.c[amount] + statement.excluded[amount]})
