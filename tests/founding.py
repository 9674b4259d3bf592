"""Fixtures: a small company on each of the two databases, founded once and copied for each test."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.company import Company, founded, opened
from tests.conftest import TEMPLATE
from tests.pgcluster import Cluster


@pytest.fixture(scope="session")
def founded_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = Path(shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("founded") / "founded.db"))
    founded(f"sqlite:///{file.as_posix()}")
    return file


@pytest.fixture(scope="session")
def founded_database(pg_cluster: Cluster) -> str:
    name = f"founded_{uuid.uuid4().hex}"
    pg_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    founded(pg_cluster.url(name))
    return name


@pytest.fixture
def sqlite_company(founded_file: Path, tmp_path: Path) -> Iterator[Company]:
    with opened(f"sqlite:///{shutil.copyfile(founded_file, tmp_path / 'jxc.db').as_posix()}") as made:
        yield made


@pytest.fixture
def pg_company(founded_database: str, pg_cluster: Cluster) -> Iterator[Company]:
    name = f"test_{uuid.uuid4().hex}"
    pg_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {founded_database} STRATEGY file_copy")
    with opened(pg_cluster.url(name)) as made:
        yield made
    pg_cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest) -> Company:
    """A small company on each of the two databases; its books are checked at the end."""
    made: Company = request.getfixturevalue("sqlite_company" if request.param == "sqlite" else "pg_company")
    return made
