"""The disk fails, fills up, is taken away or lies: nothing acknowledged is lost and nobody is told a lie."""

import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from jxc_desktop import errors
from jxc_desktop.services import database
from tests.company import Company, opened
from tests.faults import injection, processes, verdict
from tests.faults.injection import Injected
from tests.faults.logbook import Word
from tests.faults.poster import Order
from tests.faults.table import Table, runs, seed
from tests.faults.test_kill import stocked
from tests.services.test_database import file_of, somebody_who_may_only_read

POSIX = pytest.mark.skipif(os.name == "nt", reason="open files cannot be moved there")
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
# every so many calls fail, so that a second try goes through; so many of them has a save, about
PACE = {"fsync,fdatasync": (7, 4), "pwrite64": (307, 140), "unlink": (3, 1),
        "pread64": (1, 1)}  # reads fail for good, as on a drive that went away
# what the check proves: ledgers as a whole, the figures of documents and of running sums. Nothing says what stood
# in names, settings, texts and times before one letter of them changed, or in a price below the rounding of amounts
PROVEN = {
    **{ledger: {"*"} for ledger in ("posting", "stock_move", "partner_entry", "audit_entry")},
    "document": {"kind", "status", "date", "entry", "partner_id", "warehouse_id", "discount_amount", "total",
                 "total_net", "total_tax", "total_quantity"},
    "document_line": {"document_id", "item_id", "quantity", "base_quantity", "amount", "discount_share", "net", "tax",
                      "value", "fulfilled", "reserved"},
    "stock_balance": {"on_hand", "reserved", "on_order"}, "cost_pool": {"quantity", "value"},
    "partner_balance": {"amount"}, "number_series": {"last"}}
REFUSED = (errors.DatabaseReadOnly, errors.DatabaseGone)


@pytest.mark.skipif(bool(injection.MISSING), reason=injection.MISSING)
@pytest.mark.parametrize(("calls", "error"), [
    ("fsync,fdatasync", "EIO"), ("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("unlink", "EIO"), ("pread64", "EIO")])
def test_a4_errors_of_the_disk(sqlite_company: Company, tmp_path: Path, table: Table, calls: str, error: str) -> None:
    """Every few calls fail, at another place of each save; the program goes on by itself."""
    company, wanted = sqlite_company, runs(20, 200)
    items, log, file = stocked(company, 10), tmp_path / "a4", file_of(company.url)
    files = [file, Path(f"{file}-journal"), Path(f"{file}-wal"), *([file.parent] if "fsync" in calls else [])]
    company.engine.dispose()
    step, per_save = PACE[calls]
    count = wanted * step // per_save
    waiting = processes.gate(2)
    working = processes.start(Order(company.url, str(log), items, seed(0), count, "delivery"), waiting)
    try:
        while not waiting.n_waiting:
            time.sleep(0.005)
        with Injected(working.pid, calls, error, files, tmp_path / "notes", 3, step) as injected:
            waiting.wait(30)
            processes.finish([working])
    except injection.Denied as reason:
        working.kill()
        pytest.skip(f"strace may not attach to other processes here: {reason}")
    found = verdict.judge(company.engine, [log])
    record = found.record
    posted, unknown = len(record.keys(Word.POSTED)), len(record.keys(Word.UNKNOWN, Word.INTENT))
    table.row(f"A4 {error} in {calls}", "sqlite", injected.count, found.failures + unknown,
              f"{posted} of {count} posted, the rest told within {record.seconds()[-1]:.2f} s")
    assert injected.count and not found.failures and not unknown and record.seconds()[-1] < 10, (
        found, record.errors(), injected.count)
    assert not any("DatabaseDamaged" in said for said in record.errors()), "a disk that fails is no damaged file"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Callable[..., object]]:
    """A disk of its own at `folder`; yields what mounts it again with other options."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)], check=True)
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def nearly_full(founded: Path, tmp_path: Path) -> Iterator[tuple[Company, Callable[[], object]]]:
    """A company with little room left, and what makes room: a small disk, or for those who may not mount one,
    a limit of pages."""
    if ROOT and shutil.which("mount"):
        with small_disk(tmp_path / "disk", 8):
            path = Path(shutil.copyfile(founded, tmp_path / "disk" / "jxc.db"))
            ballast = tmp_path / "disk" / "ballast"
            room = shutil.disk_usage(path.parent).free - 400_000
            ballast.write_bytes(bytes(room))
            with opened(f"sqlite:///{path}") as company:
                yield company, ballast.unlink
        return
    path = Path(shutil.copyfile(founded, tmp_path / "jxc.db"))
    with opened(f"sqlite:///{path}") as company:
        limit = [company.scalar(database.text("PRAGMA page_count")) + 40]
        event.listen(company.engine, "begin", lambda connection: connection.exec_driver_sql(
            f"PRAGMA max_page_count = {limit[0]}"))
        yield company, lambda: limit.__setitem__(0, 10**6)


def test_a5_disk_full(founded_file: Path, tmp_path: Path, table: Table) -> None:
    """Posting until the disk is full, and on once there is room: without a restart."""
    with nearly_full(founded_file, tmp_path) as (company, make_room):
        told = post_until_full(company, make_room)
    table.row("A5 disk full", "sqlite", *told)
    assert not told[1], told


def post_until_full(company: Company, make_room: Callable[[], object]) -> tuple[int, int, str]:
    """(documents tried, failures, how it went)."""
    items, saved, refused = stocked(company, 5), 0, 0
    drafts = (company.draft("delivery_note", *((item, 1, 9) for item in items), remark=f"a5-{n}")
              for n in range(10**5))
    while refused < 3:
        try:
            company.save(next(drafts))
            saved += 1
        except errors.DatabaseFull as error:
            refused += 1
            assert "已满" in error.text()
    make_room()
    for _ in range(10):
        company.save(next(drafts))
    posted = [count for key, count in verdict.remarks(company.engine).items() if key.startswith("a5")]
    failures = abs(saved + 10 - sum(posted)) + len(verdict.broken(company.engine)) + (saved < 4)
    return (saved + refused + 10, failures,
            f"{saved} posted until it was full, {refused} refused in words, 10 after making room")


@POSIX
def test_a6_database_taken_away(founded_file: Path, tmp_path_factory: pytest.TempPathFactory, table: Table) -> None:
    """Read-only, gone or moved: it says so within seconds, saves nothing and makes no new file in its place."""
    cases = [read_only_file, read_only_folder, deleted, renamed, *([read_only_disk] if ROOT else [])]
    slowest, failures = 0.0, 0
    for case in cases:
        with somewhere(tmp_path_factory) as folder:
            path = Path(shutil.copyfile(founded_file, folder / "jxc.db"))
            with opened(f"sqlite:///{path}") as company:
                draft = company.draft("goods_receipt", (company.item(), 1, 1))
                before = company.counts()
                with case(path) as there:
                    started = time.monotonic()
                    with pytest.raises(REFUSED):
                        company.save(draft, key="k")
                    slowest = max(slowest, time.monotonic() - started)
                    failures += path.exists() is not there
                    if there:
                        failures += company.counts() != before
                company.engine.dispose()
                company.save(draft, key="k")
                failures += company.counts()["document"] != before["document"] + 1
    table.row("A6 database taken away", "sqlite", len(cases), failures, f"told after {slowest:.2f} s at most")
    assert not failures and slowest < 10


@contextmanager
def somewhere(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that everybody may reach."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def read_only_file(path: Path) -> Iterator[bool]:
    with somebody_who_may_only_read(path):
        yield True


@contextmanager
def read_only_folder(path: Path) -> Iterator[bool]:
    with somebody_who_may_only_read(path):
        if ROOT:
            os.seteuid(0)
            path.chmod(0o666)
            os.seteuid(65534)
        yield True


@contextmanager
def deleted(path: Path) -> Iterator[bool]:
    kept = shutil.copyfile(path, path.with_suffix(".kept"))
    path.unlink()
    yield False
    os.replace(kept, path)


@contextmanager
def renamed(path: Path) -> Iterator[bool]:
    away = path.rename(path.with_suffix(".away"))
    yield False
    away.rename(path)


@contextmanager
def read_only_disk(path: Path) -> Iterator[bool]:
    """The folder becomes a disk of its own, mounted read-only."""
    with closing(sqlite3.connect(path)) as source:
        content = source.serialize()
    subprocess.run(["mount", "-t", "tmpfs", "none", str(path.parent)], check=True)
    path.write_bytes(content)
    subprocess.run(["mount", "-o", "remount,ro", str(path.parent)], check=True)
    yield True
    subprocess.run(["umount", "--lazy", str(path.parent)], check=True)


SAID = ("refused", "reported by the check", "harmless", "in names, texts or settings, which the check does not prove",
        "silent")


def test_a25_damaged_files(sqlite_company: Company, tmp_path: Path, table: Table) -> None:
    """Cut short or with a flipped bit: refused, reported, or as good as it was. What is refused is not written to."""
    company, times = sqlite_company, runs(25, 1000)
    items = stocked(company, 3)
    for number in range(12):
        company.post("delivery_note", *((item, number + 1, 9) for item in items), remark=f"{number}")
    company.run(sealing_of())
    company.engine.dispose()
    whole, expected = file_of(company.url).read_bytes(), figures(file_of(company.url))
    path, chance = tmp_path / "damaged.db", random.Random(seed(0))
    outcome = dict.fromkeys(("refused", "reported", "harmless", "unproven", "silent"), 0)
    for number in range(2 * times):
        damaged = bytearray(whole)
        at = chance.randrange(len(whole))
        if number < times:
            del damaged[at:]
        else:
            damaged[at] ^= 1 << chance.randrange(8)
        outcome[judged(path, bytes(damaged), expected)] += 1
    table.row("A25 cut short or one bit flipped", "sqlite", 2 * times, outcome["silent"],
              ", ".join(f"{count} {said}" for said, count in zip(SAID, outcome.values(), strict=True)))
    assert not outcome["silent"], outcome


def sealing_of() -> Callable[..., object]:
    from jxc_desktop.services import sealing

    return sealing.seal


Figures = dict[tuple[str, str], list[object]]


def figures(path: Path) -> Figures:
    """Every column of every table in the file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        found: Figures = {}
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{name.decode()}"')
            columns = [column[0] for column in rows.description]
            cells = zip(*rows.fetchall(), strict=True)
            found |= {(name.decode(), column): list(each) for column, each in zip(columns, cells, strict=False)}
        return found


def judged(path: Path, content: bytes, expected: Figures) -> str:
    """What the program makes of a damaged file."""
    path.write_bytes(content)
    engine = None
    try:
        database.upgrade(path)
        engine = database.open_engine(path)
        if verdict.broken(engine):
            return "reported"
    except (errors.DatabaseDamaged, errors.DatabaseForeign, errors.DatabaseError):
        assert path.read_bytes() == content, "a refused file was written to"
        return "refused"
    finally:
        if engine:
            engine.dispose()
    now = figures(path)
    changed = [key for key in expected.keys() | now.keys() if expected.get(key) != now.get(key)]
    silent = any(PROVEN.get(table, set()) & {column, "*"} for table, column in changed)
    return "silent" if silent else "unproven" if changed else "harmless"


def test_a25_files_of_another_kind(sqlite_company: Company, tmp_path: Path, table: Table) -> None:
    """Empty, a picture, somebody else's database, a journal that belongs to another file."""
    path = tmp_path / "books.db"
    contents = [b"", b"\x89PNG\r\n\x1a\n" + bytes(5000), bytes(8192), foreign(tmp_path)]
    accepted = 0
    for content in contents:
        path.write_bytes(content)
        try:
            database.upgrade(path)
            accepted += 1
        except (errors.DatabaseForeign, errors.DatabaseDamaged):
            accepted += path.read_bytes() != content
    accepted += another_journal(sqlite_company, tmp_path)
    table.row("A25 files of another kind", "sqlite", len(contents) + 1, accepted, f"{accepted} accepted in silence")
    assert not accepted


def foreign(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "foreign.db")) as connection:
        connection.executescript("CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1)")
    return (folder / "foreign.db").read_bytes()


def another_journal(company: Company, folder: Path) -> int:
    """A hot journal of another database of ours beside this one: the books must not become a mixture."""
    path = file_of(company.url)
    other = Path(shutil.copyfile(path, folder / "other.db"))
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE item SET remark = hex(randomblob(5000))")
        connection.execute("CREATE TABLE more AS SELECT randomblob(900) AS x FROM change, unit")
        journal = Path(f"{other}-journal")
        hot = journal.read_bytes() if journal.exists() else b""
    company.engine.dispose()
    before = figures(path)
    Path(f"{path}-journal").write_bytes(hot)
    try:
        same = figures(path) == before
    except sqlite3.DatabaseError:
        same = True
    Path(f"{path}-journal").unlink(missing_ok=True)
    return int(not same)
