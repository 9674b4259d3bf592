"""Who did what: a row for each command, with what it changed field by field."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, trail
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, line

AUDIT = TABLES["audit_entry"].c


def entries(company: Company, entity: str, saved_id: int) -> list[Any]:
    return company.rows(select(AUDIT.action, AUDIT.actor, AUDIT.origin, AUDIT.number, AUDIT.detail).where(
        AUDIT.entity == entity, AUDIT.entity_id == saved_id).order_by(AUDIT.id))


def last_detail(company: Company, saved: Saved) -> list[list[Any]]:
    return list(entries(company, "goods_receipt", saved.id)[-1].detail)


def test_every_step_of_a_document_is_noted(company: Company) -> None:
    clerk = company.as_actor("李四")
    saved = clerk.run(documents.park, company.draft("goods_receipt", (company.item(), 1, 5))).value
    clerk.save(clerk.read(saved.id))
    clerk.correct(saved, lambda draft: draft.header.update(remark="x"))
    clerk.run(documents.print_counted, [saved.id])
    clerk.unpost(saved)
    clerk.save(clerk.read(saved.id))
    mirror = clerk.reverse(saved)
    found = entries(company, "goods_receipt", saved.id)
    assert [e.action for e in found] == ["park", "post", "correct", "print", "unpost", "post", "reverse"]
    assert {(e.actor, e.origin) for e in found} == {("李四", "PC of 李四")}
    assert [e.number for e in found][1:] == ["CGRK-20260302-0001"] * 6
    assert [e.action for e in entries(company, "goods_receipt", mirror.id)] == ["reverse"]


def test_orders_that_are_closed_and_reopened_and_documents_that_are_voided(company: Company) -> None:
    order = company.post("sales_order", (company.item(), 1, 5))
    company.run(documents.close, order.id, 1)
    company.run(documents.reopen, order.id, 2)
    company.void(order)
    assert [e.action for e in entries(company, "sales_order", order.id)] == ["post", "close", "reopen", "void"]


def test_a_correction_says_what_was_and_what_is(company: Company) -> None:
    first, second, third = company.item(), company.item(), company.item()
    saved = company.post("goods_receipt", (first, 1, 5), (second, 2, 5))

    def change(draft: documents.Draft) -> None:
        draft.header["remark"] = "来货短少"
        draft.lines[0].update(quantity=D("1.5"), amount=None)
        draft.lines[1] = line(third, 3, 5)

    company.correct(saved, change)
    assert sorted(last_detail(company, saved), key=str) == sorted([
        ["remark", None, None, "来货短少"], ["quantity", 0, "1", "1.5"], ["amount", 0, "5", "7.5"],
        ["item_id", 1, None, third], ["quantity", 1, None, "3"], ["price", 1, None, "5"], ["amount", 1, None, "15"],
        ["unit_id", 1, None, company.kilo],
        ["item_id", None, second, None], ["quantity", None, "2", None], ["price", None, "5", None],
        ["amount", None, "10", None], ["unit_id", None, company.kilo, None]], key=str)


def test_a_save_without_a_change_is_noted_without_detail(company: Company) -> None:
    saved = company.post("goods_receipt", line(company.item(), 1, 5))
    company.save(company.read(saved.id))
    assert last_detail(company, saved) == []


def test_a_parked_draft_says_what_changed_since_it_was_parked(company: Company) -> None:
    saved = company.run(documents.park, company.draft("goods_receipt", (company.item(), 1, 5))).value
    draft = company.read(saved.id)
    draft.header["remark"] = "x"
    company.run(documents.park, draft)
    assert last_detail(company, saved) == [["remark", None, None, "x"]]


def test_records_say_what_changed(company: Company) -> None:
    item = company.item(sale_price=D(5))
    company.change_record("item", item, sale_price=D("5.50"), picture=b"123")
    assert sorted(entries(company, "item", item)[-1].detail, key=str) == [
        ["picture", None, None, "3 bytes"], ["sale_price", None, "5", "5.5"]]


@pytest.mark.parametrize(("value", "plain"), [
    (D("1.500"), "1.5"), (D("-0.00"), "0"), (dt.date(2026, 1, 2), "2026-01-02"), (dt.time(8, 30), "08:30:00"),
    (b"abc", "3 bytes"), ("x", "x"), (None, None), (True, True), (7, 7)])
def test_values_as_the_trail_keeps_them(value: Any, plain: Any) -> None:
    assert trail.plain(value) == plain


def test_digests_notice_every_field(company: Company) -> None:
    """Each row of the ledgers, read back from the database, has the digest it was written with; and no other."""
    saved = company.post("goods_receipt", (company.item(), 1, "5.55"))
    [move] = company.moves(saved)
    row = dict(move._mapping)
    assert trail.digest(row) == row["digest"]
    for name, value in row.items():
        if name in ("id", "digest"):
            continue
        other = {bool: lambda v: not v, int: lambda v: v + 1, str: lambda v: v + "x", D: lambda v: v + D("0.01"),
                 dt.datetime: lambda v: v + dt.timedelta(microseconds=1), type(None): lambda v: 1}[type(value)](value)
        assert trail.digest(row | {name: other}) != row["digest"]
