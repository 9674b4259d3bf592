"""What the stations do again and again: open a document, type a line, choose in a menu, save."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QDialog

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Status
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui.tour import Tour

MAIN = 1  # the warehouse most happens in
SUPPLIER, CUSTOMER = "yld", "wjd"  # 云岭渡饮品经营部, 万家灯便民超市: typed by their initials


def stock_rows(tour: Tour) -> list[dict[str, Any]]:
    """The stock of the main warehouse, by code."""
    rows = tour.queries.list_page(ListQuery("stock", filters={"warehouse_id": MAIN}, limit=400)).rows
    return sorted(rows, key=lambda row: str(row["code"]))


def spelled(tour: Tour, item: Any, *, selling: bool) -> str:
    """The fewest letters that bring an item to the top of the look-up of this document; nothing if none do."""
    from jxc_desktop.services.pinyin import readings

    initials = readings(item["name"])[0].split()[0]
    for length in range(2, min(len(initials), 5) + 1):
        text = initials[:length]
        hits = tour.queries.find_items(text, warehouse_id=MAIN, partner_id=tour.page.form.partner_id(),
                                       selling=selling, limit=1)
        if text.isalpha() and hits and hits[0].id == item["item_id"]:
            return text
    return ""


def typeable(tour: Tour, *, selling: bool, wanted: int, keep: Callable[[Any], bool] = lambda row: True) -> list[Any]:
    """(letters, stock row) of items with stock to spare that a few letters find."""
    found: list[Any] = []
    for row in stock_rows(tour):
        plenty = row["available"] >= 12 + (row["reorder_point"] or 0) and not row["reserved"]
        if plenty and keep(row) and (letters := spelled(tour, row, selling=selling)):
            found.append((letters, row))
        if len(found) == wanted:
            break
    tour.check(len(found) == wanted, f"only {len(found)} items can be typed by their initials")
    return found


def new_document(tour: Tour, kind: str) -> Any:
    """A new document through the command palette."""
    drive, title = tour.drive, tr("New {what}", what=tr(document_types.BY_KEY[kind].title))
    drive.press("Ctrl+K")
    drive.compose(f"/{title}")
    drive.settle()
    drive.press("Return")
    return arrived(tour, kind)


def arrived(tour: Tour, kind: str) -> Any:
    """Wait for the editor of a document that was asked for."""
    def there() -> bool:
        return bool(tour.page and tour.page.key.startswith(f"document/{kind}/") and tour.page.loaded)

    tour.drive.until(there, f"an editor for a {kind}")
    tour.drive.settle()
    return tour.page


def find(tour: Tour, number: str, kind: str) -> Any:
    """Open a document by its number, as typed into the palette."""
    drive, palette = tour.drive, tour.window.palette_
    drive.press("Ctrl+K")
    drive.type(f"#{number}")
    drive.until(lambda: any(hit.title == number for hit in palette.model.hits), f"{number} found")
    drive.press("Return")
    editor = arrived(tour, kind)
    tour.check(editor.draft.number == number, f"{editor.draft.number} opened instead of {number}")
    return editor


def choose_partner(tour: Tour, letters: str) -> None:
    """In the field that has the cursor."""
    tour.drive.type(letters)
    tour.drive.press("Return")
    tour.drive.settle()
    tour.check(tour.page.form.partner_id(), f"no partner for {letters}")


def type_line(tour: Tour, text: str, quantity: Decimal | int) -> None:
    """A line on the quick path: item, Enter, quantity, Enter; a price where none is proposed."""
    drive, grid = tour.drive, tour.page.grid
    before = len(tour.page.lines.lines)
    drive.type(text)
    drive.press("Return")
    drive.type(values.plain(Decimal(quantity)))
    drive.press("Return")
    drive.settle()
    if grid.current()[1].name == "price":
        drive.type("9.5")
        drive.press("Return")
        drive.settle()
    tour.check(len(tour.page.lines.lines) == before + 1, f"'{text}' brought no line")


def to_lines(tour: Tour) -> None:
    """The cursor into the entry row."""
    if not tour.page.grid.hasFocus():
        tour.drive.press("F6")
    tour.drive.settle()
    tour.check(tour.page.grid.hasFocus(), "F6 does not lead to the lines")


def choose(tour: Tour, text: str) -> None:
    """An entry of the document's menu."""
    tour.drive.click(tour.page.title_row.more)
    tour.drive.settle()
    tour.drive.pick(text)
    tour.drive.settle()


def follow(tour: Tour, kind: str) -> Any:
    """A document made from the one in front."""
    choose(tour, tr("Create {kind}", kind=tr(document_types.BY_KEY[kind].title)))
    editor = arrived(tour, kind)
    tour.check(editor.lines.lines, f"no lines came into the {kind}")
    return editor


def save(tour: Tour, key: str = "Ctrl+S") -> Any:
    """Save by key; what came of it."""
    page, saved = tour.page, []  # type: Any, list[Any]
    page.saved.connect(saved.append)
    tour.drive.press(key)
    tour.drive.until(lambda: saved or page.bars.bars, "the save")
    tour.drive.settle()
    page.saved.disconnect(saved.append)
    tour.check(saved, f"not saved: {[bar.text for bar in page.bars.bars.values()]}")
    tour.check(saved[0].status == Status.POSTED, f"{saved[0].number} is {saved[0].status}")
    return saved[0]


def hold_toast(tour: Tour) -> Any:
    """The news of the page in front, with the mouse over it so that it stays."""
    toaster = tour.page.toaster if hasattr(tour.page, "toaster") else tour.window.toaster
    tour.check(toaster.current, "no news where some were expected")
    middle = QPointF(toaster.current.rect().center())
    QApplication.sendEvent(toaster.current, QEnterEvent(middle, middle, middle))
    return toaster.current


def export(tour: Tour, name: str, ask: Callable[[], object]) -> None:
    """What is in front, as a workbook."""
    path = tour.file(name)
    tour.drive.expect_file(path)
    ask()
    tour.drive.until(lambda: path.exists() and not tour.program.session.tasks.busy, f"the workbook {name}")
    tour.drive.settle()
    toaster = tour.window.toaster
    tour.check(toaster.current and name in toaster.current.news.text, f"nobody says that {name} is written")
    toaster.close()


def shut(tour: Tour) -> None:
    """Close every tab by key; nothing may ask."""
    work = tour.window.workspace
    for _ in range(len(work.keys)):
        tour.drive.press("Ctrl+W")
        tour.drive.settle()
    tour.check(not work.keys, f"still open: {work.keys}")


def open_dialog(tour: Tour) -> Any:
    """The one that is open."""
    found = [d for d in tour.window.findChildren(QDialog) if d.isVisible()]
    tour.check(len(found) == 1, f"{len(found)} dialogs are open")
    return found[0]
