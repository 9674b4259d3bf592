"""Counting: the sheet and its moment, several counters, differences, and how accurate the books were."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.errors import NeedsConfirmation, PermissionDenied, StaleDocument
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, accuracy, count_differences, counting, database, documents
from jxc_desktop.services.abc_classes import classes, ranked
from jxc_desktop.services.counting import Scope, SheetsDiffer
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor, Saved
from tests.company import Company, day, line

TODAY = dt.date.today()
BEFORE = TODAY - dt.timedelta(days=20)


def sheet(company: Company, blind: bool = False, **scope: Any) -> Draft:
    with company.engine.connect() as connection:
        return counting.sheet(connection, Scope(company.main, **scope), blind=blind)


def differences(company: Company, draft: Draft) -> list[count_differences.CountDifference]:
    with company.engine.connect() as connection:
        return count_differences.differences(connection, draft)


def count(draft: Draft, *quantities: str | None) -> Draft:
    for one, quantity in zip(draft.lines, quantities, strict=True):
        one["quantity"] = None if quantity is None else D(quantity)
    return draft


def park(company: Company, draft: Draft) -> Saved:
    return company.run(documents.park, draft).value  # type: ignore[no-any-return]


def stocked(company: Company, *quantities: str, price: str = "10", **values: Any) -> list[int]:
    items = [company.item(**values) for _ in quantities]
    company.post("opening_stock", *[line(i, q, price) for i, q in zip(items, quantities, strict=True)], date=BEFORE)
    return items


# --- the sheet


def test_a_sheet_lists_what_the_books_say(company: Company) -> None:
    tea, rice = stocked(company, "10", "2.5")
    company.item()  # of which nothing is here
    company.post("transfer", line(rice, "1"), date=BEFORE)
    made = sheet(company)
    assert [(one["item_id"], one["unit_id"], one["book"], one["quantity"]) for one in made.lines] == [
        (tea, company.kilo, D(10), None), (rice, company.kilo, D("1.5"), None)]
    assert made.header["warehouse_id"] == company.main
    assert made.header["date"] == TODAY
    assert made.header["snapshot"] == company.scalar(select(TABLES["posting"].c.id).order_by(
        TABLES["posting"].c.id.desc()).limit(1))
    assert not made.header["blind"]
    assert sheet(company, blind=True).header["blind"]


def test_what_a_sheet_lists(company: Company) -> None:
    [above, below] = [company.record("category", name=name) for name in ("食品", "粮油")]
    company.change_record("category", below, parent_id=above)
    tea, rice = stocked(company, "10", "20")
    company.change_record("item", rice, category_id=below)
    empty, service = company.item(), company.item(stocked=False)
    stopped = company.item(active=False)

    def listed(**scope: Any) -> list[int]:
        return [one["item_id"] for one in sheet(company, **scope).lines]

    assert listed(category_id=above) == [rice]
    assert listed(item_ids=[tea, empty]) == [tea]
    assert listed(in_stock_only=False) == [tea, rice, empty]
    assert {service, stopped} & set(listed(in_stock_only=False)) == set()
    company.post("delivery_note", line(tea, 9, 20), date=TODAY)
    assert listed(abc=["A"]) == [tea]
    assert listed(abc=["B", "C"]) == [rice]


def test_lots_have_lines_of_their_own_and_serial_numbers_stand_together(company: Company) -> None:
    milk, phone = company.item(tracking="lot"), company.item(tracking="serial", unit_id=company.piece)
    company.post("goods_receipt", line(milk, 5, 2, lot="L2", expiry_date=day(400)),
                 line(milk, 3, 2, lot="L1", expiry_date=day(300)), line(phone, 2, 900, serials="S1\nS2"), date=BEFORE)
    made = sheet(company)
    assert [(one["item_id"], one.get("lot"), one["book"], one.get("expiry_date"), one.get("serials"))
            for one in made.lines] == [(milk, "L1", D(3), day(300), None), (milk, "L2", D(5), day(400), None),
                                       (phone, None, D(2), None, "S1\nS2")]
    assert "serials" not in sheet(company, blind=True).lines[2]
    count(made, "3", "4", "1")
    made.lines[2]["serials"] = "S2"
    assert [d.difference for d in differences(company, made)] == [D(0), D(-1), D(-1)]
    saved = company.save(made)
    assert (company.on_hand(milk), company.on_hand(phone)) == (D(7), D(1))
    assert [d.difference for d in differences(company, company.read(saved.id))] == [D(0), D(-1), D(-1)]


def test_a_sheet_waits_for_who_is_just_posting(pg_company: Company) -> None:
    """Else its moment could lie after a posting whose goods it does not know."""
    [tea] = stocked(pg_company, "10")
    balance = TABLES["stock_balance"]
    with ThreadPoolExecutor(1) as worker:
        with database.write(pg_company.engine).begin() as posting:
            posting.execute(select(balance).where(balance.c.item_id == tea).with_for_update())
            made = worker.submit(sheet, pg_company)
            with pytest.raises(TimeoutError):
                made.result(timeout=0.3)
        assert made.result(timeout=10).lines[0]["book"] == D(10)


# --- stock that goes on moving


def test_what_moves_while_counting_comes_on_top(company: Company) -> None:
    tea, rice = stocked(company, "100", "50")
    made = count(sheet(company), "98", None)
    company.post("delivery_note", line(tea, 5, 20), date=TODAY)
    company.post("goods_receipt", line(rice, 1, 10), date=TODAY)
    [found] = differences(company, made)
    assert (found.line, found.book, found.movements_since, found.counted, found.difference) == (
        0, D(100), D(-5), D(98), D(-2))
    saved = company.save(made)
    assert (company.on_hand(tea), company.on_hand(rice)) == (D(93), D(51))
    assert differences(company, company.read(saved.id)) == [found]
    company.post("delivery_note", line(tea, 3, 20), date=TODAY)  # after the count: no part of it
    assert differences(company, company.read(saved.id)) == [found]
    company.post("goods_receipt", line(tea, 7, 10), date=BEFORE, acknowledged=("restates",))  # was forgotten
    assert company.on_hand(tea) == D(90)  # what was counted stands
    [later] = differences(company, company.read(saved.id))
    assert (later.difference, later.book) == (D(-9), D(107))


def test_a_count_without_a_sheet_is_compared_with_now(company: Company) -> None:
    [tea] = stocked(company, "10")
    draft = company.draft("stock_count", line(tea, "12"), date=TODAY)
    [found] = differences(company, draft)
    assert (found.book, found.difference, found.value) == (D(10), D(2), D("20.00"))
    company.save(draft)
    assert company.on_hand(tea) == D(12)


def test_lines_of_one_item_add_up_in_their_units(company: Company) -> None:
    [tea] = stocked(company, "30", unit_id=company.piece)
    draft = company.draft("stock_count", line(tea, "12"), line(tea, "16"), date=TODAY)
    draft.lines[0]["book"] = D(30)
    [found] = differences(company, draft)
    assert (found.line, found.counted, found.difference, found.value) == (0, D(28), D(-2), D("-20.00"))


def test_uncounted_lines_are_left_out_or_zero(company: Company) -> None:
    tea, rice = stocked(company, "10", "20")
    made = count(sheet(company), "10", None)
    assert [d.line for d in differences(company, made)] == [0]
    made.header["uncounted"] = "zero"
    assert [(d.line, d.difference) for d in differences(company, made)] == [(0, D(0)), (1, D(-20))]
    company.save(made)
    assert (company.on_hand(tea), company.on_hand(rice)) == (D(10), D(0))


def test_serial_numbers_that_nobody_counted(company: Company) -> None:
    """A sheet lists those that are booked; they say nothing until somebody counts."""
    phone, watch = (company.item(tracking="serial", unit_id=company.piece) for _ in range(2))
    company.post("goods_receipt", line(phone, 2, 900, serials="S1\nS2"), line(watch, 1, 90, serials="W1"), date=BEFORE)
    saved = company.save(count(sheet(company), "2", None))
    assert [one["serials"] for one in company.read(saved.id).lines] == ["S1\nS2", None]
    assert (company.on_hand(phone), company.on_hand(watch)) == (D(2), D(1))
    made = count(sheet(company), "2", None)
    made.header["uncounted"] = "zero"
    company.save(made)
    assert (company.on_hand(phone), company.on_hand(watch)) == (D(2), D(0))


def test_large_differences_are_marked_and_asked_about(company: Company) -> None:
    company.settings(count_threshold=D("0.05"))
    stocked(company, "100", "100")
    made = count(sheet(company), "95", "94")
    assert [d.over_threshold for d in differences(company, made)] == [False, True]
    with pytest.raises(NeedsConfirmation) as caught:
        company.save(made)
    assert caught.value.key == "count_over_threshold"
    company.save(made, acknowledged=("count_over_threshold",))


def test_what_differences_are_worth(company: Company) -> None:
    dear, found = stocked(company, "10", "10", price="12")
    new = company.item(standard_cost=D(3))
    draft = company.draft("stock_count", line(dear, 9), line(found, 11, 15), line(new, 2), date=TODAY)
    assert [d.value for d in differences(company, draft)] == [D("-12.00"), D("15.00"), D("6.00")]
    saved = company.save(draft)
    assert [d.value for d in differences(company, company.read(saved.id))] == [D("-12.00"), D("15.00"), D("6.00")]


def test_who_may_not_see_cost_learns_no_value(company: Company) -> None:
    [tea] = stocked(company, "10")
    draft = company.draft("stock_count", line(tea, 9), date=TODAY)
    clerk = Queries(company.engine, Actor("王五", access.ROLES["clerk"]))
    assert [(d.difference, d.value) for d in clerk.count_differences(draft)] == [(D(-1), D(0))]
    assert clerk.count_books(draft) == {(tea, None): D(10)}
    assert [one["item_id"] for one in clerk.count_sheet(Scope(company.main)).lines] == [tea]
    with pytest.raises(PermissionDenied):
        Queries(company.engine, Actor("张三", access.ROLES["salesperson"])).count_sheet(Scope(company.main))


# --- several counters


def test_sheets_of_several_counters_add_up(company: Company) -> None:
    tea, rice, salt = stocked(company, "10", "20", "30")
    into = park(company, count(sheet(company), "4", None, None))
    second = park(company.as_actor("李四"), count(sheet(company), "6", "19", None))
    third = count(sheet(company, item_ids=[rice, salt]), "1", "30")
    third.lines[0]["counter"] = "赵六"
    third = park(company.as_actor("王五"), third)
    joined = company.run(counting.join, into.id, into.version, [second.id, third.id]).value
    draft = company.read(joined.id)
    assert [(one["item_id"], one["quantity"], one["book"], one["counter"]) for one in draft.lines] == [
        (tea, D(4), D(10), None), (rice, D(19), D(20), "李四"), (salt, D(30), D(30), "王五"),
        (tea, D(6), None, "李四"), (rice, D(1), None, "赵六")]
    assert [d.difference for d in differences(company, draft)] == [D(0), D(0), D(0)]
    assert {company.read(s.id).status for s in (second, third)} == {Status.VOID}
    audit = TABLES["audit_entry"].c
    assert "join" in {r.action for r in company.rows(select(audit.action).where(audit.entity_id == joined.id))}
    company.save(draft)
    assert [company.on_hand(i) for i in (tea, rice, salt)] == [D(10), D(20), D(30)]


def test_sheets_that_do_not_belong_together(company: Company) -> None:
    [tea] = stocked(company, "10")
    into = park(company, count(sheet(company), "4"))
    other = count(sheet(company), "6")
    other.header["warehouse_id"] = company.branch
    elsewhere, posted = park(company, other), company.save(count(sheet(company), "10"))
    company.post("delivery_note", line(tea, 1, 20), date=TODAY)
    later = park(company, count(sheet(company), "5"))
    before = company.counts()
    for stranger in (elsewhere, posted, later, into):
        with pytest.raises(SheetsDiffer):
            company.run(counting.join, into.id, into.version, [stranger.id])
    with pytest.raises(StaleDocument):
        company.run(counting.join, into.id, into.version - 1, [park(company, count(sheet(company), "6")).id])
    salesperson = company.as_actor("张三", access.ROLES["salesperson"])
    with pytest.raises(PermissionDenied):
        salesperson.run(counting.join, into.id, into.version, [later.id])
    assert company.counts()["audit_entry"] == before["audit_entry"] + 1  # of the sheet that was parked just now
    assert company.read(later.id).status is Status.DRAFT


def test_sheets_of_different_moments_fit_while_nothing_moved(company: Company) -> None:
    tea, rice = stocked(company, "10", "20")
    into = park(company, count(sheet(company, item_ids=[tea]), "9"))
    company.post("goods_receipt", line(company.item(), 1, 1), date=TODAY)
    other = park(company, count(sheet(company, item_ids=[rice]), "20"))
    typed = park(company, company.draft("stock_count", line(tea, 1), date=TODAY))
    joined = company.run(counting.join, into.id, into.version, [other.id, typed.id]).value
    assert [d.difference for d in differences(company, company.read(joined.id))] == [D(0), D(0)]
    assert company.read(joined.id).header["snapshot"] == company.read(into.id).header["snapshot"]


# --- accuracy


def measured(company: Company, **given: Any) -> accuracy.Accuracy:
    with company.engine.connect() as connection:
        return accuracy.accuracy(connection, TODAY, TODAY, **given)


def test_a_gain_never_makes_up_for_a_loss(company: Company) -> None:
    tea, *_ = stocked(company, "100", "100", "100", "100")
    company.post("delivery_note", line(tea, 90, 20), date=BEFORE)  # of class A: within 1 %
    company.save(count(sheet(company), "11", "90", "105", "100"))
    found = measured(company)
    assert (found.lines, found.within) == (4, 2)  # C: 5 of 100 are within
    assert found.by_line == D("0.5000")
    assert (found.book_value, found.off_value) == (D("3100.00"), D("160.00"))
    assert found.by_value == 1 - D("0.0516")
    assert measured(company, warehouse_id=company.branch) == accuracy.Accuracy(0, 0, D(0), D(0))
    assert measured(company, warehouse_id=company.branch).by_line is None


def test_swapped_serial_numbers_are_two_errors(company: Company) -> None:
    phone = company.item(tracking="serial", unit_id=company.piece)
    company.post("goods_receipt", line(phone, 2, 900, serials="S1\nS2"), date=BEFORE)
    made = count(sheet(company), "2")
    made.lines[0]["serials"] = "S1\nS9"
    company.save(made)
    assert measured(company).off_value == D("1800.00")
    assert (measured(company).lines, measured(company).within) == (1, 0)


def test_the_report_of_accuracy(company: Company) -> None:
    tea, rice = stocked(company, "100", "100")
    first = company.save(count(sheet(company, item_ids=[tea]), "100"))
    second = company.save(count(sheet(company, item_ids=[rice]), "50"))
    queries = Queries(company.engine, access.administrator())
    asked = {"date_from": TODAY, "date_to": TODAY}
    table = queries.report("count_accuracy", asked)
    assert [(r["number"], r["lines"], r["within"], r["by_line"], r["link"]) for r in table.rows] == [
        (first.number, 1, 1, D(1), f"document/stock_count/{first.id}"),
        (second.number, 1, 0, D(0), f"document/stock_count/{second.id}")]
    assert (table.totals["lines"], table.totals["by_line"], table.totals["by_value"]) == (2, D("0.5"), D("0.75"))
    for group, names in (("abc", ["C"]), ("category", [""]), ("counter", ["admin"]), ("warehouse", ["主仓"])):
        assert [r["name"] for r in queries.report("count_accuracy", asked | {"group": group}).rows] == names
    clerk = Queries(company.engine, Actor("王五", access.ROLES["clerk"])).report("count_accuracy", asked)
    assert "by_value" not in clerk.totals and "off_value" not in clerk.rows[0]
    assert queries.report("count_accuracy", {"date_from": BEFORE, "date_to": BEFORE}).totals["lines"] == 0


def test_classes_by_the_value_used(company: Company) -> None:
    assert ranked([(1, D(80)), (2, D(15)), (3, D(5))]) == {1: "A", 2: "B", 3: "C"}
    assert ranked([(1, D(50)), (2, D(50))]) == {1: "A", 2: "A"}
    assert ranked([]) == {}
    tea, rice = stocked(company, "100", "100")
    company.post("delivery_note", line(tea, 90, 1), line(rice, 1, 1), date=BEFORE)
    with company.engine.connect() as connection:
        assert classes(connection, TODAY) == {tea: "A", rice: "C"}
        assert classes(connection, BEFORE - dt.timedelta(days=1)) == {}
