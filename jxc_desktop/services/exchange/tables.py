"""Reading foreign tables: workbooks of every kind and delimited text, exact, with nothing dropped in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange import delimited, headers
from jxc_desktop.services.exchange.books import Book, SheetInfo
from jxc_desktop.services.exchange.files import FileKind, check_size, kind_of, refuse
from jxc_desktop.services.exchange.headers import Cell, Row
from jxc_desktop.services.exchange.progress import Progress, watched

__all__ = ["Cell", "FileInfo", "FileKind", "RawTable", "SheetInfo", "inspect", "read"]

_NAMED = 10  # row numbers named in a warning


@dataclass(frozen=True)
class FileInfo:
    """What is in a file; `encoding` and `delimiter` are None for a workbook, `sheets` has one entry for text."""

    kind: FileKind
    sheets: tuple[SheetInfo, ...]
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in the file.

    Row numbers count from 1 as Excel and editors show them. `header_row` is None when no row names the columns;
    they are called A, B, C then. Every row between the first and the last is in `rows` or in `blank`; `irregular`
    numbers the rows of a text table with more or fewer fields than the others.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_numbers: tuple[int, ...]
    sheet: str = ""
    header_row: int | None = None
    blank: tuple[int, ...] = ()
    irregular: tuple[int, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[str, ...] = ()


def inspect(path: Path | str) -> FileInfo:
    """Sheets, encoding and separator of a file without converting it; CannotImport if it is none of ours."""
    path = Path(path)
    kind = kind_of(path)
    if kind == FileKind.TEXT:
        dialect = delimited.guess(path)
        rows = columns = 0
        for _, fields in delimited.records(path, dialect):
            rows, columns = rows + 1, max(columns, len(fields))
        return FileInfo(kind, (SheetInfo(path.stem, rows, columns),), dialect.encoding, dialect.delimiter,
                        dialect.warnings)
    return FileInfo(kind, Book(path, kind).sheets, warnings=_macros(kind))


def read(path: Path | str, sheet: str | None = None, encoding: str | None = None, delimiter: str | None = None,
         header_row: int | None = None, progress: Progress | None = None) -> RawTable:
    """One table of a file; CannotImport says why there is none.

    Without `sheet` the first visible one with content is read. `header_row` is the number of the row that names
    the columns, 0 for none; without it the row is found by its content.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind == FileKind.TEXT:
        dialect = delimited.guess(path, encoding, delimiter)
        rows = watched(_text_rows(path, dialect), progress, path.stat().st_size // 50)
        found = replace(_table(path, rows, header_row, ragged=True), encoding=dialect.encoding,
                        delimiter=dialect.delimiter)
        return replace(found, warnings=dialect.warnings + found.warnings)
    book = Book(path, kind)
    chosen = book.choose(sheet)
    found = _table(path, watched(book.rows(chosen.name), progress, chosen.rows), header_row)
    return replace(found, sheet=chosen.name, warnings=_macros(kind) + found.warnings)


def _macros(kind: FileKind) -> tuple[str, ...]:
    return (tr("The macros in this file were not run"),) if kind == FileKind.XLSM else ()


def _text_rows(path: Path, dialect: delimited.Dialect) -> Iterator[Row]:
    for number, fields in delimited.records(path, dialect):
        yield number, [field if field.strip() else None for field in fields]


def _table(path: Path, source: Iterable[Row], header_row: int | None, ragged: bool = False) -> RawTable:
    rows, blank, cells, widest = [], [], 0, 0
    for number, row in source:
        if any(cell is not None for cell in row):
            cells += len(row)
            widest = max(widest, len(row))
            check_size(path, cells // widest + 1, widest)
            rows.append((number, row))
        else:
            blank.append(number)
    if not rows:
        raise refuse(path, N_("there is no data in it"))
    place = headers.find(rows) if header_row is None else _given(path, rows, header_row)
    return _assemble(path, rows, blank, place, ragged)


def _given(path: Path, rows: list[Row], header_row: int) -> int | None:
    if header_row == 0:
        return None
    for place, (number, _) in enumerate(rows):
        if number == header_row:
            return place
    raise refuse(path, N_("row {row} is blank or not there, so it cannot name the columns"), row=header_row)


def _assemble(path: Path, rows: list[Row], blank: list[int], place: int | None, ragged: bool) -> RawTable:
    first = 0 if place is None else place + 1
    data = rows[first:]
    width = max(_width(cells) for _, cells in rows[max(first - 1, 0):])
    check_size(path, len(data), width)
    titles = headers.letters(width) if place is None else headers.names(_fit(rows[place][1], width))
    irregular = _irregular(rows[max(first - 1, 0):]) if ragged else ()
    start = rows[first][0] if data else 0
    return RawTable(
        headers=titles,
        rows=tuple(_fit(cells, width) for _, cells in data),
        row_numbers=tuple(number for number, _ in data),
        header_row=None if place is None else rows[place][0],
        blank=tuple(number for number in blank if data and start < number < data[-1][0]),
        irregular=irregular,
        warnings=tuple(_warnings(rows[:max(first - 1, 0)], data, place, irregular)),
    )


def _width(cells: Iterable[Cell]) -> int:
    return max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)


def _fit(cells: Iterable[Cell], width: int) -> tuple[Cell, ...]:
    kept = tuple(cells)[:width]
    return kept + (None,) * (width - len(kept))


def _irregular(rows: list[Row]) -> tuple[int, ...]:
    """Rows with another number of fields than most: something was cut, glued or not quoted there."""
    usual = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    return tuple(number for number, cells in rows if len(cells) != usual)


def _warnings(above: list[Row], data: list[Row], place: int | None, irregular: tuple[int, ...]) -> Iterator[str]:
    if place is None:
        yield tr("No row with column titles was found; the columns are called A, B, C")
    if above:
        yield tr("The rows above the column titles were not read as data: {rows}", rows=_numbers(n for n, _ in above))
    if not data:
        yield tr("There is no row below the column titles")
    if irregular:
        yield tr("{count} row(s) have more or fewer fields than the others: {rows}", count=len(irregular),
                 rows=_numbers(irregular))


def _numbers(numbers: Iterable[int]) -> str:
    shown = list(numbers)
    return ", ".join(map(str, shown[:_NAMED])) + (" …" if len(shown) > _NAMED else "")


