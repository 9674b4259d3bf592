"""Writing tables for Excel: real numbers and dates, text that can never run, whole files or none."""

import csv
import errno
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from jxc_desktop.i18n import N_
from jxc_desktop.services.exchange.cell_xml import as_text
from jxc_desktop.services.exchange.kinds import NUMBERS
from jxc_desktop.services.exchange.progress import Progress, watched
from jxc_desktop.services.exchange.sheet import CannotExport, Column, Group, Record, Sheet, Table, values_of

__all__ = ["CannotExport", "Column", "Group", "Record", "Table", "file_name", "write_csv", "write_xlsx"]

_LIVE = re.compile(r"'*[=+\-@\t\r]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_REASONS = {
    errno.ENOENT: N_("the folder does not exist"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EROFS: N_("the folder can only be read"),
}


def write_xlsx(tables: Table | Sequence[Table], path: Path | str, progress: Progress | None = None) -> None:
    """One sheet per table. The file appears when it is complete; CannotExport or Cancelled leave none."""
    import xlsxwriter

    tables = [tables] if isinstance(tables, Table) else list(tables)
    with _whole(Path(path)) as unfinished, \
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        book = xlsxwriter.Workbook(unfinished, {"constant_memory": True, "tmpdir": scratch})
        book.set_properties({"title": tables[0].title, "subject": "; ".join(tables[0].subtitle),
                             "author": "JXC Desktop"})
        try:
            for name, table in zip(sheet_names([table.title for table in tables]), tables, strict=True):
                Sheet(book, name, table).write(progress)
            _close(book)
        finally:  # the library leaves its scratch files open when it fails
            for sheet in book.worksheets():
                sheet.row_data_fh.close()


def _close(book: Any) -> None:
    from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error)) from error
    except XlsxWriterException as error:
        raise OSError(str(error)) from error


def write_csv(table: Table, path: Path | str, progress: Progress | None = None) -> None:
    """Column titles and rows as UTF-8 that Excel opens rightly; titles, groups and totals are left out."""
    with _whole(Path(path)) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_harmless(column.title) for column in table.columns])
        for row in watched(table.rows, progress, table.count):
            if not isinstance(row, Group):
                values = zip(table.columns, values_of(row, table.columns), strict=True)
                writer.writerow([as_text(value) if column.kind in NUMBERS and not isinstance(value, str)
                                 else _harmless(as_text(value)) for column, value in values])


def _harmless(text: str) -> str:
    """An apostrophe keeps a spreadsheet from running it; reading takes exactly one away again."""
    return "'" + text if _LIVE.match(text) else text


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside the target that takes its place when the block ends well, and vanishes otherwise."""
    unfinished = path.with_name(f".{path.stem[:40]}-{uuid4().hex[:8]}.part")
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        raise CannotExport(file=path.name, reason=_reason(path, error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _reason(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError) and path.exists():
        return N_("it is open in another program or write-protected; close it and try again")
    if isinstance(error, PermissionError):
        return N_("you have no right to write to this folder")
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that Excel accepts: short, without its special characters, each only once."""
    names: list[str] = []
    for place, title in enumerate(titles, start=1):
        stem = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")[:31].strip(" '") or f"Sheet{place}"
        name = stem + "_" if stem.lower() == "history" else stem  # a name that Excel keeps for itself
        number = 1
        while name.lower() in (taken.lower() for taken in names):
            number += 1
            name = f"{stem[:31 - len(str(number)) - 3]} ({number})"
        names.append(name)
    return names


def file_name(text: str, suffix: str) -> str:
    """A name that every system accepts and that stays in its folder, for what the user calls `text`."""
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", text).strip(" .")[:100].strip(" .") or "export"
    return ("_" if _RESERVED.fullmatch(stem) else "") + stem + suffix
