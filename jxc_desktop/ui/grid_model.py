"""The lines of a document as an editable table with an entry row at the end. All edits can be undone.

Besides its field values a line carries what only the screen needs, under the names in SCREEN_ONLY: the order
of typing, text that could not be read, marks of problems, the proposed price and an identity.
"""

import copy
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, cast

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import DocumentType, Field, FieldType, Values, serials_in
from jxc_desktop.i18n import tr
from jxc_desktop.ui import grid_units, typed
from jxc_desktop.ui.grid_arrivals import LineArrivals
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.grid_looks import Looks
from jxc_desktop.ui.grid_marks import LineMarks, clear, set_mark
from jxc_desktop.ui.grid_picks import LotPicks
from jxc_desktop.ui.grid_tracking import SERIALS, TRACKED, Tracking
from jxc_desktop.ui.line_facts import LineFacts
from jxc_desktop.ui.table_model import Cell, Column, Index, RowsModel
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO

SCREEN_ONLY = frozenset({"key", "typed", "wrong", "marks", "proposed", "picked"})
OF_ITEM = ("price", "amount", "proposed", "tax_rate", "typed", "picked", "book", *TRACKED)  # goes when the item changes
_SETTLING = ("quantity", "price", "amount", "discount")
WRONG = Qt.ItemDataRole.UserRole + 20  # the problem of a cell in words, or ""
CHANGED = Qt.ItemDataRole.UserRole + 21  # the price was changed by hand
_keys = count(1)


class _Splice(QUndoCommand):
    """Some lines gave way to others. Every edit is one of these."""

    def __init__(self, model: "LineModel", at: int, removed: list[Values], added: list[Values], text: str):
        super().__init__(text)
        self._model, self._at, self._removed, self._added = model, at, removed, added

    def redo(self) -> None:
        self._model.splice(self._at, len(self._removed), self._added)

    def undo(self) -> None:
        self._model.splice(self._at, len(self._added), self._removed)


class LineModel(LineArrivals, LineMarks, RowsModel):
    """Lines of one document. `edited` follows every change of content, `shown` of row and column anew."""

    edited = Signal()

    def __init__(self, kind: DocumentType, columns: Sequence[LineColumn], facts: LineFacts,
                 parent: QObject | None = None):
        super().__init__(columns, [{}], parent=parent)
        self.kind, self.facts = kind, facts
        self.undo_stack = QUndoStack(self)
        self.tracking = Tracking(kind, facts)
        self.looks = Looks(kind, facts, self.tracking)
        self._read_only = False
        facts.arrived.connect(self._refresh)
        self.picks = LotPicks(self)

    # -- content

    @property
    def lines(self) -> list[Values]:
        """The lines without the entry row."""
        return list(self._rows if self._read_only else self._rows[:-1])

    @property
    def read_only(self) -> bool:
        return self._read_only

    def load(self, lines: Iterable[Values], *, read_only: bool = False, taken: bool = False) -> None:
        """Show other lines. `taken`: the stock figures count these lines' quantities already."""
        self.beginResetModel()
        self._read_only = read_only
        self._rows = [self._identified(self._opened(line)) for line in lines]
        self.looks.start(self._rows, taken=taken, quiet=read_only)
        self.tracking.start(self._rows if taken else ())
        if not read_only:
            self._rows.append({})
        self.endResetModel()
        self.undo_stack.clear()
        self.facts.want(line[self.item_name] for line in self.lines if line.get(self.item_name))
        self.ask_prices()
        self.looks.count(self.lines)
        self.picks.want(line for line in self.lines if not line.get("id"))

    def values(self) -> list[Values]:
        """The lines as the service saves them, without empty ones."""
        return [{k: v for k, v in line.items() if k not in SCREEN_ONLY}
                for line in self.lines if not self.is_empty(line)]

    def is_empty(self, line: Values) -> bool:
        return not line.get("item_id") and not line.get("wrong") and line.get("quantity") is None

    def is_entry(self, row: int) -> bool:
        return not self._read_only and row == len(self._rows) - 1

    # -- edits

    def change(self, at: int, removed: int, added: Sequence[Values], text: str) -> None:
        """Replace lines, undoably."""
        lines = [self._identified(line) for line in added]
        self.undo_stack.push(_Splice(self, at, self._rows[at:at + removed], lines, text))

    def append_lines(self, lines: Iterable[Values], text: str) -> None:
        """Lines from other documents, after those that are there."""
        made = [self._opened(dict(line)) for line in lines]
        self.looks.add_ours(made)
        self.change(len(self.lines), 0, made, text)
        self.facts.want(line[self.item_name] for line in made)
        self.picks.want(made)

    def splice(self, at: int, removed: int, added: Sequence[Values]) -> None:
        """What an undo command calls."""
        same = min(removed, len(added))
        self._rows[at:at + same] = added[:same]
        if len(added) > same:
            self.beginInsertRows(QModelIndex(), at + same, at + len(added) - 1)
            self._rows[at + same:at + same] = added[same:]
            self.endInsertRows()
        elif removed > same:
            self.beginRemoveRows(QModelIndex(), at + same, at + removed - 1)
            del self._rows[at + same:at + removed]
            self.endRemoveRows()
        self.ask_prices()
        self.say_changed()

    def put_item(self, row: int, hit: Any, **given: Any) -> int:
        """Choose the item of a line, or add a line in the entry row; returns the row."""
        self.facts.note(hit)
        line = self._for_another_item(row) | {self.item_name: hit.id, "unit_id": hit.unit_id, **given}
        self.change(row, 0 if self.is_entry(row) else 1, [line], tr("Choose item"))
        self.picks.typed(line, *given)
        return row

    def name_item(self, row: int, text: str, quantity: Decimal | None) -> None:
        """Text that was left in the item cell: kept there; its item follows if only one can be meant."""
        line = self._for_another_item(row) | ({"quantity": quantity} if quantity else {})
        line |= {self.item_name: None, "wrong": {**line.get("wrong", {}), self.item_name: text}}
        self.change(row, 0 if self.is_entry(row) else 1, [line], tr("Choose item"))
        self.facts.find_exact([text], self.resolve_items, alone=True)

    def _for_another_item(self, row: int) -> Values:
        """A line without what belongs to its item."""
        line = self.new_line() if self.is_entry(row) else self._copy(row)
        for name in (*OF_ITEM, "unit_id", "source_line_id"):
            line.pop(name, None)
        clear(line, self.item_name)
        return line

    def new_line(self) -> Values:
        """What a new line begins with: choices that have to be made and have a usual answer."""
        return {f.name: f.default for f in self.kind.columns if f.required and f.default is not None}

    @property
    def item_name(self) -> str:
        return next(f.name for f in self.kind.columns if f.type is FieldType.ITEM)

    def choose(self, row: int, name: str, value: Any) -> None:
        """Take a value from a list."""
        line = self._copy(row)
        clear(line, name)
        self.put(line, name, value)
        self.change(row, 1, [line], tr("Choose"))
        self.picks.typed(line, name)

    def add_serial(self, row: int, serial: str) -> None:
        """One serial number more; where the quantity was full before, one piece more too."""
        line = self._copy(row)
        full, unit = self.tracking.missing_serials(line) <= 0, self.facts.unit(line)
        clear(line, SERIALS)
        self.put(line, SERIALS, "\n".join([*serials_in(line.get(SERIALS)), serial]))
        if full and unit and unit.factor == unit.per:
            self.put(line, "quantity", (line.get("quantity") or ZERO) + 1)
        self.change(row, 1, [line], tr("Add serial number"))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take typed text. Text that cannot be read is kept and marked; False then."""
        column = self.column_at(index)
        if role != Qt.ItemDataRole.EditRole or not column.editable or column.part or self.is_entry(index.row()):
            return False
        line = self._copy(index.row())
        readable = self.type_into(line, column, str(value))
        if line != self._rows[index.row()]:
            self.change(index.row(), 1, [line], tr("Type {field}", field=tr(column.title)))
            self.picks.typed(line, column.name)
        return readable

    def type_into(self, line: Values, column: LineColumn, text: str) -> bool:
        """Put typed text into a line; False if it could not be read."""
        name, field = column.name, column.field
        assert field is not None
        clear(line, name)
        try:
            value = self._read(line, field, text)
        except typed.Misread as error:
            line["wrong"] = {**line.get("wrong", {}), name: text}
            set_mark(line, name, error.text())
            return False
        self.put(line, name, value)
        return True

    def _read(self, line: Values, field: Field, text: str) -> Any:
        """The value of typed text; a unit that is named in it is put into the line."""
        if field.type is FieldType.UNIT:
            return grid_units.read_unit(self.facts, line, text)
        if field.type is FieldType.LOT:
            return self.tracking.read_lot(line, text)
        if field.name != "quantity":
            return typed.read(field, text, line.get(field.name))
        value, unit_id = grid_units.read_quantity(self.facts, line, field, text)
        unit = {"unit_id": unit_id} if unit_id else {}
        grid_units.check(self.facts, line | unit, value)
        for name, named in unit.items():
            self.put(line, name, named)
        return value

    def put(self, line: Values, name: str, value: Any) -> None:
        """Set a value and settle what depends on it."""
        if line.get(name) == value:
            return
        line[name] = value
        if self.kind.priced and name in _SETTLING and self.kind.column("quantity"):
            self._settle(line, name)
        if name == "gift" and self.kind.priced:
            line["price"] = line["amount"] = ZERO if value else None
        if name in ("unit_id", "gift") and not line.get("gift"):
            for stale in ("proposed", "price", "amount"):
                line.pop(stale, None)  # asked for again
        self.tracking.follow(line, name)

    def _settle(self, line: Values, name: str) -> None:
        if line.get(name) is None and name != "discount":
            line["amount"] = None if name != "amount" else totals.amount_of(line)
        elif name != "amount" or line.get("quantity") or line.get("price"):
            totals.retype(line, name)

    def _copy(self, row: int) -> Values:
        return copy.deepcopy(self._rows[row])

    def copied(self, row: int) -> Values:
        """A line like that one, as a new line."""
        own = ("key", "id", "source_line_id", "marks", "serials")
        return {k: v for k, v in self._copy(row).items() if k not in own}

    def _opened(self, line: Values) -> Values:
        """A line as it was saved, linked or journaled; prices are proposed only where one is missing."""
        missing = self.kind.priced and line.get("price") is None and line.get("amount") is None
        if self.kind.priced and line.get("amount") is None:
            line["amount"] = totals.amount_of(line)
        if missing and not line.get("proposed"):
            return {k: v for k, v in line.items() if k != "proposed"}
        return {"proposed": None, **line}

    @staticmethod
    def _identified(line: Values) -> Values:
        line.setdefault("key", next(_keys))
        return line

    # -- looks

    def say_changed(self) -> None:
        self._refresh()
        self.edited.emit()

    def _refresh(self) -> None:
        self.looks.count(self.lines)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))

    # -- Qt

    def column_at(self, index: Index | int) -> LineColumn:
        return cast(LineColumn, self.columns[index if isinstance(index, int) else index.column()])

    def cell(self, row: Any, column: Column) -> Cell:
        column = cast(LineColumn, column)
        if column.field is None:
            return self._number_cell(row)
        return self.looks.cell(row, column)

    def _number_cell(self, line: Values) -> Cell:
        at = next(i for i, other in enumerate(self._rows) if other is line)
        return Cell("+", Tone.ACCENT, bold=True) if self.is_entry(at) else Cell(str(at + 1), muted=True)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        column = self.column_at(index)
        if self._read_only or not column.editable or (self.is_entry(index.row()) and not column.part) \
                or not self.tracking.concerns(self._rows[index.row()], column.name):
            return plain
        return plain | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._rows[index.row()], self.column_at(index)
        if role == WRONG:
            return line.get("marks", {}).get(column.name, "") if column.part in ("", "code") else ""
        if role == CHANGED:
            return column.name == "price" and self.looks.changed_by_hand(line)
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.get("marks", {}).get(column.name) or self.looks.hint(line, column) or None
        if column.field is None and role == Qt.ItemDataRole.DisplayRole:
            return ""  # the number of a row is painted; it is not a value of its line
        if role == Qt.ItemDataRole.EditRole:
            return self.looks.editable_text(line, column)
        return super().data(index, role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Lines stay in the order they were typed."""
