"""Spreadsheets of real companies and files made to break importers: every row accounted for, or a reason."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from jxc_desktop.errors import CannotImport
from jxc_desktop.services.exchange.cells import BadCell, convert
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.tables import RawTable, inspect, read
from tests.services.test_exchange_hostile import read_capped

DATA = Path(os.environ.get("JXC_DATA", Path(__file__).parents[3] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not (DATA / "messy").is_dir(), reason=f"no real data in {DATA} (JXC_DATA)")

# Shared strings without addresses, checksums, entities, passwords: what the others hold is read.
REFUSED = {"57893-many-merges", "duplicate-filename", "invalid", "password", "poc-shared-strings", "poc-xmlbomb",
           "protected_passtika", "xlsx-corrupted"}


def messy(name: str, **options: object) -> RawTable:
    return read(next((DATA / "messy").glob(name)), **options)  # type: ignore[arg-type]


def column(table: RawTable, title: str) -> list[object]:
    place = table.headers.index(title)
    return [row[place] for row in table.rows]


def test_every_hostile_file_is_refused_or_read_aloud() -> None:
    files = sorted(path for path in (DATA / "hostile").iterdir() if path.suffix != ".csv")
    outcomes = read_capped(files)
    assert len(outcomes) == len(files) > 20
    for name, outcome in outcomes.items():
        stem = name.rsplit(".", 1)[0]
        assert (outcome == "refused") == (stem in REFUSED or stem.startswith("clusterfuzz")), (name, outcome)
        assert not outcome.startswith("0 rows 0 "), name


def test_strict_workbooks_are_read_and_hidden_sheets_marked() -> None:
    assert [sheet.rows for sheet in inspect(DATA / "hostile/SimpleStrict.xlsx").sheets] == [6, 7]
    assert [sheet.hidden for sheet in inspect(DATA / "hostile/TwoSheetsOneHidden.xlsx").sheets] == [True, False]
    assert "宏" in inspect(DATA / "hostile/SimpleMacro.xlsm").warnings[0]


def test_m01_pharmacy_sales() -> None:
    table = messy("m01*")
    assert len(table.rows) + len(table.blank) == 6578
    impossible, sums = 0, [Decimal(0), Decimal(0)]
    for day, sold, paid in zip(*(column(table, title) for title in ("购药时间", "销售数量", "实收金额")), strict=True):
        try:
            convert(day, Kind.DATE)
        except BadCell as error:
            impossible += 1
            assert "2018-02-29" in error.text()
        else:
            sums[0] += convert(sold, Kind.QUANTITY)  # type: ignore[operator]
            sums[1] += convert(paid, Kind.MONEY)  # type: ignore[operator]
    assert impossible == 23
    assert sums == [Decimal(15633), Decimal("303207.06")]
    assert sum(str(code).startswith("00") for code in column(table, "社保卡号")) > 5000


@pytest.mark.parametrize(("name", "rows"), [
    ("m06*商品资料.xls", 348), ("m06*库存导入.xls", 6), ("m06*入库导入.xls", 3), ("m06*出库导入.xls", 7),
    ("m06*盘点导入.xls", 4), ("m06*移库导入.xls", 5), ("m06*库存导入.txt", 6), ("m06*商品资料.txt", 0),
])
def test_m06_forms_of_another_program(name: str, rows: int) -> None:
    table = messy(name)
    assert len(table.rows) == rows and table.headers[0] == "条码" and table.header_row == 1
    assert bool(table.warnings) == (rows == 0)
    if name.endswith("库存导入.txt"):
        assert (table.encoding, table.delimiter) == ("gb18030", "\t")
    if name == "m06*入库导入.xls":
        assert convert(table.rows[0][0], Kind.CODE) == "1111"


def test_m07_cut_sales_lines_are_all_there_and_the_broken_ones_named() -> None:
    table = messy("m07*")
    assert len(table.rows) == 8871 and table.header_row is None and not table.blank
    assert table.irregular == (1, 3372, 8869, 8870, 8871)


def test_m08_double_separators_are_refused_with_the_reason() -> None:
    with pytest.raises(CannotImport, match=r"\+\|"):
        messy("m08*")


def test_m09_and_m10_text_tables() -> None:
    retail, market = messy("m09*"), messy("m10*")
    assert (len(retail.rows), len(market.rows), market.encoding) == (3108, 3000, "gb18030")
    assert sum(code is None for code in column(retail, "CustomerID")) == 1140
    assert convert(column(market, "利润")[0], Kind.MONEY) == Decimal(-61)
    assert str(convert(column(market, "发货日期")[0], Kind.DATE)) == "2016-04-29"


@pytest.mark.parametrize(("name", "sheet", "rows", "header"), [
    ("m02*", "进销", 26, 1), ("m02*", "库存", 31, 1), ("m03*", "TTL", 6401, 2), ("m03*", "Sheet1", 6901, 2),
    ("m04*", "Sheet1", 90, 1), ("m05*产购销表*", "采购表", 16, 1), ("m05*期初*", "Sheet1", 27, 1),
    ("m11*", "项目A1.7", 27, 4), ("m12*", "项目H", 286, 9), ("m13*", "Sheet1", 66, 2),
])
def test_titles_and_rows_of_other_workbooks(name: str, sheet: str, rows: int, header: int) -> None:
    table = messy(name, sheet=sheet)
    assert (table.header_row, len(table.rows)) == (header, rows)


def test_long_codes_keep_their_digits() -> None:
    table = read(DATA / "cn_vegetable" / "附件1.xlsx")
    codes = {convert(code, Kind.CODE) for code in column(table, "单品编码")}
    assert len(codes) == 251 and all(len(str(code)) == 15 for code in codes)
    assert inspect(DATA / "cn_vegetable" / "附件4.xlsx").sheets[0].hidden
