"""How a balance and the value of each of its moves came about, in words and figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries.derivation import Traced
from jxc_desktop.services.queries.truth import Held
from jxc_desktop.values import COST_PLACES, MONEY_PLACES, ZERO, divide, grouped, share_of

NAMED = 5  # layers that a sentence names


@dataclass(frozen=True)
class Told:
    """A move, what its document says of it, and the pool that it found."""

    basis: Basis
    quantity: Decimal
    value: Decimal
    variance: Decimal
    settled: Decimal
    stated: Decimal | None
    measure: Decimal | None
    unit_cost: Decimal | None
    origin: str  # the number of the document whose line it returns, undoes or adjusts
    before: Held
    here: Decimal  # the stock that it found in its own warehouse and lot
    fifo: bool
    one_pool: bool  # for all warehouses


def words(told: Told) -> str:
    """What gave the move its value, then what went elsewhere."""
    parts = [_WAYS[told.basis](told)]
    if told.variance:
        parts.append(tr("{amount} went to cost of sales, not into stock", amount=_money(told.variance)))
    if told.settled:
        parts.append(tr("goods that came later cost {amount} more than estimated", amount=_money(told.settled)))
    return tr("; ").join(parts)


def unit_cost(held: Held) -> Decimal | None:
    """Value by quantity; None where nothing is held."""
    return divide(held.value, held.quantity, COST_PLACES) if held.quantity > 0 else None


def cost_text(cost: Decimal | None) -> str:
    return "–" if cost is None else grouped(cost)


def _money(value: Decimal) -> str:
    return grouped(value, MONEY_PLACES)


def _given(told: Told) -> str:
    if told.quantity < 0:
        return tr("Back to the supplier at the cost it came with ({origin}): {value}, credited {stated}",
                  origin=told.origin, value=_money(-told.value), stated=_money(abs(told.stated or ZERO)))
    return tr("As the document states: {quantity} for {value}", quantity=grouped(told.quantity),
              value=_money(told.value + told.variance))


def _issued(told: Told) -> str:
    quantity, before = -told.quantity, told.before
    if quantity < 0:
        return tr("No cost stated: {quantity} at the current unit cost {cost}", quantity=grouped(told.quantity),
                  cost=cost_text(divide(told.value + told.variance, told.quantity, COST_PLACES)))
    if before.quantity < quantity:
        return tr("{held} were there, worth {value}; the other {short} were missing and left at an estimate",
                  held=grouped(max(before.quantity, ZERO)), value=_money(max(before.value, ZERO)),
                  short=grouped(quantity - max(before.quantity, ZERO)))
    if quantity == before.quantity:
        return tr("All {quantity} left, with all their value {value}", quantity=grouped(quantity),
                  value=_money(-told.value))
    if told.fifo or share_of(before.value, quantity, before.quantity) != -told.value:
        return tr("The oldest {quantity} left, worth {value}", quantity=grouped(quantity), value=_money(-told.value))
    return tr("{value} × {quantity} ÷ {held} = {out}", value=_money(before.value), quantity=grouped(quantity),
              held=grouped(before.quantity), out=_money(-told.value))


def _returned(told: Told) -> str:
    if not told.origin:
        return _issued(told)
    return tr("Back at the cost it left with ({origin}): {value}", origin=told.origin, value=_money(told.value))


def _undone(told: Told) -> str:
    return tr("Undoes {origin} at its cost: {value}", origin=told.origin, value=_money(told.value))


def _transferred(told: Told) -> str:
    if told.one_pool:
        return tr("Moved between warehouses of one cost: the value stays")
    if told.quantity > 0:
        return tr("Arrived with the value that left the other warehouse: {value}", value=_money(told.value))
    return _issued(told)


def _counted(told: Told) -> str:
    said = tr("{counted} were counted, {here} should have been there: {difference}", counted=grouped(
        told.measure or ZERO), here=grouped(told.here), difference=grouped(told.quantity))
    if told.unit_cost is not None:
        said += tr(", at the stated unit cost {cost}", cost=cost_text(told.unit_cost))
    elif told.quantity:
        said += tr(", at the current unit cost {cost}",
                   cost=cost_text(divide(told.value + told.variance, told.quantity, COST_PLACES)))
    return said


def _adjusted(told: Told) -> str:
    return tr("{amount} of later cost for {origin}: {value} for what is still here", amount=_money(told.stated or ZERO),
              origin=told.origin, value=_money(told.value))


def _revalued(told: Told) -> str:
    if told.stated is None:
        return tr("All {quantity} revalued at {cost} each", quantity=grouped(told.before.quantity),
                  cost=cost_text(told.unit_cost))
    return tr("Revalued by {value}", value=_money(told.value))


def _made(told: Told) -> str:
    return tr("Made of goods worth {used}, with a fee of {fee}", used=_money(
        told.value + told.variance - (told.stated or ZERO)), fee=_money(told.stated or ZERO))


_WAYS = {
    Basis.GIVEN: _given, Basis.CURRENT: _issued, Basis.USED: _issued, Basis.RETURN: _returned, Basis.ORIGIN: _undone,
    Basis.TRANSFER: _transferred, Basis.COUNT: _counted, Basis.RECOUNT: _counted, Basis.ADJUST: _adjusted,
    Basis.REVALUE: _revalued, Basis.MADE: _made,
}


# --- the result -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """A balance and what it is made of: the stock that was asked about, and the pool that it belongs to."""

    item: str
    unit: str
    place: str  # empty: everywhere
    as_of: dt.date | None  # None: now
    closed: dt.date | None  # the close at which it begins
    opening: Decimal
    moves: Sequence[Traced]
    pool: Held
    restated: tuple[int, int, Decimal]  # moves, postings, change of value
    layers: Sequence[tuple[Held, str]]

    @property
    def here(self) -> Decimal:
        return self.opening + sum((e.quantity for e in self.moves), ZERO)


def sentences(result: Result) -> tuple[str, ...]:
    """What there is and what it is worth, then where that comes from."""
    said = [_worth(result)]
    if result.closed:
        said.append(tr("At the close of {date} there were {quantity}.", date=result.closed,
                       quantity=grouped(result.opening)))
    said.append(_sums(result.moves))
    if variance := sum((e.worth.variance for e in result.moves), ZERO):
        said.append(tr("{amount} went to cost of sales instead of stock.", amount=_money(variance)))
    moves, causes, value = result.restated
    if moves:
        said.append(tr("{moves} of the moves were restated after {causes} later entries or changes: {amount} in all.",
                       moves=moves, causes=causes, amount=_money(value)))
    if result.layers:
        said.append(_layers(result.layers))
    return tuple(said)


def _worth(result: Result) -> str:
    pool, here = result.pool, result.here
    on = str(result.as_of) if result.as_of else tr("Now")
    facts = {"on": on, "item": result.item, "unit": result.unit, "here": grouped(here)}
    said = tr("{on}: {here} {unit} of {item} at {place}", **facts, place=result.place) if result.place else tr(
        "{on}: {here} {unit} of {item}", **facts)
    cost = cost_text(unit_cost(pool))
    if here == pool.quantity:
        return said + tr(", worth {value}, {cost} each.", value=_money(pool.value), cost=cost)
    share = share_of(pool.value, here, pool.quantity) if pool.quantity else ZERO
    return said + tr(", worth {share}: all {quantity} in the company are worth {value}, {cost} each.",
                     share=_money(share), quantity=grouped(pool.quantity), value=_money(pool.value), cost=cost)


def _sums(moves: Sequence[Traced]) -> str:
    if not moves:
        return tr("Nothing moved since.")
    came = [e for e in moves if e.quantity > 0 or (not e.quantity and e.worth.value > 0)]
    went = [e for e in moves if e.quantity < 0 or (not e.quantity and e.worth.value <= 0)]
    return tr("In: {in_quantity}, worth {in_value}. Out: {out_quantity}, worth {out_value}.",
              in_quantity=grouped(sum((e.quantity for e in came), ZERO)),
              in_value=_money(sum((e.worth.value for e in came), ZERO)),
              out_quantity=grouped(-sum((e.quantity for e in went), ZERO)),
              out_value=_money(-sum((e.worth.value for e in went), ZERO)))


def _layers(layers: Sequence[tuple[Held, str]]) -> str:
    parts = [tr("{quantity} at {cost} ({number})", quantity=grouped(held.quantity), number=number,
                cost=grouped(divide(held.value, held.quantity, COST_PLACES))) for held, number in layers[:NAMED]]
    return tr("Oldest first: {layers}.", layers=tr(", ").join(parts) + ("…" if len(layers) > NAMED else ""))
