"""How wide columns are: pure arithmetic, so that no money column is ever cut."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Width:
    """One column's wishes. `stretch` takes the spare room, `yields` > 0 may vanish (highest first)."""

    key: str
    width: int
    minimum: int
    stretch: int = 0
    yields: int = 0


def fit(columns: Sequence[Width], room: int) -> dict[str, int]:
    """Width by key for `room` px; 0 means there was no room for it. Too much stays: then it scrolls."""
    kept = list(columns)
    while sum(_least(c) for c in kept) > room and any(c.yields for c in kept):
        kept.remove(max(kept, key=lambda c: c.yields))
    widths = {c.key: 0 for c in columns} | {c.key: c.width for c in kept}
    elastic = [c for c in kept if c.stretch]
    spare = room - sum(c.width for c in kept)
    while spare and elastic:
        parts = sum(c.stretch for c in elastic)
        clamped = [c for c in elastic if c.width + spare * c.stretch // parts < c.minimum]
        if not clamped:
            for c in elastic:
                widths[c.key] = c.width + spare * c.stretch // parts
            widths[elastic[-1].key] += room - sum(widths.values())  # the rounding
            break
        for c in clamped:
            widths[c.key] = c.minimum
            spare += c.width - c.minimum
            elastic.remove(c)
    return widths


def _least(column: Width) -> int:
    return column.minimum if column.stretch else column.width
