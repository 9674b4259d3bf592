"""Where to take goods from: which lots expire, came or lie where, and what nobody else has reserved."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop.errors import InvalidDraft, NotEnoughStock, NotFound
from jxc_desktop.services import documents, picking
from jxc_desktop.services.picking import Picks
from tests.company import DAY, Company, day, line


def pick(c: Company, item: int, quantity: Any, strategy: str = "fefo", warehouse: int | None = None, *,
         on: dt.date = DAY, **given: Any) -> Picks:
    with c.engine.connect() as connection:
        return picking.pick(connection, item, warehouse, D(quantity), strategy, on=on, **given)


def lots(c: Company, item: int, warehouse: int | None = None, on: dt.date = DAY) -> list[picking.LotFigures]:
    with c.engine.connect() as connection:
        return picking.lots_of(connection, item, warehouse, on)


def receive(c: Company, item: int, quantity: Any, lot: str, expires: dt.date | None = None, date: int = 0,
            warehouse: int | None = None) -> documents.Saved:
    return c.post("goods_receipt", line(item, quantity, 1, lot=lot, expiry_date=expires), date=day(date),
                  warehouse_id=warehouse or c.main)


@pytest.fixture
def perishable(company: Company) -> int:
    item = company.item(tracking="lot")
    receive(company, item, 5, "N", None, -9)
    receive(company, item, 5, "LATE", day(300), -8)
    receive(company, item, 5, "SOON", day(20), -7)
    receive(company, item, 5, "GONE", day(-1), -6)
    return item


def test_lots_and_what_is_known_of_them(company: Company, perishable: int) -> None:
    company.post("transfer", line(perishable, 2, lot="SOON"))
    found = lots(company, perishable)
    assert [(f.code, f.warehouse, f.on_hand, f.available, f.expiry_date, f.expired) for f in found] == [
        ("GONE", "主仓", 5, 5, day(-1), True), ("SOON", "主仓", 3, 3, day(20), False),
        ("SOON", "分仓", 2, 2, day(20), False), ("LATE", "主仓", 5, 5, day(300), False),
        ("N", "主仓", 5, 5, None, False)]
    assert [f.code for f in lots(company, perishable, company.branch)] == ["SOON"]
    assert [f.expired for f in lots(company, perishable, company.branch, day(20))] == [False]
    assert [f.expired for f in lots(company, perishable, company.branch, day(21))] == [True]
    company.post("delivery_note", line(perishable, 2, 1, lot="SOON"), warehouse_id=company.branch)
    assert lots(company, perishable, company.branch) == []


def test_expired_lots_are_left_out_only_where_they_are_forbidden(company: Company, perishable: int) -> None:
    assert pick(company, perishable, 12) == Picks((("GONE", D(5)), ("SOON", D(5)), ("LATE", D(2))))
    company.settings(expired_stock="forbid")
    assert pick(company, perishable, 12) == Picks((("SOON", D(5)), ("LATE", D(5)), ("N", D(2))))
    assert pick(company, perishable, 5, on=day(20)).picks == (("SOON", D(5)),)  # the day itself counts
    assert pick(company, perishable, 5, on=day(21)).picks == (("LATE", D(5)),)
    assert pick(company, perishable, 20, partial=True).short == 5
    with pytest.raises(NotEnoughStock) as refused:
        pick(company, perishable, 20)
    [short] = refused.value.shortages
    assert (short.needed, short.available, short.warehouse) == (20, 15, "全部仓库")


def test_first_and_last_in_by_the_first_receipt_that_stands(company: Company) -> None:
    item = company.item(tracking="lot")
    early = receive(company, item, 1, "A", date=-20)
    for date, lot in ((-5, "C"), (-9, "B"), (-3, "A"), (-1, "B")):
        receive(company, item, 2, lot, date=date)
    assert pick(company, item, 4, "fifo").picks == (("A", D(3)), ("B", D(1)))
    company.void(early)
    assert pick(company, item, 9, "fifo", partial=True) == Picks((("B", D(4)), ("C", D(2)), ("A", D(2))), D(1))
    assert pick(company, item, 3, "lifo").picks == (("A", D(2)), ("C", D(1)))


def test_lots_of_one_day_in_the_order_of_their_lines(company: Company) -> None:
    item = company.item(tracking="lot")
    company.post("goods_receipt", *(line(item, n, 1, lot=f"lot{n}") for n in (2, 3, 4)))
    assert pick(company, item, 10, "fifo", partial=True) == Picks(
        (("lot2", D(2)), ("lot3", D(3)), ("lot4", D(4))), D(1))
    assert pick(company, item, 1, "lifo").picks == (("lot4", D(1)),)


def test_what_others_have_reserved_stays(company: Company) -> None:
    item = company.item(tracking="lot")
    receive(company, item, 5, "A", day(10))
    receive(company, item, 5, "B", day(20))
    company.post("sales_order", (item, 4, 1))  # of any lot
    assert pick(company, item, 9, partial=True) == Picks((("A", D(5)), ("B", D(1))), D(3))
    company.settings(expired_stock="forbid")
    assert pick(company, item, 9, partial=True, on=day(11)) == Picks((("B", D(1)),), D(8))


def test_serial_numbers_are_lots_of_one(company: Company) -> None:
    item = company.item(tracking="serial", unit_id=company.piece)
    company.post("goods_receipt", line(item, 3, 1, serials="S3\nS1\nS2"))
    found = pick(company, item, 2, "fifo")
    assert [q for _, q in found.picks] == [1, 1]
    assert {code for code, _ in found.picks} < {"S1", "S2", "S3"}


def test_warehouses(company: Company) -> None:
    item, third = company.item(), company.record("warehouse", code="W3", name="三仓")
    transit = company.record("warehouse", code="T", name="在途", in_transit=True)
    for place, quantity in ((company.main, 5), (company.branch, 9), (third, 7), (transit, 50)):
        company.post("goods_receipt", (item, quantity, 1), warehouse_id=place)
    company.post("sales_order", (item, 4, 1), warehouse_id=company.branch)
    assert pick(company, item, 13, "highest_stock").picks == (
        (third, D(7)), (company.main, D(5)), (company.branch, D(1)))
    assert pick(company, item, 13, "sequence").picks == ((company.main, D(5)), (company.branch, D(5)), (third, D(3)))
    assert pick(company, item, 9, "sequence", warehouses=[third, company.main]).picks == (
        (third, D(7)), (company.main, D(2)))
    assert pick(company, item, 20, "sequence", warehouses=[third, company.main], partial=True).short == 8
    assert pick(company, item, 3, "highest_stock", company.main).picks == ((company.main, D(3)),)


def test_warehouses_of_lots_that_expired(company: Company) -> None:
    item = company.item(tracking="lot")
    receive(company, item, 9, "OLD", day(1))
    receive(company, item, 2, "NEW", day(30))
    receive(company, item, 4, "NEW", day(30), warehouse=company.branch)
    assert pick(company, item, 5, "highest_stock").picks == ((company.main, D(5)),)
    company.settings(expired_stock="forbid")
    assert pick(company, item, 5, "highest_stock", on=day(2)).picks == ((company.branch, D(4)), (company.main, D(1)))


def test_questions_without_sense(company: Company) -> None:
    item = company.item()
    with pytest.raises(InvalidDraft):
        pick(company, item, 0)
    with pytest.raises(NotFound):
        pick(company, 99999, 1)
    assert pick(company, item, 1, partial=True) == Picks((), D(1))


def test_a_lot_that_an_order_names_is_held_for_it(company: Company) -> None:
    item = company.item(tracking="lot")
    receive(company, item, 5, "A", day(10))
    receive(company, item, 5, "B", day(20))
    company.post("sales_order", line(item, 3, 1, lot="A"))
    assert [(f.code, f.available) for f in lots(company, item)] == [("A", 2), ("B", 5)]
    assert pick(company, item, 4).picks == (("A", D(2)), ("B", D(2)))
    company.post("sales_order", (item, 4, 1))
    assert pick(company, item, 9, partial=True) == Picks((("A", D(2)), ("B", D(1))), D(6))


def test_order_for_a_lot_that_comes_later(company: Company) -> None:
    item = company.item(tracking="lot")
    receive(company, item, 5, "Y")
    order = company.post("sales_order", line(item, 3, 1, lot="X"))
    assert company.balance(item)[1] == 0
    receive(company, item, 5, "X")
    company.post("delivery_note", line(item, 3, 1, lot="X", source_line_id=company.line_ids(order)[0]))
    assert [(f.code, f.on_hand, f.reserved) for f in lots(company, item)] == [("Y", 5, 0), ("X", 2, 0)]
    assert company.balance(item)[1] == 0
