"""F1: all keys that work on the page in front."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.page_protocol import optional
from jxc_desktop.ui.shortcuts import WINDOW, shown
from jxc_desktop.ui.widgets import Card, KeyHint, label

_LONG = 15  # keys below each other


def keys_of(page: Any) -> list[tuple[str, str]]:
    """All that works on a page: the keys worth most, what it names besides, and those on its buttons."""
    buttons = [(b.key, b.accessibleName()) for b in page.findChildren(Button) if b.key and b.isVisibleTo(page)]
    named = [*page.keys, *(optional(page, "more_keys") or list)()]
    found: dict[str, str] = {}
    for key, text in (*((shown(key), text) for key, text in named), *buttons):
        found.setdefault(key, text)
    return list(found.items())


class KeysSheet(QDialog):
    """In columns: this page, and everywhere."""

    def __init__(self, parent: QWidget | None, page_title: str, keys: Sequence[tuple[str, str]]):
        super().__init__(parent)
        self.setWindowTitle(tr("All keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        everywhere = [(s.key, tr(s.text)) for s in WINDOW]
        for title, pairs in ((page_title, list(keys)), (tr("Everywhere"), everywhere)):
            for start in range(0, len(pairs), _LONG):
                columns.addWidget(_column(title if not start else "", pairs[start:start + _LONG]), 1)
        layout.addLayout(columns)
        row = QHBoxLayout()
        row.addStretch(1)
        close = Button(tr("Close"), key_hint="Esc")
        close.setDefault(True)
        close.clicked.connect(self.close)
        row.addWidget(close)
        layout.addLayout(row)


def _column(title: str, pairs: Sequence[tuple[str, str]]) -> Card:
    card = Card()
    card.body.addWidget(label(title or " ", "strong"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for row, (key, text) in enumerate(pairs):
        grid.addWidget(KeyHint(key), row, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(text), row, 1)
    card.body.addLayout(grid)
    card.body.addStretch(1)
    return card
