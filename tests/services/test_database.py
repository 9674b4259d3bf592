"""Opening, creating and upgrading databases, and what is refused: newer, foreign, damaged, gone, read-only, busy."""

import errno
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from jxc_desktop import errors
from jxc_desktop.models import IMMUTABLE, TABLES
from jxc_desktop.paths import MIGRATIONS
from jxc_desktop.services import access, database, documents, driver_errors
from jxc_desktop.services.queries import ListQuery, Queries
from jxc_desktop.services.unit_of_work import Commands
from tests.company import Company, opened
from tests.pgcluster import Cluster

NEXT = f"{int(database.SCHEMA) + 1:04}"  # the version after this one
POSIX = pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")


def file_of(url: str) -> Path:
    return Path(str(database.as_url(url).database))


def save_a_unit(url: str, **patience: float) -> None:
    """The smallest command that writes."""
    engine = database.open_engine(url, *patience.values())
    try:
        name_a_unit(Commands(engine, access.administrator(), "test", **patience))
    finally:
        engine.dispose()


def name_a_unit(commands: Commands) -> None:
    from jxc_desktop.document_types.schema import RecordDraft
    from jxc_desktop.services import records

    commands.execute(records.save, RecordDraft("unit", {"name": f"u{time.monotonic_ns()}", "decimals": 0}))


# --- addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "expected"), [
    ("postgresql://a:b@h/d", "postgresql+psycopg://a:b@h/d"), ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
    ("/books/my books.db", "sqlite:////books/my books.db")])
@pytest.mark.skipif(os.name == "nt", reason="drive letters")
def test_addresses(given: str, expected: str) -> None:
    assert database.as_url(given).render_as_string(hide_password=False) == expected


# --- creating and upgrading ----------------------------------------------------------------------------------


def test_a_new_file_is_ours(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "账 %23?#&.db"
    database.upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (database.APPLICATION_ID,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (database.SCHEMA,)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_current_database_is_left_alone(db_url: str) -> None:
    with opened(db_url) as company:
        before = company.counts()
        database.upgrade(db_url)
        assert company.counts() == before


@contextmanager
def next_version(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> Iterator[None]:
    """The program as it will be with one migration more."""
    shutil.copytree(MIGRATIONS, folder / "alembic", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "alembic" / "versions" / f"{NEXT}_next.py").write_text(
        f"from alembic import op\nrevision = '{NEXT}'\ndown_revision = '{database.SCHEMA}'\n\n\ndef upgrade():\n"
        f"    op.execute('CREATE TABLE later (id INTEGER)')\n    {body}\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", folder / "alembic")
        patch.setattr(database, "SCHEMA", NEXT)
        yield


def version_and_tables(url: str) -> tuple[str, bool]:
    engine = create_engine(database.as_url(url))
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        later = engine.dialect.has_table(connection, "later")
    engine.dispose()
    return str(version), later


def test_an_older_database_is_upgraded_after_a_copy(
        db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(db_url) as company:
        item = company.item()
    with next_version(monkeypatch, tmp_path / "next", "pass"):
        database.upgrade(db_url)
    assert version_and_tables(db_url) == (NEXT, True)
    if db_url.startswith("sqlite"):
        [copy] = file_of(db_url).parent.glob(f"*.before-{NEXT}-*")
        assert version_and_tables(f"sqlite:///{copy}") == (database.SCHEMA, False)
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT id FROM item").fetchall() == [(item,)]


def test_a_migration_that_fails_leaves_the_old_version_whole(
        db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with next_version(monkeypatch, tmp_path / "next", "raise OSError('power cut')"), pytest.raises(OSError):
        database.upgrade(db_url)
    assert version_and_tables(db_url) == (database.SCHEMA, False)
    with opened(db_url) as company:
        company.post("goods_receipt", (company.item(), 1, 1))


# --- what is refused -----------------------------------------------------------------------------------------


def set_version(url: str, version: str) -> None:
    engine = create_engine(database.as_url(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    engine.dispose()


def test_a_newer_schema_is_refused_and_untouched(db_url: str) -> None:
    set_version(db_url, "0999")
    with pytest.raises(errors.DatabaseNewer) as caught:
        database.upgrade(db_url)
    assert caught.value.data == {"found": "0999"}
    assert version_and_tables(db_url)[0] == "0999"


def test_somebody_elses_tables_are_refused_and_untouched(pg_cluster: object, pg_url: str, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.executescript("CREATE TABLE customers (id INTEGER); INSERT INTO customers VALUES (1)")
    content = foreign.read_bytes()
    with pytest.raises(errors.DatabaseForeign) as caught:
        database.upgrade(foreign)
    assert caught.value.data["path"] == str(foreign)
    assert foreign.read_bytes() == content
    engine = create_engine(pg_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    with pytest.raises(errors.DatabaseForeign):
        database.upgrade(pg_url)


def test_another_products_alembic_is_foreign(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.executescript("CREATE TABLE alembic_version (version_num TEXT);"
                                 "INSERT INTO alembic_version VALUES ('abc'); CREATE TABLE users (id INTEGER)")
    with pytest.raises(errors.DatabaseForeign):
        database.upgrade(foreign)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(5000), b"code,name\n1,x\n" * 500, bytes(8192),
                                     b"PK\x03\x04" + bytes(4096), b"SQLite format 3"])
def test_a_file_of_another_kind_is_refused_and_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "books.db"
    path.write_bytes(content)
    with pytest.raises(errors.DatabaseForeign) as caught:
        database.upgrade(path)
    assert str(path) in caught.value.text()
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["books.db"]


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(errors.DatabaseForeign):
        database.upgrade(tmp_path)


def test_truncated_files_are_damaged_and_untouched(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    whole = path.read_bytes()
    for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.99):
        part = whole[: int(len(whole) * share)]
        path.write_bytes(part)
        with pytest.raises((errors.DatabaseDamaged, errors.DatabaseForeign)) as caught:
            database.upgrade(path)
            save_a_unit(sqlite_url)
        assert str(path) in caught.value.text()
        assert path.read_bytes() == part


def test_checking_a_file_does_not_drop_the_locks_of_this_process(sqlite_url: str) -> None:
    """On POSIX, closing a file drops all locks that the process holds on it: so only SQLite may open it."""
    path = file_of(sqlite_url)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        database.check_file(path)
        probe = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
        assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", f"""
try:
    {probe}
except sqlite3.OperationalError:
    raise SystemExit(3)
""") == 3


@POSIX
def test_a_file_that_was_moved_away_is_missed_and_not_replaced(sqlite_url: str) -> None:
    path = file_of(sqlite_url)
    with opened(sqlite_url) as company:
        draft = company.draft("goods_receipt", (company.item(), 1, 1))
        before = company.counts()
        away = path.rename(path.with_suffix(".away"))
        with pytest.raises(errors.DatabaseGone):
            company.save(draft)
        assert not path.exists()
        with pytest.raises(errors.DatabaseGone):
            save_a_unit(sqlite_url)
        assert not path.exists()
        away.rename(path)
        assert company.counts() == before
        company.save(draft)


def test_a_missing_file_is_not_made_by_opening_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    with pytest.raises(errors.DatabaseGone):
        save_a_unit(url)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_server_or_database_is_gone(pg_url: str) -> None:
    url = database.as_url(pg_url)
    for missing in (url.set(port=1), url.set(database="no_such_db")):
        with pytest.raises(errors.DatabaseGone):
            save_a_unit(missing.render_as_string(hide_password=False), patience=0.2)


@contextmanager
def somebody_who_may_only_read(path: Path) -> Iterator[None]:
    """Root may write everywhere, so the test becomes nobody for a while."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        path.parent.chmod(0o755)
        path.chmod(0o644)


@POSIX
def test_a_read_only_file_can_be_read_and_says_so_when_written(sqlite_template: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = Path(shutil.copyfile(sqlite_template, Path(folder) / "jxc.db"))
        with somebody_who_may_only_read(path):
            database.upgrade(path)
            engine = database.open_engine(path)
            with engine.connect() as connection:
                assert connection.execute(select(TABLES["company"].c.name)).scalar_one() == "我的公司"
            with pytest.raises(errors.DatabaseReadOnly):
                name_a_unit(Commands(engine, access.administrator(), "test"))
            engine.dispose()
        assert path.read_bytes() == sqlite_template.read_bytes()


def test_a_read_only_server_says_so(pg_url: str) -> None:
    engine = create_engine(pg_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on"))
    engine.dispose()
    with pytest.raises(errors.DatabaseReadOnly):
        save_a_unit(pg_url)


def test_a_busy_database_says_so_and_in_time(db_url: str) -> None:
    with opened(db_url) as company:
        before = company.counts()
        blocker = create_engine(database.as_url(db_url))
        with blocker.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if db_url.startswith("sqlite") else
                                       "LOCK TABLE command IN ACCESS EXCLUSIVE MODE")
            started = time.monotonic()
            with pytest.raises(errors.DatabaseBusy):
                save_a_unit(db_url, patience=0.2)
            assert time.monotonic() - started < 3
            connection.rollback()
        blocker.dispose()
        assert company.counts() == before
        save_a_unit(db_url, patience=0.2)


def test_lost_connections_are_made_again(pg_url: str, pg_cluster: object) -> None:
    with opened(pg_url) as company:
        item = company.item()
        pg_cluster.execute(  # type: ignore[attr-defined]
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
            f"'{database.as_url(pg_url).database}'")
        company.post("goods_receipt", (item, 1, 1))
        assert company.on_hand(item) == 1


@pytest.mark.parametrize(("code", "meaning"), [
    (sqlite3.SQLITE_FULL, errors.DatabaseFull), (sqlite3.SQLITE_IOERR | 4 << 8, errors.DatabaseGone),
    (sqlite3.SQLITE_BUSY, errors.DatabaseBusy), (sqlite3.SQLITE_READONLY | 4 << 8, errors.DatabaseGone)])
def test_what_sqlite_reports_is_said_in_words(code: int, meaning: type[errors.DatabaseError]) -> None:
    original = sqlite3.OperationalError("x")
    original.sqlite_errorcode = code
    assert type(database.translated(DBAPIError("", {}, original))) is meaning


# --- settings of the connection ------------------------------------------------------------------------------


def test_the_journal_is_a_wal_only_where_that_is_safe(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(file_of(sqlite_url))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    expected = "wal" if sqlite3.sqlite_version_info >= database.SAFE_WAL else "delete"
    for network, mode in ((False, expected), (True, "delete")):
        monkeypatch.setattr(database, "on_network", lambda path, network=network: network)
        engine = database.open_engine(sqlite_url)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == mode
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        engine.dispose()


def test_writers_take_the_lock_at_once(sqlite_url: str) -> None:
    engine = database.open_engine(sqlite_url, 0.05)
    with database.write(engine).begin(), pytest.raises(DBAPIError) as caught, database.write(engine).begin():
        raise AssertionError("two writers at once")
    assert isinstance(database.translated(caught.value), errors.DatabaseBusy)
    with database.write(engine).begin(), engine.connect() as reader:
        assert reader.scalar(select(TABLES["company"].c.id)) == 1
    engine.dispose()


# --- the database keeps its ledgers --------------------------------------------------------------------------


def filled(company: Company) -> None:
    """At least one row in every table that only grows."""
    from jxc_desktop.services import sealing

    company.post("goods_receipt", (company.item(), 1, 1))
    company.run(sealing.seal)


@pytest.mark.parametrize("table", IMMUTABLE)
def test_the_database_itself_refuses_to_change_a_ledger(company: Company, table: str) -> None:
    filled(company)
    first = dict(company.rows(select(TABLES[table]).limit(1))[0]._mapping)
    column = next(c.name for c in TABLES[table].c if c.name != "id")
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if company.url.startswith("sqlite"):
        names = ", ".join(first)
        statements.append(f"INSERT OR REPLACE INTO {table} ({names}) SELECT {names} FROM {table}")
    else:
        statements += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE", "TRUNCATE document, item CASCADE"]
    before = company.rows(select(TABLES[table]).order_by(TABLES[table].c.id))
    for statement in statements:
        with pytest.raises(DBAPIError) as caught, database.write(company.engine).begin() as connection:
            connection.exec_driver_sql(statement)
        # PostgreSQL may refuse a TRUNCATE before our trigger is asked
        assert any(reason in str(caught.value) for reason in ("append-only", "foreign key constraint"))
    assert company.rows(select(TABLES[table]).order_by(TABLES[table].c.id)) == before


def test_restatements_move_no_stock(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 1, 1))
    row = {k: v for k, v in company.moves(saved)[0]._mapping.items() if k != "id"} | {"restated": True}
    with pytest.raises(DBAPIError) as caught, database.write(company.engine).begin() as connection:
        connection.execute(insert(TABLES["stock_move"]).values(row))
    assert "restatement_moves_nothing" in str(caught.value)


def test_commands_leave_no_transaction_open(db_url: str) -> None:
    with opened(db_url) as company:
        item = company.item()
        for _ in range(20):  # more than the pool holds, refused and done
            with pytest.raises(errors.NotEnoughStock):
                company.post("delivery_note", (item, 1, 1))
            company.run(documents.park, company.draft("delivery_note"))
        assert company.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


# --- links to a server ---------------------------------------------------------------------------------------


def test_reads_go_on_after_the_server_has_closed_its_connections(pg_url: str, pg_cluster: Cluster) -> None:
    """The first read after a restart is not the one that finds out: a closed connection is not used again."""
    with opened(pg_url) as company:
        queries = Queries(company.engine, company.commands.actor)
        connections = [company.engine.connect() for _ in range(4)]
        for connection in connections:
            connection.close()  # all four wait in the pool
        cut_off(pg_cluster, pg_url)
        for _ in connections:
            assert queries.alert_count() == 0


def cut_off(cluster: Cluster, url: str) -> None:
    """What a restarted server does to those who are connected."""
    name = database.as_url(url).database
    cluster.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")


@pytest.mark.skipif(sys.platform != "linux", reason="libpq traces its messages there alone")
def test_taking_a_connection_asks_the_server_nothing(pg_url: str, tmp_path: Path) -> None:
    """Not a round trip on the way to a save: whether the server has gone shows without asking."""
    engine = database.open_engine(pg_url)
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
    with (tmp_path / "messages").open("w") as messages:
        raw.pgconn.trace(messages.fileno())
        with engine.connect() as connection:
            assert connection.connection.driver_connection is raw
        raw.pgconn.untrace()
    assert not (tmp_path / "messages").read_text()
    engine.dispose()


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own numbers")
def test_a_link_that_is_cut_without_a_word_is_noticed_in_time(pg_url: str) -> None:
    """By the system, which asks the other end when it is quiet; who brings his own pace keeps it."""
    for given, idle in (("", 2), ("?keepalives_idle=60", 60)):
        engine = database.open_engine(pg_url + given)
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            with socket.socket(fileno=os.dup(raw.fileno())) as link:
                assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                pace = [link.getsockopt(socket.IPPROTO_TCP, option) for option in (
                    socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)]
        assert pace == [idle, 2, 2, 6000]
        engine.dispose()


# --- disks that fail -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [driver_errors.CORRUPT_DISK, sqlite3.SQLITE_IOERR_READ])
def test_a_disk_that_cannot_be_read_is_not_called_a_damaged_file(code: int) -> None:
    original = sqlite3.OperationalError("disk I/O error")
    original.sqlite_errorcode, original.path = code, "Z:/books.db"  # type: ignore[attr-defined]
    found = database.translated(DBAPIError("", {}, original))
    assert type(found) is errors.DatabaseUnreadable and "磁盘或网络驱动器" in found.text()
    assert "Z:/books.db" in found.text() and "备份" not in found.text()


@POSIX
@pytest.mark.parametrize("what", ["never read", "read again"])
def test_malformed_to_sqlite_is_damaged_only_if_the_disk_gives_the_file(
        sqlite_url: str, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """SQLite says 'malformed' for both; a sound file that was not read for a moment needs no backup either."""
    original = sqlite3.DatabaseError("database disk image is malformed")
    original.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    original.path = str(file_of(sqlite_url))  # type: ignore[attr-defined]

    def failing(handle: int, size: int, at: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        if what == "never read":
            patch.setattr(os, "pread", failing)
        found = database.translated(DBAPIError("", {}, original))
    assert type(found) is errors.DatabaseUnreadable and found.data["detail"] == "Input/output error"
    path = file_of(sqlite_url)
    path.write_bytes(path.read_bytes()[:20_000])
    assert type(database.translated(DBAPIError("", {}, original))) is errors.DatabaseDamaged


@pytest.mark.parametrize("letter", [0xFF, 0x80])
def test_a_damaged_schema_is_refused_in_words_and_untouched(sqlite_url: str, letter: int) -> None:
    path = file_of(sqlite_url)
    whole = path.read_bytes()
    for number in (0, 3, 5, 7, 11):  # in the words that SQLite has to know
        content = bytearray(whole)
        content[whole.index(b"CREATE TABLE item") + number] = letter
        path.write_bytes(content)
        with pytest.raises(errors.DatabaseDamaged) as caught:
            database.upgrade(path)
        assert str(path) in caught.value.text() and path.read_bytes() == content


def test_letters_that_nobody_wrote_are_damage(sqlite_url: str) -> None:
    with opened(sqlite_url) as company:
        company.item(name="letters that will be others")
        company.engine.dispose()
        path = file_of(sqlite_url)
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"letters that", b"letters \xff\xfet"))
        with pytest.raises(errors.DatabaseDamaged):
            Queries(company.engine, company.commands.actor).list_page(ListQuery("record/item"))
        company.engine.dispose()
        path.write_bytes(whole)
