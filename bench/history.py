"""Ten-line deliveries on a ledger of a million rows against one of a thousand, in turn."""

import datetime as dt
from collections.abc import Callable

from bench import growth
from bench.company import Company
from bench.databases import Lab, Place
from bench.measure import Figure, Target, interleaved, walls

ROWS, WARM_UP, RUNS = 1_000_000, 20, 150
TARGET = Target(1.2, 1.0)


def run(lab: Lab) -> list[Figure]:
    return [_measured(place) for place in lab.places]


def _measured(place: Place) -> Figure:
    day = growth.last_day(ROWS) + dt.timedelta(days=1)
    with place.copy(place.grown(0)) as address:  # the original stays as it is: longer ledgers are made from it
        short, long = Company(address), Company(place.grown(ROWS))
        late, early = interleaved(_delivering(long, day), _delivering(short, day), runs=RUNS, warm_up=WARM_UP)
        for company in (short, long):
            company.close()
    return Figure(f"delivery at {ROWS:,} ledger rows ÷ at {growth.rows_a_day():,}", walls(late),
                  baseline=walls(early), target=TARGET, database=place.name)


def _delivering(company: Company, day: dt.date) -> Callable[[], object]:
    """Ten items in turn of all, to a customer of those there are."""
    items, customers = company.ids("item"), company.ids("partner", "customer")
    count = iter(range(10**9))

    def deliver() -> None:
        number = next(count)
        first = number * growth.LINES % len(items)
        company.save("delivery_note", items[first:first + growth.LINES], day,
                     partner_id=customers[number % len(customers)])

    return deliver
