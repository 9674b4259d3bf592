"""What documents do to stock and money. Pure functions from a draft to signed moves and entries.

A line's "base_quantity" (base units), "value" (what it adds to the stock) and the header's "total" have
been completed by `totals.complete`. A reversal has negative quantities and so mirrors every effect.
"""

from collections.abc import Callable
from decimal import Decimal

from jxc_desktop.document_types.schema import Account, Basis, Draft, Entry, Move, Values


def _moves(draft: Draft, basis: Basis, sign: int, *, warehouse: str = "warehouse_id", leg: int = 0,
           valued: bool = False) -> list[Move]:
    return [Move(i, leg, line["item_id"], draft.header[warehouse], sign * line["base_quantity"],
                 _basis(draft, line, basis), line["value"] if valued else None)
            for i, line in enumerate(draft.lines)]


def _basis(draft: Draft, line: Values, usual: Basis) -> Basis:
    if draft.reversal_of_id and usual is not Basis.TRANSFER:
        return Basis.ORIGIN  # a mirror undoes what the original did, at the original's cost
    return Basis.CURRENT if usual is Basis.GIVEN and line["value"] is None else usual


def receive(draft: Draft) -> list[Move]:
    """Goods come in at the value their line states, else at the current unit cost."""
    return _moves(draft, Basis.GIVEN, 1, valued=True)


def issue(draft: Draft) -> list[Move]:
    return _moves(draft, Basis.CURRENT, -1)


def take_back(draft: Draft) -> list[Move]:
    """A customer brings goods back, at the cost they left with."""
    return _moves(draft, Basis.ORIGIN, 1)


def give_back(draft: Draft) -> list[Move]:
    """Goods go back to the supplier, who credits the line's value, at the cost of the line they came with."""
    return [move._replace(basis=Basis.ORIGIN) if move.basis is Basis.CURRENT and draft.lines[move.line].get(
        "source_line_id") else move for move in _moves(draft, Basis.GIVEN, -1, valued=True)]


def transfer(draft: Draft) -> list[Move]:
    leaving = _moves(draft, Basis.TRANSFER, -1)
    return leaving + _moves(draft, Basis.TRANSFER, 1, warehouse="to_warehouse_id", leg=1)


def _owed(account: Account, sign: int) -> Callable[[Draft], list[Entry]]:
    def entries(draft: Draft) -> list[Entry]:
        amount: Decimal = draft.header["total"]
        return [Entry(account, draft.header["partner_id"], sign * amount)] if amount else []
    return entries


receivable = _owed(Account.RECEIVABLE, 1)
less_receivable = _owed(Account.RECEIVABLE, -1)
payable = _owed(Account.PAYABLE, 1)
less_payable = _owed(Account.PAYABLE, -1)
