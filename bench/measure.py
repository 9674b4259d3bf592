"""Timing, ratios and targets: what all benchmarks have in common."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MS = 1000


class Took(NamedTuple):
    """Milliseconds of one run: on the clock, and of this process's CPU."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Target:
    """What a figure has to be, and what we aim at; with `least` the more the better."""

    limit: float
    aim: float
    least: bool = False

    def verdict(self, value: float) -> str:
        reached = [value >= bound if self.least else value <= bound for bound in (self.limit, self.aim)]
        return "aim" if reached[1] else "met" if reached[0] else "MISSED"


@dataclass(frozen=True)
class Figure:
    """One line of the result. With a `baseline` the ratio of the medians is judged, else the median."""

    what: str
    values: Sequence[float]
    unit: str = "ms"
    baseline: Sequence[float] = ()
    target: Target | None = None
    database: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.values, n=20, method="inclusive")[-1] if len(self.values) > 1 else self.median

    @property
    def ratio(self) -> float | None:
        return self.median / statistics.median(self.baseline) if self.baseline else None

    @property
    def verdict(self) -> str:
        return self.target.verdict(self.median if self.ratio is None else self.ratio) if self.target else ""

    def plain(self) -> dict[str, Any]:
        """For --json."""
        found = {"what": self.what, "database": self.database, "unit": self.unit, "median": _round(self.median),
                 "p95": _round(self.p95), "runs": len(self.values)}
        if self.ratio is not None:
            found |= {"baseline": _round(statistics.median(self.baseline)), "ratio": _round(self.ratio)}
        if self.target:
            found |= {"at_least" if self.target.least else "at_most": self.target.limit, "aim": self.target.aim,
                      "verdict": self.verdict}
        return found | ({"note": self.note} if self.note else {})


def interleaved(*acts: Callable[[], object], runs: int, warm_up: int = 0,
                before: Callable[[], object] = lambda: None) -> list[list[Took]]:
    """Run the acts in turn, so that noise hits all alike; `before` each is not timed."""
    found: list[list[Took]] = [[] for _ in acts]
    for run in range(-warm_up, runs):
        order = list(enumerate(acts))
        for number, act in order if run % 2 else reversed(order):
            before()
            took = timed(act)
            if run >= 0:
                found[number].append(took)
    return found


def timed(act: Callable[[], object]) -> Took:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return Took((time.perf_counter() - wall) * MS, (time.process_time() - cpu) * MS)


def walls(times: Iterable[Took]) -> list[float]:
    return [took.wall for took in times]


def cpus(times: Iterable[Took]) -> list[float]:
    return [took.cpu for took in times]


def _round(value: float) -> float:
    return round(value, 2 if abs(value) < 100 else 1)


HEAD = ("figure", "database", "median", "p95", "baseline", "ratio", "limit", "aim", "verdict")


def cells(figure: Figure) -> tuple[str, ...]:
    """A row under HEAD."""
    said, target = figure.plain(), figure.target
    sign = "≥" if target and target.least else "≤"
    return (figure.what + (f" ({figure.note})" if figure.note else ""), figure.database,
            *(f"{said[k]:g} {figure.unit}".strip() if k in said else "" for k in ("median", "p95", "baseline")),
            f"{said['ratio']:g}" if "ratio" in said else "",
            *(f"{sign} {bound:g}" if target else "" for bound in (target and target.limit, target and target.aim)),
            figure.verdict)


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as a Markdown table that reads well on a screen too."""
    rows = [HEAD, *map(cells, figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]
