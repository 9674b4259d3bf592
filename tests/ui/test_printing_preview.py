"""Preview and printer: pages appear, choices are remembered, keys work, the job has the paper's true size."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter

from jxc_desktop.i18n import language, use_language
from jxc_desktop.services.printing import (
    PAPERS,
    Company,
    Kind,
    PageImage,
    PrintOptions,
    Sheet,
    SheetColumn,
    page,
    page_count,
    render,
)
from jxc_desktop.ui import preview_page, preview_panel, printer
from jxc_desktop.ui.preview_page import PreviewPage
from jxc_desktop.ui.printer import FormMissing, PrinterGone, draw, form_missing, page_layout, print_pdf
from jxc_desktop.ui.tasks import TaskRunner

COLUMNS = (SheetColumn("n", "序", 1, Kind.INDEX), SheetColumn("name", "名称", 6),
           SheetColumn("price", "单价", 2, Kind.PRICE))
SHEET = Sheet("送货单", "XSCK-1", date(2026, 1, 1), Company("公司"), COLUMNS,
              tuple({"name": f"商品{n}", "price": Decimal(n)} for n in range(20)), partner="永辉超市",
              copies=("存根", "客户"), barcode="XSCK-1")


class Remembered(dict):
    """Settings of this PC."""

    def get(self, key, default=None, *, pc=False):
        return super().get((key, pc), default)

    def set(self, key, value, *, pc=False):
        self[key, pc] = value


@pytest.fixture(autouse=True)
def chinese():
    before = language()
    use_language("zh_CN")
    yield
    use_language(before)


@pytest.fixture
def tasks(qapp):
    runner = TaskRunner()
    yield runner
    runner.close()


@pytest.fixture
def open_preview(qtbot, tasks, monkeypatch):
    """Opens a preview on a PC with two printers."""
    monkeypatch.setattr(preview_panel, "available_printers", lambda: ["针式", "激光"])

    def opened(settings, *sheets):
        shown = PreviewPage("delivery_note", sheets or [SHEET], tasks, settings)
        qtbot.addWidget(shown)
        shown.resize(1200, 700)
        shown.show()
        qtbot.waitUntil(shown.print_button.isEnabled)
        return shown

    return opened


def test_pages_appear_and_keys_turn_and_zoom(open_preview, qtbot):
    shown = open_preview(Remembered())
    pages = shown.pages
    assert (pages.count, pages.current, shown.position.text()) == (3, 0, "第 1/3 页")
    qtbot.keyClick(pages, Qt.Key.Key_PageDown)
    assert pages.current == 1 and shown.position.text() == "第 2/3 页"
    whole = pages.zoom
    qtbot.keyClick(pages, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert pages.zoom == pytest.approx(whole * 1.25) and pages.current == 1
    qtbot.keyClick(pages, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert pages.zoom == pytest.approx(whole)
    qtbot.keyClick(pages, Qt.Key.Key_PageUp)
    qtbot.keyClick(pages, Qt.Key.Key_PageUp)
    assert pages.current == 0


def test_the_picture_of_the_page_is_shown(open_preview, qtbot):
    pages = open_preview(Remembered()).pages

    def black() -> int:
        image = pages.viewport().grab().toImage()
        return sum(image.pixelColor(x, y).lightness() < 60
                   for x in range(0, image.width(), 3) for y in range(0, image.height(), 3))

    qtbot.waitUntil(lambda: black() > 100)


def test_choices_are_remembered_per_kind_and_printer(open_preview, qtbot):
    settings = Remembered()
    panel = open_preview(settings).panel
    panel.printer.setCurrentText("激光")
    panel.paper.setCurrentIndex(panel.paper.findData("A4"))
    panel.copies[0].setChecked(False)
    panel.prices.setChecked(False)
    panel.offset_x.setValue(1.5)
    again = open_preview(settings).panel
    assert (again.chosen_printer, again.chosen_paper.key) == ("激光", "A4")
    assert again.options == PrintOptions(1.5, 0, ("客户",), False)
    again.printer.setCurrentText("针式")
    assert again.offset_x.value() == 0
    again.printer.setCurrentText("激光")
    assert again.offset_x.value() == 1.5


def test_copies_can_be_chosen_on_cut_paper_only(open_preview, qtbot):
    shown = open_preview(Remembered())
    assert not shown.panel.copies[0].isVisible() and shown.panel.options.copies is None
    shown.panel.paper.setCurrentIndex(shown.panel.paper.findData("A4"))
    assert shown.panel.copies[0].isVisible() and not shown.print_button.isEnabled()
    qtbot.waitUntil(shown.print_button.isEnabled)
    assert shown.pages.count == 2
    shown.panel.copies[0].setChecked(False)
    qtbot.waitUntil(lambda: shown.pages.count == 1)


def test_printing_sends_what_is_shown_and_tells_the_numbers(open_preview, qtbot, monkeypatch):
    sent = []
    monkeypatch.setattr(preview_page, "print_pdf", lambda *job: sent.append(job))
    shown = open_preview(Remembered(), SHEET, replace(SHEET, number="XSCK-2"))
    with qtbot.waitSignal(shown.printed) as printed:
        qtbot.keyClick(shown.pages, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert printed.args == [("XSCK-1", "XSCK-2")]
    (pdf, name, paper), = sent
    assert (page_count(pdf), name, paper) == (6, "针式", PAPERS["241x140"])
    assert shown.message.text() == "已送往打印机"


def test_a_refused_job_is_explained_and_can_be_repeated(open_preview, qtbot):
    shown = open_preview(Remembered())
    shown.print_now()
    qtbot.waitUntil(lambda: "针式" in shown.message.text())
    assert "已不存在" in shown.message.text() and shown.print_button.isEnabled()


def test_pdf_files_are_written(open_preview, qtbot, tmp_path):
    settings = Remembered()
    shown = open_preview(settings, SHEET, replace(SHEET, number="XSCK-2"))
    with qtbot.waitSignal(shown.saved):
        shown.save_to(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "XSCK-1_永辉超市_2026-01-01.pdf", "XSCK-2_永辉超市_2026-01-01.pdf"]
    assert settings["print/folder", True] == str(tmp_path) and shown.message.text() == "已保存 2 个 PDF 文件"


def test_without_a_printer_only_pdf_remains(qtbot, tasks, monkeypatch):
    monkeypatch.setattr(preview_panel, "available_printers", list)
    shown = PreviewPage("delivery_note", [SHEET], tasks, Remembered())
    qtbot.addWidget(shown)
    qtbot.waitUntil(lambda: shown.pages.count > 0)
    assert not shown.print_button.isEnabled() and shown.pdf_button.isEnabled()
    assert "没有安装打印机" in shown.message.text()


def inked(image: PageImage) -> tuple[int, int, int, int]:
    picture = Image.frombytes("RGB", (image.width, image.height), image.pixels).convert("L")
    return picture.point(lambda level: 255 if level < 190 else 0).getbbox()


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_the_job_has_the_paper_of_the_pdf(qapp, paper, tmp_path: Path):
    pdf, target = render([SHEET], paper), tmp_path / "job.pdf"
    device = QPrinter(QPrinter.PrinterMode.HighResolution)
    device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    device.setOutputFileName(str(target))
    device.setResolution(180)
    device.setPageLayout(page_layout(paper))
    draw(pdf, device, paper)
    job = target.read_bytes()
    assert page_count(job) == page_count(pdf)
    with pypdfium2.PdfDocument(job) as document:
        size = [length * 25.4 / 72 for length in document[0].get_size()]
    assert size == pytest.approx([paper.width_mm, paper.height_mm], abs=0.4)
    boxes = [inked(page(file, 0, 254)) for file in (pdf, job)]
    assert boxes[1] == pytest.approx(boxes[0], abs=4)  # tenths of a millimetre: neither moved nor scaled


def test_a_printer_that_went_away(qapp):
    with pytest.raises(PrinterGone, match="无此打印机"):
        print_pdf(b"", "无此打印机", PAPERS["A4"])


def test_a_missing_form_tells_the_steps(qapp):
    error = form_missing("EPSON LQ-630K", PAPERS["241x140"])
    assert isinstance(error, FormMissing)
    for needed in ("EPSON LQ-630K", "24.10", "14.00", "JXC 241x140", "打印服务器属性", "4."):
        assert needed in error.text()


def test_the_list_of_printers_starts_with_the_default(monkeypatch):
    class Two:
        availablePrinterNames = staticmethod(lambda: ["A", "B"])
        defaultPrinterName = staticmethod(lambda: "B")

    monkeypatch.setattr(printer, "QPrinterInfo", Two)
    assert printer.available_printers() == ["B", "A"]
