"""One cell of a foreign table as a value of ours: exact, or refused with the reason."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.services.exchange.headers import Cell
from jxc_desktop.services.exchange.kinds import NUMBERS, PLACES, Kind
from jxc_desktop.values import BadNumber, exact, plain

Value = str | int | Decimal | date | datetime | bool | None

FIRST_YEAR, LAST_YEAR = 1990, 2100
_EPOCH = datetime(1899, 12, 30)
_SERIALS = range((datetime(FIRST_YEAR, 1, 1) - _EPOCH).days, (datetime(LAST_YEAR + 1, 1, 1) - _EPOCH).days)
_EXCEL_DIGITS = Decimal(10) ** 15

# Full-width characters as typed with a Chinese keyboard; wider folding would turn 5² into 52.
_FOLDED = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
                        | dict.fromkeys("\u3000\xa0\u2009\u202f", " ") | {"￥": "¥", "−": "-", "。": "."})
_NOTHING = re.compile(r"[-—–/\\]*")
_CURRENCY = re.compile(r"^([-+(]*)\s*(?:[¥$€£]|CNY|RMB)\s*|\s*(?:元|CNY|RMB)(?=\)?$)", re.IGNORECASE)
_GROUPED_BY_BLANKS = re.compile(r"[+-]?\d{1,3}( \d{3})+(\.\d*)?", re.ASCII)
_SHORTENED = re.compile(r"\d(\.\d+)?[Ee]\+\d+")
_TIME = r"(?:[ T]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
_WEEKDAY = re.compile(r"\s*[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?\s*", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")

_YES = frozenset(("是", "有", "真", "对", "启用", "yes", "y", "true", "t", "1", "√", "✓", "✔"))
_NO = frozenset(("否", "无", "假", "错", "停用", "no", "n", "false", "f", "0", "×", "x", "✗"))

_NUMBER_REASONS = {
    "not_a_number": N_("{text} is not a number"),
    "too_large": N_("{text} is too large"),
    "too_precise": N_("{text} has more than {places} decimals"),
}


class BadCell(UserError):
    """A cell that cannot be taken over; the text says why."""

    def __init__(self, message: str, cell: Cell = None, **data: object):
        self.message = message
        super().__init__(text=_shown(cell), **data)


def convert(cell: Cell, kind: Kind, day_first: bool | None = None) -> Value:
    """The cell as a value of `kind`, None for an empty one; raises BadCell.

    `day_first` answers for the whole column whether 01/02/2016 is the 1st of February; without it such a date is
    refused.
    """
    if isinstance(cell, str):
        cell = cell.strip() or None
    if cell is None:
        return None
    if kind in (Kind.DATE, Kind.DATETIME):
        return _date(cell, kind, day_first)
    return _CONVERTERS[kind](cell)


def is_ambiguous(cell: Cell) -> bool:
    """Whether it takes `day_first` to read this date."""
    found = _YEAR_LAST.fullmatch(_normal(cell)) if isinstance(cell, str) else None
    return found is not None and max(int(found[1]), int(found[2])) <= 12 and found[1] != found[2]


def _shown(cell: Cell) -> str:
    text = plain(cell) if isinstance(cell, Decimal) and cell.is_finite() else str(cell)
    return text if len(text) <= 40 else text[:39] + "…"


def _normal(text: str) -> str:
    return text.translate(_FOLDED).strip()


# Text

def _text(cell: Cell) -> str | None:
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    text = str(cell)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadCell(N_("{text} holds characters that cannot be stored"), cell)
    return text


def _code(cell: Cell) -> str | None:
    """A code as it was typed: full-width characters stay, 1111.0 becomes 1111, an apostrophe before digits goes."""
    if isinstance(cell, Decimal) and abs(cell) >= _EXCEL_DIGITS:
        raise BadCell(N_("{text} was kept as a number and may have lost digits; make the column text in Excel"), cell)
    if isinstance(cell, date | bool):
        raise BadCell(N_("{text} is no code; Excel turned it into something else, make the column text"), cell)
    text = _text(cell)
    if text and _SHORTENED.fullmatch(text):
        raise BadCell(N_("{text} is a number that Excel shortened; make the column text and save again"), cell)
    return re.sub(r"^['’](?=\d)", "", text) if text else None


# Numbers

def _number(cell: Cell, kind: Kind) -> Decimal | None:
    if isinstance(cell, bool | date):
        raise BadCell(_NUMBER_REASONS["not_a_number"], cell)
    if isinstance(cell, str):
        cell = _normal(cell)
        if _NOTHING.fullmatch(cell):
            return None
        cell = _unwrapped(cell)
        if not cell.isascii():
            raise BadCell(_NUMBER_REASONS["not_a_number"], cell)
    try:
        return exact(cell, PLACES[kind])
    except BadNumber as error:
        raise BadCell(_NUMBER_REASONS[error.reason], cell, places=error.places) from error


def _unwrapped(text: str) -> str:
    """Without currency, blanks between groups of three, or accounting brackets."""
    text = _CURRENCY.sub(r"\1", text)
    if text.startswith("(") and text.endswith(")") and text[1:2].isdigit():
        text = "-" + text[1:-1].strip()
    return text.replace(" ", "") if _GROUPED_BY_BLANKS.fullmatch(text) else text


def _rate(cell: Cell) -> Decimal | None:
    """A fraction: 13%, 0.13, and 13 because no rate here exceeds 1; 1 alone may mean either."""
    if isinstance(cell, str) and _normal(cell).endswith("%"):
        percent = _number(_normal(cell)[:-1], Kind.RATE)
        return None if percent is None else _fraction(percent, cell)
    value = _number(cell, Kind.RATE)
    if value == 1:
        raise BadCell(N_("{text} may mean 1% or 100%; please write the percent sign"), cell)
    return value if value is None or abs(value) < 1 else _fraction(value, cell)


def _fraction(percent: Decimal, cell: Cell) -> Decimal:
    try:
        return exact(percent.scaleb(-2), PLACES[Kind.RATE])
    except BadNumber as error:
        raise BadCell(_NUMBER_REASONS[error.reason], cell, places=error.places - 2) from error


def _int(cell: Cell) -> int | None:
    value = _number(cell, Kind.INT)
    return None if value is None else int(value)


def _bool(cell: Cell) -> bool:
    text = _normal(_shown(cell)).lower()
    if text not in _YES | _NO:
        raise BadCell(N_("{text} is neither yes nor no"), cell)
    return text in _YES


# Dates

def _date(cell: Cell, kind: Kind, day_first: bool | None) -> date | None:
    if isinstance(cell, str) and _NOTHING.fullmatch(cell):
        return None
    moment = _moment(cell, day_first)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadCell(N_("{text} is outside the years {first} to {last}"), cell, first=FIRST_YEAR, last=LAST_YEAR)
    return moment if kind == Kind.DATETIME else moment.date()


def _moment(cell: Cell, day_first: bool | None) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, Decimal) and cell.is_finite() and int(cell) in _SERIALS:
        return _EPOCH + timedelta(seconds=int((cell * 86_400).to_integral_value()))
    text = _WEEKDAY.sub(" ", _normal(_shown(cell))).strip()
    if text.isdecimal() and int(text) in _SERIALS:
        return _EPOCH + timedelta(days=int(text))
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _calendar(cell, found.groups())
    if found := _YEAR_LAST.fullmatch(text):
        return _calendar(cell, (found[3], *_month_and_day(cell, found, day_first), *found.groups()[3:]))
    raise BadCell(N_("{text} is not a date"), cell)


def _month_and_day(cell: Cell, found: re.Match[str], day_first: bool | None) -> tuple[str, str]:
    first, second = found[1], found[2]
    if is_ambiguous(cell) and day_first is None:
        raise BadCell(N_("{text}: please say whether the day or the month comes first"), cell)
    if day_first is None:
        day_first = int(first) > 12
    return (second, first) if day_first else (first, second)


def _calendar(cell: Cell, parts: tuple[str | None, ...]) -> datetime:
    try:
        return datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]
    except ValueError as error:
        raise BadCell(N_("{text} is not in the calendar"), cell) from error


def _converter(kind: Kind) -> Callable[[Cell], Value]:
    return lambda cell: _number(cell, kind)


_CONVERTERS: dict[Kind, Callable[[Cell], Value]] = {kind: _converter(kind) for kind in NUMBERS} | {
    Kind.TEXT: _text, Kind.CODE: _code, Kind.RATE: _rate, Kind.INT: _int, Kind.BOOL: _bool}
