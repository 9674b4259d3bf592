"""Cells between the line grid and a spreadsheet: ranges of text with tabs."""

import csv
import io
from collections.abc import Sequence

from jxc_desktop import values
from jxc_desktop.document_types.schema import FieldType, Values, serials_in
from jxc_desktop.i18n import tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_model import LineModel
from jxc_desktop.ui.grid_tracking import SERIALS, TRACKED

Range = list[list[str]]
_FIGURES = typed.NUMERIC - {FieldType.RATE, FieldType.DISCOUNT}


def ranges(text: str) -> Range:
    """Rows and cells of copied text; quoted cells may hold line breaks."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter="\t")]
    return [row for row in rows if any(row)]


def columns_of(pasted: Range, shown: Sequence[LineColumn]) -> tuple[Range, list[LineColumn | None]]:
    """The rows to take and the column of each of their cells: by headings where there are any, else in order."""
    editable = [c for c in shown if c.editable]
    named = [next((c for c in editable if _is_heading(text, c)), None) for text in pasted[0]]
    if sum(c is not None for c in named) >= 2:
        seen: set[str] = set()
        return pasted[1:], [None if c is None or c.key in seen or seen.add(c.key) else c for c in named]  # type: ignore[func-returns-value]
    return pasted, [c if c.editable else None for c in shown]


def _is_heading(text: str, column: LineColumn) -> bool:
    return bool(text) and column.field is not None and (
        text in (tr(column.title), column.title, *column.field.synonyms))


def take(model: LineModel, at: int, pasted: Range, columns: Sequence[LineColumn | None]) -> set[str]:
    """Put rows into the lines from row `at` on, as one step to undo. Returns the codes still to be looked up."""
    lines, codes = [], set()
    existing = model.lines[at:at + len(pasted)]
    for number, row in enumerate(pasted):
        line: Values = {**existing[number]} if number < len(existing) else model.new_line()
        for text, column in zip(row, columns, strict=False):
            if column is None or not text:
                continue
            if column.part == CODE:
                line |= {column.name: None, "wrong": {**line.get("wrong", {}), column.name: text}}
                line.pop("proposed", None)
                codes.add(text)
            else:
                model.type_into(line, column, text)
        lines.append(line)
    model.change(at, len(existing), lines, tr("Paste"))
    return codes


def copied(model: LineModel, cells: Sequence[tuple[int, int]]) -> str:
    """Cells (row, column) as text; figures without separators, so that a spreadsheet reads them as numbers."""
    rows = sorted({row for row, _ in cells})
    shown = sorted({column for _, column in cells})
    return "\n".join("\t".join(_plain(model, row, c) if (row, c) in set(cells) else "" for c in shown) for row in rows)


def _plain(model: LineModel, row: int, column: int) -> str:
    about = model.column_at(column)
    value = model.rows[row].get(about.name) if about.field and not about.part else None
    if about.field and about.field.type in _FIGURES and value is not None:
        return values.plain(value)
    text = _tracked(about.name, value) if about.name in TRACKED and isinstance(value, str) else \
        str(model.index(row, column).data() or "")
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def _tracked(name: str, text: str) -> str:
    """What the cell shows more briefly or beside other things: the code of a lot, all the serial numbers."""
    return ", ".join(serials_in(text)) if name == SERIALS else text
