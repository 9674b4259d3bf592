"""Bars for conditions that last and for faults of a whole form: in the layout, above what they concern."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.toast import MERGE_WITHIN_S, announce, merged
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import IconLabel

Link = tuple[str, Callable[[], object]]
_ICONS = {Tone.OK: ("circle-check", "ok"), Tone.WARN: ("triangle-alert", "warn"), Tone.BAD: ("circle-alert", "bad"),
          Tone.NEUTRAL: ("info", "text2"), Tone.ACCENT: ("info", "accent")}


class InfoBar(QFrame):
    """What is the case, why, and what can be done about it."""

    def __init__(self, text: str, tone: Tone | str = Tone.ACCENT, links: Sequence[Link] = (), *,
                 on_close: Callable[[], object] | None = None):
        super().__init__()
        self.text, self.tone, self.times, self.at = text, Tone(tone), 1, time.monotonic()
        self.setProperty("tone", self.tone.value)
        self.setAccessibleName(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(8)
        row.addWidget(IconLabel(*_ICONS[self.tone]))
        self._label = QLabel(text)
        self._label.setWordWrap(True)
        self._label.setAccessibleName(text)  # selectable, so it takes the focus
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._label, 1)
        for title, call in links:
            button = Button(title, role=Role.LINK)
            button.clicked.connect(lambda checked=False, call=call: call())
            row.addWidget(button)
        if on_close:
            close = Button("", "x", role=Role.GHOST, accessible_name=tr("Close"))
            close.clicked.connect(lambda checked=False: on_close())
            row.addWidget(close)

    def again(self) -> None:
        self.times, self.at = self.times + 1, time.monotonic()
        self._label.setText(merged(self.text, self.times))


class InfoBars(QWidget):
    """The place for bars on top of a page; empty it takes no room. One bar per `key`."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.bars: dict[str, InfoBar] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.hide()

    def show_bar(self, key: str, text: str, tone: Tone | str = Tone.ACCENT, links: Sequence[Link] = (), *,
                 closable: bool = True) -> InfoBar:
        """Show or replace the bar `key`; the same text within 10 s only counts up."""
        present = self.bars.get(key)
        if present and present.text == text and time.monotonic() - present.at < MERGE_WITHIN_S:
            present.again()
            return present
        self.clear(key)
        bar = InfoBar(text, tone, links, on_close=(lambda: self.clear(key)) if closable else None)
        self.bars[key] = bar
        self._layout.addWidget(bar)
        self.show()
        announce(bar, text, urgent=bar.tone is Tone.BAD)
        return bar

    def clear(self, key: str) -> None:
        """The condition is over."""
        bar = self.bars.pop(key, None)
        if bar:
            self._layout.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        self.setVisible(bool(self.bars))
