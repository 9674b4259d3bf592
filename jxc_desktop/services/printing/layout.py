"""Where everything of a sheet goes on a paper: head, columns, and the rows of every page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from jxc_desktop.i18n import tr
from jxc_desktop.services.printing.fonts import ELLIPSIS, clean, clip, width, wrap
from jxc_desktop.services.printing.papers import Paper
from jxc_desktop.services.printing.sheet import DETAILS, Kind, Sheet, SheetColumn, shown

POINT = 25.4 / 72  # millimetres
PAD = 1.0  # between a rule and the letters beside it
COPY_STRIP = 6.0  # at the right edge, for the name of the copy
_HEAD_COLUMNS = 3
_WIDEST_WORD = 25.0  # a longer title or word may be cut
_WORD = re.compile("[!-~]+")  # codes and Latin words, which read badly when broken


@dataclass(frozen=True)
class Entry:
    """A label and its value in the head, from `x`; the value starts at `value_x` and has `room`."""

    label: str
    value: str
    x: float
    value_x: float
    room: float


@dataclass(frozen=True)
class PlacedColumn:
    column: SheetColumn
    x: float
    width: float


@dataclass(frozen=True)
class Row:
    """One row of goods: the lines of every cell, those below them all, and how many grid rows it takes.

    What is left below a row that fills a page goes on in a row without cells.
    """

    cells: tuple[list[str], ...]
    slots: int
    values: Mapping[str, Any]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A sheet placed on a paper, in millimetres from the left edge of the content."""

    width: float
    head: tuple[tuple[Entry, ...], ...]
    columns: tuple[PlacedColumn, ...]
    row_height: float
    slots: int
    pages: tuple[tuple[Row, ...], ...]
    notes: tuple[str, ...]  # terms and bank account, line by line


def place(sheet: Sheet, paper: Paper) -> Layout:
    """Lay `sheet` out on `paper`; every text in the result is clean and fits."""
    look = paper.look
    room = paper.room_wide - (COPY_STRIP if sheet.copies else 0)
    head = _head(sheet.head, room, paper)
    notes = _notes(sheet, room, paper)
    columns = _columns(sheet, room, look.text)
    row_height, slots = _grid(paper.room_high - fixed_height(sheet, paper, head, notes), paper)
    per_slot = max(1, int((row_height - PAD / 2) / leading(look.text)))
    rows: list[Row] = []
    for number, values in enumerate(sheet.rows, 1):
        row = _row(number, values, columns, look.text, (per_slot, slots))
        below = _below(values, details_room(room, columns), look.small)
        rows += _with_below(row, below, (per_slot, slots)) if below else [row]
    return Layout(room, head, columns, row_height, slots, _pages(rows, slots), notes)


def leading(size: float) -> float:
    return size * POINT * 1.06


def fixed_height(sheet: Sheet, paper: Paper, head: Sequence[object], notes: Sequence[object]) -> float:
    """All that is not a row of goods; the same on every page, so that every page holds as many rows."""
    look = paper.look
    owed = bool(sheet.amount_in_words) + bool(sheet.money_lines)
    bands = 1 + 2 * bool(sheet.totals) + (min(owed, 1) if look.joined else owed)
    signing = look.signing if sheet.signatures else 0
    return (look.heading + len(head) * look.line + PAD + bands * band_height(paper)
            + len(notes) * look.line + signing + look.line)


def band_height(paper: Paper) -> float:
    """Column titles, subtotal, total, amount in words and money lines are bands of this height."""
    return paper.look.line + 0.8


def _grid(free: float, paper: Paper) -> tuple[float, int]:
    """Height and number of the rows of a page."""
    if paper.rows_per_page is None:
        return paper.row_height, max(1, int(free / paper.row_height))
    least = leading(paper.look.text) + PAD / 2
    rows = max(1, min(paper.rows_per_page, int(free / least)))
    return min(paper.row_height, free / rows), rows


def _row(number: int, values: Mapping[str, Any], columns: Sequence[PlacedColumn], size: float,
         grid: tuple[int, int]) -> Row:
    """`grid`: lines that a grid row holds, and grid rows of a page, which is the most a row may take."""
    per_slot, slots = grid
    most = min(slots * per_slot, 2 * per_slot if per_slot > 1 else 3)
    cells = []
    for placed in columns:
        column = placed.column
        if column.kind is Kind.INDEX:
            cells.append([str(number)])
        elif column.kind is Kind.TEXT:
            text = clean(shown(values.get(column.key), column.kind))
            cells.append(wrap(text, placed.width - 2 * PAD, size, most))
        else:
            cells.append([clean(shown(values.get(column.key), column.kind))])
    return Row(tuple(cells), ceil(max(1, *map(len, cells)) / per_slot), values)


def details_start(columns: Sequence[PlacedColumn]) -> float:
    """Words below a row begin behind its number."""
    return columns[1].x if len(columns) > 1 else 0.0


def details_room(room: float, columns: Sequence[PlacedColumn]) -> float:
    return room - details_start(columns) - 2 * PAD


def _below(values: Mapping[str, Any], room: float, size: float) -> list[str]:
    """Words in lines of `room`, two blanks apart; none is broken."""
    lines: list[str] = []
    for word in values.get(DETAILS, ()):
        word = clip(clean(word), room, size)
        if lines and width(f"{lines[-1]}  {word}", size) <= room:
            lines[-1] += f"  {word}"
        else:
            lines.append(word)
    return lines


def _with_below(row: Row, below: Sequence[str], grid: tuple[int, int]) -> Iterator[Row]:
    """The row with the lines below it, in as many parts as pages need."""
    per_slot, slots = grid
    cells, first = row.cells, max(map(len, row.cells))
    values, rest = row.values, list(below)
    while rest:
        taken = max(1, slots * per_slot - first)
        lines, rest = rest[:taken], rest[taken:]
        yield Row(cells, min(slots, ceil((first + len(lines)) / per_slot)), values, tuple(lines))
        cells, first, values = tuple([] for _ in cells), 0, {}


def _pages(rows: Sequence[Row], slots: int) -> tuple[tuple[Row, ...], ...]:
    """Rows in order, as many as fit on each page; a row is never split."""
    pages: list[list[Row]] = [[]]
    used = 0
    for row in rows:
        if pages[-1] and used + row.slots > slots:
            pages.append([])
            used = 0
        pages[-1].append(row)
        used += row.slots
    return tuple(map(tuple, pages))


def _columns(sheet: Sheet, room: float, size: float) -> tuple[PlacedColumn, ...]:
    """Widths by weight, but figures and titles get what they need; texts share the rest."""
    weights = sum(column.weight for column in sheet.columns)
    wanted = [room * column.weight / weights for column in sheet.columns]
    needed = [_needed(column, sheet, size) for column in sheet.columns]
    texts = [column.kind is Kind.TEXT for column in sheet.columns]
    widths = [max(w, n) for w, n in zip(wanted, needed, strict=True)]
    over = sum(widths) - room
    slack = [w - n if text else 0.0 for w, n, text in zip(widths, needed, texts, strict=True)]
    if over > 0 and sum(slack) > over:
        widths = [w - over * s / sum(slack) for w, s in zip(widths, slack, strict=True)]
    elif over > 0:
        widths = [w * room / sum(widths) for w in widths]
    starts = [sum(widths[:i]) for i in range(len(widths))]
    return tuple(PlacedColumn(c, x, w) for c, x, w in zip(sheet.columns, starts, widths, strict=True))


def _needed(column: SheetColumn, sheet: Sheet, size: float) -> float:
    """The width below which the title, a figure or a code of the column would be cut."""
    values = [row.get(column.key) for row in sheet.rows]
    if column.kind.numeric:
        figures = {clean(shown(value, column.kind)) for value in (*values, sheet.totals.get(column.key))}
        widest = max(width(figure, size, bold=True) for figure in figures)
    else:
        words = {word[:50] for value in values for word in _WORD.findall(str(value or ""))}
        widest = min(_WIDEST_WORD, max((width(word, size) for word in words), default=0.0))
    return max(min(width(clean(column.title), size, bold=True), _WIDEST_WORD), widest) + 2 * PAD


def _head(entries: Sequence[tuple[str, str]], room: float, paper: Paper) -> tuple[tuple[Entry, ...], ...]:
    """Entries in three columns; a long one takes two or three, and labels of a column align."""
    size, step = paper.look.text, room / _HEAD_COLUMNS
    texts = [(clip(tr("{label}:", label=clean(label)), step * 0.6, size), clean(value))
             for label, value in entries]
    lines: list[list[tuple[int, int, str, str]]] = []
    column = _HEAD_COLUMNS
    for label, value in texts:
        need = width(label, size) + width(value, size) + 3 * PAD
        span = min(_HEAD_COLUMNS, max(1, ceil(need / step)))
        if column + span > _HEAD_COLUMNS:
            if len(lines) == paper.head_lines:
                lines[-1][-1] = (*lines[-1][-1][:3], lines[-1][-1][3] + ELLIPSIS)
                break
            lines.append([])
            column = 0
        lines[-1].append((column, span, label, value))
        column += span
    labels = [max((width(e[2], size) for line in lines for e in line if e[0] == c), default=0)
              for c in range(_HEAD_COLUMNS)]
    return tuple(tuple(Entry(label, value, column * step, column * step + labels[column] + PAD,
                             span * step - labels[column] - 2 * PAD)
                       for column, span, label, value in line) for line in lines)


def _notes(sheet: Sheet, room: float, paper: Paper) -> tuple[str, ...]:
    """The terms and the bank account under the table."""
    size, bank = paper.look.text, "  ".join(sheet.company.bank)
    if paper.look.joined:
        return tuple(wrap(clean(f"{sheet.terms}  {bank}"), room, size, 2))
    terms = wrap(clean(sheet.terms), room, size, 3 if paper.height_mm > 200 else 2)
    return (*terms, *wrap(clean(bank), room, size, 1))
