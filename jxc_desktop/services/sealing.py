"""Seals over the ledgers: each block's hash covers the hash before it and the digests of its rows.

Sealing happens after commit, in blocks, by whichever program sees unsealed rows; savers never wait for each
other because of it.
"""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from jxc_desktop.models import TABLES
from jxc_desktop.models.trail import seal as seal_table
from jxc_desktop.services import trail
from jxc_desktop.services.unit_of_work import Work

SEALED = ("posting", "stock_move", "partner_entry", "audit_entry")
BLOCK = 10_000
GENESIS = bytes(32)


def seal(work: Work) -> int:
    """Seal what is unsealed; returns the number of rows sealed. Needs the right "check"."""
    work.require("check")
    if work.on_postgresql:  # waits for writers under way, so that no lower id can appear later
        work.connection.execute(text("LOCK TABLE posting, audit_entry IN SHARE ROW EXCLUSIVE MODE"))
    sealed = 0
    for name in SEALED:
        last = _head(work.connection, name)
        previous, after = (bytes(last.hash), last.last_id) if last else (GENESIS, 0)
        for rows in _blocks(work.connection, name, after):
            previous = _hash(previous, rows)
            work.connection.execute(insert(seal_table).values(
                ledger=name, first_id=rows[0].id, last_id=rows[-1].id, size=len(rows), hash=previous, at=work.now))
            sealed += len(rows)
    return sealed


def _head(connection: Connection, name: str) -> Any:
    s = seal_table.c
    return connection.execute(
        select(seal_table).where(s.ledger == name).order_by(s.id.desc()).limit(1)).first()


def _blocks(connection: Connection, name: str, after: int) -> Iterator[list[Any]]:
    c = TABLES[name].c
    while rows := connection.execute(
            select(c.id, c.digest).where(c.id > after).order_by(c.id).limit(BLOCK)).all():
        yield list(rows)
        after = rows[-1].id


def _hash(previous: bytes, rows: list[Any]) -> bytes:
    return hashlib.sha256(previous + b"".join(bytes(r.digest) for r in rows)).digest()


def altered_rows(connection: Connection, name: str) -> Iterator[int]:
    """Ids of rows whose content is not what their digest was made from."""
    table = TABLES[name]
    for row in connection.execution_options(yield_per=5000).execute(select(table).order_by(table.c.id)).mappings():
        if trail.digest(dict(row)) != bytes(row["digest"]):
            yield row["id"]


def broken_seals(connection: Connection, name: str) -> Iterator[str]:
    """What does not fit in the chain of a ledger, in words."""
    s, c = seal_table.c, TABLES[name].c
    blocks = connection.execute(select(seal_table).where(s.ledger == name).order_by(s.id)).all()
    previous = GENESIS
    for block in blocks:
        rows = list(connection.execute(select(c.id, c.digest).where(
            c.id.between(block.first_id, block.last_id)).order_by(c.id)))
        if len(rows) != block.size:
            yield f"{name} {block.first_id}-{block.last_id}: {block.size} rows sealed, {len(rows)} found"
        elif _hash(previous, rows) != bytes(block.hash):
            yield f"{name} {block.first_id}-{block.last_id}: the seal is broken"
        previous = bytes(block.hash)
    for one, two in pairwise(blocks):
        between = connection.scalar(select(func.count()).where(c.id > one.last_id, c.id < two.first_id))
        if between:
            yield f"{name} {one.last_id}-{two.first_id}: {between} rows slipped in between"
