"""What stands in place of the pages while the books are being opened."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jxc_desktop.ui.widgets import LoadingBar, label


class Cover(QWidget):
    """Lies over the pages while the books are being opened."""

    def __init__(self, host: QWidget):
        super().__init__(host)
        self._host = host
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = label("", "hint")
        self._bar = LoadingBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar)
        layout.addStretch(1)
        layout.addWidget(self.text)
        layout.addStretch(2)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        host.installEventFilter(self)
        self.hide()

    def begin(self, text: str) -> None:
        self.text.setText(text)
        self.setGeometry(self._host.rect())
        self.raise_()
        if self.isHidden():
            self.show()
            self._bar.start()

    def end(self) -> None:
        if not self.isHidden():
            self._bar.stop()
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._host.rect())
        return False
