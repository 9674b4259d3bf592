"""Amounts of a document: discounts, tax, what the partner owes."""

from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Draft
from tests.company import line
from tests.document_types.test_values import half_up

QUANTITIES = st.decimals("0.0001", "9999", places=4)
PRICES = st.decimals("0", "99999", places=8)
RATES = st.sampled_from([None, D("0"), D("0.13"), D("0.06"), D("0.01")])


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    lines = draw(st.lists(st.builds(
        lambda q, p, d, t: line(1, q, p, discount=d, tax_rate=t), QUANTITIES, PRICES,
        st.none() | st.decimals("0", "1", places=4), RATES), min_size=1, max_size=6))
    header: dict[str, Any] = {"tax_included": draw(st.booleans())}
    amounts = sum(totals.amount_of(given) or D(0) for given in lines)
    header["discount_amount"] = draw(st.none() | st.decimals("0", amounts, places=2)) if amounts else None
    return Draft("goods_receipt", header, lines)


@given(drafts(), st.booleans())
def test_lines_add_up_to_the_header(draft: Draft, gross: bool) -> None:
    made = totals.complete(draft, value_gross=gross)
    lines = draft.lines
    for each in lines:
        exact = Fraction(each["quantity"]) * Fraction(each["price"]) * (1 - Fraction(each["discount"] or 0))
        assert each["amount"] == half_up(exact, 2)
        assert each["value"] == each["net"] + (each["tax"] if gross else 0)
        taxed = each["amount"] - each["discount_share"]
        assert each["net"] + each["tax"] == taxed or not draft.header["tax_included"]
    assert sum(each["discount_share"] for each in lines) == (draft.header["discount_amount"] or 0)
    assert draft.header["total"] == made.total == sum(each["net"] + each["tax"] for each in lines)
    assert draft.header["total_net"] + draft.header["total_tax"] == draft.header["total"]
    if draft.header["tax_included"]:
        assert made.total == made.amount - made.discount


@given(drafts())
def test_a_mirror_has_the_same_figures_with_the_other_sign(draft: Draft) -> None:
    totals.complete(draft)
    mirror = Draft(draft.kind, dict(draft.header), [
        {**each, "quantity": -each["quantity"], "amount": -each["amount"]} for each in draft.lines], reversal_of_id=1)
    totals.complete(mirror)
    for name in ("total", "total_net", "total_tax", "total_quantity"):
        assert mirror.header[name] == -draft.header[name]
    for one, other in zip(draft.lines, mirror.lines, strict=True):
        for name in ("amount", "discount_share", "net", "tax", "value"):
            assert other[name] == -one[name]
        assert other["price"] == one["price"]


@given(drafts())
def test_completing_twice_changes_nothing(draft: Draft) -> None:
    totals.complete(draft)
    once = ({**draft.header}, [dict(each) for each in draft.lines])
    totals.complete(draft)
    assert (draft.header, draft.lines) == once


def test_a_stated_amount_stands_and_makes_the_price() -> None:
    draft = Draft("goods_receipt", {}, [line(1, 3, 5, amount=D("10.00"), discount=D("0.5"))])
    totals.complete(draft)
    assert draft.lines[0]["amount"] == D("10.00")
    assert draft.lines[0]["price"] == D("6.66666667")


def test_a_line_without_price_has_no_value() -> None:
    draft = Draft("other_in", {}, [line(1, 3)])
    totals.complete(draft)
    assert draft.lines[0]["amount"] is None
    assert draft.lines[0]["value"] is None
    assert draft.header["total"] == 0


def test_a_gift_without_price_is_worth_nothing_and_takes_no_discount() -> None:
    draft = Draft("delivery_note", {"discount_amount": D("1.00")}, [line(1, 3, gift=True), line(1, 1, 10)])
    totals.complete(draft)
    assert [each["amount"] for each in draft.lines] == [0, 10]
    assert [each["discount_share"] for each in draft.lines] == [0, 1]
    assert draft.header["total"] == 9
    once = [dict(each) for each in draft.lines]
    totals.complete(draft)
    assert draft.lines == once


def test_prices_include_tax_unless_said_otherwise() -> None:
    """What is stored for a missing answer is yes, so that is also how it is counted."""
    for header in ({}, {"tax_included": None}, {"tax_included": True}):
        draft = Draft("goods_receipt", dict(header), [line(1, 1, 113, tax_rate=D("0.13"))])
        assert totals.complete(draft).net == 100
    draft = Draft("goods_receipt", {"tax_included": False}, [line(1, 1, 113, tax_rate=D("0.13"))])
    assert totals.complete(draft).total == D("127.69")


@pytest.mark.parametrize(("typed", "expected"), [
    ([("quantity", "4"), ("price", "2.5")], ("4", "2.5", "10.00")),
    ([("quantity", "3"), ("amount", "10")], ("3", "3.33333333", "10")),
    ([("price", "2.5"), ("amount", "10")], ("4.0000", "2.5", "10")),
    ([("quantity", "3"), ("price", "2"), ("amount", "9")], ("4.5000", "2", "9")),
    ([("amount", "9"), ("price", "2"), ("quantity", "3")], ("3", "2", "6.00")),
    ([("quantity", "3"), ("price", "2"), ("quantity", "4")], ("4", "2", "8.00")),
])
def test_the_last_two_typed_win(typed: list[tuple[str, str]], expected: tuple[str, str, str]) -> None:
    given: dict[str, Any] = {"quantity": D(1), "price": D(1), "amount": D(1)}
    for name, text in typed:
        given[name] = D(text)
        totals.retype(given, name)
    assert (given["quantity"], given["price"], given["amount"]) == tuple(map(D, expected))


def test_a_discount_keeps_quantity_and_price() -> None:
    given: dict[str, Any] = {"quantity": D(4), "price": D(10), "discount": D("0.05")}
    totals.retype(given, "discount")
    assert given["amount"] == D("38.00")
    given["discount"] = D(1)  # all of it: an amount cannot make a price then
    totals.retype(given, "discount")
    given["amount"] = D(5)
    totals.retype(given, "amount")
    assert given["amount"] == 5
