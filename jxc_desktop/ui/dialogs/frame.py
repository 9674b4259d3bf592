"""What the program's dialogs have in common: a heading, bars, content, buttons at the foot."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.widgets import Button, label


class FrameDialog(QDialog):
    """Put content into `body`, buttons with `add_buttons`; `operations` ends with the dialog."""

    def __init__(self, parent: QWidget | None, session: Session, title: str, text: str = ""):
        super().__init__(parent)
        self.session = session
        self.setWindowTitle(title)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(24, 20, 24, 16)
        self._outer.setSpacing(10)
        self._outer.addWidget(label(title, "h1"))
        if text:
            explained = label(text, "label")
            explained.setWordWrap(True)
            self._outer.addWidget(explained)
        self.bars = InfoBars()
        self._outer.addWidget(self.bars)
        self.operations = Operations(session, self, self.bars)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self._outer.addLayout(self.body, 1)
        self.finished.connect(lambda result: self.operations.close())

    def add_buttons(self, *buttons: Button, left: tuple[Button, ...] = ()) -> None:
        """The row at the foot; the last is the default."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        for button in left:
            row.addWidget(button)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        buttons[-1].setDefault(True)
        self._outer.addLayout(row)
