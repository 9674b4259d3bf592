"""A hundred thousand rows of twelve columns to .xlsx against XlsxWriter alone: CPU and the memory at most used."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from bench import growth, processes
from bench.databases import Lab
from bench.measure import Figure, Target

ROWS, LEDGER, RUNS = 100_000, 1_000_000, 3
TIME, MEMORY = Target(1.2, 1.0), Target(150, 60)


def run(lab: Lab) -> list[Figure]:
    """Tables as every list and report is written; and a list read from the database as well."""
    place = lab.first
    address = place.grown(LEDGER)
    first_day = growth.last_day(LEDGER) - dt.timedelta(days=ROWS // growth.rows_a_day() - 1)
    found: dict[str, list[Any]] = {"product": [], "xlsxwriter": [], "list": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(RUNS):
            for which, took in found.items():
                more: list[object] = [first_day, address] if which == "list" else [ROWS]
                took.append(processes.run("bench.sheet", which, Path(folder) / f"{which}.xlsx", *more))
    what = f"{ROWS:,} rows × 12 to .xlsx"
    figures = []
    for title, which, database in ((what, "product", ""), (f"{what} from the stock ledger", "list", place.name)):
        figures += [
            Figure(f"{title} ÷ XlsxWriter alone", _of(found, which, "wall"), baseline=_of(found, "xlsxwriter", "wall"),
                   target=TIME, database=database),
            Figure("… CPU", _of(found, which, "cpu"), baseline=_of(found, "xlsxwriter", "cpu"), database=database),
            Figure("… memory at most", _of(found, which, "memory"), "MiB", target=MEMORY, database=database,
                   note=f"XlsxWriter alone {max(_of(found, 'xlsxwriter', 'memory')):.0f}")]
    return figures


def _of(found: dict[str, list[Any]], which: str, key: str) -> list[float]:
    return [one[key] for one in found[which]]
