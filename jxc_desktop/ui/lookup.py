"""Finding items, partners and other records while typing: searches off the UI thread, stale answers dropped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit
from shiboken6 import isValid

from jxc_desktop import values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.lookup_popup import VISIBLE_ROWS, LookupColumn, LookupPopup, Match, Shown
from jxc_desktop.ui.matching import matched
from jxc_desktop.ui.tasks import TaskRunner, Ticket
from jxc_desktop.ui.tokens import Tone

LIMIT = 50
Search = Callable[[], Sequence[Match]]


def _figure(read: Callable[[Any], Decimal | None], write: Callable[[Decimal], str]) -> Callable[[Any], Shown]:
    def shown(hit: Any) -> Shown:
        value = read(hit)
        return Shown("" if value is None else write(value))
    return shown


def _available(hit: Any) -> Shown:
    if hit.available is None:
        return Shown("")
    figure = values.grouped(hit.available)
    return Shown(f"{tr('low')} {figure}", Tone.WARN) if hit.low else Shown(figure)


def _short(price: Decimal) -> str:
    """A price to compare by: the tail of what a pack was divided into says nothing."""
    return typed.price(price.quantize(Decimal("0.0001")))


ITEM_COLUMNS = (
    LookupColumn(N_("Code"), 84, lambda hit: Shown(hit.code), muted=True),
    LookupColumn(N_("Item name"), 222, lambda hit: Shown(hit.name), name=True),
    LookupColumn(N_("Spec"), 104, lambda hit: Shown(hit.spec or ""), muted=True),
    LookupColumn(N_("Available"), 76, _available, figure=True),
    LookupColumn(N_("Last price"), 74, _figure(lambda hit: hit.last_price, _short), figure=True, muted=True),
    LookupColumn(N_("List price"), 74, _figure(lambda hit: hit.list_price, _short), figure=True),
)
RECORD_COLUMNS = (
    LookupColumn(N_("Code"), 92, lambda hit: Shown(hit.code or ""), muted=True),
    LookupColumn(N_("Name"), 220, lambda hit: Shown(hit.name), name=True),
    LookupColumn(N_("Details"), 180, lambda hit: Shown(hit.detail or ""), muted=True),
)
SMALL_COLUMNS = (RECORD_COLUMNS[0], RECORD_COLUMNS[1])


def search_items(queries: Any, text: str, warehouse_id: int | None, partner_id: int | None,
                 selling: bool) -> list[Match]:
    """On a worker: the ranked items, and what of their names was met."""
    hits = queries.find_items(text, warehouse_id=warehouse_id, partner_id=partner_id, selling=selling, limit=LIMIT)
    return [Match(hit, matched(hit.name, text)) for hit in hits]


def search_records(queries: Any, record_key: str, text: str, role: str | None) -> list[Match]:
    """On a worker: records by code, name or pinyin."""
    hits = queries.find(record_key, text, limit=LIMIT, role=role)
    return [Match(hit, matched(hit.name, text)) for hit in hits]


@dataclass(frozen=True)
class Source:
    """Where matches come from. `ask(text)` gives a function for a worker, free of Qt objects."""

    columns: Sequence[LookupColumn]
    ask: Callable[[str], Search]
    keys: str = N_("↑↓ choose   Enter take")
    strip: Callable[[str], str] = str.strip  # the part of the typed text to search for
    typing: bool = True  # False: typing closes the list, which only opens when asked for


class LookupEdit(QLineEdit):
    """A field with the input method on that also tells what is being composed: shan'q before it is 山泉."""

    composing = Signal(str)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        if composed := event.preeditString():
            self.composing.emit(self.text()[:self.cursorPosition()] + composed.replace("'", ""))


class Lookup(QObject):
    """Serves one field. The field's owner passes keys to `key()` first."""

    accepted = Signal(object, bool)  # hit; True when Tab accepted it
    unmatched = Signal(str)  # Enter, and nothing fits
    create_wanted = Signal(str)  # F4 in the open list
    shown = Signal(bool)  # the list opens or closes
    answered = Signal()
    waiting = Signal(bool)  # Enter came before the answer: hold the keys until False

    def __init__(self, edit: QLineEdit, source: Source, tasks: TaskRunner,
                 place: Callable[[], tuple[QRect, QRect]] | None = None):
        """`place` gives the anchor and the room for the list, in global coordinates."""
        super().__init__(edit)
        self._edit, self._source, self._tasks = edit, source, tasks
        self._place = place or self._under_edit
        self._asked: str | None = None
        self._ticket: Ticket | None = None
        self._answer: tuple[str, Sequence[Match]] | None = None
        self._accept_with: bool | None = None
        self._listing = False
        self._popup: LookupPopup | None = None
        edit.textEdited.connect(self.search if source.typing else lambda text: self.close())
        if isinstance(edit, LookupEdit):
            edit.composing.connect(self.search)
        edit.installEventFilter(self)
        edit.destroyed.connect(self._drop_popup)

    @property
    def open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    @property
    def popup(self) -> LookupPopup | None:
        return self._popup

    @property
    def pending(self) -> bool:
        """Something was typed and not taken."""
        return self._asked is not None

    def search(self, text: str, *, listing: bool = False) -> None:
        """Look for `text`; `listing` also shows all when it is empty."""
        wanted = self._source.strip(text)
        self._listing = listing
        if self._ticket:
            self._ticket.forget()
            self._ticket = None
        self._asked, self._answer = wanted, None
        if not wanted and not listing:
            self.close()
            self._asked = "" if text else None
            return
        self._ticket = self._tasks.run(self._source.ask(wanted), done=lambda found: self._take(wanted, found),
                                       failed=lambda error: self._take(wanted, ()), write=False)

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key was for the list."""
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key == Qt.Key.Key_F4 and self.open and self._asked:
            self.create_wanted.emit(self._asked)
            return True
        if key in (Qt.Key.Key_F4, Qt.Key.Key_F7) or (key == Qt.Key.Key_Down and alt):
            text = self._edit.text()
            self.search("" if self._edit.selectedText() == text else text, listing=True)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and (self._asked or self.open) \
                and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._accept(key == Qt.Key.Key_Tab)
            return True
        if not self.open or self._popup is None:
            return False
        if key == Qt.Key.Key_Escape:
            self.close()
            return True
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: VISIBLE_ROWS,
                 Qt.Key.Key_PageUp: -VISIBLE_ROWS}
        if key in steps:
            self._popup.move_by(steps[Qt.Key(key)])
            self._announce()
            return True
        return False

    def close(self) -> None:
        """Hide the list; what was typed stays."""
        self._asked, self._answer = None, None
        self._hide()

    def _hide(self) -> None:
        if self._popup and isValid(self._popup) and self._popup.isVisible():
            self._popup.hide()
            self.shown.emit(False)

    def highlighted(self) -> Any:
        """The hit under the bar of the open list; else None."""
        popup = self._popup if self.open else None
        return popup.matches[popup.current].hit if popup and popup.matches else None

    def knows(self, text: str) -> bool:
        """The answer for `text` is there."""
        return self._answer is not None and self._answer[0] == text

    def certain(self, text: str) -> Any:
        """The only record that `text` can mean: it has that very code or name, or nothing else fits; else None."""
        hits = [match.hit for match in self._answer[1]] if self._answer and self._answer[0] == text else []
        exact = [hit for hit in hits if text.lower() in (str(hit.code or "").lower(), hit.name.lower())]
        return (exact or hits)[0] if len(exact or hits) == 1 else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.FocusOut):
            self._hide()
        return False

    def _take(self, text: str, found: Sequence[Match]) -> None:
        if text != self._asked:
            return
        self._ticket, self._answer = None, (text, found)
        self.answered.emit()
        if text != self._asked:
            return  # that settled it
        if self._accept_with is not None:
            step, self._accept_with = self._accept_with, None
            self._accept(step)
            self.waiting.emit(False)
        elif self._edit.hasFocus() or self._listing:
            self._show(found)

    def _show(self, found: Sequence[Match]) -> None:
        if len(found) == 1 and getattr(found[0].hit, "exact_barcode", False):
            self._hide()  # nothing to choose
            return
        if self._popup is None:
            self._popup = LookupPopup(self._edit.window())
            self._popup.chosen.connect(self._choose)
        window = self._edit.window()
        anchor, room = (QRect(window.mapFromGlobal(r.topLeft()), r.size()) for r in self._place())
        self._popup.show_matches(self._source.columns, found, tr(self._source.keys), anchor, room)
        self.shown.emit(True)
        self._announce()

    def _accept(self, step: bool) -> None:
        if self._answer is None:
            self._accept_with = step
            self.waiting.emit(True)
            return
        found = self._answer[1]
        if not found:
            self.unmatched.emit(self._asked or "")
            return
        at = self._popup.current if self._popup and self._popup.isVisible() else 0
        self._finish(found[at].hit, step)

    def _choose(self, row: int) -> None:
        if self._popup:
            self._finish(self._popup.matches[row].hit, False)

    def _finish(self, hit: Any, step: bool) -> None:
        self.close()
        self.accepted.emit(hit, step)

    def _under_edit(self) -> tuple[QRect, QRect]:
        window = self._edit.window()
        return (QRect(self._edit.mapToGlobal(QPoint(0, 0)), self._edit.size()),
                QRect(window.mapToGlobal(QPoint(0, 0)), window.size()).adjusted(8, 8, -8, -8))

    def _announce(self) -> None:
        if self._popup and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._edit, self._popup.spoken()))

    def _drop_popup(self) -> None:
        if self._popup and isValid(self._popup):
            self._popup.deleteLater()
        self._popup = None
