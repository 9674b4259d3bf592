"""The table of all lists and reports: fixed rows, painted cells, the user's columns, sums below."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.pill import draw_pill
from jxc_desktop.ui.table_clipboard import as_tsv
from jxc_desktop.ui.table_columns import ColumnKeeper
from jxc_desktop.ui.table_frozen import FrozenColumn
from jxc_desktop.ui.table_model import (
    BOLD,
    CELL,
    MUTED,
    NUMBERS,
    PILL,
    TONE,
    VALUE,
    Cell,
    Column,
    Index,
    Kind,
    Mark,
    RowsModel,
    written,
)
from jxc_desktop.ui.table_paint import CellDelegate, Header, RowHover
from jxc_desktop.ui.widgets import Card

__all__ = ["BOLD", "CELL", "MUTED", "PILL", "TONE", "VALUE", "Cell", "CellDelegate", "Column", "Footer",
           "Header", "Index", "Kind", "Mark", "RowsModel", "Table", "TableCard", "draw_pill", "written"]


class Table(QTableView):
    """Shows a RowsModel. Enter and double click open a row, Space selects it, Ctrl+C copies with headings.

    `key` names the table in the settings; `row_key` finds the current row again after a refresh.
    """

    opened = Signal(QModelIndex)
    current_row_changed = Signal(int)

    def __init__(self, key: str = "", settings: Settings | None = None, *, frozen: bool = False,
                 row_key: Callable[[Any], object] | None = None, parent: QWidget | None = None):
        super().__init__(parent)
        self.zebra, self.ledger = False, True
        self._row_key = row_key
        self._kept: tuple[object, int] = (None, 0)
        self._empty: QWidget | None = None
        header = Header(self)
        self.setHorizontalHeader(header)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(18)
        self.fit_density()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(CellDelegate(self))
        self._cap_scroll_bar()
        RowHover(self)
        self.columns = ColumnKeeper(self, key, settings)
        self._frozen = FrozenColumn(self) if frozen else None
        self.doubleClicked.connect(self.opened)
        theme.changed.connect(self.fit_density)

    def fit_density(self) -> None:
        """Rows as high as the density says; never as high as their contents (10,000 rows: 47 s)."""
        self.verticalHeader().setDefaultSectionSize(theme.current().sizes.row)

    def _cap_scroll_bar(self) -> None:
        """The heading goes on over the scroll bar, which then starts where the rows do."""
        cap = QWidget(self)
        cap.setObjectName("corner")
        cap.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        cap.setFixedHeight(theme.current().sizes.header)
        self.addScrollBarWidget(cap, Qt.AlignmentFlag.AlignTop)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if not isinstance(model, RowsModel):
            return
        if self._frozen:
            self._frozen.follow()  # first: at a reset it forgets the current row, which we then find again
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._show_empty)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(False)
        self.columns.load()
        self.setSortingEnabled(True)  # sorts by the kept column, if there is one
        self._show_empty()

    def rows_model(self) -> RowsModel:
        model = self.model()
        assert isinstance(model, RowsModel)
        return model

    def set_empty(self, state: QWidget | None) -> None:
        """What to show in place of rows; the headings stay."""
        if self._empty:
            self._empty.deleteLater()
        self._empty = state
        if state:
            state.setParent(self.viewport())
        self._show_empty()

    def current_row(self) -> Any:
        """The row under the bar, or None."""
        index = self.currentIndex()
        return self.rows_model().row(index) if index.isValid() else None

    def selected_rows(self) -> list[Any]:
        """All selected rows, from top to bottom."""
        numbers = sorted(i.row() for i in self.selectionModel().selectedRows())
        return [self.rows_model().row(n) for n in numbers]

    def copy(self) -> None:
        """The selected rows, with headings, to the clipboard."""
        numbers = sorted({i.row() for i in self.selectionModel().selectedIndexes()})
        header = self.horizontalHeader()
        order = [header.logicalIndex(v) for v in range(header.count())]
        shown = [c for c in order if not self.isColumnHidden(c)]
        QGuiApplication.clipboard().setText(as_tsv(self.rows_model(), numbers, shown))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy()
        else:
            super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.viewport().update()
            self.current_row_changed.emit(current.row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._empty:
            self._empty.setGeometry(self.viewport().rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.ledger and not (self._empty and self._empty.isVisible()):
            self._draw_ledger()

    def _draw_ledger(self) -> None:
        """Hairlines go on below the last row."""
        painter = QPainter(self.viewport())
        painter.setPen(theme.colour("line"))
        rows, height = self.model().rowCount() if self.model() else 0, theme.current().sizes.row
        y = (self.rowViewportPosition(rows - 1) + height if rows else 0) + height - 1
        while y < self.viewport().height():
            painter.drawLine(0, y, self.viewport().width(), y)
            y += height

    def _show_empty(self) -> None:
        if self._empty:
            self._empty.setVisible(not (self.model() and self.model().rowCount()))
            self._empty.setGeometry(self.viewport().rect())
            self.viewport().update()

    def _keep_place(self) -> None:
        row = self.current_row()
        self._kept = (self._row_key(row) if self._row_key and row is not None else None,
                      self.verticalScrollBar().value())

    def _find_place(self) -> None:
        wanted, scroll = self._kept
        if wanted is None or not self._row_key:
            return
        for number, row in enumerate(self.rows_model().rows):
            if self._row_key(row) == wanted:
                self.setCurrentIndex(self.model().index(number, 0))
                self.verticalScrollBar().setValue(scroll)
                return


class Footer(QWidget):
    """Sums under their columns. With more than one row selected it adds up the selection instead."""

    def __init__(self, table: Table):
        super().__init__(table.parentWidget())
        self._table, self._caption = table, ""
        self._sums: dict[str, Decimal | int | str] = {}
        self.setFixedHeight(theme.current().sizes.header)
        self.setAccessibleName(tr("Sums"))
        header = table.horizontalHeader()
        for signal in (header.sectionResized, header.sectionMoved, table.horizontalScrollBar().valueChanged):
            signal.connect(lambda *_: self.update())

    def follow_selection(self) -> None:
        """Call once the table has its model."""
        self._table.selectionModel().selectionChanged.connect(lambda *_: self.update())

    def show_sums(self, sums: Mapping[str, Decimal | int | str], caption: str = "") -> None:
        """Figures by column key, and a text at the left ("128 documents")."""
        self._sums, self._caption = dict(sums), caption
        self.update()

    def shown(self) -> tuple[str, dict[str, Any]]:
        """(caption, figures by column key) as painted now."""
        selection = self._table.selectionModel()
        chosen = self._table.selected_rows() if selection and len(selection.selectedRows()) > 1 else []
        if not chosen:
            return self._caption, self._sums
        columns = [c for c in self._table.rows_model().columns if c.kind in NUMBERS and c.key in self._sums]
        sums = {c.key: sum((c.read(row) or 0 for row in chosen), Decimal(0)) for c in columns}
        return tr("{count} selected", count=len(chosen)), sums

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("sub"))
        painter.setPen(theme.colour("border"))
        painter.drawLine(0, 0, self.width(), 0)
        if not self._table.model():
            return
        caption, sums = self.shown()
        header, pad = self._table.horizontalHeader(), theme.current().sizes.cell_x
        left = self.width()
        painter.setPen(theme.colour("text"))
        font = theme.font(bold=True, figures=True)
        painter.setFont(font)
        for number, column in enumerate(self._table.rows_model().columns):
            if column.key not in sums or self._table.isColumnHidden(number):
                continue
            x, width = header.sectionViewportPosition(number), header.sectionSize(number)
            text = written(sums[column.key], Kind(column.kind))
            need = QFontMetrics(font).horizontalAdvance(text) + 2 * pad
            area = (x + width - max(need, width), 0, max(need, width), self.height())
            painter.drawText(area[0] + pad, 0, area[2] - 2 * pad, self.height(), int(column.alignment), text)
            left = min(left, area[0])
        painter.setPen(theme.colour("text2"))
        painter.setFont(theme.font(theme.current().sizes.caption, figures=True))
        painter.drawText(pad + 3, 0, left - pad, self.height(), int(Qt.AlignmentFlag.AlignVCenter), caption)


class TableCard(Card):
    """A table in a card, with sums below when wanted; put a tool row above with `body.insertWidget(0, …)`."""

    def __init__(self, table: Table, *, footer: bool = False, parent: QWidget | None = None):
        super().__init__(parent, padded=False)
        self.table = table
        self.body.addWidget(table, 1)
        self.footer = Footer(table) if footer else None
        if self.footer:
            self.body.addWidget(self.footer)
            if table.model():
                self.footer.follow_selection()
