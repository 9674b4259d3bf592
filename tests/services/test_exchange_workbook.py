"""Exports: exact, harmless, whole, and read back as they were."""

import csv
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jxc_desktop.errors import Cancelled
from jxc_desktop.services.exchange.cells import convert
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.tables import RawTable, read
from jxc_desktop.services.exchange.workbook import (
    CannotExport,
    Column,
    Group,
    Table,
    file_name,
    sheet_names,
    write_csv,
    write_xlsx,
)
from jxc_desktop.values import plain

COLUMNS = (
    Column("name", "名称"), Column("code", "编码", Kind.CODE), Column("quantity", "数量", Kind.QUANTITY),
    Column("price", "单价", Kind.PRICE), Column("money", "金额", Kind.MONEY), Column("rate", "税率", Kind.RATE),
    Column("count", "件数", Kind.INT), Column("day", "日期", Kind.DATE), Column("at", "时间", Kind.DATETIME),
    Column("active", "启用", Kind.BOOL),
)
ROW = {"name": "牛首生菜", "code": "007", "quantity": Decimal("0.293"), "price": Decimal("9.95000000"),
       "money": Decimal("-61.00"), "rate": Decimal("0.13"), "count": 12, "day": date(2018, 1, 2),
       "at": datetime(2018, 1, 2, 8, 15, 30), "active": True}
LIVE = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tTab", "\rReturn", "'=already", "''+twice", "=1+1\n2",
        "http://x.example", "007", "_x0041_"]


def table(rows: object, columns: tuple[Column, ...] = COLUMNS, **more: object) -> Table:
    return Table("商品", columns, rows, **more)  # type: ignore[arg-type]


def names(texts: list[str]) -> Table:
    return table([[text] for text in texts], (Column("name", "名称"),))


def sheet_xml(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def column(found: RawTable, place: int = 0) -> list[object]:
    return [row[place] for row in found.rows]


class Stop:
    def step(self, done: int, total: int) -> None:
        if done >= 500:
            raise Cancelled


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_every_kind_comes_back_as_it_went(write: object, tmp_path: Path) -> None:
    write(table([ROW, dict.fromkeys(ROW)]), tmp_path / "t")  # type: ignore[operator]
    found = read(tmp_path / "t", header_row=2 if write is write_xlsx else 1)
    back = {c.key: convert(cell, c.kind) for c, cell in zip(COLUMNS, found.rows[0], strict=True)}
    assert back == ROW
    assert found.headers == tuple(c.title for c in COLUMNS)


def test_the_titles_are_found_below_title_and_filters(tmp_path: Path) -> None:
    write_xlsx(table([ROW] * 3, subtitle=("仓库：主仓", "日期：2018-01"), totals={"quantity": Decimal("0.879")}),
               tmp_path / "t.xlsx")
    found = read(tmp_path / "t.xlsx")
    assert found.header_row == 4
    assert len(found.rows) == 4
    assert found.rows[-1][2] == Decimal("0.879") and found.rows[-1][0]


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_no_text_runs_as_a_formula_and_it_comes_back_the_same(write: object, tmp_path: Path) -> None:
    write(names(LIVE), tmp_path / "t")  # type: ignore[operator]
    assert column(read(tmp_path / "t", header_row=2 if write is write_xlsx else 1)) == LIVE


def test_no_cell_of_a_workbook_is_live(tmp_path: Path) -> None:
    write_xlsx(names(LIVE), tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f" in data[:data.find(b"<font")] or b"<hyperlink" in data
                   for name, data in parts.items() if "worksheets" in name)


def test_csv_texts_are_disarmed_and_numbers_stay_numbers(tmp_path: Path) -> None:
    write_csv(table([["=1+1", Decimal("-5")], ["-x", Decimal("1234567.5")]],
                    (Column("name", "名称"), Column("n", "数量", Kind.QUANTITY))), tmp_path / "t.csv")
    data = (tmp_path / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows[1:] == [["'=1+1", "-5"], ["'-x", "1234567.5"]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals(min_value="-99999999999", max_value="99999999999", places=4), min_size=1, max_size=40))
def test_no_digit_is_bent(tmp_path_factory: pytest.TempPathFactory, numbers: list[Decimal]) -> None:
    path = tmp_path_factory.mktemp("digits") / "t.xlsx"
    write_xlsx(table([[n] for n in numbers], (Column("n", "数量", Kind.QUANTITY),)), path)
    assert [convert(cell, Kind.QUANTITY) for cell in column(read(path, header_row=2))] == numbers


def test_more_digits_than_a_spreadsheet_keeps_are_written_as_text(tmp_path: Path) -> None:
    long = [Decimal("123456789012.12345678"), Decimal("99999999999999.99"), Decimal("123456789012345")]
    write_xlsx(table([[n] for n in long], (Column("n", "单价", Kind.PRICE),)), tmp_path / "t.xlsx")
    assert column(read(tmp_path / "t.xlsx", header_row=2)) == [plain(long[0]), plain(long[1]), long[2]]


def test_a_number_is_its_digits_and_not_the_nearest_double(tmp_path: Path) -> None:
    write_xlsx(table([["0.07"], ["-0"], ["1E+3"], ["0.00000001"], ["123456789012345.0"]], (
        Column("n", "单价", Kind.PRICE),)), tmp_path / "text.xlsx")
    given = ["0.07", "-0", "1E+3", "0.00000001", "123456789012345.0", "0.1234567890123456", "NaN"]
    write_xlsx(table([[Decimal(n)] for n in given], (Column("n", "单价", Kind.PRICE),)), tmp_path / "t.xlsx")
    xml = sheet_xml(tmp_path / "t.xlsx")
    assert re.findall("<v>(.*?)</v>", xml) == ["0.07", "0", "1000", "0.00000001", "123456789012345"]
    assert re.findall("<t>(.*?)</t>", xml)[2:] == ["0.1234567890123456", "NaN"]
    assert "<v>" not in sheet_xml(tmp_path / "text.xlsx")  # what comes as text stays text


def test_rows_are_written_as_the_library_would(tmp_path: Path) -> None:
    """Cell by cell it takes three times as long; nothing of what Excel reads is different."""
    import xlsxwriter

    texts = ["a", " b ", "<&>\"'", "_x0041_", "\x01\r", "two\nlines", "=1+1", "牛首生菜", None]
    days = [date(1900, 3, 1), date(2024, 2, 29), datetime(2018, 1, 2, 8, 15, 30), datetime(9999, 12, 31, 23, 59, 59)]
    numbers = [Decimal("-61.5"), Decimal("0.07"), Decimal(123456789012345), 12]
    rows = [[t, d, n] for t, d, n in zip(texts, days * 3, numbers * 3, strict=False)]
    columns = (Column("a", "A"), Column("b", "B", Kind.DATETIME), Column("c", "C", Kind.QUANTITY))
    write_xlsx(Table("", columns, rows), tmp_path / "ours.xlsx")
    book = xlsxwriter.Workbook(tmp_path / "library.xlsx", {"constant_memory": True})
    sheet, shape = book.add_worksheet(), book.add_format({"bold": True})
    for row, cells in enumerate([["A", "B", "C"], *rows]):
        for place, cell in enumerate(cells):
            write = sheet.write_blank if cell is None else sheet.write_string if isinstance(cell, str) else (
                sheet.write_datetime if isinstance(cell, date) else sheet.write_number)
            write(row, place, cell, shape)
    book.close()
    ours, library = (re.search("<dimension.*?>|$", sheet_xml(tmp_path / name))[0] + re.sub(  # type: ignore[index]
        r' s="\d+"', "", re.search("<sheetData>.*</sheetData>", sheet_xml(tmp_path / name), re.S)[0])
        for name in ("ours.xlsx", "library.xlsx"))
    assert ours == library.replace(">0.07000000000000001<", ">0.07<")


def test_what_xml_cannot_hold_does_not_break_the_file(tmp_path: Path) -> None:
    from defusedxml.ElementTree import fromstring

    write_xlsx(names(["\ufffe", "\uffff", "\ud800", "\x00]]>", "\x1f"]), tmp_path / "t.xlsx")
    said = [t.text for t in fromstring(sheet_xml(tmp_path / "t.xlsx")).iter() if t.tag.endswith("}t")]
    assert said[2:] == ["_xFFFE_", "_xFFFF_", "_xD800_", "_x0000_]]>", "_x001F_"]


def test_a_text_is_as_long_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    write_xlsx(names(["𝄞" * 16_383]), tmp_path / "t.xlsx")
    with pytest.raises(CannotExport) as refused:
        write_xlsx(names(["short", "𝄞" * 16_384]), tmp_path / "t.xlsx")
    assert "名称" in refused.value.text() and "4" in refused.value.text()


def test_a_sheet_is_ready_for_eyes_and_paper(tmp_path: Path) -> None:
    import openpyxl

    rows = [ROW, Group("小计", {"quantity": Decimal("0.293")})]
    write_xlsx([table(rows, totals={"money": Decimal(-61)}), table([], subtitle=("空",))], tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book.worksheets[0]
    assert book.sheetnames == ["商品", "商品 (2)"] and book.properties.title == "商品"
    assert sheet.freeze_panes == "A3" and sheet.auto_filter.ref == "A2:J4" and sheet.print_title_rows == "$2:$2"
    assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages down as it takes, one across
    assert sheet.column_dimensions["A"].width >= 8  # four Chinese characters
    assert [cell.value for cell in sheet[4]][:3] == ["小计", None, 0.293]
    assert (sheet["E5"].value, sheet["E5"].number_format) == (-61, "#,##0.00")
    assert [sheet[f"{c}3"].number_format for c in "CDFGHI"] == [
        "#,##0.000", "#,##0.00", "0%", "0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]
    assert sheet["B3"].data_type == "s" and sheet["H3"].is_date


def test_rows_may_stream_and_be_cancelled_without_a_trace(tmp_path: Path) -> None:
    def endless() -> Iterator[list[object]]:
        while True:
            yield ["x"]

    for write in (write_xlsx, write_csv):
        with pytest.raises(Cancelled):
            write(table(endless(), (Column("name", "名称"),)), tmp_path / "t", Stop())
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    target.write_text("old")
    with pytest.raises(CannotExport):
        write_xlsx(names(["x" * 40_000]), target)
    with pytest.raises(ZeroDivisionError):
        write_xlsx(table((1 / 0 for _ in "x"), COLUMNS), target)
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_a_target_open_elsewhere_is_said_clearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "t.xlsx"
    target.write_text("old")

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", locked)
    for write in (write_xlsx, write_csv):
        with pytest.raises(CannotExport) as refused:
            write(names(["x"]), target)
        assert "t.xlsx" in refused.value.text() and "关闭" in refused.value.text()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_a_missing_folder_is_said_clearly(write: object, tmp_path: Path) -> None:
    with pytest.raises(CannotExport) as refused:
        write(names(["x"]), tmp_path / "nowhere" / "t")  # type: ignore[operator]
    assert "文件夹不存在" in refused.value.text()


def test_sheet_names_are_legal_and_distinct() -> None:
    assert sheet_names(["a/b:c", "A B C", "", "History", "'x'", "长" * 40, "长" * 40]) == [
        "a b c", "A B C (2)", "Sheet3", "History_", "x", "长" * 31, "长" * 27 + " (2)"]


@pytest.mark.parametrize(("text", "safe"), [
    ("../../etc/passwd", "_.._etc_passwd.xlsx"), ("C:\\x", "C__x.xlsx"), ("nul", "_nul.xlsx"), ("", "export.xlsx"),
    ("销售出库 2026", "销售出库 2026.xlsx"), ("a\nb", "a_b.xlsx"),
])
def test_file_names_stay_in_their_folder(text: str, safe: str) -> None:
    assert file_name(text, ".xlsx") == safe
