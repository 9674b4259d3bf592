"""python3 main.py bench [posting ...|all] [--db URL] [--json]: the product against a baseline in the same run."""

import importlib
import json
import sys
import time
from collections.abc import Sequence

from bench import machine
from bench.databases import Lab
from bench.measure import Figure, table

ALL = ("posting", "history", "concurrency", "startup", "lists", "export", "reports")
BENCHMARKS = (*ALL, "load")


def main(what: Sequence[str] = ("posting",), *, database: str | None = None, as_json: bool = False) -> int:
    """Run benchmarks by name; 2 for an unknown one. `all` leaves out the load of real invoices, which takes long."""
    if unknown := [name for name in what if name not in (*BENCHMARKS, "all")]:
        print(f"unknown benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}, all", file=sys.stderr)
        return 2
    names = chosen(what)
    stated = machine.describe()
    started = time.monotonic()
    with Lab(database) as lab:
        results = {name: _run(name, lab) for name in names}
        notes = lab.notes
    seconds = round(time.monotonic() - started)
    if as_json:
        print(json.dumps({"machine": stated, "seconds": seconds, "notes": notes, **{
            name: [figure.plain() for figure in figures] for name, figures in results.items()}}, ensure_ascii=False))
        return 0
    print(machine.line(stated))
    print(*notes, "", *table([figure for figures in results.values() for figure in figures]), sep="\n")
    return 0


def chosen(what: Sequence[str]) -> list[str]:
    return [name for name in BENCHMARKS if name in what or ("all" in what and name in ALL)]


def _run(name: str, lab: Lab) -> list[Figure]:
    if sys.stderr.isatty():
        print(f"{name} …", file=sys.stderr)
    found: list[Figure] = importlib.import_module(f"bench.{name}").run(lab)
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["posting"]))
