"""Rows that belong to a record: pack units, barcodes, stock levels. The last row is always an empty one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit

from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import Child, Field, FieldType, Values
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import tr
from jxc_desktop.ui import fields
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.widgets import Card, label

_FIGURES = frozenset({FieldType.PRICE, FieldType.QUANTITY, FieldType.FACTOR, FieldType.MONEY})


@dataclass
class ChildRow:
    """One row of editors; `given` is what it was loaded with."""

    given: Values
    editors: dict[str, Any]
    remove: Button

    def values(self) -> Values:
        return {**self.given, **{name: editor.value() for name, editor in self.editors.items()}}

    @property
    def empty(self) -> bool:
        """As it reads now; asking an editor for its value would take what is half typed."""
        return not any(e.text().strip() if isinstance(e, QLineEdit) else e.value() not in (None, "", False)
                       for e in self.editors.values())


class ChildRows(Card):
    """A small editable table made of the same editors as the form."""

    changed = Signal()

    def __init__(self, context: Context, child: Child):
        super().__init__()
        self.child, self._context = child, context
        self.rows: list[ChildRow] = []
        self._read_only, self._next = False, 1
        self.setAccessibleName(tr(child.title))
        head = QHBoxLayout()
        head.addWidget(label(tr(child.title), "strong"))
        head.addStretch(1)
        self.body.addLayout(head)
        self.shown = features.shown(child.fields, context.queries.features, context.actor.may)  # type: ignore[attr-defined]
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        for at, field in enumerate(self.shown):
            self._grid.addWidget(self._heading(field), 0, at)
            self._grid.setColumnStretch(at, field.width)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        self._add({})

    def load(self, rows: Iterable[Values]) -> None:
        """Show these rows and an empty one."""
        while self.rows:
            self._drop(self.rows[0])
        for row in rows:
            self._add(dict(row))
        self._add({})
        self.set_read_only(self._read_only)

    def values(self) -> list[Values]:
        """The rows that say something."""
        return [row.values() for row in self.rows if not row.empty]

    def faults(self) -> list[Problem]:
        """Text that cannot be read."""
        filled = [row for row in self.rows if not row.empty]
        return [Problem(f"{self.child.key}.{name}", text, at) for at, row in enumerate(filled)
                for name, editor in row.editors.items() if (text := editor.fault())]

    def editor(self, field: str, line: int) -> Any:
        """The editor a problem is about; None where there is none."""
        filled = [row for row in self.rows if not row.empty]
        return filled[line].editors.get(field) if line < len(filled) else None

    def clear_marks(self) -> None:
        for row in self.rows:
            for editor in row.editors.values():
                if not editor.fault():
                    editor.show_problem("")

    def set_read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        for row in self.rows:
            for editor in row.editors.values():
                editor.set_read_only(read_only)
            row.remove.setVisible(not read_only and not row.empty)
        self._show_entry_row()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Del takes the row away that has the cursor."""
        row = next((r for r in self.rows if any(e.hasFocus() for e in r.editors.values())), None)
        if event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.ControlModifier \
                and row and not row.empty and not self._read_only:
            self.remove(row)
        else:
            super().keyPressEvent(event)

    def remove(self, row: ChildRow) -> None:
        at = self.rows.index(row)
        self._drop(row)
        following = self.rows[min(at, len(self.rows) - 1)]
        next(iter(following.editors.values())).setFocus()
        self.changed.emit()

    def _heading(self, field: Field) -> QLabel:
        heading = label(tr(field.title), "caption")
        if field.type in _FIGURES:
            heading.setAlignment(Qt.AlignmentFlag.AlignRight)
        return heading

    def _add(self, given: Values) -> ChildRow:
        editors = {f.name: fields.editor(f, self._context) for f in self.shown}
        remove = Button("", "x", "Ctrl+Del", Role.GHOST, accessible_name=tr("Remove row"))
        row = ChildRow(given, editors, remove)
        for at, (name, editor) in enumerate(editors.items()):
            editor.set_value(given.get(name))
            editor.set_read_only(self._read_only)
            editor.setMinimumWidth(60)
            editor.changed.connect(partial(self._edited, row))
            editor.entered.connect(partial(self._go_on, row, name))
            self._grid.addWidget(editor, self._next, at)
        remove.clicked.connect(lambda checked=False: self.remove(row))
        keep = remove.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        remove.setSizePolicy(keep)
        self._grid.addWidget(remove, self._next, len(self.shown))
        remove.setVisible(bool(given) and not self._read_only)
        self._next += 1
        self.rows.append(row)
        return row

    def _drop(self, row: ChildRow) -> None:
        self.rows.remove(row)
        for part in (*row.editors.values(), row.remove):
            self._grid.removeWidget(part)
            part.hide()
            part.deleteLater()

    def _edited(self, row: ChildRow) -> None:
        for editor in row.editors.values():
            if not editor.fault():
                editor.show_problem("")
        row.remove.setVisible(not row.empty)
        if row is self.rows[-1] and not row.empty:
            self._add({})
            self._order_tabs()
        self.changed.emit()

    def _go_on(self, row: ChildRow, name: str) -> None:
        """Enter: the next field of the row, then the first of the next row."""
        names = list(row.editors)
        at, number = names.index(name), self.rows.index(row)
        if at + 1 < len(names) and not row.empty:
            row.editors[names[at + 1]].setFocus(Qt.FocusReason.TabFocusReason)
        elif number + 1 < len(self.rows):
            next(iter(self.rows[number + 1].editors.values())).setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.focusNextChild()

    def _order_tabs(self) -> None:
        """The new row comes after the others."""
        parts: Sequence[Any] = [part for row in self.rows for part in (*row.editors.values(), row.remove)]
        for before, after in pairwise(parts):
            self.setTabOrder(before, after)

    def _show_entry_row(self) -> None:
        for editor in self.rows[-1].editors.values():
            editor.setVisible(not self._read_only or len(self.rows) == 1)
