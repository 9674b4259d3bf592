"""What came in and went out of stock in a period, and what orders still wait for."""

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import case, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Basis, Field, FieldType, Status
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner, unit
from jxc_desktop.models.stock import posting, stock_move
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import CATEGORY, ITEM, PERIOD, WAREHOUSE, Ask, Body, ReportInfo, Row
from jxc_desktop.values import ZERO

_m, _d, _l = stock_move.c, document.c, document_line.c
_BEFORE, _IN, _OUT, _RESTATED = "before", "in", "out", "restated"
KNOWN_ON = Field("known_on", N_("As known on"), FieldType.DATE)
ORDERS = tuple((k.key, k.title) for k in document_types.ALL if k.promise)
WHICH = Field("kind", N_("Orders"), FieldType.CHOICE, required=True, default=ORDERS[-1][0], choices=ORDERS)


def movement(ask: Ask) -> Body:
    """Opening stock, in, out and closing stock of each item, by today's knowledge or that of an earlier day.

    The value lies with the company, not with one warehouse: for a single warehouse only quantities are shown.
    """
    costs = ask.actor.may("see_cost") and ask.given.get("warehouse_id") is None
    found: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    bucket = case((_m.effective_at < dt.datetime.combine(ask.first, dt.time()), _BEFORE), (_m.quantity > ZERO, _IN),
                  (_m.quantity < ZERO, _OUT), else_=_RESTATED).label("bucket")
    for r in ask.rows(select(_m.item_id, bucket, func.sum(_m.quantity).label("quantity"),
                             func.sum(_m.value).label("value")).select_from(_moves(ask)).where(
            *_restrictions(ask)).group_by(_m.item_id, bucket)):
        found[r.item_id][f"{r.bucket}_quantity"] += r.quantity
        found[r.item_id][f"{r.bucket}_value"] += r.value
    about = {r.id: r for r in ask.rows(select(item.c.id, item.c.code, item.c.name, item.c.spec,
                                              unit.c.name.label("unit")).join_from(
        item, unit, unit.c.id == item.c.unit_id).order_by(item.c.code)) if r.id in found}
    place = ask.given.get("warehouse_id")
    rows = [_movement_row(r, found[r.id], place) for r in about.values()]
    return _movement_columns(costs), [row for row in rows if any(row[k] for k in _SHOWN)]


_SHOWN = ("before_quantity", "in_quantity", "out_quantity", "after_quantity", "after_value")


def _moves(ask: Ask) -> Any:
    joined = stock_move.join(item, item.c.id == _m.item_id)
    return joined.join(posting, posting.c.id == _m.posting_id) if ask.given.get("known_on") else joined


def _restrictions(ask: Ask) -> list[Any]:
    given = ask.given
    found = [_m.effective_at < dt.datetime.combine(ask.last + dt.timedelta(days=1), dt.time())]
    if given.get("known_on"):  # the clock of the database is UTC
        end = dt.datetime.combine(given["known_on"] + dt.timedelta(days=1), dt.time()).astimezone(dt.UTC)
        found.append(posting.c.at < end.replace(tzinfo=None))
    for name, column in (("warehouse_id", _m.warehouse_id), ("item_id", _m.item_id),
                         ("category_id", item.c.category_id)):
        if given.get(name) is not None:
            found.append(column == given[name])
    if given.get("warehouse_id") is None:  # between our own warehouses nothing comes in or goes out
        found.append(_m.basis != Basis.TRANSFER.value)
    return found


def _movement_row(r: Any, sums: dict[str, Any], warehouse_id: int | None) -> Row:
    row: Row = {"code": r.code, "name": r.name, "spec": r.spec, "unit": r.unit}
    for part in ("before", "in", "out", "restated"):
        for figure in ("quantity", "value"):
            row[f"{part}_{figure}"] = sums[f"{part}_{figure}"]
    for figure in ("quantity", "value"):
        row[f"after_{figure}"] = sum((row[f"{part}_{figure}"] for part in ("before", "in", "out", "restated")), ZERO)
        row[f"out_{figure}"] = -row[f"out_{figure}"]
    row["link"] = f"ledger/{r.id}" + (f"/{warehouse_id}" if warehouse_id is not None else "")
    return row


def _movement_columns(costs: bool) -> tuple[ListColumn, ...]:
    shown = [ListColumn("code", N_("Code"), width=90), ListColumn("name", N_("Item"), width=180),
             ListColumn("spec", N_("Spec"), width=110), ListColumn("unit", N_("Unit"), width=52)]
    for part, quantity, value in (
            ("before", N_("Opening"), N_("Opening value")), ("in", N_("In"), N_("Value in")),
            ("out", N_("Out"), N_("Value out")), ("restated", "", N_("Restated")),
            ("after", N_("Closing"), N_("Closing value"))):
        if quantity:
            shown.append(ListColumn(f"{part}_quantity", quantity, "quantity", 84))
        if costs:
            shown.append(ListColumn(f"{part}_value", value, "money", 104, sum=True, permission="see_cost"))
    return tuple(shown)


def open_orders(ask: Ask) -> Body:
    """Lines of orders that are not wholly fulfilled, the most urgent first."""
    kind = document_types.BY_KEY[str(ask.given["kind"])]
    where = [_d.kind == kind.key, _d.status == Status.POSTED.value, _d.reversal_of_id.is_(None),
             _l.fulfilled < _l.base_quantity]
    for name, column in (("warehouse_id", _d.warehouse_id), ("item_id", _l.item_id),
                         ("category_id", item.c.category_id)):
        if ask.given.get(name) is not None:
            where.append(column == ask.given[name])
    rows = []
    lines = document_line.join(document, _d.id == _l.document_id).join(item, item.c.id == _l.item_id).join(
        unit, unit.c.id == item.c.unit_id).outerjoin(partner, partner.c.id == _d.partner_id)
    for r in ask.rows(select(
            _d.id, _d.date, _d.number, _d.due_date, partner.c.name.label("partner"), item.c.code, item.c.name,
            item.c.spec, unit.c.name.label("unit"), _l.base_quantity.label("ordered"), _l.fulfilled).select_from(
            lines).where(*where).order_by(func.coalesce(_d.due_date, _d.date), _d.id, _l.position)):
        late = (dt.date.today() - r.due_date).days if r.due_date else 0
        rows.append(dict(r._mapping) | {"open": r.ordered - r.fulfilled, "late": late if late > 0 else None,
                                        "link": f"document/{kind.key}/{r.id}"})
    return (ListColumn("number", N_("Number"), width=170), ListColumn("date", N_("Date"), "date", 100),
            ListColumn("partner", N_("Partner"), width=160), ListColumn("code", N_("Code"), width=90),
            ListColumn("name", N_("Item"), width=180), ListColumn("spec", N_("Spec"), width=110),
            ListColumn("unit", N_("Unit"), width=52), ListColumn("ordered", N_("Ordered"), "quantity", 84),
            ListColumn("fulfilled", N_("Fulfilled"), "quantity", 84),
            ListColumn("open", N_("Still open"), "quantity", 84),
            ListColumn("due_date", N_("Promised date"), "date", 100),
            ListColumn("late", N_("Days late"), "int", 76)), rows


REPORTS = (
    ReportInfo("stock_movement", N_("Stock movement summary"), (*PERIOD, WAREHOUSE, CATEGORY, ITEM, KNOWN_ON),
               movement),
    ReportInfo("open_orders", N_("Open orders"), (WHICH, WAREHOUSE, CATEGORY, ITEM), open_orders),
)
