"""The documents, stock, paper and workbooks of a working day are real and right."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from jxc_desktop.document_types.schema import Progress, Status
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui import tour
from tests.journeys.conftest import STATIONS, Day

MAIN = 1
MADE = ("purchase_order", "goods_receipt", "sales_order", "delivery_note", "sales_return", "transfer", "long_note")
MM = 72 / 25.4  # PDF points


def pdf_pages(file: Path) -> list[tuple[float, float, str]]:
    """(width, height) in millimetres and the text of each page."""
    with pypdfium2.PdfDocument(file) as document:
        return [(page.get_width() / MM, page.get_height() / MM, page.get_textpage().get_text_bounded())
                for page in document]


def sheet_rows(file: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))


def test_nothing_warned_and_the_books_agree(day: Day) -> None:
    assert day.faults == []
    assert tour.check_books(day.out / tour.BOOKS) == []


def test_every_station_left_its_picture(day: Day) -> None:
    names = [file.name for file in sorted((day.out / "screens").iterdir())]
    assert len(names) >= len(STATIONS) and names[0] == "001_home_light_1366x768.png"
    assert all((day.out / "screens" / name).stat().st_size > 20_000 for name in names)


def test_the_documents_are_posted_with_todays_numbers(day: Day) -> None:
    today = f"-{dt.date.today():%Y%m%d}-"
    for name in MADE:
        saved = day.made[name]
        facts = day.queries.document_facts(saved.id)
        assert today in saved.number and facts.number == saved.number
        assert facts.status == (Status.REVERSED if name == "long_note" else Status.POSTED), name


def test_the_order_is_received_in_part_and_the_chain_is_linked(day: Day) -> None:
    order = day.queries.document_facts(day.made["purchase_order"].id)
    assert order.progress == Progress.PARTLY
    assert [link.number for link in order.downstream] == [day.made["goods_receipt"].number]
    ordered = day.queries.open_document(day.made["purchase_order"].id).lines
    received = day.queries.open_document(day.made["goods_receipt"].id).lines
    assert [line["quantity"] for line in ordered] == [24, 12, 48, 10, 36]
    assert [line["quantity"] for line in received] == [24, 8, 48, 10, 36]


def test_the_delivery_was_refused_short_then_corrected(day: Day) -> None:
    note = day.queries.open_document(day.made["delivery_note"].id)
    assert [line["quantity"] for line in note.lines][:4] == [5, 4, 3, 8]  # the first was corrected from 6
    actions = [row.action for row in day.queries.timeline(note.id)]
    assert actions == ["post", "correct"]


def test_its_save_raised_the_alert(day: Day) -> None:
    alert = next(a for a in day.queries.alerts() if a.item_id == day.made["low_item"])
    figures = day.queries.stock([alert.item_id], None)[alert.item_id]
    assert alert.kind == "low" and alert.on_hand == figures.on_hand < figures.reorder_point


def test_stock_follows_every_document(day: Day) -> None:
    """What the ledger says of each item that moved today is what its documents did."""
    expected: dict[int, Decimal] = {}
    for name, sign in (("goods_receipt", 1), ("delivery_note", -1), ("sales_return", 1), ("transfer", -1)):
        for line in day.queries.open_document(day.made[name].id).lines:
            expected[line["item_id"]] = expected.get(line["item_id"], Decimal(0)) + sign * line["quantity"]
    for item, moved in expected.items():
        rows = day.queries.list_page(ListQuery("moves", filters={
            "item_id": item, "warehouse_id": MAIN, "date_from": dt.date.today()})).rows
        told = sum((row["quantity_in"] or 0) - (row["quantity_out"] or 0) for row in rows)
        assert told == moved, item  # the long note and its reversal cancel out


@pytest.mark.parametrize(("paper", "size"), [("241x140", (241, 140)), ("A4", (210, 297)), ("A5", (210, 148))])
def test_the_note_on_paper(day: Day, paper: str, size: tuple[int, int]) -> None:
    pages = pdf_pages(day.out / f"delivery_{paper}.pdf")
    for width, height, text in pages:
        assert (width, height) == pytest.approx(size, abs=1)
        assert "江南渡百货批发有限公司" in text and "万家灯便民超市" in text
        assert day.made["delivery_note"].number in text and "人民币" in text
    assert len(pages) == (1 if paper == "241x140" else 4)  # continuous forms copy themselves


def test_long_notes_run_over_pages_and_reversals_are_negative(day: Day) -> None:
    pages = pdf_pages(day.out / "long_241x140.pdf")
    assert len(pages) == 5 and all("本页小计" in text for _, _, text in pages)
    assert "第 5/5 页" in pages[-1][2]
    red = pdf_pages(day.out / "reversal_241x140.pdf")
    assert "红冲" in red[0][2] and "-2" in red[0][2]


def test_workbooks_hold_real_numbers_and_dates(day: Day) -> None:
    rows = sheet_rows(day.out / "deliveries.xlsx")
    head = next(number for number, row in enumerate(rows) if "单据编号" in row)
    titles = list(rows[head])
    note = next(row for row in rows if day.made["delivery_note"].number in row)
    total = day.queries.open_document(day.made["delivery_note"].id).header["total"]
    assert note[titles.index("价税合计")] == pytest.approx(float(total))
    assert isinstance(note[titles.index("日期")], dt.datetime)
    lines = sheet_rows(day.out / "delivery.xlsx")
    assert sum(1 for row in lines if 2 in row) >= 40
    assert not any(isinstance(cell, str) and cell.startswith("=") for row in lines for cell in row)


def test_a_batch_is_one_file_for_each_document(day: Day) -> None:
    files = sorted(file.name for file in (day.out / "batch").glob("*.pdf"))
    assert len(files) == 5 and any(day.made["delivery_note"].number in name for name in files)
