"""How cells, headings and sums are painted. Measured: a style sheet per cell is far slower than this."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPen, QPolygon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from jxc_desktop.ui import theme
from jxc_desktop.ui.pill import draw_pill
from jxc_desktop.ui.table_model import CELL, Cell, Column, Index, Kind
from jxc_desktop.ui.tokens import Tone

_ALIGN = Qt.AlignmentFlag.AlignVCenter
_BAR = 3  # px, marks the current row


class CellDelegate(QStyledItemDelegate):
    """Paints what the model's CELL role says; `ring` marks the current cell, for grids that are edited."""

    def __init__(self, view: QAbstractItemView, *, ring: bool = False):
        super().__init__(view)
        self._view, self.ring = view, ring

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, theme.current().sizes.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL)
        column: Column = index.model().columns[index.column()]  # type: ignore[attr-defined]
        painter.save()
        self.draw_ground(painter, option, index, cell)
        self.draw_content(painter, option.rect, cell, column)
        painter.restore()

    def draw_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, cell: Cell) -> None:
        """Row tint, hairline, the bar of the current row and the ring of the current cell."""
        area, current = option.rect, self._view.currentIndex()
        here = current.isValid() and current.row() == index.row()
        painter.fillRect(area, theme.colour(self._ground(option, index, cell, here)))
        painter.setPen(theme.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if here and self._is_first(index.column()):
            painter.fillRect(QRect(area.left(), area.top(), _BAR, area.height() - 1), theme.colour("selbar"))
        if self.ring and here and current.column() == index.column():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -2), 3, 3)

    def draw_content(self, painter: QPainter, area: QRect, cell: Cell, column: Column) -> None:
        """Pill and text of a cell."""
        pad = theme.current().sizes.cell_x
        if column.kind is Kind.CHIP:
            if cell.text:
                draw_pill(painter, pad, area, cell.text, cell.tone or Tone.NEUTRAL)
            return
        taken = draw_pill(painter, pad, area, cell.pill, cell.tone or Tone.NEUTRAL) + 6 if cell.pill else 0
        font = _font(cell, column)
        painter.setFont(font)
        painter.setPen(_ink(cell, column))
        box = area.adjusted(pad + taken, 0, -pad, -1)
        text = QFontMetrics(font).elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width())
        if len(text) > 1 or text == cell.text:  # three dots alone beside a word say nothing
            painter.drawText(box, column.alignment, text)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem,
                  index: Index) -> bool:
        """A tooltip only for what is cut."""
        cell = index.data(CELL)
        if event.type() == QEvent.Type.ToolTip and cell and not index.data(Qt.ItemDataRole.ToolTipRole):
            room = option.rect.width() - 2 * theme.current().sizes.cell_x
            column = index.model().columns[index.column()]  # type: ignore[attr-defined]
            cut = QFontMetrics(_font(cell, column)).horizontalAdvance(cell.text) > room
            QToolTip.showText(event.globalPos(), cell.text if cut else "", view)
            return True
        return super().helpEvent(event, view, option, index)

    def _is_first(self, column: int) -> bool:
        header = getattr(self._view, "horizontalHeader", lambda: None)()
        return header is None or header.logicalIndexAt(0) == column or header.visualIndex(column) == 0

    def _ground(self, option: QStyleOptionViewItem, index: Index, cell: Cell, here: bool) -> str:
        if here or option.state & QStyle.StateFlag.State_Selected:
            return "sel"
        if index.row() == getattr(self._view, "hovered_row", -1):
            return "hover"
        zebra = getattr(self._view, "zebra", False) and index.row() % 2
        return "sub" if cell.group or zebra else "surface"


def _font(cell: Cell, column: Column) -> QFont:
    return theme.font(bold=cell.bold, figures=column.kind not in (Kind.TEXT, Kind.CHIP))


def _ink(cell: Cell, column: Column) -> QColor:
    if cell.tone and cell.tone is not Tone.NEUTRAL:
        return theme.colour(theme.current().colours.tone(cell.tone)[0])
    return theme.colour("text2" if cell.muted else "text")


class Header(QHeaderView):
    """Headings in the same alignment as their columns, with a small arrow where it is sorted."""

    def __init__(self, parent: QWidget):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFixedHeight(theme.current().sizes.header)
        self.setHighlightSections(False)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setMinimumSectionSize(28)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | _ALIGN)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(rect, theme.colour("sub"))
        painter.setPen(theme.colour("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        model = self.model()
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        align = model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole) or 0
        sorted_here = self.sortIndicatorSection() == section and self.isSortIndicatorShown()
        pad = theme.current().sizes.cell_x
        box = rect.adjusted(pad, 0, -pad, -1)
        font = theme.font(theme.current().sizes.caption, bold=sorted_here)
        painter.setFont(font)
        painter.setPen(theme.colour("text" if sorted_here else "text2"))
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag(align), text)
        if sorted_here:
            self._draw_arrow(painter, metrics.boundingRect(box, int(align), text))
        painter.restore()

    def _draw_arrow(self, painter: QPainter, text: QRect) -> None:
        right = text.right() + 4
        x, y = (right if right + 8 < self.width() else text.left() - 11), text.center().y()
        up = self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        tip, base = (y - 2, y + 2) if up else (y + 3, y - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawPolygon(QPolygon([QPoint(x, base), QPoint(x + 7, base), QPoint(x + 3, tip)]))


class RowHover(QObject):
    """Tells a view which row the pointer is over, and repaints the two rows that change."""

    def __init__(self, view: QAbstractItemView):
        super().__init__(view)
        self._view = view
        view.hovered_row = -1  # type: ignore[attr-defined]
        view.setMouseTracking(True)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            row = -1
            if event.type() == QEvent.Type.MouseMove:
                row = self._view.indexAt(event.position().toPoint()).row()  # type: ignore[attr-defined]
            if row != self._view.hovered_row:  # type: ignore[attr-defined]
                self._view.hovered_row = row  # type: ignore[attr-defined]
                self._view.viewport().update()
        return False

