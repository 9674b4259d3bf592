"""Goods with a value, and the pools they lie in.

Quantities are whole ten-thousandths, money is whole cents, a last known cost is whole millionths: no fraction is
ever kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Step = dict[str, Any]


class Refused(Exception):
    """The step may not be made; nothing has changed."""


def refuse_if(fault: bool, code: str) -> None:
    if fault:
        raise Refused(code)


def near(value: int | Fraction, parts: int = 1) -> int:
    """value / parts, half away from zero."""
    top, bottom = value.numerator, value.denominator * parts
    rounded = (2 * abs(top) + abs(bottom)) // (2 * abs(bottom))
    return rounded if (top >= 0) == (bottom > 0) else -rounded


def share(amount: int, bases: Sequence[int]) -> list[int]:
    """`amount` over lines; the last line with a basis takes the rest."""
    whole = sum(bases)
    refuse_if(not whole, "NO_BASIS")
    last = max(i for i, basis in enumerate(bases) if basis)
    parts = [near(amount * basis, whole) for basis in bases]
    parts[last] += amount - sum(parts)
    return parts


@dataclass
class Goods:
    """A layer; or, where stock was missing, what was issued without it and at which guess."""

    quantity: int
    value: int
    origin: int  # the step it came with, or was missing in
    lot: str = ""

    def split(self, quantity: int) -> int:
        """Take so much off; all of the quantity has all of the value."""
        value = self.value if quantity == self.quantity else near(self.value * quantity, self.quantity)
        self.quantity -= quantity
        self.value -= value
        return value


def worth(goods: Iterable[Goods]) -> int:
    return sum(g.value for g in goods)


def amount(goods: Iterable[Goods]) -> int:
    return sum(g.quantity for g in goods)


@dataclass
class Fact:
    """What a step did to stock, as it stands now."""

    quantity: int = 0
    moved: int = 0  # by how much the quantity on hand rose,
    stock: int = 0  # and by how much its value
    in_value: int = 0
    cogs: int = 0
    variance: int = 0
    settled: int = 0
    value_change: int = 0
    count_diff: int = 0
    back: int = 0  # of this quantity so much was returned,
    back_value: int = 0  # with so much value


class Pool:
    """Goods with one cost. A moving average is a queue that never holds more than one layer."""

    def __init__(self, fifo: bool, last: int) -> None:
        self.fifo, self.last = fifo, last
        self.layers: list[Goods] = []
        self.missing: list[Goods] = []

    @property
    def quantity(self) -> int:
        return amount(self.layers) - amount(self.missing)

    @property
    def value(self) -> int:
        return worth(self.layers) - worth(self.missing)

    def at_current(self, quantity: int) -> int:
        held = self.quantity
        return near(self.value * quantity, held) if held > 0 else near(self.last * quantity, 10**8)

    def unit_cost(self) -> int:
        """In millionths."""
        return near(10**8 * self.value, self.quantity) if self.quantity > 0 else self.last

    def come(self, goods: Goods, settle: Callable[[Goods, int], None]) -> int:
        """Settle what is missing, oldest first, and keep the rest; the value that did not enter the stock."""
        due, quantity, variance, was_short = goods.value, goods.quantity, 0, bool(self.missing)
        while self.missing and goods.quantity:
            short = self.missing[0]
            part = min(short.quantity, goods.quantity)
            more = goods.split(part) - short.split(part)
            settle(short, more)
            variance += more
            if not short.quantity:
                self.missing.pop(0)
        if goods.quantity and (self.fifo or not self.layers):
            self.layers.append(goods)
        elif goods.quantity:
            self.layers[0].quantity += goods.quantity
            self.layers[0].value += goods.value
        elif was_short and not self.missing:
            self.last = near(10**8 * due, quantity)
        return variance

    def go(self, quantity: int, step: int, lot: str, first: int | None = None) -> list[Goods]:
        """Take from the layers of step `first`, then from the front; what is missing is guessed."""
        taken: list[Goods] = []
        guess = near(self.last * quantity, 10**8)
        for layer in sorted(self.layers, key=lambda g: self.fifo and g.origin != first):
            if part := min(quantity, layer.quantity):
                self.last = near(10**8 * layer.value, layer.quantity)
                quantity -= part
                guess = near(layer.value * quantity, layer.quantity)
                taken.append(Goods(part, layer.split(part), layer.origin))
        self.layers = [g for g in self.layers if g.quantity]
        if quantity:
            self.missing.append(Goods(quantity, guess, step, lot))
            taken.append(Goods(quantity, guess, step))
        return taken

    def give(self, quantity: int, value: int) -> None:
        """A moving average gives up quantity at a value that is not its own."""
        self.layers[0].quantity -= quantity
        self.layers[0].value -= value


def spread(layers: Sequence[Goods], change: int) -> None:
    parts = share(change, [g.quantity for g in layers])
    for last in range(len(layers) - 1, 0, -1) if change > 0 else ():  # adding makes no layer poorer
        below = min(layers[last].value + parts[last], 0)
        parts[last], parts[last - 1] = parts[last] - below, parts[last - 1] + below
    for layer, part in zip(layers, parts, strict=True):
        layer.value += part
        refuse_if(layer.value < 0, "NEGATIVE_VALUE")
