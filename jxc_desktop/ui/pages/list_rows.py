"""Rows as a list keeps them for as long as it is open: all of a page share their names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


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


def kept(rows: Sequence[Mapping[str, Any]]) -> list[KeptRow]:
    """The rows of one page."""
    made: list[KeptRow] = []
    places: dict[str, int] = {}
    for row in rows:
        if list(places) != list(row):
            places = {name: place for place, name in enumerate(row)}
        made.append(KeptRow(places, tuple(row.values())))
    return made
