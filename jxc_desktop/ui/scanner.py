"""A bar code scanner is a keyboard that types very fast: tell it from a person, wherever the focus is."""

import time
import unicodedata
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

SHORTEST = 6  # keys
GAP_MS = 35  # a person cannot type six keys this fast
HOLD_MS = 40
SAME_AGAIN_MS = 300
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class Scanner(QObject):
    """Watches the keys that go to `root` and what is in it while it is visible.

    A burst of at least six keys with small gaps that ends with Enter or Tab is a scan. The first keys are
    held back for a moment, so that a scan leaves nothing in the field that had the focus.
    """

    scanned = Signal(str)

    def __init__(self, root: QWidget, gap_ms: int = GAP_MS, clock: Callable[[], float] = time.monotonic):
        super().__init__(root)
        self._root, self.gap_ms, self._clock = root, gap_ms, clock
        self._keys: list[QKeyEvent] = []
        self._last_at = 0.0
        self._last: tuple[str, float] = ("", -1e9)
        self._passing = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(lambda: self._give_back())
        self.listen(True)

    def listen(self, on: bool) -> None:
        """Watch or rest: while `root` is hidden every event of the program would pass by for nothing."""
        app = QApplication.instance()
        assert app
        app.removeEventFilter(self)
        if on:
            app.installEventFilter(self)

    @property
    def holding(self) -> bool:
        """Keys are held until it is clear who typed them."""
        return bool(self._keys)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or self._passing or watched is not QApplication.focusWidget():
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QKeyEvent) or not self._mine(watched):
            return False
        return self._take(event)

    def _mine(self, widget: QWidget) -> bool:
        return self._root.isVisible() and (widget is self._root or self._root.isAncestorOf(widget))

    def _take(self, event: QKeyEvent) -> bool:
        """Whether the key is kept from its field."""
        now = self._clock()
        late = (now - self._last_at) * 1000 > self.gap_ms
        self._last_at = now
        if self._keys and late:
            self._give_back()  # which may have moved the focus: this key follows
            if target := QApplication.focusWidget():
                QApplication.sendEvent(target, event.clone())
            return True
        if event.key() in _ENDS and len(self._keys) >= SHORTEST:
            self._finish()
            return True
        text = event.text()
        if not text or not text.isprintable() or event.modifiers() & ~(
                Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return self._give_back(event)
        self._keys.append(event.clone())
        self._patience.start(HOLD_MS)
        return True

    def _finish(self) -> None:
        code = unicodedata.normalize("NFKC", "".join(key.text() for key in self._keys)).strip()
        self._keys.clear()
        self._patience.stop()
        now, (last, at) = self._clock(), self._last
        self._last = (code, now)
        if code and not (code == last and (now - at) * 1000 < SAME_AGAIN_MS):
            self.scanned.emit(code)

    def _give_back(self, and_this: QKeyEvent | None = None) -> bool:
        """It was a person: hand over what was held. True when `and_this` went along.

        The keys may move the focus; what follows them has to go where they went.
        """
        self._patience.stop()
        keys, self._keys = self._keys, []
        if not keys:
            return False
        self._passing = True
        try:
            for key in (*keys, and_this.clone()) if and_this else keys:
                if target := QApplication.focusWidget():
                    QApplication.sendEvent(target, key)
        finally:
            self._passing = False
        return and_this is not None
