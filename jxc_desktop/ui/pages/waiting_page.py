"""Waiting for approval (待审批): what waits for one's own word, and what one has submitted oneself."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar

from jxc_desktop import document_types
from jxc_desktop.errors import Cancelled, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import approvals
from jxc_desktop.services.queries.flows import WaitingRow
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.documents.approving import REJECT_KEY, RULES, ask_rejection, roles_of
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.list_columns import local
from jxc_desktop.ui.pages.list_export import toast
from jxc_desktop.ui.pages.list_preview import DocumentPreview
from jxc_desktop.ui.pages.list_table import ListTable
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, EmptyState, Role, label
from jxc_desktop.values import ZERO

KEY, FAULTS = "waiting", "faults"
LATE = dt.timedelta(days=2)  # that somebody waits
VIEWS: tuple[tuple[str, Callable[[WaitingRow], bool]], ...] = (
    (N_("Waits for me"), lambda row: row.standing.mine), (N_("Submitted by me"), lambda row: row.own),
    (N_("All"), lambda row: True))
_EMPTY = (N_("Nothing waits for your approval"), N_("Nothing of yours waits for approval"),
          N_("No document waits for approval"))


def _level(row: WaitingRow) -> str:
    step = row.standing.next
    return f"{step.level}/{len(row.standing.steps)} {roles_of(step)}" if step else "–"


def waited(since: dt.datetime, now: dt.datetime | None = None) -> str:
    """How long ago a moment (UTC) was, in the largest unit."""
    seconds = ((now or dt.datetime.now(dt.UTC).replace(tzinfo=None)) - since).total_seconds()
    for length, text in ((86400, N_("{count} day(s)")), (3600, N_("{count} hour(s)")), (60, N_("{count} minute(s)"))):
        if seconds >= length:
            return tr(text, count=int(seconds // length))
    return tr("just now")


def _late(row: WaitingRow) -> Mark:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return Mark(Tone.WARN if now - row.submitted_at > LATE else Tone.NEUTRAL)


COLUMNS = (
    Column("number", N_("Number"), Kind.CODE, 184),
    Column("kind", N_("Document"), width=120, value=lambda row: tr(document_types.BY_KEY[row.kind].title)),
    Column("date", N_("Date"), Kind.DATE, 106), Column("partner", N_("Partner"), width=170, stretch=2),
    Column("quantity", N_("Quantity"), Kind.QUANTITY, 84, yields=2),
    Column("total", N_("Amount"), Kind.MONEY, bold=True),
    Column("prepared_by", N_("Prepared by"), width=90),
    Column("level", N_("Level"), width=140, value=_level),
    Column("submitted_at", N_("Submitted at"), Kind.DATETIME, value=lambda row: local(row.submitted_at), yields=1,
           muted=True, hidden=True),
    Column("waited", N_("Waits since"), Kind.CHIP, 96, value=lambda row: waited(row.submitted_at), mark=_late,
           sort_key=lambda row: row.submitted_at),
)


class WaitingPage(RefreshOnChange, PageWidget):
    """Key "waiting". F9 approves the chosen rows, Enter opens the document of the current one."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str = KEY):
        super().__init__(context, key, tr("Approvals"))
        self.rows: list[WaitingRow] = []
        self._running: list[WaitingRow] = []
        self._done, self._faults = 0, list[tuple[WaitingRow, str]]()
        self.model = RowsModel(COLUMNS, parent=self)
        self.table = ListTable("waiting", context.settings, lambda row: row.id)
        self.views, self.count = QTabBar(), label("", "number")
        self.info = self.preview = DocumentPreview(context)
        self.reject_button = Button(tr("Reject…"), "x", REJECT_KEY, Role.DANGER)
        self.approve_button = Button(tr("Approve"), "check", "F9", Role.PRIMARY)
        self._build()
        self.set_keys([("Enter", tr("Open document")), ("Space", tr("Select row")), ("F9", tr("Approve")),
                       (REJECT_KEY, tr("Reject…")), ("F5", tr("Refresh"))])
        self.watch(context.changes, "notice", *RULES, *document_types.BY_KEY)
        self.refresh()

    # --- the protocol of pages

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.show_first()

    def refresh(self) -> None:
        self.operations.read(self.context.queries.waiting, done=self._show)

    def closed(self) -> None:
        self.preview.close_reading()
        super().closed()

    # --- what one does here

    def chosen(self) -> list[WaitingRow]:
        """The selected rows that wait for one's word; else the current one."""
        current = self.table.current_row()
        rows = self.table.selected_rows() or ([current] if current else [])
        return [row for row in rows if row.standing.mine]

    def approve(self) -> None:
        """One after the other: what cannot be approved stays and says why."""
        if not self._running:
            self._running, self._done, self._faults = self.chosen(), 0, []
            self.bars.clear(FAULTS)
            self._next()

    def reject(self) -> None:
        """The current document, with a reason."""
        row = self.table.current_row()
        if row is not None and row.standing.mine and (reason := ask_rejection(self, row.number)):
            self.operations.execute(approvals.reject, row.id, row.version, reason, done=lambda outcome: self._tell(
                tr("{number} rejected", number=row.number)))

    def _next(self) -> None:
        self._follow()
        if not self._running:
            self._finished()
            return
        row = self._running[0]
        self.operations.execute(approvals.approve, row.id, row.version, verb=tr("Approve"),
                                done=partial(self._went, row, None), failed=partial(self._went, row))

    def _went(self, row: WaitingRow, error: Exception | None, outcome: Any = None) -> None:
        self._running = self._running[1:]
        if error is not None and not isinstance(error, UserError):
            self._running = []
            raise error
        if error is None:
            self._done += 1
        elif not isinstance(error, Cancelled):
            self._faults.append((row, str(error)))
        self._next()

    def _finished(self) -> None:
        if self._done:
            toast(self, tr("{count} approved", count=self._done))
        if self._faults:
            text = "\n".join(f"{row.number}: {why}" for row, why in self._faults)
            links = [(tr("Open {number}", number=row.number), partial(self._open, row)) for row, _ in self._faults[:3]]
            self.bars.show_bar(FAULTS, text, Tone.BAD, links)
        self.refresh()

    def _tell(self, text: str) -> None:
        toast(self, text)
        self.refresh()

    # --- inside

    def _build(self) -> None:
        self.body.addLayout(self.head(label(tr("Approvals"), "h1"), self.count,
                                      buttons=(self.reject_button, self.approve_button)))
        self.table.setAccessibleName(tr("Approvals"))
        self.table.setModel(self.model)
        self.views.setExpanding(False)
        self.views.setAccessibleName(tr("Views"))
        for title, _ in VIEWS:
            self.views.addTab(tr(title))
        card, row = TableCard(self.table, footer=True), QHBoxLayout()
        row.setContentsMargins(8, 2, 8, 0)
        row.addWidget(self.views)
        row.addStretch(1)
        card.body.insertLayout(0, row)
        self.card = card
        self.body.addWidget(card, 1)
        self.views.currentChanged.connect(lambda at: self._fill())
        self.table.opened.connect(lambda index: self._open(self.model.row(index)))
        self.table.current_row_changed.connect(lambda at: self._follow())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._follow())
        self.approve_button.clicked.connect(lambda checked=False: self.approve())
        self.reject_button.clicked.connect(lambda checked=False: self.reject())
        self.preview.open_wanted.connect(self.open_wanted)
        bind(self, "F9", self.approve)
        bind(self, REJECT_KEY, self.reject)

    def _open(self, row: WaitingRow) -> None:
        self.open_wanted.emit(f"document/{row.kind}/{row.id}")

    def _show(self, found: list[WaitingRow]) -> None:
        self.rows = found
        for at, (title, fits) in enumerate(VIEWS):
            count = sum(map(fits, found))
            self.views.setTabText(at, f"{tr(title)} {count}" if count else tr(title))
        self._fill()

    def _fill(self) -> None:
        at = max(self.views.currentIndex(), 0)
        rows = [row for row in self.rows if VIEWS[at][1](row)]
        self.model.replace(rows)
        self.count.setText(f"{len(rows):,}")
        self.table.set_empty(None if rows else EmptyState("circle-check", tr(_EMPTY[at])))
        total = sum((row.total for row in rows if row.total), ZERO)
        assert self.card.footer
        self.card.footer.show_sums({"total": total} if rows else {}, tr("{count} rows", count=len(rows)))
        self.table.show_first()
        self._follow()

    def _follow(self) -> None:
        """Buttons and preview go with the chosen rows."""
        row, chosen = self.table.current_row(), self.chosen()
        self.preview.show_document(row.id if row else None)
        self.approve_button.setText(tr("Approve {count}", count=len(chosen)) if len(chosen) > 1 else tr("Approve"))
        self.approve_button.setEnabled(bool(chosen) and not self._running)
        self.reject_button.setEnabled(bool(row and row.standing.mine) and not self._running)
