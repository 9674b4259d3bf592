"""Lots and serial numbers: what is there of each, and how long it may be used."""

import datetime as dt
from typing import Any

from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.pages.saved_views import View

SOON = 30  # days


def key_of(item_id: int, warehouse_id: int | None = None) -> str:
    return f"lots/{item_id}" if warehouse_id is None else f"lots/{item_id}/{warehouse_id}"


def _expired(actor: str, today: dt.date) -> dict[str, Any]:
    return {"nonzero": True, "date_to": today - dt.timedelta(days=1)}


def _soon(actor: str, today: dt.date) -> dict[str, Any]:
    return {"nonzero": True, "date_from": today, "date_to": today + dt.timedelta(days=SOON)}


def _spec() -> ListSpec:
    views = (View("nonzero", N_("In stock"), lambda actor, today: {"nonzero": True}),
             View("soon", N_("Expires within 30 days"), _soon), View("expired", N_("Expired"), _expired),
             saved_views.EVERYTHING)
    return ListSpec("lots", N_("Lots and serial numbers"), "layers", N_("Lot, code, name, initials"), ("stock", "item"),
                    filters.of_lots(), views, ("item_id", "warehouse_id", "lot_id"), descending=False,
                    export="item.export", empty=N_("Nothing that is tracked is in stock yet"))


class LotsPage(ListPage):
    """Key "lots", "lots/<item>" or "lots/<item>/<warehouse>". Enter traces the lot of a row."""

    def __init__(self, context: Context, key: str = "lots"):
        ids = [int(part) for part in key.split("/")[1:]]
        self._fixed = dict(zip(("item_id", "warehouse_id"), ids, strict=False))
        super().__init__(context, key, _spec())
        self.nav_key = "nav/lots"

    def fixed_filters(self) -> dict[str, Any]:
        return super().fixed_filters() | self._fixed

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(explaining.key_of_lot(row["lot_id"]))

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Trace the lot")), *super().key_hints()[1:]]
