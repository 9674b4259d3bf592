"""Stock held for orders by hand: what is granted, who may use it, and when it is free again."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import NotEnoughStock, NotFound, PermissionDenied, WrongState
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, reservations
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line

LOT, LOT_BALANCE, AUDIT = TABLES["lot"].c, TABLES["lot_balance"].c, TABLES["audit_entry"].c


@pytest.fixture
def item(company: Company) -> int:
    """Ten on hand; orders reserve nothing by themselves."""
    company.settings(reserve_on_order=False)
    made = company.item()
    company.post("goods_receipt", (made, 10, 5))
    return made


def reserve(company: Company, order: Saved, quantity: Any = None, *, at: int = 0, partial: bool = False) -> D:
    return company.run(reservations.reserve, company.line_ids(order)[at],  # type: ignore[no-any-return]
                       None if quantity is None else D(quantity), partial).value


def release(company: Company, order: Saved, quantity: Any = None) -> D:
    return company.run(reservations.release, company.line_ids(order)[0],  # type: ignore[no-any-return]
                       None if quantity is None else D(quantity)).value


def deliver(company: Company, order: Saved, item: int, quantity: Any, **more: Any) -> Saved:
    return company.post("delivery_note", line(item, quantity, 9, source_line_id=company.line_ids(order)[0], **more))


def held(company: Company, order: Saved) -> list[D]:
    return [given["reserved"] for given in company.read(order.id).lines]


def reserved_by_lot(company: Company, item: int) -> dict[str, D]:
    return {r.code: r.reserved for r in company.rows(select(LOT.code, LOT_BALANCE.reserved).where(
        LOT.id == LOT_BALANCE.lot_id, LOT.item_id == item, LOT_BALANCE.warehouse_id == company.main))}


def test_an_order_holds_what_is_reserved_for_it_and_no_more(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 6, 9))
    assert company.balance(item) == (10, 0, 0)
    assert reserve(company, order, 4) == 4
    assert reserve(company, order) == 2  # what it still lacks
    assert reserve(company, order) == 0
    assert (held(company, order), company.balance(item)) == ([6], (10, 6, 0))
    assert release(company, order, 2) == 2
    assert release(company, order) == 4
    assert release(company, order, 1) == 0
    assert company.balance(item) == (10, 0, 0)


def test_what_is_not_free_is_refused_or_granted_in_part(company: Company, item: int) -> None:
    first, second = (company.post("sales_order", (item, 8, 9)) for _ in range(2))
    reserve(company, first)
    before = company.counts()
    with pytest.raises(NotEnoughStock) as caught:
        reserve(company, second)
    [short] = caught.value.shortages
    assert (short.needed, short.available) == (8, 2)
    assert first.number and first.number in short.text()
    assert company.counts() == before
    assert reserve(company, second, partial=True) == 2
    assert reserve(company, second, partial=True) == 0
    assert (held(company, second), company.balance(item)) == ([2], (10, 10, 0))


@pytest.mark.parametrize(("free", "granted"), [(30, 24), (11, 0), (36, 36)])
def test_what_exists_only_whole_is_reserved_whole(company: Company, free: int, granted: int) -> None:
    company.settings(reserve_on_order=False)
    made = company.record("item", {"item_unit": [{"unit_id": company.box, "factor": D(12)}]}, code="P", name="盒",
                          unit_id=company.piece)
    company.post("opening_stock", (made, free, 1))
    order = company.post("sales_order", line(made, 3, 90, unit_id=company.box))
    assert reserve(company, order, partial=True) == granted
    assert company.balance(made)[1] == granted


def test_nobody_else_takes_what_is_reserved(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order)
    for kind in ("delivery_note", "other_out", "transfer"):
        with pytest.raises(NotEnoughStock):
            company.post(kind, (item, 3, 9))
        company.void(company.post(kind, (item, 2, 9)))
    receipt = company.post("goods_receipt", (item, 5, 5))
    reserve(company, order, 4)
    with pytest.raises(NotEnoughStock):  # the goods that came with it are promised
        company.void(receipt)
    deliver(company, order, item, 8)
    assert company.balance(item) == (7, 4, 0)


def test_a_count_says_what_is_there_whoever_holds_it(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order)
    company.post("stock_count", (item, 5))
    assert company.balance(item) == (5, 8, 0)


def test_a_delivery_uses_up_its_orders_reservation_and_gives_it_back(company: Company, item: int) -> None:
    """Also where orders do not reserve by themselves: voiding restores what was used, and no more."""
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order, 3)
    sold = deliver(company, order, item, 5)
    assert (held(company, order), company.balance(item)) == ([0], (5, 0, 0))
    company.void(sold)
    assert (held(company, order), company.balance(item)) == ([3], (10, 3, 0))
    again = deliver(company, order, item, 2)
    assert held(company, order) == [1]
    company.correct(again, lambda draft: draft.lines[0].update(quantity=D(1), amount=None))
    assert (held(company, order), company.balance(item)) == ([2], (9, 2, 0))
    company.unpost(again)
    assert (held(company, order), company.balance(item)) == ([3], (10, 3, 0))


def test_by_themselves_orders_hold_again_what_is_open(company: Company, item: int) -> None:
    company.settings(reserve_on_order=True)
    order = company.post("sales_order", (item, 8, 9))
    assert held(company, order) == [8]
    sold = deliver(company, order, item, 5)
    assert held(company, order) == [3]
    company.void(sold)
    assert (held(company, order), company.balance(item)) == ([8], (10, 8, 0))


def test_lines_of_one_item_lend_each_other_what_they_hold(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 4, 9), (item, 4, 9))
    reserve(company, order, at=0)
    reserve(company, order, at=1)
    company.post("delivery_note", line(item, 4, 9, source_line_id=company.line_ids(order)[1]))
    assert held(company, order) == [4, 0]


@pytest.mark.parametrize("end", [documents.close, documents.void, documents.unpost])
def test_an_order_that_ends_frees_what_it_held(company: Company, item: int, end: Any) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order)
    company.run(end, order.id, company.version(order))
    assert company.balance(item) == (10, 0, 0)
    company.post("delivery_note", (item, 10, 9))


def test_an_order_that_is_taken_up_again_holds_nothing_until_asked(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order)
    company.run(documents.close, order.id, company.version(order))
    company.run(documents.reopen, order.id, company.version(order))
    assert held(company, order) == [0]
    assert reserve(company, order) == 8


def test_a_correction_keeps_what_the_order_still_asks_for(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order, 6)
    company.correct(order, lambda draft: draft.lines[0].update(quantity=D(9), amount=None))
    assert (held(company, order), company.balance(item)) == ([6], (10, 6, 0))
    company.correct(order, lambda draft: draft.lines[0].update(quantity=D(4), amount=None))
    assert (held(company, order), company.balance(item)) == ([4], (10, 4, 0))
    company.correct(order, lambda draft: draft.header.update(warehouse_id=company.branch))
    assert company.balance(item) == (10, 0, 0)
    assert held(company, order) == [0]  # nothing is there


def test_a_correction_may_ask_for_another_item(company: Company, item: int) -> None:
    company.settings(reserve_on_order=True)
    other = company.item()
    company.post("goods_receipt", (other, 3, 5))
    order = company.post("sales_order", (item, 8, 9))
    company.correct(order, lambda draft: draft.lines[0].update(item_id=other))
    assert (held(company, order), company.balance(item), company.balance(other)) == ([3], (10, 0, 0), (3, 3, 0))


def test_a_line_that_names_a_lot_holds_of_that_lot(company: Company) -> None:
    company.settings(reserve_on_order=False)
    tea = company.item(tracking="lot")
    company.post("goods_receipt", line(tea, 4, 1, lot="A"), line(tea, 4, 1, lot="B"))
    order = company.post("sales_order", line(tea, 6, 9, lot="A"))
    with pytest.raises(NotEnoughStock):
        reserve(company, order)
    assert reserve(company, order, partial=True) == 4
    assert company.balance(tea) == (8, 4, 0)
    assert reserved_by_lot(company, tea) == {"A": 4, "B": 0}
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", line(tea, 1, 9, lot="A"))
    company.post("delivery_note", line(tea, 4, 9, lot="B"))
    deliver(company, order, tea, 3, lot="A")
    assert (held(company, order), company.balance(tea)) == ([1], (1, 1, 0))


def test_by_itself_an_order_holds_of_the_lot_that_it_names(company: Company) -> None:
    tea = company.item(tracking="lot")
    company.post("goods_receipt", line(tea, 4, 1, lot="A"), line(tea, 4, 1, lot="B"))
    order = company.post("sales_order", line(tea, 6, 9, lot="A"))
    assert reserved_by_lot(company, tea) == {"A": 4, "B": 0}
    company.correct(order, lambda draft: draft.lines[0].update(lot="B", quantity=D(3), amount=None))
    assert reserved_by_lot(company, tea) == {"A": 0, "B": 3}
    company.run(documents.close, order.id, company.version(order))
    assert (reserved_by_lot(company, tea), company.balance(tea)) == ({"A": 0, "B": 0}, (8, 0, 0))


def test_only_orders_to_customers_that_stand_are_reserved_for(company: Company, item: int) -> None:
    bought = company.post("purchase_order", (item, 1, 5))
    with pytest.raises(NotFound):
        reserve(company, bought, 1)
    parked = company.run(documents.park, company.draft("sales_order", (item, 1, 9))).value
    voided = company.void(company.post("sales_order", (item, 1, 9)))
    service = company.post("sales_order", (company.item(stocked=False), 1, 9))
    for order in (parked, voided, service):
        with pytest.raises(WrongState):
            reserve(company, order, 1)
    stranger = company.as_actor("王五", frozenset({"delivery_note.save"}))
    with pytest.raises(PermissionDenied):
        reserve(stranger, company.post("sales_order", (item, 1, 9)), 1)


def test_reserving_is_written_down(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9), date=day(1))
    reserve(company, order, 3)
    release(company, order, 1)
    assert [(r.action, r.detail[0][2:]) for r in company.rows(select(AUDIT.action, AUDIT.detail).where(
        AUDIT.entity_id == order.id, AUDIT.action.in_(("reserve", "release"))).order_by(AUDIT.id))] == [
            ("reserve", ["0", "3"]), ("release", ["3", "2"])]


def test_nothing_below_zero_is_reserved_or_released(company: Company, item: int) -> None:
    order = company.post("sales_order", (item, 8, 9))
    reserve(company, order, 3)
    for operation in (reserve, release):
        for quantity in ("-1", "0"):
            assert operation(company, order, quantity) == 0
    assert company.balance(item) == (10, 3, 0)


@pytest.mark.parametrize("take_back", ["void", "reverse"])
def test_a_return_that_is_taken_back_closes_its_order_again(company: Company, item: int, take_back: str) -> None:
    company.settings(return_reopens=True)
    order = company.post("sales_order", (item, 5, 9))
    sold = deliver(company, order, item, 5)
    back = company.post("sales_return", line(item, 2, 9, source_line_id=company.line_ids(sold)[0]))
    reserve(company, order)
    assert (held(company, order), company.read(order.id).lines[0]["fulfilled"]) == ([2], 3)
    getattr(company, take_back)(back)
    assert (held(company, order), company.read(order.id).lines[0]["fulfilled"]) == ([0], 5)
