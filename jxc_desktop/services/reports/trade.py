"""Sales and purchases: summed up by what one likes, and line by line."""

import calendar
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Field, FieldType
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.base import Money
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import category, employee, item, partner, unit, warehouse
from jxc_desktop.models.stock import stock_move
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.queries.sources import category_and_below
from jxc_desktop.services.reports.frame import (
    CATEGORY,
    CUSTOMER,
    EMPLOYEE,
    ITEM,
    PERIOD,
    STANDING,
    SUPPLIER,
    WAREHOUSE,
    Ask,
    Body,
    ReportInfo,
    Row,
    share,
    signs,
)
from jxc_desktop.values import ZERO

MOST = 20_000  # rows of a detailed report
_d, _l, _m = document.c, document_line.c, stock_move.c


class TooMuch(UserError):
    message = N_("There are more than {limit} rows; please choose a shorter period or one partner, item or category")


@dataclass(frozen=True)
class Grouping:
    """How rows are summed up: the columns that identify a group, and the filter that its details have."""

    title: str
    columns: tuple[Any, ...]
    shown: tuple[ListColumn, ...]
    filter: str = ""
    fold: Callable[[Any], Any] = lambda key: key


_NAME = ListColumn("name", N_("Name"), width=220)
_CODE = ListColumn("code", N_("Code"), width=110)
GROUPINGS = {
    "item": Grouping(N_("Item"), (item.c.id, item.c.code, item.c.name, item.c.spec, unit.c.name), (
        _CODE, ListColumn("name", N_("Item"), width=220), ListColumn("spec", N_("Spec"), width=130),
        ListColumn("unit", N_("Unit"), width=56), ListColumn("quantity", N_("Quantity"), "quantity", 90)), "item_id"),
    "category": Grouping(N_("Category"), (category.c.id, category.c.name), (_NAME,), "category_id"),
    "partner": Grouping(N_("Partner"), (partner.c.id, partner.c.code, partner.c.name), (_CODE, _NAME), "partner_id"),
    "employee": Grouping(N_("Handled by"), (employee.c.id, employee.c.name), (_NAME,), "employee_id"),
    "warehouse": Grouping(N_("Warehouse"), (warehouse.c.id, warehouse.c.name), (_NAME,), "warehouse_id"),
    "day": Grouping(N_("Day"), (_d.date,), (ListColumn("date", N_("Date"), "date", 110),), "date"),
    "month": Grouping(N_("Month"), (_d.date,), (ListColumn("month", N_("Month"), width=110),), "month",
                      lambda date: date.replace(day=1)),
}
GROUP_BY = Field("group_by", N_("Group by"), FieldType.CHOICE, required=True, default="item",
                 choices=tuple((key, grouping.title) for key, grouping in GROUPINGS.items()))


def _filters(ask: Ask, item_id: Any) -> list[Any]:
    given = ask.given
    found = [_d.date >= ask.first, _d.date <= ask.last, _d.status.in_(STANDING)]
    for name, column in (("partner_id", _d.partner_id), ("warehouse_id", _d.warehouse_id),
                         ("employee_id", _d.employee_id), ("item_id", item_id)):
        if given.get(name) is not None:
            found.append(column == given[name])
    if given.get("category_id") is not None:
        found.append(item.c.category_id.in_(category_and_below(given["category_id"])))
    return found


def _joined(base: Any, item_id: Any, document_id: Any) -> Any:
    return base.join(document, _d.id == document_id).join(item, item.c.id == item_id).join(
        unit, unit.c.id == item.c.unit_id).outerjoin(category, category.c.id == item.c.category_id).outerjoin(
        partner, partner.c.id == _d.partner_id).outerjoin(employee, employee.c.id == _d.employee_id).outerjoin(
        warehouse, warehouse.c.id == _d.warehouse_id)


def summary(account: Account, ask: Ask) -> Body:
    """Net, tax and total by group; with the right to see it, cost and profit of sales."""
    selling, sign = account is Account.RECEIVABLE, signs(account)
    grouping = GROUPINGS[str(ask.given["group_by"])]
    sums: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(
        ("quantity", "net", "tax", "total", "cost"), ZERO))
    keys: dict[Any, tuple[Any, ...]] = {}

    def take(row: Any, **figures: Any) -> None:
        whole = tuple(row)[:len(grouping.columns)]
        key = grouping.fold(whole[0])
        keys.setdefault(key, (key, *whole[1:]))
        for name, value in figures.items():
            sums[key][name] += sign[row.kind] * (value or ZERO)

    for row in ask.rows(select(*grouping.columns, _d.kind.label("kind"), func.sum(_l.base_quantity).label("quantity"),
                               func.sum(_l.net).label("net"), func.sum(_l.tax).label("tax")).select_from(
            _joined(document_line, _l.item_id, _l.document_id)).where(
            _d.kind.in_(sign), *_filters(ask, _l.item_id)).group_by(*grouping.columns, _d.kind)):
        take(row, quantity=row.quantity, net=row.net, tax=row.tax, total=(row.net or ZERO) + (row.tax or ZERO))
    costs = selling and ask.actor.may("see_cost")
    for row in _costs(ask, grouping, sign) if costs else ():
        take(row, cost=-sign[row.kind] * (row.value + row.variance))
    rows = [_group_row(grouping, keys[key], figures, costs) for key, figures in sums.items()]
    if grouping.filter in ("date", "month"):
        rows.sort(key=lambda row: row[grouping.shown[0].key])
    else:
        rows.sort(key=lambda row: row["total"], reverse=True)
    report = "sales_detail" if selling else "purchase_detail"
    for row in rows:
        row["link"] = _details(report, grouping, row.pop("key"), ask)
    return (*grouping.shown, *_FIGURES, *(_PROFIT if costs else ())), rows


_FIGURES = (ListColumn("net", N_("Net"), "money", 110, sum=True), ListColumn("tax", N_("Tax"), "money", 96, sum=True),
            ListColumn("total", N_("Total amount"), "money", 116, sum=True))
_PROFIT = (ListColumn("cost", N_("Cost of sales"), "money", 110, sum=True, permission="see_cost"),
           ListColumn("profit", N_("Gross profit"), "money", 110, sum=True, permission="see_cost"),
           ListColumn("margin", N_("Margin"), "rate", 72, permission="see_cost"))


def _costs(ask: Ask, grouping: Grouping, sign: dict[str, int]) -> Any:
    """What the stock gave for these documents: its value says by itself whether goods left or came back."""
    return ask.rows(select(*grouping.columns, _d.kind.label("kind"), func.sum(_m.value).label("value"),
                           func.sum(_m.variance).label("variance")).select_from(
        _joined(stock_move, _m.item_id, _m.document_id)).where(
        _d.kind.in_(sign), *_filters(ask, _m.item_id)).group_by(*grouping.columns, _d.kind))


def _group_row(grouping: Grouping, key: tuple[Any, ...], figures: dict[str, Any], costs: bool) -> Row:
    names = [c.key for c in grouping.shown if c.key != "quantity"]
    values = key if grouping.filter in ("date", "month") else key[1:]
    row: Row = dict(zip(names, values, strict=True)) | {"key": key[0]} | figures
    if grouping.filter == "month":
        row["month"] = f"{key[0]:%Y-%m}"
    elif grouping.filter != "date" and row["name"] is None:
        row["name"] = "–"
    if costs:
        row["profit"] = row["net"] - row["cost"]
        row["margin"] = share(row["profit"], row["net"])
    return row


def _details(report: str, grouping: Grouping, key: Any, ask: Ask) -> str:
    """The page with the lines behind a row."""
    given = {name: value for name, value in ask.given.items() if value is not None and name != "group_by"}
    if grouping.filter == "date":
        given |= {"date_from": key, "date_to": key}
    elif grouping.filter == "month":
        last = key.replace(day=calendar.monthrange(key.year, key.month)[1])
        given |= {"date_from": max(key, ask.first), "date_to": min(last, ask.last)}
    elif key is not None:
        given[grouping.filter] = key
    return f"report/{report}?" + "&".join(f"{name}={value}" for name, value in sorted(given.items()))


def detail(account: Account, ask: Ask) -> Body:
    """Every line, the newest first."""
    sign = signs(account)
    titles = tuple((k.key, k.title) for k in document_types.ALL)
    statement = select(
        _d.id, _d.date, _d.number, _d.kind, partner.c.name.label("partner"), warehouse.c.name.label("warehouse"),
        item.c.code, item.c.name, item.c.spec, _l.quantity, _l.unit_id, _l.price, _l.discount, _l.net, _l.tax,
        type_coerce(func.coalesce(_l.net, ZERO) + func.coalesce(_l.tax, ZERO), Money).label("total"),
        func.coalesce(_l.remark, _d.remark).label("remark")).select_from(
        _joined(document_line, _l.item_id, _l.document_id)).where(
        _d.kind.in_(sign), *_filters(ask, _l.item_id)).order_by(
        _d.date.desc(), _d.id.desc(), _l.position).limit(MOST + 1)
    units = {r.id: r.name for r in ask.rows(select(unit.c.id, unit.c.name))}
    rows = []
    if len(found := ask.rows(statement)) > MOST:
        raise TooMuch(limit=MOST)
    for r in found:
        row = dict(r._mapping)
        for name in ("quantity", "net", "tax", "total"):
            row[name] = sign[r.kind] * (row[name] or ZERO)
        row["discount"] = 1 - r.discount if r.discount else None
        rows.append(row | {"unit": units.get(r.unit_id, ""), "link": f"document/{r.kind}/{r.id}"})
    return (ListColumn("date", N_("Date"), "date", 100), ListColumn("number", N_("Number"), width=170),
            ListColumn("kind", N_("Type"), "chip", 90, choices=titles),
            ListColumn("partner", N_("Partner"), width=160), ListColumn("code", N_("Code"), width=90),
            ListColumn("name", N_("Item"), width=180), ListColumn("spec", N_("Spec"), width=110),
            ListColumn("unit", N_("Unit"), width=52), ListColumn("quantity", N_("Quantity"), "quantity", 80),
            ListColumn("price", N_("Price"), "price", 90), ListColumn("discount", N_("Discount"), "rate", 64),
            ListColumn("net", N_("Net"), "money", 100, sum=True), ListColumn("tax", N_("Tax"), "money", 90, sum=True),
            ListColumn("total", N_("Total amount"), "money", 110, sum=True),
            ListColumn("remark", N_("Remark"), width=120)), rows


_ASKED = (*PERIOD, GROUP_BY)
REPORTS = (
    ReportInfo("sales_summary", N_("Sales summary"), (*_ASKED, CUSTOMER, WAREHOUSE, CATEGORY, EMPLOYEE),
               partial(summary, Account.RECEIVABLE)),
    ReportInfo("sales_detail", N_("Sales details"), (*PERIOD, CUSTOMER, ITEM, WAREHOUSE, CATEGORY, EMPLOYEE),
               partial(detail, Account.RECEIVABLE)),
    ReportInfo("purchase_summary", N_("Purchase summary"), (*_ASKED, SUPPLIER, WAREHOUSE, CATEGORY, EMPLOYEE),
               partial(summary, Account.PAYABLE)),
    ReportInfo("purchase_detail", N_("Purchase details"), (*PERIOD, SUPPLIER, ITEM, WAREHOUSE, CATEGORY, EMPLOYEE),
               partial(detail, Account.PAYABLE)),
)
