"""Find the break (对账助手): why is stock 5 less than I think? The findings, the chain, and what was counted."""

import datetime as dt
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel

from jxc_desktop import values
from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.breaks import SEVERITY_TITLES, Answer, Question, Severity, StockOver
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages import breaks_tables as tables
from jxc_desktop.ui.pages.filters import DATES, FROM, ITEM, TO, WAREHOUSE
from jxc_desktop.ui.pages.report_strip import ReportStrip, read_link
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import RowsModel, Table, TableCard
from jxc_desktop.ui.widgets import Chip, EmptyState, label

NUMBER = Field("number", N_("Document number"), max_length=40)
OFF_BY = Field("difference", N_("Off by"), FieldType.QUANTITY, signed=True)
ASKED = (*DATES[1:], NUMBER, OFF_BY, ITEM, WAREHOUSE, Field("supplier_id", N_("Supplier"), FieldType.SUPPLIER),
         Field("customer_id", N_("Customer"), FieldType.CUSTOMER))
_LINKED = tuple(f for f in ASKED if f is not OFF_BY)
_LATER = 3000  # ms after a change until it is asked again: others may be busy
_LOW = 760  # px of height, below which fewer findings are shown at once


class BreaksPage(PageWidget):
    """Key "breaks", or "breaks?name=value&…" with the question. Enter, or a click on a number, opens it."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str = "breaks"):
        super().__init__(context, key, tr("Find the break"))
        self.nav_key = "breaks"
        self.found: Answer | None = None
        self._asked: Question | None = None
        self._unit, self._stale = "", False  # the unit of the item in question
        self._unfolded = False  # changes without a bearing are shown one by one
        self.strip = ReportStrip(context, ASKED, first=(NUMBER.name, OFF_BY.name))
        self.subject, self.looked_at = label("", "number"), label("", "caption")
        self.result, self.matching, self.stock = label("", "strong"), label("", "caption"), label("", "caption")
        self.chips = {severity: Chip(tone=tables.TONES[severity]) for severity in Severity}
        self.findings = self._table("findings", tables.findings_model(), tr("What was found"), headed=False)
        self.chain = self._table("chain", tables.chain_model(), tr("Chain"))
        self.counts = Table("breaks/counts", context.settings)
        self.counts.setAccessibleName(tr("Book against count"))
        self.counts.setModel(RowsModel(tables.COUNTS, parent=self.counts))
        self.counts.opened.connect(lambda index: self.open_wanted.emit(self._row(self.counts, index).document.page))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LATER)
        self._later.timeout.connect(self.refresh)
        self._build()
        given = read_link(key.partition("?")[2], _LINKED)
        self.strip.fill(given, "" if {FROM, TO} & given.keys() else "month")
        context.changes.committed.connect(self._changed)
        self.refresh()

    # --- the protocol of pages

    def focus_first(self) -> None:
        self.strip.editors[ITEM.name].setFocus()

    def refresh(self) -> None:
        if not self.strip.fault():
            self._stale = False
            question = self.question()
            self._unfolded = self._unfolded and question == self._asked
            self._asked = question
            self.strip.close_period(tr("A document is looked at with all that belongs to it, whatever the day")
                                    if question.number else "")
            self.operations.read(_ask, self.context.queries, question, done=partial(self._show, question))

    def question(self) -> Question:
        given, today = self.strip.values(), dt.date.today()
        last = given.get(TO) or today
        return Question(given.get(FROM) or last.replace(day=1), last, given.get("item_id"), given.get("warehouse_id"),
                        given.get("supplier_id") or given.get("customer_id"), given.get("number"),
                        given.get("difference") or None)

    # --- inside

    def _table(self, key: str, model: RowsModel, spoken: str, *, headed: bool = True) -> tables.TallTable:
        table = tables.TallTable(f"breaks/{key}", self.context, model, spoken, headed=headed)
        model.setParent(table)
        table.opened.connect(lambda index: self._open(self._row(table, index)))
        table.clicked.connect(partial(self._clicked, table))
        return table

    def _build(self) -> None:
        self.body.addLayout(self.head(label(tr("Find the break"), "h1"), self.subject, buttons=(self.looked_at,)))
        self.body.addWidget(self.strip)
        self._findings_card = _card(self.findings, self.result, *self.chips.values(), self.matching)
        self._counts_card = _card(self.counts, label(tr("Book against count"), "strong"))
        self.body.addWidget(self._findings_card)
        self.body.addWidget(_card(self.chain, label(tr("From order to account"), "strong"), self.stock), 1)
        self.body.addWidget(self._counts_card)
        self._counts_card.hide()
        self.strip.changed.connect(self.refresh)
        bind(self, "F3", self.strip.focus_first)
        self.set_keys([("Enter", tr("Open document")), ("F3", tr("Question")), ("F5", tr("Refresh")),
                       ("Alt+Left", tr("Back")), ("Ctrl+C", tr("Copy"))])

    def _row(self, table: Table, index: QModelIndex) -> Any:
        return table.rows_model().row(index)

    def _open(self, row: Any) -> None:
        """Its page; the line of changes without a bearing opens by itself."""
        if row.page:
            self.open_wanted.emit(row.page)
        elif self.found:
            self._unfolded = not self._unfolded
            self._list_findings(self.found)

    def _clicked(self, table: Table, index: QModelIndex) -> None:
        """A number is a link."""
        column, row = table.rows_model().columns[index.column()], self._row(table, index)
        if column.key == "name":
            self._open(row)
        elif column.key in tables.LINKS and (paper := getattr(row, column.key)):
            self.open_wanted.emit(paper.page)

    def _changed(self, changes: object, initiator: object) -> None:
        """Ask again once nothing has changed for a moment; while nobody looks, when somebody does."""
        if self.isVisible():
            self._later.start()
        else:
            self._stale = True

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _show(self, question: Question, found: Answer | None) -> None:
        missing = found is None
        found = found or Answer(question.number or "", (), ())
        if question != self._asked:
            return  # something else is asked by now
        self.found = found
        self.subject.setText(found.subject)
        self.set_title(tr("{what}: break", what=found.subject.split("  ·  ")[0]) if question.item_id or question.number
                       else tr("Find the break"))
        self._show_findings(question, found, missing)
        self.chain.rows_model().replace(found.chain)
        self.chain.set_empty(None if found.chain else EmptyState("history", tr("Nothing happened in these days")))
        self.counts.rows_model().replace(found.counts)
        self._counts_card.setVisible(bool(found.counts))
        self.stock.setText(_over(found.stock) if found.stock else "")
        told = tr("{count} documents looked at, {time}", count=f"{found.looked_at:,}",
                  time=f"{dt.datetime.now():%H:%M}")
        more = tr("the {count} oldest are left out: choose fewer days", count=f"{found.left_out:,}")
        self.looked_at.setText(f"{told}  ·  {more}" if found.left_out else told)
        self._fit()

    def _show_findings(self, question: Question, found: Answer, missing: bool) -> None:
        unit = found.stock.unit if found.stock else ""
        if unit != self._unit:
            self._unit = unit
            self.findings.setModel(tables.findings_model(unit))
        self._list_findings(found)
        faults = sum(f.severity is not Severity.NOTE for f in found.findings)
        self.result.setText(tr("{count} break(s) found", count=faults) if faults else tr("No break was found"))
        for severity, chip in self.chips.items():
            count = sum(f.severity is severity for f in found.findings)
            chip.setVisible(bool(count))
            chip.show_state(f"{tr(SEVERITY_TITLES[severity])} {count}", tables.TONES[severity])
        self.matching.setText(tables.fitting(self.findings.rows_model(), question))
        if missing:
            sentence = tr("There is no document {number}", number=question.number or "")
        else:
            sentence = tr("Order, approval, goods, posting and account fit together")
        self.findings.set_empty(None if found.findings else EmptyState(
            "search" if missing else "circle-check", sentence))

    def _list_findings(self, found: Answer) -> None:
        self.findings.rows_model().replace(tables.with_meanwhile(found, unfolded=self._unfolded))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the findings and counts need, and the window allows."""
        low = self.height() < _LOW
        for card, table, most, row in ((self._findings_card, self.findings, 3 if low else 6, tables.ROW),
                                       (self._counts_card, self.counts, 2 if low else 4,
                                        self.counts.verticalHeader().defaultSectionSize())):
            rows = min(max(len(table.rows_model().rows), 1 + (table is self.findings)), most)
            header = 0 if table.horizontalHeader().isHidden() else table.horizontalHeader().height()
            card.setFixedHeight(_HEAD + header + rows * row + 3)


_HEAD = 36


def _card(table: Table, *titles: QLabel) -> TableCard:
    """A table under one line of words."""
    card, row = TableCard(table), QHBoxLayout()
    row.setContentsMargins(12, 5, 12, 5)
    row.setSpacing(8)
    for title in titles:
        title.setFixedHeight(_HEAD - 10 if not isinstance(title, Chip) else title.sizeHint().height())
        row.addWidget(title)
    row.addStretch(1)
    card.body.insertLayout(0, row)
    return card


def _over(stock: StockOver) -> str:
    """The figures of the item in one line."""
    shown = {name: values.grouped(getattr(stock, name)) for name in (
        "opening", "came", "went", "closing", "on_hand", "reserved", "on_order")}
    return tr("{opening} at first + {came} came − {went} went = {closing} at last; now {on_hand} {unit} on hand, "
              "{reserved} reserved, {on_order} on order", **shown, unit=stock.unit)


def _ask(queries: Any, question: Question) -> Answer | None:
    """On a worker. None where there is no such document."""
    try:
        return queries.breaks(question)
    except NotFound:
        return None
