"""Warnings beside stock levels: late promises, suppliers, prices, credit, goods that lie and the money in them.

What a document causes is told, and cleared, in its save; what time causes by the look that is taken once a day.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Progress, Promise, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner
from jxc_desktop.models.stock import cost_pool, stock_move
from jxc_desktop.services import catalog, notices
from jxc_desktop.services.notices import About, Kind, Notice
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO, plain

_d, _l, _m, _p = document.c, document_line.c, stock_move.c, cost_pool.c
_LATE = {Promise.RESERVED: (Kind.ORDER_LATE, "salesperson"), Promise.ON_ORDER: (Kind.SUPPLIER_LATE, "buyer")}
_ORDERS = {k.key: k.promise for k in document_types.ALL if k.promise in _LATE and k.column("price")}
_LATE_KINDS = (Kind.ORDER_LATE, Kind.SUPPLIER_LATE)
_DUE = select(_d.id, _d.kind, _d.number, _d.due_date, _d.created_by, partner.c.name).join_from(
    document, partner, partner.c.id == _d.partner_id).where(
    _d.kind.in_(_ORDERS), _d.status == Status.POSTED, _d.reversal_of_id.is_(None),
    _d.progress != Progress.DONE, _d.due_date < bindparam("today")).order_by(_d.id)
_DUE_OF_THESE = _DUE.where(_d.id.in_(bindparam("ids", expanding=True)))
MOST = 200  # of goods that lie, those that bind the most money


def by_calendar(work: Work, today: dt.date) -> None:
    """Bring what time causes to what it is today."""
    settings = catalog.the_company(work.connection).values
    notices.settle(work, _LATE_KINDS, _late(work.rows(_DUE, {"today": today})))
    notices.settle(work, [Kind.SLOW, Kind.DEAD], list(_lying(work, today, settings)))
    notices.settle(work, [Kind.CASH], _bound(work, settings))


def orders_changed(work: Work, order_ids: Iterable[int]) -> None:
    """Orders that were late may be done now, or promised for another day."""
    ids = list(order_ids)
    if ids:
        found = work.rows(_DUE_OF_THESE, {"today": dt.date.today(), "ids": ids})
        notices.settle(work, _LATE_KINDS, _late(found), about=About("document_id", ids))


def _late(rows: Iterable[Any]) -> list[Notice]:
    found = []
    for r in rows:
        kind, role = _LATE[_ORDERS[r.kind]]
        found.append(Notice(kind, f"document {r.id}", {
            "number": r.number, "partner": r.name, "due": r.due_date.isoformat()}, role=role, person=r.created_by,
            document_id=r.id))
    return found


def _lying(work: Work, today: dt.date, settings: Mapping[str, Any]) -> Iterable[Notice]:
    """Goods of which nothing left for long, those that bind the most money first."""
    slow, dead = settings["slow_days"], settings["dead_days"]
    left = select(_m.item_id, func.max(_m.effective_at).label("at")).where(
        _m.quantity < ZERO, _m.basis.in_((Basis.CURRENT.value, Basis.USED.value))).group_by(_m.item_id).subquery()
    came = select(_m.item_id, func.min(_m.effective_at).label("at")).group_by(_m.item_id).subquery()
    since = func.coalesce(left.c.at, came.c.at)
    for r in work.rows(select(item.c.id, item.c.name, _p.value, since.label("since")).join_from(
            cost_pool, item, item.c.id == _p.item_id).join(came, came.c.item_id == item.c.id).outerjoin(
            left, left.c.item_id == item.c.id).where(
            _p.warehouse_id == 0, _p.lot_id == 0, _p.quantity > ZERO, _p.value > ZERO,
            since < dt.datetime.combine(today, dt.time()) - dt.timedelta(days=slow)).order_by(
            _p.value.desc()).limit(MOST)):
        days = (today - r.since.date()).days
        yield Notice(Kind.DEAD if days > dead else Kind.SLOW, f"item {r.id}", {
            "item": r.name, "days": days, "value": plain(r.value)}, role="manager", item_id=r.id)


def _bound(work: Work, settings: Mapping[str, Any]) -> Sequence[Notice]:
    value = work.connection.scalar(select(func.sum(_p.value)).where(_p.warehouse_id == 0, _p.lot_id == 0)) or ZERO
    limit = settings["cash_limit"]
    return [Notice(Kind.CASH, "stock", {"value": plain(value), "limit": plain(limit)}, role="manager")] \
        if limit is not None and value > limit else []


def posted(work: Work, kind: DocumentType, draft: Draft, document_id: int, number: str,
           costs: Mapping[int, Decimal], settings: Mapping[str, Any]) -> None:
    """What a document that was just posted gives to think of. `costs`: of what left stock, by line id."""
    if kind.key == "delivery_note":
        _below_cost(work, draft, document_id, number, costs)
    elif kind.key == "goods_receipt" and settings["price_jump"]:
        _price_jumps(work, draft, document_id, settings["price_jump"])


def _below_cost(work: Work, draft: Draft, document_id: int, number: str, costs: Mapping[int, Decimal]) -> None:
    below = [line for line in draft.lines if not line.get("gift") and line["base_quantity"] > 0
             and (line.get("net") or ZERO) < costs.get(line["id"], ZERO)]
    for line in below[:1]:  # the document is told once
        name = work.connection.scalar(select(item.c.name).where(item.c.id == line["item_id"])) or ""
        quantity = line["base_quantity"]
        notices.tell(work, Notice(Kind.BELOW_COST, f"document {document_id}", {
            "number": number, "item": name, "price": plain(values.divide(line.get("net") or ZERO, quantity, 4)),
            "cost": plain(values.divide(costs[line["id"]], quantity, 4))}, role="manager", document_id=document_id))


def _price_jumps(work: Work, draft: Draft, document_id: int, most: Decimal) -> None:
    """Against what the same supplier asked the last time, per base unit."""
    supplier = draft.header["partner_id"]
    lines = {line["item_id"]: line for line in draft.lines if line["base_quantity"] > 0 and line.get("net")}
    before = func.max(_l.id).label("id")
    last = select(before).join_from(document_line, document, _d.id == _l.document_id).where(
        _d.kind == "goods_receipt", _d.status == Status.POSTED, _d.partner_id == supplier, _d.id != document_id,
        _l.item_id.in_(lines), _l.base_quantity > ZERO, _l.net > ZERO).group_by(_l.item_id)
    for r in work.rows(select(_l.item_id, _l.base_quantity, _l.net, item.c.name, partner.c.name.label("partner"))
                       .join_from(document_line, item, item.c.id == _l.item_id).join(
            partner, partner.c.id == supplier).where(_l.id.in_(last))):
        line = lines[r.item_id]
        was = values.divide(r.net, r.base_quantity, 4)
        now = values.divide(line["net"], line["base_quantity"], 4)
        if was and now > was * (1 + most):
            share = values.divide((now - was) * 100, was, 1)
            notices.tell(work, Notice(Kind.PRICE_JUMP, f"document {document_id} item {r.item_id}", {
                "item": r.name, "partner": r.partner, "price": plain(now), "before": plain(was),
                "change": f"+{plain(share)}%"}, role="buyer", document_id=document_id, item_id=r.item_id,
                partner_id=supplier))


def closed_short(work: Work, order_id: int) -> None:
    """The rest of an order to a supplier was given up: what had come of it is told."""
    row: Any = work.connection.execute(select(
        _d.number, _d.partner_id, partner.c.name, func.sum(_l.base_quantity, type_=Quantity).label("ordered"),
        func.sum(_l.fulfilled, type_=Quantity).label("came")).join_from(document, partner).join(
        document_line, _l.document_id == _d.id).where(_d.id == order_id).group_by(
        _d.number, _d.partner_id, partner.c.name)).first()
    if row and row.came < row.ordered:
        notices.tell(work, Notice(Kind.SUPPLIER_SHORT, f"document {order_id}", {
            "number": row.number, "partner": row.name,
            "share": f"{plain(values.divide(row.came * 100, row.ordered, 0))}%"}, role="buyer",
            document_id=order_id, partner_id=row.partner_id))

