"""First step of an import: what it is, and the table to take it from."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.widgets import Button, FieldLabel, IconLabel, Role, label

FILES = "*.xlsx *.xls *.xlsm *.xlsb *.ods *.csv *.txt *.tsv"


class DropZone(QFrame):
    """Takes a file by dropping; the buttons in it do the same."""

    dropped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._over = False
        self.setMinimumHeight(220)
        self.body = QVBoxLayout(self)
        self.body.setSpacing(12)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.dropped.emit(files[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if self._over else "ctl"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(theme.colour("sel" if self._over else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)


class ChooseStep(QWidget):
    """Emits `file_chosen`, `paste_wanted`, `browse_wanted` or `template_wanted`."""

    file_chosen = Signal(str)
    browse_wanted = Signal()
    paste_wanted = Signal()
    template_wanted = Signal()

    def __init__(self, kinds: Sequence[tuple[str, str]], kind: str = ""):
        super().__init__()
        self.kinds = QComboBox()
        self.kinds.setMinimumWidth(240)
        for key, title in kinds:
            self.kinds.addItem(title, key)
        self.kinds.setCurrentIndex(max(0, self.kinds.findData(kind)))
        self.zone = DropZone()
        self.zone.dropped.connect(self.file_chosen)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(FieldLabel(tr("Import"), True, self.kinds))
        first.addWidget(self.kinds)
        template = Button(tr("Template with the right headings"), "file-down", role=Role.LINK)
        template.clicked.connect(self.template_wanted)
        first.addWidget(template)
        first.addStretch(1)
        body.addLayout(first)
        body.addWidget(self.zone, 1)
        self._fill_zone()

    @property
    def kind(self) -> str:
        return str(self.kinds.currentData())

    def focus_first(self) -> None:
        self.browse.setFocus()

    def _fill_zone(self) -> None:
        zone = self.zone.body
        zone.addStretch(1)
        zone.addWidget(IconLabel("file-spreadsheet", "text3", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        sentence = label(tr("Drop an Excel or CSV file here"), "strong")
        hint = label(tr(
            "xlsx, xls, ods or csv. Headings are recognised in Chinese and English; nothing is saved before "
            "you have seen what would happen."), "hint")
        for part in (sentence, hint):
            zone.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        self.browse = Button(tr("Choose file…"), "folder-open", "Ctrl+O", Role.PRIMARY)
        self.browse.clicked.connect(self.browse_wanted)
        paste = Button(tr("Paste from Excel"), "clipboard-paste", "Ctrl+V")
        paste.clicked.connect(self.paste_wanted)
        row.addStretch(1)
        for button in (self.browse, paste):
            row.addWidget(button)
        row.addStretch(1)
        zone.addLayout(row)
        zone.addStretch(1)


def filter_text() -> str:
    """What the file dialog offers."""
    return f"{tr('Tables')} ({FILES})"


def remembered_folder(path: str) -> str:
    return str(Path(path).parent)
