"""Purchase requests ask for no more than the orders of customers lack: goods come from elsewhere, orders get smaller.

What a request asks for beyond the need of its own order gives way, the latest first, as far as nobody has ordered it
and no other order lacks the same goods in the same warehouse (they may be promised before the request's own).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item
from jxc_desktop.services import catalog, orders, requested
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.unit_of_work import Work

_l, _d = document_line.c, document.c
_LACKED = select(_l.id, _l.item_id, _d.warehouse_id, _l.base_quantity, _l.fulfilled, _l.reserved).join_from(
    document_line, document, _d.id == _l.document_id).join(item, item.c.id == _l.item_id).where(*orders.LACKING)


def give_way(work: Work, item_ids: Collection[int]) -> None:
    """Lower the requests for these items to what is lacking; one that asks for nothing any more is closed."""
    asked = requested.for_items(work.connection, item_ids)
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
