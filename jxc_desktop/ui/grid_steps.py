"""The ways through the lines: Enter takes the quick path, Tab visits every cell."""

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_model import WRONG, LineModel
from jxc_desktop.ui.grid_tracking import EXPIRES, PRODUCED, SERIALS


class LineSteps:
    """A part of the grid: where the cursor goes next."""

    lines: LineModel
    _path_key: str

    def visible_columns(self: Any) -> list[LineColumn]:
        """As they stand on the screen."""
        header = self.horizontalHeader()
        order = [header.logicalIndex(v) for v in range(header.count())]
        return [self.lines.column_at(c) for c in order if not self.isColumnHidden(c)]

    def path(self: Any, row: int) -> list[str]:
        """Where Enter stops in a row: the user's choice, else item, quantity, a price nobody proposed; and the lot
        or serial numbers that are missing."""
        stops = [c for c in self.visible_columns() if c.editable]
        line = self.lines.rows[row] if row < len(self.lines.rows) else {}
        seen = {c.name for c in stops}
        tracked = [EXPIRES if name == PRODUCED and name not in seen else name
                   for name in self.lines.tracking.wanted(line)]
        chosen = (self.context.settings.get(self._path_key) or {}).get("stops")
        if chosen:
            return [c.key for c in stops if c.key in chosen or c.name in tracked]
        kind = self.lines.kind
        coming = kind.column("quantity") and self.lines.facts.pending  # prices that are proposed
        empty = kind.priced and line.get("price") is None and not coming and bool(line)
        return [c.key for c in stops if c.part == CODE or c.name == "quantity" or (c.name == "price" and empty)
                or c.name in tracked]

    def step(self: Any, forward: bool = True, *, quick: bool = False) -> None:
        """To the next or previous cell; from the empty entry row out of the grid."""
        row, column = self.current()
        if forward and self.lines.is_entry(row):
            self.left.emit() if quick else self._leave(True)
            return
        keys = self.path(row) if quick else [c.key for c in self.visible_columns() if c.editable]
        order = [c.key for c in self.visible_columns()]
        here = order.index(column.key)
        beyond = [k for k in keys if (order.index(k) > here if forward else order.index(k) < here)]
        if beyond:
            self.go(row, beyond[0] if forward else beyond[-1])
        elif forward:
            row = self._after_split(row) if quick else row + 1
            following = self.path(row) if quick and not self.lines.is_entry(row) else [self.lines.item_name]
            self.go(row, following[min(1, len(following) - 1)] if quick else self.lines.item_name)
        elif row:
            self.go(row - 1, keys[-1])
        else:
            self._leave(False)

    def _after_split(self: Any, row: int) -> int:
        """The row below, past those that hold more lots of the same goods."""
        rows, item = self.lines.rows, self.lines.item_name
        row += 1
        while rows[row].get("picked") and rows[row - 1].get("picked") and rows[row][item] == rows[row - 1][item]:
            row += 1
        return row

    def _leave(self: Any, forward: bool) -> None:
        QWidget.focusNextPrevChild(self, forward)  # the view's own keeps Tab for itself

    def _enter(self: Any) -> None:
        if self.lines.read_only:
            return
        row, column = self.current()
        line = self.lines.rows[row]
        if column.name == SERIALS and SERIALS in self.lines.tracking.wanted(line):
            self.open_serials()
            return
        if column.name == "quantity" and column.field.required and not self.lines.is_entry(row) \
                and line.get("quantity") is None and not self.currentIndex().data(WRONG):
            self.lines.setData(self.currentIndex(), "1")  # Enter on an empty quantity means one
        self.step(quick=True)

    def _enter_back(self: Any) -> None:
        self.step(False, quick=True)

    def _show_header_menu(self: Any, at: QPoint) -> None:
        menu = self.columns.menu()
        column = self.lines.column_at(max(0, self.horizontalHeader().logicalIndexAt(at)))
        if column.editable:
            stops = set(self.path(0))
            action = menu.addAction(tr("Enter stops here"))
            action.setCheckable(True)
            action.setChecked(column.key in stops)
            action.toggled.connect(lambda on: self.context.settings.set(
                self._path_key, {"stops": sorted(stops | {column.key} if on else stops - {column.key})}))
        menu.popup(self.horizontalHeader().mapToGlobal(at))
