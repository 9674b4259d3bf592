"""The design's colours and measures, typed. `resources/tokens.json` is their only source."""

import json
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from jxc_desktop.paths import RESOURCES


class Mode(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Density(StrEnum):
    NORMAL = "normal"
    COMPACT = "compact"


class Tone(StrEnum):
    """What a chip, a bar or a figure says; the word in it says the same to those who see no colour."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    NEUTRAL = "neutral"
    ACCENT = "accent"


class Colours(NamedTuple):
    """One palette; every name is a token of the design."""

    name: str
    canvas: str
    strip: str
    nav: str
    surface: str
    raised: str
    sub: str
    line: str
    border: str
    ctl: str
    edge: str
    text: str
    text2: str
    text3: str
    accent: str
    fill: str
    on: str
    fillh: str
    sel: str
    selbar: str
    hover: str
    ok: str
    okbg: str
    warn: str
    warnbg: str
    warnbar: str
    bad: str
    badbg: str
    chip: str
    toast: str
    toasttx: str
    toastac: str
    shadow: tuple[int, int, int, int]
    kbd: str

    def tone(self, tone: Tone | str) -> tuple[str, str]:
        """(text token, background token) of a tone."""
        return _TONES[Tone(tone)]


_TONES = {Tone.OK: ("ok", "okbg"), Tone.WARN: ("warn", "warnbg"), Tone.BAD: ("bad", "badbg"),
          Tone.NEUTRAL: ("text2", "chip"), Tone.ACCENT: ("accent", "sel")}


class Sizes(NamedTuple):
    """Measures in px; `row` and the rest already fit the chosen density."""

    row: int
    header: int
    control: int
    button: int
    chip: int
    topbar: int
    tabs: int
    nav: int
    nav_rail: int
    factbox: int
    totals: int
    status: int
    toast: int
    lookup_row: int
    page: int
    card_x: int
    card_y: int
    gap: int
    field_gap: int
    cell_x: int
    icon: int
    icon_nav: int
    body: int
    caption: int
    kbd: int
    docno: int
    metric: int
    h1: int
    total: int
    rail_below_width: int
    compact_below_height: int
    factbox_from_width: int


@cache
def read() -> dict[str, Any]:
    """The whole token file."""
    tokens: dict[str, Any] = json.loads((RESOURCES / "tokens.json").read_text(encoding="utf-8"))
    return tokens


@cache
def colours(mode: Mode) -> Colours:
    palette = read()[mode.value]
    return Colours(**{**palette, "shadow": tuple(palette["shadow"])})


@cache
def sizes(density: Density, body: int) -> Sizes:
    """Measures for a density and a text size; captions and headings grow with the body text."""
    tokens = read()
    grown = body - tokens["type"]["body"]
    values = {**tokens["size"], **tokens["space"], **tokens["breakpoints"],
              **{k: v + grown for k, v in tokens["type"].items() if isinstance(v, int)},
              "icon": tokens["icon"]["size"], "icon_nav": tokens["icon"]["nav"]}
    if density is Density.COMPACT:
        values["row"] = tokens["size"]["row_compact"]
    return Sizes(**{k: v for k, v in values.items() if k in Sizes._fields})
