"""Short news of something that happened elsewhere or can be taken back: one at a time, out of the way."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QPushButton, QWidget

from jxc_desktop.ui import theme
from jxc_desktop.ui.shortcuts import bind, shown
from jxc_desktop.ui.widgets import IconLabel

SHOWN_MS, WITH_ACTION_MS = 5_000, 10_000
WAITING = 3
MERGE_WITHIN_S = 10
_MARGIN = 16


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a screen reader say it."""
    event = QAccessibleAnnouncementEvent(widget, text)
    event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive if urgent
                        else QAccessible.AnnouncementPoliteness.Polite)
    QAccessible.updateAccessibility(event)


def merged(text: str, times: int) -> str:
    return f"{text} ×{times}" if times > 1 else text


@dataclass
class News:
    """What a toast says. `key` works the action while the toast is there."""

    text: str
    action: str = ""
    on_action: Callable[[], object] | None = None
    key: str = ""
    icon: str = "check"
    times: int = 1


class Toast(QFrame):
    """One piece of news on the screen."""

    def __init__(self, news: News, host: QWidget):
        super().__init__(host)
        self.news = news
        self.setAccessibleName(news.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 14, 0)
        row.setSpacing(10)
        row.addWidget(IconLabel(news.icon, "toastac", 16))
        self._text = QLabel(news.text)
        row.addWidget(self._text)
        if news.action:
            self.button = QPushButton(f"{news.action}  {shown(news.key)}".strip())
            self.button.setAccessibleName(news.action)
            row.addSpacing(2)
            row.addWidget(self.button)
        self.setFixedHeight(theme.current().sizes.toast)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 6)
        shadow.setColor(theme.colour("shadow"))
        self.setGraphicsEffect(shadow)

    def again(self) -> None:
        """The same happened once more."""
        self.news.times += 1
        self._text.setText(merged(self.news.text, self.news.times))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("toast"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)


class Toaster(QObject):
    """Shows news at the bottom right of `host`, above the totals of the page; at most one, three waiting."""

    def __init__(self, host: QWidget):
        super().__init__(host)
        self._host = host
        self._queue: deque[News] = deque(maxlen=WAITING)
        self._last: tuple[str, float] = ("", 0.0)
        self._held = False
        self._action: QAction | None = None
        self.current: Toast | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.close)
        host.installEventFilter(self)

    def show(self, text: str, action: str = "", on_action: Callable[[], object] | None = None, *,
             key: str = "", icon: str = "check") -> None:
        """Say it now, or after what is being said. The same text within 10 s only counts up."""
        said, at = self._last
        self._last = (text, time.monotonic())
        if self.current and said == text and time.monotonic() - at < MERGE_WITHIN_S:
            self.current.again()
            self._place()
            self._start_timer()
            return
        self._queue.append(News(text, action, on_action, key, icon))
        self._next()

    def hold(self, held: bool) -> None:
        """While a look-up is open nothing new appears."""
        self._held = held
        self._next()

    def close(self) -> None:
        """Take the current one away and show the next."""
        self._timer.stop()
        if self._action:
            self._host.removeAction(self._action)
            self._action.deleteLater()
        if self.current:
            self.current.hide()
            self.current.deleteLater()
        self.current = self._action = None
        self._next()

    def _next(self) -> None:
        if self.current or self._held or not self._queue:
            return
        news = self._queue.popleft()
        toast = self.current = Toast(news, self._host)
        toast.installEventFilter(self)
        if news.action:
            toast.button.clicked.connect(self._act)
            toast.button.installEventFilter(self)
            if news.key:
                self._action = bind(self._host, news.key, self._act, everywhere=True)
        self._place()
        toast.show()
        toast.raise_()
        announce(toast, news.text)
        self._start_timer()

    def _act(self) -> None:
        call = self.current.news.on_action if self.current else None
        self.close()
        if call:
            call()

    def _start_timer(self) -> None:
        if self.current:
            self._timer.start(WITH_ACTION_MS if self.current.news.action else SHOWN_MS)

    def _place(self) -> None:
        if not self.current:
            return
        self.current.adjustSize()
        right, bottom = self._host.width() - _MARGIN, self._host.height() - _MARGIN
        totals = next((w for w in self._host.findChildren(QWidget, "totals") if w.isVisible()), None)
        if totals:
            corner = totals.mapTo(self._host, QPoint(totals.width(), 0))
            right, bottom = corner.x() - _MARGIN, corner.y() - 12
        self.current.move(right - self.current.width(), bottom - self.current.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host:
            if event.type() == QEvent.Type.Resize:
                self._place()
        elif event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn):
            self._timer.stop()
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.FocusOut):
            self._start_timer()
        return False
