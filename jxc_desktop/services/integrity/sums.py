"""Running sums against the rows they were made from."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Progress, Promise, Status
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, lot
from jxc_desktop.models.stock import lot_balance, partner_balance, partner_entry, stock_balance, stock_move
from jxc_desktop.services.orders import progress_of
from jxc_desktop.values import ZERO

Broken = Iterator[tuple[str, Any, Any]]
Sums = dict[Any, Decimal]
STANDING = (Status.POSTED, Status.REVERSED, Status.CLOSED)


def differences(name: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> Broken:
    """The keys where two sums differ, in words."""
    for key, a, b in unequal(expected, found):
        yield f"{name} {shown(key)}", a, b


def unequal(expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The keys where two sums differ, with both; nothing and zero are the same."""
    for key in sorted(expected.keys() | found.keys(), key=str):
        a, b = expected.get(key, ZERO), found.get(key, ZERO)
        if a != b:
            yield key, a, b


def shown(key: Any) -> str:
    return ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def summed(connection: Connection, *columns: Any, where: Any = True) -> dict[Any, Decimal]:
    """{(all columns but the last): sum of the last}, one key column unwrapped."""
    *keys, amount = columns
    query = select(*keys, func.sum(amount)).group_by(*keys)
    rows = connection.execute(query if where is True else query.where(where)).all()
    return {tuple(r[:-1]) if len(keys) > 1 else r[0]: r[-1] if r[-1] is not None else ZERO for r in rows}


def balances(connection: Connection) -> Broken:
    yield from differences("stock_balance of item, warehouse", *stock_sums(connection))


def stock_sums(connection: Connection, items: Collection[int] | None = None) -> tuple[Sums, Sums]:
    """By item and warehouse: what moved, and the balance; of these items, or of all."""
    m, b = stock_move.c, stock_balance.c
    moves, held = (True if items is None else c.item_id.in_(items) for c in (m, b))
    return (summed(connection, m.item_id, m.warehouse_id, m.quantity, where=moves),
            summed(connection, b.item_id, b.warehouse_id, b.on_hand, where=held))


def partner_balances(connection: Connection) -> Broken:
    yield from differences("partner_balance of partner, account", *partner_sums(connection))


def partner_sums(connection: Connection, partners: Collection[int] | None = None) -> tuple[Sums, Sums]:
    """By partner and account: the entries, and the balance; of these partners, or of all."""
    e, b = partner_entry.c, partner_balance.c
    entries, owed = (True if partners is None else c.partner_id.in_(partners) for c in (e, b))
    return (summed(connection, e.partner_id, e.account, e.amount, where=entries),
            summed(connection, b.partner_id, b.account, b.amount, where=owed))


def promises(connection: Connection) -> Broken:
    """What is reserved and on order is what the open lines of orders say."""
    d, line, b = document.c, document_line.c, stock_balance.c
    expected: dict[Promise, dict[Any, Decimal]] = {p: defaultdict(Decimal) for p in Promise}
    here = func.coalesce(d.destination_id, d.warehouse_id).label("warehouse_id")
    for row in connection.execute(select(
            d.kind, d.number, d.status, here, line.id, line.item_id, line.base_quantity, line.fulfilled,
            line.reserved).join_from(document_line, document, d.id == line.document_id).join(
            item, (item.c.id == line.item_id) & item.c.stocked).where(
            d.status != Status.DRAFT)):
        promise = document_types.BY_KEY[row.kind].promise
        left = max(row.base_quantity - row.fulfilled, ZERO) if row.status == Status.POSTED else ZERO
        if promise is Promise.ON_ORDER:
            expected[promise][row.item_id, row.warehouse_id] += left
        expected[Promise.RESERVED][row.item_id, row.warehouse_id] += row.reserved
        if row.reserved < 0 or (row.reserved and promise is not Promise.RESERVED):
            yield f"document_line {row.id} of {row.number}: reserved", N_("only what orders hold"), row.reserved
    for promise, column in ((Promise.RESERVED, b.reserved), (Promise.ON_ORDER, b.on_order)):
        yield from differences(f"stock_balance {promise} of item, warehouse", expected[promise],
                               summed(connection, b.item_id, b.warehouse_id, column))
    of_lots = {tuple(row[:3]): row[3] for row in connection.execute(select(
        line.item_id, here, lot.c.id, func.sum(line.reserved)).join_from(
        document_line, document, d.id == line.document_id).join(
        lot, (lot.c.item_id == line.item_id) & (lot.c.code == line.lot)).where(line.reserved != ZERO).group_by(
        line.item_id, here, lot.c.id))}
    held = lot_balance.c
    yield from differences("lot_balance reserved of item, warehouse, lot", of_lots, summed(
        connection, held.item_id, held.warehouse_id, held.lot_id, held.reserved))


def fulfilled(connection: Connection) -> Broken:
    """A line knows what later documents took from it, and its order how far it is done.

    Goods that customers brought back are open in their order again where the return says so.
    """
    d, line, delivered = document.c, document_line.c, document_line.alias().c
    standing = select(d.id).where(d.status.in_(STANDING))
    taken = defaultdict(lambda: ZERO, summed(connection, line.source_line_id, line.base_quantity, where=(
        line.source_line_id.is_not(None) & line.document_id.in_(standing))))
    for line_id, back in connection.execute(select(delivered.source_line_id, func.sum(line.base_quantity)).where(
            delivered.id == line.source_line_id, delivered.source_line_id.is_not(None), line.reopens,
            line.document_id.in_(standing)).group_by(delivered.source_line_id)):
        taken[line_id] -= back
    kept = {r.id: r.fulfilled for r in connection.execute(select(line.id, line.fulfilled).where(
        line.fulfilled != ZERO))}
    yield from differences("document_line, fulfilled of line", taken, kept)
    orders: dict[tuple[int, str, str | None], list[Any]] = defaultdict(list)
    for row in connection.execute(select(d.id, d.number, d.progress, line.base_quantity, line.fulfilled).join_from(
            document_line, document, d.id == line.document_id).where(
            d.kind.in_([k.key for k in document_types.ALL if k.promise]), d.status.in_(STANDING))):
        orders[row.id, row.number, row.progress].append(row)
    for (document_id, number, progress), rows in orders.items():
        due: Progress = progress_of(rows)
        if progress != due:
            yield f"document {number} (id {document_id}) progress", due, progress
