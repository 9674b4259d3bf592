"""The parameters of a report: presets of a period, and an editor for everything that can be asked."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QWidget

from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui import fields, theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.filters import FROM, PERIODS, TO, period
from jxc_desktop.ui.widgets import Button, Card, FieldLabel, Role

_SETTLE = 250  # ms without a change before the report runs
_ACROSS = 4


def read_link(query: str, parameters: Sequence[Field]) -> dict[str, Any]:
    """Values from the address of a report page; what cannot be read is left out."""
    declared = {f.name: f for f in parameters}
    found: dict[str, Any] = {}
    for name, text in parse_qsl(query):
        if field := declared.get(name):
            try:
                found[name] = dt.date.fromisoformat(text) if field.type is FieldType.DATE else int(
                    text) if field.type in REFERENCES else text
            except ValueError:
                continue
    return found


class ReportStrip(Card):
    """Emits `changed` a moment after something was changed."""

    changed = Signal()

    def __init__(self, context: Context, parameters: Sequence[Field], *, first: Collection[str] = ()):
        """`first` are more parameters to stand in the first row, beside the period."""
        super().__init__()
        self.editors: dict[str, Any] = {}
        self._presets = QButtonGroup(self)
        self._presets.setExclusive(False)
        self._buttons: dict[str, Button] = {}
        self.preset = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE)
        self._timer.timeout.connect(self.changed)
        self.body.setContentsMargins(theme.current().sizes.card_x, 8, theme.current().sizes.card_x, 8)
        above = [f for f in parameters if f.name in (FROM, TO, *first) or f.type is FieldType.CHOICE]
        if above:
            self.body.addLayout(self._first_row(above, context))
        if rest := [f for f in parameters if f not in above]:
            self.body.addLayout(self._grid(rest, context))

    def values(self) -> dict[str, Any]:
        """What is asked for; empty parameters are left out."""
        found = {name: editor.value() for name, editor in self.editors.items()}
        return {name: value for name, value in found.items() if value not in (None, "")}

    def fault(self) -> str:
        return next((editor.fault() for editor in self.editors.values() if editor.fault()), "")

    def fill(self, values: Mapping[str, Any], preset: str = "") -> None:
        """Show these without running the report."""
        if preset and FROM in self.editors:
            values = {**values, **dict(zip((FROM, TO), period(preset, dt.date.today()), strict=True))}
        for name, value in values.items():
            if name in self.editors:
                self.editors[name].set_value(value)
        self._mark(preset)
        self._timer.stop()

    def focus_first(self) -> None:
        next(part for part in (*self._buttons.values(), *self.editors.values()) if part.isEnabled()).setFocus()

    def close_period(self, reason: str) -> None:
        """No period can be chosen for this reason; with none it can again."""
        for part in (*self._buttons.values(), *(self.editors[name] for name in (FROM, TO) if name in self.editors)):
            part.setEnabled(not reason)
            part.setToolTip(reason)

    def _first_row(self, parameters: Sequence[Field], context: Context) -> QHBoxLayout:
        """The period and what is chosen from a few."""
        row = QHBoxLayout()
        row.setSpacing(4)
        for key, title in PERIODS if any(f.name == FROM for f in parameters) else ():
            button = self._buttons[key] = Button(tr(title), role=Role.GHOST)
            button.setCheckable(True)
            button.clicked.connect(partial(self._choose, key))
            self._presets.addButton(button)
            row.addWidget(button)
        for field in parameters:
            editor, typed = self._editor(field, context), field.type not in (FieldType.DATE, FieldType.CHOICE)
            if typed:  # gives way where the names of the fields are long
                editor.setMinimumWidth(84)
                editor.setMaximumWidth(176 if field.type is FieldType.TEXT else 120)
            else:
                editor.setFixedWidth(140)
            row.addSpacing(4 if field.name == TO or not row.count() else 14)
            row.addWidget(FieldLabel(tr(field.title), False, editor))
            row.addWidget(editor, 100 if typed else 0)
        row.addStretch(1)
        return row

    def _grid(self, parameters: Sequence[Field], context: Context) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.current().sizes.field_gap)
        grid.setVerticalSpacing(6)
        for place, field in enumerate(parameters):
            row, column = divmod(place, _ACROSS)
            editor = self._editor(field, context)
            grid.addWidget(FieldLabel(tr(field.title), False, editor), row, 2 * column)
            grid.addWidget(editor, row, 2 * column + 1)
        for column in range(_ACROSS):
            grid.setColumnStretch(2 * column + 1, 1)
        return grid

    def _editor(self, field: Field, context: Context) -> QWidget:
        editor: Any = fields.editor(field, context)
        editor.set_value(field.default)
        editor.changed.connect(partial(self._edited, field.name))
        editor.entered.connect(self.changed)
        self.editors[field.name] = editor
        return editor

    def _choose(self, key: str, checked: bool = False) -> None:
        self.fill({}, key)
        self.changed.emit()

    def _edited(self, name: str) -> None:
        if name in (FROM, TO):
            self._mark("")
        self._timer.start()

    def _mark(self, preset: str) -> None:
        self.preset = preset
        for key, button in self._buttons.items():
            button.setChecked(key == preset)
