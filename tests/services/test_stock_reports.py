"""Reports on lots, on the age of stock and on what to order."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

from jxc_desktop.services import access
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.queries.lists import ListQuery
from jxc_desktop.services.reports import ReportTable
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line

TODAY = dt.date.today()


def run(c: Company, key: str, actor: Actor | None = None, **given: Any) -> ReportTable:
    return Queries(c.engine, actor or c.commands.actor).report(key, given)  # type: ignore[no-any-return]


def figures(table: ReportTable, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[k] for k in keys) for row in table.rows]


def days(n: int) -> dt.date:
    return TODAY + dt.timedelta(days=n)


def test_lots(company: Company) -> None:
    food = company.record("category", name="食品")
    item, other = company.item(tracking="lot", category_id=food), company.item(tracking="serial", unit_id=company.piece)
    company.post("goods_receipt", line(item, 5, 1, lot="A", production_date=days(-9), expiry_date=days(3)),
                 line(item, 4, 1, lot="B"), line(other, 2, 1, serials="S1\nS2"))
    company.post("goods_receipt", line(item, 7, 1, lot="OLD", expiry_date=days(-2)), acknowledged=("expired",))
    company.post("transfer", line(item, 2, lot="A"))
    company.post("delivery_note", line(item, 4, 1, lot="B"))
    found = run(company, "lot_stock")
    assert figures(found, "code", "lot", "warehouse", "on_hand", "reserved", "available") == [
        ("I001", "A", "主仓", 3, 0, 3), ("I001", "A", "分仓", 2, 0, 2), ("I001", "OLD", "主仓", 7, 0, 7),
        ("I002", "S1", "主仓", 1, 0, 1), ("I002", "S2", "主仓", 1, 0, 1)]
    assert figures(found, "production_date", "expiry_date")[0] == (days(-9), days(3))
    assert found.rows[0]["link"] == found.rows[1]["link"] != found.rows[2]["link"]  # the trace of the lot
    assert found.rows[0]["link"].startswith("trace/")
    assert figures(run(company, "lot_stock", item_id=other), "lot") == [("S1",), ("S2",)]
    assert len(run(company, "lot_stock", category_id=food, warehouse_id=company.main).rows) == 2
    expiring = run(company, "expiry")
    assert figures(expiring, "lot", "warehouse", "days_left", "on_hand") == [
        ("OLD", "主仓", -2, 7), ("A", "主仓", 3, 3), ("A", "分仓", 3, 2)]
    assert figures(run(company, "expiry", days=2), "lot") == [("OLD",)]
    assert figures(run(company, "expiry", days=3, warehouse_id=company.branch), "lot") == [("A",)]


def test_stock_ageing(company: Company) -> None:
    fifo, average = company.item(cost_method="fifo", tax_rate=None), company.item(tax_rate=None)
    gone = company.item()
    for item in (fifo, average):
        company.post("goods_receipt", (item, 10, 1), date=day(-200))
        company.post("goods_receipt", (item, 10, 3), date=day(-31))
        company.post("delivery_note", (item, 5, 9), date=day(-1))
    company.post("goods_receipt", (gone, 1, 1), date=day(-3))
    company.post("delivery_note", (gone, 1, 1), date=day(-2))
    ages = [f"age_{n}" for n in range(5)]
    table = run(company, "stock_ageing", date_to=day(0))
    assert figures(table, "code", "quantity", "value", *ages) == [
        ("I001", 15, 35, None, 30, None, None, 5), ("I002", 15, 30, None, 20, None, None, 10)]
    assert (table.totals["value"], table.totals["age_1"]) == (65, 50)
    assert figures(run(company, "stock_ageing", date_to=day(-100), item_id=fifo), "quantity", "age_3") == [(10, 10)]
    assert figures(run(company, "stock_ageing", date_to=day(-110), item_id=fifo), "quantity", "age_2") == [(10, 10)]
    blind = run(company, "stock_ageing", Actor("sales", access.EVERYTHING - {"see_cost"}), date_to=day(0))
    assert [c.key for c in blind.columns] == ["code", "name", "spec", "unit", "quantity"]


def test_what_to_order_is_the_proposal(company: Company) -> None:
    item = company.record("item", code="X", name="水", unit_id=company.piece, reorder_point=D(20), maximum=D(50),
                          lead_days=7, children={"item_unit": [
                              {"unit_id": company.box, "factor": D(12), "per": D(1), "purchase_price": D(30)}]})
    company.post("goods_receipt", (item, 3, 2))
    company.post("sales_order", (item, 5, 5))
    [row] = run(company, "to_order").rows
    assert {k: row[k] for k in ("on_hand", "reserved", "on_order", "demand", "projected", "suggested", "packs",
                                "supplier", "due")} == {
        "on_hand": 3, "reserved": 3, "on_order": 0, "demand": 5, "projected": -2, "suggested": 52, "packs": "5 箱",
        "supplier": "宏达五金", "due": days(7)}
    assert run(company, "to_order", warehouse_id=company.main).rows == []
    assert len(run(company, "to_order", partner_id=company.supplier, item_id=item).rows) == 1


def test_the_stock_list_values_each_warehouse_by_its_own_cost(company: Company) -> None:
    company.settings(cost_level="warehouse")
    item = company.item(tax_rate=None)
    company.post("goods_receipt", (item, 10, 2))
    company.post("goods_receipt", (item, 5, 8), warehouse_id=company.branch)
    company.post("transfer", (item, 5))
    rows = Queries(company.engine, company.commands.actor).list_page(ListQuery("stock", descending=False)).rows
    assert sorted((r["warehouse"], r["on_hand"], r["value"], r["unit_cost"]) for r in rows) == [
        ("主仓", 5, 10, 2), ("分仓", 10, 50, 5)]
