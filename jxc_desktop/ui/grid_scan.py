"""Scanned codes, one after the other, into the lines: items, lots of them, serial numbers."""

from collections import deque
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop.document_types.schema import Values, serials_in
from jxc_desktop.i18n import tr
from jxc_desktop.ui.grid_lookups import quantity_prefix
from jxc_desktop.ui.grid_model import LineModel
from jxc_desktop.ui.grid_tracking import LOT, SERIALS
from jxc_desktop.ui.line_facts import BY_SERIAL, Scanned

ONE = Decimal(1)


class ScanQueue(QObject):
    """Looks up codes in the order they were scanned; the next only when the one before is in its line."""

    def __init__(self, grid: Any, model: LineModel):
        super().__init__(grid)
        self._grid, self._model = grid, model
        self._waiting: deque[tuple[str, Decimal]] = deque()
        self._busy = False
        model.facts.settled.connect(self._next)

    def take(self, code: str) -> None:
        """A scan: what is being typed is taken first; `3*` typed before it means three."""
        if self._model.read_only:
            return
        grid = self._grid
        finding = bool(grid.current()[1].part)
        amount = quantity_prefix(grid.typed()) if finding else None
        grid.close_editor() if finding else grid.commit()
        grid.setFocus()
        self.add(code, amount or ONE)

    def add(self, code: str, amount: Decimal) -> None:
        """So many of what has this code."""
        self._waiting.append((code, amount))
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._busy and not self._model.facts.pending:  # what is known decides where it goes
            self._busy = True
            self._model.facts.find_scanned(self._waiting[0][0], self._found)

    def _found(self, scanned: Scanned) -> None:
        code, amount = self._waiting.popleft()
        self._busy = False
        row = self._grid.currentIndex().row()
        if scanned.item and scanned.lot and scanned.item.tracking == BY_SERIAL:
            self._add_serial(scanned)
        elif scanned.item:
            self._add_item(scanned, amount)
        elif scanned.several:
            self._grid.warned.emit(tr("{code} is a lot of several items: {items}. Scan the item first", code=code,
                                      items=", ".join(scanned.several)))
        elif self._takes_new_serial(row):
            self._put_serial(row, code)
        else:
            self._grid.unknown_scan.emit(code, amount)
        self._next()

    # -- items and lots

    def _add_item(self, scanned: Scanned, amount: Decimal) -> None:
        """One more on the line of the item in that unit, and of that lot; else a new line."""
        model, hit = self._model, scanned.item
        counted = model.kind.column("quantity") is not None  # else lines are about value
        for row, line in enumerate(model.lines):
            if line.get(model.item_name) == hit.id and line.get("unit_id") == hit.unit_id \
                    and (not scanned.lot or line.get(LOT) == scanned.lot):
                if counted:
                    model.setData(self._grid.cell(row, "quantity"), str((line.get("quantity") or 0) + amount))
                self._grid.go(row, "quantity")
                return
        lot = {LOT: scanned.lot} if scanned.lot and model.kind.column(LOT) else {}
        row = model.put_item(model.rowCount() - 1, hit, **({"quantity": amount} if counted else {}), **lot)
        self._grid.go(row, "quantity")

    # -- serial numbers

    def _add_serial(self, scanned: Scanned) -> None:
        """To a line of its item that still lacks numbers, else one more on the last of them, else a new line."""
        model, hit = self._model, scanned.item
        rows = [row for row, line in enumerate(model.lines) if line.get(model.item_name) == hit.id]
        if model.kind.column(SERIALS) is None:
            self._add_item(Scanned(scanned.code, hit), ONE)
        elif there := self._row_of(rows, scanned.lot):
            self._refuse(scanned.lot, there)
        elif rows:
            short = [row for row in rows if model.tracking.missing_serials(model.rows[row]) > 0]
            self._put_serial((short or rows[-1:])[0], scanned.lot)
        else:
            row = model.put_item(model.rowCount() - 1, hit, quantity=ONE, **{SERIALS: scanned.lot})
            self._grid.go(row, SERIALS)

    def _row_of(self, rows: list[int], serial: str) -> int:
        """The number of the line that has this serial number already, counted from one; 0 for none."""
        return next((row + 1 for row in rows if serial in serials_in(self._model.rows[row].get(SERIALS))), 0)

    def _refuse(self, serial: str, number: int) -> None:
        self._grid.warned.emit(tr("{code} is already in line {number}; nothing was added", code=serial, number=number))
        self._grid.go(number - 1, SERIALS)

    def _takes_new_serial(self, row: int) -> bool:
        """The cursor is in a line of goods that come in and are followed by numbers nobody knows yet."""
        model, line = self._model, self._line(row)
        return bool(model.kind.column(SERIALS)) and bool(line) and model.tracking.brings(line) \
            and model.facts.tracking(line) == BY_SERIAL

    def _line(self, row: int) -> Values:
        """The line in a row; of the entry row, the one above."""
        model = self._model
        row -= 1 if model.is_entry(row) else 0
        return model.rows[row] if 0 <= row < len(model.lines) else {}

    def _put_serial(self, row: int, serial: str) -> None:
        """One number more, and one piece more where the line has enough of them already."""
        model, line = self._model, self._line(row)
        row = next(i for i, other in enumerate(model.lines) if other is line)
        if there := self._row_of(list(range(len(model.lines))), serial):
            self._refuse(serial, there)
            return
        model.add_serial(row, serial)
        self._grid.go(row, SERIALS)
