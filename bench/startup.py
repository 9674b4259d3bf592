"""The first paint of the program's window against that of an empty Qt window, each in a new process, in turn."""

import tempfile
import time

from bench import processes
from bench.company import Company
from bench.databases import Lab
from bench.measure import Figure, Target

PAIRS, ITEMS = 10, 20
TARGET = Target(2.0, 1.3)


def run(lab: Lab) -> list[Figure]:
    """The first pair is not counted: it fills the caches of the disk and the settings of the program."""
    took: dict[str, list[tuple[float, float]]] = {"bare": [], "program": []}
    with lab.first.fresh() as address, tempfile.TemporaryDirectory() as folder:
        company = Company(address)
        company.found(ITEMS)
        company.close()
        arguments = {"bare": (), "program": (folder, address)}
        for pair in range(PAIRS + 1):
            for which, given in arguments.items():
                wall, cpu = processes.run("bench.window", time.monotonic(), which, *given)
                took[which] += [(wall, cpu)] if pair else []
    return [Figure("first paint ÷ bare Qt window", [wall for wall, _ in took["program"]],
                   baseline=[wall for wall, _ in took["bare"]], target=TARGET),
            Figure("… CPU until then", [cpu for _, cpu in took["program"]], baseline=[cpu for _, cpu in took["bare"]])]
