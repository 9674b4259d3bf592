"""What goods are worth: pools and their layers against the ledger, and value that is neither lost nor made."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select

from jxc_desktop.document_types.schema import Basis, serials_in
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document_line
from jxc_desktop.models.records import company, item, lot
from jxc_desktop.models.stock import cost_layer, cost_pool, lot_balance, stock_move
from jxc_desktop.services import netting
from jxc_desktop.services.integrity.sums import Broken, differences, shown, summed
from jxc_desktop.values import ZERO

_m, _p, _layer = stock_move.c, cost_pool.c, cost_layer.c
_OF_ITEM = and_(_p.warehouse_id == 0, _p.lot_id == 0)
_COUNTS = (Basis.COUNT.value, Basis.RECOUNT.value)


def pools(connection: Connection) -> Broken:
    """The row of an item is the sum of its moves; where there are pools below it, so is each of them."""
    for name, moved, kept in (("quantity", _m.quantity, _p.quantity), ("value", _m.value, _p.value)):
        yield from differences(f"cost_pool {name} of item", summed(connection, _m.item_id, moved),
                               summed(connection, _p.item_id, kept, where=_OF_ITEM))
        due: dict[Any, Decimal] = defaultdict(lambda: ZERO)
        for (item_id, warehouse_id, lot_id), amount in summed(
                connection, _m.item_id, _m.warehouse_id, _m.lot_id, moved).items():
            due[(item_id, *_own_pool(connection, warehouse_id, lot_id))] += amount
        own = summed(connection, _p.item_id, _p.warehouse_id, _p.lot_id, kept, where=~_OF_ITEM)
        yield from differences(f"cost_pool {name} of item, warehouse, lot",
                               {key: amount for key, amount in due.items() if any(key[1:])}, own)


def _own_pool(connection: Connection, warehouse_id: int, lot_id: int) -> tuple[int, int]:
    level, by_lot = _levels(connection)
    return warehouse_id if level == "warehouse" else 0, lot_id if by_lot else 0


def _levels(connection: Connection) -> Any:
    return connection.execute(select(company.c.cost_level, company.c.cost_by_lot)).first() or ("company", False)


def layers(connection: Connection) -> Broken:
    """Under FIFO the layers are what is in the pool. For an average there are only those of missing goods."""
    fifo = set(connection.scalars(select(item.c.id).where(item.c.cost_method == "fifo")))
    sums: dict[Any, Any] = {(r.item_id, r.warehouse_id, r.lot_id): (r.quantity, r.value) for r in connection.execute(
        select(_layer.item_id, _layer.warehouse_id, _layer.lot_id, func.sum(_layer.quantity).label("quantity"),
               func.sum(_layer.value).label("value")).group_by(_layer.item_id, _layer.warehouse_id, _layer.lot_id))}
    rows = connection.execute(select(cost_pool)).all()
    divided = {r.item_id for r in rows if r.warehouse_id or r.lot_id}  # the row of the item is then no pool
    due = {(r.item_id, r.warehouse_id, r.lot_id): (r.quantity, r.value) for r in rows
           if (r.warehouse_id or r.lot_id or r.item_id not in divided) and (r.quantity or r.value)
           and (r.item_id in fifo or r.quantity < 0)}
    for key in sorted(due.keys() | sums.keys()):
        for name, expected, found in zip(("quantity", "value"), due.get(key, (ZERO, ZERO)), sums.get(key, (ZERO, ZERO)),
                                         strict=True):
            if expected != found:
                yield f"cost_layer {name} of item, warehouse, lot {shown(key)}", expected, found
    for row in connection.execute(select(_layer.id, _layer.quantity, _layer.value).where(
            _layer.quantity == ZERO)):
        yield f"cost_layer row {row.id}", N_("goods and their value"), f"{row.quantity}, {row.value}"


def lots(connection: Connection) -> Broken:
    """What lies there of each lot is the sum of its moves, and these are of the lots that their lines name."""
    b, line = lot_balance.c, document_line.c
    moved = summed(connection, _m.item_id, _m.warehouse_id, _m.lot_id, _m.quantity, where=_m.lot_id != 0)
    yield from differences("lot_balance of item, warehouse, lot", moved, summed(
        connection, b.item_id, b.warehouse_id, b.lot_id, b.on_hand))
    found: dict[tuple[int, int], set[str | None]] = defaultdict(set)
    for r in connection.execute(select(_m.line_id, _m.leg, lot.c.code).join_from(
            stock_move, item, item.c.id == _m.item_id).outerjoin(
            lot, (lot.c.id == _m.lot_id) & (lot.c.item_id == _m.item_id)).where(
            item.c.tracking != "none", _m.basis.not_in(_COUNTS)).group_by(_m.line_id, _m.leg, lot.c.code).having(
            func.sum(_m.quantity) != ZERO)):
        found[r.line_id, r.leg].add(r.code)
    named = {r.id: {r.lot} if r.lot else set(serials_in(r.serials)) for r in connection.execute(select(
        line.id, line.lot, line.serials).where(line.lot.is_not(None) | line.serials.is_not(None)))}
    for (line_id, _), codes in sorted(found.items()):
        if codes != (due := named.get(line_id, set())):
            yield f"document_line {line_id}: lots of its moves", ", ".join(sorted(due)), ", ".join(
                sorted(str(c) for c in codes))


def latest_moves(connection: Connection) -> Broken:
    """An item that forgets its latest move would value what comes next at the wrong cost."""
    last: dict[int, Any] = {}
    for row in connection.execute(select(_m.item_id, _m.effective_at, func.max(_m.entry)).group_by(
            _m.item_id, _m.effective_at)):
        last[row[0]] = max(last.get(row[0], tuple(row[1:])), tuple(row[1:]))
    kept = {r.item_id: (r.last_at, r.last_entry) for r in connection.execute(
        select(_p.item_id, _p.last_at, _p.last_entry).where(_OF_ITEM)) if r.last_at is not None}
    for item_id in sorted(last.keys() | kept.keys()):
        if last.get(item_id) != kept.get(item_id):
            yield f"cost_pool last move of item {item_id}", shown(last.get(item_id)), shown(kept.get(item_id))


def no_value_without_stock(connection: Connection) -> Broken:
    for row in connection.execute(select(_p.item_id, _p.warehouse_id, _p.lot_id, _p.value).where(
            _p.quantity == ZERO, _p.value != ZERO)):
        place = f", warehouse {row.warehouse_id}, lot {row.lot_id}" if row.warehouse_id or row.lot_id else ""
        yield f"cost_pool of item {row.item_id}{place}", ZERO, row.value


def restatements(connection: Connection) -> Broken:
    """Restatements belong to moves that stand, change the quantity of counts only, and add up to what the stock
    of the item became worth; a move that was taken back has come to nothing."""
    keys = [_m[name] for name in netting.EVENT]
    gone: dict[Any, bool] = {}
    left: dict[Any, list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    worth: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for r in connection.execute(select(
            *keys, _m.id, _m.restated, _m.gone, _m.basis, _m.quantity, _m.value, _m.variance, _m.settled,
            _m.value_after).order_by(_m.id)):
        key = tuple(r[:len(keys)])
        if not r.restated:
            gone[key] = r.gone
        elif gone.get(key, True) and (r.quantity or r.value or r.variance):
            yield f"stock_move row {r.id}", N_("a move that stands"), N_("taken back, or never made")
        if r.restated and r.quantity and r.basis not in _COUNTS:
            yield f"stock_move row {r.id} quantity", ZERO, r.quantity
        left[key] = [a + b for a, b in zip(left[key], r[-5:-1], strict=True)]
        worth[r.item_id] += r.value
        if r.value_after != worth[r.item_id]:
            yield f"stock_move row {r.id} value_after", worth[r.item_id], r.value_after
            worth[r.item_id] = r.value_after  # name the first row, not all that follow
    for key, sums in left.items():
        if gone.get(key) and any(sums):
            yield (f"stock_move of {', '.join(netting.EVENT)}: {shown(key)}", N_("nothing, since it was taken back"),
                   shown(tuple(map(str, sums))))


def value_kept(connection: Connection) -> Broken:
    """What leaves one warehouse arrives in the other; what is made is worth what was used and the fee."""
    for r in connection.execute(select(
            _m.document_id, _m.line_id, func.sum(_m.value + _m.variance).label("left"), func.sum(_m.quantity).label(
                "quantity")).where(_m.basis == Basis.TRANSFER.value).group_by(_m.document_id, _m.line_id)):
        if r.left or r.quantity:
            yield f"stock_move of line {r.line_id} (document id {r.document_id}): what leaves, arrives", ZERO, r.left
    sides: dict[int, dict[str, Decimal]] = defaultdict(lambda: {"used": ZERO, "made": ZERO})
    fees: dict[Any, tuple[int, Decimal]] = {}
    for row in connection.execute(select(
            *(_m[name] for name in netting.EVENT), _m.document_id, _m.basis, _m.value, _m.variance, _m.stated, _m.gone,
            _m.restated).where(_m.basis.in_((Basis.USED.value, Basis.MADE.value))).order_by(_m.id)):
        sides[row.document_id][row.basis] += row.value + (row.variance if row.basis == Basis.MADE.value else ZERO)
        if row.basis == Basis.MADE.value and not row.restated:
            fees[tuple(row[:len(netting.EVENT)])] = row.document_id, ZERO if row.gone else row.stated or ZERO
    paid: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for document_id, fee in fees.values():
        paid[document_id] += fee
    for document_id, side in sides.items():
        if side["made"] != paid[document_id] - side["used"]:
            yield f"stock_move of document id {document_id}: made of what it used", paid[document_id] - side["used"], \
                side["made"]
