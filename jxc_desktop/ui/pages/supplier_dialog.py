"""Asks from whom to buy."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop.document_types.fields import SUPPLIER
from jxc_desktop.i18n import tr
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.reference_field import ReferenceField
from jxc_desktop.ui.widgets import Button, FieldLabel, Role


class SupplierDialog(FrameDialog):
    """`chosen` has id and name; F4 in the field enters a new supplier."""

    chosen = Signal(int, str)

    def __init__(self, parent: QWidget, context: Any, item: str):
        super().__init__(parent, context, tr("Another supplier"), tr("Who shall deliver {item}?", item=item))
        self.setMinimumWidth(420)
        self.field = ReferenceField(SUPPLIER, context)
        row = QHBoxLayout()
        row.addWidget(FieldLabel(tr("Supplier"), True, self.field))
        row.addWidget(self.field, 1)
        self.body.addLayout(row)
        self.body.addStretch(1)
        cancel = Button(tr("Cancel"), key_hint="Esc")
        self.take = Button(tr("Take this supplier"), key_hint="Enter", role=Role.PRIMARY)
        cancel.clicked.connect(self.reject)
        self.take.clicked.connect(self.accept)
        self.field.entered.connect(self.accept)
        self.add_buttons(cancel, self.take)
        self.field.setFocus()

    def accept(self) -> None:
        if self.field.value():
            self.chosen.emit(self.field.value(), self.field.label)
            super().accept()
