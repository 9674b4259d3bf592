"""On paper and into spreadsheets: previews, PDFs, batches, workbooks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jxc_desktop.i18n import tr
from jxc_desktop.ui.tour import Tour
from jxc_desktop.ui.tour_hands import choose, export, find

PAPERS = ("241x140", "A4", "A5")
BATCH = 5  # notes


def preview(tour: Tour) -> None:
    """The delivery note on three papers, each saved as PDF."""
    find(tour, tour.made["delivery_note"].number, "delivery_note")
    tour.drive.press("Ctrl+Shift+P")
    page = _shown(tour, 1)
    for paper in PAPERS:
        _choose_paper(tour, page, paper)
        tour.drive.shot(f"preview_{paper}")
        _save_pdf(tour, page, f"delivery_{paper}.pdf")
    _choose_paper(tour, page, PAPERS[0])


def long_pages(tour: Tour) -> None:
    """A note of several pages."""
    find(tour, tour.made["long_note"].number, "delivery_note")
    tour.drive.press("Ctrl+Shift+P")
    page = _shown(tour, 1)
    tour.check(page.pages.count >= 5, f"40 lines came to {page.pages.count} pages")
    tour.drive.press("PgDown")
    tour.drive.shot("preview_long")
    for paper in PAPERS:
        _choose_paper(tour, page, paper)
        _save_pdf(tour, page, f"long_{paper}.pdf")
    _choose_paper(tour, page, PAPERS[0])


def reversal(tour: Tour) -> None:
    """A mirror document cancels the long note."""
    drive = tour.drive
    find(tour, tour.made["long_note"].number, "delivery_note")
    drive.expect_answer("go", picture="reverse_question")
    choose(tour, tr("Reverse…"))
    drive.until(lambda: tour.page.loaded and tour.page.draft.reversal_of_id, "the mirror document")
    drive.settle()
    drive.shot("reversal")
    drive.press("Ctrl+Shift+P")
    page = _shown(tour, 1)
    drive.shot("preview_reversal")
    _save_pdf(tour, page, "reversal_241x140.pdf")


def batch(tour: Tour) -> None:
    """Several notes of the list in one go."""
    drive, page = tour.drive, tour.open("list/document/delivery_note")
    drive.press("Home")
    chosen = 0
    while chosen < BATCH:
        drive.press("Shift+Down")
        drive.settle()
        chosen = len([row for row in page.table.selected_rows() if row["status"] != "void"])
    drive.shot("batch_selected")
    drive.press("Ctrl+P")
    preview = _shown(tour, chosen)
    drive.shot("batch_preview")
    folder = tour.out / "batch"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.pdf"):
        file.unlink()
    written: list[Any] = []
    preview.saved.connect(written.extend)
    drive.expect_file(folder)
    drive.click(preview.pdf_button)
    drive.until(lambda: written, "the PDFs of the batch")
    tour.check(len(written) == chosen, f"{len(written)} PDFs for {chosen} documents")


def workbooks(tour: Tour) -> None:
    """What lists and documents show, in .xlsx."""
    sources: Sequence[tuple[str, str]] = (
        ("list/document/delivery_note", "deliveries.xlsx"), ("stock", "stock.xlsx"),
        ("list/record/item", "items.xlsx"), (f"ledger/{tour.made['low_item']}", "ledger.xlsx"))
    for key, name in sources:
        tour.open(key)
        export(tour, name, lambda: tour.drive.press("Ctrl+E"))
    find(tour, tour.made["long_note"].number, "delivery_note")
    export(tour, "delivery.xlsx", lambda: tour.drive.press("Ctrl+E"))


def _shown(tour: Tour, documents: int) -> Any:
    """The preview in front, with its pages."""
    def ready() -> Any:
        made = getattr(tour.page, "preview", None)
        return made and made.pages.count >= documents

    tour.drive.until(ready, "the preview")
    tour.drive.settle()
    return tour.page.preview


def _choose_paper(tour: Tour, page: Any, key: str) -> None:
    box = page.panel.paper
    box.setFocus()
    at = box.findData(key)
    while box.currentIndex() != at:
        tour.drive.press("Down" if box.currentIndex() < at else "Up")
    tour.drive.settle()
    tour.check(page.panel.chosen_paper.key == key, f"paper {key} is not chosen")


def _save_pdf(tour: Tour, page: Any, name: str) -> Path:
    path, written = tour.file(name), []  # type: Path, list[Any]
    page.saved.connect(written.extend)
    tour.drive.expect_file(path)
    tour.drive.click(page.pdf_button)
    tour.drive.until(lambda: written, f"the PDF {name}")
    page.saved.disconnect(written.extend)
    tour.drive.settle()
    tour.check(tr("Saved: {file}", file=name) == page.message.text(), f"the preview says {page.message.text()!r}")
    return path


STATIONS = (("preview", preview), ("long_pages", long_pages), ("reversal", reversal), ("batch", batch),
            ("workbooks", workbooks))
