"""Second step of an import: which column of the file is which field, with samples to see it is right."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import REFERENCES, Field
from jxc_desktop.i18n import tr
from jxc_desktop.services.exchange.importing import Options
from jxc_desktop.ui import fields
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.import_work import Loaded
from jxc_desktop.ui.table import Column, RowsModel, Table
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Card, Chip, FieldLabel, label

SHOWN = 10
NOTHING, CONSTANT = -1, -2
_SURE = 0.9


class _Row:
    """One field: the column it comes from, or a value that is the same for all rows."""

    def __init__(self, context: Context, field: Field | None, headers: tuple[str, ...],
                 place: tuple[int, float] | None):
        self.choice, self.chip = QComboBox(), Chip()
        self.choice.addItem(tr("(not imported)"), NOTHING)
        self.constant: Any = None
        if field is not None:
            self.choice.addItem(tr("(the same for all rows)"), CONSTANT)
            self.constant = fields.editor(field, context)
            self.constant.hide()
        for number, header in enumerate(headers):
            self.choice.addItem(header or "–", number)
        self.suggested = place
        if place:
            self.choice.setCurrentIndex(self.choice.findData(place[0]))
        self.show_state()

    @property
    def column(self) -> int:
        return int(self.choice.currentData())

    def show_state(self) -> None:
        chosen, sure = self.column, self.suggested[1] if self.suggested else 0.0
        by_us = self.suggested is not None and chosen == self.suggested[0]
        self.chip.setVisible(chosen >= 0)
        if by_us:
            self.chip.show_state(f"{sure:.0%}", Tone.OK if sure >= _SURE else Tone.WARN)
        else:
            self.chip.show_state(tr("by hand"), Tone.NEUTRAL)
        if self.constant is not None:
            self.constant.setVisible(chosen == CONSTANT)

    def given(self) -> Any:
        """The value that stands for all rows, as a file would write it."""
        value = self.constant.value() if self.constant is not None and self.column == CONSTANT else None
        return self.constant.label if value is not None and self.constant.field.type in REFERENCES else value


class MapStep(QWidget):
    """Emits `sheet_wanted` when another sheet is to be read, `changed` when the columns are others."""

    sheet_wanted = Signal(str)
    changed = Signal()

    def __init__(self, context: Context, loaded: Loaded, remembered: Mapping[str, str]):
        super().__init__()
        self.loaded = loaded
        self.rows: dict[str, _Row] = {}
        self._declared = _header_fields(loaded.kind)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addLayout(self._facts())
        middle = QHBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self._mapping(context, remembered), 5)
        middle.addWidget(self._sample(), 6)
        body.addLayout(middle, 1)
        self._samples: dict[str, Any] = {}

    def columns(self) -> dict[str, int]:
        return {key: row.column for key, row in self.rows.items() if row.column >= 0}

    def options(self) -> Options:
        constants = {key: value for key, row in self.rows.items() if (value := row.given()) is not None}
        day_first = {0: None, 1: True, 2: False}[self.day_first.currentIndex()] if self.loaded.ambiguous else None
        return Options(day_first, self.discount_off.isChecked(), self.update_known.isChecked(), constants)

    def missing(self) -> list[str]:
        """Required fields that get no value."""
        return [t.title for t in self.loaded.targets if t.required and self.rows[t.key].column == NOTHING
                and not self._has_default(t.key)]

    def _has_default(self, key: str) -> bool:
        record = document_types.RECORDS_BY_KEY.get(self.loaded.kind)
        field = next((f for f in record.fields if f.name == key), None) if record else self._declared.get(key)
        return field is not None and field.default is not None

    def headers_of(self) -> dict[str, str]:
        """What to remember for the next file with these headings."""
        return {key: self.loaded.raw.headers[column] for key, column in self.columns().items()}

    # --- building

    def _facts(self) -> QHBoxLayout:
        row, raw = QHBoxLayout(), self.loaded.raw
        row.setSpacing(10)
        row.addWidget(label(self.loaded.source, "strong"))
        row.addWidget(label(tr("{rows} rows, {columns} columns", rows=f"{len(raw.rows):,}", columns=len(raw.headers)),
                            "caption"))
        if len(self.loaded.sheets) > 1:
            sheets = QComboBox()
            sheets.addItems(list(self.loaded.sheets))
            sheets.setCurrentText(raw.sheet)
            sheets.textActivated.connect(self.sheet_wanted)
            row.addWidget(FieldLabel(tr("Sheet"), False, sheets))
            row.addWidget(sheets)
        self.day_first = QComboBox()
        self.day_first.addItems([tr("01/02 is …"), tr("1 February (day first)"), tr("January 2 (month first)")])
        self.day_first.setVisible(self.loaded.ambiguous)
        self.update_known = QCheckBox(tr("Change records whose code exists already"))
        self.update_known.setChecked(True)
        self.update_known.setVisible(self.loaded.kind in document_types.RECORDS_BY_KEY)
        self.discount_off = QCheckBox(tr("A discount of 0.05 means 5 % off"))
        self.discount_off.setVisible(any(t.key == "line.discount" for t in self.loaded.targets))
        for option in (self.day_first, self.update_known, self.discount_off):
            row.addWidget(option)
        row.addStretch(1)
        return row

    def _mapping(self, context: Context, remembered: Mapping[str, str]) -> Card:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 10, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 4)
        headers = self.loaded.raw.headers
        for number, target in enumerate(self.loaded.targets):
            place = self.loaded.suggested.get(target.key)
            if remembered.get(target.key) in headers:
                place = (headers.index(remembered[target.key]), 1.0)
            row = self.rows[target.key] = _Row(context, self._declared.get(target.key), headers, place)
            row.choice.activated.connect(lambda at, row=row, key=target.key: self._chosen(row, key))
            sample = label("", "caption")
            row.choice.setMinimumWidth(150)
            for column, widget in ((0, FieldLabel(target.title, target.required, row.choice)), (1, row.choice),
                                   (2, row.chip), (3, sample)):
                grid.addWidget(widget, number, column)
            if row.constant is not None:
                grid.addWidget(row.constant, number, 3)
            sample.setObjectName(f"sample {target.key}")
            self._show_sample(row, sample)
        grid.setRowStretch(len(self.loaded.targets), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)  # setting it fills it
        card = Card()
        card.body.addWidget(label(tr("Fields and their columns"), "strong"))
        card.body.addWidget(area, 1)
        return card

    def _sample(self) -> Card:
        card, raw = Card(padded=False), self.loaded.raw
        title = label(tr("The first rows of the file"), "strong")
        title.setContentsMargins(12, 8, 12, 4)
        card.body.addWidget(title)
        columns = [Column(str(n), header or "–", width=124, sortable=False) for n, header in enumerate(raw.headers)]
        table = Table()
        table.setModel(RowsModel([Column("_row", tr("Row"), "int", 52, muted=True, sortable=False), *columns], [
            {"_row": number} | {str(n): _text(cell) for n, cell in enumerate(cells)}
            for number, cells in list(zip(raw.row_numbers, raw.rows, strict=True))[:SHOWN]], parent=table))
        card.body.addWidget(table, 1)
        return card

    # --- choosing

    def _chosen(self, row: _Row, key: str) -> None:
        row.show_state()
        for other_key, other in self.rows.items():  # a column feeds one field
            if other is not row and row.column >= 0 and other.column == row.column:
                other.choice.setCurrentIndex(0)
                other.show_state()
                self._show_sample(other, self.findChild(QWidget, f"sample {other_key}"))
        self._show_sample(row, self.findChild(QWidget, f"sample {key}"))
        self.changed.emit()

    def _show_sample(self, row: _Row, where: Any) -> None:
        cells = [_text(cells[row.column]) for cells in self.loaded.raw.rows[:3]] if row.column >= 0 else []
        where.setText("、".join(cell for cell in cells if cell)[:60])
        where.setVisible(row.column != CONSTANT)


def _text(cell: Any) -> str:
    from decimal import Decimal

    from jxc_desktop.values import plain

    return "" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell)


def _header_fields(kind: str) -> dict[str, Field]:
    """The fields that may be the same for all rows of a file: those of a document's head."""
    known = document_types.BY_KEY.get(kind)
    return {f.name: f for f in known.header} if known else {}
