"""One page while it is being drawn: its sheet, its layout and the pen, with the inks of its paper."""

from dataclasses import dataclass

from jxc_desktop.services.printing.layout import Layout, Row
from jxc_desktop.services.printing.papers import Look, Paper
from jxc_desktop.services.printing.pen import BLACK, GREY, PALE, RED, Ink, Pen
from jxc_desktop.services.printing.sheet import Sheet


@dataclass(frozen=True)
class Leaf:
    """`index` counts the pages of one copy of one sheet from 0; `copy` names it."""

    sheet: Sheet
    paper: Paper
    layout: Layout
    pen: Pen
    index: int
    copy: str

    @property
    def look(self) -> Look:
        return self.paper.look

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.layout.pages[self.index]

    @property
    def count(self) -> int:
        return len(self.layout.pages)

    @property
    def last(self) -> bool:
        return self.index == self.count - 1

    @property
    def height(self) -> float:
        return self.paper.room_high

    @property
    def soft(self) -> Ink:
        """Labels and small print."""
        return GREY if self.look.coloured else BLACK

    @property
    def pale(self) -> Ink:
        """Lines between rows."""
        return PALE if self.look.coloured else BLACK

    @property
    def signal(self) -> Ink:
        """What must be noticed: void, reversed, printed again."""
        return RED if self.look.coloured else BLACK

    @property
    def figures(self) -> Ink:
        return self.signal if self.sheet.red else BLACK
