"""Reports: their figures are those of the books, whatever they are grouped by."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from jxc_desktop.document_types.schema import Account
from jxc_desktop.errors import NotFound, PermissionDenied
from jxc_desktop.services import access, reports
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.reports.trade import GROUPINGS
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line

PERIOD = {"date_from": day(0), "date_to": day(30)}
D = Decimal


def run(company: Company, key: str, permissions: frozenset[str] = access.EVERYTHING, **given: Any) -> Any:
    return Queries(company.engine, Actor("王", permissions)).report(key, {**PERIOD, **given})


def trade(company: Company) -> dict[str, Any]:
    """Two items bought and sold, one part brought back, one delivery reversed, one in draft."""
    tea, rice = company.item(tax_rate=D("0.13")), company.item(tax_rate=D("0.09"))
    high, low = {"tax_rate": D("0.13")}, {"tax_rate": D("0.09")}
    company.post("goods_receipt", line(tea, 100, "11.30", **high), line(rice, 200, "5.45", **low), date=day(0))
    sold = company.post("delivery_note", line(tea, 10, "22.60", **high), line(rice, 20, "10.90", **low), date=day(1))
    wrong = company.post("delivery_note", line(tea, 5, "22.60", **high), date=day(2))
    company.reverse(wrong, day(3))
    other = company.record("partner", code="C2", name="万家便利")
    company.post("delivery_note", line(rice, 30, "10.90", **low), date=day(40), partner_id=other)
    first = company.line_ids(sold)[0]
    company.post("sales_return", line(tea, 2, "22.60", source_line_id=first, **high), date=day(4))
    return {"tea": tea, "rice": rice, "sold": sold, "other": other}


def test_every_report_runs_empty_and_with_everything_asked(company: Company) -> None:
    for info in reports.ALL:
        assert run(company, info.key).rows == [] or info.key == "partner_statement"
    made = trade(company)
    given = {"warehouse_id": company.main, "item_id": made["tea"], "customer_id": company.customer,
             "employee_id": None, "known_on": dt.date.today()}
    for info in reports.ALL:
        table = run(company, info.key, **given)
        keys = {c.key for c in table.columns}
        assert all(keys <= {*row, "kind", "remark", "more", "less"} for row in table.rows), info.key
        assert table.title


@pytest.mark.parametrize("group", list(GROUPINGS))
def test_sales_come_to_the_same_whatever_they_are_grouped_by(company: Company, group: str) -> None:
    trade(company)
    table = run(company, "sales_summary", group_by=group)
    assert table.totals["total"] == D("444.00") - D("45.20")
    assert table.totals["total"] == company.owed(company.customer)
    assert table.totals["net"] == D("200.00") + D("200.00") - D("40.00")
    assert table.totals["cost"] == D("100.00") + D("100.00") - D("20.00")
    assert table.totals["profit"] == D("180.00")
    assert table.totals["margin"] == D("0.5000")


def test_sales_by_item_say_quantities_and_margins(company: Company) -> None:
    made = trade(company)
    rows = {row["link"].rpartition("item_id=")[2]: row for row in run(company, "sales_summary").rows}
    tea = rows[str(made["tea"])]
    assert (tea["quantity"], tea["total"], tea["cost"]) == (D(8), D("180.80"), D("80.00"))


def test_the_lines_behind_a_row_add_up_to_it(company: Company) -> None:
    made = trade(company)
    lines = run(company, "sales_detail", item_id=made["tea"])
    assert lines.totals["total"] == D("180.80")
    assert sum(row["quantity"] for row in lines.rows) == 8
    assert lines.rows[0]["date"] == day(4) and lines.rows[0]["quantity"] == -2
    assert all(row["link"].startswith("document/") for row in lines.rows)


def test_purchases_are_summed_up_without_profit(company: Company) -> None:
    trade(company)
    table = run(company, "purchase_summary", group_by="partner")
    assert table.totals["total"] == company.owed(company.supplier, Account.PAYABLE) == D("2220.00")
    assert not {"cost", "profit", "margin"} & {c.key for c in table.columns}


def test_who_may_not_see_costs_sees_none(company: Company) -> None:
    trade(company)
    sales = access.ROLES["salesperson"]
    assert not {"cost", "profit", "margin"} & {c.key for c in run(company, "sales_summary", sales).columns}
    table = run(company, "stock_movement", sales)
    assert all(not c.key.endswith("_value") for c in table.columns)
    with pytest.raises(PermissionDenied):
        run(company, "sales_summary", frozenset())


def test_stock_movement_leads_from_opening_to_closing(company: Company) -> None:
    made = trade(company)
    rows = {row["link"]: row for row in run(company, "stock_movement", date_from=day(1)).rows}
    tea = rows[f"ledger/{made['tea']}"]
    assert [tea[f"{part}_quantity"] for part in ("before", "in", "out", "after")] == [100, 7, 15, 92]
    assert tea["after_value"] == D("920.00")
    rice = rows[f"ledger/{made['rice']}"]
    assert rice["after_quantity"] == 180, "what went out later is not in the period"


def test_transfers_are_movements_of_a_warehouse_but_not_of_the_company(company: Company) -> None:
    made = trade(company)
    company.post("transfer", (made["tea"], 30), date=day(5))
    whole = run(company, "stock_movement", item_id=made["tea"]).rows[0]
    assert (whole["in_quantity"], whole["out_quantity"]) == (107, 15)
    branch = run(company, "stock_movement", item_id=made["tea"], warehouse_id=company.branch)
    assert branch.rows[0]["in_quantity"] == branch.rows[0]["after_quantity"] == 30
    assert all(not c.key.endswith("_value") for c in branch.columns)


def test_stock_as_it_was_known_then(company: Company) -> None:
    made = trade(company)
    yesterday = dt.date.today() - dt.timedelta(days=1)
    assert run(company, "stock_movement", item_id=made["tea"], known_on=yesterday).rows == []
    assert run(company, "stock_movement", item_id=made["tea"], known_on=dt.date.today()).rows


def test_open_orders_say_what_is_missing_and_how_late(company: Company) -> None:
    made = trade(company)
    order = company.post("sales_order", (made["tea"], 50, "22.60"), date=day(1), due_date=day(5))
    ordered = company.line_ids(order)[0]
    company.post("delivery_note", line(made["tea"], 20, "22.60", source_line_id=ordered), date=day(6))
    row = run(company, "open_orders", kind="sales_order").rows[0]
    assert (row["ordered"], row["fulfilled"], row["open"]) == (50, 20, 30)
    assert row["late"] == (dt.date.today() - day(5)).days
    assert run(company, "open_orders", kind="purchase_order").rows == []


def test_balances_are_those_of_the_partners(company: Company) -> None:
    made = trade(company)
    table = run(company, "partner_balances")
    by_code = {row["code"]: row for row in table.rows}
    assert by_code["C1"]["receivable"] == company.owed(company.customer)
    assert by_code["C2"]["receivable"] == company.owed(made["other"]) == D("327.00")
    assert by_code["S1"]["payable"] == D("2220.00")
    assert {row["code"] for row in run(company, "partner_balances", role="supplier").rows} == {"S1"}


def test_a_statement_runs_from_the_opening_to_the_last_balance(company: Company) -> None:
    trade(company)
    table = run(company, "partner_statement", customer_id=company.customer, date_from=day(2))
    assert table.rows[0]["balance"] == D("444.00")
    assert table.rows[-1]["balance"] == company.owed(company.customer)
    assert table.totals["more"] - table.totals["less"] == table.rows[-1]["balance"] - table.rows[0]["balance"]
    mine = run(company, "partner_statement", supplier_id=company.supplier)
    assert mine.rows[-1]["balance"] == -company.owed(company.supplier, Account.PAYABLE)


def test_usual_values_stand_in_for_what_is_not_given(company: Company) -> None:
    table = Queries(company.engine, access.administrator()).report("sales_summary", {"nonsense": 1})
    today = dt.date.today()
    assert str(today.replace(day=1)) in table.subtitle and str(today) in table.subtitle


def test_an_unknown_report_is_refused(company: Company) -> None:
    with pytest.raises(NotFound):
        run(company, "fortune")
