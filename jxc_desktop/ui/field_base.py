"""What the editors of fields share: reading what was typed, and the red ring when it cannot be read."""

from typing import Any, Protocol, cast

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from jxc_desktop.document_types.schema import Field
from jxc_desktop.i18n import tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.widgets import restyle

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


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


class Editor:
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


class TypedEditor(Editor):
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
