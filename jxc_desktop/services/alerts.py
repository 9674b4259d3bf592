"""Low and over stock and lots that expire, raised and cleared inside the save that causes them.

A threshold of an item in a warehouse is compared with the stock there; one of the item itself with its stock
in all warehouses together. Lots also expire while nobody saves anything: `refresh_expiry` looks once a day.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import bindparam, func, insert, null, select, update

from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import item, lot, stock_level, unit, warehouse
from jxc_desktop.models.stock import lot_balance, stock_alert, stock_balance
from jxc_desktop.services import balances
from jxc_desktop.services.unit_of_work import AlertInfo, Work
from jxc_desktop.values import ZERO

LOW, OVER, EXPIRING, EXPIRED = "low", "over", "expiring", "expired"
_EXPIRY = (EXPIRING, EXPIRED)
_MOST = 5000  # items in one statement


def evaluate(work: Work, item_ids: Collection[int], document_id: int | None = None, *, tracked: bool = True) -> None:
    """Bring the open alerts of these items to what their stock says now; `tracked`: some of them by lots."""
    if not item_ids:
        return
    given = {"items": list(item_ids)}
    due = _named(work, [a for row in work.rows(_LEVELS, given) for a in _due(row)])
    if tracked:
        due += _outdated(work.rows(_LOTS, given), dt.date.today())
    _settle(work, due, work.rows(_OPEN, given), document_id)


def refresh_expiry(work: Work, today: dt.date | None = None) -> None:
    """Bring the alerts of lots that expire to what the calendar says."""
    work.require("item.see")
    today = today or dt.date.today()
    due = {_key(a) for a in _outdated(work.rows(_ALL_LOTS), today)}
    open_ = {_key(r) for r in work.rows(_OPEN_EXPIRY)}
    changed = sorted({item_id for _, item_id, *_ in due ^ open_})
    for items in (changed[i:i + _MOST] for i in range(0, len(changed), _MOST)):
        balances.lock_items(work, balances.Locked(), items)  # two PCs that look at once raise an alert once
        given = {"items": items}
        _settle(work, _outdated(work.rows(_LOTS, given), today), [
            r for r in work.rows(_OPEN, given) if r.kind in _EXPIRY], None)


def snooze(work: Work, alert_id: int, until: dt.datetime) -> None:
    """Do not show an open alert before `until` (UTC). Raises NotFound."""
    work.require("item.see")
    a = stock_alert.c
    found = work.connection.execute(select(a.item_id).where(a.id == alert_id, a.cleared_at.is_(None))).first()
    if found is None:
        raise NotFound(what=N_("Alert"), key=alert_id)
    work.connection.execute(update(stock_alert).where(a.id == alert_id).values(snoozed_until=until))
    work.changes.add(("alert", found.item_id))


def _key(alert: Any) -> tuple[str, int, int | None, int | None]:
    return alert.kind, alert.item_id, alert.warehouse_id, alert.lot_id


def _settle(work: Work, alerts: Iterable[AlertInfo], rows: Iterable[Any], document_id: int | None) -> None:
    """Clear open alerts (`rows`) that are not due, follow those that are, raise the rest."""
    due, open_ = {_key(a): a for a in alerts}, {_key(r): r for r in rows}
    a = stock_alert.c
    for key in open_.keys() - due.keys():
        work.connection.execute(update(stock_alert).where(a.id == open_[key].id).values(cleared_at=work.now))
    for key in open_.keys() & due.keys():
        if (open_[key].on_hand, open_[key].threshold) != (due[key].on_hand, due[key].threshold):
            work.connection.execute(update(stock_alert).where(a.id == open_[key].id).values(
                on_hand=due[key].on_hand, threshold=due[key].threshold))
    fresh = [due[key] for key in sorted(due.keys() - open_.keys(), key=str)]
    if fresh:
        work.connection.execute(insert(stock_alert), [
            {"kind": f.kind, "item_id": f.item_id, "warehouse_id": f.warehouse_id, "lot_id": f.lot_id,
             "on_hand": f.on_hand, "threshold": f.threshold, "document_id": document_id, "raised_at": work.now}
            for f in fresh])
    work.alerts.extend(fresh)
    work.changes.update(("alert", key[1]) for key in open_.keys() ^ due.keys())


def _levels(item_ids: Any) -> Any:
    """One row per threshold: those of warehouses, and those of items for all warehouses."""
    b, s, i = stock_balance.c, stock_level.c, item.c
    of_warehouse = select(s.item_id, s.warehouse_id, s.reorder_point, s.maximum,
                          func.coalesce(b.on_hand, 0).label("on_hand")).join_from(
        stock_level, item, i.id == s.item_id).outerjoin(
        stock_balance, (b.item_id == s.item_id) & (b.warehouse_id == s.warehouse_id)).where(
        s.item_id.in_(item_ids), i.stocked)
    everywhere = select(func.coalesce(func.sum(b.on_hand), 0)).where(b.item_id == i.id).scalar_subquery()
    of_item = select(i.id, null(), i.reorder_point, i.maximum, everywhere).where(
        i.id.in_(item_ids), i.stocked, (i.reorder_point > ZERO) | (i.maximum > ZERO))
    return of_warehouse.union_all(of_item)


# Built once: building a statement costs a save more than running it.
_ITEMS: Any = bindparam("items", expanding=True)
_LEVELS = _levels(_ITEMS)
_NAMES = select(item.c.id, item.c.name.label("item"), unit.c.name.label("unit")).join_from(
    item, unit, unit.c.id == item.c.unit_id).where(item.c.id.in_(_ITEMS))
_ALL_OPEN = select(stock_alert).where(stock_alert.c.cleared_at.is_(None))
_OPEN = _ALL_OPEN.where(stock_alert.c.item_id.in_(_ITEMS))
_OPEN_EXPIRY = _ALL_OPEN.where(stock_alert.c.kind.in_(_EXPIRY))
_lb = lot_balance.c
_ALL_LOTS = select(
    _lb.item_id, _lb.warehouse_id, _lb.lot_id, _lb.on_hand, lot.c.code, lot.c.expiry_date, item.c.expiry_alert_days,
    item.c.name.label("item"), unit.c.name.label("unit"), warehouse.c.name.label("warehouse")).join_from(
    lot_balance, lot, lot.c.id == _lb.lot_id).join(item, item.c.id == _lb.item_id).join(
    unit, unit.c.id == item.c.unit_id).join(warehouse, warehouse.c.id == _lb.warehouse_id).where(
    _lb.on_hand > ZERO, lot.c.expiry_date.is_not(None))
_LOTS = _ALL_LOTS.where(_lb.item_id.in_(_ITEMS))


def _outdated(rows: Iterable[Any], today: dt.date) -> Iterator[AlertInfo]:
    """Lots that have expired, or will within the days that their item says."""
    for r in rows:
        days = (r.expiry_date - today).days
        if days < 0 or (r.expiry_alert_days is not None and days <= r.expiry_alert_days):
            yield AlertInfo(EXPIRED if days < 0 else EXPIRING, r.item_id, r.warehouse_id, r.item, r.warehouse,
                            r.on_hand, ZERO, r.unit, r.lot_id, r.code, r.expiry_date)


def _named(work: Work, due: list[AlertInfo]) -> list[AlertInfo]:
    """With the names of items, units and warehouses; most saves have nothing to tell."""
    if not due:
        return []
    names = {r.id: r for r in work.rows(_NAMES, {"items": list({a.item_id for a in due})})}
    stores = {r.id: r.name for r in work.rows(select(warehouse.c.id, warehouse.c.name))}
    return [a._replace(item=names[a.item_id].item, unit=names[a.item_id].unit,
                       warehouse=stores.get(a.warehouse_id, "")) for a in due]


def _due(row: Any) -> list[AlertInfo]:
    def alert(kind: str, threshold: Any) -> AlertInfo:
        return AlertInfo(kind, row.item_id, row.warehouse_id, "", "", row.on_hand, threshold, "")
    found = []
    if row.reorder_point and row.on_hand < row.reorder_point:
        found.append(alert(LOW, row.reorder_point))
    if row.maximum and row.on_hand > row.maximum:
        found.append(alert(OVER, row.maximum))
    return found
