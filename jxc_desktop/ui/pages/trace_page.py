"""One lot or serial number: where it came from, where it lies, where it went, through assembly too."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.trace import Trace
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Card, EmptyState, Metric, label


def _level(step: Any) -> Mark:
    if not step.level:
        return Mark(Tone.NEUTRAL, tr("This lot"))
    return Mark(Tone.WARN, tr("Went into it")) if step.level < 0 else Mark(Tone.ACCENT, tr("Made into"))


COLUMNS = (
    Column("level", N_("Part"), Kind.CHIP, 96, value=lambda step: _level(step).pill,
           mark=lambda step: Mark(_level(step).tone)),
    Column("item", N_("Item"), width=180, stretch=1), Column("lot", N_("Lot"), Kind.CODE, 130),
    Column("date", N_("Date"), Kind.DATE, 106),
    Column("kind", N_("Type"), width=96, value=lambda step: tr(document_types.BY_KEY[step.kind].title)),
    Column("number", N_("Number"), Kind.CODE, 184), Column("partner", N_("Partner"), width=180, stretch=1, bold=True),
    Column("warehouse", N_("Warehouse"), width=100, muted=True),
    Column("quantity_in", N_("In"), Kind.QUANTITY, value=lambda step: step.quantity if step.quantity > 0 else None),
    Column("quantity_out", N_("Out"), Kind.QUANTITY, value=lambda step: -step.quantity if step.quantity < 0 else None),
)


class TracePage(RefreshOnChange, PageWidget):
    """Key "trace/<lot>". Enter opens the document of a row."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str):
        super().__init__(context, key, tr("Trace"))
        self.nav_key = "stock"
        self.lot_id = int(key.split("/")[1])
        self.name, self.detail = label("", "h1"), label("", "number")
        self.metrics = {name: Metric(tr(title), words=True) for name, title in (
            ("on_hand", N_("On hand")), ("production_date", N_("Produced on")), ("expiry_date", N_("Expires on")),
            ("came_from", N_("Came from")), ("went_to", N_("Went to")))}
        self.model = RowsModel(COLUMNS, parent=self)
        self.table = Table("trace", context.settings)
        self.table.setAccessibleName(tr("Moves"))
        self.table.setModel(self.model)
        card, row = Card(), QHBoxLayout()
        row.setSpacing(34)
        for metric in self.metrics.values():
            row.addWidget(metric, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        card.body.addLayout(row)
        self.body.addLayout(self.head(self.name, self.detail))
        self.body.addWidget(card)
        self.body.addWidget(TableCard(self.table), 1)
        self.table.opened.connect(lambda index: self._open(self.model.row(index)))
        self.set_keys([("Enter", tr("Open document")), ("Alt+Left", tr("Back")), ("Ctrl+C", tr("Copy"))])
        self.watch(context.changes, "stock")
        self.refresh()

    def focus_first(self) -> None:
        self.table.setFocus()

    def refresh(self) -> None:
        self.operations.read(self.context.queries.trace, self.lot_id, done=self._show)

    def _open(self, step: Any) -> None:
        self.open_wanted.emit(f"document/{step.kind}/{step.document_id}")

    def _show(self, found: Trace) -> None:
        self.name.setText(found.code)
        self.detail.setText(found.item)
        self.set_title(tr("{lot}: trace", lot=found.code))
        held = ", ".join(f"{place} {values.grouped(quantity)}" for place, quantity in found.on_hand)
        self.metrics["on_hand"].show_value(f"{held} {found.unit}" if held else "–")
        for name in ("production_date", "expiry_date"):
            self.metrics[name].show_value(str(getattr(found, name) or "–"))
        for name in ("came_from", "went_to"):
            self.metrics[name].show_value(_names(getattr(found, name)))
        self.model.replace(found.steps)
        self.table.set_empty(None if found.steps else EmptyState("history", tr("Nothing has moved yet")))


def _names(steps: Any) -> str:
    """The partners, each once."""
    names = list(dict.fromkeys(step.partner for step in steps))
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "") if names else "–"
