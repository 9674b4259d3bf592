"""New companies, many of them, on each of the two databases."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.company import Company, opened
from tests.founding import founded_database, founded_file
from tests.machines.runs import Fresh
from tests.pgcluster import Cluster

__all__ = ["founded_database", "founded_file"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def fresh(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """Each call founds another company."""
    if database == "sqlite":
        file: Path = request.getfixturevalue("founded_file")
        return lambda: _on_sqlite(file, tmp_path / f"{uuid.uuid4().hex}.db")
    cluster, template = request.getfixturevalue("pg_cluster"), request.getfixturevalue("founded_database")
    return lambda: _on_postgresql(cluster, template)


@contextmanager
def _on_sqlite(template: Path, file: Path) -> Iterator[Company]:
    with opened(f"sqlite:///{shutil.copyfile(template, file).as_posix()}") as company:
        event.listen(company.engine, "connect", _never_wait_for_the_disk)
        company.engine.dispose()
        yield company
    file.unlink()


def _never_wait_for_the_disk(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def _on_postgresql(cluster: Cluster, template: str) -> Iterator[Company]:
    name = f"test_{uuid.uuid4().hex}"
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        with opened(cluster.url(name)) as company:
            yield company
    finally:
        cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")
