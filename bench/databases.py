"""Databases to measure on: always new ones, so that nobody's books take part."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from jxc_desktop.services import database


@contextmanager
def fresh(address: str | None) -> Iterator[str]:
    """A new database beside the one at `address` (its disk, its server), gone again afterwards."""
    url = database.as_url(address) if address else None
    if url is None or url.get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(dir=Path(str(url.database)).parent if url else None) as folder:
            yield str(Path(folder) / "bench.db")
        return
    name = f"bench_{uuid.uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
