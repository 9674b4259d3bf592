"""What documents do to stock and money. Pure functions from a draft to signed moves and entries.

A line's "base_quantity" (base units), "value" (what it adds to the stock) and the header's "total" have
been completed by `totals.complete`. A reversal has negative quantities and so mirrors every effect.
"""

from collections.abc import Callable
from decimal import Decimal

from jxc_desktop import values
from jxc_desktop.document_types.schema import Account, Basis, Draft, Entry, Move, Values


def _moves(draft: Draft, basis: Basis, sign: int, *, warehouse: str = "warehouse_id", leg: int = 0,
           valued: bool = False) -> list[Move]:
    return [Move(i, leg, line["item_id"], draft.header[warehouse], sign * line["base_quantity"],
                 _basis(draft, line, basis), line["value"] if valued else None, origin=_origin(draft, line, basis))
            for i, line in enumerate(draft.lines)]


def _basis(draft: Draft, line: Values, usual: Basis) -> Basis:
    if draft.reversal_of_id and usual is not Basis.TRANSFER:
        return Basis.ORIGIN
    return Basis.CURRENT if usual is Basis.GIVEN and line["value"] is None else usual


def _origin(draft: Draft, line: Values, basis: Basis) -> int | None:
    """The line that a mirror undoes or a return brings back."""
    if draft.reversal_of_id:
        return line.get("mirrors")
    return line.get("source_line_id") if basis is Basis.RETURN else None


def receive(draft: Draft) -> list[Move]:
    """Goods come in at the value their line states, else at the current unit cost."""
    return _moves(draft, Basis.GIVEN, 1, valued=True)


def issue(draft: Draft) -> list[Move]:
    return _moves(draft, Basis.CURRENT, -1)


def take_back(draft: Draft) -> list[Move]:
    """A customer brings goods back, at the cost they left with."""
    return _moves(draft, Basis.RETURN, 1)


def give_back(draft: Draft) -> list[Move]:
    """Goods go back to the supplier, who credits the line's value, at the cost of the line they came with."""
    moves = _moves(draft, Basis.GIVEN, -1, valued=True)
    if draft.reversal_of_id:
        return moves
    return [move._replace(basis=Basis.GIVEN, origin=draft.lines[move.line].get("source_line_id")) for move in moves]


def transfer(draft: Draft) -> list[Move]:
    """What leaves comes before what arrives; a mirror brings it back."""
    back = draft.reversal_of_id is not None
    return sorted(_moves(draft, Basis.TRANSFER, -1, leg=int(back)) + _moves(
        draft, Basis.TRANSFER, 1, warehouse="to_warehouse_id", leg=int(not back)), key=lambda move: move.leg)


def count(draft: Draft) -> list[Move]:
    """What was counted stands; lines of one item and lot add up, lines without a figure count as told."""
    moves: dict[tuple[int, str | None], Move] = {}
    for i, line in enumerate(draft.lines):
        if line.get("base_quantity") is None and draft.header.get("uncounted") != "zero":
            continue
        key = line["item_id"], line.get("lot")
        counted = line.get("base_quantity") or Decimal(0)
        if key in moves:
            counted += moves[key].measure or Decimal(0)
            moves[key] = moves[key]._replace(measure=counted)
        else:
            basis = Basis.RECOUNT if line.get("revalue") else Basis.COUNT
            moves[key] = Move(i, 0, line["item_id"], draft.header["warehouse_id"], Decimal(0), basis,
                              measure=counted, unit_cost=_base_cost(line))
    return list(moves.values())


def _base_cost(line: Values) -> Decimal | None:
    """The cost of a base unit, from that of the line's unit."""
    if line.get("price") is None or not line.get("factor"):
        return line.get("price")
    return values.divide(values.product(line["price"], line.get("per") or Decimal(1)), line["factor"],
                         values.PRICE_PLACES)


def convert(draft: Draft) -> list[Move]:
    """What is used goes out; what is made comes in at its cost and the fee, shared by the lines' "weight"."""
    out, into = _moves(draft, Basis.USED, -1), _moves(draft, Basis.MADE, 1, leg=1)
    made = [move for move in into if draft.lines[move.line]["role"] == "make"]
    weights = [draft.lines[move.line].get("weight") or move.quantity for move in made]
    fees = values.spread(draft.header.get("fee") or Decimal(0), weights) if any(weights) else [Decimal(0)] * len(made)
    return [move for move in out if draft.lines[move.line]["role"] == "use"] + [
        move._replace(value=fee, measure=weight) for move, fee, weight in zip(made, fees, weights, strict=True)]


def adjust(draft: Draft) -> list[Move]:
    """Each line's share of a late cost goes to the receipt line that it names, in that receipt's warehouse."""
    return [Move(i, 0, line["item_id"], line.get("source_warehouse_id", 0), Decimal(0), Basis.ADJUST,
                 line["amount"],
                 origin=line.get("source_line_id") or line.get("mirrors"))
            for i, line in enumerate(draft.lines)]


def revalue(draft: Draft) -> list[Move]:
    """Stock gets the unit cost that the line states, or its value changes by the amount."""
    return [Move(i, 0, line["item_id"], draft.header["warehouse_id"], Decimal(0), Basis.REVALUE,
                 line["amount"] if line.get("price") is None else None, unit_cost=line.get("price"))
            for i, line in enumerate(draft.lines)]


def _owed(account: Account, sign: int) -> Callable[[Draft], list[Entry]]:
    def entries(draft: Draft) -> list[Entry]:
        amount, partner_id = draft.header["total"], draft.header.get("partner_id")
        return [Entry(account, partner_id, sign * amount)] if amount and partner_id else []
    return entries


receivable = _owed(Account.RECEIVABLE, 1)
less_receivable = _owed(Account.RECEIVABLE, -1)
payable = _owed(Account.PAYABLE, 1)
less_payable = _owed(Account.PAYABLE, -1)
