"""Figures that prove themselves: find the break, how a figure came about, counts, lots, closed periods."""

from typing import Any
from urllib.parse import urlencode

from jxc_desktop import values
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui.tour import Tour
from jxc_desktop.ui.tour_hands import MAIN, choose, find, new_document, open_dialog, shut


def breaks(tour: Tour) -> None:
    """Why the books are not what somebody thinks: at large, of an item, around a document."""
    drive, page = tour.drive, tour.open("breaks")
    drive.until(lambda: page.found, "the findings")
    tour.check(page.found.chain, "the month has no chain")
    drive.shot("breaks")
    item = _counted(tour)
    page = tour.open("breaks?" + urlencode({"item_id": item}))
    drive.until(lambda: page.found, "the findings about an item")
    drive.settle()
    drive.shot("breaks_item")
    order = _rows(tour, "document/sales_order", status="posted")[0]
    find(tour, order["number"], "sales_order")
    choose(tour, tr("Find the break"))
    drive.until(lambda: tour.page.key.startswith("breaks?"), "the way from a document to its chain")
    page = tour.page
    drive.until(lambda: page.found, "the findings around a document")
    drive.settle()
    drive.shot("breaks_document")


def explain(tour: Tour) -> None:
    """How a balance and the cost of a document came about."""
    drive, item = tour.drive, _counted(tour)
    page = tour.open(f"explain/{item}/{MAIN}/0")
    drive.until(lambda: page.steps.model.rows, "the steps of a balance")
    drive.settle()
    drive.shot("explain")
    note = _rows(tour, "document/delivery_note", status="posted")[0]
    page = tour.open(f"cost/{note['id']}")
    drive.until(lambda: page.steps.model.rows, "the cost of a note")
    drive.settle()
    drive.shot("explain_document")


def counts(tour: Tour) -> None:
    """A sheet is made and counted; the one of last time shows what it booked."""
    drive, editor = tour.drive, new_document(tour, "stock_count")
    drive.shot("count_new")
    choose(tour, tr("Make a sheet…"))
    drive.settle()
    asked = open_dialog(tour)
    drive.shot("count_sheet_dialog")
    drive.click(asked.ok)
    drive.until(lambda: editor.lines.lines, "the sheet")
    drive.settle()
    for off in (0, -2, 0, 3, 0):
        book = editor.lines.lines[editor.grid.current()[0]].get("book") or values.ZERO
        drive.type(values.plain(max(book + off, values.ZERO)))
        drive.press("Return")
        drive.settle()
    drive.shot("count_counted")
    drive.press("Ctrl+Shift+S")
    drive.until(lambda: editor.draft.id, "the count parked")
    drive.settle()
    done = _rows(tour, "document/stock_count", status="posted")[0]
    find(tour, done["number"], "stock_count")
    drive.shot("count_posted")


def lots(tour: Tour) -> None:
    """Lots with their days, and where one came from and went."""
    drive, page = tour.drive, tour.open("lots")
    tour.check(page.model.rows, "the demo company has no lots")
    drive.shot("lots")
    drive.press("Ctrl+End", "Return")
    drive.until(lambda: tour.page.key.startswith("trace/"), "the trace of a lot")
    page = tour.page
    drive.until(lambda: page.model.rows, "the steps of a lot")
    drive.settle()
    drive.shot("trace")


def periods(tour: Tour) -> None:
    """What to look at first, then the close of last month."""
    drive, page = tour.drive, tour.open("periods")
    drive.until(lambda: page.checks, "the points to look at")
    drive.shot("periods")
    drive.expect_answer("go", picture="period_question")
    drive.press("F9")
    drive.until(lambda: page.model.rows, "the close")
    drive.settle()
    drive.shot("period_closed")


def tidy(tour: Tour) -> None:
    """Nothing of it asks when it is closed."""
    shut(tour)
    tour.open("home")


def _rows(tour: Tour, source: str, **filters: Any) -> list[Any]:
    found = tour.queries.list_page(ListQuery(source, filters=filters, limit=20)).rows
    tour.check(found, f"{source} has nothing with {filters}")
    return found


def _counted(tour: Tour) -> int:
    """An item of the last count."""
    count = _rows(tour, "document/stock_count", status="posted")[0]
    return int(tour.queries.open_document(count["id"]).lines[0]["item_id"])


STATIONS = (("breaks", breaks), ("explain", explain), ("counts", counts), ("lots", lots), ("periods", periods),
            ("tidy_up", tidy))
