"""What a count prints and exports: the blank sheet, gains, losses."""

import datetime as dt
from decimal import Decimal as D
from pathlib import Path

import pytest
from openpyxl import load_workbook

from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import access, documents
from jxc_desktop.services.counting import Scope
from jxc_desktop.services.exchange import counts as exchange_counts
from jxc_desktop.services.printing import PAPERS, Sheet, render
from jxc_desktop.services.printing.counts import Part, sheet_of
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor, Saved
from tests.company import Company, line

TODAY = dt.date.today()


@pytest.fixture
def counted(sqlite_company: Company) -> tuple[Company, Saved]:
    """A parked count: one short, one too many, one right, one not counted."""
    company = sqlite_company
    items = [company.item() for _ in range(4)]
    company.post("opening_stock", *[line(i, 10, 5) for i in items], date=TODAY - dt.timedelta(days=1))
    draft = queries(company).count_sheet(Scope(company.main))
    for one, quantity, reason in zip(draft.lines, ("8", "13", "10", None), ("damaged", "found", None, None),
                                     strict=True):
        one |= {"quantity": quantity and D(quantity), "reason": reason}
    return company, company.run(documents.park, draft).value


def queries(company: Company, role: str = "administrator") -> Queries:
    return Queries(company.engine, Actor("王五", access.ROLES[role]))


def keys(sheet: Sheet) -> set[str]:
    return {c.key for c in sheet.columns}


def test_the_blank_sheet_has_room_to_write(counted: tuple[Company, Saved]) -> None:
    company, saved = counted
    blank = sheet_of(queries(company), saved.id, Part.BLANK)
    assert blank.title == "盘点表" and [row["book"] for row in blank.rows] == [D(10)] * 4
    assert {row["quantity"] for row in blank.rows} == {None} and "difference" not in keys(blank)
    draft = company.read(saved.id)
    draft.header["blind"] = True
    company.run(documents.park, draft)
    assert "book" not in keys(sheet_of(queries(company), saved.id, Part.BLANK))
    assert render([blank], PAPERS["A4"]).startswith(b"%PDF")


def test_gains_and_losses_stand_apart(counted: tuple[Company, Saved]) -> None:
    company, saved = counted
    gains, losses = (sheet_of(queries(company), saved.id, part) for part in (Part.GAINS, Part.LOSSES))
    assert (gains.title, losses.title) == ("盘盈单", "盘亏单")
    assert [(r["book"], r["quantity"], r["difference"], r["value"], r["reason"]) for r in gains.rows] == [
        (D(10), D(13), D(3), D("15.00"), "寻回")]
    assert [(r["difference"], r["value"], r["reason"]) for r in losses.rows] == [(D(-2), D("-10.00"), "破损")]
    assert (gains.totals["value"], losses.totals["value"]) == (D("15.00"), D("-10.00"))
    company.save(company.read(saved.id))
    assert sheet_of(queries(company), saved.id, Part.LOSSES).rows[0]["difference"] == D(-2)
    [whole] = sheets(queries(company), [saved.id])
    assert [row.get("difference") for row in whole.rows] == [D(-2), D(3), D(0), None]


def test_who_may_not_see_cost_gets_no_value(counted: tuple[Company, Saved]) -> None:
    company, saved = counted
    gains = sheet_of(queries(company, "clerk"), saved.id, Part.GAINS)
    assert "value" not in keys(gains) and "value" not in gains.totals and gains.rows[0]["value"] is None


def test_differences_as_a_workbook(counted: tuple[Company, Saved], tmp_path: Path) -> None:
    company, saved = counted
    file = tmp_path / "differences.xlsx"
    exchange_counts.export_differences(queries(company), saved.id, file)
    cells = [cell for row in load_workbook(file).active.iter_rows(values_only=True) for cell in row]
    assert {"盘点差异", "破损", "寻回"} <= {str(cell) for cell in cells}
    stranger = Queries(company.engine, Actor("王五", access.EVERYTHING - {"stock_count.export"}))
    with pytest.raises(PermissionDenied):
        exchange_counts.export_differences(stranger, saved.id, file)
