"""How long goods have been in stock: from the layers, and from the ledger where there are none."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.services import ageing
from jxc_desktop.services.ageing import Aged, newest
from tests.company import DAY, Company, day, line

EDGES = (30, 60, 90)


def aged(c: Company, item: int, as_of: int, edges: tuple[int, ...] = EDGES) -> list[D]:
    with c.engine.connect() as connection:
        return ageing.ageing(connection, item, day(as_of), edges)


def a_history(c: Company, item: int) -> None:
    """Ten weeks of receipts and issues; 35 remain, worth 47.50 under FIFO."""
    for date, quantity, cost in ((-120, 10, 1), (-119, 20, 1), (-89, 10, 2), (-58, 10, "0.5"), (-57, 5, "0.5"),
                                 (-30, 5, 3)):
        c.post("goods_receipt", (item, quantity, cost), date=day(date))
    c.post("delivery_note", (item, 10, 1), date=day(-118))
    c.post("delivery_note", (item, 15, 1), date=day(-88))


def test_fifo_layers_by_age(company: Company) -> None:
    item = company.item(cost_method="fifo", tax_rate=None)
    a_history(company, item)
    assert aged(company, item, 0) == [D(15), D("7.5"), D(20), D(5)]
    assert aged(company, item, 1) == [0, D("22.5"), D(20), D(5)]
    assert sum(aged(company, item, 400)) == company.pool(item)[1] == D("47.5")
    assert aged(company, item, 0, ()) == [D("47.5")]
    assert aged(company, 99999, 0) == [0, 0, 0, 0]


def test_an_average_is_shared_by_the_newest_receipts(company: Company) -> None:
    item = company.item(tax_rate=None)
    a_history(company, item)
    quantity, value = company.pool(item)
    found = aged(company, item, 0)
    assert quantity == 35 and sum(found) == value
    assert [round(v * quantity / value) for v in found] == [5, 15, 10, 5]


@pytest.mark.parametrize("method", ["fifo", "moving_average"])
def test_a_day_in_the_past_knows_nothing_of_later_moves(company: Company, method: str) -> None:
    item = company.item(cost_method=method, tax_rate=None)
    a_history(company, item)
    assert aged(company, item, -119) == [D(30), 0, 0, 0]
    shares = [D(20), D(5)] if method == "fifo" else [D("13.33"), D("6.67")]  # 10 at 2 and 5 at 1
    assert aged(company, item, -88) == [*shares, 0, 0]
    assert aged(company, item, -121) == [0, 0, 0, 0]


def test_what_was_taken_back_or_moved_between_warehouses_is_no_receipt(company: Company) -> None:
    item = company.item(tax_rate=None)
    company.post("goods_receipt", (item, 10, 3), date=day(-100))
    company.void(company.post("goods_receipt", (item, 90, 9), date=day(-5)))
    company.post("transfer", (item, 10), date=day(-2))
    assert aged(company, item, 0) == [0, 0, 0, D(30)]
    company.correct(company.post("goods_receipt", (item, 5, 3), date=day(-5)),
                    lambda d: d.lines[0].update(quantity=D(2), amount=None))
    assert aged(company, item, 0) == [D(6), 0, 0, D(30)]


def test_missing_goods_are_in_the_youngest_bucket(company: Company) -> None:
    item = company.item(negative_stock="allow", standard_cost=D(2))
    company.post("delivery_note", (item, 3, 9), date=day(-100))
    assert sum(aged(company, item, 0)) == company.pool(item)[1] == -6
    company.post("goods_receipt", (item, 3, 2), date=day(-1))
    assert aged(company, item, 0) == [0, 0, 0, 0]


def test_all_items_at_once_are_each_by_itself(company: Company) -> None:
    items = [company.item(cost_method=m, tax_rate=None) for m in ("fifo", "moving_average", "fifo")]
    for n, item in enumerate(items):
        company.post("goods_receipt", line(item, 7 + n, 3), line(item, 1, 5), date=day(-n))
    with company.engine.connect() as connection:
        together = ageing.ages(connection, DAY)
        assert together == {item: ageing.ages(connection, DAY, item)[item] for item in items}


RECEIPTS = st.lists(st.tuples(st.dates(dt.date(2020, 1, 1), dt.date(2026, 1, 1)),
                              st.integers(1, 10**6).map(lambda n: D(n).scaleb(-4))), min_size=1, max_size=9)


@given(RECEIPTS, st.integers(1, 100), st.integers(0, 10**6).map(lambda n: D(n).scaleb(-2)), st.booleans())
def test_the_newest_receipts_make_up_quantity_and_value_exactly(
        receipts: list[Any], percent: int, value: D, by_value: bool) -> None:
    receipts.sort()
    whole = sum(q for _, q in receipts)
    quantity = min(whole, max(D("0.0001"), (whole * percent / 100).quantize(D("0.0001"))))
    found = newest([Aged(came, q, D(n)) for n, (came, q) in enumerate(receipts)], quantity, value, by_value=by_value)
    assert (sum(g.quantity for g in found), sum(g.value for g in found)) == (quantity, value)
    taken = receipts[len(receipts) - len(found):]
    assert [g.came for g in found] == [came for came, _ in taken]
    assert [g.quantity for g in found[1:]] == [q for _, q in taken[1:]]
    assert 0 < found[0].quantity <= taken[0][1]
