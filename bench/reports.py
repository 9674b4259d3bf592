"""The reports that read the whole stock ledger, at a million rows, no period closed: seconds each."""

import datetime as dt
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from bench import growth
from bench.company import Company
from bench.databases import Lab, Place
from bench.measure import MS, Figure, Target, Took, cpus, interleaved, walls
from jxc_desktop.services import access
from jxc_desktop.services.queries import ListQuery, Queries

ROWS, RUNS = 1_000_000, 5
TARGET = Target(1, 0.2)


def run(lab: Lab) -> list[Figure]:
    return [figure for place in lab.places for figure in _measured(place)]


def _measured(place: Place) -> list[Figure]:
    """As the program asks: through the queries, to the last row."""
    company = Company(place.grown(ROWS))
    asked = _asked(Queries(company.engine, access.administrator()), company.ids("item")[0])
    times = interleaved(*asked.values(), runs=RUNS, warm_up=1)
    company.close()
    return [_figure(f"{what} at {ROWS:,} rows" if not number else f"… {what}", took, place.name)
            for number, (what, took) in enumerate(zip(asked, times, strict=True))]


def _figure(what: str, times: Sequence[Took], name: str) -> Figure:
    cpu = statistics.median(cpus(times)) / MS
    return Figure(what, [ms / MS for ms in walls(times)], "s", target=TARGET, database=name,
                  note=f"CPU {cpu:.2f} s" if name == "sqlite" else "")


def _asked(queries: Queries, item_id: int) -> dict[str, Callable[[], Any]]:
    """The middle of the ledger, and the twelve months up to its end."""
    last = growth.last_day(ROWS)
    middle = growth.TEMPLATE_DAY + (last - growth.TEMPLATE_DAY) / 2
    year = {"date_from": last.replace(year=last.year - 1) + dt.timedelta(days=1), "date_to": last}
    ledger = ListQuery("moves", filters={"item_id": item_id}, limit=10**6)
    return {
        f"stock as of {middle}": lambda: queries.report("stock_value", {"as_of": middle}),
        "stock ledger of one item, all rows": lambda: queries.list_page(ledger),
        "turnover of a year": lambda: queries.report("stock_movement", year),
        "sales of a year by month": lambda: queries.report("sales_summary", {**year, "group_by": "month"}),
    }
