"""Purchase requests ask for no more than the orders of customers lack: goods come from elsewhere, orders get smaller.

What a request asks for beyond the need of its own order gives way, the latest first, as far as nobody has ordered it
and no other order lacks the same goods in the same warehouse (they may be promised before the request's own).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, exists, func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Promise, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item
from jxc_desktop.services import catalog
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

_REQUESTS = [k.key for k in document_types.ALL if k.promise is Promise.REQUESTED]
_ORDERS = [k.key for k in document_types.ALL if k.promise is Promise.RESERVED]

_l, _d = document_line.c, document.c
_bought, _order = document_line.alias(), document.alias()
_ITEMS: Any = bindparam("items", expanding=True)


def _left(line: Any) -> Any:
    return type_coerce(func.coalesce(func.sum(line.base_quantity - line.fulfilled), 0), Quantity)


_COMING = select(_left(_bought.c)).join_from(_bought, _order, _order.c.id == _bought.c.document_id).where(
    _bought.c.source_line_id == _l.id, _order.c.status == Status.POSTED,
    _bought.c.base_quantity > _bought.c.fulfilled).scalar_subquery()
_PENDING = exists(select(_bought.c.id).join_from(_bought, _order, _order.c.id == _bought.c.document_id).where(
    _bought.c.source_line_id == _l.id, _order.c.status.in_((Status.DRAFT, Status.SUBMITTED))))
_NAMED = exists(select(_bought.c.id).where(_bought.c.source_line_id == _l.id))
_ASKED = select(
    _l.id, _l.document_id, _d.status, _l.item_id, _d.warehouse_id, _l.for_line_id, _l.base_quantity, _l.fulfilled,
    _COMING.label("coming"), _PENDING.label("pending"), _NAMED.label("named")).join_from(
    document_line, document, _d.id == _l.document_id).where(
    _d.kind.in_(_REQUESTS), _d.status.in_((Status.POSTED, Status.SUBMITTED, Status.CLOSED)),
    _l.for_line_id.is_not(None), _l.item_id.in_(_ITEMS)).order_by(_l.id.desc())
_LACKED = select(_l.id, _l.item_id, _d.warehouse_id, _l.base_quantity, _l.fulfilled, _l.reserved).join_from(
    document_line, document, _d.id == _l.document_id).join(item, item.c.id == _l.item_id).where(
    _d.kind.in_(_ORDERS), _d.status == Status.POSTED, _d.reversal_of_id.is_(None), item.c.stocked,
    _l.item_id.in_(_ITEMS), _l.base_quantity > _l.fulfilled + _l.reserved)


@dataclass
class _Asked:
    """A line of a request: base units that nobody has ordered, and that are ordered and have not come."""

    row: Any

    @property
    def open(self) -> Decimal:
        return max(self.row.base_quantity - self.row.fulfilled, ZERO) if self.row.status != Status.CLOSED else ZERO

    @property
    def left(self) -> Decimal:
        return self.open + Decimal(self.row.coming)

    @property
    def shelf(self) -> tuple[int, int]:
        return self.row.item_id, self.row.warehouse_id

    def may_give(self) -> Decimal:
        """All that is open, unless an order to a supplier is being drafted of it, or one that was names the line."""
        if self.row.status != Status.POSTED or self.row.pending or (self.row.named and not self.row.fulfilled):
            return ZERO
        return self.open


def give_way(work: Work, item_ids: Collection[int]) -> None:
    """Lower the requests for these items to what is lacking; one that asks for nothing any more is closed."""
    asked = [_Asked(r) for r in work.rows(_ASKED, {"items": sorted(item_ids)})] if item_ids else []
    if not any(a.may_give() for a in asked):
        return
    need, surplus = defaultdict[int, Decimal](Decimal), defaultdict[tuple[int, int], Decimal](Decimal)
    spare: dict[int, Decimal] = {}
    for r in work.rows(_LACKED, {"items": sorted(item_ids)}):
        need[r.id] = r.base_quantity - r.fulfilled - r.reserved
        surplus[r.item_id, r.warehouse_id] -= need[r.id]
    for a in asked:
        surplus[a.shelf] += a.left
        spare[a.row.for_line_id] = spare.get(a.row.for_line_id, -need[a.row.for_line_id]) + a.left
    less: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for a in asked:
        given = min(a.may_give(), spare[a.row.for_line_id], surplus[a.shelf])
        if given > 0:
            spare[a.row.for_line_id] -= given
            surplus[a.shelf] -= given
            less[a.row.document_id][a.row.id] = a.row.base_quantity - given
    for request_id, left in sorted(less.items()):
        _lower(work, request_id, left)


def _lower(work: Work, request_id: int, left: Mapping[int, Decimal]) -> None:
    """Lines keep the base units that are `left` of them; those of which nothing is left go."""
    from jxc_desktop.services import documents, followups

    draft = rows.read_draft(work.connection, request_id)
    units = catalog.items(work.connection, {line["item_id"] for line in draft.lines})
    for line in draft.lines:
        if line["id"] in left:
            line |= {"unit_id": units[line["item_id"]].unit_id, "quantity": left[line["id"]]}
    kept = [line for line in draft.lines if line["quantity"]]
    if kept:
        kind, draft.lines = document_types.BY_KEY[draft.kind], kept
        before = rows.existing(work, request_id, draft.version, kind)
        documents.post_approved(work, kind, draft, before, "correct")
    else:
        documents.close(followups.for_all(work), request_id, int(draft.version or 0))
