"""Which key does what, everywhere the same, and how keys are written.

Never used, because input methods, WeChat, QQ or the system own them: Ctrl+Space, Ctrl+., Shift+Space, Alt+A,
Alt+Z, Ctrl+Shift+F, Ctrl+Shift+Z/B and everything with Ctrl+Alt.
"""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from jxc_desktop.i18n import N_

FORBIDDEN = frozenset(QKeySequence(k).toString() for k in (
    "Ctrl+Space", "Ctrl+.", "Shift+Space", "Alt+A", "Alt+Z", "Ctrl+Shift+F", "Ctrl+Shift+Z", "Ctrl+Shift+B"))
_SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "PgUp": "PgUp", "PgDown": "PgDn"}


class Shortcut(NamedTuple):
    key: str
    text: str


WINDOW = (
    Shortcut("Ctrl+K", N_("Search functions, documents, items, partners")),
    Shortcut("Ctrl+Tab", N_("Next tab")),
    Shortcut("Ctrl+Shift+Tab", N_("Previous tab")),
    Shortcut("Ctrl+1…9", N_("Tab 1 to 9")),
    Shortcut("Ctrl+W", N_("Close tab")),
    Shortcut("Ctrl+Shift+T", N_("Reopen closed tab")),
    Shortcut("Alt+Left", N_("Back")),
    Shortcut("Alt+Right", N_("Forward")),
    Shortcut("Alt+1…9", N_("Navigation group 1 to 9")),
    Shortcut("Ctrl+B", N_("Narrow or wide navigation")),
    Shortcut("Alt+F2", N_("Information panel")),
    Shortcut("F5", N_("Refresh")),
    Shortcut("Ctrl+,", N_("Settings")),
    Shortcut("F1", N_("All keys")),
)


def shown(key: str) -> str:
    """A key as we write it on buttons and bars: "Ctrl+S" is "Ctrl S"."""
    if not key:
        return ""
    parts = key.replace("++", "+Plus").split("+")
    return " ".join(_SIGNS.get(part, "+" if part == "Plus" else part) for part in parts)


def bind(widget: QWidget, key: str, call: Callable[[], object], *, everywhere: bool = False) -> QAction:
    """Have `key` call something while the focus is in `widget` (or anywhere in its window)."""
    sequence = QKeySequence(key)
    name = sequence.toString()
    assert name not in FORBIDDEN and "Ctrl+Alt" not in name, f"{key} is not ours"
    action = QAction(widget)
    action.setShortcut(sequence)
    action.setShortcutContext(Qt.ShortcutContext.WindowShortcut if everywhere
                              else Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda checked=False: call())
    widget.addAction(action)
    return action
