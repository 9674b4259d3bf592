"""Beside a document: the current item's stock and last prices, and the partner."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from jxc_desktop import values
from jxc_desktop.i18n import tr
from jxc_desktop.services import units
from jxc_desktop.ui import theme, typed
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.line_facts import BY_LOT
from jxc_desktop.ui.widgets import Card, figure_font, label
from jxc_desktop.values import ZERO

PAUSE = 120  # ms; running through the lines asks nothing
PRICES = 5
LOTS = 6
Row = tuple[str, str, Decimal | None]  # title, figure, share for a bar


class _Known(NamedTuple):
    item: Any
    stock: Any
    prices: Any
    lots: Any


def _read(queries: Any, item_id: int, partner_id: int | None, selling: bool) -> _Known:
    item = queries.items([item_id]).get(item_id)
    followed = item is not None and item.tracking == BY_LOT and bool(queries.features)
    return _Known(item, queries.stock_by_warehouse(item_id),
                  queries.last_prices(item_id, partner_id, selling, PRICES),
                  queries.lots(item_id) if followed else ())


class DocumentInfo(QWidget):
    """Follows the current line. Asks nothing while it isn't seen."""

    def __init__(self, context: Context, selling: bool):
        super().__init__()
        self._context, self._selling = context, selling
        self._wanted: tuple[int | None, int | None] = (None, None)
        self._secret = False  # what is in stock
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.current().sizes.gap)
        self._cards: dict[str, _Facts] = {key: _Facts() for key in ("stock", "lots", "prices", "partner")}
        for card in self._cards.values():
            self._layout.addWidget(card)
            card.hide()
        self._layout.addStretch(1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)

    def follow(self, item_id: int | None, partner_id: int | None) -> None:
        """The current line's item, the document's partner; in the entry row the last item stays."""
        item_id = item_id or self._wanted[0]
        if (item_id, partner_id) != self._wanted:
            self._wanted = (item_id, partner_id)
            self._pause.start()

    def keep_stock_secret(self, on: bool) -> None:
        """Who counts blind is not told here either."""
        self._secret = on
        if on:
            self._cards["stock"].hide()
        self._pause.start()

    def forget(self) -> None:
        """Another document: the item of the last one is of no interest here."""
        self._wanted = (None, None)
        self._pause.stop()
        for name in ("stock", "lots", "prices"):
            self._cards[name].hide()

    def refresh(self) -> None:
        """The figures may have changed."""
        self._pause.start()

    def show_partner(self, name: str, balance: Any) -> None:
        """What is known of the partner."""
        card = self._cards["partner"]
        card.setVisible(bool(name and balance))
        if balance:
            rows: list[Row] = [(tr("Owed to us"), values.grouped(balance.receivable, 2), None),
                               (tr("Owed by us"), values.grouped(balance.payable, 2), None)]
            if balance.credit_limit:
                rows.append((tr("Credit limit"), values.grouped(balance.credit_limit, 2), None))
            card.show_rows(name, " ".join(p for p in (balance.contact, balance.phone) if p), rows)

    def _ask(self) -> None:
        item_id, partner_id = self._wanted
        if item_id is None or not self.isVisible():
            return
        self._context.tasks.run(_read, self._context.queries, item_id, partner_id, self._selling,
                                done=lambda found: self._take(item_id, found),
                                failed=lambda error: None, write=False)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._pause.start()

    def _take(self, item_id: int, found: _Known) -> None:
        item, stock, prices, lots = found
        if item_id != self._wanted[0] or item is None:
            return
        most = max([row["on_hand"] for row in stock] + [Decimal(1)])
        rows: list[Row] = [(row["warehouse"], _figure(row["available"], item), max(ZERO, row["on_hand"]) / most)
                           for row in stock]
        coming = sum((row["on_order"] for row in stock), ZERO)
        rows.append((tr("On order"), values.grouped(coming), min(Decimal(1), coming / most)))
        facts = " · ".join(p for p in (item.code, item.spec, item.unit) if p)
        self._cards["stock"].show_rows(item.name, facts, rows)
        self._cards["stock"].setVisible(not self._secret)
        self._show_lots(lots)
        card = self._cards["prices"]
        card.setVisible(bool(prices))
        paid = [p for p in prices if p["price"] is not None]
        card.show_rows(tr("Last prices"), "", [
            (f"{p['date']:%m-%d}  {p['number']}", f"{price} / {p['unit']}" if p["unit"] else price, None)
            for p, price in zip(paid, typed.prices([p["price"] for p in paid]), strict=True)])

    def _show_lots(self, lots: Sequence[Any]) -> None:
        """Those that expire first."""
        card = self._cards["lots"]
        card.setVisible(bool(lots))
        rows: list[Row] = []
        for lot in lots[:LOTS]:
            due = "" if lot.expiry_date is None else f"{lot.expiry_date:%y-%m-%d}"
            note = tr("{date} expired", date=due) if lot.expired else due
            rows.append(("  ".join(p for p in (lot.code, note, lot.warehouse) if p), values.grouped(lot.available),
                         None))
        card.show_rows(tr("Lots"), "", rows)


def _figure(base: Decimal, item: Any) -> str:
    """In base units, and in packs where there are any."""
    return "  ".join(p for p in (values.grouped(base), units.packed(base, item.units)) if p)


class _Facts(Card):
    """A heading, a line below it, rows of figures; some with a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.body.setContentsMargins(14, 12, 14, 12)
        self.body.setSpacing(6)

    def show_rows(self, title: str, below: str, rows: Sequence[Row]) -> None:
        _empty(self.body)
        self.setAccessibleName(title)
        heading = label(title, "strong")
        heading.setWordWrap(True)
        self.body.addWidget(heading)
        if below:
            self.body.addWidget(label(below, "caption"))
        for name, figure, share in rows:
            line, text = QHBoxLayout(), label(figure)
            text.setFont(figure_font(bold=share is not None))
            line.addWidget(label(name, "label"))
            line.addStretch(1)
            line.addWidget(text)
            self.body.addLayout(line)
            if share is not None:
                bar = QProgressBar()
                bar.setTextVisible(False)
                bar.setFixedHeight(4)
                bar.setValue(int(share * 100))
                bar.setAccessibleName(f"{name} {figure}")
                self.body.addWidget(bar)


def _empty(layout: Any) -> None:
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            _empty(inner)
