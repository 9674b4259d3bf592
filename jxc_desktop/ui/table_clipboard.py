"""Rows as text for a spreadsheet."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.i18n import tr
from jxc_desktop.ui.table_model import NUMBERS, Column, RowsModel

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_tsv(model: RowsModel, rows: Iterable[int], columns: Sequence[int]) -> str:
    """Headings and rows, tab-separated. Text that a spreadsheet would calculate is disarmed with a quote."""
    shown = [model.columns[c] for c in columns]
    lines = ["\t".join(_guarded(tr(column.title)) for column in shown)]
    for number in rows:
        row = model.row(number)
        lines.append("\t".join(_field(model, row, column) for column in shown))
    return "\n".join(lines) + "\n"


def _field(model: RowsModel, row: Any, column: Column) -> str:
    value = column.read(row)
    if column.kind in NUMBERS and isinstance(value, Decimal | int):
        return values.plain(Decimal(value))
    return _guarded(model.cell(row, column).text)


def _guarded(text: str) -> str:
    flat = " ".join(text.splitlines()).replace("\t", " ")
    return "'" + flat if flat.startswith(_FORMULA) or text.startswith(_FORMULA) else flat
