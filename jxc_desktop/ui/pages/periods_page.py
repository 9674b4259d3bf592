"""Period close (月结): what to look at first, the close itself, the closes so far, and taking back the last one."""

import calendar
import datetime as dt
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import periods
from jxc_desktop.services.queries.closing import CheckItem, ClosedPeriod
from jxc_desktop.ui import fields
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.dialogs.reason import ask_reason
from jxc_desktop.ui.dialogs_ask import Answer, ask
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.list_columns import local
from jxc_desktop.ui.pages.short_list import ShortList, ShortRow
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Card, EmptyState, FieldLabel, Role, label

THROUGH = Field("through", N_("Close through"), FieldType.DATE, required=True)
_NAMED = 3


def _moment(name: str) -> Any:
    return lambda row: local(getattr(row, name)) if getattr(row, name) else None


def _state(row: ClosedPeriod) -> Mark:
    return Mark(Tone.WARN, tr("Taken back")) if row.reopened_at else Mark(Tone.OK, tr("Closed and locked"))


COLUMNS = (
    Column("first", N_("From"), Kind.DATE, 108, value=lambda row: row.first or tr("the beginning")),
    Column("through", N_("Through"), Kind.DATE, 108, bold=True),
    Column("state", N_("Status"), Kind.CHIP, 92, value=lambda row: _state(row).pill,
           mark=lambda row: Mark(_state(row).tone)),
    Column("value", N_("Stock value"), Kind.MONEY, 130, bold=True),
    Column("closed_at", N_("Closed at"), Kind.DATETIME, value=_moment("closed_at")),
    Column("closed_by", N_("Closed by"), width=90, muted=True),
    Column("reopened_at", N_("Reopened at"), Kind.DATETIME, value=_moment("reopened_at"), yields=1),
    Column("reopened_by", N_("Reopened by"), width=90, muted=True, yields=2),
    Column("reopen_reason", N_("Reason"), width=160, stretch=1, yields=3),
    Column("differs", N_("Second close"), width=110,
           value=lambda row: tr("Difference sheet") if row.supersedes else ""),
)


def next_end(closed: dt.date | None, today: dt.date) -> dt.date:
    """What is likely to be closed next: the month after the last close, else the month before this one."""
    start = closed + dt.timedelta(days=1) if closed else today.replace(day=1) - dt.timedelta(days=1)
    return min(start.replace(day=calendar.monthrange(start.year, start.month)[1]), today)


class PeriodsPage(RefreshOnChange, PageWidget):
    """Key "periods". Enter opens the figures of a close, or what a second one changed."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str = "periods"):
        super().__init__(context, key, tr("Period close"))
        may = context.actor.may  # type: ignore[attr-defined]
        self.checks: list[CheckItem] = []
        self.through: Any = fields.editor(THROUGH, context)
        self.through.setFixedWidth(160)
        self.close_button = Button(tr("Close the period"), "lock", "F9", Role.PRIMARY)
        self._may_close = may("period.close")
        self.close_button.setVisible(self._may_close)
        self.reopen_button = Button(tr("Reopen the last one…"), "rotate-ccw")
        self._may_reopen = may("period.reopen")
        self.reopen_button.hide()
        self.checklist = ShortList(self.open_wanted.emit)
        self.model = RowsModel([c for c in COLUMNS if c.key != "value" or may("see_cost")], parent=self)
        self.table = Table("periods", context.settings, row_key=lambda row: row.id)
        self._build()
        self.watch(context.changes, periods.ENTITY, "stock")
        self.operations.read(context.queries.periods, done=self._begin)

    # --- the protocol of pages

    def focus_first(self) -> None:
        self.through.setFocus()

    def refresh(self) -> None:
        self.operations.read(self.context.queries.periods, done=self._show)
        self._check()

    # --- inside

    def _build(self) -> None:
        self.body.addLayout(self.head(label(tr("Period close"), "h1"), buttons=(self.reopen_button,)))
        card, row = Card(), QHBoxLayout()
        row.addWidget(FieldLabel(tr(THROUGH.title), True, self.through))
        row.addWidget(self.through)
        self.told = label("", "label")
        row.addWidget(self.told, 1)
        row.addWidget(self.close_button)
        card.body.addLayout(row)
        self.checklist.setFixedHeight(6 * ShortList.ROW)
        self.checklist.setAccessibleName(tr("Before closing"))
        card.body.addWidget(self.checklist)
        self.body.addWidget(card)
        self.table.setAccessibleName(tr("Closed periods"))
        self.table.setModel(self.model)
        self.body.addWidget(TableCard(self.table), 1)
        self.through.changed.connect(self._check)
        self.close_button.clicked.connect(self.close_period)
        self.reopen_button.clicked.connect(self.reopen)
        self.table.opened.connect(lambda index: self._open(self.model.row(index)))
        closing = [("F9", tr("Close the period"))] if self._may_close else []
        if self._may_close:
            bind(self, "F9", self.close_period)
        self.set_keys([("Enter", tr("Figures of the period")), *closing, ("F5", tr("Refresh")), ("Ctrl+C", tr("Copy"))])

    def _begin(self, found: list[ClosedPeriod]) -> None:
        latest = next((p.through for p in found if p.latest), None)
        self.through.set_value(next_end(latest, dt.date.today()))
        self._show(found)
        self._check()

    def _show(self, found: list[ClosedPeriod]) -> None:
        self.model.replace(found)
        self.reopen_button.setVisible(self._may_reopen and any(p.latest for p in found))
        self.table.set_empty(None if found else EmptyState("lock", tr("No period is closed")))

    def _check(self) -> None:
        if not self.through.fault() and self.through.value():
            self.operations.read(self.context.queries.checklist, self.through.value(), done=self._show_checks)

    def _show_checks(self, found: list[CheckItem]) -> None:
        self.checks = found
        rows = []
        for item in found:
            names = tr(", ").join(name for name, _ in item.named[:_NAMED]) + ("…" if item.count > _NAMED else "")
            rows.append(ShortRow(tr(item.title), names, "" if item.passed else str(item.count),
                                 item.named[0][1] if item.named else self.key,
                                 "circle-check" if item.passed else "triangle-alert",
                                 Tone.OK if item.passed else Tone.WARN,
                                 tr("in order") if item.passed else tr("look at it")))
        self.checklist.show_rows(rows)
        left = sum(not item.passed for item in found)
        self.told.setText(tr("{count} point(s) to look at before closing", count=left) if left else
                          tr("Everything is in order"))

    def close_period(self) -> None:
        """Asks once: only a special right takes it back."""
        through = self.through.value()
        if through is None or self.through.fault():
            return
        left = [tr(item.title) for item in self.checks if not item.passed]
        detail = tr("Nothing dated on or before {date} can then be entered, changed or taken back.", date=through)
        if left:
            detail += "\n" + tr("Still open: {points}", points=tr(", ").join(left))
        go = Answer("go", tr("Close the period"), Role.DANGER if left else Role.PRIMARY)
        if ask(self, tr("Close everything through {date}?", date=through), detail, [go]) == "go":
            self.operations.execute(periods.close, through, done=lambda outcome: self.refresh())

    def reopen(self) -> None:
        latest = next((p for p in self.model.rows if p.latest), None)
        if latest is None:
            return
        reason = ask_reason(self, tr("Reopen the period through {date}?", date=latest.through), tr(
            "Its figures stay for comparison: the next close shows what is different."), tr("Reopen"),
            periods.REASON_LENGTH)
        if reason:
            self.operations.execute(periods.reopen, reason, done=lambda outcome: self.refresh())

    def _open(self, row: ClosedPeriod) -> None:
        if row.supersedes:
            self.open_wanted.emit(f"report/period_difference?through={row.through}")
        else:
            first = row.first or dt.date(row.through.year, row.through.month, 1)
            self.open_wanted.emit(f"report/stock_movement?date_from={first}&date_to={row.through}")
