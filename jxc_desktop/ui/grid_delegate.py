"""Cells of the line grid: how they are painted and what edits them."""

from typing import Any, cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygon
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.grid_columns import NAME, LineColumn
from jxc_desktop.ui.grid_lookups import quantity_prefix, without_prefix
from jxc_desktop.ui.grid_model import CHANGED, WRONG, LineModel
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.table_paint import CellDelegate
from jxc_desktop.ui.widgets import RawLineEdit, figure_font

_TRIANGLE = 6
_IME = frozenset({FieldType.TEXT, FieldType.NOTE})


class _Ringed:
    """Draws the ring of the current cell around the editor that covers it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)  # type: ignore[misc]
        draw_ring(QPainter(cast(QWidget, self)), cast(QWidget, self).rect(), "accent")


class RawCellEdit(_Ringed, RawLineEdit):
    """Codes and figures: input method off."""


class TextCellEdit(_Ringed, QLineEdit):
    """Remarks: input method on."""

    composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)


def draw_ring(painter: QPainter, area: QRect, token: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(token), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 3, 3)


class LineDelegate(CellDelegate):
    """Sends the keys of an editor to the grid first: a filter on the editor itself would run too late."""

    def __init__(self, grid: Any):
        super().__init__(grid, ring=True)
        self._grid = grid

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        painter.save()
        if index.data(WRONG):
            draw_ring(painter, option.rect.adjusted(0, 0, 0, -1), "bad")
        if index.data(CHANGED):
            corner = option.rect.topRight()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawPolygon(QPolygon([corner, corner - QPoint(_TRIANGLE, 0), corner + QPoint(0, _TRIANGLE)]))
        if cast(LineModel, index.model()).is_entry(index.row()):
            self._paint_hint(painter, option.rect, index.row())
        painter.restore()

    def _paint_hint(self, painter: QPainter, cell: QRect, row: int) -> None:
        """From the name on over the empty cells behind it: each paints what of the text lies in it."""
        name = self._grid.visualRect(self._grid.cell(row, f"{self._grid.lines.item_name}.{NAME}"))
        if cell.left() >= name.left():
            painter.setClipRect(cell)
            painter.setPen(theme.colour("text3"))
            painter.setFont(theme.font())
            painter.drawText(QRect(name.left() + theme.current().sizes.cell_x, cell.top(), 600, cell.height() - 1),
                             Qt.AlignmentFlag.AlignVCenter, tr("Code, name, initials or barcode"))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = self._column(index)
        if column.field is None or column.field.type is FieldType.FLAG:
            return None  # type: ignore[return-value]  # nothing to type here
        editor = (TextCellEdit if column.field.type in _IME else RawCellEdit)(parent)
        editor.setObjectName("cell")
        editor.setFont(figure_font(bold=column.bold))
        editor.setAlignment(column.alignment)
        editor.setTextMargins(2, 0, 2, 0)
        editor.setAccessibleName(tr(column.title))
        if column.field.type in _IME:
            editor.setMaxLength(column.field.max_length)
        self._grid.serve(editor, column, index.row())
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        edit = cast(QLineEdit, editor)
        edit.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
        edit.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        edit = cast(QLineEdit, editor)
        if edit.text() == (index.data(Qt.ItemDataRole.EditRole) or ""):
            return
        if not self._column(index).part:
            model.setData(index, edit.text())
        elif text := without_prefix(edit.text()):
            model.name_item(index.row(), text, quantity_prefix(edit.text()))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        area = option.rect.adjusted(0, 0, 0, -1)
        if self._column(index).part:  # room for bar codes and names
            name = self._column(index).name
            area.setRight(self._grid.visualRect(self._grid.cell(index.row(), f"{name}.{NAME}")).right())
        editor.setGeometry(area)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and not getattr(editor, "composing", False) \
                and self._grid.editor_key(cast(QLineEdit, editor), cast(QKeyEvent, event)):
            return True
        return QStyledItemDelegate.eventFilter(self, editor, event)

    @staticmethod
    def _column(index: Index | QModelIndex) -> LineColumn:
        return cast(LineModel, index.model()).column_at(index.column())
