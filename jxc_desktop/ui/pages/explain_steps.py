"""The moves behind a figure in a table, and below it how the one under the bar came about and was restated."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop import document_types
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.ledgers import ACTION_TITLES
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.list_columns import local
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import EmptyState, label

_HEIGHT = 188  # of the card below
_ACTIONS = dict(ACTION_TITLES)
Row = Mapping[str, Any]


def row_of(step: Any, **more: Any) -> dict[str, Any]:
    """A step of an explanation as a row of the table."""
    quantity = step.quantity
    return {**{name: getattr(step, name) for name in (
        "date", "document_id", "number", "kind", "partner", "warehouse", "lot", "value", "variance", "quantity_after",
        "value_after", "unit_cost_after", "words", "restatements")}, **more,
        "quantity_in": quantity if quantity > 0 else None, "quantity_out": -quantity if quantity < 0 else None}


def _kind(row: Row) -> str:
    return tr(document_types.BY_KEY[row["kind"]].title)


def _restated(row: Row) -> str:
    """How often a move was changed later."""
    return f"×{len(row['restatements'])}" if row["restatements"] else ""


def columns(*, line: bool = False, tracked: bool = True) -> tuple[Column, ...]:
    """`line` for the lines of one document: the item in place of date and number."""
    lots = (Column("lot", N_("Lot"), width=90, yields=7, muted=True),) if tracked else ()
    first = (Column("position", N_("Line"), Kind.INT, 56), Column("item", N_("Item"), width=180)) if line else (
        Column("date", N_("Date"), Kind.DATE, 110), Column("number", N_("Number"), Kind.CODE, 174))
    return (*first, Column("kind", N_("Type"), width=84, value=_kind, muted=True, yields=3),
            Column("partner", N_("Partner"), width=120, yields=6, muted=True),
            Column("warehouse", N_("Warehouse"), width=80, yields=5, muted=True),
            *lots, Column("quantity_in", N_("In"), Kind.QUANTITY, 78),
            Column("quantity_out", N_("Out"), Kind.QUANTITY, 78),
            Column("quantity_after", N_("On hand"), Kind.QUANTITY, 86, bold=True),
            Column("value", N_("Value"), Kind.MONEY, 100), Column("variance", N_("To cost of sales"), Kind.MONEY, 96,
                                                                  yields=4),
            Column("value_after", N_("Value after"), Kind.MONEY, 106),
            Column("unit_cost_after", N_("Unit cost"), Kind.COST, 96, bold=True),
            Column("restated", N_("Restated"), Kind.CHIP, 76, value=_restated, mark=lambda row: Mark(Tone.WARN)),
            Column("words", N_("How"), width=260, stretch=1, minimum=200, yields=2))


_HISTORY = (Column("at", N_("Recorded at"), Kind.DATETIME, 150, value=lambda row: local(row.at)),
            Column("actor", N_("By"), width=90), Column("number", N_("Because of"), Kind.CODE, 184, stretch=1),
            Column("action", N_("Action"), width=90, value=lambda row: tr(_ACTIONS.get(row.action, row.action))),
            Column("quantity", N_("Change of quantity"), Kind.QUANTITY, 96),
            Column("value", N_("Change in value"), Kind.MONEY, 116),
            Column("variance", N_("To cost of sales"), Kind.MONEY, 110),
            Column("settled", N_("Settled later"), Kind.MONEY, 110))


class StepsView(QWidget):
    """`table` emits `opened`; rows come from `row_of`."""

    def __init__(self, context: Context, key: str, *, line: bool = False):
        super().__init__()
        tracked = bool({"use_lots", "use_serials"} & context.queries.features)
        self.model = RowsModel(columns(line=line, tracked=tracked), parent=self)
        self.table = Table(key, context.settings, row_key=lambda row: (row["document_id"], row["words"]))
        self.table.setAccessibleName(tr("Moves"))
        self.table.setModel(self.model)
        self.history = RowsModel(_HISTORY, parent=self)
        self._restated = restated = Table(f"{key}/restated", context.settings)
        restated.setAccessibleName(tr("Restatements"))
        restated.setModel(self.history)
        self.how, self.changes = label("", "strong"), label("", "caption")
        self.how.setWordWrap(True)
        below = TableCard(restated)
        below.setFixedHeight(_HEIGHT)
        head = QHBoxLayout()
        head.setContentsMargins(12, 7, 12, 7)
        head.addWidget(self.how, 1)
        head.addWidget(self.changes)
        below.body.insertLayout(0, head)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.current().sizes.gap)
        layout.addWidget(TableCard(self.table), 1)
        layout.addWidget(below)
        self.table.current_row_changed.connect(lambda row: self._show_current())

    def show_rows(self, rows: Iterable[dict[str, Any]], *, newest: bool = False) -> None:
        """`newest` puts the bar on the last row: what the figure is now."""
        self.model.replace(list(rows))
        if self.model.rows and not self.table.currentIndex().isValid():
            last = len(self.model.rows) - 1 if newest else 0
            self.table.setCurrentIndex(self.model.index(last, 0))
            self.table.scrollTo(self.table.currentIndex())
        self._show_current()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What stands above takes its room when it is known: the bar stays in sight."""
        super().resizeEvent(event)
        self.table.scrollTo(self.table.currentIndex())

    def _show_current(self) -> None:
        row = self.table.current_row()
        self.how.setText(row["words"] if row else "")
        found = row["restatements"] if row else ()
        self.history.replace(found)
        self._restated.set_empty(None if found else EmptyState(
            "circle-check", tr("Never changed since it was recorded")))
        self.changes.setText(tr("Changed {count} times since it was first recorded", count=len(found)) if found else "")


def day_of(text: str) -> dt.date | None:
    """The day in a page's key; None where there is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
