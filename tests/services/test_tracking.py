"""Lots and serial numbers: what a line must name, what may move, and what the books keep of it."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, NotEnoughStock
from jxc_desktop.models import TABLES
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line

LOT, BALANCE, POOL = TABLES["lot"].c, TABLES["lot_balance"].c, TABLES["cost_pool"].c


@pytest.fixture
def tea(company: Company) -> int:
    """An item kept by lots."""
    return company.item(tracking="lot")


@pytest.fixture
def phone(company: Company) -> int:
    """An item kept by serial numbers."""
    return company.item(tracking="serial", unit_id=company.piece)


def by_lot(company: Company, item: int, warehouse: int | None = None) -> dict[str, D]:
    """What is on hand of each lot or serial number; nothing of those that are gone."""
    return {r.code: r.on_hand for r in company.rows(select(LOT.code, BALANCE.on_hand).where(
        LOT.id == BALANCE.lot_id, LOT.item_id == item, BALANCE.on_hand != 0,
        BALANCE.warehouse_id == (warehouse or company.main)))}


def dates(company: Company, item: int) -> dict[str, tuple[Any, Any]]:
    return {r.code: (r.production_date, r.expiry_date) for r in company.rows(select(LOT).where(LOT.item_id == item))}


def refused(company: Company, kind: str, *lines: Any, **header: Any) -> set[tuple[str, int | None]]:
    """The places of the faults; nothing may have changed."""
    before = company.counts()
    with pytest.raises(InvalidDraft) as caught:
        company.post(kind, *lines, **header)
    assert company.counts() == before
    assert all(p.text() for p in caught.value.problems)
    return {(p.field, p.line) for p in caught.value.problems}


def receive(company: Company, item: int, serials: str, price: Any = 5, **header: Any) -> Saved:
    return company.post("goods_receipt", line(item, len(serials.split()), price, serials="\n".join(serials.split())),
                        **header)


# --- lots --------------------------------------------------------------------------------------------------------


def test_receipts_make_lots_and_add_to_known_ones(company: Company, tea: int) -> None:
    made, gone = day(-10), day(90)
    company.post("goods_receipt", line(tea, 5, 10, lot="A", production_date=made, expiry_date=gone),
                 line(tea, 3, 10, lot="B"))
    company.post("other_in", line(tea, 2, 10, lot="A"))
    assert by_lot(company, tea) == {"A": 7, "B": 3}
    assert dates(company, tea) == {"A": (made, gone), "B": (None, None)}
    assert company.on_hand(tea) == 10


def test_the_dates_of_a_lot_stand_and_are_told_once(company: Company, tea: int) -> None:
    company.post("goods_receipt", line(tea, 1, 1, lot="A", expiry_date=day(90)))
    assert refused(company, "goods_receipt", line(tea, 1, 1, lot="A", expiry_date=day(91))) == {("expiry_date", 0)}
    assert refused(company, "goods_receipt", line(tea, 1, 1, lot="B", production_date=day(3), expiry_date=day(2)),
                   line(tea, 1, 1, lot="A", expiry_date=day(91))) == {("expiry_date", 0), ("expiry_date", 1)}
    company.post("goods_receipt", line(tea, 1, 1, lot="A", production_date=day(-3), expiry_date=day(90)))
    assert dates(company, tea) == {"A": (day(-3), day(90))}


def test_shelf_life_gives_the_date_that_is_not_stated(company: Company) -> None:
    milk = company.item(tracking="lot", shelf_life_days=30)
    company.post("goods_receipt", line(milk, 1, 1, lot="A"), line(milk, 1, 1, lot="B", production_date=day(-5)),
                 line(milk, 1, 1, lot="C", expiry_date=day(7)))
    assert {code: found[1] for code, found in dates(company, milk).items()} == {
        "A": day(30), "B": day(25), "C": day(7)}


def test_every_line_of_a_tracked_item_names_its_lot(company: Company, tea: int) -> None:
    plain = company.item()
    company.post("goods_receipt", line(tea, 9, 1, lot="A"), (plain, 9, 1))
    assert refused(company, "goods_receipt", (tea, 1, 1), line(plain, 1, 1, lot="A")) == {("lot", 1)}
    for kind in ("goods_receipt", "delivery_note", "transfer", "other_out", "stock_count", "sales_return"):
        assert refused(company, kind, (plain, 1), (tea, 1)) == {("lot", 1)}, kind


def test_only_what_brings_goods_may_name_a_new_lot(company: Company, tea: int) -> None:
    company.post("goods_receipt", line(tea, 9, 1, lot="A"))
    for kind in ("delivery_note", "other_out", "transfer", "purchase_return"):
        assert refused(company, kind, line(tea, 1, 1, lot="Z")) == {("lot", 0)}, kind
    company.post("stock_count", line(tea, 2, lot="Z"))
    assert by_lot(company, tea) == {"A": 9, "Z": 2}


def test_one_lot_does_not_serve_for_another_even_where_stock_may_be_missing(company: Company) -> None:
    loose = company.item(tracking="lot", negative_stock="allow")
    company.post("goods_receipt", line(loose, 5, 1, lot="A"), line(loose, 1, 1, lot="B"))
    before = company.counts()
    with pytest.raises(NotEnoughStock) as caught:
        company.post("delivery_note", line(loose, 1, 9, lot="A"), line(loose, 2, 9, lot="B"))
    [short] = caught.value.shortages
    assert (short.needed, short.available, short.lines) == (2, 1, (1,))
    assert "B" in short.item and company.counts() == before


def test_a_return_names_a_lot_that_moved_and_need_not_name_the_only_one(company: Company, tea: int) -> None:
    receipt = company.post("goods_receipt", line(tea, 5, 1, lot="A"), line(tea, 5, 1, lot="B"))
    sold = company.post("delivery_note", line(tea, 4, 9, lot="A"))
    [of_a] = company.line_ids(sold)
    assert refused(company, "sales_return", line(tea, 1, 9, lot="B", source_line_id=of_a)) == {("lot", 0)}
    back = company.post("sales_return", line(tea, 1, 9, source_line_id=of_a))
    assert company.read(back.id).lines[0]["lot"] == "A"
    assert refused(company, "purchase_return",
                   line(tea, 1, 9, lot="A", source_line_id=company.line_ids(receipt)[1])) == {("lot", 0)}
    company.post("purchase_return", line(tea, 5, 1, source_line_id=company.line_ids(receipt)[1]))
    assert by_lot(company, tea) == {"A": 2}


def test_lots_follow_corrections_and_what_is_taken_back(company: Company, tea: int) -> None:
    receipt = company.post("goods_receipt", line(tea, 5, 1, lot="A"))
    company.correct(receipt, lambda draft: draft.lines[0].update(lot="B"))
    assert by_lot(company, tea) == {"B": 5}
    moved = company.post("transfer", line(tea, 2, lot="B"))
    assert (by_lot(company, tea), by_lot(company, tea, company.branch)) == ({"B": 3}, {"B": 2})
    company.void(moved)
    company.void(receipt)
    assert (by_lot(company, tea), by_lot(company, tea, company.branch)) == ({}, {})


def test_a_lot_is_counted_by_itself(company: Company, tea: int) -> None:
    company.post("goods_receipt", line(tea, 5, 2, lot="A"), line(tea, 5, 2, lot="B"))
    saved = company.post("stock_count", line(tea, 4, lot="A"), line(tea, 0, lot="C"))
    assert by_lot(company, tea) == {"A": 4, "B": 5}
    assert company.worth(saved) == (-2, 0)


# --- expiry ------------------------------------------------------------------------------------------------------


@pytest.fixture
def old(company: Company) -> int:
    """Ten units of an item whose lot A is good for the last time on day 3."""
    item = company.item(tracking="lot")
    company.post("goods_receipt", line(item, 10, 1, lot="A", expiry_date=day(3)))
    return item


def test_goods_are_good_on_their_last_day(company: Company, old: int) -> None:
    company.settings(expired_stock="forbid")
    company.post("delivery_note", line(old, 1, 9, lot="A"), date=day(3))
    assert refused(company, "delivery_note", line(old, 1, 9, lot="A"), date=day(4)) == {("lot", 0)}


@pytest.mark.parametrize("kind", ["goods_receipt", "delivery_note", "other_out", "assembly"])
def test_expired_goods_are_neither_bought_nor_sold_nor_used(company: Company, old: int, kind: str) -> None:
    lines: list[dict[str, Any]] = [line(old, 1, 9, lot="A")]
    if kind == "assembly":
        lines = [line(old, 1, lot="A", role="use"), line(company.item(), 1, role="make")]
    before = company.counts()
    with pytest.raises(NeedsConfirmation) as caught:
        company.post(kind, *lines, date=day(4))
    assert caught.value.key == "expired" and "A" in caught.value.text()
    assert company.counts() == before
    company.post(kind, *lines, date=day(4), acknowledged=("expired",))
    company.settings(expired_stock="forbid")
    assert refused(company, kind, *lines, date=day(4), acknowledged=("expired",)) == {("lot", 0)}
    company.settings(expired_stock="allow")
    company.post(kind, *lines, date=day(4))


def test_expired_goods_may_come_back_be_moved_counted_and_written_off(company: Company, old: int) -> None:
    sold = company.post("delivery_note", line(old, 2, 9, lot="A"))
    receipt = company.post("goods_receipt", line(old, 1, 9, lot="B", expiry_date=day(3)))
    company.settings(expired_stock="forbid")
    for kind, given, header in (
            ("sales_return", line(old, 1, 9, source_line_id=company.line_ids(sold)[0]), {}),
            ("purchase_return", line(old, 1, 9, source_line_id=company.line_ids(receipt)[0]), {}),
            ("transfer", line(old, 1, lot="A"), {}), ("stock_count", line(old, 7, lot="A"), {}),
            ("other_out", line(old, 1, lot="A"), {"reason": "scrap"})):
        company.post(kind, given, date=day(9), **header)
    assert (by_lot(company, old), by_lot(company, old, company.branch)) == ({"A": 6}, {"A": 1})


# --- serial numbers ----------------------------------------------------------------------------------------------


def test_as_many_numbers_as_pieces_and_none_twice(company: Company, phone: int) -> None:
    before = company.counts()
    assert refused(company, "goods_receipt", line(phone, 2, 5, serials="S1")) == {("serials", 0)}
    assert refused(company, "goods_receipt", (phone, 2, 5)) == {("serials", 0)}
    assert refused(company, "goods_receipt", line(phone, 2, 5, serials="S1\nS1")) == {("serials", 0)}
    assert refused(company, "goods_receipt", line(phone, 1, 5, serials="S1"),
                   line(phone, 1, 5, serials="S1")) == {("serials", 1)}
    assert company.counts() == before
    receive(company, phone, "S1 S2")
    assert by_lot(company, phone) == {"S1": 1, "S2": 1}


def test_a_pack_names_the_number_of_each_piece(company: Company) -> None:
    item = company.record("item", {"item_unit": [{"unit_id": company.box, "factor": D(3)}]}, code="P", name="手机",
                          unit_id=company.piece, tracking="serial")
    assert refused(company, "goods_receipt", line(item, 1, 30, unit_id=company.box, serials="S1")) == {("serials", 0)}
    company.post("goods_receipt", line(item, 1, 30, unit_id=company.box, serials="S1,S2,S3"))
    assert by_lot(company, item) == {"S1": 1, "S2": 1, "S3": 1}
    assert company.pool(item) == (3, 30)


def test_a_number_is_in_stock_once_in_all_warehouses(company: Company, phone: int) -> None:
    receive(company, phone, "S1")
    for kind in ("goods_receipt", "other_in"):
        assert refused(company, kind, line(phone, 1, 5, serials="S1"),
                       warehouse_id=company.branch) == {("serials", 0)}, kind
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", line(phone, 1, 9, serials="S1"), warehouse_id=company.branch)
    company.post("delivery_note", line(phone, 1, 9, serials="S1"))
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", line(phone, 1, 9, serials="S1"))
    receive(company, phone, "S1", warehouse_id=company.branch)
    assert by_lot(company, phone, company.branch) == {"S1": 1}


@pytest.mark.parametrize("once", [True, False])
def test_a_number_that_was_sold_comes_in_once_where_the_item_says_so(company: Company, once: bool) -> None:
    item = company.item(tracking="serial", unit_id=company.piece, serial_once=once)
    receive(company, item, "S1 S2")
    sold = company.post("delivery_note", line(item, 1, 9, serials="S1"))
    if once:
        assert refused(company, "goods_receipt", line(item, 1, 5, serials="S1")) == {("serials", 0)}
        company.post("sales_return", line(item, 1, 9, source_line_id=company.line_ids(sold)[0]))
    else:
        receive(company, item, "S1")
    assert by_lot(company, item) == {"S1": 1, "S2": 1}


def test_returns_bring_back_numbers_of_theirs(company: Company, phone: int) -> None:
    receive(company, phone, "S1 S2 S3")
    sold = company.post("delivery_note", line(phone, 2, 9, serials="S1\nS2"))
    [source] = company.line_ids(sold)
    assert refused(company, "sales_return", line(phone, 1, 9, serials="S3", source_line_id=source)) == {("serials", 0)}
    assert refused(company, "sales_return", line(phone, 1, 9, source_line_id=source)) == {("serials", 0)}  # which one?
    company.post("sales_return", line(phone, 1, 9, serials="S2", source_line_id=source))
    assert by_lot(company, phone) == {"S2": 1, "S3": 1}
    whole = company.post("delivery_note", line(phone, 2, 9, serials="S2\nS3"))
    company.post("sales_return", line(phone, 2, 9, source_line_id=company.line_ids(whole)[0]))
    assert by_lot(company, phone) == {"S2": 1, "S3": 1}


def test_numbers_move_to_the_other_warehouse_and_back(company: Company, phone: int) -> None:
    receive(company, phone, "S1 S2")
    moved = company.post("transfer", line(phone, 1, serials="S2"))
    assert (by_lot(company, phone), by_lot(company, phone, company.branch)) == ({"S1": 1}, {"S2": 1})
    company.reverse(moved)
    assert (by_lot(company, phone), by_lot(company, phone, company.branch)) == ({"S1": 1, "S2": 1}, {})


def test_a_count_of_numbers_says_which_are_there(company: Company, phone: int) -> None:
    receive(company, phone, "S1 S2 S3", 4)
    saved = company.post("stock_count", line(phone, 3, serials="S1\nS3\nS9"))
    assert by_lot(company, phone) == {"S1": 1, "S3": 1, "S9": 1}
    assert (sum(m.quantity for m in company.moves(saved)), company.worth(saved)) == (0, (0, 0))
    company.void(saved)
    assert by_lot(company, phone) == {"S1": 1, "S2": 1, "S3": 1}


def test_what_several_people_count_adds_up(company: Company, phone: int, tea: int) -> None:
    receive(company, phone, "S1 S2 S3", 4)
    company.post("goods_receipt", line(tea, 5, 2, lot="A"), line(tea, 5, 2, lot="B"))
    company.post("stock_count", line(phone, 1, serials="S3"), line(tea, 1, lot="A"), line(tea, 5, lot="B"),
                 line(phone, 2, serials="S1\nS4"), line(tea, 3, lot="A"))
    assert (by_lot(company, phone), by_lot(company, tea)) == ({"S1": 1, "S3": 1, "S4": 1}, {"A": 4, "B": 5})
    assert refused(company, "stock_count", line(phone, 1, serials="S3"), (phone, 1)) == {("serials", 0)}


def test_a_count_of_nothing_empties_the_shelf(company: Company, phone: int) -> None:
    receive(company, phone, "S1 S2", 4)
    company.post("stock_count", (phone, 0))
    assert by_lot(company, phone) == {}
    assert company.pool(phone) == (0, 0)


def test_assembly_uses_and_makes_tracked_goods(company: Company, tea: int, phone: int) -> None:
    kit = company.item(tracking="serial", unit_id=company.piece)
    company.post("goods_receipt", line(tea, 5, 2, lot="A"))
    receive(company, phone, "S1 S2", 10)
    company.post("assembly", line(phone, 2, serials="S1\nS2", role="use"), line(tea, 4, lot="A", role="use"),
                 line(kit, 2, serials="K1\nK2", role="make"))
    assert (by_lot(company, tea), by_lot(company, phone), by_lot(company, kit)) == (
        {"A": 1}, {}, {"K1": 1, "K2": 1})
    assert company.pool(kit) == (2, 28)
    company.post("disassembly", line(kit, 1, serials="K1", role="use"), line(phone, 1, serials="S1", role="make"))
    assert (by_lot(company, phone), company.pool(phone)) == ({"S1": 1}, (1, 14))


def test_a_correction_may_exchange_numbers(company: Company, phone: int) -> None:
    receive(company, phone, "S1 S2 S3")
    sold = company.post("delivery_note", line(phone, 2, 9, serials="S1\nS2"))
    company.correct(sold, lambda draft: draft.lines[0].update(serials="S2\nS3"))
    assert by_lot(company, phone) == {"S1": 1}
    company.void(sold)
    assert by_lot(company, phone) == {"S1": 1, "S2": 1, "S3": 1}


def test_a_backdated_issue_of_a_number_that_left_later_is_refused(company: Company, phone: int) -> None:
    receive(company, phone, "S1")
    company.post("delivery_note", line(phone, 1, 9, serials="S1"), date=day(5))
    with pytest.raises(NotEnoughStock):
        company.post("delivery_note", line(phone, 1, 9, serials="S1"), date=day(2))


# --- cost of their own -------------------------------------------------------------------------------------------


def test_by_lot_every_lot_is_worth_what_it_cost(company: Company, tea: int, phone: int) -> None:
    company.settings(cost_by_lot=True)
    bought = company.post("goods_receipt", line(tea, 2, 10, lot="A"), line(tea, 2, 30, lot="B"))
    receive(company, phone, "S1", 100)
    receive(company, phone, "S2", 200)
    sold = company.post("delivery_note", line(tea, 1, 99, lot="B"), line(phone, 1, 999, serials="S2"))
    assert [m.value for m in company.moves(sold)] == [-30, -200]
    company.post("cost_adjustment", {"item_id": tea, "source_line_id": company.line_ids(bought)[1]}, fee=D(8))
    company.post("revaluation", {"item_id": tea, "lot": "A", "price": D(11)})
    code = {r.id: r.code for r in company.rows(select(LOT.id, LOT.code))}
    assert {code[r.lot_id]: (r.quantity, r.value) for r in company.rows(select(POOL).where(POOL.lot_id > 0))} == {
        "A": (2, 22), "B": (1, 34), "S1": (1, 100), "S2": (0, 0)}
    assert (company.pool(tea), company.pool(phone)) == ((3, 56), (1, 100))


def test_the_money_of_a_line_is_shared_by_its_numbers_to_the_cent(company: Company, phone: int) -> None:
    company.settings(cost_by_lot=True)
    receipt = company.post("goods_receipt", line(phone, 3, amount=D("100.00"), serials="S1\nS2\nS3"))
    assert [m.value for m in company.moves(receipt)] == [D("33.33"), D("33.33"), D("33.34")]


def test_the_day_of_expiry_does_not_hang_on_the_clock(company: Company, tea: int) -> None:
    """A document of an earlier day sells what was good then."""
    company.settings(expired_stock="forbid")
    company.post("goods_receipt", line(tea, 2, 1, lot="A", expiry_date=dt.date(2020, 1, 5)), date=dt.date(2020, 1, 1))
    company.post("delivery_note", line(tea, 1, 1, lot="A"), date=dt.date(2020, 1, 5))
    assert by_lot(company, tea) == {"A": 1}


def test_what_arrives_is_what_was_sent(company: Company) -> None:
    item = company.item(tracking="serial")
    transit = company.record("warehouse", code="T", name="在途", in_transit=True)
    company.post("goods_receipt", line(item, 2, 5, serials="S1\nS2"))
    way = {"to_warehouse_id": transit, "destination_id": company.branch}
    first, _ = (company.post("transfer_shipment", line(item, 1, serials=code), **way) for code in ("S1", "S2"))
    arrival = line(item, 1, source_line_id=company.line_ids(first)[0])
    there = {"warehouse_id": transit, "to_warehouse_id": company.branch}
    with pytest.raises(InvalidDraft):
        company.post("transfer_receipt", arrival | {"serials": "S2"}, **there)
    received = company.post("transfer_receipt", arrival, **there)
    assert company.read(received.id).lines[0]["serials"] == "S1"
