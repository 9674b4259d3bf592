"""The test button of the connect card, on a real server and on real files: every step, passed and failed."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from jxc_desktop.services import connection_check, database
from jxc_desktop.services.connection_check import IN_FOLDER, ON_SERVER, Result, Step, check, steps_for
from tests.pgcluster import Cluster


def last(address: str, password: str = "") -> Result:
    results = list(check(address, password))
    assert [r.step for r in results] == list(steps_for(address))[:len(results)]
    assert all(r.passed for r in results[:-1])
    return results[-1]


def changed(url: str, **parts: object) -> str:
    return make_url(url).set(**parts).render_as_string(hide_password=False)  # type: ignore[arg-type]


def test_a_sound_server_passes_every_step(pg_url: str) -> None:
    results = list(check(pg_url))
    assert [r.step for r in results] == list(ON_SERVER)
    assert all(r.passed and r.text for r in results)
    assert next(r for r in results if r.step is Step.VERSION).text.startswith("PostgreSQL ")
    assert results[-1].text == "账套与程序版本一致"


def test_a_name_nobody_knows(pg_url: str) -> None:
    found = last(changed(pg_url, host="no-such-host.invalid"))
    assert (found.step, found.passed) == (Step.RESOLVE, False)
    assert "no-such-host.invalid" in found.text


def test_a_port_where_nobody_listens(pg_url: str) -> None:
    found = last(changed(pg_url, port=1))
    assert (found.step, found.passed) == (Step.PORT, False)
    assert "1" in found.text


def test_a_user_the_server_refuses(pg_url: str) -> None:
    found = last(changed(pg_url, username="stranger"), "secret")
    assert (found.step, found.passed) == (Step.LOGIN, False)
    assert "stranger" in found.text and "secret" not in found.text


def test_a_database_that_is_not_there_yet_will_be_made(pg_url: str) -> None:
    found = last(changed(pg_url, database="not_there"))
    assert (found.step, found.passed) == (Step.SCHEMA, True)
    assert "not_there" in found.text


def test_a_user_who_may_not_make_the_database(pg_cluster: Cluster, pg_url: str) -> None:
    pg_cluster.execute("CREATE ROLE clerk_one LOGIN")
    try:
        found = last(changed(pg_url, username="clerk_one", database="not_there"))
        assert (found.step, found.passed) == (Step.RIGHTS, False)
    finally:
        pg_cluster.execute("DROP ROLE clerk_one")


def test_a_user_who_may_not_write(pg_cluster: Cluster, pg_url: str) -> None:
    pg_cluster.execute("CREATE ROLE clerk_two LOGIN")
    try:
        found = last(changed(pg_url, username="clerk_two"))
        assert (found.step, found.passed) == (Step.RIGHTS, False)
    finally:
        pg_cluster.execute("DROP ROLE clerk_two")


def test_a_server_that_is_too_old(pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_check, "OLDEST", 99)
    found = last(pg_url)
    assert (found.step, found.passed) == (Step.VERSION, False)
    assert "99" in found.text


def test_a_database_of_a_newer_program(db_url: str) -> None:
    engine = database.open_engine(db_url)
    with database.write(engine).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    found = last(db_url)
    assert not found.passed
    assert "9999" in found.text


def test_a_sound_file_passes_every_step(sqlite_url: str) -> None:
    results = list(check(sqlite_url))
    assert [r.step for r in results] == list(IN_FOLDER)
    assert all(r.passed for r in results)
    assert list(check(str(make_url(sqlite_url).database))) == results


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    found = last(str(tmp_path / "new.db"))
    assert (found.step, found.passed) == (Step.SCHEMA, True)
    assert not (tmp_path / "new.db").exists(), "trying out makes nothing"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    found = last(str(tmp_path / "gone" / "jxc.db"))
    assert (found.step, found.passed) == (Step.PLACE, False)


def test_files_that_are_not_ours(tmp_path: Path) -> None:
    letter, foreign = tmp_path / "letter.db", tmp_path / "foreign.db"
    letter.write_text("Dear Sir")
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE song (id)")
    connection.close()
    for path in (letter, foreign):
        found = last(str(path))
        assert (found.step, found.passed) == (Step.SCHEMA, False)
        assert path.name in found.text


def test_a_damaged_file(sqlite_url: str) -> None:
    path = Path(str(make_url(sqlite_url).database))
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xa5" * 3996
    path.write_bytes(content)
    found = last(sqlite_url)
    assert (found.step, found.passed) == (Step.SCHEMA, False)
