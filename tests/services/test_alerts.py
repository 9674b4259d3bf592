"""Low and over stock and lots that expire, raised and cleared in the save that causes them."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from typing import Any

from sqlalchemy import select

from jxc_desktop.errors import NotEnoughStock
from jxc_desktop.models import TABLES
from jxc_desktop.services import alerts, documents
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.queries.lists import ListQuery
from jxc_desktop.services.unit_of_work import AlertInfo
from tests.company import Company, line

ALERT = TABLES["stock_alert"]


def open_alerts(company: Company) -> list[tuple[str, int, int | None, D, D]]:
    a = ALERT.c
    return [tuple(r) for r in company.rows(select(a.kind, a.item_id, a.warehouse_id, a.on_hand, a.threshold).where(
        a.cleared_at.is_(None)).order_by(a.id))]


def post(company: Company, kind: str, *lines: Any, **header: Any) -> tuple[AlertInfo, ...]:
    return company.run(documents.save, company.draft(kind, *lines, **header)).alerts


def test_low_stock_is_told_by_the_save_that_caused_it(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    assert post(company, "goods_receipt", (item, 10, 1)) == ()
    assert post(company, "delivery_note", (item, 5, 1)) == ()  # at the point is not below it
    assert post(company, "delivery_note", (item, 1, 1)) == (
        AlertInfo("low", item, None, "商品I001", "", D(4), D(5), "公斤"),)
    assert open_alerts(company) == [("low", item, None, 4, 5)]


def test_an_open_alert_follows_the_stock_but_is_told_once(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    post(company, "goods_receipt", (item, 10, 1))
    post(company, "delivery_note", (item, 6, 1))
    assert post(company, "delivery_note", (item, 1, 1)) == ()
    assert open_alerts(company) == [("low", item, None, 3, 5)]
    post(company, "goods_receipt", (item, 2, 1))
    assert open_alerts(company) == []
    [cleared] = company.rows(select(ALERT.c.cleared_at))
    assert cleared.cleared_at is not None


def test_over_stock(company: Company) -> None:
    item = company.item(maximum=D(10))
    assert post(company, "goods_receipt", (item, 10, 1)) == ()
    [alert] = post(company, "goods_receipt", (item, 1, 1))
    assert (alert.kind, alert.on_hand, alert.threshold) == ("over", 11, 10)
    post(company, "delivery_note", (item, 1, 1))
    assert open_alerts(company) == []


def test_thresholds_of_an_item_look_at_all_warehouses_those_of_one_at_it(company: Company) -> None:
    item = company.record("item", code="X", name="两仓", unit_id=company.kilo, reorder_point=D(5), children={
        "stock_level": [{"warehouse_id": company.main, "reorder_point": D(4)}]})
    post(company, "goods_receipt", (item, 10, 1))
    [alert] = post(company, "transfer", (item, 7))
    assert (alert.kind, alert.warehouse_id, alert.warehouse, alert.on_hand, alert.threshold) == (
        "low", company.main, "主仓", 3, 4)
    [alert] = post(company, "delivery_note", (item, 6, 1), warehouse_id=company.branch)
    assert (alert.warehouse_id, alert.on_hand, alert.threshold) == (None, 4, 5)


def test_taking_back_raises_and_clears_alerts_too(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    receipt = company.post("goods_receipt", (item, 10, 1))
    company.unpost(receipt)
    assert open_alerts(company) == [("low", item, None, 0, 5)]
    company.save(company.read(receipt.id))
    assert open_alerts(company) == []
    company.reverse(receipt)
    assert open_alerts(company) == [("low", item, None, 0, 5)]


def test_a_refused_save_raises_none(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    post(company, "goods_receipt", (item, 5, 1))
    try:
        post(company, "delivery_note", (item, 6, 1))
    except NotEnoughStock:
        assert open_alerts(company) == []


def test_a_changed_threshold_is_evaluated_at_once(company: Company) -> None:
    item = company.item()
    post(company, "goods_receipt", (item, 5, 1))
    company.change_record("item", item, reorder_point=D(6))
    assert open_alerts(company) == [("low", item, None, 5, 6)]
    company.change_record("item", item, reorder_point=D(8))
    assert open_alerts(company) == [("low", item, None, 5, 8)]
    company.change_record("item", item, reorder_point=None)
    assert open_alerts(company) == []


def test_items_of_one_document_are_told_together_and_services_never(company: Company) -> None:
    first, second = (company.item(reorder_point=D(5)) for _ in range(2))
    service = company.item(reorder_point=D(5), stocked=False)
    post(company, "goods_receipt", (first, 9, 1), (second, 9, 1))
    told = post(company, "delivery_note", (first, 5, 1), (second, 5, 1), (service, 5, 1))
    assert [a.item_id for a in told] == [first, second]


def test_an_order_raises_none(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    post(company, "goods_receipt", (item, 9, 1))
    assert post(company, "sales_order", (item, 9, 1)) == ()
    assert open_alerts(company) == []


def test_alerts_tell_the_screens_that_show_them(company: Company) -> None:
    item = company.item(reorder_point=D(5))
    post(company, "goods_receipt", (item, 9, 1))
    outcome = company.run(documents.save, company.draft("delivery_note", line(item, 5, 1)))
    assert ("alert", item) in outcome.changes


# --- lots that expire ---------------------------------------------------------------------------------------

TODAY = dt.date.today()


def days(n: int) -> dt.date:
    return TODAY + dt.timedelta(days=n)


def open_lots(company: Company) -> list[tuple[str, str, int | None, D]]:
    a, lot = ALERT.c, TABLES["lot"].c
    return [tuple(r) for r in company.rows(select(a.kind, lot.code, a.warehouse_id, a.on_hand).where(
        lot.id == a.lot_id, a.cleared_at.is_(None)).order_by(lot.code, a.warehouse_id))]


def lots(item: int, **expiry: int) -> list[Any]:
    return [line(item, 5, 1, lot=code, expiry_date=days(n)) for code, n in expiry.items()]


def test_lots_that_expire_are_told_by_the_save_that_brings_them(company: Company) -> None:
    item, warned = company.item(tracking="lot"), company.item(tracking="lot", expiry_alert_days=10)
    assert post(company, "goods_receipt", *lots(item, A=0, B=1)) == ()  # nobody asked to be warned
    found = post(company, "goods_receipt", *lots(warned, C=0, D=10, E=11))
    assert [(a.kind, a.lot, a.expires, a.on_hand, a.warehouse, a.unit) for a in found] == [
        ("expiring", "C", days(0), 5, "主仓", "公斤"), ("expiring", "D", days(10), 5, "主仓", "公斤")]
    assert post(company, "delivery_note", line(warned, 2, 1, lot="C")) == ()
    assert open_lots(company) == [("expiring", "C", company.main, 3), ("expiring", "D", company.main, 5)]
    [moved] = post(company, "transfer", line(warned, 5, lot="D"))
    assert (moved.kind, moved.lot, moved.warehouse_id) == ("expiring", "D", company.branch)
    post(company, "delivery_note", line(warned, 3, 1, lot="C"))
    assert open_lots(company) == [("expiring", "D", company.branch, 5)]
    rows = Queries(company.engine, company.commands.actor).alerts()
    assert [(r.kind, r.lot, r.expires, r.warehouse) for r in rows] == [("expiring", "D", days(10), "分仓")]


def test_expired_lots_are_told_without_being_asked_for(company: Company) -> None:
    item = company.item(tracking="lot")
    [alert] = company.run(documents.save, company.draft("goods_receipt", *lots(item, A=-1)),
                          acknowledged=("expired",)).alerts
    assert (alert.kind, alert.lot) == ("expired", "A")


def test_the_calendar_raises_and_clears_alerts_too(company: Company) -> None:
    item = company.item(tracking="lot", expiry_alert_days=10, reorder_point=D(90))
    post(company, "goods_receipt", *lots(item, A=15, B=40))
    assert company.run(alerts.refresh_expiry).alerts == ()
    for n, expected in ((5, [("expiring", "A")]), (6, []), (16, [("expired", "A")]), (41, [("expired", "B")])):
        outcome = company.run(alerts.refresh_expiry, days(n))
        assert [(a.kind, a.lot) for a in outcome.alerts] == expected
        assert (("alert", item) in outcome.changes) == bool(expected)
    assert [(kind, code) for kind, code, *_ in open_lots(company)] == [("expired", "A"), ("expired", "B")]
    company.run(alerts.refresh_expiry, days(0))
    assert open_lots(company) == []
    assert [a[0] for a in open_alerts(company)] == ["low"]


def test_the_item_says_how_early(company: Company) -> None:
    item = company.item(tracking="lot")
    post(company, "goods_receipt", *lots(item, A=15))
    company.change_record("item", item, expiry_alert_days=15)
    assert [code for _, code, *_ in open_lots(company)] == ["A"]
    company.change_record("item", item, expiry_alert_days=14)
    assert open_lots(company) == []


def test_the_list_of_alerts_names_the_lot(company: Company) -> None:
    item = company.item(tracking="lot", expiry_alert_days=10)
    post(company, "goods_receipt", *lots(item, A=5, B=6))
    queries = Queries(company.engine, company.commands.actor)
    [row] = queries.list_page(ListQuery("alerts", text="b")).rows
    assert (row["kind"], row["lot"], row["expires"]) == ("expiring", "B", days(6))
    assert len(queries.list_page(ListQuery("alerts", filters={"kind": "expiring"})).rows) == 2


def test_two_desks_that_look_at_once_raise_an_alert_once(company: Company) -> None:
    item = company.item(tracking="lot", expiry_alert_days=1)
    post(company, "goods_receipt", *lots(item, **{f"L{n}": 15 for n in range(9)}))
    desks = [company.as_actor(name) for name in ("王", "李", "赵", "钱")]
    with ThreadPoolExecutor(len(desks)) as pool:
        told = list(pool.map(lambda desk: desk.run(alerts.refresh_expiry, days(14)).alerts, desks))
    assert sorted(map(len, told)) == [0, 0, 0, 9]
    assert len(open_lots(company)) == 9
