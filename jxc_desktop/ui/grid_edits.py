"""What can be done to lines besides typing into a cell: each one step to undo."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication

from jxc_desktop.document_types.schema import Values
from jxc_desktop.i18n import tr
from jxc_desktop.ui import grid_paste
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_model import OF_ITEM, LineModel
from jxc_desktop.ui.grid_tracking import SERIALS
from jxc_desktop.values import divide, grouped


class LineEdits:
    """A part of the grid: works on its current and selected cells."""

    lines: LineModel

    def same_as_above(self: Any) -> None:
        """The value of the cell above, down through the selection."""
        rows = sorted({i.row() for i in self.selectedIndexes()}) or [self.currentIndex().row()]
        column = self.current()[1]
        first = rows[0] - 1 if len(rows) == 1 else rows[0]
        if first < 0 or not column.editable or column.name == SERIALS or first >= len(self.lines.lines):
            return
        source = self.lines.lines[first]
        targets = [r for r in rows if r > first]
        added = [self._like(source, row, column) for row in targets]
        existing = sum(not self.lines.is_entry(row) for row in targets)
        self.lines.change(targets[0], existing, added, tr("Same as above"))
        self.go(targets[-1], column.key)

    def _like(self: Any, source: Values, row: int, column: LineColumn) -> Values:
        line: Values = {} if self.lines.is_entry(row) else dict(self.lines.rows[row])
        if column.part == CODE:
            line = {k: v for k, v in line.items() if k not in OF_ITEM}
            return line | {column.name: source.get(column.name), "unit_id": source.get("unit_id")}
        if not self.lines.is_entry(row):
            self.lines.put(line, column.name, source.get(column.name))
        return line

    def repeat_line(self: Any) -> None:
        """The whole line above once more."""
        row = self.currentIndex().row()
        if row > 0:
            self.lines.change(row, 0, [self.lines.copied(row - 1)], tr("Repeat line"))
            self.go(row, "quantity")

    def insert_line(self: Any) -> None:
        """An empty line above the current one."""
        row = self.currentIndex().row()
        if not self.lines.is_entry(row):
            self.lines.change(row, 0, [self.lines.new_line()], tr("Insert line"))
            self.go(row)

    def delete_lines(self: Any) -> None:
        """The selected lines; Ctrl+Z brings them back."""
        rows = [r for r in self._selected_rows() if not self.lines.is_entry(r)]
        if rows:
            key = self.current()[1].key
            first, last = rows[0], rows[-1]
            kept = [line for r, line in enumerate(self.lines.lines) if first <= r <= last and r not in rows]
            self.lines.change(first, last - first + 1, kept, tr("Delete {count} line(s)", count=len(rows)))
            self.go(first, key)

    def clear_cells(self: Any) -> None:
        """Empty the selected cells."""
        for index in self.selectedIndexes():
            if index.flags() & Qt.ItemFlag.ItemIsEditable:
                self.lines.setData(index, "")

    def move_lines(self: Any, by: int) -> None:
        """The current line up or down."""
        row, last = self.currentIndex().row(), len(self.lines.lines) - 1
        if 0 <= row <= last and 0 <= row + by <= last:
            upper, lines = min(row, row + by), self.lines.lines
            self.lines.change(upper, 2, [lines[upper + 1], lines[upper]], tr("Move line"))
            self.go(row + by, self.current()[1].key)

    def copy(self: Any) -> None:
        """The selected cells, as a spreadsheet takes them."""
        cells = [(i.row(), i.column()) for i in self.selectedIndexes() if self.lines.column_at(i).field]
        QGuiApplication.clipboard().setText(grid_paste.copied(self.lines, cells))

    def paste(self: Any) -> bool:
        """A range from a spreadsheet, from the current cell on, or under its headings; False for a single cell."""
        pasted = grid_paste.ranges(QGuiApplication.clipboard().text())
        if not pasted or self.lines.read_only or (self.editing() and len(pasted) == 1 and len(pasted[0]) == 1):
            return False
        self.close_editor()
        row, column = self.current()
        shown = self.visible_columns()
        rows, columns = grid_paste.columns_of(pasted, shown[shown.index(column):])
        if rows and any(columns):
            codes = grid_paste.take(self.lines, row, rows, columns)
            self.lines.picks.want(self.lines.lines[row:row + len(rows)])
            if codes:
                self.lines.facts.find_exact(codes, self.lines.resolve_items)
            self.go(row + len(rows), column.key)
        return True

    def _selected_rows(self: Any) -> Sequence[int]:
        return sorted({i.row() for i in self.selectedIndexes()} | {self.currentIndex().row()})

    def selection_sums(self: Any) -> str:
        """Sum, average and count of the selected figures, as spreadsheets show them; empty for one cell."""
        figures = [v for i in self.selectedIndexes() if (v := self._figure(i)) is not None]
        if len(figures) < 2:
            return ""
        total = sum(figures[1:], figures[0])
        return tr("Sum {sum}  Average {average}  Count {count}", sum=grouped(total), count=len(figures),
                  average=grouped(divide(total, Decimal(len(figures)), 2)))

    def _figure(self: Any, index: QModelIndex) -> Any:
        column = self.lines.column_at(index)
        value = self.lines.rows[index.row()].get(column.name) if column.field and not column.part else None
        return value if isinstance(value, Decimal) else None
