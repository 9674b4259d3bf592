"""One table on one worksheet, with the look and the print settings of all our exports."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.kinds import NUMBERS, Kind
from jxc_desktop.services.exchange.progress import Progress, watched
from jxc_desktop.values import plain

MAX_SHEET_ROWS = 1_048_576
MAX_TEXT = 32_767
_DIGITS = 15  # what a spreadsheet keeps of a number
_NARROWEST, _WIDEST = 6, 50
_FEWEST_PLACES = {Kind.MONEY: 2, Kind.PRICE: 2}
_FIRST_DATE = date(1900, 3, 1)  # before it the calendars of spreadsheets differ
_BORDER = {"border": 1, "border_color": "#C8CCD4"}
_HEADER = _BORDER | {"bold": True, "bg_color": "#EEF1F6", "align": "center", "valign": "vcenter", "text_wrap": True}
_TITLE, _SUBTITLE = {"bold": True, "font_size": 14}, {"font_color": "#5B6472"}
_MEASURED = 2000  # rows of which texts make columns wider; figures always do, they would not be shown else
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


def as_text(value: Any) -> str:
    """A value as text that reads back as the same value."""
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, Decimal):
        return plain(value) if value.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


class Sheet:
    """Writes a table from the top down; the rows are not kept in memory."""

    def __init__(self, book: Any, name: str, table: Table):
        self.book, self.table = book, table
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self.widths = [display_width(column.title) + 3 for column in table.columns]
        self.formats: dict[tuple[Any, ...], Any] = {}

    def write(self, progress: Progress | None = None) -> None:
        self._titles()
        header = self.row
        for place, column in enumerate(self.table.columns):
            self.sheet.write_string(header, place, column.title, self._format(_HEADER))
        for row in watched(self.table.rows, progress, self.table.count):
            self._record(row)
        last = self.row
        if self.table.totals is not None:
            self._record(Group(tr("Total"), self.table.totals))
        self._finish(header, last)

    def _titles(self) -> None:
        if self.table.title:
            self.sheet.write_string(0, 0, self.table.title, self._format(_TITLE))
            self.row += 1
        for line in self.table.subtitle:
            self.sheet.write_string(self.row, 0, line, self._format(_SUBTITLE))
            self.row += 1

    def _record(self, row: Record) -> None:
        self.row += 1
        if self.row >= MAX_SHEET_ROWS:
            raise CannotExport(file=self.table.title, reason=N_("a sheet holds 1,048,576 rows; export it as .csv"))
        look = _GROUP if isinstance(row, Group) else _BORDER
        values = values_of(row, self.table.columns)
        if isinstance(row, Group) and values and values[0] is None:
            values[0] = row.title
        for place, (column, value) in enumerate(zip(self.table.columns, values, strict=True)):
            width = self._cell(place, column.kind, value, look)
            self.widths[place] = max(self.widths[place], width)

    def _cell(self, place: int, kind: Kind, value: Any, look: Mapping[str, Any]) -> int:
        """Write one value as what it is; returns the width that it needs."""
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and kind in NUMBERS:
            value = Decimal(value)
            if value.is_finite():
                _, digits, exponent = value.normalize().as_tuple()
                if len(digits) <= _DIGITS:
                    return self._number(place, kind, value, int(exponent), look)
        elif isinstance(value, date) and _day(value) >= _FIRST_DATE:
            return self._date(place, value, look)
        text = as_text(value)
        if len(text) > MAX_TEXT:
            raise CannotExport(file=self.table.title, reason=tr(
                "the text in column {column}, row {row} is longer than a cell holds",
                column=self.table.columns[place].title, row=self.row + 1))
        if text:
            align = "right" if kind in NUMBERS else ""
            self.sheet.write_string(self.row, place, text, self._format(look, align=align))
        else:
            self.sheet.write_blank(self.row, place, None, self._format(look))
        return max(map(display_width, text.splitlines()), default=0) if self.row < _MEASURED else 0

    def _number(self, place: int, kind: Kind, value: Decimal, exponent: int, look: Mapping[str, Any]) -> int:
        """`exponent`: of its last digit that counts."""
        shown = value.scaleb(2) if kind == Kind.RATE else value
        places = max(-exponent - (2 if kind == Kind.RATE else 0), _FEWEST_PLACES.get(kind, 0), 0)
        pattern = ("0" if kind in (Kind.RATE, Kind.INT) else "#,##0") + ("." + "0" * places if places else "")
        pattern += "%" if kind == Kind.RATE else ""
        self.sheet.write_number(self.row, place, float(value), self._format(look, pattern))
        return len(f"{shown:,.{places}f}") + 1

    def _date(self, place: int, value: date, look: Mapping[str, Any]) -> int:
        if not isinstance(value, datetime):
            self.sheet.write_datetime(self.row, place, value, self._format(look, "yyyy-mm-dd"))
            return 11
        local = (value.astimezone() if value.tzinfo else value).replace(tzinfo=None, microsecond=0)
        self.sheet.write_datetime(self.row, place, local, self._format(look, "yyyy-mm-dd hh:mm:ss"))
        return 20

    def _format(self, look: Mapping[str, Any], number: str = "", align: str = "") -> Any:
        """`look` is one of the constants of this module."""
        key = id(look), number, align
        if key not in self.formats:
            more = {name: value for name, value in (("num_format", number), ("align", align)) if value}
            self.formats[key] = self.book.add_format({"valign": "vcenter", **look, **more})
        return self.formats[key]

    def _finish(self, header: int, last: int) -> None:
        """Frozen titles, filter, widths, and one page wide on paper with the titles on each page."""
        for place, column in enumerate(self.table.columns):
            width = column.width or min(max(self.widths[place], _NARROWEST), _WIDEST)
            self.sheet.set_column(place, place, width)
        self.sheet.freeze_panes(header + 1, 0)
        if self.table.columns:
            self.sheet.autofilter(header, 0, last, len(self.table.columns) - 1)
        self.sheet.repeat_rows(header)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.set_footer("&C&P / &N")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def display_width(text: str) -> int:
    """Width in half-width characters: Chinese ones take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
