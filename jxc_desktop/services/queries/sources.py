"""The lists of documents and of master data, from their declarations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from jxc_desktop.document_types.schema import (
    PROGRESS_TITLES,
    REFERENCES,
    STATUS_TITLES,
    DocumentType,
    Field,
    FieldType,
    RecordType,
)
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document as d_table
from jxc_desktop.models.documents import document_line
from jxc_desktop.models.records import barcode, employee, item, partner, warehouse
from jxc_desktop.services.categories import category_and_below as category_and_below
from jxc_desktop.services.queries import pack_units
from jxc_desktop.services.queries.lists import ListColumn, Source

_KINDS = {FieldType.DATE: "date", FieldType.QUANTITY: "quantity", FieldType.PRICE: "price", FieldType.MONEY: "money",
          FieldType.RATE: "rate", FieldType.DISCOUNT: "rate", FieldType.INTEGER: "int", FieldType.FLAG: "flag",
          FieldType.CHOICE: "chip", FieldType.FACTOR: "quantity"}
_NAMED = {"partner_id": ("partner", partner), "warehouse_id": ("warehouse", warehouse),
          "to_warehouse_id": ("to_warehouse", warehouse.alias("to_warehouse")),
          "destination_id": ("destination", warehouse.alias("destination")), "employee_id": ("employee", employee)}
_SEARCHED = {"partner_id", "warehouse_id"}


def _column(f: Field, key: str | None = None) -> ListColumn:
    return ListColumn(key or f.name, f.title, _KINDS.get(f.type, "text"), f.width, permission=f.permission,
                      choices=f.choices, feature=f.feature)


def _titles(titles: dict[Any, str]) -> tuple[tuple[str, str], ...]:
    return tuple((k.value, v) for k, v in titles.items())


def documents(kind: DocumentType) -> Source:
    """The list of one document type, from its declared header."""
    d = d_table.c
    columns = [ListColumn("number", N_("Number"), width=160), ListColumn("date", N_("Date"), "date", 96),
               ListColumn("status", N_("Status"), "chip", 76, choices=_titles(STATUS_TITLES))]
    if kind.promise:
        columns.append(ListColumn("progress", N_("Progress"), "chip", 84, choices=_titles(PROGRESS_TITLES)))
    value: dict[str, ColumnElement[Any]] = {
        k: d[k] for k in ("id", "kind", "number", "date", "status", "progress", "total_quantity", "print_count",
                          "created_by", "created_at", "posted_by", "posted_at", "remark", "reversal_of_id", "version")}
    sort_by: dict[str, ColumnElement[Any]] = {}
    for f in kind.header:
        if f.name in _NAMED:
            key, other = _NAMED[f.name]
            columns.append(_column(f, key))
            value[key], value[f.name] = other.c.name, d[f.name]
            sort_by[key] = other.c.pinyin
        elif f.name not in ("date", "remark", "tax_included"):
            columns.append(_column(f))
            value[f.name] = d[f.name]
    if kind.priced:
        columns.append(ListColumn("total", N_("Total amount"), "money", 110, sum=True,
                                  permission=kind.column("amount").permission))  # type: ignore[union-attr]
        value["total"] = d.total
    columns += [ListColumn("total_quantity", N_("Quantity"), "quantity", 80, sum=True),
                ListColumn("remark", N_("Remark"), width=160), ListColumn("created_by", N_("Prepared by"), width=80),
                ListColumn("created_at", N_("Prepared at"), "datetime", 130),
                ListColumn("print_count", N_("Prints"), "int", 60)]
    table: Any = d_table
    for name, (_, other) in _NAMED.items():
        if name in _SEARCHED or name in value:
            table = table.outerjoin(other, other.c.id == d[name])
    return Source(tuple(columns), table, value, ("id",), kind.permission("see"), "date", _document_filters(),
                  (d.number, partner.c.name, partner.c.initials, d.remark, warehouse.c.name), sort_by,
                  (d.kind == kind.key,))


def _document_filters() -> dict[str, Callable[[Any], ColumnElement[bool]]]:
    d, line = d_table.c, document_line.c
    lacking = select(line.id).join_from(document_line, item, item.c.id == line.item_id).where(
        line.document_id == d.id, item.c.stocked, line.base_quantity > line.fulfilled + line.reserved)
    return {
        "status": lambda v: d.status.in_([v] if isinstance(v, str) else v),
        "progress": lambda v: d.progress.in_([v] if isinstance(v, str) else v),
        "date_from": lambda v: d.date >= v, "date_to": lambda v: d.date <= v,
        "partner_id": lambda v: d.partner_id == v, "warehouse_id": lambda v: d.warehouse_id == v,
        "employee_id": lambda v: d.employee_id == v, "created_by": lambda v: d.created_by == v,
        "item_id": lambda v: exists(select(line.id).where(line.document_id == d.id, line.item_id == v)),
        "date_due": lambda v: d.due_date <= v,
        "ready": lambda v: (~exists(lacking) if v else exists(lacking)),
        "ids": lambda v: d.id.in_(v),
    }


def records(kind: RecordType) -> Source:
    """The list of one kind of master data, from its declared fields."""
    table = TABLES[kind.key]
    joined: Any = table
    value: dict[str, ColumnElement[Any]] = {"id": table.c.id, "version": table.c.version}
    sort_by: dict[str, ColumnElement[Any]] = {}
    columns = []
    for f in kind.fields:
        if f.type is FieldType.PICTURE or f.type is FieldType.NOTE:
            continue
        if f.type in REFERENCES:
            key = f.name.removesuffix("_id")
            other = TABLES[REFERENCES[f.type]].alias(f"{key}_")
            joined = joined.outerjoin(other, other.c.id == table.c[f.name])
            columns.append(_column(f, key))
            value[key], value[f.name] = other.c.name, table.c[f.name]
            sort_by[key] = other.c.pinyin
        else:
            columns.append(_column(f))
            value[f.name] = table.c[f.name]
    if "name" in value and "pinyin" in table.c:
        sort_by["name"] = table.c.pinyin
    search: list[ColumnElement[Any]] = [table.c[n] for n in (
        "code", "name", "initials", "pinyin", "spec", "brand", "contact", "phone") if n in table.c]
    if kind.key == "item":
        codes = select(func.min(barcode.c.code)).where(barcode.c.item_id == item.c.id).scalar_subquery()
        columns.append(ListColumn("barcode", N_("Barcode"), width=130))
        value["barcode"] = codes
        search.append(codes)
        columns.append(ListColumn(pack_units.KEY, N_("Pack units"), width=110, sortable=False))
    filters: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "ids": lambda v: table.c.id.in_(v)}
    for name in ("active", "customer", "supplier", "parent_id"):
        if name in table.c:
            filters[name] = lambda v, c=table.c[name]: c == v  # type: ignore[misc]
    if "category_id" in table.c:
        filters["category_id"] = lambda v: table.c.category_id.in_(category_and_below(v))
    made = Source(tuple(columns), joined, value, ("id",), kind.permission("see"),
                  "code" if "code" in table.c else "name", filters, tuple(search), sort_by)
    return replace(made, finish_page=pack_units.fill) if kind.key == "item" else made
