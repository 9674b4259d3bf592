"""What all desks are made of: what needs somebody now, the way of the goods with what waits at each step, panels."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pill import draw_pill
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Card, IconLabel, Role, label

_ALIGN = Qt.AlignmentFlag
Call = Callable[[], object]


class DeskView(QWidget):
    """One desk of the home page. Subclasses say what a worker reads in `question`, and show it in `show_data`."""

    stamped = Signal()  # `stamp` says of when the figures are

    def __init__(self, page: PageWidget):
        super().__init__()
        self.page, self.context = page, page.context
        self.stale, self.stamp, self._serial = True, "", 0
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.current().sizes.gap)

    def question(self) -> Callable[[], Any]:
        """What a worker asks; it holds no widget."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        raise NotImplementedError

    def key_hints(self) -> list[tuple[str, str]]:
        return []

    def focus_first(self) -> None:
        self.setFocus()

    def refresh(self) -> None:
        """Ask again; an answer that a newer one has overtaken is dropped."""
        self.stale = False
        self._serial += 1
        self.page.operations.read(self.question(), done=partial(self._take, self._serial))

    def _take(self, serial: int, data: Any) -> None:
        if serial == self._serial:
            self.stamp = tr("as of {time}", time=f"{dt.datetime.now():%H:%M}")
            self.show_data(data)
            self.stamped.emit()

    def may(self, permission: str) -> bool:
        return bool(self.context.actor.may(permission))  # type: ignore[attr-defined]

    def go(self, key: str, view: str = "") -> None:
        """Open a page; a list with one of its views."""
        page = self.window().open_page(key)  # type: ignore[attr-defined]
        if view:
            page.tools.clear()
            page.tools.views.choose(view)


@dataclass(frozen=True)
class Alarm:
    """Something that needs somebody now; `go` leads to it."""

    text: str
    tone: Tone
    go: Call


class _AlarmButton(QAbstractButton):
    def __init__(self, alarm: Alarm):
        super().__init__()
        self._tone = alarm.tone
        self.setText(alarm.text)
        self.setAccessibleName(alarm.text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(lambda checked=False: alarm.go())

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(theme.font(figures=True)).horizontalAdvance(self.text()) + 24, 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = theme.current().colours.tone(self._tone)
        painter, area = QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour(ground))
        ring = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else ink), 2 if self.hasFocus() else 1)
                       if ring else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 6, 6)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font(figures=True))
        painter.drawText(self.rect(), _ALIGN.AlignCenter, self.text())


class Alarms(QWidget):
    """The exceptions, in one row; what finds no room is left out from the end."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[_AlarmButton] = []
        self.setAccessibleName(tr("Needs you now"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2, 0, 0, 0)
        self._row.setSpacing(theme.current().sizes.gap)
        self._row.addWidget(IconLabel("zap", "text3"))
        self._row.addWidget(label(tr("Needs you now"), "strong"))
        self._fine = label(tr("Nothing that cannot wait"), "hint")
        self._row.addWidget(self._fine)
        self._row.addStretch(1)
        self.setFixedHeight(28)

    def show_alarms(self, alarms: Sequence[Alarm]) -> None:
        focused = next((n for n, b in enumerate(self.buttons) if b.hasFocus()), None)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = [_AlarmButton(alarm) for alarm in alarms]
        for n, button in enumerate(self.buttons):
            self._row.insertWidget(2 + n, button)
        self._fine.setVisible(not alarms)
        self._fit()
        if focused is not None and self.buttons:
            self.buttons[min(focused, len(self.buttons) - 1)].setFocus()

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 28)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 130
        for button in self.buttons:
            room -= button.sizeHint().width() + self._row.spacing()
            button.setVisible(room >= 0)


@dataclass(frozen=True)
class Step:
    """One step of the way: what waits there, whose work it is (a message id), where a click leads."""

    key: str
    title: str
    icon: str
    owner: str
    opens: str
    view: str = ""


class StepButton(QAbstractButton):
    """A step with how many wait at it."""

    HEIGHT = 58

    def __init__(self, step: Step, go: Call):
        super().__init__()
        self._step, self.count, self._note, self._tone = step, "", "", Tone.NEUTRAL
        self.setText(tr(step.title))
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(lambda checked=False: go())

    def show_count(self, count: str, note: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        self.count, self._note, self._tone = count, note, tone
        self.setAccessibleName(" ".join(p for p in (self.text(), count, note, tr(self._step.owner)) if p))
        self.setToolTip(" · ".join(p for p in (tr(self._step.owner), note) if p))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(150, self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, sizes = QPainter(self), theme.current().sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus()
        painter.setPen(QPen(theme.colour("accent" if ring else "ctl" if self.underMouse() else "border"),
                            2 if ring else 1))
        painter.setBrush(theme.colour("surface"))
        inset = 1 if ring else 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
        room = self.rect().adjusted(11, 7, -10, -7)
        painter.drawPixmap(room.left(), room.top() + 1, icons.pixmap(self._step.icon, "accent", 16))
        small = theme.font(sizes.caption, figures=True)
        painter.setFont(small)
        owner, wide, title = tr(self._step.owner), QFontMetrics(small).horizontalAdvance, room.adjusted(22, 0, 0, 0)
        if wide(self.text()) + wide(owner) + 8 <= title.width():  # else the tooltip says whose it is
            painter.setPen(theme.colour("text3"))
            painter.drawText(room, _ALIGN.AlignRight | _ALIGN.AlignTop, owner)
        painter.setPen(theme.colour("text2"))
        painter.drawText(title, _ALIGN.AlignLeft | _ALIGN.AlignTop, QFontMetrics(small).elidedText(
            self.text(), Qt.TextElideMode.ElideRight, title.width()))
        self._draw_count(painter, room)

    def _draw_count(self, painter: QPainter, room: QRect) -> None:
        bold = theme.font(theme.current().sizes.h1, bold=True, figures=True)
        painter.setFont(bold)
        painter.setPen(theme.colour("text" if self.count not in ("", "0") else "text3"))
        painter.drawText(room, _ALIGN.AlignLeft | _ALIGN.AlignBottom, self.count)
        taken = QFontMetrics(bold).horizontalAdvance(self.count) + 10 if self.count else 0
        small = QFontMetrics(theme.font(theme.current().sizes.caption, figures=True))
        note = small.elidedText(self._note, Qt.TextElideMode.ElideRight, room.width() - taken - 14)
        line = QRect(room.left(), room.bottom() - 20, room.width(), 20)
        if note and self._tone is not Tone.NEUTRAL:
            draw_pill(painter, taken, line, note, self._tone)
        elif note:
            painter.setFont(theme.font(theme.current().sizes.caption, figures=True))
            painter.setPen(theme.colour("text3"))
            painter.drawText(line.adjusted(taken, 0, 0, 0), _ALIGN.AlignLeft | _ALIGN.AlignVCenter, note)


class Way(QWidget):
    """Steps from left to right, joined by arrows."""

    GAP = 22

    def __init__(self, steps: Sequence[Step], go: Callable[[str, str], object]):
        super().__init__()
        self.setAccessibleName(tr("The way of the goods"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self.GAP)
        self.steps = {step.key: StepButton(step, partial(go, step.opens, step.view)) for step in steps}
        for button in self.steps.values():
            row.addWidget(button, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("edge"), 1.5))
        for button in list(self.steps.values())[:-1]:
            left, y = button.geometry().right() + 5, button.geometry().center().y() + 0.5
            right = left + self.GAP - 9
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            painter.drawPolyline(QPolygonF([QPointF(right - 4, y - 4), QPointF(right, y), QPointF(right - 4, y + 4)]))


def titled(title: QWidget, content: QWidget, *right: QWidget, padded: bool = True) -> Card:
    """A panel with a heading, and at most what belongs to it at the right."""
    card, row = Card(padded=padded), QHBoxLayout()
    sizes = theme.current().sizes
    if not padded:
        row.setContentsMargins(sizes.card_x, 5, 8, 5)
    row.setSpacing(sizes.gap)
    title.setMinimumHeight(sizes.button - 4)  # as high as beside a link
    row.addWidget(title)
    row.addStretch(1)
    for part in right:
        row.addWidget(part)
    card.body.addLayout(row)
    card.body.addWidget(content, 1)
    return card


def counted(text: str, *beside: QWidget) -> QWidget:
    """A heading with how many there are, and what belongs beside it."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.current().sizes.gap)
    for each in (label(text, "strong"), *beside):
        row.addWidget(each)
    return part


def put_bar(table: QAbstractItemView, row: int = 0, column: int = 0) -> None:
    """On the first row, where there is none yet: so that keys act on something as soon as there are rows."""
    if not table.currentIndex().isValid() and row < table.model().rowCount():
        table.setCurrentIndex(table.model().index(row, column))


def link(text: str, call: Call) -> Button:
    button = Button(text, role=Role.LINK)
    button.clicked.connect(lambda *_: call())
    return button
