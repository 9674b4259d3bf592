"""One look for the whole program: Fusion, our palette, one style sheet made from the tokens."""

from dataclasses import dataclass
from functools import cache
from string import Template

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from jxc_desktop.paths import RESOURCES
from jxc_desktop.ui.tokens import Colours, Density, Mode, Sizes, Tone, colours, read, sizes

__all__ = ["Colours", "Density", "Mode", "Sizes", "Theme", "Tone", "apply", "changed", "colour", "current",
           "font", "load_fonts", "use_qt_language"]

FAMILIES = ["Inter", "Segoe UI", "Microsoft YaHei UI", "Noto Sans SC"]
BUNDLED = {"Inter": "Inter*.ttf", "Noto Sans SC": "NotoSansSC*.ttf"}
CHINESE = {"Microsoft YaHei UI", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC"}
_QSS = ("controls.qss", "views.qss", "shell.qss")


@dataclass(frozen=True)
class Theme:
    """What is on the screen now. `wanted` is what the user chose, `mode` what it came to."""

    wanted: Mode
    mode: Mode
    density: Density
    text_size: int

    @property
    def colours(self) -> Colours:
        return colours(self.mode)

    @property
    def sizes(self) -> Sizes:
        return sizes(self.density, self.text_size)

    def colour(self, token: str) -> QColor:
        return _colour(getattr(self.colours, token))


class _Notifier(QObject):
    changed = Signal()


_notifier = _Notifier()
changed = _notifier.changed
_current = Theme(Mode.LIGHT, Mode.LIGHT, Density.NORMAL, read()["type"]["body"])
_translators: list[QTranslator] = []


def current() -> Theme:
    return _current


def colour(token: str) -> QColor:
    """A colour of the current theme by its token: colour("accent")."""
    return _current.colour(token)


@cache
def _colour(value: str | tuple[int, int, int, int]) -> QColor:
    return QColor(value) if isinstance(value, str) else QColor(*value)


def font(size: int = 0, *, bold: bool = False, figures: bool = False) -> QFont:
    """The program's font; `figures` gives digits of one width. Only weights 400 and 700 exist."""
    return _font(size or _current.text_size, bold, figures)


@cache
def _font(size: int, bold: bool, figures: bool) -> QFont:
    made = QFont()
    made.setFamilies(FAMILIES)
    made.setPixelSize(size)
    made.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    if figures:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply(app: QApplication, mode: Mode | str = Mode.SYSTEM, density: Density | str = Density.NORMAL,
          text_size: int = 13) -> None:
    """Dress the program, which runs with the style Fusion; may be called again at any time."""
    global _current
    if not app.styleSheet():  # the first time
        load_fonts()
        app.styleHints().colorSchemeChanged.connect(_follow_system)
    wanted = Mode(mode)
    scheme = {Mode.LIGHT: Qt.ColorScheme.Light, Mode.DARK: Qt.ColorScheme.Dark,
              Mode.SYSTEM: Qt.ColorScheme.Unknown}[wanted]
    _current = Theme(wanted, wanted, Density(density), text_size)  # before Qt announces the scheme
    app.styleHints().setColorScheme(scheme)
    if wanted is Mode.SYSTEM:
        dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        _current = Theme(wanted, Mode.DARK if dark else Mode.LIGHT, Density(density), text_size)
    app.setFont(font())
    app.setPalette(_palette(_current))
    app.setStyleSheet(_style_sheet(_current))
    changed.emit()


def _follow_system() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication) and _current.wanted is Mode.SYSTEM:
        dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        if dark != (_current.mode is Mode.DARK):
            apply(app, Mode.SYSTEM, _current.density, _current.text_size)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, token in (((role.Window,), "canvas"), ((role.Base, role.Button), "surface"),
                         ((role.Text, role.WindowText, role.ButtonText), "text"),
                         ((role.AlternateBase,), "sub"),
                         ((role.Highlight,), "fill"), ((role.HighlightedText, role.BrightText), "on"),
                         ((role.PlaceholderText,), "text3"), ((role.Link, role.LinkVisited), "accent"),
                         ((role.ToolTipBase,), "toast"), ((role.ToolTipText,), "toasttx"),
                         ((role.Mid, role.Dark), "border"), ((role.Light, role.Midlight), "line"),
                         ((role.Shadow,), "edge"), ((role.Accent,), "accent")):
        for each in roles:
            palette.setColor(each, theme.colour(token))
    for each in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, theme.colour("text3"))
    return palette


def _style_sheet(theme: Theme) -> str:
    values = theme.colours._asdict() | {f"px_{name}": value for name, value in theme.sizes._asdict().items()}
    values |= {"assets": (RESOURCES / "qss").as_posix(), "px_control_in": theme.sizes.control - 2,
               "px_control_ring": theme.sizes.control - 4,
               "px_tab": theme.sizes.tabs - 2,
               "focus_primary": theme.colours.text}  # an accent ring would vanish on the accent fill
    return "".join(Template(text).substitute(values) for text in _templates())


@cache
def _templates() -> tuple[str, ...]:
    return tuple((RESOURCES / "qss" / name).read_text(encoding="utf-8") for name in _QSS)


def load_fonts() -> None:
    """Add the bundled fonts that this machine lacks; a Chinese font of the system is preferred to ours."""
    present = set(QFontDatabase.families())
    for family, pattern in BUNDLED.items():
        if family in present or (family in CHINESE and present & CHINESE):
            continue
        for file in sorted((RESOURCES / "fonts").glob(pattern)):
            QFontDatabase.addApplicationFont(str(file))


def use_qt_language(app: QApplication, language: str) -> None:
    """Qt's own texts (standard dialogs, context menus of fields) in `language`."""
    QLocale.setDefault(QLocale(language))  # calendars
    for translator in _translators:
        app.removeTranslator(translator)
    _translators.clear()
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        app.installTranslator(translator)
        _translators.append(translator)
