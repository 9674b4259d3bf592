"""What all the demo's people share: the desk, the shelves, the calendar and one source of chance."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from jxc_desktop.services.demo.desk import Desk
from jxc_desktop.services.demo.firm import Firm, Good, Person, month_index
from jxc_desktop.services.demo.shelves import Shelves
from jxc_desktop.services.demo.workdays import Agenda

T = TypeVar("T")


@dataclass(frozen=True)
class Note:
    """A posted delivery or receipt that something may still happen to."""

    id: int
    day: dt.date
    warehouse: int
    order: int | None = None  # that it came from


@dataclass
class Business:
    """One company over its year."""

    desk: Desk
    firm: Firm
    rng: Random
    first: dt.date
    agenda: Agenda
    shelves: Shelves = field(default_factory=Shelves)
    sold: list[Note] = field(default_factory=list)
    received: list[Note] = field(default_factory=list)

    @property
    def goods(self) -> dict[int, Good]:
        return self.firm.goods

    def who(self, *roles: str) -> Person:
        return self.rng.choice([person for role in roles for person in self.firm.staff[role]])

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def month(self, day: dt.date) -> int:
        return month_index(self.first, day)

    def sample(self, given: Sequence[T], most: int) -> list[T]:
        return self.rng.sample(given, min(len(given), self.rng.randint(1, most)))

    def at_hand(self, notes: list[Note], day: dt.date, *, direct: bool = False) -> list[Note]:
        """The notes of the last month that something may still happen to."""
        return [n for n in notes[-40:] if not (direct and n.order) and (day - n.day).days <= 30]

    def recent(self, notes: list[Note], day: dt.date, *, direct: bool = False) -> Note | None:
        """Take one of them; each is taken once, so that nobody stands in another's way."""
        if not (found := self.at_hand(notes, day, direct=direct)):
            return None
        note = self.rng.choice(found)
        notes.remove(note)
        return note
