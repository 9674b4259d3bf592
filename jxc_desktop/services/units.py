"""Quantities in units: exact ratios, whole packs, and 3箱5瓶 as people say and type it. Pure."""

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Generic, NamedTuple, Protocol, TypeVar

from jxc_desktop import values
from jxc_desktop.values import QUANTITY_PLACES, ZERO, BadNumber

STEP = Decimal("0.0001")


class Unit(Protocol):
    """A unit of an item: `per` of it are `factor` base units (catalog.UnitChoice)."""

    @property
    def name(self) -> str: ...
    @property
    def factor(self) -> Decimal: ...
    @property
    def per(self) -> Decimal: ...
    @property
    def decimals(self) -> int: ...


U = TypeVar("U", bound=Unit)


class Rounding(StrEnum):
    HALF_UP = "half_up"  # half away from zero
    UP = "up"  # away from zero
    DOWN = "down"
    CEILING = "ceiling"
    FLOOR = "floor"


def _away(whole: Callable[[Fraction], int]) -> Callable[[Fraction], int]:
    return lambda x: whole(x) if x >= 0 else -whole(-x)


_WHOLE: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.HALF_UP: _away(lambda x: math.floor(x + Fraction(1, 2))), Rounding.UP: _away(math.ceil),
    Rounding.DOWN: math.trunc, Rounding.CEILING: math.ceil, Rounding.FLOOR: math.floor}


def to_multiple(value: Decimal | Fraction, step: Decimal, mode: str = Rounding.HALF_UP) -> Decimal:
    """The multiple of `step` (above zero) that `value` is rounded to; an exact multiple stays what it is."""
    return values.product(Decimal(_WHOLE[Rounding(mode)](Fraction(value) / Fraction(step))), step)


def convert(quantity: Decimal, factor_from: Decimal, per_from: Decimal, factor_to: Decimal, per_to: Decimal,
            step: Decimal = STEP, mode: str = Rounding.HALF_UP) -> Decimal:
    """`quantity` of one unit in another, rounded once, to a multiple of `step`."""
    exact = Fraction(quantity) * _ratio(factor_from, per_from) / _ratio(factor_to, per_to)
    return to_multiple(exact, step, mode)


def _ratio(factor: Decimal, per: Decimal) -> Fraction:
    return Fraction(factor) / Fraction(per)


def in_base(quantity: Decimal, unit: Unit) -> Decimal:
    """Base units in so many of `unit`, with the four decimals that are kept."""
    return values.divide(values.product(quantity, unit.factor), unit.per, values.QUANTITY_PLACES)


def in_packs(quantity_base: Decimal, unit: Unit) -> Decimal:
    """So many of `unit` that at least `quantity_base` is in them: whole ones where it has no decimals."""
    return to_multiple(Fraction(quantity_base) / _ratio(unit.factor, unit.per), Decimal(1).scaleb(-unit.decimals),
                       Rounding.UP)


def pack_breakdown(quantity: Decimal, units: Sequence[U]) -> tuple[tuple[tuple[U, Decimal], ...], Decimal]:
    """Whole packs, the largest first, as many as fit; and the base units that fill no pack any more.

    Three packs of 3.3333 are 10: what was entered as packs is packs again.
    """
    sign, rest = (-1 if quantity < 0 else 1), abs(quantity)
    packs = []
    for unit in sorted(units, key=lambda u: _ratio(u.factor, u.per), reverse=True):
        ratio = _ratio(unit.factor, unit.per)
        count = Decimal(math.floor(Fraction(rest) / ratio))
        if ratio > 1 and in_base(count + 1, unit) <= rest:
            count += 1
        if count:
            packs.append((unit, sign * count))
            rest -= min(in_base(count, unit), rest)
    return tuple(packs), sign * rest if rest else ZERO


def shown(quantity_base: Decimal, units: Sequence[U]) -> str:
    """3箱5瓶 for 41 base units, exactly; `units` begin with the base unit."""
    base, *others = units
    packs, rest = pack_breakdown(quantity_base, [u for u in others if _ratio(u.factor, u.per) > 1])
    parts = [(abs(count), unit.name) for unit, count in packs]
    if rest or not parts:
        parts.append((abs(rest), base.name))
    text = "-" if quantity_base < 0 else ""
    for count, name in parts:  # a blank keeps the digits of a name from those of a number
        text += (" " if text[-1:].isdigit() else "") + values.plain(count) + (" " if _NUMBER.match(name) else "") + name
    return text


def packed(quantity_base: Decimal, units: Sequence[U]) -> str:
    """As `shown`, where that says more than the number of base units; else nothing."""
    text = shown(quantity_base, units) if len(units) > 1 else ""
    return "" if text.removesuffix(units[0].name).strip() == values.plain(quantity_base) else text


class Typed(NamedTuple, Generic[U]):
    """What was typed: so many of `unit`; None where none was named. Several packs are one sum of base units."""

    quantity: Decimal
    unit: U | None


_MINUS = ("-", "−", "－")  # what input methods make of it
_SIGN = re.compile(r"\s*([-+−－＋]?)\s*")
_NUMBER = re.compile(r"[\d.．。,，]+")


def parsed(text: str, units: Sequence[U]) -> Typed[U]:
    """Read 3箱5瓶, 3箱, 3 箱 5, 2.5; `units` begin with the base unit. Raises BadNumber.

    A number without a unit stands by itself, or last: then it counts base units.
    """
    found = _SIGN.match(text)
    assert found is not None
    parts = _parts(text, found.end(), units)
    sign = -1 if found[1] in _MINUS else 1
    named = [unit for _, unit in parts if unit is not None]
    if not parts or len({id(u) for u in named}) < len(named):
        raise BadNumber("not_a_number", text)
    if len(parts) == 1:
        return Typed(values.exact(sign * parts[0][0], QUANTITY_PLACES), parts[0][1])
    if any(unit is None for _, unit in parts[:-1]) or (parts[-1][1] is None and units[0] in named):
        raise BadNumber("not_a_number", text)
    whole = sum((in_base(number, unit or units[0]) for number, unit in parts), ZERO)
    return Typed(values.exact(sign * whole, QUANTITY_PLACES), units[0])


def _parts(text: str, at: int, units: Sequence[U]) -> list[tuple[Decimal, U | None]]:
    """Numbers with the units behind them."""
    parts: list[tuple[Decimal, U | None]] = []
    text = text.rstrip()
    while at < len(text):
        number = _NUMBER.match(text, at)
        if number is None:
            raise BadNumber("not_a_number", text)
        at = _skip(text, number.end())
        unit = _unit_at(text, at, units)
        if unit is None and at < len(text):
            raise BadNumber("unknown_unit", text)
        places = QUANTITY_PLACES if unit is None else min(unit.decimals, QUANTITY_PLACES)
        parts.append((values.exact(number[0], places), unit))
        at = _skip(text, at + len(unit.name) if unit else at)
    return parts


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _unit_at(text: str, at: int, units: Sequence[U]) -> U | None:
    """The unit whose name stands here; the longest of several."""
    here = [u for u in units if u.name and text[at:at + len(u.name)].casefold() == u.name.casefold()]
    return max(here, key=lambda u: len(u.name), default=None)
