"""Moving average (移动加权平均): what stock moves are worth. Pure functions on plain values.

What is stored is the value of a pool; the unit cost is derived. A part that leaves takes
round2(value x part / quantity); all that leaves takes all the value, so the value is exactly 0 at quantity 0.
"""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.values import ZERO


class EventKey(NamedTuple):
    """Identifies a move and orders it: moment, entry order, line, leg of a transfer."""

    effective_at: dt.datetime
    entry: int
    line_id: int
    leg: int
    item_id: int
    warehouse_id: int


@dataclass
class Event:
    """A move as the pool sees it. `stated` is the given value of a receipt, or a supplier's credit."""

    key: EventKey
    document_id: int
    quantity: Decimal
    basis: Basis
    stated: Decimal | None = None
    origin_line_id: int | None = None


class Worth(NamedTuple):
    """What a move changes in the value of stock, and what it sends to cost of sales instead."""

    value: Decimal
    variance: Decimal = ZERO

    def plus(self, other: "Worth") -> "Worth":
        return Worth(self.value + other.value, self.variance + other.variance)


NOTHING = Worth(ZERO)


@dataclass
class Origin:
    """A line that returns and mirrors refer to: what it moved, and how much of it came back so far."""

    quantity: Decimal = ZERO
    worth: Worth = NOTHING
    back: Decimal = ZERO

    def share(self, quantity: Decimal) -> Worth:
        """What `quantity` (positive) more coming back undoes; rounded cumulatively, so all undoes all."""
        before, self.back = self.back, self.back + quantity
        whole = abs(self.quantity)
        if not whole:
            return NOTHING
        return Worth(*(values.share_of(total, before, whole) - values.share_of(total, self.back, whole)
                       for total in self.worth))


@dataclass
class Pool:
    """The stock of one item as far as its cost goes. Missing stock is a negative quantity and value."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    last_cost: Decimal = ZERO
    missing: deque[tuple[Decimal, Decimal]] = field(default_factory=deque)  # (quantity, estimate), oldest first

    def worth(self, event: Event, origins: Mapping[int, Origin]) -> Worth:
        """Take the move into the pool and say what it is worth."""
        if event.basis is Basis.TRANSFER:
            return NOTHING
        origin = origins.get(event.origin_line_id) if event.origin_line_id else None
        if event.quantity > 0:
            due = self._incoming(event, origin)
            return self._receive(event.quantity, due.value).plus(Worth(ZERO, due.variance))
        if event.basis is not Basis.CURRENT:
            return self._give_back(event, origin)
        return Worth(-self._issue(-event.quantity))

    def _incoming(self, event: Event, origin: Origin | None) -> Worth:
        if event.basis is Basis.GIVEN and event.stated is not None:
            return Worth(event.stated)
        if event.basis is Basis.ORIGIN and origin is not None:
            return origin.share(event.quantity)
        return Worth(self._at_current_cost(event.quantity))

    def _at_current_cost(self, quantity: Decimal) -> Decimal:
        """At value / quantity, unrounded; at the last known cost when nothing is held."""
        if self.quantity > 0:
            return values.share_of(self.value, quantity, self.quantity)
        return values.money(values.product(quantity, self.last_cost))

    def _receive(self, quantity: Decimal, value: Decimal) -> Worth:
        """Goods come in; they settle missing stock first, at their own cost against the estimate."""
        settled, estimate = ZERO, ZERO
        while self.missing and settled < quantity:
            short, guess = self.missing.popleft()
            part = min(short, quantity - settled)
            taken = values.share_of(guess, part, short)
            if part < short:
                self.missing.appendleft((short - part, guess - taken))
            settled, estimate = settled + part, estimate + taken
        variance = values.share_of(value, settled, quantity) - estimate if settled else ZERO
        before, self.quantity = self.quantity, self.quantity + quantity
        self.value += value - variance
        if before < 0 and self.quantity == 0:
            self.last_cost = values.divide(value, quantity, values.COST_PLACES)
        return Worth(value - variance, variance)

    def _issue(self, quantity: Decimal) -> Decimal:
        """Goods go out; what is not there goes out at an estimate, to be settled by the next receipt."""
        held = max(self.quantity, ZERO)
        taken, out = min(quantity, held), ZERO
        if taken:
            out = values.share_of(self.value, taken, held)
            self.last_cost = values.divide(self.value, held, values.COST_PLACES)
        if short := quantity - taken:
            estimate = self._at_current_cost(short)
            self.missing.append((short, estimate))
            out += estimate
        self.quantity, self.value = self.quantity - quantity, self.value - out
        return out

    def _give_back(self, event: Event, origin: Origin | None) -> Worth:
        """Goods go back at the cost they came with, unless that would empty or overdraw the pool.

        What the supplier credits (GIVEN) or the mirrored line was worth, and the cost does not cover, is variance.
        """
        quantity = -event.quantity
        stated = event.stated if event.basis is Basis.GIVEN else None
        cost = -sum(origin.share(quantity), ZERO) if origin is not None else stated
        credit = cost if stated is None else stated
        if cost is None or credit is None or quantity >= self.quantity or cost > self.value:
            out = self._issue(quantity)
            return Worth(-out, ZERO if credit is None else out - credit)
        self.last_cost = values.divide(self.value, self.quantity, values.COST_PLACES)
        self.quantity, self.value = self.quantity - quantity, self.value - cost
        return Worth(-cost, cost - credit)


def replay(pool: Pool, events: Iterable[Event], origins: dict[int, Origin]) -> dict[EventKey, Worth]:
    """Run `events` (in order of effect) through `pool`.

    `origins` holds the lines that returns refer to and that lie before the first event; lines among the
    events join it as they pass.
    """
    worths: dict[EventKey, Worth] = {}
    for event in events:
        worth = worths[event.key] = pool.worth(event, origins)
        if event.basis is not Basis.TRANSFER:
            origin = origins.setdefault(event.key.line_id, Origin())
            origin.quantity += event.quantity
            origin.worth = origin.worth.plus(worth)
    return worths
