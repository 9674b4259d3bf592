"""Errors of the disk, put by strace into the system calls of a poster that is already at work."""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

MISSING = "strace is not installed (apt-get install strace): it puts errors into system calls" \
    if shutil.which("strace") is None or sys.platform != "linux" else ""


class Denied(Exception):
    """This user may not trace other processes."""


class Injected:
    """While it lasts, the `first` of these calls on these files fails with `error`, and every `step`th after it."""

    def __init__(self, pid: int, calls: str, error: str, files: Sequence[Path], notes: Path, first: int, step: int):
        paths = [word for file in files for word in ("-P", str(file))]
        line = ["strace", "-f", "-qq", "-o", str(notes), "-p", str(pid), *paths, "-e", f"trace={calls}",
                "-e", "signal=none", "-e", f"inject={calls}:error={error}:when={first}+{step}"]
        self._trace = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
        self._notes = notes
        self._status = Path(f"/proc/{pid}/status")
        self.count = 0

    def __enter__(self) -> Self:
        end = time.monotonic() + 10
        while "TracerPid:\t0" in self._status.read_text():
            if self._trace.poll() is not None or time.monotonic() > end:
                self._trace.terminate()
                said = self._trace.communicate()[1]
                assert "attach" in said or "ptrace" in said, said
                raise Denied(said)
            time.sleep(0.005)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        """The poster has ended, and strace with it."""
        self._trace.communicate(timeout=100)
        self.count = count(self._notes)


def under(calls: str, error: str, notes: Path, first: int) -> tuple[str, ...]:
    """What to start a server with, so that in each of its processes the `first` of these calls fails."""
    return ("strace", "-f", "-qq", "--seccomp-bpf", "-o", str(notes), "-e", f"trace={calls}", "-e", "signal=none",
            "-e", f"inject={calls}:error={error}:when={first}+60000")


def count(notes: Path) -> int:
    """How many calls failed."""
    return notes.read_text().count("(INJECTED)")
