"""Saved before Enter was pressed: what can only mean one thing is taken, all else stays where it was typed."""

from typing import Any

import pytest

from jxc_desktop.document_types.schema import Status
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.grid_model import WRONG
from tests.ui.desk import CTRL, Desk, Key


@pytest.fixture
def editor(desk: Desk) -> DocumentEditor:
    """One line, and the cursor in the empty partner field."""
    made = desk.open("document/delivery_note/new")
    desk.fill(made, (("sqy", "2"),))
    made.focus_first()
    return made


def saved(desk: Desk) -> Any:
    assert len(desk.saved("delivery_note")) == 1
    return desk.company.read(2)


def test_initials_of_one_partner_are_enough(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, *"hmb")
    desk.chord(editor, Key.Key_S, CTRL)
    header = saved(desk).header
    assert header["partner_id"] == desk.partner
    assert (header["contact"], header["address"]) == ("张经理", "人民路 118 号")  # what it brings is saved with it


def test_saving_waits_for_the_answer(desk: Desk, editor: DocumentEditor) -> None:
    field = editor.form.editors["partner_id"]
    field.insert("hmb")  # typed, but the search has not even begun
    editor.save()
    assert field.deciding and not editor.saving.busy
    desk.settle(editor)
    assert editor.draft.status is Status.POSTED and editor.form.partner_id() == desk.partner


def test_a_whole_code_wins_over_longer_ones(desk: Desk, editor: DocumentEditor) -> None:
    desk.company.record("partner", code="K011", name="惠民二店", customer=True)
    desk.press(editor, "k01", Key.Key_F12)
    assert saved(desk).header["partner_id"] == desk.partner


def test_what_can_mean_two_stays_and_is_marked(desk: Desk, editor: DocumentEditor) -> None:
    desk.company.record("partner", code="K02", name="惠民粮油店", customer=True)
    field = editor.form.editors["partner_id"]
    desk.press(editor, "hm", Key.Key_F12)
    assert desk.saved("delivery_note") == [] and "problems" in editor.bars.bars
    assert field.text() == "hm" and field.property("invalid") and field.hasFocus()
    desk.press(editor, "l", Key.Key_F12)
    assert desk.context.queries.label("partner", saved(desk).header["partner_id"]) == "惠民粮油店"


def test_what_nobody_is_called_stays_and_is_marked(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, "qqq", Key.Key_Escape, Key.Key_F12)
    assert desk.saved("delivery_note") == [] and editor.form.editors["partner_id"].text() == "qqq"
    assert editor.form.editors["partner_id"].property("invalid")


def test_an_item_left_in_its_cell_is_taken_too(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, "hmb", Key.Key_Return, "3*crs", Key.Key_F12)
    lines = saved(desk).lines
    assert [(given["item_id"], given["quantity"]) for given in lines] == [
        (desk.items["10021"], 2), (desk.items["20142"], 3)]
    assert lines[1]["price"] is not None


def test_an_item_text_that_fits_several_stays_and_is_marked(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, "hmb", Key.Key_Return, "sq", Key.Key_F12)
    assert desk.saved("delivery_note") == [] and len(editor.lines.lines) == 2
    cell = editor.grid.cell(1, "item_id")
    assert cell.data() == "sq" and "sq" in cell.data(WRONG)
    assert editor.grid.current() == (1, editor.lines.column_at(cell))
    desk.press(editor, "crs", Key.Key_Return, "1", Key.Key_Return, Key.Key_F12)
    assert [given["item_id"] for given in saved(desk).lines] == [desk.items["10021"], desk.items["20142"]]


def test_a_click_elsewhere_keeps_what_was_typed(desk: Desk, editor: DocumentEditor) -> None:
    desk.press(editor, "hmb", Key.Key_Return, "crs")
    editor.form.focus_field("remark")
    desk.settle(editor)
    assert [line["item_id"] for line in editor.lines.lines] == [desk.items["10021"], desk.items["20142"]]
