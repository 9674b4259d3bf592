"""Save and print in one key: on the printer of this PC, counted only once the spooler has it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import Status
from jxc_desktop.settings import declared, printer_of
from jxc_desktop.ui import preview_panel
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.dialogs.settings import SettingsDialog
from jxc_desktop.ui.pages import print_page
from jxc_desktop.ui.printer import PrintFailed
from tests.ui.desk import SHIFT, Key
from tests.ui.office import Office, books, office

AFTER_SAVE = "print/after_save"


@pytest.fixture
def at_work(tmp_path: Path, qtbot: Any, sqlite_template: Path) -> Iterator[Office]:
    with office(tmp_path / "pc", qtbot) as made:
        address, made.things = books(sqlite_template, tmp_path)  # type: ignore[attr-defined]
        made.open_books(address)
        made.session.settings.set(AFTER_SAVE, True)
        yield made


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came out of the printers; there are two."""
    out: list[str] = []
    monkeypatch.setattr(preview_panel, "available_printers", lambda: ["针式", "激光"])
    monkeypatch.setattr(print_page, "print_pdf", lambda pdf, printer, paper: out.append(f"{printer} {paper.key}"))
    return out


def note(at_work: Office) -> Any:
    """A delivery note being typed, complete."""
    editor = at_work.page("document/delivery_note/new")
    editor.form.set_value("partner_id", at_work.session.queries.choices("partner")[0].id)
    tea = at_work.session.queries.items([at_work.things["tea"]])[at_work.things["tea"]]  # type: ignore[attr-defined]
    editor.lines.put_item(0, tea, quantity=Decimal(1))
    at_work.settle()
    return editor


def press(at_work: Office, editor: Any, *chord: Any) -> None:
    editor.window().activateWindow()
    at_work.wait(lambda: QApplication.activeWindow() is editor.window())
    editor.focus_lines()
    QTest.keyClick(QApplication.focusWidget(), *chord)
    at_work.settle()
    at_work.settle()


def prints(at_work: Office, document_id: int) -> int:
    return int(at_work.session.queries.document_facts(document_id).print_count)


def links(page: Any) -> dict[str, Button]:
    return {b.text(): b for b in page.bars.bars["print"].findChildren(Button) if b.text()}


def test_it_is_a_setting_of_this_pc(at_work: Office, tmp_path: Path) -> None:
    setting = declared(AFTER_SAVE)
    assert setting and setting.pc and setting.default is False
    dialog = SettingsDialog(at_work.window, at_work.session, at_work.program)
    assert dialog.editors[AFTER_SAVE].accessibleName() == "按 F9 保存后自动打印"
    dialog.editors[AFTER_SAVE].setChecked(False)
    assert at_work.session.settings.get(AFTER_SAVE) is False
    assert "print/after_save" in (tmp_path / "pc" / "config" / "settings.json").read_text(encoding="utf-8")
    dialog.close()


def test_f9_saves_prints_and_goes_on(at_work: Office, paper: list[str]) -> None:
    settings = at_work.session.settings
    settings.set(printer_of("delivery_note"), "激光", pc=True)
    settings.set("print/delivery_note/paper", "A5", pc=True)
    editor = note(at_work)
    with at_work.qtbot.waitSignal(editor.saved) as saved:
        press(at_work, editor, Key.Key_F9)
    number = saved.args[0].id
    assert paper == ["激光 A5"] and prints(at_work, number) == 1
    assert at_work.session.queries.open_document(number).status is Status.POSTED
    assert at_work.window.current_page is editor and editor.draft.id is None and editor.editing
    settings.set(AFTER_SAVE, False)
    editor = note(at_work)
    press(at_work, editor, Key.Key_F9)
    assert len(paper) == 1


def test_shift_f9_prints_and_stays(at_work: Office, paper: list[str]) -> None:
    at_work.session.settings.set(printer_of("delivery_note"), "针式", pc=True)
    at_work.session.settings.set(AFTER_SAVE, False)
    editor = note(at_work)
    press(at_work, editor, Key.Key_F9, SHIFT)
    assert len(paper) == 1 and editor.draft.status is Status.POSTED and prints(at_work, editor.draft.id) == 1
    press(at_work, editor, Key.Key_F9, SHIFT)
    assert prints(at_work, editor.draft.id) == 2


def test_without_a_printer_a_bar_says_so(at_work: Office, paper: list[str]) -> None:
    editor = note(at_work)
    with at_work.qtbot.waitSignal(editor.saved) as saved:
        press(at_work, editor, Key.Key_F9)
    number = saved.args[0]
    assert at_work.session.queries.open_document(number.id).status is Status.POSTED
    assert at_work.window.current_page is editor and editor.draft.id is None
    assert number.number in editor.bars.bars["print"].text and "打印机" in editor.bars.bars["print"].text
    assert paper == [] and prints(at_work, number.id) == 0
    links(editor)["选择打印机…"].click()
    at_work.settle()
    assert at_work.window.current_page.key == f"print/{number.id}"


def test_a_printer_that_is_gone_is_not_replaced_by_another(at_work: Office, paper: list[str]) -> None:
    at_work.session.settings.set(printer_of("delivery_note"), "旧打印机", pc=True)
    editor = note(at_work)
    with at_work.qtbot.waitSignal(editor.saved) as saved:
        press(at_work, editor, Key.Key_F9)
    assert paper == [] and prints(at_work, saved.args[0].id) == 0
    assert "旧打印机" in editor.bars.bars["print"].text and set(links(editor)) == {"重试", "选择打印机…"}


def test_what_the_spooler_refuses_is_not_counted(at_work: Office, paper: list[str],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    at_work.session.settings.set(printer_of("delivery_note"), "针式", pc=True)
    taken = print_page.print_pdf

    def refuse(*job: Any) -> None:
        raise PrintFailed(printer="针式")

    monkeypatch.setattr(print_page, "print_pdf", refuse)
    editor = note(at_work)
    with at_work.qtbot.waitSignal(editor.saved) as saved:
        press(at_work, editor, Key.Key_F9)
    number = saved.args[0]
    assert prints(at_work, number.id) == 0 and number.number in editor.bars.bars["print"].text
    assert at_work.session.queries.open_document(number.id).status is Status.POSTED
    monkeypatch.setattr(print_page, "print_pdf", taken)
    links(editor)["重试"].click()
    at_work.settle()
    at_work.settle()
    assert len(paper) == 1 and prints(at_work, number.id) == 1 and "print" not in editor.bars.bars
