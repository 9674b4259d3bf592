"""The whole loop with two programs on one database: nobody types anything twice, and each sees what the other did.

JXC_ROUNDS sets how many rounds are measured; JXC_SHOW=1 tells how long the other program took to see each step.
"""

import datetime as dt
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal as D

import pytest
from sqlalchemy import select, text

from jxc_desktop.models import TABLES
from jxc_desktop.services import database
from tests.company import Company, line
from tests.founding import company, founded_database, founded_file, pg_company, sqlite_company
from tests.journeys.two_programs import Other, Program

__all__ = ["company", "founded_database", "founded_file", "pg_company", "sqlite_company"]
ROUNDS = int(os.environ.get("JXC_ROUNDS", 5))
IN_SIGHT = 3  # seconds that a loaded machine may take; the aim is one
CUT = float(os.environ.get("JXC_CUT", 2.5))  # seconds without a connection
D_ = TABLES["document"].c
TODAY = dt.date.today()
pytestmark = pytest.mark.timeout(60 + 10 * ROUNDS + CUT)


@pytest.fixture
def flowing(company: Company) -> Company:
    company.settings(reserve_on_order=True, follow_request="auto", follow_delivery="ask", serve_waiting=True)
    return company


@contextmanager
def programs(c: Company, more: str = "") -> Iterator[tuple[Program, Other]]:
    """A in this process, B in one of its own; `more` of its address."""
    with ExitStack() as closing:
        here = Program(c.url, "王芳")
        closing.callback(here.close)
        there = Other(c.url + more)
        closing.callback(there.close)
        yield here, there


def goods(c: Company) -> int:
    """An item of which 8 are there, with a reorder point of 5 and a usual supplier."""
    item = c.item(reorder_point=D(5), supplier_id=c.supplier, purchase_price=D(3))
    c.post("goods_receipt", (item, 8, 3), date=TODAY)
    return item


def order(here: Program, c: Company, item: int, quantity: int = 10) -> tuple[int, float]:
    saved, at = here.save(c.draft("sales_order", line(item, quantity, 9), date=TODAY))
    return saved.id, at


def asked(here: Program, order_id: int) -> int:
    """The request that followed from an order."""
    number = here.queries.document_facts(order_id).number
    with here.books.engine.connect() as connection:
        return int(connection.execute(select(D_.id).where(
            D_.kind == "purchase_request", D_.remark == number)).scalar_one())


def test_from_order_to_alert_on_two_pcs(flowing: Company) -> None:
    c, took = flowing, defaultdict[str, list[float]](list)
    with programs(c) as (here, there):
        for _ in range(ROUNDS):
            item = goods(c)
            order_id, at = order(here, c, item)
            request = asked(here, order_id)
            took["B sees the request"].append(there.when("request", request) - at)
            bought, at = there.do("buy", request)
            took["A sees the order"].append(here.when("document", bought) - at)
            _, at = there.do("receive", bought)
            took["A sees that goods are there"].append(here.when("arrived", order_id) - at)
            assert [x["reserved"] for x in here.queries.open_document(order_id).lines] == [10]
            delivery, at = here.deliver(order_id)
            took["B sees the low stock"].append(there.when("low", item) - at)
            assert [x["quantity"] for x in here.queries.open_document(delivery.id).lines] == [10]
            assert here.queries.document_facts(order_id).progress == "done"
            assert c.balance(item) == (0, 0, 0)
    show(took)
    assert max(map(max, took.values())) < IN_SIGHT


def show(took: dict[str, list[float]]) -> None:
    if not os.environ.get("JXC_SHOW"):
        return
    every = [seconds for found in took.values() for seconds in found]
    for what, found in [*took.items(), ("all", every)]:
        ranked = sorted(max(seconds, 0) * 1000 for seconds in found)
        p50, p95 = (ranked[min(int(len(ranked) * share), len(ranked) - 1)] for share in (0.5, 0.95))
        print(f"\n{what}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {ranked[-1]:.0f} ms, {len(ranked)} times", end="")


def test_a_connection_that_is_cut_loses_no_event(pg_company: Company) -> None:
    c = pg_company
    c.settings(reserve_on_order=True, follow_request="auto")
    items = [goods(c) for _ in range(3)]
    with programs(c, "?application_name=cut") as (here, there):
        first, _ = order(here, c, items[0])
        there.when("request", asked(here, first))
        with cut_off(c, "cut") as again:
            orders = [order(here, c, item)[0] for item in items[1:]]
            time.sleep(CUT)
            again()
        for order_id in orders:
            there.when("request", asked(here, order_id))
        last, at = order(here, c, items[0], 1)
        assert there.when("request", asked(here, last)) - at < IN_SIGHT


@contextmanager
def cut_off(c: Company, program: str) -> Iterator[Callable[[], None]]:
    """The server hangs up on one program and takes no new connections for a while."""
    url = database.as_url(c.url)
    server = database.open_engine(url.set(database="postgres").render_as_string(hide_password=False))

    def allow(yes: bool) -> None:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {str(yes).lower()}"))
            if not yes:
                assert connection.scalar(text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                                              "WHERE application_name = :name"), {"name": program})

    allow(False)
    try:
        yield lambda: allow(True)
    finally:
        allow(True)
        server.dispose()


def test_a_program_that_is_killed_leaves_the_other_going(flowing: Company) -> None:
    c, item = flowing, goods(flowing)
    with programs(c) as (here, there):
        order_id, _ = order(here, c, item)
        request = asked(here, order_id)
        there.when("request", request)
        bought, _ = there.do("buy", request)
        there.ask("hang", bought)
        assert there.told() == {"inside": there.pid}
        there.process.kill()
        there.process.wait(10)
        assert c.balance(item) == (8, 8, 2), "nothing of what it was about to save is there"
        assert here.receive(bought)[0].status == "posted"
        again = Other(c.url, "李文博")
        try:
            assert again.when("arrived", order_id)
            here.deliver(order_id)
            assert again.when("low", item)
        finally:
            again.close()
    assert c.balance(item) == (0, 0, 0)
