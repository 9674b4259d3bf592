"""Where lots and serial numbers came from and went, through assembly too."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import NotFound
from jxc_desktop.models import TABLES
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.queries.trace import Trace
from tests.company import Company, day, line


def trace(c: Company, code: str) -> Trace:
    lot = TABLES["lot"].c
    return Queries(c.engine, c.commands.actor).trace(c.scalar(select(lot.id).where(lot.code == code)))


def a_kitchen(c: Company) -> dict[str, Any]:
    """Tea of two lots and a cup become a gift box; boxes and tea are sold."""
    c.settings(use_lots=True, use_serials=True)
    tea = c.item(name="茶叶", tracking="lot")
    cup = c.item(name="杯子", tracking="serial", unit_id=c.piece)
    ribbon, box = c.item(name="丝带"), c.item(name="礼盒", tracking="lot", unit_id=c.piece)
    other = c.record("partner", code="S2", name="茶厂", customer=False, supplier=True)
    c.post("goods_receipt", line(tea, 10, 4, lot="A", production_date=day(-9)), partner_id=other, date=day(0))
    c.post("goods_receipt", line(tea, 10, 5, lot="B"), line(cup, 2, 30, serials="S1\nS2"), (ribbon, 9, 1), date=day(0))
    c.post("transfer", line(tea, 2, lot="A"), date=day(1))
    c.post("assembly", line(tea, 3, lot="A", role="use"), line(cup, 1, serials="S1", role="use"),
           line(ribbon, 1, role="use"), line(box, 1, lot="BOX1", role="make"), date=day(2))
    sold = c.post("delivery_note", line(box, 1, 200, lot="BOX1"), date=day(3))
    c.post("delivery_note", line(tea, 1, 9, lot="A"), line(tea, 1, 9, lot="B"), date=day(4))
    c.void(c.post("delivery_note", line(tea, 1, 9, lot="A"), date=day(4)))
    return {"tea": tea, "sold": sold, "ribbon": ribbon}


def test_back_to_the_suppliers(company: Company) -> None:
    made = a_kitchen(company)
    found = trace(company, "BOX1")
    assert [(s.level, s.item, s.lot, s.quantity) for s in found.steps] == [
        (-1, "茶叶", "A", D(10)), (-1, "杯子", "S1", D(1)), (-1, "茶叶", "A", D(-2)), (-1, "茶叶", "A", D(2)),
        (-1, "茶叶", "A", D(-3)), (-1, "杯子", "S1", D(-1)), (-1, "丝带", "", D(-1)), (-1, "茶叶", "A", D(-1)),
        (0, "礼盒", "BOX1", D(1)), (0, "礼盒", "BOX1", D(-1))]
    assert {(s.partner, s.lot) for s in found.came_from} == {("茶厂", "A"), ("宏达五金", "S1")}
    assert [(s.partner, s.document_id) for s in found.went_to] == [("华联超市", made["sold"].id)]
    assert (found.item, found.on_hand) == ("礼盒", ())


def test_forward_to_the_customers(company: Company) -> None:
    made = a_kitchen(company)
    found = trace(company, "A")
    assert {(s.level, s.lot) for s in found.steps} == {(0, "A"), (1, "BOX1")}
    assert [s.document_id for s in found.went_to if s.level] == [made["sold"].id]
    assert len([s for s in found.went_to if not s.level]) == 1  # the one that was voided went nowhere
    assert found.on_hand == (("主仓", D(4)), ("分仓", D(2)))
    assert found.production_date == day(-9)
    assert [(s.level, s.item) for s in trace(company, "S2").steps] == [(0, "杯子")]


def test_taken_apart_again_it_does_not_go_round_for_ever(company: Company) -> None:
    a_kitchen(company)
    company.post("sales_return", line(company.rows(select(TABLES["item"].c.id).where(
        TABLES["item"].c.name == "礼盒"))[0].id, 1, 200, lot="BOX1"), date=day(5))
    item = TABLES["item"].c
    tea, box = (company.scalar(select(item.id).where(item.name == name)) for name in ("茶叶", "礼盒"))
    company.post("disassembly", line(box, 1, lot="BOX1", role="use"), line(tea, 3, lot="A", role="make"), date=day(6))
    assert {(s.level, s.lot) for s in trace(company, "A").steps if s.lot} >= {(0, "A")}
    assert {s.lot for s in trace(company, "BOX1").steps} == {"A", "S1", "", "BOX1"}


def test_a_lot_that_is_none(company: Company) -> None:
    with pytest.raises(NotFound):
        Queries(company.engine, company.commands.actor).trace(99)
