"""A poster dies, or the answer to its commit is lost: what was acknowledged is there, once and whole."""

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jxc_desktop.services import database
from tests.company import Company, opened
from tests.faults import processes, verdict
from tests.faults.logbook import Word
from tests.faults.poster import Order
from tests.faults.proxy import Proxy
from tests.faults.table import Table, runs, seed


def stocked(company: Company, count: int, quantity: int = 100_000) -> tuple[int, ...]:
    """Items with plenty of stock."""
    items = tuple(company.item() for _ in range(count))
    company.post("opening_stock", *((item, quantity, "1.5") for item in items))
    return items


def wait_for(*logs: Path, lines: int = 1) -> None:
    """Until these posters have written so many lines."""
    end = time.monotonic() + 30
    while not all(log.exists() and log.read_bytes().count(b"\n") >= lines for log in logs):
        assert time.monotonic() < end, "a poster did not begin"
        time.sleep(0.005)


def test_a1_killed_while_posting(company: Company, tmp_path: Path, table: Table) -> None:
    """kill -9 at a random moment; the next program starts without questions and posts on."""
    items, times, recovery = stocked(company, 5), runs(10, 200), []
    logs = []
    for number in range(times):
        logs.append(tmp_path / f"a1-{number}")
        process = processes.start(Order(company.url, str(logs[-1]), items, seed(number), 10_000))
        wait_for(logs[-1], lines=1 + number % 8)
        time.sleep(random.Random(seed(number)).uniform(0, 3 if times > 10 else 0.05))
        process.kill()
        process.join()
        started = time.monotonic()
        company.post("other_in", (items[0], 1))
        recovery.append(time.monotonic() - started)
    found = verdict.judge(company.engine, logs)
    told = len(found.record.stories)
    table.row("A1 killed while posting", company.engine.dialect.name, times, found.failures,
              f"{told} documents begun, {len(found.lost)} lost; next save after {max(recovery):.2f} s at most")
    assert not found.failures and max(recovery) < 3, (found, recovery)


@pytest.mark.skipif(os.name == "nt", reason="no fork")
def test_a2_killed_before_every_statement(company: Company, tmp_path: Path, table: Table) -> None:
    """A ten-line delivery is posted whole or not at all, wherever its program dies."""
    items, log = stocked(company, 10), tmp_path / "a2"
    processes.finish([processes.start(Order(company.url, str(log), items, mix="delivery", everywhere=True))])
    found = verdict.judge(company.engine, [log])
    covered = len(found.record.stories) - 1
    table.row("A2 killed before every statement", company.engine.dialect.name, covered, found.failures,
              f"{covered} of {covered} statements, the last is the commit")
    posted = verdict.remarks(company.engine)
    assert [key for key in found.record.stories if posted[key]] == [f"a2-{covered + 1}"], "half, or too early"
    assert not found.failures and covered > 20, found


def test_a12_serialization_failures(pg_company: Company, tmp_path: Path, table: Table) -> None:
    """Every third insert of a document fails as under SERIALIZABLE; nobody sees it and nothing is posted twice."""
    items, count = stocked(pg_company, 3), runs(40, 1000)
    with pg_company.engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE fault"))
        connection.execute(text("""CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('fault') % 3 = 0 THEN RAISE 'forced' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$"""))
        connection.execute(text("CREATE TRIGGER fault BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION fault()"))
    log = tmp_path / "a12"
    processes.finish([processes.start(Order(pg_company.url, str(log), items, seed(0), count, "delivery"))])
    found = verdict.judge(pg_company.engine, [log])
    forced = int(pg_company.scalar(text("SELECT last_value FROM fault")))
    shown = count - len(found.record.keys(Word.POSTED))
    table.row("A12 serialization failures", "postgresql", count, found.failures + shown,
              f"{forced // 3} forced, {shown} shown")
    assert not found.failures and not shown


def test_a14_connection_cut_at_the_commit(pg_company: Company, tmp_path: Path, table: Table) -> None:
    """Before it arrives or after it was carried out: the key tells, and the document is posted once."""
    [item], times = stocked(pg_company, 1), runs(20, 500)
    url, failures = database.as_url(pg_company.url), 0
    with Proxy(int(url.port or 0)) as proxy, opened(through(proxy, url)) as far:
        for number in range(times):
            proxy.cut = ("before", "after")[number % 2]
            saved = far.save(far.draft("delivery_note", (item, 1, 9), remark=f"a14-{number}"), key=f"a14-{number}")
            failures += saved.number is None
        cuts = proxy.cuts
    posted = verdict.remarks(pg_company.engine)
    doubled = sum(posted[f"a14-{number}"] > 1 for number in range(times))
    failures += sum(posted[f"a14-{number}"] != 1 for number in range(times))
    broken = verdict.broken(pg_company.engine)
    table.row("A14 connection cut at the commit", "postgresql", times, failures + len(broken),
              f"{cuts} cut, {doubled} doubled, {times - failures} resolved")
    assert cuts == times and not failures and not broken


def through(proxy: Proxy, url: Any) -> str:
    return str(url.set(port=proxy.port).render_as_string(hide_password=False))
