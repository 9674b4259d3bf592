"""Requests and proposals become orders: merged per supplier, in whole packs, each line linked to who asked."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import InvalidDraft, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, documents, purchasing
from jxc_desktop.services.purchasing import Choice, OrderedAlready
from tests.company import Company, day, line

D_ = TABLES["document"].c
TODAY = dt.date.today()


def request(c: Company, *lines: Any, **header: Any) -> list[int]:
    """A request's lines by id."""
    return c.line_ids(c.post("purchase_request", *lines, **header))


def ordered(c: Company, choices: list[Choice], post: bool = True) -> list[Draft]:
    return [c.read(id_) for id_, _ in c.run(purchasing.order, choices, post).value]


def brief(draft: Draft) -> list[tuple[Any, ...]]:
    return [(x["item_id"], x["quantity"], x["price"], x["source_line_id"]) for x in draft.lines]


def test_one_order_per_supplier_and_a_line_for_each_that_asked(company: Company) -> None:
    c, (bolt, nut) = company, (company.item(order_multiple=D(12), lead_days=4), company.item(lead_days=9))
    other = c.record("partner", code="S2", name="永固紧固件", supplier=True, customer=False)
    c.post("goods_receipt", line(bolt, 10, 3))
    c.post("goods_receipt", line(bolt, 10, "2.5"), partner_id=other)
    first, second = request(c, line(bolt, 5)), request(c, line(bolt, 4), line(nut, 7))
    made = ordered(c, [Choice(bolt, c.supplier, D(5), first[0]), Choice(bolt, c.supplier, D(4), second[0]),
                       Choice(nut, other, D(7), second[1]), Choice(bolt, c.supplier, D(8))])
    assert [x.header["partner_id"] for x in made] == sorted([c.supplier, other])
    mine = next(x for x in made if x.header["partner_id"] == c.supplier)
    assert brief(mine) == [(bolt, 5, 3, first[0]), (bolt, 4, 3, second[0]), (bolt, 15, 3, None)]  # 24 in two packs
    assert mine.header["due_date"] == TODAY + dt.timedelta(days=4)
    his = next(x for x in made if x.header["partner_id"] == other)
    assert his.header["due_date"] == TODAY + dt.timedelta(days=9)
    assert c.balance(bolt)[2] == 24
    assert all(r.progress == "done" for r in c.rows(select(D_.progress).where(D_.kind == "purchase_request")))


def test_the_last_line_that_asked_takes_the_rest_of_the_pack(company: Company) -> None:
    c, tea = company, company.item(order_multiple=D(10))
    lines = request(c, line(tea, 7), line(tea, 6))
    [made] = ordered(c, [Choice(tea, c.supplier, D(7), lines[0]), Choice(tea, c.supplier, D(6), lines[1])])
    assert brief(made) == [(tea, 7, None, lines[0]), (tea, 13, None, lines[1])]


def test_no_less_is_ordered_than_the_supplier_sells(company: Company) -> None:
    c, tea = company, company.item(order_minimum=D(50), order_multiple=D(20))
    lines = request(c, line(tea, 7), line(tea, 6))
    [made] = ordered(c, [Choice(tea, c.supplier, D(7), lines[0]), Choice(tea, c.supplier, D(6), lines[1])])
    assert brief(made) == [(tea, 7, None, lines[0]), (tea, 53, None, lines[1])]
    [more] = ordered(c, [Choice(tea, c.supplier, D(61))])
    assert brief(more) == [(tea, 80, None, None)]


def test_what_is_bought_in_boxes_is_ordered_in_boxes(company: Company) -> None:
    c = company
    water = c.record("item", {"item_unit": [{"unit_id": c.box, "factor": D(12), "purchase_price": D(30)}]},
                     code="W", name="水", unit_id=c.piece, tax_rate=D("0.13"))
    c.post("goods_receipt", line(water, 24, "2.6"))
    [line_id] = request(c, line(water, 20))
    [made] = ordered(c, [Choice(water, c.supplier, D(20), line_id)])
    [given] = made.lines
    assert (given["unit_id"], given["quantity"], given["price"], given["base_quantity"]) == (c.box, 2, D("31.2"), 24)
    assert given["tax_rate"] == D("0.13")


def test_each_supplier_at_his_last_price_else_the_list_price(company: Company) -> None:
    c, item = company, company.item(purchase_price=D("4.4"))
    other = c.record("partner", code="S2", name="永固", supplier=True, customer=False)
    c.post("goods_receipt", line(item, 1, 5))
    c.post("goods_receipt", line(item, 1, 6), date=day(1))
    made = ordered(c, [Choice(item, c.supplier, D(1)), Choice(item, other, D(1))])
    assert [x.lines[0]["price"] for x in sorted(made, key=lambda x: x.header["partner_id"])] == [6, D("4.4")]


def test_each_warehouse_gets_its_own_order(company: Company) -> None:
    c, item = company, company.item()
    [there] = request(c, line(item, 3), warehouse_id=c.branch)
    made = ordered(c, [Choice(item, c.supplier, D(3), there, c.branch), Choice(item, c.supplier, D(2))])
    assert [(x.header["warehouse_id"], x.lines[0]["quantity"]) for x in made] == [(c.main, 2), (c.branch, 3)]
    assert (c.balance(item)[2], c.balance(item, c.branch)[2]) == (2, 3)


def test_without_a_lead_time_it_is_due_when_it_is_needed(company: Company) -> None:
    c, item = company, company.item()
    soon = TODAY + dt.timedelta(days=3)
    [line_id] = request(c, line(item, 3), due_date=soon)
    [made] = ordered(c, [Choice(item, c.supplier, D(3), line_id)])
    assert made.header["due_date"] == soon


def test_nobody_orders_the_same_twice(company: Company) -> None:
    c, item = company, company.item()
    [line_id] = request(c, line(item, 3))
    [draft] = ordered(c, [Choice(item, c.supplier, D(3), line_id)], post=False)
    assert draft.status == "draft" and c.balance(item)[2] == 0
    before = c.counts()
    with pytest.raises(OrderedAlready, match=r"CGSQ"):
        ordered(c, [Choice(item, c.supplier, D(3), line_id)])
    c.save(draft)
    with pytest.raises(OrderedAlready):
        ordered(c, [Choice(item, c.supplier, D(9)), Choice(item, c.supplier, D(3), line_id)])
    assert c.balance(item)[2] == 3 and c.counts()["document"] == before["document"]


def test_all_or_none(company: Company) -> None:
    c, item = company, company.item()
    stopped = c.record("partner", code="S2", name="停用", supplier=True, customer=False, active=False)
    before = c.counts()
    with pytest.raises(InvalidDraft):
        ordered(c, [Choice(item, c.supplier, D(3)), Choice(item, stopped, D(3))])
    assert c.counts() == before
    with pytest.raises(PermissionDenied):
        c.as_actor("王芳", access.ROLES["salesperson"]).run(purchasing.order, [Choice(item, c.supplier, D(3))])


def test_a_repeated_click_orders_once(company: Company) -> None:
    c, item = company, company.item()
    first, again = (c.run(purchasing.order, [Choice(item, c.supplier, D(3))], key="k") for _ in range(2))
    assert again.repeated and first.value == again.value and c.balance(item)[2] == 3


def test_an_order_that_needs_a_word_waits_for_it(company: Company) -> None:
    c, item = company, company.item()
    c.record("approval_rule", name="大额", document_kind="purchase_order", level=1, role="manager", above=D(0))
    [line_id] = request(c, line(item, 3))
    c.post("goods_receipt", line(item, 1, 5))
    [made] = ordered(c, [Choice(item, c.supplier, D(3), line_id), Choice(item, c.supplier, D(2))])
    assert made.status == "submitted"
    with c.engine.connect() as connection:
        assert purchasing.pending(connection) == ({line_id}, {(item, c.main): 2, (item, None): 2})


def test_the_last_of_each_supplier_the_latest_first(company: Company) -> None:
    c, item = company, company.item()
    other = c.record("partner", code="S2", name="永固", supplier=True, customer=False)
    c.post("goods_receipt", line(item, 1, 5))
    gone = c.post("goods_receipt", line(item, 1, 8), date=day(2))
    c.post("goods_receipt", line(item, 1, "4.5"), partner_id=other, date=day(1))
    c.run(documents.void, gone.id, c.version(gone))
    with c.engine.connect() as connection:
        assert [(o.supplier, o.price) for o in purchasing.offers(connection, [item])[item]] == [
            ("永固", D("4.5")), ("宏达五金", 5)]


