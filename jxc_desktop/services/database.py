"""Engines for both databases: opening, checking, creating and upgrading them.

SQLite writes begin with BEGIN IMMEDIATE (a deferred transaction that turns into a write fails at once when
another is writing); the file is opened without the right to create it, so that one that was moved away is
missed and not silently replaced.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from select import select
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import QueuePool

from jxc_desktop.errors import DatabaseForeign, DatabaseNewer
from jxc_desktop.paths import MIGRATIONS
from jxc_desktop.services import driver_errors
from jxc_desktop.services.driver_errors import translated as translated
from jxc_desktop.services.turnstile import Turnstile

SCHEMA = "0003"  # the newest revision in alembic/versions
APPLICATION_ID = 0x4A584344  # "JXCD" in the header of our SQLite files
SAFE_WAL = (3, 51, 3)  # older versions can corrupt a WAL database with two writers
BUSY_SECONDS = 15  # how long a statement waits for what others have locked
ALIVE = {  # a link to a server that is cut without a word is noticed within 10 seconds (the last in ms)
    "keepalives": 1, "keepalives_idle": 2, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 6000}


def as_url(database: str | Path | URL) -> URL:
    """A database URL from what people give: a URL, or the path of a SQLite file."""
    if isinstance(database, URL):
        return database
    text_form = str(database)
    if "://" not in text_form:
        return URL.create("sqlite", database=str(Path(text_form).expanduser().absolute()))
    url = make_url(text_form)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def open_engine(database: str | Path | URL, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine on an existing, current database; connects with its first use."""
    url = as_url(database)
    make = _sqlite_engine if url.get_backend_name() == "sqlite" else _postgresql_engine
    return make(url, busy_seconds)


def upgrade(database: str | Path) -> None:
    """Create the schema or bring it up to date; a SQLite file is copied beside itself first.

    Raises DatabaseNewer for the schema of a newer program, DatabaseForeign for somebody else's tables.
    """
    url = as_url(database)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite:
        _create_file(Path(str(url.database)))
    engine = open_engine(database)
    try:
        found = found_schema(engine, str(url.database))
        if found == SCHEMA:
            return
        if sqlite and found:
            _copy(str(url.database), f"{url.database}.before-{SCHEMA}-{time.strftime('%Y%m%d%H%M%S')}")
        _migrate(engine)
    except DBAPIError as error:
        raise translated(error) from error
    finally:
        engine.dispose()


BESIDE = ("-wal", "-shm", "-journal", ".queue", ".waiting")  # what may lie beside a SQLite file of ours


def write(engine: Engine) -> Engine:
    """The same engine for transactions that write."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}
    return engine.execution_options(jxc_write=True, **level)


def turn(engine: Engine, patience: float) -> AbstractContextManager[None]:
    """Wait for our turn to write: programs that share a SQLite file queue fairly."""
    queue: Turnstile | None = engine.get_execution_options().get("jxc_queue")
    return queue.turn(patience) if queue else nullcontext()


def check_file(path: Path) -> None:
    """Raises DatabaseForeign unless it is a SQLite file; the DatabaseError family where it cannot be read.

    SQLite looks by itself: if we opened and closed the file, this process would lose its locks on it.
    """
    if not path.is_file() or not path.stat().st_size:
        raise DatabaseForeign(path=str(path))
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise DatabaseForeign(path=str(path)) from error
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR:
            raise driver_errors.of_sqlite(error, str(path)) from error


def _copy(path: str, target: str) -> None:
    """A consistent copy, whoever else has the file open."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


@contextmanager
def unmoving(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements all see the same state, whatever others commit meanwhile."""
    isolation = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**isolation) as connection:
        yield connection


def _create_file(path: Path) -> None:
    if path.exists():
        check_file(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("VACUUM")
    connection.close()


def found_schema(engine: Engine, name: str) -> str | None:
    """The revision of the tables that are there, None for an empty database. Raises DatabaseForeign, DatabaseNewer."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if "alembic_version" not in tables:
            if tables:
                raise DatabaseForeign(path=name)
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if "stock_move" not in tables and found:
            raise DatabaseForeign(path=name)
        if found and str(found) > SCHEMA:
            raise DatabaseNewer(found=str(found))
        return str(found) if found else None


def _migrate(engine: Engine) -> None:
    from alembic.config import Config

    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with write(engine).begin() as connection:
        if connection.dialect.name == "postgresql":  # two programs may start on a new version at once
            connection.execute(text(f"SELECT pg_advisory_xact_lock({APPLICATION_ID})"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _sqlite_engine(url: URL, busy_seconds: float) -> Engine:
    path = str(url.database)

    def name_file(context: ExceptionContext) -> None:
        context.original_exception.path = path  # type: ignore[attr-defined]

    def connect() -> sqlite3.Connection:
        uri = f"{Path(path).absolute().as_uri()}?mode=rw"
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None,
                                         check_same_thread=False)
        except sqlite3.OperationalError:
            # readable but not writable: open what there is, saving will say that it is read-only
            connection = sqlite3.connect(uri.replace("mode=rw", "mode=ro"), uri=True, isolation_level=None,
                                         check_same_thread=False)
        try:
            _set_pragmas(connection, path)
        except UnicodeDecodeError as error:
            raise driver_errors.damaged(error) from error
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=8,
                           execution_options={} if on_network(path) else {"jxc_queue": Turnstile(path)})
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", name_file)
    return engine


def _set_pragmas(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA trusted_schema = OFF")
    if Path(path).stat().st_size % connection.execute("PRAGMA page_size").fetchone()[0]:
        raise driver_errors.cut_short()
    safe = sqlite3.sqlite_version_info >= SAFE_WAL and not on_network(path)
    connection.execute(f"PRAGMA journal_mode = {'WAL' if safe else 'DELETE'}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("jxc_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def on_network(path: str) -> bool:
    """Whether the file lies on a network drive, where WAL is unsafe and at most 2-3 people should share it."""
    import os
    import sys

    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(os.path.abspath(path))[0]
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == 4
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    place = os.path.realpath(path)
    inside = [m.split()[1:3] for m in mounts if place.startswith(m.split()[1].rstrip("/") + "/")]
    kind = max(inside, key=lambda m: len(m[0]), default=["", ""])[1]
    return kind in {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "davfs"}


def _postgresql_engine(url: URL, busy_seconds: float) -> Engine:
    watched = {name: value for name, value in ALIVE.items() if name not in url.query}
    # Who only reads needs no transaction; the rollback that ends one makes psycopg forget all it has prepared.
    engine = create_engine(
        url, pool_size=8, max_overflow=8, isolation_level="AUTOCOMMIT", pool_recycle=1800,
        connect_args={"connect_timeout": 4, "options": f"-c lock_timeout={int(busy_seconds * 1000)} -c timezone=UTC",
                      **watched})
    event.listen(engine, "connect", _remember_more)
    event.listen(engine, "checkout", _refuse_dead)
    return engine


def _remember_more(connection: Any, record: Any) -> None:
    """What a save runs stays prepared, however many questions the screens ask on the same connection."""
    connection.prepared_max = 500


def _refuse_dead(connection: Any, record: Any, proxy: Any) -> None:
    """A server that went away has closed its end: that shows without asking it, and the pool connects again."""
    from psycopg import OperationalError

    try:
        while select([connection], [], [], 0)[0]:
            connection.pgconn.consume_input()
    except OperationalError as error:
        raise DisconnectionError from error

