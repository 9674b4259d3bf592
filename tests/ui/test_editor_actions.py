"""The life of a document from its own screen: sources, copies, unpost, void, reverse, close, links."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Status
from jxc_desktop.ui.documents import actions
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.documents.source_dialog import SourceDialog
from jxc_desktop.ui.documents.timeline_panel import TimelineDialog
from tests.company import line
from tests.ui.desk import CTRL, SHIFT, Desk, Key


def dialog(kind: type) -> Any:
    [found] = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found


def do(desk: Desk, editor: DocumentEditor, text: str) -> None:
    next(a for a in editor.menu.all() if a.text == text).call()
    desk.settle(editor)


def offered(editor: DocumentEditor) -> set[str]:
    return {a.text for a in editor.menu.all()}


@pytest.fixture
def order(desk: Desk) -> Any:
    """A sales order of two lines."""
    return desk.company.post("sales_order", line(desk.items["10021"], 40, "26"), line(desk.items["10034"], 10, "70"),
                             partner_id=desk.partner)


@pytest.fixture
def note(desk: Desk) -> Any:
    return desk.company.post("delivery_note", line(desk.items["10021"], 40, "26"), partner_id=desk.partner)


@pytest.fixture
def sure(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question is answered with its verb."""
    asked: list[str] = []

    def answer(parent: Any, question: str, detail: str = "", answers: Any = (), **rest: Any) -> str:
        asked.append(question)
        return str(answers[0].key)

    monkeypatch.setattr(actions, "ask", answer)
    return asked


def test_a_delivery_made_from_an_order(desk: Desk, order: Any) -> None:
    editor = desk.open(f"document/sales_order/{order.id}")
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        do(desk, editor, "生成销售出库单")
    assert wanted.args == [f"document/delivery_note/from-{order.id}"]
    made = desk.open(wanted.args[0])
    assert made.dirty and made.form.partner_id() == desk.partner
    assert [given["quantity"] for given in made.lines.lines] == [40, 10]
    made.lines.setData(made.grid.cell(0, "quantity"), "15")
    desk.press(made, Key.Key_F12)
    assert made.draft.status is Status.POSTED
    rest = desk.open(f"document/delivery_note/from-{order.id}")
    assert [given["quantity"] for given in rest.lines.lines] == [25]  # what is still open


def test_lines_are_taken_from_ticked_orders_in_part(desk: Desk, order: Any) -> None:
    editor = desk.open("document/delivery_note/new")
    do(desk, editor, "引入来源单据")
    shown = dialog(SourceDialog)
    assert [row.facts["number"] for row in shown.documents.rows] == [order.number]
    desk.press(editor, " ")
    assert [(row.item.code, row.taken, row.ticked) for row in shown.lines.rows] == [
        ("10021", 40, True), ("10034", 10, True)]
    assert not shown.lines.setData(shown.lines.index(0, 5), "-3")
    assert shown.lines.setData(shown.lines.index(0, 5), "12")
    shown.lines.toggle(1)
    shown.go_on.click()
    desk.settle(editor)
    assert [(given["quantity"], given["price"], given["amount"]) for given in editor.lines.lines] == [(12, 26, 312)]
    assert editor.form.partner_id() == desk.partner and editor.lines.lines[0]["source_line_id"]
    desk.press(editor, Key.Key_F12)
    assert desk.company.balance(desk.items["10021"])[:2] == (474, 28)


def test_without_an_open_order_the_dialog_says_so(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    do(desk, editor, "引入来源单据")
    shown = dialog(SourceDialog)
    assert "没有" in shown.note.text()
    shown.go_on.click()
    assert shown.isVisible() and "勾选" in shown.note.text()
    shown.reject()


def test_unpost_void_and_what_is_offered_when(desk: Desk, note: Any, sure: list[str]) -> None:
    editor = desk.open(f"document/delivery_note/{note.id}")
    assert {"修改", "撤销审核", "红冲…", "作废…", "复制为新单", "生成销售退货单", "打印预览",
            "导出 Excel"} <= offered(editor)
    assert "关闭订单" not in offered(editor)
    do(desk, editor, "撤销审核")
    assert editor.editing and editor.draft.status is Status.DRAFT
    assert not {"修改", "红冲…", "生成销售退货单"} & offered(editor)
    do(desk, editor, "作废…")
    assert editor.draft.status is Status.VOID and editor.title_row.chip.text() == "已作废"
    assert sure == [f"作废 {note.number}？"] and not editor.editing
    assert desk.company.on_hand(desk.items["10021"]) == 486


def test_reversing_opens_the_mirror(desk: Desk, note: Any, sure: list[str]) -> None:
    editor = desk.open(f"document/delivery_note/{note.id}")
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        do(desk, editor, "红冲…")
    assert editor.draft.status is Status.REVERSED and editor.title_row.chip.text() == "已红冲"
    mirror = desk.open(wanted.args[0])
    assert [given["quantity"] for given in mirror.lines.lines] == [-40] and not mirror.editing
    assert mirror.title_row.correct.isHidden() and not {"修改", "撤销审核", "红冲…", "作废…"} & offered(mirror)
    assert mirror.totals.total.accessibleName() == "应收合计 ¥-1,040.00"


def test_an_order_is_closed_and_opened_again(desk: Desk, order: Any) -> None:
    editor = desk.open(f"document/sales_order/{order.id}")
    do(desk, editor, "关闭订单")
    assert editor.draft.status is Status.CLOSED and desk.company.balance(desk.items["10021"])[1] == 0
    do(desk, editor, "重新打开订单")
    assert editor.draft.status is Status.POSTED and desk.company.balance(desk.items["10021"])[1] == 40


def test_a_refused_command_becomes_a_bar(desk: Desk, order: Any) -> None:
    desk.company.save(desk.context.queries.draft_from("delivery_note", (order.id,)))
    editor = desk.open(f"document/sales_order/{order.id}")
    do(desk, editor, "撤销审核")
    assert "XSCK-" in editor.bars.bars["save"].text and editor.draft.status is Status.POSTED
    assert not editor.saving.busy


def test_copies(desk: Desk, note: Any) -> None:
    editor = desk.open(f"document/delivery_note/{note.id}")
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        desk.chord(editor, Key.Key_D, CTRL | SHIFT)
    copied = desk.open(wanted.args[0])
    assert copied.draft.id is None and copied.draft.number is None and copied.dirty
    assert copied.form.value("date") != editor.form.value("date")
    assert [(given["item_id"], given["quantity"]) for given in copied.lines.lines] == [(desk.items["10021"], 40)]
    new = desk.open("document/delivery_note/new")
    desk.press(new, "hmb", Key.Key_Return)
    desk.chord(new, Key.Key_L, CTRL | SHIFT)
    assert [(given["item_id"], given["quantity"], given["price"]) for given in new.lines.lines] == [
        (desk.items["10021"], 40, 26)]
    desk.press(new, Key.Key_F12)
    assert len(desk.saved("delivery_note")) == 2


def test_the_time_line_links_what_came_before(desk: Desk, order: Any) -> None:
    note = desk.company.save(desk.context.queries.draft_from("delivery_note", (order.id,)))
    editor = desk.open(f"document/delivery_note/{note.id}")
    do(desk, editor, "时间线与关联单据")
    shown = dialog(TimelineDialog)
    assert [(row.action, row.actor) for row in shown.model.rows] == [("post", "admin")]
    [link] = [b for b in shown.findChildren(QWidget) if getattr(b, "text", str)() and order.number in str(b.text())]
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        link.click()
    assert wanted.args == [f"document/sales_order/{order.id}"]


def test_printing_saves_first(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    with desk.qtbot.waitSignal(editor.print_wanted) as wanted:
        desk.chord(editor, Key.Key_P, CTRL)
    assert wanted.args == [(2,), False] and len(desk.saved("delivery_note")) == 1
    with desk.qtbot.waitSignal(editor.print_wanted) as again:
        desk.chord(editor, Key.Key_P, CTRL | SHIFT)
    assert again.args == [(2,), True]


def test_choosing_a_partner_fills_what_is_known(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    assert [editor.form.value(n) for n in ("contact", "phone", "address")] == ["张经理", "138", "人民路 118 号"]
    desk.fill(editor, (("sqy", "700"),))
    balance = editor.form.balance
    assert balance and balance._after.text() == "18,550 / 20,000" and balance._bar.property("tone") == "warn"
    editor.lines.setData(editor.grid.cell(0, "quantity"), "1000")
    desk.settle(editor)
    assert balance._bar.property("tone") == "bad" and balance.toolTip() == "超过信用额度"


def test_totals_follow_every_key(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.fill(editor, (("sqy", "40"), ("hsn", "2")))
    editor.form.set_value("discount_amount", Decimal("8.40"))
    desk.settle(editor)
    shown = [m.accessibleName() for m in (editor.totals.lines, editor.totals.quantity, editor.totals.discount,
                                          editor.totals.total)]
    assert shown == ["行数 2", "数量 42", "整单优惠 8.40", "应收合计 ¥1,200.00"]
    assert editor.totals.capitals.accessibleName() == "壹仟贰佰元整"


def test_low_windows_fold_the_header_into_a_line(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    editor.resize(1000, 560)
    QApplication.processEvents()
    assert editor.form.collapsed and "惠民便利店" in editor.form._summary_text.text()
    desk.press(editor, Key.Key_F6, Key.Key_F6)
    assert editor.form.has_focus() and not editor.form.collapsed
    desk.press(editor, Key.Key_F6)
    assert editor.grid.hasFocus() and editor.form.collapsed


@pytest.mark.parametrize("kind", document_types.ALL, ids=lambda k: k.key)
def test_everything_has_a_name_for_screen_readers(desk: Desk, kind: Any) -> None:
    editor = desk.open(f"document/{kind.key}/new")
    nameless = [w for w in editor.findChildren(QWidget) if w.focusPolicy().value and w.isVisibleTo(editor)
                and not w.accessibleName() and not w.objectName().startswith("qt_")]
    assert nameless == []
