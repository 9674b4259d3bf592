"""The fault table: one row per test and database, printed at the end and written into README.md when asked."""

import os
import platform
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SET = os.environ.get("JXC_FAULTS", "")  # "short" or "long": the table is written into README.md
LONG = SET == "long"
README = Path(__file__).with_name("README.md")
HEAD = ("test", "database", "runs", "failures", "figure", "repeat")


def runs(short: int, long: int) -> int:
    """How often a fault is tried: in the normal test run, and by `python3 main.py test --faults long`."""
    return long if LONG else short


def seed(number: int) -> int:
    """The seed of a run; JXC_FAULT_SEED moves them all."""
    return int(os.environ.get("JXC_FAULT_SEED", "1")) * 100_000 + number


@dataclass(frozen=True)
class Row:
    test: str
    database: str
    runs: int
    failures: int
    figure: str
    repeat: str


class Table:
    """Takes the rows of one test."""

    def __init__(self, request: Any):
        self._request = request

    def row(self, test: str, database: str, runs: int, failures: int, figure: str) -> None:
        node = self._request.node.nodeid
        self._request.node.user_properties.append(("fault", asdict(Row(test, database, runs, failures, figure, node))))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was tried, and keep it in README.md if a set was asked for by name."""
    reports = [r for name in ("passed", "failed") for r in terminalreporter.stats.get(name, ()) if r.when == "call"]
    rows = sorted((Row(**value) for r in reports for name, value in r.user_properties if name == "fault"), key=_order)
    if not rows:
        return
    terminalreporter.section("faults")
    for line in lines(rows):
        terminalreporter.write_line(line)
    if SET:
        write(rows)


def _order(row: Row) -> tuple[str, int, str]:
    name = row.test.split()[0]
    return name[0], int("".join(c for c in name[1:] if c.isdigit()) or 0), row.test + row.database


def lines(rows: list[Row]) -> list[str]:
    return [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}",
            *(f"| {r.test} | {r.database} | {r.runs} | {r.failures} | {r.figure} | `{r.repeat}` |" for r in rows)]


def write(rows: list[Row]) -> None:
    """Replace the table of this set in README.md."""
    begin, end = f"<!-- {SET} set -->", f"<!-- end of {SET} set -->"
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    stated = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python " \
             f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    README.write_text("\n".join([before + begin, f"Machine: {stated}.", "", *lines(rows), end]) + after,
                      encoding="utf-8")
