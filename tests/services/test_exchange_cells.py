"""Cells of foreign tables as exact values, or refused with a reason."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from jxc_desktop.services.exchange.cells import BadCell, convert, is_ambiguous
from jxc_desktop.services.exchange.kinds import Kind


@pytest.mark.parametrize(("cell", "value"), [
    ("12.5", "12.5"), (" 12.50 ", "12.5"), (Decimal("0.293"), "0.293"), ("1,234.56", "1234.56"),
    ("１２３．４５", "123.45"), ("￥1 200", "1200"), ("¥1,200.5元", "1200.5"), ("(5)", "-5"), ("（5）", "-5"),
    ("(￥5.20)", "-5.2"), ("-61.00 ", "-61"), ("−3", "-3"), ("-0", "0"), ("CNY 8", "8"), ("5\u3000", "5"),
])
def test_a_quantity_is_read_exactly(cell: object, value: str) -> None:
    read = convert(cell, Kind.QUANTITY)
    assert isinstance(read, Decimal)
    assert read == Decimal(value) and not (read == 0 and read.is_signed())


@pytest.mark.parametrize("kind", [Kind.QUANTITY, Kind.PRICE])
@pytest.mark.parametrize("cell", [
    "1e3", "1e309", "NaN", "inf", "1.234,56", "٣", "5²", "8800+", "12 34", "1,23,4", "4" * 41, "0x10", "一百",
    True, date(2020, 1, 1), Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 15, "1000000000000000.01",
    Decimal("0.1234567891"), "#N/A", "=B2*C2", "((5))", "-(5", "5%",
])
def test_what_is_no_exact_number_is_refused(cell: object, kind: Kind) -> None:
    with pytest.raises(BadCell) as refused:
        convert(cell, kind)
    assert str(cell)[:20] in refused.value.text() or isinstance(cell, Decimal)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000"])
def test_an_empty_cell_is_none(cell: object, kind: Kind) -> None:
    assert convert(cell, kind) is None


@pytest.mark.parametrize("cell", ["--", "-", "/", "——"])
def test_a_stroke_means_nothing_in_number_and_date_columns(cell: str) -> None:
    assert convert(cell, Kind.QUANTITY) is None
    assert convert(cell, Kind.DATE) is None
    assert convert(cell, Kind.TEXT) == cell


def test_money_and_integers_keep_their_decimals() -> None:
    assert convert("24.64", Kind.MONEY) == Decimal("24.64")
    assert convert(Decimal("7.00"), Kind.INT) == 7
    with pytest.raises(BadCell):
        convert("24.645", Kind.MONEY)
    with pytest.raises(BadCell):
        convert("1.5", Kind.INT)


@pytest.mark.parametrize(("cell", "value"), [
    ("13%", "0.13"), ("13", "0.13"), (Decimal("0.13"), "0.13"), ("100％", "1"), ("12.25%", "0.1225"), ("0", "0"),
])
def test_a_rate_is_a_fraction(cell: object, value: str) -> None:
    assert convert(cell, Kind.RATE) == Decimal(value)


@pytest.mark.parametrize("cell", ["1", Decimal(1), "12.255%", "x%"])
def test_an_unclear_rate_is_refused(cell: object) -> None:
    with pytest.raises(BadCell):
        convert(cell, Kind.RATE)


@pytest.mark.parametrize("cell", [
    date(2018, 1, 2), datetime(2018, 1, 2, 9, 30), "2018-01-02 星期五", "2018/1/2", "2018.1.2", "2018年1月2日",
    "20180102", Decimal(20180102), Decimal(43102), Decimal("43102.5"), "43102", "2018-01-02 00:00:00.000",
    "2018-01-02T08:15", "２０１８－０１－０２", " 2018-1-2 ", "2018年1月2日（周二）",
])
def test_dates_of_every_spelling(cell: object) -> None:
    assert convert(cell, Kind.DATE) == date(2018, 1, 2)


def test_a_moment_keeps_its_time() -> None:
    assert convert("2018-01-02 08:15:30", Kind.DATETIME) == datetime(2018, 1, 2, 8, 15, 30)
    assert convert(Decimal("43102.75"), Kind.DATETIME) == datetime(2018, 1, 2, 18)


@pytest.mark.parametrize("cell", [
    "2018-02-29", "2018-02-29 星期四", Decimal(60), "0000-00-00", "9999-12-31", "1989-12-31", "2101-01-01",
    date(1900, 1, 1), "16-04-29", "2018-13-01", "yesterday", Decimal("3.5"), Decimal(20181301), "31/31/2016",
    "2018-01-02 25:00", True, Decimal("NaN"), "20180102123456",
])
def test_impossible_dates_are_refused(cell: object) -> None:
    with pytest.raises(BadCell):
        convert(cell, Kind.DATE)


def test_an_ambiguous_date_is_asked_once_for_the_column() -> None:
    assert is_ambiguous("01/02/2016") and not is_ambiguous("31/12/2016") and not is_ambiguous("03/03/2016")
    with pytest.raises(BadCell):
        convert("01/02/2016", Kind.DATE)
    assert convert("01/02/2016", Kind.DATE, day_first=True) == date(2016, 2, 1)
    assert convert("01/02/2016", Kind.DATE, day_first=False) == date(2016, 1, 2)
    assert convert("31/12/2016", Kind.DATE) == convert("12/31/2016", Kind.DATE) == date(2016, 12, 31)
    with pytest.raises(BadCell):
        convert("31/12/2016", Kind.DATE, day_first=False)


@pytest.mark.parametrize(("cell", "code"), [
    (Decimal("1111"), "1111"), (Decimal("1111.0"), "1111"), ("007", "007"), ("CS ", "CS"), ("ＡＢ１", "ＡＢ１"),
    ("'0159425", "0159425"), (Decimal(102900005115168), "102900005115168"), ("85123a", "85123a"), ("-", "-"),
])
def test_codes_stay_as_they_were_typed(cell: object, code: str) -> None:
    assert convert(cell, Kind.CODE) == code


@pytest.mark.parametrize("cell", ["6.95E+12", Decimal(10) ** 15, date(2020, 1, 2), True, "a\0b", "\ud800"])
def test_a_code_that_was_bent_is_refused(cell: object) -> None:
    with pytest.raises(BadCell):
        convert(cell, Kind.CODE)


def test_text_and_yes_or_no() -> None:
    assert convert(" 西峡花菇(1) ", Kind.TEXT) == "西峡花菇(1)"
    assert convert(Decimal("20.80"), Kind.TEXT) == "20.8"
    assert [convert(cell, Kind.BOOL) for cell in ("是", "否", "Yes", "n", Decimal(1), Decimal(0), True, "√")] == [
        True, False, True, False, True, False, True, True]
    with pytest.raises(BadCell):
        convert("maybe", Kind.BOOL)


def test_a_long_cell_is_cut_in_the_reason() -> None:
    with pytest.raises(BadCell) as refused:
        convert("很" * 5000, Kind.QUANTITY)
    assert len(refused.value.text()) < 80
