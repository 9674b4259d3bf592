"""Last step of an import: under way, then what became of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.widgets import Button, IconLabel, Role, label


class DoneStep(QWidget):
    """Emits `cancel_wanted`, `list_wanted`, `again_wanted`."""

    cancel_wanted = Signal()
    list_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.icon, self.sentence, self.detail = IconLabel("loader", "text3", 40), label("", "h1"), label("", "label")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(420)
        self.bar.setAccessibleName(tr("Progress"))
        self.cancel = Button(tr("Cancel"), key_hint="Esc")
        self.again, self.open = Button(tr("Import another file"), "file-up"), Button(tr("Show"), role=Role.PRIMARY)
        for button, signal in ((self.cancel, self.cancel_wanted), (self.again, self.again_wanted),
                               (self.open, self.list_wanted)):
            button.clicked.connect(signal)
        body, row = QVBoxLayout(self), QHBoxLayout()
        body.setSpacing(12)
        body.addStretch(2)
        for part in (self.icon, self.sentence, self.detail, self.bar):
            body.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        row.addStretch(1)
        for button in (self.cancel, self.again, self.open):
            row.addWidget(button)
        row.addStretch(1)
        body.addLayout(row)
        body.addStretch(3)

    def begin(self, count: int) -> None:
        self.icon.show_icon("loader", "text3")
        self.sentence.setText(tr("Importing {count} rows", count=f"{count:,}"))
        self.detail.setText(tr("One transaction: everything or nothing."))
        self.bar.setMaximum(0)
        self._show(running=True)

    def show_progress(self, done: int, total: int) -> None:
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(done)

    def finish(self, created: int, updated: int, left_out: int) -> None:
        self.icon.show_icon("circle-check", "ok")
        self.sentence.setText(tr("The import is done"))
        parts = [tr("{count} new", count=f"{created:,}"), tr("{count} changed", count=f"{updated:,}")]
        if left_out:
            parts.append(tr("{count} left out", count=f"{left_out:,}"))
        self.detail.setText("　".join(parts))
        self._show(running=False)
        self.open.setFocus()

    def _show(self, running: bool) -> None:
        for part in (self.bar, self.cancel):
            part.setVisible(running)
        for part in (self.again, self.open):
            part.setVisible(not running)
