"""What stock must be and be worth, told a second time and as plainly as possible: all that ever happened to some
items, replayed in order of effect.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from tests.machines.goods import Fact, Goods, Pool, Step, amount, near, refuse_if, share, spread, worth


class Company(Protocol):
    """What a life has to know of the company."""

    settings: dict[str, Any]
    items: Mapping[str, Mapping[str, Any]]
    steps: dict[int, Step]

    def factor(self, s: Step) -> Fraction: ...
    def base(self, s: Step) -> int: ...
    def stated(self, s: Step) -> int | None: ...
    def loose(self, item: str) -> bool: ...


class Life:
    """Some items from their first day on: `steps` in order of effect."""

    def __init__(self, world: Company, items: Collection[str], steps: Sequence[Step]) -> None:
        self.world, self.items, self.policy = world, items, world.settings
        self.stock: dict[tuple[str, str, str], int] = defaultdict(int)  # item, warehouse, lot
        self.pools: dict[tuple[str, str, str], Pool] = {}
        self.facts: dict[tuple[int, str, str], Fact] = defaultdict(Fact)  # step, item, lot if that has its own cost
        self.left: dict[tuple[int, str], int] = defaultdict(int)  # step, lot: what may still be returned of it
        self.known: set[int] = set()
        self.sold: set[tuple[str, str]] = set()
        self.late: dict[int, int] = defaultdict(int)  # what becomes part of a receipt
        if self.policy["late_cost"] == "repost":
            for s in [s for s in world.steps.values() if s["do"] == "adjust_cost"]:  # whenever it became known
                for ref, part in s["shares"].items():
                    self.late[ref] += part
        for s in steps:
            self.known.add(s["n"])
            getattr(self, s["do"])(s)

    # --- what the steps do -----------------------------------------------------------------------------------

    def receive(self, s: Step) -> None:
        parts = self.parts(s)
        late = share(self.late[s["n"]], [quantity for _, quantity, _ in parts])
        for (lot, quantity, stated), more in zip(parts, late, strict=True):
            sold = (s["item"], lot) in self.sold
            refuse_if(sold and bool(self.world.items[s["item"]].get("serial_once")), "DUPLICATE_SERIAL")
            due = more + (self.pool(s, lot).at_current(quantity) if stated is None else stated)
            refuse_if(due < 0, "NEGATIVE_VALUE")
            self.come(s, lot, quantity, due)

    def issue(self, s: Step) -> None:
        self.after_shipment(s)
        for lot, quantity, _ in self.parts(s):
            self.go(s, lot, quantity)
            self.sold.add((s["item"], lot))

    def return_in(self, s: Step) -> None:
        for lot, quantity, stated in self.parts(s):
            back = self.back(s, lot, quantity, lambda fact: fact.cogs + fact.settled)
            if self.policy["return_in"] == "current" or (back is None and stated is None):
                back = self.pool(s, lot).at_current(quantity)
            self.come(s, lot, quantity, stated or 0 if back is None else back)

    def return_out(self, s: Step) -> None:
        for lot, quantity, stated in self.parts(s):
            cost = self.back(s, lot, quantity, lambda fact: fact.in_value)
            credit = cost if stated is None else stated
            original = self.policy["return_out"] == "original"
            out = self.give_back(s, lot, quantity, (stated if cost is None else cost) if original else None,
                                 s.get("ref") if original else None)
            self.fact(s, lot).variance += 0 if credit is None else out - credit

    def transfer(self, s: Step) -> None:
        refuse_if(s["warehouse"] == s["to"], "SAME_WAREHOUSE")
        self.after_shipment(s)
        for lot, quantity, _ in self.parts(s):
            self.carry(s, lot, quantity, s["warehouse"], s["to"])

    def count(self, s: Step) -> None:
        for lot, counted, _ in self.parts(s, zero=True):
            held = self.on_hand(s["item"], s["warehouse"], lot if self.tracking(s) else None)
            difference, threshold = counted - held, self.policy["count_threshold_pct"]
            refuse_if(threshold is not None and not s.get("confirmed")
                      and abs(difference) * 100 > Fraction(threshold) * abs(held), "COUNT_OVER_THRESHOLD")
            pool, fact = self.pool(s, lot), self.fact(s, lot)
            if difference > 0:
                due = pool.at_current(difference) if s.get("unit_cost") is None else self.at(s, difference)
                self.come(s, lot, difference, due)
            elif difference < 0:
                self.go(s, lot, -difference)
            if s.get("revalue") and s.get("unit_cost") is not None and pool.quantity > 0:
                fact.stock += self.at(s, pool.quantity) - pool.value
                pool.layers = [Goods(pool.quantity, self.at(s, pool.quantity), s["n"])]
            fact.count_diff, fact.value_change = difference, fact.stock

    def revalue(self, s: Step) -> None:
        pool = self.pool(s, s.get("lot") or "")
        refuse_if(pool.quantity <= 0, "NO_STOCK")
        stated = s.get("amount")
        change = self.at(s, pool.quantity) - pool.value if stated is None else near(Fraction(stated) * 100)
        refuse_if(pool.value + change < 0, "NEGATIVE_VALUE")
        spread(pool.layers, change)
        fact = self.fact(s, s.get("lot") or "")
        fact.value_change = fact.stock = change

    def adjust_cost(self, s: Step) -> None:
        for ref, change in s["shares"].items():
            receipt = self.world.steps[ref]
            if receipt["item"] not in self.items:
                continue
            refuse_if(ref not in self.known, "REF_LATER")
            if self.policy["late_cost"] == "repost":
                continue
            parts = self.parts(receipt)
            for (lot, quantity, _), part in zip(parts, share(change, [p[1] for p in parts]), strict=True):
                pool = self.pool(receipt, lot)
                layers = [g for g in pool.layers if g.origin == ref] if pool.fifo else pool.layers
                came = quantity if self.policy["cost_by_lot"] else sum(p[1] for p in parts)
                kept = near(part * min(amount(layers), came), came)
                refuse_if(kept < 0 and pool.value + kept < 0, "NEGATIVE_VALUE")
                if layers:
                    spread(layers, kept)
                fact = self.facts[s["n"], receipt["item"], self.own(lot)]
                fact.value_change += kept
                fact.stock += kept
                fact.variance += part - kept

    def made(self, s: Step) -> None:
        """What an assembly makes is worth what it used up, and the fee."""
        used = sum(fact.cogs for (n, _, _), fact in self.facts.items() if n in s["of"])
        for lot, quantity, fee in self.parts(s):
            self.come(s, lot, quantity, used + (fee or 0))

    def mirror(self, s: Step) -> None:
        """The opposite of an earlier step, from today on, at that step's own value."""
        was = self.world.steps[s["ref"]]
        refuse_if(s["ref"] not in self.known, "REF_LATER")
        if was["do"] == "transfer":
            for lot, quantity, _ in self.parts(was):
                self.carry(s, lot, quantity, was["to"], was["warehouse"])
            return
        incoming = was["do"] in ("receive", "return_in")
        for lot, quantity, _ in self.parts(was):
            value = self.back(s, lot, quantity, lambda fact: fact.in_value if incoming else fact.cogs + fact.settled)
            fact = self.fact(was, lot)
            assert value is not None
            self.return_again(was, lot, quantity, value)
            if incoming:
                out = self.give_back(s, lot, quantity, value, was["n"])
                self.fact(s, lot).variance += out - value
            else:
                self.come(s, lot, quantity, value)
                self.fact(s, lot).variance -= near(fact.variance * fact.back, fact.quantity) - near(
                    fact.variance * (fact.back - quantity), fact.quantity)

    def return_again(self, was: Step, lot: str, quantity: int, value: int) -> None:
        """What a return brought or sent back, and a mirror undid, may be returned again."""
        if "return" in was["do"] and "ref" in was:
            self.left[was["ref"], lot] += quantity
            fact = self.facts[was["ref"], was["item"], self.own(lot)]
            fact.back -= quantity
            if was["do"] == "return_in" and self.policy["return_in"] == "original":
                fact.back_value -= value
            else:  # it came back at another value than it counts for
                whole = fact.cogs + fact.settled if was["do"] == "return_in" else fact.in_value
                fact.back_value = near(whole * fact.back, fact.quantity)

    # --- how they do it --------------------------------------------------------------------------------------

    def after_shipment(self, s: Step) -> None:
        """Goods do not arrive before they were sent."""
        sent = next((n for n in self.world.steps if str(n) == s.get("order")), None)
        refuse_if(sent is not None and sent not in self.known, "REF_LATER")

    def tracking(self, s: Step) -> str | None:
        return self.world.items[s["item"]].get("tracking")

    def pool(self, s: Step, lot: str, warehouse: str | None = None) -> Pool:
        place = s.get("warehouse", "") if warehouse is None else warehouse
        key = (s["item"], place if self.policy["cost_level"] == "warehouse" else "",
               self.own(lot))
        if key not in self.pools:
            about = self.world.items[s["item"]]
            self.pools[key] = Pool(bool(about.get("fifo")), near(Fraction(about.get("standard_cost") or 0) * 10**6))
        return self.pools[key]

    def fact(self, s: Step, lot: str) -> Fact:
        return self.facts[s["n"], s["item"], self.own(lot)]

    def own(self, lot: str) -> str:
        """The lot, where each has its own cost."""
        return lot if self.policy["cost_by_lot"] else ""

    def at(self, s: Step, quantity: int) -> int:
        """`quantity` base units at the unit cost that the step states for its own unit."""
        return near(Fraction(quantity, 100) / self.world.factor(s) * Fraction(s["unit_cost"]))

    def parts(self, s: Step, zero: bool = False) -> list[tuple[str, int, int | None]]:
        """(lot or serial, base quantity, stated value) of a step."""
        quantity, stated, tracking = self.world.base(s), self.world.stated(s), self.tracking(s)
        refuse_if(quantity < 0 or (quantity == 0 and not zero), "INVALID_QTY")
        if tracking == "serial":
            serials = s.get("serials") or ()
            refuse_if(len(set(serials)) * 10**4 != quantity or len(set(serials)) < len(serials), "SERIAL_QTY_MISMATCH")
            shares = [None] * len(serials) if stated is None else share(stated, [1] * len(serials))
            return [(serial, 10**4, part) for serial, part in zip(serials, shares, strict=True)]
        refuse_if(tracking == "lot" and not s.get("lot"), "LOT_REQUIRED")
        return [(s.get("lot") or "", quantity, stated)]

    def back(self, s: Step, lot: str, quantity: int, value_of: Callable[[Fact], int]) -> int | None:
        """The part of an earlier step's value that comes back with `quantity`, to the cent over all returns."""
        if (ref := s.get("ref")) is None:
            return None
        refuse_if(ref not in self.known, "REF_LATER")
        self.left[ref, lot] -= quantity
        refuse_if(self.left[ref, lot] < 0, "OVER_RETURN")
        fact = self.facts[ref, s["item"], self.own(lot)]
        fact.back += quantity
        value = near(value_of(fact) * fact.back, fact.quantity) - fact.back_value
        fact.back_value += value
        return value

    def move(self, s: Step, warehouse: str, lot: str, quantity: int) -> None:
        self.stock[s["item"], warehouse, lot] += quantity
        self.fact(s, lot).moved += quantity
        self.left[s["n"], lot] += abs(quantity)
        if quantity < 0 and self.tracking(s):
            refuse_if(self.stock[s["item"], warehouse, lot] < 0, "LOT_INSUFFICIENT")
        elif quantity < 0 and not self.world.loose(s["item"]):
            refuse_if(self.on_hand(s["item"], warehouse) < 0, "INSUFFICIENT_STOCK")
        elif quantity > 0 and self.tracking(s) == "serial":
            refuse_if(self.on_hand(s["item"], lot=lot) > 10**4, "DUPLICATE_SERIAL")

    def settle(self, short: Goods, more: int) -> None:
        self.facts[short.origin, self.world.steps[short.origin]["item"], self.own(short.lot)].settled += more

    def come(self, s: Step, lot: str, quantity: int, value: int) -> None:
        self.move(s, s["warehouse"], lot, quantity)
        fact = self.fact(s, lot)
        fact.quantity += quantity
        fact.in_value += value
        variance = self.pool(s, lot).come(Goods(quantity, value, s["n"]), self.settle)
        fact.variance += variance
        fact.stock += value - variance

    def go(self, s: Step, lot: str, quantity: int, first: int | None = None) -> int:
        self.move(s, s["warehouse"], lot, -quantity)
        out = worth(self.pool(s, lot).go(quantity, s["n"], lot, first))
        fact = self.fact(s, lot)
        fact.quantity += quantity
        fact.cogs += out
        fact.stock -= out
        return out

    def give_back(self, s: Step, lot: str, quantity: int, cost: int | None, first: int | None) -> int:
        """Goods leave at `cost` as long as the rest is left with a value; FIFO: the layers of step `first` do."""
        pool = self.pool(s, lot)
        if pool.fifo or cost is None or quantity >= pool.quantity or cost > pool.value:
            return self.go(s, lot, quantity, first)
        self.move(s, s["warehouse"], lot, -quantity)
        pool.give(quantity, cost)
        fact = self.fact(s, lot)
        fact.quantity += quantity
        fact.cogs += cost
        fact.stock -= cost
        return cost

    def carry(self, s: Step, lot: str, quantity: int, source: str, target: str) -> None:
        self.move(s, source, lot, -quantity)
        self.move(s, target, lot, quantity)
        here, there = self.pool(s, lot, source), self.pool(s, lot, target)
        if here is there:
            return
        goods = here.go(quantity, s["n"], lot)
        fact = self.fact(s, lot)
        fact.quantity += quantity
        fact.cogs += worth(goods)
        fact.in_value = fact.cogs
        for part in goods if here.fifo else [Goods(quantity, worth(goods), s["n"])]:
            fact.variance += there.come(part, self.settle)
        fact.stock -= fact.variance

    # --- figures ---------------------------------------------------------------------------------------------

    def on_hand(self, item: str, warehouse: str | None = None, lot: str | None = None) -> int:
        return sum(q for (i, w, each), q in self.stock.items()
                   if i == item and warehouse in (None, w) and lot in (None, each))

    def held(self, item: str, warehouse: str | None = None, lot: str | None = None) -> list[Pool]:
        return [p for (i, w, each), p in self.pools.items()
                if i == item and warehouse in (None, w) and lot in (None, each)]

    def value(self, item: str, warehouse: str | None = None, lot: str | None = None) -> int:
        return sum(p.value for p in self.held(item, warehouse, lot))

    def of(self, n: int) -> Fact:
        """The step as a whole."""
        whole = Fact()
        for fact in [fact for (step, _, _), fact in self.facts.items() if step == n]:
            for name in vars(whole):
                setattr(whole, name, getattr(whole, name) + getattr(fact, name))
        return whole
