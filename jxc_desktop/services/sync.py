"""What other programs on the same database commit: a thread reads the change feed and tells.

SQLite is asked cheaply whether anybody else committed (PRAGMA data_version, microseconds) before rows are read.
PostgreSQL says so itself (LISTEN); should that fail us, it is asked now and then. There a row with a lower id may
be committed after one with a higher id, so the last ids stay under watch for a while.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from jxc_desktop.models.trail import change

SQLITE_SECONDS, POSTGRESQL_SECONDS = 0.3, 0.5
CHANNEL = "jxc_change"  # a trigger of the change feed notifies it
LATE_SECONDS = 30  # a transaction that holds an id longer than this is missed
START_BACK = 100  # ids below the highest that may still be on their way when we start
LOST_SECONDS = 3.0  # before the database is asked again after it went away

Publish = Callable[[frozenset[tuple[str, int]]], object]
Tell = Callable[[bool], object]


@dataclass(frozen=True)
class Start:
    """Where a feed begins: what has an id above `floor` and is not in `seen` is news."""

    floor: int
    seen: frozenset[int]


def start_of(engine: Engine) -> Start:
    """Now: to be taken before what the feed shall keep up to date is read."""
    with engine.connect() as connection:
        floor = (connection.scalar(select(func.max(change.c.id))) or 0) - START_BACK
        return Start(floor, frozenset(connection.scalars(select(change.c.id).where(change.c.id > floor))))


class Feed:
    """Calls `publish(changes)` for what others commit, and `tell(connected)` when that changes; on its thread."""

    def __init__(self, engine: Engine, origin: str, start: Start, publish: Publish,
                 tell: Tell = lambda connected: None):
        self._engine, self._origin, self._publish, self._tell = engine, origin, publish, tell
        self._on_sqlite = engine.dialect.name == "sqlite"
        self._floor = start.floor
        self._seen = dict.fromkeys(start.seen, time.monotonic())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nobody is told any more once this returns."""
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        pause = SQLITE_SECONDS if self._on_sqlite else POSTGRESQL_SECONDS
        connected = True
        while not self._stop.is_set():
            try:
                with self._engine.connect() as connection:
                    if not connected:
                        connected = True
                        self._tell(True)
                    self._follow(connection, pause)
            except (DBAPIError, self._engine.dialect.loaded_dbapi.Error):
                if connected:
                    connected = False
                    self._tell(False)
                self._stop.wait(LOST_SECONDS)

    def _follow(self, connection: Connection, pause: float) -> None:
        """Poll on one connection until told to stop."""
        raw: Any = connection.connection.driver_connection
        if not self._on_sqlite:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            connection.commit()
        version = None
        while True:
            now = raw.execute("PRAGMA data_version").fetchone()[0] if self._on_sqlite else None
            if not self._on_sqlite or now != version:
                version = now
                self._read(connection)
            if not self._on_sqlite:
                for _ in raw.notifies(timeout=pause, stop_after=1):
                    pass
            if self._stop.wait(pause if self._on_sqlite else 0):
                return

    def _read(self, connection: Connection) -> None:
        c = change.c
        rows = connection.execute(select(c.id, c.origin, c.entity, c.entity_id).where(
            c.id > self._floor).order_by(c.id)).all()
        connection.rollback()  # an open read transaction would keep showing the same state
        now = time.monotonic()
        news = frozenset((r.entity, r.entity_id) for r in rows
                         if r.id not in self._seen and r.origin != self._origin)
        for row in rows:
            self._seen.setdefault(row.id, now)
        old = [id_ for id_, at in self._seen.items() if self._on_sqlite or now - at > LATE_SECONDS]
        if old:
            self._floor = max(self._floor, *old)
            self._seen = {id_: at for id_, at in self._seen.items() if id_ > self._floor}
        if news and not self._stop.is_set():
            self._publish(news)
