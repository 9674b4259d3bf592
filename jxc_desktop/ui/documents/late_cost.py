"""Late costs on the screen: what the receipt lines brought in, and their shares of the fee as it is typed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries.paths import Received
from jxc_desktop.ui.documents.extras import Extra
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.table_model import Cell
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO

_BAR = "shares"
_SHARED_BY = ("fee", "fee_basis")


def shares(fee: Decimal, basis: str, brought: list[Received]) -> list[Decimal] | None:
    """As the service shares a fee; None where there is nothing to share by."""
    bases = [{"quantity": r.quantity, "value": r.value}.get(basis, Decimal(1)) for r in brought]
    return values.spread(fee, bases) if any(bases) else None


class LateCost(Extra):
    """Shares follow fee, basis and lines; those typed by hand stand until one of these changes."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self._received: dict[int, Received] = {}
        self._asked: set[int] = set()
        self._shared: tuple[Any, ...] = ()  # fee, basis and lines of the shares that stand there
        editor.lines.looks.own["received"] = self._received_cell
        editor.lines.edited.connect(self._follow)
        editor.form.changed.connect(lambda name: self._follow() if name in _SHARED_BY else None)
        editor.shown.connect(self._shown)

    def _shown(self) -> None:
        """What a saved document says stands."""
        self._shared = self._basis() if self.editor.draft.id else ()
        self._follow()

    def _follow(self) -> None:
        """Fetch what is not known of the receipt lines; share the fee anew where something else is to be shared."""
        editor = self.editor
        ids = {line["source_line_id"] for line in editor.lines.lines if line.get("source_line_id")}
        if new := ids - self._asked:
            self._asked |= new
            editor.operations.read(editor.context.queries.received, sorted(new), done=self._take)
        elif editor.editing and editor.loaded and ids <= self._received.keys():
            if self._basis() != self._shared:
                self._share()
            self._say_rest()

    def _take(self, found: Mapping[int, Received]) -> None:
        self._received |= found
        self._follow()
        self.editor.grid.viewport().update()

    def _linked(self) -> list[Values]:
        return [line for line in self.editor.lines.lines if line.get("source_line_id")]

    def _basis(self) -> tuple[Any, ...]:
        form = self.editor.form
        return form.value("fee"), form.value("fee_basis"), tuple(line["source_line_id"] for line in self._linked())

    def _share(self) -> None:
        self._shared = fee, basis, _ = self._basis()
        lines = self._linked()
        found = shares(fee or ZERO, basis, [self._received[line["source_line_id"]] for line in lines])
        for i, line in enumerate(lines):
            line["amount"] = found[i] if found else None
        self.editor.lines.say_changed()

    def _say_rest(self) -> None:
        """Shares typed by hand have to come to the fee; else it is shared by the basis when it is saved."""
        lines, fee = self._linked(), self.editor.form.value("fee") or ZERO
        total = sum((line.get("amount") or ZERO for line in lines), ZERO)
        if lines and total != fee:
            self.editor.bars.show_bar(
                _BAR, tr("The shares come to {total}, the fee is {fee}: saving shares it anew.",
                         total=values.grouped(total, 2), fee=values.grouped(fee, 2)),
                Tone.WARN, [(tr("Share anew"), self._share)])
        else:
            self.editor.bars.clear(_BAR)

    def _received_cell(self, line: Values, column: LineColumn) -> Cell:
        found, item = self._received.get(line.get("source_line_id") or 0), self.editor.line_facts.items.get(
            line.get("item_id") or 0)
        quantity = found.quantity if found else line.get("received")
        return Cell("" if quantity is None else f"{values.grouped(quantity)} {item.unit if item else ''}".strip())
