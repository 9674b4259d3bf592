"""The line grid: typed without a mouse, faster than paper.

Enter follows the quick path (item, quantity, next line), Tab visits every cell, a scan works anywhere.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyledItemDelegate, QWidget

from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_delegate import LineDelegate
from jxc_desktop.ui.grid_edits import LineEdits
from jxc_desktop.ui.grid_lookups import lookup_source, quantity_prefix
from jxc_desktop.ui.grid_model import WRONG, LineModel
from jxc_desktop.ui.grid_scan import ScanQueue
from jxc_desktop.ui.grid_serials import SerialsDialog
from jxc_desktop.ui.grid_steps import LineSteps
from jxc_desktop.ui.grid_stock import StockList
from jxc_desktop.ui.grid_tracking import SERIALS
from jxc_desktop.ui.key_hold import KeyHold
from jxc_desktop.ui.lookup import Lookup
from jxc_desktop.ui.table import Table

_MOD = Qt.KeyboardModifier
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineGrid(LineSteps, LineEdits, Table):
    """Edits a LineModel. `left` tells that Enter in the empty entry row is done with the lines."""

    left = Signal()
    unknown_scan = Signal(str, object)  # the code, and how many
    warned = Signal(str)  # what is wrong with a scan; nothing was added
    create_wanted = Signal(str)  # the typed text
    looking_up = Signal(bool)  # a list is open
    correct_wanted = Signal()  # F2 on a document that is read-only

    def __init__(self, context: Context, model: LineModel, parent: QWidget | None = None):
        super().__init__(f"lines/{model.kind.key}", context.settings, parent=parent)
        self.context, self.lines = context, model
        self._lookup: Lookup | None = None
        self._editor: QLineEdit | None = None
        self._typed_open = False
        self.hold = KeyHold(self)
        self.scans, self._stock_list = ScanQueue(self, model), StockList(self)
        self.setAccessibleName(tr("Item lines"))
        self.setItemDelegate(LineDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setModel(model)
        self.setSortingEnabled(False)
        self.setTabKeyNavigation(True)  # else Tab never comes as a key
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSortIndicatorShown(False)
        header.customContextMenuRequested.disconnect()
        header.customContextMenuRequested.connect(self._show_header_menu)
        self._path_key = f"table/enter/{model.kind.key}"
        self._commands = self._command_table()

    # -- places

    def cell(self, row: int, key: str) -> QModelIndex:
        """The cell of a row under the column with this key."""
        return self.lines.index(row, self.lines.column(key))

    def go(self, row: int, key: str = "") -> None:
        """Make a cell the current one; without a key, the item's."""
        row = max(0, min(row, self.lines.rowCount() - 1))
        known = any(c.key == key for c in self.lines.columns)
        index = self.cell(row, key if known else self.lines.item_name)
        # not setCurrentIndex: with Ctrl held (Ctrl+S) that leaves the old cell selected
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def go_entry(self) -> None:
        """To the entry row."""
        self.go(self.lines.rowCount() - 1)

    def current(self) -> tuple[int, LineColumn]:
        index = self.currentIndex()
        return index.row(), self.lines.column_at(max(0, index.column()))

    # -- editing

    def serve(self, editor: QLineEdit, column: LineColumn, row: int) -> None:
        """The delegate made an editor: give it its look-up."""
        self._editor, self._lookup = editor, None
        source = lookup_source(self.context.queries, self.lines, column, row)
        if source is None:
            return
        self._lookup = Lookup(editor, source, self.context.tasks, self._room)
        self._lookup.accepted.connect(partial(self._chosen, column))
        self._lookup.unmatched.connect(self._unmatched)
        self._lookup.waiting.connect(lambda on: self.hold.start() if on else self.hold.release())
        self._lookup.shown.connect(self.looking_up)
        if column.part == CODE:
            self._lookup.create_wanted.connect(self.create_wanted)

    def _room(self) -> tuple[QRect, QRect]:
        """Under the row, and not over the totals."""
        row, column = self.current()
        anchor = self.visualRect(self.cell(row, self.lines.item_name if self._editor is None else column.key))
        view = self.viewport()
        return (QRect(view.mapToGlobal(anchor.topLeft()), anchor.size()),
                QRect(view.mapToGlobal(QPoint(0, 0)), view.size()))

    def _chosen(self, column: LineColumn, hit: Any, step: bool) -> None:
        row = self.currentIndex().row()  # lots that arrived meanwhile may have pushed it down
        if column.part == CODE:
            self.take_item(row, hit, self.typed(), quick=not step)
            return
        assert column.field is not None
        self.lines.choose(row, column.name, _TAKEN[column.field.type](hit))
        self.close_editor()
        self.go(row, column.key)
        self.step(quick=not step)

    def _unmatched(self, text: str) -> None:
        """Enter, and nothing fits: the text is kept in its cell, with a mark."""
        column = self.current()[1]
        if not column.part and self.commit():
            self.step(quick=True)

    def take_item(self, row: int, hit: Any, typed: str, *, quick: bool = True) -> None:
        """Put the item that `typed` found into a line, and go on."""
        amount = quantity_prefix(typed)
        self.lines.put_item(row, hit, **({"quantity": amount} if amount else {}))
        self.close_editor()
        self.go(row, self.lines.item_name)  # a line added in the entry row has pushed that down
        self.step(quick=quick)

    def type_again(self, row: int, text: str) -> None:
        """Back to what was typed to find an item."""
        self.setFocus()
        self.go(row)
        self.edit_current()
        if self._editor:
            self._editor.setText(text)

    def close_editor(self) -> None:
        """Close without taking its text."""
        if editor := self._editor:
            self._editor, self._lookup = None, None
            self.closeEditor(editor, QStyledItemDelegate.EndEditHint.NoHint)
            self.setFocus()

    def commit(self) -> bool:
        """Take the text of the open editor; False when it could not be read."""
        editor = self._editor
        if editor is None:
            return True
        index = self.currentIndex()
        self.commitData(editor)
        self.close_editor()
        return not index.data(WRONG)

    def typed(self) -> str:
        """What stands in the open editor."""
        return self._editor.text() if self._editor else ""

    def editing(self) -> bool:
        return self._editor is not None and self.state() == QAbstractItemView.State.EditingState

    def closeEditor(self, editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:
        if editor is self._editor:
            self._editor, self._lookup = None, None
        super().closeEditor(editor, hint)

    def edit(self, index: Any, trigger: Any = None, event: Any = None) -> Any:
        if trigger is None:
            super().edit(index)
            return None
        self._typed_open = trigger == QAbstractItemView.EditTrigger.AnyKeyPressed
        if self.lines.column_at(index.column()).name == SERIALS and trigger in _OPENING:
            self.open_serials(event.text() if isinstance(event, QKeyEvent) else "")
            return False
        return super().edit(index, trigger, event)

    def editor_key(self, editor: QLineEdit, event: QKeyEvent) -> bool:
        """A key in an open editor, before the editor sees it."""
        if self._lookup and self._lookup.key(event):
            return True
        key, plain = event.key(), event.modifiers() & ~_MOD.KeypadModifier
        if key == Qt.Key.Key_F2:
            editor.deselect() if editor.hasSelectedText() else editor.selectAll()
            if not editor.hasSelectedText():
                editor.end(False)
            return True
        if key == Qt.Key.Key_Escape:
            self.close_editor()
            return True
        if key == Qt.Key.Key_V and plain == _MOD.ControlModifier:
            return self.paste()
        if key == Qt.Key.Key_I and plain == _MOD.ControlModifier:
            self.show_stock()
            return True
        leaving = self._leaving(editor, key, plain)
        if leaving is None:
            return False
        if self.commit():
            leaving()
        return True

    def _leaving(self, editor: QLineEdit, key: int, modifiers: Any) -> Callable[[], object] | None:
        """What a key does that ends the editing; None for keys of the editor itself."""
        if key in _ENTER:
            return self._enter_back if modifiers & _MOD.ShiftModifier else self._enter
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return partial(self.step, key == Qt.Key.Key_Tab)
        row, column = self.current()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not modifiers:
            return partial(self.go, row + (1 if key == Qt.Key.Key_Down else -1), column.key)
        if self._typed_open and not modifiers:
            if key == Qt.Key.Key_Right and editor.cursorPosition() == len(editor.text()):
                return partial(self.step, True)
            if key == Qt.Key.Key_Left and editor.cursorPosition() == 0:
                return partial(self.step, False)
        command = self._commands.get((key, modifiers))
        return command if command and (key, modifiers) not in _EDITOR_OWNS else None


    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~_MOD.KeypadModifier
        command = self._commands.get((event.key(), modifiers))
        if command and (not self.lines.read_only or (event.key(), modifiers) in _READING):
            command()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.step(event.key() == Qt.Key.Key_Tab) if not self.lines.read_only else self._leave(
                event.key() == Qt.Key.Key_Tab)
        elif event.key() == Qt.Key.Key_F2 and self.lines.read_only:
            self.correct_wanted.emit()
        elif event.text().isprintable() and event.text() and not modifiers & ~_MOD.ShiftModifier:
            self._type(event)
        else:
            QAbstractItemView.keyPressEvent(self, event)

    def _type(self, event: QKeyEvent) -> None:
        """A character: it begins an edit, where this cell takes one."""
        row, column = self.current()
        if self.lines.read_only:
            return
        if self.lines.is_entry(row) and column.part != CODE:
            self.go_entry()
        elif column.field and column.field.type is FieldType.FLAG and column.editable:
            self.lines.setData(self.currentIndex(), "" if self.lines.rows[row].get(column.name) else "1")
            return
        QAbstractItemView.keyPressEvent(self, event)

    def keyboardSearch(self, search: str) -> None:
        """Typing never jumps to another line."""

    def _command_table(self) -> dict[tuple[int, Any], Callable[[], object]]:
        none, shift, ctrl = _MOD.NoModifier, _MOD.ShiftModifier, _MOD.ControlModifier
        key = Qt.Key
        return {
            (key.Key_Return, none): self._enter, (key.Key_Enter, none): self._enter,
            (key.Key_Return, shift): self._enter_back, (key.Key_Enter, shift): self._enter_back,
            (key.Key_F2, none): self.edit_current, (key.Key_F4, none): self.open_list,
            (key.Key_F7, none): self.open_list, (key.Key_Down, _MOD.AltModifier): self.open_list,
            (key.Key_F8, none): self.same_as_above, (key.Key_D, ctrl): self.same_as_above,
            (key.Key_Apostrophe, ctrl): self.repeat_line, (key.Key_Insert, none): self.insert_line,
            (key.Key_Delete, ctrl): self.delete_lines, (key.Key_Delete, none): self.clear_cells,
            (key.Key_Backspace, none): self.clear_cells,
            (key.Key_Up, ctrl | shift): partial(self.move_lines, -1),
            (key.Key_Down, ctrl | shift): partial(self.move_lines, 1),
            (key.Key_I, ctrl): self.show_stock, (key.Key_C, ctrl): self.copy, (key.Key_V, ctrl): self.paste,
            (key.Key_Z, ctrl): self.lines.undo_stack.undo, (key.Key_Y, ctrl): self.lines.undo_stack.redo,
        }

    def edit_current(self) -> None:
        """F2: all text selected; pressed again, the caret at its end."""
        self._typed_open = False
        if self.current()[1].name == SERIALS:
            self.open_serials()
        elif self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(self.currentIndex())

    def open_list(self) -> None:
        """The choice list of the cell."""
        self.edit_current()
        if self._lookup:
            self._lookup.search("", listing=True)

    def open_serials(self, typed: str = "") -> None:
        """The serial numbers of the current line, beginning with what was typed."""
        if self.currentIndex().flags() & Qt.ItemFlag.ItemIsEditable:
            SerialsDialog(self, self.currentIndex().row(), typed).open()

    # -- the rest

    def show_stock(self) -> None:
        """Where the item of this line, or of the open look-up's bar, lies."""
        hit = self._lookup.highlighted() if self._lookup else None
        item = hit or self.lines.facts.named(self.current_line().get(self.lines.item_name))
        item_id = hit.id if hit else self.current_line().get(self.lines.item_name)
        if item and item_id:
            self._stock_list.show_item(item_id, item.name, *self._room())

    def current_line(self) -> dict[str, Any]:
        """The line under the bar; empty in the entry row."""
        row = self.currentIndex().row()
        return cast(dict[str, Any], self.lines.rows[row]) if 0 <= row < len(self.lines.rows) else {}


_OPENING = (QAbstractItemView.EditTrigger.AnyKeyPressed, QAbstractItemView.EditTrigger.DoubleClicked)
_TAKEN: dict[FieldType, Callable[[Any], Any]] = {  # what of a hit becomes the value of a cell
    FieldType.UNIT: lambda unit: unit.unit_id, FieldType.PRICE: lambda row: row["price"],
    FieldType.LOT: lambda lot: lot.code, FieldType.CHOICE: lambda choice: choice.value}
_EDITOR_OWNS = {(k, m) for k in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) for m in (_MOD.NoModifier,)} | {
    (k, _MOD.ControlModifier) for k in (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_Z, Qt.Key.Key_Y)} | {
    (Qt.Key.Key_F4, _MOD.NoModifier), (Qt.Key.Key_F7, _MOD.NoModifier), (Qt.Key.Key_F2, _MOD.NoModifier)}
_READING = {(Qt.Key.Key_C, _MOD.ControlModifier), (Qt.Key.Key_I, _MOD.ControlModifier)}
