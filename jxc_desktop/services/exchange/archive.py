"""Is a zipped workbook safe to hand to the parser, and how far does each of its sheets reach?

The parser checks no checksum, reads damaged parts as sound, turns errors into blanks, and allocates the whole
rectangle of a sheet at once: two cells in far corners end the process. So everything is read through once here.
"""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jxc_desktop.i18n import N_
from jxc_desktop.services.exchange import records
from jxc_desktop.services.exchange.files import (
    DAMAGED,
    PASSWORD,
    FileKind,
    check_size,
    refuse,
)

MAX_UNPACKED = 512 << 20
MAX_RATIO = 100
SMALL = 16 << 20  # below this a high ratio is harmless
MAX_MEMBERS = 1000
_CHUNK = 1 << 20
_MAX_PATCHES = 100_000

# A cell with something in it: not self-closing, not followed by its end or by an empty value.
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]*)(\d+)["'][^>]*(?<!/)>"""
                   rb"""(?!</|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)""")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_BARE_CELL = re.compile(rb"<(?:\w+:)?c(?:\s+[st]=[^>]*)?>")
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_ERROR = re.compile(rb"""<(?:\w+:)?c\b([^>]*?\bt\s*=\s*["']e["'][^>]*)>"""
                    rb"""(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]*)<""")
_UNCOMPUTED = re.compile(rb"""<(?:\w+:)?c\b((?:(?!\bt\s*=\s*["']str)[^>])*)(?<!/)>"""
                         rb"""<(?:\w+:)?f\b[^>]*(?:/>|>([^<]*)</(?:\w+:)?f>)"""
                         rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>""")


@dataclass
class Extent:
    """The last row and column with content, and what the parser would read as blank.

    `patches` holds, by (row, column) from 0, the text of error cells and of formulas without a stored result.
    """

    rows: int = 0
    columns: int = 0
    patches: dict[tuple[int, int], str] = field(default_factory=dict)


def check(path: Path, kind: FileKind) -> dict[str, Extent]:
    """The extent of each sheet by name; CannotImport for a container that is damaged or hostile."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
            extents = {info.filename: _scan(path, archive, info) for info in archive.infolist()}
            sheets = _sheets(path, archive, kind, extents)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
            SyntaxError, LookupError) as error:
        raise refuse(path, DAMAGED) from error
    for extent in (*extents.values(), *sheets.values()):
        check_size(path, extent.rows, extent.columns)
    return sheets


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(info.file_size for info in members)
    if any(info.flag_bits & 1 for info in members):
        raise refuse(path, PASSWORD)
    if len(members) > MAX_MEMBERS:
        raise refuse(path, N_("it has {count} parts inside, more than any spreadsheet"), count=len(members))
    if max(Counter(info.filename.lower() for info in members).values(), default=1) > 1:
        raise refuse(path, N_("it holds two parts of the same name, so its content is uncertain"))
    if unpacked > MAX_UNPACKED or unpacked > max(SMALL, MAX_RATIO * path.stat().st_size):
        raise refuse(path, UNPACKS)


UNPACKS = N_("it unpacks to far more data than a spreadsheet of its size holds")


def _scan(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Extent:
    """Read a part to its end, which checks its checksum, and look for declarations and cells in XML."""
    markup = info.filename.lower().endswith((".xml", ".rels", ".vml"))
    extent, row, tail = Extent(), 0, b""
    with archive.open(info) as file:
        for chunk in _chunks(path, file, info):
            if not markup:
                continue
            text = tail + chunk
            if b"\0" in chunk:
                raise refuse(path, DAMAGED)
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise refuse(path, N_("it declares XML entities, which no spreadsheet program writes"))
            cut = text.rfind(b"row>")
            if cut < 0 and len(text) < 8 * _CHUNK:
                cut = 0
            text, tail = (text[:cut], text[cut:]) if cut >= 0 else (text, b"")
            row = _measure(text, extent, row)
        _measure(tail, extent, row)
    return extent


def _chunks(path: Path, file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > max(info.file_size, SMALL):
            raise refuse(path, UNPACKS)
        yield chunk


def _measure(text: bytes, extent: Extent, row: int) -> int:
    """Widen `extent` by the cells in `text`; the number of rows seen so far comes and goes."""
    cells = _CELL.findall(text)
    if cells:
        extent.columns = max(extent.columns, max(map(_column, {letters for letters, _ in cells})))
        extent.rows = max(extent.rows, max(map(int, {number for _, number in cells})))
    lines = _ROW.split(text)
    row += len(lines) - 1
    if len(lines) > 1 and _BARE_CELL.search(text):  # cells without an address follow each other
        extent.rows = max(extent.rows, row)
        extent.columns = max(extent.columns, max(len(_BARE_CELL.findall(line)) for line in lines))
    if b'"e"' in text or b"'e'" in text:
        _patch(extent, _ERROR, text, b"")
    if b"f>" in text or b"<f" in text:
        _patch(extent, _UNCOMPUTED, text, b"=")
    return row


def _patch(extent: Extent, pattern: re.Pattern[bytes], text: bytes, mark: bytes) -> None:
    for attributes, shown in pattern.findall(text):
        address = _ADDRESS.search(attributes)
        if address and len(extent.patches) < _MAX_PATCHES:
            place = int(address[2]) - 1, _column(address[1]) - 1
            extent.patches[place] = (mark + shown).decode("utf-8", "replace")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheets(path: Path, archive: zipfile.ZipFile, kind: FileKind, extents: dict[str, Extent]) -> dict[str, Extent]:
    if kind == FileKind.ODS:
        with archive.open("content.xml") as content:
            return {name: Extent(rows, columns) for name, rows, columns in records.ods_extents(content)}
    suffix = "bin" if kind == FileKind.XLSB else "xml"
    parts = _relations(archive, suffix)
    if kind == FileKind.XLSB:
        binaries = ((part, archive.read(part)) for part in parts.values() if part in extents)
        return {part: Extent(*records.xlsb_extent(data)) for part, data in binaries}
    book = _xml(archive, "xl/workbook.xml")
    sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
    if not sheets:
        raise refuse(path, N_("no sheet was found in it"))
    found = {}
    for sheet in sheets:
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        found[sheet.get("name", "")] = extents.get(parts.get(relation, ""), Extent())
    return found


def _relations(archive: zipfile.ZipFile, suffix: str) -> dict[str, str]:
    """Part names of the worksheets by relation id."""
    found = {}
    for relation in _xml(archive, f"xl/_rels/workbook.{suffix}.rels"):
        if relation.get("Type", "").endswith("/worksheet"):
            target = relation.get("Target", "")
            found[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(archive.read(name), forbid_dtd=True)
    except KeyError as error:
        raise zipfile.BadZipFile(name) from error
