"""How long ago the goods on hand came in, and what they are worth.

Under FIFO the layers say it. For an average, or a day in the past, the newest receipts are taken to be what is
on hand: under an average they are worth the same, under FIFO what they cost.
"""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.records import item
from jxc_desktop.models.stock import cost_layer, cost_pool, stock_move
from jxc_desktop.services.netting import day_end
from jxc_desktop.values import ZERO

FIFO = "fifo"


class Aged(NamedTuple):
    """Goods that came in on one day. What is missing is negative."""

    came: dt.date
    quantity: Decimal
    value: Decimal


_m, _p, _layer = stock_move.c, cost_pool.c, cost_layer.c
_EVENT = (_m.item_id, _m.effective_at, _m.entry, _m.line_id)


def ageing(connection: Connection, item_id: int, as_of: dt.date, edges: Sequence[int]) -> list[Decimal]:
    """Value on hand by age in days: up to each of the edges, and older than the last."""
    return buckets(ages(connection, as_of, item_id).get(item_id, ()), as_of, edges)


def buckets(goods: Iterable[Aged], as_of: dt.date, edges: Sequence[int]) -> list[Decimal]:
    """The value of goods by their age."""
    found = [ZERO] * (len(edges) + 1)
    for each in goods:
        found[bisect_left(edges, (as_of - each.came).days)] += each.value
    return found


def ages(connection: Connection, as_of: dt.date, item_id: int | None = None) -> dict[int, list[Aged]]:
    """What is on hand at the end of a day, by item (one or all), the oldest first."""
    end = day_end(as_of)
    layered = select(_p.item_id).join_from(cost_pool, item, item.c.id == _p.item_id).where(
        _p.warehouse_id == 0, _p.lot_id == 0, item.c.cost_method == FIFO, _p.last_at < end)
    found: dict[int, list[Aged]] = defaultdict(list)
    for r in connection.execute(select(_layer.item_id, _layer.received_at, _layer.quantity, _layer.value).where(
            _layer.item_id.in_(layered), _one(_layer.item_id, item_id)).order_by(_layer.received_at, _layer.id)):
        found[r.item_id].append(Aged(r.received_at.date(), r.quantity, r.value))
    return found | _rebuilt(connection, (_m.effective_at < end, _m.item_id.not_in(layered), _one(_m.item_id, item_id)),
                            as_of)


def _one(column: ColumnElement[Any], item_id: int | None) -> ColumnElement[bool]:
    return column == item_id if item_id is not None else column.is_not(None)


def _rebuilt(connection: Connection, where: Sequence[ColumnElement[bool]], as_of: dt.date) -> dict[int, list[Aged]]:
    """From the ledger up to a day."""
    receipts: dict[int, list[Aged]] = defaultdict(list)
    for r in connection.execute(select(*_EVENT, func.sum(_m.quantity).label("quantity"), func.sum(_m.value).label(
            "value")).where(*where, _m.basis != Basis.TRANSFER).group_by(*_EVENT).having(
            func.sum(_m.quantity) > 0).order_by(*_EVENT)):
        receipts[r.item_id].append(Aged(r.effective_at.date(), r.quantity, r.value))
    found = {}
    for item_id, method, quantity, value in connection.execute(select(
            _m.item_id, item.c.cost_method, func.sum(_m.quantity), func.sum(_m.value)).join_from(
            stock_move, item, item.c.id == _m.item_id).where(*where).group_by(_m.item_id, item.c.cost_method)):
        if quantity > 0:
            found[item_id] = newest(receipts[item_id], quantity, value, by_value=method == FIFO)
        elif quantity or value:  # missing goods have no age yet
            found[item_id] = [Aged(as_of, quantity, value)]
    return found


def newest(receipts: Sequence[Aged], quantity: Decimal, value: Decimal, *, by_value: bool = False) -> list[Aged]:
    """The last of `receipts` (oldest first) that make up `quantity`; they share its value by what they are worth or
    by quantity.
    """
    goods: list[Aged] = []
    for receipt in reversed(receipts):
        if part := min(receipt.quantity, quantity):
            goods.append(Aged(receipt.came, part, values.share_of(receipt.value, part, receipt.quantity)))
            quantity -= part
    worths = [each.value for each in goods]
    shares = values.spread(value, worths if by_value and sum(worths, ZERO) else [each.quantity for each in goods])
    return [each._replace(value=share) for each, share in zip(goods, shares, strict=True)][::-1]
