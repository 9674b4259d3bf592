"""The categories as a tree: beside the items, and to choose one from."""

from collections import defaultdict
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTreeWidget, QTreeWidgetItem

from jxc_desktop.i18n import tr
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.widgets import Card, label

_ID = Qt.ItemDataRole.UserRole
_WIDTH = 196
_MOST = 5000


def read_categories(queries: Any) -> list[dict[str, Any]]:
    """On a worker: all categories by name."""
    return list(queries.list_page(ListQuery("record/category", descending=False, limit=_MOST)).rows)


class Tree(QTreeWidget):
    """Categories below each other; Enter takes the current one."""

    taken = Signal(object, str)  # id or None, name

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Categories"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.itemActivated.connect(self._take)
        self.itemClicked.connect(self._take)

    def fill(self, rows: list[dict[str, Any]], first: str, chosen: int | None) -> None:
        """Show them under an entry for all (or none) of them."""
        self.clear()
        below: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        known = {r["id"] for r in rows}
        for row in rows:
            below[row["parent_id"] if row["parent_id"] in known else None].append(row)
        top = QTreeWidgetItem([first])
        self.addTopLevelItem(top)
        self.setCurrentItem(top)

        def add(parent_id: int | None, place: QTreeWidgetItem | None, depth: int) -> None:
            for row in below[parent_id]:
                item = QTreeWidgetItem([row["name"]])
                item.setData(0, _ID, row["id"])
                item.setToolTip(0, row["name"])
                place.addChild(item) if place else self.addTopLevelItem(item)
                if row["id"] == chosen:
                    self.setCurrentItem(item)
                if depth < 20:
                    add(row["id"], item, depth + 1)

        add(None, None, 0)
        self.expandAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item:
            self._take(item)
        else:
            super().keyPressEvent(event)

    def _take(self, item: QTreeWidgetItem, column: int = 0) -> None:
        self.taken.emit(item.data(0, _ID), item.text(0))


class CategoryTree(Card):
    """Beside a list; `chosen` when the list shall show another category."""

    chosen = Signal(object, str)
    manage_wanted = Signal()

    def __init__(self, context: Context, operations: Operations):
        super().__init__(padded=False)
        self._context, self._operations = context, operations
        self.category_id: int | None = None
        self.setFixedWidth(_WIDTH)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 6, 4)
        head.addWidget(label(tr("Categories"), "strong"))
        head.addStretch(1)
        manage = Button("", "pencil", role=Role.GHOST, accessible_name=tr("Edit the categories"))
        manage.clicked.connect(lambda checked=False: self.manage_wanted.emit())
        head.addWidget(manage)
        manage.setEnabled(bool(context.actor.may("category.see")))  # type: ignore[attr-defined]
        self.tree = Tree()
        self.tree.taken.connect(self._take)
        self.body.addLayout(head)
        self.body.addWidget(self.tree, 1)
        self.body.addSpacing(6)
        self.reload()

    def reload(self) -> None:
        self._operations.read(read_categories, self._context.queries,
                              done=lambda rows: self.tree.fill(rows, tr("All"), self.category_id))

    def _take(self, category_id: int | None, name: str) -> None:
        if category_id != self.category_id:
            self.category_id = category_id
            self.chosen.emit(category_id, name)
