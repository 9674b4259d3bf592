"""One editor widget for each field type; the same in document headers, record forms and filters.

Every editor has: `field`, `changed` (the value is another one), `entered` (Enter: on to the next field),
`value()`, `peek()` (the same without closing what is being typed), `set_value(value, label)`, `fault()`,
`show_problem(text)` and `set_read_only(on)`. Text that cannot be read stays in the editor, with a red ring.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, cast

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from jxc_desktop.document_types import RECORDS_BY_KEY
from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import icons, new_record, typed
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.key_hold import KeyHold
from jxc_desktop.ui.lookup import RECORD_COLUMNS, Lookup, LookupEdit, Source, search_records
from jxc_desktop.ui.widgets import RawLineEdit, figure_font, restyle

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CHEVRON = 22


class FieldEditor(Protocol):
    """What every editor offers; they are all QWidgets."""

    field: Field
    changed: SignalInstance
    entered: SignalInstance

    def value(self) -> Any: ...

    def peek(self) -> Any: ...

    def set_value(self, value: Any, label: str = "") -> None: ...

    def fault(self) -> str: ...

    def show_problem(self, text: str) -> None: ...

    def set_read_only(self, read_only: bool) -> None: ...


class _Editor:
    """What the editors share."""

    field: Field
    _wrong = ""

    def fault(self) -> str:
        """What is wrong with the typed text, or nothing."""
        return self._wrong

    def show_problem(self, text: str) -> None:
        """A red ring with a reason; an empty text takes it away."""
        widget = cast(QWidget, self)
        if bool(widget.property("invalid")) != bool(text):
            restyle(widget, invalid=bool(text))
        widget.setToolTip(text)
        widget.setAccessibleDescription(text)

    def set_read_only(self, read_only: bool) -> None:
        cast(QWidget, self).setEnabled(not read_only)

    def _begin(self, field: Field) -> None:
        self.field = field
        cast(QWidget, self).setAccessibleName(tr(field.title))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.commit()
            if not self._wrong:
                self.entered.emit()  # type: ignore[attr-defined]
        else:
            super().keyPressEvent(event)  # type: ignore[misc]

    def commit(self) -> None:
        """Take what was typed."""

    def peek(self) -> Any:
        return self.value()  # type: ignore[attr-defined]


class _TypedEditor(_Editor):
    """An editor of one line: reads its text when it is left."""

    _value: Any = None

    def value(self) -> Any:
        self.commit()
        return self._value

    def peek(self) -> Any:
        return self._value

    def set_value(self, value: Any, label: str = "") -> None:
        self._value, self._wrong = value, ""
        self._show()
        self.show_problem("")
        if cast(QLineEdit, self).hasFocus():
            cast(QLineEdit, self).selectAll()

    def set_read_only(self, read_only: bool) -> None:
        cast(QLineEdit, self).setReadOnly(read_only)

    def commit(self) -> None:
        edit = cast(QLineEdit, self)
        if not edit.isModified():
            return
        try:
            value = typed.read(self.field, edit.text(), self._value)
        except typed.Misread as error:
            self._wrong = error.text()
            self.show_problem(self._wrong)
            return
        self._take(value)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[misc]
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)  # type: ignore[misc]
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            cast(QLineEdit, self).selectAll()

    def _take(self, value: Any) -> None:
        before, self._value = self._value, value
        if self._wrong:
            self.show_problem("")
        self._wrong = ""
        self._show()
        if value != before:
            self.changed.emit()  # type: ignore[attr-defined]

    def _show(self) -> None:
        edit = cast(QLineEdit, self)
        edit.setText(typed.written(self.field, self._value))
        edit.setCursorPosition(0)
        edit.setModified(False)


class TextField(_TypedEditor, QLineEdit):
    """Free text."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setMaxLength(field.max_length)
        self.textEdited.connect(lambda text: self.changed.emit())

    def peek(self) -> str | None:
        return self.text().strip() or None


class NumberField(_TypedEditor, RawLineEdit):
    """Quantities, prices, money, percentages; sums may be typed."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setFont(figure_font())
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DateField(_TypedEditor, RawLineEdit):
    """t today, + - a day, [ ] a month, 15, 0611, 20260105."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setFont(figure_font())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isReadOnly() and not self.isModified() and event.text().lower() in tuple("t+-=[]"):
            step = event.text().lower().replace("=", "+")
            self._take(typed.read(self.field, step, self._value))
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        self.setText(typed.long_date(self._value) if self._value else "")
        self.setModified(False)


class NoteField(_Editor, QPlainTextEdit):
    """Text of several lines; Enter makes a new one."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setTabChangesFocus(True)
        self.setFixedHeight(64)
        self.textChanged.connect(self.changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QPlainTextEdit.keyPressEvent(self, event)

    def value(self) -> str | None:
        return self.toPlainText().strip() or None

    def set_value(self, value: Any, label: str = "") -> None:
        self.blockSignals(True)
        self.setPlainText(value or "")
        self.blockSignals(False)

    def set_read_only(self, read_only: bool) -> None:
        self.setReadOnly(read_only)


class FlagField(_Editor, QCheckBox):
    """Yes or no."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.toggled.connect(lambda on: self.changed.emit())

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: Any, label: str = "") -> None:
        self.blockSignals(True)
        self.setChecked(bool(value))
        self.blockSignals(False)


class ChoiceField(_Editor, QComboBox):
    """One of a few declared values."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        if not field.required:
            self.addItem("", None)
        for stored, title in field.choices:
            self.addItem(tr(title), stored)
        self.currentIndexChanged.connect(lambda at: self.changed.emit())

    def value(self) -> Any:
        return self.currentData()

    def set_value(self, value: Any, label: str = "") -> None:
        self.blockSignals(True)
        self.setCurrentIndex(max(0, self.findData(value)))
        self.blockSignals(False)

    def wheelEvent(self, event: Any) -> None:
        """Scrolling the page must not change a value in passing."""
        event.ignore()


class ReferenceField(_TypedEditor, LookupEdit):
    """A record: found by code, name or pinyin; also while the input method is composing."""

    changed, entered = Signal(), Signal()
    decided = Signal()  # it was left while its text was still being looked for: now it is known

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self._context, self._label = context, ""
        self.deciding, self._unknown = False, ""
        self._record = REFERENCES[field.type]
        role = self._role = {FieldType.CUSTOMER: "customer", FieldType.SUPPLIER: "supplier"}.get(field.type)
        queries, record = context.queries, self._record
        self._lookup = Lookup(self, Source(_columns(record), lambda text: partial(
            search_records, queries, record, text, role), _keys(context, record)), context.tasks)
        self._lookup.accepted.connect(self._chosen)
        self._lookup.unmatched.connect(lambda text: self._refuse())
        self._lookup.create_wanted.connect(self._create)
        self._lookup.answered.connect(self._decide)
        self.textEdited.connect(lambda text: self._undecided())
        self._hold = KeyHold(self)
        self._lookup.waiting.connect(lambda on: self._hold.start() if on else self._hold.release())
        self.setTextMargins(0, 0, _CHEVRON - 6, 0)

    @property
    def label(self) -> str:
        """The name of the chosen record."""
        return self._label

    def set_value(self, value: Any, label: str = "") -> None:
        self._label = label
        super().set_value(value)
        if value and not label:
            queries, record = self._context.queries, self._record
            self._context.tasks.run(queries.label, record, value, done=partial(self._take_label, value),
                                    failed=lambda error: None, write=False)

    def commit(self) -> None:
        if not self.isModified():
            return
        text = self.text().strip()
        if not text:
            self._label = ""
            self._take(None)
        elif text == self._label:
            self._show()
        elif hit := self._lookup.certain(text):
            self._label = hit.name
            self._take(hit.id)
        else:
            self._refuse()
            if not self._lookup.knows(text) and text != self._unknown:
                self.deciding = True
                self._lookup.search(text)
                return
        self._lookup.close()

    def _decide(self) -> None:
        if self.deciding:
            self.deciding, self._unknown = False, self.text().strip()
            self.commit()
            self.decided.emit()

    def _undecided(self) -> None:
        """Typing goes on: what is wrong with the text is said once it is left."""
        self.show_problem("")
        self.deciding, self._unknown = False, ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not self.isReadOnly() \
                and event.key() == Qt.Key.Key_Tab and self._lookup.key(event):
            return True  # Qt would take Tab for itself before keyPressEvent
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isReadOnly() or not self._lookup.key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.isReadOnly() and event.position().x() > self.width() - _CHEVRON:
            self._lookup.search("", listing=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isReadOnly():
            size = 14
            at = QPoint(self.width() - _CHEVRON + 3, (self.height() - size) // 2)
            QPainter(self).drawPixmap(at, icons.pixmap("chevron-down", "text3", size))

    def _chosen(self, hit: Any, step: bool) -> None:
        self._label = hit.name
        self._take(hit.id)
        self.focusNextChild() if step else self.entered.emit()

    def _create(self, text: str) -> None:
        """A new record named as typed; it is chosen once it is saved."""
        self._lookup.close()
        new_record.make(self._context, self._record, new_record.prefilled(self._record, text, self._role),
                        self._created, self)

    def _created(self, record_id: int, name: str) -> None:
        self.setFocus()
        self._label = name
        self._take(record_id)
        self.entered.emit()

    def _refuse(self) -> None:
        self._wrong = tr(N_("{field} is unknown"), field=tr(self.field.title))
        self.show_problem(self._wrong)

    def _take_label(self, value: Any, label: str) -> None:
        if value == self._value and not self.isModified():
            self._label = label
            self._show()

    def _show(self) -> None:
        self.setText(self._label if self._value else "")
        self.setCursorPosition(0)
        self.setModified(False)


def _columns(record: str) -> Any:
    names = {f.name for f in RECORDS_BY_KEY[record].fields}
    code, name, detail = RECORD_COLUMNS
    return (*((code,) if "code" in names else ()), name, *((detail,) if {"phone", "spec"} & names else ()))


def _keys(context: Context, record: str) -> str:
    may = new_record.may_make(context, record)
    return N_("↑↓ choose   Enter take   F4 new") if may else N_("↑↓ choose   Enter take")


def editor(field: Field, context: Context, parent: QWidget | None = None) -> Any:
    """The editor of a field (a QWidget, and a FieldEditor)."""
    return _EDITORS.get(field.type, TextField)(field, context, parent)


def _picture(field: Field, context: Context, parent: QWidget | None = None) -> QWidget:
    from jxc_desktop.ui.picture_field import PictureField

    return PictureField(field, context, parent)


_EDITORS: dict[FieldType, Callable[..., QWidget]] = {
    FieldType.NOTE: NoteField, FieldType.DATE: DateField, FieldType.FLAG: FlagField, FieldType.CHOICE: ChoiceField,
    FieldType.PICTURE: _picture, **dict.fromkeys(typed.NUMERIC, NumberField),
    **dict.fromkeys(REFERENCES, ReferenceField),
}
