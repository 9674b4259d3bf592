"""What the books must say, told a second time and as plainly as possible.

Documents are kept in a list. Every figure is worked out from scratch: quantities are fractions, money is whole
cents. Only what orders hold (reserved) depends on what happened before, and is carried along.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

IN, OUT = ("goods_receipt", "other_in", "sales_return"), ("delivery_note", "other_out", "purchase_return")
MONEY = {"goods_receipt": ("payable", 1), "purchase_return": ("payable", -1),
         "delivery_note": ("receivable", 1), "sales_return": ("receivable", -1)}


def near(value: Fraction) -> int:
    """Half away from zero."""
    doubled = (2 * abs(value) + 1) // 2
    return int(doubled if value >= 0 else -doubled)


@dataclass
class Line:
    id: int
    item: int
    quantity: Fraction
    cents: int | None = None  # what the line is worth, where it says so
    source: int | None = None
    mirrors: int | None = None
    reserved: Fraction = Fraction(0)


@dataclass
class Doc:
    id: int
    kind: str
    day: int
    lines: list[Line]
    warehouse: int
    to: int | None = None
    entry: int = 0
    status: str = "posted"
    mirror: bool = False


@dataclass
class Books:
    docs: dict[int, Doc] = field(default_factory=dict)
    loose: frozenset[int] = frozenset()  # items that may fall below zero

    def standing(self) -> list[Doc]:
        return [d for d in self.docs.values() if d.status in ("posted", "reversed", "closed")]

    def owner(self, line_id: int) -> tuple[Doc, Line]:
        return next((d, ln) for d in self.docs.values() for ln in d.lines if ln.id == line_id)

    def taken(self, line_id: int) -> Fraction:
        return sum((ln.quantity for d in self.standing() for ln in d.lines if ln.source == line_id), Fraction(0))

    def users(self, doc: Doc) -> bool:
        mine = {ln.id for ln in doc.lines}
        return any(ln.source in mine for d in self.docs.values() for ln in d.lines
                   if d.status == "posted" and not d.mirror)

    def open(self, doc: Doc, line: Line) -> Fraction:
        return max(line.quantity - self.taken(line.id), Fraction(0)) if doc.status == "posted" and not doc.mirror \
            else Fraction(0)

    def moves(self, item: int) -> Iterator[tuple[Any, int, Fraction, Doc, Line]]:
        """(order of effect, warehouse, quantity, document, line), in that order."""
        found = []
        for d in self.standing():
            sign = 1 if d.kind in IN else -1
            for ln in d.lines:
                if ln.item == item and d.kind in (*IN, *OUT, "transfer"):
                    found.append(((d.day, d.entry, ln.id, 0), d.warehouse, sign * ln.quantity, d, ln))
                    if d.to:
                        found.append(((d.day, d.entry, ln.id, 1), d.to, ln.quantity, d, ln))
        yield from sorted(found, key=lambda move: move[0])

    def stock(self, item: int) -> dict[int, Fraction]:
        """On hand per warehouse."""
        found: dict[int, Fraction] = defaultdict(Fraction)
        for _, warehouse, quantity, _, _ in self.moves(item):
            found[warehouse] += quantity
        return found

    def reserved(self, item: int, warehouse: int) -> Fraction:
        return sum((ln.reserved for d in self.docs.values() for ln in d.lines
                    if ln.item == item and d.warehouse == warehouse), Fraction(0))

    def on_order(self, item: int, warehouse: int) -> Fraction:
        return sum((self.open(d, ln) for d in self.docs.values() for ln in d.lines
                    if d.kind == "purchase_order" and ln.item == item and d.warehouse == warehouse), Fraction(0))

    def short(self) -> bool:
        """Whether stock falls below zero at any moment, or below what orders hold now."""
        for item in {ln.item for d in self.docs.values() for ln in d.lines} - self.loose:
            running: dict[int, Fraction] = defaultdict(Fraction)
            for _, warehouse, quantity, _, _ in self.moves(item):
                running[warehouse] += quantity
                if running[warehouse] < 0:
                    return True
            if any(running[w] < self.reserved(item, w) for w in {d.warehouse for d in self.docs.values()}):
                return True
        return False

    def hold(self, doc: Doc, line: Line) -> None:
        """Reserve what is free of the open quantity."""
        free = self.stock(line.item)[doc.warehouse] - self.reserved(line.item, doc.warehouse)
        line.reserved += max(min(self.open(doc, line) - line.reserved, free), Fraction(0))

    def owed(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for d in self.standing():
            if d.kind in MONEY:
                account, sign = MONEY[d.kind]
                found[account] += sign * sum(ln.cents or 0 for ln in d.lines)
        return found

    def value(self, item: int) -> tuple[Fraction, int]:
        """(quantity, cents) of all warehouses together: the moving average from the first day on."""
        pool = Pool()
        for _, _, quantity, doc, line in self.moves(item):
            if doc.kind != "transfer":
                pool.take(quantity, doc, line)
        return pool.quantity, pool.cents


class Pool:
    def __init__(self) -> None:
        self.quantity, self.cents, self.last = Fraction(0), 0, Fraction(0)  # last: cents each
        self.missing: list[tuple[Fraction, int]] = []
        self.lines: dict[int, list[Any]] = {}  # line -> quantity, value, variance; and what came back of each

    def take(self, quantity: Fraction, doc: Doc, line: Line) -> None:
        origin = self.lines.get(line.mirrors or line.source or 0) if doc.mirror or doc.kind.endswith("return") else None
        stated = line.cents if doc.kind in ("goods_receipt", "purchase_return") and not doc.mirror else None
        if quantity > 0:
            value, variance = self.come_in(quantity, stated, origin)
        elif doc.mirror or doc.kind == "purchase_return":
            value, variance = self.go_back(-quantity, stated, origin)
        else:
            value, variance = -self.go_out(-quantity), 0
        self.lines[line.id] = [quantity, value, variance, Fraction(0), 0, 0]

    def back(self, origin: list[Any], quantity: Fraction) -> tuple[int, int]:
        """The value and variance that came with `quantity` of an earlier line, to the cent over all returns."""
        origin[3] += quantity
        value, variance = (near(total * origin[3] / abs(origin[0])) for total in origin[1:3])
        share = value - origin[4], variance - origin[5]
        origin[4:] = [value, variance]
        return share

    def current(self, quantity: Fraction) -> int:
        return near(self.cents * quantity / self.quantity if self.quantity > 0 else self.last * quantity)

    def come_in(self, quantity: Fraction, stated: int | None, origin: list[Any] | None) -> tuple[int, int]:
        due, extra = (self.current(quantity), 0) if stated is None else (stated, 0)
        if stated is None and origin:
            due, extra = (-part for part in self.back(origin, quantity))
        settled, guessed = Fraction(0), 0
        while self.missing and settled < quantity:
            short, guess = self.missing.pop(0)
            part = min(short, quantity - settled)
            if part < short:
                rest = near(guess * part / short)
                self.missing.insert(0, (short - part, guess - rest))
                guess = rest
            settled, guessed = settled + part, guessed + guess
        variance = near(due * settled / quantity) - guessed if settled else 0
        was, self.quantity = self.quantity, self.quantity + quantity
        self.cents += due - variance
        if was < 0 and self.quantity == 0:
            self.last = Fraction(near(due * 10**4 / quantity), 10**4)
        return due - variance, variance + extra

    def go_out(self, quantity: Fraction) -> int:
        held = max(self.quantity, Fraction(0))
        taken = min(quantity, held)
        guess = self.current(quantity - taken)
        out = self.cents if taken == held else near(self.cents * taken / held)
        if not taken:
            out = 0
        else:
            self.last = Fraction(near(self.cents * 10**4 / held), 10**4)
        if quantity > taken:
            self.missing.append((quantity - taken, guess))
            out += guess
        self.quantity, self.cents = self.quantity - quantity, self.cents - out
        return out

    def go_back(self, quantity: Fraction, stated: int | None, origin: list[Any] | None) -> tuple[int, int]:
        cost = sum(self.back(origin, quantity)) if origin else stated
        credit = cost if stated is None else stated
        if cost is None or credit is None or quantity >= self.quantity or cost > self.cents:
            out = self.go_out(quantity)
            return -out, 0 if credit is None else out - credit
        self.last = Fraction(near(self.cents * 10**4 / self.quantity), 10**4)
        self.quantity, self.cents = self.quantity - quantity, self.cents - cost
        return -cost, cost - credit
