"""The field that refers to a record: a look-up, and a way to make what is not there yet."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from jxc_desktop.document_types import RECORDS_BY_KEY
from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import icons, new_record
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.field_base import TypedEditor
from jxc_desktop.ui.key_hold import KeyHold
from jxc_desktop.ui.lookup import RECORD_COLUMNS, Lookup, LookupEdit, Source, search_records

_CHEVRON = 22


class ReferenceField(TypedEditor, LookupEdit):
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
