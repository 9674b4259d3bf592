"""How far the sheets of the two rarer zipped formats reach: OpenDocument and binary workbooks."""

from collections.abc import Iterator
from typing import IO

_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CELLS = frozenset((*range(1, 12), 62))  # every record of a binary sheet that holds a cell starts with its column
_ROW = 0


def ods_extents(content: IO[bytes]) -> Iterator[tuple[str, int, int]]:
    """(name, rows, columns) of each table, repeated rows and cells counted as often as they stand for."""
    from defusedxml.ElementTree import iterparse

    name, rows, columns, width, row = "", 0, 0, 0, 0
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.removeprefix(_ODS_TABLE)
        if event == "start":
            if tag == "table":
                name, rows, columns, row = element.get(_ODS_TABLE + "name", ""), 0, 0, 0
            elif tag == "table-row":
                width = filled = 0
        elif tag in ("table-cell", "covered-table-cell"):
            width += _times(element, "columns")
            if len(element) or element.get(_ODS_OFFICE + "value-type"):
                filled = width
        elif tag == "table-row":
            row += _times(element, "rows")
            if filled:
                rows, columns = row, max(columns, filled)
            element.clear()
        elif tag == "table":
            yield name, rows, columns
            element.clear()


def _times(element: object, what: str) -> int:
    return int(element.get(f"{_ODS_TABLE}number-{what}-repeated", "1"))  # type: ignore[attr-defined]


def xlsb_extent(data: bytes) -> tuple[int, int]:
    """(rows, columns) that the cell records of a binary sheet reach."""
    at, row, rows, columns, end = 0, 0, 0, 0, len(data)
    while at < end:
        kind, at = _varint(data, at, 2)
        size, at = _varint(data, at, 4)
        if kind == _ROW:
            row = int.from_bytes(data[at:at + 4], "little") + 1
        elif kind in _CELLS:
            rows = max(rows, row)
            columns = max(columns, int.from_bytes(data[at:at + 4], "little") + 1)
        at += size
    return rows, columns


def _varint(data: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for place in range(longest):
        byte = data[at] if at < len(data) else 0
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return value, at
