"""A stock ledger of a million rows on the screen: CPU of its pages, memory over a bare Qt window."""

import statistics
import tempfile
from typing import Any

from bench import processes
from bench.databases import Lab
from bench.measure import Figure, Target

ROWS, PAGES, RUNS = 1_000_000, 20, 3
FIRST, MEMORY = Target(100, 60), Target(80, 40)


def run(lab: Lab) -> list[Figure]:
    bare = [processes.run("bench.ledger", "bare") for _ in range(RUNS)]
    floor = {key: statistics.median(one[key] for one in bare) for key in ("memory", "own")}
    return [figure for place in lab.places for figure in _figures(_opened(place.grown(ROWS)), floor, place.name)]


def _opened(address: str) -> list[dict[str, Any]]:
    """The same in several programs, one after the other, none of which knows the settings of another."""
    found = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            found.append(processes.run("bench.ledger", "list", folder, address, PAGES))
    return found


def _figures(found: list[dict[str, Any]], bare: dict[str, float], name: str) -> list[Figure]:
    def over(key: str, floor: str = "memory") -> list[float]:
        return [one[key] - bare[floor] for one in found]

    return [Figure(f"{ROWS:,}-row ledger: CPU of the first page", [one["first"] for one in found], target=FIRST,
                   database=name),
            Figure("… opened a second time", [one["again"] for one in found], target=FIRST, database=name),
            Figure("… CPU of a page of 200 more rows", [ms for one in found for ms in one["scroll"]], database=name),
            Figure("… counted and added up, on the clock", [one["sums"] for one in found], database=name),
            Figure(f"… memory over a bare window with {found[0]['rows']:,} rows loaded", over("memory"), "MiB",
                   target=MEMORY, database=name, note=f"bare window {bare['memory']:.0f} MiB"),
            Figure("… of which the program before", over("started"), "MiB", database=name),
            Figure("… of which its own, without files such as libraries and fonts", over("own", "own"), "MiB",
                   database=name, note=f"bare window {bare['own']:.0f} MiB")]
