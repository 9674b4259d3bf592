"""Faults of a document, shown where they are and listed in one bar."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolTip

from jxc_desktop.i18n import tr
from jxc_desktop.ui.toast import announce
from jxc_desktop.ui.tokens import Tone

_LINKS = 4  # in one bar


class Problems:
    """Marks faults where they are and lists them in one bar with links."""

    BAR = "problems"

    def __init__(self, editor: Any):
        self._editor = editor

    def show(self, problems: Any, text: str = "") -> None:
        """Mark them all; the first one gets the cursor."""
        editor = self._editor
        editor.form.clear_marks()
        editor.lines.clear_marks()
        editor.form.mark(problems)
        editor.lines.mark(problems)
        places = self._places(problems)
        links = [(title, jump) for title, jump in places[:_LINKS]]
        editor.bars.show_bar(self.BAR, text or tr("{count} place(s) need correction", count=len(places)),
                             Tone.BAD, links)
        if places:
            places[0][1]()

    def read_out(self) -> None:
        """Alt+↑: the fault of the field or cell with the cursor, in words; else what its hint says."""
        focused = QApplication.focusWidget()
        grid = self._editor.grid
        if focused is None:
            return
        if grid.hasFocus() or grid.isAncestorOf(focused):
            index = grid.currentIndex()
            text, area = index.data(Qt.ItemDataRole.ToolTipRole), grid.visualRect(index)
            at = grid.viewport().mapToGlobal(area.bottomLeft())
        else:
            text, at = focused.toolTip(), focused.mapToGlobal(focused.rect().bottomLeft())
        if text:
            QToolTip.showText(at, text, focused)
            announce(focused, text, urgent=True)

    def clear(self) -> None:
        self._editor.bars.clear(self.BAR)
        self._editor.form.clear_marks()
        self._editor.lines.clear_marks()

    def _places(self, problems: Any) -> list[tuple[str, Callable[[], object]]]:
        editor = self._editor
        found: list[tuple[str, Callable[[], object]]] = []
        rows = [row for row, line in enumerate(editor.lines.lines) if not editor.lines.is_empty(line)]
        titles = {f.name: tr(f.title) for f in editor.kind.fields()}
        for problem in problems:
            title = titles.get(problem.field, "")
            if problem.line is None and problem.field in editor.form.editors:
                found.append((title, partial(editor.form.focus_field, problem.field)))
            elif problem.line is None:
                found.append((problem.text(), editor.focus_lines))
            else:
                row = rows[problem.line] if problem.line < len(rows) else problem.line
                place = tr("line {number}", number=row + 1)
                found.append((f"{place} {title}", partial(editor.focus_cell, row, problem.field)))
        return found
