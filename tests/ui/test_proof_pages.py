"""Period close, explanations and traces on screen, over real movements."""

import datetime as dt
import time
from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QDialog
from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import access, documents, periods
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.dialogs.reason import ReasonDialog
from jxc_desktop.ui.pages.audit_page import AuditPage
from jxc_desktop.ui.pages.explain_page import DocumentCostPage, ExplainPage
from jxc_desktop.ui.pages.ledger_page import LedgerPage
from jxc_desktop.ui.pages.periods_page import PeriodsPage, next_end
from jxc_desktop.ui.pages.stock_page import StockPage
from jxc_desktop.ui.pages.trace_page import TracePage
from jxc_desktop.ui.table import CELL
from tests.company import day, line
from tests.ui.desk import Desk

Key = Qt.Key


@pytest.fixture(autouse=True)
def nothing_asked(desk: Desk) -> None:
    desk.company.settings(ask_restating=False)


def shown(desk: Desk, page: Any) -> Any:
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.resize(1180, 640)
    page.show()
    desk.settle()
    return page


def text(model: Any, row: int, key: str) -> str:
    return model.index(row, model.column(key)).data(CELL).text


def answer(button: str) -> None:
    """Presses a button of the next question."""
    def press() -> None:
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
        dialog.findChild(object, button).click()  # type: ignore[attr-defined]

    QTimer.singleShot(100, press)


# --- explain ------------------------------------------------------------------------------------------------


def a_week(desk: Desk) -> int:
    item = desk.items["10021"]  # 486 at 10 to begin with
    desk.company.post("delivery_note", line(item, 86, "26.50"), date=day(2))
    desk.company.post("goods_receipt", line(item, 114, "13"), date=day(1))
    return item


def test_from_the_stock_list_to_the_derivation_and_to_the_document(desk: Desk) -> None:
    item = a_week(desk)
    page = shown(desk, StockPage(desk.context))
    page.table.show_row((item, desk.company.main))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args == [f"explain/{item}/{desk.company.main}/0"]
    found = shown(desk, ExplainPage(desk.context, wanted.args[0]))
    QAbstractItemModelTester(found.steps.model, QAbstractItemModelTester.FailureReportingMode.Fatal, found)
    assert found.title == "山泉饮用天然水 · 由来"
    assert found.result.text() == "现在：主仓有山泉饮用天然水 514 箱，金额 5,432.98，成本单价 10.57。"
    assert "1 笔因 1 次补录或更正而重算，合计 -49.02" in found.sentences.text()
    model = found.steps.model
    assert [text(model, i, "quantity_after") for i in range(3)] == ["486", "600", "514"]
    assert found.steps.how.text() == "6,342.00 × 86 ÷ 600 = 909.02"
    assert len(found.steps.history.rows) == 1 and found.steps.changes.text() == "首次入账后变动过 1 次"
    assert [text(model, i, "restated") for i in range(3)] == ["", "", "×1"]
    with desk.qtbot.waitSignal(found.open_wanted) as opened:
        QTest.keyClick(found.steps.table, Key.Key_Return)
    assert opened.args[0].startswith("document/delivery_note/")


def test_another_day_and_what_lies_before_the_close(desk: Desk) -> None:
    item = a_week(desk)
    desk.company.run(periods.close, day(1))
    page = shown(desk, ExplainPage(desk.context, f"explain/{item}/0/0"))
    assert page.before_close.isVisible() and len(page.steps.model.rows) == 1 and not page.earlier.isVisible()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.before_close.click()
    assert wanted.args == [f"explain/{item}/0/0/{day(1)}"]
    before = shown(desk, ExplainPage(desk.context, wanted.args[0]))
    assert before.as_of.value() == day(1) and [r["quantity_after"] for r in before.steps.model.rows] == [486, 600]
    before.as_of.set_value(day(0))
    before.as_of.changed.emit()
    desk.settle()
    assert [r["quantity_after"] for r in before.steps.model.rows] == [486]


def test_pages_of_a_long_history(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from jxc_desktop.ui.pages import explain_page

    monkeypatch.setattr(explain_page, "PAGE", 2)
    item = desk.items["10021"]
    for n in range(4):
        desk.company.post("delivery_note", line(item, 1, "26.50"), date=day(n))
    page = shown(desk, ExplainPage(desk.context, f"explain/{item}/0/0"))
    assert [r["quantity_after"] for r in page.steps.model.rows] == [483, 482]
    QTest.keyClick(page, Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    desk.settle()
    assert [r["quantity_after"] for r in page.steps.model.rows] == [485, 484] and page.later.isVisible()
    page.earlier.click()
    desk.settle()
    assert [r["quantity_after"] for r in page.steps.model.rows] == [486] and not page.earlier.isVisible()
    read, asked = explain_page._read, iter([0.3, 0.0])

    def slowly(*given: Any) -> Any:
        time.sleep(next(asked))
        return read(*given)

    monkeypatch.setattr(explain_page, "_read", slowly)
    page.later.click()
    page.later.click()  # answered before the first
    desk.settle()
    assert [r["quantity_after"] for r in page.steps.model.rows][-1] == 482


def test_the_ledger_and_a_document_explain_themselves(desk: Desk) -> None:
    item = a_week(desk)
    page = shown(desk, LedgerPage(desk.context, f"ledger/{item}/{desk.company.main}"))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.explain()
    assert wanted.args == [f"explain/{item}/{desk.company.main}/0"]
    note = desk.company.post("delivery_note", line(item, 6, "26.50"), line(desk.items["10034"], 2, "70"), date=day(3))
    editor = desk.open(f"document/delivery_note/{note.id}")
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        next(a for a in editor.menu.all() if a.key == "Shift+F1").call()
    assert wanted.args == [f"cost/{note.id}"]
    cost = shown(desk, DocumentCostPage(desk.context, wanted.args[0]))
    assert cost.number.text() == f"销售出库单 {note.number}"
    assert [(text(cost.steps.model, i, "position"), text(cost.steps.model, i, "item")) for i in range(2)] == [
        ("1", "山泉饮用天然水"), ("2", "红烧牛肉面五连包")]
    with desk.qtbot.waitSignal(cost.open_wanted) as wanted:
        QTest.keyClick(cost.steps.table, Key.Key_Return)
    assert wanted.args == [f"explain/{item}/0/0"]
    editor.closed()


def test_nothing_to_explain_for_who_may_not_see_cost(desk: Desk) -> None:
    actor = Actor("业务", frozenset({"item.see"}))
    desk.context.actor, desk.context.queries = actor, Queries(desk.company.engine, actor)
    page = shown(desk, StockPage(desk.context))
    assert "Shift+F1" not in dict(page.key_hints()) and page.buttons() == []


# --- trace --------------------------------------------------------------------------------------------------


def test_a_lot_from_its_supplier_to_its_customer(desk: Desk) -> None:
    c = desk.company
    c.settings(use_lots=True)
    tea = c.item(name="茶叶", tracking="lot")
    c.post("goods_receipt", line(tea, 10, 4, lot="A1", production_date=day(-3), expiry_date=day(300)))
    note = c.post("delivery_note", line(tea, 3, 9, lot="A1"), date=day(1))
    lot_id = c.scalar(select(TABLES["lot"].c.id))
    page = shown(desk, TracePage(desk.context, f"trace/{lot_id}"))
    assert page.title == "A1 · 追溯"
    assert {k: m._value.text() for k, m in page.metrics.items()} == {
        "on_hand": "主仓 7 公斤", "production_date": str(day(-3)), "expiry_date": str(day(300)),
        "came_from": "宏达五金", "went_to": "华联超市"}
    assert [text(page.model, i, "level") for i in range(2)] == ["本批", "本批"]
    page.table.setCurrentIndex(page.model.index(1, 0))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_Return)
    assert wanted.args == [f"document/delivery_note/{note.id}"]


def test_from_the_ledger_and_from_the_list_of_lots_to_the_trace(desk: Desk) -> None:
    c = desk.company
    c.settings(use_lots=True)
    tea = c.item(name="茶叶", tracking="lot")
    c.post("goods_receipt", line(tea, 10, 4, lot="A1"))
    lot_id = c.scalar(select(TABLES["lot"].c.id))
    desk.context.queries.company()
    page = shown(desk, LedgerPage(desk.context, f"ledger/{tea}"))
    assert page.trace_button.isVisible()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args == [f"trace/{lot_id}"]
    assert not shown(desk, LedgerPage(desk.context, f"ledger/{desk.items['10021']}")).trace_button.isVisible()
    assert desk.context.queries.report("lot_stock", {}).rows[0]["link"] == f"trace/{lot_id}"


# --- period close -------------------------------------------------------------------------------------------


def test_what_is_likely_to_be_closed_next() -> None:
    today = dt.date(2026, 7, 15)
    assert next_end(None, today) == dt.date(2026, 6, 30)
    assert next_end(dt.date(2026, 1, 31), today) == dt.date(2026, 2, 28)
    assert next_end(dt.date(2026, 1, 15), today) == dt.date(2026, 1, 31)
    assert next_end(dt.date(2026, 6, 30), today) == today


def test_the_checklist_leads_to_what_is_open(desk: Desk) -> None:
    parked = desk.company.run(documents.park, desk.company.draft("delivery_note", line(desk.items["10021"], 1, 2)))
    page = shown(desk, PeriodsPage(desk.context))
    words = {row.title: (row.word, row.figure) for row in page.checklist.rows}
    assert words["期内未审核的草稿"] == ("待处理", "1") and words["负库存"] == ("通过", "")
    assert page.told.text() == "结账前有 1 项需要处理"
    page.checklist.setFocus()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.checklist, Key.Key_Return)
    assert wanted.args == [f"document/delivery_note/{parked.value.id}"]


def test_close_reopen_and_close_again(desk: Desk) -> None:
    item = a_week(desk)
    page = shown(desk, PeriodsPage(desk.context))
    assert not page.reopen_button.isVisible() and page.model.rows == []
    page.through.set_value(day(5))
    answer("go")
    page.close_period()
    desk.settle()
    assert [(text(page.model, 0, k)) for k in ("first", "through", "state")] == ["期初", str(day(5)), "已结账"]
    worth = desk.company.rows(select(TABLES["cost_pool"].c.value))
    assert page.model.rows[0].value == sum((r.value for r in worth), D(0))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.table.setCurrentIndex(page.model.index(0, 0))
        QTest.keyClick(page.table, Key.Key_Return)
    assert wanted.args == [f"report/stock_movement?date_from={day(5).replace(day=1)}&date_to={day(5)}"]

    def why() -> None:
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ReasonDialog) and w.isVisible())
        assert not dialog.go.isEnabled()
        dialog.reason.setText("漏记一单")
        dialog.go.click()

    QTimer.singleShot(100, why)
    page.reopen_button.click()
    desk.settle()
    assert text(page.model, 0, "state") == "已反结账" and text(page.model, 0, "reopen_reason") == "漏记一单"
    assert not page.reopen_button.isVisible()
    desk.company.post("goods_receipt", line(item, 4, "12"), date=day(3))
    answer("go")
    page.close_period()
    desk.settle()
    assert text(page.model, 0, "differs") == "差异表"
    page.table.setCurrentIndex(page.model.index(0, 0))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_Return)
    assert wanted.args == [f"report/period_difference?through={day(5)}"]


def test_the_audit_trail_tells_of_a_close_and_leads_there(desk: Desk) -> None:
    desk.company.run(periods.close, day(5))
    desk.company.run(periods.reopen, "漏记一单")
    page = shown(desk, AuditPage(desk.context))
    assert text(page.model, 0, "entity") == "月结" and text(page.model, 0, "action") == "重新打开"
    assert [(r["what"], r["after"]) for r in page.changes.model.rows] == [("截止", str(day(5))), ("原因", "漏记一单")]
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_Return)
    assert wanted.args == ["periods"]


def test_a_refused_close_says_why_on_the_page(desk: Desk) -> None:
    desk.company.run(periods.close, day(5))
    page = shown(desk, PeriodsPage(desk.context))
    page.through.set_value(day(2))
    answer("go")
    page.close_period()
    desk.settle()
    assert "已结账期间" in page.bars.bars["operation"].text
    assert [p.through for p in page.model.rows] == [day(5)]


def test_only_those_who_may_close_and_reopen(desk: Desk) -> None:
    desk.company.run(periods.close, day(5))
    for role, may in (("accountant", (True, False)), ("clerk", (False, False)), ("manager", (True, True))):
        actor = Actor(role, access.ROLES[role])
        desk.context.actor, desk.context.queries = actor, Queries(desk.company.engine, actor)
        page = shown(desk, PeriodsPage(desk.context))
        assert (page.close_button.isVisible(), page.reopen_button.isVisible()) == may
