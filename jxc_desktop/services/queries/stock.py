"""Stock figures, open alerts and the figures of the home page."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, type_coerce

from jxc_desktop.document_types.schema import Account, Progress, Promise, Section, Status
from jxc_desktop.models.base import Money
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, lot, unit, warehouse
from jxc_desktop.models.stock import partner_entry, stock_alert, stock_balance
from jxc_desktop.services import holds, projection
from jxc_desktop.services.holds import Holder
from jxc_desktop.services.unit_of_work import utc_now
from jxc_desktop.values import ZERO


@dataclass(frozen=True)
class StockFigures:
    """Of one item, in base units, in one warehouse or all."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    on_order: Decimal = ZERO
    reorder_point: Decimal | None = None
    holders: tuple[Holder, ...] = ()  # others whose drafts want some of it

    @property
    def held(self) -> Decimal:
        """What drafts of others hold; they may still be given up."""
        return sum((h.quantity for h in self.holders), ZERO)

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def projected(self) -> Decimal:
        return self.available + self.on_order


@dataclass(frozen=True)
class AlertRow:
    id: int
    kind: str
    item_id: int
    item: str
    code: str
    spec: str
    warehouse: str
    on_hand: Decimal
    threshold: Decimal
    unit: str
    raised_at: dt.datetime
    lot: str = ""
    expires: dt.date | None = None


def figures(connection: Connection, item_ids: Collection[int], warehouse_id: int | None,
            token: str = "") -> dict[int, StockFigures]:
    """Every asked item has its figures, zero where it never moved. `token`: of the document that asks."""
    b = stock_balance.c
    here = b.item_id == item.c.id if warehouse_id is None else (
        b.item_id == item.c.id) & (b.warehouse_id == warehouse_id)
    rows = connection.execute(select(
        item.c.id, item.c.reorder_point, func.coalesce(func.sum(b.on_hand), ZERO).label("on_hand"),
        func.coalesce(func.sum(b.reserved), ZERO).label("reserved"),
        func.coalesce(func.sum(b.on_order), ZERO).label("on_order")).join_from(
        item, stock_balance, here, isouter=True).where(item.c.id.in_(item_ids)).group_by(
        item.c.id, item.c.reorder_point))
    ours = projection.between_ours(connection, item_ids) if warehouse_id is None else {}
    found = {r.id: StockFigures(r.on_hand, r.reserved, r.on_order - ours.get(r.id, ZERO), r.reorder_point)
             for r in rows}
    for (item_id, where), holders in holds.held(connection, item_ids, token).items():
        if warehouse_id in (None, where) and item_id in found:
            found[item_id] = replace(found[item_id], holders=found[item_id].holders + tuple(holders))
    return {i: found.get(i, StockFigures()) for i in item_ids}


def by_warehouse(connection: Connection, item_id: int) -> list[dict[str, Any]]:
    """One row per active warehouse, also those without stock of the item."""
    b, w = stock_balance.c, warehouse.c
    return [dict(r) | {"available": r["on_hand"] - r["reserved"]} for r in connection.execute(select(
        w.id.label("warehouse_id"), w.name.label("warehouse"), func.coalesce(b.on_hand, ZERO).label("on_hand"),
        func.coalesce(b.reserved, ZERO).label("reserved"), func.coalesce(b.on_order, ZERO).label("on_order")
    ).join_from(warehouse, stock_balance, (b.warehouse_id == w.id) & (b.item_id == item_id), isouter=True).where(
        w.active).order_by(w.id)).mappings()]


def _awake() -> ColumnElement[bool]:
    """Open alerts that nobody has put off."""
    a = stock_alert.c
    return and_(a.cleared_at.is_(None), or_(a.snoozed_until.is_(None), a.snoozed_until <= utc_now()))


def alerts(connection: Connection) -> list[AlertRow]:
    """Open alerts that are not put off, the newest first."""
    a = stock_alert.c
    return [AlertRow(r.id, r.kind, r.item_id, r.item, r.code, r.spec or "", r.warehouse or "", r.on_hand, r.threshold,
                     r.unit, r.raised_at, r.lot or "", r.expiry_date) for r in connection.execute(
        select(stock_alert, item.c.name.label("item"), item.c.code, item.c.spec, unit.c.name.label("unit"),
               warehouse.c.name.label("warehouse"), lot.c.code.label("lot"), lot.c.expiry_date).join_from(
            stock_alert, item, item.c.id == a.item_id).join(unit, unit.c.id == item.c.unit_id).outerjoin(
            warehouse, warehouse.c.id == a.warehouse_id).outerjoin(lot, lot.c.id == a.lot_id).where(
            _awake()).order_by(a.id.desc()).limit(500))]


def alert_count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(stock_alert).where(_awake())) or 0


def low_items(connection: Connection, item_ids: Collection[int], warehouse_id: int | None) -> set[int]:
    """Those of the items that have an open alert, in this warehouse or for all together."""
    a = stock_alert.c
    here = a.warehouse_id.is_(None) if warehouse_id is None else or_(
        a.warehouse_id.is_(None), a.warehouse_id == warehouse_id)
    return set(connection.scalars(select(a.item_id).where(
        a.kind == "low", a.cleared_at.is_(None), a.item_id.in_(item_ids), here)))


def home(connection: Connection, today: dt.date) -> dict[str, Any]:
    """The figures of the desk: today's, what is open, thirty days of sales and the items sold most in them."""
    from jxc_desktop import document_types

    d = document.c

    def count(*where: Any) -> int:
        return connection.scalar(select(func.count()).select_from(document).where(*where)) or 0

    def open_orders(section: Section) -> int:
        kinds = [k.key for k in document_types.ALL
                 if k.promise not in (None, Promise.REQUESTED) and k.section is section]
        return count(d.kind.in_(kinds), d.status == Status.POSTED, d.progress != Progress.DONE)

    since = today - dt.timedelta(days=29)
    e = partner_entry.c
    sold = {r.date: r.amount for r in connection.execute(select(e.date, func.sum(e.amount).label("amount")).where(
        e.account == Account.RECEIVABLE, e.date >= since, e.date <= today).group_by(e.date))}
    received = connection.scalar(select(func.sum(e.amount)).where(
        e.account == Account.PAYABLE, e.date == today)) or ZERO
    return {
        "sales_today": sold.get(today, ZERO), "receipts_today": received, "drafts": count(d.status == Status.DRAFT),
        "low_stock": connection.scalar(select(func.count()).where(
            stock_alert.c.cleared_at.is_(None), stock_alert.c.kind == "low")) or 0,
        "open_sales_orders": open_orders(Section.SALES), "open_purchase_orders": open_orders(Section.PURCHASE),
        "sales_by_day": [{"date": since + dt.timedelta(days=n), "total": sold.get(since + dt.timedelta(days=n), ZERO)}
                         for n in range(30)],
        "top_items": top_items(connection, since, today), "as_of": today}


def top_items(connection: Connection, since: dt.date, until: dt.date) -> list[dict[str, Any]]:
    """The ten items with the largest net sales between two days."""
    from jxc_desktop.services.queries.lookups import selling_kinds

    d, line = document.c, document_line.c
    total = type_coerce(func.sum(line.net + line.tax), Money).label("total")
    return [dict(r) for r in connection.execute(select(
        item.c.id, item.c.code, item.c.name, func.sum(line.base_quantity).label("quantity"), total).join_from(
        document_line, document, d.id == line.document_id).join(item, item.c.id == line.item_id).where(
        d.kind.in_(selling_kinds(True)), d.status.in_((Status.POSTED, Status.REVERSED)),  # a mirror and its original
        d.date >= since, d.date <= until).group_by(
        item.c.id, item.c.code, item.c.name).order_by(total.desc()).limit(10)).mappings()]
