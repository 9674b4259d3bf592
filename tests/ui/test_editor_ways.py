"""Ways through documents: the next of the list, the line that has a word, the fault under the cursor."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip

from jxc_desktop.ui.documents.info_panel import PAUSE, DocumentInfo
from jxc_desktop.ui.keys_sheet import keys_of
from tests.company import line
from tests.ui.desk import CTRL, SHIFT, Desk, Key
from tests.ui.office import Office, books, office, sell

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def at_work(tmp_path: Path, qtbot: Any, sqlite_template: Path) -> Iterator[Office]:
    """Four delivery notes and a draft."""
    with office(tmp_path / "pc", qtbot) as made:
        address, things = books(sqlite_template, tmp_path)
        for _ in range(3):
            sell(f"sqlite:///{address}", things["rice"])
        made.open_books(address)
        yield made


def turn(at_work: Office, key: Any) -> Any:
    page = at_work.window.current_page
    page.window().activateWindow()
    at_work.wait(lambda: QApplication.activeWindow() is page.window())
    page.setFocus()
    QTest.keyClick(page, key, CTRL)
    at_work.settle()
    at_work.settle()
    return at_work.window.current_page


def test_down_and_up_the_list_it_came_from(at_work: Office) -> None:
    shown = at_work.page("list/document/delivery_note")
    ids = [row["id"] for row in shown.model.rows]
    shown.open_row(shown.model.rows[1])
    at_work.settle()
    tabs = len(at_work.window.workspace.keys)
    seen = [turn(at_work, key).draft.id for key in (Key.Key_PageDown, Key.Key_PageUp, Key.Key_PageUp)]
    assert seen == [ids[2], ids[1], ids[0]] and len(at_work.window.workspace.keys) == tabs
    assert at_work.window.current_page.key == f"document/delivery_note/{ids[0]}"
    assert at_work.window.current_page.title_row.number.text() == (shown.model.rows[0]["number"] or "")
    assert "没有更多" in turn(at_work, Key.Key_PageUp).toaster.current.news.text


def test_by_number_when_it_came_from_nowhere(at_work: Office) -> None:
    rows = sorted((r["number"], r["id"]) for r in at_work.page("list/document/delivery_note").model.rows if r["number"])
    at_work.window.close_page("list/document/delivery_note")
    at_work.page(f"document/delivery_note/{rows[1][1]}")
    assert turn(at_work, Key.Key_PageDown).draft.number == rows[2][0]
    assert turn(at_work, Key.Key_PageUp).draft.number == rows[1][0]
    at_work.page("document/delivery_note/new")
    assert turn(at_work, Key.Key_PageUp).draft.number == rows[-1][0]
    page = turn(at_work, Key.Key_PageDown)
    assert page.draft.number == rows[-1][0] and "没有更多" in page.toaster.current.news.text


def test_what_was_typed_waits(at_work: Office) -> None:
    editor = at_work.page("document/delivery_note/new")
    key = editor.key
    editor.form.set_value("remark", "门口")
    assert turn(at_work, Key.Key_PageUp) is editor and editor.draft.id and not editor.dirty
    assert "已暂存" in editor.toaster.current.news.text
    again = at_work.page(key)
    assert again is not editor and again.dirty and again.form.value("remark") == "门口"


def test_an_open_tab_is_used(at_work: Office) -> None:
    rows = sorted((r["number"], r["id"]) for r in at_work.page("list/document/delivery_note").model.rows if r["number"])
    other = at_work.page(f"document/delivery_note/{rows[1][1]}")
    at_work.page(f"document/delivery_note/{rows[0][1]}")
    assert turn(at_work, Key.Key_PageDown) is other


def test_finding_a_line(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.fill(editor, (("sqy", "1"), ("crs", "2"), ("sqs", "3")))
    desk.chord(editor, Key.Key_F, CTRL)
    box = editor.lines_card.finder
    assert box.isVisible() and box.hasFocus()
    desk.press(editor, "sq")
    assert editor.grid.current()[0] == 0
    desk.press(editor, Key.Key_Return)
    assert editor.grid.current()[0] == 2
    desk.press(editor, Key.Key_Return)
    assert editor.grid.current()[0] == 0
    desk.chord(editor, Key.Key_Return, SHIFT)
    assert editor.grid.current()[0] == 2
    desk.press(editor, "qq")
    assert box.property("invalid") and editor.grid.current()[0] == 2
    desk.press(editor, Key.Key_Escape)
    assert box.isHidden() and editor.grid.hasFocus()
    box.setText("20142")  # codes as well
    box.seek(0)
    desk.settle(editor)
    assert editor.grid.current()[0] == 1


def test_the_fault_under_the_cursor_is_read_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, *rest: said.append(text))
    editor = desk.open("document/delivery_note/new")
    desk.fill(editor, (("sqy", "1"),))
    editor.lines.setData(editor.grid.cell(0, "quantity"), "12a")
    editor.grid.go(0, "quantity")
    desk.chord(editor, Key.Key_Up, ALT)
    assert said == ["看不懂数量“12a”，该商品的单位有：箱, 个"]
    desk.press(editor, Key.Key_F12)  # the partner is missing too
    editor.form.focus_field("partner_id")
    desk.chord(editor, Key.Key_Up, ALT)
    assert len(said) == 2 and "客户" in said[1]
    editor.lines.setData(editor.grid.cell(0, "quantity"), "1")
    assert editor.lines.lines[0]["quantity"] == Decimal(1)


def test_the_panel_forgets_the_last_document(desk: Desk) -> None:
    """After F9 it must not show an item that is not on the screen."""
    editor = desk.open("document/goods_receipt/new")
    editor.form.set_value("partner_id", desk.partner)
    desk.fill(editor, [("10021", "2")])
    info = editor.info
    desk.qtbot.addWidget(info)
    info.show()
    desk.qtbot.wait(PAUSE + 50)
    desk.settle()
    assert info._cards["stock"].isVisible() and info._cards["partner"].isVisible()
    editor.save_and_new()
    desk.settle()
    desk.qtbot.wait(PAUSE + 50)
    desk.settle()
    assert len(desk.saved("goods_receipt")) == 1 and not editor.lines.lines
    assert not any(card.isVisible() for card in info._cards.values())


def test_last_prices_name_their_unit_and_stand_in_line(desk: Desk) -> None:
    item = desk.items["10021"]
    for price in ("26.5", "26.1234"):
        desk.company.post("delivery_note", line(item, 1, price))
    info = DocumentInfo(desk.context, selling=True)
    desk.qtbot.addWidget(info)
    info.show()
    info.follow(item, None)
    desk.qtbot.wait(PAUSE + 50)
    desk.settle()
    said = [label.text() for label in info._cards["prices"].findChildren(QLabel)]
    assert [text for text in said if " / 箱" in text] == ["26.1234 / 箱", "26.5000 / 箱"]


def test_a_posted_document_is_read_from_its_first_line(desk: Desk) -> None:
    item = desk.items["10021"]
    saved = desk.company.post("goods_receipt", *(line(item, n, 9) for n in range(1, 9)))
    editor = desk.open(f"document/goods_receipt/{saved.id}")
    editor.focus_first()
    assert editor.grid.currentIndex().row() == 0


def test_f1_lists_every_key_of_a_document(desk: Desk) -> None:
    saved = desk.company.post("goods_receipt", line(desk.items["10021"], 5, 9))
    posted = desk.open(f"document/goods_receipt/{saved.id}")
    found = dict(keys_of(posted))
    assert found["F2"] == "修改" and found["Shift F4"] == "对账助手" and found["Ctrl P"] == "打印"
    assert {"F6", "F11", "Ctrl F", "Shift F1", "Ctrl Shift P"} <= found.keys() and "Insert" not in found
    assert list(found) == list(dict.fromkeys(found)), "each once"
    assert {"Insert", "Ctrl '", "Ctrl Shift S", "F9", "Ctrl S"} <= dict(keys_of(desk.open(
        "document/goods_receipt/new"))).keys()
