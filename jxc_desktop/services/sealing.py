"""Seals over the ledgers: each block's hash covers the hash before it and the digests of its rows.

Sealing happens after commit, in blocks, by whichever program sees unsealed rows; savers never wait for each
other because of it. Who can write the file can also make a new chain: the head that was noted elsewhere
(a printed check, a backup) shows it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, text

from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.models.trail import seal as seal_table
from jxc_desktop.services import trail
from jxc_desktop.services.unit_of_work import Work

SEALED = ("posting", "stock_move", "partner_entry", "audit_entry")
BLOCK = 10_000
GENESIS = bytes(32)


class Head(NamedTuple):
    """The end of a chain of seals: what to keep outside the database."""

    ledger: str
    last_id: int
    hash: str


def seal(work: Work) -> int:
    """Seal what is unsealed; returns the number of rows sealed. Needs the right "check"."""
    work.require("check")
    if work.on_postgresql:  # waits for writers under way, so that no lower id can appear later
        work.connection.execute(text("LOCK TABLE posting, audit_entry IN SHARE ROW EXCLUSIVE MODE"))
    sealed = 0
    for name in SEALED:
        last = _last(work.connection, name)
        previous, after = (bytes(last.hash), last.last_id) if last else (GENESIS, 0)
        for rows in _blocks(work.connection, name, after):
            previous = _hash(previous, rows)
            work.connection.execute(insert(seal_table).values(
                ledger=name, first_id=rows[0].id, last_id=rows[-1].id, size=len(rows), hash=previous, at=work.now))
            sealed += len(rows)
    return sealed


def heads(connection: Connection) -> list[Head]:
    """The last seal of each ledger."""
    found = [_last(connection, name) for name in SEALED]
    return [Head(row.ledger, row.last_id, bytes(row.hash).hex()) for row in found if row]


def all_heads(connection: Connection) -> Iterator[Head]:
    for row in connection.execute(select(seal_table)):
        yield Head(row.ledger, row.last_id, bytes(row.hash).hex())


def _last(connection: Connection, name: str) -> Any:
    s = seal_table.c
    return connection.execute(
        select(seal_table).where(s.ledger == name).order_by(s.id.desc()).limit(1)).first()


def _blocks(connection: Connection, name: str, after: int) -> Iterator[list[Any]]:
    c = TABLES[name].c
    while rows := connection.execute(
            select(c.id, c.digest).where(c.id > after).order_by(c.id).limit(BLOCK)).all():
        yield list(rows)
        after = rows[-1].id


def _hash(previous: bytes, rows: Sequence[Any]) -> bytes:
    return hashlib.sha256(previous + b"".join(bytes(r.digest) for r in rows)).digest()


def altered_rows(connection: Connection, name: str) -> Iterator[int]:
    """Ids of rows whose content is not what their digest was made from."""
    c = TABLES[name].c
    ids = list(connection.scalars(select(c.id).order_by(c.id)))
    for start in range(0, len(ids), BLOCK):
        yield from _altered(connection, name, ids[start:start + BLOCK])


def _altered(connection: Connection, name: str, ids: Sequence[int]) -> list[int]:
    table = TABLES[name]
    try:
        rows = connection.execute(select(table).where(table.c.id.between(ids[0], ids[-1])).order_by(
            table.c.id)).mappings().all()
        return [row["id"] for row in rows if trail.digest(dict(row)) != bytes(row["digest"])]
    except (ValueError, TypeError):  # a cell that cannot even be read: find the row
        if len(ids) == 1:
            return list(ids)
        half = len(ids) // 2
        return _altered(connection, name, ids[:half]) + _altered(connection, name, ids[half:])


def broken_seals(connection: Connection, name: str) -> Iterator[tuple[str, Any, Any]]:
    """What does not fit in the chain of a ledger: (where, expected, found)."""
    s, c = seal_table.c, TABLES[name].c
    previous, sealed = GENESIS, 0
    for block in connection.execute(select(seal_table).where(s.ledger == name).order_by(s.id)).all():
        where = f"{name} rows {block.first_id} to {block.last_id}"
        rows = connection.execute(select(c.id, c.digest).where(
            c.id.between(block.first_id, block.last_id)).order_by(c.id)).all()
        if len(rows) != block.size:
            yield where, f"{block.size} rows, as sealed", f"{len(rows)} rows"
        elif _hash(previous, rows) != bytes(block.hash):
            yield where, N_("the rows that were sealed, in their order"), N_("others")
        previous, sealed = bytes(block.hash), sealed + len(rows)
        below = connection.scalar(select(func.count()).where(c.id <= block.last_id)) or 0
        if below > sealed:
            yield f"{name} rows up to {block.last_id}", f"{sealed} rows in seals", f"{below} rows"
            return
