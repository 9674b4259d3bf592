"""Which row of a table names its columns."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from jxc_desktop.values import plain

Cell = str | Decimal | date | datetime | bool | None
Row = tuple[int, Sequence[Cell]]

_LOOK = 60  # rows looked at
_FORM = 6  # rows between the address lines of a printed form and its titles
_LONGEST = 60  # characters of a column title
_DATA = re.compile(r"\s*[￥¥$€(+-]*\s*\d[\d,.\s]*[%)+元]?\s*|\d{4}\s*[-/.年]\s*\d{1,2}.*|\d{1,2}:\d{2}.*")


def find(rows: Sequence[Row]) -> int | None:
    """The place in `rows` of the column titles: the first wide row, if it is made of short distinct words.

    On a printed form an address line may look like titles; the titles proper are much wider and follow soon.
    """
    sample = [cells for _, cells in rows[:_LOOK]]
    widest = max(map(_filled, sample), default=0)
    enough = max(min(2, widest), 0.6 * _usual_width(sample))
    found = None
    for place, cells in enumerate(sample):
        if found is not None and place > found + _FORM:
            break
        if _filled(cells) >= enough:
            if not _is_title_row(cells):
                break
            if found is None or _filled(cells) >= 1.5 * _filled(sample[found]):
                found = place
    return found


def _usual_width(sample: Sequence[Sequence[Cell]]) -> int:
    """How many filled cells the rows have mostly; the wider number when two are about as common."""
    widths = Counter(_filled(cells) for cells in sample)
    common = widths.most_common(1)[0][1] if widths else 0
    return max((width for width, times in widths.items() if times * 2 > common), default=0)


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in cells)


def _is_title_row(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    titles = [cell for cell in filled if isinstance(cell, str) and _is_title(cell)]
    return len(titles) >= 0.7 * len(filled) and len(set(titles)) >= 0.5 * len(titles)


def _is_title(text: str) -> bool:
    return len(text) <= _LONGEST and any(map(str.isalpha, text)) and not _DATA.fullmatch(text)


def names(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The titles as text, line breaks and runs of blanks as one blank."""
    return tuple(" ".join(_text(cell).split()) for cell in cells)


def letters(width: int) -> tuple[str, ...]:
    """A, B … AA: names for columns without a title."""
    return tuple(map(_letters, range(width)))


def _letters(place: int) -> str:
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return plain(cell) if isinstance(cell, Decimal) else str(cell)
