"""Sheets to one PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from jxc_desktop.i18n import tr
from jxc_desktop.services.printing import fonts
from jxc_desktop.services.printing.layout import COPY_STRIP, PAD, POINT, leading, place
from jxc_desktop.services.printing.leaf import Leaf
from jxc_desktop.services.printing.papers import Paper
from jxc_desktop.services.printing.pen import Pen
from jxc_desktop.services.printing.sheet import Align, Sheet, without_prices
from jxc_desktop.services.printing.table import draw_table

_LONGEST_MARK = 18.0
_BESIDE = 4.0  # between title and status
_SPACING = 2.5  # between the letters of a short Chinese title
_PARTS = "①②③④⑤⑥⑦⑧⑨"
_SIDE = 0.3  # of the width: the company's address at the left, the bar code at the right
_MODULE = {True: 0.282, False: 0.25}  # of the bar code: two dots of a 24-pin printer, or laser


@dataclass(frozen=True)
class PrintOptions:
    """Choices of one print: the printer's offset in mm, which copies (None: all), prices or none."""

    offset_x: float = 0
    offset_y: float = 0
    copies: tuple[str, ...] | None = None
    show_prices: bool = True


def render(sheets: Sequence[Sheet], paper: Paper, options: PrintOptions | None = None) -> bytes:
    """One PDF of all sheets, each from a new page with its own page count.

    Cut paper repeats a sheet for every copy; continuous paper copies itself and names them all. The same
    input gives the same bytes.
    """
    from reportlab.pdfgen.canvas import Canvas

    options = options or PrintOptions()
    fonts.load()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(paper.width_mm / POINT, paper.height_mm / POINT), invariant=1,
                    initialFontName=fonts.REGULAR)
    canvas.setTitle(", ".join(fonts.clean(sheet.number) for sheet in sheets[:20]))
    canvas.setAuthor(fonts.clean(sheets[0].company.name) if sheets else "")
    margins = paper.margins
    pen = Pen(canvas, paper.height_mm, margins.left + options.offset_x, margins.top + options.offset_y)
    for sheet, copy in _printed(sheets, paper, options):
        layout = place(sheet, paper)
        for index in range(len(layout.pages)):
            _draw(Leaf(sheet, paper, layout, pen, index, copy))
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _printed(sheets: Sequence[Sheet], paper: Paper, options: PrintOptions) -> Iterator[tuple[Sheet, str]]:
    """Every sheet as often as it is printed, with the name of the copy at its edge."""
    for sheet in sheets:
        sheet = sheet if options.show_prices else without_prices(sheet)
        chosen = sheet.copies if options.copies is None else tuple(
            copy for copy in sheet.copies if copy in options.copies)
        sheet = replace(sheet, copies=chosen)
        if paper.continuous or not chosen:
            yield sheet, " ".join(map("".join, zip(_PARTS, chosen, strict=False)))
        else:
            for copy in chosen:
                yield sheet, tr("{copy} copy", copy=copy)


def _draw(leaf: Leaf) -> None:
    _heading(leaf)
    top = _head(leaf)
    end = draw_table(leaf, top)
    if leaf.copy:
        leaf.pen.upright(leaf.layout.width + COPY_STRIP / 2 + PAD / 2, top, leaf.copy, leaf.look.text,
                         room=leaf.height - top - leaf.look.line)
    _foot(leaf, end)


def _heading(leaf: Leaf) -> None:
    """Company and title in the middle, address at the left, bar code with number and date at the right."""
    sheet, look, pen, wide = leaf.sheet, leaf.look, leaf.pen, leaf.layout.width
    side = wide * _SIDE
    company = look.company * POINT
    room = wide - 2 * side - 6
    size = _fitting(leaf, sheet.company.name, look.company, room)
    pen.text(wide / 2, company * 0.6, sheet.company.name, align=Align.CENTRE, bold=True, size=size, room=room)
    _title(leaf, company * 1.35 + look.title * POINT * 0.6, room)
    _contact(leaf, max(side, (wide - pen.width(sheet.company.name, size, bold=True)) / 2 - 4))
    _identity(leaf, side)


def _contact(leaf: Leaf, room: float) -> None:
    """Address and phone of the company, in the lines that the heading has."""
    look, company = leaf.look, leaf.sheet.company
    step = leading(look.text) * 1.2
    most = int(look.heading / step)
    phone = fonts.wrap(fonts.clean(company.phone), room, look.text, most - 1)
    address = fonts.wrap(fonts.clean(company.address), room, look.text, most - len(phone))
    for i, line in enumerate([*address, *phone]):
        leaf.pen.text(0, step * (i + 0.5), line, size=look.text, ink=leaf.soft)


def _fitting(leaf: Leaf, text: str, size: float, room: float) -> float:
    """`size`, or smaller so that a long name stays in `room`; never too small to read."""
    return max(leaf.look.text, min(size, size * room / max(leaf.pen.width(text, size, bold=True), 1)))


def _title(leaf: Leaf, y: float, room: float) -> None:
    """The title with the status in a frame beside it, together in the middle."""
    sheet, look, pen = leaf.sheet, leaf.look, leaf.pen
    size = look.text + 1
    mark = fonts.clip(fonts.clean(sheet.status_mark), _LONGEST_MARK, size, bold=True)
    frame = pen.width(mark, size, bold=True) + 4 if mark else 0
    title = fonts.clip(fonts.clean(sheet.title), room - frame - _BESIDE, look.title, bold=True)
    spacing = _SPACING if len(title) < 6 and not title.isascii() else 0
    wide = pen.width(title, look.title, bold=True) + spacing * (len(title) - 1)
    x = (leaf.layout.width - wide - (frame + _BESIDE if mark else 0)) / 2
    pen.text(x, y, title, size=look.title, bold=True, spacing=spacing)
    if mark:
        high, x = size * POINT * 1.5, x + wide + _BESIDE
        pen.box(x, y - high / 2, frame, high, 0.4, leaf.signal)
        pen.text(x + 2, y, mark, size=size, bold=True, ink=leaf.signal)


def _identity(leaf: Leaf, side: float) -> None:
    sheet, look, pen, wide = leaf.sheet, leaf.look, leaf.pen, leaf.layout.width
    high = look.heading - 2 * look.line - 0.6
    pen.bars(wide, 0, sheet.barcode, side, high, _MODULE[leaf.paper.continuous])
    texts = (tr("No. {number}", number=sheet.number), tr("Date {date}", date=sheet.date.isoformat()))
    for i, text in enumerate(texts):
        pen.text(wide, high + look.line * (i + 0.6), text, size=look.text, bold=not i, room=side,
                 align=Align.RIGHT)


def _head(leaf: Leaf) -> float:
    """Customer, address and the like; the height at which the table begins."""
    y = leaf.look.heading
    for line in leaf.layout.head:
        for entry in line:
            leaf.pen.text(entry.x, y + leaf.look.line / 2, entry.label, size=leaf.look.text, ink=leaf.soft)
            leaf.pen.text(entry.value_x, y + leaf.look.line / 2, entry.value, size=leaf.look.text,
                          room=entry.room)
        y += leaf.look.line
    return y + PAD


def _foot(leaf: Leaf, y: float) -> None:
    """Terms and bank account on the last page; signatures, page and time of printing on each."""
    look, pen, wide = leaf.look, leaf.pen, leaf.layout.width
    for note in leaf.layout.notes if leaf.last else ():
        pen.text(0, y + look.line * 0.6, note, size=look.text, room=wide, ink=leaf.soft)
        y += look.line
    if leaf.paper.continuous:  # at the same place of every form
        y = leaf.height - look.line - look.signing
    _signatures(leaf, y + look.signing - look.line / 2)
    y = leaf.height - look.line / 2
    printed = fonts.clip(fonts.clean(_printed_by(leaf.sheet)), wide * 0.28, look.text)
    pen.text(0, y, printed, size=look.text, ink=leaf.soft)
    if leaf.sheet.print_number > 1:
        again = tr("Print no. {count}", count=leaf.sheet.print_number)
        pen.text(pen.width(printed, look.text) + 4 * bool(printed), y, again, size=look.text, bold=True,
                 ink=leaf.signal)
    if not leaf.last:
        pen.text(wide / 2, y, tr("continued on the next page"), size=look.text, align=Align.CENTRE)
    pages = tr("Page {page} of {pages}", page=leaf.index + 1, pages=leaf.count)
    pen.text(wide, y, pages, size=look.text, align=Align.RIGHT)


def _printed_by(sheet: Sheet) -> str:
    at = sheet.printed_at.strftime("%Y-%m-%d %H:%M") if sheet.printed_at else ""
    by = " ".join(part for part in (at, sheet.printed_by) if part)
    return tr("Printed {by}", by=by) if by else ""


def _signatures(leaf: Leaf, y: float) -> None:
    """Labels with a name or a line to sign on; the last one, the customer's, has the longest line."""
    signatures, size = leaf.sheet.signatures, leaf.look.text
    step = leaf.layout.width / (len(signatures) + 0.5)
    for i, (name, signed) in enumerate(signatures):
        label, x = tr("{label}:", label=name), i * step
        end = x + step * (1.5 if i == len(signatures) - 1 else 1) - 2
        leaf.pen.text(x, y, label, size=size, ink=leaf.soft, room=end - x)
        x += leaf.pen.width(label, size) + PAD
        if signed and end > x:
            leaf.pen.text(x, y, signed, size=size, room=end - x)
        elif end > x:
            leaf.pen.line(x, y + size * POINT / 2, end, y + size * POINT / 2, leaf.look.rule, leaf.soft)
