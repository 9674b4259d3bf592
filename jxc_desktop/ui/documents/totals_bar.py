"""The foot of a document: the amount in capitals, lines, quantity, discount, total."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop import document_types, values
from jxc_desktop.capitals import capitals
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Account, DocumentType, Draft, Values
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.documents.balance_bar import account_of, balance_sign
from jxc_desktop.ui.widgets import Metric, label
from jxc_desktop.values import ZERO


def sums(draft: Draft) -> totals.Totals:
    """The totals of a draft, as far as its lines are complete."""
    about_value = document_types.BY_KEY[draft.kind].column("quantity") is None
    ready = [line | ({"quantity": ZERO} if about_value else {}) for line in draft.lines
             if line.get("item_id") and (about_value or isinstance(line.get("quantity"), Decimal))]
    return totals.complete(Draft(draft.kind, dict(draft.header), ready, reversal_of_id=draft.reversal_of_id))


class TotalsBar(QWidget):
    """Shows `sums`; types without amounts show lines and quantity alone."""

    def __init__(self, kind: DocumentType, *, priced: bool):
        super().__init__()
        self.setObjectName("totals")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.current().sizes.totals)
        self.setAccessibleName(tr("Totals"))
        counted = kind.column("quantity")
        self._priced = priced = priced and bool(counted or kind.spreads_fee)  # what a revaluation changes is no total
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 16, 0)
        row.setSpacing(26)
        self.capitals = _Capitals()
        self.lines, self.quantity = Metric(tr("Number of lines")), Metric(tr("Quantity"))
        self.discount = Metric(tr("Total discount"))
        self.total = Metric(_total_title(kind), big=True)
        row.addWidget(self.capitals, 1)
        for metric in (self.lines, self.quantity, self.discount, self.total):
            row.addWidget(metric)
        if counted is None:
            self.quantity.hide()
        discounted = any(f.name == "discount_amount" for f in kind.header)
        if not (priced and discounted):
            self.discount.hide()
        if not priced:
            self.total.hide()
        if not priced:
            self.capitals.hide()
        if not priced:
            row.insertStretch(0, 1)

    def show_sums(self, lines: Sequence[Values], found: totals.Totals) -> Decimal:
        """Show them; the total is given back."""
        self.lines.show_value(str(len(lines)))
        self.quantity.show_value(values.grouped(found.quantity))
        if self._priced:
            self.discount.show_value(values.grouped(found.discount, 2))
            self.total.show_value(f"¥{values.grouped(found.total, 2)}", "bad" if found.total < 0 else None)
            self.capitals.show_amount(found.total)
        return found.total if self._priced else ZERO


class _Capitals(QWidget):
    """大写 and the amount in words."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._text = label("", "metric")
        self._text.setStyleSheet("font-weight: 400;")
        layout.addStretch(1)
        layout.addWidget(label(tr("In words"), "caption"))
        layout.addWidget(self._text)
        layout.addStretch(1)

    def show_amount(self, amount: Decimal) -> None:
        try:
            text = capitals(amount)
        except ValueError:
            text = ""
        self._text.setText(text)
        self._text.setToolTip(text)
        self.setAccessibleName(text)


def _total_title(kind: DocumentType) -> str:
    if not balance_sign(kind):
        return tr("Total")
    if balance_sign(kind) < 0:
        return tr("Return total")
    return tr("Receivable total") if account_of(kind) is Account.RECEIVABLE else tr("Payable total")
