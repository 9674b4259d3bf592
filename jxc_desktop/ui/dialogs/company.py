"""New books: who are we, and by which rules? Few questions, each with a good answer in it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.errors import InvalidDraft, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import first_run
from jxc_desktop.ui import fields
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.widgets import Button, FieldLabel, Role, label

_HINTS = {
    "taxpayer": N_("decides whether stock is valued with or without tax"),
    "tax_included": N_("the usual in wholesale; can be changed in each document"),
    "negative_stock": N_("whether more may be sold than there is"),
    "address": N_("printed at the head of delivery notes"),
}


class CompanyDialog(FrameDialog):
    """Saves the company with the first warehouse and units; `done` is called afterwards."""

    def __init__(self, parent: QWidget | None, session: Session, done: Callable[[], object]):
        super().__init__(parent, session, tr("Welcome"), tr(
            "A few facts about the company; everything can be changed later under Master data."))
        self._done = done
        self.editors: dict[str, Any] = {}
        self.setMinimumWidth(560)
        self._build()
        later = Button(tr("Later"), key_hint="Esc")
        later.clicked.connect(self.reject)
        self.ok = Button(tr("Start"), "check", role=Role.PRIMARY)
        self.ok.clicked.connect(self.save)
        self.add_buttons(later, self.ok)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        kind = document_types.RECORDS_BY_KEY["company"]
        row = 0
        for name in first_run.ASKED:
            field = kind.field(name)
            editor = self.editors[name] = fields.editor(field, self.session)
            editor.set_value(field.default)
            editor.entered.connect(editor.focusNextChild)
            if field.type is FieldType.FLAG:
                editor.setText(tr(field.title))
            else:
                grid.addWidget(FieldLabel(tr(field.title), field.required, editor), row, 0)
            grid.addWidget(editor, row, 1)
            if hint := _HINTS.get(name):
                grid.addWidget(label(tr(hint), "hint"), row + 1, 1)
            row += 2
        self.body.addLayout(grid)
        self.body.addStretch(1)
        self.editors["name"].setFocus()

    def save(self) -> None:
        self.ok.setEnabled(False)
        values = {name: editor.value() for name, editor in self.editors.items()}
        self.operations.execute(first_run.begin, values, done=self._saved, failed=self._refused)

    def _saved(self, outcome: Any) -> None:
        self.accept()
        self._done()

    def _refused(self, error: Exception) -> None:
        self.ok.setEnabled(True)
        if isinstance(error, InvalidDraft):
            for problem in error.problems:
                if problem.field in self.editors:
                    self.editors[problem.field].show_problem(problem.text())
        elif not isinstance(error, UserError):
            raise error
        self.bars.show_bar("operation", str(error), "bad")
