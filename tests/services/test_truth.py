"""Stock as of any day, with today's knowledge and as it was reported; and the reports that show both."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import netting, periods
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor, utc_now
from tests.company import Company, day

move, posting = TABLES["stock_move"].c, TABLES["posting"].c
TODAY = dt.date.today()


def queries(c: Company) -> Queries:
    return Queries(c.engine, c.commands.actor)


def added_up(c: Company, on: dt.date, known_at: dt.datetime | None, by_warehouse: bool) -> dict[Any, tuple[D, D]]:
    """The same from the rows, one by one."""
    found: dict[Any, list[D]] = defaultdict(lambda: [D(0), D(0)])
    about = (move.item_id, move.warehouse_id, move.quantity, move.value, move.effective_at, posting.at)
    for r in c.rows(select(*about).where(posting.id == move.posting_id)):
        if r.effective_at.date() <= on and (known_at is None or r.at <= known_at):
            for place in (0, r.warehouse_id):
                found[r.item_id, place][0] += r.quantity
                found[r.item_id, place][1] += r.value if by_warehouse or not place else D(0)
    return {key: (q, v) for key, (q, v) in found.items()}


def a_fortnight(c: Company) -> tuple[int, dt.datetime]:
    """Goods come and go; then something earlier is entered. Returns the item and the moment in between."""
    item, other = c.item(), c.item()
    c.post("goods_receipt", (item, 10, "2.33"), (other, 5, 1), date=day(0))
    sold = c.post("delivery_note", (item, 3, 9), date=day(3))
    c.post("transfer", (item, 4), date=day(4))
    c.post("goods_receipt", (item, 7, 3), date=day(8))
    c.post("delivery_note", (item, 6, 9), date=day(9))
    moment = utc_now()
    c.post("goods_receipt", (item, 2, 5), date=day(1))
    c.correct(sold, lambda d: d.lines[0].update(quantity=D(4)))
    return item, moment


@pytest.mark.parametrize("level", ["company", "warehouse"])
def test_every_day_and_every_knowledge_is_the_sum_of_its_rows(company: Company, level: str) -> None:
    company.settings(cost_level=level)
    _, moment = a_fortnight(company)
    company.run(periods.close, day(5))
    for on in (day(-1), day(0), day(3), day(5), day(8), day(12)):
        for known_at in (None, moment, utc_now()):
            found = queries(company).stock_as_of(on, known_at=known_at)
            due = added_up(company, on, known_at, level == "warehouse")
            for key in found.keys() | due.keys():
                held = found.get(key, (D(0), D(0)))
                assert held[0] == due.get(key, (D(0),))[0]
                if level == "warehouse" or not key[1]:
                    assert held[1] == due.get(key, (D(0), D(0)))[1], (on, known_at, key)


def test_one_item_in_one_place(company: Company) -> None:
    item, moment = a_fortnight(company)
    q = queries(company)
    held = q.stock_as_of(day(4), item_id=item, warehouse_id=company.branch)[item, company.branch]
    whole = q.stock_as_of(day(4), item_id=item)[item, 0]
    assert held.quantity == 4 and abs(held.value - whole.value * 4 / whole.quantity) < D("0.01")
    assert q.stock_as_of(None, item_id=item)[item, 0] == company.pool(item)
    assert q.stock_as_of(day(4), known_at=moment, item_id=item)[item, 0].quantity == 7
    assert q.stock_as_of(day(4), item_id=item)[item, 0].quantity == 8
    assert q.stock_as_of(day(-9)) == {}


def report(c: Company, key: str, **given: Any) -> Any:
    return queries(c).report(key, given)


def test_stock_value_of_a_day_and_as_it_was_reported(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    item, moment = a_fortnight(company)
    now = report(company, "stock_value", item_id=item).rows[0]
    assert (now["quantity"], now["value"]) == company.pool(item) and now["link"] == f"explain/{item}/0/0"
    then = report(company, "stock_value", item_id=item, as_of=day(3)).rows[0]
    assert then["quantity"] == 8 and then["link"] == f"explain/{item}/0/0/{day(3)}"
    monkeypatch.setattr(netting, "known_by", lambda on: moment)  # a day's end, in the middle of today
    table = report(company, "stock_value", item_id=item, as_of=day(3), known_on=TODAY)
    assert (table.rows[0]["quantity"], table.rows[0]["value"]) == (D(7), D("16.31"))
    blind = Queries(company.engine, Actor("x", company.commands.actor.permissions - {"see_cost"}))
    row = blind.report("stock_value", {"item_id": item}).rows[0]
    assert row["link"] == f"ledger/{item}" and "value" not in row


def test_what_changed_since_it_was_reported(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    item, moment = a_fortnight(company)
    assert report(company, "since_reported").rows == []
    monkeypatch.setattr(netting, "known_by", lambda on: moment)
    table = report(company, "since_reported", as_of=day(9), known_on=TODAY)
    rows = [(r["kind"], r["action"], r["quantity"], r["actor"]) for r in table.rows]
    assert rows == [("goods_receipt", "post", D(2), "admin"), ("delivery_note", "correct", D(-1), "admin")]
    before = queries(company).stock_as_of(day(9), known_at=moment, item_id=item)[item, 0]
    after = queries(company).stock_as_of(day(9), item_id=item)[item, 0]
    assert table.totals["value"] == after.value - before.value
    assert sum((r["quantity"] for r in table.rows), D(0)) == after.quantity - before.quantity
    assert table.rows[0]["link"].startswith("document/goods_receipt/")


def test_a_closed_month_is_read_as_it_was_frozen(company: Company) -> None:
    item, _ = a_fortnight(company)
    first = {"date_from": day(0), "date_to": day(5)}
    before = report(company, "stock_movement", **first)
    company.run(periods.close, day(5))
    company.run(periods.close, day(10))
    assert report(company, "stock_movement", **first).rows == before.rows
    second = report(company, "stock_movement", date_from=day(6), date_to=day(10), item_id=item).rows[0]
    assert (second["before_quantity"], second["in_quantity"], second["out_quantity"], second["after_quantity"]) == (
        D(8), D(7), D(6), D(9))
    with company.engine.begin() as connection:  # the figures are what is read
        connection.execute(TABLES["period_figure"].update().values(in_quantity=D(77)))
    assert report(company, "stock_movement", **first).rows[0]["in_quantity"] == 77
    assert report(company, "stock_movement", date_from=day(0), date_to=day(4)).rows[0]["in_quantity"] == 12
    branch = report(company, "stock_movement", **first, warehouse_id=company.branch)
    assert [r["in_quantity"] for r in branch.rows] == [77]
    with company.engine.begin() as connection:
        connection.execute(TABLES["period_figure"].update().values(in_quantity=D(12)))


@pytest.mark.parametrize("level", ["company", "warehouse"])
def test_what_was_there_before_a_period_is_read_from_the_close(company: Company, level: str) -> None:
    company.settings(cost_level=level)
    a_fortnight(company)
    asked = [{"date_from": day(first), "date_to": day(last), **place}
             for first, last in ((6, 8), (7, 20), (4, 9), (9, 3), (15, 20))
             for place in ({}, {"warehouse_id": company.main}, {"warehouse_id": company.branch})]
    before = [report(company, "stock_movement", **given).rows for given in asked]
    company.run(periods.close, day(5))
    assert [report(company, "stock_movement", **given).rows for given in asked] == before
    with company.engine.begin() as connection:  # and no row of before is
        connection.execute(TABLES["period_figure"].update().values(closing_quantity=D(777)))
    shown = [{row["before_quantity"] for row in report(company, "stock_movement", **given).rows} for given in asked]
    assert all(777 in found for given, found in zip(asked, shown, strict=True) if given["date_from"] > day(5)
               and given["date_to"] > day(5))
    assert not any(777 in found for given, found in zip(asked, shown, strict=True) if given["date_from"] == day(4))


def test_the_movement_of_a_warehouse_has_values_where_the_cost_lies_there(company: Company) -> None:
    company.settings(cost_level="warehouse")
    item, _ = a_fortnight(company)
    row = report(company, "stock_movement", date_from=day(0), date_to=day(20), warehouse_id=company.branch).rows[0]
    assert row["in_quantity"] == 4 and row["in_value"] == row["after_value"] > 0
    whole = report(company, "stock_movement", date_from=day(0), date_to=day(20), item_id=item).rows[0]
    assert whole["out_quantity"] == 10 and whole["after_value"] == company.pool(item)[1]


def test_closed_periods_and_the_difference_sheet(company: Company) -> None:
    item, _ = a_fortnight(company)
    company.run(periods.close, day(5))
    assert report(company, "period_difference").rows == []
    company.run(periods.reopen, "漏记一单")
    late = company.post("goods_receipt", (item, 1, 2), date=day(2))
    company.run(periods.close, day(5))
    table = report(company, "closed_periods")
    assert [(r["through"], r["reason"], r["link"]) for r in table.rows] == [
        (day(5), None, f"report/period_difference?through={day(5)}"),
        (day(5), "漏记一单", f"report/stock_movement?date_from={day(5).replace(day=1)}&date_to={day(5)}")]
    rows = report(company, "period_difference", through=day(5)).rows
    assert [(r["warehouse"], r["quantity"], r.get("value"), r["documents"]) for r in rows] == [
        ("全部仓库", D(1), rows[0]["after_value"] - rows[0]["before_value"], late.number),
        ("主仓", D(1), None, late.number)]
    assert rows[0]["link"] == f"document/goods_receipt/{late.id}"
    assert report(company, "period_difference", through=day(4)).rows == []
