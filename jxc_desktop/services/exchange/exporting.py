"""Lists, reports and documents as workbooks, as the user sees them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import PROGRESS_TITLES, REFERENCES, STATUS_TITLES, FieldType
from jxc_desktop.i18n import titled, tr
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.progress import Progress
from jxc_desktop.services.exchange.sheet import Column, Table
from jxc_desktop.services.exchange.workbook import write_csv, write_xlsx
from jxc_desktop.services.queries import ListColumn, ListQuery, Queries

_PAGE = 2000
_KINDS = {"chip": Kind.TEXT, "flag": Kind.BOOL}


def export_list(queries: Queries, query: ListQuery, columns: Sequence[ListColumn], path: Path | str,
                progress: Progress | None = None) -> None:
    """Every row of a list with these columns in this order, as filtered and sorted; .xlsx or .csv by the name."""
    sums = queries.list_sums(query)
    table = Table(list_title(query.source), _columns(columns), _Counted(_all_rows(queries, query, columns),
                                                                        int(sums["count"])),
                  {k: v for k, v in sums.items() if k != "count"} or None, _filters_in_words(queries, query))
    write(table, path, progress)


def export_report(report: Any, path: Path | str, progress: Progress | None = None) -> None:
    """A report table as it is shown."""
    rows = [_row(row, report.columns) for row in report.rows]
    write(Table(report.title, _columns(report.columns), rows, report.totals or None,
                (report.subtitle,) if report.subtitle else ()), path, progress)


def export_document(queries: Queries, document_id: int, path: Path | str) -> None:
    """One document: its header as lines above, its lines as the table; it can be imported again."""
    draft = queries.open_document(document_id)
    kind = document_types.BY_KEY[draft.kind]
    items = queries.items({line["item_id"] for line in draft.lines})
    columns, rows = [], []
    for c in kind.columns:
        if c.shown_only or (c.permission and not queries.actor.may(c.permission)):
            continue
        if c.type is FieldType.ITEM:
            columns += [Column("code", tr("Code")), Column("name", tr("Item")), Column("spec", tr("Spec"))]
        else:
            columns.append(Column(c.name, tr(c.title), field_kind(c.type)))
    for line in draft.lines:
        item = items[line["item_id"]]
        choice = item.choice(line["unit_id"])
        if line.get("discount"):
            line["discount"] = 1 - line["discount"]  # as on the screen: what is paid
        rows.append({**line, "code": item.code, "name": item.name, "spec": item.spec,
                     "unit_id": choice.name if choice else ""})
    sums = {"quantity": draft.header["total_quantity"]} | (
        {"amount": sum(line["amount"] for line in draft.lines)} if any(c.key == "amount" for c in columns) else {})
    head = [titled(tr("Number"), draft.number or tr("Draft"))]
    for f in kind.header:
        value = draft.header.get(f.name)
        if value not in (None, ""):
            shown = queries.label(REFERENCES[f.type], value) if f.type in REFERENCES else tr(
                dict(f.choices)[value]) if f.choices else tr("Yes" if value else "No") if isinstance(
                value, bool) else str(value)
            head.append(titled(tr(f.title), shown))
    write(Table(tr(kind.title), columns, rows, sums, head), path, None)


def write(table: Table, path: Path | str, progress: Progress | None) -> None:
    """Raises CannotExport; the name's ending chooses the format."""
    if Path(path).suffix.lower() == ".csv":
        write_csv(table, path, progress)
    else:
        write_xlsx(table, path, progress)


def list_title(source: str) -> str:
    kind, _, key = source.partition("/")
    if kind == "document":
        return tr(document_types.BY_KEY[key].title)
    if kind == "record":
        return tr(document_types.RECORDS_BY_KEY[key].title)
    return tr({"stock": "Stock", "moves": "Stock ledger", "alerts": "Alerts", "audit": "Audit trail"}[source])


def field_kind(kind: FieldType) -> Kind:
    """How a declared field is written to and read from a table."""
    return {FieldType.DATE: Kind.DATE, FieldType.QUANTITY: Kind.QUANTITY, FieldType.PRICE: Kind.PRICE,
            FieldType.MONEY: Kind.MONEY, FieldType.RATE: Kind.RATE, FieldType.DISCOUNT: Kind.RATE,
            FieldType.FACTOR: Kind.QUANTITY, FieldType.INTEGER: Kind.INT, FieldType.FLAG: Kind.BOOL,
            FieldType.ITEM: Kind.CODE}.get(kind, Kind.TEXT)


def _columns(columns: Sequence[ListColumn]) -> tuple[Column, ...]:
    return tuple(Column(c.key, tr(c.title), _KINDS.get(c.kind) or Kind(c.kind)) for c in columns)


def _row(row: Mapping[str, Any], columns: Sequence[ListColumn]) -> dict[str, Any]:
    """Chips by their titles; the rest as it is."""
    return {c.key: tr(dict(c.choices).get(str(row.get(c.key)), str(row.get(c.key) or ""))) if c.kind == "chip"
            else row.get(c.key) for c in columns}


def _all_rows(queries: Queries, query: ListQuery, columns: Sequence[ListColumn]) -> Iterator[dict[str, Any]]:
    place = None
    while True:
        page = queries.list_page(replace(query, after=place, limit=_PAGE))
        yield from (_row(row, columns) for row in page.rows)
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


def _filters_in_words(queries: Queries, query: ListQuery) -> tuple[str, ...]:
    said = [tr("Search: {text}", text=query.text)] if query.text else []
    titles = {"date_from": "From", "date_to": "To", "status": "Status", "progress": "Progress"}
    for name, value in query.filters.items():
        if value in (None, ""):
            continue
        if name.endswith("_id"):
            said.append(f"{queries.label(name.removesuffix('_id'), value)}")
        elif name in titles:
            words = STATUS_TITLES.get(value) or PROGRESS_TITLES.get(value)
            said.append(titled(tr(titles[name]), tr(words) if words else value))
    return ("  ".join(said),) if said else ()
