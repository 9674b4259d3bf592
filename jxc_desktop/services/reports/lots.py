"""Lots and serial numbers, which of them expire, and how long goods have been in stock."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import item, lot, unit, warehouse
from jxc_desktop.models.stock import lot_balance
from jxc_desktop.services import ageing
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.queries.sources import category_and_below
from jxc_desktop.services.reports.frame import CATEGORY, ITEM, WAREHOUSE, Ask, Body, ReportInfo, Row
from jxc_desktop.services.reports.items import ITEM_COLUMNS, about, asked
from jxc_desktop.values import ZERO

AGES = (30, 60, 90, 180)
_AGE_TITLES = (N_("Up to 30 days"), N_("31-60 days"), N_("61-90 days"), N_("91-180 days"), N_("Over 180 days"))
AS_OF = Field("date_to", N_("As of"), FieldType.DATE)
WITHIN = Field("days", N_("Within days"), FieldType.INTEGER, limit=36500)
_COLUMNS = (*ITEM_COLUMNS, ListColumn("lot", N_("Lot"), width=120),
            ListColumn("production_date", N_("Produced on"), "date", 100),
            ListColumn("expiry_date", N_("Expires on"), "date", 100))
_WAREHOUSE, _ON_HAND = ListColumn("warehouse", N_("Warehouse"), width=100), ListColumn(
    "on_hand", N_("On hand"), "quantity", 90)


def _lots(ask: Ask) -> Sequence[Any]:
    """Every lot that is there, by warehouse."""
    b, i, given = lot_balance.c, item.c, ask.given
    query = select(b.item_id, i.code, i.name, i.spec, unit.c.name.label("unit"), lot.c.id.label("lot_id"),
                   lot.c.code.label("lot"), lot.c.production_date, lot.c.expiry_date, b.warehouse_id,
                   warehouse.c.name.label("warehouse"), b.on_hand, b.reserved).join_from(
        lot_balance, lot, lot.c.id == b.lot_id).join(item, i.id == b.item_id).join(unit, unit.c.id == i.unit_id).join(
        warehouse, warehouse.c.id == b.warehouse_id).where(b.on_hand != ZERO).order_by(i.code, lot.c.id, b.warehouse_id)
    for name, column in (("item_id", b.item_id), ("warehouse_id", b.warehouse_id)):
        if given.get(name) is not None:
            query = query.where(column == given[name])
    if given.get("category_id") is not None:
        query = query.where(i.category_id.in_(category_and_below(given["category_id"])))
    return ask.rows(query)


def _row(r: Any) -> Row:
    return dict(r._mapping) | {"available": r.on_hand - r.reserved, "link": f"trace/{r.lot_id}"}


def lot_stock(ask: Ask) -> Body:
    """What is there of each lot."""
    return (*_COLUMNS, _WAREHOUSE, _ON_HAND, ListColumn("reserved", N_("Reserved"), "quantity", 90),
            ListColumn("available", N_("Available"), "quantity", 90)), [_row(r) for r in _lots(ask)]


def expiry(ask: Ask) -> Body:
    """Lots that are there and expire, the next first; those that have expired are below zero days."""
    today, within = dt.date.today(), ask.given.get("days")
    rows = [_row(r) | {"days_left": (r.expiry_date - today).days} for r in _lots(ask) if r.expiry_date]
    rows = [row for row in rows if within is None or row["days_left"] <= within]
    return (*_COLUMNS, ListColumn("days_left", N_("Days left"), "int", 80), _WAREHOUSE, _ON_HAND), sorted(
        rows, key=lambda row: row["days_left"])


def aged(ask: Ask) -> Body:
    """What is in stock at the end of a day and its value by the time since it came in."""
    goods = ageing.ages(ask.connection, ask.last)
    rows = []
    for r in asked(ask):
        if mine := goods.get(r.id):
            worths = ageing.buckets(mine, ask.last, AGES)
            rows.append(about(r) | {f"age_{n}": worth or None for n, worth in enumerate(worths)} | {
                "quantity": sum((g.quantity for g in mine), ZERO), "value": sum(worths, ZERO),
                "link": f"ledger/{r.id}"})
    return (*ITEM_COLUMNS, ListColumn("quantity", N_("On hand"), "quantity", 96),
            ListColumn("value", N_("Stock value"), "money", 116, sum=True, permission="see_cost"),
            *(ListColumn(f"age_{n}", title, "money", 104, sum=True, permission="see_cost")
              for n, title in enumerate(_AGE_TITLES))), rows


REPORTS = (
    ReportInfo("stock_ageing", N_("Stock ageing"), (AS_OF, CATEGORY, ITEM), aged),
    ReportInfo("lot_stock", N_("Stock by lot"), (WAREHOUSE, CATEGORY, ITEM), lot_stock),
    ReportInfo("expiry", N_("Expiry list"), (WITHIN, WAREHOUSE, CATEGORY, ITEM), expiry),
)
