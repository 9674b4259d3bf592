import re
from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QLocale, QObject
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QDialogButtonBox, QLabel

from jxc_desktop.paths import RESOURCES
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.theme import Density, Mode, Tone
from jxc_desktop.ui.tokens import colours, sizes

TEXT_ON = [("text", g) for g in ("surface", "canvas", "sub", "raised", "sel", "hover", "chip", "kbd")] + [
    ("text2", g) for g in ("surface", "canvas", "strip", "nav", "sub", "sel", "hover", "chip", "kbd")] + [
    ("text3", g) for g in ("surface", "canvas", "sub", "sel", "raised")] + [
    ("accent", "surface"), ("accent", "sel"), ("on", "fill"), ("on", "fillh"), ("toasttx", "toast"),
    ("toastac", "toast"),
    ("ok", "okbg"), ("warn", "warnbg"), ("bad", "badbg"), ("bad", "surface"), ("warn", "surface"), ("ok", "surface"),
    ("accent", "nav"), ("bad", "sel"), ("warn", "sel"), ("text", "warnbg"), ("text", "badbg"), ("text", "okbg")]
RING_ON = [("accent", g) for g in ("surface", "canvas", "sub", "nav", "raised")] + [
    ("bad", "surface"), ("edge", "surface"), ("warnbar", "surface"), ("selbar", "sel"), ("text", "canvas")]


class Seen(QObject):
    """Counts the events of what it watches, by type."""

    def __init__(self):
        super().__init__()
        self.kinds = Counter()

    def eventFilter(self, watched, event):
        self.kinds[event.type()] += 1
        return False


def contrast(one: str, other: str) -> float:
    """WCAG 2: (lighter + 0.05) / (darker + 0.05)."""
    def luminance(value: str) -> float:
        colour = QColor(value)
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_text_and_focus_ring_are_readable(mode):
    palette = colours(mode)
    for pairs, least in ((TEXT_ON, 4.5), (RING_ON, 3.0)):
        weak = {(ink, ground): round(c, 2) for ink, ground in pairs
                if (c := contrast(getattr(palette, ink), getattr(palette, ground))) < least}
        assert not weak


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_neutral_glyphs_of_the_style_sheet_are_visible_in_both_themes(mode):
    for file in (RESOURCES / "qss").glob("chevron-*.svg"):
        stroke = re.search(r'stroke="(#\w+)"', file.read_text()).group(1)
        assert contrast(stroke, colours(mode).surface) >= 3


def test_switching_dresses_each_widget_once_and_is_announced(qapp, qtbot, monkeypatch):
    """That is why it is quick: nothing is done twice, no font and no template is read again."""
    label, seen, told, loaded = QLabel("x"), Seen(), QSignalSpy(theme.changed), []
    qtbot.addWidget(label)
    label.installEventFilter(seen)
    label.show()
    monkeypatch.setattr(theme, "load_fonts", lambda: loaded.append(True))
    read = theme._templates.cache_info().misses
    theme.apply(qapp, "dark", "compact", 14)
    assert seen.kinds[QEvent.Type.StyleChange] == seen.kinds[QEvent.Type.FontChange] == told.count() == 1
    assert not loaded and theme._templates.cache_info().misses == read
    now = theme.current()
    assert (now.mode, now.density, now.sizes.row, now.sizes.body) == (Mode.DARK, Density.COMPACT, 26, 14)
    assert theme.colour("surface").name() == colours(Mode.DARK).surface.lower()
    assert qapp.palette().base().color().name() == colours(Mode.DARK).surface.lower()
    assert qapp.font().pixelSize() == 14
    theme.apply(qapp, "system")
    assert theme.current().wanted is Mode.SYSTEM and theme.current().mode in (Mode.LIGHT, Mode.DARK)


def test_measures_follow_density_and_text_size():
    assert sizes(Density.NORMAL, 13).row == 30 and sizes(Density.COMPACT, 13).row == 26
    assert sizes(Density.NORMAL, 15).caption == 14 and sizes(Density.NORMAL, 13).total == 20


def test_every_tone_has_two_colours():
    for tone in Tone:
        assert all(QColor(getattr(colours(Mode.DARK), token)).isValid() for token in colours(Mode.DARK).tone(tone))


def test_fonts_are_there_and_only_two_weights_are_used():
    assert "Inter" in QFontDatabase.families()
    assert theme.CHINESE & set(QFontDatabase.families())
    assert QFontInfo(theme.font()).family() == "Inter"
    assert theme.font(bold=True).weight() == 700 and theme.font().weight() == 400
    sheets = "".join(file.read_text(encoding="utf-8") for file in (RESOURCES / "qss").glob("*.qss"))
    assert set(re.findall(r"font-weight: (\w+)", sheets)) <= {"400", "700"}


def test_icons_take_the_colour_of_the_theme_and_are_sharp(qapp):
    light = icons.pixmap("check", "accent", 16)
    assert light.width() == 32 and light.devicePixelRatio() == 2
    theme.apply(qapp, "dark")
    assert icons.pixmap("check", "accent", 16).toImage() != light.toImage()
    assert not icons.icon("save").isNull()
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no-such-icon")


def test_qt_speaks_chinese(qapp):
    theme.use_qt_language(qapp, "zh_CN")
    try:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"
        assert QLocale().language() == QLocale.Language.Chinese
    finally:
        theme.use_qt_language(qapp, "en")
