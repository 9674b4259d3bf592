"""Period close: frozen figures, locked dates, pools for later replays, reopening with its difference sheet."""

import datetime as dt
import threading
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import InvalidDraft, PeriodClosed, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, documents, periods
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Commands
from tests.company import Company, day, line

figure, pool, period = TABLES["period_figure"], TABLES["period_pool"], TABLES["period"]
COLUMNS = tuple(f"{part}_{what}" for part in ("opening", "in", "out", "closing") for what in ("quantity", "value"))


def close(c: Company, offset: int) -> int:
    return int(c.run(periods.close, day(offset)).value)


def frozen(c: Company, period_id: int, item: int, warehouse: int = 0) -> tuple[list[D], D]:
    """(opening, in, out, closing quantity and value), variance."""
    [row] = c.rows(select(figure).where(figure.c.period_id == period_id, figure.c.item_id == item,
                                        figure.c.warehouse_id == warehouse))
    return [row._mapping[name] for name in COLUMNS], row.variance


def queries(c: Company) -> Queries:
    return Queries(c.engine, c.commands.actor)


def some_days(c: Company) -> int:
    """10 at 2 and 6 at 4 come, 5 go, 3 are moved; then 4 more days later."""
    item = c.item()
    c.post("goods_receipt", (item, 10, 2), date=day(0))
    c.post("goods_receipt", (item, 6, 4), date=day(1))
    c.post("delivery_note", (item, 5, 9), date=day(2))
    c.post("transfer", (item, 3), date=day(3))
    c.post("goods_receipt", (item, 4, 5), date=day(12))
    return item


def test_figures_are_frozen_per_warehouse_and_for_the_company(company: Company) -> None:
    item = some_days(company)
    first = close(company, 10)
    assert frozen(company, first, item) == ([D(0), D(0), D(16), D(44), D(5), D("13.75"), D(11), D("30.25")], D(0))
    assert frozen(company, first, item, company.main)[0][::2] == [D(0), D(16), D(8), D(8)]
    assert frozen(company, first, item, company.branch)[0] == [D(0), D(0), D(3), D(0), D(0), D(0), D(3), D(0)]
    second = close(company, 20)
    assert frozen(company, second, item) == (
        [D(11), D("30.25"), D(4), D(20), D(0), D(0), D(15), D("50.25")], D(0))
    third = close(company, 30)
    assert frozen(company, third, item)[0] == [D(15), D("50.25"), D(0), D(0), D(0), D(0), D(15), D("50.25")]


def test_values_lie_with_the_warehouses_where_the_cost_does(company: Company) -> None:
    company.settings(cost_level="warehouse")
    item = some_days(company)
    first = close(company, 10)
    assert frozen(company, first, item)[0] == [D(0), D(0), D(16), D(44), D(5), D("13.75"), D(11), D("30.25")]
    assert frozen(company, first, item, company.branch)[0] == [
        D(0), D(0), D(3), D("8.25"), D(0), D(0), D(3), D("8.25")]
    assert frozen(company, first, item, company.main)[0] == [
        D(0), D(0), D(16), D(44), D(8), D("22.00"), D(8), D("22.00")]


def test_a_corrected_receipt_is_in_once_and_value_alone_counts(company: Company) -> None:
    item = company.item()
    bought = company.post("goods_receipt", (item, 10, 2), date=day(0))
    company.correct(bought, lambda d: d.lines[0].update(quantity=D(8), amount=None))
    company.post("revaluation", {"item_id": item, "amount": D("4.00")}, date=day(1))
    company.post("revaluation", {"item_id": item, "amount": D("-1.00")}, date=day(2))
    assert frozen(company, close(company, 5), item)[0] == [D(0), D(0), D(8), D(20), D(0), D(1), D(8), D(19)]


def test_variance_of_the_period_is_frozen(company: Company) -> None:
    item = company.item(negative_stock="allow", standard_cost=D(3))
    company.post("delivery_note", (item, 4, 9), date=day(0))
    company.post("goods_receipt", (item, 10, 5), date=day(1))
    found, variance = frozen(company, close(company, 5), item)
    assert (found, variance) == ([D(0), D(0), D(10), D(42), D(4), D(12), D(6), D(30)], D(8))


def test_nothing_dated_in_it_can_be_entered_changed_or_taken_back(company: Company) -> None:
    item = some_days(company)
    sold = company.post("delivery_note", (item, 1, 9), date=day(4))
    draft = company.draft("goods_receipt", (item, 1, 1), date=day(10))
    close(company, 10)
    before = company.counts()
    attempts: list[Any] = [
        lambda: company.save(draft), lambda: company.unpost(sold), lambda: company.void(sold),
        lambda: company.reverse(sold, day(9)), lambda: company.correct(
            sold, lambda d: d.lines[0].update(quantity=D(2))),
        lambda: company.correct(sold, lambda d: d.header.update(date=day(11)))]
    for attempt in attempts:
        with pytest.raises(PeriodClosed):
            attempt()
    assert company.counts() == before
    company.post("sales_order", (item, 1, 9), date=day(5))
    company.reverse(sold, day(11))


def test_what_cannot_be_closed(company: Company) -> None:
    close(company, 10)
    for offset in (10, 3):
        with pytest.raises(PeriodClosed):
            close(company, offset)
    with pytest.raises(periods.DayToCome, match=r"2\d{3}"):
        company.run(periods.close, dt.date.today() + dt.timedelta(days=1))
    assert company.run(periods.close, dt.date.today()).changes == {("period", 2)}


def test_who_may(company: Company) -> None:
    assert {role for role, may in access.ROLES.items() if "period.close" in may} == {
        "administrator", "manager", "accountant"}
    assert {role for role, may in access.ROLES.items() if "period.reopen" in may} == {"administrator", "manager"}
    clerk = company.as_actor("王五", access.ROLES["clerk"])
    with pytest.raises(PermissionDenied):
        clerk.run(periods.close, day(1))
    close(company, 1)
    accountant = company.as_actor("会计", access.ROLES["accountant"])
    with pytest.raises(PermissionDenied):
        accountant.run(periods.reopen, "x")


def test_reopening_frees_the_latest_only_and_is_kept(company: Company) -> None:
    item = some_days(company)
    with pytest.raises(periods.NothingClosed):
        company.run(periods.reopen, "why not")
    first, second = close(company, 5), close(company, 10)
    for reason in ("", "  ", "x" * 201):
        with pytest.raises(InvalidDraft):
            company.run(periods.reopen, reason)
    assert company.run(periods.reopen, " 漏记一单 ").value == second
    with pytest.raises(PeriodClosed):
        company.post("goods_receipt", (item, 1, 1), date=day(5))
    company.post("goods_receipt", (item, 1, 1), date=day(6))
    assert company.run(periods.reopen, "again").value == first
    row = company.rows(select(period).where(period.c.id == second))[0]
    assert (row.reopened_by, row.reopen_reason, row.through) == ("admin", "漏记一单", day(10))
    a = TABLES["audit_entry"].c
    assert [(r.action, r.entity_id, r.number) for r in company.rows(select(
        a.action, a.entity_id, a.number).where(a.entity == "period").order_by(a.id))] == [
        ("close", first, str(day(5))), ("close", second, str(day(10))), ("reopen", second, str(day(10))),
        ("reopen", first, str(day(5)))]


# --- where replays start ------------------------------------------------------------------------------------


def kept(c: Company, period_id: int, item: int) -> list[Any]:
    return c.rows(select(pool).where(pool.c.period_id == period_id, pool.c.item_id == item).order_by(
        pool.c.warehouse_id, pool.c.lot_id))


@pytest.mark.parametrize("later", [False, True], ids=["nothing later", "moved since"])
def test_pools_are_kept_as_they_stood(company: Company, later: bool) -> None:
    item = company.item(cost_method="fifo")
    first = company.post("goods_receipt", (item, 10, 2), date=day(0))
    second = company.post("goods_receipt", (item, 6, 4), date=day(1))
    company.post("delivery_note", (item, 7, 9), date=day(2))
    if later:
        company.post("delivery_note", (item, 5, 9), date=day(12))
    [row] = kept(company, close(company, 10), item)
    assert (row.quantity, row.value, row.last_cost, row.warehouse_id) == (D(9), D(30), D(2), 0)
    assert [(D(q), D(v), line_id) for q, v, line_id, _ in row.layers] == [
        (D(3), D(6), company.line_ids(first)[0]), (D(6), D(24), company.line_ids(second)[0])]


def test_missing_goods_are_kept_as_layers(company: Company) -> None:
    item = company.item(negative_stock="allow", standard_cost=D(3))
    sold = company.post("delivery_note", (item, 4, 9), date=day(0))
    period_id = close(company, 5)
    [row] = kept(company, period_id, item)
    assert (row.quantity, row.value) == (D(-4), D(-12))
    assert [(D(q), D(v), line_id) for q, v, line_id, _ in row.layers] == [(D(-4), D(-12), company.line_ids(sold)[0])]
    company.post("delivery_note", (item, 1, 9), date=day(8))
    company.post("goods_receipt", (item, 10, 5), date=day(7))  # replays from what was kept
    assert company.pool(item) == (D(5), D(25))


@pytest.mark.parametrize("method", ["moving_average", "fifo"])
@pytest.mark.parametrize("level", ["company", "warehouse"])
def test_a_replay_after_the_close_is_as_one_from_the_beginning(company: Company, method: str, level: str) -> None:
    company.settings(cost_level=level)
    items = [company.item(cost_method=method) for _ in range(2)]
    for item in items:
        company.post("goods_receipt", (item, 10, "2.33"), date=day(0))
        company.post("goods_receipt", (item, 7, "3.1"), date=day(1))
        company.post("delivery_note", (item, 6, 9), date=day(2))
        company.post("transfer", (item, 4), date=day(2))
        if item == items[1]:
            close(company, 10)
        company.post("delivery_note", (item, 5, 9), date=day(14))
        company.post("delivery_note", (item, 3, 9), date=day(15), warehouse_id=company.branch)
        company.post("goods_receipt", (item, 3, 7), date=day(12))
        company.post("goods_receipt", (item, 2, 8), date=day(11))
    m = TABLES["stock_move"].c
    one, other = (company.rows(select(m.value, m.variance).where(m.item_id == item).order_by(m.id)) for item in items)
    assert one == other and company.pool(items[0]) == company.pool(items[1])


# --- savers and closers at once -----------------------------------------------------------------------------


def test_nobody_posts_into_a_period_while_it_is_being_closed(company: Company) -> None:
    """Savers and a closer meet again and again: what came before counts, what comes after is refused."""
    item = company.item()
    company.post("goods_receipt", (item, 1000, 1), date=day(-1))
    refused: list[Exception] = []

    def sell() -> None:
        mine = Commands(company.engine, access.administrator(), "another PC")
        for n in range(40):
            draft = company.draft("delivery_note", (item, 1, 2), date=day(n))
            try:
                mine.execute(documents.save, draft)
            except PeriodClosed as error:
                refused.append(error)

    sellers = [threading.Thread(target=sell) for _ in range(2)]
    for seller in sellers:
        seller.start()
    closed = [close(company, n) for n in range(0, 40, 4)]
    for seller in sellers:
        seller.join()
    m = TABLES["stock_move"].c
    for period_id in closed:
        [row] = company.rows(select(period).where(period.c.id == period_id))
        end = dt.datetime.combine(row.through, dt.time(23, 59))
        sold = sum((r.quantity for r in company.rows(select(m.quantity).where(m.effective_at <= end))), D(0))
        assert frozen(company, period_id, item)[0][6] == sold
        assert company.rows(select(m.id).where(m.effective_at <= end, m.posting_id > row.posting_id)) == []
    assert all(error.data["through"] for error in refused)


# --- what stands around it ----------------------------------------------------------------------------------


def test_the_checklist_names_what_is_open(company: Company) -> None:
    item = company.item(negative_stock="allow", name="螺丝")
    assert all(point.passed for point in queries(company).checklist(day(10)))
    company.post("delivery_note", (item, 4, 9), date=day(0))
    company.run(documents.park, company.draft("delivery_note", (item, 1, 9), date=day(3)))
    company.run(documents.park, company.draft("delivery_note", (item, 1, 9), date=day(11)))
    company.run(documents.park, company.draft("stock_count", (item, 1), date=day(3)))
    free = company.post("other_in", (company.item(name="赠品"), 4), date=day(2))
    found = {point.key: point for point in queries(company).checklist(day(10))}
    assert {key: point.count for key, point in found.items()} == {
        "drafts": 1, "counts": 1, "negative": 1, "transit": 0, "unpriced": 1, "partners": 0}
    assert found["negative"].named == (("螺丝", f"ledger/{item}/{company.main}"),)
    assert found["unpriced"].named == ((f"其他入库单 {free.number}", f"document/other_in/{free.id}"),)
    assert found["drafts"].named[0][1].startswith("document/delivery_note/")
    assert {p.key for p in queries(company).checklist(day(-5)) if not p.passed} == set()


def test_the_closes_so_far(company: Company) -> None:
    some_days(company)
    close(company, 5)
    close(company, 10)
    company.run(periods.reopen, "漏记")
    close(company, 20)
    found = queries(company).periods()
    assert [(p.first, p.through, p.value, p.latest, p.supersedes, p.reopen_reason) for p in found] == [
        (day(6), day(20), D("50.25"), True, 2, None), (day(6), day(10), D("30.25"), False, None, "漏记"),
        (None, day(5), D("30.25"), False, None, None)]


def test_a_second_close_shows_the_difference_and_its_documents(company: Company) -> None:
    item, other = some_days(company), company.item()
    company.post("goods_receipt", (other, 1, 1), date=day(0))
    first = close(company, 10)
    assert queries(company).difference_sheet(first) == []
    company.run(periods.reopen, "漏记一单")
    late = company.post("goods_receipt", (item, 4, 6), date=day(1), acknowledged=("restates",))
    company.post("goods_receipt", (item, 1, 1), date=day(15))
    second = close(company, 10)
    rows = queries(company).difference_sheet(second)
    assert [(r.item_id, r.warehouse_id, r.before, r.after) for r in rows] == [
        (item, 0, (D(11), D("30.25")), (D(15), frozen(company, second, item)[0][7])),
        (item, company.main, (D(8), D(0)), (D(12), D(0)))]
    assert rows[0].after.value == D(68) - D(17) and [d.number for d in rows[0].documents] == [late.number]
    company.run(periods.reopen, "nothing this time")
    assert queries(company).difference_sheet(close(company, 12)) == []


def test_a_longer_second_close_still_shows_what_changed_before_the_first(company: Company) -> None:
    item = some_days(company)
    close(company, 5)
    company.run(periods.reopen, "x")
    company.post("goods_receipt", (item, 1, 1), date=day(4))
    company.post("goods_receipt", (item, 1, 1), date=day(6))
    rows = queries(company).difference_sheet(close(company, 10))
    assert [(r.before.quantity, r.after.quantity) for r in rows if not r.warehouse_id] == [(D(11), D(12))]


def test_lines_of_a_draft_with_lots(company: Company) -> None:
    """Lots have their own pools where the company says so; each is kept."""
    company.settings(cost_by_lot=True, use_lots=True)
    item = company.item(tracking="lot")
    company.post("goods_receipt", line(item, 5, 2, lot="A"), line(item, 5, 3, lot="B"), date=day(0))
    company.post("delivery_note", line(item, 2, 9, lot="B"), date=day(1))
    rows = kept(company, close(company, 5), item)
    assert [(r.quantity, r.value) for r in rows] == [(D(5), D(10)), (D(3), D(9))]
    assert frozen(company, 1, item)[0][6:] == [D(8), D(19)]


def test_a_late_cost_known_after_the_close_is_in_the_pool_that_was_kept(company: Company) -> None:
    """Where receipts are worth more from the start, whenever the late cost was entered."""
    company.settings(late_cost="repost")
    item = company.item()
    bought = company.post("goods_receipt", (item, 10, 2), date=day(0))
    company.post("cost_adjustment", {"item_id": item, "source_line_id": company.line_ids(bought)[0]}, fee=D(5),
                 date=day(12))
    company.post("delivery_note", (item, 1, 9), date=day(20))
    [row] = kept(company, close(company, 10), item)
    assert (row.quantity, row.value) == (D(10), D(25))
    company.post("delivery_note", (item, 2, 9), date=day(15))  # replays from what was kept
    assert company.pool(item) == (D(7), D("17.5"))


@pytest.mark.parametrize("method", ["moving_average", "fifo"])
def test_what_was_settled_of_a_closed_issue_is_not_settled_again(company: Company, method: str) -> None:
    item = company.item(negative_stock="allow", cost_method=method)
    sold = company.post("delivery_note", (item, 5, 9), date=day(0))
    company.post("goods_receipt", (item, 5, 2), date=day(7))
    later = company.post("delivery_note", (item, 1, 9), date=day(14))
    close(company, 5)
    company.void(later)
    assert sum(m.settled for m in company.moves(sold)) == 10
    company.post("goods_receipt", (item, 2, 3), date=day(6))  # it came first: 2 at 3, then 3 at 2
    assert sum(m.settled for m in company.moves(sold)) == 12
    assert company.pool(item) == (D(2), D(4))
