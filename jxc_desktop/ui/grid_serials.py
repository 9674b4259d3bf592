"""The serial numbers of a line: scanned, typed or pasted one below the other, or chosen from those in stock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from jxc_desktop import values
from jxc_desktop.document_types.schema import serials_in
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.grid_tracking import SERIALS
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, SearchBox, figure_font, label

_SIZE, _WIDE = (420, 460), (700, 460)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Numbers(QPlainTextEdit):
    """One number in a line. Those that are wrong stand in red."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(figure_font(theme.current().sizes.docno))
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Serial numbers"))
        self.setInputMethodHints(Qt.InputMethodHint.ImhPreferLatin)

    def inputMethodQuery(self, query: Qt.InputMethodQuery, *argument: Any) -> Any:
        """A scanner types digits; an input method would eat them."""
        return False if query == Qt.InputMethodQuery.ImEnabled else super().inputMethodQuery(query, *argument)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is the dialog's."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in _ENTER:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def numbers(self) -> list[str]:
        return serials_in(self.toPlainText())

    def show_wrong(self, wrong: Iterable[str]) -> None:
        """Mark the lines that hold one of these."""
        bad, marks, block = set(wrong), [], self.document().firstBlock()
        look = QTextCharFormat()
        look.setForeground(theme.colour("bad"))
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        while block.isValid():
            if bad.intersection(serials_in(block.text())):
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = QTextCursor(block), look
                mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                marks.append(mark)
            block = block.next()
        self.setExtraSelections(marks)


class InStock(QWidget):
    """The numbers that are there, to be ticked; a text narrows them down."""

    def __init__(self, codes: Sequence[str]):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.search, self.list = SearchBox(tr("Search")), QListWidget()
        self.list.setAccessibleName(tr("In stock"))
        self.list.setFont(figure_font())
        self.list.setUniformItemSizes(True)
        for code in codes:
            item = QListWidgetItem(code, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        column.addWidget(label(tr("{count} in stock here", count=len(codes)), "strong"))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.search.textChanged.connect(self._narrow)

    def show_taken(self, taken: Iterable[str]) -> None:
        """Tick these."""
        ticked = set(taken)
        self.list.blockSignals(True)
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if item.text() in ticked else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        for item in self._items():
            item.setHidden(wanted not in item.text().casefold())

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]


class SerialsDialog(QDialog):
    """Modal. Ctrl+Enter takes the numbers over into the line."""

    def __init__(self, grid: Any, row: int, typed: str = ""):
        super().__init__(grid.window())
        self._grid, self._line = grid, grid.lines.rows[row]
        facts = grid.lines.facts
        item = facts.items[self._line[grid.lines.item_name]]
        self._unit = facts.unit(self._line)
        self._needed: Decimal = abs(facts.base(self._line))
        leaves = grid.lines.tracking.takes(self._line)
        lots = facts.lots.get(item.id)
        self._here = None if lots is None or not leaves else {
            lot.code for lot in lots} | set(serials_in(self._line.get(SERIALS)))
        self._elsewhere = {n for other in grid.lines.lines if other is not self._line
                           and other.get(grid.lines.item_name) == item.id for n in serials_in(other.get(SERIALS))}
        self.setWindowTitle(tr("Serial numbers of {item}", item=item.name))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.numbers, self.count, self.fault = Numbers(), Chip(), label("", "error")
        self.stock = None if self._here is None else InStock([lot.code for lot in lots])
        self.adjust = Button("", role=Role.LINK)
        self._lay_out()
        self._begin(typed)

    def take_over(self) -> None:
        """Put the numbers into the line, as one step to undo."""
        lines = self._grid.lines
        row = next((i for i, line in enumerate(lines.rows) if line is self._line), None)
        if row is not None:
            lines.setData(self._grid.cell(row, SERIALS), "\n".join(self.numbers.numbers()))
            self.accept()
            self._grid.setFocus()
            self._grid.go(row, SERIALS)
            self._grid.step(quick=True)

    def adjust_quantity(self) -> None:
        """The line gets as many as there are numbers."""
        lines, count = self._grid.lines, len(self.numbers.numbers())
        row = next(i for i, line in enumerate(lines.rows) if line is self._line)
        lines.setData(self._grid.cell(row, "quantity"), str(count))
        self._line = lines.rows[row]
        self._needed = abs(lines.facts.base(self._line))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.take_over()
            return  # a plain one begins the next number
        super().keyPressEvent(event)

    # -- inside

    def _begin(self, typed: str) -> None:
        text = "\n".join(serials_in(self._line.get(SERIALS)))
        self.numbers.setPlainText(f"{text}\n{typed}" if text else typed)
        self.numbers.moveCursor(QTextCursor.MoveOperation.End)
        if text and not typed:
            self.numbers.insertPlainText("\n")
        self.numbers.textChanged.connect(self._show)
        self._show()
        self.numbers.setFocus()

    def _show(self) -> None:
        numbers = self.numbers.numbers()
        twice = {n for n, times in Counter(numbers).items() if times > 1} | self._elsewhere.intersection(numbers)
        missing = set[str]() if self._here is None else set(numbers) - self._here
        self.numbers.show_wrong(twice | missing)
        complete = len(numbers) == self._needed
        self.count.show_state(tr("{count} of {needed}", count=len(numbers), needed=values.grouped(self._needed)),
                              Tone.OK if complete and not twice | missing else Tone.WARN)
        said = [tr("There twice: {numbers}", numbers=_some(twice))] if twice else []
        said += [tr("Not in stock here: {numbers}", numbers=_some(missing))] if missing else []
        self.fault.setText("\n".join(said))
        self.fault.setVisible(bool(said))
        self.adjust.setText(tr("Make the quantity {count}", count=len(numbers)))
        self.adjust.setVisible(not complete and bool(numbers) and self._unit.factor == self._unit.per)
        if self.stock:
            self.stock.show_taken(numbers)

    def _ticked(self, item: QListWidgetItem) -> None:
        numbers = [n for n in self.numbers.numbers() if n != item.text()]
        if item.checkState() == Qt.CheckState.Checked:
            numbers.append(item.text())
        self.numbers.setPlainText("\n".join(numbers) + ("\n" if numbers else ""))
        self.numbers.moveCursor(QTextCursor.MoveOperation.End)

    def _lay_out(self) -> None:
        outer, middle, left = QVBoxLayout(self), QHBoxLayout(), QVBoxLayout()
        outer.setContentsMargins(20, 18, 20, 16)
        outer.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(label(self.windowTitle(), "h1"), 1)
        head.addWidget(self.count)
        outer.addLayout(head)
        left.addWidget(label(tr("Scan, type or paste: one number in a line"), "caption"))
        left.addWidget(self.numbers, 1)
        middle.addLayout(left, 3)
        if self.stock:
            middle.addWidget(self.stock, 2)
            self.stock.list.itemChanged.connect(self._ticked)
        outer.addLayout(middle, 1)
        self.fault.setWordWrap(True)
        outer.addWidget(self.fault)
        outer.addLayout(self._buttons())
        self.resize(*(_WIDE if self.stock else _SIZE))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        take = Button(tr("Take over"), "check", "Ctrl+Enter", Role.PRIMARY)
        cancel = Button(tr("Cancel"), key_hint="Esc")
        take.clicked.connect(lambda checked=False: self.take_over())
        cancel.clicked.connect(lambda checked=False: self.reject())
        self.adjust.clicked.connect(lambda checked=False: self.adjust_quantity())
        row.addWidget(self.adjust)
        row.addStretch(1)
        row.addWidget(take)
        row.addWidget(cancel)
        return row


def _some(numbers: Iterable[str]) -> str:
    """The first few of many."""
    found = sorted(numbers)
    return ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
