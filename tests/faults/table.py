"""The fault table: one row per test and database, printed at the end and written into README.md when asked."""

import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

SET = os.environ.get("JXC_FAULTS", "")  # "short" or "long": the table is written into README.md
LONG = SET == "long"
README = Path(__file__).with_name("README.md")
SEED = os.environ.get("JXC_FAULT_SEED", "1")
HEAD = ("test", "database", "runs", "failures", "figure", "seed", "command to repeat it")


def runs(short: int, long: int) -> int:
    """How often a fault is tried: in the normal test run, and by `python3 main.py test --faults long`."""
    return long if LONG else short


def seed(number: int) -> int:
    """The seed of a run; JXC_FAULT_SEED moves them all."""
    return int(SEED) * 100_000 + number


@dataclass(frozen=True)
class Row:
    test: str
    database: str
    runs: int
    failures: int
    figure: str
    seed: str
    repeat: str

    @property
    def line(self) -> str:
        return (f"| {self.test} | {self.database} | {self.runs} | {self.failures} | {self.figure} | {self.seed} "
                f"| `python3 main.py test {self.repeat}` |")


class Table:
    """Takes the rows of one test. Tests that are run in parts give the parts the same name and figure."""

    def __init__(self, request: Any):
        self._request = request

    def row(self, test: str, database: str, runs: int, failures: int, figure: str, *, seed: str = SEED,
            repeat: str = "") -> None:
        """`repeat`: what to run again, where that is not this test alone."""
        node = self._request.node
        row = Row(test, database, runs, failures, figure, seed, repeat or f'"{node.nodeid}"')
        node.user_properties.append(("fault", asdict(row)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was tried, and keep it in README.md if a set was asked for by name."""
    reports = [r for name in ("passed", "failed") for r in terminalreporter.stats.get(name, ()) if r.when == "call"]
    rows = joined(Row(**value) for r in reports for name, value in r.user_properties if name == "fault")
    if not rows:
        return
    terminalreporter.section("faults")
    for line in lines(rows):
        terminalreporter.write_line(line)
    if SET:
        write(rows)


def joined(parts: Iterable[Row]) -> list[Row]:
    """One row for all parts of a test, in the order of the issue."""
    rows: dict[tuple[str, str], Row] = {}
    for part in parts:
        known = rows.get((part.test, part.database))
        rows[part.test, part.database] = part if known is None else replace(
            known, runs=known.runs + part.runs, failures=known.failures + part.failures)
    return sorted(rows.values(), key=_order)


def _order(row: Row) -> tuple[str, int, str]:
    name = row.test.split()[0]
    return name[0], int("".join(c for c in name[1:] if c.isdigit()) or 0), row.test + row.database


def lines(rows: list[Row]) -> list[str]:
    return [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}", *(row.line for row in rows)]


def write(rows: list[Row]) -> None:
    """Put the rows into the table of this set in README.md; those of tests that were not run stay."""
    begin, end = f"<!-- {SET} set -->\n", f"<!-- end of {SET} set -->"
    before, rest = README.read_text(encoding="utf-8").split(begin)
    table, after = rest.split(end)
    known = {row.test + row.database: row for line in table.splitlines() if (row := _row(line))}
    known |= {row.test + row.database: row for row in rows}
    stated = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python " \
             f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    made = "\n".join([f"Machine: {stated}.", "", *lines(sorted(known.values(), key=_order)), ""])
    README.write_text(before + begin + made + end + after, encoding="utf-8")


def _row(line: str) -> Row | None:
    """The row that was written as this line."""
    cells = [cell.strip() for cell in line.strip("|").split(" | ")]
    if len(cells) != len(HEAD) or not cells[2].isdigit():
        return None
    test, database, runs, failures, figure, seed, command = cells
    return Row(test, database, int(runs), int(failures), figure, seed,
               command.strip("`").removeprefix("python3 main.py test "))
