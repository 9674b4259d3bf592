"""How far the sheets of an old .xls workbook reach, and their error cells, which the parser reads as blank.

The parser allocates the rectangle of the outermost cells, the rectangle that the sheet claims to use and the
number of strings that the workbook claims to hold, and the process ends where there is no memory for a lie.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from jxc_desktop.services.exchange.archive import Extent
from jxc_desktop.services.exchange.files import DAMAGED, PASSWORD, check_size, refuse

_FREE = 0xFFFFFFF0  # from here on sector numbers are marks
_BOF, _FILEPASS, _BOUNDSHEET, _FORMULA, _BOOLERR, _MULRK = 0x0809, 0x002F, 0x0085, 0x0006, 0x0205, 0x00BD
_DIMENSIONS, _STRINGS = 0x0200, 0x00FC
_CELLS = frozenset((0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, _FORMULA, _BOOLERR, _MULRK))
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
           0x2A: "#N/A"}


def check(path: Path) -> list[Extent]:
    """The extents of the sheets in the order of the workbook; CannotImport if one is damaged or too large."""
    try:
        return _extents(path, _workbook(path.read_bytes()))
    except (struct.error, LookupError, OverflowError) as error:
        raise refuse(path, DAMAGED) from error


def _extents(path: Path, book: bytes) -> list[Extent]:
    places: list[int] = []
    parts: dict[int, Extent] = {}
    extent = Extent()
    for at, kind, data in _records(book):
        if kind == _FILEPASS:
            raise refuse(path, PASSWORD)
        if kind == _STRINGS and struct.unpack_from("<I", data, 4)[0] > len(book):
            raise refuse(path, DAMAGED)
        if kind == _DIMENSIONS:
            _check_claim(path, data)
        if kind == _BOUNDSHEET:
            places.append(struct.unpack_from("<I", data)[0])
        elif kind == _BOF:
            extent = parts.setdefault(at, Extent())
        elif kind in _CELLS:
            _measure(extent, kind, data)
    for extent in parts.values():
        check_size(path, extent.rows, extent.columns)
    return [parts[place] for place in places]


def _check_claim(path: Path, data: bytes) -> None:
    """The first and last row and column (and one more) that a sheet claims to use."""
    first, end, left, right = struct.unpack_from("<IIHH" if len(data) >= 14 else "<HHHH", data)
    if first > end or left > right:
        raise refuse(path, DAMAGED)
    check_size(path, end - first + 1, right - left + 1)


def _measure(extent: Extent, kind: int, data: bytes) -> None:
    row, column = struct.unpack_from("<HH", data)
    last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind == _MULRK else column
    extent.rows, extent.columns = max(extent.rows, row + 1), max(extent.columns, last + 1)
    if kind == _BOOLERR and data[7]:
        extent.patches[row, column] = _ERRORS.get(data[6], "#ERROR")
    elif kind == _FORMULA and data[6] == 2 and data[12:14] == b"\xff\xff":
        extent.patches[row, column] = _ERRORS.get(data[8], "#ERROR")


def _records(book: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield at, kind, book[at + 4:at + 4 + size]
        at += 4 + size


def _workbook(data: bytes) -> bytes:
    """The stream of the workbook out of the compound file; empty if there is none."""
    shift, = struct.unpack_from("<H", data, 30)
    size = 1 << shift
    directory, _, cutoff, mini_start = struct.unpack_from("<IIII", data, 48)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size:(number + 2) * size]

    table = _numbers(b"".join(map(sector, _table_sectors(data, size))))
    entries = b"".join(sector(number) for number in _chain(table, directory))
    root_start, = struct.unpack_from("<I", entries, 116)
    for at in range(0, len(entries), 128):
        entry = entries[at:at + 128]
        if entry[:64].decode("utf-16-le", "replace").rstrip("\0").lower() in ("workbook", "book"):
            start, length = struct.unpack_from("<II", entry, 116)
            if length >= cutoff:
                return b"".join(map(sector, _chain(table, start)))[:length]
            small = b"".join(map(sector, _chain(table, root_start)))
            links = _numbers(b"".join(map(sector, _chain(table, mini_start))))
            return b"".join(small[number * 64:number * 64 + 64] for number in _chain(links, start))[:length]
    return b""


def _table_sectors(data: bytes, size: int) -> list[int]:
    """The sectors that hold the allocation table: 109 in the header, the others in a chain of lists."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    following, left = struct.unpack_from("<II", data, 68)
    while following < _FREE and left:
        listed = _numbers(data[(following + 1) * size:(following + 2) * size])
        sectors += listed[:-1]
        following, left = listed[-1], left - 1
    return [number for number in sectors if number < _FREE]


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[:len(data) // 4 * 4]))


def _chain(table: list[int], start: int) -> Iterator[int]:
    left = len(table)
    while start < _FREE and left:
        yield start
        start, left = table[start], left - 1
