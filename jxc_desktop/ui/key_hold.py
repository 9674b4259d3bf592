"""Keys typed while the program thinks are kept and typed again when it is ready: nothing gets lost."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class KeyHold(QObject):
    """Holds the keys for `root` and what is in it. Command keys are dropped: they must not act twice."""

    def __init__(self, root: QWidget):
        super().__init__(root)
        self._root = root
        self._held: list[QKeyEvent] = []
        self._depth = 0

    @property
    def active(self) -> bool:
        return self._depth > 0

    def start(self) -> None:
        """May be nested; each start needs its release."""
        self._depth += 1
        if self._depth == 1:
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def release(self) -> None:
        """Type what was held into whatever has the focus now."""
        self._depth = max(0, self._depth - 1)
        if self._depth:
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        held, self._held = self._held, []
        for number, event in enumerate(held):
            target = QApplication.focusWidget()
            if target is None or target.window() is not self._root.window():
                return  # the user has gone elsewhere
            QApplication.sendEvent(target, event)
            if self.active:  # a held key made the program think again
                self._held = held[number + 1:] + self._held
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride, QEvent.Type.KeyRelease):
            return False
        if not isinstance(watched, QWidget) or not self._owns(watched):
            return False
        assert isinstance(event, QKeyEvent)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no shortcut acts
        elif event.type() == QEvent.Type.KeyPress and watched is QApplication.focusWidget() and _is_typing(event):
            self._held.append(event.clone())
        return True

    def _owns(self, widget: QWidget) -> bool:
        return widget is self._root or self._root.isAncestorOf(widget)


def _is_typing(event: QKeyEvent) -> bool:
    return not event.modifiers() & _COMMANDS and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
