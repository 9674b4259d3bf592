"""One thing that the bell tells: what, since when, and what to do about it."""

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.pages.bell_entries import Entry, ago
from jxc_desktop.ui.widgets import label


class AlertCard(QFrame):
    """Enter shows what it is about, F4 puts it off, Del is done with it."""

    def __init__(self, entry: Entry, action: str, now: dt.datetime):
        super().__init__()
        self.entry, self.alert, self.notice = entry, entry.alert, entry.told.notice if entry.told else None
        self.look: Callable[[], object] = lambda: None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("alert")
        self.setAccessibleName(" ".join(p for p in (entry.title, entry.text) if p))
        row, words = QHBoxLayout(self), QVBoxLayout()
        row.setContentsMargins(12, 7, 6, 7)
        row.setSpacing(2)
        words.setSpacing(2)
        if self.alert:
            title = QHBoxLayout()
            title.setSpacing(8)
            title.addWidget(label(self.alert.item, "strong"))
            title.addWidget(label(self.alert.spec, "caption"))
            title.addStretch(1)
            words.addLayout(title)
        text = label(entry.text, "caption" if self.alert else "")
        text.setWordWrap(True)
        words.addWidget(text)
        row.addLayout(words, 1)
        row.addSpacing(10)
        row.addWidget(label(ago(entry.raised_at, now), "hint"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(6)
        self.action = Button(action, role=Role.LINK)
        self.snooze = Button("", "alarm-clock", role=Role.GHOST, accessible_name=tr("Later…"))
        self.dismiss = Button("", "check", role=Role.GHOST, accessible_name=tr("Done, do not show again"))
        place = self.dismiss.sizePolicy()
        place.setRetainSizeWhenHidden(True)  # so that the actions stand below each other
        self.dismiss.setSizePolicy(place)
        for button in (self.action, self.snooze, self.dismiss):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.dismiss.setVisible(self.notice is not None)  # in its place by now: else a window of its own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.look()
        elif event.key() == Qt.Key.Key_Delete and self.notice is not None:
            self.dismiss.click()
        elif event.key() == Qt.Key.Key_F4 or (event.key() == Qt.Key.Key_Down
                                              and event.modifiers() & Qt.KeyboardModifier.AltModifier):
            self.snooze.click()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.look()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline above; a bar and a tint where the focus is."""
        painter, area = QPainter(self), self.rect()
        if self.hasFocus() or any(b.hasFocus() for b in (self.action, self.snooze, self.dismiss)):
            painter.fillRect(area, theme.colour("sel"))
            painter.fillRect(QRect(0, 0, 3, area.height()), theme.colour("selbar"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, area.width(), 0)
