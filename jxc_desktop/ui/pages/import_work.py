"""What an import does off the UI thread: reading tables, planning, saving, templates and faulty rows."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.errors import InvalidDraft
from jxc_desktop.i18n import tr
from jxc_desktop.services.exchange import exporting, importing, mapping, tables
from jxc_desktop.services.exchange.importing import ImportPlan, Options, PlannedRow
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.mapping import Target
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.exchange.workbook import Column, Table
from jxc_desktop.services.unit_of_work import Commands, Outcome

SAMPLE = 50
PASTED = "clipboard"


@dataclass(frozen=True)
class Loaded:
    """A table that was read, where it came from, and what its columns seem to be."""

    kind: str
    source: str
    raw: RawTable
    sheets: tuple[str, ...]
    targets: tuple[Target, ...]
    suggested: Mapping[str, tuple[int, float]]
    ambiguous: bool  # has dates like 01/02/2026


def title_of(kind: str) -> str:
    """The name of a record or document type."""
    known = document_types.RECORDS_BY_KEY.get(kind) or document_types.BY_KEY[kind]
    return tr(known.title)


def load(kind: str, in_use: frozenset[str], path: str, sheet: str | None = None, progress: Any = None) -> Loaded:
    """Raises CannotImport."""
    found = tables.inspect(path)
    raw = tables.read(path, sheet, progress=progress)
    return _loaded(kind, in_use, Path(path).name, raw, tuple(s.name for s in found.sheets))


def load_text(kind: str, in_use: frozenset[str], text: str) -> Loaded:
    """Cells that were copied in a spreadsheet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{PASTED}.txt"
        file.write_text(text, encoding="utf-8")
        raw = tables.read(file, encoding="utf-8", delimiter="\t")
    return _loaded(kind, in_use, tr("Clipboard"), raw, ())


def _loaded(kind: str, in_use: frozenset[str], source: str, raw: RawTable, sheets: tuple[str, ...]) -> Loaded:
    wanted = importing.targets(kind, in_use)
    suggested = mapping.suggest(raw.headers, wanted, raw.rows[:SAMPLE])
    dated = [column for key, (column, _) in suggested.items()
             if next(t for t in wanted if t.key == key).kind in (Kind.DATE, Kind.DATETIME)]
    ambiguous = any(mapping.is_ambiguous(row[column]) for column in dated for row in raw.rows if column < len(row))
    return Loaded(kind, source, raw, sheets, wanted, suggested, ambiguous)


def plan(queries: Any, loaded: Loaded, columns: Mapping[str, int], options: Options) -> ImportPlan:
    return queries.import_plan(loaded.kind, loaded.raw, columns, options)


def carry_out(commands: Commands, planned: ImportPlan, key: str, progress: Any = None) -> Outcome:
    """All sound rows in one transaction; Cancelled takes everything back."""
    return commands.execute(importing.carry_out, planned, progress, key=key)


def with_faults(planned: ImportPlan, error: InvalidDraft) -> ImportPlan:
    """The plan with the rows marked that the services refused."""
    faults: dict[int, list[str]] = {}
    for problem in error.problems:
        faults.setdefault((problem.line or 0) + 1, []).append(problem.text())
    rows = tuple(replace(row, action="error", problems=(*row.problems, *faults[row.number]))
                 if row.number in faults else row for row in planned.rows)
    return replace(planned, rows=rows)


def write_template(kind: str, in_use: frozenset[str], path: str) -> None:
    """An empty workbook with the headings we understand; the required ones first."""
    wanted = sorted(importing.targets(kind, in_use), key=lambda t: not t.required)
    columns = [Column(t.key, t.title, t.kind, 16) for t in wanted]
    exporting.write(Table(title_of(kind), columns, []), path, None)


def write_faults(loaded: Loaded, rows: Sequence[PlannedRow], path: str) -> None:
    """The faulty rows as they stand in the file, with what is wrong in front."""
    numbers = dict(zip(loaded.raw.row_numbers, loaded.raw.rows, strict=True))
    columns = [Column("_row", tr("Row"), Kind.INT, 8), Column("_problems", tr("What is wrong"), Kind.TEXT, 50),
               *(Column(str(n), title) for n, title in enumerate(loaded.raw.headers))]
    written = [{"_row": row.number, "_problems": tr("; ").join(row.problems)}
               | {str(n): cell for n, cell in enumerate(numbers[row.number])} for row in rows]
    exporting.write(Table(tr("Faulty rows of {file}", file=loaded.source), columns, written), path, None)
