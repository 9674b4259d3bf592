"""The menu of the user: looks, language, and what the program adds."""

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from jxc_desktop.i18n import LANGUAGES, N_, tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.theme import Density, Mode

MODE, DENSITY, TEXT_SIZE, LANGUAGE = "look/mode", "look/density", "look/text_size", "look/language"
AUTO = "auto"  # compact on low windows
MODES = {Mode.LIGHT: N_("Light"), Mode.DARK: N_("Dark"), Mode.SYSTEM: N_("As the system")}
DENSITIES = {AUTO: N_("Automatic"), Density.NORMAL.value: N_("Normal"), Density.COMPACT.value: N_("Compact")}


def apply_look(context: Context, *, low: bool = False) -> None:
    """Dress the program as the user's settings say; `low` when the window has little height."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    wanted = context.settings.get(DENSITY, AUTO)
    density = (Density.COMPACT if low else Density.NORMAL) if wanted == AUTO else Density(wanted)
    mode, size = Mode(context.settings.get(MODE, Mode.SYSTEM.value)), int(context.settings.get(TEXT_SIZE, 13))
    now = theme.current()
    if (now.wanted, now.density, now.text_size) != (mode, density, size) or not app.styleSheet():
        theme.apply(app, mode, density, size)


def choose(context: Context, setting: str, value: str, low: bool = False) -> None:
    """Keep a choice and show it at once."""
    context.settings.set(setting, value)
    apply_look(context, low=low)


class UserMenu(QMenu):
    """`on_language(code)` rebuilds the window; `extra` are (text, call) of the program: lock, about, quit."""

    def __init__(self, parent: QWidget, context: Context, on_language: Callable[[str], object],
                 extra: list[tuple[str, Callable[[], object]]], *, low: bool = False):
        super().__init__(parent)
        self._choices(tr("Theme"), MODES, context.settings.get(MODE, Mode.SYSTEM.value),
                      lambda value: choose(context, MODE, value, low))
        self._choices(tr("Row height"), DENSITIES, context.settings.get(DENSITY, AUTO),
                      lambda value: choose(context, DENSITY, value, low))
        self._choices(tr("Language"), LANGUAGES, context.language, on_language, translate=False)
        if extra:
            self.addSeparator()
        for text, call in extra:
            self.addAction(text).triggered.connect(lambda *_, call=call: call())

    def _choices(self, title: str, options: dict, current: str, call: Callable[[str], object], *,
                 translate: bool = True) -> None:
        menu = self.addMenu(title)
        group = QActionGroup(menu)
        for value, text in options.items():
            action = menu.addAction(tr(text) if translate else text)
            action.setCheckable(True)
            action.setChecked(value == current)
            action.triggered.connect(lambda *_, value=value: call(str(value)))
            group.addAction(action)
