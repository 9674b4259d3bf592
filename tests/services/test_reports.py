"""Every report's figures, added up a second time from the documents and the ledger."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import i18n
from jxc_desktop.errors import InvalidDraft, NotFound, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, reports
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.reports import trade
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line, opened
from tests.shared import BOTH, fresh_url

ZERO, TAX = D(0), D("0.13")
ALL_DAYS = {"date_from": day(-60), "date_to": day(60)}
PERIODS = [ALL_DAYS, {"date_from": day(0), "date_to": day(0)}, {"date_from": day(1), "date_to": day(4)},
           {"date_from": day(5), "date_to": day(60)}, {"date_from": day(-60), "date_to": day(3)}]
BLIND = Actor("sales", access.EVERYTHING - {"see_cost"})


def a_month(c: Company) -> dict[str, int]:
    """Trade of every kind, on days around the end of a month; ids by name."""
    c.settings(ask_restating=False)
    ids = {"top": c.record("category", name="五金"), "zhang": c.record("employee", code="E1", name="张"),
           "li": c.record("employee", code="E2", name="李"), "other": c.record("partner", code="C2", name="永辉")}
    ids["below"] = c.record("category", name="螺丝类", parent_id=ids["top"])
    ids |= {"screw": c.item(name="螺丝", category_id=ids["below"], tax_rate=TAX),
            "wire": c.item(category_id=ids["top"]), "loose": c.item(negative_stock="allow"),
            "work": c.item(stocked=False, name="安装")}
    screw, wire, loose, work = (ids[n] for n in ("screw", "wire", "loose", "work"))
    c.post("opening_stock", (screw, 100, "1.5"), (wire, 50, "3.3333"), date=day(-30))
    bought = c.post("goods_receipt", line(screw, 30, "2.01", tax_rate=TAX), (wire, 7, 4), discount_amount=D("1.11"),
                    date=day(0))
    c.post("purchase_return", line(screw, 3, "2.01", tax_rate=TAX, source_line_id=c.line_ids(bought)[0]), date=day(4))
    first = c.post("delivery_note", line(screw, 33, 5, tax_rate=TAX), line(wire, "2.5", 9, discount=D("0.1")),
                   (work, 1, 80), line(wire, 1, 9, gift=True), discount_amount=D("3.33"), employee_id=ids["zhang"],
                   date=day(1))
    c.post("delivery_note", line(screw, 10, 5, tax_rate=TAX), partner_id=ids["other"], tax_included=False,
           employee_id=ids["li"], date=day(1))
    c.post("delivery_note", (loose, 4, 20), date=day(2))
    c.post("sales_return", line(screw, 3, 5, tax_rate=TAX, source_line_id=c.line_ids(first)[0]),
           employee_id=ids["zhang"], date=day(5))
    c.post("goods_receipt", (loose, 10, 7), date=day(3))  # dearer than the nothing that was known
    c.post("transfer", (screw, 20), (wire, 5), date=day(2))
    c.post("delivery_note", (screw, 6, 6), warehouse_id=c.branch, date=day(6))
    c.reverse(c.post("delivery_note", (wire, 3, 8), date=day(3)), date=day(6))
    c.void(c.post("delivery_note", (wire, 9, 8), date=day(3)))
    c.unpost(c.post("delivery_note", (wire, 8, 8), date=day(3)))
    c.post("other_out", (wire, 2), date=day(4))
    c.correct(c.post("goods_receipt", (wire, 10, 3), date=day(1)), lambda d: d.lines[0].update(
        quantity=D(8), amount=None))
    c.correct(c.post("delivery_note", (wire, 1, 8), date=day(2)), lambda d: d.header.update(date=day(7)))
    c.post("goods_receipt", (screw, 40, "0.99"), date=day(-1))  # restates all that left since
    c.post("sales_order", (screw, 5, 5), (wire, 5, 5), due_date=day(3), date=day(2))
    order = c.post("purchase_order", (screw, 50, 1), (wire, 5, 1), date=day(2))
    c.post("goods_receipt", line(screw, 20, 1, source_line_id=c.line_ids(order)[0]), date=day(8))
    return ids


@pytest.fixture(scope="module", params=BOTH)
def books(request: pytest.FixtureRequest) -> Iterator[tuple[Company, dict[str, int]]]:
    with fresh_url(request, request.param) as url, opened(url) as c:
        yield c, a_month(c)


def run(c: Company, key: str, actor: Actor | None = None, **given: Any) -> reports.ReportTable:
    return Queries(c.engine, actor or c.commands.actor).report(key, given)  # type: ignore[no-any-return]


def cents(value: D) -> D:
    return value.quantize(D("0.01"), ROUND_HALF_UP)


# --- sales and purchases ----------------------------------------------------------------------------------


def lines(c: Company, *kinds: str, date_from: dt.date, date_to: dt.date, **where: Any) -> Iterator[tuple[Any, Any, D]]:
    """(header, line, sign) of the trade that stands, amounts worked out again from what was typed."""
    d, category = TABLES["document"], TABLES["item"].c.category_id
    of_item = dict(c.rows(select(TABLES["item"].c.id, category)))
    for h in c.rows(select(d).where(d.c.kind.in_(kinds), d.c.status.in_(["posted", "reversed"]),
                                    d.c.date.between(date_from, date_to)).order_by(d.c.id)):
        draft = c.read(h.id)
        amounts = [ZERO if x["gift"] else cents(x["quantity"] * x["price"] * (1 - (x["discount"] or 0)))
                   for x in draft.lines]
        off = (h.discount_amount or ZERO) * draft.sign
        shares = [cents(off * a / sum(amounts)) if off else ZERO for a in amounts]
        last = max((i for i, a in enumerate(amounts) if a), default=0)
        shares[last] += off - sum(shares)
        for x, amount, share in zip(draft.lines, amounts, shares, strict=True):
            rate = x["tax_rate"] or ZERO
            net = cents((amount - share) / (1 + rate)) if h.tax_included else amount - share
            tax = amount - share - net if h.tax_included else cents(net * rate)
            x |= {"net": net, "tax": tax, "total": net + tax, "category_id": of_item[x["item_id"]]}
            if all((x[k] if k in x else getattr(h, k)) in (v if isinstance(v, tuple) else (v,))
                   for k, v in where.items()):
                yield h, x, D(-1) if h.kind.endswith("return") else D(1)


def cost(c: Company, document_ids: set[int], key: Any) -> dict[Any, D]:
    """Cost of sales by whatever `key` makes of (document id, item id), from the ledger."""
    found: dict[Any, D] = defaultdict(D)
    for m in c.rows(select(TABLES["stock_move"])):
        if m.document_id in document_ids:
            found[key(m.document_id, m.item_id)] -= m.value + m.variance
    return found


BY = {"item": lambda h, x: x["item_id"], "category": lambda h, x: x["category_id"],
      "partner": lambda h, x: h.partner_id, "employee": lambda h, x: h.employee_id,
      "warehouse": lambda h, x: h.warehouse_id, "day": lambda h, x: h.date,
      "month": lambda h, x: h.date.replace(day=1)}


def names_of(c: Company, group: str) -> Any:
    """What a group is called in the report."""
    if group in ("day", "month"):
        return lambda key: key if group == "day" else f"{key:%Y-%m}"
    table = TABLES[group]
    known = {r.id: r.code if group in ("item", "partner") else r.name for r in c.rows(select(table))}
    return lambda key: known.get(key, "–")


@pytest.mark.parametrize("group", list(BY))
@pytest.mark.parametrize("side", ["sales", "purchase"])
def test_summaries(books: tuple[Company, dict[str, int]], side: str, group: str) -> None:
    c, ids = books
    assert set(BY) == set(trade.GROUPINGS)
    kinds = ("delivery_note", "sales_return") if side == "sales" else ("goods_receipt", "purchase_return")
    filters: list[dict[str, Any]] = [{}, {"warehouse_id": c.branch}, {"partner_id": ids["other"]},
                                     {"employee_id": ids["zhang"]}, {"category_id": ids["below"]},
                                     {"category_id": ids["top"]}]
    for period in PERIODS:
        for given in filters if period is ALL_DAYS else [{}]:
            where: dict[str, Any] = dict(given)
            if given.get("category_id") == ids["top"]:
                where["category_id"] = (ids["top"], ids["below"])
            check_summary(c, f"{side}_summary", group, list(lines(c, *kinds, **period, **where)), {**period, **given})


def check_summary(c: Company, key: str, group: str, found: list[Any], given: Mapping[str, Any]) -> None:
    name, by = names_of(c, group), BY[group]
    due: dict[Any, dict[str, D]] = defaultdict(lambda: defaultdict(D))
    for h, x, sign in found:
        for figure in ("net", "tax", "total"):
            due[by(h, x)][figure] += sign * x[figure]
        due[by(h, x)]["quantity"] += sign * x["base_quantity"]
    headers = {h.id: h for h, _, _ in found}
    of_line = {(h.id, x["item_id"]): by(h, x) for h, x, _ in found}
    for group_key, value in cost(c, set(headers), lambda d, i: of_line.get((d, i), "left out")).items():
        due[group_key]["cost"] += value
    due.pop("left out", None)
    table = run(c, key, group_by=group, **given)
    shown = {row[table.columns[0].key]: row for row in table.rows}
    assert set(shown) == {name(k) for k in due}
    figures = {col.key for col in table.columns} & {"net", "tax", "total", "cost", "quantity"}
    assert "cost" in figures or not key.startswith("sales")
    for k, sums in due.items():
        row = shown[name(k)]
        assert {f: row[f] for f in figures} == {f: sums[f] for f in figures}, (key, group, given)
        if "cost" in figures:
            assert row["profit"] == sums["net"] - sums["cost"]
            assert row["margin"] == ((row["profit"] / row["net"]).quantize(D("0.0001"), ROUND_HALF_UP)
                                     if row["net"] else None)
    for figure in figures - {"quantity"}:
        assert table.totals[figure] == sum(sums[figure] for sums in due.values())


@pytest.mark.parametrize("side", ["sales", "purchase"])
def test_details_add_up_to_the_summary(books: tuple[Company, dict[str, int]], side: str) -> None:
    c, ids = books
    kinds = ("delivery_note", "sales_return") if side == "sales" else ("goods_receipt", "purchase_return")
    for given in ({}, {"item_id": ids["screw"]}, {"warehouse_id": c.main}):
        table = run(c, f"{side}_detail", **ALL_DAYS, **given)
        found = list(lines(c, *kinds, **ALL_DAYS, **given))
        assert len(table.rows) == len(found) > 3
        summary = run(c, f"{side}_summary", **ALL_DAYS, **given) if "item_id" not in given else None
        for figure in ("net", "tax", "total"):
            assert table.totals[figure] == sum(sign * x[figure] for _, x, sign in found)
            assert summary is None or table.totals[figure] == summary.totals[figure]
        assert [r["date"] for r in table.rows] == sorted((r["date"] for r in table.rows), reverse=True)


def test_too_many_details_are_refused_not_cut(books: tuple[Company, dict[str, int]],
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    c, _ = books
    rows = len(run(c, "sales_detail", **ALL_DAYS).rows)
    monkeypatch.setattr(trade, "MOST", rows)
    assert len(run(c, "sales_detail", **ALL_DAYS).rows) == rows
    monkeypatch.setattr(trade, "MOST", rows - 1)
    with pytest.raises(trade.TooMuch):
        run(c, "sales_detail", **ALL_DAYS)


# --- stock ------------------------------------------------------------------------------------------------


def turnover(c: Company, period: Mapping[str, dt.date], warehouse: int | None = None) -> dict[str, dict[str, D]]:
    """By item code, from the ledger event by event."""
    events: dict[Any, list[D]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for m in c.rows(select(TABLES["stock_move"])):
        if m.warehouse_id == warehouse or (warehouse is None and m.basis != "transfer"):
            sums = events[m.item_id, m.effective_at.date(), m.entry, m.line_id, m.leg, m.warehouse_id]
            events[m.item_id, m.effective_at.date(), m.entry, m.line_id, m.leg, m.warehouse_id] = [
                sums[0] + m.quantity, sums[1] + m.value, sums[2] + m.variance]
    codes = {r.id: r.code for r in c.rows(select(TABLES["item"]))}
    found: dict[str, dict[str, D]] = defaultdict(lambda: defaultdict(D))
    for (item_id, date, *_), (quantity, value, variance) in events.items():
        row = found[codes[item_id]]
        if date > period["date_to"] or not (quantity or value):
            continue
        part, sign = ("before", 1) if date < period["date_from"] else ("in", 1) if quantity > 0 else ("out", -1)
        row[f"{part}_quantity"] += sign * quantity
        row[f"{part}_value"] += sign * value
        row["after_quantity"] += quantity
        row["after_value"] += value
        row["variance"] += variance if part != "before" else ZERO
    return {code: row for code, row in found.items() if any(row.values())}


FIGURES = [f"{part}_{figure}" for part in ("before", "in", "out", "after") for figure in ("quantity", "value")]


@pytest.mark.parametrize("period", PERIODS, ids=lambda p: f"{p['date_from']}-{p['date_to']}")
def test_stock_movement(books: tuple[Company, dict[str, int]], period: dict[str, dt.date]) -> None:
    c, _ = books
    table = run(c, "stock_movement", **period)
    due = turnover(c, period)
    assert {row["code"] for row in table.rows} == set(due)
    for row in table.rows:
        assert {f: row[f] for f in (*FIGURES, "variance")} == {f: due[row["code"]][f] for f in (*FIGURES, "variance")}
        for figure in ("quantity", "value"):
            assert row[f"before_{figure}"] + row[f"in_{figure}"] - row[f"out_{figure}"] == row[f"after_{figure}"]
    for warehouse in (c.main, c.branch):
        place = run(c, "stock_movement", warehouse_id=warehouse, **period)
        due = turnover(c, period, warehouse)
        assert {row["code"] for row in place.rows} == {code for code, row in due.items() if any(
            row[f] for f in FIGURES if f.endswith("quantity"))}
        assert not {col.key for col in place.columns} & {"variance", *(f for f in FIGURES if f.endswith("value"))}
        for row in place.rows:
            assert {f: row[f] for f in FIGURES if f in row} == {f: due[row["code"]][f] for f in FIGURES if f in row}
            assert "after_quantity" in row and "after_value" not in row


def test_one_period_ends_where_the_next_begins(books: tuple[Company, dict[str, int]]) -> None:
    c, ids = books
    for given in ({}, {"warehouse_id": c.main}, {"warehouse_id": c.branch}, {"item_id": ids["screw"]}):
        for last in range(-31, 10):
            one = {r["code"]: r for r in run(c, "stock_movement", date_from=day(-60), date_to=day(last), **given).rows}
            two = {r["code"]: r for r in run(c, "stock_movement", date_from=day(last + 1), date_to=day(60),
                                             **given).rows}
            for code, row in one.items():
                for figure in ("quantity", "value"):
                    if f"after_{figure}" in row and (row[f"after_{figure}"] or code in two):
                        assert row[f"after_{figure}"] == two[code][f"before_{figure}"]


def test_closing_stock_is_what_is_there(books: tuple[Company, dict[str, int]]) -> None:
    c, _ = books
    b, p = TABLES["stock_balance"], TABLES["cost_pool"]
    codes = {r.id: r.code for r in c.rows(select(TABLES["item"]))}
    for warehouse in (c.main, c.branch):
        held = {codes[r.item_id]: r.on_hand for r in c.rows(select(b).where(b.c.warehouse_id == warehouse))}
        shown = {r["code"]: r["after_quantity"] for r in run(c, "stock_movement", warehouse_id=warehouse,
                                                             **ALL_DAYS).rows}
        assert {k: v for k, v in shown.items() if v} == {k: v for k, v in held.items() if v}
    worth = {codes[r.item_id]: (r.quantity, r.value) for r in c.rows(select(p)) if r.quantity}
    table = run(c, "stock_movement", **ALL_DAYS)
    assert {r["code"]: (r["after_quantity"], r["after_value"]) for r in table.rows if r["after_quantity"]} == worth
    value = run(c, "stock_value")
    assert {r["code"]: (r["quantity"], r["value"]) for r in value.rows} == worth
    assert value.totals == {"value": sum(v for _, v in worth.values())}
    assert all(abs(r["unit_cost"] * r["quantity"] - r["value"]) < D("0.01") for r in value.rows)
    assert table.totals["variance"] == sum(m.variance for m in c.rows(select(TABLES["stock_move"]))) != 0


def test_a_corrected_receipt_is_in_once(company: Company) -> None:
    item = company.item()
    company.correct(company.post("goods_receipt", (item, 10, 3)), lambda d: d.lines[0].update(
        quantity=D(8), amount=None))
    company.post("delivery_note", (item, 2, 9), date=day(2))
    late = company.post("goods_receipt", (item, 8, 5), date=day(1))
    [row] = run(company, "stock_movement", **ALL_DAYS).rows
    assert [row[f] for f in FIGURES] == [0, 0, 16, 64, 2, 8, 14, 56]
    [row] = run(company, "stock_movement", **ALL_DAYS, known_on=dt.date(2020, 1, 1)).rows or [None]
    assert row is None
    [row] = run(company, "stock_movement", **ALL_DAYS, known_on=dt.date(2100, 1, 1)).rows
    assert row["after_value"] == 56
    company.void(late)
    [row] = run(company, "stock_movement", **ALL_DAYS).rows
    assert [row[f] for f in FIGURES] == [0, 0, 8, 24, 2, 6, 6, 18]


def test_open_orders(books: tuple[Company, dict[str, int]]) -> None:
    c, ids = books
    [row] = run(c, "open_orders", kind="purchase_order", item_id=ids["screw"]).rows
    assert (row["ordered"], row["fulfilled"], row["open"], row["late"]) == (50, 20, 30, None)
    assert len(run(c, "open_orders", kind="purchase_order").rows) == 2
    sales = run(c, "open_orders", kind="sales_order")
    assert [(r["open"], r["due_date"]) for r in sales.rows] == [(5, day(3)), (5, day(3))]
    assert all(r["late"] == max((dt.date.today() - day(3)).days, 0) or None for r in sales.rows)


def test_what_to_order(company: Company) -> None:
    plenty, short, late = (company.item(reorder_point=D(10), maximum=m) for m in (None, D(30), None))
    here = company.record("item", code="H", name="h", unit_id=company.kilo, children={"stock_level": [
        {"warehouse_id": company.branch, "reorder_point": D(5), "maximum": D(8)}]})
    company.item(reorder_point=D(10), active=False)
    company.post("opening_stock", (plenty, 50, 1), (short, 12, 1), (late, 4, 1), (here, 50, 1))
    company.post("sales_order", (short, 4, 1))
    company.post("purchase_order", (late, 5, 1))
    company.post("transfer", (here, 2))
    rows = run(company, "to_order").rows
    assert [[r[k] for k in ("code", "warehouse", "on_hand", "reserved", "on_order", "projected", "reorder_point",
                            "maximum", "suggested")] for r in rows] == [
        ["H", "分仓", 2, 0, 0, 2, 5, 8, 6],
        ["I002", "全部仓库", 12, 4, 0, 8, 10, 30, 22], ["I003", "全部仓库", 4, 0, 5, 9, 10, None, 1]]


# --- accounts ---------------------------------------------------------------------------------------------


def test_balances_and_statements(books: tuple[Company, dict[str, int]]) -> None:
    c, ids = books
    sold = {partner: sum(sign * x["total"] for _, x, sign in lines(
        c, "delivery_note", "sales_return", **ALL_DAYS, partner_id=partner)) for partner in (c.customer, ids["other"])}
    owed = sum(sign * x["total"] for _, x, sign in lines(c, "goods_receipt", "purchase_return", **ALL_DAYS))
    rows = {r["code"]: r for r in run(c, "partner_balances").rows}
    assert {k: (r["receivable"], r["payable"]) for k, r in rows.items()} == {
        "C1": (sold[c.customer], 0), "C2": (sold[ids["other"]], 0), "S1": (0, owed)}
    assert [r["code"] for r in run(c, "partner_balances", role="supplier").rows] == ["S1"]
    table = run(c, "partner_statement", customer_id=c.customer, **ALL_DAYS)
    assert table.rows[0]["balance"] == 0 and table.rows[-1]["balance"] == sold[c.customer]
    assert table.totals["more"] - table.totals["less"] == sold[c.customer]
    by_day: dict[dt.date, D] = defaultdict(D)
    for h, x, sign in lines(c, "delivery_note", "sales_return", **ALL_DAYS, partner_id=c.customer):
        by_day[h.date] += sign * x["total"]
    shown: dict[dt.date, D] = defaultdict(D)
    for row in table.rows[1:]:
        shown[row["date"]] += (row["more"] or ZERO) - (row["less"] or ZERO)
    assert {k: v for k, v in shown.items() if v} == {k: v for k, v in by_day.items() if v}
    later = run(c, "partner_statement", customer_id=c.customer, date_from=day(5), date_to=day(60))
    assert later.rows[0]["balance"] == sum(v for k, v in by_day.items() if k < day(5))
    assert run(c, "partner_statement", supplier_id=c.supplier, **ALL_DAYS).rows[-1]["balance"] == -owed
    assert run(c, "partner_statement", **ALL_DAYS).rows == []


# --- all reports ------------------------------------------------------------------------------------------

KEYS = [info.key for info in reports.ALL]
WITH_COSTS = {"sales_summary", "stock_movement", "stock_value", "stock_ageing", "count_accuracy", "since_reported",
              "closed_periods", "period_difference"}


@pytest.mark.parametrize("key", KEYS)
def test_rights_hide_costs(books: tuple[Company, dict[str, int]], key: str) -> None:
    c, _ = books
    given = ALL_DAYS if any(f.name == "date_from" for f in next(r for r in reports.ALL if r.key == key).parameters) \
        else {}
    seen, blind = run(c, key, **given), run(c, key, BLIND, **given)
    costs = {col.key for col in seen.columns if col.permission == "see_cost"}
    assert bool(costs) == (key in WITH_COSTS)
    assert [col.key for col in blind.columns] == [col.key for col in seen.columns if col.key not in costs]
    for row in blind.rows:
        assert set(row) <= {col.key for col in blind.columns} | {"link"}
    assert not set(blind.totals) & (costs | {"margin"})
    with pytest.raises(PermissionDenied):
        run(c, key, Actor("guest", frozenset()), **given)
    for language in i18n.LANGUAGES:
        i18n.use_language(language)
        try:
            table = run(c, key, **given)
            assert "{" not in table.title + table.subtitle
        finally:
            i18n.use_language("zh_CN")


def test_every_row_leads_to_its_source(books: tuple[Company, dict[str, int]]) -> None:
    c, _ = books
    for key in ("sales_summary", "purchase_summary"):
        for group in BY:
            for row in run(c, key, group_by=group, **ALL_DAYS).rows:
                report, _, query = row["link"].removeprefix("report/").partition("?")
                given: dict[str, Any] = {}
                for part in query.split("&"):
                    name, _, value = part.partition("=")
                    given[name] = dt.date.fromisoformat(value) if name.startswith("date") else int(value)
                # nobody in particular cannot be asked for, and a category is asked for with all below it
                if row.get("name") not in ("–", "五金"):
                    assert run(c, report, **given).totals["total"] == row["total"], row["link"]


@pytest.mark.parametrize(("key", "given", "error"), [
    ("nothing", {}, NotFound), ("stock_movement", {"nothing": 1}, NotFound),
    ("sales_summary", {"group_by": "colour"}, InvalidDraft), ("stock_movement", {"warehouse_id": "W1"}, InvalidDraft),
    ("sales_summary", {"date_from": "2026-01-01"}, InvalidDraft)])
def test_what_cannot_be_asked_is_refused(books: tuple[Company, dict[str, int]], key: str, given: dict[str, Any],
                                         error: type[Exception]) -> None:
    with pytest.raises(error):
        run(books[0], key, **given)


def test_a_period_is_the_month_it_ends_in(books: tuple[Company, dict[str, int]]) -> None:
    c, _ = books
    assert "2026-02-01" in run(c, "sales_summary", date_to=dt.date(2026, 2, 10)).subtitle
    today = dt.date.today()
    assert f"{today.replace(day=1)}" in run(c, "sales_summary").subtitle
    said = run(c, "sales_summary", warehouse_id=c.branch, group_by="day").subtitle
    assert "分仓" in said
