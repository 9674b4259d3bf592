"""What buyers, salespeople and the warehouse see of the same company, and when goods can be promised."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import access, documents, followups, purchasing
from jxc_desktop.services.purchasing import Choice
from jxc_desktop.services.queries import ListQuery, Queries
from jxc_desktop.services.queries.desks import buying, promise, selling, storing
from jxc_desktop.services.queries.desks.flow import OPEN
from jxc_desktop.services.queries.desks.promise import From
from jxc_desktop.services.queries.desks.selling import State
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, line

TODAY = dt.date.today()
SEES_COSTS = Actor("", frozenset({"see_cost"}))


def later(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@pytest.fixture
def live(company: Company) -> Company:
    company.settings(reserve_on_order=True, follow_request="auto", serve_waiting=True)
    return company


def asked(c: Company, read: Callable[..., Any], *given: Any, **options: Any) -> Any:
    with c.engine.connect() as connection:
        return read(connection, *given, **options)


# --- buying

def test_what_there_is_to_buy_and_for_whom(live: Company) -> None:
    c = live
    bolt, nut = c.item(order_multiple=D(12), lead_days=4), c.item(reorder_point=D(20), maximum=D(50))
    c.post("goods_receipt", line(bolt, 40, 3), line(nut, 8, 2), date=later(-60))
    c.post("delivery_note", line(bolt, 10, 9), date=later(-40))
    c.post("delivery_note", line(bolt, 6, 9), date=later(-20))
    c.post("delivery_note", line(bolt, 20, 9), date=TODAY)
    c.post("sales_return", line(bolt, 1, 9), date=TODAY)
    order = c.post("sales_order", line(bolt, 9, 9), date=TODAY, due_date=later(6))
    first, second = asked(c, buying.wants, TODAY)
    assert (first.item.id, first.lacking, first.multiple, first.lead_days) == (bolt, 4, 12, 4)
    assert (first.asker.order, first.asker.customer, first.asker.needed) == (order.number, "华联超市", later(6))
    assert (first.figures.on_hand, first.figures.reserved, first.figures.on_order) == (5, 5, 0)
    assert first.sold == (19, 25, 35)
    assert (first.supplier_id, first.supplier, first.price(c.supplier)) == (c.supplier, "宏达五金", 3)
    assert (second.item.id, second.asker, second.lacking) == (nut, None, 42)


def test_what_is_asked_for_is_not_proposed_as_well(live: Company) -> None:
    c, item = live, live.item(reorder_point=D(5), maximum=D(8))
    c.post("sales_order", line(item, 10, 9), date=TODAY)
    assert [(w.asker is None, w.lacking) for w in asked(c, buying.wants, TODAY)] == [(False, 10), (True, 8)]


def test_what_a_draft_will_order_is_not_wanted_any_more(live: Company) -> None:
    c, item = live, live.item(reorder_point=D(5), maximum=D(8))
    c.post("sales_order", line(item, 10, 9), date=TODAY)
    wanted = asked(c, buying.wants, TODAY)
    c.run(purchasing.order, [Choice(item, c.supplier, w.lacking, w.asker and w.asker.line_id, w.warehouse_id)
                             for w in wanted], False)
    assert asked(c, buying.wants, TODAY) == []
    assert asked(c, buying.desk, TODAY).pending["purchase_order", "draft"].number == 1


def test_a_usual_supplier_comes_before_the_last_one(live: Company) -> None:
    c = live
    usual = c.record("partner", code="S9", name="老供应商", supplier=True, customer=False)
    item, none = c.item(supplier_id=usual), c.item()
    c.post("goods_receipt", line(item, 1, 3), date=TODAY)
    c.post("sales_order", line(item, 5, 9), line(none, 5, 9), date=TODAY)
    assert [(w.item.id, w.supplier, w.price(usual)) for w in asked(c, buying.wants, TODAY)] == [
        (item, "老供应商", 3), (none, "", None)]


def test_what_comes_the_late_first(live: Company) -> None:
    c, item = live, live.item()
    order = c.post("sales_order", line(item, 10, 9), date=TODAY)
    [want] = asked(c, buying.wants, TODAY)
    c.run(purchasing.order, [Choice(item, c.supplier, D(10), want.asker.line_id)])
    late = c.post("purchase_order", line(item, 4, 5), date=later(-9), due_date=later(-2))
    c.post("purchase_order", line(item, 7, 5), date=TODAY, due_date=later(3))
    draft = Queries(c.engine, c.commands.actor).draft_from("goods_receipt", [late.id])
    draft.lines[0] |= {"quantity": D(1), "amount": None}
    c.save(draft)
    rows = asked(c, buying.arrivals)
    assert [(a.due, a.late(TODAY), a.amount) for a in rows] == [
        (later(-2), 2, 15), (later(3), 0, 35), (None, 0, 0)]
    assert rows[2].orders == (order.number,) and rows[0].items.endswith(" 3")
    assert [a.number for a in asked(c, buying.arrivals, TODAY)] == [late.number]
    assert asked(c, buying.desk, TODAY).pending["purchase_order", OPEN] == (3, 1)


# --- selling

def test_what_can_be_delivered_and_when_the_rest(live: Company) -> None:
    c, (tea, rice) = live, (live.item(), live.item())
    c.post("goods_receipt", line(tea, 10, 2))
    ready = c.post("sales_order", line(tea, 6, 9), date=TODAY, due_date=later(-1))
    partly = c.post("sales_order", line(tea, 6, 9), line(rice, 3, 9), date=TODAY, due_date=later(2))
    waiting = c.post("sales_order", line(rice, 5, 9), date=TODAY)
    c.post("purchase_order", line(tea, 2, 2), line(rice, 3, 2), date=TODAY, due_date=later(4))
    rows = asked(c, selling.orders)
    assert [(r.number, r.state, r.expected) for r in rows] == [
        (ready.number, State.READY, None), (partly.number, State.PARTLY, later(4)),
        (waiting.number, State.WAITING, None)]
    assert [r.late(TODAY) for r in rows] == [1, 0, 0]
    queries = Queries(c.engine, c.commands.actor)
    listed = {ready: {r["number"] for r in queries.list_page(ListQuery("document/sales_order", filters={
        "ready": ready})).rows} for ready in (True, False)}
    assert listed == {True: {ready.number}, False: {partly.number, waiting.number}}
    c.post("purchase_order", line(rice, 9, 2), date=TODAY, due_date=later(8))
    assert asked(c, selling.orders)[2].expected == later(8)
    draft = c.run(followups.prepare_delivery, ready.id).value
    assert [r.draft_id for r in asked(c, selling.orders)] == [draft.id, None, None]


def test_a_service_keeps_nobody_waiting(live: Company) -> None:
    c = live
    c.post("sales_order", line(c.item(stocked=False), 1, 9), date=TODAY)
    assert [r.state for r in asked(c, selling.orders)] == [State.READY]


def test_my_orders_are_those_i_made_or_look_after(live: Company) -> None:
    c, item = live, live.item()
    fang = c.record("employee", code="E7", name="王芳")
    c.post("sales_order", line(item, 1, 9), date=TODAY)
    hers = c.post("sales_order", line(item, 2, 9), date=TODAY, employee_id=fang)
    own = c.as_actor("王芳").post("sales_order", line(item, 3, 9), date=TODAY)
    queries = Queries(c.engine, Actor("王芳", access.ROLES["salesperson"], fang))
    assert [r.number for r in queries.sales_desk(mine=True).orders] == [hers.number, own.number]
    assert len(queries.sales_desk().orders) == 3


def test_customers_that_fell_silent(live: Company) -> None:
    c, item = live, live.item()
    c.post("goods_receipt", line(item, 99, 2), date=later(-200))
    away = c.record("partner", code="C2", name="远方商店")
    c.post("delivery_note", line(item, 5, 9), date=later(-65), partner_id=away)
    c.post("delivery_note", line(item, 5, 8), date=later(-30))
    assert [(q.name, q.last, q.bought) for q in asked(c, selling.quiet, TODAY)] == [
        ("远方商店", later(-65), 45), ("华联超市", later(-30), 40)]
    c.post("sales_order", line(item, 5, 8), date=later(-1))
    assert [q.name for q in asked(c, selling.quiet, TODAY)] == ["远方商店"]


def test_sales_by_day(live: Company) -> None:
    c, item = live, live.item()
    c.post("goods_receipt", line(item, 99, 2), date=later(-40))
    c.post("delivery_note", line(item, 5, 9), date=later(-1))
    c.post("sales_return", line(item, 1, 9), date=TODAY)
    gone = c.post("delivery_note", line(item, 2, 9), date=later(-1))
    c.reverse(gone, TODAY)
    days = asked(c, selling.by_day, TODAY)
    assert len(days) == 30 and days[-2:] == [(later(-1), 63), (TODAY, -27)]


def test_customers_that_buy_more_or_less_than_before(live: Company) -> None:
    c, item = live, live.item()
    c.post("goods_receipt", line(item, 99, 2), date=later(-90))
    other = c.record("partner", code="C2", name="远方商店")
    for on, quantity, who in ((-61, 9, other), (-60 + 1, 4, other), (-29, 10, other), (-30, 5, c.customer),
                              (0, 3, c.customer)):
        c.post("delivery_note", line(item, quantity, 10), date=later(on), partner_id=who)
    assert [(t.name, t.now, t.before) for t in asked(c, selling.trend, TODAY)] == [
        ("远方商店", 100, 40), ("华联超市", 30, 50)]


# --- promising

def test_when_goods_can_be_promised(live: Company) -> None:
    c, item = live, live.item()
    c.post("goods_receipt", line(item, 10, 2))
    c.post("sales_order", line(item, 4, 9), date=TODAY, due_date=later(20))
    coming = c.post("purchase_order", line(item, 8, 2), date=TODAY, due_date=later(5))
    c.post("sales_order", line(item, 3, 9), date=TODAY, due_date=later(9))

    def when(quantity: int, warehouse: int | None = None) -> Any:
        return asked(c, promise.promised, item, D(quantity), warehouse)

    assert when(3) == (TODAY, From.STOCK, 3, "公斤", "")
    assert when(4) == (later(5), From.ARRIVAL, 3, "公斤", coming.number)
    assert when(11).date == later(5) and when(12) == (None, From.NOTHING, 3, "公斤", "")
    assert when(1, c.branch).date is None
    c.change_record("item", item, lead_days=7)
    assert when(12) == (later(7), From.SUPPLIER, 3, "公斤", "")
    assert asked(c, promise.promise_date, item, D(12)) == later(7)
    today = c.post("purchase_order", line(item, 2, 2), date=TODAY, due_date=TODAY)
    assert when(3) == (TODAY, From.STOCK, 3, "公斤", ""), "what comes today is not there yet"
    assert when(5) == (TODAY, From.ARRIVAL, 3, "公斤", today.number)


def test_what_is_late_or_without_a_day_is_not_counted_on(live: Company) -> None:
    c, item = live, live.item()
    c.post("purchase_order", line(item, 8, 2), date=later(-9), due_date=later(-1))
    c.post("purchase_order", line(item, 8, 2), date=TODAY)
    assert asked(c, promise.promise_date, item, D(1)) is None


def test_a_promise_for_a_late_day_is_kept_though_it_takes_all(live: Company) -> None:
    c, item = live, live.item()
    c.settings(reserve_on_order=False)
    c.post("goods_receipt", line(item, 10, 2))
    c.post("sales_order", line(item, 10, 9), date=TODAY, due_date=later(30))
    assert asked(c, promise.promise_date, item, D(1)) is None
    c.post("purchase_order", line(item, 1, 2), date=TODAY, due_date=later(31))
    assert asked(c, promise.promise_date, item, D(1)) == later(31)


# --- storing

def test_what_the_warehouse_has_to_do(live: Company) -> None:
    c, (tea, rice) = live, (live.item(name="茶", reorder_point=D(50)), live.item(name="米"))
    c.post("goods_receipt", line(tea, 10, 2), line(rice, 10, 5), date=later(-120))
    c.post("delivery_note", line(tea, 1, 9), date=later(-100))
    c.post("goods_receipt", line(c.item(name="盐"), 10, "4.5"), date=later(-300))
    ready = c.post("sales_order", line(tea, 6, 9), date=TODAY)
    c.post("sales_order", line(c.item(), 6, 9), date=TODAY)
    due = c.post("purchase_order", line(rice, 6, 9), date=TODAY, due_date=TODAY)
    soon = c.post("purchase_order", line(rice, 6, 9), date=TODAY, due_date=later(7))
    c.post("purchase_order", line(rice, 6, 9), date=TODAY, due_date=later(8))
    c.run(documents.park, c.draft("delivery_note", line(rice, 1, 9)))
    sheet = c.run(documents.park, c.draft("stock_count", {"item_id": rice, "quantity": D(9)}, {"item_id": tea})).value
    desk = asked(c, storing.desk, TODAY, SEES_COSTS)
    assert [r.number for r in desk.ready] == [ready.number]
    assert [a.number for a in desk.arrivals] == [due.number, soon.number]
    assert [(d.kind, d.partner) for d in desk.drafts] == [("delivery_note", "华联超市")]
    assert [(a.kind, a.item) for a in desk.alerts] == [("low", "茶")]
    assert [(x.id, x.lines, x.counted) for x in desk.counts] == [(sheet.id, 2, 1)]
    assert [(i.name, i.days, i.value) for i in desk.idle] == [
        ("米", 120, 50), ("盐", 300, 45), ("茶", 100, 18)], "by the money they bind"
    blind = asked(c, storing.desk, TODAY, Actor("", frozenset()))
    assert [(i.name, i.value) for i in blind.idle] == [("盐", None), ("米", None), ("茶", None)], "by days"


def test_who_may_not_see_documents_sees_no_desk(live: Company) -> None:
    nobody = Queries(live.engine, Actor("", frozenset()))
    for read in (nobody.buyer_desk, nobody.sales_desk, nobody.stock_desk):
        with pytest.raises(PermissionDenied):
            read()
    clerk = Queries(live.engine, Actor("", access.ROLES["clerk"]))
    assert clerk.stock_desk().ready == clerk.sales_desk().orders == clerk.buyer_desk().wants == []
    assert clerk.promise(live.item(), D(1)).date is None


def test_the_newest_drafts_are_told_with_their_totals_to_those_who_may_see_them(live: Company) -> None:
    c, item = live, live.item()
    found_goods = c.run(documents.park, c.draft("other_in", line(item, 2, 10))).value.id
    delivery = c.run(documents.park, c.draft("delivery_note", line(item, 1, 9))).value.id
    c.post("goods_receipt", line(item, 5, 2))
    count = c.run(documents.park, c.draft("stock_count", {"item_id": item, "quantity": D(9)})).value.id
    mine = Queries(c.engine, c.commands.actor)
    found = mine.drafts(8)
    assert [(d.id, d.kind, d.total) for d in found] == [
        (count, "stock_count", None), (delivery, "delivery_note", 9), (found_goods, "other_in", 20)]
    assert (found[1].partner, found[1].warehouse, found[1].made_by) == ("华联超市", "主仓", mine.actor.name)
    assert [d.id for d in mine.drafts(2)] == [count, delivery]
    blind = Queries(c.engine, Actor("", frozenset({"other_in.see", "stock_count.see"})))
    assert [(d.id, d.total) for d in blind.drafts(8)] == [(count, None), (found_goods, None)]
