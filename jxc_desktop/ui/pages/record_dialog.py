"""A record made in passing: from a look-up, over the page that needs it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.i18n import tr
from jxc_desktop.services.unit_of_work import Saved
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.record_form import RecordForm
from jxc_desktop.ui.pages.record_saving import RecordSaving
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.widgets import label

OnSaved = Callable[[int, str], object]
_SIZE = {True: (860, 620), False: (640, 420)}


class RecordDialog(QDialog):
    """Modal. Ctrl+S saves and closes, Esc closes."""

    def __init__(self, context: Context, record_key: str, initial: dict[str, Any], on_saved: OnSaved,
                 parent: QWidget | None = None):
        super().__init__(parent)
        self.kind = document_types.RECORDS_BY_KEY[record_key]
        self._initial, self._on_saved = dict(initial), on_saved
        title = tr("New {what}", what=tr(self.kind.title))
        self.setWindowTitle(title)
        self.setModal(True)
        self.resize(*_SIZE[bool(self.kind.children)])
        self.bars = InfoBars()
        self.operations = Operations(context, self, self.bars)
        self.form = RecordForm(context, self.kind, 2)
        self.saving = RecordSaving(self.form, self.operations, self.bars, context.queries)
        self.save_button = Button(tr("Save"), "save", "Ctrl+S", Role.PRIMARY)
        self.cancel_button = Button(tr("Cancel"), key_hint="Esc")
        self._lay_out(title)
        self.save_button.clicked.connect(lambda checked=False: self.save())
        self.cancel_button.clicked.connect(self.reject)
        self.form.finished.connect(lambda: self.save_button.setFocus(Qt.FocusReason.TabFocusReason))
        bind(self, "Ctrl+S", self.save)
        self.operations.read(context.queries.new_record, record_key, done=self._show)

    def save(self) -> None:
        self.saving.save(self._saved)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes through the fields; it never saves by accident."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        self.operations.close()
        super().done(result)

    def _lay_out(self, title: str) -> None:
        layout, buttons = QVBoxLayout(self), QHBoxLayout()
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(label(title, "h1"))
        layout.addWidget(self.bars)
        layout.addWidget(self.form, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.cancel_button)
        layout.addLayout(buttons)

    def _show(self, draft: RecordDraft) -> None:
        self.form.load(draft)
        rows = {child.key for child in self.kind.children}
        draft.values |= {name: value for name, value in self._initial.items() if name not in rows}
        draft.children |= {key: given for key, given in self._initial.items() if key in rows}
        self.form.show_draft(draft)
        self.form.focus_first()

    def _saved(self, saved: Saved) -> None:
        name = str(self.form.draft().values.get("name") or saved.number or "")
        self.accept()
        self._on_saved(saved.id, name)


def open_record_dialog(context: Context, record_key: str, initial_values: dict[str, Any], on_saved: OnSaved,
                       parent: QWidget | None = None) -> RecordDialog | None:
    """A form for a new record over the window; `on_saved(id, name)` once it is saved.

    `initial_values` are by field, and rows by the key of what belongs to the record. None when the actor may
    not make such records.
    """
    kind = document_types.RECORDS_BY_KEY[record_key]
    if not context.actor.may(kind.permission("save")):  # type: ignore[attr-defined]
        return None
    dialog = RecordDialog(context, record_key, initial_values, on_saved, parent or QApplication.activeWindow())
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
