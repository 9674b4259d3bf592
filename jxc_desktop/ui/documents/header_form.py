"""The header of a document: two rows of three fields, the rest behind a fold, the partner's balance beside."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import DocumentType, Field, FieldType, Values
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import tr
from jxc_desktop.ui import fields, theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.documents.balance_bar import BalanceBar, account_of
from jxc_desktop.ui.widgets import Card, FieldLabel, label

_ROWS, _ACROSS = 2, 3
_STRETCH = (5, 3, 3)
_PARTNERS = (FieldType.CUSTOMER, FieldType.SUPPLIER)


class HeaderForm(Card):
    """Edits the header values of one document."""

    changed = Signal(str)  # a field's name
    decided = Signal()  # a text that was still being looked for is known now
    finished = Signal()  # Enter after the last field that wants something

    def __init__(self, context: Context, kind: DocumentType):
        super().__init__()
        self.kind, self._context = kind, context
        self.editors: dict[str, Any] = {}
        self._read_only = False
        self._summary = QWidget()
        self._fields = QWidget()
        self._more = QWidget()
        shown = features.shown(kind.header, context.queries.features, context.actor.may)  # type: ignore[attr-defined]
        first = shown[:_ROWS * _ACROSS]
        row = QHBoxLayout(self._fields)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        left = QVBoxLayout()
        left.setSpacing(theme.current().sizes.gap)
        left.addLayout(self._grid(first, fill=_ROWS))
        left.addWidget(self._more)
        row.addLayout(left, 1)
        self.balance = BalanceBar(kind, context) if account_of(kind) else None
        if self.balance:
            row.addWidget(self.balance, 0, Qt.AlignmentFlag.AlignTop)
        rest = shown[_ROWS * _ACROSS:]
        self._fold = Button("", "chevron-down", role=Role.GHOST, accessible_name=tr("More fields"))
        self._fold.setFixedWidth(26)
        if not rest:
            self._fold.hide()
        self._fold.clicked.connect(lambda checked=False: self.show_more(not self._more.isVisible()))
        row.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignBottom)
        self._lay_out_rest(rest)
        self._summary_text = self._build_summary()
        for part in (self._summary, self._fields):
            self.body.addWidget(part)
        self.body.setSpacing(theme.current().sizes.gap)
        self._summary.hide()
        self._more.hide()

    # -- content

    def load(self, header: Values, *, read_only: bool, labels: dict[str, str] | None = None) -> None:
        """Show other values."""
        for name, editor in self.editors.items():
            editor.set_value(header.get(name), (labels or {}).get(name, ""))
        self.set_read_only(read_only)
        self._refresh_summary()

    def set_read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        for editor in self.editors.values():
            editor.set_read_only(read_only or editor.field.read_only)

    def values(self) -> Values:
        """As far as they are typed; `commit` closes what is being typed first."""
        return {name: editor.peek() for name, editor in self.editors.items()}

    def commit(self) -> None:
        """Take what is being typed."""
        for editor in self.editors.values():
            editor.commit()

    def value(self, name: str) -> Any:
        """One value; None where the type has no such field."""
        return self.editors[name].peek() if name in self.editors else None

    def set_value(self, name: str, value: Any) -> None:
        if name in self.editors:
            self.editors[name].set_value(value)
            self.changed.emit(name)

    def faults(self) -> list[Problem]:
        """Text that cannot be read."""
        return [Problem(name, text) for name, editor in self.editors.items() if (text := editor.fault())]

    def mark(self, problems: Iterable[Problem]) -> None:
        """Show problems at their fields; unfold where one would be hidden."""
        for problem in problems:
            if problem.line is None and problem.field in self.editors:
                editor = self.editors[problem.field]
                editor.show_problem(problem.text())
                if self._more.isAncestorOf(editor):
                    self.show_more(True)

    def clear_marks(self) -> None:
        for editor in self.editors.values():
            if not editor.fault():
                editor.show_problem("")

    @property
    def deciding(self) -> bool:
        """Something typed is still being looked for, or the partner's facts are."""
        return any(getattr(e, "deciding", False) for e in self.editors.values()) or bool(
            self.balance and self.balance.loading)

    @property
    def partner_label(self) -> str:
        field = self._partner_field()
        return self.editors[field.name].label if field else ""

    def partner_id(self) -> int | None:
        field = self._partner_field()
        return self.editors[field.name].peek() if field else None

    def show_balance(self, total: Decimal, taken: Decimal) -> None:
        """The document's total now, and what of it the balance counts already."""
        if self.balance:
            self.balance.show_total(self.partner_id(), total - taken)

    # -- places

    def focus_first(self) -> None:
        """The first field that wants something; else the first."""
        self.focus_field((self.wanting() or list(self.editors))[0])

    def wanting(self) -> list[str]:
        """Required fields that are still empty."""
        return [name for name, e in self.editors.items() if e.field.required and e.peek() is None]

    def focus_field(self, name: str) -> None:
        """Show a field and put the cursor there."""
        self.set_collapsed(False)
        editor = self.editors[name]
        if self._more.isAncestorOf(editor):
            self.show_more(True)
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_focus(self) -> bool:
        return any(editor.hasFocus() for editor in self.editors.values())

    def show_more(self, shown: bool) -> None:
        self._more.setVisible(shown)
        self._fold.set_icon("chevron-up" if shown else "chevron-down")

    def set_collapsed(self, collapsed: bool) -> None:
        """One line in place of the fields, where the window is low."""
        self._refresh_summary()
        self._summary.setVisible(collapsed)
        self._fields.setVisible(not collapsed)

    @property
    def collapsed(self) -> bool:
        return not self._summary.isHidden()

    # -- building

    def _grid(self, shown: Sequence[Field], fill: int = 0) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(theme.current().sizes.gap)
        for number, field in enumerate(shown):
            row, across = divmod(number, _ACROSS)
            editor = fields.editor(field, self._context)
            self.editors[field.name] = editor
            editor.changed.connect(lambda name=field.name: self._edited(name))
            editor.entered.connect(lambda name=field.name: self._go_on(name))
            if isinstance(editor, fields.ReferenceField):
                editor.decided.connect(self.decided)
            if field.type is FieldType.FLAG:
                editor.setText(tr(field.title))
                grid.addWidget(editor, row, across * 2 + 1)
                continue
            grid.addWidget(FieldLabel(tr(field.title), field.required, editor), row, across * 2)
            grid.addWidget(editor, row, across * 2 + 1)
        for across, stretch in enumerate(_STRETCH):
            grid.setColumnStretch(across * 2 + 1, stretch)
            grid.setColumnMinimumWidth(across * 2, 52)
        for row in range(fill):
            grid.setRowMinimumHeight(row, theme.current().sizes.control + 2)
        return grid

    def _lay_out_rest(self, rest: Sequence[Field]) -> None:
        row = QHBoxLayout(self._more)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self._grid(rest))

    def _build_summary(self) -> QLabel:
        row = QHBoxLayout(self._summary)
        row.setContentsMargins(0, 0, 0, 0)
        text = label("", "label")
        row.addWidget(text, 1)
        unfold = Button(tr("Show header"), key_hint="F6", role=Role.GHOST)
        unfold.clicked.connect(lambda checked=False: self.focus_first())
        row.addWidget(unfold)
        return text

    def _refresh_summary(self) -> None:
        parts = []
        for editor in list(self.editors.values())[:_ROWS * _ACROSS]:
            text = getattr(editor, "label", "") or getattr(editor, "currentText", getattr(editor, "text", str))()
            parts.append(text)
        self._summary_text.setText("  ·  ".join(p for p in parts if p))

    # -- events

    def _partner_field(self) -> Field | None:
        return next((e.field for e in self.editors.values() if e.field.type in _PARTNERS), None)

    def _edited(self, name: str) -> None:
        self.editors[name].show_problem("")
        self.changed.emit(name)

    def _go_on(self, name: str) -> None:
        """Enter skips fields that have what they need."""
        names = list(self.editors)
        for following in names[names.index(name) + 1:]:
            editor = self.editors[following]
            if editor.field.required and editor.peek() is None:
                self.focus_field(following)
                return
        self.finished.emit()
