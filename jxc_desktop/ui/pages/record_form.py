"""The form of any kind of master data, made from its declared fields."""

import copy
from collections.abc import Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import Field, FieldType, RecordDraft, RecordType
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import tr
from jxc_desktop.ui import fields, theme, typed
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.category_choice import choose_category
from jxc_desktop.ui.pages.record_children import ChildRows
from jxc_desktop.ui.widgets import Card, FieldLabel

_WIDE = frozenset({"name", "address", "bank"})
_FLAGS_ACROSS = 4


class RecordForm(QScrollArea):
    """Edits one RecordDraft. Fields that the actor may not see keep their values."""

    changed = Signal()
    finished = Signal()  # Enter in the last field

    def __init__(self, context: Context, kind: RecordType, across: int = 3):
        super().__init__()
        self.kind, self._context, self._across = kind, context, across
        self.editors: dict[str, Any] = {}
        self.child_rows: dict[str, ChildRows] = {}
        self._base = RecordDraft(kind.key)
        self._read_only = False
        self._trees: list[Button] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().sizes.gap)
        column.addWidget(self._fields())
        column.addLayout(self._children())
        column.addStretch(1)
        self.setWidget(inside)

    def load(self, draft: RecordDraft) -> None:
        """Show another record."""
        self._base = copy.deepcopy(draft)
        self.show_draft(draft)

    def show_draft(self, draft: RecordDraft) -> None:
        """Other values on the base that was loaded."""
        self.blockSignals(True)
        for name, editor in self.editors.items():
            value = draft.values.get(name)
            editor.set_value(value, _title(self.kind.field(name), value))
            editor.show_problem("")
            if editor.field.read_only and editor.field.type is FieldType.FLAG:
                editor.setVisible(bool(draft.values.get(name)))
        for key, rows in self.child_rows.items():
            rows.load(draft.children.get(key, ()))
        self.blockSignals(False)
        self.set_read_only(self._read_only)

    @property
    def base(self) -> RecordDraft:
        """What was loaded."""
        return self._base

    def peek(self) -> dict[str, Any]:
        """The values as far as they are typed; nothing that is being typed is closed."""
        return {**self._base.values, **{name: _typed(e) for name, e in self.editors.items()}}

    def draft(self) -> RecordDraft:
        """What the screen holds now."""
        values = {**self._base.values, **{name: e.value() for name, e in self.editors.items()}}
        children = {**self._base.children, **{key: rows.values() for key, rows in self.child_rows.items()}}
        return RecordDraft(self.kind.key, values, children, self._base.id, self._base.version)

    def faults(self) -> list[Problem]:
        """Text that cannot be read."""
        own = [Problem(name, text) for name, editor in self.editors.items() if (text := editor.fault())]
        return own + [p for rows in self.child_rows.values() for p in rows.faults()]

    def mark(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if editor := self.editor_of(problem):
                editor.show_problem(problem.text())

    def clear_marks(self) -> None:
        for editor in self.editors.values():
            if not editor.fault():
                editor.show_problem("")
        for rows in self.child_rows.values():
            rows.clear_marks()

    def editor_of(self, problem: Problem) -> Any:
        """Where a problem is; None when it has no field here."""
        child, _, name = problem.field.rpartition(".")
        if child:
            return self.child_rows[child].editor(name, problem.line or 0) if child in self.child_rows else None
        return self.editors.get(name)

    def set_read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        for editor in self.editors.values():
            editor.set_read_only(read_only or editor.field.read_only)
        for tree in self._trees:
            tree.setEnabled(not read_only)
        for rows in self.child_rows.values():
            rows.set_read_only(read_only)

    def focus_first(self) -> None:
        """The first field that wants something; else the first."""
        wanting = [e for e in self.editors.values() if e.field.required and e.value() in (None, "")]
        (wanting or list(self.editors.values()))[0].setFocus(Qt.FocusReason.TabFocusReason)

    def go_to(self, problem: Problem) -> None:
        """Put the cursor where a problem is."""
        if editor := self.editor_of(problem):
            self.ensureWidgetVisible(editor)
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fields(self) -> Card:
        card, grid = Card(), QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(theme.current().sizes.gap)
        may = self._context.actor.may  # type: ignore[attr-defined]
        shown = features.shown(self.kind.fields, self._context.queries.features, may)
        plain = [f for f in shown if f.type not in (FieldType.FLAG, FieldType.NOTE, FieldType.PICTURE)]
        at = 0
        for field in plain:
            width = 2 if field.name in _WIDE and self._across > 2 else 1
            if at % self._across + width > self._across:
                at += 1
            self._place(grid, field, at, width)
            at += width
        row = -(-at // self._across)
        flags = [f for f in shown if f.type is FieldType.FLAG]
        if flags:
            grid.addLayout(self._flags(flags), row, 1, 1, self._across * 2 - 1)
            row += 1
        self._place_last([f for f in shown if f.type in (FieldType.NOTE, FieldType.PICTURE)], grid, row)
        for across in range(self._across):
            grid.setColumnStretch(across * 2 + 1, 1)
            grid.setColumnMinimumWidth(across * 2, 66)
        card.body.addLayout(grid)
        return card

    def _place(self, grid: QGridLayout, field: Field, at: int, width: int) -> None:
        row, across = divmod(at, self._across)
        editor = self._editor(field)
        grid.addWidget(self._label(field), row, across * 2)
        if field.type is FieldType.CATEGORY:
            grid.addLayout(self._with_tree(editor), row, across * 2 + 1)
        else:
            grid.addWidget(editor, row, across * 2 + 1, 1, width * 2 - 1)

    def _place_last(self, last: list[Field], grid: QGridLayout, row: int) -> None:
        """Notes over what room there is; a picture at the right of the last one."""
        pictures = [f for f in last if f.type is FieldType.PICTURE]
        for field in (f for f in last if f not in pictures):
            grid.addWidget(self._label(field), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._editor(field), row, 1, 1, (self._across - bool(pictures)) * 2 - 1,
                           Qt.AlignmentFlag.AlignTop)
            row += 1
        for field in pictures:
            at = (self._across - 1) * 2
            grid.addWidget(self._label(field), row - 1, at, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._editor(field), row - 1, at + 1, Qt.AlignmentFlag.AlignTop)

    def _with_tree(self, editor: Any) -> QHBoxLayout:
        pair, tree = QHBoxLayout(), Button("", "layers", role=Role.GHOST, accessible_name=tr("Choose from the tree"))
        pair.setSpacing(2)
        pair.addWidget(editor, 1)
        pair.addWidget(tree)
        tree.clicked.connect(lambda checked=False: choose_category(
            tree, self._context, partial(self._take_category, editor)))
        self._trees.append(tree)
        return pair

    def _take_category(self, editor: Any, category_id: int | None, name: str) -> None:
        editor.set_value(category_id, name if category_id else "")
        editor.setFocus()
        self._edited(editor)

    def _flags(self, flags: list[Field]) -> QGridLayout:
        """Side by side, in rows where they are many."""
        places = QGridLayout()
        places.setHorizontalSpacing(24)
        for number, field in enumerate(flags):
            editor = self._editor(field)
            editor.setText(tr(field.title))
            places.addWidget(editor, *divmod(number, _FLAGS_ACROSS))
        places.setColumnStretch(_FLAGS_ACROSS, 1)
        return places

    def _label(self, field: Field) -> FieldLabel:
        return FieldLabel(tr(field.title), field.required, self.editors.get(field.name) or self._editor(field))

    def _editor(self, field: Field) -> Any:
        if field.name not in self.editors:
            editor = self.editors[field.name] = fields.editor(field, self._context)
            editor.changed.connect(partial(self._edited, editor))
            editor.entered.connect(partial(self._go_on, field.name))
        return self.editors[field.name]

    def _children(self) -> QGridLayout:
        places = QGridLayout()
        places.setSpacing(theme.current().sizes.gap)
        for number, child in enumerate(self.kind.children):
            rows = self.child_rows[child.key] = ChildRows(self._context, child)
            rows.changed.connect(self.changed)
            row, across = divmod(number, self._across)
            places.addWidget(rows, row, across)
            places.setColumnStretch(across, sum(f.width for f in child.fields))
        return places

    def _edited(self, editor: Any) -> None:
        editor.show_problem(editor.fault())
        self.changed.emit()

    def _go_on(self, name: str) -> None:
        names = list(self.editors)
        following = names[names.index(name) + 1:]
        if following:
            self.editors[following[0]].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.finished.emit()


def _typed(editor: Any) -> Any:
    """The value of a field, also of a figure that is still being typed; the one before while that makes no sense."""
    if editor.field.type in typed.NUMERIC and editor.isModified():
        try:
            return typed.read(editor.field, editor.text(), editor.peek())
        except typed.Misread:
            pass
    return editor.peek()


def _title(field: Field, value: Any) -> str:
    """Of a choice, which may be one that is no longer offered; references find theirs themselves."""
    return tr(dict(field.choices)[value]) if value in dict(field.choices) else ""
