"""The demo company: what it promises, on both databases, and that chance never decides anything else."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from jxc_desktop import document_types
from jxc_desktop.errors import Cancelled
from jxc_desktop.models import TABLES
from jxc_desktop.services import approvals, database, demo, documents, integrity, notices, sealing
from jxc_desktop.services.demo import goods, people, workdays
from jxc_desktop.services.demo.shelves import Shelves
from tests.pgcluster import Cluster

TODAY = dt.date(2026, 6, 13)
NUMBER = 80
WORK_IN_HAND = 45  # documents that the last day adds
PREPARED = REJECTED = 1
document, line, item = TABLES["document"], TABLES["document_line"], TABLES["item"]


@pytest.fixture(scope="module")
def urls(pg_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same company built on each database, once for all tests that only read it."""
    pg_cluster.execute("CREATE DATABASE demo")
    made = {"sqlite": str(tmp_path_factory.mktemp("demo") / "demo.db"), "postgresql": pg_cluster.url("demo")}
    for url in made.values():
        demo.build(url, seed=7, today=TODAY, documents=NUMBER)
    yield made
    pg_cluster.execute("DROP DATABASE demo WITH (FORCE)")


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = database.open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, urls: dict[str, str]) -> Iterator[Engine]:
    with opened(urls[request.param]) as found:
        yield found


def rows(engine: Engine, query: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(query).all())


def count(engine: Engine, table: Any, *conditions: Any) -> int:
    return int(rows(engine, select(func.count()).select_from(table).where(*conditions))[0][0])


def test_the_same_seed_makes_the_same_company(urls: dict[str, str]) -> None:
    d, m, p = document.c, TABLES["stock_move"].c, TABLES["cost_pool"].c
    asked = (select(d.number, d.kind, d.date, d.status, d.progress, d.total, d.total_quantity, d.remark,
                    d.created_by).order_by(d.id),
             select(m.item_id, m.warehouse_id, m.quantity, m.value, m.variance).order_by(m.id),
             select(p.item_id, p.quantity, p.value).order_by(p.item_id))
    with opened(urls["sqlite"]) as one, opened(urls["postgresql"]) as other:
        for query in asked:
            assert rows(one, query) == rows(other, query)


def test_everything_adds_up(engine: Engine) -> None:
    results = integrity.check(engine)
    assert [r for r in results if not r.passed] == []
    assert {r.ledger for r in rows(engine, select(TABLES["seal"].c.ledger))} == set(sealing.SEALED)


def test_records(engine: Engine) -> None:
    partner, company = TABLES["partner"].c, TABLES["company"].c
    assert 290 <= count(engine, item) <= 320
    assert count(engine, TABLES["warehouse"]) == 3
    assert count(engine, TABLES["employee"]) == 9
    assert count(engine, TABLES["partner"]) == 40
    assert count(engine, TABLES["partner"], partner.customer, partner.supplier) == 2
    assert count(engine, TABLES["partner"], partner.customer) == 28
    assert rows(engine, select(company.demo, company.taxpayer)) == [(True, "general")]
    assert {r.tax_rate for r in rows(engine, select(item.c.tax_rate))} == {Decimal("0.13"), Decimal("0.09")}
    codes = [r.code for r in rows(engine, select(TABLES["barcode"].c.code))]
    assert len(codes) > 500
    assert all(code == goods.ean13(code[:12]) and code[:2] in ("20", "21") for code in codes)


def test_documents(engine: Engine) -> None:
    d = document.c
    number = count(engine, document)
    assert abs(number - NUMBER - WORK_IN_HAND) <= NUMBER // 5
    assert count(engine, line) > 3 * number
    assert rows(engine, select(func.max(d.date)))[0][0] == TODAY
    kinds = {r.kind for r in rows(engine, select(d.kind).distinct())}
    assert kinds >= {"opening_stock", "purchase_order", "goods_receipt", "sales_order", "delivery_note", "sales_return",
                     "transfer", "other_in", "other_out"}
    assert count(engine, document, d.status == "void") >= 1
    assert count(engine, document, d.status == "reversed") == 1
    assert count(engine, document, d.reversal_of_id.is_not(None)) == 1
    left_off = d.kind != "stock_count"
    assert count(engine, document, d.status == "draft", d.number.is_(None), left_off) == 3 + PREPARED
    assert count(engine, document, d.status == "draft", d.number.is_not(None)) == 1 + REJECTED
    assert count(engine, document, d.kind == "purchase_order", d.status == "posted", d.progress == "open") >= 1
    assert count(engine, document, d.kind == "sales_order", d.status == "posted", d.progress == "open") >= 1
    assert count(engine, document, d.kind == "sales_order", d.status == "posted", d.progress == "partly") >= 1
    assert count(engine, document, d.print_count > 0) > 10
    assert count(engine, TABLES["audit_entry"], TABLES["audit_entry"].c.action == "correct") >= 1
    assert len(rows(engine, select(d.created_by).distinct())) >= 6


def told(engine: Engine) -> Counter[str]:
    """How many notices of each kind are open."""
    n = TABLES["notice"].c
    return Counter(r.kind for r in rows(engine, select(n.kind).where(n.cleared_at.is_(None))))


def test_alerts_of_every_family_are_open_at_the_end(engine: Engine) -> None:
    a = TABLES["stock_alert"].c
    for kind in ("low", "over", "expiring", "expired"):
        assert count(engine, TABLES["stock_alert"], a.kind == kind, a.cleared_at.is_(None)) >= 3
    assert {str(kind) for kind in notices.Kind} == set(told(engine))
    assert count(engine, TABLES["stock_balance"], TABLES["stock_balance"].c.on_hand < 0) == 0


def test_documents_wait_at_each_level(engine: Engine) -> None:
    d, r = document.c, TABLES["approval_rule"].c
    levels = {row.document_kind: row.levels for row in rows(engine, select(
        r.document_kind, func.max(r.level).label("levels")).group_by(r.document_kind))}
    assert levels == {"purchase_return": 1, "sales_order": 2, "purchase_order": 3}
    waiting = {}
    with engine.connect() as connection:
        for row in connection.execute(select(document).where(d.status == "submitted")).all():
            kind = document_types.BY_KEY[row.kind]
            left = approvals.left(connection, row, kind, documents.read_draft(connection, row.id))
            waiting.setdefault(row.kind, set()).add(left[0].number)
    assert waiting == {"purchase_return": {1}, "sales_order": {1, 2}, "purchase_order": {1, 2, 3}}
    assert count(engine, TABLES["flow_rule"], TABLES["flow_rule"].c.active) == len(people.RULES)


def test_orders_wait_for_goods_and_goods_for_orders(engine: Engine) -> None:
    d = document.c
    requests = Counter(row.progress for row in rows(engine, select(d.progress).where(
        d.kind == "purchase_request", d.status == "posted")))
    assert requests == {"open": 3, "partly": 1, "done": 2}
    assert told(engine)["arrived"] == 2
    assert count(engine, line, line.c.reserved > 0) >= 8
    company = TABLES["company"].c
    assert rows(engine, select(company.follow_request, company.follow_delivery, company.serve_waiting)) == [
        ("auto", "auto", True)]


def test_one_count_is_posted_and_one_under_way(engine: Engine) -> None:
    moves, d = TABLES["stock_move"].c, document.c
    own = (moves.document_id == d.id) & (d.kind == "stock_count")
    assert count(engine, TABLES["stock_move"], own, moves.quantity != 0) == 3
    [(counted, all_)] = rows(engine, select(func.count(line.c.quantity), func.count()).select_from(
        document.join(line, line.c.document_id == d.id)).where(d.kind == "stock_count", d.status == "draft"))
    assert 0 < counted < all_


def test_most_is_sold_in_whole_packs(engine: Engine) -> None:
    own = (line.c.document_id == document.c.id) & (document.c.kind == "sales_order")
    quantities = [r.quantity for r in rows(engine, select(line.c.quantity).select_from(document.join(line, own)))
                  if r.quantity is not None]
    assert sum(q == q.to_integral_value() for q in quantities) > len(quantities) * 0.8


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_in_use_is_refused(urls: dict[str, str], kind: str) -> None:
    with opened(urls[kind]) as engine:
        before = count(engine, document), count(engine, TABLES["command"])
        with pytest.raises(demo.NotEmpty) as refused:
            demo.build(urls[kind], today=TODAY, documents=NUMBER)
        assert (count(engine, document), count(engine, TABLES["command"])) == before
    assert "{" not in refused.value.text()


class Impatient:
    """Somebody who cancels after a while."""

    def __init__(self, patience: int) -> None:
        self.steps: list[tuple[int, int]] = []
        self.patience = patience

    def step(self, done: int, total: int) -> None:
        self.steps.append((done, total))
        if done >= self.patience:
            raise Cancelled


def test_a_cancelled_company_leaves_no_file(tmp_path: Path) -> None:
    progress = Impatient(20)
    with pytest.raises(Cancelled):
        demo.build(str(tmp_path / "new.db"), progress, today=TODAY, documents=NUMBER)
    assert [done for done, _ in progress.steps] == list(range(21))
    assert all(total == NUMBER + demo.RECORDS for _, total in progress.steps)
    assert list(tmp_path.glob("new.db*")) == []


def test_a_file_that_was_there_stays(sqlite_url: str) -> None:
    with pytest.raises(Cancelled):
        demo.build(sqlite_url, Impatient(0), today=TODAY, documents=NUMBER)
    with opened(sqlite_url) as engine:
        assert count(engine, document) == 0


def test_working_days() -> None:
    assert not workdays.is_open(dt.date(2026, 2, 16))  # New Year's Eve
    assert not workdays.is_open(dt.date(2026, 2, 22))
    assert workdays.is_open(dt.date(2026, 2, 24))
    assert workdays.last_open(dt.date(2026, 10, 3)) == dt.date(2026, 9, 30)
    assert workdays.after(dt.date(2026, 6, 13), 1) == dt.date(2026, 6, 15)


def test_check_digits() -> None:
    assert goods.ean13("400638133393") == "4006381333931"
    assert len({goods.barcode(p.code, pack=pack) for p in goods.products() for pack in (False, True)}) == \
        2 * len(goods.products())


def _by_hand(moves: list[tuple[dt.date, Decimal]], day: dt.date) -> Decimal:
    """The lowest stock from the evening of `day` on."""
    evenings = [d for d, _ in moves if d > day] + [day]
    return min(sum((q for d, q in moves if d <= evening), Decimal(0)) for evening in evenings)


def test_a_backdated_sale_takes_only_what_was_never_missing() -> None:
    rng = Random(1)
    shelves, moves = Shelves(), []
    for _ in range(40):
        moves.append((TODAY - dt.timedelta(days=rng.randint(0, 20)), Decimal(rng.randint(-5, 9))))
        shelves.move(1, 1, moves[-1][1], moves[-1][0])
    for days in range(21):
        day = TODAY - dt.timedelta(days=days)
        assert shelves.free_since(1, 1, day) <= _by_hand(moves, day)


