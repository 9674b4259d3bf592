"""The stock query: every item in every warehouse, with its state in a word."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec


def _spec() -> ListSpec:
    return ListSpec("stock", N_("Stock query"), "package", N_("Code, name, initials, spec"), ("stock", "item"),
                    filters.of_stock(), saved_views.of_stock(), ("item_id", "warehouse_id"), descending=False,
                    export="item.export", empty=N_("Nothing is in stock yet"))


class StockPage(ListPage):
    """Key "stock". Enter opens the stock ledger of the item in that warehouse."""

    def __init__(self, context: Context, key: str = "stock"):
        super().__init__(context, key, _spec())

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(f"ledger/{row['item_id']}/{row['warehouse_id']}")

    def buttons(self) -> Sequence[QWidget]:
        return [*explaining.button_for(self, self.explain), *super().buttons()]

    def explain(self) -> None:
        """Of the row under the bar."""
        if (row := self.table.current_row()) is not None:
            self.open_wanted.emit(explaining.key_of(row["item_id"], row["warehouse_id"]))

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Stock ledger")), *explaining.hint_for(self), *super().key_hints()[1:]]
