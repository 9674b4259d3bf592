"""The papers and how each is set: sizes, margins, fixed rows, lines for impact printers or for laser ones."""

from dataclasses import dataclass, replace

from jxc_desktop.i18n import N_


@dataclass(frozen=True)
class Margins:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Look:
    """How a sheet is set, in points for letters and millimetres for the rest."""

    text: float  # everything but the titles; an impact printer needs 9 points
    small: float  # what stands under the name of an item: its lot, serial numbers
    company: float
    title: float
    heading: float  # height of company, title and bar code
    line: float  # one line of the head and the foot
    signing: float  # height left for signatures
    rule: float  # strokes; an impact printer needs 0.25 mm
    boxed: bool  # every cell in a box, or only calm lines between rows
    coloured: bool  # soft greys and red ink; false is black only
    joined: bool = False  # a low form: amount in words beside the money lines, terms beside the bank account


@dataclass(frozen=True)
class Paper:
    """`rows_per_page` None means as many as fit, and no blank ones. Continuous forms copy themselves."""

    key: str
    title: str
    width_mm: float
    height_mm: float
    margins: Margins
    rows_per_page: int | None
    head_lines: int  # at most
    row_height: float  # what a row wants; fixed rows shrink to fit, down to one line
    look: Look
    continuous: bool = False

    @property
    def room_wide(self) -> float:
        return self.width_mm - self.margins.left - self.margins.right

    @property
    def room_high(self) -> float:
        return self.height_mm - self.margins.top - self.margins.bottom


# An impact ribbon prints neither grey nor hairlines.
_IMPACT = Look(text=9, small=9, company=15, title=13, heading=14, line=4.2, signing=6.3, rule=0.28, boxed=True,
               coloured=False)
_IMPACT_LOW = replace(_IMPACT, company=13, title=12, heading=13, joined=True)
_LASER = Look(text=9, small=7.5, company=16, title=13, heading=19, line=5.2, signing=12, rule=0.15, boxed=False,
              coloured=True)
_LASER_LOW = replace(_LASER, text=8.5, company=14, title=12, heading=14, line=4.4, signing=7.5)

# The holes take 12.7 mm at each side: 205 mm are left between 18 and 223. The half form is 140 mm as
# drivers and Windows forms have it (the perforation is at 139.7); the others follow the perforation.
_TRACTOR = Margins(left=18, top=6, right=18, bottom=4)

PAPERS = {paper.key: paper for paper in (
    Paper("241x140", N_("241 × 140 mm continuous (half)"), 241, 140, _TRACTOR, rows_per_page=8,
          head_lines=5, row_height=7.4, look=_IMPACT, continuous=True),
    Paper("241x93", N_("241 × 93 mm continuous (third)"), 241, 93.1, Margins(18, 4.5, 18, 3.5),
          rows_per_page=5, head_lines=3, row_height=6, look=_IMPACT_LOW, continuous=True),
    Paper("241x280", N_("241 × 280 mm continuous (full)"), 241, 279.4, _TRACTOR, rows_per_page=26,
          head_lines=8, row_height=7.4, look=_IMPACT, continuous=True),
    Paper("A4", N_("A4"), 210, 297, Margins(15, 14, 15, 12), rows_per_page=None, head_lines=8,
          row_height=7.6, look=_LASER),
    Paper("A5", N_("A5 landscape"), 210, 148, Margins(12, 9, 12, 8), rows_per_page=None,
          head_lines=5, row_height=6.9, look=_LASER_LOW),
)}
DEFAULT = "241x140"
