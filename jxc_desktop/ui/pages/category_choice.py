"""A category chosen from the tree, in a small window under its field."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.category_tree import Tree, read_categories

_SIZE = (260, 320)


class CategoryPopup(QFrame):
    """Closes itself when one is taken, or by Esc."""

    def __init__(self, parent: QWidget, context: Context, taken: Callable[[int | None, str], object]):
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 6, 4, 6)
        self.tree = Tree()
        layout.addWidget(self.tree)
        self._operations, self._taken = Operations(context, self), taken
        self.tree.taken.connect(self._take)
        self._operations.read(read_categories, context.queries, done=self._fill)

    def _fill(self, rows: list[dict[str, Any]]) -> None:
        self.tree.fill(rows, tr("No category"), None)
        self.tree.setFocus()

    def _take(self, category_id: int | None, name: str) -> None:
        self._taken(category_id, name)
        self.close()

    def closeEvent(self, event: Any) -> None:
        self._operations.close()
        super().closeEvent(event)


def choose_category(anchor: QWidget, context: Context, taken: Callable[[int | None, str], object]) -> CategoryPopup:
    """Open the tree under `anchor`; `taken(id or None, name)` when one is chosen."""
    popup = CategoryPopup(anchor.window(), context, taken)
    popup.move(anchor.mapToGlobal(QPoint(anchor.width() - popup.width(), anchor.height() + 2)))
    popup.show()
    return popup
