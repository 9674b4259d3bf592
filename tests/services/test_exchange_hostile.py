"""Files made to harm: bombs, traps and lies are refused before they cost memory, in a process that may use little."""

import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jxc_desktop.errors import CannotImport
from jxc_desktop.services.exchange.biff import check as check_xls
from jxc_desktop.services.exchange.records import xlsb_extent
from jxc_desktop.services.exchange.tables import read

READ_ALL = """
import sys, time
if sys.platform != "win32":
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
from jxc_desktop.errors import CannotImport
from jxc_desktop.services.exchange.tables import inspect, read
for line in sys.stdin.read().splitlines():
    started = time.perf_counter()
    try:
        inspect(line)
        table = read(line)
        outcome = f"{len(table.rows)} rows {len(table.warnings)} warnings"
    except CannotImport as error:
        outcome = "refused"
    print(f"{line}\\t{outcome}\\t{time.perf_counter() - started:.1f}", flush=True)
"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODS = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
       'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
       'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"')
VALUE = 'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'


def read_capped(paths: list[Path], megabytes: int = 512) -> dict[str, str]:
    """Outcome by file name of reading each in one process with little memory."""
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(megabytes)], input="\n".join(map(str, paths)),
                          capture_output=True, text=True, timeout=60, encoding="utf-8",
                          env=os.environ | {"PYTHONUTF8": "1"})
    outcomes = dict(line.split("\t")[:2] for line in done.stdout.splitlines())
    assert done.returncode == 0 and len(outcomes) == len(paths), (list(outcomes), done.stderr[-2000:])
    return {Path(path).name: outcome for path, outcome in outcomes.items()}


def xlsx(path: Path, cells: str, *more: tuple[str, str | bytes]) -> Path:
    """A workbook of one sheet with these cells, and further parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">'
                         '<Default Extension="xml" ContentType="application/xml"/></Types>')
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
                         f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>'
                         '<sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">'
                         f'<Relationship Id="b" Type="{REL}/worksheet" Target="worksheets/s.xml"/></Relationships>')
        archive.writestr("xl/worksheets/s.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')
        for name, content in more:
            archive.writestr(name, content)
    return path


def ods(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"<office:document-content {ODS}><office:body><office:spreadsheet>"
                         f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
                         "</office:document-content>")
    return path


def cell(address: str, value: object = 1) -> str:
    row = "".join(filter(str.isdigit, address))
    return f'<row r="{row}"><c r="{address}"><v>{value}</v></c></row>'


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'
BOMBS: dict[str, Callable[[Path], Path]] = {
    "far corners": lambda path: xlsx(path, cell("A1") + cell("XFD1048576")),
    "far corners in single quotes": lambda path: xlsx(path, (cell("A1") + cell("XFD1048576")).replace('"', "'")),
    "row beyond all": lambda path: xlsx(path, cell("A1") + cell("A4294967295")),
    "column beyond all": lambda path: xlsx(path, cell("A1") + cell("ZZZZZ1")),
    "unpacks to 600 MB": lambda path: xlsx(path, HEAD, ("xl/media/a.bin", bytes(600 << 20))),
    "ratio": lambda path: xlsx(path, HEAD, ("xl/media/a.bin", bytes(60 << 20))),
    "members": lambda path: xlsx(path, HEAD, *((f"xl/m{n}.xml", "<a/>") for n in range(1001))),
    "nested": lambda path: xlsx(path, HEAD, ("xl/a.zip", bytes(100 << 20))),
    "entities": lambda path: xlsx(path, HEAD, ("xl/sharedStrings.xml", '<!DOCTYPE a [<!ENTITY b "c">]><sst/>')),
    "external entity": lambda path: xlsx(path, HEAD, (
        "docProps/core.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')),
    "wide characters": lambda path: xlsx(path, HEAD, ("xl/x.xml", "<!DOCTYPE a><a/>".encode("utf-16"))),
    "ods rows": lambda path: ods(path, '<table:table-row table:number-rows-repeated="4000000000"><table:table-cell '
                                 f"{VALUE}</table:table-row>"),
    "ods cells": lambda path: ods(path, '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
                                  f'table:number-columns-repeated="16384" {VALUE}</table:table-row>'),
}


def test_bombs_are_refused_within_little_memory(tmp_path: Path) -> None:
    paths = [make(tmp_path / f"{name}.xlsx") for name, make in BOMBS.items()]
    outcomes = read_capped(paths)
    assert outcomes == {path.name: "refused" for path in paths}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/Worksheets/S.xml"])
def test_two_parts_of_one_name_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotImport, match="同名"):
        read(xlsx(tmp_path / "t.xlsx", HEAD, (name, "<a/>")))


def test_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", HEAD + cell("B2", 12345))
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/s.xml")
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CannotImport, match="损坏"):
        read(path)


def test_a_truncated_workbook_is_refused_at_every_length(tmp_path: Path) -> None:
    data = xlsx(tmp_path / "t.xlsx", HEAD + cell("B2")).read_bytes()
    for length in range(2, len(data), 61):
        (tmp_path / "t.xlsx").write_bytes(data[:length])
        with pytest.raises(CannotImport):
            read(tmp_path / "t.xlsx")


def test_an_encrypted_part_asks_for_a_file_without_password(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", HEAD)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    path.write_bytes(data)
    with pytest.raises(CannotImport, match="密码"):
        read(path)


def test_a_workbook_without_sheets_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}"><sheets/></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships"/>')
    with pytest.raises(CannotImport, match="没有工作表"):
        read(path)


def test_blank_formatted_cells_far_away_do_no_harm(tmp_path: Path) -> None:
    table = read(xlsx(tmp_path / "t.xlsx", HEAD + cell("B2") + '<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    assert len(table.rows) == 1 and len(table.headers) == 2
    blanks = ('<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
              'table:number-columns-repeated="16384"/></table:table-row>')
    rows = f'<table:table-row><table:table-cell {VALUE}<table:table-cell {VALUE}</table:table-row>' * 2
    assert len(read(ods(tmp_path / "t.ods", rows + blanks)).rows) == 2


def test_rows_and_cells_without_address_are_counted(tmp_path: Path) -> None:
    bare = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 3
    assert len(read(xlsx(tmp_path / "t.xlsx", bare)).rows) == 3


def test_a_binary_sheet_tells_its_extent() -> None:
    row = bytes([0, 4]) + struct.pack("<I", 1_048_575)
    value = bytes([5, 8]) + struct.pack("<II", 16_383, 0)
    assert xlsb_extent(row + value) == (1_048_576, 16_384)
    assert xlsb_extent(b"\x93\x01\x02ab" + bytes([0, 4]) + bytes(4) + bytes([1, 8]) + bytes(8)) == (1, 1)


def old_workbook(records: bytes) -> bytes:
    """A compound file of version 3 whose only stream is a workbook with one sheet of these records."""
    bof, eof = struct.pack("<HHHH", 0x0809, 4, 0x0600, 0x0010), struct.pack("<HH", 0x000A, 0)
    name = struct.pack("<BB", 1, 0) + b"S"
    size = 8 + 4 + 6 + len(name) + 4
    book = bof + struct.pack("<HHIH", 0x0085, 6 + len(name), size, 0) + name + eof + bof + records + eof
    book = book.ljust(4096, b"\0")
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    table = [0xFFFFFFFD, end, *range(3, 10), end] + [free] * 118
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
              + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, end, 0, end, 0, 0) + struct.pack("<108I", *[free] * 108))

    def entry(title: str, kind: int, start: int, length: int, child: int) -> bytes:
        text = title.encode("utf-16-le")
        return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, free, free, child) + bytes(36)
                + struct.pack("<IQ", start, length))

    directory = entry("Root Entry", 5, end, 0, 1) + entry("Workbook", 2, 2, 4096, free)
    return header + struct.pack("<128I", *table) + directory.ljust(512, b"\0") + book


def number(row: int, column: int) -> bytes:
    return struct.pack("<HHHHHd", 0x0203, 14, row, column, 0, 1.5)


def test_an_old_workbook_tells_its_extent_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    error = struct.pack("<HHHHHBB", 0x0205, 8, 1, 1, 0, 0x2A, 1)
    path.write_bytes(old_workbook(number(0, 0) + number(0, 1) + number(1, 0) + error))
    assert [(extent.rows, extent.columns) for extent in check_xls(path)[0]] == [(2, 2)]
    assert read(path, header_row=0).rows[1][1] == "#N/A"


def test_old_workbooks_with_far_corners_or_cut_short_are_refused(tmp_path: Path) -> None:
    far = tmp_path / "far.xls"
    far.write_bytes(old_workbook(number(0, 0) + number(65_535, 65_535)))
    strings = tmp_path / "strings.xls"
    strings.write_bytes(old_workbook(struct.pack("<HHII", 0x00FC, 8, 1, 0x7FFFFFFF)))
    claim = tmp_path / "claim.xls"
    claim.write_bytes(old_workbook(struct.pack("<HHIIHHH", 0x0200, 14, 0, 0x7FFFFFFF, 0, 0xFFFF, 0) + number(0, 0)))
    good = old_workbook(number(0, 0))
    cut = [tmp_path / f"{length}.xls" for length in range(64, len(good), 499)]
    for path in cut:
        path.write_bytes(good[:int(path.stem)])
    outcomes = read_capped([far, strings, claim, *cut])
    assert [outcomes.pop(path.name) for path in (far, strings, claim)] == ["refused"] * 3
    assert all(outcome == "refused" or outcome.startswith("1 rows") for outcome in outcomes.values())
