"""Benchmarks in processes of their own: what they print last is their result."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.machine import ROOT


def start(module: str, *arguments: object) -> "subprocess.Popen[str]":
    """`python -m module arguments`, off screen, with pipes to talk to it."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
    return subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, env=environment,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def result(process: "subprocess.Popen[str]", said: str = "") -> Any:
    """Say the last word to a process and wait for its result."""
    output, _ = process.communicate(said)
    if process.returncode:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    return json.loads(output.splitlines()[-1])


def run(module: str, *arguments: object) -> Any:
    """The result of a process."""
    return result(start(module, *arguments))


def memory(what: str = "VmRSS") -> float:
    """MiB of memory this process uses now, or (VmHWM) at most used so far.

    getrusage() would do for the peak, but on Linux a child inherits there what its parent once used.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(f"{what}:")) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
