"""What will be there day by day, and what to order so that it is enough."""

import datetime as dt
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.services import projection, replenishment
from jxc_desktop.services.projection import ProjectedDay
from jxc_desktop.services.replenishment import Kind, Rule, suggest
from tests.company import Company, day, line

MIN_MAX, LEVEL = Kind.MIN_MAX, Kind.LEVEL_QTY


@pytest.mark.parametrize(("projected", "rule", "suggested"), [
    ("-12", Rule(MIN_MAX, D(0), D(5)), "17"), ("-5", Rule(MIN_MAX, D(0), D(5)), "10"),
    ("0", Rule(MIN_MAX, D(4), D("5.1"), multiple=D("0.1")), "5.1"), ("10", Rule(MIN_MAX, D(5), D(200)), "0"),
    ("-2", Rule(MIN_MAX, D(0), D(0)), "2"), ("-2", Rule(MIN_MAX, D(-2), D(10)), "0"),
    ("-2", Rule(MIN_MAX, D(5), D(10)), "12"), ("5", Rule(MIN_MAX, D(5), D(10)), "0"),
    ("3", Rule(MIN_MAX, D(5), D(4)), "2"), ("3", Rule(MIN_MAX, D(5), D(10), multiple=D(6)), "12"),
    ("4", Rule(MIN_MAX, D(5), D(10), multiple=D(6)), "6"),
    ("10", Rule(LEVEL, D(10), quantity=D(50)), "50"), ("10.0001", Rule(LEVEL, D(10), quantity=D(50)), "0"),
    ("-60", Rule(LEVEL, D(10), quantity=D(50)), "70"), ("10", Rule(LEVEL, D(10)), "0"),
    ("2", Rule(LEVEL, D(10), quantity=D(5), multiple=D("2.5")), "10"),
    ("4", Rule(MIN_MAX, D(5), D(10), least=D(100)), "100"), ("5", Rule(MIN_MAX, D(5), D(10), least=D(100)), "0"),
    ("4", Rule(MIN_MAX, D(5), D(10), multiple=D(12), least=D(100)), "108"),
])
def test_suggest(projected: str, rule: Rule, suggested: str) -> None:
    assert suggest(D(projected), rule) == D(suggested)


QUANTITIES = st.integers(-10**7, 10**7).map(lambda n: D(n).scaleb(-4))
RULES = st.builds(Rule, st.sampled_from(Kind), QUANTITIES, QUANTITIES, QUANTITIES.filter(lambda q: q >= 0),
                  st.none() | QUANTITIES.filter(lambda q: q > 0))


@given(QUANTITIES, RULES)
def test_a_suggestion_is_enough_in_whole_multiples_and_not_one_too_many(projected: D, rule: Rule) -> None:
    found = suggest(projected, rule)
    enough = suggest(projected, Rule(rule.kind, rule.minimum, rule.maximum, rule.quantity))
    assert found >= enough >= 0
    assert bool(found) == bool(enough)
    if rule.multiple and found:
        assert (Fraction(found) / Fraction(rule.multiple)).denominator == 1
        assert found - rule.multiple < enough
    if enough:
        assert projected + found >= rule.minimum


def test_due() -> None:
    assert replenishment.due(day(0), 3) == day(3)
    assert replenishment.due(day(0), 0) == day(0)
    assert replenishment.due(day(0), None) is None


# --- what will be there -------------------------------------------------------------------------------------


def projected(c: Company, item: int, warehouse: int | None = None, as_of: dt.date | None = None) -> D:
    with c.engine.connect() as connection:
        return projection.projected(connection, item, warehouse, as_of)


def timeline(c: Company, item: int, warehouse: int | None = None) -> list[ProjectedDay]:
    with c.engine.connect() as connection:
        return projection.timeline(connection, item, warehouse)


def test_projected_counts_what_is_promised_up_to_a_day_and_what_has_no_date(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 1), date=day(0))
    company.post("delivery_note", (item, 2, 1), date=day(3))
    company.post("sales_order", (item, 5, 1), due_date=day(5))
    order = company.post("sales_order", (item, 30, 1), due_date=day(8))
    undated = company.post("purchase_order", (item, 7, 1))
    company.post("purchase_order", (item, 20, 1), due_date=day(5))
    assert [projected(company, item, as_of=day(n)) for n in (-1, 0, 3, 4, 5, 7, 8)] == [7, 17, 15, 15, 30, 30, 0]
    assert projected(company, item) == projected(company, item, company.main) == 0
    assert projected(company, item, company.branch) == 0
    first, fifth, eighth = timeline(company, item)
    assert first == ProjectedDay(None, D(7), D(0), D(15), (undated.number,))
    assert (fifth.date, fifth.incoming, fifth.outgoing, fifth.projected, len(fifth.numbers)) == (day(5), 20, 5, 30, 2)
    assert eighth == ProjectedDay(day(8), D(0), D(30), D(0), (order.number,))


def test_what_is_done_or_given_up_is_expected_no_more(company: Company) -> None:
    item, service = company.item(), company.item(stocked=False)
    order = company.post("purchase_order", (item, 10, 1))
    company.post("goods_receipt", line(item, 4, 1, source_line_id=company.line_ids(order)[0]))
    assert projected(company, item) == 10
    company.void(company.post("purchase_order", (item, 100, 1)))
    company.post("sales_order", (service, 3, 1))
    assert (projected(company, item), projected(company, service)) == (10, 0)
    assert [d.projected for d in timeline(company, item)] == [10]
    assert timeline(company, service) == [ProjectedDay(None, D(0), D(0), D(0), ())]


def test_goods_under_way_between_warehouses_come_in_where_they_go_to(company: Company) -> None:
    transit, item = company.record("warehouse", code="T", name="在途", in_transit=True), company.item()
    company.post("goods_receipt", (item, 10, 1))
    sent = company.post("transfer_shipment", (item, 6), to_warehouse_id=transit, destination_id=company.branch,
                        due_date=day(4))
    places = (None, company.main, transit, company.branch)
    assert [projected(company, item, place) for place in places] == [10, 4, 6, 6]
    assert projected(company, item, company.branch, day(3)) == 0
    [_, arrival] = timeline(company, item, company.branch)
    assert arrival == ProjectedDay(day(4), D(6), D(0), D(6), (sent.number,))
    [source] = company.line_ids(sent)
    company.post("transfer_receipt", line(item, 4, source_line_id=source), warehouse_id=transit,
                 to_warehouse_id=company.branch)
    assert [projected(company, item, place) for place in places] == [10, 4, 2, 6]


# --- what to order ------------------------------------------------------------------------------------------


def proposal(c: Company, **given: Any) -> list[replenishment.ProposalRow]:
    with c.engine.connect() as connection:
        return replenishment.proposal(connection, **given)


def test_a_proposal_has_all_that_an_order_needs(company: Company) -> None:
    other = company.record("partner", code="S2", name="永兴", customer=False, supplier=True)
    item = company.record("item", code="X", name="水", unit_id=company.piece, reorder_point=D(20), maximum=D(50),
                          lead_days=3, supplier_id=other, children={"item_unit": [
                              {"unit_id": company.box, "factor": D(12), "per": D(1), "purchase_price": D(30)}]})
    company.post("goods_receipt", (item, 15, 2))
    company.post("sales_order", (item, 18, 5))
    company.post("purchase_order", (item, 6, "2.5"), date=day(1))
    [row] = proposal(company)
    assert (row.item.code, row.warehouse_id, row.warehouse) == ("X", None, "全部仓库")
    assert (row.held.on_hand, row.held.reserved, row.held.on_order, row.held.demand) == (15, 15, 6, 18)
    assert (row.held.projected, row.rule.minimum, row.rule.maximum, row.suggested) == (3, 20, 50, 47)
    assert (row.unit.name, row.packs, row.last_price) == ("箱", 4, 24)  # receipts say what was paid: 2 a piece
    assert (row.supplier_id, row.supplier) == (other, "永兴")
    assert row.due == dt.date.today() + dt.timedelta(days=3)


def test_rules_of_items_and_of_warehouses(company: Company) -> None:
    lots = company.item(replenishment="level", reorder_point=D(10), lot_size=D(25), order_multiple=D(10))
    promised, plenty, gone = company.item(), company.item(reorder_point=D(5)), company.item(active=False)
    here = company.record("item", code="H", name="h", unit_id=company.kilo, reorder_point=D(12), children={
        "stock_level": [{"warehouse_id": company.branch, "reorder_point": D(5), "maximum": D(8)}]})
    company.post("goods_receipt", (lots, 10, 3), (plenty, 5, 1), (here, 6, 1))
    company.post("sales_order", (promised, 4, 1))
    company.post("transfer", (here, 2))
    assert gone not in {r.item.id for r in proposal(company)}
    assert [(r.item.code, r.warehouse_id, r.suggested, r.due, r.supplier) for r in proposal(company)] == [
        ("H", company.branch, 6, None, "宏达五金"), ("I001", None, 30, None, "宏达五金"), ("I002", None, 4, None, "")]
    company.post("delivery_note", (here, 3, 1))  # all together: 3 + 6 that were proposed, of 12
    assert [(r.warehouse_id, r.held.projected, r.suggested) for r in proposal(company) if r.item.id == here] == [
        (None, 3, 3), (company.branch, 2, 6)]
    assert [(r.item.code, r.suggested) for r in proposal(company, warehouse_id=company.branch)] == [("H", 6)]
    assert proposal(company, warehouse_id=company.main) == []
    assert {r.item.code for r in proposal(company, supplier_id=company.supplier)} == {"H", "I001"}
    assert proposal(company, supplier_id=company.customer) == []
