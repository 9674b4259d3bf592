"""One editor widget for each field type; the same in document headers, record forms and filters.

Every editor has: `field`, `changed` (the value is another one), `entered` (Enter: on to the next field),
`value()`, `peek()` (the same without closing what is being typed), `set_value(value, label)`, `fault()`,
`show_problem(text)` and `set_read_only(on)`. Text that cannot be read stays in the editor, with a red ring.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.field_base import Editor, FieldEditor, TypedEditor
from jxc_desktop.ui.reference_field import ReferenceField
from jxc_desktop.ui.widgets import RawLineEdit, figure_font

__all__ = ["FieldEditor", "ReferenceField", "editor"]


class TextField(TypedEditor, QLineEdit):
    """Free text."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setMaxLength(field.max_length)
        self.textEdited.connect(lambda text: self.changed.emit())

    def peek(self) -> str | None:
        return self.text().strip() or None


class NumberField(TypedEditor, RawLineEdit):
    """Quantities, prices, money, percentages; sums may be typed."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self._begin(field)
        self.setFont(figure_font())
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DateField(TypedEditor, RawLineEdit):
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


class NoteField(Editor, QPlainTextEdit):
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


class FlagField(Editor, QCheckBox):
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


class ChoiceField(Editor, QComboBox):
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
        if label and self.findData(value) < 0:
            self.addItem(label, value)  # chosen when it was still offered
        self.setCurrentIndex(max(0, self.findData(value)))
        self.blockSignals(False)

    def wheelEvent(self, event: Any) -> None:
        """Scrolling the page must not change a value in passing."""
        event.ignore()


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
