"""What orders hold and expect, and what later documents take from them."""

from contextlib import nullcontext
from decimal import Decimal as D

import pytest
from sqlalchemy import select

from jxc_desktop.document_types.schema import Progress
from jxc_desktop.errors import InvalidDraft, NotEnoughStock
from jxc_desktop.models.stock import cost_pool, stock_balance
from jxc_desktop.services import documents, reservations
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line
from tests.services.test_documents import progress


def held(company: Company, saved: Saved) -> list[D]:
    return [each["reserved"] for each in company.read(saved.id).lines]


def deliver(company: Company, order: Saved, quantity: object, at: int = 0, **header: object) -> Saved:
    draft = company.read(order.id)
    source = draft.lines[at]
    return company.post("delivery_note", line(source["item_id"], quantity, 9, source_line_id=source["id"]), **header)


def test_an_order_holds_what_is_free(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    first = company.post("sales_order", (item, 7, 9))
    second = company.post("sales_order", (item, 7, 9))
    assert (held(company, first), held(company, second)) == ([7], [3])
    assert company.balance(item) == (10, 10, 0)


def test_two_lines_of_one_item_share_what_is_free(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post("sales_order", (item, 7, 9), (item, 7, 9))
    assert held(company, order) == [7, 3]


def test_what_others_hold_cannot_be_delivered_and_the_message_says_who(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.as_actor("李四").post("sales_order", (item, 7, 9))
    for kind in ("delivery_note", "transfer", "other_out"):
        with pytest.raises(NotEnoughStock) as caught:
            company.post(kind, (item, 4))
        [short] = caught.value.shortages
        assert (short.needed, short.available, short.holders) == (4, 3, (f"李四 {order.number} 7",))
        assert f"李四 {order.number} 7" in str(caught.value)
    company.post("delivery_note", (item, 3, 9))


def test_a_delivery_uses_up_what_its_order_holds(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post("sales_order", (item, 7, 9))
    assert progress(company, order) == Progress.OPEN
    first = deliver(company, order, 3)
    assert (company.balance(item), held(company, order), progress(company, order)) == ((7, 4, 0), [4], Progress.PARTLY)
    deliver(company, order, 4)
    assert (company.balance(item), held(company, order), progress(company, order)) == ((3, 0, 0), [0], Progress.DONE)
    company.void(first)
    assert (company.balance(item), held(company, order), progress(company, order)) == ((6, 3, 0), [3], Progress.PARTLY)


def test_an_order_is_delivered_from_another_warehouse(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    company.post("goods_receipt", (item, 10, 5), warehouse_id=company.branch)
    order = company.post("sales_order", (item, 7, 9))
    deliver(company, order, 7, warehouse_id=company.branch)
    assert (company.balance(item), company.on_hand(item, company.branch)) == ((10, 0, 0), 3)


def test_a_purchase_order_is_expected_until_it_came(company: Company) -> None:
    item = company.item()
    order = company.post("purchase_order", (item, 10, 5))
    assert company.balance(item) == (0, 0, 10)
    [source] = company.line_ids(order)
    receipt = company.post("goods_receipt", line(item, 4, 5, source_line_id=source))
    assert (company.balance(item), progress(company, order)) == ((4, 0, 6), Progress.PARTLY)
    company.correct(receipt, lambda draft: draft.lines[0].update(quantity=D(10), amount=None))
    assert (company.balance(item), progress(company, order)) == ((10, 0, 0), Progress.DONE)
    company.unpost(receipt)
    assert (company.balance(item), progress(company, order)) == ((0, 0, 10), Progress.OPEN)
    company.save(company.read(receipt.id))
    company.reverse(receipt, day(1))
    assert (company.balance(item), progress(company, order)) == ((0, 0, 10), Progress.OPEN)


@pytest.mark.parametrize("end", ["void", "unpost", "reverse", "close"])
@pytest.mark.parametrize("kind", ["sales_order", "purchase_order"])
def test_an_order_that_ends_lets_go(company: Company, kind: str, end: str) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post(kind, (item, 4, 9))
    assert company.balance(item)[1:] == ((4, 0) if kind == "sales_order" else (0, 4))
    if end == "close":
        company.run(documents.close, order.id, order.version)
    else:
        getattr(company, end)(order)
    assert company.balance(item) == (10, 0, 0)


def test_a_corrected_order_holds_anew(company: Company) -> None:
    item, other = company.item(), company.item()
    company.post("goods_receipt", (item, 10, 5), (other, 2, 5))
    order = company.post("sales_order", (item, 7, 9))

    def change(draft: documents.Draft) -> None:
        draft.lines[0].update(quantity=D(2), amount=None)
        draft.lines.append(line(other, 5, 1))

    company.correct(order, change)
    assert (held(company, order), company.balance(item)[1], company.balance(other)[1]) == ([2, 2], 2, 2)
    company.correct(order, lambda draft: draft.header.update(warehouse_id=company.branch))
    assert (held(company, order), company.balance(item)[1]) == ([0, 0], 0)


@pytest.mark.parametrize(("kind", "source"), [
    ("goods_receipt", "purchase_order"), ("delivery_note", "sales_order"), ("purchase_return", "goods_receipt"),
    ("sales_return", "delivery_note")])
def test_no_more_is_taken_than_there_was(company: Company, kind: str, source: str) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 50, 5))
    saved = company.post(source, (item, 10, 5))
    [source_id] = company.line_ids(saved)
    company.post(kind, line(item, 6, 5, source_line_id=source_id))
    before = company.counts()
    for quantities in (["4.0001"], [3, "1.0001"]):  # also spread over two lines
        with pytest.raises(InvalidDraft) as caught:
            company.post(kind, *(line(item, q, 5, source_line_id=source_id) for q in quantities))
        assert {p.field for p in caught.value.problems} == {"quantity"}
        assert caught.value.problems[0].data["left"] == "4"
    assert company.counts() == before
    company.post(kind, line(item, 4, 5, source_line_id=source_id))


def test_tolerances_of_the_company(company: Company) -> None:
    item = company.item()
    company.settings(over_receipt=D("0.05"), over_delivery=D("0.1"))
    bought = company.post("purchase_order", (item, 100, 5))
    receipt = line(item, 105, 5, source_line_id=company.line_ids(bought)[0])
    with pytest.raises(InvalidDraft):
        company.post("goods_receipt", receipt | {"quantity": D("105.0001")})
    company.post("goods_receipt", receipt)
    assert company.balance(item) == (105, 0, 0)
    sold = company.post("sales_order", (item, 10, 5))
    deliver(company, sold, 11)
    assert company.balance(item) == (94, 0, 0)


def test_a_line_fits_the_document_it_comes_from(company: Company) -> None:
    item, other = company.item(), company.item()
    company.post("goods_receipt", (item, 50, 5), (other, 50, 5))
    order = company.post("sales_order", (item, 10, 5))
    [source] = company.line_ids(order)
    stranger = company.record("partner", code="C2", name="别的客户")
    bought = company.post("purchase_order", (item, 10, 5))
    before = company.counts()
    for kind, given, header in (
            ("delivery_note", line(other, 1, 5, source_line_id=source), {}),
            ("delivery_note", line(item, 1, 5, source_line_id=source), {"partner_id": stranger}),
            ("delivery_note", line(item, 1, 5, source_line_id=company.line_ids(bought)[0]), {}),
            ("sales_return", line(item, 1, 5, source_line_id=source), {}),
            ("delivery_note", line(item, 1, 5, source_line_id=10**6), {})):
        with pytest.raises(InvalidDraft) as caught:
            company.post(kind, given, **header)
        assert [(p.field, p.line) for p in caught.value.problems] == [("source_line_id", 0)]
    assert company.counts() == before


@pytest.mark.parametrize("end", ["void", "unpost", "reverse", "close"])
def test_nothing_is_taken_from_an_order_that_is_not_open(company: Company, end: str) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 50, 5))
    order = company.post("sales_order", (item, 10, 5))
    if end == "close":
        company.run(documents.close, order.id, order.version)
    else:
        getattr(company, end)(order)
    with pytest.raises(InvalidDraft) as caught:
        deliver(company, order, 1)
    assert caught.value.problems[0].message == "{number} is not open"


def test_pack_units_are_taken_in_base_units(company: Company) -> None:
    item = company.record("item", code="B", name="成箱", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}]})
    order = company.post("purchase_order", line(item, 2, 60, unit_id=company.box))
    [source] = company.line_ids(order)
    company.post("goods_receipt", line(item, 20, 5, source_line_id=source))
    assert company.balance(item) == (20, 0, 4)


def test_a_line_may_be_delivered_from_what_another_line_of_its_order_holds(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 20, 5))
    order = company.post("sales_order", (item, 30, 9), (item, 20, 9))
    assert held(company, order) == [20, 0]
    deliver(company, order, 20, at=1)
    assert (held(company, order), company.balance(item)) == ([0, 0], (0, 0, 0))


def test_orders_of_services_touch_no_stock(company: Company) -> None:
    freight = company.item(stocked=False)
    for kind, follower in (("sales_order", "delivery_note"), ("purchase_order", "goods_receipt")):
        order = company.post(kind, (freight, 2, 50))
        source = company.read(order.id).lines[0]
        company.post(follower, line(freight, 2, 50, source_line_id=source["id"]))
        assert (held(company, order), progress(company, order)) == ([0], Progress.DONE)
    assert not company.rows(select(stock_balance).where(stock_balance.c.item_id == freight))
    assert not company.rows(select(cost_pool).where(cost_pool.c.item_id == freight))


def test_where_a_count_found_less_than_orders_hold_each_may_still_get_its_own(company: Company) -> None:
    company.settings(reserve_on_order=True)
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    first, second = (company.post("sales_order", (item, 5, 9)) for _ in range(2))
    company.post("stock_count", {"item_id": item, "quantity": D(7)})
    assert company.balance(item)[:2] == (7, 10)
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", (item, 1, 9))
    for order in (first, second):
        [source] = company.line_ids(order)
        with pytest.raises(NotEnoughStock) if order is second else nullcontext():
            company.post("delivery_note", line(item, 5, 9, source_line_id=source))
    company.post("delivery_note", line(item, 2, 9, source_line_id=source))
    assert company.balance(item)[:2] == (0, 3)


def test_a_smaller_delivery_gives_back_only_the_reserved_goods_that_it_no_longer_takes(company: Company) -> None:
    """It takes what was free beyond the reservation back first: 8.8 of 8 with 7 held, then 4.4, then 6."""
    company.settings(reserve_on_order=False, over_delivery=D("0.1"))
    item = company.item()
    company.post("goods_receipt", (item, 20, 5))
    order = company.post("sales_order", (item, 8, 9))
    [source] = company.line_ids(order)
    company.run(reservations.reserve, source, D(7))
    sent = company.post("delivery_note", line(item, "8.8", 9, source_line_id=source))
    assert company.balance(item)[:2] == (D("11.2"), 0)
    for quantity, held in (("4.4", "2.6"), ("6", "1"), ("8.8", "0"), ("2", "5")):
        company.correct(sent, lambda draft, q=quantity: draft.lines[0].update(quantity=D(q), amount=None))
        assert company.balance(item)[1] == D(held)
    company.void(sent)
    assert company.balance(item)[:2] == (20, 7)
