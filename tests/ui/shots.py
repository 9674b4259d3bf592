"""Pictures of windows, made offscreen with the bundled fonts."""

from pathlib import Path

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from jxc_desktop.ui import theme


def shot(window: QWidget, file: Path | None = None, size: tuple[int, int] = (1366, 768), *,
         mode: str = "light", density: str = "normal") -> QPixmap:
    """Show `window` at `size` in a theme and save what it looks like."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    wanted = (theme.Mode(mode), theme.Density(density))
    window.resize(QSize(*size))
    window.show()  # may choose its own row height
    if (theme.current().mode, theme.current().density) != wanted or not app.styleSheet():
        theme.apply(app, mode, density)
    for _ in range(3):
        app.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        app.processEvents()
    picture = window.grab()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        assert picture.save(str(file)), f"cannot write {file}"
    return picture
