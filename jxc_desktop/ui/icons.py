"""Icons: outlines from `resources/icons`, drawn at twice their size in a colour of the theme."""

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from jxc_desktop.paths import RESOURCES
from jxc_desktop.ui import theme
from jxc_desktop.ui.tokens import read

if TYPE_CHECKING:  # QIcon brings an enum of all themed icons; the first paint needs pixmaps alone
    from PySide6.QtGui import QIcon

SCALE = 2


def pixmap(name: str, colour_token: str = "text2", size: int = 16) -> QPixmap:
    """The outline `name` in a colour of the current theme."""
    return _drawn(name, theme.colour(colour_token).name(), size)


def icon(name: str, colour_token: str = "text2", size: int = 16) -> "QIcon":
    """As `pixmap`, with a paler version for disabled controls. Ask again after a theme change."""
    from PySide6.QtGui import QIcon

    made = QIcon(pixmap(name, colour_token, size))
    made.addPixmap(pixmap(name, "ctl", size), QIcon.Mode.Disabled)
    return made


@cache
def _drawn(name: str, colour: str, size: int) -> QPixmap:
    svg = _source(name).replace("currentColor", colour)
    drawn = QPixmap(size * SCALE, size * SCALE)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    drawn.setDevicePixelRatio(SCALE)
    return drawn


@cache
def _source(name: str) -> str:
    """The outline with our stroke width; a name without a file is a mistake of ours."""
    text = (RESOURCES / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return text.replace('stroke-width="2"', f'stroke-width="{read()["stroke"]["icon"]}"')
