"""Databases to test on, SQLite and a real PostgreSQL server: built once by the migrations, then copied."""

import gc
import logging
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from jxc_desktop import i18n
from jxc_desktop.ui.garbage import collect_due
from tests.faults.table import pytest_terminal_summary as pytest_terminal_summary
from tests.logwatch import LogWatch
from tests.pgcluster import Cluster, NoServer, server_programs

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TEMPLATE = "template_jxc"
USER_FOLDERS = {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "WIN_PD_OVERRIDE_APPDATA": "data",
    "WIN_PD_OVERRIDE_LOCAL_APPDATA": "data",
}


def pytest_collection_finish() -> None:
    """Only the main thread collects, as in the program: see jxc_desktop.ui.garbage."""
    gc.disable()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish() -> None:
    collect_due()


@pytest.fixture(scope="session")
def pg_cluster() -> Iterator[Cluster]:
    """The session's PostgreSQL server; without one the tests fail, they never skip."""
    from jxc_desktop.services.database import upgrade

    try:
        with Cluster(server_programs()) as cluster:
            cluster.execute(f"CREATE DATABASE {TEMPLATE}")
            upgrade(cluster.url(TEMPLATE))
            cluster.execute(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true ALLOW_CONNECTIONS false")
            yield cluster
    except NoServer as reason:
        pytest.fail(f"no PostgreSQL server: {reason}", pytrace=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from jxc_desktop.services.database import upgrade

    file = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{file.as_posix()}")
    return file


@pytest.fixture
def pg_url(pg_cluster: Cluster) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, dropped after the test whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    pg_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield pg_cluster.url(name)
    pg_cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    file = shutil.copyfile(sqlite_template, tmp_path / "jxc.db")
    return f"sqlite:///{file.as_posix()}"


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest) -> str:
    """Runs the test twice: on SQLite and on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "pg_url")
    return url


@pytest.fixture(autouse=True)
def own_user_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the settings and books of whoever runs it."""
    for name, folder in USER_FOLDERS.items():
        monkeypatch.setenv(name, str(tmp_path / folder))


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Whatever language a test switches to, the next one finds it as it was."""
    before = i18n.language()
    yield
    i18n.use_language(before)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """The program must not warn unnoticed: expects_log names each warning a test means to cause."""
    expected = [pattern for mark in request.node.iter_markers("expects_log") for pattern in mark.args]
    watch = LogWatch()
    logger = logging.getLogger("jxc_desktop")
    logger.addHandler(watch)
    yield
    logger.removeHandler(watch)
    if faults := watch.faults(expected):
        pytest.fail("\n".join(["the program's log is not as expected:", *faults]), pytrace=False)
