"""What goods are worth: pools of moving average (移动加权平均) and of FIFO (先进先出). Pure, on plain values.

What is stored is the value of a pool or layer; the unit cost is derived. A part that leaves takes
round2(value x part / quantity); all that leaves takes all the value, so the value is exactly 0 at quantity 0.
How documents use pools, and in which order, says `replay`.
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from jxc_desktop import values
from jxc_desktop.errors import NegativeValue, NothingToRevalue
from jxc_desktop.values import ZERO


class Part(NamedTuple):
    """Goods of one cost: what a receipt brought, a layer of a pool, what an issue took of it.

    `line_id` names the receipt; missing goods have negative quantity and value and name the issue. `row` is
    where the layer is stored.
    """

    quantity: Decimal
    value: Decimal
    line_id: int
    received_at: dt.datetime
    row: int | None = None

    def less(self, quantity: Decimal) -> tuple[Decimal, "Part"]:
        """The value of a part (signed like the layer), and what remains."""
        value = values.share_of(self.value, quantity, self.quantity)
        return value, self._replace(quantity=self.quantity - quantity, value=self.value - value)


class Settled(NamedTuple):
    """Goods that came in for the missing ones of issue `line_id` cost `amount` more than estimated."""

    line_id: int
    amount: Decimal


@dataclass
class Pool:
    """Goods with a cost of their own. Missing goods are a negative quantity, at an estimated value.

    `layers`, oldest first, are the missing goods; under FIFO else the goods held. The front is enough where
    nothing but receipts and issues happen: quantity and value are those of the whole pool.
    """

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    last_cost: Decimal = ZERO  # of the goods that left last; before the first goods the standard cost
    layers: deque[Part] = field(default_factory=deque)

    @property
    def unit_cost(self) -> Decimal:
        """For display, 6 decimals: value / quantity, or the last known cost when nothing is held."""
        return values.divide(self.value, self.quantity, values.COST_PLACES) if self.quantity > 0 else self.last_cost

    def at_current_cost(self, quantity: Decimal) -> Decimal:
        if self.quantity > 0:
            return values.share_of(self.value, quantity, self.quantity)
        return values.money(values.product(quantity, self.last_cost))

    def receive(self, part: Part) -> list[Settled]:
        """Goods come in; they fill what is missing first, at their own cost, and the rest enters the stock."""
        left, settled = part, []
        while self.layers and self.layers[0].quantity < 0 and left.quantity:
            missing = self.layers.popleft()
            quantity = min(-missing.quantity, left.quantity)
            estimate, short = missing.less(-quantity)
            if short.quantity:
                self.layers.appendleft(short)
            cost, left = left.less(quantity)
            settled.append(Settled(missing.line_id, cost + estimate))
        self.quantity += part.quantity
        self.value += part.value - sum((s.amount for s in settled), ZERO)
        if left.quantity:
            self._put(left)
        elif settled and not self.quantity:
            self.last_cost = values.divide(part.value, part.quantity, values.COST_PLACES)
        return settled

    def issue(self, quantity: Decimal, line_id: int, at: dt.datetime, first: int | None = None) -> list[Part]:
        """Goods go out, those of receipt line `first` before others; what is missing at an estimate.

        The estimate is the unit cost of the last goods taken, or the last known cost if there are none.
        """
        taken = min(quantity, max(self.quantity, ZERO))
        parts, touched = self._take(taken, first) if taken else ([], None)
        if touched:
            self.last_cost = values.divide(touched.value, touched.quantity, values.COST_PLACES)
        if short := quantity - taken:
            estimate = values.share_of(touched.value, short, touched.quantity) if touched else values.money(
                values.product(short, self.last_cost))
            missing = Part(short, estimate, line_id, at)
            parts.append(missing)
            self.layers.append(missing._replace(quantity=-short, value=-estimate))
        self.quantity -= quantity
        self.value -= sum((p.value for p in parts), ZERO)
        return parts

    def give_back(self, quantity: Decimal, cost: Decimal | None, origin: int | None, line_id: int,
                  at: dt.datetime) -> Decimal:
        """Goods go back to where receipt line `origin` or a stated `cost` came from; returns the value that leaves.

        The cost leaves with them, unless that would empty the pool or make its value negative.
        """
        if cost is None or quantity >= self.quantity or cost > self.value:
            return sum((p.value for p in self.issue(quantity, line_id, at)), ZERO)
        self.last_cost = self.unit_cost
        self.quantity, self.value = self.quantity - quantity, self.value - cost
        return cost

    def left_of(self, line_id: int, received: Decimal) -> Decimal:
        """How much of what a receipt line brought is still here, at most: an average keeps no track."""
        return min(max(self.quantity, ZERO), received)

    def add_value(self, line_id: int, amount: Decimal) -> None:
        """Goods of a receipt line that are still here cost `amount` more."""
        if amount < 0:
            self._refuse_negative(amount)
        self.value += amount

    def revalue(self, change: Decimal) -> None:
        """Raises NothingToRevalue without stock, NegativeValue where the value would fall below zero."""
        if self.quantity <= 0:
            raise NothingToRevalue
        self._refuse_negative(change)
        self.value += change

    def revalue_at(self, unit_cost: Decimal, line_id: int, at: dt.datetime) -> Decimal:
        """All that is here gets one unit cost; returns the change of value."""
        change = values.money(values.product(max(self.quantity, ZERO), unit_cost)) - self.value
        if self.quantity > 0:
            self.value += change
            return change
        return ZERO

    def _refuse_negative(self, change: Decimal) -> None:
        if self.value + change < 0:
            raise NegativeValue

    def _put(self, part: Part) -> None:
        """Goods that fill nothing missing enter the stock; an average does not tell them apart."""

    def _take(self, quantity: Decimal, first: int | None) -> tuple[list[Part], Part | None]:
        """The parts that leave, and the goods touched last as they were."""
        whole = Part(self.quantity, self.value, 0, dt.datetime.min)
        return [whole._replace(quantity=quantity, value=values.share_of(self.value, quantity, self.quantity))], whole


class FifoPool(Pool):
    """Each receipt is a layer; issues take the oldest first, or those of a named receipt."""

    def give_back(self, quantity: Decimal, cost: Decimal | None, origin: int | None, line_id: int,
                  at: dt.datetime) -> Decimal:
        """The layers of the receipt that is returned go first, then the front of the queue."""
        return sum((p.value for p in self.issue(quantity, line_id, at, origin)), ZERO)

    def left_of(self, line_id: int, received: Decimal) -> Decimal:
        return sum((layer.quantity for layer in self._of(line_id)), ZERO)

    def add_value(self, line_id: int, amount: Decimal) -> None:
        super().add_value(line_id, amount)
        self._spread(amount, lambda layer: layer.line_id == line_id)

    def revalue(self, change: Decimal) -> None:
        """The change is spread over the layers; NegativeValue also where one of them would fall below zero."""
        super().revalue(change)
        self._spread(change, lambda layer: True)

    def revalue_at(self, unit_cost: Decimal, line_id: int, at: dt.datetime) -> Decimal:
        change = super().revalue_at(unit_cost, line_id, at)
        if self.quantity > 0:
            self.layers = deque([Part(self.quantity, self.value, line_id, at)])
        return change

    def _of(self, line_id: int) -> Iterator[Part]:
        return (layer for layer in self.layers if layer.line_id == line_id and layer.quantity > 0)

    def _spread(self, amount: Decimal, chosen: Callable[[Part], bool]) -> None:
        """`amount` over the chosen layers by quantity; the last one takes the rest.

        What is added takes nothing from a layer: a cent that rounding would, the layer before has less.
        """
        layers = list(self.layers)
        at = [i for i, layer in enumerate(layers) if chosen(layer)]
        shares, short = values.spread(amount, [layers[i].quantity for i in at]), ZERO
        for i, share in zip(reversed(at), reversed(shares), strict=True):
            value = layers[i].value + share + short
            short = min(value, ZERO) if amount > 0 else ZERO
            layers[i] = layers[i]._replace(value=value - short)
        if amount < 0 and any(layers[i].value < 0 for i in at):
            raise NegativeValue
        self.layers = deque(layers)

    def _put(self, part: Part) -> None:
        self.layers.append(part)

    def _take(self, quantity: Decimal, first: int | None) -> tuple[list[Part], Part | None]:
        parts: list[Part] = []
        touched = None

        def split(layer: Part) -> Part:
            taken = min(quantity, layer.quantity)
            value, left = layer.less(taken)
            parts.append(layer._replace(quantity=taken, value=value, row=None))
            return left

        if first is not None:
            queue, self.layers = self.layers, deque()
            for layer in queue:
                left = layer
                if quantity and layer.line_id == first:
                    touched, left = layer, split(layer)
                    quantity -= parts[-1].quantity
                if left.quantity:
                    self.layers.append(left)
        while quantity:
            touched = self.layers.popleft()
            left = split(touched)
            quantity -= parts[-1].quantity
            if left.quantity:
                self.layers.appendleft(left)
        return parts, touched
