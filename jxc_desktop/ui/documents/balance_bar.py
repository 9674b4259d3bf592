"""What the partner owes us (or we owe them), and where this document takes it."""

from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from jxc_desktop import values
from jxc_desktop.document_types.schema import Account, DocumentType, Draft, FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import figure_font, label, restyle
from jxc_desktop.values import ZERO

_WIDTH = 212
_NEARLY = Decimal("0.8")


def account_of(kind: DocumentType) -> Account | None:
    """Whose side a partner of this type stands on."""
    types = {f.type for f in kind.header}
    if FieldType.CUSTOMER in types:
        return Account.RECEIVABLE
    return Account.PAYABLE if FieldType.SUPPLIER in types else None


def balance_sign(kind: DocumentType) -> Decimal:
    """+1 where the total adds to the partner's balance, -1 where it takes off, 0 where it does nothing."""
    entries = kind.settles(Draft(kind.key, {"partner_id": 1, "total": Decimal(1)}))
    return entries[0].amount if entries else ZERO


class BalanceBar(QWidget):
    """Balance, what it will be, and how much of the credit that uses."""

    loaded = Signal()

    def __init__(self, kind: DocumentType, context: Context):
        super().__init__()
        self._context, self._account, self._sign = context, account_of(kind), balance_sign(kind)
        self._partner_id: int | None = None
        self.balance: Any = None
        self.loading = False
        self._total = ZERO
        owed = tr("Owed to us") if self._account is Account.RECEIVABLE else tr("Owed by us")
        sizes = theme.current().sizes
        self.setFixedSize(_WIDTH, 2 * (sizes.control + 2) + sizes.gap)  # beside two rows of fields
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 3, 0, 3)
        grid.setVerticalSpacing(5)
        self._now, self._after, self._after_title = label("", ""), label("", ""), label("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Credit used"))
        for row, (title, figure) in enumerate(((label(owed, "caption"), self._now), (self._after_title, self._after))):
            figure.setFont(figure_font(bold=True))
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(title, row, 0)
            grid.addWidget(figure, row, 1)
        grid.addWidget(self._bar, 2, 0, 1, 2)
        self._show()

    def show_total(self, partner_id: int | None, total: Decimal) -> None:
        """The partner, and what this document still adds."""
        self._total = total
        if partner_id != self._partner_id:
            self._partner_id, self.balance, self.loading = partner_id, None, False
            self.reload()
        self._show()

    def reload(self) -> None:
        """Ask for the balance again."""
        if self._partner_id is not None:
            wanted, self.loading = self._partner_id, True
            self._context.tasks.run(self._context.queries.partner_balance, wanted,
                                    done=lambda balance: self._take(wanted, balance),
                                    failed=lambda error: self._take(wanted, self.balance), write=False)

    def _take(self, partner_id: int, balance: Any) -> None:
        if partner_id == self._partner_id:
            self.balance, self.loading = balance, False
            self._show()
            self.loaded.emit()

    def _show(self) -> None:
        if self.balance is None:
            for part in (self._now, self._after, self._after_title):
                part.setText("")
            self._bar.setVisible(False)
            return
        owed = self.balance.receivable if self._account is Account.RECEIVABLE else self.balance.payable
        after, limit = owed + self._sign * self._total, self.balance.credit_limit
        limited = bool(limit) and self._account is Account.RECEIVABLE
        self._now.setText(values.grouped(owed, 2))
        self._after_title.setText(tr("After this / limit") if limited else tr("After this"))
        self._after.setText(f"{values.grouped(after, 0)} / {values.grouped(limit, 0)}" if limited
                            else values.grouped(after, 2))
        self._bar.setVisible(limited)
        if limited:
            used = max(ZERO, after / limit)
            tone = Tone.BAD if used > 1 else Tone.WARN if used > _NEARLY else None
            restyle(self._bar, tone=tone.value if tone else "")
            restyle(self._after, tone=Tone.BAD.value if used > 1 else "")
            self._bar.setValue(int(min(used, Decimal(1)) * 100))
        self.setToolTip(tr("Over the credit limit") if limited and after > limit else "")
