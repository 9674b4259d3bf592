"""What this is, where its data lie, what it is built on."""

import platform
import sqlite3

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

import jxc_desktop
from jxc_desktop.i18n import tr
from jxc_desktop.paths import RESOURCES
from jxc_desktop.services.database import SCHEMA
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.widgets import Button, label


class AboutDialog(FrameDialog):
    """Diagnostic facts to copy, and the licences."""

    def __init__(self, parent: QWidget | None, session: Session):
        super().__init__(parent, session, tr("About JXC Desktop"),
                         tr("Purchasing, sales and stock for small trading companies."))
        self.resize(620, 460)
        self.facts = {
            tr("Version"): jxc_desktop.__version__, tr("Books"): session.company_name,
            tr("Database"): session.address, tr("Schema"): SCHEMA,
            tr("Built on"): f"Python {platform.python_version()} · Qt {qVersion()} · SQLite {sqlite3.sqlite_version}",
            tr("System"): platform.platform()}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.facts.items()):
            shown = label(value)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setWordWrap(True)
            grid.addWidget(label(name, "label"), row, 0)
            grid.addWidget(shown, row, 1)
        self.body.addLayout(grid)
        notices = QPlainTextEdit(_notices())
        notices.setReadOnly(True)
        notices.setAccessibleName(tr("Licences"))
        self.body.addWidget(notices, 1)
        copy = Button(tr("Copy diagnostics"), "copy")
        copy.clicked.connect(self.copy)
        close = Button(tr("Close"), key_hint="Esc")
        close.clicked.connect(self.accept)
        self.add_buttons(close, left=(copy,))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in self.facts.items()))


def _notices() -> str:
    try:
        return (RESOURCES.parent / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    except OSError:
        return tr("The licences are in THIRD_PARTY_NOTICES.md of the program.")
