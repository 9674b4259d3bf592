"""Warnings of every family: raised and cleared by the documents or by the days that cause them."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import access, daily, documents, notices
from jxc_desktop.services.unit_of_work import Actor, Work, utc_now
from tests.company import Company, line

N = TABLES["notice"].c
TODAY = dt.date.today()


def told(c: Company, *kinds: str) -> list[dict[str, Any]]:
    return [dict(r.data) for r in c.rows(select(N.data).where(
        N.kind.in_(kinds), N.cleared_at.is_(None)).order_by(N.id))]


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def test_orders_are_late_from_the_day_after_their_promise_until_they_are_done(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 2), date=ago(9))
    sold = company.post("sales_order", (item, 4, 9), date=ago(8), due_date=ago(1))
    bought = company.post("purchase_order", (item, 4, 2), date=ago(8), due_date=ago(2))
    later = company.post("sales_order", (item, 1, 9), date=ago(8), due_date=TODAY)
    assert [n["number"] for n in told(company, "order_late", "supplier_late")] == [sold.number, bought.number]
    company.run(daily.look, TODAY + dt.timedelta(days=1))
    assert [n["number"] for n in told(company, "order_late")] == [sold.number, later.number]
    company.run(daily.look, TODAY)
    assert [n["number"] for n in told(company, "order_late")] == [sold.number]
    part = line(item, 3, 9, source_line_id=company.line_ids(sold)[0])
    delivered = company.post("delivery_note", part, date=TODAY)
    assert len(told(company, "order_late")) == 1
    company.correct(delivered, lambda draft: draft.lines[0].update(quantity=D(4), amount=None))
    assert told(company, "order_late") == []
    company.void(delivered)
    assert len(told(company, "order_late")) == 1
    company.correct(sold, lambda draft: draft.header.update(due_date=TODAY))
    assert told(company, "order_late") == []
    company.run(documents.close, bought.id, company.version(bought))
    assert told(company, "supplier_late") == []


def test_a_supplier_that_gave_up_the_rest_is_told(company: Company) -> None:
    item = company.item()
    bought = company.post("purchase_order", (item, 8, 2))
    company.post("goods_receipt", line(item, 6, 2, source_line_id=company.line_ids(bought)[0]))
    company.run(documents.close, bought.id, company.version(bought))
    [short] = told(company, "supplier_short")
    assert (short["number"], short["share"]) == (bought.number, "75%")


def test_a_price_that_jumps_is_told_against_the_last_of_the_same_supplier(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 5, 10))
    company.post("goods_receipt", (item, 5, "10.9"))
    assert told(company, "price_jump") == []
    company.post("goods_receipt", (item, 5, 12))
    [jump] = told(company, "price_jump")
    assert (jump["change"], D(jump["price"]) > D(jump["before"])) == ("+10.1%", True)
    company.settings(price_jump=None)
    company.post("goods_receipt", (item, 5, 40))
    assert len(told(company, "price_jump")) == 1


def test_goods_sold_below_what_they_cost_are_told_but_not_gifts(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 50, "11.3"))
    company.post("delivery_note", (item, 5, 12))
    company.post("delivery_note", line(item, 5, 0, gift=True))
    assert told(company, "below_cost") == []
    cheap = company.post("delivery_note", (item, 5, 11))
    [below] = told(company, "below_cost")
    assert (below["number"], below["price"], below["cost"]) == (cheap.number, "11", "11.3")


def test_a_credit_limit_that_was_exceeded_knowingly_is_told_until_it_is_kept_again(company: Company) -> None:
    item = company.item()
    company.change_record("partner", company.customer, credit_limit=D(100))
    company.post("goods_receipt", (item, 50, 1))
    sold = company.post("delivery_note", (item, 5, 30), acknowledged=("over_credit",))
    [over] = told(company, "credit")
    assert (over["owed"], over["limit"]) == ("150", "100")
    company.post("delivery_note", (item, 1, 30), acknowledged=("over_credit",))
    assert [n["owed"] for n in told(company, "credit")] == ["180"]
    company.post("sales_return", line(item, 3, 30, source_line_id=company.line_ids(sold)[0]))
    assert told(company, "credit") == []


def test_goods_that_lie_are_slow_then_dead_and_bind_money(company: Company) -> None:
    slow, dead, brisk = (company.item() for _ in range(3))
    company.post("goods_receipt", (slow, 5, 10), (brisk, 5, 10), date=ago(100))
    company.post("goods_receipt", (dead, 5, 100), date=ago(400))
    company.post("delivery_note", (dead, 1, 200), date=ago(300))
    company.post("delivery_note", (brisk, 1, 20), date=ago(10))
    company.run(daily.look, TODAY)
    names = {slow: "商品I001", dead: "商品I002"}
    assert [n["item"] for n in told(company, "slow")] == [names[slow]]
    assert [(n["item"], n["days"]) for n in told(company, "dead")] == [(names[dead], 300)]
    company.settings(cash_limit=D(400))
    company.run(daily.look, TODAY)
    assert [n["limit"] for n in told(company, "cash")] == ["400"]
    company.settings(cash_limit=None)
    company.post("delivery_note", (slow, 1, 20), date=TODAY)
    company.run(daily.look, TODAY)
    assert told(company, "slow", "cash") == []


def test_notices_go_to_their_roles_and_can_be_put_off(company: Company) -> None:
    item = company.item()
    company.post("purchase_order", (item, 4, 2), date=ago(8), due_date=ago(2))

    def seen(role: str) -> list[int]:
        with company.engine.connect() as connection:
            return [n.id for n in notices.open_for(connection, Actor("某人", access.ROLES[role], role=role), utc_now())]

    [number] = seen("buyer")
    assert (seen("administrator"), seen("salesperson")) == ([number], [])
    company.run(notices.snooze, number, utc_now() + dt.timedelta(hours=1))
    assert seen("buyer") == []
    company.run(notices.snooze, number, utc_now() - dt.timedelta(seconds=1))
    assert seen("buyer") == [number]


def test_what_two_programs_tell_at_once_is_told_once(pg_company: Company) -> None:
    """The second saver cannot see the first one's notice yet; it waits for it and tells nothing."""
    same = notices.Notice(notices.Kind.CASH, "stock", {"value": "2", "limit": "1"}, role="manager")
    told_first, other_asks = threading.Event(), threading.Event()

    def first(work: Work) -> None:
        work.require("item.see")
        notices.tell(work, same)
        told_first.set()
        other_asks.wait(10)
        time.sleep(0.2)

    def second(work: Work) -> None:
        work.require("item.see")
        told_first.wait(10)
        other_asks.set()
        notices.tell(work, same)

    with ThreadPoolExecutor(2) as programs:
        for done in [programs.submit(pg_company.run, act) for act in (first, second)]:
            done.result(timeout=20)
    assert told(pg_company, "cash") == [{"value": "2", "limit": "1"}]
