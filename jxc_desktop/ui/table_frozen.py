"""The first column stays in sight while the others scroll sideways."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from jxc_desktop.ui.table_paint import CellDelegate, Header


class FrozenColumn(QTableView):
    """A second view of the same model and selection, laid over the first column of `table`."""

    def __init__(self, table: QTableView):
        super().__init__(table)
        self._table = table
        self.zebra = False
        self.setHorizontalHeader(Header(self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setItemDelegate(CellDelegate(self))
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("frozen")
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        for signal in (table.horizontalScrollBar().valueChanged, table.horizontalHeader().sectionResized,
                       table.horizontalHeader().sectionMoved):
            signal.connect(lambda *_: self.place())
        table.installEventFilter(self)
        self.hide()

    def follow(self) -> None:
        """Take the table's model; call after it got one."""
        self.setModel(self._table.model())
        self.setSelectionModel(self._table.selectionModel())
        self.verticalHeader().setDefaultSectionSize(self._table.verticalHeader().defaultSectionSize())
        self.place()

    def place(self) -> None:
        """Show the first column, and only while the table is scrolled sideways."""
        header = self._table.horizontalHeader()
        scrolled = self._table.horizontalScrollBar().value() > 0 and self.model() is not None
        self.setVisible(scrolled)
        if not scrolled:
            return
        first = next(header.logicalIndex(v) for v in range(header.count())
                     if not header.isSectionHidden(header.logicalIndex(v)))
        for column in range(header.count()):
            self.setColumnHidden(column, column != first)
        self.setColumnWidth(first, header.sectionSize(first))
        self.verticalHeader().setDefaultSectionSize(self._table.verticalHeader().defaultSectionSize())
        height = self._table.viewport().height() + header.height()
        self.setGeometry(0, 0, header.sectionSize(first) + 1, height)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False
