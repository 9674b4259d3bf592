"""The grid by keyboard: the ways of Enter and Tab, and every line key."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import Draft
from tests.ui.desk import CTRL, SHIFT, Desk, Key, barcode

THREE = (("sqy", "40"), ("hsn", "2"), ("scj", "8"))


@pytest.fixture
def editor(desk: Desk) -> Any:
    """A delivery note with three lines."""
    made = desk.open("document/delivery_note/new")
    desk.press(made, "hmb", Key.Key_Return)
    desk.fill(made, THREE)
    return made


def place(editor: Any) -> tuple[int, str]:
    row, column = editor.grid.current()
    return row, column.key


def codes(desk: Desk, editor: Any) -> list[str]:
    names = {number: code for code, number in desk.items.items()}
    return [names.get(line.get("item_id"), "") for line in editor.lines.lines]


def test_enter_follows_the_quick_path(desk: Desk, editor: Any) -> None:
    assert place(editor) == (3, "item_id")
    editor.grid.go(0)
    desk.press(editor, Key.Key_Return)
    assert place(editor) == (0, "quantity")
    desk.press(editor, Key.Key_Return)
    assert place(editor) == (1, "quantity")  # a line that has its item wants only its quantity looked at
    desk.chord(editor, Key.Key_Return, SHIFT)
    assert place(editor) == (1, "item_id")
    desk.chord(editor, Key.Key_Return, SHIFT)
    assert place(editor) == (0, "quantity")


def test_enter_in_the_empty_entry_row_leaves_the_lines(desk: Desk, editor: Any) -> None:
    editor.focus_lines()
    desk.press(editor, Key.Key_Return)
    assert editor.title_row.primary.hasFocus()


def test_tab_visits_every_cell_and_leaves_at_both_ends(desk: Desk, editor: Any) -> None:
    editor.grid.go(0)
    seen = []
    for _ in range(9):
        seen.append(place(editor))
        desk.press(editor, Key.Key_Tab)
    names = ["item_id", "unit_id", "quantity", "price", "discount", "tax_rate", "amount", "gift", "remark"]
    assert seen == [(0, name) for name in names] and place(editor) == (1, "item_id")
    desk.chord(editor, Key.Key_Backtab, SHIFT)
    assert place(editor) == (0, "remark")
    editor.grid.go_entry()
    desk.press(editor, Key.Key_Tab)
    assert not editor.grid.hasFocus()


def test_the_users_own_path(desk: Desk, editor: Any) -> None:
    desk.context.settings.set("table/enter/delivery_note", {"stops": ["item_id", "quantity", "price", "remark"]})
    editor.grid.go(0, "quantity")
    desk.press(editor, Key.Key_Return)
    assert place(editor) == (0, "price")
    desk.press(editor, Key.Key_Return)
    assert place(editor) == (0, "remark")


def test_arrows_move_and_leave_an_edit_at_its_ends(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "quantity")
    desk.press(editor, "7", Key.Key_Down)
    assert place(editor) == (1, "quantity") and editor.lines.lines[0]["quantity"] == 7
    desk.press(editor, "6", Key.Key_Right)
    assert place(editor) == (1, "price") and editor.lines.lines[1]["quantity"] == 6
    for _ in range(5):
        desk.press(editor, Key.Key_Down)
    assert place(editor)[0] == 3


def test_f2_edits_and_toggles_the_selection(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "quantity")
    desk.press(editor, Key.Key_F2)
    assert editor.grid._editor.selectedText() == "40"
    desk.press(editor, Key.Key_F2)
    assert not editor.grid._editor.hasSelectedText() and editor.grid._editor.cursorPosition() == 2
    desk.press(editor, "0", Key.Key_Return)
    assert editor.lines.lines[0]["quantity"] == 400


def test_wrong_text_holds_the_cell(desk: Desk, editor: Any) -> None:
    editor.grid.go(1, "quantity")
    desk.press(editor, "2z", Key.Key_Return)
    assert place(editor) == (1, "quantity") and not editor.grid.editing()
    desk.press(editor, "12*2", Key.Key_Return)
    assert place(editor) == (2, "quantity") and editor.lines.lines[1]["quantity"] == 24


def test_escape_gives_the_old_value_back(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "quantity")
    desk.press(editor, "99", Key.Key_Escape)
    assert editor.lines.lines[0]["quantity"] == 40 and place(editor) == (0, "quantity")


def test_quantity_first(desk: Desk, editor: Any) -> None:
    desk.press(editor, "12*crs", Key.Key_Return)
    assert editor.lines.lines[3]["quantity"] == 12 and codes(desk, editor)[3] == "20142"
    editor.focus_lines()
    desk.press(editor, "3*")
    desk.scan(editor, barcode("30007"))
    assert editor.lines.lines[4]["quantity"] == 3 and codes(desk, editor)[4] == "30007"


def test_same_as_above(desk: Desk, editor: Any) -> None:
    editor.grid.go(1, "quantity")
    desk.press(editor, Key.Key_F8)
    assert editor.lines.lines[1]["quantity"] == 40
    editor.grid.go(3)
    desk.chord(editor, Key.Key_D, CTRL)
    assert codes(desk, editor) == ["10021", "10034", "20115", "20115"]
    desk.chord(editor, Key.Key_Z, CTRL)
    assert len(editor.lines.lines) == 3


def test_the_whole_line_again(desk: Desk, editor: Any) -> None:
    desk.chord(editor, Key.Key_Apostrophe, CTRL)
    assert codes(desk, editor)[-2:] == ["20115", "20115"]
    assert editor.lines.lines[3]["quantity"] == 8 and editor.lines.lines[3]["key"] != editor.lines.lines[2]["key"]


def test_insert_delete_move_and_undo(desk: Desk, editor: Any) -> None:
    editor.grid.go(1, "quantity")
    desk.chord(editor, Key.Key_Down, CTRL | SHIFT)
    assert codes(desk, editor) == ["10021", "20115", "10034"] and place(editor) == (2, "quantity")
    desk.chord(editor, Key.Key_Up, CTRL | SHIFT)
    desk.press(editor, Key.Key_Insert)
    assert codes(desk, editor) == ["10021", "", "10034", "20115"]
    desk.press(editor, "crs", Key.Key_Return)
    assert codes(desk, editor)[1] == "20142"
    editor.grid.go(0, "quantity")
    desk.chord(editor, Key.Key_Delete, CTRL)
    assert codes(desk, editor) == ["20142", "10034", "20115"]
    for _ in range(3):
        desk.chord(editor, Key.Key_Z, CTRL)
    assert codes(desk, editor)[0] == "10021" and len(codes(desk, editor)) == 3
    desk.chord(editor, Key.Key_Y, CTRL)
    assert len(codes(desk, editor)) == 4


def test_deleting_while_a_cell_is_open(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "quantity")
    desk.press(editor, "5")
    desk.chord(editor, Key.Key_Delete, CTRL)
    assert codes(desk, editor) == ["10034", "20115"]


def test_a_range_from_a_spreadsheet(desk: Desk, editor: Any) -> None:
    QGuiApplication.clipboard().setText("编码\t数量\t单价\n20142\t9\t58\n30007\t2\t80\n")
    desk.chord(editor, Key.Key_V, CTRL)
    assert codes(desk, editor)[3:] == ["20142", "30007"]
    assert [line["amount"] for line in editor.lines.lines[3:]] == [522, 160]
    editor.grid.go(0, "quantity")
    desk.press(editor, Key.Key_F2)
    QGuiApplication.clipboard().setText("7")
    desk.chord(editor, Key.Key_V, CTRL)  # one value goes into the open cell
    desk.press(editor, Key.Key_Return)
    assert editor.lines.lines[0]["quantity"] == 7


def test_a_gift_is_ticked_with_the_space_bar(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "gift")
    desk.press(editor, " ")
    assert editor.lines.lines[0]["gift"] is True and editor.lines.lines[0]["amount"] == 0


def test_typing_in_any_cell_of_the_entry_row_finds_an_item(desk: Desk, editor: Any) -> None:
    editor.grid.go(3, "remark")
    desk.press(editor, "crs", Key.Key_Return)
    assert codes(desk, editor)[3] == "20142"


def test_a_scan_works_from_everywhere_and_leaves_no_digits(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "quantity")
    desk.press(editor, "41")
    desk.scan(editor, barcode("20142"))
    assert editor.lines.lines[0]["quantity"] == 41 and codes(desk, editor)[3] == "20142"
    editor.form.focus_field("address")
    before = editor.form.value("address")
    desk.scan(editor, barcode("10034"))
    assert editor.form.value("address") == before and editor.lines.lines[1]["quantity"] == 3
    editor.grid.go(0, "remark")
    desk.scan(editor, barcode("99999"))
    assert len(editor.lines.lines) == 4 and not editor.lines.lines[0].get("remark")
    assert barcode("99999") in editor.bars.bars["scan"].text


def test_a_fast_typist_is_no_scanner(desk: Desk, editor: Any) -> None:
    editor.grid.go(0, "remark")
    for key in "abcdefgh":
        QTest.keyClick(QApplication.focusWidget(), key)
        QTest.qWait(45)
    desk.press(editor, Key.Key_Return)
    assert editor.lines.lines[0]["remark"] == "abcdefgh"


def test_narrow_windows_hide_what_matters_least(desk: Desk, editor: Any) -> None:
    def shown(width: int) -> set[str]:
        editor.resize(width, 700)
        QApplication.processEvents()
        return {c.key for c in editor.grid.visible_columns()}

    wide, medium, narrow = shown(1200), shown(1000), shown(700)
    assert {"remark", "gift", "discount", "tax_rate", "unit_id", "amount"} <= wide
    assert "remark" not in medium and "amount" in medium
    assert {"item_id", "item_id.name", "available", "quantity", "price", "amount"} == narrow - {"#", "unit_id"}
    table = editor.grid
    assert sum(table.columnWidth(c) for c in range(len(editor.lines.columns))
               if not table.isColumnHidden(c)) <= table.viewport().width() + 1


def test_sums_of_selected_cells(desk: Desk, editor: Any) -> None:
    editor.grid.selectionModel().clear()
    for row in range(3):
        index = editor.grid.cell(row, "quantity")
        editor.grid.selectionModel().select(index, editor.grid.selectionModel().SelectionFlag.Select)
    assert editor.grid.selection_sums() == "合计 50  平均 16.67  计数 3"


def test_reading_only(desk: Desk, editor: Any) -> None:
    desk.press(editor, Key.Key_F12)
    assert not editor.editing
    editor.grid.go(0, "quantity")
    desk.press(editor, "9", Key.Key_Delete, Key.Key_Insert)
    desk.chord(editor, Key.Key_Delete, CTRL)
    assert editor.lines.lines[0]["quantity"] == 40 and len(editor.lines.lines) == 3
    desk.chord(editor, Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "40"
    assert isinstance(editor.current_draft(), Draft)
