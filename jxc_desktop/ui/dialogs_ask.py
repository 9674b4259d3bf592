"""Questions before what cannot be taken back. Everything else asks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.widgets import label


@dataclass(frozen=True)
class Answer:
    """One button: a verb, never 'yes'. The result of `ask` is its `key`."""

    key: str
    text: str
    role: Role | str = Role.DEFAULT


class Question(QDialog):
    """The question as heading, what it means below, verbs as buttons; Esc and the default change nothing."""

    def __init__(self, parent: QWidget | None, question: str, detail: str, answers: Sequence[Answer],
                 cancel: str = ""):
        super().__init__(parent)
        self.answer: str | None = None
        self.setWindowTitle(question)
        self.setMinimumWidth(380)
        self.setMaximumWidth(560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        for text, look in ((question, "h1"), (detail, "label")):
            if text:
                part = label(text, look)
                part.setWordWrap(True)
                part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                layout.addWidget(part)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.addStretch(1)
        self.safe = Button(cancel or tr("Cancel"), key_hint="Esc")
        self.safe.setDefault(True)
        self.safe.clicked.connect(self.reject)
        row.addWidget(self.safe)
        for answer in answers:
            button = Button(answer.text, role=answer.role)
            button.setObjectName(answer.key)
            button.clicked.connect(lambda checked=False, key=answer.key: self._take(key))
            row.addWidget(button)
        layout.addLayout(row)
        self.safe.setFocus()

    def _take(self, key: str) -> None:
        self.answer = key
        self.accept()


def ask(parent: QWidget | None, question: str, detail: str = "", actions: Sequence[Answer] = (), *,
        cancel: str = "") -> str | None:
    """The key of the chosen action, or None when the user backed out."""
    dialog = Question(parent, question, detail, actions, cancel)
    dialog.exec()
    answer = dialog.answer
    dialog.deleteLater()
    return answer
