"""Which columns a table shows, in which order and width: chosen by the user, kept by column id."""

from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu, QTableView

from jxc_desktop.i18n import tr
from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.table_layout import Width, fit
from jxc_desktop.ui.table_model import Column, RowsModel


class ColumnKeeper(QObject):
    """Lays out the columns of one table. A stretching column that the user has sized stays at that size."""

    SAVE_AFTER = 400  # ms, so that dragging a border doesn't write at every pixel

    def __init__(self, table: QTableView, key: str, settings: Settings | None):
        super().__init__(table)
        self._table, self._key, self._settings = table, f"table/{key}" if key else "", settings
        self._widths: dict[str, int] = {}
        self._shown: dict[str, bool] = {}
        self._withheld: frozenset[str] = frozenset()
        self._arranging = False
        self._save = QTimer(self)
        self._save.setSingleShot(True)
        self._save.setInterval(self.SAVE_AFTER)
        self._save.timeout.connect(self.save)
        header = table.horizontalHeader()
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        header.sortIndicatorChanged.connect(lambda *_: self._save.start())
        header.customContextMenuRequested.connect(self._show_menu)
        table.viewport().installEventFilter(self)

    @property
    def _columns(self) -> tuple[Column, ...]:
        model = self._table.model()
        return model.columns if isinstance(model, RowsModel) else ()

    @property
    def sort(self) -> tuple[str, bool] | None:
        """(column key, descending) as the user left it: what the first query of a paged list should ask for."""
        header, columns = self._table.horizontalHeader(), self._columns
        at = header.sortIndicatorSection()
        if not 0 <= at < len(columns):
            return None
        return columns[at].key, header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder

    def shows(self, column: Column) -> bool:
        """Whether the user wants it; a narrow window may still hide it."""
        return column.key not in self._withheld and self._shown.get(column.key, not column.hidden)

    def withhold(self, keys: Collection[str]) -> None:
        """Columns that nobody is to see for now, whatever the user has chosen."""
        if self._withheld != frozenset(keys):
            self._withheld = frozenset(keys)
            self.arrange()

    def load(self) -> None:
        """Take the kept state, if any, and lay out."""
        kept = self._settings.get(self._key) if self._settings and self._key else None
        state: dict[str, Any] = kept or {}
        self._widths, self._shown = dict(state.get("widths", {})), dict(state.get("shown", {}))
        self._order(state.get("order", []))
        sort = state.get("sort")
        known = {c.key: i for i, c in enumerate(self._columns)}
        if sort and sort[0] in known:
            order = Qt.SortOrder.DescendingOrder if sort[1] else Qt.SortOrder.AscendingOrder
            self._table.horizontalHeader().setSortIndicator(known[sort[0]], order)
        self._save.stop()
        self.arrange()

    def save(self) -> None:
        if not (self._settings and self._key):
            return
        header = self._table.horizontalHeader()
        columns = self._columns
        order = [columns[header.logicalIndex(v)].key for v in range(len(columns))]
        self._settings.set(self._key, {"widths": self._widths, "shown": self._shown, "order": order,
                                       "sort": list(self.sort) if self.sort else None})

    def reset(self) -> None:
        """Back to what the program proposes."""
        self._widths, self._shown = {}, {}
        self._order([c.key for c in self._columns])
        self._table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.arrange()
        self._save.start()

    def show_column(self, key: str, shown: bool) -> None:
        self._shown[key] = shown
        self.arrange()
        self._save.start()

    def arrange(self) -> None:
        """Widths for the room there is."""
        columns = self._columns
        wishes = [self._wish(column) for column in columns if self.shows(column)]
        widths = fit(wishes, self._table.viewport().width())
        self._arranging = True
        for i, column in enumerate(columns):
            width = widths.get(column.key, 0)
            if self._table.isColumnHidden(i) != (not width):
                self._table.setColumnHidden(i, not width)
            if width and self._table.columnWidth(i) != width:
                self._table.setColumnWidth(i, width)
        self._arranging = False

    def _wish(self, column: Column) -> Width:
        sized = self._widths.get(column.key)
        stretch = 0 if sized else column.stretch
        return Width(column.key, sized or column.width, column.minimum, stretch, column.yields)

    def menu(self) -> QMenu:
        """The column chooser."""
        menu = QMenu(self._table)
        shown = [c for c in self._columns if self.shows(c)]
        for column in self._columns:
            if column.key in self._withheld:
                continue
            action = menu.addAction(tr(column.title) or column.key)
            action.setCheckable(True)
            action.setChecked(self.shows(column))
            action.setEnabled(shown != [column])
            action.toggled.connect(lambda on, key=column.key: self.show_column(key, on))
        menu.addSeparator()
        menu.addAction(tr("Reset columns")).triggered.connect(lambda *_: self.reset())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.arrange()
        return False

    def _order(self, keys: list[str]) -> None:
        header = self._table.horizontalHeader()
        logical = {c.key: i for i, c in enumerate(self._columns)}
        self._arranging = True
        for visual, key in enumerate([k for k in keys if k in logical]):
            header.moveSection(header.visualIndex(logical[key]), visual)
        self._arranging = False

    def _resized(self, section: int, old: int, new: int) -> None:
        if not self._arranging and new and section < len(self._columns):
            self._widths[self._columns[section].key] = new
            self.arrange()
            self._save.start()

    def _moved(self, *_: int) -> None:
        if not self._arranging:
            self._save.start()

    def _show_menu(self, at: QPoint) -> None:
        self.menu().popup(self._table.horizontalHeader().mapToGlobal(at))
