"""Where a count stands: for each item and lot what was counted, what the books say, and whether that differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.schema import Status, Values
from jxc_desktop.i18n import tr
from jxc_desktop.services.count_differences import CountDifference, over
from jxc_desktop.services.counting import Key, counts, key_of
from jxc_desktop.ui import grid_units, typed
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.line_facts import LineFacts
from jxc_desktop.ui.table_model import Cell
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO


@dataclass
class Standing:
    """One item, or lot of it, in base units; its lines add up."""

    lines: list[Values] = field(default_factory=list)
    counted: Decimal | None = None
    book: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """None while it is not counted, or the books are not known."""
        return None if self.counted is None or self.book is None else self.counted - self.book

    @property
    def touched(self) -> bool:
        return any(counts(line) for line in self.lines)


def standings(lines: Iterable[Values], facts: LineFacts, *, zero: bool) -> dict[Key, Standing]:
    """By item and lot, in the order of the lines. `zero`: what has no figure counts as none."""
    found: dict[Key, Standing] = {}
    for line in lines:
        if not line.get("item_id"):
            continue
        one = found.setdefault(key_of(line), Standing(counted=ZERO if zero else None))
        one.lines.append(line)
        if counts(line):
            one.counted = (one.counted or ZERO) + facts.base(line)
        if line.get("book") is not None:
            one.book = (one.book or ZERO) + line["book"]
    return found


class CountView:
    """Reads the lines of an editor's count; the cells of what the books say and of the differences."""

    def __init__(self, editor: Any):
        self._editor = editor
        self._found: dict[Key, Standing] | None = None
        self.posted: Mapping[int, CountDifference] = {}  # of a posted count, by the id of the first line
        self.threshold: Decimal | None = None
        lines = editor.lines
        lines.looks.own |= {"book": self._book_cell, "difference": self._difference_cell}
        for signal in (lines.dataChanged, lines.rowsInserted, lines.rowsRemoved, lines.modelReset):
            signal.connect(self.forget)

    def forget(self, *_: object) -> None:
        """The lines are other ones."""
        self._found = None

    @property
    def standings(self) -> dict[Key, Standing]:
        if self._found is None:
            zero = self._editor.form.value("uncounted") == "zero"
            self._found = standings(self._editor.lines.lines, self._editor.line_facts, zero=zero)
        return self._found

    @property
    def untouched(self) -> bool:
        """Nothing is counted yet."""
        return not any(one.touched for one in self.standings.values())

    @property
    def blind(self) -> bool:
        """Counters do not see what the books say."""
        return bool(self._editor.form.value("blind")) and self._editor.draft.status is Status.DRAFT

    def progress(self) -> str:
        done = sum(one.touched for one in self.standings.values())
        return tr("Counted {done} of {all}", done=done, all=len(self.standings)) if self.standings else ""

    def difference(self, line: Values) -> Decimal | None:
        """Of the line's item and lot, in base units; what a posted count booked."""
        standing = self.standings.get(key_of(line)) if line.get("item_id") else None
        if standing is None:
            return None
        booked = self.posted.get(standing.lines[0].get("id") or 0)
        return booked.difference if booked and not self._editor.editing else standing.difference

    def _difference_cell(self, line: Values, column: LineColumn) -> Cell:
        """On the first line of an item, with a word where it has to be looked at again."""
        difference, unit = self.difference(line), self._editor.line_facts.unit(line)
        if difference is None or unit is None:
            return Cell("")
        standing = self.standings[key_of(line)]
        if standing.lines[0] is not line:
            return Cell("")
        text = _in_unit(difference, unit, column)
        large = self._editor.editing and over(difference, standing.book or ZERO, self.threshold)
        tone = Tone.BAD if difference < 0 else Tone.WARN if large else Tone.OK if difference > 0 else None
        return Cell(f"+{text}" if difference > 0 else text, tone, tr("recount") if large else "", bold=True)

    def _book_cell(self, line: Values, column: LineColumn) -> Cell:
        unit, book = self._editor.line_facts.unit(line), line.get("book")
        return Cell("") if unit is None or book is None else Cell(_in_unit(book, unit, column), muted=True)


def _in_unit(base: Decimal, unit: Any, column: LineColumn) -> str:
    assert column.field is not None
    return typed.written(column.field, grid_units.per_unit(base, unit))
