"""Databases to measure on: always new ones, so that nobody's books take part, and gone afterwards."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from bench import growth, server
from jxc_desktop.services import database


class Place:
    """Where new databases are made: a folder for SQLite files, or a PostgreSQL server."""

    def __init__(self, url: URL):
        self._url = url
        self.name: str = url.get_backend_name()
        self._made: list[str] = []
        self._grown: dict[int, str] = {}

    @property
    def _on_sqlite(self) -> bool:
        return self.name == "sqlite"

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new database with our empty tables."""
        address = self._new()
        database.upgrade(address)
        yield address
        self._drop(address)

    @contextmanager
    def copy(self, address: str) -> Iterator[str]:
        """A copy of a database that nobody has open."""
        made = self._new(like=address)
        yield made
        self._drop(made)

    def grown(self, rows: int) -> str:
        """A database with a stock ledger of about so many rows; made once in a run, whoever asks for it."""
        if rows not in self._grown:
            address = self._new(like=self.grown(0) if rows else "")
            database.upgrade(address)
            growth.grow(address, rows)
            self._grown[rows] = address
        return self._grown[rows]

    def close(self) -> None:
        for address in list(self._made):
            self._drop(address)

    def _new(self, like: str = "") -> str:
        name = f"bench_{uuid.uuid4().hex}"
        if self._on_sqlite:
            made = str(Path(str(self._url.database)) / f"{name}.db")
            if like:
                shutil.copyfile(like, made)
        else:
            made = self._url.set(database=name).render_as_string(hide_password=False)
            template = f" TEMPLATE {database.as_url(like).database} STRATEGY file_copy" if like else ""
            self._on_server(f"CREATE DATABASE {name}{template}")
        self._made.append(made)
        return made

    def _drop(self, address: str) -> None:
        self._made.remove(address)
        if self._on_sqlite:
            for ending in ("", *database.BESIDE):
                Path(address + ending).unlink(missing_ok=True)
        else:
            self._on_server(f"DROP DATABASE {database.as_url(address).database} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


class Lab:
    """The places of one run: beside the database somebody named, else a folder and a server of our own."""

    def __init__(self, address: str | None = None):
        self._address = address
        self._stack = ExitStack()
        self.places: list[Place] = []
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        url = database.as_url(self._address) if self._address else None
        if url is not None and url.get_backend_name() == "postgresql":
            self._add(url)
            return self
        beside: Any = Path(str(url.database)).parent if url is not None else None
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="jxc-bench-", dir=beside))
        self._add(URL.create("sqlite", database=folder))
        if url is None:
            try:
                self._add(database.as_url(self._stack.enter_context(server.running())))
            except server.NoServer as error:
                self.notes.append(str(error))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _add(self, url: URL) -> None:
        place = Place(url)
        self._stack.callback(place.close)
        self.places.append(place)

    @property
    def first(self) -> Place:
        """Where the database does not matter much."""
        return self.places[0]
