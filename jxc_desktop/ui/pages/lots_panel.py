"""Under the stock of all items: the lots of the one under the bar."""

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.list_columns import column_of
from jxc_desktop.ui.table import RowsModel, Table
from jxc_desktop.ui.widgets import Card, label

PAUSE = 120  # ms; running through the rows asks nothing
HEIGHT = 190
MOST = 200
_COLUMNS = ("lot", "state", "expiry_date", "days_left", "production_date", "warehouse", "on_hand", "reserved",
            "available")


class LotsPanel(Card):
    """Follows an item in a warehouse while it is shown."""

    opened = Signal(int)  # a lot

    def __init__(self, context: Context):
        super().__init__(padded=False)
        self._context = context
        self._wanted: tuple[int, int | None] | None = None
        self.setFixedHeight(HEIGHT)
        self.heading = label(tr("Lots and serial numbers"), "strong")
        self.heading.setContentsMargins(14, 8, 14, 4)
        columns = [replace(column_of(c), stretch=c.key == "lot") for c in context.queries.list_columns("lots")
                   if c.key in _COLUMNS]
        self.model = RowsModel(sorted(columns, key=lambda c: _COLUMNS.index(c.key)), parent=self)
        self.table = Table("lots/panel", context.settings)
        self.table.setAccessibleName(tr("Lots and serial numbers"))
        self.table.setModel(self.model)
        self.table.setSortingEnabled(False)
        self.table.opened.connect(lambda index: self.opened.emit(self.model.row(index)["lot_id"]))
        self.body.addWidget(self.heading)
        self.body.addWidget(self.table, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)

    def follow(self, row: Any) -> None:
        """Show the lots of another row of the stock list."""
        self._wanted = (row["item_id"], row["warehouse_id"]) if row is not None else None
        self._name = row["name"] if row is not None else ""
        self._pause.start()

    def _ask(self) -> None:
        if self._wanted is None or not self.isVisible():
            return
        item_id, warehouse_id = self._wanted
        query = ListQuery("lots", filters={"item_id": item_id, "warehouse_id": warehouse_id, "nonzero": True},
                          descending=False, limit=MOST)
        self._context.tasks.run(self._context.queries.list_page, query, write=False, failed=lambda error: None,
                                done=partial(self._take, self._wanted, self._name))

    def _take(self, wanted: tuple[int, int | None], name: str, page: Any) -> None:
        if wanted != self._wanted:
            return
        self.model.replace(page.rows)
        self.heading.setText(tr(N_("Lots of {item}"), item=name) if page.rows else
                             tr(N_("{item} has no lots here"), item=name))

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._pause.start()
