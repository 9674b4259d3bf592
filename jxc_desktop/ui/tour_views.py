"""Everything around the documents: lists, records, reports, import, dialogs, the other language."""

from pathlib import Path

from PySide6.QtWidgets import QDialog

from jxc_desktop.i18n import LANGUAGES, language, tr
from jxc_desktop.ui.tour import Tour
from jxc_desktop.ui.tour_hands import export, find, open_dialog
from jxc_desktop.ui.tour_hands import shut as _shut

# What a real file brings: a fault in every third row or so.
IMPORTED = (("编码", "名称", "规格", "单位", "进价", "售价", "条码"),
            ("90001", "手冲咖啡壶", "600ml", "个", 38.5, 59, "6900000900015"),
            ("90002", "挂耳咖啡", "10g×10", "盒", "十八", 29.9, "6900000900022"),
            ("90003", "", "350ml", "瓶", 12.8, 19.9, "6900000900039"),
            ("90004", "玻璃分享壶", "500ml", "个", 22, 35, "6900000900046"),
            ("90005", "咖啡滤纸", "100张", "包", 6.5, 9.9, "6900000900053"),
            ("90006", "冷萃咖啡液", "1L", "瓶", 26, 42, "6900000900060"),
            ("90001", "手冲咖啡壶", "800ml", "个", 45, 69, "6900000900077"))
FAULTY = 3


def lists(tour: Tour) -> None:
    """Documents searched and filtered, items with their categories, partners."""
    drive, page = tour.drive, tour.open("list/document/sales_order")
    drive.shot("list_documents")
    drive.press("Shift+F3")
    drive.settle()
    drive.shot("list_filters")
    drive.press("Shift+F3", "F3")
    drive.type("wjdbm")
    drive.settle()
    found = {row["partner"] for row in page.model.rows}
    tour.check(found == {"万家灯便民超市"}, f"the initials wjdbm have found {found}")
    drive.shot("list_searched")
    drive.press("Escape")
    tour.open("list/record/item")
    drive.shot("list_items")
    tour.open("list/record/partner")
    drive.shot("list_partners")


def stock(tour: Tour) -> None:
    """From the stock to the ledger of an item to the document that moved it, and back."""
    drive, page = tour.drive, tour.open("stock")
    drive.shot("stock")
    drive.press("F3")
    drive.type("9zzz")
    drive.settle()
    tour.check(not page.model.rows, "a search for nothing finds something")
    drive.shot("list_no_match")
    drive.press("Escape")
    drive.settle()
    drive.press("Down", "Return")
    drive.until(lambda: tour.page.key.startswith("ledger/"), "the ledger")
    tour.open(f"ledger/{tour.made['low_item']}")
    tour.check(tour.page.model.rows, "the ledger is empty")
    drive.shot("ledger")
    drive.press("Return")
    drive.until(lambda: tour.page.key.startswith("document/"), "the document of a movement")
    drive.settle()
    drive.press("Alt+Left")
    drive.settle()
    tour.check(tour.page.key.startswith("ledger/"), "Alt+Left does not come back to the ledger")


def audit(tour: Tour) -> None:
    tour.open("audit")
    tour.check(any(row["actor"] == tour.program.session.actor.name for row in tour.page.model.rows),
               "the day is not in the audit trail")
    tour.drive.press("Home")
    for _ in range(3):
        tour.drive.press("Down")
    tour.drive.shot("audit")


def records(tour: Tour) -> None:
    """The form of an item, a fault in it, and the company."""
    drive, page = tour.drive, tour.open(f"record/item/{tour.made['low_item']}")
    drive.shot("record_item")
    field = page.form.editors["sale_price"]
    before = field.text()
    drive.click(field)
    field.selectAll()
    drive.type("abc")
    drive.press("Return")
    drive.settle()
    tour.check(field.fault(), "a price of letters is taken")
    drive.shot("record_fault")
    page.revert()
    drive.settle()
    tour.check(field.text() == before, "undoing the changes has not brought the price back")
    tour.open(f"record/partner/{tour.queries.find('partner', 'wjd')[0].id}")
    drive.shot("record_partner")
    tour.open("record/company/1")
    drive.shot("company")


def reports(tour: Tour) -> None:
    """Each report of the day, one as a workbook, one figure followed to its origin."""
    drive = tour.drive
    for name in ("sales_summary", "stock_movement", "partner_balances", "open_orders"):
        page = tour.open(f"report/{name}")
        tour.check(page.table_shown, f"the report {name} did not come")
        tour.check(page.table_shown.rows, f"the report {name} is empty")
        drive.shot(f"report_{name}")
    page = tour.open("report/sales_summary")
    export(tour, "report.xlsx", lambda: drive.press("Ctrl+E"))
    page.table.setFocus()
    drive.press("Home", "Return")
    drive.until(lambda: tour.page is not page, "what a figure is made of")
    drive.settle()
    drive.shot("report_drilled")


def importing(tour: Tour) -> None:
    """A file with faults: mapped, checked, the sound rows saved."""
    drive, page = tour.drive, tour.open("import")
    page.choose.kinds.setCurrentIndex(page.choose.kinds.findData("item"))
    drive.shot("import_choose")
    drive.expect_file(_faulty_file(tour))
    drive.click(page.choose.browse)
    drive.until(lambda: page.loaded, "the file read")
    drive.shot("import_columns")
    drive.click(page.forward)
    drive.until(lambda: page.check.plan, "the file checked")
    drive.settle()
    tour.check(page.check.plan.faulty == FAULTY, f"{page.check.plan.faulty} faults were found instead of {FAULTY}")
    drive.shot("import_checked")
    tour.check(not page.forward.isEnabled(), "a faulty file can be imported as it is")
    page.check.skip.setFocus()
    drive.press("Space")
    drive.settle()
    drive.click(page.forward)
    drive.until(lambda: tour.queries.find("item", "90004"), "the import")
    drive.settle()
    drive.shot("import_done")


def dialogs(tour: Tour) -> None:
    """Palette, keys, settings, users, about, connect."""
    drive, window = tour.drive, tour.window
    tour.open("home")
    drive.shot("palette", show=lambda: _look_for(tour, "xs"), hide=lambda: drive.press("Escape"))
    drive.shot("user_menu", show=lambda: drive.click(window.top.user), hide=lambda: drive.press("Escape"))
    for name, ask in (("keys", lambda: drive.press("F1")), ("settings", lambda: drive.press("Ctrl+,")),
                      ("users", tour.program.desk.show_users), ("about", tour.program.desk.show_about),
                      ("connect", tour.program.ask_for_books)):
        ask()
        drive.settle()
        dialog = open_dialog(tour)
        drive.shot(name)
        if name == "connect":
            for page in ("shared", "server", "demo"):
                dialog.choices.choose(page)
                drive.shot(f"connect_{page}")
        drive.press("Escape")
        drive.settle()
        tour.check(not any(d.isVisible() for d in window.findChildren(QDialog)), f"Esc does not close {name}")


def other_language(tour: Tour) -> None:
    """The same window in the other language, with its tabs."""
    other = next(code for code in LANGUAGES if code != language())
    now, tabs = language(), len(tour.window.workspace.keys)
    for code in (other, now):
        tour.program.use_language(code)
        tour.drive.settle()
        tour.check(language() == code and len(tour.window.workspace.keys) == tabs, f"the tabs did not come to {code}")
        if code == other:
            tour.open("home")
            for number, name in enumerate(("home", "buyer", "sales", "stock_desk"), 1):
                tour.drive.press(f"Ctrl+Shift+{number}")
                tour.drive.shot(f"other_language_{name}")
            find(tour, tour.made["delivery_note"].number, "delivery_note")
            tour.drive.shot("other_language_document")
            for key, name in (("stock", "stock"), ("list/document/delivery_note", "list"),
                              (f"record/item/{tour.made['low_item']}", "record"), ("report/sales_summary", "report"),
                              ("waiting", "waiting"), ("breaks", "breaks")):
                tour.open(key)
                tour.drive.shot(f"other_language_{name}")
            tabs = len(tour.window.workspace.keys)


def tidy(tour: Tour) -> None:
    """Every tab closes without a question."""
    _shut(tour)


def _look_for(tour: Tour, text: str) -> None:
    tour.drive.press("Ctrl+K")
    tour.drive.type(text)


def _faulty_file(tour: Tour) -> Path:
    from openpyxl import Workbook

    book, path = Workbook(), tour.file(f"{tr('Item')}.xlsx")
    assert book.active
    for row in IMPORTED:
        book.active.append(row)
    book.save(path)
    return path


STATIONS = (
    ("lists", lists), ("stock", stock), ("audit", audit), ("records", records), ("reports", reports),
    ("import", importing), ("dialogs", dialogs), ("language", other_language), ("tidy", tidy),
)
