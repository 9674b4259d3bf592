"""A document's history: who did what and when, and the documents before and after it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import STATUS_TITLES, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.history import said
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.table import Column, RowsModel, Table
from jxc_desktop.ui.widgets import label

ACTIONS = {"post": N_("Posted"), "correct": N_("Corrected"), "park": N_("Parked"), "unpost": N_("Unposted"),
           "void": N_("Voided"), "reverse": N_("Reversed"), "close": N_("Closed"), "reopen": N_("Reopened"),
           "print": N_("Printed"), "join": N_("Sheets added"), "submit": N_("Submitted"), "approve": N_("Approved"),
           "reject": N_("Rejected"), "recall": N_("Recalled"), "prepare": N_("Made by itself")}


def local(moment: dt.datetime) -> str:
    """A UTC moment of the database as the clock on the wall shows it."""
    return moment.replace(tzinfo=dt.UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


COLUMNS = (
    Column("at", N_("When"), width=150, value=lambda row: local(row.at)),
    Column("actor", N_("Who"), width=90),
    Column("action", N_("Action"), width=90, value=lambda row: tr(ACTIONS.get(row.action, row.action)), bold=True),
    Column("changes", N_("Changes"), width=300, stretch=1,
           value=lambda row: said(row.changes)),
    Column("origin", N_("From PC"), width=110, muted=True),
)


def _read(queries: Any, document_id: int) -> tuple[Any, Any]:
    return queries.document_facts(document_id), queries.timeline(document_id)


class TimelineDialog(QDialog):
    """Reads off the UI thread; `open_key` opens the page of a linked document."""

    def __init__(self, editor: Any, document_id: int, open_key: Callable[[str], object]):
        super().__init__(editor)
        self.setWindowTitle(tr("Time line and links"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 460)
        self._open_key = open_key
        self.model = RowsModel(COLUMNS, parent=self)
        table = Table()
        table.setModel(self.model)
        table.setAccessibleName(tr("Time line"))
        self.links = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.addLayout(self.links)
        layout.addWidget(table, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        close = Button(tr("Close"), key_hint="Esc", role=Role.PRIMARY)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        layout.addLayout(row)
        editor.operations.read(_read, editor.context.queries, document_id, done=self._show)

    def _show(self, found: tuple[Any, Any]) -> None:
        facts, steps = found
        self.model.replace(steps)
        single = [link for link in (facts.reversal_of, facts.reversed_by) if link]
        for title, links in ((tr("Made from"), facts.upstream), (tr("Led to"), facts.downstream),
                             (tr("Reversal"), single)):
            if links:
                row = QHBoxLayout()
                row.addWidget(label(title, "label"))
                for link in links:
                    row.addWidget(self._link(link))
                row.addStretch(1)
                self.links.addLayout(row)

    def _link(self, link: Any) -> Button:
        kind = document_types.BY_KEY[link.kind]
        text = f"{tr(kind.title)} {link.number} · {tr(STATUS_TITLES[Status(link.status)])}"
        button = Button(text, kind.icon, role=Role.LINK)
        button.clicked.connect(lambda checked=False: self._go(f"document/{link.kind}/{link.id}"))
        return button

    def _go(self, key: str) -> None:
        self.accept()
        self._open_key(key)
