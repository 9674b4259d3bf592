"""Revaluations: what the goods cost now, beside what they are to cost."""

from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.ui import typed
from jxc_desktop.ui.documents.extras import Extra
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.table_model import Cell


class Revaluing(Extra):
    """Asks for the current costs of the lines' items."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self._costs: dict[int, Decimal] = {}
        self._asked: set[int] = set()
        editor.lines.looks.own["current_cost"] = self._cost_cell
        editor.lines.edited.connect(self._follow)
        editor.form.changed.connect(lambda name: self._anew() if name == "warehouse_id" else None)
        editor.shown.connect(self._anew)

    def _anew(self) -> None:
        """Another warehouse may have costs of its own; a document that was saved has changed them."""
        self._costs, self._asked = {}, set()
        self._follow()

    def _follow(self) -> None:
        editor = self.editor
        ids = {line["item_id"] for line in editor.lines.lines if line.get("item_id")}
        new = ids - self._asked
        if new and editor.context.actor.may("see_cost"):
            self._asked |= new
            editor.operations.read(editor.context.queries.unit_costs, sorted(new), editor.form.value("warehouse_id"),
                                   done=self._take)

    def _take(self, found: dict[int, Decimal]) -> None:
        self._costs |= found
        self.editor.grid.viewport().update()

    def _cost_cell(self, line: Values, column: LineColumn) -> Cell:
        cost = self._costs.get(line.get("item_id") or 0)
        return Cell("" if cost is None else typed.price(values.round_to(cost, values.COST_PLACES)), muted=True)
