"""What the errors of the database drivers mean to the user."""

import errno
import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from jxc_desktop.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseGone,
    DatabaseReadOnly,
    DatabaseUnreadable,
    UserError,
)

CORRUPT_DISK = sqlite3.SQLITE_IOERR | 33 << 8  # SQLITE_IOERR_CORRUPTFS
LOOK_SECONDS = 5  # how long a file that SQLite calls malformed is looked through

_SQLITE_ERRORS: dict[int, type[DatabaseError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy, sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly, sqlite3.SQLITE_CANTOPEN: DatabaseGone,
    sqlite3.SQLITE_IOERR: DatabaseGone, sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged, sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_READONLY_DBMOVED: DatabaseGone, sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR_READ: DatabaseUnreadable, CORRUPT_DISK: DatabaseUnreadable,
}
_POSTGRESQL_ERRORS: dict[str, type[DatabaseError]] = {
    "40001": DatabaseBusy, "40P01": DatabaseBusy, "55P03": DatabaseBusy, "25006": DatabaseReadOnly,
    "42501": DatabaseReadOnly, "57P01": DatabaseGone, "57P02": DatabaseGone, "57P03": DatabaseGone,
    "53300": DatabaseGone, "53100": DatabaseFull,
}
_ENDED = ("FATAL", "PANIC")  # the server took the connection down: a commit may still have been kept


def translated(error: DBAPIError) -> UserError:
    """What a driver's error means to the user; DatabaseError with its text where we know no better."""
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        return of_sqlite(original, getattr(original, "path", ""))
    detail = " ".join(str(original).split())
    if getattr(getattr(original, "diag", None), "severity_nonlocalized", "") in _ENDED:
        return DatabaseGone(detail=detail)
    state = getattr(original, "sqlstate", None)
    if (state is None and error.connection_invalidated) or (state is None and "connect" in detail):
        return DatabaseGone(detail=detail)
    return _POSTGRESQL_ERRORS.get(state or "", DatabaseGone if (state or "").startswith("08") else DatabaseError)(
        detail=detail, path="")


def of_sqlite(error: sqlite3.Error, path: str) -> DatabaseError:
    """The same for an error of SQLite itself, about the file at `path`."""
    detail, code = " ".join(str(error).split()), getattr(error, "sqlite_errorcode", 0)
    kind = _SQLITE_ERRORS.get(code) or _SQLITE_ERRORS.get(code & 0xFF, DatabaseError)
    if not code and detail.startswith("Could not decode"):  # letters that no program wrote
        kind = DatabaseDamaged
    if code & 0xFF == sqlite3.SQLITE_CORRUPT and path and (reason := _unreadable(path)):
        kind, detail = DatabaseUnreadable, reason
    return kind(path=path, detail=detail)


def damaged(reason: UnicodeDecodeError) -> sqlite3.DatabaseError:
    """The driver cannot even read what SQLite says of a damaged schema."""
    error = sqlite3.DatabaseError(str(reason))
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def cut_short() -> sqlite3.DatabaseError:
    """SQLite itself takes a last page of which a part is missing for whole."""
    error = sqlite3.DatabaseError("the file ends within a page")
    error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    return error


def _unreadable(path: str) -> str:
    """What the system says if it does not give the file, or did not a moment ago: to SQLite both are malformed.

    Read through a handle of SQLite's own: if we opened and closed the file, this process would lose its locks.
    """
    if sys.platform == "win32":  # there SQLite says itself which it is
        return ""
    end = time.monotonic() + LOOK_SECONDS
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as connection:
            handle, at = _handle(path), 0
            while handle is not None and time.monotonic() < end and (part := os.pread(handle, 2**20, at)):
                at += len(part)
            return os.strerror(errno.EIO) if _sound(connection, end) else ""
    except OSError as error:
        return error.strerror or str(error)
    except sqlite3.Error as error:
        return str(error) if _SQLITE_ERRORS.get(error.sqlite_errorcode) is DatabaseUnreadable else ""
    except UnicodeDecodeError:
        return ""


def _sound(connection: sqlite3.Connection, end: float) -> bool:
    """Whether nothing is wrong with the file after all."""
    connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
    return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _handle(path: str) -> int | None:
    """A handle on the file that is open in this process."""
    wanted = os.stat(path)
    for name in os.listdir("/dev/fd"):
        try:
            if os.path.samestat(os.fstat(int(name)), wanted):
                return int(name)
        except OSError:  # closed meanwhile
            continue
    return None
