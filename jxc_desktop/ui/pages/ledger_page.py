"""The stock ledger of one item: its figures, its warehouses, and every row that moved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from jxc_desktop import values
from jxc_desktop.document_types.schema import Values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import units
from jxc_desktop.services.queries import ListQuery
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Kind, written
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Card, Chip, Metric, figure_font, label
from jxc_desktop.values import ZERO

TRACE_KEY = "Shift+F2"


@dataclass(frozen=True)
class Facts:
    """What stands above the rows."""

    item: Any
    figures: Any
    by_warehouse: list[Values]
    rows: list[Values]  # of the stock list, for cost and value


def read(queries: Any, item_id: int, warehouse_id: int | None) -> Facts:
    """On a worker."""
    stock = queries.list_page(ListQuery("stock", filters={"item_id": item_id, "warehouse_id": warehouse_id}))
    return Facts(queries.items([item_id]).get(item_id), queries.stock([item_id], warehouse_id)[item_id],
                 queries.stock_by_warehouse(item_id), stock.rows)


def key_of(item_id: int, warehouse_id: int | None = None) -> str:
    return f"ledger/{item_id}" if warehouse_id is None else f"ledger/{item_id}/{warehouse_id}"


class WarehouseCard(QPushButton):
    """One warehouse and what is there; pressed, the ledger shows only that."""

    def __init__(self, name: str, on_hand: str, detail: str):
        super().__init__()
        self.setCheckable(True)
        self.setProperty("role", "ghost")
        self.setAccessibleName(f"{name} {on_hand}")
        self.setToolTip(detail)
        self.setText(f"{name}  {on_hand}")
        self.setFont(figure_font())


class LedgerHead(Card):
    """The figures of the item, and a card for each warehouse."""

    chosen = Signal(object)  # warehouse id, None for all

    def __init__(self, costs: bool):
        super().__init__()
        self._costs = costs
        self.buttons: list[WarehouseCard] = []
        self._metrics, self._places = QHBoxLayout(), QHBoxLayout()
        self._metrics.setSpacing(34)
        self._places.setSpacing(6)
        self.body.addLayout(self._metrics)
        self.body.addLayout(self._places)
        self.metrics: dict[str, Metric] = {}
        titles = [("on_hand", N_("On hand")), ("reserved", N_("Reserved")), ("available", N_("Available")),
                  ("on_order", N_("On order")), ("projected", N_("Projected")), ("reorder_point", N_("Reorder point"))]
        titles += [("unit_cost", N_("Unit cost")), ("value", N_("Stock value"))] if costs else []
        for key, title in titles:
            self.metrics[key] = Metric(tr(title), words=True)
            self._metrics.addWidget(self.metrics[key])
        self._metrics.addStretch(1)

    def show_facts(self, facts: Facts, warehouse_id: int | None) -> None:
        figures = facts.figures
        for key in ("on_hand", "reserved", "available", "on_order", "projected"):
            figure = getattr(figures, key)
            packs = units.packed(figure, facts.item.units) if facts.item else ""
            self.metrics[key].show_value("  ".join(part for part in (values.grouped(figure), packs) if part))
        point = figures.reorder_point
        self.metrics["reorder_point"].show_value(values.grouped(point) if point else "–")
        if self._costs:
            self.metrics["value"].show_value(values.grouped(sum((r["value"] for r in facts.rows), ZERO), 2))
            cost = facts.rows[0]["unit_cost"] if facts.rows else None
            self.metrics["unit_cost"].show_value(written(cost, Kind.COST) or "–")
        self._show_places(facts, warehouse_id)

    def _show_places(self, facts: Facts, warehouse_id: int | None) -> None:
        while taken := self._places.takeAt(0):
            if part := taken.widget():
                part.hide()
                part.deleteLater()
        total = sum((p["on_hand"] for p in facts.by_warehouse), ZERO)
        self.buttons = []
        self._add(None, tr("All warehouses"), {"on_hand": total}, warehouse_id)
        for place in facts.by_warehouse:
            self._add(place["warehouse_id"], place["warehouse"], place, warehouse_id)
        self._places.addStretch(1)

    def _add(self, place_id: int | None, name: str, figures: Values, chosen: int | None) -> None:
        detail = "" if place_id is None else tr(
            "Available {available}, reserved {reserved}, on order {on_order}",
            **{k: values.grouped(figures[k]) for k in ("available", "reserved", "on_order")})
        button = WarehouseCard(name, values.grouped(figures["on_hand"]), detail)
        button.setChecked(place_id == chosen)
        button.clicked.connect(partial(self._choose, place_id))
        self.buttons.append(button)
        self._places.addWidget(button)

    def _choose(self, place_id: int | None, checked: bool = False) -> None:
        self.chosen.emit(place_id)


class LedgerPage(ListPage):
    """Key "ledger/<item>" or "ledger/<item>/<warehouse>". Enter opens the document of a row."""

    def __init__(self, context: Context, key: str):
        parts = [int(part) for part in key.split("/")[1:]]
        self.item_id, self.warehouse_id = parts[0], parts[1] if len(parts) > 1 else None
        self.name, self.detail, self.state = label("", "h1"), label("", "number"), Chip()
        self.state.hide()
        super().__init__(context, key, ListSpec(
            "moves", N_("Stock ledger"), "history", N_("Number, partner"), ("stock", "item"), filters.of_moves()[:-1],
            saved_views.of_moves(), export="item.export", empty=N_("Nothing has moved yet")))
        self.nav_key = "stock"
        self._read_facts()

    def above(self) -> QWidget:
        self.figures = LedgerHead(self.may("see_cost"))
        self.figures.chosen.connect(self.choose_warehouse)
        return self.figures

    def headline(self) -> Sequence[QWidget]:
        return self.name, self.detail, self.state

    def fixed_filters(self) -> dict[str, Any]:
        return super().fixed_filters() | {"item_id": self.item_id, "warehouse_id": self.warehouse_id}

    def choose_warehouse(self, warehouse_id: int | None) -> None:
        self.warehouse_id = warehouse_id
        self.feed.restart()
        self._read_facts()

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(f"document/{row['kind']}/{row['document_id']}")

    def buttons(self) -> Sequence[QWidget]:
        self.trace_button = self.button(tr("Trace the lot"), "link", TRACE_KEY, self.trace)
        self.trace_button.hide()  # until the item is known to be tracked
        bind(self, TRACE_KEY, self.trace)
        return [self.trace_button, *explaining.break_button_for(self, self.asked_break),
                *explaining.button_for(self, self.explain), *super().buttons()]

    def asked_break(self) -> dict[str, Any]:
        """Of the item, in the warehouse that is shown."""
        return {"item_id": self.item_id, "warehouse_id": self.warehouse_id}

    def trace(self) -> None:
        """The lot or serial number of the row under the bar."""
        row = self.table.current_row()
        if row is not None and row["lot_id"]:
            self.open_wanted.emit(explaining.key_of_lot(row["lot_id"]))

    def explain(self) -> None:
        """The item, in the warehouse that is shown."""
        self.open_wanted.emit(explaining.key_of(self.item_id, self.warehouse_id))

    def refresh(self) -> None:
        super().refresh()
        self._read_facts()

    def key_hints(self) -> list[tuple[str, str]]:
        return [("Enter", tr("Open document")), *explaining.hint_for(self), ("Alt+Left", tr("Back")),
                *super().key_hints()[1:4]]

    def _read_facts(self) -> None:
        self.operations.read(read, self.context.queries, self.item_id, self.warehouse_id, done=self._show_facts)

    def _show_facts(self, facts: Facts) -> None:
        item = facts.item
        if item is None:
            return
        self.name.setText(item.name)
        self.detail.setText("  ·  ".join(p for p in (item.code, item.spec, item.unit) if p))
        self.set_title(tr("{item} ledger", item=item.name))
        states = {r["state"] for r in facts.rows}
        short = bool(states & {"low"})
        self.state.setVisible(short)
        self.state.show_state(tr("Low"), Tone.WARN)
        self.figures.show_facts(facts, self.warehouse_id)
        self.trace_button.setVisible(item.tracking != "none")
