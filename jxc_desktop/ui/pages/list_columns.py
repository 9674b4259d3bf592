"""Columns of a service list as columns of a table: words for states, local times, what hides first."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries import ListColumn
from jxc_desktop.ui import theme
from jxc_desktop.ui.table import CELL, Cell, CellDelegate, Column, Kind, Mark, RowsModel
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.tokens import Tone

Row = Mapping[str, Any]
REVERSAL = N_("Reversal")
_GONE = frozenset({"void", "reversed"})
_OK, _WARN, _BAD, _PLAIN = Tone.OK, Tone.WARN, Tone.BAD, Tone.NEUTRAL
TONES: dict[str, dict[Any, Tone]] = {
    "status": {"submitted": _WARN, "posted": _OK, "reversed": _BAD, "void": _BAD},
    "progress": {"partly": _WARN, "done": _OK},
    "state": {"low": _WARN, "over": Tone.ACCENT, "none": _BAD, "expired": _BAD, "expiring": _WARN},
    "action": {"void": _BAD, "reverse": _BAD, "delete": _BAD, "unpost": _WARN, "correct": _WARN, "post": _OK,
               "submit": _WARN, "approve": _OK, "reject": _BAD, "recall": _WARN},
}
_NO_STATES: dict[str, set[str]] = {"record/flow_rule": {"action"}}  # what a rule asks for is neither good nor bad
_STRETCH = {"name": 3, "partner": 2, "changes": 4, "remark": 1, "address": 2}
_LEAST = {"name": 150, "partner": 120, "changes": 200, "remark": 70, "address": 90}
_WIDTHS = {"date": 106, "due_date": 106, "expiry_date": 106, "production_date": 106, "expires": 106,
           "number": 184, "print_count": 72, "at": 150, "learnt_at": 150, "raised_at": 150,
           "customer": 64, "supplier": 76, "active": 84, "state": 104}
_YIELDS = {"created_at": 12, "print_count": 11, "remark": 10, "actor": 9, "learnt_at": 9, "restated": 12, "brand": 8,
           "created_by": 7, "origin": 7, "barcode": 6, "reorder_point": 6, "employee": 5, "projected": 5,
           "variance": 13, "category": 4, "discount": 4, "spec": 3, "unit": 2, "kind": 1, "pack_units": 7,
           "packs": 5, "production_date": 6}
_COMPUTED = frozenset({"margin", "by_line", "by_value"})  # rates that are no round figures
_CALM = {"state": "ok"}  # states that need no pill
_BOLD = frozenset({"total", "total_quantity", "on_hand", "available", "balance", "sale_price"})
_MUTED = frozenset({"code", "spec", "unit", "created_by", "created_at", "remark", "actor", "learnt_at", "origin",
                    "barcode", "brand", "kind", "active"})
_CODES = frozenset({"number", "code", "lot", "barcode", "phone", "tax_number"})
_DOCUMENT_HIDDEN = frozenset({"address", "contact", "phone", "settlement", "discount_amount", "created_at"})
_HIDDEN = {"moves": frozenset({"restated", "actor", "code", "name", "remark"}), "audit": frozenset[str]()}


def columns_of(source: str, given: tuple[ListColumn, ...]) -> tuple[Column, ...]:
    """The table columns of a list."""
    hidden, calm = hidden_of(source), _NO_STATES.get(source, set())
    return tuple(column_of(c, hidden=c.key in hidden, calm=c.key in calm) for c in given)


def hidden_of(source: str) -> frozenset[str]:
    """Columns that wait in the column chooser."""
    family, _, key = source.partition("/")
    if family == "document":
        return _DOCUMENT_HIDDEN
    if family == "record":
        kind = document_types.RECORDS_BY_KEY[key]
        shown = {name.removesuffix("_id") for name in kind.list_columns} | {"barcode"}
        return frozenset(f.name.removesuffix("_id") for f in kind.fields) - shown
    return _HIDDEN.get(family, frozenset())


def column_of(c: ListColumn, *, hidden: bool = False, calm: bool = False) -> Column:
    """As a column of a table; a `calm` one has neutral pills."""
    kind, align = Kind.TEXT, None
    value: Callable[[Any], Any] | None = None
    mark: Callable[[Any], Mark | None] | None = None
    if c.key == "active":
        value, mark = _standing, _standing_mark
    elif c.kind == "chip":
        kind, value, mark = _chip(c, {} if calm else TONES.get(c.key))
    elif c.kind == "flag":
        value, align = _flag(c.key), Qt.AlignmentFlag.AlignHCenter
    elif c.kind == "rate":
        value, align = _rate(c.key), Qt.AlignmentFlag.AlignRight
    elif c.kind == "datetime":
        kind, value = Kind.DATETIME, _moment(c.key)
    else:
        kind = Kind.CODE if c.key in _CODES else Kind(c.kind)
        kind = Kind.COST if c.key == "unit_cost" else kind
        value = _counted if c.key == "print_count" else None
    heading = QFontMetrics(theme.font(theme.current().sizes.caption, bold=True)).horizontalAdvance(tr(c.title))
    width = max(_WIDTHS.get(c.key, max(c.width, _LEAST.get(c.key, 0))), heading + 2 * theme.current().sizes.cell_x)
    return Column(c.key, c.title, kind, width, align, value, mark, bold=c.key in _BOLD,
                  muted=c.key in _MUTED, hidden=hidden, stretch=_STRETCH.get(c.key, 0),
                  minimum=_LEAST.get(c.key, 0), yields=_YIELDS.get(c.key, 0), sortable=c.sortable)


def local(moment: dt.datetime) -> dt.datetime:
    """A moment of the database (UTC) on this PC's clock."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone().replace(tzinfo=None)


def struck(row: Row) -> bool:
    """Whether a document no longer counts."""
    return row.get("status") in _GONE


def status_mark(row: Row) -> Mark:
    """The state of a document row in one word."""
    if row.get("reversal_of_id"):
        return Mark(Tone.BAD, tr(REVERSAL))
    titles = dict(document_types.schema.STATUS_TITLES)
    return Mark(TONES["status"].get(row["status"], _PLAIN), tr(titles[row["status"]]))


def _chip(c: ListColumn, tones: Mapping[Any, Tone] | None) -> tuple[
        Kind, Callable[[Any], Any], Callable[[Any], Mark | None] | None]:
    if c.key == "status":
        return Kind.CHIP, lambda row: status_mark(row).pill, lambda row: Mark(status_mark(row).tone)
    titles = dict(c.choices)

    def word(row: Row) -> str:
        stored = row.get(c.key)
        return tr(titles.get(stored, str(stored))) if stored and stored != _CALM.get(c.key) else ""

    if tones is None:
        return Kind.TEXT, word, None
    return Kind.CHIP, word, lambda row: Mark(tones.get(row.get(c.key), _PLAIN))


def _counted(row: Row) -> int | None:
    return row.get("print_count") or None


def _flag(key: str) -> Callable[[Row], str]:
    return lambda row: "✓" if row.get(key) else ""


def _standing(row: Row) -> str:
    return tr("In use") if row.get("active") else ""


def _standing_mark(row: Row) -> Mark | None:
    return None if row.get("active") else Mark(Tone.NEUTRAL, tr("Stopped"))


def _rate(key: str) -> Callable[[Row], str]:
    def shown(row: Row) -> str:
        rate = row.get(key)
        if not isinstance(rate, Decimal):
            return ""
        return f"{rate * 100:.2f}%" if key in _COMPUTED else f"{values.plain(rate * 100)}%"
    return shown


def _moment(key: str) -> Callable[[Row], Any]:
    return lambda row: local(row[key]) if row.get(key) else None


class ListModel(RowsModel):
    """Rows of a list; what no longer counts is quiet."""

    def cell(self, row: Row, column: Column) -> Cell:
        cell = super().cell(row, column)
        if column.key == "number" and not cell.text:
            return Cell(tr("(no number yet)"), muted=True)
        if (struck(row) or row.get("active") is False) and column.kind is not Kind.CHIP:
            return Cell(cell.text, Tone.BAD if cell.tone is Tone.BAD else None, cell.pill, muted=True)
        return cell

    def struck(self, index: Index) -> bool:
        return struck(self.row(index)) and self.columns[index.column()].kind is not Kind.CHIP


class ListDelegate(CellDelegate):
    """Strikes through the cells of documents that no longer count."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if isinstance(model, ListModel) and model.struck(index):
            column, cell = model.columns[index.column()], index.data(CELL)
            font = theme.font(figures=column.kind is not Kind.TEXT)
            pad = theme.current().sizes.cell_x
            box = option.rect.adjusted(pad, 0, -pad, -1)
            width = min(QFontMetrics(font).horizontalAdvance(cell.text), box.width())
            right = bool(column.alignment & Qt.AlignmentFlag.AlignRight)
            line = QRect(box.right() - width if right else box.left(), box.center().y(), width, 1)
            painter.fillRect(line, theme.colour("bad" if cell.tone else "text3"))
