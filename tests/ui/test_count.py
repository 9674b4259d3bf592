"""Counting on the screen: a sheet, scanning, blind, differences, several counters, papers."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.services import documents
from jxc_desktop.services.counting import Scope
from jxc_desktop.ui.pages.list_documents import DocumentListPage
from jxc_desktop.ui.table import CELL
from tests.company import line
from tests.ui.desk import CTRL, Desk, Key, barcode

NEW = "document/stock_count/new-1"


def dialog() -> Any:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())


def text(editor: Any, row: int, key: str) -> str:
    return str(editor.grid.cell(row, key).data() or "")


def visible(editor: Any) -> set[str]:
    return {c.key for c in editor.grid.visible_columns()}


def opened(desk: Desk, *codes: str) -> Any:
    """An editor with a sheet of these items."""
    editor = desk.open(NEW)
    editor.extra.make_sheet(Scope(desk.company.main, item_ids=[desk.items[c] for c in codes]), False)
    desk.settle(editor)
    return editor


def parked(desk: Desk, *lines: dict[str, Any]) -> int:
    """Another counter's sheet."""
    draft = desk.context.queries.count_sheet(Scope(desk.company.main, item_ids=[one["item_id"] for one in lines]))
    for one, given in zip(draft.lines, sorted(lines, key=lambda one: one["item_id"]), strict=True):
        one |= given
    other = desk.company.as_actor("李四")
    return int(other.run(documents.park, draft).value.id)


def test_a_new_count_offers_a_sheet(desk: Desk) -> None:
    editor = desk.open(NEW)
    assert "count" in editor.bars.bars and not editor.extra.make.isHidden()
    editor.extra.ask_sheet()
    asked = dialog()
    assert asked.editors["warehouse_id"].value() == desk.company.main
    asked.editors["in_stock_only"].set_value(True)
    asked.finish()
    desk.settle(editor)
    assert len(editor.lines.lines) == len(desk.items) and editor.extra.progress.text() == "已盘 0 / 11"
    assert editor.draft.header["snapshot"] and "count" not in editor.bars.bars
    assert editor.grid.current()[0] == 0 and editor.grid.current()[1].name == "quantity"
    desk.press(editor, "486", Key.Key_Return, "15", Key.Key_Return)
    assert [one["quantity"] for one in editor.lines.lines[:2]] == [D(486), D(15)]
    assert editor.extra.progress.text() == "已盘 2 / 11" and editor.extra.make.isHidden()
    assert [text(editor, row, "difference") for row in range(3)] == ["0", "-51", ""]


def test_enter_leaves_what_was_not_counted(desk: Desk) -> None:
    editor = opened(desk, "10021", "10022")
    desk.press(editor, Key.Key_Return)
    assert editor.lines.lines[0]["quantity"] is None and editor.grid.current()[0] == 1


def test_a_scan_counts_one_more_of_what_is_on_the_sheet(desk: Desk) -> None:
    editor = opened(desk, "10021", "10034")
    for code in ("10034", "10034", "30007"):
        desk.scan(editor, barcode(code))
        desk.qtbot.wait(320)  # the same code at once would be a slip of the scanner
    codes = {item_id: code for code, item_id in desk.items.items()}
    assert [(codes[one["item_id"]], one["quantity"], one["book"]) for one in editor.lines.lines] == [
        ("10021", None, D(486)), ("10034", D(2), D(18)), ("30007", D(1), D(128))]
    assert text(editor, 1, "difference") == "-16" and text(editor, 2, "difference") == "-127"


def test_packs_and_pieces_of_an_item_add_up(desk: Desk) -> None:
    editor = opened(desk, "10021")
    desk.press(editor, "480")
    desk.chord(editor, Key.Key_S, CTRL)
    assert desk.company.on_hand(desk.items["10021"]) == D(480)
    editor = desk.open("document/stock_count/new-2")
    editor.extra.make_sheet(Scope(desk.company.main, item_ids=[desk.items["10021"]]), False)
    desk.settle(editor)
    editor.lines.append_lines([line(desk.items["10021"], 40, unit_id=desk.company.piece)], "")
    desk.settle(editor)
    assert text(editor, 0, "difference") == "+1,120" and text(editor, 1, "difference") == ""


def test_a_blind_count_hides_the_books(desk: Desk) -> None:
    editor = opened(desk, "10021", "10034")
    assert {"book", "difference"} <= visible(editor)
    editor.form.set_value("blind", True)
    assert not {"book", "difference"} & visible(editor)
    assert not any(a.text() in ("账面数量", "差异") for a in editor.grid.columns.menu().actions())
    assert editor.extra.only.isHidden()
    desk.press(editor, "480", Key.Key_Return, "18")
    desk.chord(editor, Key.Key_S, CTRL)
    assert editor.draft.status is Status.POSTED and {"book", "difference"} <= visible(editor)
    assert text(editor, 0, "difference") == "-6"


def test_only_what_differs(desk: Desk) -> None:
    editor = opened(desk, "10021", "10034", "20115")
    desk.press(editor, "486", Key.Key_Return, "17", Key.Key_Return)
    editor.extra.only.setChecked(True)
    assert [editor.grid.isRowHidden(row) for row in range(4)] == [True, False, True, False]
    editor.extra.only.setChecked(False)
    assert not any(editor.grid.isRowHidden(row) for row in range(4))


def test_large_differences_ask_for_a_second_look(desk: Desk) -> None:
    desk.company.settings(count_threshold=D("0.1"))
    editor = opened(desk, "10021", "10034")
    desk.press(editor, "480", Key.Key_Return, "10")
    editor.grid.commit()
    assert [editor.grid.cell(row, "difference").data(CELL).pill for row in (0, 1)] == ["", "复盘"]


def test_uncounted_lines_count_as_zero_where_that_is_chosen(desk: Desk) -> None:
    editor = opened(desk, "10021", "10034")
    desk.press(editor, "486", Key.Key_Return)
    assert text(editor, 1, "difference") == ""
    editor.form.set_value("uncounted", "zero")
    assert text(editor, 1, "difference") == "-18"


def test_what_moved_meanwhile_is_said(desk: Desk) -> None:
    editor = opened(desk, "10021")
    desk.press(editor, "486")
    editor.park()
    desk.settle(editor)
    desk.settle(editor)
    desk.company.post("delivery_note", line(desk.items["10021"], 6, "26.5"), date=editor.draft.header["date"])
    editor = desk.open(editor.key)
    assert "1 种已盘商品" in editor.bars.bars["count"].text
    assert text(editor, 0, "difference") == "0"
    editor.save()
    desk.settle(editor)
    assert desk.company.on_hand(desk.items["10021"]) == D(480)


def test_a_posted_count_shows_what_it_booked(desk: Desk) -> None:
    editor = opened(desk, "10021")
    desk.press(editor, "480")
    desk.chord(editor, Key.Key_S, CTRL)
    desk.company.settings(ask_restating=False)
    before = editor.draft.header["date"] - dt.timedelta(days=1)
    desk.company.post("other_out", line(desk.items["10021"], 4), date=before)  # explains a part of it
    editor = desk.open(editor.key)
    assert text(editor, 0, "difference") == "-2"
    assert desk.company.on_hand(desk.items["10021"]) == D(480)


def test_another_warehouse_has_other_books(desk: Desk) -> None:
    editor = opened(desk, "10021")
    desk.press(editor, "480", Key.Key_Return)
    editor.form.set_value("warehouse_id", desk.company.branch)
    desk.settle(editor)
    assert editor.draft.header["snapshot"] is None and editor.lines.lines[0]["book"] == D(0)
    assert text(editor, 0, "difference") == "+480"


def test_sheets_of_several_counters(desk: Desk) -> None:
    tea, noodles = desk.items["10021"], desk.items["10034"]
    other = parked(desk, {"item_id": tea, "quantity": D(6)}, {"item_id": noodles, "quantity": D(18)})
    editor = opened(desk, "10021", "10034")
    desk.press(editor, "480", Key.Key_Return)
    editor.extra.add_sheets()
    desk.settle(editor)
    desk.settle(editor)
    desk.qtbot.waitUntil(lambda: any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets()))
    asked = dialog()
    desk.settle(editor)
    assert [row.facts["id"] for row in asked.sheets.rows] == [other]
    asked.finish()
    assert asked.isVisible()  # nothing is ticked yet
    asked.table._toggle(0)
    asked.finish()
    desk.settle(editor)
    desk.settle(editor)
    assert [(one["item_id"], one["quantity"], one["counter"]) for one in editor.lines.lines] == [
        (tea, D(480), None), (noodles, D(18), "李四"), (tea, D(6), "李四")]
    assert [text(editor, row, "difference") for row in range(3)] == ["0", "0", ""]
    assert desk.context.queries.open_document(other).status is Status.VOID


def test_papers_of_a_count(desk: Desk) -> None:
    editor = opened(desk, "10021", "10034")
    desk.press(editor, "480", Key.Key_Return, "20")
    editor.park()
    desk.settle(editor)
    desk.settle(editor)
    asked: list[str] = []
    editor.open_wanted.connect(asked.append)
    actions = {a.text: a for a in editor.menu.all()}
    for name in ("打印空白盘点表", "打印盘盈单", "打印盘亏单"):
        actions[name].call()
    assert asked == [f"print/{editor.draft.id}?part={part}" for part in ("blank", "gains", "losses")]
    assert "导出盘点差异到 Excel" in actions and "红冲…" not in actions


def test_the_moment_of_a_sheet_survives_the_journal(desk: Desk) -> None:
    editor = opened(desk, "10021")
    desk.press(editor, "480", Key.Key_Return)
    editor.keep()
    kept: Draft = desk.journal.kept("document_stock_count_new-1").draft  # type: ignore[union-attr]
    assert kept.header["snapshot"] == editor.draft.header["snapshot"]


@pytest.mark.parametrize("kind", ["stock_count", "revaluation"])
def test_the_list_shows_what_is_in_it(desk: Desk, kind: str) -> None:
    """Lines without a quantity: not counted, or about value alone."""
    if kind == "stock_count":
        parked(desk, {"item_id": desk.items["10021"], "quantity": None})
    else:
        desk.company.post(kind, {"item_id": desk.items["10021"], "price": D(12)})
    page = DocumentListPage(desk.context, f"list/document/{kind}")
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    desk.qtbot.addWidget(page.preview)
    page.show()
    desk.settle()
    page.table.setCurrentIndex(page.model.index(0, 1))
    page.preview.show()
    desk.qtbot.waitUntil(lambda: page.preview._content is not None)
    assert "山泉饮用天然水" in {part.text() for part in page.preview.findChildren(QLabel)}
