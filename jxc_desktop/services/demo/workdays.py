"""When the demo company is open, and how much its customers want when."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from itertools import count

DAY = dt.timedelta(days=1)
SPRING_FESTIVAL = {2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
                   2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8)}
HOLIDAYS = {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}
SEASONS = {  # demand by month, January first
    "flat": (1.1, 0.8, 1, 1, 1, 1, 1, 1, 1.1, 1, 1, 1.2),
    "summer": (0.6, 0.5, 0.7, 0.9, 1.3, 1.7, 1.9, 1.8, 1.3, 0.9, 0.6, 0.6),
    "winter": (2.0, 1.3, 0.7, 0.4, 0.3, 0.2, 0.2, 0.3, 0.6, 1.1, 1.9, 2.2),
    "festival": (2.0, 1.2, 0.7, 0.7, 0.9, 0.8, 0.8, 0.9, 1.5, 0.9, 0.9, 1.4),
    "school": (0.6, 1.5, 1.5, 0.9, 0.9, 1.0, 0.5, 1.9, 1.8, 0.9, 0.8, 0.7),
}
PACE = (1.25, 0.8, 0.95, 0.95, 1.0, 1.0, 1.0, 1.0, 1.1, 0.95, 1.0, 1.15)  # of the whole business

Step = Callable[[dt.date], object]


def is_open(day: dt.date) -> bool:
    """Monday to Saturday but for holidays."""
    if festival := SPRING_FESTIVAL.get(day.year):
        eve = dt.date(day.year, *festival) - DAY
        if eve <= day <= eve + 7 * DAY:
            return False
    return day.weekday() != 6 and (day.month, day.day) not in HOLIDAYS


def last_open(day: dt.date) -> dt.date:
    """The last working day up to this one."""
    while not is_open(day):
        day -= DAY
    return day


def after(day: dt.date, days: int) -> dt.date:
    """So many working days later."""
    while days:
        day += DAY
        days -= is_open(day)
    return day


def working_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    while first <= last:
        if is_open(first):
            yield first
        first += DAY


class Agenda:
    """What is to be done when; what falls after the last day stays undone."""

    def __init__(self, last: dt.date):
        self.last = last
        self._serial = count()
        self._steps: list[tuple[dt.date, int, int, Step]] = []

    def at(self, day: dt.date, step: Step, rank: int = 5) -> None:
        """Do `step` on that day; lower ranks come first in a day."""
        if day <= self.last:
            heapq.heappush(self._steps, (day, rank, next(self._serial), step))

    def run(self) -> None:
        while self._steps:
            day, _, _, step = heapq.heappop(self._steps)
            step(day)
