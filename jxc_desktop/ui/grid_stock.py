"""Ctrl+I in the lines: where the stock of the item lies, as a list over the cell until the next key."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QApplication

from jxc_desktop import values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.lookup_popup import LookupColumn, LookupPopup, Match, Shown


def _figure(name: str) -> Any:
    return lambda row: Shown(values.grouped(row[name]))


COLUMNS = (
    LookupColumn(N_("Warehouse"), 160, lambda row: Shown(row["warehouse"]), name=True),
    LookupColumn(N_("On hand"), 90, _figure("on_hand"), figure=True),
    LookupColumn(N_("Reserved"), 90, _figure("reserved"), figure=True, muted=True),
    LookupColumn(N_("Available"), 90, _figure("available"), figure=True),
    LookupColumn(N_("On order"), 90, _figure("on_order"), figure=True, muted=True),
)


class StockList(QObject):
    """Asks for the figures and shows them; any key or click closes it."""

    def __init__(self, grid: Any):
        super().__init__(grid)
        self._grid = grid
        self._popup: LookupPopup | None = None

    def show_item(self, item_id: int, name: str, anchor: QRect, room: QRect) -> None:
        """`anchor` and `room` in global coordinates."""
        context = self._grid.context
        context.tasks.run(context.queries.stock_by_warehouse, item_id, write=False,
                          done=partial(self._show, name, anchor, room), failed=lambda error: None)

    def _show(self, name: str, anchor: QRect, room: QRect, rows: Any) -> None:
        window = self._grid.window()
        if self._popup is None:
            self._popup = LookupPopup(window)
        here = [QRect(window.mapFromGlobal(area.topLeft()), area.size()) for area in (anchor, room)]
        self._popup.show_matches(COLUMNS, [Match(row) for row in rows], tr("Stock of {item}", item=name), *here)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress) and self._popup:
            self._popup.hide()
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        return False
