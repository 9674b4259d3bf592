"""Cells as a worksheet's file keeps them, each value of a column worded once however many rows have it.

XlsxWriter makes an object of every cell and looks at all of its properties again; that is most of what an export takes.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from jxc_desktop.i18n import tr
from jxc_desktop.services.exchange.kinds import NUMBERS, Kind
from jxc_desktop.values import plain

MAX_TEXT = 32_767  # in UTF-16, as a spreadsheet counts
_KEPT = 1000  # values of a column of which the wording is remembered
_DIGITS = 15  # what a spreadsheet keeps of a number
_FEWEST_PLACES = {Kind.MONEY: 2, Kind.PRICE: 2}
_DAY_ZERO = date(1899, 12, 30)
_FIRST_DATE = date(1900, 3, 1)  # before it the calendars of spreadsheets differ
_DAY = 86_400  # seconds
# What XML cannot hold stands as _xHHHH_, and so does the beginning of what would be read as that.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class TextTooLong(Exception):
    """More than a cell holds."""


class ColumnCells:
    """The cells of the column `letter` in one look; `width` grows to what they need, in characters.

    `style` gives the number of a format: of a number pattern and an alignment, "" for neither.
    """

    def __init__(self, letter: str, kind: Kind, style: Callable[[str, str], int]):
        self.letter, self._kind, self._style, self.width = letter, kind, cache(style), 0
        self.cell: Callable[[Any], str] = lru_cache(_KEPT, typed=True)(self._cell)

    def _cell(self, value: Any) -> str:
        """All of a cell but where it stands: ` s="3"><v>12.5</v></c>`."""
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and self._kind in NUMBERS:
            figure = as_text(value)
            if figure[-1].isdigit() and len(figure.replace(".", "").strip("-0")) <= _DIGITS:
                return self._number(figure)
        elif isinstance(value, date) and _day(value) >= _FIRST_DATE:
            return self._date(value)
        return self._text(as_text(value))

    def _number(self, figure: str) -> str:
        """The very digits: a format shows as many decimals as the figure has."""
        whole, _, decimals = figure.partition(".")
        rate = self._kind == Kind.RATE
        places = max(len(decimals) - 2 * rate, _FEWEST_PLACES.get(self._kind, 0))
        pattern = ("0" if rate or self._kind == Kind.INT else "#,##0") + ("." + "0" * places if places else "")
        self._need(len(whole) * 4 // 3 + places + (5 if rate else 2))
        return f' s="{self._style(pattern + "%" * rate, "")}"><v>{figure}</v></c>'

    def _date(self, value: date) -> str:
        days = (_day(value) - _DAY_ZERO).days
        if not isinstance(value, datetime):
            self._need(11)
            return f' s="{self._style("yyyy-mm-dd", "")}"><v>{days}</v></c>'
        local = value.astimezone() if value.tzinfo else value
        days = (_day(local) - _DAY_ZERO).days
        moment = days + (local.hour * 3600 + local.minute * 60 + local.second) / _DAY
        self._need(20)
        return f' s="{self._style("yyyy-mm-dd hh:mm:ss", "")}"><v>{moment:.16G}</v></c>'

    def _text(self, text: str) -> str:
        style = self._style("", "right" if self._kind in NUMBERS else "")
        if not text:
            return f' s="{style}"/>'
        if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT:
            raise TextTooLong
        self._need(max(map(display_width, text.splitlines()), default=0))
        said = _SPECIAL.sub(_escaped, text)
        space = ' xml:space="preserve"' if said != said.strip() else ""
        return f' s="{style}" t="inlineStr"><is><t{space}>{said}</t></is></c>'

    def _need(self, width: int) -> None:
        self.width = max(self.width, width)


def as_text(value: Any) -> str:
    """A value as text that reads back as the same value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, Decimal):
        return plain(value) if value.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def display_width(text: str) -> int:
    """Width in half-width characters: Chinese ones take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _escaped(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
