"""What a file is, judged by its content and never by its name, and the limits a file must keep."""

import codecs
import zipfile
from enum import StrEnum
from pathlib import Path

from jxc_desktop.errors import CannotImport
from jxc_desktop.i18n import N_, tr

MAX_COLUMNS = 16_384
MAX_CELLS = 12_000_000
MAX_FILE = 512 << 20
MAX_FIELD = 4 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (b"%PDF", b"{\\rtf", b"SQLite format 3")  # others give themselves away by control characters
_MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table", b"<head", b"<meta", b"<script", b"<svg")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class FileKind(StrEnum):
    XLSX = "xlsx"
    XLSM = "xlsm"
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    TEXT = "text"


ZIPPED = frozenset({FileKind.XLSX, FileKind.XLSM, FileKind.XLSB, FileKind.ODS})


def refuse(path: Path, message: str, **data: object) -> CannotImport:
    """The error for a file that is not read, with the reason in the user's language."""
    return CannotImport(file=path.name, reason=tr(message, **data))


def kind_of(path: Path) -> FileKind:
    """The kind of a file that can hold a table; CannotImport for all others."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8192)
    except OSError as error:
        raise refuse(path, N_("the file cannot be opened ({detail})"), detail=error.strerror) from error
    if not size:
        raise refuse(path, N_("the file is empty"))
    if size > MAX_FILE:
        raise refuse(path, N_("the file is larger than {limit} MB; please split it"), limit=MAX_FILE >> 20)
    if head.startswith(b"PK"):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return FileKind.XLS
    _check_text(path, head)
    return FileKind.TEXT


def _zip_kind(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.getinfo("mimetype") if "mimetype" in names else None
            if mimetype and mimetype.file_size < 200 and b"opendocument.spreadsheet" in archive.read(mimetype):
                return FileKind.ODS
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise refuse(path, DAMAGED) from error
    if "xl/workbook.bin" in names:
        return FileKind.XLSB
    if "xl/workbook.xml" in names:
        return FileKind.XLSM if "xl/vbaProject.bin" in names else FileKind.XLSX
    raise refuse(path, N_("it is an archive without a spreadsheet in it"))


def _check_text(path: Path, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith(_MARKUP):
        raise refuse(path, N_("it is a web page or XML, not a table; open it in Excel and save it as .xlsx"))
    odd = 0 if utf16_or_marked(head) else len(head) - len(head.translate(None, _CONTROL))
    if head.startswith(_FOREIGN) or odd > max(2, len(head) // 100):
        raise refuse(path, N_("it is neither a spreadsheet nor a text table"))


def utf16_or_marked(head: bytes) -> str | None:
    """The encoding that a byte order mark names, or UTF-16 without one: a zero beside each Latin character."""
    for bom, name in _BOMS.items():
        if head.startswith(bom):
            return name
    for name, zeros in (("utf-16-le", head[1::2].count(0)), ("utf-16-be", head[::2].count(0))):
        if zeros >= max(2, len(head) // 16) and _is_text(head, name):
            return name
    return None


def _is_text(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


def check_size(path: Path, rows: int, columns: int) -> None:
    """CannotImport for a table that would not fit into memory."""
    if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise refuse(path, N_("a table of {rows} rows and {columns} columns is too large; please split it"),
                     rows=rows, columns=columns)


DAMAGED = N_("the file is damaged; open it in Excel, check it and save it again")
PASSWORD = N_("it is protected by a password; save it without one first")
