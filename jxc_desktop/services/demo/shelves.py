"""The generator's own view of stock, so that its people promise and ship only what is there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from jxc_desktop.document_types.schema import Values
from jxc_desktop.values import ZERO

Place = tuple[int, int]  # item, warehouse


class Shelves:
    """Figures in base units. `held` is promised to customers' orders, `expected` is on order."""

    def __init__(self) -> None:
        self.on_hand: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.held: defaultdict[Place, Decimal] = defaultdict(Decimal)
        self.total: defaultdict[int, Decimal] = defaultdict(Decimal)  # by item, in all warehouses
        self.promised: defaultdict[int, Decimal] = defaultdict(Decimal)
        self.expected: defaultdict[int, Decimal] = defaultdict(Decimal)
        self._moves: defaultdict[Place, list[tuple[dt.date, Decimal]]] = defaultdict(list)

    def free(self, item: int, warehouse: int) -> Decimal:
        return self.on_hand[item, warehouse] - self.held[item, warehouse]

    def projected(self, item: int) -> Decimal:
        return self.total[item] - self.promised[item] + self.expected[item]

    def move(self, item: int, warehouse: int, quantity: Decimal, day: dt.date) -> None:
        self.on_hand[item, warehouse] += quantity
        self.total[item] += quantity
        self._moves[item, warehouse].append((day, quantity))

    def move_lines(self, lines: Iterable[Values], warehouse: int, sign: int, day: dt.date) -> None:
        """Move what the lines of a saved document say."""
        for line in lines:
            self.move(line["item_id"], warehouse, sign * line["base_quantity"], day)

    def hold(self, item: int, warehouse: int, quantity: Decimal) -> None:
        """Promise more, or less when negative, to an order."""
        self.held[item, warehouse] += quantity
        self.promised[item] += quantity

    def free_since(self, item: int, warehouse: int, day: dt.date) -> Decimal:
        """What a document dated earlier can still take: stock never falls below zero afterwards."""
        later = sorted((d, i, q) for i, (d, q) in enumerate(self._moves[item, warehouse]) if d > day)
        running = lowest = self.on_hand[item, warehouse] - sum((q for _, _, q in later), ZERO)
        for _, _, quantity in later:
            running += quantity
            lowest = min(lowest, running)
        return min(lowest, self.free(item, warehouse))
