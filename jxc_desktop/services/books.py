"""Opening the books: from an address to an engine, the company and the people who work there."""

import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from jxc_desktop.document_types.features import in_use
from jxc_desktop.errors import DatabaseError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.records import company, employee, warehouse
from jxc_desktop.services import access, database, passwords, unit_of_work
from jxc_desktop.services.unit_of_work import Actor

CLOCK_MAY_BE_OFF = dt.timedelta(minutes=5)
log = logging.getLogger(__name__)


class BooksMissing(DatabaseError):
    message = N_("{path} is not there. Was the file moved, or is its drive not connected?")


@dataclass(frozen=True)
class Books:
    """An open database. `fresh` when nobody has filled in the company yet.

    `clock_off`: how far this PC's clock is ahead of the server's, where that is more than it may be.
    """

    engine: Engine
    address: str
    company: str
    demo: bool
    fresh: bool
    users: tuple[Actor, ...]
    features: frozenset[str]
    clock_off: dt.timedelta | None = None


def open_books(address: str, password: str = "", *, create: bool = False) -> Books:
    """Bring the database up to date and open it. Raises the DatabaseError family.

    A file that is missing is only made with `create`; a password that is asked for and not given is looked for in
    the keyring.
    """
    url = database.as_url(address)
    if url.get_backend_name() == "sqlite":
        if not create and not Path(str(url.database)).exists():
            raise BooksMissing(path=str(url.database))
    elif not url.password:
        url = url.set(password=password or _kept_password(url, address))
    full = url.render_as_string(hide_password=False)
    try:
        if create and url.get_backend_name() == "postgresql":
            _make_database(url)
        database.upgrade(full)
        engine = database.open_engine(full)
        with engine.connect() as connection:
            row = connection.execute(select(company)).one()
            stores = connection.execute(select(warehouse.c.id).limit(1)).first()
            clock_off = _clock_off(connection)
        return Books(engine, address, row.name, bool(row.demo), row.version == 1 and stores is None, users(engine),
                     in_use(dict(row._mapping)), clock_off)
    except DBAPIError as error:
        raise database.translated(error) from error
    except DatabaseError as error:
        if not error.data.get("path"):
            error.data["path"] = str(url.database)
        raise


def _kept_password(url: URL, address: str) -> str | None:
    """What the keyring has, where the server asks for a password; most programs never load what keyrings need."""
    asking = database.open_engine(url)
    try:
        asking.connect().close()
    except DBAPIError as error:
        connection = getattr(error.orig, "pgconn", None)
        return passwords.find(address) if connection is not None and connection.needs_password else None
    finally:
        asking.dispose()
    return None


def _clock_off(connection: Connection) -> dt.timedelta | None:
    """Documents are dated by the clock of the PC, so it has to go like everybody's; a file has no clock."""
    if connection.dialect.name == "sqlite":
        return None
    before = unit_of_work.utc_now()
    there: dt.datetime = connection.execute(text("SELECT clock_timestamp() AT TIME ZONE 'UTC'")).scalar_one()
    off = before + (unit_of_work.utc_now() - before) / 2 - there
    if abs(off) <= CLOCK_MAY_BE_OFF:
        return None
    log.warning("the clock of this PC is %.0f seconds ahead of the server's", off.total_seconds())
    return off


def _make_database(url: URL) -> None:
    """Create the database on the server unless it is there."""
    everywhere = database.open_engine(url.set(database="postgres").render_as_string(hide_password=False))
    try:
        with everywhere.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if not connection.scalar(known, {"name": url.database}):
                name = everywhere.dialect.identifier_preparer.quote_identifier(str(url.database))
                connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    finally:
        everywhere.dispose()


def users(engine: Engine) -> tuple[Actor, ...]:
    """Who may work here: the active employees with the rights of their roles; one administrator at least."""
    e = employee.c
    with engine.connect() as connection:
        rows = connection.execute(select(e.id, e.name, e.role).where(e.active).order_by(
            e.role != "administrator", e.id)).all()
    people = tuple(Actor(r.name, access.ROLES.get(r.role or "", frozenset()), r.id, r.role or "") for r in rows)
    if any(r.role == "administrator" for r in rows):
        return people
    return (access.administrator(tr("Administrator")), *people)


def location(address: str) -> tuple[str, str]:
    """(name of the books, host) of an address as people say it; no host for a file."""
    url = database.as_url(address)
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).stem, ""
    return str(url.database or ""), url.host or "localhost"


def without_password(address: str) -> tuple[str, str]:
    """An address to remember, and its password if it had one."""
    if "://" not in address:
        return address, ""
    url = database.as_url(address)
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(), str(url.password or "")
