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
from jxc_desktop.document_types.schema import DocumentType, FieldType, Values
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.grid_looks import Looks
from jxc_desktop.ui.line_facts import LineFacts, Wanted
from jxc_desktop.ui.table_model import Cell, Column, Index, RowsModel
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO

SCREEN_ONLY = frozenset({"key", "typed", "wrong", "marks", "proposed"})
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


class LineModel(RowsModel):
    """Lines of one document. `edited` follows every change of content, `shown` of row and column anew."""

    edited = Signal()

    def __init__(self, kind: DocumentType, columns: Sequence[LineColumn], facts: LineFacts,
                 parent: QObject | None = None):
        super().__init__(columns, [{}], parent=parent)
        self.kind, self.facts = kind, facts
        self.undo_stack = QUndoStack(self)
        self.looks = Looks(kind, facts)
        self._read_only = False
        facts.arrived.connect(self._refresh)

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
        if not read_only:
            self._rows.append({})
        self.endResetModel()
        self.undo_stack.clear()
        self.facts.want(line[self.item_name] for line in self.lines if line.get(self.item_name))
        self._ask_prices()
        self.looks.count(self.lines)

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
        self._ask_prices()
        self._changed()

    def put_item(self, row: int, hit: Any, **given: Any) -> int:
        """Choose the item of a line, or add a line in the entry row; returns the row."""
        self.facts.note(hit)
        line = self._for_another_item(row) | {self.item_name: hit.id, "unit_id": hit.unit_id, **given}
        self.change(row, 0 if self.is_entry(row) else 1, [line], tr("Choose item"))
        return row

    def name_item(self, row: int, text: str, quantity: Decimal | None) -> None:
        """Text that was left in the item cell: kept there; its item follows if only one can be meant."""
        line = self._for_another_item(row) | ({"quantity": quantity} if quantity else {})
        line |= {self.item_name: None, "wrong": {**line.get("wrong", {}), self.item_name: text}}
        self.change(row, 0 if self.is_entry(row) else 1, [line], tr("Choose item"))
        self.facts.find_exact([text], self.resolve_items, alone=True)

    def _for_another_item(self, row: int) -> Values:
        """A line without what belongs to its item."""
        line = {} if self.is_entry(row) else self._copy(row)
        for name in ("unit_id", "price", "amount", "tax_rate", "proposed", "source_line_id", "typed"):
            line.pop(name, None)
        self._clear(line, self.item_name)
        return line

    @property
    def item_name(self) -> str:
        return next(f.name for f in self.kind.columns if f.type is FieldType.ITEM)

    def choose(self, row: int, name: str, value: Any) -> None:
        """Take a value from a list."""
        line = self._copy(row)
        self._clear(line, name)
        self.put(line, name, value)
        self.change(row, 1, [line], tr("Choose"))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take typed text. Text that cannot be read is kept and marked; False then."""
        column = self.column_at(index)
        if role != Qt.ItemDataRole.EditRole or not column.editable or column.part or self.is_entry(index.row()):
            return False
        line = self._copy(index.row())
        readable = self.type_into(line, column, str(value))
        if line != self._rows[index.row()]:
            self.change(index.row(), 1, [line], tr("Type {field}", field=tr(column.title)))
        return readable

    def type_into(self, line: Values, column: LineColumn, text: str) -> bool:
        """Put typed text into a line; False if it could not be read."""
        name, field = column.name, column.field
        assert field is not None
        self._clear(line, name)
        try:
            value = (self._unit_id(line, text) if field.type is FieldType.UNIT
                     else typed.read(field, text, line.get(name)))
            self._check_decimals(line, column, value)
        except typed.Misread as error:
            line["wrong"] = {**line.get("wrong", {}), name: text}
            line["marks"] = {**line.get("marks", {}), name: error.text()}
            return False
        self.put(line, name, value)
        return True

    def put(self, line: Values, name: str, value: Any) -> None:
        """Set a value and settle what depends on it."""
        if line.get(name) == value:
            return
        line[name] = value
        if self.kind.priced and name in _SETTLING:
            self._settle(line, name)
        if name == "gift" and self.kind.priced:
            line["price"] = line["amount"] = ZERO if value else None
        if name in ("unit_id", "gift") and not line.get("gift"):
            for stale in ("proposed", "price", "amount"):
                line.pop(stale, None)  # asked for again

    def _settle(self, line: Values, name: str) -> None:
        if line.get(name) is None and name != "discount":
            line["amount"] = None if name != "amount" else totals.amount_of(line)
        elif name != "amount" or line.get("quantity") or line.get("price"):
            totals.retype(line, name)

    def _unit_id(self, line: Values, text: str) -> int:
        item = self.facts.items.get(line.get(self.item_name) or 0)
        for unit in item.units if item else ():
            if text.strip() == unit.name:
                return cast(int, unit.unit_id)
        raise typed.Misread(N_("The item has no such unit"))

    def _check_decimals(self, line: Values, column: LineColumn, value: Any) -> None:
        unit = self.facts.unit(line)
        if column.field and column.field.type is FieldType.QUANTITY and unit and value is not None \
                and value != round(value, unit.decimals):
            raise typed.Misread(N_("{unit} takes at most {decimals} decimals"), unit=unit.name, decimals=unit.decimals)

    def _copy(self, row: int) -> Values:
        return copy.deepcopy(self._rows[row])

    def copied(self, row: int) -> Values:
        """A line like that one, as a new line."""
        return {k: v for k, v in self._copy(row).items() if k not in ("key", "id", "source_line_id", "marks")}

    @staticmethod
    def _clear(line: Values, name: str) -> None:
        """The marks of a cell that is typed anew."""
        for kept in ("wrong", "marks"):
            if name in line.get(kept, {}):
                line[kept] = {k: v for k, v in line[kept].items() if k != name}

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

    # -- what arrives later

    def _ask_prices(self) -> None:
        new = [] if self._read_only else [line for line in self.lines if line.get(self.item_name)
                                          and line.get("unit_id") and "proposed" not in line]
        for line in new:
            line["proposed"] = None
        if new:
            self.facts.propose([Wanted(line["key"], line[self.item_name], line["unit_id"]) for line in new],
                               self._take_prices)

    def _take_prices(self, proposals: dict[int, Any]) -> None:
        """Below the undo stack: the lines in it are these very objects."""
        for line in self.lines:
            proposal = proposals.get(line["key"])
            if proposal is None:
                continue
            item = self.facts.items.get(line[self.item_name])
            if item and self.kind.column("tax_rate") and line.get("tax_rate") is None:
                line["tax_rate"] = item.tax_rate
            line["proposed"] = {"price": proposal.price, "origin": proposal.origin,
                                "date": proposal.date, "number": proposal.number}
            if self.kind.priced and line.get("price") is None and line.get("amount") is None \
                    and proposal.price is not None:
                line["price"] = proposal.price
                line["amount"] = totals.amount_of(line)
        self._changed()

    def resolve_items(self, found: dict[str, Any]) -> None:
        """Items of pasted codes, below the undo stack as well."""
        for line in self.lines:
            text = line.get("wrong", {}).get(self.item_name)
            if text is not None and (hit := found.get(text)):
                self.facts.note(hit)
                self._clear(line, self.item_name)
                line |= {self.item_name: hit.id, "unit_id": line.get("unit_id") or hit.unit_id}
            elif text is not None:
                line["marks"] = {**line.get("marks", {}), self.item_name: tr("There is no item {text}", text=text)}
        self._ask_prices()
        self._changed()

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show problems at their cells. Their line numbers count the lines that were saved."""
        saved = [line for line in self.lines if not self.is_empty(line)]
        for problem in problems:
            if problem.line is not None and problem.line < len(saved):
                line = saved[problem.line]
                line["marks"] = {**line.get("marks", {}), problem.field: problem.text()}
        self._refresh()

    def faults(self) -> list[tuple[int, str, str]]:
        """(row, field name, text) of every marked cell."""
        return [(row, name, text) for row, line in enumerate(self.lines)
                for name, text in line.get("marks", {}).items()]

    def unread(self) -> list[Problem]:
        """Typed text that could not be read, as problems of the lines that would be saved."""
        saved = [line for line in self.lines if not self.is_empty(line)]
        return [Problem(name, N_("{text}"), row, {"text": line.get("marks", {}).get(name, "")})
                for row, line in enumerate(saved) for name in line.get("wrong", {})]

    def clear_marks(self) -> None:
        """Forget marks that came from saving; those of unreadable text stay."""
        for line in self.lines:
            if "marks" in line:
                line["marks"] = {k: v for k, v in line["marks"].items() if k in line.get("wrong", {})}
        self._refresh()

    def _changed(self) -> None:
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
        if self._read_only or not column.editable or (self.is_entry(index.row()) and not column.part):
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
