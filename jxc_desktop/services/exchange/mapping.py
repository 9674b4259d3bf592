"""Which column of a foreign table feeds which field of ours, suggested from titles and content."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jxc_desktop.services.exchange.cells import BadCell, Value, convert, is_ambiguous
from jxc_desktop.services.exchange.headers import Cell
from jxc_desktop.services.exchange.kinds import NUMBERS, Kind

__all__ = ["BadCell", "Kind", "Target", "Value", "convert", "is_ambiguous", "suggest"]

_ENOUGH = 0.6
_SAMPLE = 50
_DATES = frozenset((Kind.DATE, Kind.DATETIME))


@dataclass(frozen=True)
class Target:
    """A field that a column may feed; `synonyms` are other titles it goes by, in any language."""

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    required: bool = False


def suggest(headers: Sequence[str], targets: Sequence[Target],
            sample_rows: Sequence[Sequence[Cell]] = ()) -> dict[str, tuple[int, float]]:
    """Column index and confidence (0 to 1) by target key; no column and no target is used twice."""
    scores = [(_score(title, target) * _fit(sample_rows, column, target.kind), -place, -column)
              for place, target in enumerate(targets) for column, title in enumerate(headers)]
    chosen: dict[str, tuple[int, float]] = {}
    used: set[int] = set()
    for score, place, column in sorted(scores, reverse=True):
        target = targets[-place]
        if score >= _ENOUGH and target.key not in chosen and -column not in used:
            chosen[target.key] = -column, round(score, 2)
            used.add(-column)
    return chosen | _only_date(targets, chosen, len(headers), used, sample_rows)


def _score(title: str, target: Target) -> float:
    """How well a title names the target: the same words 1, inside each other or similar less."""
    plain = _plain(title)
    return max((_likeness(plain, _plain(name)) for name in (target.title, *target.synonyms, target.key)), default=0)


def _likeness(title: str, name: str) -> float:
    from rapidfuzz.fuzz import ratio

    if not title or not name:
        return 0
    if title == name:
        return 1
    shorter, longer = sorted((title, name), key=len)
    inside = 0.6 + 0.35 * len(shorter) / len(longer) if shorter in longer and len(shorter) > 1 else 0
    similar = ratio(title, name) / 100 * 0.95
    return max(inside, similar if similar >= 0.8 else 0)


def _plain(title: str) -> str:
    """Without case, brackets, blanks and marks: 单价(元) and Unit_Price become 单价 and unitprice."""
    text = unicodedata.normalize("NFKC", title).casefold()
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", text) or text
    return re.sub(r"[\W_]+", "", text)


def _fit(rows: Sequence[Sequence[Cell]], column: int, kind: Kind) -> float:
    """1 when the column's content can be of this kind, down to 0.5 when none of it can."""
    cells = _filled(rows, column)
    if not cells or kind not in NUMBERS | _DATES:
        return 1
    return 0.5 + 0.5 * sum(_converts(cell, kind) for cell in cells) / len(cells)


def _filled(rows: Sequence[Sequence[Cell]], column: int) -> list[Cell]:
    return [row[column] for row in rows[:_SAMPLE] if column < len(row) and row[column] is not None]


def _converts(cell: Cell, kind: Kind) -> bool:
    try:
        convert(cell, kind, day_first=True if is_ambiguous(cell) else None)
    except BadCell:
        return False
    return True


def _only_date(targets: Sequence[Target], chosen: Mapping[str, object], width: int, used: set[int],
               rows: Sequence[Sequence[Cell]]) -> dict[str, tuple[int, float]]:
    """A date target without a title of its own takes the only free column that holds nothing but dates."""
    missing = [target for target in targets if target.kind in _DATES and target.key not in chosen]
    dates = [column for column in range(width) if column not in used and (cells := _filled(rows, column))
             and all(not _converts(cell, Kind.QUANTITY) and _converts(cell, Kind.DATE) for cell in cells)]
    return {missing[0].key: (dates[0], 0.5)} if len(missing) == len(dates) == 1 else {}
