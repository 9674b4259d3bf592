"""A bar code that nobody knows is given to an item."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.document_types.schema import Field, FieldType, RecordDraft
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import records
from jxc_desktop.ui import fields
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.widgets import FieldLabel, label

_SIZE = (560, 400)  # with room for the list under the field
ITEM = Field("item_id", N_("Item"), FieldType.ITEM, required=True)


class BindDialog(QDialog):
    """Modal. `bound()` follows once the item has the code."""

    def __init__(self, context: Context, code: str, bound: Callable[[], object], parent: QWidget):
        super().__init__(parent)
        self._context, self._code, self._bound = context, code, bound
        title = tr("Bind {code} to an item", code=code)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self.bars = InfoBars()
        self.operations = Operations(context, self, self.bars)
        self.item = fields.editor(ITEM, context)
        self.bind_button = Button(tr("Bind"), "scan-line", role=Role.PRIMARY)
        self._lay_out(title)
        self.item.entered.connect(self.bind_button.setFocus)
        self.bind_button.clicked.connect(lambda checked=False: self.bind())
        self.item.setFocus()

    def bind(self) -> None:
        """Add the code to the chosen item's."""
        item_id = self.item.value()
        if item_id is None:
            self.item.show_problem(self.item.fault() or tr("Choose an item"))
            self.item.setFocus()
        else:
            self.operations.read(self._context.queries.open_record, "item", item_id, done=self._save)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on to the button, and presses it there."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.bind_button.hasFocus():
            self.bind()

    def done(self, result: int) -> None:
        self.operations.close()
        super().done(result)

    def _save(self, draft: RecordDraft) -> None:
        draft.children["barcode"] = [*draft.children.get("barcode", ()), {"code": self._code}]
        self.operations.execute(records.save, draft, done=self._saved)

    def _saved(self, outcome: Any) -> None:
        self.accept()
        self._bound()

    def _lay_out(self, title: str) -> None:
        layout, row, buttons = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(title, "h1"))
        layout.addWidget(label(tr("From now on a scan of this code finds the item."), "label"))
        layout.addWidget(self.bars)
        row.addWidget(FieldLabel(tr(ITEM.title), True, self.item))
        row.addWidget(self.item, 1)
        layout.addLayout(row)
        layout.addStretch(1)
        cancel = Button(tr("Cancel"), key_hint="Esc")
        cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self.bind_button)
        buttons.addWidget(cancel)
        layout.addLayout(buttons)
