"""The look-up: never takes the focus, never shows a stale answer, never loses a key."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.ui.lookup_popup import LookupPopup, Match
from jxc_desktop.ui.matching import matched
from tests.ui.desk import CTRL, Desk, Key, barcode


@pytest.mark.parametrize(("name", "query", "met"), [
    ("山泉饮用天然水", "sq", "山泉"), ("山泉饮用天然水", "yytr", "饮用天然"), ("山泉饮用天然水", "shanquan", "山泉"),
    ("山泉饮用天然水", "sh'q", None), ("东北长粒香大米", "dbzl", "东北长粒"), ("东北长粒香大米", "dbcl", "东北长粒"),
    ("重庆火锅底料", "cqhg", "重庆火锅"), ("重庆火锅底料", "zqhg", "重庆火锅"), ("A4复印纸", "a4fy", "A4复印"),
    ("山泉苏打水", "苏打", "苏打"), ("山泉苏打水", "x", None), ("山泉苏打水", "", None)])
def test_which_characters_were_met(name: str, query: str, met: str | None) -> None:
    span = matched(name, query)
    assert (name[span[0]:span[1]] if span else None) == met


def popups(editor: Any) -> list[LookupPopup]:
    return [p for p in editor.findChildren(LookupPopup) if p.isVisible()]


def typing_into(desk: Desk, text: str) -> Any:
    editor = desk.open("document/delivery_note/new")
    editor.focus_lines()
    desk.press(editor, text)
    return editor


def test_it_shows_ranked_hits_and_leaves_the_focus(desk: Desk) -> None:
    editor = typing_into(desk, "sq")
    [popup] = popups(editor)
    assert [m.hit.code for m in popup.matches] == ["10021", "10022", "10027"]
    assert [m.span for m in popup.matches] == [(0, 2)] * 3
    assert QApplication.focusWidget() is editor.grid._editor and QApplication.focusWidget().text() == "sq"
    desk.press(editor, Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_Return)
    assert editor.lines.lines[0]["item_id"] == desk.items["10022"] and not popups(editor)
    assert editor.grid.current()[1].name == "quantity"


def test_escape_closes_the_list_and_keeps_the_text(desk: Desk) -> None:
    editor = typing_into(desk, "sq")
    desk.press(editor, Key.Key_Escape)
    assert not popups(editor) and editor.grid._editor.text() == "sq"
    desk.press(editor, Key.Key_Escape)
    assert not editor.grid.editing() and editor.lines.lines == []


def test_it_stands_above_the_row_rather_than_over_the_totals(desk: Desk) -> None:
    popup = LookupPopup(desk.open("document/delivery_note/new"))
    room = QRect(0, 100, 900, 300)
    popup.show_matches((), (), "", QRect(10, 350, 80, 30), room)
    assert popup.geometry().bottom() < 350
    popup.show_matches((), (), "", QRect(10, 120, 80, 30), room)
    assert popup.geometry().top() > 150


def test_a_long_list_scrolls_where_it_would_cover_what_follows(desk: Desk) -> None:
    popup, room = LookupPopup(desk.open("document/delivery_note/new")), QRect(0, 100, 900, 300)
    matches = [Match(number) for number in range(20)]
    for top in (120, 200, 260, 360):
        popup.show_matches((), matches, "", QRect(10, top, 80, 30), room)
        assert room.contains(popup.geometry()), f"a row at {top}"
    popup.move_by(19)
    assert popup.current == 19 and popup._first + popup._visible == 20, "the bar stays in sight"


def test_enter_before_the_answer_takes_the_answer_and_keeps_the_keys(desk: Desk, monkeypatch: Any) -> None:
    """Everything at once: the search takes a while, the clerk doesn't wait."""
    editor = typing_into(desk, "")
    find, gate = desk.context.queries.find_items, threading.Event()

    def slowly(*args: Any, **options: Any) -> Any:
        gate.wait(5)
        return find(*args, **options)

    monkeypatch.setattr(desk.context.queries, "find_items", slowly)
    for key in ("s", "q", "y", Key.Key_Return, "4", "0", Key.Key_Return, "h", "s", "n"):
        QTest.keyClick(QApplication.focusWidget(), key)
        editor.scanner._give_back()
    assert editor.lines.lines == []
    gate.set()
    desk.settle(editor)
    assert [(line["item_id"], line["quantity"]) for line in editor.lines.lines] == [(desk.items["10021"], 40)]
    assert editor.grid._editor.text() == "hsn"


def test_an_answer_to_older_text_is_dropped(desk: Desk, monkeypatch: Any) -> None:
    editor = typing_into(desk, "")
    find, gate = desk.context.queries.find_items, threading.Event()

    def slow_for_one_letter(text: str, **options: Any) -> Any:
        if text == "h":
            gate.wait(5)
        return find(text, **options)

    monkeypatch.setattr(desk.context.queries, "find_items", slow_for_one_letter)
    for key in "hsn":
        QTest.keyClick(QApplication.focusWidget(), key)
        editor.scanner._give_back()
    desk.qtbot.waitUntil(lambda: bool(popups(editor)))
    shown = [m.hit.code for m in popups(editor)[0].matches]
    gate.set()
    desk.settle(editor)
    assert shown == [m.hit.code for m in popups(editor)[0].matches] == ["10034"]


def test_nothing_fits(desk: Desk) -> None:
    editor = typing_into(desk, "qqq")
    assert popups(editor)[0].matches == [] and popups(editor)[0].spoken() == "没有匹配"
    desk.press(editor, Key.Key_Return)
    assert editor.grid.editing() and editor.grid._editor.text() == "qqq" and editor.lines.lines == []
    with desk.qtbot.waitSignal(editor.grid.create_wanted) as wanted:
        desk.press(editor, Key.Key_F4)
    assert wanted.args == ["qqq"]


def test_a_whole_barcode_opens_no_list(desk: Desk) -> None:
    editor = typing_into(desk, "")
    desk.press(editor, *barcode("10034"))
    assert not popups(editor)
    desk.press(editor, Key.Key_Return)
    assert editor.lines.lines[0]["item_id"] == desk.items["10034"]


def test_units_and_earlier_prices_are_lists_too(desk: Desk) -> None:
    desk.company.post("delivery_note", (desk.items["10021"], 1, "25.97"), partner_id=desk.partner)
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return, "sqy", Key.Key_Return, "2", Key.Key_Return)
    line = editor.lines.lines[0]
    assert line["price"] == line["proposed"]["price"] == Decimal("25.97")
    editor.grid.go(0, "unit_id")
    desk.press(editor, Key.Key_F7, Key.Key_Down, Key.Key_Return)
    assert editor.lines.lines[0]["unit_id"] == desk.company.piece
    assert editor.lines.lines[0]["price"] == 26 * 40 + 20  # the box price times 40: nobody paid for pieces yet
    editor.grid.go(0, "price")
    desk.press(editor, Key.Key_F7, Key.Key_Return)
    assert editor.lines.lines[0]["price"] == Decimal("25.97")


def test_where_the_stock_lies(desk: Desk) -> None:
    editor = typing_into(desk, "sq")
    desk.chord(editor, Key.Key_I, CTRL)
    rows = [popup for popup in popups(editor) if "warehouse" in str(popup.matches)]
    assert [(m.hit["warehouse"], m.hit["on_hand"]) for m in rows[0].matches] == [("主仓", 486), ("分仓", 0)]
    desk.press(editor, Key.Key_Escape)
    assert rows[0].isHidden()
