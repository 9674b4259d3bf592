"""Saving: once, whatever is pressed; faults where they belong; nothing typed is lost."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import Status
from jxc_desktop.errors import DatabaseBusy
from jxc_desktop.services import documents
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.grid_model import WRONG
from tests.company import line
from tests.ui.desk import CTRL, SHIFT, Desk, Key


@pytest.fixture
def editor(desk: Desk) -> DocumentEditor:
    """A delivery note of two lines, not saved."""
    made = desk.open("document/delivery_note/new")
    desk.press(made, "hmb", Key.Key_Return)
    desk.fill(made, (("sqy", "40"), ("crs", "2")))
    return made


@pytest.fixture
def gate(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Saves wait for it."""
    opened, execute = threading.Event(), desk.context.commands.execute

    def slowly(*args: Any, **options: Any) -> Any:
        opened.wait(5)
        return execute(*args, **options)

    monkeypatch.setattr(desk.context.commands, "execute", slowly)
    return opened


def test_twenty_clicks_make_one_document(desk: Desk, editor: DocumentEditor, gate: threading.Event) -> None:
    for _ in range(20):
        QTest.mouseClick(editor.title_row.save, Qt.MouseButton.LeftButton)
        QTest.keyClick(QApplication.focusWidget(), Key.Key_S, CTRL)
    gate.set()
    desk.settle(editor)
    for _ in range(5):
        QTest.mouseClick(editor.title_row.save, Qt.MouseButton.LeftButton)
        desk.settle(editor)
    assert len(desk.saved("delivery_note")) == 1
    assert desk.company.read(2).version == 1


def test_keys_typed_while_saving_go_into_the_next_document(desk: Desk, editor: DocumentEditor,
                                                           gate: threading.Event) -> None:
    QTest.keyClick(QApplication.focusWidget(), Key.Key_F9)
    assert editor.saving.busy and editor.title_row.note.text() == "正在保存…"
    for key in ("h", "m", "b", Key.Key_Return, "h", "s", "n"):
        QTest.keyClick(QApplication.focusWidget(), key)
    assert len(editor.lines.lines) == 2  # nothing of it went into the note being saved
    gate.set()
    desk.settle(editor)
    assert editor.form.partner_id() == desk.partner and editor.grid.typed() == "hsn"
    assert [given["quantity"] for given in desk.company.read(2).lines] == [40, 2]


def test_saving_shows_the_posted_document_and_offers_to_take_it_back(desk: Desk, editor: DocumentEditor) -> None:
    with desk.qtbot.waitSignal(editor.saved):
        desk.press(editor, Key.Key_F12)
    number = desk.saved("delivery_note")[0]
    assert editor.title_row.number.text() == number == editor.title and editor.key == "document/delivery_note/2"
    assert editor.title_row.chip.text() == "已审核" and editor.title_row.primary.isHidden()
    assert not editor.dirty and editor.form.editors["address"].isReadOnly()
    assert editor.toaster.current is not None and number in editor.toaster.current.news.text
    desk.settle(editor)
    assert editor.line_facts.stock[desk.items["10021"]].on_hand == 446  # the figure followed
    QTest.keyClick(editor, Key.Key_U, Qt.KeyboardModifier.AltModifier)
    desk.settle(editor)
    assert editor.draft.status is Status.DRAFT and editor.editing and desk.company.on_hand(desk.items["10021"]) == 486
    assert editor.title_row.number.text() == number  # it keeps its number


def test_low_stock_is_told_in_the_toast(desk: Desk, editor: DocumentEditor) -> None:
    desk.fill(editor, (("sqs", "40"),))  # 66 were there, 30 is the reorder point
    desk.press(editor, Key.Key_F12)
    assert editor.toaster.current is not None and "山泉苏打水" in editor.toaster.current.news.text


def test_all_faults_at_once_each_with_a_way_there(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    editor.form.editors["date"].setText("x9")
    editor.form.editors["date"].setModified(True)
    desk.fill(editor, (("sqy", "40"),))
    editor.lines.setData(editor.grid.cell(0, "quantity"), "12a")
    desk.press(editor, Key.Key_F12)
    bar = editor.bars.bars["problems"]
    assert "3 处" in bar.text and desk.saved("delivery_note") == []
    for name in ("partner_id", "date"):
        assert editor.form.editors[name].property("invalid") is True, name
    assert editor.grid.cell(0, "quantity").data(WRONG)
    links = [b for b in bar.findChildren(type(editor.title_row.save)) if b.text()]
    assert [b.text() for b in links] == ["日期", "第 1 行 数量", "客户"]
    links[1].click()
    assert editor.grid.current()[1].name == "quantity"
    links[2].click()
    assert editor.form.editors["partner_id"].hasFocus()
    desk.press(editor, "hmb", Key.Key_Return)
    editor.form.set_value("date", desk.context.queries.new_draft("delivery_note").header["date"])
    editor.lines.setData(editor.grid.cell(0, "quantity"), "12")
    desk.press(editor, Key.Key_F12)
    assert len(desk.saved("delivery_note")) == 1 and "problems" not in editor.bars.bars


def test_shortages_mark_their_lines_and_keep_the_draft(desk: Desk, editor: DocumentEditor) -> None:
    desk.fill(editor, (("hsn", "10"), ("hsn", "9")))
    before = editor.lines.values()
    desk.press(editor, Key.Key_F12)
    assert desk.saved("delivery_note") == [] and editor.lines.values() == before and editor.dirty
    assert [bool(editor.grid.cell(row, "quantity").data(WRONG)) for row in range(4)] == [False, False, True, True]
    assert "红烧牛肉面五连包" in editor.bars.bars["problems"].text
    editor.lines.setData(editor.grid.cell(3, "quantity"), "8")
    desk.press(editor, Key.Key_F12)
    assert len(desk.saved("delivery_note")) == 1


def test_a_question_is_asked_once_and_the_save_repeated(desk: Desk, editor: DocumentEditor,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    desk.company.change_record("item", desk.items["10021"], minimum_price=Decimal(26))
    asked = []

    def answer(parent: Any, question: str, detail: str, actions: Any, **rest: Any) -> str | None:
        asked.append((detail, [a.text for a in actions]))
        return answers.pop()

    monkeypatch.setattr("jxc_desktop.ui.operations.ask", answer)
    answers = ["go", None]
    editor.lines.setData(editor.grid.cell(0, "price"), "20")
    desk.press(editor, Key.Key_F12)
    assert desk.saved("delivery_note") == [] and editor.dirty and not editor.saving.busy
    desk.press(editor, Key.Key_F12)
    assert len(desk.saved("delivery_note")) == 1
    assert len(asked) == 2 and "最低售价" in asked[0][0] and asked[0][1] == ["仍然保存"]


def test_a_busy_database_offers_to_try_again_with_the_same_key(desk: Desk, editor: DocumentEditor,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    execute, keys = desk.context.commands.execute, []

    def once_busy(*args: Any, key: str, **options: Any) -> Any:
        keys.append(key)
        if len(keys) == 1:
            execute(*args, key=key, **options)  # it did arrive; the answer was lost
            raise DatabaseBusy()
        return execute(*args, key=key, **options)

    monkeypatch.setattr(desk.context.commands, "execute", once_busy)
    desk.press(editor, Key.Key_F12)
    bar = editor.bars.bars["save"]
    assert "正忙" in bar.text and editor.dirty and len(editor.lines.lines) == 2
    next(b for b in bar.findChildren(type(editor.title_row.save)) if b.text() == "重试").click()
    desk.settle(editor)
    assert keys[0] == keys[1] and len(desk.saved("delivery_note")) == 1 and editor.draft.status is Status.POSTED


def test_a_bug_is_not_hidden(desk: Desk, editor: DocumentEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.context.commands, "execute", broken)
    with desk.qtbot.captureExceptions() as seen:
        desk.press(editor, Key.Key_F12)
    assert [error[0] for error in seen] == [ZeroDivisionError]
    assert editor.dirty and not editor.saving.busy and len(editor.lines.lines) == 2


def test_correcting_a_posted_document(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, Key.Key_F12, Key.Key_F2)
    assert editor.editing and editor.title_row.chip.text() == "修改中"
    editor.grid.go(0, "quantity")
    desk.press(editor, "30", Key.Key_Return, Key.Key_F12)
    assert desk.company.on_hand(desk.items["10021"]) == 456 and not editor.editing
    assert len(desk.saved("delivery_note")) == 1


def test_parking_keeps_what_is_incomplete(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.fill(editor, (("sqy", "40"),))
    desk.chord(editor, Key.Key_S, CTRL | SHIFT)
    assert desk.saved("delivery_note") == [None] and not editor.dirty and editor.editing
    assert desk.company.on_hand(desk.items["10021"]) == 486
    editor.focus_first()
    desk.press(editor, "hmb", Key.Key_Return, Key.Key_F12)
    assert len([n for n in desk.saved("delivery_note") if n]) == 1


def test_somebody_saved_first(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, Key.Key_F12, Key.Key_F2)
    assert editor.draft.id
    theirs = desk.company.read(editor.draft.id)
    theirs.lines[1]["quantity"] = Decimal(5)
    theirs.header["remark"] = "他们的"
    desk.company.commands.execute(documents.save, theirs)
    editor.grid.go(0, "quantity")
    desk.press(editor, "30", Key.Key_Return, Key.Key_F12)
    bar = editor.bars.bars["stale"]
    assert editor.lines.lines[0]["quantity"] == 30 and editor.dirty  # nothing of mine is gone
    next(b for b in bar.findChildren(type(editor.title_row.save)) if b.text() == "查看差异").click()
    desk.settle(editor)
    from jxc_desktop.ui.documents.compare_dialog import CompareDialog

    [dialog] = [w for w in QApplication.topLevelWidgets() if isinstance(w, CompareDialog) and w.isVisible()]
    rows = {d.place: (d.mine, d.theirs, d.take_mine) for d in dialog.model.rows}
    assert rows["备注"] == ("", "他们的", False)
    assert rows["第 1 行 数量"] == ("30", "40", True) and rows["第 2 行 数量"] == ("2", "5", False)
    dialog._finish()
    desk.settle(editor)
    assert [given["quantity"] for given in editor.lines.lines] == [30, 5]
    desk.press(editor, Key.Key_F12)
    saved = desk.company.read(editor.draft.id)
    assert [given["quantity"] for given in saved.lines] == [30, 5] and saved.header["remark"] == "他们的"


def test_a_change_from_elsewhere_never_overwrites_typing(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, Key.Key_F12)
    number = editor.draft.id
    assert number
    theirs = desk.company.read(number)
    theirs.header["remark"] = "他们的"
    outcome = desk.company.commands.execute(documents.save, theirs)
    desk.context.changes.publish(outcome.changes)
    desk.settle(editor)
    assert editor.form.value("remark") == "他们的" and editor.draft.version == 2  # read again
    desk.press(editor, Key.Key_F2)
    editor.form.set_value("remark", "我的")
    desk.context.changes.publish(outcome.changes)
    desk.settle(editor)
    assert editor.form.value("remark") == "我的" and "stale" in editor.bars.bars


def test_the_mouse_is_kept_off_while_saving(desk: Desk, editor: DocumentEditor, gate: threading.Event) -> None:
    QTest.keyClick(QApplication.focusWidget(), Key.Key_F12)
    at = editor.grid.mapTo(editor, QPoint(400, 40))
    assert editor.childAt(at) is editor.saving._veil
    gate.set()
    desk.settle(editor)
    assert editor.childAt(at) is not editor.saving._veil


def test_without_the_right_nothing_can_be_typed(desk: Desk) -> None:
    saved = desk.company.post("delivery_note", line(desk.items["10021"], 1, "5"), partner_id=desk.partner)
    actor = type(desk.context.actor)("读者", desk.context.actor.permissions - {"delivery_note.save"}, None)
    desk.context.actor = actor
    editor = desk.open(f"document/delivery_note/{saved.id}")
    desk.press(editor, Key.Key_F2)
    assert not editor.editing and editor.title_row.correct.isHidden() and editor.title_row.new.isHidden()
    new = desk.open("document/delivery_note/new")
    assert not new.editing and new.lines.rowCount() == 0
