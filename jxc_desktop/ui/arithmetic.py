"""Sums typed into number fields: 12*6+3, (40-2)*24, 5- for minus five. Exact fractions, rounded once at the end."""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from jxc_desktop.values import BadNumber, exact

_TOKEN = re.compile(r"\s*(\d[\d,]*(?:\.\d*)?|\.\d+|[-+*/()])")
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "。": "."})
_LONGEST = 80


def calculate(text: str, places: int) -> Decimal:
    """The value of a number or a sum with at most `places` decimals; BadNumber if it is neither.

    A plain number that is too precise is refused; the result of a sum is rounded half-up.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip().removeprefix("=")
    if plain.endswith("-"):
        plain = f"-({plain[:-1]})"
    if not re.search(r"[-+*/()]", plain.removeprefix("-")):
        return exact(plain, places)
    if len(plain) > _LONGEST:
        raise BadNumber("too_large", text, places)
    result = _Sum(text, _tokens(plain, text)).value()
    scaled = abs(result) * 10**places
    rounded = Decimal(int(scaled + Fraction(1, 2))).scaleb(-places)
    return exact(-rounded if result < 0 else rounded, places)


def _tokens(plain: str, given: str) -> list[str]:
    tokens, at = [], 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if not found:
            raise BadNumber("not_a_number", given)
        tokens.append(found.group(1))
        at = found.end()
    return tokens


class _Sum:
    """Reads tokens from the left: sums of products of factors."""

    def __init__(self, given: str, tokens: list[str]):
        self._given, self._tokens = given, tokens[::-1]

    def value(self) -> Fraction:
        result = self._sum()
        if self._tokens:
            raise BadNumber("not_a_number", self._given)
        return result

    def _next(self, *wanted: str) -> str:
        return self._tokens.pop() if self._tokens and self._tokens[-1] in wanted else ""

    def _sum(self) -> Fraction:
        result = self._product()
        while sign := self._next("+", "-"):
            result += self._product() if sign == "+" else -self._product()
        return result

    def _product(self) -> Fraction:
        result = self._factor()
        while sign := self._next("*", "/"):
            factor = self._factor()
            if sign == "/" and not factor:
                raise BadNumber("not_a_number", self._given)
            result = result * factor if sign == "*" else result / factor
        return result

    def _factor(self) -> Fraction:
        if sign := self._next("+", "-"):
            return self._factor() if sign == "+" else -self._factor()
        if self._next("("):
            inner = self._sum()
            if not self._next(")"):
                raise BadNumber("not_a_number", self._given)
            return inner
        if not self._tokens or self._tokens[-1] in "+-*/()":
            raise BadNumber("not_a_number", self._given)
        return Fraction(self._tokens.pop().replace(",", ""))
