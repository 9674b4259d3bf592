"""Who typed it: a person or a scanner. Only the time between keys tells."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from jxc_desktop.ui.key_hold import KeyHold
from jxc_desktop.ui.scanner import Scanner
from tests.ui.desk import CTRL, Key


class Bench:
    """Two fields under a scanner whose clock the test moves."""

    def __init__(self, qtbot: Any):
        self.window = QWidget()
        qtbot.addWidget(self.window)
        layout = QVBoxLayout(self.window)
        self.field, self.other = QLineEdit(), QLineEdit()
        layout.addWidget(self.field)
        layout.addWidget(self.other)
        self.now = 100.0
        self.scanner = Scanner(self.window, clock=lambda: self.now)
        self.codes: list[str] = []
        self.scanner.scanned.connect(self.codes.append)
        self.entered: list[str] = []
        self.field.returnPressed.connect(lambda: self.entered.append(self.field.text()))
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        self.field.setFocus()

    def type(self, keys: Any, gap_ms: float) -> None:
        for key in keys:
            self.now += gap_ms / 1000
            QTest.keyClick(self.field, key)


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench(qtbot)


def test_a_burst_with_enter_is_a_scan_and_leaves_nothing(bench: Bench) -> None:
    bench.type([*"6901234567892", Key.Key_Return], 12)
    assert bench.codes == ["6901234567892"] and bench.field.text() == "" and bench.entered == []
    bench.type([*"AB-12345", Key.Key_Tab], 34)
    assert bench.codes[1:] == ["AB-12345"] and bench.field.hasFocus()


def test_a_person_is_let_through_in_order(bench: Bench) -> None:
    bench.type([*"6901234567892", Key.Key_Return], 60)
    assert bench.codes == [] and bench.entered == ["6901234567892"]


def test_five_keys_are_no_scan(bench: Bench) -> None:
    bench.type([*"12345", Key.Key_Return], 5)
    assert bench.codes == [] and bench.entered == ["12345"]


def test_a_burst_without_an_end_is_typed_after_a_moment(bench: Bench, qtbot: Any) -> None:
    bench.type("12345678", 5)
    assert bench.field.text() == "" and bench.scanner.holding
    qtbot.waitUntil(lambda: bench.field.text() == "12345678")


def test_a_slow_key_inside_makes_it_typing(bench: Bench) -> None:
    bench.type("12345", 5)
    bench.type("6", 80)
    bench.type([*"789", Key.Key_Return], 5)
    assert bench.codes == [] and bench.entered == ["123456789"]


def test_a_bounce_counts_once(bench: Bench) -> None:
    scan = [*"69012345", Key.Key_Return]
    bench.type(scan, 10)
    bench.type(scan, 10)
    assert bench.codes == ["69012345"]
    bench.now += 0.4
    bench.type(scan, 10)
    assert bench.codes == ["69012345"] * 2


def test_command_keys_pass_at_once(bench: Bench) -> None:
    bench.type("ab", 5)
    QTest.keyClick(bench.field, Key.Key_A, CTRL)
    assert bench.field.selectedText() == "ab"


def test_another_window_is_not_its_business(bench: Bench, qtbot: Any) -> None:
    elsewhere = QLineEdit()
    qtbot.addWidget(elsewhere)
    elsewhere.show()
    elsewhere.activateWindow()
    QTest.qWaitForWindowActive(elsewhere)
    elsewhere.setFocus()
    for key in "69012345":
        QTest.keyClick(elsewhere, key)
    assert elsewhere.text() == "69012345" and bench.codes == []


def test_held_keys_come_out_where_the_focus_is_then(bench: Bench) -> None:
    hold = KeyHold(bench.window)
    hold.start()
    bench.type("abc", 50)
    QTest.keyClick(bench.field, Key.Key_S, Qt.KeyboardModifier.ControlModifier)  # a command is dropped
    bench.other.setFocus()
    hold.release()
    bench.scanner._give_back()
    assert (bench.field.text(), bench.other.text(), hold.active) == ("", "abc", False)
