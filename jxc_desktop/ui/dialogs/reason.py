"""Asks why something is done: nothing happens without a reason."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.widgets import label


class ReasonDialog(QDialog):
    """The question, what it means, a line for the reason; Esc changes nothing."""

    def __init__(self, parent: QWidget | None, question: str, detail: str, verb: str, limit: int):
        super().__init__(parent)
        self.setWindowTitle(question)
        self.setMinimumWidth(440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(question, "h1"))
        told = label(detail, "label")
        told.setWordWrap(True)
        layout.addWidget(told)
        self.reason = QLineEdit()
        self.reason.setMaxLength(limit)
        self.reason.setPlaceholderText(tr("Reason"))
        self.reason.setAccessibleName(tr("Reason"))
        layout.addWidget(self.reason)
        self.go, cancel = Button(verb, key_hint="Enter", role=Role.DANGER), Button(tr("Cancel"), key_hint="Esc")
        self.go.setDefault(True)
        self.go.setEnabled(False)
        self.go.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        layout.addLayout(row)
        self.reason.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))


def ask_reason(parent: QWidget, question: str, detail: str, verb: str, limit: int) -> str | None:
    """The reason, or None when the user backed out."""
    dialog = ReasonDialog(parent, question, detail, verb, limit)
    given = dialog.reason.text().strip() if dialog.exec() == QDialog.DialogCode.Accepted else None
    dialog.deleteLater()
    return given or None
