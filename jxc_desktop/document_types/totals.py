"""Amounts of a document: discount, tax, totals. Pure functions on draft lines.

The amount is authoritative: quantity x price less discount, rounded once per line. A total discount is
spread over the lines by amount, so that lines always add up to the header.
"""

from dataclasses import dataclass
from decimal import Decimal

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft, Values
from jxc_desktop.values import ZERO


def amount_of(line: Values) -> Decimal | None:
    """Quantity x price less discount, to the cent; None while one of them is missing."""
    quantity, price = line.get("quantity"), line.get("price")
    if quantity is None or price is None:
        return None
    return values.money(values.product(quantity, price, 1 - (line.get("discount") or ZERO)))


def price_of(line: Values) -> Decimal | None:
    """The price that makes the amount; None without quantity or amount."""
    quantity, amount = line.get("quantity"), line.get("amount")
    off = 1 - (line.get("discount") or ZERO)
    if amount is None or not quantity or not off:
        return None
    return values.divide(amount, quantity * off, values.PRICE_PLACES)


def retype(line: Values, changed: str) -> None:
    """Settle quantity, price and amount after the user typed `changed`: the last two typed win.

    The typing order is kept in line["typed"], newest last.
    """
    typed = [name for name in line.get("typed", ("quantity", "price")) if name != changed]
    if changed in ("quantity", "price", "amount"):
        typed = line["typed"] = [*typed, changed][-2:]
    if set(typed) == {"quantity", "price"} or changed == "discount":
        line["amount"] = amount_of(line)
    elif set(typed) == {"quantity", "amount"}:
        line["price"] = price_of(line)
    elif line.get("price"):
        off = line["price"] * (1 - (line.get("discount") or ZERO))
        line["quantity"] = values.divide(line["amount"], off, values.QUANTITY_PLACES) if off else line["quantity"]


@dataclass(frozen=True)
class Totals:
    """What the foot of a document shows; `total` is what the partner owes for it."""

    quantity: Decimal
    amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def complete(draft: Draft, *, value_gross: bool = False) -> Totals:
    """Fill in each line's amount, discount share, net, tax and value; and the header's totals.

    A stated amount stands and makes the price where they disagree. `value_gross`: stock is valued with
    the tax (small-scale taxpayers). `value` is None where a line states neither price nor amount.
    """
    included = draft.header.get("tax_included") is not False
    for line in draft.lines:
        _settle(line)
    amounts = [line["amount"] or ZERO for line in draft.lines]
    discount = (draft.header.get("discount_amount") or ZERO) * draft.sign
    shares = values.spread(discount, amounts) if discount and any(amounts) else [ZERO] * len(amounts)
    for line, share in zip(draft.lines, shares, strict=True):
        line["discount_share"] = share
        line["net"], line["tax"] = values.split_tax(
            (line["amount"] or ZERO) - share, line.get("tax_rate") or ZERO, included=included)
        stated = line["amount"] is not None
        line["value"] = line["net"] + (line["tax"] if value_gross else ZERO) if stated else None
    totals = Totals(sum((line.get("quantity") or ZERO for line in draft.lines), ZERO), sum(amounts, ZERO), discount,
                    sum((line["net"] for line in draft.lines), ZERO),
                    sum((line["tax"] for line in draft.lines), ZERO))
    draft.header |= {"total": totals.total, "total_net": totals.net, "total_tax": totals.tax,
                     "total_quantity": totals.quantity}
    return totals


def _settle(line: Values) -> None:
    computed = amount_of(line)
    if line.get("amount") is None and line.get("gift"):
        line |= {"amount": ZERO, "price": ZERO}
    elif line.get("amount") is None:
        line["amount"] = computed
    elif line["amount"] != computed:
        line["price"] = price_of(line) if line.get("quantity") else line.get("price")
