"""Trying out a connection: the steps with ✓ or ✗ as they come."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.tasks import TaskRunner, Ticket
from jxc_desktop.ui.widgets import IconLabel, label


def begin(address: str, password: str) -> tuple[list[str], Iterator[Any]]:
    """On a worker: the titles of the steps, and the steps to go through."""
    from jxc_desktop.services import connection_check as service

    titles = [service.TITLES[step] for step in service.steps_for(address)]
    return titles, service.check(address, password)


def proceed(steps: Iterator[Any]) -> Any:
    """On a worker: the next result, None after the last."""
    return next(steps, None)


class Steps(QWidget):
    """A list of steps; empty until `run`."""

    def __init__(self, tasks: TaskRunner):
        super().__init__()
        self._tasks = tasks
        self._ticket: Ticket | None = None
        self._rows: list[tuple[IconLabel, Any]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)

    def run(self, address: str, password: str, done: Callable[[bool], object]) -> None:
        """Go through the steps; `done(passed)` at the end."""
        self.clear()
        self._ticket = self._tasks.run(begin, address, password, write=False,
                                       done=lambda found: self._begun(found, done))

    def clear(self) -> None:
        if self._ticket:
            self._ticket.forget()
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._rows = []

    def _begun(self, found: tuple[list[str], Iterator[Any]], done: Callable[[bool], object]) -> None:
        titles, steps = found
        for row, title in enumerate(titles):
            icon, text = IconLabel("minus", "text3", 16), label("", "caption")
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            for column, widget in enumerate((icon, label(tr(title)), text)):
                self._grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
            self._rows.append((icon, text))
        self._ask(steps, 0, done)

    def _ask(self, steps: Iterator[Any], row: int, done: Callable[[bool], object]) -> None:
        self._ticket = self._tasks.run(proceed, steps, write=False, done=partial(self._take, steps, row, done))

    def _take(self, steps: Iterator[Any], row: int, done: Callable[[bool], object], result: Any) -> None:
        if result is None:
            done(True)
            return
        icon, text = self._rows[row]
        icon.show_icon("circle-check" if result.passed else "circle-x", "ok" if result.passed else "bad")
        icon.setAccessibleName(tr("passed") if result.passed else tr("failed"))
        text.setText(result.text)
        text.setProperty("look", "caption" if result.passed else "error")
        text.style().unpolish(text)
        text.style().polish(text)
        if result.passed:
            self._ask(steps, row + 1, done)
        else:
            done(False)
