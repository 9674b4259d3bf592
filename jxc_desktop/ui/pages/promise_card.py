"""'When can I have it?': the day from which so many of an item can be promised."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtWidgets import QGridLayout

from jxc_desktop import values
from jxc_desktop.document_types.fields import ITEM, QUANTITY, WAREHOUSE
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.desks.promise import From, Promised
from jxc_desktop.ui import fields, theme
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.widgets import Card, FieldLabel, figure_font, label

_SAID = {
    From.STOCK: N_("From stock. {free} {unit} are free now."),
    From.ARRIVAL: N_("With {number}. {free} {unit} are free now."),
    From.SUPPLIER: N_("If it is ordered today. {free} {unit} are free now."),
    From.NOTHING: N_("Nothing is on its way, and how long the supplier takes is not known. "
                     "{free} {unit} are free now.")}


class PromiseCard(Card):
    """Answers while one types; keeps its question when the desk is read again."""

    def __init__(self, page: PageWidget):
        super().__init__()
        self._page, self._serial = page, 0
        self.body.addWidget(label(tr("When can it be delivered"), "strong"))
        context: Any = page.context
        self.item = fields.editor(replace(ITEM, required=False), context)
        self.quantity = fields.editor(replace(QUANTITY, required=False), context)
        self.warehouse = fields.editor(replace(WAREHOUSE, required=False), context)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.current().sizes.field_gap)
        grid.setVerticalSpacing(6)
        for row, (title, field) in enumerate(((N_("Item"), self.item), (N_("Quantity"), self.quantity),
                                              (N_("Warehouse"), self.warehouse))):
            grid.addWidget(FieldLabel(tr(title), False, field), row, 0)
            grid.addWidget(field, row, 1, 1, 1 if field is self.quantity else 2)
            field.changed.connect(self.ask)
            field.entered.connect(self.focusNextChild)
        self.unit = label("", "caption")
        grid.addWidget(self.unit, 1, 2)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self.day, self.why = label("", "h1"), label(tr("Enter item and quantity; an empty warehouse is all of them."),
                                                    "caption")
        self.day.setFont(figure_font(theme.current().sizes.total, bold=True))
        self.why.setWordWrap(True)
        self.day.hide()
        self.body.addWidget(self.day)
        self.body.addWidget(self.why)

    def ask(self) -> None:
        item, quantity = self.item.peek(), self.quantity.peek() or Decimal(1)
        self._serial += 1
        if not item:
            self.day.hide()
            self.unit.clear()
            self.why.setText(tr("Enter item and quantity; an empty warehouse is all of them."))
            return
        queries: Any = self._page.context.queries
        self._page.operations.read(partial(queries.promise, item, quantity, self.warehouse.peek()),
                                   done=partial(self._show, self._serial))

    def _show(self, serial: int, found: Promised) -> None:
        if serial != self._serial:
            return
        today = dt.date.today()
        self.day.setText(tr("Not known") if found.date is None else tr("Today") if found.date == today
                         else found.date.isoformat())
        self.day.show()
        self.unit.setText(found.unit)
        self.why.setText(tr(_SAID[found.source], number=found.number, free=values.grouped(found.free),
                            unit=found.unit))
