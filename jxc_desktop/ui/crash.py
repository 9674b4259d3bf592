"""When something breaks that should not: say so, keep what was typed, hand over a report."""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

import jxc_desktop
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.widgets import IconLabel, label

log = logging.getLogger("jxc_desktop.crash")


def report(error: BaseException) -> str:
    """What a maintainer needs, and nothing of the user's data beyond the error itself."""
    import platform

    versions = (f"JXC Desktop {jxc_desktop.__version__} · Python {platform.python_version()} · Qt {qVersion()} · "
                f"{platform.platform()}")
    return versions + "\n\n" + "".join(traceback.format_exception(error))


class CrashDialog(QDialog):
    """Doesn't block and loses nothing: the windows behind it stay as they are."""

    def __init__(self, parent: QWidget | None, text: str):
        super().__init__(parent)
        self.setWindowTitle(tr("Something went wrong"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 380)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(IconLabel("circle-alert", "bad", 20))
        head.addWidget(label(tr("Something went wrong"), "h1"), 1)
        layout.addLayout(head)
        sentence = label(tr("This is a fault of the program. What you typed is still there; you can go on working. "
                            "Please send this report to whoever looks after the program."), "label")
        sentence.setWordWrap(True)
        layout.addWidget(sentence)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Report"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.font(theme.current().sizes.caption, figures=True))
        layout.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        copy = Button(tr("Copy report"), "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        close = Button(tr("Go on working"), role=Role.PRIMARY, key_hint="Esc")
        close.clicked.connect(self.close)
        close.setDefault(True)
        for button in (copy, close):
            row.addWidget(button)
        layout.addLayout(row)


class CrashHandler(QObject):
    """Takes over sys.excepthook and threading.excepthook; shows one dialog however many errors follow."""

    _raised = Signal(object)

    def __init__(self, window: Callable[[], QWidget | None] = QApplication.activeWindow):
        super().__init__()
        self._window = window
        self.dialog: CrashDialog | None = None
        self._raised.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.handle
        threading.excepthook = lambda args: self.handle(args.exc_type, args.exc_value, args.exc_traceback)

    def uninstall(self) -> None:
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__

    def handle(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """May be called from any thread."""
        error = error or kind()
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        self._raised.emit(error)

    def _show(self, error: BaseException) -> None:
        if self.dialog:
            self.dialog.text.appendPlainText("\n" + report(error))
            return
        self.dialog = CrashDialog(self._window(), report(error))
        self.dialog.destroyed.connect(self._forget)
        self.dialog.open()

    def _forget(self) -> None:
        self.dialog = None
