import sys
import threading

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from jxc_desktop.errors import DatabaseBusy, NeedsConfirmation, NotFound
from jxc_desktop.ui import toast as toast_module
from jxc_desktop.ui.messages import Answer, CrashHandler, InfoBars, Question, Toaster, ask
from jxc_desktop.ui.operations import FAULT, Operations


@pytest.fixture
def host(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 500)
    layout = QVBoxLayout(window)
    layout.addStretch(1)
    totals = QWidget()
    totals.setObjectName("totals")
    totals.setFixedHeight(54)
    layout.addWidget(totals)
    window.show()
    qtbot.waitExposed(window)
    return window


def said(toaster):
    return toaster.current.findChildren(QLabel)[0].text() if toaster.current else None


def test_one_toast_at_a_time_and_the_rest_waits(host):
    toaster = Toaster(host)
    for number in range(6):
        toaster.show(f"单据 {number} 已保存")
    shown = []
    while toaster.current:
        shown.append(said(toaster))
        toaster.close()
    assert shown == ["单据 0 已保存", *(f"单据 {n} 已保存" for n in (3, 4, 5))]  # three wait, the oldest give way


def test_the_same_news_within_ten_seconds_is_counted(host):
    toaster = Toaster(host)
    for _ in range(3):
        toaster.show("已保存")
    assert said(toaster) == "已保存 ×3"
    toaster.close()
    assert toaster.current is None


def test_a_toast_goes_by_itself_and_stays_under_the_pointer(host, qtbot, monkeypatch):
    monkeypatch.setattr(toast_module, "SHOWN_MS", 80)
    toaster = Toaster(host)
    toaster.show("已保存")
    toast = toaster.current
    at = toast.rect().center().toPointF()
    QApplication.sendEvent(toast, QEnterEvent(at, at, at))
    qtbot.wait(150)
    assert toaster.current is toast
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: toaster.current is None)


def test_the_action_works_by_key_and_only_while_it_is_offered(host, qtbot):
    undone = []
    toaster = Toaster(host)
    toaster.show("XS-22 已保存", "撤销", lambda: undone.append(22), key="Alt+U")
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow)
    qtbot.keyClick(host, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(host, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    assert undone == [22] and toaster.current is None


def test_a_toast_lies_above_the_totals_and_waits_for_the_look_up(host):
    toaster = Toaster(host)
    toaster.hold(True)
    toaster.show("已保存")
    assert toaster.current is None
    toaster.hold(False)
    totals = host.findChild(QWidget, "totals")
    assert toaster.current.geometry().bottom() < totals.geometry().top()
    assert toaster.current.geometry().right() <= totals.geometry().right()
    host.resize(600, 400)
    assert toaster.current.geometry().bottom() < host.height() - 54


def test_bars_take_room_only_while_the_condition_lasts(qtbot):
    bars, called = InfoBars(), []
    qtbot.addWidget(bars)
    assert not bars.isVisibleTo(bars.parentWidget())
    bars.show_bar("offline", "连接已断开", "warn", [("重试", lambda: called.append("retry"))])
    bars.show_bar("offline", "连接已断开", "warn")
    assert bars.bars["offline"].times == 2 and not bars.isHidden()
    bars.show_bar("offline", "仍在重连", "warn", [("重试", lambda: called.append("retry"))])
    assert len(bars.bars) == 1 and bars.bars["offline"].times == 1
    bars.bars["offline"].findChildren(toast_module.QPushButton)[0].click()
    assert called == ["retry"]
    bars.clear("offline")
    assert bars.isHidden() and not bars.bars


def test_questions_have_verbs_and_a_safe_default(host, qtbot):
    question = Question(host, "删除 3 行？", "可以撤销。", [Answer("delete", "删除 3 行", "danger")])
    qtbot.addWidget(question)
    assert question.safe.isDefault() and question.safe.text() == "取消" and question.windowTitle() == "删除 3 行？"
    question.show()
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert question.answer is None

    def press():
        QApplication.activeModalWidget().findChild(QWidget, "delete").click()

    QTimer.singleShot(0, press)
    assert ask(host, "删除 3 行？", "", [Answer("delete", "删除 3 行")]) == "delete"


@pytest.mark.expects_log("unexpected error")
def test_a_bug_shows_a_report_and_keeps_what_was_typed(host, qtbot):
    field = QLineEdit("录入一半", host)
    handler = CrashHandler(lambda: host)
    handler.install()
    try:
        threading.Thread(target=lambda: {}["missing"]).start()
        qtbot.waitUntil(lambda: handler.dialog is not None)
        sys.excepthook(ZeroDivisionError, ZeroDivisionError("again"), None)
        qtbot.waitUntil(lambda: "ZeroDivisionError" in handler.dialog.text.toPlainText())
    finally:
        handler.uninstall()
    report = handler.dialog.text.toPlainText()
    assert "KeyError: 'missing'" in report and "JXC Desktop" in report and "Qt 6" in report
    copy = next(b for b in handler.dialog.findChildren(toast_module.QPushButton) if b.text() == "复制报告")
    copy.click()
    assert QGuiApplication.clipboard().text() == report
    handler.dialog.close()
    qtbot.waitUntil(lambda: handler.dialog is None)
    assert field.text() == "录入一半" and host.isVisible()


class FakeOutcome:
    changes = frozenset({("document", 7)})


class Commands:
    """Stands where the real one will: answers as told, in order."""

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), []

    def execute(self, command, *args, key, acknowledged):
        self.calls.append((command.__name__, args, key, acknowledged))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def save(): ...


@pytest.fixture
def page(host, qtbot, demo_context):
    bars = InfoBars(host)
    return host, bars, Operations(demo_context, host, bars)


def test_a_command_is_told_to_everyone(page, qtbot, demo_context):
    host, bars, operations = page
    demo_context.commands, heard, done = Commands(FakeOutcome()), [], []
    demo_context.changes.committed.connect(lambda changes, who: heard.append((changes, who)))
    operations.execute(save, 1, done=done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert heard == [(frozenset({("document", 7)}), host)] and not bars.bars


def test_are_you_sure_is_asked_and_answered_with_the_same_key(page, qtbot, demo_context):
    _, _, operations = page
    commands = demo_context.commands = Commands(NeedsConfirmation("below_cost", "Please confirm"), FakeOutcome())
    done = []

    def confirm():
        QApplication.activeModalWidget().findChild(QWidget, "go").click()

    QTimer.singleShot(200, confirm)
    operations.execute(save, done=done.append, verb="仍按此价保存")
    qtbot.waitUntil(lambda: bool(done))
    (_, _, key, first), (_, _, again, second) = commands.calls
    assert key == again and first == frozenset() and second == {"below_cost"}


def test_a_fault_becomes_a_bar_that_offers_another_try(page, qtbot, demo_context):
    _, bars, operations = page
    demo_context.commands = Commands(DatabaseBusy(), FakeOutcome())
    operations.execute(save)
    qtbot.waitUntil(lambda: FAULT in bars.bars)
    retry = next(b for b in bars.findChildren(toast_module.QPushButton) if b.text() == "重试")
    retry.click()
    qtbot.waitUntil(lambda: FAULT not in bars.bars)


def test_a_page_may_handle_its_faults_itself(page, qtbot, demo_context):
    _, bars, operations = page
    demo_context.commands, failures = Commands(NotFound(what="x", key=1)), []
    operations.execute(save, failed=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], NotFound) and not bars.bars


def test_a_closed_page_hears_nothing(page, qtbot, tasks):
    _, _, operations = page
    gate, heard, over = threading.Event(), [], []
    operations.read(gate.wait, 5, done=heard.append)
    operations.close()
    gate.set()
    tasks.run(len, "abc", done=over.append)
    qtbot.waitUntil(lambda: over == [3])
    assert heard == []
