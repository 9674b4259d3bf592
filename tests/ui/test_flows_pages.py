"""Approvals, notices, what follows from orders, and the company's rules, as people meet them on screen."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from jxc_desktop.document_types.schema import Status
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, approvals, followups, notices
from jxc_desktop.services.notices import Kind, Notice
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.rules import RefusedByRule
from jxc_desktop.services.unit_of_work import Actor, Commands, Work, utc_now
from jxc_desktop.ui import menu
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.dialogs.reason import ReasonDialog
from jxc_desktop.ui.documents.timeline_panel import TimelineDialog
from jxc_desktop.ui.main_window import MainWindow
from jxc_desktop.ui.pages.alerts_panel import AlertsPanel
from jxc_desktop.ui.pages.audit_page import AuditPage
from jxc_desktop.ui.pages.bell_entries import grouped_by_family, snoozes
from jxc_desktop.ui.pages.record_page import RecordPage
from jxc_desktop.ui.pages.rule_trial import PAUSE
from jxc_desktop.ui.pages.waiting_page import WaitingPage
from jxc_desktop.ui.table import CELL
from tests.company import Company, _borrowed, line, opened
from tests.ui.desk import Desk, Key
from tests.ui.office import books, office
from tests.ui.test_editor_actions import do, offered


@pytest.fixture
def at(desk: Desk) -> Iterator[Any]:
    """`at(name, role)`: the same company at the PC of somebody with a role."""
    given = desk.context

    def seat(name: str, role: str) -> Company:
        actor = Actor(name, access.ROLES[role], role=role)
        commands = Commands(desk.company.engine, actor, f"PC of {name}")
        desk.context = SimpleNamespace(**{**vars(given), "actor": actor, "commands": commands,
                                          "queries": Queries(desk.company.engine, actor)})
        return _borrowed(desk.company, commands)

    yield seat
    desk.context = given


def shown(desk: Desk, page: Any) -> Any:
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.resize(1180, 640)
    page.show()
    desk.settle()
    return page


def rule(desk: Desk, level: int = 1, role: str = "manager", **values: Any) -> int:
    return desk.company.record("approval_rule", name=f"采购 {level}", document_kind="purchase_order", level=level,
                               role=role, **values)


def because(text: str) -> None:
    """Types a reason into the next question and goes on."""
    def answer() -> None:
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ReasonDialog) and w.isVisible())
        assert not dialog.go.isEnabled()
        dialog.reason.setText(text)
        dialog.go.click()

    QTimer.singleShot(100, answer)


def status(desk: Desk, document_id: int) -> str:
    d = TABLES["document"].c
    return str(desk.company.scalar(select(d.status).where(d.id == document_id)))


# --- approvals ----------------------------------------------------------------------------------------------


def test_a_submitted_document_says_whose_word_it_waits_for(desk: Desk, at: Any) -> None:
    rule(desk)
    rule(desk, 2, "accountant")
    buyer = at("陈明", "buyer")
    saved = buyer.post("purchase_order", line(desk.items["10021"], 5, "10"))
    editor = desk.open(f"document/purchase_order/{saved.id}")
    assert editor.title_row.chip.text() == "待审批" and not editor.editing and editor.lines.read_only
    assert editor.approving.panel.isVisible()
    assert editor.approving.panel.text.text() == "等待第 1 级审批（共 2 级）：经理"
    assert {"撤回"} <= offered(editor) and not {"审批通过", "驳回…", "更正"} & offered(editor)
    assert not editor.approving.panel.approve.isVisible() and editor.approving.panel.recall.isVisible()
    at("刘总", "manager")
    editor = desk.open(f"document/purchase_order/{saved.id}")
    assert editor.approving.panel.approve.isVisible()
    desk.press(editor, Key.Key_F9)
    assert status(desk, saved.id) == "submitted"
    assert editor.approving.panel.text.text() == "等待第 2 级审批（共 2 级）：会计"
    assert not editor.approving.panel.approve.isVisible()
    at("周敏", "accountant")
    editor = desk.open(f"document/purchase_order/{saved.id}")
    do(desk, editor, "审批通过")
    assert editor.draft.status is Status.POSTED and not editor.approving.panel.isVisible()
    editor.toggle_timeline()
    desk.settle(editor)
    [history] = [w for w in QApplication.topLevelWidgets() if isinstance(w, TimelineDialog)]
    steps = [[history.model.index(row, n).data(CELL).text for n in (1, 2, 3)] for row in range(4)]
    assert [step[:2] for step in steps] == [["陈明", "提交审批"], ["刘总", "审批通过"], ["周敏", "审批通过"],
                                            ["周敏", "已审核"]]
    assert steps[1][2] == "级别：1" and steps[2][2] == "级别：2"
    history.accept()


def test_rejected_with_a_reason_and_submitted_again(desk: Desk, at: Any) -> None:
    rule(desk)
    buyer = at("陈明", "buyer")
    saved = buyer.post("purchase_order", line(desk.items["10021"], 5, "10"))
    at("刘总", "manager")
    editor = desk.open(f"document/purchase_order/{saved.id}")
    because("太贵了")
    do(desk, editor, "驳回…")
    assert status(desk, saved.id) == "draft"
    at("陈明", "buyer")
    editor = desk.open(f"document/purchase_order/{saved.id}")
    assert editor.editing and "刘总" in editor.bars.bars["approval"].text
    assert editor.bars.bars["approval"].text.endswith("驳回：太贵了")
    editor.save()
    desk.settle(editor)
    assert editor.toaster.current.news.text == f"{saved.number} 已提交审批，通过后生效"
    assert "approval" not in editor.bars.bars and editor.draft.status is Status.SUBMITTED
    do(desk, editor, "撤回")
    assert editor.editing and status(desk, saved.id) == "draft"


def test_the_waiting_list_approves_several_and_says_what_cannot_be(desk: Desk, at: Any) -> None:
    rule(desk)
    desk.company.record("approval_rule", name="出库", document_kind="delivery_note", level=1, role="manager")
    buyer = at("陈明", "buyer")
    orders = [buyer.post("purchase_order", line(desk.items["10021"], n, "10")) for n in (1, 2)]
    short = desk.company.post("delivery_note", line(desk.items["30019"], 99, "10"), partner_id=desk.partner)
    at("刘总", "manager")
    page = shown(desk, WaitingPage(desk.context))
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal, page)
    assert [row.id for row in page.model.rows] == [orders[0].id, orders[1].id, short.id]
    assert page.views.tabText(0) == "待我审批 3"
    page.table.selectAll()
    assert page.approve_button.text() == "审批 3 张"
    QTest.keyClick(page.table, Key.Key_F9)
    desk.settle()
    desk.settle()
    assert [status(desk, s.id) for s in (*orders, short)] == ["posted", "posted", "submitted"]
    assert [row.id for row in page.model.rows] == [short.id]
    assert page.bars.bars["faults"].text.startswith(f"{short.number}: ")
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        QTest.keyClick(page.table, Key.Key_Return)
    assert wanted.args == [f"document/delivery_note/{short.id}"]
    because("没货")
    QTest.keyClick(page.table, Key.Key_F9, Qt.KeyboardModifier.AltModifier)
    desk.settle()
    assert status(desk, short.id) == "draft" and not page.model.rows


def test_the_waiting_list_follows_what_others_do(desk: Desk, at: Any) -> None:
    rule(desk)
    buyer = at("陈明", "buyer")
    mine = shown(desk, WaitingPage(desk.context))
    saved = buyer.post("purchase_order", line(desk.items["10021"], 5, "10"))
    desk.context.changes.publish({("purchase_order", saved.id), ("notice", 0)})
    desk.settle()
    assert not mine.model.rows and not mine.approve_button.isEnabled()
    mine.views.setCurrentIndex(1)
    assert [row.number for row in mine.model.rows] == [saved.number]
    assert desk.context.queries.counts().waiting == 0
    manager = at("刘总", "manager")
    assert desk.context.queries.counts().waiting == 1
    manager.run(approvals.approve, saved.id, manager.version(saved))
    mine.context.changes.publish({("notice", 0)})
    desk.settle()
    assert not mine.model.rows
    assert D(5) == desk.company.balance(desk.items["10021"])[2]


# --- the bell -----------------------------------------------------------------------------------------------


def bell(desk: Desk) -> AlertsPanel:
    window = MainWindow(desk.context)
    desk.qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    panel = AlertsPanel(desk.context, window)
    panel.popup(window.top.bell)
    desk.settle()
    return panel


def told(panel: AlertsPanel) -> list[str]:
    return [card.entry.text for card in panel.cards if card.notice]


def test_the_bell_tells_in_families_and_can_be_put_off(desk: Desk, at: Any) -> None:
    rule(desk)
    buyer = at("陈明", "buyer")
    saved = buyer.post("purchase_order", line(desk.items["10021"], 5000, "10"))
    at("刘总", "manager")
    panel = bell(desk)
    assert [card.entry.kind for card in panel.cards] == ["approve", "low", "low", "low"]
    assert told(panel) == [f"陈明的 {saved.number} 待第1级审批：50,000"]
    low, waiting = panel.cards[1], panel.cards[0]
    assert low.dismiss.isHidden() and not waiting.dismiss.isHidden() and waiting.action.text() == "去审批"
    times = dict(snoozes(dt.datetime(2026, 3, 2, 17, 30).astimezone()))
    assert times["1 小时后提醒"] - dt.timedelta(minutes=30) == dt.datetime(2026, 3, 2, 18).astimezone(
        dt.UTC).replace(tzinfo=None)
    assert times["明天提醒"] == dt.datetime(2026, 3, 3, 8).astimezone(dt.UTC).replace(tzinfo=None)
    before = desk.context.queries.counts()
    later = utc_now() + dt.timedelta(hours=1)
    for card in (low, waiting):
        panel.snooze(card.entry, later)
        desk.settle()
    assert [card.entry.kind for card in panel.cards] == ["low", "low"]
    now = desk.context.queries.counts()
    assert (before.alerts - now.alerts, before.told - now.told, now.waiting) == (1, 1, 1)


def test_the_bell_works_by_keys_and_counts_what_somebody_waits_for(desk: Desk, at: Any, monkeypatch: Any) -> None:
    rule(desk)
    at("陈明", "buyer").post("purchase_order", line(desk.items["10021"], 5000, "10"))
    at("刘总", "manager")
    panel = bell(desk)
    put_off: list[Any] = []
    monkeypatch.setattr(panel, "_put_off", lambda entry, anchor: put_off.append(entry))
    QTest.keyClick(panel.cards[0], Key.Key_F4)
    QTest.keyClick(panel.cards[1], Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert put_off == [card.entry for card in panel.cards[:2]]
    idle = Notice(Kind.DEAD, "item 1", {"item": "天然水", "days": 200, "value": "10"}, role="manager")
    before = desk.context.queries.counts().told

    def tell(work: Work) -> None:
        work.require("item.see")
        notices.tell(work, idle)

    desk.company.run(tell)
    assert desk.context.queries.counts().told == before, "idle goods wait for nobody"
    assert "dead" in {e.kind for _, entries in grouped_by_family(desk.context.queries.bell()) for e in entries}


def test_a_rejection_is_told_revised_and_seen_to(desk: Desk, at: Any) -> None:
    rule(desk)
    buyer = at("陈明", "buyer")
    saved = buyer.post("purchase_order", line(desk.items["10021"], 5, "10"))
    manager = at("刘总", "manager")
    manager.run(approvals.reject, saved.id, manager.version(saved), "太贵")
    at("陈明", "buyer")
    panel = bell(desk)
    assert told(panel) == [f"{saved.number} 被刘总驳回：太贵"]
    card = next(c for c in panel.cards if c.notice)
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        card.action.click()
    assert wanted.args == [f"document/purchase_order/{saved.id}"] and not panel.isVisible()
    panel = bell(desk)
    QTest.keyClick(next(c for c in panel.cards if c.notice), Key.Key_Delete)
    desk.settle()
    assert told(panel) == []


def test_requests_and_arrivals_lead_to_the_next_document(desk: Desk, at: Any) -> None:
    desk.company.settings(reserve_on_order=True, follow_request="auto", follow_delivery="off", serve_waiting=True)
    order = desk.company.post("sales_order", line(desk.items["30019"], 20, "200"), partner_id=desk.partner)
    at("陈明", "buyer")
    panel = bell(desk)
    asked = next(c for c in panel.cards if c.entry.kind == "request")
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        asked.action.click()
    assert wanted.args == [f"document/purchase_order/from-{asked.notice.document_id}"]
    desk.company.post("goods_receipt", line(desk.items["30019"], 20, "150"))
    at("admin", "administrator")
    panel = bell(desk)
    arrived = next(c for c in panel.cards if c.entry.kind == "arrived")
    assert order.number in arrived.entry.text
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        arrived.action.click()
    assert wanted.args == [f"document/delivery_note/from-{order.id}"]
    draft = desk.company.run(followups.prepare_delivery, order.id).value
    with desk.qtbot.waitSignal(panel.open_wanted) as wanted:
        arrived.action.click()
    assert wanted.args == [f"document/delivery_note/{draft.id}"]


# --- what follows from an order -----------------------------------------------------------------------------


def pills(editor: Any) -> list[str]:
    column = next(n for n, c in enumerate(editor.lines.columns) if c.name == "available")
    return [editor.lines.index(row, column).data(CELL).pill for row in range(len(editor.draft.lines))]


def links(editor: Any, bar: str = "followed") -> dict[str, Any]:
    return {b.text(): b for b in editor.bars.bars[bar].findChildren(Button) if b.text()}


def mixed(desk: Desk) -> Any:
    """An order of which stock covers one line, a part of the next, and nothing of the last."""
    desk.company.post("other_out", line(desk.items["10034"], 18))
    return desk.company.draft("sales_order", line(desk.items["10021"], 10, "26"), line(desk.items["30019"], 20, "226"),
                              line(desk.items["10034"], 5, "74"), partner_id=desk.partner)


def test_what_followed_from_an_order_is_told_with_links(desk: Desk) -> None:
    desk.company.settings(reserve_on_order=True, follow_request="auto", follow_delivery="auto")
    saved = desk.company.save(mixed(desk))
    editor = desk.open(f"document/sales_order/{saved.id}")
    assert pills(editor) == ["够", "部分，缺 14", "无货，缺 5"]
    flow = desk.context.queries.order_flow(saved.id)
    [asked], [draft] = flow.requests, flow.drafts
    assert editor.bars.bars["followed"].text == \
        f"库存：1 行够、1 行部分有货、1 行无货；已生成采购申请 {asked.number}；出库草稿已备好"
    assert list(links(editor)) == [f"打开 {asked.number}", "打开出库草稿"]
    for text, key in ((f"打开 {asked.number}", f"document/purchase_request/{asked.id}"),
                      ("打开出库草稿", f"document/delivery_note/{draft.id}")):
        with desk.qtbot.waitSignal(editor.open_wanted) as wanted:
            links(editor)[text].click()
        assert wanted.args == [key]
    assert not {"缺货生成采购申请", "生成出库草稿"} & offered(editor)


def test_where_the_company_wants_to_be_asked_the_order_offers_it(desk: Desk) -> None:
    desk.company.settings(reserve_on_order=True, follow_request="ask", follow_delivery="ask")
    saved = desk.company.save(mixed(desk))
    editor = desk.open(f"document/sales_order/{saved.id}")
    assert list(links(editor)) == ["缺货生成采购申请", "生成出库草稿"]
    assert {"缺货生成采购申请", "生成出库草稿"} <= offered(editor)
    links(editor)["缺货生成采购申请"].click()
    desk.settle(editor)
    [asked] = desk.context.queries.order_flow(saved.id).requests
    assert editor.toaster.current.news.text == f"已生成采购申请单 {asked.number}"
    assert list(links(editor)) == [f"打开 {asked.number}", "生成出库草稿"]
    do(desk, editor, "生成出库草稿")
    assert list(links(editor)) == [f"打开 {asked.number}", "打开出库草稿"]
    editor.correct()
    assert pills(editor) != ["够", "部分，缺 14", "无货，缺 5"]
    desk.company.settings(follow_request="off", follow_delivery="off")
    other = desk.company.save(mixed_again(desk))
    editor = desk.open(f"document/sales_order/{other.id}")
    assert "followed" not in editor.bars.bars and "缺货生成采购申请" in offered(editor)


def mixed_again(desk: Desk) -> Any:
    return desk.company.draft("sales_order", line(desk.items["30019"], 20, "226"), partner_id=desk.partner)


def test_save_and_new_tells_of_the_order_before(desk: Desk) -> None:
    desk.company.settings(reserve_on_order=True, follow_request="auto", follow_delivery="auto")
    editor = desk.open("document/sales_order/new")
    editor.form.set_value("partner_id", desk.partner)
    desk.fill(editor, [("30019", "20")])
    desk.press(editor, Key.Key_F9)
    desk.settle(editor)
    [number] = desk.saved("sales_order")
    assert editor.draft.id is None
    assert editor.bars.bars["followed"].text.startswith(f"{number}  库存：1 行部分有货；已生成采购申请 ")


# --- rules --------------------------------------------------------------------------------------------------


def page_of(desk: Desk, key: str) -> Any:
    page = shown(desk, RecordPage(desk.context, key))
    desk.qtbot.wait(PAUSE + 50)
    desk.settle()
    return page


def typed_in(desk: Desk, page: Any, name: str, text: str) -> None:
    editor = page.form.editors[name]
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    desk.qtbot.wait(PAUSE + 50)
    desk.settle()


def ordered(desk: Desk, quantity: int) -> Any:
    return desk.company.post("purchase_order", line(desk.items["10021"], quantity, "10"))


def test_a_rule_says_itself_in_words_and_is_tried_while_it_is_typed(desk: Desk) -> None:
    for quantity in (5, 50, 500):
        ordered(desk, quantity)
    page = page_of(desk, f"record/approval_rule/{rule(desk, above=D(1000))}")
    assert page.trial.words.text() == "保存采购订单时，若单据金额超过 1,000，则须由经理审批（第 1 级）"
    assert [row.applies for row in page.trial.model.rows] == [True, False, False]
    assert page.trial.count.text() == "3 张中有 1 张会触发"
    typed_in(desk, page, "above", "400")
    assert page.trial.words.text() == "保存采购订单时，若单据金额超过 400，则须由经理审批（第 1 级）"
    assert [row.applies for row in page.trial.model.rows] == [True, True, False]
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.trial.table.opened.emit(page.trial.model.index(0, 0))
    assert wanted.args == [f"document/purchase_order/{page.trial.model.rows[0].id}"]
    empty = page_of(desk, "record/flow_rule/new")
    assert "采购申请单" in empty.trial.words.text() and not empty.trial.model.rows


def test_the_next_document_obeys_what_an_administrator_changed_on_screen(desk: Desk) -> None:
    """No restart: the rules are read when a document is saved; the audit says who changed what."""
    approval = rule(desk, above=D(1000))
    follow = desk.company.record("flow_rule", name="大单", document_kind="purchase_order", measure="total",
                                 above=D(5000), action="alert", role="manager", message="大单")
    assert ordered(desk, 50).status == "posted"
    page = page_of(desk, f"record/approval_rule/{approval}")
    typed_in(desk, page, "above", "100")
    page.save()
    desk.settle()
    assert ordered(desk, 50).status == "submitted"
    page.form.editors["active"].setChecked(False)
    page.save()
    desk.settle()
    assert ordered(desk, 50).status == "posted"
    page = page_of(desk, f"record/flow_rule/{follow}")
    typed_in(desk, page, "above", "300")
    page.form.editors["action"].set_value("block")
    page.form.changed.emit()
    page.save()
    desk.settle()
    with pytest.raises(RefusedByRule):
        ordered(desk, 50)
    audit = shown(desk, AuditPage(desk.context))
    told = [(row["actor"], row["entity"], row["words"]) for row in audit.model.rows
            if row["entity"] in ("approval_rule", "flow_rule") and row["words"] and row["words"][0][1]]
    assert [entry[:2] for entry in told] == [("admin", "flow_rule"), ("admin", "approval_rule"),
                                             ("admin", "approval_rule")]
    assert ("超过数值", "5000", "300") in told[0][2] and ("动作", "通知角色", "禁止保存") in told[0][2]
    assert ("金额超过", "1000", "100") in told[2][2]


def test_only_who_may_change_rules_finds_them_in_the_navigation() -> None:
    def entries(role: str) -> list[str]:
        groups = menu.groups(lambda permission: permission in access.ROLES[role], lambda: None)
        return [entry.title for group in groups if group.key == "workflow" for entry in group.entries]

    assert entries("administrator") == ["Approvals", "Purchase request", "Approval rule", "Follow-up rule"]
    assert entries("buyer") == ["Approvals", "Purchase request"]


def test_another_program_submits_and_the_list_here_knows(qtbot: Any, tmp_path: Path, sqlite_template: Path) -> None:
    address, made = books(sqlite_template, tmp_path)
    with office(tmp_path / "pc", qtbot) as here:
        here.open_books(address)
        page = here.page("waiting")
        assert not page.model.rows
        with opened(f"sqlite:///{Path(address).as_posix()}") as company:
            company.record("approval_rule", name="采购", document_kind="purchase_order", level=1, role="manager")
            there = _borrowed(company, Commands(company.engine, Actor("陈明", access.ROLES["buyer"], role="buyer"),
                                                "another PC"))
            saved = there.post("purchase_order", line(made["tea"], 5, "10"))
            here.wait(lambda: [row.id for row in page.model.rows] == [saved.id], 3000)
            here.wait(lambda: here.window.navigation._items["nav/waiting"].badge == 1, 3000)
            page.approve()
            here.wait(lambda: not page.model.rows and not here.window.navigation._items["workflow"].badge, 3000)
            assert company.balance(made["tea"])[2] == 5
