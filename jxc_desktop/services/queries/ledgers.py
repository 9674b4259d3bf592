"""The lists of stock, of the stock ledger, of alerts and of the audit trail."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.i18n import N_
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document as d_table
from jxc_desktop.models.records import category, item, lot, partner, stock_level, unit, warehouse
from jxc_desktop.models.stock import cost_pool, posting, stock_alert, stock_balance, stock_move
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import catalog, units
from jxc_desktop.services.queries import lots
from jxc_desktop.services.queries.history import in_words, said
from jxc_desktop.services.queries.lists import ListColumn, Source
from jxc_desktop.services.queries.sources import category_and_below
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import COST_PLACES, ZERO, divide, share_of

ALERT_TITLES = (("low", N_("Low")), ("over", N_("Over")), ("expiring", N_("Expires soon")), ("expired", N_("Expired")))
STATE_TITLES = (("low", N_("Low")), ("over", N_("Over")), ("ok", N_("Enough")), ("none", N_("None in stock")))
ACTION_TITLES = (("post", N_("Posted")), ("correct", N_("Corrected")), ("park", N_("Parked")),
                 ("unpost", N_("Unposted")), ("void", N_("Voided")), ("reverse", N_("Reversed")),
                 ("close", N_("Closed")), ("reopen", N_("Reopened")), ("print", N_("Printed")), ("save", N_("Saved")),
                 ("delete", N_("Deleted")), ("export", N_("Exported")), ("import", N_("Imported")),
                 ("join", N_("Sheets added")), ("submit", N_("Submitted")), ("approve", N_("Approved")),
                 ("reject", N_("Rejected")), ("recall", N_("Recalled")),
                 ("prepare", N_("Made by itself")))
_KIND_TITLES = tuple((k.key, k.title) for k in document_types.ALL)
_ENTITY_TITLES = (*_KIND_TITLES, *((r.key, r.title) for r in document_types.RECORDS), ("period", N_("Period close")))


def stock() -> Source:
    """Stock of each item in each warehouse, with its value there or the share it has of the company's."""
    b, p, level = stock_balance.c, cost_pool.c, stock_level.c
    here = cost_pool.alias("here")

    def pooled(figure: str) -> Any:
        return func.coalesce(select(func.sum(here.c[figure])).where(
            here.c.item_id == b.item_id, here.c.warehouse_id == b.warehouse_id).scalar_subquery(), p[figure])

    table: Any = stock_balance.join(item, item.c.id == b.item_id).join(unit, unit.c.id == item.c.unit_id).join(
        warehouse, warehouse.c.id == b.warehouse_id).outerjoin(category, category.c.id == item.c.category_id).join(
        cost_pool, and_(p.item_id == b.item_id, p.warehouse_id == 0, p.lot_id == 0)).outerjoin(
        stock_level, and_(level.item_id == b.item_id, level.warehouse_id == b.warehouse_id))
    compared = case((level.id.is_not(None), b.on_hand), else_=p.quantity)
    reorder = func.coalesce(level.reorder_point, item.c.reorder_point)
    maximum = func.coalesce(level.maximum, item.c.maximum)
    low = and_(reorder.is_not(None), reorder > ZERO, compared < reorder)  # never NULL: the list can ask for the rest
    over = and_(maximum > ZERO, compared > maximum)
    value = {"item_id": b.item_id, "warehouse_id": b.warehouse_id, "code": item.c.code, "name": item.c.name,
             "spec": item.c.spec, "unit": unit.c.name, "category": category.c.name, "category_id": item.c.category_id,
             "warehouse": warehouse.c.name, "on_hand": b.on_hand, "reserved": b.reserved, "on_order": b.on_order,
             "available": type_coerce(b.on_hand - b.reserved, Quantity),
             "projected": type_coerce(b.on_hand - b.reserved + b.on_order, Quantity),
             "reorder_point": reorder, "maximum": maximum, "last_cost": p.last_cost,
             "pool_quantity": pooled("quantity"), "pool_value": pooled("value"),
             "state": case((low, "low"), (over, "over"), (b.on_hand == ZERO, "none"), else_="ok")}
    columns = (
        ListColumn("code", N_("Code"), width=100), ListColumn("name", N_("Item"), width=220),
        ListColumn("spec", N_("Spec"), width=130), ListColumn("category", N_("Category"), width=90),
        ListColumn("warehouse", N_("Warehouse"), width=90), ListColumn("unit", N_("Unit"), width=56),
        ListColumn("state", N_("State"), "chip", 76, choices=STATE_TITLES),
        ListColumn("on_hand", N_("On hand"), "quantity", 90, sum=True),
        ListColumn("packs", N_("In packs"), width=90, sortable=False),
        ListColumn("reserved", N_("Reserved"), "quantity", 80, sum=True),
        ListColumn("available", N_("Available"), "quantity", 90, sum=True),
        ListColumn("on_order", N_("On order"), "quantity", 80, sum=True),
        ListColumn("projected", N_("Projected"), "quantity", 90, sum=True),
        ListColumn("reorder_point", N_("Reorder point"), "quantity", 90),
        ListColumn("unit_cost", N_("Unit cost"), "price", 90, sortable=False, permission="see_cost"),
        ListColumn("value", N_("Stock value"), "money", 110, sortable=False, permission="see_cost"))
    filters: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "warehouse_id": lambda v: b.warehouse_id == v, "category_id": lambda v: item.c.category_id.in_(
            category_and_below(v)),
        "item_id": lambda v: b.item_id == v, "low": lambda v: low if v else ~low,
        "nonzero": lambda v: b.on_hand != ZERO if v else b.on_hand == ZERO}
    return Source(columns, table, value, ("item_id", "warehouse_id"), "item.see", "code", filters,
                  (item.c.code, item.c.name, item.c.initials, item.c.spec), {"name": item.c.pinyin}, finish=_valued,
                  finish_page=_packed)


def _packed(connection: Connection, rows: list[dict[str, Any]], actor: Actor) -> None:
    """3箱5瓶 beside the figure of items with pack units."""
    items = catalog.items(connection, {row["item_id"] for row in rows})
    for row in rows:
        row["packs"] = units.packed(row["on_hand"], items[row["item_id"]].units)


def _valued(row: dict[str, Any]) -> dict[str, Any]:
    quantity, value = row.pop("pool_quantity"), row.pop("pool_value")
    last: Decimal = row.pop("last_cost")
    row["unit_cost"] = divide(value, quantity, COST_PLACES) if quantity else last
    row["value"] = share_of(value, row["on_hand"], quantity) if quantity else ZERO
    return row


def moves() -> Source:
    """The stock ledger in the order it was learnt, with the balance after each row."""
    m, d = stock_move.c, d_table.c
    table = stock_move.join(d_table, d.id == m.document_id).join(posting, posting.c.id == m.posting_id).join(
        item, item.c.id == m.item_id).join(warehouse, warehouse.c.id == m.warehouse_id).outerjoin(
        partner, partner.c.id == d.partner_id).outerjoin(lot, lot.c.id == m.lot_id)
    value = {
        "id": m.id, "document_id": m.document_id, "item_id": m.item_id, "warehouse_id": m.warehouse_id,
        "date": d.date, "number": d.number, "kind": d.kind, "code": item.c.code, "name": item.c.name,
        "partner": partner.c.name, "warehouse": warehouse.c.name, "lot": lot.c.code, "lot_id": m.lot_id,
        "quantity": m.quantity,
        "quantity_in": type_coerce(case((m.quantity > ZERO, m.quantity)), Quantity),
        "quantity_out": type_coerce(case((m.quantity < ZERO, -m.quantity)), Quantity),
        "balance": type_coerce(case((~m.restated, m.quantity_after)), Quantity),  # a restatement moves nothing
        "value": m.value, "variance": m.variance, "value_after": m.value_after, "restated": m.restated,
        "learnt_at": posting.c.at, "actor": posting.c.actor, "remark": d.remark, "effective_at": m.effective_at,
        "entry": m.entry}
    columns = (
        ListColumn("date", N_("Date"), "date", 96), ListColumn("number", N_("Number"), width=160),
        ListColumn("kind", N_("Type"), "chip", 90, choices=_KIND_TITLES),
        ListColumn("code", N_("Code"), width=90), ListColumn("name", N_("Item"), width=180),
        ListColumn("partner", N_("Partner"), width=160), ListColumn("warehouse", N_("Warehouse"), width=90),
        ListColumn("lot", N_("Lot or serial number"), width=110, feature=lots.FEATURE),
        ListColumn("quantity_in", N_("In"), "quantity", 80, sum=True),
        ListColumn("quantity_out", N_("Out"), "quantity", 80, sum=True),
        ListColumn("balance", N_("Balance"), "quantity", 90),
        ListColumn("unit_cost", N_("Unit cost"), "price", 90, sortable=False, permission="see_cost"),
        ListColumn("value", N_("Value"), "money", 100, sum=True, permission="see_cost"),
        ListColumn("variance", N_("To cost of sales"), "money", 100, sum=True, permission="see_cost"),
        ListColumn("value_after", N_("Value after"), "money", 110, permission="see_cost"),
        ListColumn("restated", N_("Restated"), "flag", 60), ListColumn("learnt_at", N_("Recorded at"), "datetime", 130),
        ListColumn("actor", N_("By"), width=80), ListColumn("remark", N_("Remark"), width=140))
    filters: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "item_id": lambda v: m.item_id == v, "warehouse_id": lambda v: m.warehouse_id == v,
        "lot_id": lambda v: m.lot_id == v, "date_from": lambda v: d.date >= v, "date_to": lambda v: d.date <= v,
        "document_id": lambda v: m.document_id == v}
    return Source(columns, table, value, ("id",), "item.see", "id", filters,
                  (d.number, item.c.code, item.c.name, item.c.initials, partner.c.name, lot.c.code), finish=_unit_cost)


def _unit_cost(row: dict[str, Any]) -> dict[str, Any]:
    row["unit_cost"] = divide(row["value"], row["quantity"], COST_PLACES) if row["quantity"] else None
    return row


def alerts() -> Source:
    a = stock_alert.c
    table = stock_alert.join(item, item.c.id == a.item_id).join(unit, unit.c.id == item.c.unit_id).outerjoin(
        warehouse, warehouse.c.id == a.warehouse_id).outerjoin(lot, lot.c.id == a.lot_id)
    value: dict[str, ColumnElement[Any]] = {
        "id": a.id, "item_id": a.item_id, "kind": a.kind, "code": item.c.code, "name": item.c.name,
        "spec": item.c.spec, "warehouse": warehouse.c.name, "on_hand": a.on_hand, "threshold": a.threshold,
        "unit": unit.c.name, "raised_at": a.raised_at, "document_id": a.document_id, "lot": lot.c.code,
        "expires": lot.c.expiry_date}
    columns = (
        ListColumn("kind", N_("State"), "chip", 70, choices=ALERT_TITLES), ListColumn("code", N_("Code"), width=100),
        ListColumn("name", N_("Item"), width=220), ListColumn("spec", N_("Spec"), width=130),
        ListColumn("warehouse", N_("Warehouse"), width=100), ListColumn("on_hand", N_("On hand"), "quantity", 90),
        ListColumn("threshold", N_("Threshold"), "quantity", 90), ListColumn("unit", N_("Unit"), width=56),
        ListColumn("lot", N_("Lot"), width=110, feature="use_lots"),
        ListColumn("expires", N_("Expires on"), "date", 100, feature="use_lots"),
        ListColumn("raised_at", N_("Raised at"), "datetime", 140))
    return Source(columns, table, value, ("id",), "item.see", "raised_at",
                  {"kind": lambda v: a.kind == v, "item_id": lambda v: a.item_id == v},
                  (item.c.code, item.c.name, item.c.initials, lot.c.code), where=(a.cleared_at.is_(None),))


def audit() -> Source:
    a = audit_entry.c
    value: dict[str, ColumnElement[Any]] = {k: a[k] for k in (
        "id", "at", "actor", "origin", "action", "entity", "entity_id", "number", "detail")}
    columns = (
        ListColumn("at", N_("When"), "datetime", 150), ListColumn("actor", N_("Who"), width=100),
        ListColumn("action", N_("Action"), "chip", 80, choices=ACTION_TITLES),
        ListColumn("entity", N_("What"), "chip", 110, choices=_ENTITY_TITLES),
        ListColumn("number", N_("Number"), width=170), ListColumn("changes", N_("Changes"), width=420, sortable=False),
        ListColumn("origin", N_("From PC"), width=120))
    return Source(columns, audit_entry, value, ("id",), "report.see", "id",
                  {"actor": lambda v: a.actor == v, "entity": lambda v: a.entity == v,
                   "entity_id": lambda v: a.entity_id == v, "action": lambda v: a.action == v},
                  (a.number, a.actor, a.action), finish_page=_in_words)


def _in_words(connection: Connection, rows: list[dict[str, Any]], actor: Actor) -> None:
    for row, changes in zip(rows, in_words(connection, rows, actor), strict=True):
        del row["detail"]
        row["words"] = changes
        row["changes"] = said(changes)


PLAIN: dict[str, Callable[[], Source]] = {"stock": stock, "lots": lots.source, "moves": moves, "alerts": alerts,
                                        "audit": audit}
