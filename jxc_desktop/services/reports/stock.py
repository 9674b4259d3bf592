"""What came in and went out of stock in a period, what is there and worth on any day, what orders still wait for."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, select, true, union_all

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Field, FieldType, Promise, Status
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner, unit
from jxc_desktop.models.stock import cost_pool, period_figure, posting, stock_move
from jxc_desktop.services import netting
from jxc_desktop.services.queries import truth
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import CATEGORY, ITEM, PERIOD, WAREHOUSE, Ask, Body, ReportInfo, Row
from jxc_desktop.services.reports.items import ITEM_COLUMNS, about, asked
from jxc_desktop.values import COST_PLACES, ZERO, divide

_m, _d, _l = stock_move.c, document.c, document_line.c
KNOWN_ON = Field("known_on", N_("As known on"), FieldType.DATE)
AS_OF = Field("as_of", N_("On the day"), FieldType.DATE)
ORDERS = tuple((k.key, k.title) for k in document_types.ALL if k.promise)
WHICH = Field("kind", N_("Orders"), FieldType.CHOICE, required=True, default=next(
    k.key for k in document_types.ALL if k.promise is Promise.RESERVED), choices=ORDERS)


def movement(ask: Ask) -> Body:
    """Opening stock, in, out and closing stock of each item, by today's knowledge or that of an earlier day.

    A move counts with all that was learnt about it: a receipt of 10 corrected to 8 is 8 in. Closed periods are read
    as they were frozen. Where the cost is the whole company's, a single warehouse shows quantities only.
    """
    place = ask.given.get("warehouse_id")
    costs = place is None or truth.costs_by_warehouse(ask.connection)
    found = {r.item_id: r for r in ask.rows(_frozen(ask) if _is_frozen(ask) else _moved(ask, place))}
    rows = [_movement_row(r, found[r.id], place, costs=costs) for r in asked(ask) if r.id in found]
    shown = [f"{part}_{what}" for part in ("before", "in", "out", "after") for what in ("quantity", "value")
             if what == "quantity" or costs] + (["variance"] if costs else [])
    return _movement_columns(costs=costs), [row for row in rows if any(row[k] for k in shown)]


def _is_frozen(ask: Ask) -> bool:
    """Whether the report is about exactly the days of one close that stands."""
    if ask.given.get("known_on"):
        return False
    close = truth.standing_close(ask.connection, ask.last)
    if close is None or close.through != ask.last:
        return False
    before = truth.standing_close(ask.connection, ask.last - dt.timedelta(days=1))
    if before:
        return bool(before.through == ask.first - dt.timedelta(days=1))
    return ask.connection.scalar(select(_m.id).where(
        _m.effective_at < netting.day_start(ask.first)).limit(1)) is None


def _frozen(ask: Ask) -> Select[Any]:
    """The figures of the close on the last day."""
    f, close = period_figure.c, truth.standing_close(ask.connection, ask.last)
    assert close is not None
    return select(f.item_id, f.opening_quantity.label("before_quantity"), f.opening_value.label("before_value"),
                  f.in_quantity, f.in_value, f.out_quantity, f.out_value, f.variance).where(
        f.period_id == close.id, f.warehouse_id == (ask.given.get("warehouse_id") or truth.WHOLE_COMPANY))


def _moved(ask: Ask, place: int | None) -> Select[Any]:
    """Stock of each item before the period, and what came in and went out during it."""
    start, end = netting.day_start(ask.first), netting.day_end(ask.last)
    mine, known = _restrictions(ask), _known(ask)
    before = _opening(ask, min(start, end), *mine, known).subquery().c
    moved = netting.turnover(*mine, _m.effective_at >= start, _m.effective_at < end, known=known,
                             company=place is None).subquery().c
    stood = [before[what].label(f"before_{what}") for what in ("quantity", "value")]
    earned = [c for c in moved if c is not moved.item_id]
    every = union_all(select(before.item_id, *stood, *_nothing(earned)),
                      select(moved.item_id, *_nothing(stood), *earned)).subquery().c
    return select(every.item_id, *(func.sum(every[c.name], type_=c.type).label(c.name) for c in (*stood, *earned))
                  ).group_by(every.item_id)


def _opening(ask: Ask, start: dt.datetime, *where: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Quantity and value by item, in parts: what the last close before `start` froze, and what moved since."""
    f, close = period_figure.c, None
    if not ask.given.get("known_on"):
        close = truth.standing_close(ask.connection, start.date(), before=True)
    place = ask.given.get("warehouse_id") or truth.WHOLE_COMPANY
    since = netting.day_end(close.through) if close else dt.datetime.min
    sums = (func.sum(_m[what], type_=_m[what].type).label(what) for what in ("quantity", "value"))
    return union_all(
        select(_m.item_id, *sums).where(*where, _m.effective_at >= since, _m.effective_at < start).group_by(_m.item_id),
        select(f.item_id, f.closing_quantity, f.closing_value).where(
            f.period_id == (close.id if close else None), f.warehouse_id == place))


def _nothing(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [literal(ZERO, c.type).label(c.name) for c in columns]


def _restrictions(ask: Ask) -> list[ColumnElement[bool]]:
    place = ask.given.get("warehouse_id")
    return [netting.of_items(ask.given.get("item_id")), *([] if place is None else [_m.warehouse_id == place])]


def _known(ask: Ask) -> ColumnElement[bool]:
    """Whether a row was in the books on the day by whose knowledge is reported."""
    on = ask.given.get("known_on")
    return _m.posting_id.in_(select(posting.c.id).where(posting.c.at < netting.known_by(on))) if on else true()


def _movement_row(r: Any, sums: Any, warehouse_id: int | None, *, costs: bool) -> Row:
    row = about(r) | {k: v for k, v in sums._mapping.items() if k != "item_id"}
    for what in ("quantity", "value"):
        row[f"after_{what}"] = row[f"before_{what}"] + row[f"in_{what}"] - row[f"out_{what}"]
    row["link"] = f"ledger/{r.id}" + (f"/{warehouse_id}" if warehouse_id is not None else "")
    return row


def _movement_columns(*, costs: bool) -> tuple[ListColumn, ...]:
    shown = list(ITEM_COLUMNS)
    for part, quantity, value in (
            ("before", N_("Opening"), N_("Opening value")), ("in", N_("In"), N_("Value in")),
            ("out", N_("Out"), N_("Value out")), ("after", N_("Closing"), N_("Closing value"))):
        shown.append(ListColumn(f"{part}_quantity", quantity, "quantity", 84))
        if costs:
            shown.append(ListColumn(f"{part}_value", value, "money", 104, sum=True, permission="see_cost"))
    if costs:
        shown.append(ListColumn("variance", N_("To cost of sales"), "money", 104, sum=True, permission="see_cost"))
    return tuple(shown)


def worth(ask: Ask) -> Body:
    """What is in stock and what it is worth: now, on any day, and as it was reported at the end of another day."""
    place, on = ask.given.get("warehouse_id") or 0, ask.given.get("as_of")
    opens = f"explain/{{}}/{place}/0" + (f"/{on}" if on else "") if ask.actor.may("see_cost") else "ledger/{}"
    held = _held(ask)
    rows = []
    for r in asked(ask):
        quantity, value = held.get(r.id, (ZERO, ZERO))
        if quantity or value:
            cost = divide(value, quantity, COST_PLACES) if quantity else None
            rows.append(about(r) | {"quantity": quantity, "unit_cost": cost, "value": value,
                                    "link": opens.format(r.id)})
    return (*ITEM_COLUMNS, ListColumn("category", N_("Category"), width=110),
            ListColumn("quantity", N_("On hand"), "quantity", 96),
            ListColumn("unit_cost", N_("Unit cost"), "price", 104, permission="see_cost"),
            ListColumn("value", N_("Stock value"), "money", 116, sum=True, permission="see_cost")), rows


def _held(ask: Ask) -> dict[int, tuple[Decimal, Decimal]]:
    """Quantity and value of each item; what is there now is kept ready."""
    given, p = ask.given, cost_pool.c
    if not any(given.get(name) for name in ("as_of", "known_on", "warehouse_id")):
        return {r.item_id: (r.quantity, r.value) for r in ask.rows(select(p.item_id, p.quantity, p.value).where(
            p.warehouse_id == 0, p.lot_id == 0))}
    place = given.get("warehouse_id") or truth.WHOLE_COMPANY
    known_at = netting.known_by(given["known_on"]) if given.get("known_on") else None
    return {key[0]: held for key, held in truth.stock_as_of(
        ask.connection, given.get("as_of"), known_at=known_at, item_id=given.get("item_id"),
        warehouse_id=place).items()}


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
    ReportInfo("stock_value", N_("Stock value"), (AS_OF, KNOWN_ON, WAREHOUSE, CATEGORY, ITEM), worth),
    ReportInfo("open_orders", N_("Open orders"), (WHICH, WAREHOUSE, CATEGORY, ITEM), open_orders),
)
