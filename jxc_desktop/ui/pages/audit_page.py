"""The audit trail: who did what, when, from which PC, and what changed."""

from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from jxc_desktop import document_types
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import periods
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.menu import PERIODS
from jxc_desktop.ui.pages import filters, saved_views
from jxc_desktop.ui.pages.list_columns import local
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.table import Column, RowsModel, Table, TableCard
from jxc_desktop.ui.widgets import label

_HEIGHT = 190
_COLUMNS = (Column("what", N_("Field"), width=180, muted=True), Column("before", N_("Before"), width=260, stretch=1),
            Column("after", N_("After"), width=260, stretch=1, bold=True))


class ChangesCard(TableCard):
    """One line for each change of the entry under the bar."""

    def __init__(self, context: Context):
        self.model = RowsModel(_COLUMNS)
        table = Table("audit/changes", context.settings)
        table.setAccessibleName(tr("Changes"))
        table.setModel(self.model)
        super().__init__(table)
        self.setFixedHeight(_HEIGHT)
        self.heading = label("", "strong")
        self.open = Button(tr("Open it"), "external-link", "Enter", Role.GHOST)
        row = QHBoxLayout()
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self.heading)
        row.addStretch(1)
        row.addWidget(self.open)
        self.body.insertLayout(0, row)

    def show_entry(self, row: Any) -> None:
        """None empties it."""
        self.model.replace([{"what": w, "before": b or "–", "after": a or "–"} for w, b, a in row["words"]]
                           if row else [])
        if row:
            self.heading.setText(f"{row['actor']}  ·  {local(row['at']):%Y-%m-%d %H:%M:%S}  ·  {row['number'] or ''}")
        self.open.setVisible(bool(row) and key_of(row) is not None)


def key_of(row: Any) -> str | None:
    """The page of what an entry is about; None when it cannot be opened any more."""
    entity, at = row["entity"], row["entity_id"]
    if entity in document_types.BY_KEY:
        return f"document/{entity}/{at}"
    if entity in document_types.RECORDS_BY_KEY and row["action"] != "delete":
        return f"record/{entity}/{at}"
    return PERIODS if entity == periods.ENTITY else None


class AuditPage(ListPage):
    """Key "audit"."""

    def __init__(self, context: Context, key: str = "audit"):
        columns = context.queries.list_columns("audit")
        super().__init__(context, key, ListSpec(
            "audit", N_("Audit trail"), "history", N_("Number or person"), (), filters.of_audit(columns),
            (saved_views.EVERYTHING,), export="report.see", empty=N_("Nothing was done yet")))
        self.changes = ChangesCard(context)
        self.changes.open.clicked.connect(lambda checked=False: self._open_current())
        self.body.addWidget(self.changes)
        self.table.current_row_changed.connect(lambda row: self._show_changes())
        self.feed.shown.connect(self._show_changes)

    def open_row(self, row: Any) -> None:
        if key := key_of(row):
            self.open_wanted.emit(key)

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Open document")), *super().key_hints()[1:4]]

    def _open_current(self) -> None:
        if (row := self.table.current_row()) is not None:
            self.open_row(row)

    def _show_changes(self) -> None:
        self.changes.show_entry(self.table.current_row())
