"""Ctrl+F in a document: from line to line that has what is typed, also by pinyin initials."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from jxc_desktop.i18n import tr
from jxc_desktop.ui.matching import matched
from jxc_desktop.ui.widgets import SearchBox, restyle

_WIDTH = 200


def met(lines: Sequence[Sequence[str]], text: str) -> list[int]:
    """On a worker: the numbers of the lines in which some text fits."""
    return [number for number, texts in enumerate(lines) if any(matched(t, text) for t in texts)]


class FindLines(SearchBox):
    """Stands among the tools while it is used. Enter goes on, Shift+Enter back, Esc returns to the lines."""

    def __init__(self, grid: Any):
        super().__init__(tr("Find in the lines"))
        self._grid = grid
        self.setFixedWidth(_WIDTH)
        self.textChanged.connect(lambda text: self.seek(0))
        self.hide()

    def start(self) -> None:
        self.show()
        self.setFocus()
        self.selectAll()

    def seek(self, step: int) -> None:
        """To the line that fits: the current one or after it (0), the next (1), the one before (-1)."""
        text, lines = self.text().strip(), self._grid.lines
        if not text:
            restyle(self, invalid=False)
            return
        shown = [c for c in range(len(lines.columns)) if lines.column_at(c).field]
        texts = [[str(lines.index(row, c).data() or "") for c in shown] for row in range(len(lines.lines))]
        self._grid.context.tasks.run(met, texts, text, done=partial(self._go, text, step),
                                     failed=lambda error: None, write=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.seek(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._grid.setFocus()
        else:
            super().keyPressEvent(event)

    def _go(self, text: str, step: int, rows: list[int]) -> None:
        if text != self.text().strip():
            return
        restyle(self, invalid=not rows)
        if not rows:
            return
        here = self._grid.current()[0]
        after = [row for row in rows if row >= here + step]
        before = [row for row in rows if row < here]
        self._grid.go((before or rows)[-1] if step < 0 else (after or rows)[0], self._grid.current()[1].key)
