"""The table of a page: titles, goods, subtotal and total, the amount in words, money owed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from jxc_desktop.i18n import tr
from jxc_desktop.services.printing.layout import PAD, PlacedColumn, Row, band_height, details_start, leading
from jxc_desktop.services.printing.leaf import Leaf
from jxc_desktop.services.printing.sheet import Align, Kind, shown, subtotals

Gap = tuple[float, float]  # from and to which height there is no line between columns
_STRONG = 0.3  # the lines that hold a calm table together


def draw_table(leaf: Leaf, top: float) -> float:
    """Draw the table from `top`; the height at which it ends."""
    y = _titles(leaf, top)
    gaps: list[Gap] = []
    for row in leaf.rows:
        below = leading(leaf.look.small) * len(row.below) + (PAD / 2 if row.below else 0)
        end = y + row.slots * leaf.layout.row_height
        _cells(leaf, row, y, end - below)
        if row.below:
            _details(leaf, row.below, end - below)
            gaps.append((end - below, end))
        y = _separator(leaf, end)
    if leaf.paper.continuous:
        for _ in range(leaf.layout.slots - sum(row.slots for row in leaf.rows)):
            y = _separator(leaf, y + leaf.layout.row_height)
    grid_end = y
    if leaf.sheet.totals:
        own = subtotals((row.values for row in leaf.rows), leaf.sheet.totals)
        y = _sums(leaf, y, tr("Page subtotal"), own, bold=False)
        y = _sums(leaf, y, tr("Total"), leaf.sheet.totals, bold=True) if leaf.last else y
    sums_end = y
    if leaf.last:
        y = _owed(leaf, y)
    if leaf.look.boxed:
        leaf.pen.box(0, top, leaf.layout.width, y - top, leaf.look.rule)
        _verticals(leaf, top, (grid_end, sums_end), gaps)
    return y


def _separator(leaf: Leaf, y: float, strong: bool = False) -> float:
    calm = strong and not leaf.look.boxed
    leaf.pen.line(0, y, leaf.layout.width, y, _STRONG if calm else leaf.look.rule,
                  leaf.soft if calm else leaf.pale)
    return y


def _titles(leaf: Leaf, y: float) -> float:
    high = band_height(leaf.paper)
    _separator(leaf, y, strong=True)
    for placed in leaf.layout.columns:
        align = Align.CENTRE if leaf.look.boxed else placed.column.alignment
        leaf.pen.text(_anchor(placed, align), y + high / 2, placed.column.title, size=leaf.look.text,
                      room=placed.width - PAD, bold=True, align=align)
    return _separator(leaf, y + high, strong=True)


def _anchor(placed: PlacedColumn, align: Align) -> float:
    if align is Align.LEFT:
        return placed.x + PAD
    return placed.x + (placed.width / 2 if align is Align.CENTRE else placed.width - PAD)


def _cells(leaf: Leaf, row: Row, y: float, end: float) -> None:
    size, step = leaf.look.text, leading(leaf.look.text)
    for placed, lines in zip(leaf.layout.columns, row.cells, strict=True):
        align = placed.column.alignment
        middle = (y + end) / 2 - (len(lines) - 1) * step / 2
        for line in lines:
            if placed.column.kind.numeric:
                leaf.pen.figure(_anchor(placed, Align.RIGHT), middle, line, size=size,
                                room=placed.width - 2 * PAD, ink=leaf.figures)
            else:
                leaf.pen.text(_anchor(placed, align), middle, line, size=size, align=align)
            middle += step


def _details(leaf: Leaf, lines: Sequence[str], y: float) -> None:
    """Lot, dates and serial numbers of a row, over all its columns."""
    size, step = leaf.look.small, leading(leaf.look.small)
    for number, line in enumerate(lines):
        leaf.pen.text(details_start(leaf.layout.columns) + PAD, y + (number + 0.5) * step, line, size=size,
                      ink=leaf.soft)


def _sums(leaf: Leaf, y: float, label: str, sums: Mapping[str, Decimal], *, bold: bool) -> float:
    """A band with `label` and the sums under their columns."""
    high = band_height(leaf.paper)
    leaf.pen.text(PAD, y + high / 2, label, size=leaf.look.text, bold=bold, room=_label_room(leaf))
    for placed in leaf.layout.columns:
        if placed.column.key in sums:
            text = shown(sums[placed.column.key], placed.column.kind)
            leaf.pen.figure(_anchor(placed, Align.RIGHT), y + high / 2, text, size=leaf.look.text,
                            room=placed.width - 2 * PAD, bold=bold, ink=leaf.figures)
    return _separator(leaf, y + high, strong=bold)


def _label_room(leaf: Leaf) -> float:
    """The label of a sum may run up to the first column that has one."""
    starts = [placed.x for placed in leaf.layout.columns if placed.column.key in leaf.sheet.totals]
    return max(min(starts, default=leaf.layout.width) - PAD, 1)


def _owed(leaf: Leaf, y: float) -> float:
    """The amount in words and the money lines: a band each, or side by side on low forms."""
    words, lines, wide = leaf.sheet.amount_in_words, leaf.sheet.money_lines, leaf.layout.width
    high = band_height(leaf.paper)
    split = wide * 0.45 if leaf.look.joined and lines else wide
    if words:
        _words(leaf, y + high / 2, split)
    if words and not (leaf.look.joined and lines):
        y = _separator(leaf, y + high)
    if lines:
        _money(leaf, y + high / 2, split % wide)
        y = _separator(leaf, y + high)
    return y


def _words(leaf: Leaf, y: float, end: float) -> None:
    size, label = leaf.look.text, tr("{label}:", label=tr("Amount in capitals"))
    leaf.pen.text(PAD, y, label, size=size, ink=leaf.soft)
    x = 2 * PAD + leaf.pen.width(label, size)
    leaf.pen.figure(x, y, leaf.sheet.amount_in_words, size=size + 1, bold=True, room=end - x - PAD,
                    align=Align.LEFT, ink=leaf.figures)


def _money(leaf: Leaf, y: float, start: float) -> None:
    size, lines = leaf.look.text, leaf.sheet.money_lines
    step = (leaf.layout.width - start) / len(lines)
    for i, (name, amount) in enumerate(lines):
        label, x = tr("{label}:", label=name), start + i * step + PAD
        wide = min(leaf.pen.width(label, size), step / 2)
        leaf.pen.text(x, y, label, size=size, room=wide, ink=leaf.soft)
        leaf.pen.figure(x + wide + PAD, y, shown(amount, Kind.MONEY), size=size, align=Align.LEFT,
                        room=step - wide - 3 * PAD)


def _verticals(leaf: Leaf, top: float, ends: tuple[float, float], gaps: Sequence[Gap]) -> None:
    """Lines between columns, down to the end of the goods or of the sums; not through words that run over them."""
    grid_end, sums_end = ends
    summed = _label_room(leaf) + PAD
    for number, placed in enumerate(leaf.layout.columns[1:]):
        end = sums_end if leaf.sheet.totals and placed.x >= summed - PAD / 2 else grid_end
        start = top
        for gap_start, gap_end in gaps if number else ():
            leaf.pen.line(placed.x, start, placed.x, gap_start, leaf.look.rule)
            start = gap_end
        leaf.pen.line(placed.x, start, placed.x, end, leaf.look.rule)
