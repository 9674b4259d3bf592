"""What is not known yet is made in passing, and lands where it was asked for."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QDialog

from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui import new_record
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.documents.bind_dialog import BindDialog
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.pages.record_dialog import RecordDialog
from jxc_desktop.ui.scanner import SAME_AGAIN_MS
from tests.ui.desk import CTRL, Desk, Key, barcode

NEW_CODE = "6909999000017"


@pytest.fixture
def editor(desk: Desk) -> DocumentEditor:
    return desk.open("document/delivery_note/new")


def front(desk: Desk, kind: type[QDialog]) -> Any:
    [shown] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return active(desk, shown)


def active(desk: Desk, window: Any) -> Any:
    window.activateWindow()
    desk.qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    desk.settle()
    return window


def back_out(desk: Desk, editor: DocumentEditor) -> None:
    front(desk, RecordDialog).reject()
    active(desk, editor)


def link(editor: DocumentEditor, text: str) -> None:
    next(b for b in editor.bars.bars["scan"].findChildren(Button) if b.text() == text).click()


def compose(desk: Desk, text: str) -> None:
    """Typed with an input method."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(QApplication.focusWidget(), event)
    desk.settle()


def fill_item(desk: Desk, code: str, price: str) -> RecordDialog:
    """Complete the item form that is open, and save it."""
    dialog = front(desk, RecordDialog)
    for name, value in (("code", code), ("unit_id", desk.company.box), ("sale_price", Decimal(price))):
        dialog.form.editors[name].set_value(value)
    if not dialog.form.editors["name"].value():
        dialog.form.editors["name"].set_value("新商品")
    desk.chord(dialog, Key.Key_S, CTRL)
    return dialog


def test_a_new_partner_lands_in_its_field_and_the_cursor_goes_on(desk: Desk, editor: DocumentEditor) -> None:
    compose(desk, "新客户")
    desk.press(editor, Key.Key_F4)
    dialog = front(desk, RecordDialog)
    assert dialog.form.editors["name"].value() == "新客户"
    assert dialog.form.editors["customer"].value() and not dialog.form.editors["supplier"].value()
    dialog.form.editors["code"].set_value("K77")
    desk.chord(dialog, Key.Key_S, CTRL)
    field = editor.form.editors["partner_id"]
    assert field.label == field.text() == "新客户" and field.fault() == "" and not field.property("invalid")
    assert desk.context.queries.label("partner", editor.form.partner_id()) == "新客户"
    desk.press(editor, "sqy")  # the cursor is in the lines
    assert editor.grid.typed() == "sqy"


def test_backing_out_keeps_the_text(desk: Desk, editor: DocumentEditor) -> None:
    compose(desk, "新客户")
    desk.press(editor, Key.Key_F4)
    back_out(desk, editor)
    assert editor.form.editors["partner_id"].text() == "新客户" and editor.form.partner_id() is None
    editor.focus_lines()
    desk.press(editor, "3*xin", Key.Key_F4)
    back_out(desk, editor)
    assert editor.grid.typed() == "3*xin" and editor.lines.lines == []


def test_a_new_item_lands_in_its_line_with_unit_and_price(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, "hmb", Key.Key_Return, "3*zzz", Key.Key_F4)
    assert front(desk, RecordDialog).form.kind.key == "item"
    fill_item(desk, "99001", "12.50")
    [line] = editor.lines.lines
    assert line["unit_id"] == desk.company.box and line["quantity"] == 3
    assert line["price"] == Decimal("12.50") and line["amount"] == Decimal("37.50")
    assert editor.grid.cell(0, "item_id.name").data() == "zzz"
    assert editor.grid.current()[1].name == "quantity"
    desk.press(editor, "4", Key.Key_Return)
    assert editor.lines.lines[0]["quantity"] == 4 and editor.lines.is_entry(editor.grid.current()[0])
    assert desk.context.queries.list_page(ListQuery("record/item", text="99001")).rows


def test_an_unknown_scan_makes_an_item_with_that_code(desk: Desk, editor: DocumentEditor) -> None:
    editor.focus_lines()
    desk.scan(editor, NEW_CODE)
    assert editor.lines.lines == []
    link(editor, "新建商品")
    desk.settle()
    [row] = front(desk, RecordDialog).form.child_rows["barcode"].values()
    assert row["code"] == NEW_CODE
    fill_item(desk, "99002", "8")
    [line] = editor.lines.lines
    assert (line["quantity"], line["price"]) == (1, 8) and "scan" not in editor.bars.bars
    desk.qtbot.wait(SAME_AGAIN_MS)
    desk.scan(editor, NEW_CODE)
    assert [given["quantity"] for given in editor.lines.lines] == [2]


def test_an_unknown_scan_is_bound_to_an_item(desk: Desk, editor: DocumentEditor) -> None:
    editor.focus_lines()
    desk.press(editor, "5*")
    desk.scan(editor, NEW_CODE)
    link(editor, "绑定到商品…")
    dialog = front(desk, BindDialog)
    dialog.bind()
    assert dialog.isVisible() and dialog.item.property("invalid")
    desk.press(dialog, "hsn", Key.Key_Return)
    assert dialog.bind_button.hasFocus()
    desk.press(dialog, Key.Key_Return)
    [line] = editor.lines.lines
    assert (line["item_id"], line["quantity"]) == (desk.items["10034"], 5)
    assert "scan" not in editor.bars.bars and editor.focusWidget() is editor.grid
    kept = desk.context.queries.open_record("item", desk.items["10034"])
    assert [row["code"] for row in kept.children["barcode"]] == [barcode("10034"), NEW_CODE]


def test_a_taken_code_is_refused_in_the_dialog(desk: Desk, editor: DocumentEditor) -> None:
    editor.focus_lines()
    desk.scan(editor, NEW_CODE)
    link(editor, "绑定到商品…")
    dialog = front(desk, BindDialog)
    desk.press(dialog, "hsn", Key.Key_Return)
    dialog._code = barcode("10021")  # somebody else was faster
    desk.press(dialog, Key.Key_Return)
    assert dialog.isVisible() and dialog.bars.bars and editor.lines.lines == []
    dialog.reject()


def test_without_the_right_nothing_is_offered(desk: Desk) -> None:
    actor = desk.context.actor
    desk.context.actor = type(actor)("店员", actor.permissions - {"item.save"}, None)
    editor = desk.open("document/delivery_note/new")
    editor.focus_lines()
    desk.scan(editor, NEW_CODE)
    assert [b.text() for b in editor.bars.bars["scan"].findChildren(Button) if b.text()] == []
    desk.press(editor, "zzz", Key.Key_F4)
    assert editor.grid.typed() == "zzz"


@pytest.mark.parametrize(("record", "text", "role", "given"), [
    ("item", "山泉", None, {"name": "山泉"}), ("item", "10099", None, {"code": "10099"}),
    ("item", NEW_CODE, None, {"barcode": [{"code": NEW_CODE}]}),
    ("partner", NEW_CODE, "supplier", {"code": NEW_CODE, "customer": False, "supplier": True}),
    ("unit", "12", None, {"name": "12"})])
def test_what_was_typed_goes_where_it_belongs(record: str, text: str, role: str | None, given: Any) -> None:
    assert new_record.prefilled(record, text, role) == given
