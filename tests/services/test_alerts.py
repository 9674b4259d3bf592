"""Low and over stock, raised and cleared in the save that causes them."""

from decimal import Decimal as D
from typing import Any

from sqlalchemy import select

from jxc_desktop.errors import NotEnoughStock
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents
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
    alerts = post(company, "delivery_note", (first, 5, 1), (second, 5, 1), (service, 5, 1))
    assert [a.item_id for a in alerts] == [first, second]


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
