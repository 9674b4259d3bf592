"""Counts from a workbook: what was counted, what was not, and the sheet that went out and came back filled in."""

from decimal import Decimal as D
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from jxc_desktop.services import documents
from jxc_desktop.services.counting import Scope
from jxc_desktop.services.exchange import exporting, importing, mapping, tables
from jxc_desktop.services.exchange.importing import ImportPlan, Options
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.queries import Queries
from tests.company import Company, line


def bring(company: Company, raw: RawTable, **constants: Any) -> dict[str, Any]:
    found = mapping.suggest(raw.headers, importing.targets("stock_count"), raw.rows)
    columns = {k: c for k, (c, _) in found.items() if k not in constants}
    made = Queries(company.engine, company.commands.actor).import_plan("stock_count", raw, columns,
                                                                       Options(constants=constants))
    assert isinstance(made, ImportPlan)
    assert [r.problems for r in made.rows if r.problems] == []
    return company.run(importing.carry_out, made).value  # type: ignore[no-any-return]


def test_counts_of_a_table(company: Company) -> None:
    items = [company.item() for _ in range(3)]
    company.post("opening_stock", *[line(i, 10, 5) for i in items])
    rows = (("主仓", "I001", D(8), "破损", "李四"), ("主仓", "I002", D(0), None, None),
            ("主仓", "I003", None, None, None))
    bring(company, RawTable(("仓库", "商品编码", "盘点数量", "差异原因", "盘点人"), rows, (2, 3, 4), header_row=1))
    assert [company.on_hand(i) for i in items] == [D(8), D(0), D(10)]


def test_a_sheet_goes_out_and_comes_back(company: Company, tmp_path: Path) -> None:
    items = [company.item() for _ in range(2)]
    company.post("opening_stock", *[line(i, 10, 5) for i in items])
    queries = Queries(company.engine, company.commands.actor)
    parked = company.run(documents.park, queries.count_sheet(Scope(company.main))).value
    file = tmp_path / "sheet.xlsx"
    exporting.export_document(queries, parked.id, file)
    book = load_workbook(file)
    sheet = book.active
    heading = next(row for row in sheet.iter_rows() if any(cell.value == "盘点数量" for cell in row))
    column = next(cell.column for cell in heading if cell.value == "盘点数量")
    for row, quantity in ((heading[0].row + 1, 9), (heading[0].row + 2, 12)):
        sheet.cell(row, column).value = quantity
    book.save(file)
    company.void(parked)
    bring(company, tables.read(file), warehouse_id=company.main)
    assert [company.on_hand(i) for i in items] == [D(9), D(12)]
