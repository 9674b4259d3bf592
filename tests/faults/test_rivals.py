"""Many at once: nothing is oversold, overwritten or counted wrong, and everybody gets a turn."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

from jxc_desktop import document_types
from jxc_desktop.errors import NotFound, StaleDocument, WrongState
from jxc_desktop.services import database, documents, records
from jxc_desktop.services.sync import Feed, start_of
from tests.company import Company
from tests.faults import logbook, processes, reader, verdict
from tests.faults.logbook import Word
from tests.faults.poster import Order
from tests.faults.table import Table, runs, seed
from tests.faults.test_kill import stocked


def waits(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and longest of what savers waited."""
    median, most = (seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    return f"p50 {median * 1000:.0f} ms, p99 {most * 1000:.0f} ms, longest {seconds[-1]:.2f} s"


def test_a8_a9_eight_programs_and_one_hot_item(company: Company, tmp_path: Path, table: Table) -> None:
    """Half of what they want is there: exactly that is sold. While they run, everybody gets a share."""
    wanted, people, on_sqlite = runs(20, 250), 8, company.engine.dialect.name == "sqlite"
    [item] = stocked(company, 1, wanted * people // 2)
    logs = [tmp_path / f"a8-{number}" for number in range(people)]
    started = time.monotonic()
    processes.finish(processes.together([
        Order(company.url, str(log), (item,), seed(number), wanted, "sell") for number, log in enumerate(logs)]))
    seconds = time.monotonic() - started
    found = verdict.judge(company.engine, logs)
    record = found.record
    sold, refused = len(record.keys(Word.POSTED)), len(record.keys(Word.REFUSED))
    failures = found.failures + len(record.keys(Word.FAILED, Word.UNKNOWN, Word.INTENT))
    table.row("A9 eight programs, one hot item" if on_sqlite else "A8 eight programs, one hot item",
              company.engine.dialect.name, wanted * people, failures,
              f"{sold} sold, {refused} refused, {wanted * people / seconds:.0f} documents/s with the start, "
              f"{waits(record.seconds())}, slowest ÷ fastest {logbook.fairness(logs):.2f}")
    assert not failures, (found, record.errors())
    assert sold == refused == wanted * people // 2 and company.on_hand(item) == 0


def test_a10_the_same_items_in_opposite_order(company: Company, tmp_path: Path, table: Table) -> None:
    items, count, people = stocked(company, 3), runs(25, 2500), 4
    logs = [tmp_path / f"a10-{number}" for number in range(people)]
    processes.finish(processes.together([
        Order(company.url, str(log), items, number, count, "opposite") for number, log in enumerate(logs)]))
    found = verdict.judge(company.engine, logs)
    failures = found.failures + people * count - len(found.record.keys(Word.POSTED))
    table.row("A10 the same items in opposite order", company.engine.dialect.name, people * count, failures,
              f"{len(found.record.errors())} errors shown, {waits(found.record.seconds())}")
    assert not failures, (found, found.record.errors())
    assert [company.on_hand(item) for item in items] == [100_000 - people * count] * 3


def test_a11_transfers_while_totals_are_read(company: Company, tmp_path: Path, table: Table) -> None:
    """Goods move between five warehouses; every single read adds up to the same."""
    warehouses = (company.main, company.branch,
                  *(company.record("warehouse", code=f"B{n}", name=f"仓 {n}") for n in range(3)))
    items, count, people = stocked(company, 2, 50), runs(20, 1000), 6
    logs = [tmp_path / f"a11-{number}" for number in range(people)]
    working = processes.together([Order(company.url, str(log), items, seed(number), count, "move",
                                        warehouses=warehouses) for number, log in enumerate(logs)])
    ended = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        reading = [threads.submit(reader.watch, company.engine, items, Decimal(100), ended.is_set) for _ in range(2)]
        try:
            processes.finish(working)  # here alone: two threads that ask a process at once may miss how it ended
        finally:
            ended.set()
    totals = [each.result() for each in reading]
    found = verdict.judge(company.engine, logs)
    reads, wrong = sum(t.reads for t in totals), sum(t.wrong + t.negative for t in totals)
    moved = len(found.record.keys(Word.POSTED))
    failures = found.failures + wrong + len(found.record.keys(Word.FAILED, Word.UNKNOWN))
    table.row("A11 transfers while totals are read", company.engine.dialect.name, reads, failures,
              f"{moved} transfers, {reads} reads, {wrong} wrong totals")
    assert not failures and moved and reads > 20, (found, totals)


def test_a18_two_people_and_one_draft(company: Company, table: Table) -> None:
    """Both edit; one edits while the other posts; one deletes while the other edits: the second is told."""
    [item], rounds, lost = stocked(company, 1), runs(15, 1000), 0
    first, second = company.as_actor("甲"), company.as_actor("乙")
    for number in range(rounds):
        kept = company.run(documents.park, company.draft("delivery_note", (item, 1, 9))).value
        lost += _edited_by_both(first, second, kept.id, number)
        lost += _edited_while_posted(first, second, kept.id, number)
        lost += _changed_while_deleted(first, second, number)
    broken = verdict.broken(company.engine)
    table.row("A18 two people, one draft", company.engine.dialect.name, rounds * 3, lost + len(broken),
              f"{lost} lost updates")
    assert not lost and not broken


def _edited_by_both(first: Company, second: Company, document_id: int, number: int) -> int:
    """At the same moment; exactly one gets through, and what stands is that one's."""
    drafts = [each.read(document_id) for each in (first, second)]
    together, through = threading.Barrier(2), []

    def change(which: int) -> None:
        drafts[which].header["remark"] = f"{which} {number}"
        together.wait()
        try:
            (first, second)[which].run(documents.park, drafts[which])
            through.append(which)
        except StaleDocument:
            pass

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(change, range(2)))
    return int(len(through) != 1 or first.read(document_id).header["remark"] != f"{through[0]} {number}")


def _edited_while_posted(first: Company, second: Company, document_id: int, number: int) -> int:
    mine, theirs = first.read(document_id), second.read(document_id)
    first.save(mine)
    theirs.lines[0]["quantity"] = Decimal(7)
    return int(not _refused(second, theirs) or first.read(document_id).lines[0]["quantity"] != 1)


def _refused(company: Company, draft: object) -> bool:
    try:
        company.run(documents.park, draft)
    except (StaleDocument, WrongState):
        return True
    return False


def _changed_while_deleted(first: Company, second: Company, number: int) -> int:
    """A record that both have open: whoever comes second is told that it is gone or changed."""
    kind = document_types.RECORDS_BY_KEY["category"]
    record_id = first.record("category", name=f"类 {number}")
    with first.engine.connect() as connection:
        draft = records.read(connection, kind, record_id)
    draft.values["name"] = f"改 {number}"
    if number % 2:
        second.run(records.delete, "category", record_id, draft.version)
        late = partial(first.run, records.save, draft)
    else:
        first.run(records.save, draft)
        late = partial(second.run, records.delete, "category", record_id, draft.version)
    try:
        late()
    except (StaleDocument, NotFound):
        return 0
    return 1


def _until_heard(heard: dict[tuple[str, int], float], document_id: int) -> float:
    """The seconds waited, ten at most."""
    start = time.monotonic()
    while ("delivery_note", document_id) not in heard and time.monotonic() < start + 10:
        time.sleep(0.005)
    return time.monotonic() - start


def test_a20_what_another_program_saves_is_shown(company: Company, table: Table) -> None:
    """The other program hears of it, and what it still shows of before cannot be posted."""
    times, slow = runs(5, 100), []
    [item] = stocked(company, 1)
    heard: dict[tuple[str, int], float] = {}
    engine = database.open_engine(company.url)
    feed = Feed(engine, "here", start_of(engine),
                lambda changes: heard.update(dict.fromkeys(changes, time.monotonic())))
    feed.start()
    refused = 0
    for _ in range(times):
        kept = company.run(documents.park, company.draft("delivery_note", (item, 1, 9))).value
        stale = company.read(kept.id)
        _until_heard(heard, kept.id)
        heard.clear()  # what follows is of the save alone; it may be heard before the save returns
        company.save(company.read(kept.id))
        slow.append(_until_heard(heard, kept.id))
        refused += _refused(company, stale)
    feed.stop()
    engine.dispose()
    table.row("A20 another program's change is shown", company.engine.dialect.name, times, times - refused,
              f"after {max(slow):.2f} s at most")
    assert refused == times and max(slow) < 5
