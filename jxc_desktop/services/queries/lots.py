"""Lots and serial numbers: by their code, with their dates, and the list of what is in stock of each."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, func, literal, select, tuple_, type_coerce

from jxc_desktop.i18n import N_
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.records import category, item, lot, unit, warehouse
from jxc_desktop.models.stock import lot_balance
from jxc_desktop.services.categories import category_and_below
from jxc_desktop.services.queries import pack_units
from jxc_desktop.services.queries.lists import ListColumn, Source
from jxc_desktop.services.queries.reading import Reading
from jxc_desktop.values import ZERO

FEATURE = "use_lots use_serials"
EXPIRED, EXPIRING, OK, GONE = "expired", "expiring", "ok", "gone"
STATE_TITLES = ((EXPIRED, N_("Expired")), (EXPIRING, N_("Expires soon")), (OK, N_("Usable")),
                (GONE, N_("Used up")))
_SOON = 30  # days; where the item does not say from when to warn
_LAST = dt.date.max  # what never expires comes last


@dataclass(frozen=True)
class LotHit:
    """A lot (or serial number) that has a code, whether or not anything is left of it."""

    lot_id: int
    item_id: int
    code: str
    expiry_date: dt.date | None


def find(connection: Connection, code: str, warehouse_id: int | None = None) -> list[LotHit]:
    """The lots of any item with exactly this code; only those in stock (in this warehouse), if any are."""
    b = lot_balance.c
    here = b.lot_id == lot.c.id if warehouse_id is None else (b.lot_id == lot.c.id) & (b.warehouse_id == warehouse_id)
    held = func.coalesce(func.sum(b.on_hand), ZERO).label("held")
    rows = connection.execute(select(lot.c.id, lot.c.item_id, lot.c.code, lot.c.expiry_date, held).join_from(
        lot, lot_balance, here, isouter=True).where(lot.c.code == code).group_by(
        lot.c.id, lot.c.item_id, lot.c.code, lot.c.expiry_date).order_by(lot.c.id)).all()
    found = [r for r in rows if r.held] or rows
    return [LotHit(r.id, r.item_id, r.code, r.expiry_date) for r in found]


Dates = tuple[dt.date | None, dt.date | None]


def dates(connection: Connection, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Dates]:
    """(produced, expires) of lots by (item, code)."""
    if not wanted:
        return {}
    c = lot.c
    return {(r.item_id, r.code): (r.production_date, r.expiry_date) for r in connection.execute(select(
        c.item_id, c.code, c.production_date, c.expiry_date).where(tuple_(c.item_id, c.code).in_(list(wanted))))}


def source() -> Source:
    """What is in stock of each lot and serial number, in each warehouse."""
    b = lot_balance.c
    table: Any = lot_balance.join(lot, lot.c.id == b.lot_id).join(item, item.c.id == b.item_id).join(
        unit, unit.c.id == item.c.unit_id).join(warehouse, warehouse.c.id == b.warehouse_id).outerjoin(
        category, category.c.id == item.c.category_id)
    value: dict[str, ColumnElement[Any]] = {
        "item_id": b.item_id, "warehouse_id": b.warehouse_id, "lot_id": b.lot_id, "code": item.c.code,
        "name": item.c.name, "spec": item.c.spec, "category": category.c.name, "unit": unit.c.name,
        "warehouse": warehouse.c.name, "lot": lot.c.code, "production_date": lot.c.production_date,
        "expiry_date": lot.c.expiry_date, "on_hand": b.on_hand, "reserved": b.reserved,
        "available": type_coerce(b.on_hand - b.reserved, Quantity), "alert_days": item.c.expiry_alert_days}
    columns = (
        ListColumn("code", N_("Code"), width=100), ListColumn("name", N_("Item"), width=200),
        ListColumn("spec", N_("Spec"), width=120), ListColumn("lot", N_("Lot or serial number"), width=150),
        ListColumn("state", N_("State"), "chip", 84, sortable=False, choices=STATE_TITLES),
        ListColumn("expiry_date", N_("Expires on"), "date", 100),
        ListColumn("days_left", N_("Days left"), "int", 76, sortable=False),
        ListColumn("production_date", N_("Produced on"), "date", 100),
        ListColumn("warehouse", N_("Warehouse"), width=90), ListColumn("unit", N_("Unit"), width=56),
        ListColumn("on_hand", N_("On hand"), "quantity", 90, sum=True),
        ListColumn("reserved", N_("Reserved"), "quantity", 80, sum=True),
        ListColumn("available", N_("Available"), "quantity", 90, sum=True),
        ListColumn("category", N_("Category"), width=90))
    return Source(columns, table, value, ("item_id", "warehouse_id", "lot_id"), "item.see", "expiry_date", _filters(),
                  (lot.c.code, item.c.code, item.c.name, item.c.initials, item.c.spec),
                  {"name": item.c.pinyin, "expiry_date": func.coalesce(lot.c.expiry_date, literal(_LAST, Date))},
                  finish=_aged)


def _filters() -> dict[str, Callable[[Any], ColumnElement[bool]]]:
    b, due = lot_balance.c, lot.c.expiry_date
    return {
        "item_id": lambda v: b.item_id == v, "warehouse_id": lambda v: b.warehouse_id == v,
        "lot_id": lambda v: b.lot_id == v,
        "category_id": lambda v: item.c.category_id.in_(category_and_below(v)),
        "nonzero": lambda v: b.on_hand != ZERO if v else b.on_hand == ZERO,
        "date_from": lambda v: due >= v, "date_to": lambda v: due <= v}


def _aged(row: dict[str, Any]) -> dict[str, Any]:
    """The days left, and what they mean."""
    due, warned = row["expiry_date"], row.pop("alert_days")
    row["days_left"] = days = (due - dt.date.today()).days if due else None
    if not row["on_hand"]:
        row["state"] = GONE
    elif days is None:
        row["state"] = OK
    else:
        row["state"] = EXPIRED if days < 0 else EXPIRING if days <= (_SOON if warned is None else warned) else OK
    return row


class LotQueries(Reading):
    def find_lots(self, code: str, warehouse_id: int | None = None) -> list[LotHit]:
        """The lots and serial numbers with this code."""
        with self._reading() as c:
            return find(c, code, warehouse_id)

    def most_packs(self) -> int:
        """How many pack units an item has at most."""
        with self._reading() as c:
            return pack_units.most(c)

    def lot_dates(self, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Dates]:
        """When lots (by item and code) were produced, and expire."""
        with self._reading() as c:
            return dates(c, wanted)
