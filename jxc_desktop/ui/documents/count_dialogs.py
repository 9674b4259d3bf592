"""Questions of a count: what the sheet lists, and which other sheets to add."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from jxc_desktop.document_types import fields as known
from jxc_desktop.document_types.schema import Field, FieldType, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.abc_classes import CLASSES
from jxc_desktop.services.counting import Scope
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui import fields
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.documents.source_dialog import TICK, Row, Ticks, TickTable
from jxc_desktop.ui.table import Column, Kind
from jxc_desktop.ui.widgets import FieldLabel, label

_ALL = "all"
ASKED = (
    known.WAREHOUSE, Field("category_id", N_("Category"), FieldType.CATEGORY),
    Field("abc", N_("ABC class"), FieldType.CHOICE, required=True, default=_ALL,
          choices=((_ALL, N_("All")), *((name, name) for name in CLASSES))),
    Field("in_stock_only", N_("Only items in stock"), FieldType.FLAG, default=True),
    replace(known.BLIND, title=N_("Blind count: hide what the books say")),
)


class SheetDialog(FrameDialog):
    """`make(scope, blind)` is called with what was chosen."""

    def __init__(self, editor: Any, make: Callable[[Scope, bool], object]):
        super().__init__(editor, editor.context, tr("Make a count sheet"), tr(
            "It lists what should be there and remembers the moment; stock may go on moving while you count."))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._make = make
        self.editors: dict[str, Any] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(ASKED):
            made = self.editors[field.name] = fields.editor(field, editor.context)
            made.set_value(field.default)
            made.entered.connect(made.focusNextChild)
            if field.type is FieldType.FLAG:
                made.setText(tr(field.title))
            else:
                grid.addWidget(FieldLabel(tr(field.title), field.required, made), row, 0)
            grid.addWidget(made, row, 1)
        self.body.addLayout(grid)
        self.editors["warehouse_id"].set_value(editor.form.value("warehouse_id"))
        self.editors["blind"].set_value(bool(editor.form.value("blind")))
        back, self.ok = Button(tr("Cancel"), key_hint="Esc"), Button(tr("Make the sheet"), "list", role=Role.PRIMARY)
        back.clicked.connect(self.reject)
        self.ok.clicked.connect(self.finish)
        self.add_buttons(back, self.ok)
        self.editors["category_id"].setFocus()

    def finish(self) -> None:
        chosen = {name: made.value() for name, made in self.editors.items()}
        if chosen["warehouse_id"] is None:
            self.editors["warehouse_id"].show_problem(tr("{field} is required", field=tr(known.WAREHOUSE.title)))
            return
        abc = None if chosen["abc"] == _ALL else (chosen["abc"],)
        self._make(Scope(chosen["warehouse_id"], chosen["category_id"], abc=abc,
                         in_stock_only=chosen["in_stock_only"]), chosen["blind"])
        self.accept()


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC).astimezone().replace(tzinfo=None)


SHEETS = (
    TICK, Column("created_by", N_("Prepared by"), width=110, value=lambda row: row.facts["created_by"]),
    Column("created_at", N_("Prepared at"), Kind.DATETIME, value=lambda row: _local(row.facts["created_at"])),
    Column("date", N_("Date"), Kind.DATE, value=lambda row: row.facts["date"]),
    Column("remark", N_("Remark"), width=160, stretch=1, value=lambda row: row.facts.get("remark")),
)


class JoinDialog(FrameDialog):
    """The other parked sheets of the warehouse; `go_on(ids)` adds the ticked ones."""

    def __init__(self, editor: Any, go_on: Callable[[Sequence[int]], object]):
        super().__init__(editor, editor.context, tr("Add other sheets"), tr(
            "The counts of the ticked sheets are added to this one, with the names of their counters; "
            "the other sheets are voided."))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 380)
        self._go_on, self._own = go_on, editor.draft.id
        self.sheets = Ticks(SHEETS, parent=self)
        self.table = TickTable(self.sheets, tr("Parked sheets"))
        self.note = label(tr("Space ticks."), "hint")
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.note)
        back, self.ok = Button(tr("Cancel"), key_hint="Esc"), Button(tr("Add these sheets"), "layers",
                                                                      role=Role.PRIMARY)
        back.clicked.connect(self.reject)
        self.ok.clicked.connect(self.finish)
        self.add_buttons(back, self.ok)
        query = ListQuery(f"document/{editor.kind.key}", sort="created_at", filters={
            "status": Status.DRAFT.value, "warehouse_id": editor.form.value("warehouse_id")})
        self.operations.read(editor.context.queries.list_page, query, done=self._show)

    def _show(self, page: Any) -> None:
        rows = [Row(False, facts=facts) for facts in page.rows if facts["id"] != self._own]
        self.sheets.replace(rows)
        if rows:
            self.table.setCurrentIndex(self.sheets.index(0, 0))
            self.table.setFocus()
        else:
            self.note.setText(tr("No other sheet of this warehouse is parked."))

    def finish(self) -> None:
        chosen = [row.facts["id"] for row in self.sheets.rows if row.ticked]
        if chosen:
            self.accept()
            self._go_on(chosen)
        else:
            self.note.setText(tr("Tick at least one sheet."))
