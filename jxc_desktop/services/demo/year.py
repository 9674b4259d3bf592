"""The demo company's year: how many documents of each kind, on which days, and who is at work."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from random import Random

from jxc_desktop.services.demo import workdays
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.buying import Buying
from jxc_desktop.services.demo.flowing import Flowing
from jxc_desktop.services.demo.mending import Mending
from jxc_desktop.services.demo.oddments import Oddments
from jxc_desktop.services.demo.selling import Selling
from jxc_desktop.services.demo.storing import Storing
from jxc_desktop.services.demo.workdays import PACE, Step

OPENING = 9  # documents that open the books

# Shares of all documents; receipts and deliveries of orders follow by themselves.
PURCHASE_ORDERS, FETCHED, SALES_ORDERS, SOLD = 0.095, 0.012, 0.17, 0.315
LATE_ENTRIES, SALES_RETURNS, PURCHASE_RETURNS, TRANSFERS = 0.012, 0.028, 0.01, 0.045
USED, FOUND, CORRECTED, REPRICED, VOIDED, REVERSED = 0.016, 0.006, 0.008, 0.004, 0.003, 0.0007


class Year:
    """Plans the year up to the agenda's last day and lives through it."""

    def __init__(self, business: Business, documents: int, look: dt.date):
        self.business, self.documents = business, documents
        self.days = list(workdays.working_days(business.first, business.agenda.last))
        self.buying, self.selling = Buying(business), Selling(business)
        self.storing, self.mending = Storing(business), Mending(business)
        self.oddments, self.flowing = Oddments(business, look), Flowing(business, look)

    def live(self) -> None:
        self.business.agenda.at(self.days[0], self.storing.open_books, rank=0)
        for day in self.days[:-1]:
            self.business.agenda.at(day, self.storing.print_notes, rank=8)
        self._routine()
        self._mishaps()
        self.oddments.lie(self.days[1])
        self._last_days()
        self.business.agenda.run()

    def _routine(self) -> None:
        self._spread(PURCHASE_ORDERS, self.buying.order, rank=2)
        self._spread(FETCHED, self.buying.fetch, rank=2)
        self._spread(TRANSFERS, self.storing.transfer, rank=3)
        self._spread(SALES_ORDERS, self.selling.order, rank=4)
        self._spread(SOLD, self.selling.sell, rank=5)
        self._spread(LATE_ENTRIES, self._late_entry, rank=5)
        self._spread(SALES_RETURNS, self.selling.take_back, rank=7, start=10)
        self._spread(PURCHASE_RETURNS, self.buying.give_back, rank=7, start=20)
        self._spread(USED, self.storing.use_up, rank=7)
        self._spread(FOUND, self.storing.find, rank=7)

    def _mishaps(self) -> None:
        for share, step in ((CORRECTED, self.mending.correct_sale), (VOIDED, self.mending.void),
                            (REVERSED, self.mending.reverse)):
            self._spread(share, partial(self._after_sale, step), rank=6, start=10)
        self._spread(REPRICED, self.mending.correct_price, rank=7, start=20)

    def _last_days(self) -> None:
        """What the desk shows on the first morning: alerts, drafts, orders half done."""
        at, last = self.business.agenda.at, self.days[-1]
        at(last, self.buying.order, rank=8)
        at(last, self.selling.order, rank=8)
        at(self.days[-4], partial(self.selling.order, split=True), rank=4)
        at(last, partial(self._after_sale, self.mending.unpost), rank=8)
        for _ in range(3 + min(self.documents // 1000, 3)):
            at(last, self.mending.park, rank=8)
        at(last, self.storing.stand_out, rank=9)
        for step in (self.flowing.live, self.oddments.go_off, self.oddments.count):
            at(last, step, rank=10)

    def _late_entry(self, day: dt.date) -> None:
        """A delivery of some days ago is written down today."""
        earlier = workdays.last_open(day - self.business.rng.randint(1, 8) * workdays.DAY)
        self.selling.sell(max(earlier, self.days[0]), entered=day)

    def _after_sale(self, step: Step, day: dt.date) -> None:
        """Mishaps need something sold lately."""
        if not self.business.at_hand(self.business.sold, day, direct=True):
            self.selling.sell(day)
        step(day)

    def _spread(self, share: float, step: Callable[[dt.date], object], *, rank: int, start: int = 1) -> None:
        """Do `step` on as many days as its share of the documents says, more often in busy months."""
        rng: Random = self.business.rng
        days = self.days[start:]
        pace = [PACE[day.month - 1] * rng.uniform(0.7, 1.3) for day in days]
        for day in rng.choices(days, pace, k=max(round(share * (self.documents - OPENING)), 1)):
            self.business.agenda.at(day, step, rank)
