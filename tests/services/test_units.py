"""Conversions by exact ratios, whole packs, and quantities as people say and type them."""

from decimal import Decimal as D
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.services import units
from jxc_desktop.values import BadNumber


class Unit(NamedTuple):
    name: str
    factor: D = D(1)
    per: D = D(1)
    decimals: int = 0


BOTTLE, BOX, CRATE = Unit("瓶"), Unit("箱", D(12)), Unit("大箱", D(48))
DRINK = (BOTTLE, BOX, CRATE)
KILO, GRAM, SACK = Unit("公斤", decimals=4), Unit("g", D(1), D(1000)), Unit("袋", D("2.5"))
THIRD = Unit("份", D(10), D(3))


@pytest.mark.parametrize(("quantity", "source", "target", "more", "result"), [
    ("1020000", ("0.001", 1), (1000, 1), {}, "1.02"), ("1", (12, 1), (1, 1), {}, "12"),
    ("1234", (1, 1000), (1, 1), {"step": D("0.01"), "mode": "up"}, "1.24"),
    ("2", (1, 1), (20, 1), {"step": D(1), "mode": "up"}, "1"), ("1234", (1, 1000), (1, 1), {}, "1.234"),
    ("10", (1, 1), (10, 3), {}, "3"), ("1", (10, 3), (1, 1), {}, "3.3333"), ("2", (10, 3), (1, 1), {}, "6.6667"),
    ("0.00005", (1, 1), (1, 1), {}, "0.0001"), ("-0.00005", (1, 1), (1, 1), {}, "-0.0001"),
    ("-1.5", (1, 1), (1, 1), {"step": D(1), "mode": "up"}, "-2"),
    ("-1.5", (1, 1), (1, 1), {"step": D(1), "mode": "down"}, "-1"),
    ("-1.5", (1, 1), (1, 1), {"step": D(1), "mode": "ceiling"}, "-1"),
    ("-1.5", (1, 1), (1, 1), {"step": D(1), "mode": "floor"}, "-2"),
    ("2.5", (1, 1), (1, 1), {"step": D(1)}, "3"), ("0.3", (1, 1), (1, 1), {"step": D("0.1"), "mode": "up"}, "0.3"),
    ("0", (1, 1), (7, 1), {"mode": "up"}, "0"),
])
def test_convert(quantity: str, source: tuple[str, int], target: tuple[str, int], more: dict[str, D],
                 result: str) -> None:
    assert units.convert(D(quantity), *(D(n) for n in (*source, *target)), **more) == D(result)


def test_an_unknown_way_of_rounding_is_no_way() -> None:
    with pytest.raises(ValueError, match="sideways"):
        units.to_multiple(D(1), D(1), "sideways")


RATIOS = st.tuples(st.integers(1, 10**6), st.integers(1, 10**4)).map(lambda r: (D(r[0]).scaleb(-2), D(r[1])))
QUANTITIES = st.integers(-10**9, 10**9).map(lambda n: D(n).scaleb(-4))


@given(QUANTITIES, RATIOS, RATIOS, st.sampled_from(units.Rounding), st.sampled_from(["0.0001", "0.25", "1", "3"]))
def test_convert_goes_to_a_multiple_in_the_right_direction(
        quantity: D, source: tuple[D, D], target: tuple[D, D], mode: units.Rounding, step: str) -> None:
    result = Fraction(units.convert(quantity, *source, *target, step=D(step), mode=mode))
    exact = Fraction(quantity) * Fraction(source[0]) * Fraction(target[1]) / Fraction(source[1]) / Fraction(target[0])
    off = result - exact
    assert (result / Fraction(step)).denominator == 1
    assert abs(off) <= Fraction(step) / (2 if mode == "half_up" else 1)
    if mode in ("up", "down"):
        assert (abs(result) >= abs(exact)) == (mode == "up") or result == exact
    if mode in ("ceiling", "floor"):
        assert (off >= 0) == (mode == "ceiling") or not off


def test_packs_that_hold_at_least_so_much() -> None:
    assert units.in_packs(D(25), BOX) == 3
    assert units.in_packs(D(24), BOX) == 2
    assert units.in_packs(D(0), BOX) == 0
    assert units.in_packs(D("2.51"), KILO) == D("2.51")
    assert units.in_packs(D(10), THIRD) == 3


@pytest.mark.parametrize(("quantity", "choices", "packs", "rest"), [
    ("41", DRINK[1:], [("箱", 3)], "5"), ("53", DRINK[1:], [("大箱", 1)], "5"),
    ("53", DRINK, [("大箱", 1), ("瓶", 5)], "0"),
    ("63.5", DRINK, [("大箱", 1), ("箱", 1), ("瓶", 3)], "0.5"), ("0", DRINK, [], "0"), ("7", (), [], "7"),
    ("-41", DRINK, [("箱", -3), ("瓶", -5)], "0"), ("3.3333", (THIRD,), [("份", 1)], "0"),
    ("6.6667", (THIRD,), [("份", 2)], "0"), ("10", (THIRD,), [("份", 3)], "0"), ("3.3332", (THIRD,), [], "3.3332"),
    ("1.2345", (KILO, GRAM), [("公斤", 1), ("g", 234)], "0.0005"),
])
def test_pack_breakdown(quantity: str, choices: tuple[Unit, ...], packs: list[tuple[str, int]], rest: str) -> None:
    found, left = units.pack_breakdown(D(quantity), choices)
    assert [(unit.name, count) for unit, count in found] == packs
    assert left == D(rest)


@pytest.mark.parametrize(("quantity", "choices", "text"), [
    ("41", DRINK[:2], "3箱5瓶"), ("36", DRINK[:2], "3箱"), ("5", DRINK, "5瓶"), ("0", DRINK, "0瓶"),
    ("-41", DRINK[:2], "-3箱5瓶"),
    ("53.25", DRINK, "1大箱5.25瓶"), ("6", (KILO, SACK), "2袋1公斤"), ("1.5", (KILO, GRAM), "1.5公斤"),
    ("12000", DRINK[:1], "12000瓶"), ("14", (Unit("m2"), Unit("卷", D(12))), "1卷2m2"),
    ("14", (Unit("个"), Unit("m2", D(12))), "1m2 2个"), ("5", (Unit("500g袋"),), "5 500g袋"),
])
def test_shown(quantity: str, choices: tuple[Unit, ...], text: str) -> None:
    assert units.shown(D(quantity), choices) == text


@pytest.mark.parametrize(("text", "quantity", "unit"), [
    ("3箱5瓶", "41", "瓶"), ("3箱", "3", "箱"), ("2.5", "2.5", None), ("3 箱 5", "41", "瓶"), ("3箱5", "41", "瓶"),
    ("３箱５瓶", "41", "瓶"), ("\u30003\u3000箱\u30005 ", "41", "瓶"), ("-3箱5瓶", "-41", "瓶"), ("－3箱", "-3", "箱"),
    ("+2", "2", None), ("1大箱1箱1瓶", "61", "瓶"), ("1瓶1箱", "13", "瓶"), ("1,200瓶", "1200", "瓶"),
    ("0箱2瓶", "2", "瓶"), ("0", "0", None), ("2。5", "2.5", None),
])
def test_parsed(text: str, quantity: str, unit: str | None) -> None:
    found = units.parsed(text, DRINK)
    assert (found.quantity, found.unit and found.unit.name) == (D(quantity), unit)


def test_latin_units_are_read_in_either_case() -> None:
    assert units.parsed("3 KG", (Unit("kg", decimals=2),)) == (3, ("kg", 1, 1, 2))


@pytest.mark.parametrize("text", [
    "", " ", "箱", "箱3", "3打", "3箱5打", "3 5", "3箱5瓶6", "5瓶5", "3箱5箱", "3 5箱", "--3箱", "3箱-5瓶",
    "1.2.3箱", "3箱5瓶x", "٣箱",
    "3e2", "-", "NaN", "2.5箱", "2.5瓶", "0.00001", "99999999999999瓶", "9999999999箱9瓶",
])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        units.parsed(text, DRINK)


LETTERS = st.text(st.sampled_from("箱瓶袋组abc2"), min_size=1, max_size=3)


@given(QUANTITIES, st.lists(st.tuples(LETTERS, st.integers(1, 500), st.integers(1, 7)), min_size=1, max_size=4,
                            unique_by=lambda u: u[0]))
def test_what_is_shown_reads_back_as_the_same_quantity(quantity: D, made: list[tuple[str, int, int]]) -> None:
    choices = [Unit(name, D(factor) if i else D(1), D(per) if i else D(1), 0 if i else 4)
               for i, (name, factor, per) in enumerate(made)]
    found = units.parsed(units.shown(quantity, choices), choices)
    assert found.unit is not None
    assert units.in_base(found.quantity, found.unit) == quantity
