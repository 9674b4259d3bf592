"""Workbooks through the parser, with what it keeps to itself: hidden sheets, errors, missing rows, panics."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from jxc_desktop.i18n import N_
from jxc_desktop.services.exchange import archive, biff
from jxc_desktop.services.exchange.archive import Extent
from jxc_desktop.services.exchange.files import DAMAGED, PASSWORD, ZIPPED, FileKind, refuse
from jxc_desktop.services.exchange.headers import Cell, Row


@dataclass(frozen=True)
class SheetInfo:
    name: str
    rows: int
    columns: int
    hidden: bool = False


class Book:
    """An open workbook; its sheets are listed in its own order, charts and macro sheets left out."""

    def __init__(self, path: Path, kind: FileKind):
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        self.path = path
        if kind in ZIPPED:
            self.extents = archive.check(path, kind)
            self._book = _open(path, path.read_bytes())
        else:
            extents, clean = biff.check(path)
            self._book = _open(path, clean)
            self.extents = dict(zip(self._book.sheet_names, extents, strict=False))
        sheets = [meta for meta in self._book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        if not sheets:
            raise refuse(path, N_("no sheet was found in it"))
        self.sheets = tuple(SheetInfo(meta.name, *self._size(meta.name), meta.visible != SheetVisibleEnum.Visible)
                            for meta in sheets)

    def _size(self, name: str) -> tuple[int, int]:
        if name in self.extents:
            return self.extents[name].rows, self.extents[name].columns
        row, column = self._load(name).end or (-1, -1)
        return row + 1, column + 1

    def _load(self, name: str) -> Any:
        with _parsing(self.path):
            return self._book.get_sheet_by_name(name)

    def choose(self, wanted: str | None) -> SheetInfo:
        """The sheet asked for, else the first visible one with content."""
        if wanted is None:
            visible = [sheet for sheet in self.sheets if not sheet.hidden] or list(self.sheets)
            return next((sheet for sheet in visible if sheet.rows), visible[0])
        for sheet in self.sheets:
            if sheet.name == wanted:
                return sheet
        raise refuse(self.path, N_("it has no sheet {sheet}"), sheet=wanted)

    def rows(self, name: str) -> Iterator[Row]:
        """Every row from the first one of the sheet on; CannotImport if the parser sees fewer than there are."""
        sheet, extent = self._load(name), self.extents.get(name, Extent())
        left, end = (sheet.start or (0, 0))[1], (sheet.end or (-1, -1))[0]
        reached = max([end + 1, *(row + 1 for row, _ in extent.patches)])
        if reached < extent.rows:
            raise refuse(self.path, N_("only {found} of its {rows} rows can be read; save it again in Excel"),
                         found=reached, rows=extent.rows)
        parsed = sheet.iter_rows() if sheet.end else iter(())
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), text in extent.patches.items():
            by_row.setdefault(row, {})[column] = text
        for place in range(reached):
            with _parsing(self.path):
                values = next(parsed, ())
            yield place + 1, _patched([None] * left + [_cell(value) for value in values], by_row.get(place, {}))


def _open(path: Path, data: bytes) -> Any:
    from python_calamine import CalamineWorkbook

    with _parsing(path):  # by content: opening by path would trust the suffix
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


@contextmanager
def _parsing(path: Path) -> Iterator[None]:
    """The parser's own errors as CannotImport, its panics included (they derive from BaseException)."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise refuse(path, PASSWORD) from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise refuse(path, DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise refuse(path, DAMAGED) from error


def _patched(cells: list[Cell], patches: dict[int, str]) -> list[Cell]:
    for column, text in patches.items():
        cells += [None] * (column + 1 - len(cells))
        cells[column] = text
    return cells


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | date):
        return value
    return _number(value) if isinstance(value, int | float) else str(value)


@lru_cache(maxsize=65_536)
def _number(value: float) -> Decimal | str:
    """The number as Excel shows it: it keeps 15 digits, what a float adds behind them is noise."""
    if not math.isfinite(value):
        return str(value)
    return Decimal(int(value)) if value == int(value) else Decimal(f"{value:.15g}")
