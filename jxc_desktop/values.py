"""The one door for numbers: parsing what people type, rounding, scaling and sharing.

Quantities have 4 decimals, prices 8, unit costs 6, money 2. Rounding is half-up (half away from zero).
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce

QUANTITY_PLACES = 4
PRICE_PLACES = 8
COST_PLACES = 6
MONEY_PLACES = 2
RATE_PLACES = 4
FACTOR_PLACES = 8

ZERO = Decimal(0)
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_STEP = {places: Decimal(1).scaleb(-places) for places in range(9)}
# What fits a signed 64-bit integer at each scale, with room to add up millions of rows.
_LARGEST = 10**15
_LIMIT = {places: Decimal(_LARGEST).scaleb(-places) for places in range(9)}
# What a Chinese input method leaves of digits and signs; nothing else is folded (5² is no 52).
_HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: " ", ord("。"): "."}
_PLAIN = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?")


class BadNumber(ValueError):
    """Text or value that is no exact decimal number; `reason` is not_a_number, too_large or too_precise."""

    def __init__(self, reason: str, given: object, places: int = 0):
        super().__init__(f"{reason}: {given!r}")
        self.reason, self.given, self.places = reason, given, places


def round_to(value: Decimal, places: int) -> Decimal:
    """`value` rounded half-up to `places` decimals; never -0."""
    rounded = value.quantize(_STEP[places], context=_EXACT)
    return rounded if rounded else rounded.copy_abs()


def money(value: Decimal) -> Decimal:
    return round_to(value, MONEY_PLACES)


def quantity(value: Decimal) -> Decimal:
    return round_to(value, QUANTITY_PLACES)


def product(*factors: Decimal) -> Decimal:
    """The exact product, however many digits it has."""
    return reduce(_EXACT.multiply, factors)


def divide(dividend: Decimal, divisor: Decimal, places: int) -> Decimal:
    """Exact quotient rounded once, half-up."""
    return round_to(_EXACT.divide(dividend, divisor), places)


def share_of(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """round2(value * part / whole); all of `value` when part is the whole."""
    if part == whole:
        return value
    return money(_EXACT.divide(_EXACT.multiply(value, part), whole))


def exact(given: object, places: int) -> Decimal:
    """A Decimal with at most `places` decimals from a Decimal, an int or text.

    Full-width digits, thousands separators and outer blanks are read; floats, NaN, infinities, exponents
    and digits of other scripts are not. Raises BadNumber.
    """
    if isinstance(given, bool | float):
        raise BadNumber("not_a_number", given)
    if isinstance(given, int):
        given = Decimal(given)
    if isinstance(given, str):
        given = _from_text(given)
    if not isinstance(given, Decimal) or not given.is_finite():
        raise BadNumber("not_a_number", given)
    if abs(given) >= _LIMIT[places]:
        raise BadNumber("too_large", given, places)
    rounded = round_to(given, places)
    if rounded != given:
        raise BadNumber("too_precise", given, places)
    return rounded


def _from_text(text: str) -> Decimal:
    plain = text.translate(_HALF_WIDTH).strip()
    if not plain.isascii() or not any(c.isdigit() for c in plain) or not _PLAIN.fullmatch(plain):
        raise BadNumber("not_a_number", text)
    if len(plain) > 40:
        raise BadNumber("too_large", text)
    return Decimal(plain.replace(",", ""))


def scaled(value: Decimal, places: int) -> int:
    """The integer that the database stores for `value`; BadNumber if it would lose a digit."""
    if isinstance(value, Decimal) and value.is_finite():  # each figure of each row comes here
        shifted = value.scaleb(places, context=_EXACT)
        if (number := int(shifted)) == shifted and -_LARGEST < number < _LARGEST:
            return number
    return int(exact(value, places).scaleb(places, context=_EXACT))


def unscaled(value: int, places: int) -> Decimal:
    return Decimal(value).scaleb(-places, context=_EXACT)


def spread(amount: Decimal, bases: Sequence[Decimal]) -> list[Decimal]:
    """`amount` over `bases` in proportion, each share rounded; the last line with a basis takes the rest.

    Raises BadNumber("no_basis") when all bases are zero.
    """
    total = sum(bases, ZERO)
    if not total:
        raise BadNumber("no_basis", amount)
    shares = [share_of(amount, basis, total) if basis else ZERO for basis in bases]
    last = max(i for i, basis in enumerate(bases) if basis)
    shares[last] += amount - sum(shares, ZERO)
    return shares


def split_tax(amount: Decimal, rate: Decimal, *, included: bool) -> tuple[Decimal, Decimal]:
    """(net, tax) of a line amount that contains the tax or not; net + tax is the gross to the cent.

    With the tax included: net = round(gross / (1 + rate)), tax = gross - net. `rate` is a fraction (0.13).
    """
    if included:
        net = divide(amount, 1 + rate, MONEY_PLACES)
        return net, amount - net
    return amount, money(amount * rate)


def plain(value: Decimal) -> str:
    """Shortest exact text without exponent or trailing zeros: 12.5, 100, 0.0001."""
    text = f"{value if value else ZERO:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Decimal, places: int | None = None) -> str:
    """Text for people: thousands separators; `places` fixed decimals, or none trailing when None."""
    return f"{Decimal(plain(value)):,f}" if places is None else f"{round_to(value, places):,.{places}f}"
