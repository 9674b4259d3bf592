"""One command, one transaction, one trail; and the same command twice is one command."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

import psycopg
import pytest
from psycopg.pq import DiagnosticField
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.errors import (
    DatabaseGone,
    DatabaseReadOnly,
    InvalidDraft,
    NotEnoughStock,
    OutcomeUnknown,
    PermissionDenied,
)
from jxc_desktop.models import TABLES
from jxc_desktop.services import database, documents, records
from jxc_desktop.services.unit_of_work import Actor, Commands, Outcome, Saved, Work
from tests.company import Company, day, line
from tests.faults.proxy import Proxy

UNIT = TABLES["unit"]


def add_unit(work: Work, name: str) -> int:
    work.require("unit.save")
    return int(work.connection.execute(insert(UNIT).values(name=name, decimals=0).returning(UNIT.c.id)).scalar_one())


def units(company: Company, name: str) -> int:
    return int(company.scalar(select(func.count()).select_from(UNIT).where(UNIT.c.name == name)))


def test_what_fails_leaves_nothing(company: Company) -> None:
    def fail(work: Work) -> None:
        add_unit(work, "x")
        raise InvalidDraft([])

    before = company.counts()
    with pytest.raises(InvalidDraft):
        company.run(fail)
    assert company.counts() == before


def test_a_command_that_asks_for_no_permission_cannot_commit(company: Company) -> None:
    before = company.counts()
    with pytest.raises(AssertionError, match="asked for no permission"):
        company.run(lambda work: work.connection.execute(insert(UNIT).values(name="x", decimals=0)))
    assert company.counts() == before


def test_a_denied_permission_is_named(company: Company) -> None:
    with pytest.raises(PermissionDenied) as caught:
        company.as_actor("王五", frozenset({"unit.see"})).run(add_unit, "x")
    assert caught.value.data == {"actor": "王五", "permission": "unit.save"}


def test_the_same_key_gives_the_first_outcome_and_changes_nothing(company: Company) -> None:
    item = company.item()
    draft = company.draft("goods_receipt", (item, 10, 5))
    first = company.run(documents.save, draft, key="k1")
    before = company.counts()
    draft.lines[0]["quantity"] = D(99)
    again = company.run(documents.save, draft, key="k1")
    assert (again.value, again.changes) == (first.value, first.changes)
    assert isinstance(again.value, Saved)
    assert company.counts() == before
    assert company.on_hand(item) == 10


def test_a_key_is_free_again_after_a_failure(company: Company) -> None:
    item = company.item()
    draft = company.draft("delivery_note", (item, 1, 5))
    with pytest.raises(NotEnoughStock):
        company.run(documents.save, draft, key="k1")
    company.post("goods_receipt", (item, 1, 1))
    assert company.run(documents.save, draft, key="k1").value.number == "XSCK-20260302-0001"


def test_the_same_save_from_two_threads_is_saved_once(company: Company) -> None:
    item = company.item()
    draft = company.draft("goods_receipt", (item, 10, 5))
    together = threading.Barrier(2)

    def save(_: int) -> Outcome:
        together.wait()
        return company.run(documents.save, draft, key="double click")

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(save, range(2))
    assert first.value == second.value
    assert company.on_hand(item) == 10


def test_nobody_is_told_not_saved_while_that_is_unknown(pg_company: Company) -> None:
    """The answer to the commit is lost, and then the server is gone: only the key can tell."""
    item, url = pg_company.item(), database.as_url(pg_company.url)
    with Proxy(int(url.port or 0)) as proxy:
        engine = database.open_engine(url.set(port=proxy.port).render_as_string(hide_password=False))
        commands = Commands(engine, pg_company.commands.actor, "far away", patience=0.5)
        draft = pg_company.draft("goods_receipt", (item, 10, 5))
        engine.connect().close()  # the first one asks what the server knows, and commits that
        proxy.cut, proxy.refuse_after_cut = "after", True
        with pytest.raises(OutcomeUnknown):
            commands.execute(documents.save, draft, key="k1")
        with pytest.raises(DatabaseGone) as caught:
            commands.execute(documents.save, draft, key="k2")
        assert type(caught.value) is DatabaseGone  # nothing was sent: that is certain
        proxy.refusing = False
        assert commands.execute(documents.save, draft, key="k1").repeated
        engine.dispose()
    assert pg_company.on_hand(item) == 10


def test_a_server_that_panics_at_the_commit_may_have_kept_it(
        pg_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its disk failed after the commit was written, and it finds it when it recovers: that is no 'not saved'."""
    item, commit, sent = pg_company.item(), psycopg.Connection.commit, []

    def panicking(connection: Any) -> None:
        commit(connection)
        sent.append(connection)
        if len(sent) == 1:
            said = {DiagnosticField.SEVERITY_NONLOCALIZED: b"PANIC", DiagnosticField.SQLSTATE: b"58030"}
            raise psycopg.errors.IoError("could not fdatasync file", info=said)

    monkeypatch.setattr(psycopg.Connection, "commit", panicking)
    outcome = pg_company.run(documents.save, pg_company.draft("goods_receipt", (item, 10, 5)), key="k1")
    assert not outcome.repeated and sent and pg_company.on_hand(item) == 10


def test_a_server_that_comes_back_read_only_says_so_at_once(
        pg_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the connection is lost, then nothing may be written: the second is not tried as often as the first."""
    said = iter([(b"FATAL", b"57P01"), (b"ERROR", b"25006")])
    tries: list[Any] = []

    def failing(work: Work) -> None:
        tries.append(work)
        severity, state = next(said)
        cause = psycopg.OperationalError("x", info={
            DiagnosticField.SEVERITY_NONLOCALIZED: severity, DiagnosticField.SQLSTATE: state})
        cause.sqlstate = state.decode()
        raise DBAPIError("", {}, cause)

    with pytest.raises(DatabaseReadOnly):
        pg_company.run(failing)
    assert len(tries) == 2


def test_outcomes_of_every_kind_come_back(company: Company) -> None:
    for value in (None, 7, "text", [1, "a"], {"a": 1}):
        def operation(work: Work, value: Any = value) -> Any:
            work.require("unit.save")
            return value
        key = f"key {value}"
        assert company.run(operation, key=key).value == company.run(operation, key=key).value == value


def test_alerts_and_changes_are_published_after_the_commit(company: Company) -> None:
    heard: list[Any] = []

    def hear(changes: frozenset[tuple[str, int]]) -> None:
        heard.append((changes, company.on_hand(item)))

    item = company.item()
    commands = Commands(company.engine, company.commands.actor, "PC 2", hear)
    outcome = commands.execute(documents.save, company.draft("goods_receipt", (item, 10, 5)))
    assert heard == [(outcome.changes, 10)]
    assert outcome.changes >= {("stock", item), ("goods_receipt", outcome.value.id),
                               ("partner_balance", company.supplier)}
    with pytest.raises(NotEnoughStock):
        commands.execute(documents.save, company.draft("delivery_note", (item, 11, 5)))
    assert len(heard) == 1


def test_change_rows_tell_other_programs(company: Company) -> None:
    item = company.item()
    change = TABLES["change"].c
    last = company.scalar(select(func.max(change.id)))
    saved = company.as_actor("李四").post("goods_receipt", (item, 10, 5))
    rows = company.rows(select(change.origin, change.entity, change.entity_id).where(change.id > last))
    assert {r.origin for r in rows} == {"PC of 李四"}
    assert {("goods_receipt", saved.id), ("stock", item)} <= {(r.entity, r.entity_id) for r in rows}


def test_a_sum_that_no_column_holds_is_refused_as_a_fault(company: Company) -> None:
    item = company.item()
    company.post("other_in", (item, D("99999999999")))
    before = company.counts()
    with pytest.raises(InvalidDraft):
        company.post("other_in", (item, D("99999999999")))
    assert company.counts() == before


# --- many at once --------------------------------------------------------------------------------------------


def test_eight_sellers_of_one_item_sell_what_there_is(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 20, 5))
    together = threading.Barrier(8)

    def sell(number: int) -> Counter[str]:
        seller, found = company.as_actor(f"seller {number}"), Counter[str]()
        together.wait()
        for _ in range(4):
            try:
                seller.post("delivery_note", (item, 1, 9))
                found["sold"] += 1
            except NotEnoughStock:
                found["refused"] += 1
        return found

    with ThreadPoolExecutor(8) as threads:
        done = sum(threads.map(sell, range(8)), Counter())
    assert done == {"sold": 20, "refused": 12}
    assert company.pool(item) == (0, 0)


def test_baskets_with_the_same_items_in_any_order_do_not_lock_each_other_out(company: Company) -> None:
    items = [company.item() for _ in range(4)]
    company.post("goods_receipt", *((item, 100, 5) for item in items))
    together = threading.Barrier(4)

    def work(number: int) -> None:
        person = company.as_actor(f"person {number}")
        together.wait()
        for i in range(4):
            basket = items[number:] + items[:number]
            person.post(("delivery_note", "transfer")[i % 2], *((item, 1) for item in basket))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert [company.on_hand(item) for item in items] == [84] * 4
    assert [company.on_hand(item, company.branch) for item in items] == [8] * 4


def test_late_entries_and_corrections_at_once_agree_in_the_end(company: Company) -> None:
    """Backdated receipts restate what others are selling and correcting at the same moment."""
    item = company.item()
    company.post("goods_receipt", (item, 100, 10), date=day(0))
    corrected = company.post("delivery_note", (item, 1, 30), date=day(5))
    together = threading.Barrier(4)

    def receive_late() -> None:
        for i in range(4):
            company.as_actor("buyer").post("goods_receipt", (item, 1, 20 + i), date=day(1))

    def sell() -> None:
        for _ in range(4):
            company.as_actor("seller").post("delivery_note", (item, 1, 30), date=day(4))

    def correct() -> None:
        for i in range(4):
            company.as_actor("clerk").correct(
                corrected, lambda draft, i=i: draft.lines[0].update(quantity=D(i + 2), amount=None))  # type: ignore[misc]

    def count() -> None:
        for _ in range(4):
            company.as_actor("store").post("other_out", (item, 1), date=day(6))

    def start(work: Any) -> None:
        together.wait()
        work()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, (receive_late, sell, correct, count)))
    quantity, value = company.pool(item)
    assert quantity == 100 + 4 - 4 - 5 - 4
    twin = company.item()
    company.post("goods_receipt", (twin, 100, 10), date=day(0))
    for i in range(4):
        company.post("goods_receipt", (twin, 1, 20 + i), date=day(1))
    company.post("delivery_note", *((twin, 1, 30) for _ in range(4)), date=day(4))
    company.post("delivery_note", (twin, 5, 30), date=day(5))
    company.post("other_out", *((twin, 1) for _ in range(4)), date=day(6))
    assert abs(company.pool(twin)[1] - value) <= D("0.05")  # the same but for the order of cents


def test_one_order_is_delivered_by_many_and_never_twice(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 50, 5))
    order = company.post("sales_order", (item, 10, 9))
    [source] = company.line_ids(order)
    together = threading.Barrier(6)

    def deliver(number: int) -> bool:
        together.wait()
        try:
            company.as_actor(f"clerk {number}").post("delivery_note", line(item, 3, 9, source_line_id=source))
        except InvalidDraft:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(deliver, range(6))) == 3
    assert company.balance(item) == (41, 1, 0)


def test_numbers_have_no_gaps_when_many_save_and_some_fail(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 5, 5))
    together = threading.Barrier(6)

    def save(number: int) -> str | None:
        together.wait()
        try:
            return company.as_actor(f"p{number}").post("delivery_note", (item, number, 9)).number
        except NotEnoughStock:
            return None

    with ThreadPoolExecutor(6) as threads:
        numbers = sorted(n for n in threads.map(save, range(1, 7)) if n)
    assert numbers == [f"XSCK-20260302-{i:04}" for i in range(1, len(numbers) + 1)]


def test_two_people_naming_a_record_alike_at_once(company: Company) -> None:
    together = threading.Barrier(4)

    def save(number: int) -> str:
        together.wait()
        draft = RecordDraft("warehouse", {"code": "SAME", "name": f"仓 {number}", "active": True})
        try:
            company.as_actor(f"p{number}").run(records.save, draft)
        except InvalidDraft as error:
            return error.problems[0].field
        return "saved"

    with ThreadPoolExecutor(4) as threads:
        assert Counter(threads.map(save, range(4))) == {"saved": 1, "code": 3}


def test_actors_may_what_they_may() -> None:
    assert Actor("a", frozenset({"x"})).may("x")
    assert not Actor("a", frozenset({"x"})).may("y")
