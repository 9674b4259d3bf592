"""Drawing in millimetres from the top left corner, with the embedded fonts only."""

from typing import Any

from jxc_desktop.services.printing.fonts import ELLIPSIS, clean, clip, face, width
from jxc_desktop.services.printing.layout import POINT
from jxc_desktop.services.printing.sheet import Align

_MIDDLE = 0.38  # of the letter size: from the baseline to the middle of Chinese letters and figures
_NARROWEST_BAR = 0.19  # millimetres; hand scanners miss what is thinner
_FIRST_IDEOGRAPH = "\u2e80"
_QUIET = 10  # modules left blank beside a bar code

BLACK = (0.0, 0.0, 0.0)
GREY = (0.38, 0.42, 0.48)
PALE = (0.80, 0.83, 0.87)
RED = (0.76, 0.11, 0.09)

Ink = tuple[float, float, float]


class Pen:
    """One page of a reportlab canvas; `x` and `y` move everything by the printer's offset."""

    def __init__(self, canvas: Any, height: float, x: float, y: float):
        self._canvas, self._top, self._x, self._y = canvas, height, x, y

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (x + self._x) / POINT, (self._top - y - self._y) / POINT

    def text(self, x: float, y: float, text: str, *, size: float, room: float = 0, bold: bool = False,
             align: Align = Align.LEFT, ink: Ink = BLACK, spacing: float = 0) -> None:
        """`text` with its middle at height `y`, clipped to `room` millimetres if given."""
        text = clean(text)
        if room:
            text = clip(text, room, size, bold)
        wide = width(text, size, bold) + spacing * max(0, len(text) - 1)
        left = x - wide * {Align.LEFT: 0, Align.CENTRE: 0.5, Align.RIGHT: 1}[align]
        self._canvas.setFont(face(text, bold), size)
        self._canvas.setFillColorRGB(*ink)
        self._canvas.drawString(*self._at(left, y + _MIDDLE * size * POINT), text, charSpace=spacing / POINT)

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return width(clean(text), size, bold)

    def figure(self, x: float, y: float, text: str, *, size: float, room: float, bold: bool = False,
               align: Align = Align.RIGHT, ink: Ink = BLACK) -> None:
        """A number or what must be complete: it gets smaller rather than lose a digit."""
        wide = width(clean(text), size, bold)
        fitting = size if wide <= room else size * room / wide
        self.text(x, y, text, size=fitting, bold=bold, align=align, ink=ink)

    def line(self, x1: float, y1: float, x2: float, y2: float, rule: float, ink: Ink = BLACK) -> None:
        self._canvas.setLineWidth(rule / POINT)
        self._canvas.setStrokeColorRGB(*ink)
        self._canvas.line(*self._at(x1, y1), *self._at(x2, y2))

    def box(self, x: float, y: float, wide: float, high: float, rule: float, ink: Ink = BLACK) -> None:
        self._canvas.setLineWidth(rule / POINT)
        self._canvas.setStrokeColorRGB(*ink)
        self._canvas.rect(*self._at(x, y + high), wide / POINT, high / POINT, stroke=1, fill=0)

    def upright(self, x: float, y: float, text: str, size: float, room: float) -> None:
        """Along a vertical edge, downwards from `y`: Chinese letters below each other, others turned."""
        text = clean(text)
        if any(letter >= _FIRST_IDEOGRAPH for letter in text):
            most = int(room / (size * POINT))
            for i, letter in enumerate(text if len(text) <= most else text[:most - 1] + ELLIPSIS):
                self.text(x, y + (i + 0.5) * size * POINT, letter, size=size, align=Align.CENTRE)
            return
        text = clip(text, room, size)
        self._canvas.saveState()
        self._canvas.translate(*self._at(x, y))
        self._canvas.rotate(-90)
        self._canvas.setFont(face(text, False), size)
        self._canvas.setFillColorRGB(*BLACK)
        self._canvas.drawString(0, -_MIDDLE * size, text)
        self._canvas.restoreState()

    def bars(self, right: float, y: float, text: str, room: float, high: float, module: float) -> bool:
        """Code 128 ending at `right`; False where the text has no bars or they would be too thin."""
        from reportlab.graphics.barcode.code128 import Code128

        if not text.isascii() or not text.isprintable() or not 0 < len(text) <= 60 or high < 3:
            return False
        modules = Code128(text, barWidth=1, quiet=0, humanReadable=0).width
        module = min(module, room / (modules + _QUIET))
        if module < _NARROWEST_BAR:
            return False
        code = Code128(text, barWidth=module / POINT, barHeight=high / POINT, quiet=0, humanReadable=0)
        self._canvas.setFillColorRGB(*BLACK)
        code.drawOn(self._canvas, *self._at(right - modules * module, y + high))
        return True
