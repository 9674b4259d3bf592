"""Scanned codes, one after the other, into the lines."""

from collections import deque
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop.ui.grid_lookups import quantity_prefix
from jxc_desktop.ui.grid_model import LineModel


class ScanQueue(QObject):
    """Looks up codes in the order they were scanned; the next only when the one before is in its line."""

    def __init__(self, grid: Any, model: LineModel):
        super().__init__(grid)
        self._grid, self._model = grid, model
        self._waiting: deque[tuple[str, Decimal]] = deque()
        self._busy = False

    def take(self, code: str) -> None:
        """A scan: what is being typed is taken first; `3*` typed before it means three."""
        if self._model.read_only:
            return
        grid = self._grid
        finding = bool(grid.current()[1].part)
        amount = quantity_prefix(grid.typed()) if finding else None
        grid.close_editor() if finding else grid.commit()
        grid.setFocus()
        self.add(code, amount or Decimal(1))

    def add(self, code: str, amount: Decimal) -> None:
        """So many of what has this code."""
        self._waiting.append((code, amount))
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._busy:
            self._busy = True
            self._model.facts.find_exact([self._waiting[0][0]], self._found)

    def _found(self, hits: dict[str, Any]) -> None:
        code, amount = self._waiting.popleft()
        self._busy = False
        if hit := hits.get(code):
            self._grid.add_scanned(hit, amount)
        else:
            self._grid.unknown_scan.emit(code, amount)
        self._next()
