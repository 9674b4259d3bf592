"""What people type into fields, and how fields show what they hold. Text in, values out: no widgets."""

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import PLACES, Field, FieldType
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.arithmetic import calculate

LONGEST_QUANTITY = Decimal(10) ** 7  # eight digits are a bar code that went astray
NUMERIC = frozenset({*PLACES, FieldType.INTEGER})
_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_YES, _NO = {"1", "y", "yes", "true", "是", "√", "✓"}, {"", "0", "n", "no", "false", "否"}


class Misread(UserError):
    """Typed text that is no value of its field."""

    def __init__(self, message: str, **data: Any):
        self.message = message
        super().__init__(**data)


def read(field: Field, text: str, current: Any = None, today: dt.date | None = None) -> Any:
    """The value of `text` in `field`; None when it is empty. Raises Misread with what is wrong.

    `current` is what relative input ("+") starts from.
    """
    text = text.strip()
    if field.type is FieldType.FLAG:
        return _flag(field, text)
    if not text:
        return None
    value = _READERS.get(field.type, _text)(field, text, current, today or dt.date.today())
    if wrong := field.problem(value):
        raise Misread(wrong[0], **wrong[1])
    return value


def _text(field: Field, text: str, current: Any, today: dt.date) -> str:
    return text


def _number(field: Field, text: str, current: Any, today: dt.date) -> Decimal:
    try:
        value = calculate(text, PLACES[field.type])
    except values.BadNumber as error:
        raise _misread_number(field, error) from error
    if field.type is FieldType.QUANTITY and abs(value) >= LONGEST_QUANTITY:
        raise Misread(N_("{field} is too large"), field=field.title)
    return value


def _misread_number(field: Field, error: values.BadNumber) -> Misread:
    message = {"too_large": N_("{field} is too large"),
               "too_precise": N_("{field} has more than {places} decimals")}.get(
                   error.reason, N_("{field} must be a number"))
    return Misread(message, field=field.title, places=error.places)


def _percent(field: Field, text: str, current: Any, today: dt.date) -> Decimal:
    """13 and 13% are 0.13."""
    plain = unicodedata.normalize("NFKC", text).rstrip("% ")
    try:
        return calculate(plain, PLACES[field.type] - 2).scaleb(-2)
    except values.BadNumber as error:
        raise _misread_number(field, error) from error


def _discount(field: Field, text: str, current: Any, today: dt.date) -> Decimal:
    """What remains to be paid, in per cent: 95, 95%, 9.5折 are all 5 % off."""
    tenths = text.endswith("折")
    rest = _percent(field, text.rstrip("折"), current, today)
    return 1 - (rest * 10 if tenths and rest <= Decimal("0.1") else rest)


def _integer(field: Field, text: str, current: Any, today: dt.date) -> int:
    try:
        return int(calculate(text, 0))
    except values.BadNumber as error:
        raise Misread(N_("{field} must be a whole number"), field=field.title) from error


def _flag(field: Field, text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise Misread(N_("{field} must be yes or no"), field=field.title)
    return text.lower() in _YES


def _choice(field: Field, text: str, current: Any, today: dt.date) -> str:
    for stored, title in field.choices:
        if text.lower() in (stored.lower(), title.lower(), tr(title).lower()):
            return stored
    raise Misread(N_("{field}: {value} is not one of the choices"), field=field.title, value=text)


def _date(field: Field, text: str, current: Any, today: dt.date) -> dt.date:
    found = read_date(text, current, today)
    if found is None:
        raise Misread(N_("{field} must be a date"), field=field.title)
    return found


def read_date(text: str, current: dt.date | None, today: dt.date) -> dt.date | None:
    """A date from what people type; None if it is none.

    t today · + - a day on or back (+3 three) · [ ] a month · 15 this month's · 0611 and 6-11 this year's ·
    260105, 20260105, 2026-1-5 whole dates. Day and month count in the month and year of today.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = re.sub(r"\s*(周.|mon|tue|wed|thu|fri|sat|sun)$", "", text).rstrip("日")
    if text in ("t", "今天"):
        return today
    if step := re.fullmatch(r"([+-])(\d{0,4})", text):
        days = int(step[1] + (step[2] or "1"))
        return (current or today) + dt.timedelta(days=days)
    if text in ("[", "]"):
        return _month_on(current or today, 1 if text == "]" else -1)
    if text.isdigit():
        year, month, day = _split_digits(text, today)
    elif parts := re.fullmatch(r"(?:(\d{2}|\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})", text):
        year, month, day = int(parts[1] or today.year), int(parts[2]), int(parts[3])
    else:
        return None
    try:
        return dt.date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _split_digits(text: str, today: dt.date) -> tuple[int, int, int]:
    if len(text) <= 2:
        return today.year, today.month, int(text)
    if len(text) <= 4:
        return today.year, int(text[:-2]), int(text[-2:])
    if len(text) in (6, 8):
        return int(text[:-4]), int(text[-4:-2]), int(text[-2:])
    return 0, 0, 0


def _month_on(date: dt.date, step: int) -> dt.date:
    """The same day of the next month, or its last."""
    months = date.year * 12 + date.month - 1 + step
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


_READERS: dict[FieldType, Callable[[Field, str, Any, dt.date], Any]] = {
    FieldType.DATE: _date, FieldType.INTEGER: _integer, FieldType.CHOICE: _choice,
    FieldType.RATE: _percent, FieldType.DISCOUNT: _discount,
    **dict.fromkeys((FieldType.QUANTITY, FieldType.PRICE, FieldType.MONEY, FieldType.FACTOR), _number),
}


def written(field: Field, value: Any) -> str:
    """How `value` reads in a cell or a field; references are looked up elsewhere."""
    if value is None or value == "":
        return ""
    return _WRITERS.get(field.type, lambda field, value: str(value))(field, value)


def typed(field: Field, value: Any) -> str:
    """What the editor of a field starts with: no separators, all digits."""
    if isinstance(value, Decimal) and field.type not in (FieldType.RATE, FieldType.DISCOUNT):
        return values.plain(value)
    return written(field, value)


def long_date(date: dt.date) -> str:
    """2025-06-11 周三"""
    return f"{date.isoformat()} {tr(_WEEKDAYS[date.weekday()])}"


def price(value: Decimal) -> str:
    """At least two decimals, and all the digits there are."""
    return values.grouped(value, decimals(value))


def decimals(value: Decimal) -> int:
    """How many a price needs to be written: at least two."""
    return max(values.MONEY_PLACES, -int(Decimal(values.plain(value)).as_tuple().exponent))


def prices(given: Sequence[Decimal]) -> list[str]:
    """Prices that stand below each other: all with the decimals that the longest needs."""
    return [values.grouped(value, max(map(decimals, given))) for value in given]


_WRITERS: dict[FieldType, Callable[[Field, Any], str]] = {
    FieldType.DATE: lambda field, value: value.isoformat(),
    FieldType.QUANTITY: lambda field, value: values.grouped(value),
    FieldType.FACTOR: lambda field, value: values.grouped(value),
    FieldType.PRICE: lambda field, value: price(value),
    FieldType.MONEY: lambda field, value: values.grouped(value, values.MONEY_PLACES),
    FieldType.RATE: lambda field, value: f"{values.plain(value * 100)}%",
    FieldType.DISCOUNT: lambda field, value: f"{values.plain((1 - value) * 100)}%" if value else "",
    FieldType.INTEGER: lambda field, value: f"{value:,}",
    FieldType.FLAG: lambda field, value: "✓" if value else "",
    FieldType.CHOICE: lambda field, value: tr(dict(field.choices).get(value, value)),
}
