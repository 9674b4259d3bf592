"""The one door for numbers: what is read, what is refused, and how it is rounded."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop import values
from jxc_desktop.values import BadNumber

CENTS = st.integers(-10**9, 10**9).map(lambda n: D(n).scaleb(-2))
RATES = ("0.13", "0.09", "0.06", "0.03")


def half_up(value: Fraction, places: int) -> D:
    """Rounding by another road: whole fractions."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return D(whole if value >= 0 else -whole).scaleb(-places)


@pytest.mark.parametrize(("text", "number"), [
    ("12", "12"), (" 12.50 ", "12.5"), ("+3", "3"), ("-3", "-3"), (".5", "0.5"), ("5.", "5"),
    ("1,234,567.89", "1234567.89"),
    ("１２．５", "12.5"), ("１，２３４", "1234"), ("12。5", "12.5"), ("-0", "0"), ("0.0000", "0"),
    ("\u3000７\u3000", "7"),
])
def test_what_people_type_is_read_exactly(text: str, number: str) -> None:
    found = values.exact(text, 4)
    assert found == D(number)
    assert not (found == 0 and found.is_signed())


@pytest.mark.parametrize("given", [
    "", " ", "-", ".", "+.", "abc", "1e3", "1E3", "NaN", "nan", "inf", "-Infinity", "∞", "1,23", "12,34.5",
    ",123", "1,,000",
    "٣", "३", "Ⅷ", "½x", "0x10", "1_000", "--1", "1 2", "12元", "一百", "1.2.3", "(5)", "50%", None, b"1", [], object(),
    True, 1.5, 0.1, float("nan"), float("inf"), D("NaN"), D("sNaN"), D("Infinity"), D("-Infinity"),
])
def test_what_is_no_exact_number_is_refused(given: object) -> None:
    with pytest.raises(BadNumber) as caught:
        values.exact(given, 4)
    assert caught.value.reason == "not_a_number"


@pytest.mark.parametrize(("given", "reason"), [
    ("100000000000", "too_large"), (D("1e30"), "too_large"), (10**11, "too_large"), ("9" * 41, "too_large"),
    ("0.00001", "too_precise"), (D("1.23456"), "too_precise"), ("99999999999.99999", "too_precise"),
    (D("1e-30"), "too_precise"),
])
def test_what_does_not_fit_says_why(given: object, reason: str) -> None:
    with pytest.raises(BadNumber) as caught:
        values.exact(given, 4)
    assert caught.value.reason == reason


def test_exponents_of_decimals_are_numbers_all_the_same() -> None:
    assert values.exact(D("1.2e3"), 2) == 1200
    assert str(values.exact(D("1.2e3"), 2)) == "1200.00"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_what_is_stored_comes_back(number: D) -> None:
    assert values.unscaled(values.scaled(number, 4), 4) == number


@given(st.fractions(-10**15, 10**15, max_denominator=10**6), st.sampled_from([2, 4, 6, 8]))
def test_division_rounds_half_up_once(number: Fraction, places: int) -> None:
    found = values.divide(D(number.numerator), D(number.denominator), places)
    assert found == half_up(number, places)


@pytest.mark.parametrize(("value", "rounded"), [
    ("0.005", "0.01"), ("0.004999", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.005", "1.01"),
    ("-2.675", "-2.68")])
def test_money_rounds_half_away_from_zero(value: str, rounded: str) -> None:
    assert values.money(D(value)) == D(rounded)


@given(CENTS, st.integers(1, 10**8), st.integers(1, 10**8))
def test_a_share_is_the_exact_quotient_rounded(value: D, part: int, whole: int) -> None:
    exact = Fraction(value) * Fraction(part, whole)
    assert values.share_of(value, D(part), D(whole)) == (value if part == whole else half_up(exact, 2))


@given(st.decimals("-99999", "99999", places=4), st.decimals("0", "99999", places=8), st.decimals("0", "1", places=4))
def test_a_product_of_many_digits_is_exact(quantity: D, price: D, discount: D) -> None:
    exact = Fraction(quantity) * Fraction(price) * (1 - Fraction(discount))
    assert values.money(values.product(quantity, price, 1 - discount)) == half_up(exact, 2)


def test_a_product_of_more_digits_than_decimals_usually_keep_is_exact() -> None:
    """28 digits, the usual precision, would round the first product to …62.500 before the last factor."""
    factors = D("99999999999.9999"), D("9999999.99999999"), D("0.9999")
    exact = Fraction(1)
    for factor in factors:
        exact *= Fraction(factor)
    assert Fraction(values.product(*factors)) == exact


@given(CENTS, st.lists(CENTS, min_size=1, max_size=12))
def test_shares_add_up_and_the_last_basis_takes_the_rest(amount: D, bases: list[D]) -> None:
    total = sum(bases)
    if not total:
        with pytest.raises(BadNumber) as caught:
            values.spread(amount, bases)
        assert caught.value.reason == "no_basis"
        return
    shares = values.spread(amount, bases)
    assert sum(shares) == amount
    last = max(i for i, basis in enumerate(bases) if basis)
    for i, (share, basis) in enumerate(zip(shares, bases, strict=True)):
        if i != last:
            assert share == half_up(Fraction(amount) * Fraction(basis) / Fraction(total), 2)


@pytest.mark.parametrize("rate", RATES)
def test_included_tax_adds_up_for_every_amount_to_1000(rate: str) -> None:
    percent = int(D(rate) * 100)
    for cents in range(1, 100_001):
        gross = D(cents).scaleb(-2)
        net, tax = values.split_tax(gross, D(rate), included=True)
        assert net + tax == gross
        assert net.scaleb(2) == (200 * cents + 100 + percent) // (2 * (100 + percent))  # half-up, in whole cents


@pytest.mark.parametrize("rate", RATES)
def test_added_tax_is_the_rounded_product(rate: str) -> None:
    for cents in (*range(1, 2001), 99_999, 100_000):
        net = D(cents).scaleb(-2)
        assert values.split_tax(net, D(rate), included=False) == (net, half_up(Fraction(net) * Fraction(rate), 2))


@given(CENTS, st.sampled_from(RATES), st.booleans())
def test_tax_of_a_mirror_is_the_mirror_of_the_tax(amount: D, rate: str, included: bool) -> None:
    net, tax = values.split_tax(amount, D(rate), included=included)
    assert values.split_tax(-amount, D(rate), included=included) == (-net, -tax)


@pytest.mark.parametrize(("value", "plain", "grouped"), [
    ("1200.00", "1200", "1,200"), ("1E+3", "1000", "1,000"), ("0.0001", "0.0001", "0.0001"), ("-0.00", "0", "0"),
    ("12.50", "12.5", "12.5"), ("1234567.8900", "1234567.89", "1,234,567.89"), ("0", "0", "0"),
    ("-1234.5", "-1234.5", "-1,234.5"),
])
def test_numbers_as_text(value: str, plain: str, grouped: str) -> None:
    assert values.plain(D(value)) == plain
    assert values.grouped(D(value)) == grouped


def test_fixed_decimals_are_shown_rounded() -> None:
    assert values.grouped(D("1234.565"), 2) == "1,234.57"
    assert values.grouped(D("3"), 2) == "3.00"
