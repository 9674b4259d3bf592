"""One table on one worksheet, with the look and the print settings of all our exports."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.cell_xml import ColumnCells, TextTooLong, display_width
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.progress import Progress, watched

MAX_SHEET_ROWS = 1_048_576
_NARROWEST, _WIDEST = 6, 50
Look = Mapping[str, Any]  # properties of a format
_BORDER = {"border": 1, "border_color": "#C8CCD4"}
_HEADER = _BORDER | {"bold": True, "bg_color": "#EEF1F6", "align": "center", "text_wrap": True}
_TITLE: Look = {"bold": True, "font_size": 14}
_SUBTITLE: Look = {"font_color": "#5B6472"}
_GROUP = _BORDER | {"bold": True, "bg_color": "#F6F8FB"}


class CannotExport(UserError):
    """A file that cannot be written; nothing of it is left behind."""

    message = N_("{file} cannot be written: {reason}")


@dataclass(frozen=True)
class Column:
    """One column; `width` is in characters, 0 fits it to the content."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: float = 0


@dataclass(frozen=True)
class Group:
    """A row that heads or sums up the rows around it."""

    title: str
    values: Mapping[str, Any] = field(default_factory=dict)


Record = Mapping[str, Any] | Sequence[Any] | Group


@dataclass(frozen=True)
class Table:
    """What is exported: `rows` are mappings by column key, sequences in column order, or groups.

    `subtitle` says in words what was filtered; `totals` are values by column key, for the last row.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Record]
    totals: Mapping[str, Any] | None = None
    subtitle: Sequence[str] = ()

    @property
    def count(self) -> int:
        """How many rows there are, 0 when that is only known at the end."""
        return len(self.rows) if isinstance(self.rows, Sized) else 0


def values_of(row: Record, columns: Sequence[Column]) -> list[Any]:
    """The values of a row in column order."""
    if isinstance(row, Group):
        row = row.values
    return [row.get(column.key) for column in columns] if isinstance(row, Mapping) else list(row)


class Sheet:
    """Writes a table from the top down; the rows are not kept in memory.

    Rows go straight into the file where XlsxWriter gathers them; all the rest of the workbook is its work.
    """

    def __init__(self, book: Any, name: str, table: Table):
        self.book, self.table = book, table
        self.sheet = book.add_worksheet(name)
        self.row = 0  # how many are written
        self.plain, self.groups = self._cells(_BORDER), self._cells(_GROUP)

    def write(self, progress: Progress | None = None) -> None:
        for text, look in ((self.table.title, _TITLE), *((line, _SUBTITLE) for line in self.table.subtitle)):
            if text:
                self._add([ColumnCells("A", Kind.TEXT, partial(self._style, look))], [text])
        self._add(self._cells(_HEADER, Kind.TEXT), [column.title for column in self.table.columns])
        header = self.row - 1
        for row in watched(self.table.rows, progress, self.table.count):
            self._record(row)
        last = self.row - 1
        if self.table.totals is not None:
            self._record(Group(tr("Total"), self.table.totals))
        self._finish(header, last)

    def _cells(self, look: Look, kind: Kind | None = None) -> list[ColumnCells]:
        """One for each column; titles are texts whatever stands below them."""
        from xlsxwriter.utility import xl_col_to_name

        return [ColumnCells(xl_col_to_name(place), kind or column.kind, partial(self._style, look))
                for place, column in enumerate(self.table.columns)]

    def _record(self, row: Record) -> None:
        values = values_of(row, self.table.columns)
        if not isinstance(row, Group):
            self._add(self.plain, values)
            return
        if values and values[0] is None:
            values[0] = row.title
        self._add(self.groups, values)

    def _add(self, columns: Sequence[ColumnCells], values: Sequence[Any]) -> None:
        self.row += 1
        if self.row > MAX_SHEET_ROWS:
            raise CannotExport(file=self.table.title, reason=N_("a sheet holds 1,048,576 rows; export it as .csv"))
        cells: list[str] = []
        try:
            for column, value in zip(columns, values, strict=True):
                cells.append(f'<c r="{column.letter}{self.row}"{column.cell(value)}')
        except TextTooLong:
            raise CannotExport(file=self.table.title, reason=tr(
                "the text in column {column}, row {row} is longer than a cell holds",
                column=self.table.columns[len(cells)].title, row=self.row)) from None
        self.sheet.row_data_fh.write(f'<row r="{self.row}">{"".join(cells)}</row>')

    def _style(self, look: Look, number: str, align: str) -> int:
        """The number of a format; the library gives no new one to what it has met."""
        more = {name: value for name, value in (("num_format", number), ("align", align)) if value}
        return int(self.book.add_format({"valign": "vcenter", **look, **more})._get_xf_index())

    def _finish(self, header: int, last: int) -> None:
        """Frozen titles, filter, widths, and one page wide on paper with the titles on each page."""
        self.sheet.dim_rowmin = self.sheet.dim_colmin = 0
        self.sheet.dim_rowmax, self.sheet.dim_colmax = self.row - 1, max(len(self.table.columns) - 1, 0)
        for place, (column, *cells) in enumerate(zip(self.table.columns, self.plain, self.groups, strict=True)):
            needed = max(display_width(column.title) + 3, *(one.width for one in cells))
            self.sheet.set_column(place, place, column.width or min(max(needed, _NARROWEST), _WIDEST))
        self.sheet.freeze_panes(header + 1, 0)
        if self.table.columns:
            self.sheet.autofilter(header, 0, last, len(self.table.columns) - 1)
        self.sheet.repeat_rows(header)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.set_footer("&C&P / &N")
