"""A large choice in a list: icon, name, and what it is good for."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from jxc_desktop.ui import icons, theme

_ALIGN = Qt.AlignmentFlag


class Choice(QAbstractButton):
    """One of several; the checked one is tinted and carries a bar."""

    HEIGHT = 54

    def __init__(self, key: str, title: str, detail: str, icon: str):
        super().__init__()
        self.key, self._detail, self._icon = key, detail, icon
        self.setText(title)
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(220, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area = QPainter(self), self.rect().adjusted(8, 1, -8, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("sel" if self.isChecked() else "hover"))
            painter.drawRoundedRect(QRectF(area), 6, 6)
        if self.isChecked():
            painter.fillRect(QRect(area.left(), area.top() + 12, 3, area.height() - 24), theme.colour("selbar"))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 6, 6)
        ink = "accent" if self.isChecked() else "text2"
        painter.drawPixmap(area.left() + 13, area.center().y() - 9, icons.pixmap(self._icon, ink, 20))
        room = area.adjusted(44, 8, -6, -8)
        title_ink, sizes = "accent" if self.isChecked() else "text", theme.current().sizes
        for text, size, token, bold, align in (
                (self.text(), sizes.body, title_ink, True, _ALIGN.AlignTop),
                (self._detail, sizes.caption, "text2", False, _ALIGN.AlignBottom)):
            painter.setFont(theme.font(size, bold=bold))
            painter.setPen(theme.colour(token))
            fitted = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, align, fitted)


class Choices(QWidget):
    """A column of choices; up and down move, `chosen` says which."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice]):
        super().__init__()
        self._group = QButtonGroup(self)
        self.choices = list(choices)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for choice in self.choices:
            self._group.addButton(choice)
            layout.addWidget(choice)
            choice.toggled.connect(lambda on, key=choice.key: self.chosen.emit(key) if on else None)

    @property
    def current(self) -> str:
        return next((c.key for c in self.choices if c.isChecked()), "")

    def choose(self, key: str) -> None:
        for choice in self.choices:
            if choice.key == key:
                choice.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = next((n for n, c in enumerate(self.choices) if c.isChecked()), 0)
        following = self.choices[(at + step) % len(self.choices)]
        following.setChecked(True)
        following.setFocus(Qt.FocusReason.TabFocusReason)
