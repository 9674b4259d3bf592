"""Rows as a list keeps them for as long as it is open: all of a page share their names."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

_SHARED = frozenset({str, Decimal, dt.date, dt.datetime})
_MOST = 500  # values of a column that are remembered: one with more has little to share


class KeptRow(Mapping[str, Any]):
    """Reads like the dict it was made of, in a third of the room."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]):
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> Any:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return repr(dict(self))


class Keeper:
    """Makes the rows that a list keeps. What they say again in a column they share."""

    def __init__(self) -> None:
        self._said: defaultdict[str, dict[Any, Any]] = defaultdict(dict)

    def kept(self, rows: Sequence[Mapping[str, Any]]) -> list[KeptRow]:
        """The rows of one page."""
        made: list[KeptRow] = []
        places: dict[str, int] = {}
        for row in rows:
            if list(places) != list(row):
                places = {name: place for place, name in enumerate(row)}
            made.append(KeptRow(places, tuple(self._shared(*cell) for cell in row.items())))
        return made

    def _shared(self, name: str, value: Any) -> Any:
        if type(value) not in _SHARED:
            return value
        said = self._said[name]
        return said.setdefault(value, value) if len(said) < _MOST else said.get(value, value)
