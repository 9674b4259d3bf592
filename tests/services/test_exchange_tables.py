"""Foreign tables: what they are, where their titles stand, and nothing lost on the way."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop.errors import Cancelled, CannotImport
from jxc_desktop.services.exchange.tables import FileKind, inspect, read


@pytest.fixture
def text(tmp_path: Path) -> Any:
    """Writes a text file from bytes, or from text in an encoding."""
    def write(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "t.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path
    return write


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Any]:
    """A workbook to fill; `done` saves it and gives its path."""
    import openpyxl

    made = openpyxl.Workbook()
    made.done = lambda: (made.save(tmp_path / "t.xlsx"), tmp_path / "t.xlsx")[1]  # type: ignore[attr-defined]
    yield made
    made.close()


def refused(path: Path, *words: str, **options: Any) -> None:
    with pytest.raises(CannotImport) as error:
        read(path, **options)
    assert path.name in error.value.text()
    assert all(word in error.value.text() for word in words), error.value.text()


# Workbooks

def test_cells_keep_their_type_and_their_digits(book: Any) -> None:
    book.active.append(["编码", "数量", "日期", "时间", "启用", "备注"])
    book.active.append(["007", 0.1 + 0.2, date(2018, 1, 2), datetime(2018, 1, 2, 8, 30), True, " x "])
    book.active.append([1111.0, 102900005115168, None, None, False, "  "])
    found = read(book.done())
    assert found.rows == (
        ("007", Decimal("0.3"), date(2018, 1, 2), datetime(2018, 1, 2, 8, 30), True, " x "),
        (Decimal(1111), Decimal(102900005115168), None, None, False, None))
    assert found.row_numbers == (2, 3) and found.sheet == "Sheet" and not found.warnings


def test_an_offset_table_keeps_its_rows_and_columns(book: Any) -> None:
    for row, values in ((3, ("编码", "名称", "数量")), (4, ("a", "b", 1)), (6, ("c", "d", 2))):
        for column, value in enumerate(values, start=3):
            book.active.cell(row, column, value)
    found = read(book.done())
    assert found.headers == ("", "", "编码", "名称", "数量") and found.header_row == 3
    assert found.rows[1] == (None, None, "c", "d", Decimal(2))
    assert found.row_numbers == (4, 6) and found.blank == (5,)


def test_errors_and_uncomputed_formulas_are_not_blank(book: Any) -> None:
    book.active.append(["编码", "数量", "金额"])
    book.active.append(["a", "#N/A", "=B2*3"])
    book.active["B2"].data_type = "e"
    assert read(book.done()).rows == (("a", "#N/A", "=B2*3"),)


def test_hidden_sheets_are_marked_and_not_chosen(book: Any) -> None:
    book.active.append(["secret", "x"])
    book.active.sheet_state = "hidden"
    book.create_sheet("empty")
    shown = book.create_sheet("shown")
    shown.append(["编码", "数量"])
    shown.append(["a", 1])
    path = book.done()
    assert [(s.name, s.rows, s.columns, s.hidden) for s in inspect(path).sheets] == [
        ("Sheet", 1, 2, True), ("empty", 0, 0, False), ("shown", 2, 2, False)]
    assert read(path).sheet == "shown"
    assert read(path, sheet="Sheet").headers == ("secret", "x")
    refused(path, "没有数据", sheet="empty")
    refused(path, "nowhere", sheet="nowhere")


def test_titles_of_a_printed_form_are_found_below_its_head(book: Any) -> None:
    book.active.append(["某股份 入库日报表"])
    book.active.append(["工程名称：", "项目A", None, None, "油漆规格：", "红丹"])
    book.active.append([])
    book.active.append(["序号", "构件名称", "规格", "数量", "单重", "总重"])
    for number in range(3):
        book.active.append([number, "GL-1", "H300", 2, 1.5, 3])
    found = read(book.done())
    assert (found.header_row, len(found.rows)) == (4, 3)
    assert "1, 2" in found.warnings[0]


def test_a_given_header_row_is_obeyed(book: Any) -> None:
    for row in (["商品", "第一季"], ["编码", "数量"], ["a", 1]):
        book.active.append(row)
    path = book.done()
    assert read(path).header_row == 1
    assert read(path, header_row=2).rows == (("a", Decimal(1)),)
    assert read(path, header_row=0).headers == ("A", "B")
    refused(path, "9", header_row=9)


def test_only_titles_is_said(book: Any) -> None:
    book.active.append(["编码", "数量"])
    found = read(book.done())
    assert found.rows == () and found.warnings


def test_reading_can_be_cancelled(book: Any) -> None:
    class Stop:
        def step(self, done: int, total: int) -> None:
            if done:
                raise Cancelled

    for number in range(1200):
        book.active.append([number, "x"])
    with pytest.raises(Cancelled):
        read(book.done(), progress=Stop())


# Text

ROWS = "编码,名称,数量\n007,\"剪刀, 蓝色\",-61.00 \n008,胶带,2\n"
TIDY = (("007", "剪刀, 蓝色", "-61.00 "), ("008", "胶带", "2"))


@pytest.mark.parametrize(("encoding", "guess"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gbk", "gb18030"), ("gb18030", "gb18030"), ("utf-16", "utf-16-le"),
    ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
])
def test_encodings_are_recognised(text: Any, encoding: str, guess: str) -> None:
    found = read(text(ROWS, encoding))
    assert (found.encoding, found.headers, found.rows) == (guess, ("编码", "名称", "数量"), TIDY)


def test_rare_characters_survive_gb18030(text: Any) -> None:
    assert read(text("编码,姓名\n1,𠮷田堃犇\n", "gb18030")).rows == (("1", "𠮷田堃犇"),)


def test_accents_are_not_turned_into_chinese(text: Any) -> None:
    found = read(text("Name,City\nChêne,Orléans\nMüller,Köln\n", "cp1252"))
    assert found.encoding == "cp1252" and found.warnings
    assert found.rows == (("Chêne", "Orléans"), ("Müller", "Köln"))


def test_damaged_utf8_is_refused_not_read_as_gbk(text: Any) -> None:
    refused(text("编码,名称\n1,甲乙丙丁\n2,".encode() + b"\xe5\xad," + "戊己庚辛壬癸\n".encode()), "3", "utf-8")


def test_a_chosen_encoding_is_checked(text: Any) -> None:
    path = text(ROWS, "gb18030")
    refused(path, "1", encoding="utf-8")
    refused(path, "utf-99", encoding="utf-99")
    assert read(path, encoding="gbk").rows == TIDY


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_recognised(text: Any, delimiter: str, newline: str) -> None:
    rows = ["编码;名称;单价", "1;甲;1,5", "2;乙;2,5", "3;丙;3,5", ""]
    body = newline.join(rows).replace(";", delimiter) if delimiter != "," else newline.join(rows).replace(
        ",", ".").replace(";", ",")
    found = read(text(body))
    assert found.delimiter == delimiter and len(found.rows) == 3 and len(found.headers) == 3
    assert found.row_numbers == (2, 3, 4)


def test_excel_s_own_separator_line_is_no_data(text: Any) -> None:
    found = read(text("sep=;\n编码;名称\n1;甲,乙\n"))
    assert found.headers == ("编码", "名称") and found.rows == (("1", "甲,乙"),) and found.row_numbers == (3,)


def test_fields_over_several_lines_keep_their_line_numbers(text: Any) -> None:
    found = read(text('编码,备注\n1,"一\n二\r\n三"\n\n2,四\n'))
    assert found.rows == (("1", "一\n二\r\n三"), ("2", "四"))
    assert found.row_numbers == (2, 6) and found.blank == (5,)


def test_cut_and_glued_rows_are_numbered(text: Any) -> None:
    found = read(text("编码,名称,数量\n1,甲,2\n2,乙\n3,丙,4,5,丁,6\n4,戊,7\n"))
    assert found.irregular == (3, 4) and "3, 4" in found.warnings[0]
    assert found.rows[2] == ("3", "丙", "4", "5", "丁", "6") and len(found.headers) == 6


@pytest.mark.parametrize(("content", "word"), [
    ('编码,名称\n1,"甲\n2,乙\n', "2"),
    ('编码,名称\n1,甲\n2,"乙"丙\n', "3"),
    (b"code,name\n1,a\n2,b\0c\n", "3"),
    (b"", "空"),
    (b"\n\n , \n", "没有数据"),
    (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    (b'<?xml version="1.0"?><Workbook/>', "网页"),
    (b"MZ\x90\0\x03\0\0\0\x04" * 200, "表格"),
    (b"%PDF-1.7\n", "表格"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9, "表格"),
    (b"PK\x03\x04 not a zip", "损坏"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
    ("编码+|名称+|数量\n" * 50, "+|"),
    ("x" * (5 << 20) + ",y\n", "1"),
    (",".join("a" * 20_000) + "\n", "20000"),
])
def test_what_cannot_be_read_says_why(text: Any, content: str | bytes, word: str) -> None:
    refused(text(content), word)


def test_long_fields_and_many_columns_are_read(text: Any) -> None:
    found = read(text("编码,备注\n1," + "长" * 400_000 + "\n"))
    assert len(found.rows[0][1] or "") == 400_000  # type: ignore[arg-type]
    wide = read(text(",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n"))
    assert len(wide.headers) == 10_000 and len(wide.rows) == 1


def test_one_wide_row_does_not_multiply_the_others(text: Any) -> None:
    refused(text("a,b\n" + "1,2\n" * 2000 + "," * 16_000 + "x\n"), "2001")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.csv", "none.csv")


@pytest.mark.parametrize("suffix", ["csv", "xls", "exe", "png"])
def test_the_suffix_does_not_matter(text: Any, book: Any, tmp_path: Path, suffix: str) -> None:
    assert inspect(text(ROWS).rename(tmp_path / f"a.{suffix}")).kind == FileKind.TEXT
    book.active.append(["编码", "数量"])
    book.active.append(["a", 1])
    path = book.done().rename(tmp_path / f"b.{suffix}")
    assert inspect(path).kind == FileKind.XLSX and read(path).rows == (("a", Decimal(1)),)


def test_inspect_tells_encoding_and_separator(text: Any) -> None:
    info = inspect(text(ROWS.replace(",", "\t"), "gbk"))
    assert (info.kind, info.encoding, info.delimiter) == (FileKind.TEXT, "gb18030", "\t")
    assert (info.sheets[0].rows, info.sheets[0].columns) == (3, 3)
