"""Amounts in capitals: the published vectors, and every amount reads back to itself."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.capitals import LIMIT, capitals

VECTORS = {
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0.55": "伍角伍分",
    "10": "壹拾元整",
    "10.05": "壹拾元零伍分",
    "10.50": "壹拾元零伍角整",
    "10010000": "壹仟零壹万元整",
    "100000500": "壹亿零伍佰元整",
    "1000000000001": "壹万亿零壹元整",
    "0": "零元整",
    "-0.00": "零元整",
    "-325.04": "负叁佰贰拾伍元零肆分",
    "9999999999999.99": "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize(("amount", "text"), VECTORS.items())
def test_published_vectors(amount, text):
    assert capitals(Decimal(amount)) == text


@pytest.mark.parametrize("amount", [LIMIT, -LIMIT, Decimal("0.005"), Decimal("NaN"), Decimal("Infinity")])
def test_what_has_no_capitals_is_refused(amount):
    with pytest.raises(ValueError, match="no amount"):
        capitals(amount)


def read_back(text: str) -> Decimal:
    """The amount that a clerk reads, digit by digit from the left: independent of how it is written."""
    sign = -1 if text.startswith("负") else 1
    cents = billions = thousands = section = digit = 0
    for letter in text.lstrip("负"):
        if letter in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(letter)
        elif letter in "拾佰仟":
            section += digit * {"拾": 10, "佰": 100, "仟": 1000}[letter]
            digit = 0
        elif letter == "万":
            thousands, section, digit = (section + digit) * 10_000, 0, 0
        elif letter == "亿":
            billions, thousands, section, digit = (thousands + section + digit) * 10**8, 0, 0, 0
        elif letter in "元角分":
            worth = {"元": 100, "角": 10, "分": 1}[letter]
            cents += (billions + thousands + section + digit) * worth
            billions = thousands = section = digit = 0
    return sign * Decimal(cents).scaleb(-2)


@given(st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1))
def test_every_amount_reads_back(cents):
    text = capitals(Decimal(cents).scaleb(-2))
    assert read_back(text) == Decimal(cents).scaleb(-2)
    assert text.endswith("整") == (cents % 10 == 0)
    assert "零零" not in text and "零元" not in text.replace("零元整", "")


@given(st.integers(min_value=0, max_value=9999), st.integers(min_value=0, max_value=99))
def test_small_amounts_read_back(yuan, cents):
    amount = Decimal(yuan) + Decimal(cents).scaleb(-2)
    assert read_back(capitals(amount)) == amount
