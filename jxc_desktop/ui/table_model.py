"""Rows and columns of every list and report, and how a value of each kind is written."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from jxc_desktop import values
from jxc_desktop.i18n import tr
from jxc_desktop.ui.tokens import Tone

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

TONE = Qt.ItemDataRole.UserRole + 1  # Tone of the figure and its pill, or None
PILL = Qt.ItemDataRole.UserRole + 2  # the word in the pill
BOLD = Qt.ItemDataRole.UserRole + 3
MUTED = Qt.ItemDataRole.UserRole + 4
CELL = Qt.ItemDataRole.UserRole + 5  # all of the above at once, as Cell: one call per painted cell
VALUE = Qt.ItemDataRole.UserRole + 6  # the raw value


class Kind(StrEnum):
    TEXT = "text"
    CODE = "code"
    QUANTITY = "quantity"
    MONEY = "money"
    PRICE = "price"
    COST = "cost"  # derived: rounded to be read, all with the same decimals
    INT = "int"
    DATE = "date"
    DATETIME = "datetime"
    CHIP = "chip"


NUMBERS = frozenset({Kind.QUANTITY, Kind.MONEY, Kind.PRICE, Kind.COST, Kind.INT})
_WIDTHS = {Kind.TEXT: 140, Kind.CODE: 108, Kind.QUANTITY: 84, Kind.MONEY: 116, Kind.PRICE: 96, Kind.COST: 96,
           Kind.INT: 64, Kind.DATE: 108, Kind.DATETIME: 152, Kind.CHIP: 84}


class Mark(NamedTuple):
    """A coloured word in front of a value, or the colour of a chip: Mark(Tone.BAD, "缺 6")."""

    tone: Tone
    pill: str = ""


class Cell(NamedTuple):
    """How one cell looks; `group` marks the cells of a heading row."""

    text: str
    tone: Tone | None = None
    pill: str = ""
    bold: bool = False
    muted: bool = False
    group: bool = False


@dataclass(frozen=True)
class Column:
    """One column. `title` is a message id; `value` and `mark` read a row; 0 as width takes the kind's own."""

    key: str
    title: str
    kind: Kind | str = Kind.TEXT
    width: int = 0
    align: Qt.AlignmentFlag | None = None
    value: Callable[[Any], Any] | None = None
    mark: Callable[[Any], Mark | None] | None = None
    bold: bool = False
    muted: bool = False
    hidden: bool = False
    stretch: int = 0
    minimum: int = 0
    yields: int = 0
    sortable: bool = True
    sort_key: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        kind = Kind(self.kind)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "width", self.width or _WIDTHS[kind])
        object.__setattr__(self, "minimum", self.minimum or min(self.width, 80))

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        usual = Qt.AlignmentFlag.AlignRight if self.kind in NUMBERS else Qt.AlignmentFlag.AlignLeft
        return (self.align or usual) | Qt.AlignmentFlag.AlignVCenter

    def read(self, row: Any) -> Any:
        if self.value:
            return self.value(row)
        return row.get(self.key) if isinstance(row, Mapping) else getattr(row, self.key, None)


def written(value: Any, kind: Kind) -> str:
    """`value` as people read it: 1,234 · money 0.50 · quantities without trailing zeros."""
    if value is None or value == "":
        return ""
    if isinstance(value, Decimal):
        if kind is Kind.COST:
            return values.grouped(values.round_to(value, values.RATE_PLACES), values.RATE_PLACES)
        if kind is Kind.PRICE:
            return values.grouped(value, max(2, -int(Decimal(values.plain(value)).as_tuple().exponent)))
        return values.grouped(value, values.MONEY_PLACES if kind is Kind.MONEY else None)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int) and not isinstance(value, bool) and kind in NUMBERS:
        return f"{value:,}"
    return str(value)


class RowsModel(QAbstractTableModel):
    """Rows (mappings or objects) under columns; override `cell` for looks of your own.

    A paged list passes `paged=True`: the view then asks with `more_wanted`, sorting asks with `sort_wanted`,
    and the page answers with `append` and `replace`.
    """

    more_wanted = Signal()
    sort_wanted = Signal(str, bool)  # column key, descending

    def __init__(self, columns: Sequence[Column], rows: Sequence[Any] = (), *, paged: bool = False,
                 parent: QObject | None = None):
        super().__init__(parent)
        self.columns, self._rows = tuple(columns), list(rows)
        self._paged, self._more, self._asked = paged, False, False
        self._sorted: tuple[str, bool] | None = None

    @property
    def rows(self) -> Sequence[Any]:
        return self._rows

    def row(self, index: Index | int) -> Any:
        return self._rows[index if isinstance(index, int) else index.row()]

    def column(self, key: str) -> int:
        """Where a column is, by its key."""
        return next(i for i, c in enumerate(self.columns) if c.key == key)

    def replace(self, rows: Sequence[Any], *, more: bool = False) -> None:
        self.beginResetModel()
        self._rows, self._more, self._asked = list(rows), more, False
        self.endResetModel()

    def append(self, rows: Sequence[Any], *, more: bool = False) -> None:
        """The next page; `more` when there may be another."""
        self._more, self._asked = more, False
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def update_row(self, number: int, row: Any) -> None:
        self._rows[number] = row
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))

    def cell(self, row: Any, column: Column) -> Cell:
        """How `row` looks under `column`."""
        value = column.read(row)
        mark = column.mark(row) if column.mark else None
        tone, pill = mark or (None, "")
        if tone is None and isinstance(value, Decimal | int) and column.kind in NUMBERS and value < 0:
            tone = Tone.BAD
        return Cell(written(value, Kind(column.kind)), tone, pill, column.bold, column.muted)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._asked

    def fetchMore(self, parent: Index) -> None:
        self._asked = True
        self.more_wanted.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns):
            return
        what, descending = self.columns[column], order == Qt.SortOrder.DescendingOrder
        if self._paged:
            if self._sorted != (what.key, descending):  # Qt asks twice
                self._sorted = (what.key, descending)
                self.sort_wanted.emit(what.key, descending)
            return
        read = what.sort_key or what.read
        filled = [r for r in self._rows if read(r) not in (None, "")]
        filled.sort(key=read, reverse=descending)
        self.layoutAboutToBeChanged.emit()
        self._rows = filled + [r for r in self._rows if read(r) in (None, "")]
        self.layoutChanged.emit()

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return tr(column.title)
        return int(column.alignment) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in _READS:
            return None
        column, row = self.columns[index.column()], self._rows[index.row()]
        if role == VALUE:
            return column.read(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(column.alignment)
        return _READS[role](self.cell(row, column), column)


def _spoken(cell: Cell, column: Column) -> str:
    """The same words for a screen reader: '可用库存 18，缺 6'."""
    return f"{tr(column.title)} {cell.text}" + (f", {cell.pill}" if cell.pill else "")


_READS: dict[int, Callable[[Cell, Column], Any]] = {
    CELL: lambda cell, column: cell,
    Qt.ItemDataRole.DisplayRole: lambda cell, column: cell.text,
    Qt.ItemDataRole.AccessibleTextRole: _spoken,
    TONE: lambda cell, column: cell.tone, PILL: lambda cell, column: cell.pill,
    BOLD: lambda cell, column: cell.bold, MUTED: lambda cell, column: cell.muted,
    VALUE: lambda cell, column: None, Qt.ItemDataRole.TextAlignmentRole: lambda cell, column: None,
}
