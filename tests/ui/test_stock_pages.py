"""Stock query, stock ledger, audit trail and alerts, over real movements."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton

from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.main_window import MainWindow
from jxc_desktop.ui.pages.alerts_panel import AlertsPanel
from jxc_desktop.ui.pages.audit_page import AuditPage
from jxc_desktop.ui.pages.bell_entries import order_for, sentence
from jxc_desktop.ui.pages.ledger_page import LedgerPage
from jxc_desktop.ui.pages.stock_page import StockPage
from jxc_desktop.ui.table import CELL
from jxc_desktop.ui.tokens import Tone
from tests.company import day, line
from tests.ui.desk import Desk


def shown(desk: Desk, page: Any) -> Any:
    desk.qtbot.addWidget(page, before_close_func=lambda page: getattr(page, "closed", lambda: None)())
    page.resize(1180, 640)
    page.show()
    desk.settle()
    return page


def test_stock_with_its_state_in_a_word(desk: Desk) -> None:
    page = shown(desk, StockPage(desk.context))
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal, page)
    rows = {r["code"]: i for i, r in enumerate(page.model.rows)}
    state = page.model.column("state")
    low = page.model.index(rows["10034"], state).data(CELL)
    assert (low.text, low.tone) == ("低", Tone.WARN)
    assert page.model.index(rows["10021"], state).data(CELL).text == ""
    assert page.card.footer.shown()[1]["on_hand"] == sum(r["on_hand"] for r in page.model.rows)
    page.tools.views.choose("low")
    desk.settle()
    assert {r["state"] for r in page.model.rows} == {"low"}
    page.tools.views.choose("all")
    page.tools.pane.put({"nonzero": "no"})
    desk.settle()
    assert page.model.rows == []


def test_enter_drills_to_the_ledger_and_to_the_document(desk: Desk) -> None:
    item = desk.items["10021"]
    note = desk.company.post("delivery_note", line(item, 6, "26.50"))
    page = shown(desk, StockPage(desk.context))
    page.table.show_row((item, desk.company.main))
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted.args == [f"ledger/{item}/{desk.company.main}"]
    ledger = shown(desk, LedgerPage(desk.context, wanted.args[0]))
    assert ledger.title == "山泉饮用天然水 · 流水"
    assert [r["quantity_out"] for r in ledger.model.rows] == [Decimal(6), None]
    with desk.qtbot.waitSignal(ledger.open_wanted) as opened:
        QTest.keyClick(ledger.table, Qt.Key.Key_Return)
    assert opened.args == [f"document/delivery_note/{note.id}"]


def test_ledger_figures_and_warehouses(desk: Desk) -> None:
    item = desk.items["10021"]
    desk.company.post("sales_order", line(item, 30, "26.50"))
    desk.company.post("transfer", line(item, 86))
    page = shown(desk, LedgerPage(desk.context, f"ledger/{item}"))

    def figures() -> dict[str, str]:
        return {k: m._value.text() for k, m in page.figures.metrics.items()}

    assert figures() == {"on_hand": "486  12个6箱", "reserved": "30", "available": "456  11个16箱",
                         "on_order": "0", "projected": "456  11个16箱", "reorder_point": "60", "unit_cost": "10.0000",
                         "value": "4,860.00"}
    names = [b.text() for b in page.figures.buttons]
    assert names == ["全部仓库  486", "主仓  400", "分仓  86"]
    page.figures.buttons[2].click()
    desk.settle()
    assert figures()["on_hand"] == "86  2个6箱" and {r["warehouse"] for r in page.model.rows} == {"分仓"}
    desk.company.post("delivery_note", line(item, 1, "1"), warehouse_id=desk.company.branch)
    desk.context.changes.publish({("stock", item)})
    desk.settle()
    assert figures()["on_hand"] == "85  2个5箱" and len(page.model.rows) == 2


def test_costs_only_for_those_who_may(desk: Desk) -> None:
    actor = Actor("业务", frozenset({"item.see"}))
    desk.context.actor, desk.context.queries = actor, Queries(desk.company.engine, actor)
    page = shown(desk, LedgerPage(desk.context, f"ledger/{desk.items['10021']}"))
    assert "value" not in page.figures.metrics and "unit_cost" not in {c.key for c in page.model.columns}
    assert "value" not in {c.key for c in shown(desk, StockPage(desk.context)).model.columns}


def test_the_audit_trail_says_what_changed(desk: Desk) -> None:
    item = desk.items["10021"]
    desk.company.change_record("item", item, name="山泉天然水", sale_price=Decimal("27.5"))
    page = shown(desk, AuditPage(desk.context))
    assert page.model.rows[0]["entity_id"] == item
    words = [(r["what"], r["before"], r["after"]) for r in page.changes.model.rows]
    assert ("名称", "山泉饮用天然水", "山泉天然水") in words and ("销售价", "26.5", "27.5") in words
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert wanted.args == [f"record/item/{item}"]
    page.tools.pane.put({"entity": "opening_stock"})
    desk.settle()
    assert {r["entity"] for r in page.model.rows} == {"opening_stock"}
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.changes.open.click()
    assert wanted.args == [f"document/opening_stock/{page.model.rows[0]['entity_id']}"]


def test_alerts_come_and_go_with_the_saves(desk: Desk) -> None:
    window = MainWindow(desk.context)
    desk.qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    panel = AlertsPanel(desk.context, window)
    panel.popup(window.top.bell)
    desk.settle()
    named = {c.alert.item for c in panel.cards}
    assert "红烧牛肉面五连包" in named and "山泉饮用天然水" not in named
    desk.company.post("delivery_note", line(desk.items["10021"], 480, "26"))
    desk.context.changes.publish({("alert", desk.items["10021"])})
    desk.settle()
    assert panel.cards[0].alert.item == "山泉饮用天然水"
    assert sentence(panel.cards[0].alert) == "现存 6 箱，低于最低库存 60"
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        QTest.keyClick(panel.cards[0], Qt.Key.Key_Return)
    assert wanted.args == [f"ledger/{desk.items['10021']}"] and not panel.isVisible()


def test_an_alert_becomes_a_purchase_order(desk: Desk) -> None:
    window = MainWindow(desk.context)
    desk.qtbot.addWidget(window)
    window.show()
    panel = AlertsPanel(desk.context, window)
    panel.popup(window.top.bell)
    desk.settle()
    card = next(c for c in panel.cards if c.alert.item == "红烧牛肉面五连包")
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        card.action.click()
    item = desk.items["10034"]
    assert wanted.args == [f"document/purchase_order/new-alert{item}"]
    kept = desk.journal.kept(wanted.args[0].replace("/", "_")).draft
    assert [(ln["item_id"], ln["quantity"]) for ln in kept.lines] == [(item, Decimal(6))]
    editor = desk.open(wanted.args[0])
    assert editor.lines.values()[0]["item_id"] == item and editor.dirty
    editor.forget_journal()
    editor.closed()


def test_an_order_for_an_alert_counts_what_is_on_its_way(desk: Desk) -> None:
    item = desk.items["10034"]
    desk.company.post("purchase_order", line(item, 4, "60"), date=day(1))
    alert = next(a for a in desk.context.queries.alerts() if a.item_id == item)
    assert order_for(desk.context.queries, alert).lines[0]["quantity"] == Decimal(2)


def test_nothing_to_warn_of(desk: Desk) -> None:
    for code in ("10034", "30019", "10027"):
        desk.company.change_record("item", desk.items[code], reorder_point=None)
    window = MainWindow(desk.context)
    desk.qtbot.addWidget(window)
    window.show()
    panel = AlertsPanel(desk.context, window)
    panel.popup(window.top.bell)
    desk.settle()
    assert panel.cards == [] and panel.isVisible()
    QTest.mouseClick(window.workspace.stack, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()
    panel.popup(window.top.bell)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert panel.findChildren(QPushButton)


def test_every_text_of_these_screens_is_in_chinese() -> None:
    import ast

    from jxc_desktop.i18n import catalogue
    from jxc_desktop.ui import pages

    folder = Path(pages.__file__).parent
    missing = set()
    for file in [f for p in ("list_*", "record_*", "stock_*", "ledger_*", "audit_*", "alerts_*", "filters*", "saved_*",
                             "category_*") for f in folder.glob(f"{p}.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "N_") \
                    and isinstance(node.args[0], ast.Constant) and node.args[0].value not in catalogue("zh_CN"):
                missing.add(node.args[0].value)
    assert missing == set()
    own = json.loads((Path(__file__).parents[2] / "resources/translations/zh_CN/lists.json").read_text("utf-8"))
    assert all(own.values())
