"""Ten-line deliveries on a ledger of a million rows against one of a thousand, in turn."""

import datetime as dt

from bench import growth
from bench.company import Company
from bench.databases import Lab, Place
from bench.measure import Figure, Target, interleaved, walls
from jxc_desktop.services import documents

ROWS, WARM_UP, RUNS = 1_000_000, 20, 100
TARGET = Target(1.2, 1.0)


def run(lab: Lab) -> list[Figure]:
    return [figure for place in lab.places for figure in _measured(place)]


def _measured(place: Place) -> list[Figure]:
    day = growth.last_day(ROWS) + dt.timedelta(days=1)
    found = []
    with place.copy(place.grown(0)) as address:  # the original stays as it is: longer ledgers are made from it
        long, short = (Deliveries(Company(made), day) for made in (place.grown(ROWS), address))
        for what, ordered in (("delivery of an order", True), ("delivery", False)):
            def prepare(ordered: bool = ordered) -> None:
                for each in (long, short):
                    each.prepare(ordered=ordered)

            late, early = interleaved(long.deliver, short.deliver, runs=RUNS, warm_up=WARM_UP, before=prepare)
            found.append(Figure(f"{what} at {ROWS:,} ledger rows ÷ at {growth.rows_a_day():,}", walls(late),
                                baseline=walls(early), target=TARGET, database=place.name))
        for each in (long, short):
            each.company.close()
    return found


class Deliveries:
    """Ten items in turn of all, to a customer of those there are."""

    def __init__(self, company: Company, day: dt.date):
        self.company, self._day = company, day
        self._items, self._customers = company.ids("item"), company.ids("partner", "customer")
        self._count = 0

    def prepare(self, *, ordered: bool) -> None:
        """The next draft; the order that it fulfils is saved already."""
        first = self._count * growth.LINES % len(self._items)
        items = self._items[first:first + growth.LINES]
        partner_id = self._customers[self._count % len(self._customers)]
        self._count += 1
        self._draft = self.company.draft("delivery_note", items, self._day, partner_id=partner_id)
        if ordered:
            order = self.company.save("sales_order", items, self._day, partner_id=partner_id)
            with self.company.engine.connect() as connection:
                sources = documents.read_draft(connection, order.id).lines
            for line, source in zip(self._draft.lines, sources, strict=True):
                line["source_line_id"] = source["id"]

    def deliver(self) -> None:
        self.company.post(self._draft)
