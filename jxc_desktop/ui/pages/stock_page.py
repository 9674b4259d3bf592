"""The stock query: every item in every warehouse, with its state in a word."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.pages.lots_panel import LotsPanel
from jxc_desktop.ui.shortcuts import bind

LOTS_KEY = "Ctrl+I"
_LOTS_SHOWN = "stock/lots"


def _spec() -> ListSpec:
    return ListSpec("stock", N_("Stock query"), "package", N_("Code, name, initials, spec"), ("stock", "item"),
                    filters.of_stock(), saved_views.of_stock(), ("item_id", "warehouse_id"), descending=False,
                    export="item.export", empty=N_("Nothing is in stock yet"))


class StockPage(ListPage):
    """Key "stock". Enter opens the stock ledger of the item in that warehouse."""

    def __init__(self, context: Context, key: str = "stock"):
        super().__init__(context, key, _spec())
        if context.queries.features:
            self.body.addWidget(self.lots)
            self.lots.hide()
            self.table.current_row_changed.connect(self._follow_lots)
            self.lots_button.setChecked(bool(context.settings.get(_LOTS_SHOWN)))

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(f"ledger/{row['item_id']}/{row['warehouse_id']}")

    def buttons(self) -> Sequence[QWidget]:
        return [*self._lots_button(), *explaining.break_button_for(self, self.asked_break),
                *explaining.button_for(self, self.explain), *super().buttons()]

    def asked_break(self) -> dict[str, Any] | None:
        """Of the row under the bar."""
        row = self.table.current_row()
        return {name: row[name] for name in ("item_id", "warehouse_id")} if row is not None else None

    def _lots_button(self) -> Sequence[QWidget]:
        """Shows the lots below the list; only where the company uses any."""
        if not self.context.queries.features:
            return []
        self.lots = LotsPanel(self.context)
        self.lots.opened.connect(lambda lot_id: self.open_wanted.emit(explaining.key_of_lot(lot_id)))
        self.lots_button = Button(tr("Lots"), "layers", LOTS_KEY)
        self.lots_button.setCheckable(True)
        self.lots_button.toggled.connect(self._show_lots)
        bind(self, LOTS_KEY, self.lots_button.toggle)
        return [self.lots_button]

    def _show_lots(self, shown: bool) -> None:
        self.lots.setVisible(shown)
        self.context.settings.set(_LOTS_SHOWN, shown)
        self.lots.follow(self.table.current_row())

    def _follow_lots(self, row: int) -> None:
        self.lots.follow(self.table.current_row())

    def explain(self) -> None:
        """Of the row under the bar."""
        if (row := self.table.current_row()) is not None:
            self.open_wanted.emit(explaining.key_of(row["item_id"], row["warehouse_id"]))

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Stock ledger")), *explaining.hint_for(self), *super().key_hints()[1:]]
