"""What purchase requests ask for the orders of customers, and how much of it has not come yet."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Promise, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.values import ZERO

_l, _d = document_line.c, document.c
_wanted, _bought, _order = document_line.alias(), document_line.alias(), document.alias()
_of_bought = select(_bought.c.id).join_from(_bought, _order, _order.c.id == _bought.c.document_id).where(
    _bought.c.source_line_id == _l.id)
_COMING = _of_bought.with_only_columns(type_coerce(
    func.coalesce(func.sum(_bought.c.base_quantity - _bought.c.fulfilled), 0), Quantity)).where(
    _order.c.status == Status.POSTED, _bought.c.base_quantity > _bought.c.fulfilled).scalar_subquery()
_PENDING = exists(_of_bought.where(_order.c.status.in_((Status.DRAFT, Status.SUBMITTED))))
_REQUESTED = select(
    _l.id, _l.document_id, _d.status, _l.item_id, _d.warehouse_id, _l.for_line_id, _l.base_quantity, _l.fulfilled,
    _COMING.label("coming"), _PENDING.label("pending"), exists(_of_bought).label("named")).join_from(
    document_line, document, _d.id == _l.document_id).join(
    _wanted, (_wanted.c.id == _l.for_line_id) & (_wanted.c.item_id == _l.item_id)).where(
    _l.for_line_id.is_not(None), _d.kind.in_([k.key for k in document_types.ALL if k.promise is Promise.REQUESTED]),
    _d.status.in_((Status.POSTED, Status.SUBMITTED, Status.CLOSED))).order_by(_l.id.desc())
_OF_ITEMS = _REQUESTED.where(_l.item_id.in_(bindparam("items", expanding=True)))
_OF_LINES = _REQUESTED.where(_l.for_line_id.in_(bindparam("lines", expanding=True)))


@dataclass(frozen=True)
class Requested:
    """A line of a request, for the item that a line of an order wants."""

    row: Any

    @property
    def open(self) -> Decimal:
        """The base units that nobody has ordered yet."""
        return max(self.row.base_quantity - self.row.fulfilled, ZERO) if self.row.status != Status.CLOSED else ZERO

    @property
    def left(self) -> Decimal:
        """The base units that have not come: not ordered yet, or ordered."""
        return self.open + Decimal(self.row.coming)

    @property
    def shelf(self) -> tuple[int, int]:
        return self.row.item_id, self.row.warehouse_id

    def may_give(self) -> Decimal:
        """All that is open, unless an order to a supplier is being drafted of it, or one that was names the line."""
        if self.row.status != Status.POSTED or self.row.pending or (self.row.named and not self.row.fulfilled):
            return ZERO
        return self.open


def for_items(connection: Connection, item_ids: Collection[int]) -> list[Requested]:
    """The lines that ask for these items, the latest first."""
    return [Requested(r) for r in connection.execute(_OF_ITEMS, {"items": sorted(item_ids)})] if item_ids else []


def left_for_lines(connection: Connection, line_ids: Collection[int]) -> dict[int, Decimal]:
    """What is requested for lines of orders and has not come, by line."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for r in connection.execute(_OF_LINES, {"lines": sorted(line_ids)}) if line_ids else ():
        found[r.for_line_id] += Requested(r).left
    return found
