"""How values look on paper, and file names that every system takes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.services.printing import Company, Kind, Sheet, file_name
from jxc_desktop.services.printing.fonts import clean, width, wrap
from jxc_desktop.services.printing.sheet import shown, subtotals


def sheet(number: str, partner: str) -> Sheet:
    return Sheet("送货单", number, date(2026, 1, 31), Company("公司"), (), (), partner=partner)


@pytest.mark.parametrize(("value", "kind", "text"), [
    ("12.5000", Kind.QUANTITY, "12.5"), ("1000", Kind.QUANTITY, "1,000"), ("-3", Kind.QUANTITY, "-3"),
    ("12", Kind.PRICE, "12.00"), ("12.5", Kind.PRICE, "12.50"), ("0.03600000", Kind.PRICE, "0.036"),
    ("0.12345678", Kind.PRICE, "0.12345678"), ("1234.5", Kind.MONEY, "1,234.50"), ("0.13", Kind.RATE, "13%"),
    ("0.005", Kind.RATE, "0.5%"),
])
def test_numbers_on_paper(value, kind, text):
    assert shown(Decimal(value), kind) == text


def test_nothing_is_an_empty_cell_and_texts_stay():
    assert shown(None, Kind.MONEY) == "" and shown("赠品", Kind.TEXT) == "赠品"


def test_subtotals_skip_empty_cells():
    rows = [{"quantity": Decimal(2)}, {"quantity": None}, {}, {"quantity": Decimal("0.5")}]
    assert subtotals(rows, {"quantity": Decimal("2.5")}) == {"quantity": Decimal("2.5")}


@pytest.mark.parametrize(("number", "partner", "name"), [
    ("XSCK-20260101-0001", "永辉超市", "XSCK-20260101-0001_永辉超市_2026-01-31.pdf"),
    ("A/B:1", 'x<>|?*"\\y', "A B 1_x y_2026-01-31.pdf"),
    ("1", "", "1_2026-01-31.pdf"),
    ("1", " .隐藏. ", "1_隐藏_2026-01-31.pdf"),
    ("\ud8001\x00", "\u202efdp.exe", "1_fdp.exe_2026-01-31.pdf"),
])
def test_file_names(number, partner, name):
    assert file_name(sheet(number, partner)) == name


@given(st.text(), st.text())
def test_file_names_are_valid_on_windows(number, partner):
    name = file_name(sheet(number, partner))
    assert len(name) <= 140 and name.endswith("2026-01-31.pdf")
    assert not set(name) & set('<>:"/\\|?*') and name.isprintable() and name == name.strip(" .")
    name.encode()


@given(st.text(max_size=80), st.integers(min_value=5, max_value=60), st.integers(min_value=1, max_value=4))
def test_wrapped_lines_fit_and_lose_nothing_silently(text, room, most):
    text = clean(text)
    lines = wrap(text, room, 9, most)
    assert len(lines) <= most and all(width(line, 9) <= room + 0.1 for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_break_where_readers_expect():
    assert wrap("家庭装大瓶（促销装）", 19.5, 9, 3) == ["家庭装大瓶", "（促销装）"]
    assert wrap("Classic Original Taste", 23, 9, 3) == ["Classic Original", "Taste"]
    assert wrap("", 20, 9, 3) == []
