"""Lists, reports and documents as workbooks, as the user sees them."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType, serials_in
from jxc_desktop.errors import PermissionDenied
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services.exchange import packs
from jxc_desktop.services.exchange.cell_xml import as_text
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.progress import Progress
from jxc_desktop.services.exchange.sheet import CannotExport, Column, Table
from jxc_desktop.services.exchange.workbook import write_csv, write_xlsx
from jxc_desktop.services.queries import ItemInfo, ListColumn, ListQuery, Queries, pack_units
from jxc_desktop.values import ZERO

_PAGE = 1000
_KINDS = {"chip": Kind.TEXT, "flag": Kind.BOOL}


def export_list(queries: Queries, query: ListQuery, columns: Sequence[ListColumn], path: Path | str,
                progress: Progress | None = None) -> None:
    """Every row of a list with these columns in this order, as filtered and sorted; .xlsx or .csv by the name.

    Raises CannotExport, PermissionDenied; columns that the actor may not see are left out.
    """
    _require(queries, query.source)
    allowed = {c.key for c in queries.list_columns(query.source)}
    columns = [c for c in columns if c.key in allowed]
    sums = queries.list_sums(query)
    shown = {k: v for k, v in sums.items() if k in {c.key for c in columns}}
    rows = _Counted(_all_rows(queries, query, columns), int(sums["count"]))
    write(Table(list_title(query.source), _columns(queries, columns), rows, shown or None,
                _filters_in_words(queries, query)), path, progress)


def _require(queries: Queries, source: str) -> None:
    """The right to export: of the type, of items for what is in stock, to see reports for the audit trail."""
    kind, _, key = source.partition("/")
    permission = f"{key}.export" if key else "report.see" if kind == "audit" else "item.export"
    if not queries.actor.may(permission):
        raise PermissionDenied(actor=queries.actor.name, permission=permission)


def export_report(report: Any, path: Path | str, progress: Progress | None = None) -> None:
    """A report table as it is shown."""
    told = _telling(report.columns)
    rows = [told(row) for row in report.rows]
    write(Table(report.title, _plain_columns(report.columns), rows, report.totals or None,
                (report.subtitle,) if report.subtitle else ()), path, progress)


def export_document(queries: Queries, document_id: int, path: Path | str) -> None:
    """One document: its header as lines above, its lines as the table; it can be imported again."""
    draft = queries.open_document(document_id)
    kind = document_types.BY_KEY[draft.kind]
    _require(queries, f"document/{kind.key}")
    items = queries.items({line["item_id"] for line in draft.lines if line["item_id"]})
    columns, told = [], [c for c in features.shown(kind.columns, queries.features, queries.actor.may)
                         if not c.shown_only]
    for c in told:
        if c.type is FieldType.ITEM:
            columns += [Column("code", tr("Code"), Kind.CODE), Column("name", tr("Item")), Column("spec", tr("Spec"))]
        else:
            columns.append(Column(c.name, tr(c.title), field_kind(c.type)))
    rows = [_line(line, told, items.get(line["item_id"])) for line in draft.lines]
    sums = {"quantity": draft.header["total_quantity"],
            "amount": sum((line["amount"] or ZERO for line in draft.lines), ZERO)}
    shown = {c.key for c in columns}
    head = [titled(tr("Number"), draft.number or tr("Draft"))]
    head += [titled(tr(f.title), _said(queries, f, draft.header[f.name])) for f in kind.header
             if draft.header.get(f.name) not in (None, "")]
    write(Table(tr(kind.title), columns, rows, {k: v for k, v in sums.items() if k in shown}, head), path, None)


def _line(line: Mapping[str, Any], told: Sequence[Field], item: ItemInfo | None) -> dict[str, Any]:
    row = dict(line)
    for c in told:
        if c.choices and line.get(c.name) is not None:
            row[c.name] = tr(dict(c.choices).get(line[c.name], str(line[c.name])))
        elif c.type is FieldType.SERIALS:
            row[c.name] = ", ".join(serials_in(line.get(c.name)))
    if line.get("discount"):
        row["discount"] = 1 - line["discount"]  # as on the screen: what is paid
    if item:
        choice = item.choice(line["unit_id"])
        row |= {"code": item.code, "name": item.name, "spec": item.spec, "unit_id": choice.name if choice else ""}
    return row


def _said(queries: Queries, f: Field, value: Any) -> str:
    if f.type in REFERENCES:
        return queries.label(REFERENCES[f.type], value)
    if f.choices:
        return tr(dict(f.choices).get(value, str(value)))
    return as_text(value)


def write(table: Table, path: Path | str, progress: Progress | None) -> None:
    """The name's ending chooses the format; raises CannotExport for any but .xlsx and .csv."""
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        write_csv(table, path, progress)
    elif suffix == ".xlsx":
        write_xlsx(table, path, progress)
    else:
        raise CannotExport(file=Path(path).name, reason=N_("only .xlsx and .csv can be written"))


def list_title(source: str) -> str:
    kind, _, key = source.partition("/")
    if kind == "document":
        return tr(document_types.BY_KEY[key].title)
    if kind == "record":
        return tr(document_types.RECORDS_BY_KEY[key].title)
    return tr({"stock": N_("Stock"), "lots": N_("Lots and serial numbers"), "moves": N_("Stock ledger"),
               "alerts": N_("Alerts"), "audit": N_("Audit trail")}[source])


def field_kind(kind: FieldType) -> Kind:
    """How a declared field is written to and read from a table."""
    return {FieldType.DATE: Kind.DATE, FieldType.QUANTITY: Kind.QUANTITY, FieldType.PRICE: Kind.PRICE,
            FieldType.MONEY: Kind.MONEY, FieldType.RATE: Kind.RATE, FieldType.DISCOUNT: Kind.RATE,
            FieldType.FACTOR: Kind.FACTOR, FieldType.INTEGER: Kind.INT, FieldType.FLAG: Kind.BOOL,
            FieldType.ITEM: Kind.CODE, FieldType.LOT: Kind.CODE, FieldType.SERIALS: Kind.CODE}.get(kind, Kind.TEXT)


def _columns(queries: Queries, columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    """Pack units, one text on the screen, are columns that can be imported again."""
    made: list[Column] = []
    for c in columns:
        if c.key == pack_units.KEY:
            made += packs.columns(queries.most_packs(), costs=queries.actor.may("see_cost"))
        else:
            made += _plain_columns([c])
    return tuple(made)


def _plain_columns(columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    return tuple(Column(c.key, tr(c.title), _KINDS.get(c.kind) or Kind(c.kind)) for c in columns)


def _telling(columns: Sequence[ListColumn]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """How rows are told: chips by their titles, moments by the clock here; the rest as it is."""
    words: dict[str, Callable[[Any], Any]] = {c.key: _chip(c) if c.kind == "chip" else _local
                                              for c in columns if c.kind in ("chip", "datetime")}

    def told(row: Mapping[str, Any]) -> dict[str, Any]:
        cells = {key: word(row[key]) for key, word in words.items() if row.get(key) is not None}
        return {**row, **cells, **packs.cells(row.get(pack_units.ROWS, ()))}

    return told


def _chip(column: ListColumn) -> Callable[[Any], str]:
    titles = {value: tr(title) for value, title in column.choices}
    return lambda value: titles.get(str(value)) or tr(str(value))


def _local(moment: dt.datetime) -> dt.datetime:
    """Of the clock here; the database keeps them in UTC."""
    return moment.replace(tzinfo=dt.UTC).astimezone().replace(tzinfo=None)


def _all_rows(queries: Queries, query: ListQuery, columns: Sequence[ListColumn]) -> Iterator[dict[str, Any]]:
    told, place = _telling(columns), None
    while True:
        page = queries.list_page(replace(query, after=place, limit=_PAGE))
        yield from map(told, page.rows)
        if page.next is None:
            return
        place = page.next


class _Counted:
    """Rows that are made while they are written, and known in number before."""

    def __init__(self, rows: Iterator[dict[str, Any]], count: int):
        self._rows, self._count = rows, count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._rows

    def __len__(self) -> int:
        return self._count


_FILTERS = {"date_from": N_("From"), "date_to": N_("To"), "status": N_("Status"), "progress": N_("Progress"),
            "low": N_("Low stock"), "nonzero": N_("In stock"), "active": N_("Active"), "kind": N_("State"),
            "customer": N_("Is a customer"), "supplier": N_("Is a supplier"), "actor": N_("Who"),
            "created_by": N_("Prepared by"), "action": N_("Action"), "entity": N_("What")}


def _filters_in_words(queries: Queries, query: ListQuery) -> tuple[str, ...]:
    said = [titled(tr("Search"), query.text)] if query.text else []
    choices = {c.key: dict(c.choices) for c in queries.list_columns(query.source)}
    for name, value in query.filters.items():
        if value in (None, ""):
            continue
        table = "category" if name == "parent_id" else name.removesuffix("_id")
        if name in _FILTERS:
            values = value if isinstance(value, list | tuple) else [value]
            words = (tr(choices.get(name, {}).get(v, v)) if isinstance(v, str) else as_text(v) for v in values)
            said.append(titled(tr(_FILTERS[name]), ", ".join(words)))
        elif table in document_types.RECORDS_BY_KEY:
            said.append(titled(tr(document_types.RECORDS_BY_KEY[table].title), queries.label(table, value)))
    return ("  ".join(said),) if said else ()
