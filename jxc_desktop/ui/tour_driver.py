"""Drives the real windows as a person does: keys, input method, mouse; waits for work to end; takes pictures."""

import logging
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QMessageBox, QTableView, QWidget

from jxc_desktop.ui import theme
from jxc_desktop.ui.dialogs.reason import ReasonDialog
from jxc_desktop.ui.dialogs_ask import Question
from jxc_desktop.ui.user_menu import MODE, choose

PATIENCE = 30.0  # seconds until something that does not happen counts as a fault
SHORT = 400  # ms: a single shot timer up to this long is about to do something
TICK = 15
BLOCKING = (Question, ReasonDialog, QFileDialog, QMessageBox)  # these hold their caller up until they are answered
SIZES = ((1366, 768), (1920, 1080))
MODES = (theme.Mode.LIGHT, theme.Mode.DARK)
_QUIET = ("propagateSizeHints", "This plugin does not support")  # what the offscreen platform cannot do


class TourFailed(Exception):
    """A station does not look as it should."""


@dataclass(frozen=True)
class Look:
    """How pictures are taken: in these themes and sizes."""

    modes: tuple[theme.Mode, ...] = MODES
    sizes: tuple[tuple[int, int], ...] = SIZES


class Watch(logging.Handler):
    """Collects what must not happen: Qt warnings, log records, Python warnings, exceptions nobody caught."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.faults.append(f"log: {self.format(record)}")

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch while in here."""
        hooks = sys.excepthook, threading.excepthook
        root, shown = logging.getLogger(), warnings.showwarning
        sys.excepthook = self._uncaught
        threading.excepthook = lambda args: self._uncaught(args.exc_type, args.exc_value, args.exc_traceback)
        warnings.showwarning = lambda message, category, *rest: self.faults.append(f"warning: {message}")
        before = qInstallMessageHandler(self._said)
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)
            qInstallMessageHandler(before)
            warnings.showwarning = shown
            sys.excepthook, threading.excepthook = hooks

    def _said(self, kind: Any, context: Any, text: str) -> None:
        if kind.name != "QtDebugMsg" and kind.name != "QtInfoMsg" and not any(word in text for word in _QUIET):
            self.faults.append(f"Qt: {text}")

    def _uncaught(self, kind: Any, error: Any, trace: Any) -> None:
        import traceback

        self.faults.append("exception: " + "".join(traceback.format_exception(kind, error, trace)))


class Driver(QObject):
    """`window` gives the main window of the moment, `tasks` tells whether something is under way."""

    def __init__(self, window: Callable[[], Any], tasks: Any, folder: Path, look: Look):
        super().__init__()
        self._window, self._tasks, self._folder, self._look = window, tasks, folder, look
        self.keys = 0
        self.pictures: list[Path] = []
        self.faults: list[str] = []
        self._answers: deque[Callable[[Any], None]] = deque()
        self._answering = False
        self._number = 0
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._look_for_questions)
        self._tick.start(TICK)
        self._blinking = QApplication.cursorFlashTime()
        QApplication.setCursorFlashTime(0)

    def close(self) -> None:
        """Hands off."""
        self._tick.stop()
        QApplication.setCursorFlashTime(self._blinking)

    @property
    def window(self) -> Any:
        return self._window()

    # -- waiting

    def until(self, condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
        """Go on as soon as `condition()` holds; a fault if it never does."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TourFailed(f"{what}: not within {seconds:g} s")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        QCoreApplication.processEvents()

    def settle(self) -> None:
        """Until no task runs, nothing is about to start and all is painted."""
        for _ in range(3):  # what one task brings may start the next
            self.until(self._quiet, "background work")
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QCoreApplication.processEvents()

    def _quiet(self) -> bool:
        if self._tasks.busy:
            return False
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        return not any(timer.isActive() and timer.isSingleShot() and timer.interval() <= SHORT
                       for top in tops for timer in top.findChildren(QTimer))

    # -- hands

    @property
    def focus(self) -> QWidget:
        """What has the keyboard."""
        top = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        if QApplication.activePopupWidget() is None and not top.isActiveWindow():
            top.activateWindow()
            self.until(top.isActiveWindow, "the window in front")
        return QApplication.activePopupWidget() or QApplication.focusWidget() or top

    def press(self, *keys: str) -> None:
        """Keys by name: "Enter", "Ctrl+S", "Alt+Down"."""
        for key in keys:
            code = QKeySequence(key)[0]  # type: ignore[index]
            self.keys += 1
            QTest.keyClick(self.focus, code.key(), code.keyboardModifiers())

    def type(self, text: str) -> None:
        """Letters and digits as they come from the keyboard."""
        for letter in text:
            self.keys += 1
            QTest.keyClicks(self.focus, letter)

    def compose(self, text: str, spelling: str = "") -> None:
        """Chinese through the input method: first what is spelled, then the words."""
        target = self.focus
        if spelling:
            QApplication.sendEvent(target, QInputMethodEvent(spelling, []))
            self.settle()
        done = QInputMethodEvent()
        done.setCommitString(text)
        QApplication.sendEvent(target, done)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """With the left button, in the middle unless said otherwise."""
        if not (widget.isVisible() and widget.isEnabled()):
            raise TourFailed(f"{widget.accessibleName() or widget} cannot be clicked")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                         at or widget.rect().center())

    def click_row(self, table: QTableView, row: int, column: int = 1) -> None:
        index = table.model().index(row, column)
        table.scrollTo(index)
        self.click(table.viewport(), table.visualRect(index).center())

    def pick(self, text: str) -> None:
        """An entry of the open menu, by keys."""
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            raise TourFailed(f"no menu is open for '{text}'")
        wanted = next((a for a in menu.actions() if a.text().partition("\t")[0] == text), None)
        if wanted is None:
            raise TourFailed(f"'{text}' is not in the menu: {[a.text() for a in menu.actions()]}")
        for _ in menu.actions():
            if menu.activeAction() is wanted:
                break
            self.press("Down")
        self.press("Return")

    # -- questions

    def expect(self, answer: Callable[[Any], None]) -> None:
        """What to do with the next dialog that waits for an answer."""
        self._answers.append(answer)

    def expect_answer(self, name: str, picture: str = "") -> None:
        """The next question is answered with its button `name`."""
        def answer(dialog: Any) -> None:
            if picture:
                self.shot(picture)
            button = dialog.findChild(QWidget, name)
            if button is None:
                raise TourFailed(f"the question '{dialog.windowTitle()}' has no button {name}")
            self.click(button)
        self.expect(answer)

    def expect_file(self, path: Path) -> None:
        """The next file dialog gets this path."""
        def answer(dialog: Any) -> None:
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            field.setFocus()
            field.selectAll()
            self.compose(str(path))
            self.press("Return")
        self.expect(answer)

    def _look_for_questions(self) -> None:
        dialog = QApplication.activeModalWidget()
        if self._answering or not isinstance(dialog, BLOCKING):
            return
        self._answering = True
        try:
            if self._answers:
                self._answers.popleft()(dialog)
            else:
                raise TourFailed(f"nobody expected the question '{dialog.windowTitle()}'")
        except TourFailed as fault:
            self.faults.append(str(fault))
            dialog.reject()
        finally:
            self._answering = False

    # -- pictures

    def shot(self, name: str, show: Callable[[], object] | None = None,
             hide: Callable[[], object] | None = None) -> None:
        """A picture in each theme and size. What does not survive a resize is shown before each and hidden after."""
        self._number += 1
        self.settle()
        before = self._state()
        modes = self._look.modes if theme.current().mode is self._look.modes[0] else self._look.modes[::-1]
        for mode in modes:
            choose(self.window.context, MODE, mode.value)
            for size in self._look.sizes:
                self._resize(*size)
                if show:
                    show()
                    self.settle()
                self._save(f"{self._number:03}_{name}_{mode.value}_{size[0]}x{size[1]}.png")
                if hide:
                    hide()
                    self.settle()
        self._resize(*self._look.sizes[0])
        if self._state() != before:
            raise TourFailed(f"another size or theme has changed the screen: {before} became {self._state()}")

    def _resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        self.settle()
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                dialog.move(self.window.geometry().center() - dialog.rect().center())
        self.settle()

    def _state(self) -> tuple[Any, ...]:
        """What no look may change."""
        window, focus = self.window, QApplication.focusWidget()
        page = window.current_page
        current = focus.currentIndex() if isinstance(focus, QTableView) else None
        return (page.key if page else "", page.dirty if page else False, focus,
                focus.text() if isinstance(focus, QLineEdit) else "",
                (current.row(), current.column()) if current else None)

    def _save(self, file: str) -> None:
        self.pictures.append(self._folder / file)
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self.picture().save(str(self.pictures[-1])):
            raise TourFailed(f"cannot write {self.pictures[-1]}")

    def picture(self) -> QPixmap:
        """The window with the dialogs and menus over it."""
        window = self.window
        picture: QPixmap = window.grab()
        over = [w for w in QApplication.topLevelWidgets()
                if w is not window and w.isVisible() and isinstance(w, QDialog | QMenu)]
        painter = QPainter(picture)
        for top in sorted(over, key=lambda w: isinstance(w, QMenu)):
            at = top.pos() - window.pos()
            painter.drawPixmap(at, top.grab())
            if isinstance(top, QDialog):
                painter.setPen(theme.colour("ctl"))
                painter.drawRect(top.rect().translated(at).adjusted(-1, -1, 0, 0))
        painter.end()
        return picture
