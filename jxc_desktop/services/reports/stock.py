"""What came in and went out of stock in a period, what is there and worth, and what orders still wait for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Basis, Field, FieldType, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import category, item, partner, stock_level, unit, warehouse
from jxc_desktop.models.stock import cost_pool, posting, stock_balance, stock_move
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.queries.sources import category_and_below
from jxc_desktop.services.reports.frame import CATEGORY, ITEM, PERIOD, WAREHOUSE, Ask, Body, ReportInfo, Row
from jxc_desktop.values import COST_PLACES, ZERO, divide

_m, _d, _l = stock_move.c, document.c, document_line.c
_BEFORE, _IN, _OUT = "before", "in", "out"
_FIGURES = ("quantity", "value", "variance")
KNOWN_ON = Field("known_on", N_("As known on"), FieldType.DATE)
ORDERS = tuple((k.key, k.title) for k in document_types.ALL if k.promise)
WHICH = Field("kind", N_("Orders"), FieldType.CHOICE, required=True, default=ORDERS[-1][0], choices=ORDERS)
_ITEM = (ListColumn("code", N_("Code"), width=90), ListColumn("name", N_("Item"), width=180),
         ListColumn("spec", N_("Spec"), width=110), ListColumn("unit", N_("Unit"), width=52))


def _items(ask: Ask, *columns: Any) -> Sequence[Any]:
    """Every item that is asked for, by code."""
    i, given = item.c, ask.given
    query = select(i.id, i.code, i.name, i.spec, unit.c.name.label("unit"), category.c.name.label("category"),
                   *columns).join_from(item, unit, unit.c.id == i.unit_id).outerjoin(
        category, category.c.id == i.category_id).order_by(i.code)
    if given.get("category_id") is not None:
        query = query.where(i.category_id.in_(category_and_below(given["category_id"])))
    if given.get("item_id") is not None:
        query = query.where(i.id == given["item_id"])
    return ask.rows(query)


def _about(r: Any) -> Row:
    return {"code": r.code, "name": r.name, "spec": r.spec, "unit": r.unit, "category": r.category}


def movement(ask: Ask) -> Body:
    """Opening stock, in, out and closing stock of each item, by today's knowledge or that of an earlier day.

    A move counts with all that was learnt about it: a receipt of 10 corrected to 8 is 8 in. The value lies with
    the company, not with one warehouse: for a single warehouse only quantities are shown.
    """
    place = ask.given.get("warehouse_id")
    found: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for r in ask.rows(_moved(ask)):
        for figure in _FIGURES:
            found[r.item_id][f"{r.bucket}_{figure}"] += getattr(r, figure)
    rows = [_movement_row(r, found[r.id], place) for r in _items(ask) if r.id in found]
    return _movement_columns(costs=place is None), [row for row in rows if any(row[k] for k in _SHOWN)]


_SHOWN = ("before_quantity", "in_quantity", "out_quantity", "after_quantity", "after_value", "variance")


def _moved(ask: Ask) -> Select[Any]:
    """Sums of the moves of each item before the period, into and out of stock."""
    event = (_m.item_id, _m.effective_at, _m.entry, _m.line_id, _m.leg, _m.warehouse_id)
    known = stock_move.join(posting, posting.c.id == _m.posting_id) if ask.given.get("known_on") else stock_move
    e = select(*event, *(func.sum(_m[f]).label(f) for f in _FIGURES)).select_from(known).where(
        *_restrictions(ask)).group_by(*event).subquery().c
    bucket = case((e.effective_at < dt.datetime.combine(ask.first, dt.time()), _BEFORE), (e.quantity > ZERO, _IN),
                  else_=_OUT).label("bucket")
    return select(e.item_id, bucket, *(func.sum(e[f]).label(f) for f in _FIGURES)).group_by(e.item_id, bucket)


def _restrictions(ask: Ask) -> list[Any]:
    given = ask.given
    found = [_m.effective_at < dt.datetime.combine(ask.last + dt.timedelta(days=1), dt.time())]
    if given.get("known_on"):  # the clock of the database is UTC
        end = dt.datetime.combine(given["known_on"] + dt.timedelta(days=1), dt.time()).astimezone(dt.UTC)
        found.append(posting.c.at < end.replace(tzinfo=None))
    if given.get("warehouse_id") is not None:
        found.append(_m.warehouse_id == given["warehouse_id"])
    else:  # between our own warehouses nothing comes in or goes out
        found.append(_m.basis != Basis.TRANSFER.value)
    return found


def _movement_row(r: Any, sums: Mapping[str, Any], warehouse_id: int | None) -> Row:
    row = _about(r)
    for figure in ("quantity", "value"):
        before, came, went = (sums[f"{part}_{figure}"] for part in (_BEFORE, _IN, _OUT))
        row |= {f"before_{figure}": before, f"in_{figure}": came, f"out_{figure}": ZERO - went,
                f"after_{figure}": before + came + went}
    row["variance"] = sums[f"{_IN}_variance"] + sums[f"{_OUT}_variance"]
    row["link"] = f"ledger/{r.id}" + (f"/{warehouse_id}" if warehouse_id is not None else "")
    return row


def _movement_columns(*, costs: bool) -> tuple[ListColumn, ...]:
    shown = list(_ITEM)
    for part, quantity, value in (
            (_BEFORE, N_("Opening"), N_("Opening value")), (_IN, N_("In"), N_("Value in")),
            (_OUT, N_("Out"), N_("Value out")), ("after", N_("Closing"), N_("Closing value"))):
        shown.append(ListColumn(f"{part}_quantity", quantity, "quantity", 84))
        if costs:
            shown.append(ListColumn(f"{part}_value", value, "money", 104, sum=True, permission="see_cost"))
    if costs:
        shown.append(ListColumn("variance", N_("To cost of sales"), "money", 104, sum=True, permission="see_cost"))
    return tuple(shown)


def worth(ask: Ask) -> Body:
    """What is in stock now, and what it is worth."""
    p = cost_pool.c
    pools = {r.item_id: r for r in ask.rows(select(p.item_id, p.quantity, p.value)) if r.quantity or r.value}
    rows = []
    for r in _items(ask):
        if pool := pools.get(r.id):
            cost = divide(pool.value, pool.quantity, COST_PLACES) if pool.quantity else None
            rows.append(_about(r) | {"quantity": pool.quantity, "unit_cost": cost, "value": pool.value,
                                     "link": f"ledger/{r.id}"})
    return (*_ITEM, ListColumn("category", N_("Category"), width=110),
            ListColumn("quantity", N_("On hand"), "quantity", 96),
            ListColumn("unit_cost", N_("Unit cost"), "price", 104, permission="see_cost"),
            ListColumn("value", N_("Stock value"), "money", 116, sum=True, permission="see_cost")), rows


def to_order(ask: Ask) -> Body:
    """What will be below its reorder point with all that is promised, and what would fill it up again.

    The reorder point of an item is for all warehouses together, that of a warehouse for the stock there.
    """
    b, level = stock_balance.c, stock_level.c
    held: dict[tuple[int, int | None], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for r in ask.rows(select(b.item_id, b.warehouse_id, b.on_hand, b.reserved, b.on_order)):
        for key in ((r.item_id, None), (r.item_id, r.warehouse_id)):
            held[key] = [a + more for a, more in zip(held[key], r[2:], strict=True)]
    levels: dict[int, list[Any]] = defaultdict(list)
    for r in ask.rows(select(level.item_id, level.warehouse_id, level.reorder_point, level.maximum,
                             warehouse.c.name.label("warehouse")).join_from(
            stock_level, warehouse, warehouse.c.id == level.warehouse_id).order_by(warehouse.c.id)):
        levels[r.item_id].append(r)
    rows = []
    for i in _items(ask, item.c.reorder_point, item.c.maximum, item.c.active, item.c.stocked):
        everywhere = ((None, tr("All warehouses"), i.reorder_point, i.maximum),)
        for place, name, least, most in (*everywhere, *((
                r.warehouse_id, r.warehouse, r.reorder_point, r.maximum) for r in levels[i.id])):
            row = _shortfall(held[i.id, place], least or ZERO, most)
            if i.active and i.stocked and row["suggested"]:
                rows.append(_about(i) | row | {"warehouse": name, "link": f"ledger/{i.id}"})
    return (*_ITEM, ListColumn("warehouse", N_("Warehouse"), width=100), *(
        ListColumn(key, title, "quantity", 90) for key, title in (
            ("on_hand", N_("On hand")), ("reserved", N_("Reserved")), ("on_order", N_("On order")),
            ("projected", N_("Projected")), ("reorder_point", N_("Reorder point")), ("maximum", N_("Maximum stock")),
            ("suggested", N_("Suggested"))))), rows


def _shortfall(held: Sequence[Decimal], least: Decimal, most: Decimal | None) -> Row:
    on_hand, reserved, on_order = held
    projected = on_hand - reserved + on_order
    return {"on_hand": on_hand, "reserved": reserved, "on_order": on_order, "projected": projected,
            "reorder_point": least, "maximum": most,
            "suggested": max(most or ZERO, least) - projected if projected < least else ZERO}


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
    ReportInfo("stock_value", N_("Stock value"), (CATEGORY, ITEM), worth),
    ReportInfo("to_order", N_("Below reorder point"), (CATEGORY, ITEM), to_order),
    ReportInfo("open_orders", N_("Open orders"), (WHICH, WAREHOUSE, CATEGORY, ITEM), open_orders),
)
