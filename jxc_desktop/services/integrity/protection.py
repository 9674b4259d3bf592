"""What keeps the ledgers from being changed behind the program's back, and shows it where that was done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, inspect, select, text

from jxc_desktop.i18n import N_
from jxc_desktop.models import IMMUTABLE, TABLES
from jxc_desktop.models.documents import document
from jxc_desktop.models.stock import posting
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import sealing
from jxc_desktop.services.integrity.sums import Broken
from jxc_desktop.services.sealing import Head

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal",
}
_VERBS = {"sqlite": ("update", "delete", "replace"), "postgresql": ("change", "truncate")}


def file_sound(connection: Connection) -> Broken:
    """SQLite's own check of pages, indexes and references, and all tables listed; a server keeps those itself."""
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield "database file", "ok", line
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{row[0]} row {row[1]}", f"a row of {row[2]}", N_("none")
    for name in sorted(TABLES.keys() - inspect(connection).get_table_names()):
        yield f"table {name}", N_("listed in the file"), N_("not listed")


def guards_in_place(connection: Connection) -> Broken:
    """The triggers that refuse changes are there and switched on."""
    found = set(connection.scalars(text(_TRIGGERS[connection.dialect.name])))
    for table in IMMUTABLE:
        for verb in _VERBS[connection.dialect.name]:
            if f"{table}_no_{verb}" not in found:
                yield f"trigger {table}_no_{verb}", N_("on"), N_("off or gone")


def postings_audited(connection: Connection) -> Broken:
    """Who posted what stands in the audit trail too."""
    for row in unaudited(connection):
        yield f"posting row {row.id}", f"an audit entry: {row.action} by {row.actor} at {row.at}", N_("none")


def unaudited(connection: Connection, *where: Any) -> Sequence[Any]:
    """The postings of which the audit trail does not know; of those that conditions choose."""
    p, a, d = posting.c, audit_entry.c, document.c
    said = exists(select(a.id).where(a.entity == d.kind, a.entity_id == p.document_id, a.action == p.action,
                                     a.at == p.at, a.actor == p.actor))
    return connection.execute(select(p.id, p.document_id, p.action, p.actor, p.at).join_from(
        posting, document, d.id == p.document_id, isouter=True).where(~said, *where).order_by(p.id)).all()


def rows_unaltered(connection: Connection) -> Broken:
    for name in sealing.SEALED:
        for row_id in sealing.altered_rows(connection, name):
            yield f"{name} row {row_id}", N_("as it was written"), N_("altered")


def seals_unbroken(connection: Connection) -> Broken:
    for name in sealing.SEALED:
        yield from sealing.broken_seals(connection, name)


def heads_kept(connection: Connection, kept: Sequence[Head]) -> Broken:
    """Every seal that was noted elsewhere is still in the chain."""
    there = set(sealing.all_heads(connection))
    for head in kept:
        if head not in there:
            yield f"seal of {head.ledger} up to row {head.last_id}", head.hash, N_("not in the chain")
