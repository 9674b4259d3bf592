"""The table of what there is to buy: keys that tick, edit and choose."""

from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.grid_delegate import RawCellEdit
from jxc_desktop.ui.pages.buyer_wants import COLUMNS, SPAN, WHAT, WantsModel
from jxc_desktop.ui.table import Table
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.table_paint import CellDelegate
from jxc_desktop.ui.widgets import figure_font


class _Delegate(CellDelegate):
    """Edits quantities with the input method off."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = RawCellEdit(parent)
        editor.setObjectName("cell")
        editor.setFont(figure_font(bold=True))
        editor.setAlignment(COLUMNS[index.column()].alignment)
        editor.setAccessibleName(tr(COLUMNS[index.column()].title))
        return editor

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter ends typing; the table would open the row as well."""
        if event.type() == QEvent.Type.KeyPress and cast(QKeyEvent, event).key() in (
                Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commitData.emit(cast(QWidget, editor))
            self.closeEditor.emit(cast(QWidget, editor))
            return True
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: Any, index: Index) -> None:
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or "").replace(",", ""))
        editor.selectAll()

    def setModelData(self, editor: Any, model: Any, index: Index) -> None:
        if editor.isModified():
            model.setData(index, editor.text())


class WantsTable(Table):
    """Space ticks, F2 or a digit edits the quantity, F7 chooses the supplier."""

    def __init__(self, model: WantsModel, settings: Any):
        super().__init__("desk/wants", settings, row_key=lambda row: row.want.key if row.want else row.supplier)
        self.wants = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("To buy"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.EditKeyPressed
                             | QAbstractItemView.EditTrigger.DoubleClicked)
        self.clicked.connect(lambda index: model.toggle(index.row()) if index.column() == 0 else None)
        model.modelReset.connect(self._span)

    def _span(self) -> None:
        self.clearSpans()
        for number, row in enumerate(self.wants.rows):
            if row.want is None:
                self.setSpan(number, WHAT, 1, SPAN)

    @property
    def editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self.wants.toggle(index.row())
        elif event.key() == Qt.Key.Key_F2 and index.isValid() and not self.editing:
            self.setCurrentIndex(self.wants.index(index.row(), self.wants.column("quantity")))
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)
