"""Trying out a database before opening it: step by step, each with what was found. Nothing is changed."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import database

OLDEST = 13  # PostgreSQL
SECONDS = 5


class Step(StrEnum):
    """What is tried, in this order."""

    RESOLVE = "resolve"
    PORT = "port"
    LOGIN = "login"
    VERSION = "version"
    PLACE = "place"
    RIGHTS = "rights"
    SCHEMA = "schema"


TITLES = {Step.RESOLVE: N_("Find the server"), Step.PORT: N_("Reach the port"), Step.LOGIN: N_("Log in"),
          Step.VERSION: N_("Version of the server"), Step.PLACE: N_("Find the folder"),
          Step.RIGHTS: N_("Rights"), Step.SCHEMA: N_("Books")}
ON_SERVER = (Step.RESOLVE, Step.PORT, Step.LOGIN, Step.VERSION, Step.RIGHTS, Step.SCHEMA)
IN_FOLDER = (Step.PLACE, Step.RIGHTS, Step.SCHEMA)


@dataclass(frozen=True)
class Result:
    """How a step went, in words."""

    step: Step
    passed: bool
    text: str


class _Failed(Exception):
    """A step that did not pass; the text says why."""


@dataclass
class _Server:
    """What the steps pass on: the engine, once somebody is logged in, and whether the database is there."""

    url: URL
    engine: Engine | None = None
    missing: bool = False
    found: dict[str, Any] = field(default_factory=dict)

    def ask(self, statement: str) -> Any:
        assert self.engine
        with self.engine.connect() as connection:
            return connection.scalar(text(statement))


def steps_for(address: str) -> tuple[Step, ...]:
    """The steps that an address goes through."""
    return IN_FOLDER if database.as_url(address).get_backend_name() == "sqlite" else ON_SERVER


def check(address: str, password: str = "") -> Iterator[Result]:
    """The steps one after another; the first that fails is the last."""
    url = database.as_url(address)
    if url.get_backend_name() == "sqlite":
        yield from _run(IN_FOLDER, _FILE_STEPS, Path(str(url.database)))
        return
    server = _Server(url if url.password else url.set(password=password or None))
    try:
        yield from _run(ON_SERVER, _SERVER_STEPS, server)
    finally:
        if server.engine:
            server.engine.dispose()


def _run(steps: tuple[Step, ...], tries: dict[Step, Callable[[Any], str]], subject: Any) -> Iterator[Result]:
    for step in steps:
        try:
            yield Result(step, True, tries[step](subject))
        except (_Failed, UserError) as error:
            yield Result(step, False, str(error))
            return
        except DBAPIError as error:
            yield Result(step, False, _words(error))
            return


def _words(error: DBAPIError) -> str:
    """What the server said, without what the driver puts around it."""
    return " ".join(str(error.orig).split()).rpartition("FATAL:")[2].strip()


# --- servers

def _resolve(server: _Server) -> str:
    host = server.url.host or "localhost"
    try:
        found = socket.getaddrinfo(host, server.url.port or 5432, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _Failed(tr("No server is called {host}. Is the name right, and the network connected?",
                         host=host)) from error
    return str(found[0][4][0])


def _port(server: _Server) -> str:
    host, port = server.url.host or "localhost", server.url.port or 5432
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except OSError as error:
        raise _Failed(tr("Nothing answers at port {port} of {host}. Is PostgreSQL running there, and open in the "
                         "firewall?", port=port, host=host)) from error
    return str(port)


def _login(server: _Server) -> str:
    """A wrong password and a missing database are told apart by trying the database every server has."""
    server.engine = database.open_engine(server.url.render_as_string(hide_password=False))
    try:
        return str(server.ask("SELECT current_user"))
    except DBAPIError as error:
        server.engine.dispose()
        everywhere = server.url.set(database="postgres")
        server.engine = database.open_engine(everywhere.render_as_string(hide_password=False))
        try:
            user = server.ask("SELECT current_user")
        except DBAPIError:
            raise _Failed(tr("User name or password are refused: {detail}", detail=_words(error))) from error
        server.missing = True
        return str(user)


def _version(server: _Server) -> str:
    number = int(server.ask("SHOW server_version_num"))
    shown = str(server.ask("SHOW server_version")).split()[0]
    if number < OLDEST * 10_000:
        raise _Failed(tr("PostgreSQL {found} is too old; {oldest} or later is needed", found=shown, oldest=OLDEST))
    if not server.missing and (encoding := server.ask("SHOW server_encoding")) != "UTF8":
        raise _Failed(tr("The database is encoded in {encoding}; it must be UTF8", encoding=encoding))
    return f"PostgreSQL {shown}"


def _rights(server: _Server) -> str:
    if server.missing:
        if not server.ask("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"):
            raise _Failed(tr("There is no database {name}, and this user may not create it. Ask the administrator "
                             "of the server", name=server.url.database))
        return tr("may create databases")
    if server.ask("SHOW transaction_read_only") == "on":
        raise _Failed(tr("The database can only be read"))
    empty = _found(server) is None
    if empty and not server.ask("SELECT has_schema_privilege(current_schema(), 'CREATE')"):
        raise _Failed(tr("This user may not create tables in the database"))
    if not empty and not server.ask("SELECT has_table_privilege('stock_move', 'INSERT')"):
        raise _Failed(tr("This user may not write in the database"))
    return tr("may read and write")


def _schema(server: _Server) -> str:
    if server.missing:
        return tr("The database {name} will be created", name=server.url.database)
    return _state(_found(server))


def _found(server: _Server) -> str | None:
    assert server.engine
    return database.found_schema(server.engine, str(server.url.database))


def _state(found: str | None) -> str:
    if found is None:
        return tr("Empty; new books will be made")
    current = found == database.SCHEMA
    return tr("Books of this version") if current else tr("Older books; they will be brought up to date")


# --- files

def _place(path: Path) -> str:
    if not path.parent.is_dir():
        raise _Failed(tr("There is no folder {folder}. Is the drive connected?", folder=path.parent))
    return tr("on a network drive") if database.on_network(str(path)) else str(path.parent)


def _file_rights(path: Path) -> str:
    there = path.exists()
    if not os.access(path if there else path.parent, os.W_OK):
        raise _Failed(tr("You may not write to {path}", path=path if there else path.parent))
    return tr("may read and write")


def _file_schema(path: Path) -> str:
    if not path.exists():
        return tr("New books will be made")
    database.check_file(path)
    engine = database.open_engine(str(path))
    try:
        with engine.connect() as connection:
            _sound(connection)
        return _state(database.found_schema(engine, str(path)))
    except DBAPIError as error:
        raise database.translated(error) from error
    finally:
        engine.dispose()


def _sound(connection: Connection) -> None:
    """A damaged file shows itself at the first look into its tables."""
    connection.execute(text("SELECT count(*) FROM sqlite_master"))


_SERVER_STEPS: dict[Step, Callable[[Any], str]] = {
    Step.RESOLVE: _resolve, Step.PORT: _port, Step.LOGIN: _login, Step.VERSION: _version, Step.RIGHTS: _rights,
    Step.SCHEMA: _schema}
_FILE_STEPS: dict[Step, Callable[[Any], str]] = {
    Step.PLACE: _place, Step.RIGHTS: _file_rights, Step.SCHEMA: _file_schema}
