"""The embedded fonts and everything that depends on their glyphs: cleaning, measuring, wrapping, clipping."""

import unicodedata
from functools import cache
from typing import Any

from jxc_desktop.paths import RESOURCES

FONTS = RESOURCES / "fonts"
REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}

MISSING = "□"  # stands for what no font can draw: visible, instead of a silent gap
ELLIPSIS = "…"
_NEAR = 0.01  # millimetres: sums of widths are not exact
LONGEST = 600  # letters of one text that are looked at; no place on a sheet holds more
_NEVER_LAST = "（《「『【〈“([{"
_NEVER_FIRST = "，。、；：？！）》」』】〉…％,.;:?!)]}%"


@cache
def load() -> dict[str, Any]:
    """Register both fonts with reportlab, once; their glyph tables by font name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    glyphs = {}
    for name, file in FILES.items():
        font = TTFont(name, str((FONTS / file).resolve()))
        pdfmetrics.registerFont(font)
        glyphs[name] = font.face.charToGlyph
    return glyphs


def face(text: str, bold: bool) -> str:
    """The bold font if it has every letter of `text`, else the complete regular one."""
    has = load()[BOLD]
    return BOLD if bold and all(ord(letter) in has for letter in text) else REGULAR


def clean(text: str) -> str:
    """`text` with only letters that can be drawn; marks without a picture (zero width) vanish."""
    shown = [_drawn(letter) for letter in text[:LONGEST]]
    if len(text) > LONGEST:
        shown.append(ELLIPSIS)
    return "".join(shown).strip()


def _drawn(letter: str) -> str:
    if letter.isspace():
        return " "
    if unicodedata.category(letter) == "Cf" or 0xFE00 <= ord(letter) <= 0xFE0F:
        return ""
    known = ord(letter) in load()[REGULAR] and unicodedata.category(letter) not in ("Cc", "Cs", "Co")
    return letter if known else MISSING


def width(text: str, size: float, bold: bool = False) -> float:
    """Width in millimetres of clean text in `size` points."""
    from reportlab.lib.units import mm
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, face(text, bold), size) / mm)


def clip(text: str, room: float, size: float, bold: bool = False) -> str:
    """Clean text cut to `room` millimetres, with an ellipsis where something is missing."""
    if width(text, size, bold) <= room + _NEAR:
        return text
    while text and width(text + ELLIPSIS, size, bold) > room:
        text = text[:-1]
    return text + ELLIPSIS


def wrap(text: str, room: float, size: float, most: int) -> list[str]:
    """Clean text in at most `most` lines of `room` millimetres; what is left over ends in an ellipsis."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1:
        end = _line_end(rest, room, size)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, clip(rest, room, size)] if rest else lines


def _line_end(text: str, room: float, size: float) -> int:
    """Where a line of `room` ends: between Chinese letters or after a word."""
    end, used = 0, 0.0
    while end < len(text) and (used := used + width(text[end], size)) <= room + _NEAR:
        end += 1
    if end == len(text):
        return end
    end = max(end, 1)
    start = end
    while start > 1 and not _may_break(text, start):
        start -= 1
    return start if start > 1 else end


def _may_break(text: str, at: int) -> bool:
    """No line starts with a closing mark, ends with an opening one, or splits a Latin word or a number."""
    before, after = text[at - 1], text[at]
    in_word = all(letter.isascii() and not letter.isspace() for letter in (before, after))
    return before not in _NEVER_LAST and after not in _NEVER_FIRST and not in_word
