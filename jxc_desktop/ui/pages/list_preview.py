"""The document under the bar, read at a glance beside its list."""

from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import REFERENCES, Draft
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries import DocumentFacts
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.list_columns import local, status_mark
from jxc_desktop.ui.widgets import Card, Chip, figure_font, label

PAUSE = 120  # ms on one row before it is read
LINES = 12
_HEAD = ("partner_id", "date", "warehouse_id", "to_warehouse_id", "employee_id", "address", "remark")


def read(queries: Any, document_id: int) -> tuple[Draft, DocumentFacts, dict[str, str], dict[int, Any]]:
    """On a worker: the document, what is known about it, its names and items."""
    draft = queries.open_document(document_id)
    kind = document_types.BY_KEY[draft.kind]
    named = {f.name: REFERENCES[f.type] for f in kind.header if f.type in REFERENCES and draft.header.get(f.name)}
    names = {name: queries.label(record, draft.header[name]) for name, record in named.items()}
    return draft, queries.document_facts(document_id), names, queries.items({ln["item_id"] for ln in draft.lines})


class DocumentPreview(QWidget):
    """For the information panel: reads only while it can be seen."""

    open_wanted = Signal(str)

    def __init__(self, context: Context):
        super().__init__()
        self._context, self._operations = context, Operations(context, self)
        self._wanted: int | None = None
        self._shown: int | None = None
        self.setAccessibleName(tr("Preview"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._content: QWidget | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._read)

    def show_document(self, document_id: int | None) -> None:
        """Show another one, soon; None shows nothing."""
        self._wanted, self._shown = document_id, None
        if self.isVisible():
            self._pause.start()

    def close_reading(self) -> None:
        self._pause.stop()
        self._operations.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._wanted != self._shown:
            self._pause.start()

    def _read(self) -> None:
        if self._wanted is None:
            self._replace(None)
        else:
            self._operations.read(read, self._context.queries, self._wanted, done=partial(self._take, self._wanted),
                                  failed=lambda error: None)

    def _take(self, document_id: int, found: tuple[Draft, DocumentFacts, dict[str, str], dict[int, Any]]) -> None:
        if document_id == self._wanted:
            self._shown = document_id
            self._replace(self._made(*found))

    def _replace(self, content: QWidget | None) -> None:
        if self._content:
            self._layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        if content:
            self._layout.addWidget(content)

    def _made(self, draft: Draft, facts: DocumentFacts, names: dict[str, str], items: dict[int, Any]) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        for card in (_head(draft, names), self._lines(draft, items), self._around(facts)):
            if card:
                column.addWidget(card)
        column.addStretch(1)
        return whole

    def _lines(self, draft: Draft, items: dict[int, Any]) -> Card:
        kind, card, grid = document_types.BY_KEY[draft.kind], Card(), QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        amount = kind.column("amount")
        priced = amount is not None and (not amount.permission or self._context.actor.may(amount.permission))  # type: ignore[attr-defined]
        for number, line in enumerate(draft.lines[:LINES]):
            item = items.get(line["item_id"])
            unit = item.choice(line["unit_id"]) if item else None
            name = _cut(item.name if item else "", 13)
            grid.addWidget(label(name), number, 0)
            if kind.column("quantity") and line["quantity"] is not None:
                grid.addWidget(_figure(f"{values.grouped(line['quantity'])} {unit.name if unit else ''}"), number, 1)
            if priced and line["amount"] is not None:
                grid.addWidget(_figure(values.grouped(line["amount"], 2)), number, 2)
        card.body.addWidget(label(tr("Lines ({count})", count=len(draft.lines)), "strong"))
        card.body.addLayout(grid)
        if len(draft.lines) > LINES:
            card.body.addWidget(label(tr("… and {count} more", count=len(draft.lines) - LINES), "hint"))
        if priced:
            total = QHBoxLayout()
            total.addWidget(label(tr("Total amount"), "caption"))
            total.addStretch(1)
            total.addWidget(_figure(values.grouped(draft.header.get("total") or Decimal(0), 2), bold=True))
            card.body.addLayout(total)
        return card

    def _around(self, facts: DocumentFacts) -> Card | None:
        card = Card()
        made = tr("{who}, {when}", who=facts.created_by, when=f"{local(facts.created_at):%m-%d %H:%M}")
        card.body.addWidget(label(tr("Prepared by {who}", who=made), "caption"))
        if facts.print_count:
            card.body.addWidget(label(tr("Printed {count} time(s)", count=facts.print_count), "caption"))
        links = (*facts.upstream, *facts.downstream, *filter(None, (facts.reversal_of, facts.reversed_by)))
        for link in {ln.id: ln for ln in links}.values():
            text = f"{tr(document_types.BY_KEY[link.kind].title)} {link.number}"
            button = Button(text, role=Role.LINK)
            button.clicked.connect(partial(self._go, f"document/{link.kind}/{link.id}"))
            card.body.addWidget(button)
        return card

    def _go(self, key: str, checked: bool = False) -> None:
        self.open_wanted.emit(key)


def _head(draft: Draft, names: dict[str, str]) -> Card:
    kind, card, title = document_types.BY_KEY[draft.kind], Card(), QHBoxLayout()
    mark = status_mark({"status": draft.status, "reversal_of_id": draft.reversal_of_id})
    title.addWidget(label(draft.number or tr("Draft"), "strong"))
    title.addStretch(1)
    title.addWidget(Chip(mark.pill, mark.tone))
    card.body.addLayout(title)
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    shown = [(f.title, names.get(f.name) or draft.header.get(f.name)) for f in kind.header if f.name in _HEAD]
    for number, (name, text) in enumerate((n, t) for n, t in shown if t):
        value = label(str(text))
        value.setWordWrap(True)
        value.setAccessibleName(f"{tr(name)} {text}")
        grid.addWidget(label(tr(name), "caption"), number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, number, 1)
    card.body.addLayout(grid)
    return card


def _figure(text: str, *, bold: bool = False) -> QLabel:
    made = label(text)
    made.setFont(figure_font(bold=bold))
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length - 1] + "…"
