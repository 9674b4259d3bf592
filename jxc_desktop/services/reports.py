"""Reports: figures over documents and ledgers, each declared once with its parameters and columns."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Basis, DocumentType, Draft, Field, FieldType, Promise, Status
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.base import Money, Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import category, employee, item, partner, unit, warehouse
from jxc_desktop.models.stock import cost_pool, partner_balance, stock_balance, stock_move
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import COST_PLACES, ZERO, divide

FROM = Field("date_from", N_("From"), FieldType.DATE)
TO = Field("date_to", N_("To"), FieldType.DATE)
AT_WAREHOUSE = Field("warehouse_id", N_("Warehouse"), FieldType.WAREHOUSE)


@dataclass(frozen=True)
class ReportInfo:
    """What a report is called and what it asks for."""

    key: str
    title: str
    parameters: tuple[Field, ...]
    columns: tuple[ListColumn, ...]
    rows: Callable[[Connection, Mapping[str, Any]], list[dict[str, Any]]]


@dataclass(frozen=True)
class ReportTable:
    """A report as run: sums of the columns marked so are in `totals`."""

    title: str
    subtitle: str
    columns: tuple[ListColumn, ...]
    rows: list[dict[str, Any]]
    totals: dict[str, Any] = field(default_factory=dict)


def run(connection: Connection, key: str, parameters: Mapping[str, Any], actor: Actor) -> ReportTable:
    """Run a report; columns the actor may not see are left out. NotFound for an unknown key."""
    info = next((r for r in ALL if r.key == key), None)
    if info is None:
        raise NotFound(what=N_("Report"), key=key)
    columns = tuple(c for c in info.columns if not c.permission or actor.may(c.permission))
    rows = [{c.key: row.get(c.key) for c in columns} | {k: v for k, v in row.items() if k.endswith("id")}
            for row in info.rows(connection, parameters)]
    totals = {c.key: sum((row[c.key] or ZERO for row in rows), ZERO) for c in columns if c.sum}
    said = " ".join(f"{tr(p.title)} {parameters[p.name]}" for p in info.parameters
                    if p.type is FieldType.DATE and parameters.get(p.name))
    return ReportTable(tr(info.title), said, columns, rows, totals)


def _signed_kinds(account: Account) -> dict[str, int]:
    """Types that add to what partners owe (+1) or take away from it (-1)."""
    probe = Draft("", {"total": Decimal(1), "partner_id": 1})
    return {k.key: 1 if e.amount > 0 else -1 for k in document_types.ALL for e in k.settles(probe)
            if e.account is account}


def _trade(account: Account, parameters: Mapping[str, Any], *by: ColumnElement[Any]) -> Select[Any]:
    """Quantity, net, tax and total of trade lines, returns negative, grouped."""
    d, line = document.c, document_line.c
    signs = _signed_kinds(account)
    sign = case(*((d.kind == k, s) for k, s in signs.items()), else_=0)

    def total(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        return type_coerce(func.sum(column * sign), column.type).label(name)

    query = select(*by, total(line.base_quantity, "quantity"), total(line.net, "net"), total(line.tax, "tax"),
                   type_coerce(func.sum((line.net + line.tax) * sign), Money).label("total"),
                   func.count(d.id.distinct()).label("documents")).join_from(
        document_line, document, d.id == line.document_id).join(item, item.c.id == line.item_id).join(
        unit, unit.c.id == item.c.unit_id).outerjoin(category, category.c.id == item.c.category_id).outerjoin(
        partner, partner.c.id == d.partner_id).outerjoin(employee, employee.c.id == d.employee_id).where(
        d.kind.in_(signs), d.status.in_([Status.POSTED, Status.REVERSED])).group_by(*by)
    return _dated(query, d.date, parameters, d.warehouse_id)


def _dated(query: Select[Any], date: Any, parameters: Mapping[str, Any], warehouse_id: Any = None) -> Select[Any]:
    if parameters.get("date_from"):
        query = query.where(date >= parameters["date_from"])
    if parameters.get("date_to"):
        query = query.where(date <= parameters["date_to"])
    if warehouse_id is not None and parameters.get("warehouse_id"):
        query = query.where(warehouse_id == parameters["warehouse_id"])
    return query


def _dicts(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(r) for r in connection.execute(query).mappings()]


def _cost_of_sales(connection: Connection, parameters: Mapping[str, Any], by: Any) -> dict[Any, Decimal]:
    """Cost of what was sold less what came back, by a column of the document or the item."""
    m, d = stock_move.c, document.c
    query = select(by, type_coerce(func.sum(m.value + m.variance), Money)).join_from(
        stock_move, document, d.id == m.document_id).where(
        d.kind.in_(_signed_kinds(Account.RECEIVABLE))).group_by(by)
    return {r[0]: -r[1] for r in connection.execute(_dated(query, d.date, parameters, m.warehouse_id))}


def _with_profit(rows: list[dict[str, Any]], costs: Mapping[Any, Decimal], key: str) -> list[dict[str, Any]]:
    for row in rows:
        row["cost"] = costs.get(row[key], ZERO)
        row["profit"] = row["net"] - row["cost"]
        row["margin"] = divide(row["profit"], row["net"], 4) if row["net"] else None
    return sorted(rows, key=lambda r: -r["total"])


def _sales_by_item(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    i = item.c
    rows = _dicts(connection, _trade(Account.RECEIVABLE, parameters, i.id.label("item_id"), i.code, i.name, i.spec,
                                     unit.c.name.label("unit"), category.c.name.label("category")))
    return _with_profit(rows, _cost_of_sales(connection, parameters, stock_move.c.item_id), "item_id")


def _sales_by_customer(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    p = partner.c
    rows = _dicts(connection, _trade(Account.RECEIVABLE, parameters, p.id.label("partner_id"), p.code, p.name))
    return _with_profit(rows, _cost_of_sales(connection, parameters, document.c.partner_id), "partner_id")


def _sales_by_person(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    e = employee.c
    rows = _dicts(connection, _trade(Account.RECEIVABLE, parameters, e.id.label("employee_id"), e.name))
    for row in rows:
        row["name"] = row["name"] or tr("(nobody)")
    return _with_profit(rows, _cost_of_sales(connection, parameters, document.c.employee_id), "employee_id")


def _by_month(account: Account) -> Callable[[Connection, Mapping[str, Any]], list[dict[str, Any]]]:
    def rows(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        months: dict[str, dict[str, Any]] = {}
        for row in _dicts(connection, _trade(account, parameters, document.c.date)):
            month = months.setdefault(f"{row['date']:%Y-%m}", {
                "quantity": ZERO, "net": ZERO, "tax": ZERO, "total": ZERO, "documents": 0})
            for name in month:
                month[name] += row[name]
        return [{"month": name, **figures} for name, figures in sorted(months.items())]
    return rows


def _purchases_by_supplier(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    p = partner.c
    rows = _dicts(connection, _trade(Account.PAYABLE, parameters, p.id.label("partner_id"), p.code, p.name))
    return sorted(rows, key=lambda r: -r["total"])


def _purchases_by_item(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    i = item.c
    rows = _dicts(connection, _trade(Account.PAYABLE, parameters, i.id.label("item_id"), i.code, i.name, i.spec,
                                     unit.c.name.label("unit")))
    return sorted(rows, key=lambda r: -r["total"])


def _turnover(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Opening, in, out and closing of each item by business date, with today's knowledge."""
    m, i = stock_move.c, item.c
    start = dt.datetime.combine(parameters.get("date_from") or dt.date(1990, 1, 1), dt.time())
    end = dt.datetime.combine(parameters.get("date_to") or dt.date(2100, 12, 31), dt.time.max)
    before, within = m.effective_at < start, m.effective_at.between(start, end)
    inwards = within & ((m.quantity > ZERO) | ((m.quantity == ZERO) & m.basis.in_([Basis.GIVEN])))

    def total(condition: Any, column: Any) -> Any:
        return type_coerce(func.coalesce(func.sum(case((condition, column), else_=ZERO)), ZERO), column.type)

    query = select(
        i.id.label("item_id"), i.code, i.name, i.spec, unit.c.name.label("unit"),
        total(before, m.quantity).label("opening"), total(before, m.value).label("opening_value"),
        total(inwards, m.quantity).label("quantity_in"), total(inwards, m.value).label("value_in"),
        total(within & ~inwards, m.quantity).label("out"), total(within & ~inwards, m.value).label("out_value"),
    ).join_from(stock_move, item, i.id == m.item_id).join(unit, unit.c.id == i.unit_id).where(
        m.effective_at <= end).group_by(i.id, i.code, i.name, i.spec, unit.c.name).order_by(i.code)
    if parameters.get("warehouse_id"):
        query = query.where(m.warehouse_id == parameters["warehouse_id"])
    rows = _dicts(connection, query)
    for row in rows:
        row["quantity_out"], row["value_out"] = -row.pop("out"), -row.pop("out_value")
        row["closing"] = row["opening"] + row["quantity_in"] - row["quantity_out"]
        row["closing_value"] = row["opening_value"] + row["value_in"] - row["value_out"]
    return rows


def _stock_value(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    i, p = item.c, cost_pool.c
    rows = _dicts(connection, select(
        i.id.label("item_id"), i.code, i.name, i.spec, unit.c.name.label("unit"), category.c.name.label("category"),
        p.quantity, p.value).join_from(cost_pool, item, i.id == p.item_id).join(
        unit, unit.c.id == i.unit_id).outerjoin(category, category.c.id == i.category_id).where(
        (p.quantity != ZERO) | (p.value != ZERO)).order_by(i.code))
    for row in rows:
        row["unit_cost"] = divide(row["value"], row["quantity"], COST_PLACES) if row["quantity"] else None
    return rows


def _to_order(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Items whose projected stock is below their reorder point, with what would bring them to their maximum."""
    b, i = stock_balance.c, item.c
    on_hand = func.coalesce(func.sum(b.on_hand), ZERO)
    rows = _dicts(connection, select(
        i.id.label("item_id"), i.code, i.name, i.spec, unit.c.name.label("unit"),
        type_coerce(on_hand, Quantity).label("on_hand"),
        type_coerce(func.coalesce(func.sum(b.reserved), ZERO), Quantity).label("reserved"),
        type_coerce(func.coalesce(func.sum(b.on_order), ZERO), Quantity).label("on_order"), i.reorder_point, i.maximum
    ).join_from(item, stock_balance, b.item_id == i.id, isouter=True).join(unit, unit.c.id == i.unit_id).where(
        i.active, i.stocked, i.reorder_point > ZERO).group_by(
        i.id, i.code, i.name, i.spec, unit.c.name, i.reorder_point, i.maximum).order_by(i.code))
    short = []
    for row in rows:
        row["projected"] = row["on_hand"] - row["reserved"] + row["on_order"]
        if row["projected"] < row["reorder_point"]:
            row["suggested"] = max(row["maximum"] or ZERO, row["reorder_point"]) - row["projected"]
            short.append(row)
    return short


def _owed(account: Account) -> Callable[[Connection, Mapping[str, Any]], list[dict[str, Any]]]:
    def rows(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        b, p = partner_balance.c, partner.c
        return _dicts(connection, select(
            p.id.label("partner_id"), p.code, p.name, p.contact, p.phone, p.credit_limit, b.amount.label("owed")
        ).join_from(partner_balance, partner, p.id == b.partner_id).where(
            b.account == account, b.amount != ZERO).order_by(b.amount.desc()))
    return rows


def _open_orders(promise: Promise) -> Callable[[Connection, Mapping[str, Any]], list[dict[str, Any]]]:
    """Order lines that are not yet fulfilled, the oldest promise first."""
    def rows(connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        d, line, i = document.c, document_line.c, item.c
        kinds: list[DocumentType] = [k for k in document_types.ALL if k.promise is promise]
        query = select(
            d.id.label("document_id"), d.number, d.date, d.due_date, partner.c.name.label("partner"), i.code, i.name,
            i.spec, unit.c.name.label("unit"), line.base_quantity.label("ordered"), line.fulfilled, line.reserved,
            warehouse.c.name.label("warehouse")).join_from(document_line, document, d.id == line.document_id).join(
            item, i.id == line.item_id).join(unit, unit.c.id == i.unit_id).outerjoin(
            partner, partner.c.id == d.partner_id).outerjoin(warehouse, warehouse.c.id == d.warehouse_id).where(
            d.kind.in_([k.key for k in kinds]), d.status == Status.POSTED, line.fulfilled < line.base_quantity)
        found = _dicts(connection, _dated(query, d.date, parameters, d.warehouse_id).order_by(
            func.coalesce(d.due_date, d.date), d.id))
        for row in found:
            row["open"] = row["ordered"] - row["fulfilled"]
        return found
    return rows


def _text(key: str, title: str, width: int = 110) -> ListColumn:
    return ListColumn(key, title, width=width)


def _number(key: str, title: str, kind: str = "money", *, sum: bool = True, cost: bool = False) -> ListColumn:
    return ListColumn(key, title, kind, 104, sum=sum, permission="see_cost" if cost else None)


_ITEM = (_text("code", N_("Code")), _text("name", N_("Item"), 200), _text("spec", N_("Spec"), 130),
         _text("unit", N_("Unit"), 56))
_PARTNER = (_text("code", N_("Code")), _text("name", N_("Partner"), 220))
_TOTALS = (_number("net", N_("Net")), _number("tax", N_("Tax")), _number("total", N_("Total amount")))
_PROFIT = (_number("cost", N_("Cost"), cost=True), _number("profit", N_("Gross profit"), cost=True),
           _number("margin", N_("Margin"), "rate", sum=False, cost=True))
_QUANTITY = (_number("quantity", N_("Quantity"), "quantity"),)
_DOCUMENTS = (_number("documents", N_("Documents"), "int"),)
_PERIOD = (FROM, TO, AT_WAREHOUSE)
_ORDER = (_text("number", N_("Number"), 160), ListColumn("date", N_("Date"), "date", 96),
          ListColumn("due_date", N_("Promised date"), "date", 96), _text("partner", N_("Partner"), 180),
          _text("warehouse", N_("Warehouse"), 90), *_ITEM, _number("ordered", N_("Ordered"), "quantity"),
          _number("fulfilled", N_("Fulfilled"), "quantity"), _number("open", N_("Open"), "quantity"))

ALL: tuple[ReportInfo, ...] = (
    ReportInfo("sales_by_item", N_("Sales by item"), _PERIOD, (*_ITEM, _text("category", N_("Category"), 90),
                                                               *_QUANTITY, *_TOTALS, *_PROFIT), _sales_by_item),
    ReportInfo("sales_by_customer", N_("Sales by customer"), _PERIOD, (*_PARTNER, *_DOCUMENTS, *_TOTALS, *_PROFIT),
               _sales_by_customer),
    ReportInfo("sales_by_person", N_("Sales by person"), _PERIOD,
               (_text("name", N_("Handled by"), 140), *_DOCUMENTS, *_TOTALS, *_PROFIT), _sales_by_person),
    ReportInfo("sales_by_month", N_("Sales by month"), _PERIOD,
               (_text("month", N_("Month")), *_DOCUMENTS, *_QUANTITY, *_TOTALS), _by_month(Account.RECEIVABLE)),
    ReportInfo("purchases_by_supplier", N_("Purchases by supplier"), _PERIOD, (*_PARTNER, *_DOCUMENTS, *_TOTALS),
               _purchases_by_supplier),
    ReportInfo("purchases_by_item", N_("Purchases by item"), _PERIOD, (*_ITEM, *_QUANTITY, *_TOTALS),
               _purchases_by_item),
    ReportInfo("purchases_by_month", N_("Purchases by month"), _PERIOD,
               (_text("month", N_("Month")), *_DOCUMENTS, *_QUANTITY, *_TOTALS), _by_month(Account.PAYABLE)),
    ReportInfo("stock_turnover", N_("Stock turnover"), _PERIOD, (
        *_ITEM, _number("opening", N_("Opening"), "quantity"), _number("quantity_in", N_("In"), "quantity"),
        _number("quantity_out", N_("Out"), "quantity"), _number("closing", N_("Closing"), "quantity"),
        _number("opening_value", N_("Opening value"), cost=True), _number("value_in", N_("Value in"), cost=True),
        _number("value_out", N_("Value out"), cost=True), _number("closing_value", N_("Closing value"), cost=True)),
        _turnover),
    ReportInfo("stock_value", N_("Stock value"), (), (
        *_ITEM, _text("category", N_("Category"), 90), *_QUANTITY,
        _number("unit_cost", N_("Unit cost"), "price", sum=False, cost=True),
        _number("value", N_("Stock value"), cost=True)), _stock_value),
    ReportInfo("to_order", N_("Below reorder point"), (), (
        *_ITEM, _number("on_hand", N_("On hand"), "quantity"), _number("reserved", N_("Reserved"), "quantity"),
        _number("on_order", N_("On order"), "quantity"), _number("projected", N_("Projected"), "quantity"),
        _number("reorder_point", N_("Reorder point"), "quantity", sum=False),
        _number("maximum", N_("Maximum stock"), "quantity", sum=False),
        _number("suggested", N_("Suggested"), "quantity")), _to_order),
    ReportInfo("open_sales_orders", N_("Open sales orders"), _PERIOD,
               (*_ORDER, _number("reserved", N_("Reserved"), "quantity")), _open_orders(Promise.RESERVED)),
    ReportInfo("open_purchase_orders", N_("Open purchase orders"), _PERIOD, _ORDER, _open_orders(Promise.ON_ORDER)),
    ReportInfo("receivables", N_("Receivables"), (), (
        *_PARTNER, _text("contact", N_("Contact")), _text("phone", N_("Phone"), 130), _number("owed", N_("Owed")),
        _number("credit_limit", N_("Credit limit"), sum=False)), _owed(Account.RECEIVABLE)),
    ReportInfo("payables", N_("Payables"), (), (
        *_PARTNER, _text("contact", N_("Contact")), _text("phone", N_("Phone"), 130),
        _number("owed", N_("Owed"))), _owed(Account.PAYABLE)),
)
