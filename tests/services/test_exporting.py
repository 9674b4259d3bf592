"""Lists, reports and documents as files: all rows, real numbers and dates, and nothing that may not be seen."""

import csv
import datetime as dt
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop import document_types, i18n
from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import access, documents
from jxc_desktop.services.exchange import exporting, tables
from jxc_desktop.services.exchange.workbook import CannotExport
from jxc_desktop.services.queries import ListQuery, Queries
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line
from tests.examples import short

BLIND = Actor("clerk", access.EVERYTHING - {"see_cost"})
SOURCES = (*(f"document/{k.key}" for k in document_types.ALL), *(f"record/{r.key}" for r in document_types.RECORDS),
           "stock", "lots", "moves", "alerts", "audit")


def queries(c: Company, actor: Actor | None = None) -> Queries:
    return Queries(c.engine, actor or c.commands.actor)


def export(q: Queries, query: ListQuery, path: Path) -> None:
    exporting.export_list(q, query, q.list_columns(query.source), path)


def sheet(path: Path) -> Any:
    import openpyxl

    return openpyxl.load_workbook(path).active


def below(path: Path, heading: str) -> tuple[list[str], list[list[Any]]]:
    """(headings, rows) of an exported table, found by its first heading."""
    rows = [list(row) for row in sheet(path).iter_rows(values_only=True)]
    at = next(i for i, row in enumerate(rows) if row[0] == heading)
    return rows[at], rows[at + 1:]


def trade(c: Company, notes: int = 7) -> int:
    item = c.item(name="=cmd|' /C calc'!A0", purchase_price=D("1.23456789"), sale_price=D(3), tax_rate=D("0.13"),
                  reorder_point=D(10**6))
    c.post("opening_stock", (item, 100, "1.5"), date=day(-1))
    for n in range(notes):
        c.post("delivery_note", (item, 1, f"{n}.07"), date=day(n), remark="-1+1")
    return item


def test_every_row_over_many_pages(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trade(company)
    monkeypatch.setattr(exporting, "_PAGE", 3)
    q = queries(company)
    for name in SOURCES:
        query = ListQuery(name, descending=False)
        columns = q.list_columns(name)
        for suffix in ("xlsx", "csv"):
            export(q, query, tmp_path / f"x.{suffix}")
            found = tables.read(tmp_path / f"x.{suffix}", header_row=1 if suffix == "csv" else 2)
            sums = q.list_sums(query)
            total = suffix == "xlsx" and len(sums) > 1
            assert found.headers == tuple(i18n.tr(c.title) for c in columns if c.key != "pack_units"), name
            assert len(found.rows) == sums["count"] + total, (name, suffix)
            if total:
                shown = dict(zip([c.key for c in columns], found.rows[-1], strict=True))
                assert {k: shown[k] for k in sums if k != "count"} == {k: v for k, v in sums.items() if k != "count"}
                assert shown[columns[0].key] == "合计" or columns[0].sum


def test_numbers_and_dates_are_real(company: Company, tmp_path: Path) -> None:
    trade(company)
    file = tmp_path / "notes.xlsx"
    export(queries(company), ListQuery("document/delivery_note", descending=False), file)
    heads, rows = below(file, i18n.tr("Number"))
    row = dict(zip(heads, rows[1], strict=True))
    assert row["日期"] == dt.datetime(2026, 3, 3) and row["价税合计"] == 1.07 and row["数量"] == 1
    assert row["状态"] == "已审核" and row["备注"] == "-1+1"
    total = dict(zip(heads, rows[-1], strict=True))
    assert total["价税合计"] == pytest.approx(21.49) and len(rows) == 8
    page = sheet(file)
    assert page.freeze_panes and page.auto_filter.ref and page.print_title_rows
    assert all(cell.data_type != "f" for line_ in page.iter_rows() for cell in line_)


def test_names_that_look_like_formulas_stay_text(company: Company, tmp_path: Path) -> None:
    trade(company)
    for suffix in ("xlsx", "csv"):
        file = tmp_path / f"stock.{suffix}"
        export(queries(company), ListQuery("stock"), file)
        assert "=cmd|' /C calc'!A0" in {cell for row in tables.read(file).rows for cell in row}
    with (tmp_path / "stock.csv").open(encoding="utf-8-sig", newline="") as text:
        assert any(cell.startswith("'=cmd") for row in csv.reader(text) for cell in row)


def test_moments_are_those_of_the_clock_here(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone of a process cannot be changed here")
    time.tzset()
    try:
        company.record("category", name="五金")
        rows = queries(company).list_page(ListQuery("audit")).rows
        for suffix in ("xlsx", "csv"):
            file = tmp_path / f"audit.{suffix}"
            export(queries(company), ListQuery("audit"), file)
            first = tables.read(file).rows[0][0]
            shown = first if isinstance(first, dt.datetime) else dt.datetime.fromisoformat(str(first))
            assert shown == (rows[0]["at"] + dt.timedelta(hours=8)).replace(microsecond=0)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_filters_are_said_above(company: Company, tmp_path: Path) -> None:
    item = trade(company)
    file = tmp_path / "x.xlsx"
    export(queries(company), ListQuery("document/delivery_note", text="华联", filters={
        "status": ["posted", "void"], "date_from": day(2), "warehouse_id": company.main, "item_id": item,
        "partner_id": company.customer, "employee_id": None}), file)
    said = [str(row[0]) for row in sheet(file).iter_rows(max_row=2, values_only=True)]
    for text in ("华联", "已审核, 已作废", "2026-03-04", "主仓", "华联超市", "=cmd"):
        assert text in said[1], text
    assert len(below(file, i18n.tr("Number"))[1]) == 6  # five notes and their total
    for name, filters in (("stock", {"low": True, "nonzero": False}), ("audit", {"entity_id": 1, "action": "save"}),
                          ("record/category", {"parent_id": company.record("category", name="a")}),
                          ("moves", {"document_id": 1}), ("record/item", {"active": True, "ids": [1]})):
        export(queries(company), ListQuery(name, filters=filters), file)
        assert "{" not in str(next(sheet(file).iter_rows(min_row=2, max_row=2, values_only=True))[0])


def test_costs_stay_hidden(company: Company, tmp_path: Path) -> None:
    trade(company)
    file = tmp_path / "x.xlsx"
    for source in ("stock", "moves", "record/item", "document/opening_stock"):
        seen = queries(company).list_columns(source)
        hidden = {i18n.tr(c.title) for c in seen if c.permission}
        exporting.export_list(queries(company, BLIND), ListQuery(source), seen, file)  # asks for more than it may
        values = [list(row) for row in sheet(file).values]
        assert hidden and not hidden & {str(cell) for row in values for cell in row}
        assert not {1.5, 150, 1.23456789} & {cell for row in values for cell in row}
        exporting.export_list(queries(company), ListQuery(source), seen, file)
        assert hidden <= {str(cell) for row in sheet(file).values for cell in row}


def test_the_right_to_export(company: Company, tmp_path: Path) -> None:
    note = company.post("delivery_note", (company.item(stocked=False), 1, 1))
    for name in SOURCES:
        right = f"{name.split('/')[1]}.export" if "/" in name else "report.see" if name == "audit" else "item.export"
        q = queries(company, Actor("x", access.EVERYTHING - {right}))
        with pytest.raises(PermissionDenied):
            exporting.export_list(q, ListQuery(name), queries(company).list_columns(name), tmp_path / "x.csv")
    with pytest.raises(PermissionDenied):
        exporting.export_document(queries(company, Actor("x", access.EVERYTHING - {"delivery_note.export"})), note.id,
                                  tmp_path / "x.csv")
    assert list(tmp_path.glob("*.csv")) == []


# --- reports and documents --------------------------------------------------------------------------------


def test_a_report_as_it_is_shown(company: Company, tmp_path: Path) -> None:
    trade(company)
    for info in queries(company).reports():
        table = queries(company).report(info.key, {})
        file = tmp_path / f"{info.key}.xlsx"
        exporting.export_report(table, file)
        heads, rows = below(file, i18n.tr(table.columns[0].title))
        assert heads == [i18n.tr(c.title) for c in table.columns]
        assert len(rows) == len(table.rows) + bool(table.totals)
        if table.rows and table.totals:
            for key, value in table.totals.items():
                at = [c.key for c in table.columns].index(key)
                assert rows[-1][at] == (None if value is None else pytest.approx(float(value)))


def test_a_document_of_every_type(company: Company, tmp_path: Path) -> None:
    for number, kind in enumerate(document_types.ALL):
        item = company.item(code=f"N{number}", name="螺丝")
        company.post("opening_stock", (item, 50, 2), date=day(-1))
        made = short(company, kind, item, remark="急")
        for language in i18n.LANGUAGES:
            i18n.use_language(language)
            try:
                exporting.export_document(queries(company), made.id, tmp_path / "x.xlsx")
                values = [list(row) for row in sheet(tmp_path / "x.xlsx").values]
            finally:
                i18n.use_language("zh_CN")
            assert str(made.number) in str(values[1][0]) and "急" in str(values)
            first = next(row for row in values if f"N{number}" in row)
            assert "螺丝" in first and (2 in first) == (kind.column("quantity") is not None)
            assert (7 in values[-1]) == kind.priced


def test_unfinished_documents_can_be_exported(company: Company, tmp_path: Path) -> None:
    item = company.item()
    company.post("other_in", (item, 5))  # without a price
    number = company.scalar(documents.document.select().with_only_columns(documents.document.c.id))
    exporting.export_document(queries(company), number, tmp_path / "x.xlsx")
    draft = company.draft("delivery_note", {"item_id": None, "quantity": None}, {"item_id": item, "quantity": None})
    parked = company.run(documents.park, draft).value
    exporting.export_document(queries(company), parked.id, tmp_path / "y.xlsx")
    assert "草稿" in str([list(row) for row in sheet(tmp_path / "y.xlsx").values])


def test_hidden_costs_of_a_document(company: Company, tmp_path: Path) -> None:
    item = company.item()
    made = company.post("opening_stock", (item, 7, "1.23"), line(item, 1, 1))
    exporting.export_document(queries(company, BLIND), made.id, tmp_path / "x.csv")
    assert "1.23" not in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    exporting.export_document(queries(company), made.id, tmp_path / "x.csv")
    assert "1.23" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")


def test_files_that_cannot_be_written(company: Company, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("x.pdf", "x", "x.xls", "x.xlsx.exe", "missing/x.xlsx", "folder"):
        with pytest.raises(CannotExport):
            export(queries(company), ListQuery("stock"), tmp_path / name)
    assert [p.name for p in tmp_path.iterdir() if p.suffix not in (".db", "")] == []
