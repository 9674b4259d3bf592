"""Truth that proves itself: the invariants of the database, each naming the first row that breaks it.

There is no repair: a difference is explained and corrected by a visible document.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Account, Promise, Status
from jxc_desktop.models.documents import document, document_line, number_series
from jxc_desktop.models.stock import cost_pool, partner_balance, partner_entry, stock_balance, stock_move
from jxc_desktop.services import database, sealing
from jxc_desktop.values import ZERO

NAMED = 20  # findings named per check


@dataclass(frozen=True)
class Finding:
    """A broken invariant: the check, the row it shows in, what was expected and what was found."""

    check: str
    where: str
    expected: str
    found: str


@dataclass(frozen=True)
class Result:
    check: str
    findings: tuple[Finding, ...]
    more: int = 0

    @property
    def passed(self) -> bool:
        return not self.findings


Check = Callable[[Connection], Iterator[tuple[str, Any, Any]]]


def check(engine: Engine, progress: Any = None) -> list[Result]:
    """Run every check in one read transaction. Raises the DatabaseError family where it cannot read."""
    results = []
    try:
        with engine.connect() as connection:
            for i, (name, run) in enumerate(CHECKS.items()):
                if progress:
                    progress.step(i, len(CHECKS))
                found = [Finding(name, where, _text(expected), _text(actual))
                         for where, expected, actual in run(connection)]
                results.append(Result(name, tuple(found[:NAMED]), max(len(found) - NAMED, 0)))
    except DBAPIError as error:
        raise database.translated(error) from error
    return results


def _text(value: Any) -> str:
    return values.plain(value) if hasattr(value, "scaleb") else str(value)


def _differences(name: str, expected: dict[Any, Any], found: dict[Any, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in sorted(expected.keys() | found.keys(), key=str):
        a, b = expected.get(key, ZERO), found.get(key, ZERO)
        if a != b:
            yield f"{name} {key}", a, b


def _pairs(connection: Connection, *columns: Any, where: Any = None) -> dict[Any, Any]:
    """{(all columns but the last): last}, one key column unwrapped; summed and grouped."""
    *keys, amount = columns
    query = select(*keys, func.sum(amount)).group_by(*keys)
    rows = connection.execute(query if where is None else query.where(where)).all()
    return {tuple(r[:-1]) if len(keys) > 1 else r[0]: r[-1] for r in rows}


def _balance_is_sum_of_moves(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    m, b = stock_move.c, stock_balance.c
    yield from _differences("stock_balance (item, warehouse)", _pairs(
        connection, m.item_id, m.warehouse_id, m.quantity), _pairs(connection, b.item_id, b.warehouse_id, b.on_hand))


def _pool_is_sum_of_moves(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    m, p = stock_move.c, cost_pool.c
    for name, moved, kept in (("quantity", m.quantity, p.quantity), ("value", m.value, p.value)):
        yield from _differences(f"cost_pool {name} of item", _pairs(connection, m.item_id, moved),
                                _pairs(connection, p.item_id, kept))


def _no_value_without_stock(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    p = cost_pool.c
    for row in connection.execute(select(p.item_id, p.value).where(p.quantity == ZERO, p.value != ZERO)):
        yield f"cost_pool of item {row.item_id}", ZERO, row.value


def _moves_follow_lines(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    """Σ moves of a document = what its lines ask for while it stands, nothing when it was withdrawn."""
    from jxc_desktop.services.documents import read_draft

    moved = _pairs(connection, stock_move.c.document_id, stock_move.c.item_id, stock_move.c.warehouse_id,
                   stock_move.c.quantity)
    stocked = {r.id for r in connection.execute(text("SELECT id FROM item WHERE stocked"))}
    by_document: dict[int, dict[Any, Any]] = defaultdict(dict)
    for (document_id, *place), quantity in moved.items():
        if quantity:
            by_document[document_id][tuple(place)] = quantity
    d = document.c
    standing = (Status.POSTED, Status.REVERSED, Status.CLOSED)
    moving = [k.key for k in document_types.ALL if k.effect is not document_types.schema.nothing]
    for row in connection.execute(select(d.id, d.kind, d.number, d.status).where(d.kind.in_(moving)).order_by(d.id)):
        asked: dict[Any, Any] = defaultdict(lambda: ZERO)
        if row.status in standing:
            kind = document_types.BY_KEY[row.kind]
            for move in kind.effect(read_draft(connection, row.id)):
                if move.item_id in stocked:
                    asked[move.item_id, move.warehouse_id] += move.quantity
        expected = {k: q for k, q in asked.items() if q}
        yield from _differences(f"document {row.number} (id {row.id}), stock of (item, warehouse)", expected,
                                by_document.pop(row.id, {}))
    for document_id in by_document:
        yield f"stock_move of document {document_id}", "no moves", "moves"


def _header_is_sum_of_lines(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    d, line = document.c, document_line.c
    lines = {r.document_id: r for r in connection.execute(select(
        line.document_id, func.sum(line.net).label("net"), func.sum(line.tax).label("tax")).group_by(line.document_id))}
    for row in connection.execute(select(d.id, d.number, d.total, d.total_net, d.total_tax).where(
            d.status != Status.DRAFT)):
        mine = lines.get(row.id)
        net, tax = (mine.net or ZERO, mine.tax or ZERO) if mine else (ZERO, ZERO)
        for name, expected, found in (("total", net + tax, row.total), ("net", net, row.total_net),
                                      ("tax", tax, row.total_tax)):
            if expected != found:
                yield f"document {row.number} (id {row.id}) {name}", expected, found


def _promises_are_open_orders(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    d, line, b = document.c, document_line.c, stock_balance.c
    sources = document_line.join(document, d.id == line.document_id)
    reserved: dict[Any, Any] = defaultdict(lambda: ZERO)
    expected: dict[Any, Any] = defaultdict(lambda: ZERO)
    for row in connection.execute(select(
            d.kind, d.number, d.status, d.warehouse_id, line.id, line.item_id, line.base_quantity, line.fulfilled,
            line.reserved).select_from(sources).where(d.kind.in_([k.key for k in document_types.ALL if k.promise]))):
        standing = row.status == Status.POSTED
        left = max(row.base_quantity - row.fulfilled, ZERO) if standing and row.base_quantity else ZERO
        if document_types.BY_KEY[row.kind].promise is Promise.ON_ORDER:
            expected[row.item_id, row.warehouse_id] += left
        else:
            reserved[row.item_id, row.warehouse_id] += row.reserved
            if row.reserved > left:
                yield f"document_line {row.id} of {row.number}: reserved", left, row.reserved
    for name, asked, column in (("reserved", reserved, b.reserved), ("on order", expected, b.on_order)):
        found = {(r[0], r[1]): r[2] for r in connection.execute(select(b.item_id, b.warehouse_id, column)) if r[2]}
        yield from _differences(f"stock_balance {name} of (item, warehouse)", {k: q for k, q in asked.items() if q},
                                found)


def _fulfilled_is_sum_of_followers(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    d, line = document.c, document_line.c
    taken = _pairs(connection, line.source_line_id, line.base_quantity, where=line.source_line_id.is_not(None)
                   & line.document_id.in_(select(d.id).where(d.status.in_([Status.POSTED, Status.REVERSED,
                                                                           Status.CLOSED]))))
    found = {r.id: r.fulfilled for r in connection.execute(select(line.id, line.fulfilled)) if r.fulfilled}
    yield from _differences("document_line, fulfilled of line", {k: q for k, q in taken.items() if q}, found)


def _balances_are_sums_of_entries(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    e, b = partner_entry.c, partner_balance.c
    yield from _differences("partner_balance (partner, account)", _pairs(
        connection, e.partner_id, e.account, e.amount), _pairs(connection, b.partner_id, b.account, b.amount))


def _entries_follow_documents(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    d, e = document.c, partner_entry.c
    posted = _pairs(connection, e.document_id, e.account, e.amount)
    standing = (Status.POSTED, Status.REVERSED)
    for row in connection.execute(select(d.id, d.kind, d.number, d.status, d.total, d.partner_id)):
        draft = document_types.schema.Draft(row.kind, {"total": row.total, "partner_id": row.partner_id})
        entries = document_types.BY_KEY[row.kind].settles(draft) if row.status in standing and row.partner_id else []
        for account in Account:
            expected = sum((x.amount for x in entries if x.account is account), ZERO)
            found = posted.get((row.id, account.value), ZERO)
            if expected != found:
                yield f"document {row.number} (id {row.id}) {account.value}", expected, found


def _numbers_without_holes(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    """Every number from 1 to the series' last is there, voided ones included."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in connection.execute(select(document.c.kind, document.c.number).where(document.c.number.is_not(None))):
        _, period, serial = row.number.rsplit("-", 2)
        found[row.kind, period].add(int(serial))
    for row in connection.execute(select(number_series)):
        missing = set(range(1, row.last + 1)) ^ found.pop((row.kind, row.period), set())
        for serial in sorted(missing):
            yield f"number_series {row.kind} {row.period}: number {serial}", "given once, up to the last", "not so"
    for kind, period in found:
        yield f"number_series {kind} {period}", "a counter", "none"


def _rows_unaltered(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    for name in sealing.SEALED:
        for row_id in sealing.altered_rows(connection, name):
            yield f"{name} row {row_id}", "as it was written", "altered"


def _seals_unbroken(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    for name in sealing.SEALED:
        for what in sealing.broken_seals(connection, name):
            yield what, "unbroken", "broken"


def _file_sound(connection: Connection) -> Iterator[tuple[str, Any, Any]]:
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield "database file", "ok", line
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"{row[0]} row {row[1]}", f"a row of {row[2]}", "none"


CHECKS: dict[str, Check] = {
    "database file": _file_sound,
    "balance = moves": _balance_is_sum_of_moves,
    "pool = moves": _pool_is_sum_of_moves,
    "no value without stock": _no_value_without_stock,
    "moves = document lines": _moves_follow_lines,
    "header = lines": _header_is_sum_of_lines,
    "reserved and on order = open orders": _promises_are_open_orders,
    "fulfilled = followers": _fulfilled_is_sum_of_followers,
    "partner balance = entries": _balances_are_sums_of_entries,
    "entries = documents": _entries_follow_documents,
    "numbers without holes": _numbers_without_holes,
    "rows unaltered": _rows_unaltered,
    "seals unbroken": _seals_unbroken,
}
