"""The ledger has two clocks: when goods moved, and when we learnt it. It only ever grows."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import func, select

from jxc_desktop.errors import NeedsConfirmation, NotEnoughStock
from jxc_desktop.models import TABLES
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line

MOVE = TABLES["stock_move"]


def value_as_of(company: Company, item: int, on: int, *, learnt_by: Saved | None = None) -> D:
    """The value of an item at the end of a day; with what was known after `learnt_by` was posted first."""
    m, p = MOVE.c, TABLES["posting"].c
    condition = (m.item_id == item) & (m.effective_at < dt.datetime.combine(day(on + 1), dt.time()))
    if learnt_by:
        first = select(func.min(p.id)).where(p.document_id == learnt_by.id).scalar_subquery()
        condition &= m.posting_id <= first
    return company.scalar(select(func.sum(m.value)).where(condition)) or D(0)


def restated(company: Company, saved: Saved) -> list[tuple[D, D]]:
    """(value, variance) of the rows by which other documents restate a document's moves."""
    return [(m.value, m.variance) for m in company.moves(saved) if m.restated]


# --- backdating ----------------------------------------------------------------------------------------------


def test_a_backdated_receipt_restates_later_issues_by_appended_rows(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(5))
    before = [m.id for m in company.moves(sold)]
    late = company.post("goods_receipt", (item, 10, 20), date=day(2))
    moves = company.moves(sold)
    assert [m.id for m in moves][: len(before)] == before
    assert restated(company, sold) == [(-20, 0)]
    assert company.worth(sold) == (-60, 0)
    [added] = [m for m in moves if m.restated]
    assert (added.quantity, added.effective_at) == (0, moves[0].effective_at)
    assert added.posting_id == company.moves(late)[0].posting_id
    assert company.pool(item) == (16, 240)


def test_what_was_reported_then_and_what_is_known_now(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(5))
    company.post("goods_receipt", (item, 10, 20), date=day(2))
    assert value_as_of(company, item, 6, learnt_by=sold) == 60
    assert value_as_of(company, item, 6) == 240
    assert value_as_of(company, item, 1) == 100


def test_an_entry_of_the_same_day_takes_effect_after_those_before_it(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10))
    sold = company.post("delivery_note", (item, 4, 30))
    company.post("goods_receipt", (item, 10, 20))
    assert restated(company, sold) == []
    assert company.worth(sold) == (-40, 0)


def test_the_time_of_day_counts_where_it_is_known(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), time=dt.time(8))
    sold = company.post("delivery_note", (item, 4, 30), time=dt.time(15))
    company.post("goods_receipt", (item, 10, 20), time=dt.time(12))
    assert company.worth(sold) == (-60, 0)


def test_restatements_reach_returns_through_their_origin(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(5))
    back = company.post("sales_return", line(item, 1, 30, source_line_id=company.line_ids(sold)[0]), date=day(6))
    company.post("goods_receipt", (item, 10, 20), date=day(2))
    assert company.worth(sold) == (-60, 0)
    assert company.worth(back) == (15, 0)


def test_a_backdated_issue_is_refused_on_the_day_it_would_dip(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    company.post("delivery_note", (item, 8, 30), date=day(3))
    company.post("goods_receipt", (item, 10, 10), date=day(6))
    before = company.counts()
    with pytest.raises(NotEnoughStock) as caught:
        company.post("delivery_note", (item, 5, 30), date=day(2))
    [short] = caught.value.shortages
    assert (short.on, short.needed, short.available) == (day(3).isoformat(), 5, 2)
    assert day(3).isoformat() in str(caught.value)
    assert company.counts() == before
    company.post("delivery_note", (item, 2, 30), date=day(2))


def test_moving_a_receipt_past_its_issue_is_refused(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 10), date=day(1))
    company.post("delivery_note", (item, 8, 30), date=day(3))
    with pytest.raises(NotEnoughStock) as caught:
        company.correct(receipt, lambda draft: draft.header.update(date=day(4)))
    [short] = caught.value.shortages
    assert (short.on, short.needed, short.available) == (day(3).isoformat(), 8, 0)
    company.correct(receipt, lambda draft: draft.header.update(date=day(2)))


def test_an_old_dip_does_not_stop_what_makes_it_smaller(company: Company) -> None:
    """Stock was allowed to be missing; now it is not. A late receipt that only helps goes through."""
    item = company.item(negative_stock="allow")
    company.post("delivery_note", (item, 8, 30), date=day(3))
    company.post("goods_receipt", (item, 10, 10), date=day(5))
    company.change_record("item", item, negative_stock="forbid")
    company.post("goods_receipt", (item, 3, 10), date=day(2))
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", (item, 1, 30), date=day(2))


# --- corrections ---------------------------------------------------------------------------------------------


def test_a_corrected_price_restates_what_left_since(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(2))
    company.correct(receipt, lambda draft: draft.lines[0].update(price=D(11), amount=None))
    assert [(m.quantity, m.value, m.restated) for m in company.moves(receipt)] == [(10, 100, False), (0, 10, False)]
    assert restated(company, sold) == [(-4, 0)]
    assert company.worth(sold) == (-44, 0)
    assert company.pool(item) == (6, 66)


@pytest.mark.parametrize(("was", "becomes", "expected"), [(None, "7", 7), ("7", None, 10)])
def test_a_correction_may_give_or_take_the_stated_cost(company: Company, was: Any, becomes: Any, expected: int) -> None:
    """The basis of the move changes with it; the rows of both bases belong to one move."""
    item = company.item()
    company.post("goods_receipt", (item, 1, 10), date=day(1))
    found = company.post("other_in", (item, 1, was), date=day(2))
    price = None if becomes is None else D(becomes)
    company.correct(found, lambda draft: draft.lines[0].update(price=price, amount=None))
    assert company.worth(found) == (expected, 0)
    company.correct(found, lambda draft: draft.lines[0].update(quantity=D(2), amount=None))
    assert company.worth(found) == (2 * expected, 0)
    company.void(found)
    assert company.pool(item) == (1, 10)


def test_saving_again_without_a_change_posts_nothing(company: Company) -> None:
    kinds = ("goods_receipt", "purchase_return", "delivery_note", "sales_return", "transfer", "other_in", "other_out",
             "opening_stock")
    item = company.item()
    company.post("goods_receipt", (item, 50, 10))
    saved = [company.post(kind, (item, 3)) for kind in kinds]
    rows = company.counts()["stock_move"]
    for each in saved:
        company.save(company.read(each.id))
    assert company.counts()["stock_move"] == rows


def test_a_returned_quantity_moved_to_a_later_day_returns_the_same(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 3, "3.33"), date=day(1))
    back = company.post("purchase_return", line(item, 1, "3.33", source_line_id=company.line_ids(receipt)[0]),
                        date=day(2))
    company.correct(back, lambda draft: draft.header.update(date=day(3)))
    assert company.worth(back) == (D("-3.33"), 0)


# --- cost of special moves -----------------------------------------------------------------------------------


def test_a_supplier_credit_without_receipt_keeps_its_value_through_a_replay(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    back = company.post("purchase_return", (item, 2, 7), date=day(5))
    assert company.worth(back) == (-14, 0)
    company.post("goods_receipt", (item, 10, 20), date=day(2))
    assert company.worth(back) == (-14, 0)


def test_a_receipt_without_price_follows_the_average(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    found = company.post("other_in", (item, 1), date=day(5))
    assert company.worth(found) == (10, 0)
    company.post("goods_receipt", (item, 10, 20), date=day(2))
    assert company.worth(found) == (15, 0)


def test_a_mirror_leaves_at_the_cost_its_original_came_with(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    found = company.post("other_in", (item, 1), date=day(2))
    company.post("goods_receipt", (item, 10, 40), date=day(3))
    assert company.worth(company.reverse(found, day(4))) == (-10, 0)


def test_different_credit_than_cost_shows_as_variance_and_is_undone_by_the_mirror(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 10))
    back = company.post("purchase_return", line(item, 4, 9, source_line_id=company.line_ids(receipt)[0]))
    assert company.worth(back) == (-40, 4)
    assert company.worth(company.reverse(back)) == (40, -4)
    assert company.pool(item) == (10, 100)


def test_a_transfer_moves_quantity_and_no_value(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10))
    moved = company.post("transfer", (item, 4))
    assert [(m.warehouse_id, m.quantity, m.value) for m in company.moves(moved)] == [
        (company.main, -4, 0), (company.branch, 4, 0)]
    assert (company.on_hand(item), company.on_hand(item, company.branch)) == (6, 4)
    assert company.pool(item) == (10, 100)


def test_missing_stock_is_settled_by_what_comes_next(company: Company) -> None:
    item = company.item(negative_stock="allow")
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    company.post("delivery_note", (item, 12, 30), date=day(2))
    late = company.post("goods_receipt", (item, 5, 12), date=day(3))
    assert company.worth(late) == (56, 4)
    assert company.pool(item) == (3, 36)


# --- negative stock ------------------------------------------------------------------------------------------


def test_two_lines_do_not_pass_a_check_that_they_fail_together(company: Company) -> None:
    item, other = company.item(), company.item()
    company.post("goods_receipt", (item, 10, 10), (other, 10, 10))
    before = company.counts()
    with pytest.raises(NotEnoughStock) as caught:
        company.post("delivery_note", (item, 6, 30), (other, 1, 30), (item, 6, 30))
    [short] = caught.value.shortages
    assert (short.needed, short.available, short.lines) == (12, 10, (0, 2))
    assert company.counts() == before


def test_all_short_items_are_named_at_once_with_their_lines(company: Company) -> None:
    service, first, second = company.item(stocked=False), company.item(), company.item()
    with pytest.raises(NotEnoughStock) as caught:
        company.post("delivery_note", (service, 1, 1), (second, 2, 30), (first, 1, 30))
    assert sorted((s.needed, s.lines) for s in caught.value.shortages) == [(1, (2,)), (2, (1,))]


def test_the_policy_of_item_goes_before_warehouse_before_company(company: Company) -> None:
    strict, loose = company.item(), company.item(negative_stock="allow")
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", (strict, 1, 1))
    company.post("delivery_note", (loose, 1, 1))
    company.change_record("warehouse", company.main, negative_stock="warn")
    draft = company.draft("delivery_note", (strict, 1, 1))
    with pytest.raises(NeedsConfirmation) as caught:
        company.save(draft)
    company.save(draft, acknowledged=(caught.value.key,))
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", (strict, 1, 1), warehouse_id=company.branch)
    company.settings(negative_stock="allow")
    company.post("delivery_note", (strict, 1, 1), warehouse_id=company.branch)
    company.change_record("item", strict, negative_stock="forbid")
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", (strict, 1, 1), warehouse_id=company.branch)


def test_stock_of_one_warehouse_does_not_serve_another(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), warehouse_id=company.branch)
    with pytest.raises(NotEnoughStock) as caught:
        company.post("delivery_note", (item, 1, 30))
    assert caught.value.shortages[0].warehouse == "主仓"


# --- the rows themselves -------------------------------------------------------------------------------------


def test_each_row_says_what_there_was_after_it(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 10))
    company.post("delivery_note", (item, 4, 30))
    company.post("goods_receipt", (item, 6, 20))
    m = MOVE.c
    assert [(r.quantity_after, r.value_after) for r in company.rows(select(
        m.quantity_after, m.value_after).where(m.item_id == item).order_by(m.id))] == [(10, 100), (6, 60), (12, 180)]


def test_the_cost_of_a_save_does_not_grow_with_history(company: Company) -> None:
    """A move of today reads its item's running sums, and no row of the ledger."""
    from sqlalchemy import event

    item = company.item()
    for _ in range(3):
        company.post("goods_receipt", (item, 10, 10))
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(company.engine, "before_cursor_execute", note)
    company.post("delivery_note", (item, 1, 30), date=day(1))
    event.remove(company.engine, "before_cursor_execute", note)
    assert not [s for s in statements if "FROM stock_move" in s]
    assert len(statements) < 45
