"""Saving one document: once, whatever is pressed how often, and nothing typed is lost when it fails."""

import copy
import uuid
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.errors import (
    Cancelled,
    DatabaseBusy,
    DatabaseFull,
    DatabaseGone,
    DatabaseReadOnly,
    InvalidDraft,
    NotEnoughStock,
    Problem,
    Shortage,
    StaleDocument,
    UserError,
)
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import documents
from jxc_desktop.settings import printer_of
from jxc_desktop.ui.documents import opening
from jxc_desktop.ui.documents.opening import Opened, Origin
from jxc_desktop.ui.key_hold import KeyHold
from jxc_desktop.ui.tokens import Tone

SAVE_BAR, PRINT_BAR = "save", "print"
_LOST = (DatabaseBusy, DatabaseFull, DatabaseGone, DatabaseReadOnly)


class After(Enum):
    """What follows a save."""

    STAY = auto()
    NEW = auto()
    PRINT = auto()
    PARK = auto()  # keep it as a draft, stay


class Veil(QWidget):
    """Keeps the mouse off a page while it saves."""

    def __init__(self, page: QWidget):
        super().__init__(page)
        self._page = page
        self.setCursor(Qt.CursorShape.BusyCursor)
        page.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        self.setGeometry(self._page.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._page.rect())
        return False


class Saving:
    """The save of one editor. Its key stands until something is typed after it was sent: a repeat is harmless.

    The journal keeps the key with the draft, so that even a program that starts again cannot save it twice.
    """

    def __init__(self, editor: Any):
        self._editor = editor
        self._veil, self._hold = Veil(editor), KeyHold(editor)
        self._key, self._sent = "", False
        self.busy = False

    @property
    def key(self) -> str:
        """Of the next save."""
        self._key = self._key or uuid.uuid4().hex
        return self._key

    def renew(self, key: str = "") -> None:
        """Another draft; with the key of its save if that may have been sent already."""
        self._key, self._sent = key, bool(key)

    def edited(self) -> None:
        """Something was typed: what was sent before was another save."""
        if self._sent:
            self.renew()

    def start(self, draft: Draft, after: After) -> None:
        """Send a copy of the draft."""
        self._editor.keep()
        self._begin()
        self._sent = True
        command = documents.park if after is After.PARK else documents.save
        self._editor.operations.execute(
            command, copy.deepcopy(draft), key=self.key, verb=tr("Save anyway"),
            done=lambda outcome: self._saved(outcome, after),
            failed=lambda error: self._failed(error, draft, after))

    def run(self, command: Callable[..., Any], *args: Any, done: Callable[[Any], object]) -> None:
        """Another command on the document: busy as well, its faults as a bar."""
        self._begin()
        self._editor.operations.execute(command, *args, done=done, verb=tr("Go on"),
                                        failed=lambda error: self._failed(error, None, After.STAY))

    def finish(self) -> None:
        """The page shows what came of it: type what was held."""
        self.busy = False
        self._veil.hide()
        self._editor.show_state()
        self._hold.release()

    def take(self, outcome: Any) -> None:
        """Unposted, voided, reversed, closed: show how the document stands now."""
        editor, saved = self._editor, outcome.value
        if saved.id != editor.draft.id:
            editor.open_wanted.emit(f"document/{editor.kind.key}/{saved.id}")
        self.reopen(Origin(id=editor.draft.id))

    def reopen(self, origin: Origin) -> None:
        """Read and show, then let the keys that were held go on."""
        editor = self._editor
        if origin.id is None:
            editor.set_key(f"document/{editor.kind.key}/new-{uuid.uuid4().hex[:8]}")

        def take(opened: Opened) -> None:
            editor.show_opened(opened)
            editor.focus_first()
            self.finish()

        def failed(error: Exception) -> None:
            self._failed(error, None, After.STAY)

        editor.operations.read(opening.read, editor.context.queries, editor.kind, origin, done=take, failed=failed)

    def found_saved(self, opened: Opened) -> None:
        """The program ended after this save and before it told of it: tell now, and show what was saved."""
        editor = self._editor
        editor.forget_journal()
        editor.show_opened(opened)
        name = opened.draft.number or tr(editor.kind.title)
        editor.bars.show_bar(SAVE_BAR, tr("{number} was saved before the program ended", number=name), Tone.OK)

    def _saved(self, outcome: Any, after: After) -> None:
        """It went through: say so, and show the document or the next one."""
        editor, saved = self._editor, outcome.value
        editor.forget_journal()
        editor.set_dirty(False)
        editor.saved.emit(saved)
        self._tell(outcome, after)
        if after is After.PRINT:
            editor.print_wanted.emit((saved.id,), False)
        elif after is After.NEW and editor.context.settings.get("print/after_save", False, pc=True):
            self._print(saved)
        self.reopen(Origin() if after is After.NEW else Origin(id=saved.id))

    def _print(self, saved: Any) -> None:
        """In passing, while the next document is typed: nothing may come in between."""
        editor, ids = self._editor, (saved.id,)
        if editor.context.settings.get(printer_of(editor.kind.key), "", pc=True):
            editor.print_wanted.emit(ids, False)
        else:
            text = tr("{number} is saved but not printed: this PC has no printer for {kind} yet",
                      number=saved.number, kind=tr(editor.kind.title))
            editor.bars.show_bar(PRINT_BAR, text, Tone.WARN, [
                (tr("Choose a printer…"), lambda: editor.print_wanted.emit(ids, True))])

    def _tell(self, outcome: Any, after: After) -> None:
        toaster, saved = self._editor.toaster, outcome.value
        if after is After.PARK:
            toaster.show(tr("Parked as draft"))
            return
        if saved.status == Status.SUBMITTED:
            toaster.show(tr("{number} submitted: it counts once it is approved", number=saved.number),
                         icon="clipboard-check")
            return
        low = [a for a in outcome.alerts if a.kind == "low"]
        text = tr("{number} saved", number=saved.number)
        if low:
            text += tr(" · low: {items}", items="、".join(a.item for a in low[:2]) + ("…" if len(low) > 2 else ""))
        toaster.show(text, tr("Unpost"), lambda: self._undo(saved), key="Alt+U",
                     icon="triangle-alert" if low else "check")

    def _undo(self, saved: Any) -> None:
        """Take back the save that was just told of."""
        editor = self._editor

        def done(outcome: Any) -> None:
            if editor.dirty or editor.draft.id not in (None, saved.id):
                editor.open_wanted.emit(f"document/{editor.kind.key}/{saved.id}")
                self.finish()
            else:
                self.reopen(Origin(id=saved.id))

        if not self.busy:
            self.run(documents.unpost, saved.id, saved.version, done=done)

    def _begin(self) -> None:
        self.busy = True
        self._editor.bars.clear(SAVE_BAR)
        self._editor.show_state()
        self._veil.cover()
        self._hold.start()

    def _failed(self, error: Exception, draft: Draft | None, after: After) -> None:
        self.finish()
        if isinstance(error, InvalidDraft):
            self._editor.show_problems(error.problems)
        elif isinstance(error, NotEnoughStock):
            problems = [problem for s in error.shortages for problem in _shortage_problems(s)]
            self._editor.show_problems(problems, str(error))
        elif isinstance(error, StaleDocument):
            self._editor.conflicts.show(str(error))
        elif isinstance(error, Cancelled):
            pass  # the user looked again and went back
        elif isinstance(error, UserError):
            again = isinstance(error, _LOST) and draft is not None
            links = [(tr("Try again"), lambda: self._editor.save(after))] if again else []
            self._editor.bars.show_bar(SAVE_BAR, str(error), Tone.BAD, links)
        else:
            raise error


def _shortage_problems(shortage: Shortage) -> list[Problem]:
    return [Problem("quantity", N_("{text}"), line, {"text": shortage.text()}) for line in shortage.lines]
