"""Third step of an import: what every row would do, and what is wrong with those that can do nothing."""

from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.importing import ImportPlan, PlannedRow
from jxc_desktop.ui.pages.import_work import Loaded
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Chip, EmptyState, Role, label

_WORDS = {"new": (N_("New"), Tone.OK), "update": (N_("Change"), Tone.ACCENT), "error": (N_("Faulty"), Tone.BAD)}


class CheckStep(QWidget):
    """Shows a plan; emits `export_wanted` for its faulty rows."""

    export_wanted = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.plan: ImportPlan | None = None
        self._loaded: Loaded | None = None
        self._chips = {action: Chip() for action in _WORDS}
        self.only_faulty = QCheckBox(tr("Only faulty rows"))
        self.skip = QCheckBox(tr("Leave the faulty rows out"))
        self.export = Button(tr("Export the faulty rows"), "file-down", role=Role.LINK)
        self.only_faulty.toggled.connect(lambda on: self._show_rows())
        self.skip.toggled.connect(lambda on: self.changed.emit())
        self.export.clicked.connect(self.export_wanted)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._count = label("", "strong")
        row.addWidget(self._count)
        for chip in self._chips.values():
            row.addWidget(chip)
        row.addSpacing(12)
        for part in (self.only_faulty, self.skip, self.export):
            row.addWidget(part)
        row.addStretch(1)
        self.table = Table()
        self.table.setAccessibleName(tr("Rows of the file"))
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addLayout(row)
        body.addWidget(TableCard(self.table), 1)

    @property
    def ready(self) -> bool:
        """Whether something can be imported as things stand."""
        plan = self.plan
        return plan is not None and plan.created + plan.updated > 0 and (not plan.faulty or self.skip.isChecked())

    def show_plan(self, loaded: Loaded, plan: ImportPlan, columns: dict[str, int]) -> None:
        self.plan, self._loaded = plan, loaded
        self._count.setText(tr("{count} rows", count=f"{len(plan.rows):,}"))
        for action, (word, tone) in _WORDS.items():
            self._chips[action].show_state(f"{tr(word)} {plan.count(action):,}", tone)
            self._chips[action].setVisible(plan.count(action) > 0)
        for part in (self.only_faulty, self.skip, self.export):
            part.setVisible(plan.faulty > 0)
        titles = {t.key: t for t in loaded.targets}
        cells = dict(zip(loaded.raw.row_numbers, loaded.raw.rows, strict=True))

        def read(column: int) -> Any:
            return lambda row: _shown(cells[row.number][column])

        self.table.setModel(RowsModel([
            Column("number", N_("Row"), Kind.INT, 56, muted=True),
            Column("action", N_("What happens"), Kind.CHIP, 90, value=_word, mark=_mark),
            Column("problems", N_("What is wrong"), width=300, minimum=160, stretch=2, value=_problems,
                   hidden=not plan.faulty),
            *(Column(key, titles[key].title, width=132, value=read(at), mark=partial(_fault, titles[key].title))
              for key, at in columns.items()),
        ], parent=self.table))
        if plan.faulty:
            self.only_faulty.setChecked(True)
        self._show_rows()

    def faulty_rows(self) -> list[PlannedRow]:
        return [row for row in self.plan.rows if row.action == "error"] if self.plan else []

    def _show_rows(self) -> None:
        if not self.plan:
            return
        rows = self.faulty_rows() if self.only_faulty.isChecked() and self.plan.faulty else self.plan.rows
        self.table.rows_model().replace(rows)
        self.table.set_empty(None if rows else EmptyState("file-spreadsheet", tr("There is no row in the file")))


def _word(row: PlannedRow) -> str:
    return tr(_WORDS[row.action][0])


def _mark(row: PlannedRow) -> Mark:
    return Mark(_WORDS[row.action][1])


def _fault(title: str, row: PlannedRow) -> Mark | None:
    """Red for the cell that a problem names."""
    return Mark(Tone.BAD) if any(title in problem for problem in row.problems) else None


def _problems(row: PlannedRow) -> str:
    return "；".join(row.problems)


def _shown(cell: Any) -> str:
    from decimal import Decimal

    from jxc_desktop.values import plain

    return "" if cell is None else plain(cell) if isinstance(cell, Decimal) else str(cell)
