"""What is typed outlives the program: killed without warning, it loses five seconds at most."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.errors import DatabaseBusy
from jxc_desktop.ui.documents.editor import KEPT_BAR
from jxc_desktop.ui.documents.opening import Origin
from jxc_desktop.ui.journal import INTERVAL, Journal
from tests.ui.desk import Desk, Key

DRAFT = Draft("delivery_note", {"partner_id": 3,
                                "date": dt.date(2026, 1, 5), "time": dt.time(9, 30),
                                "discount_amount": Decimal("0.10")},
              [{"item_id": 1, "quantity": Decimal("40.0000"), "wrong": {"price": "12a"}, "gift": False}])
TYPING = """
import sys
from pathlib import Path
from tests.ui.test_editor_journal import DRAFT
from jxc_desktop.ui.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.write("document_delivery_note_new-1", DRAFT)
print("kept", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_program(tmp_path: Path):
    """Another running program with a draft in its journal."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", TYPING, str(tmp_path / "journal")], cwd=root, text=True,
                               env={**os.environ, "PYTHONPATH": str(root)}, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == "kept\n"
    yield process
    process.kill()
    process.communicate()


def test_a_killed_program_leaves_its_drafts(other_program: subprocess.Popen, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert journal.recover() == []  # it is still running: its drafts are its own
    other_program.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    other_program.wait()
    [kept] = journal.recover()
    assert kept.draft == DRAFT and kept.draft.status is Status.DRAFT
    assert abs(kept.at - dt.datetime.now()) < dt.timedelta(minutes=1)
    kept.forget()
    assert journal.recover() == [] and [p.name for p in (tmp_path / "journal").iterdir()] == [journal._own.name]


def test_values_come_back_exactly(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.write("a", DRAFT)
    kept = journal.kept("a")
    assert kept and kept.draft == DRAFT
    journal.discard("a")
    assert journal.kept("a") is None
    journal.close()


def test_a_damaged_file_is_left_alone(tmp_path: Path) -> None:
    dead = tmp_path / "j" / "dead"
    dead.mkdir(parents=True)
    (dead / "half.json").write_text('{"at": "2026-01-0', encoding="utf-8")
    (dead / "list.json").write_text("[1]", encoding="utf-8")
    (dead / "other.json").write_text('{"at": "x", "draft": {"nonsense": 1}}', encoding="utf-8")
    assert Journal(tmp_path / "j").recover() == []
    assert len(list(dead.glob("*.json"))) == 3


def test_the_editor_keeps_what_is_typed_every_five_seconds(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    assert editor._journal_due.isActive() and editor._journal_due.interval() == INTERVAL == 5000
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"), ("crs", "2")))
    editor.lines.setData(editor.grid.cell(1, "quantity"), "2z")
    editor._journal_due.timeout.emit()
    kept = desk.journal.kept("document_delivery_note_new")
    assert kept and kept.draft.header["partner_id"] == desk.partner and len(kept.draft.lines) == 2
    assert "已自动暂存" in editor.title_row.note.text()

    again = desk.open("document/delivery_note/new-9", origin=Origin(draft=kept.draft))
    assert again.dirty and again.form.partner_id() == desk.partner
    assert again.lines.lines[0]["quantity"] == 40 and again.lines.lines[0]["amount"] == 1060
    assert again.grid.cell(1, "quantity").data() == "2z"  # even what could not be read
    again.lines.setData(again.grid.cell(1, "quantity"), "2")
    desk.press(again, Key.Key_F12)
    assert len(desk.saved("delivery_note")) == 1


def test_closing_a_tab_asks_nothing_and_opening_it_again_brings_all_back(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new-7")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    assert editor.close_requested()
    editor.closed()
    again = desk.open("document/delivery_note/new-7")
    assert again.dirty and [line["quantity"] for line in again.lines.lines] == [40]


def test_saving_ends_the_journal(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    editor.keep()
    assert desk.journal.kept("document_delivery_note_new")
    desk.press(editor, Key.Key_F12)
    assert desk.journal.kept("document_delivery_note_new") is None
    editor.keep()  # nothing is unsaved now
    assert not list(desk.folder.rglob("*.json"))


def test_the_key_of_a_save_stands_until_something_is_typed_after_it(
        desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed and was changed since is another document: the old key must not stand for it."""
    editor, sent = desk.open("document/delivery_note/new"), []
    execute = desk.context.commands.execute

    def busy(*args: object, key: str, **options: object) -> object:
        sent.append(key)
        if len(sent) == 1:
            raise DatabaseBusy()
        return execute(*args, key=key, **options)

    monkeypatch.setattr(desk.context.commands, "execute", busy)
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    editor.keep()
    first = desk.journal.kept("document_delivery_note_new")
    desk.fill(editor, (("crs", "2"),))
    desk.press(editor, Key.Key_F12)
    kept = desk.journal.kept("document_delivery_note_new")
    assert first and kept and first.save_key == kept.save_key == sent[0] and len(kept.draft.lines) == 2
    desk.fill(editor, (("hsn", "1"),))
    editor.keep()
    changed = desk.journal.kept("document_delivery_note_new")
    assert changed and changed.save_key != sent[0]
    desk.press(editor, Key.Key_F12)
    assert sent[1] == changed.save_key and len(desk.company.read(2).lines) == 3


def test_a_correction_under_way_comes_back_too(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    desk.press(editor, Key.Key_F12, Key.Key_F2)
    editor.grid.go(0, "quantity")
    desk.press(editor, "30", Key.Key_Return)
    editor.close_requested()
    again = desk.open(editor.key)
    assert again.editing and again.dirty and again.draft.status is Status.POSTED
    desk.press(again, Key.Key_F12)
    assert desk.company.on_hand(desk.items["10021"]) == 456


def test_a_journal_that_cannot_be_written_is_said_and_stops_nobody(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    desk.fill(editor, (("sqy", "40"),))
    shutil.rmtree(desk.folder)
    editor.keep()
    assert KEPT_BAR in editor.bars.bars and editor.dirty and len(editor.lines.values()) == 1
