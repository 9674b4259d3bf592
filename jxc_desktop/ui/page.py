"""A widget to start a page from."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.widgets import LoadingBar, label


class PageWidget(QWidget):
    """A page with the usual margins, bars on top, a loading line and its own Operations."""

    title_changed = Signal()
    keys_changed = Signal()
    info: QWidget | None = None
    nav_key = ""

    def __init__(self, context: Context, key: str, title: str):
        super().__init__()
        self.context, self.key, self._title, self._dirty = context, key, title, False
        self.keys: list[tuple[str, str]] = []
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.bars = InfoBars()
        self.loading = LoadingBar(self)
        self.operations = Operations(context, self, self.bars, self.loading)
        sizes = theme.current().sizes
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(sizes.page, 10, sizes.page, 10)
        self.body.setSpacing(sizes.gap)
        self.body.addWidget(self.bars)

    @property
    def title(self) -> str:
        return self._title

    @property
    def dirty(self) -> bool:
        return self._dirty

    def set_title(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.title_changed.emit()

    def set_dirty(self, dirty: bool) -> None:
        if dirty != self._dirty:
            self._dirty = dirty
            self.title_changed.emit()

    def set_key(self, key: str) -> None:
        """A new document has got its number."""
        self.key = key
        self.title_changed.emit()

    def set_keys(self, keys: list[tuple[str, str]]) -> None:
        """The six keys that are worth most now: [("F9", "Save and new"), …], already translated."""
        self.keys = keys
        self.keys_changed.emit()

    def head(self, *left: QWidget, buttons: tuple[QWidget, ...] = ()) -> QHBoxLayout:
        """The title row: what it is at the left, what can be done at the right; add it to `body`."""
        row = QHBoxLayout()
        row.setSpacing(theme.current().sizes.gap)
        for part in left or (label(self._title, "h1"),):
            row.addWidget(part)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        return row

    def focus_first(self) -> None:
        self.setFocus()

    def refresh(self) -> None:
        """Read again what is shown."""

    def closed(self) -> None:
        self.operations.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.loading.setGeometry(0, 0, self.width(), 2)
        self.loading.raise_()
