"""Old .xls workbooks: how far their sheets reach, and their error cells, which the parser reads as blank.

The parser allocates the rectangle of the outermost cells, the rectangle that the sheet claims to use and the
number of strings that the workbook claims to hold, and the process ends where there is no memory for a lie. So
it is given nothing but the stream that was looked through here, in a compound file made anew.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from jxc_desktop.services.exchange.archive import Extent
from jxc_desktop.services.exchange.files import DAMAGED, PASSWORD, check_size, refuse

_FREE = 0xFFFFFFF0  # from here on sector numbers are marks
_UNUSED = 0xFFFFFFFF
_BOF, _FILEPASS, _BOUNDSHEET, _FORMULA, _BOOLERR, _MULRK = 0x0809, 0x002F, 0x0085, 0x0006, 0x0205, 0x00BD
_DIMENSIONS, _STRINGS = 0x0200, 0x00FC
_CELLS = frozenset((0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, _FORMULA, _BOOLERR, _MULRK))
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
           0x2A: "#N/A"}


def check(path: Path) -> tuple[list[Extent], bytes]:
    """The extents of the sheets in the order of the workbook, and a clean copy to parse.

    CannotImport for a workbook that is damaged, encrypted or too large.
    """
    data = path.read_bytes()
    try:
        book = _workbook(data)
        if not book:
            raise refuse(path, PASSWORD if "EncryptedPackage".encode("utf-16-le") in data else DAMAGED)
        return _extents(path, book), _compound(book)
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


def _compound(book: bytes) -> bytes:
    """A compound file of 4,096-byte sectors: allocation table, directory, an empty mini stream, the workbook."""
    size, per_table, end = 4096, 1024, 0xFFFFFFFE
    book = book.ljust(-(-len(book) // size) * size, b"\0")
    count = len(book) // size
    tables = -(-(count + 2) // (per_table - 1))
    if tables > 109:
        raise OverflowError("more than 400 MB")
    links = [0xFFFFFFFD] * tables + [end, end] + list(range(tables + 3, tables + 2 + count)) + [end]
    links += [_UNUSED] * (tables * per_table - len(links))
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
              + struct.pack("<5H6x9I", 0x3E, 4, 0xFFFE, 12, 6, 1, tables, tables, 0, size, end, 0, end, 0)
              + struct.pack("<109I", *range(tables), *[_UNUSED] * (109 - tables)))
    directory = _entry("Root Entry", 5, tables + 1, size, 1) + _entry("Workbook", 2, tables + 2, len(book), _UNUSED)
    return b"".join((header.ljust(size, b"\0"), struct.pack(f"<{len(links)}I", *links),
                     directory.ljust(size, b"\0"), bytes(size), book))


def _entry(name: str, kind: int, start: int, length: int, child: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text) + 2, kind, 1, _UNUSED, _UNUSED, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, length)
