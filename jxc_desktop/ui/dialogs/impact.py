"""What a save would change of other documents: shown before anyone confirms it."""

from decimal import Decimal
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.table import Column, Kind, RowsModel, Table
from jxc_desktop.ui.widgets import Metric, label

COLUMNS = (
    Column("kind", N_("Document"), width=110, value=lambda row: tr(document_types.BY_KEY[row.kind].title)),
    Column("number", N_("Number"), Kind.CODE, 176), Column("date", N_("Date"), Kind.DATE, 112),
    Column("item", N_("Item"), width=180, stretch=1),
    Column("quantity", N_("Change of quantity"), Kind.QUANTITY, 100, value=lambda row: row.quantity or None),
)
MONEY = (Column("value", N_("Change of stock value"), Kind.MONEY, 120),
         Column("cost", N_("Change of cost of sales"), Kind.MONEY, 130, bold=True))


class ImpactDialog(QDialog):
    """Esc and the default go back; money only for those who may see cost."""

    def __init__(self, parent: QWidget | None, text: str, impact: Any, *, costs: bool):
        super().__init__(parent)
        self.setWindowTitle(tr("Earlier costs change"))
        self.resize(880, 460)
        self.model = RowsModel((*COLUMNS, *(MONEY if costs else ())), list(impact.rows), parent=self)
        self.table = Table()
        self.table.setAccessibleName(tr("Documents that change"))
        self.table.setModel(self.model)
        explained = label(tr("Goods that moved later were reckoned at costs that will no longer be right. "
                             "Saving corrects them; the corrections stay visible in the ledger."), "label")
        explained.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        for part in (label(text, "h1"), explained):
            layout.addWidget(part)
        layout.addWidget(self.table, 1)
        self.profit = Metric(tr("Effect on profit"), big=True)
        self.profit.show_value(_signed(impact.profit), "bad" if impact.profit < 0 else None)
        self.profit.setVisible(costs)
        self.save, self.back = Button(tr("Save"), "save", role=Role.DANGER), Button(tr("Back"), key_hint="Esc")
        self.save.clicked.connect(self.accept)
        self.back.clicked.connect(self.reject)
        self.back.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(self.profit)
        row.addStretch(1)
        for button in (self.save, self.back):
            row.addWidget(button)
        layout.addLayout(row)
        self.back.setFocus()


def _signed(amount: Decimal) -> str:
    return ("+" if amount > 0 else "") + values.grouped(amount, values.MONEY_PLACES)


def confirmed(parent: QWidget | None, text: str, impact: Any, *, costs: bool) -> bool:
    """Whether the user goes on, having seen what changes."""
    dialog = ImpactDialog(parent, text, impact, costs=costs)
    answer = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return answer
