"""The table of a list: marks rows by Space, sends typed letters to the search box."""

from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent

from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.pages.list_columns import ListDelegate
from jxc_desktop.ui.table import Table

_FLAG = QItemSelectionModel.SelectionFlag


class ListTable(Table):
    """A Table for lists that page and search on the server."""

    typed = Signal(str)

    def __init__(self, key: str, settings: Settings, row_key: Any):
        super().__init__(key, settings, frozen=True, row_key=row_key)
        self.setItemDelegate(ListDelegate(self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Space and plain and self.currentIndex().isValid():
            self.mark()
        else:
            super().keyPressEvent(event)

    def mark(self) -> None:
        """Select or release the current row, and go on to the next one."""
        here = self.currentIndex()
        self.selectionModel().select(here, _FLAG.Toggle | _FLAG.Rows)
        below = here.sibling(here.row() + 1, here.column())
        if below.isValid():
            self.selectionModel().setCurrentIndex(below, _FLAG.NoUpdate)

    def keyboardSearch(self, search: str) -> None:
        """Letters typed on rows are a search of the whole list, not a jump on this page."""
        if search.strip():
            self.typed.emit(search)

    def show_row(self, wanted: object) -> bool:
        """Make the row with this key the current one; False when it is not here."""
        for number, row in enumerate(self.rows_model().rows):
            if self._row_key and self._row_key(row) == wanted:
                self.setCurrentIndex(self.rows_model().index(number, 0))
                return True
        return False

    def show_first(self) -> None:
        """The bar on the first row, where there is none yet."""
        if not self.currentIndex().isValid() and self.rows_model().rows:
            self.setCurrentIndex(self.rows_model().index(0, 0))
