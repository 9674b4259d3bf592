"""A rule of the company in plain words while it is typed, and what it would have done to the latest documents."""

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.flows import TRIED, Tried
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, EmptyState, IconLabel, label

RULES = frozenset({"approval_rule", "flow_rule"})
PAUSE = 200  # ms of typing
COLUMNS = (
    Column("applies", N_("The rule"), Kind.CHIP, 96,
           value=lambda row: tr("applies") if row.applies else tr("does not apply"),
           mark=lambda row: Mark(Tone.WARN if row.applies else Tone.NEUTRAL)),
    Column("number", N_("Number"), Kind.CODE, 184), Column("date", N_("Date"), Kind.DATE, 106),
    Column("partner", N_("Partner"), width=200, stretch=1), Column("quantity", N_("Quantity"), Kind.QUANTITY, 96),
    Column("total", N_("Amount"), Kind.MONEY, bold=True),
)


class RuleTrial(TableCard):
    """Give it what the form holds with `follow`; Enter opens a document."""

    open_wanted = Signal(int)

    def __init__(self, context: Context):
        self.model = RowsModel(COLUMNS)
        table = Table("rule/trial", context.settings, row_key=lambda row: row.id)
        table.setAccessibleName(tr("Tried on saved documents"))
        table.setModel(self.model)
        super().__init__(table)
        self._context, self._operations = context, Operations(context, self)
        self._wanted: dict[str, Any] = {}
        self.words, self.count = label("", "strong"), Chip()
        self.words.setWordWrap(True)
        self.count.hide()
        said, tried = QHBoxLayout(), QHBoxLayout()
        said.setContentsMargins(14, 12, 14, 8)
        said.setSpacing(8)
        said.addWidget(IconLabel("git-branch", "accent"))
        said.addWidget(self.words, 1)
        tried.setContentsMargins(14, 2, 14, 8)
        tried.setSpacing(8)
        tried.addWidget(label(tr("Tried on the last {count} documents of this type", count=TRIED), "caption"))
        tried.addWidget(self.count)
        tried.addStretch(1)
        self.body.insertLayout(0, said)
        self.body.insertLayout(1, tried)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)
        table.opened.connect(lambda index: self.open_wanted.emit(self.model.row(index).id))

    def follow(self, values: dict[str, Any]) -> None:
        """Another rule, or another value in it."""
        self._wanted = values
        self._pause.start()

    def close_reading(self) -> None:
        self._pause.stop()
        self._operations.close()

    def _ask(self) -> None:
        wanted = self._wanted
        self._operations.read(self._context.queries.trial, wanted,
                              done=lambda found: self._show(*found) if wanted is self._wanted else None)

    def _show(self, words: str, tried: list[Tried]) -> None:
        stopped = self._wanted.get("active") is False
        self.words.setText(tr("Stopped: {rule}", rule=words) if stopped and words else words
                           or tr("Choose the document that the rule is about"))
        self.model.replace(sorted(tried, key=lambda row: not row.applies))  # else the latest first
        met = sum(row.applies for row in tried)
        self.count.show_state(tr("{met} of {count} would have met it", met=met, count=len(tried)),
                              Tone.WARN if met else Tone.NEUTRAL)
        self.count.setVisible(bool(tried))
        self.table.set_empty(None if tried else EmptyState("file-text", tr("No document of this kind yet")))
