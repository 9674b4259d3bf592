"""The differences of a count as a workbook: gains and losses with their reasons."""

from pathlib import Path

from jxc_desktop.errors import PermissionDenied
from jxc_desktop.i18n import titled, tr
from jxc_desktop.services.exchange.exporting import write
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.sheet import Column, Table
from jxc_desktop.services.printing import sheet as paper
from jxc_desktop.services.printing.counts import Part, sheet_of
from jxc_desktop.services.queries import Queries

_KINDS = {paper.Kind.QUANTITY: Kind.QUANTITY, paper.Kind.MONEY: Kind.MONEY, paper.Kind.PRICE: Kind.PRICE}


def export_differences(queries: Queries, document_id: int, path: Path | str) -> None:
    """Raises PermissionDenied, CannotExport."""
    if not queries.actor.may("stock_count.export"):
        raise PermissionDenied(actor=queries.actor.name, permission="stock_count.export")
    found = sheet_of(queries, document_id, Part.DIFFERENCES)
    columns = [Column(c.key, c.title, Kind.CODE if c.key == "code" else _KINDS.get(c.kind, Kind.TEXT))
               for c in found.columns if c.key != "index"]
    rows = [{**row, paper.DETAILS: "  ".join(row.get(paper.DETAILS, ()))} for row in found.rows]
    if any(row[paper.DETAILS] for row in rows):
        columns.append(Column(paper.DETAILS, tr("Lot or serial number")))
    head = [titled(tr("Number"), found.number), titled(tr("Date"), found.date.isoformat()),
            *(titled(label, value) for label, value in found.head)]
    write(Table(found.title, columns, rows, found.totals, head), path, None)
