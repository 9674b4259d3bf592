"""Assemblies and disassemblies: lines from the recipe of an item."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from jxc_desktop.document_types import fields as known
from jxc_desktop.document_types.schema import DocumentType, Values
from jxc_desktop.i18n import tr
from jxc_desktop.ui import fields
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.documents.extras import Action, Extra
from jxc_desktop.ui.widgets import FieldLabel

_ONE = Decimal(1)


def whole_role(kind: DocumentType) -> str:
    """The role of the item that has the recipe; lines usually have the other one."""
    column = kind.column("role")
    assert column is not None
    return next(stored for stored, _ in column.choices if stored != column.default)


class RecipeTools(Extra):
    """'Fill from recipe' for one editor."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self.fill = Button(tr("Fill from recipe…"), "layers", role=Role.GHOST)
        self.fill.clicked.connect(lambda checked=False: self.ask())
        self.tools = (self.fill,)
        editor.shown.connect(lambda: self.fill.setEnabled(editor.editing))

    def actions(self) -> Iterable[Action]:
        yield Action(tr("Fill from recipe…"), "layers", self.ask, self.editor.editing and not self.editor.saving.busy)

    def ask(self) -> None:
        """Which item, and how many."""
        if self.editor.editing:
            role = whole_role(self.editor.kind)
            whole: Values = next((line for line in self.editor.lines.lines if line.get("role") == role), {})
            RecipeDialog(self.editor, whole, self.take).open()

    def take(self, lines: Sequence[Values]) -> None:
        """The lines of the recipe; the item's own line, where there was one, gives way."""
        editor = self.editor
        role = whole_role(editor.kind)
        rows = [row for row, line in enumerate(editor.lines.lines) if line.get("role") == role
                and line.get("item_id") == lines[0]["item_id"]]
        for row in reversed(rows):
            editor.lines.change(row, 1, [], tr("Fill from recipe…"))
        editor.lines.append_lines(lines, tr("Fill from recipe…"))
        editor.grid.setFocus()
        editor.grid.go(len(editor.lines.lines) - len(lines), "quantity")


class RecipeDialog(FrameDialog):
    """Asks for item and quantity and fetches the lines; `take` gets them."""

    def __init__(self, editor: Any, whole: Values, take: Callable[[Sequence[Values]], object]):
        super().__init__(editor, editor.context, tr("Fill from recipe"), tr(
            "What the recipe of the item needs for so many of it, in base units."))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        self._editor, self._take = editor, take
        title = tr(dict(known.ROLE.choices)[whole_role(editor.kind)])
        self.item = fields.editor(replace(known.ITEM, title=title), editor.context)
        self.quantity = fields.editor(known.QUANTITY, editor.context)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (text, made) in enumerate(((title, self.item), (tr(known.QUANTITY.title), self.quantity))):
            grid.addWidget(FieldLabel(text, True, made), row, 0)
            grid.addWidget(made, row, 1)
        self.body.addLayout(grid)
        self.item.set_value(whole.get("item_id"))
        self.quantity.set_value(whole.get("quantity") or _ONE)
        self.item.entered.connect(self.quantity.setFocus)
        self.quantity.entered.connect(self.finish)
        back, self.ok = Button(tr("Cancel"), key_hint="Esc"), Button(tr("Fill in"), "check", role=Role.PRIMARY)
        back.clicked.connect(self.reject)
        self.ok.clicked.connect(self.finish)
        self.add_buttons(back, self.ok)
        (self.quantity if whole.get("item_id") else self.item).setFocus()

    def finish(self) -> None:
        item, quantity = self.item.value(), self.quantity.value()
        for made, missing in ((self.item, item is None), (self.quantity, quantity is None or quantity <= 0)):
            if missing:
                made.show_problem(tr("{field} is required", field=tr(made.field.title)))
                made.setFocus()
                return
        self.operations.read(self._editor.context.queries.recipe_lines, self._editor.kind.key, item, quantity,
                             done=self._fetched)

    def _fetched(self, lines: Sequence[Values]) -> None:
        self.accept()
        self._take(lines)
