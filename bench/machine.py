"""What the figures were measured on."""

import os
import platform
import sqlite3
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import timed, walls

ROOT = Path(__file__).resolve().parent.parent


def describe() -> dict[str, Any]:
    """The machine, its load and the commit, for people and for --json."""
    from importlib.metadata import version

    return {"system": f"{platform.system()} {platform.machine()}", "processor": _processor(),
            "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
            "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
            "sqlalchemy": version("sqlalchemy"), "qt": version("PySide6-Essentials"),
            "folder": tempfile.gettempdir(), "fsync_ms": _fsync(), "commit": _commit()}


def line(machine: dict[str, Any]) -> str:
    return ("{system}, {processor}, {cores} cores, load {load}; Python {python}, SQLite {sqlite}, SQLAlchemy "
            "{sqlalchemy}, PySide6 {qt}; fsync in {folder} {fsync_ms} ms; commit {commit}").format(**machine)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "?"
    return next((text.partition(":")[2].strip() for text in lines if text.startswith("model name")), "?")


def _fsync() -> float:
    """What the disk asks for a commit: median of writing and syncing one page."""
    with tempfile.TemporaryFile(buffering=0) as file:
        def commit() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        return round(statistics.median(walls(timed(commit) for _ in range(20))), 2)


def _commit() -> str:
    """What git calls the code that was measured; with + if files are changed."""
    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return "?"
    return done.stdout.strip() or "?"
