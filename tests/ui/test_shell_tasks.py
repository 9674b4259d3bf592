import gc
import sys
import threading

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QApplication, QLabel

from jxc_desktop.errors import Cancelled, NotFound, UserError
from jxc_desktop.ui.tasks import READERS


def on_ui_thread() -> bool:
    return QThread.currentThread() is QApplication.instance().thread()


def test_result_comes_back_on_the_ui_thread(qtbot, tasks):
    seen = []
    tasks.run(lambda a, b: (a + b, threading.current_thread().name), 2, 3,
              done=lambda result: seen.append((result, on_ui_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    (value, thread), here = seen[0]
    assert value == 5 and thread.startswith("writer") and here


def test_one_writes_while_three_read(qtbot, tasks):
    gate, running, done = threading.Event(), [], []

    def wait(kind):
        running.append(kind)
        assert gate.wait(5)

    for kind, write in [("write", True)] * 3 + [("read", False)] * 5:
        tasks.run(wait, kind, done=done.append, write=write)
    qtbot.waitUntil(lambda: len(running) == 1 + READERS)
    QThread.msleep(30)
    assert sorted(running) == ["read"] * READERS + ["write"]
    gate.set()
    qtbot.waitUntil(lambda: len(done) == 8)
    assert not tasks.busy


def test_progress_and_cancel(qtbot, tasks):
    steps, failures = [], []
    started = threading.Event()

    def work(progress):
        for i in range(100_000):
            progress.step(i, 100_000)
            started.set()
            QThread.msleep(1)

    ticket = tasks.run(work, done=lambda _: failures.append("finished"), failed=failures.append,
                       progress=lambda at, total: steps.append((total, on_ui_thread())))
    assert started.wait(5)
    qtbot.waitUntil(lambda: bool(steps))
    ticket.cancel()
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], Cancelled) and set(steps) == {(100_000, True)}


def test_what_waits_can_be_cancelled_before_it_starts(qtbot, tasks):
    gate, failures = threading.Event(), []
    tasks.run(gate.wait, 5)
    ticket = tasks.run(failures.append, "ran", failed=failures.append)
    ticket.cancel()
    gate.set()
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], Cancelled)


def test_errors_travel_to_failed(qtbot, tasks):
    failures = []

    def fail(error):
        raise error

    tasks.run(fail, NotFound(what="x", key=1), failed=failures.append)
    tasks.run(fail, ZeroDivisionError("bug"), failed=failures.append)
    qtbot.waitUntil(lambda: len(failures) == 2)
    assert isinstance(failures[0], UserError) and isinstance(failures[1], ZeroDivisionError)


def test_a_bug_nobody_handles_reaches_the_excepthook(qtbot, tasks, monkeypatch):
    hooked = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: hooked.append((kind, trace is not None)))
    tasks.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(hooked))
    assert hooked == [(ZeroDivisionError, True)]


def test_workers_are_refused_qt_objects(tasks, qtbot):
    widget = QLabel("x")
    qtbot.addWidget(widget)
    holder = QObject()
    for operation, args in ((widget.text, ()), (lambda: widget.text(), ()), (len, (holder,))):
        with pytest.raises(AssertionError, match="Qt objects"):
            tasks.run(operation, *args)


def test_a_forgotten_ticket_calls_nobody(qtbot, tasks):
    gate, called, over = threading.Event(), [], []
    ticket = tasks.run(gate.wait, 5, done=called.append, failed=called.append)
    ticket.forget()
    gate.set()
    tasks.run(len, "abc", done=over.append)
    qtbot.waitUntil(lambda: over == [3])
    assert called == []


def test_a_page_that_is_gone_is_not_called(qtbot, tasks):
    over = []
    label = QLabel("x")
    tasks.run(len, "four", done=label.setNum)
    label.deleteLater()
    tasks.run(len, "abc", done=over.append)
    qtbot.waitUntil(lambda: over == [3])


def test_many_tasks_never_lose_a_result(qtbot, tasks):
    done = []
    for i in range(2000):
        tasks.run(int, i, done=done.append, write=bool(i % 2))
    qtbot.waitUntil(lambda: len(done) == 2000, timeout=20_000)
    assert sorted(done) == list(range(2000))
    gc.collect()


def test_close_waits_and_takes_nothing_more(tasks):
    finished = []

    def slow():
        QThread.msleep(50)
        finished.append(True)

    tasks.run(slow, done=finished.append)
    tasks.close()
    assert finished == [True]
    assert tasks.run(len, "x") is None
