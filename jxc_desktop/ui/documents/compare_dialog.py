"""My version beside theirs: choose per place, then go on with what comes of it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from jxc_desktop.document_types.schema import REFERENCES, Draft, Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.documents.differences import Difference, differences, merged
from jxc_desktop.ui.documents.opening import Opened
from jxc_desktop.ui.table import Column, RowsModel, Table
from jxc_desktop.ui.widgets import label

COLUMNS = (
    Column("place", N_("Place"), width=150),
    Column("mine", N_("Mine"), width=190, stretch=1),
    Column("theirs", N_("Theirs"), width=190, stretch=1),
    Column("take", N_("Take"), width=90, value=lambda d: tr("Mine") if d.take_mine else tr("Theirs"), bold=True),
)


def compare(editor: Any, base: Draft, mine: Draft, theirs: Opened, take: Callable[[Opened], None]) -> None:
    """Show the differences; `take` gets the merged document."""
    CompareDialog(editor, differences(editor.kind, base, mine, theirs.draft, _shower(editor, theirs)),
                  lambda found: take(Opened(merged(mine, theirs.draft, found), theirs.facts))).open()


def _shower(editor: Any, theirs: Opened) -> Callable[[Field, Any], str]:
    def show(field: Field, value: Any) -> str:
        if value is not None and field.type in REFERENCES:
            if field.type is FieldType.ITEM:
                item = editor.line_facts.named(value)
                return f"{item.code} {item.name}" if item else str(value)
            own = editor.form.editors.get(field.name)
            if own is not None:
                return str(own.label if own.peek() == value else theirs.labels.get(field.name, value))
        return typed.written(field, value)
    return show


class CompareDialog(QDialog):
    """Space or a double click changes which side is taken."""

    def __init__(self, parent: Any, found: list[Difference], take: Callable[[list[Difference]], None]):
        super().__init__(parent)
        self.setWindowTitle(tr("Compare"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 420)
        self._found, self._take = found, take
        self.model = RowsModel(COLUMNS, found, parent=self)
        table = self.table = Table()
        table.setModel(self.model)
        table.setAccessibleName(tr("Differences"))
        table.opened.connect(lambda index: self.toggle(index.row()))
        layout = QVBoxLayout(self)
        layout.addWidget(label(tr("Both changed this document. Enter changes which side is taken."), "label"))
        layout.addWidget(table, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        go_on, back = Button(tr("Go on with this"), role=Role.PRIMARY), Button(tr("Cancel"), key_hint="Esc")
        go_on.clicked.connect(self._finish)
        back.clicked.connect(self.reject)
        for button in (go_on, back):
            row.addWidget(button)
        layout.addLayout(row)

    def toggle(self, row: int) -> None:
        difference = self._found[row]
        difference.take_mine = not difference.take_mine
        self.model.update_row(row, difference)

    def _finish(self) -> None:
        self._take(self._found)
        self.accept()
