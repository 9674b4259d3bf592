"""What the person at the window sees of a fault: soon whether it is posted, and what was typed still there."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import Status
from jxc_desktop.errors import DatabaseBusy
from jxc_desktop.services import database
from jxc_desktop.ui import operations
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.journal import Journal
from jxc_desktop.ui.tasks import TaskRunner
from tests.company import Company, line, opened
from tests.faults import verdict
from tests.faults.proxy import Proxy
from tests.faults.table import Table, runs
from tests.services.test_database import file_of
from tests.ui.conftest import dressed, tasks
from tests.ui.desk import CTRL, Desk, Key

__all__ = ["dressed", "tasks"]
SOON = 10_000  # ms within which a person must be told


def typed_note(desk: Desk) -> DocumentEditor:
    """A delivery note as somebody has just typed it."""
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "4"), ("crs", "2")))
    return editor


def kind_of(desk: Desk) -> str:
    return desk.company.engine.dialect.name


def lines_of(editor: DocumentEditor) -> list[tuple[int, Decimal]]:
    return [(line["item_id"], line["quantity"]) for line in editor.lines.values()]


def link(bar: Any, text: str, editor: DocumentEditor) -> Any:
    return next(b for b in bar.findChildren(type(editor.title_row.save)) if b.text() == text)


@pytest.fixture
def desk(company: Company, tasks: TaskRunner, qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    """On each of the two databases."""
    made = Desk(company, tasks, qtbot, tmp_path / "journal")
    yield made
    made.journal.close()


@pytest.fixture
def file_desk(sqlite_company: Company, tasks: TaskRunner, qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(sqlite_company, tasks, qtbot, tmp_path / "journal")
    yield made
    made.journal.close()


@pytest.fixture
def proxy(pg_company: Company) -> Iterator[Proxy]:
    with Proxy(int(database.as_url(pg_company.url).port or 0)) as made:
        yield made


@pytest.fixture
def far_desk(pg_company: Company, proxy: Proxy, tasks: TaskRunner, qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose way to the server can break."""
    url = database.as_url(pg_company.url).set(port=proxy.port)
    with opened(url.render_as_string(hide_password=False)) as company:
        made = Desk(company, tasks, qtbot, tmp_path / "journal")
        yield made
        made.journal.close()


def test_a19_many_clicks_are_one_save(desk: Desk, table: Table) -> None:
    """Clicks and keys while the save is under way, and again when it is through."""
    notes, pressed, doubles = runs(4, 40), 0, 0
    desk.company.post("opening_stock", *(line(item, 1000, "10") for item in desk.items.values()))
    execute = desk.context.commands.execute

    def slowly(*args: Any, **options: Any) -> Any:
        time.sleep(0.1)
        return execute(*args, **options)

    desk.context.commands.execute = slowly
    for number in range(notes):
        editor = typed_note(desk)
        for _ in range(20):
            QTest.mouseClick(editor.title_row.save, Qt.MouseButton.LeftButton)
            QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_S, CTRL)
            QTest.qWait(5)
            pressed += 2
        desk.settle(editor)
        QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_F12)
        desk.settle(editor)
        doubles += len(desk.saved("delivery_note")) - number - 1
        editor.close()
    broken = verdict.broken(desk.company.engine)
    table.row("A19 clicks and keys while saving", kind_of(desk), pressed, doubles + len(broken),
              f"{notes} documents saved")
    assert not doubles and not broken and len(desk.saved("delivery_note")) == notes


def test_a19_closed_while_saving(desk: Desk, table: Table) -> None:
    """The program ends in the middle of a save: it waits for it, and the document is there once."""
    editor, begun, execute = typed_note(desk), threading.Event(), desk.context.commands.execute

    def slowly(*args: Any, **options: Any) -> Any:
        begun.set()
        time.sleep(0.3)
        return execute(*args, **options)

    desk.context.commands.execute = slowly
    QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_F12)
    desk.qtbot.waitUntil(begun.is_set, timeout=5000)
    editor.close()
    desk.tasks.close()
    saved = len(desk.saved("delivery_note"))
    broken = verdict.broken(desk.company.engine)
    table.row("A19 closed while saving", kind_of(desk), 1, abs(saved - 1) + len(broken), "saved once")
    assert saved == 1 and not broken


@pytest.mark.parametrize("committed", [True, False], ids=["after", "before"])
def test_a1_killed_around_the_commit(desk: Desk, table: Table, tmp_path: Path, committed: bool) -> None:
    """The program dies before it forgets the draft: the next one knows whether that was saved, and saves it once."""
    editor, left, execute = typed_note(desk), tmp_path / "left", desk.context.commands.execute
    before = lines_of(editor)

    def dying(*args: Any, **options: Any) -> Any:
        if committed:
            execute(*args, **options)
        shutil.copytree(desk.folder, left, ignore=shutil.ignore_patterns("lock"))
        raise DatabaseBusy

    desk.context.commands.execute = dying
    desk.press(editor, Key.Key_F12)
    desk.context.commands.execute = execute
    assert len(desk.saved("delivery_note")) == committed
    journal = Journal(left)
    [kept] = journal.recover()
    journal.write(kept.path.stem, kept.draft, kept.save_key)
    again = desk.open(kept.key, journal=journal)
    told = "save" in again.bars.bars and "已保存" in again.bars.bars["save"].text
    assert told is committed and again.dirty is not committed and lines_of(again) == before
    desk.press(again, Key.Key_F12)
    saved = len(desk.saved("delivery_note"))
    word = "after" if committed else "before"
    table.row(f"A1 killed right {word} the commit of a window", kind_of(desk), 1, abs(saved - 1),
              "told that it is saved already" if committed else "what was typed is back, saved once")
    assert saved == 1 and again.draft.status is Status.POSTED and journal.waiting() == []
    journal.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a6_the_person_is_told_and_tries_again(kind: str, request: pytest.FixtureRequest, table: Table) -> None:
    desk: Desk = request.getfixturevalue("file_desk" if kind == "sqlite" else "far_desk")
    editor = typed_note(desk)
    before = lines_of(editor)
    with file_away(desk) if kind == "sqlite" else nobody_answers(desk, request.getfixturevalue("proxy")):
        started = time.monotonic()
        QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_F12)
        desk.qtbot.waitUntil(lambda: "save" in editor.bars.bars, timeout=SOON)
        told = time.monotonic() - started
        assert "无法连接" in editor.bars.bars["save"].text and lines_of(editor) == before and editor.dirty
    link(editor.bars.bars["save"], "重试", editor).click()
    desk.settle(editor)
    saved = len(desk.saved("delivery_note"))
    table.row("A6 the person is told", kind, 1, abs(saved - 1), f"after {told:.2f} s, what was typed still there")
    assert saved == 1 and editor.draft.status is Status.POSTED


@contextmanager
def file_away(desk: Desk) -> Iterator[None]:
    path = file_of(desk.company.url)
    away = path.rename(path.with_suffix(".away"))
    desk.company.engine.dispose()
    yield
    away.rename(path)


@contextmanager
def nobody_answers(desk: Desk, proxy: Proxy) -> Iterator[None]:
    proxy.refusing = True
    desk.company.engine.dispose()
    yield
    proxy.refusing = False


def test_a14_the_person_waits_until_it_is_known(far_desk: Desk, proxy: Proxy, table: Table,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the commit is lost and nobody can be asked: that is said, and found out without anybody's help."""
    monkeypatch.setattr(operations, "ASK_AGAIN_MS", 200)
    desk, told, patience = far_desk, [], 0.3
    desk.context.commands._patience = patience
    for number, cut in enumerate(("after", "before"), 1):
        told.append(_cut_and_waited(desk, proxy, cut))
        assert len(desk.saved("delivery_note")) == number
    table.row("A14 the person is told", "postgresql", len(told), 0,
              f"after {max(told):.2f} s, {patience} s of them attempts, that it is found out; posted once by itself")


def _cut_and_waited(desk: Desk, proxy: Proxy, cut: str) -> float:
    """Seconds until it is said that nobody knows yet."""
    editor = typed_note(desk)
    before = lines_of(editor)
    proxy.cut, proxy.refuse_after_cut = cut, True
    started = time.monotonic()
    QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_F12)
    desk.qtbot.waitUntil(lambda: operations.SLOW in editor.bars.bars, timeout=SOON)
    seconds = time.monotonic() - started
    assert "正在查明" in editor.bars.bars[operations.SLOW].text and lines_of(editor) == before
    desk.qtbot.wait(800)  # it is asked again in vain
    assert editor.saving.busy and "save" not in editor.bars.bars, "a second save under another key could double it"
    proxy.refusing = False
    desk.qtbot.waitUntil(lambda: editor.draft.status is Status.POSTED, timeout=SOON)
    assert operations.SLOW not in editor.bars.bars
    desk.settle(editor)
    editor.close()
    return seconds


def test_a_slow_answer_is_said(desk: Desk, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason: who waits longer than five seconds is told that nothing is known yet."""
    monkeypatch.setattr(operations, "SLOW_MS", 100)
    answer, execute = threading.Event(), desk.context.commands.execute

    def slowly(*args: Any, **options: Any) -> Any:
        answer.wait(10)
        return execute(*args, **options)

    editor = typed_note(desk)
    monkeypatch.setattr(desk.context.commands, "execute", slowly)
    QTest.keyClick(QApplication.focusWidget() or editor, Key.Key_F12)
    desk.qtbot.waitUntil(lambda: operations.SLOW in editor.bars.bars, timeout=SOON)
    assert "尚未响应" in editor.bars.bars[operations.SLOW].text
    answer.set()
    desk.settle(editor)
    assert operations.SLOW not in editor.bars.bars and editor.draft.status is Status.POSTED
    table.row("A15 no answer for long", kind_of(desk), 1, 0, "told after 5 s that it is not known yet")
