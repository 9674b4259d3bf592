"""What partners owe us and we owe them."""

from decimal import Decimal as D

import pytest
from sqlalchemy import func, select

from jxc_desktop.document_types.schema import Account
from jxc_desktop.errors import NeedsConfirmation
from jxc_desktop.models import TABLES
from tests.company import Company, day, line

ENTRY = TABLES["partner_entry"].c


def test_trade_runs_up_debts_on_both_sides(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", line(item, 10, 10, tax_rate=D("0.13")))
    company.post("purchase_return", line(item, 1, 10, source_line_id=company.line_ids(receipt)[0]))
    sold = company.post("delivery_note", (item, 5, 30), discount_amount=D(10))
    company.post("sales_return", line(item, 1, 28, source_line_id=company.line_ids(sold)[0]))
    assert company.owed(company.supplier, Account.PAYABLE) == 90
    assert company.owed(company.customer) == 112
    assert company.owed(company.customer, Account.PAYABLE) == 0


def test_a_partner_may_be_both(company: Company) -> None:
    both = company.record("partner", code="B", name="又买又卖", customer=True, supplier=True)
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), partner_id=both)
    company.post("delivery_note", (item, 1, 30), partner_id=both)
    assert (company.owed(both), company.owed(both, Account.PAYABLE)) == (30, 100)


def test_entries_stand_on_the_day_of_their_document(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(2))
    assert [r.date for r in company.rows(select(ENTRY.date))] == [day(2)]


def test_a_correction_appends_the_difference_and_a_mirror_the_reverse(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 10, 10))
    company.correct(saved, lambda draft: draft.lines[0].update(price=D(11), amount=None))
    company.reverse(saved, day(1))
    assert [r.amount for r in company.rows(select(ENTRY.amount).order_by(ENTRY.id))] == [100, 10, -110]
    assert company.owed(company.supplier, Account.PAYABLE) == 0


def test_a_free_document_makes_no_entry(company: Company) -> None:
    company.post("goods_receipt", line(company.item(), 10, gift=True, amount=D(0)))
    assert company.scalar(select(func.count()).select_from(TABLES["partner_entry"])) == 0


def test_more_than_the_credit_limit_asks_first(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 100, 1))
    company.change_record("partner", company.customer, credit_limit=D(100))
    company.post("delivery_note", (item, 10, 10))
    draft = company.draft("delivery_note", (item, 1, "0.01"))
    before = company.counts()
    with pytest.raises(NeedsConfirmation) as caught:
        company.save(draft)
    assert (caught.value.key, caught.value.data) == ("over_credit", {
        "partner": "华联超市", "amount": D("100.01"), "limit": D(100)})
    assert "100.01" in caught.value.text()
    assert company.counts() == before
    company.save(draft, acknowledged=("over_credit",))


def test_what_lowers_a_debt_never_asks(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 100, 1))
    sold = company.post("delivery_note", (item, 10, 10))
    company.change_record("partner", company.customer, credit_limit=D(1))
    company.correct(sold, lambda draft: draft.lines[0].update(price=D(9), amount=None))
    company.correct(sold, lambda draft: draft.header.update(date=day(3)))  # the same debt on another day
    company.correct(sold, lambda draft: draft.lines[0].update(price=D(8), amount=None))
    company.post("sales_return", line(item, 1, 8, source_line_id=company.line_ids(sold)[0]), date=day(3))
    assert company.owed(company.customer) == 72
