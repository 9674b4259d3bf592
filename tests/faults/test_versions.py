"""Databases of other versions and clocks that are wrong."""

import datetime as dt
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from jxc_desktop import errors
from jxc_desktop.models import TABLES
from jxc_desktop.paths import MIGRATIONS
from jxc_desktop.services import database, sealing, unit_of_work
from jxc_desktop.services.books import open_books
from tests.company import Company, opened
from tests.faults import migrator, processes, verdict
from tests.faults.migrator import Task
from tests.faults.table import Table, runs
from tests.pgcluster import Cluster

NEXT = f"{int(database.SCHEMA) + 1:04}"  # the version after this one
MIGRATION = f'''from alembic import op
revision, down_revision = "{NEXT}", "{database.SCHEMA}"


def upgrade():
    op.execute("CREATE TABLE later (id INTEGER)")
    op.execute("CREATE TABLE much_later (id INTEGER)")
    op.execute("INSERT INTO later SELECT id FROM unit")
    op.execute("ALTER TABLE later ADD COLUMN name TEXT")
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{(tmp_path / 'empty.db').as_posix()}"
        return
    cluster: Cluster = request.getfixturevalue("pg_cluster")
    name = f"empty_{uuid.uuid4().hex}"
    cluster.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
    yield cluster.url(name)
    cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


def killed(url: str, folder: Path, version: str, notes: Path, step: int = 1) -> list[tuple[int, str]]:
    """(exit code, state of the database) at each death, and at last of the upgrade that went through."""
    processes.finish([processes.run(migrator.upgrade_everywhere, Task(url, str(folder), version, str(notes), step))])
    return [(int(line.split()[1]), line.split()[2]) for line in notes.read_text().splitlines()]


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_a26_killed_while_migrating(company: Company, tmp_path: Path, table: Table) -> None:
    """Before every statement of an upgrade: the old version or the new one stands there, whole."""
    folder = tmp_path / "alembic"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{NEXT}_next.py").write_text(MIGRATION, encoding="utf-8")
    company.item()
    company.engine.dispose()
    old = migrator.state(company.url)
    new = f"{NEXT}-{int(old.split('-')[1]) + 2}"
    deaths = killed(company.url, folder, NEXT, tmp_path / "notes")
    failures = sum(state not in (old, new) for _, state in deaths) + len(verdict.broken(company.engine))
    table.row("A26 killed while migrating", company.engine.dialect.name, len(deaths) - 1, failures,
              f"{len(deaths) - 1} of {len(deaths) - 1} statements")
    assert deaths[-1] == (0, new) and len(deaths) > 8 and not failures, deaths


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_a26_killed_while_founding(empty_url: str, tmp_path: Path, table: Table) -> None:
    """A new database is empty or complete, and the next start completes it."""
    deaths = killed(empty_url, MIGRATIONS, database.SCHEMA, tmp_path / "notes", runs(23, 1))
    failures = sum(not state.startswith(("0-0", database.SCHEMA)) for _, state in deaths)
    with opened(empty_url) as company:
        company.post("goods_receipt", (company.item(), 1, 1))
        failures += len(verdict.broken(company.engine))
    table.row("A26 killed while founding", database.as_url(empty_url).get_backend_name(), len(deaths) - 1, failures,
              "whole after the next start")
    assert deaths[-1][0] == 0 and len(deaths) > 3 and not failures, deaths


OLDER = sorted(file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py") if file.name[:4] < database.SCHEMA)


@pytest.mark.parametrize("older", OLDER)
def test_a26_older_versions_become_this_one(empty_url: str, tmp_path: Path, table: Table, older: str,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program of then has founded is brought up to date by this one, and works."""
    founded_then(empty_url, tmp_path, older, monkeypatch)
    assert migrator.state(empty_url).startswith(older)
    database.upgrade(empty_url)
    with opened(empty_url) as company:
        company.post("goods_receipt", (company.item(), 1, 1))
        failures = len(verdict.broken(company.engine))
    table.row(f"A26 older version {older}", database.as_url(empty_url).get_backend_name(), 1, failures,
              "brought up to date, posts on")
    assert not failures and migrator.state(empty_url).startswith(database.SCHEMA)


def founded_then(url: str, tmp_path: Path, older: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program of that version makes of an empty database."""
    folder = tmp_path / "alembic"
    shutil.copytree(MIGRATIONS, folder, ignore=lambda _, names: [n for n in names if older < n[:4] < "9999"])
    with monkeypatch.context() as then:
        then.setattr(database, "MIGRATIONS", folder)
        then.setattr(database, "SCHEMA", older)
        database.upgrade(url)


def test_what_was_told_twice_is_open_once_from_0003_on(empty_url: str, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    founded_then(empty_url, tmp_path, "0002", monkeypatch)
    engine = database.open_engine(empty_url)
    with database.write(engine).begin() as connection:
        for subject, cleared in (("stock", False), ("stock", False), ("stock", True), ("other", False)):
            connection.execute(text("INSERT INTO notice (kind, subject, data, raised_at) VALUES "
                                    "('cash', :subject, '{}', '2026-01-02 03:04:05')"), {"subject": subject})
            if cleared:
                connection.execute(text("UPDATE notice SET cleared_at = raised_at WHERE id = "
                                        "(SELECT max(id) FROM notice)"))
    database.upgrade(empty_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT id, subject FROM notice WHERE cleared_at IS NULL ORDER BY id")).all()
        assert [(r.id, r.subject) for r in found] == [(1, "stock"), (4, "other")]
    engine.dispose()


def test_a26_newer_versions_are_refused(company: Company, table: Table) -> None:
    engine = create_engine(database.as_url(company.url))
    for version, back in (("0999", database.SCHEMA), (database.SCHEMA, database.SCHEMA)):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        if version != back:
            with pytest.raises(errors.DatabaseNewer):
                database.upgrade(company.url)
            assert migrator.state(company.url).startswith(version)
    engine.dispose()
    table.row("A26 newer version", company.engine.dialect.name, 1, 0, "refused in words, untouched")


# --- clocks --------------------------------------------------------------------------------------------------

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
CLOCKS: dict[str, Callable[[int], dt.timedelta]] = {
    "back by a day": lambda n: -DAY * (n > 2), "ten years on": lambda n: DAY * 3653 * (n > 2),
    "an hour back, as in autumn": lambda n: -HOUR * (n > 2), "an hour on, as in spring": lambda n: HOUR * (n > 2),
    "two PCs a day apart": lambda n: DAY * (n % 2), "standing still": lambda n: dt.timedelta()}


def test_a17_clocks(company: Company, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came later stays later, whatever the clock says; numbers and seals hold."""
    item, failures, start = company.item(), 0, unit_of_work.utc_now()
    company.post("opening_stock", (item, 1000, 1))
    for name, shift in CLOCKS.items():
        count = itertools.count()
        monkeypatch.setattr(unit_of_work, "utc_now", lambda shift=shift, count=count: start + shift(next(count)))
        saved = [company.post("delivery_note", (item, 1, 9), remark=name).id for _ in range(6)]
        company.run(sealing.seal)
        p, m = TABLES["posting"].c, TABLES["stock_move"].c
        learnt = [row.document_id for row in company.rows(select(p.document_id).order_by(p.id))][-6:]
        moved = [row.document_id for row in company.rows(select(m.document_id).order_by(m.id))][-6:]
        failures += learnt != saved or moved != saved
    monkeypatch.undo()
    failures += len(verdict.broken(company.engine))
    table.row("A17 clocks", company.engine.dialect.name, len(CLOCKS), failures, "order, numbers and seals hold")
    assert not failures


@pytest.mark.expects_log("clock of this PC")
def test_a17_a_wrong_clock_is_told(pg_company: Company, table: Table, monkeypatch: pytest.MonkeyPatch,
                                   caplog: pytest.LogCaptureFixture) -> None:
    """Five minutes off the server's, either way, are said and logged when the books are opened; less is not."""
    now, minutes, failures = unit_of_work.utc_now, (0, 4, -4, 6, -6, 5_256_000), 0
    for off in minutes:
        caplog.clear()
        shift = dt.timedelta(minutes=off)
        monkeypatch.setattr(unit_of_work, "utc_now", lambda shift=shift: now() + shift)
        found = open_books(pg_company.url)
        found.engine.dispose()
        failures += bool(caplog.records) is not (abs(off) > 5) or (found.clock_off is None) is (abs(off) > 5)
        failures += bool(found.clock_off and abs(found.clock_off - shift) > dt.timedelta(seconds=5))
    table.row("A17 a clock that is off the server's", "postgresql", len(minutes), failures, "told above 5 minutes")
    assert not failures
