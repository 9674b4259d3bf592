"""The panel at the right: what the page in front wants to say besides."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.widgets import label


class InfoPanel(QWidget):
    """Shows the `info` widget of a page; without one it is not there."""

    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("info")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.current().sizes.factbox)
        self.setAccessibleName(tr("Information panel"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 12, 10)
        layout.setSpacing(theme.current().sizes.gap)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 0, 0)
        head.addWidget(label(tr("Information"), "caption"))
        head.addStretch(1)
        close = Button(tr("Hide"), key_hint="Alt+F2", role=Role.GHOST)
        close.clicked.connect(self.close_asked)
        head.addWidget(close)
        layout.addLayout(head)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        self._areas: dict[QWidget, QScrollArea] = {}

    def show_info(self, info: QWidget | None) -> bool:
        """Put `info` in; False when there is nothing to show."""
        if info is None:
            return False
        if info not in self._areas:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(info)
            self._areas[info] = area
            self._stack.addWidget(area)
        self._stack.setCurrentWidget(self._areas[info])
        return True

    def forget(self, info: QWidget) -> None:
        """Its page was closed."""
        if area := self._areas.pop(info, None):
            self._stack.removeWidget(area)
            area.deleteLater()
