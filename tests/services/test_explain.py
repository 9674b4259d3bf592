"""Explain this number: the moves behind a balance, in words and figures, and what changed them later."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import i18n
from jxc_desktop.errors import NotFound, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import periods
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.queries.explain import Explanation
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line


def explain(c: Company, *what: Any, **more: Any) -> Explanation:
    return Queries(c.engine, c.commands.actor).explain(*what, **more)


@pytest.fixture(autouse=True)
def in_english() -> Any:
    i18n.use_language("en")
    yield
    i18n.use_language("zh_CN")


def a_week(c: Company) -> int:
    item = c.item(name="screw")
    c.post("goods_receipt", (item, 30, "2.00"), date=day(0))
    c.post("delivery_note", (item, 10, 9), date=day(2))
    c.post("goods_receipt", (item, 10, "3.50"), date=day(1))  # restates the delivery
    c.post("delivery_note", (item, 5, 9), date=day(4))
    return item


def test_an_average_is_derived_move_by_move(company: Company) -> None:
    item = a_week(company)
    found = explain(company, item)
    assert [(s.quantity, s.value, s.quantity_after, s.value_after, s.unit_cost_after) for s in found.steps] == [
        (D(30), D(60), D(30), D(60), D(2)), (D(10), D(35), D(40), D(95), D("2.375")),
        (D(-10), D("-23.75"), D(30), D("71.25"), D("2.375")), (D(-5), D("-11.88"), D(25), D("59.37"), D("2.3748"))]
    assert [s.words for s in found.steps] == [
        "As the document states: 30 for 60.00", "As the document states: 10 for 35.00", "95.00 × 10 ÷ 40 = 23.75",
        "71.25 × 5 ÷ 30 = 11.88"]
    assert found.sentences == (
        "Now: 25 公斤 of screw, worth 59.37, 2.3748 each.",
        "In: 40, worth 95.00. Out: 15, worth 35.63.",
        "1 of the moves were restated after 1 later entries or changes: -3.75 in all.")
    [late] = found.steps[2].restatements
    assert (late.kind, late.number, late.action, late.own, late.quantity, late.value) == (
        "goods_receipt", found.steps[1].number, "post", False, D(0), D("-3.75"))
    assert (found.steps[3].value_after, found.steps[3].quantity_after) == company.pool(item)[::-1]


def test_a_day_in_the_past_and_pages(company: Company) -> None:
    item = a_week(company)
    found = explain(company, item, as_of=day(2))
    assert [s.quantity_after for s in found.steps] == [D(30), D(40), D(30)]
    assert found.sentences[0] == f"{day(2)}: 30 公斤 of screw, worth 71.25, 2.375 each."
    page = explain(company, item, limit=2)
    assert (len(page.steps), page.first, page.count) == (2, 2, 4)
    assert [s.quantity_after for s in page.steps] == [D(30), D(25)] and page.sentences[0] == explain(
        company, item).sentences[0]
    earlier = explain(company, item, limit=2, skip=2)
    assert ([s.quantity_after for s in earlier.steps], earlier.first) == ([D(30), D(40)], 0)
    assert explain(company, item, limit=2, skip=9).steps == ()


def test_it_starts_at_the_last_close(company: Company) -> None:
    item = a_week(company)
    company.run(periods.close, day(2))
    company.run(periods.close, day(3))
    found = explain(company, item)
    assert (found.since, found.count, found.opening) == (day(3), 1, (D(30), D("71.25")))
    assert found.sentences[1] == f"At the close of {day(3)} there were 30."
    assert found.steps[0].words == "71.25 × 5 ÷ 30 = 11.88"
    assert explain(company, item, as_of=day(3)).since == day(2)
    assert [s.quantity for s in explain(company, item, as_of=day(2)).steps] == [D(30), D(10), D(-10)]
    company.run(periods.close, day(5))
    assert "Nothing moved since." in explain(company, item).sentences


def test_one_warehouse_of_a_company_with_one_cost(company: Company) -> None:
    item = a_week(company)
    company.post("transfer", (item, 5), date=day(5))
    found = explain(company, item, company.branch)
    assert [(s.quantity, s.quantity_after, s.value_after) for s in found.steps] == [(D(5), D(5), D("59.37"))]
    assert found.steps[0].words == "Moved between warehouses of one cost: the value stays"
    assert found.sentences[0] == ("Now: 5 公斤 of screw at 分仓, worth 11.87: all 25 in the company are worth 59.37, "
                                  "2.3748 each.")


def test_for_the_whole_company_a_transfer_is_no_move(company: Company) -> None:
    item = a_week(company)
    moved = company.post("transfer", (item, 5), date=day(3))
    assert moved.number not in [s.number for s in explain(company, item).steps]
    assert explain(company, item).steps[-1].words == "71.25 × 5 ÷ 30 = 11.88"
    main = explain(company, item, company.main)
    assert [(s.quantity_after, s.value_after, s.unit_cost_after) for s in main.steps[-2:]] == [
        (D(25), D("71.25"), D("2.375")), (D(20), D("59.37"), D("2.3748"))]
    [line_cost] = Queries(company.engine, company.commands.actor).explain_document(moved.id)
    assert [(s.quantity, s.quantity_after, s.value_after, s.unit_cost_after) for s in line_cost.steps] == [
        (D(-5), D(25), D("71.25"), D("2.375")), (D(5), D(5), D("71.25"), D("2.375"))]


def test_a_warehouse_with_its_own_cost_and_its_layers(company: Company) -> None:
    company.settings(cost_level="warehouse")
    item = company.item(name="screw", cost_method="fifo")
    first = company.post("goods_receipt", (item, 4, 2), date=day(0))
    second = company.post("goods_receipt", (item, 6, 3), date=day(1))
    company.post("transfer", (item, 5), date=day(2))
    found = explain(company, item, company.branch)
    assert found.sentences[0] == "Now: 5 公斤 of screw at 分仓, worth 11.00, 2.2 each."
    assert found.sentences[-1].startswith("Oldest first: 4 at 2 (") and first.number is not None
    assert found.steps[0].words == "Arrived with the value that left the other warehouse: 11.00"
    main = explain(company, item, company.main)
    assert main.steps[-1].words == "The oldest 5 left, worth 11.00"
    assert main.sentences[-1] == f"Oldest first: 5 at 3 ({second.number})."
    assert explain(company, item).sentences[0] == "Now: 10 公斤 of screw, worth 26.00, 2.6 each."


def test_missing_goods_and_what_they_cost_in_the_end(company: Company) -> None:
    item = company.item(name="screw", negative_stock="allow", standard_cost=D(3))
    company.post("goods_receipt", (item, 2, 3), date=day(0))
    company.post("delivery_note", (item, 6, 9), date=day(1))
    assert explain(company, item).steps[-1].words == (
        "2 were there, worth 6.00; the other 4 were missing and left at an estimate")
    company.post("goods_receipt", (item, 10, 5), date=day(2))
    found = explain(company, item)
    assert found.steps[1].words.endswith("; goods that came later cost 8.00 more than estimated")
    assert found.steps[1].restatements[0].settled == 8
    assert found.steps[2].words == "As the document states: 10 for 50.00; 8.00 went to cost of sales, not into stock"
    assert "8.00 went to cost of sales instead of stock." in found.sentences


def test_every_way_a_value_comes_about(company: Company) -> None:
    """Each sentence, and none that fails for want of a word."""
    company.settings(use_lots=True)
    item, part, kit = company.item(name="screw"), company.item(), company.item()
    bought = company.post("goods_receipt", (item, 10, 2), date=day(0))
    sold = company.post("delivery_note", (item, 4, 9), date=day(1))
    company.post("sales_return", line(item, 1, 9, source_line_id=company.line_ids(sold)[0]), date=day(2))
    company.post("purchase_return", line(item, 1, "2.5", source_line_id=company.line_ids(bought)[0]), date=day(3))
    company.post("cost_adjustment", {"item_id": item, "source_line_id": company.line_ids(bought)[0]}, fee=D(5),
                 date=day(4))
    company.post("stock_count", (item, 7), date=day(5))
    company.post("revaluation", {"item_id": item, "amount": D(4)}, date=day(6))
    company.post("revaluation", {"item_id": item, "price": D(3)}, date=day(7))
    company.post("other_in", {"item_id": item, "quantity": D(2)}, date=day(8))
    company.reverse(company.post("other_out", (item, 1), date=day(9)), date=day(10))
    company.post("goods_receipt", (part, 3, 2), date=day(0))
    company.post("assembly", line(part, 3, role="use"), line(kit, 1, role="make"), fee=D("1.50"), date=day(11))
    company.post("delivery_note", (kit, 1, 9), date=day(12))
    said = [s.words for i in (item, part, kit) for s in explain(company, i).steps]
    for start in ("As the document states: 10 for 20.00", "20.00 × 4 ÷ 10 = 8.00",
                  "Back at the cost it left with (XSCK",
                  "Back to the supplier at the cost it came with (CGRK", "5.00 of later cost for CGRK",
                  "7 were counted, 6 should have been there: 1, at the current unit cost",
                  "Revalued by 4.00", "All 7 revalued at 3 each", "No cost stated: 2 at the current unit cost 3",
                  "Undoes QTCK", "All 3 left, with all their value 6.00",
                  "Made of goods worth 6.00, with a fee of 1.50",
                  "All 1 left, with all their value 7.50"):
        assert any(words.startswith(start) for words in said), (start, said)
    i18n.use_language("zh_CN")
    assert "20.00 × 4 ÷ 10 = 8.00" in [s.words for s in explain(company, item).steps]
    assert all("{" not in s.words for s in explain(company, item).steps)


def test_a_lot_with_its_own_cost(company: Company) -> None:
    company.settings(cost_by_lot=True, use_lots=True)
    item = company.item(name="tea", tracking="lot")
    company.post("goods_receipt", line(item, 5, 2, lot="A"), line(item, 5, 3, lot="B"), date=day(0))
    company.post("delivery_note", line(item, 2, 9, lot="B"), date=day(1))
    lot_b = company.scalar(select(TABLES["lot"].c.id).where(TABLES["lot"].c.code == "B"))
    found = explain(company, item, None, lot_b)
    assert found.sentences[0] == "Now: 3 公斤 of tea at B, worth 9.00, 3 each."
    assert [s.words for s in found.steps] == ["As the document states: 5 for 15.00", "15.00 × 2 ÷ 5 = 6.00"]
    assert {s.lot for s in explain(company, item).steps} == {"A", "B"}


def test_the_lines_of_a_document(company: Company) -> None:
    item, other = a_week(company), company.item(name="nut")
    company.post("goods_receipt", (other, 4, 1), date=day(0))
    sold = company.post("delivery_note", (item, 4, 9), (other, 1, 5), (company.item(stocked=False), 1, 5), date=day(3))
    company.post("delivery_note", (item, 1, 9), date=day(5))
    found = Queries(company.engine, company.commands.actor).explain_document(sold.id)
    assert [(c.item, c.steps[0].quantity, c.steps[0].quantity_after, c.steps[0].words) for c in found] == [
        ("screw", D(-4), D(26), "71.25 × 4 ÷ 30 = 9.50"), ("nut", D(-1), D(3), "4.00 × 1 ÷ 4 = 1.00")]
    corrected = company.correct(sold, lambda d: d.lines[0].update(quantity=D(3)))
    [first, _] = Queries(company.engine, company.commands.actor).explain_document(corrected.id)
    assert [(r.own, r.action, r.quantity) for r in first.steps[0].restatements] == [(True, "correct", D(1))]


def test_who_may_not_see_cost_learns_none(company: Company) -> None:
    item = a_week(company)
    blind = Queries(company.engine, Actor("x", company.commands.actor.permissions - {"see_cost"}))
    for ask in (lambda: blind.explain(item), lambda: blind.explain_document(1), lambda: blind.stock_as_of(day(1))):
        with pytest.raises(PermissionDenied):
            ask()
    with pytest.raises(NotFound):
        explain(company, 10**6)
