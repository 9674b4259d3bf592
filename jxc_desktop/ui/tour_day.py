"""The documents of the day: ordered, received, sold, delivered, taken back, moved, corrected."""

from typing import Any

from PySide6.QtWidgets import QApplication

from jxc_desktop import values
from jxc_desktop.document_types.schema import Progress, Status
from jxc_desktop.i18n import tr
from jxc_desktop.ui.tour import Tour
from jxc_desktop.ui.tour_hands import (
    CUSTOMER,
    MAIN,
    SUPPLIER,
    choose,
    choose_partner,
    find,
    follow,
    hold_toast,
    new_document,
    save,
    spelled,
    stock_rows,
    to_lines,
    type_line,
    typeable,
)

LONG = 40  # lines of the long note


def home(tour: Tour) -> None:
    tour.check(tour.page.key == "home", "the desk is not in front")
    tour.drive.shot("home")


def purchase_order(tour: Tour) -> None:
    """Typed by initials on the quick path."""
    editor = new_document(tour, "purchase_order")
    tour.drive.shot("purchase_order_new")
    choose_partner(tour, SUPPLIER)
    for (letters, _), quantity in zip(typeable(tour, selling=False, wanted=5), (24, 12, 48, 10, 36), strict=True):
        type_line(tour, letters, quantity)
    tour.check(len(editor.lines.lines) == 5, f"{len(editor.lines.lines)} lines instead of 5")
    tour.drive.shot("purchase_order_typed")
    tour.made["purchase_order"] = save(tour)
    tour.drive.shot("purchase_order_saved")


def goods_receipt(tour: Tour) -> None:
    """Made from the order; of one line only a part has come."""
    drive, editor = tour.drive, new_document(tour, "goods_receipt")
    choose_partner(tour, SUPPLIER)
    drive.click(editor.lines_card.sources)
    dialog = _source_dialog(tour)
    drive.press("Space")
    drive.settle()
    tour.check(len(dialog.lines.rows) == 5, "the order offers not its 5 lines")
    drive.click_row(dialog.offered, 1, 5)
    drive.type("8")  # of 12
    drive.press("Return")
    drive.settle()
    tour.check(dialog.lines.rows[1].taken == 8, "the partial quantity was not taken")
    drive.shot("create_from")
    drive.click(dialog.go_on)
    drive.settle()
    tour.check(len(editor.lines.lines) == 5, "the lines of the order did not come")
    drive.shot("goods_receipt_from_order")
    tour.made["goods_receipt"] = save(tour)
    _check_progress(tour, "purchase_order", Progress.PARTLY)


def sales_order(tour: Tour) -> None:
    """What a customer wants; the goods are reserved."""
    editor = new_document(tour, "sales_order")
    choose_partner(tour, CUSTOMER)
    lines = typeable(tour, selling=True, wanted=4, keep=lambda row: not str(row["code"]).startswith("1"))
    for (letters, _), quantity in zip(lines, (6, 4, 3, 8), strict=True):
        type_line(tour, letters, quantity)
    tour.made["sales_order"] = save(tour)
    held = tour.queries.stock([row["item_id"] for _, row in lines], MAIN)
    tour.check(all(figures.reserved for figures in held.values()), "the order reserved nothing")
    tour.check(editor.draft.number == tour.made["sales_order"].number, "the saved order is not on the screen")
    tour.drive.shot("sales_order_saved")


def delivery_note(tour: Tour) -> None:
    """Made from the order; one line more is short, refused, corrected; its save raises an alert."""
    drive, editor = tour.drive, follow(tour, "delivery_note")
    to_lines(tour)
    row = _nearly_low(tour)
    letters = spelled(tour, row, selling=True) or str(row["code"])
    drive.shot("look_up", show=lambda: drive.type(letters[:2]), hide=lambda: drive.press("Escape", "Escape"))
    type_line(tour, letters, row["on_hand"] + 6)
    cell = editor.lines.looks.cell(editor.lines.lines[-1], editor.lines.column_at(editor.lines.column("available")))
    tour.check(tr("short {count}", count=6) == cell.pill, f"the short line says {cell.pill!r}")
    drive.shot("delivery_short")
    drive.press("Ctrl+S")
    drive.until(lambda: editor.bars.bars, "the refusal")
    drive.settle()
    tour.check(editor.draft.status is Status.DRAFT and editor.grid.current()[1].name == "quantity",
               "the refused line has not got the cursor")
    drive.shot("delivery_refused")
    tour.check(not _is_low(tour, row), "the alert is there before its time")
    drive.type(values.plain(row["on_hand"] - row["reorder_point"] + 1))
    drive.press("Return")
    drive.settle()
    tour.made["delivery_note"] = save(tour, "F9")
    tour.made["low_item"] = row["item_id"]
    tour.check(_is_low(tour, row), "the save has raised no alert")
    tour.check(editor.draft.id is None, "F9 has not begun the next note")
    toast = hold_toast(tour)
    tour.check(row["name"] in toast.news.text, f"the news do not name the item: {toast.news.text}")
    drive.shot("alert_in_the_save")
    editor.toaster.close()


def alerts(tour: Tour) -> None:
    drive, bell = tour.drive, tour.window.top.bell
    drive.shot("alerts", show=lambda: drive.click(bell), hide=lambda: drive.click(bell))


def documents_of_the_note(tour: Tour) -> None:
    """Who did what, what came before; then a correction of a posted note."""
    drive = tour.drive
    editor = find(tour, tour.made["delivery_note"].number, "delivery_note")
    tour.check(editor.draft.status == Status.POSTED, "the delivery is not posted")
    drive.shot("delivery_posted")
    choose(tour, tr("Time line and links"))
    drive.shot("time_line")
    drive.press("Escape")
    drive.settle()
    drive.shot("document_menu", show=lambda: drive.click(editor.title_row.more), hide=lambda: drive.press("Escape"))
    drive.press("F1")
    drive.settle()
    drive.shot("document_keys")
    drive.press("Escape")
    drive.settle()
    drive.click(editor.title_row.correct)
    drive.settle()
    tour.check(editor.editing, "no correction was begun")
    drive.click_row(editor.grid, 0, editor.lines.column("quantity"))
    drive.type("5")  # of 6
    drive.press("Return")
    drive.settle()
    drive.shot("delivery_correcting")
    tour.made["delivery_note"] = save(tour)


def sales_return(tour: Tour) -> None:
    """The customer brings one piece back."""
    drive, editor = tour.drive, follow(tour, "sales_return")
    while len(editor.lines.lines) > 1:
        drive.click_row(editor.grid, 1, 1)
        drive.press("Ctrl+Del")
        drive.settle()
    drive.click_row(editor.grid, 0, editor.lines.column("quantity"))
    drive.type("1")
    drive.press("Return")
    drive.settle()
    item = editor.lines.lines[0]["item_id"]
    before = tour.queries.stock([item], MAIN)[item].on_hand
    tour.made["sales_return"] = save(tour)
    tour.check(tour.queries.stock([item], MAIN)[item].on_hand == before + 1, "the return did not come into stock")
    drive.shot("sales_return")


def transfer(tour: Tour) -> None:
    """From one warehouse to another."""
    drive, editor = tour.drive, new_document(tour, "transfer")
    drive.type("ehk")  # 二号库
    drive.press("Return")
    drive.settle()
    tour.check(editor.form.value("to_warehouse_id") not in (None, MAIN), "no warehouse to move to")
    for letters, _ in typeable(tour, selling=True, wanted=3, keep=lambda row: row["code"] > "3"):
        type_line(tour, letters, 3)
    tour.made["transfer"] = save(tour)
    drive.shot("transfer")


def long_note(tour: Tour) -> None:
    """Forty lines pasted from a spreadsheet."""
    editor = new_document(tour, "delivery_note")
    choose_partner(tour, CUSTOMER)
    rows = [row for row in stock_rows(tour) if row["available"] >= 5 and row["state"] == "ok"][:LONG]
    text = "\n".join(("\t".join((tr("Code"), tr("Quantity"))), *(f"{row['code']}\t2" for row in rows)))
    QApplication.clipboard().setText(text)
    tour.drive.press("Ctrl+V")
    tour.drive.settle()
    tour.check(len(editor.lines.lines) == LONG, f"{len(editor.lines.lines)} lines were pasted")
    tour.drive.shot("forty_lines_pasted")
    tour.made["long_note"] = save(tour)


def _is_low(tour: Tour, row: dict[str, Any]) -> bool:
    return any(a.item_id == row["item_id"] and a.kind == "low" for a in tour.queries.alerts())


def _nearly_low(tour: Tour) -> dict[str, Any]:
    """An item that lies in the main warehouse only, above its reorder point and free."""
    for row in stock_rows(tour):
        figures = tour.queries.stock([row["item_id"]], None)[row["item_id"]]
        if row["state"] == "ok" and row["reorder_point"] and figures.on_hand == row["on_hand"] > row["reorder_point"] \
                and not figures.reserved and row["on_hand"] - row["reorder_point"] < 40 \
                and spelled(tour, row, selling=True):
            return row
    raise AssertionError("the demo company has no item near its reorder point")


def _source_dialog(tour: Tour) -> Any:
    from jxc_desktop.ui.documents.source_dialog import SourceDialog

    tour.drive.settle()
    found = tour.page.findChildren(SourceDialog)
    tour.check(found, "no dialog to choose documents from")
    return found[-1]


def _check_progress(tour: Tour, made: str, expected: Progress) -> None:
    progress = tour.queries.document_facts(tour.made[made].id).progress
    tour.check(progress == expected, f"{tour.made[made].number} is {progress}, not {expected}")


STATIONS = (
    ("home", home), ("purchase_order", purchase_order), ("goods_receipt", goods_receipt),
    ("sales_order", sales_order), ("delivery_note", delivery_note), ("alerts", alerts),
    ("delivery_posted", documents_of_the_note), ("sales_return", sales_return), ("transfer", transfer),
    ("long_note", long_note),
)
