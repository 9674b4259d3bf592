"""python3 main.py bench [posting ...] [--db URL] [--json]: median, 95th percentile and ratio to a baseline."""

import json
import os
import platform
import sys
from collections.abc import Sequence

from bench import posting

BENCHMARKS = {"posting": posting.run}


def main(what: Sequence[str] = ("posting",), *, database: str | None = None, as_json: bool = False) -> int:
    """Run benchmarks by name; 2 for an unknown one."""
    if unknown := [name for name in what if name not in BENCHMARKS and name != "all"]:
        print(f"unknown benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}, all", file=sys.stderr)
        return 2
    names = list(BENCHMARKS) if "all" in what else what
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    results = {name: BENCHMARKS[name](database) for name in names}
    if as_json:
        print(json.dumps({"machine": machine, **results}))
        return 0
    print(machine)
    for name, figures in results.items():
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["posting"]))
