"""How long work reports and stops."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
_EVERY = 500


class Progress(Protocol):
    def step(self, done: int, total: int) -> None:
        """Report; raises Cancelled when the user wants to stop."""


def watched(items: Iterable[Item], progress: Progress | None, total: int) -> Iterator[Item]:
    """The items, reported on the way; `total` may be a guess."""
    for done, item in enumerate(items):
        if progress and done % _EVERY == 0:
            progress.step(done, max(done, total))
        yield item
