"""A fair queue of the programs that write one SQLite file on this machine.

SQLite lets those that find it locked sleep ever longer, so that one program can write all day while another
starves. Whoever wants to write holds a lock on a file beside the database first and tries for it at an even pace;
who has just written lets those in who wait. A lock goes when its program dies; who waits too long leaves the
decision to SQLite.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

PACE = 0.001  # seconds between two tries


class Turnstile:
    """The queue in front of one database file; safe for several threads."""

    def __init__(self, database: str):
        self._database, self._left = Path(database), 0.0
        self._door, self._bench = Path(f"{database}.queue"), Path(f"{database}.waiting")

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for our turn, at most `patience` seconds."""
        with ExitStack() as held:
            try:
                if self._database.exists():
                    self._enter(held, time.monotonic() + patience)
            except OSError:  # nothing can be written here: the database will say so
                pass
            yield
        self._left = time.monotonic()

    def _enter(self, held: ExitStack, deadline: float) -> None:
        if time.monotonic() - self._left < PACE and self._somebody_waits():
            time.sleep(2 * PACE)
        door = held.enter_context(self._door.open("ab"))  # closing it lets the next one in
        if _locked(door):
            return
        with self._bench.open("ab") as bench:
            _locked(bench, shared=True)
            while not _locked(door) and time.monotonic() < deadline:
                time.sleep(PACE)

    def _somebody_waits(self) -> bool:
        if not self._bench.exists():
            return False
        with self._bench.open("ab") as bench:
            return not _locked(bench)


if sys.platform == "win32":
    import msvcrt

    def _locked(file: IO[bytes], *, shared: bool = False) -> bool:
        """Windows shares no locks here: of those who wait the first one is seen, which is enough."""
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(file: IO[bytes], *, shared: bool = False) -> bool:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
