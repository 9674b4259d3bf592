"""Find the break on screen: the question, what was found, the chain, and the way to each document."""

from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest

from jxc_desktop import i18n
from jxc_desktop.services import documents
from jxc_desktop.services.queries.breaks import Severity
from jxc_desktop.ui.pages import breaks_page
from jxc_desktop.ui.pages.breaks_page import BreaksPage
from jxc_desktop.ui.pages.ledger_page import LedgerPage
from jxc_desktop.ui.pages.makers import BY_PREFIX
from jxc_desktop.ui.table import CELL
from tests.company import day, line
from tests.ui.desk import Desk

Key = Qt.Key
MARCH = f"date_from={day(-1)}&date_to={day(19)}"


def shown(desk: Desk, page: Any) -> Any:
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.resize(1180, 640)
    page.show()
    desk.settle()
    return page


def text(table: Any, row: int, key: str) -> str:
    model = table.rows_model()
    return model.index(row, model.column(key)).data(CELL).text


@pytest.fixture
def faulty(desk: Desk) -> int:
    """An item that was counted without booking it, and went out on a draft."""
    item, c = desk.items["10021"], desk.company.as_actor("王晓敏")
    c.post("purchase_order", (item, 40, 8))
    c.run(documents.park, c.draft("stock_count", {"item_id": item, "book": D(486), "quantity": D(481)}, date=day(2)))
    c.run(documents.park, c.draft("delivery_note", (item, 5, 26), date=day(3)))
    return item


def test_an_item_with_its_findings_its_chain_and_its_counts(desk: Desk, faulty: int) -> None:
    page = shown(desk, BreaksPage(desk.context, f"breaks?item_id={faulty}&warehouse_id={desk.company.main}&{MARCH}"))
    for table in (page.findings, page.chain, page.counts):
        QAbstractItemModelTester(table.rows_model(), QAbstractItemModelTester.FailureReportingMode.Fatal, table)
    assert page.title == "山泉饮用天然水 · 对账" and page.nav_key == "breaks"
    assert page.subject.text() == f"山泉饮用天然水  ·  主仓  ·  {day(-1)} 至 {day(19)}"
    assert page.result.text() == "发现 2 处断点"
    assert page.chips[Severity.WRONG].text() == "错误 1" and page.chips[Severity.SUSPECT].text() == "待查 1"
    assert not page.chips[Severity.NOTE].isVisible()
    assert [text(page.findings, i, "severity") for i in range(2)] == ["错误", "待查"]
    assert "盘得 481，账面 486" in text(page.findings, 0, "text")
    assert text(page.findings, 0, "quantity") == "-5 箱" and text(page.findings, 0, "step") == "盘点\n王晓敏"
    assert text(page.findings, 1, "name").startswith("销售出库单草稿\n")
    assert [r.state for r in page.chain.rows_model().rows] == ["未过账", "漏记账", "未执行", ""]
    assert text(page.chain, 3, "state").startswith("\n收发货→过账 ")  # dated long before it was entered
    assert text(page.chain, 2, "ordered").endswith("\n王晓敏") and text(page.chain, 2, "posted") == "–"
    assert page.counts.isVisible() and text(page.counts, 0, "difference") == "-5"
    assert page.stock.text().startswith("期初 0 + 收 486 − 发 0 = 期末 486；现存 486 箱")


def test_enter_and_a_click_on_a_number_open_it(desk: Desk, faulty: int) -> None:
    page = shown(desk, BreaksPage(desk.context, f"breaks?item_id={faulty}&{MARCH}"))
    model = page.findings.rows_model()
    page.findings.setCurrentIndex(model.index(1, 0))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.findings, Key.Key_Return)
    assert wanted.args[0].startswith("document/delivery_note/")
    at = page.findings.visualRect(model.index(0, model.column("name"))).center()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.mouseClick(page.findings.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert wanted.args[0].startswith("document/stock_count/")
    chain = page.chain.rows_model()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.chain.clicked.emit(chain.index(2, chain.column("source")))
    assert wanted.args[0].startswith("document/purchase_order/")
    with desk.qtbot.assertNotEmitted(page.open_wanted):
        page.chain.clicked.emit(chain.index(2, chain.column("document")))  # there is none yet
        page.findings.clicked.emit(model.index(0, 1))
    with desk.qtbot.waitSignal(page.open_wanted):
        page.counts.opened.emit(page.counts.model().index(0, 0))


def test_how_much_is_missing_is_looked_for(desk: Desk, faulty: int) -> None:
    page = shown(desk, BreaksPage(desk.context, f"breaks?item_id={faulty}&{MARCH}"))
    assert page.matching.text() == ""
    page.strip.editors["difference"].set_value(D(5))
    page.strip.changed.emit()
    desk.settle()
    assert page.matching.text() == "其中 2 处数量正好"
    model = page.findings.rows_model()
    assert model.index(0, model.column("quantity")).data(CELL).pill == "正好"
    page.strip.editors["difference"].set_value(D(7))
    page.strip.changed.emit()
    desk.settle()
    assert page.matching.text() == "没有数量正好的"


def test_a_document_by_its_number(desk: Desk) -> None:
    item = desk.items["10034"]
    order = desk.company.post("sales_order", (item, 4, 70))
    note = desk.company.post("delivery_note", line(item, 4, 70, source_line_id=desk.company.line_ids(order)[0]))
    page = shown(desk, BreaksPage(desk.context))
    number = page.strip.editors["number"]
    number.setFocus()
    QTest.keyClicks(number, note.number.lower())
    page.strip.changed.emit()
    desk.settle()
    assert [text(page.chain, 0, k).split("\n")[0] for k in ("source", "document")] == [order.number, note.number]
    assert page.result.text() == "没有发现断点" and page.findings._empty.sentence.text().startswith("下单、审批")
    assert not page.counts.isVisible() and not page.bars.bars
    assert {part.isEnabled() for part in period_of(page)} == {False}
    assert {part.toolTip() for part in period_of(page)} == {"按单号查时，查这张单据和它的上下游，不分日期"}
    QTest.keyClick(page, Key.Key_F3)
    assert number.hasFocus(), "it goes to what can be changed"
    number.clear()
    page.strip.changed.emit()
    assert {(part.isEnabled(), part.toolTip()) for part in period_of(page)} == {(True, "")}
    QTest.keyClicks(number, "XX-1")
    page.strip.changed.emit()
    desk.settle()
    assert page.findings._empty.sentence.text() == "没有单号为 XX-1 的单据" and not page.bars.bars
    assert page.chain.rows_model().rows == []


def period_of(page: BreaksPage) -> list[Any]:
    return [*page.strip._buttons.values(), page.strip.editors["date_from"], page.strip.editors["date_to"]]


def test_changes_without_a_bearing_are_one_line_that_opens(desk: Desk) -> None:
    note = desk.company.post("delivery_note", line(desk.items["10034"], 4, 70))
    for days in (30, 40, 50):
        desk.company.settings(slow_days=days)
    page = shown(desk, BreaksPage(desk.context, f"breaks?number={note.number}"))
    assert page.result.text() == "没有发现断点" and not page.chips[Severity.NOTE].isVisible()
    model, low = page.findings.rows_model(), page._findings_card.height()
    assert [text(page.findings, n, "text") for n in range(len(model.rows))] == ["期间另有 3 处设置改动，与此无关"]
    page.findings.setCurrentIndex(model.index(0, 0))
    with desk.qtbot.assertNotEmitted(page.open_wanted):
        QTest.keyClick(page.findings, Key.Key_Return)
    assert len(model.rows) == 4 and "50" in text(page.findings, 1, "text") and page._findings_card.height() > low
    assert page.findings.currentIndex().row() == 0 and text(page.findings, 0, "name") == "收起\n"
    page.refresh()
    desk.settle()
    assert len(model.rows) == 4, "asked again, it stays open"
    at = page.findings.visualRect(model.index(0, model.column("name"))).center()
    with desk.qtbot.assertNotEmitted(page.open_wanted):
        QTest.mouseClick(page.findings.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert len(model.rows) == 1 and text(page.findings, 0, "name") == "查看\n"


def test_it_is_asked_again_a_moment_after_a_change(desk: Desk, faulty: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaks_page, "_LATER", 50)
    page = shown(desk, BreaksPage(desk.context, f"breaks?item_id={faulty}&{MARCH}"))
    before = len(page.chain.rows_model().rows)
    desk.company.post("other_out", (faulty, 1))
    for _ in range(3):
        desk.context.changes.publish({("stock", faulty)})
    desk.qtbot.waitUntil(lambda: len(page.chain.rows_model().rows) == before + 1)
    page.hide()
    desk.company.post("other_out", (faulty, 1))
    desk.context.changes.publish({("stock", faulty)})
    desk.qtbot.wait(120)
    desk.settle()
    assert len(page.chain.rows_model().rows) == before + 1  # nobody looks
    page.show()
    desk.qtbot.waitUntil(lambda: len(page.chain.rows_model().rows) == before + 2)


def test_from_the_ledger_to_the_break(desk: Desk) -> None:
    item = desk.items["10021"]
    page = shown(desk, LedgerPage(desk.context, f"ledger/{item}/{desk.company.main}"))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args == [f"breaks?item_id={item}&warehouse_id={desk.company.main}"]
    asked = shown(desk, BreaksPage(desk.context, wanted.args[0])).question()
    assert (asked.item_id, asked.warehouse_id) == (item, desk.company.main)


def test_it_is_painted_in_every_state(desk: Desk, faulty: int) -> None:
    """Also in English, where words are longer; what is drawn differs with what was found."""
    i18n.use_language("en")
    pictures: list[QImage] = []
    for key in (f"breaks?item_id={faulty}&{MARCH}", f"breaks?{MARCH}&partner_id=1", "breaks?number=XX"):
        page = shown(desk, BreaksPage(desk.context, key))
        for size in ((1180, 640), (1720, 960)):
            page.resize(*size)
            pictures.append(page.grab().toImage())
    assert all(a != b for i, a in enumerate(pictures) for b in pictures[:i])


@pytest.mark.parametrize(("page", "asked"), [
    ("list/record/item", "item_id="), ("list/record/partner", "_id="), ("list/document/delivery_note", "number="),
    ("stock", "item_id=")])
def test_lists_lead_to_it_with_one_key(desk: Desk, faulty: int, page: str, asked: str) -> None:
    desk.company.post("delivery_note", line(faulty, 1, 26))
    shown_page = shown(desk, BY_PREFIX[next(k for k in BY_PREFIX if page.startswith(k))](desk.context, page))
    desk.settle()
    shown_page.focus_first()
    at = next(n for n, row in enumerate(shown_page.model.rows) if row.get("number", "-"))  # drafts have no number
    shown_page.table.setCurrentIndex(shown_page.model.index(at, 0))
    with desk.qtbot.waitSignal(shown_page.open_wanted) as wanted:
        QTest.keyClick(shown_page.table, Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args[0].startswith("breaks?") and asked in wanted.args[0]
    assert shown(desk, BreaksPage(desk.context, wanted.args[0])).found.subject


def test_a_document_leads_to_its_chain(desk: Desk) -> None:
    saved = desk.company.post("goods_receipt", line(desk.items["10021"], 5, 9))
    editor = desk.open(f"document/goods_receipt/{saved.id}")
    with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
        QTest.keyClick(editor.grid, Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert wanted.args == [f"breaks?number={saved.number}"]
    assert any(action.text == "对账助手" and action.key == "Shift+F4" for action in editor.menu.all())
