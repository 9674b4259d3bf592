"""What a list can be narrowed to: declared as fields, edited in a pane, shown as chips."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from jxc_desktop.document_types import fields as known
from jxc_desktop.document_types.schema import (
    PROGRESS_TITLES,
    REFERENCES,
    STATUS_TITLES,
    DocumentType,
    Field,
    FieldType,
    RecordType,
)
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services.queries import ListColumn
from jxc_desktop.ui import fields, theme, typed
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.widgets import FieldLabel, label

PERIOD, FROM, TO = "period", "date_from", "date_to"
PERIODS = (("today", N_("Today")), ("week", N_("This week")), ("month", N_("This month")),
           ("last_month", N_("Last month")), ("year", N_("This year")))
DATES = (Field(PERIOD, N_("Period"), FieldType.CHOICE, choices=PERIODS), Field(FROM, N_("From"), FieldType.DATE),
         Field(TO, N_("To"), FieldType.DATE))
ITEM = replace(known.ITEM, required=False)
WAREHOUSE = replace(known.WAREHOUSE, required=False)
CATEGORY = Field("category_id", N_("Category"), FieldType.CATEGORY)
ACTIVE = Field("active", N_("Active"), FieldType.CHOICE, choices=(("yes", N_("In use")), ("no", N_("Stopped"))))
_FLAGS = {"yes": True, "no": False}
_ACROSS = 4


def of_document(kind: DocumentType) -> tuple[Field, ...]:
    """The filters of a document list."""
    statuses = tuple((s.value, t) for s, t in STATUS_TITLES.items())
    found = [*DATES, Field("status", N_("Status"), FieldType.CHOICE, choices=statuses)]
    if kind.promise:
        steps = tuple((p.value, t) for p, t in PROGRESS_TITLES.items())
        found.append(Field("progress", N_("Progress"), FieldType.CHOICE, choices=steps))
    asked = ("partner_id", "warehouse_id", "employee_id")
    found += [replace(f, required=False) for name in asked for f in kind.header if f.name == name]
    return (*found, ITEM)


def of_record(kind: RecordType) -> tuple[Field, ...]:
    """The filters of a list of master data."""
    names = {f.name for f in kind.fields}
    return (*((CATEGORY,) if "category_id" in names else ()), *((ACTIVE,) if "active" in names else ()))


def of_stock() -> tuple[Field, ...]:
    return (WAREHOUSE, CATEGORY, ITEM,
            Field("low", N_("Low stock"), FieldType.CHOICE, choices=(("yes", N_("Only low")), ("no", N_("Not low")))),
            Field("nonzero", N_("On hand"), FieldType.CHOICE, choices=(("yes", N_("In stock")), ("no", N_("Zero")))))


def of_lots() -> tuple[Field, ...]:
    """The dates are those of expiry."""
    return (*DATES, WAREHOUSE, CATEGORY, ITEM)


def of_moves() -> tuple[Field, ...]:
    return (*DATES, WAREHOUSE)


def of_audit(columns: Iterable[ListColumn]) -> tuple[Field, ...]:
    """The filters of the audit trail; its choices are those of its columns."""
    choices = {c.key: c.choices for c in columns}
    return (Field("actor", N_("Who")), Field("entity", N_("What"), FieldType.CHOICE, choices=choices["entity"]),
            Field("action", N_("Action"), FieldType.CHOICE, choices=choices["action"]))


def period(name: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a named period."""
    month = today.replace(day=1)
    if name == "week":
        monday = today - dt.timedelta(days=today.weekday())
        return monday, monday + dt.timedelta(days=6)
    if name == "month":
        return month, (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if name == "last_month":
        end = month - dt.timedelta(days=1)
        return end.replace(day=1), end
    return (today.replace(month=1, day=1), today.replace(month=12, day=31)) if name == "year" else (today, today)


def field_for(column: str, declared: Sequence[Field]) -> Field | None:
    """The filter that narrows a list to a value of this column."""
    names = {"date": FROM, "expiry_date": FROM, "partner": "partner_id", "warehouse": "warehouse_id",
             "employee": "employee_id", "category": "category_id", "name": "item_id", "code": "item_id"}
    wanted = names.get(column, column)
    return next((f for f in declared if f.name == wanted), None)


class FilterPane(QWidget):
    """The editors of the filters; `changed` when one of them has another value."""

    changed = Signal()

    def __init__(self, context: Context, declared: Sequence[Field], parent: QWidget | None = None):
        super().__init__(parent)
        self.declared, self.editors = tuple(declared), {}
        self._quiet = False
        self.setObjectName("filters")
        self.setAccessibleName(tr("Filters"))
        grid = QGridLayout(self)
        sizes = theme.current().sizes
        grid.setContentsMargins(sizes.card_x, 2, sizes.card_x, 8)
        grid.setHorizontalSpacing(sizes.field_gap)
        grid.setVerticalSpacing(sizes.gap)
        for number, field in enumerate(self.declared):
            row, across = divmod(number, _ACROSS)
            editor = self.editors[field.name] = fields.editor(field, context)
            editor.changed.connect(lambda name=field.name: self._edited(name))
            editor.entered.connect(self.focusNextChild)
            grid.addWidget(FieldLabel(tr(field.title), False, editor), row, across * 2)
            grid.addWidget(editor, row, across * 2 + 1)
        for across in range(_ACROSS):
            grid.setColumnStretch(across * 2 + 1, 1)
            grid.setColumnMinimumWidth(across * 2, 44)

    def values(self) -> dict[str, Any]:
        """What is asked for, by the name of the service's filter."""
        found = {n: e.value() for n, e in self.editors.items() if n != PERIOD and e.value() not in (None, "")}
        return {n: _FLAGS.get(v, v) if _is_flag(self.editors[n].field) else v for n, v in found.items()}

    def words(self) -> list[tuple[str, str]]:
        """(filter, what it says) of those in use; the two dates are one."""
        said = []
        for name, editor in self.editors.items():
            if name in (PERIOD, TO) or editor.value() in (None, ""):
                continue
            if name != FROM:
                said.append((name, titled(tr(editor.field.title), _shown(editor))))
        first, last = (self.editors[n].value() if n in self.editors else None for n in (FROM, TO))
        if first or last:
            span = str(first) if first == last else f"{first or ''} – {last or ''}"
            said.insert(0, (FROM, titled(tr("Date"), span)))
        return said

    def put(self, values: dict[str, Any], labels: dict[str, str] | None = None) -> None:
        """Set some filters at once; None clears one."""
        self._quiet = True
        for name, value in values.items():
            if name in self.editors:
                self.editors[name].set_value(value, (labels or {}).get(name, ""))
        self._quiet = False
        self.changed.emit()

    def clear(self, name: str = "") -> None:
        """One filter, or all of them."""
        names = {FROM: (PERIOD, FROM, TO)}.get(name, (name,)) if name else tuple(self.editors)
        self.put(dict.fromkeys(names))

    def state(self) -> dict[str, Any]:
        """As settings keep it: values with their labels, dates as text."""
        kept = {}
        for name, editor in self.editors.items():
            if name != PERIOD and (value := editor.value()) not in (None, ""):
                text = value.isoformat() if isinstance(value, dt.date) else value
                kept[name] = [text, getattr(editor, "label", "")]
        return kept

    def restore(self, state: dict[str, Any]) -> None:
        """What `state()` gave; the rest is cleared."""
        values: dict[str, Any] = dict.fromkeys(self.editors)
        for name, (value, _) in state.items():
            if name in self.editors:
                dated = self.editors[name].field.type is FieldType.DATE
                values[name] = dt.date.fromisoformat(value) if dated else value
        self.put(values, {name: text for name, (_, text) in state.items()})

    def focus_first(self) -> None:
        next(iter(self.editors.values())).setFocus(Qt.FocusReason.TabFocusReason)

    def _edited(self, name: str) -> None:
        editor = self.editors[name]
        if self._quiet or (isinstance(editor, QLineEdit) and editor.isModified()):
            return  # while somebody types
        if name == PERIOD and (chosen := self.editors[PERIOD].value()):
            first, last = period(chosen, dt.date.today())
            self.put({FROM: first, TO: last})
        else:
            if name in (FROM, TO):
                self.editors[PERIOD].set_value(None)
            self.changed.emit()


class FilterChips(QWidget):
    """One chip for each filter in use; a click on it takes the filter away."""

    removed = Signal(str)  # the filter, or nothing for all

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.current().sizes.card_x, 0, 8, 6)
        self._row.setSpacing(6)
        self.chips: list[Button] = []
        self.hide()

    def show_words(self, words: Sequence[tuple[str, str]]) -> None:
        while taken := self._row.takeAt(0):
            if part := taken.widget():
                part.hide()
                part.deleteLater()
        self.chips = []
        self._row.addWidget(label(tr("Filtered by"), "caption"))
        for name, text in words:
            self._add(text, name, "x").setChecked(True)
        self._add(tr("Clear filters"), "", None, Role.LINK)
        self._row.addStretch(1)
        self.setVisible(bool(words))

    def _add(self, text: str, name: str, icon: str | None, role: Role = Role.GHOST) -> Button:
        spoken = tr("Remove filter {filter}", filter=text) if name else text
        chip = Button(text, icon, role=role, accessible_name=spoken)
        chip.setCheckable(bool(name))
        chip.clicked.connect(lambda checked=False: self.removed.emit(name))
        self._row.addWidget(chip)
        self.chips.append(chip)
        return chip


def _is_flag(field: Field) -> bool:
    return field.type is FieldType.CHOICE and {v for v, _ in field.choices} == set(_FLAGS)


def _shown(editor: Any) -> str:
    field = editor.field
    if field.type in REFERENCES:
        return str(editor.label)
    return typed.written(field, editor.value())
