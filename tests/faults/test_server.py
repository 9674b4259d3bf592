"""The server crashes, its disk fails or fills up, the database is taken away: what was acknowledged is there."""

import os
import random
import shutil
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from jxc_desktop.services import database, unit_of_work
from tests.company import Company, founded, opened
from tests.faults import injection, processes, verdict
from tests.faults.logbook import Word
from tests.faults.poster import Order
from tests.faults.table import Table, runs, seed
from tests.faults.test_disk import REFUSED, ROOT, post_until_full, small_disk
from tests.faults.test_kill import stocked, wait_for
from tests.pgcluster import Cluster, server_programs

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the server is stopped by signals")


class Mortal(Cluster):
    """A server that crashes and comes back; it commits for good, because these tests are about that."""

    def _create(self) -> None:
        super()._create()
        with (self.folder / "data" / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
            file.write("fsync = on\nfull_page_writes = on\nsynchronous_commit = on\n"
                       "recovery_init_sync_method = syncfs\n")

    def crash(self) -> None:
        """What `pg_ctl restart -m immediate` does."""
        self.stop()
        self.start()

    def stop(self) -> None:
        assert self.process
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        self.process.wait(20)

    def start(self) -> None:
        self._start()

    def disconnect(self, name: str) -> None:
        """Everybody from this database, and until they have gone."""
        self.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")

    def knows(self, name: str) -> bool:
        with psycopg.connect(self.url("postgres", driver="")) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    @contextmanager
    def on_a_bad_disk(self, first: int) -> Iterator[Path]:
        """In each process of the server the `first` fdatasync fails; yields the notes of that."""
        notes = self.folder / "notes"
        self.under = injection.under("fdatasync", "EIO", notes, first)
        self.crash()
        try:
            yield notes
        finally:
            self.under = ()
            self.crash()


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    with Mortal(server_programs()) as server:
        server.execute("CREATE DATABASE founded")
        database.upgrade(server.url("founded"))
        founded(server.url("founded"))
        yield server


@pytest.fixture
def mortal_company(mortal: Mortal) -> Iterator[Company]:
    """On a server of its own."""
    name = f"test_{uuid.uuid4().hex}"
    mortal.execute(f"CREATE DATABASE {name} TEMPLATE founded STRATEGY file_copy")
    with opened(mortal.url(name)) as company:
        yield company
        company.engine.dispose()


def test_a13_server_crashes_while_posting(mortal: Mortal, mortal_company: Company, tmp_path: Path,
                                          table: Table) -> None:
    times, posters, company = runs(5, 50), 2, mortal_company
    items = stocked(company, 5)
    logs, stop = [tmp_path / f"a13-{number}" for number in range(posters)], tmp_path / "stop"
    working = processes.together([Order(company.url, str(log), items, seed(number), 10**6, until=str(stop))
                                  for number, log in enumerate(logs)])
    wait_for(*logs)
    for number in range(times):
        time.sleep(random.Random(seed(number)).uniform(0.1, 0.4) if times < 10 else 5)
        mortal.crash()
    time.sleep(0.3)
    stop.touch()
    processes.finish(working)
    company.engine.dispose()
    found = verdict.judge(company.engine, logs)
    record = found.record
    unanswered = len(record.stories) - len(record.keys(Word.POSTED, Word.REFUSED))
    longest = record.seconds()[-1]
    table.row("A13 server crashes while posting", "postgresql", times, found.failures,
              f"{len(record.stories)} documents, {unanswered} unanswered, reconnected in {longest:.2f} s at most")
    assert not found.failures and not unanswered and longest < 10, (found, record.errors())


@pytest.mark.skipif(bool(injection.MISSING), reason=injection.MISSING)
def test_a4_errors_of_the_disk_of_a_server(mortal: Mortal, mortal_company: Company, tmp_path: Path,
                                           table: Table) -> None:
    """The server writes a commit but its disk does not keep it: it panics, and finds the commit as it recovers."""
    company, wanted, log = mortal_company, runs(20, 200), tmp_path / "a4"
    items = stocked(company, 5)
    company.engine.dispose()
    with mortal.on_a_bad_disk(2) as notes:
        processes.finish([processes.start(Order(company.url, str(log), items, seed(0), 2 * wanted, "delivery"))])
        failed = injection.count(notes)
    found = verdict.judge(company.engine, [log])
    record = found.record
    posted, slowest = len(record.keys(Word.POSTED)), record.seconds()[-1]
    table.row("A4 EIO in fdatasync of the server", "postgresql", failed, found.failures + 2 * wanted - posted,
              f"{posted} of {2 * wanted} posted, each answered within {slowest:.2f} s")
    assert failed >= wanted and not found.failures and posted == 2 * wanted and slowest < 10, (
        found, record.errors(), failed)


@pytest.mark.skipif(not ROOT or shutil.which("mount") is None, reason="only root may make a small disk")
def test_a5_disk_of_a_server_full(mortal: Mortal, table: Table) -> None:
    """The same as with a file: posting until it is full, and on once there is room."""
    disk = mortal.folder / "disk"
    with small_disk(disk, 60):
        os.chown(disk, mortal.user["user"], mortal.user["group"])
        mortal.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        mortal.execute("CREATE DATABASE small TEMPLATE founded TABLESPACE small STRATEGY file_copy")
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 1_000_000))
        with opened(mortal.url("small")) as company:
            told = post_until_full(company, ballast.unlink)
        mortal.execute("DROP DATABASE small WITH (FORCE)")
        mortal.execute("DROP TABLESPACE small")
    table.row("A5 disk full", "postgresql", *told)
    assert not told[1], told


def test_a6_database_of_a_server_taken_away(mortal: Mortal, mortal_company: Company, table: Table,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    """Read-only, closed, gone, renamed, or the whole server stopped: it says so and saves nothing."""
    patience, company, slowest, failures = runs(1, 5), mortal_company, 0.0, 0
    monkeypatch.setattr(unit_of_work, "RECONNECT_SECONDS", patience)
    name = str(database.as_url(company.url).database)
    cases: list[Callable[[Mortal, str], AbstractContextManager[None]]] = [read_only, closed, deleted, renamed, stopped]
    for number, case in enumerate(cases):
        draft, before = company.draft("goods_receipt", (company.item(), 1, 1)), company.counts()["document"]
        with case(mortal, name):
            started = time.monotonic()
            with pytest.raises(REFUSED):
                company.save(draft, key=f"k{number}")
            slowest = max(slowest, time.monotonic() - started)
            failures += case in (deleted, renamed) and mortal.knows(name)
        failures += company.counts()["document"] != before
        company.save(draft, key=f"k{number}")
        failures += company.counts()["document"] != before + 1
    table.row("A6 database taken away", "postgresql", len(cases), failures,
              f"told after {slowest:.2f} s at most, with attempts for {patience} s")
    assert not failures and slowest < 10


@contextmanager
def read_only(server: Mortal, name: str) -> Iterator[None]:
    server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    server.disconnect(name)
    yield
    server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    server.disconnect(name)


@contextmanager
def closed(server: Mortal, name: str) -> Iterator[None]:
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.disconnect(name)
    yield
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextmanager
def deleted(server: Mortal, name: str) -> Iterator[None]:
    server.disconnect(name)
    server.execute(f"CREATE DATABASE kept TEMPLATE {name} STRATEGY file_copy")
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    yield
    server.execute(f"ALTER DATABASE kept RENAME TO {name}")


@contextmanager
def renamed(server: Mortal, name: str) -> Iterator[None]:
    server.disconnect(name)
    server.execute(f"ALTER DATABASE {name} RENAME TO away")
    yield
    server.execute(f"ALTER DATABASE away RENAME TO {name}")


@contextmanager
def stopped(server: Mortal, name: str) -> Iterator[None]:
    server.stop()
    yield
    server.start()
