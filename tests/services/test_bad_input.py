"""Nonsense is refused with a typed error that names the place, in Chinese, and changes nothing in the database."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop import document_types, i18n
from jxc_desktop.document_types.schema import REFERENCES, DocumentType, Draft
from jxc_desktop.errors import InvalidDraft, UserError
from jxc_desktop.services import documents
from tests.company import DAY, Company, line

KINDS = pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)


def refused(company: Company, kind: str, *lines: Any, **header: Any) -> set[tuple[str, int | None]]:
    return faults(company, company.draft(kind, *lines, **header))


def faults(company: Company, draft: Draft) -> set[tuple[str, int | None]]:
    """Where they are; the tables have as many rows as before, and each fault says something in Chinese."""
    before = company.counts()
    with pytest.raises(InvalidDraft) as caught:
        company.save(draft)
    assert company.counts() == before
    for problem in caught.value.problems:
        text = problem.text()
        assert text != problem.message and "{" not in text
    assert i18n.language() == "zh_CN"
    return {(p.field, p.line) for p in caught.value.problems}


def test_missing_and_unknown_items(company: Company) -> None:
    good = company.item()
    given = [line(item, 1) for item in (None, 999, -1, 2**63, good)]  # type: ignore[arg-type]
    for kind in document_types.ALL:
        found = refused(company, kind.key, *given)
        assert {place for place in found if place[0] == "item_id"} == {("item_id", i) for i in range(4)}


QUANTITIES = [*map(D, (0, "-1", "-0.0001", "NaN", "sNaN", "Infinity", "-Infinity", "1e11", "1e30", "0.00001")),
              1, 1.5, "1", "１", None, True]
FIGURES = [("price", "-0.01"), ("price", "NaN"), ("price", "Infinity"), ("price", "10000000"), ("price", "0.000000001"),
           ("price", "1e300"), ("discount", "1.01"), ("discount", "-0.1"), ("tax_rate", "1.01"), ("amount", "-1"),
           ("amount", "0.001"), ("amount", "1e13")]


def test_quantities_that_are_none(company: Company) -> None:
    item = company.item()
    for quantity in QUANTITIES:
        assert refused(company, "goods_receipt", (item, 1, 1), line(item, 1, 1) | {"quantity": quantity}) == {
            ("quantity", 1)}


def test_figures_that_are_none(company: Company) -> None:
    item = company.item()
    for name, figure in FIGURES:
        assert refused(company, "delivery_note", line(item, 1, 1) | {name: D(figure)}) == {(name, 0)}


def test_fractions_of_whole_units(company: Company) -> None:
    item = company.record("item", code="B", name="成箱", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}, {"unit_id": company.kilo, "factor": D("2.5")}]})
    assert refused(company, "goods_receipt", (item, "1.5", 1), line(item, "0.5", 1, unit_id=company.box),
                   line(item, "1", 1, unit_id=company.kilo)) == {("quantity", 0), ("quantity", 1), ("quantity", 2)}
    company.post("goods_receipt", line(item, "0.4", 1, unit_id=company.kilo))
    assert company.on_hand(item) == 1


def test_units_the_item_does_not_have(company: Company) -> None:
    item = company.item()
    assert refused(company, "goods_receipt", line(item, 1, 1, unit_id=company.box)) == {("unit_id", 0)}
    assert refused(company, "goods_receipt", line(item, 1, 1, unit_id=999)) == {("unit_id", 0)}


def test_a_quantity_that_vanishes_or_bursts_in_base_units(company: Company) -> None:
    item = company.record("item", code="B", name="大小", unit_id=company.kilo, children={"item_unit": [
        {"unit_id": company.box, "factor": D("0.00000001")}, {"unit_id": company.piece, "factor": D(9999999)}]})
    assert refused(company, "goods_receipt", line(item, 1, 1, unit_id=company.box),
                   line(item, 99999999, 1, unit_id=company.piece)) == {("quantity", 0), ("quantity", 1)}


@pytest.mark.parametrize(("lines", "place"), [
    ([("99999999999", "9999999")], {("amount", 0)}),  # the product fits no column
    ([("0.0001", None, {"amount": D(99999)})], {("price", 0)}),  # nor does the price that makes the amount
    ([("900000", "9999999"), ("900000", "9999999")], {("amount", 1)}),  # nor does the sum
])
def test_figures_that_fit_no_column(company: Company, lines: list[Any], place: set[Any]) -> None:
    item = company.item()
    given = [line(item, q, p, **(more[0] if more else {})) for q, p, *more in lines]
    assert refused(company, "goods_receipt", *given) == place


def test_discounts_beyond_the_amount(company: Company) -> None:
    item = company.item()
    for discount in ("10.01", "-0.01", "0.001", "NaN"):
        assert refused(company, "delivery_note", (item, 1, 10), discount_amount=D(discount)) == {
            ("discount_amount", None)}


def test_texts_that_cannot_be_stored(company: Company) -> None:
    item = company.item()
    for text in ("x" * 501, "a\x00b", "\ud800", 5, b"x"):
        assert refused(company, "delivery_note", (item, 1, 1), remark=text) == {("remark", None)}
        assert refused(company, "delivery_note", line(item, 1, 1, remark=text)) == {("remark", 0)}


def test_strange_texts_come_back_as_they_were(company: Company) -> None:
    item = company.item()
    for text in ("𠮷野家 👨‍👩‍👧", "\u202ecba", "e\u0301 ﬁ", "'; DROP TABLE item; --", "%_\\", "甲\n乙\t丙", "\u200b"):
        saved = company.post("other_in", line(item, 1, remark=text), remark=text)
        draft = company.read(saved.id)
        assert draft.header["remark"] == draft.lines[0]["remark"] == text


def test_dates_in_nonsense_years(company: Company) -> None:
    item = company.item()
    for kind in document_types.ALL:
        for date in (dt.date(202, 6, 1), dt.date(9999, 12, 31), dt.datetime(2026, 1, 1), "2026-01-01", None):
            draft = company.simplest(kind.key, item)
            draft.header["date"] = date
            assert faults(company, draft) == {("date", None)}


def test_missing_and_unknown_heads(company: Company) -> None:
    item = company.item()
    for kind in document_types.ALL:
        needed = {f.name for f in kind.header if f.required and f.name != "date"}
        for nonsense in (None, 999, 0, True, "1", 2**63):
            draft = company.simplest(kind.key, item)
            draft.header |= dict.fromkeys(needed, nonsense)
            assert faults(company, draft) == {(name, None) for name in needed}


@KINDS
def test_what_is_stopped_is_not_used_any_more(company: Company, kind: DocumentType) -> None:
    item = company.item(negative_stock="allow")
    posted, parked, new = (company.simplest(kind.key, item) for _ in range(3))
    company.save(posted)
    kept = company.run(documents.park, parked).value
    stopped = {"item": {item}, "warehouse": {company.main}, "partner": {company.supplier, company.customer}}
    for table, ids in stopped.items():
        for record_id in ids:
            company.change_record(table, record_id, active=False)
    expected = {("item_id", 0)} | {(f.name, None) for f in kind.header if f.type in REFERENCES
                                   and new.header.get(f.name) in stopped.get(REFERENCES[f.type], ())}
    assert faults(company, new) == expected
    with pytest.raises(InvalidDraft) as caught:
        company.save(company.read(kept.id))
    assert {(p.field, p.line) for p in caught.value.problems} == expected


def test_suppliers_are_not_sold_to_and_customers_not_bought_from(company: Company) -> None:
    item = company.item()
    assert refused(company, "delivery_note", (item, 1, 1), partner_id=company.supplier) == {("partner_id", None)}
    assert refused(company, "goods_receipt", (item, 1, 1), partner_id=company.customer) == {("partner_id", None)}


def test_a_document_without_lines(company: Company) -> None:
    assert refused(company, "goods_receipt") == {("lines", None)}


def test_all_faults_come_at_once(company: Company) -> None:
    item = company.item()
    found = refused(company, "delivery_note", (item, 0, 1), (999, 1, 1), line(item, 1, -1, remark="x" * 201),
                    line(item, 1, 1, unit_id=company.box), date=dt.date(1, 1, 1), partner_id=company.supplier)
    assert found == {("quantity", 0), ("item_id", 1), ("price", 2), ("remark", 2), ("unit_id", 3), ("date", None),
                     ("partner_id", None)}


def test_refusals_name_places_and_data_for_programs_too(company: Company) -> None:
    draft = company.draft("delivery_note", (company.item(), 0, 1))
    with pytest.raises(UserError) as caught:
        company.save(draft)
    assert (caught.value.code, caught.value.data) == ("InvalidDraft", {"count": 1})
    assert "第 1 行" in str(caught.value) and "数量必须大于零" in str(caught.value)


def test_the_day_of_a_reversal_is_checked_too(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 1, 1))
    before = company.counts()
    with pytest.raises(InvalidDraft):
        company.reverse(saved, dt.date(202, 1, 1))
    assert company.counts() == before
    assert company.read(saved.id).status == "posted"
    company.reverse(saved, DAY)
