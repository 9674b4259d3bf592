"""Buttons that show their icon, their verb and their key."""

from enum import StrEnum

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyleOptionButton, QWidget

from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.shortcuts import shown


class Role(StrEnum):
    DEFAULT = "default"
    PRIMARY = "primary"
    GHOST = "ghost"
    DANGER = "danger"
    LINK = "link"


_INK = {Role.DEFAULT: "text", Role.PRIMARY: "on", Role.GHOST: "text2", Role.DANGER: "bad",
        Role.LINK: "accent"}
_SIDE = {Role.GHOST: 8, Role.LINK: 4}
_GAP = 6


class Button(QPushButton):
    """Icon, verb and key hint in one line; without a text give `accessible_name`, the tooltip too."""

    def __init__(self, text: str, icon: str | None = None, key_hint: str = "",
                 role: Role | str = Role.DEFAULT, *, accessible_name: str = "",
                 parent: QWidget | None = None):
        super().__init__(text, parent)
        self._icon, self._key, self._role = icon, shown(key_hint), Role(role)
        self.setProperty("role", self._role.value)
        self.setAccessibleName(accessible_name or text)
        name = accessible_name or text
        self.setToolTip(f"{name} ({self._key})" if self._key else accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    @property
    def key(self) -> str:
        """As it is written on the button."""
        return self._key

    def set_icon(self, name: str | None) -> None:
        self._icon = name
        self.updateGeometry()
        self.update()

    def set_key_hint(self, key: str) -> None:
        self._key = shown(key)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        parts = [width for width, _ in self._parts()]
        side = _SIDE.get(self._role, 11) + 1
        height = theme.current().sizes.button - (4 if self._role in (Role.GHOST, Role.LINK) else 0)
        return QSize(max(sum(parts) + _GAP * (len(parts) - 1) + 2 * side, height), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        """The style draws the ground; text and icon are ours."""
        super().initStyleOption(option)
        option.text = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        parts = self._parts()
        x = (self.width() - sum(w for w, _ in parts) - _GAP * (len(parts) - 1)) // 2
        for width, part in parts:
            self._draw(painter, part, QRect(x, 0, width, self.height()))
            x += width + _GAP

    def _draw(self, painter: QPainter, part: str, area: QRect) -> None:
        ink = self._ink()
        if part == "icon":
            size = theme.current().sizes.icon
            at = QPoint(area.left(), (area.height() - size) // 2)
            painter.drawPixmap(at, icons.pixmap(self._icon or "", ink, size))
            return
        painter.setFont(self._text_font() if part == "text" else theme.font(theme.current().sizes.kbd))
        quiet = part == "key" and ink in ("text", "text2", "bad")
        painter.setPen(theme.colour("text3" if quiet else ink))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text() if part == "text" else self._key)

    def _parts(self) -> list[tuple[int, str]]:
        """(width, which) of what there is to show, left to right."""
        sizes = theme.current().sizes
        parts = [(sizes.icon, "icon")] if self._icon else []
        if self.text():
            parts.append((QFontMetrics(self._text_font()).horizontalAdvance(self.text()), "text"))
        if self._key and self.text():
            parts.append((QFontMetrics(theme.font(sizes.kbd)).horizontalAdvance(self._key), "key"))
        return parts

    def _text_font(self) -> QFont:
        return theme.font(bold=self._role is Role.PRIMARY)

    def _ink(self) -> str:
        if not self.isEnabled():
            return "text3"
        return "accent" if self.isChecked() else _INK[self._role]
