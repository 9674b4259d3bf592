"""Explain this number: a balance, its value and its cost, down to the documents; and the cost of one document."""

import datetime as dt
from typing import Any

from PySide6.QtCore import Signal

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.explain import Explanation
from jxc_desktop.services.queries.proof import PAGE
from jxc_desktop.ui import fields
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.explain_steps import StepsView, day_of, row_of
from jxc_desktop.ui.pages.explaining import key_of
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.widgets import Button, Card, EmptyState, FieldLabel, label

_AS_OF = Field("as_of", N_("On the day"), FieldType.DATE)


class ExplainPage(RefreshOnChange, PageWidget):
    """Key "explain/<item>/<warehouse>/<lot>[/<day>]"; 0 stands for all. Enter opens the document of a move."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str):
        super().__init__(context, key, tr("Explain this number"))
        self.nav_key = "stock"
        item, place, lot, *day = key.split("/")[1:]
        self.item_id, self.warehouse_id, self.lot_id = int(item), int(place) or None, int(lot) or None
        self._skip = 0
        self._asked: object = None  # the last question
        self._shown: Explanation | None = None
        self.name, self.place = label("", "h1"), label("", "number")
        self.as_of: Any = fields.editor(_AS_OF, context)
        self.as_of.setFixedWidth(150)
        self.as_of.set_value(day_of(day[0]) if day else None)
        self.earlier = Button(tr("Earlier moves"), "chevron-left")
        self.later = Button(tr("Later moves"), "chevron-right")
        self.before_close = Button(tr("Before the close"), "lock")
        self.sentences = label("")
        self.sentences.setWordWrap(True)
        self.result = label("", "strong")
        self.result.setWordWrap(True)
        self.steps = StepsView(context, "explain")
        self._build()
        self.watch(context.changes, "stock", "period", "item")
        self.refresh()

    # --- the protocol of pages

    def focus_first(self) -> None:
        self.steps.table.setFocus()

    def refresh(self) -> None:
        asked = self._asked = object()

        def show(found: Explanation) -> None:
            if asked is self._asked:  # answers may come in another order than the questions
                self._show(found)

        self.operations.read(_read, self.context.queries, (self.item_id, self.warehouse_id, self.lot_id),
                             self.as_of.value(), self._skip, done=show)

    # --- inside

    def _build(self) -> None:
        self.body.addLayout(self.head(self.name, self.place, buttons=(
            FieldLabel(tr(_AS_OF.title), False, self.as_of), self.as_of, self.before_close, self.earlier, self.later)))
        card = Card()
        card.body.addWidget(self.result)
        card.body.addWidget(self.sentences)
        self.body.addWidget(card)
        self.body.addWidget(self.steps, 1)
        self.as_of.changed.connect(self._another_day)
        self.earlier.clicked.connect(lambda: self._turn(PAGE))
        self.later.clicked.connect(lambda: self._turn(-PAGE))
        self.before_close.clicked.connect(self._before_close)
        self.steps.table.opened.connect(lambda index: self._open(self.steps.model.row(index)))
        bind(self, "Alt+PgUp", lambda: self._turn(PAGE))
        bind(self, "Alt+PgDown", lambda: self._turn(-PAGE))
        self.set_keys([("Enter", tr("Open document")), ("Alt+PgUp", tr("Earlier moves")),
                       ("Alt+PgDn", tr("Later moves")), ("Alt+Left", tr("Back")), ("Ctrl+C", tr("Copy"))])

    def _another_day(self) -> None:
        if not self.as_of.fault():
            self._skip = 0
            self.refresh()

    def _turn(self, step: int) -> None:
        """A page back or forth, where there is one."""
        found = self._shown
        if found and (found.first if step > 0 else self._skip):
            self._skip = max(self._skip + step, 0)
            self.refresh()

    def _before_close(self) -> None:
        if self._shown and self._shown.since:
            self.open_wanted.emit(key_of(self.item_id, self.warehouse_id, self.lot_id, self._shown.since))

    def _open(self, row: Any) -> None:
        self.open_wanted.emit(f"document/{row['kind']}/{row['document_id']}")

    def _show(self, found: Explanation) -> None:
        self._shown = found
        self.name.setText(tr("How {item} came about", item=found.item))
        self.place.setText(found.place)
        self.set_title(tr("{item}: explained", item=found.item))
        self.result.setText(found.sentences[0])
        self.sentences.setText(tr(" ").join(found.sentences[1:]))
        self.before_close.setVisible(found.since is not None)
        self.earlier.setVisible(found.first > 0)
        self.later.setVisible(self._skip > 0)
        self.steps.show_rows(map(row_of, found.steps), newest=True)
        self.steps.table.set_empty(None if found.steps else EmptyState("history", tr("Nothing moved since.")))


class DocumentCostPage(RefreshOnChange, PageWidget):
    """Key "cost/<document>": what the goods of each line cost and why. Enter explains the item."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str):
        super().__init__(context, key, tr("How its cost came about"))
        self.document_id = int(key.split("/")[1])
        self.name = label(tr("How its cost came about"), "h1")
        self.number = label("", "number")
        self.steps = StepsView(context, "cost", line=True)
        self.body.addLayout(self.head(self.name, self.number))
        self.body.addWidget(self.steps, 1)
        self.steps.table.opened.connect(lambda index: self.open_wanted.emit(
            key_of(self.steps.model.row(index)["item_id"])))
        self.set_keys([("Enter", tr("Explain the item")), ("Alt+Left", tr("Back")), ("Ctrl+C", tr("Copy"))])
        self.watch(context.changes, "stock", "period")
        self.refresh()

    def focus_first(self) -> None:
        self.steps.table.setFocus()

    def refresh(self) -> None:
        self.operations.read(_read_document, self.context.queries, self.document_id, done=self._show)

    def _show(self, found: Any) -> None:
        facts, kind, lines = found
        self.number.setText(f"{tr(document_types.BY_KEY[kind].title)} {facts.number or ''}")
        self.set_title(tr("{number}: cost", number=facts.number or ""))
        self.steps.show_rows(row_of(step, position=line.position + 1, item=line.item, item_id=line.item_id)
                             for line in lines for step in line.steps)
        self.steps.table.set_empty(None if self.steps.model.rows else EmptyState(
            "calculator", tr("It moves no goods")))


def _read(queries: Any, what: tuple[int, int | None, int | None], as_of: dt.date | None, skip: int) -> Explanation:
    """On a worker."""
    return queries.explain(*what, as_of, limit=PAGE, skip=skip)


def _read_document(queries: Any, document_id: int) -> tuple[Any, str, Any]:
    """On a worker."""
    return queries.document_facts(document_id), queries.open_document(document_id).kind, queries.explain_document(
        document_id)
