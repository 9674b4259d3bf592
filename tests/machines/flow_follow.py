"""What has to follow from a document by itself, by the settings and rules of its company."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.machines.flow_figures import ZERO, Doc, Figures, Line, require

BRINGING = ("goods_receipt", "other_in", "transfer")


def check(before: Figures, after: Figures, doc: Doc, policy: Mapping[str, Any]) -> None:
    """After `doc` was posted. Raises Wrong."""
    lines = [x for x in doc.lines if x.item != after.service]
    if doc.kind == "sales_order":
        if policy["reserve_on_order"]:
            for x in lines:
                _not_idle(after, doc, x)
        if policy["follow_request"] == "auto" or "request" in policy["rules"]:
            for x in lines:
                lacks = x.left - x.reserved - after.asked(x)
                require(lacks <= 0, lambda x=x, q=lacks: f"{doc} line {x.id}: nobody asked for the last {q}")
        if policy["follow_delivery"] == "auto" or "delivery" in policy["rules"]:
            _drafted(before, after, doc)
    elif policy["reserve_on_order"] and policy["serve_waiting"] and doc.kind in BRINGING:
        came = {(x.item, doc.to_warehouse or doc.warehouse) for x in lines}
        for order in (d for d in after.docs.values() if d.kind == "sales_order" and d.live):
            for x in order.lines:
                if (x.item, order.warehouse) in came:
                    _not_idle(after, order, x)


def _not_idle(after: Figures, order: Doc, line: Line) -> None:
    """No goods lie free where an order waits for them."""
    shelf = line.item, order.warehouse
    free: Decimal = after.on_hand().get(shelf, ZERO) - after.reserved().get(shelf, ZERO)
    require(line.left <= line.reserved or free <= 0, lambda: (
        f"{order} line {line.id} holds {line.reserved} of {line.left}, and {free} are free"))


def _drafted(before: Figures, after: Figures, order: Doc) -> None:
    """A delivery of what an order holds is being prepared."""
    ids = {x.id for x in order.lines}
    drafts = [d for d in after.docs.values() if d.kind == "delivery_note" and d.status == "draft"
              and any(x.source in ids for x in d.lines)]
    held = any(x.reserved for x in order.lines if x.item != after.service)
    require(bool(drafts) or not held, lambda: f"nobody prepared a delivery of {order}")
    if len(drafts) == 1 and drafts[0].id not in before.docs:
        wrong = [x for x in drafts[0].lines if x.base != after.lines[x.source or 0].reserved]
        require(not wrong, lambda: f"{drafts[0]} does not bring what {order} holds: {wrong}")
