"""Opening books: what is there is opened, what is missing is not made behind one's back."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from jxc_desktop.errors import DatabaseDamaged, DatabaseError, DatabaseForeign, DatabaseGone, DatabaseNewer
from jxc_desktop.services import access, books, database, first_run, passwords
from jxc_desktop.services.books import BooksMissing, open_books
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Commands
from tests.company import Company
from tests.pgcluster import Cluster


def test_new_books_are_fresh_and_have_an_administrator(db_url: str) -> None:
    found = open_books(db_url)
    assert (found.fresh, found.demo, found.company) == (True, False, "我的公司")
    assert [a.permissions for a in found.users] == [access.EVERYTHING]
    found.engine.dispose()


def test_who_works_here_are_the_active_employees_with_their_roles(company: Company) -> None:
    company.record("employee", code="E1", name="王晓敏", role="salesperson")
    company.record("employee", code="E2", name="旧人", role="manager", active=False)
    found = books.users(company.engine)
    assert [a.name for a in found[1:]] == ["王晓敏"]
    assert found[0].permissions == access.EVERYTHING, "somebody must be able to do everything"
    boss = company.record("employee", code="E3", name="周雅琴", role="administrator")
    found = books.users(company.engine)
    assert (found[0].name, found[0].employee_id) == ("周雅琴", boss)
    assert found[1].may("delivery_note.save") and not found[1].may("see_cost")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "moved.db"
    with pytest.raises(BooksMissing) as error:
        open_books(str(path))
    assert str(path) in error.value.text()
    assert not path.exists()
    open_books(str(path), create=True).engine.dispose()
    assert path.exists()


def test_a_database_is_made_on_the_server_when_asked_for(pg_cluster: Cluster, pg_url: str) -> None:
    address = make_url(pg_url).set(database='new "books"').render_as_string(hide_password=False)
    try:
        with pytest.raises(DatabaseGone):
            open_books(address)
        found = open_books(address, create=True)
        assert found.fresh
        found.engine.dispose()
        open_books(address, create=True).engine.dispose()
    finally:
        pg_cluster.execute('DROP DATABASE IF EXISTS "new ""books""" WITH (FORCE)')


def test_books_of_a_newer_program_are_refused(db_url: str) -> None:
    engine = database.open_engine(db_url)
    with database.write(engine).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(DatabaseNewer):
        open_books(db_url)


def test_files_that_are_not_books_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir")
    with pytest.raises(DatabaseForeign):
        open_books(str(path))
    assert path.read_text() == "Dear Sir"


def test_a_damaged_file_is_named(sqlite_url: str) -> None:
    path = Path(str(make_url(sqlite_url).database))
    path.write_bytes(path.read_bytes()[:100] + b"\xa5" * 8000)
    with pytest.raises(DatabaseDamaged) as error:
        open_books(str(path))
    assert path.name in error.value.text()


def test_addresses_as_people_say_them() -> None:
    assert books.location("/data/东方.db") == ("东方", "")
    assert books.location("postgresql://u@192.168.1.8:5433/jxc") == ("jxc", "192.168.1.8")
    assert books.without_password("postgresql://u:secret@h/jxc") == ("postgresql+psycopg://u@h/jxc", "secret")
    assert books.without_password("C:/books/jxc.db") == ("C:/books/jxc.db", "")


def test_the_first_run_makes_what_the_first_document_needs(db_url: str) -> None:
    found = open_books(db_url)
    commands, queries = Commands(found.engine, found.users[0], "test"), Queries(found.engine, found.users[0])
    commands.execute(first_run.begin, {"name": "东方商贸", "taxpayer": "small", "tax_included": False})
    assert queries.company()["name"] == "东方商贸"
    assert [hit.name for hit in queries.choices("warehouse")] == ["主仓库"]
    assert len(queries.choices("unit")) == len(first_run.UNITS)
    commands.execute(first_run.begin, {"name": "东方"})
    assert len(queries.choices("warehouse")) == 1, "what is there stays as it is"
    found.engine.dispose()
    again = open_books(db_url)
    assert not again.fresh
    again.engine.dispose()


def test_the_keyring_is_asked_for_what_the_server_asks_for(
        pg_cluster: Cluster, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server trusts the user nobody looks for a password: keyrings are slow to load."""
    asked: list[str] = []
    monkeypatch.setattr(passwords, "find", lambda address: asked.append(address) or "geheim")
    open_books(pg_url).engine.dispose()
    assert asked == []
    rules = pg_cluster.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    pg_cluster.execute("CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'geheim'")
    try:
        rules.write_text(f"host all guarded all scram-sha-256\n{before}")
        pg_cluster.execute("SELECT pg_reload_conf()")
        address = make_url(pg_url).set(username="guarded").render_as_string(hide_password=False)
        open_books(address).engine.dispose()
        assert asked == [address]
        with pytest.raises(DatabaseError):
            open_books(address, "wrong")
        open_books(address, "geheim").engine.dispose()
        assert asked == [address]  # what was typed goes first
    finally:
        rules.write_text(before)
        pg_cluster.execute("SELECT pg_reload_conf()")
        pg_cluster.execute("DROP ROLE guarded")
