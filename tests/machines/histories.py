"""Histories: random actions, each of which becomes an operation that fits what is there by then."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal as D
from typing import Any, NamedTuple

from tests.company import day
from tests.machines.both import DOES, ITEMS, ORDERS, Both, Doc, Op
from tests.machines.goods import Step

WEIGHTS = {"receive": 14, "issue": 12, "follow": 18, "give_back": 3, "transfer": 7, "ship": 2, "count": 5, "revalue": 2,
         "adjust": 3, "assemble": 3, "order": 6, "reserve": 3, "release": 2, "correct": 8, "withdraw": 5,
         "post_again": 4, "reverse": 3, "toggle_order": 2, "close_period": 1, "reopen_period": 1, "look_back": 2}
NUMBERS = 30  # that an action has; what it does not ask for is not used
QUANTITIES = ("1", "2", "3", "5", "8", "0.5", "7.3333", "0.0007")
COSTS = ("3.33", "0.07", "10", "9.99", "0", "1.123456", "250")
BACK = (9, 4, 2, 1, 0, 0, 0, 0, 0)  # days before today
OPEN_DAYS = 12  # a close leaves so many open
LOTS, SERIALS = [f"L{i}" for i in range(4)], [f"S{i}" for i in range(12)]
USED, MADE = "fifo", "average"  # by assemblies
FOLLOWERS = {"purchase_order": ("goods_receipt",), "sales_order": ("delivery_note",),
             "goods_receipt": ("purchase_return",), "delivery_note": ("sales_return",),
             "transfer_shipment": ("other_out", "transfer_receipt", "transfer_receipt")}


class Action(NamedTuple):
    verb: str
    numbers: tuple[int, ...]


def actions(seed: int) -> Iterator[Action]:
    """Random ones without end."""
    chance = random.Random(seed)
    while True:
        verb, = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        yield Action(verb, tuple(chance.randrange(10**6) for _ in range(NUMBERS)))


def policy(seed: int) -> dict[str, Any]:
    """One of the ways to keep the books."""
    chance = random.Random(seed)
    drawn = {"cost_level": ("company", "warehouse"), "cost_by_lot": (False, True),
             "return_in": ("original", "original", "current"), "return_out": ("original", "original", "current"),
             "late_cost": ("prorate", "prorate", "repost"), "over_delivery_pct": (0, 10), "over_receipt_pct": (0, 10),
             "return_reopens_demand": (True, False), "reserve_on_order": (True, False)}
    return {name: chance.choice(choice) for name, choice in drawn.items()}


def live(doc: Doc) -> bool:
    return doc.status == "posted" and not doc.mirror


@dataclass
class History(Both):
    today: int = 0

    def act(self, action: Action) -> None:
        """Raises Difference."""
        steps = self.steps
        self.numbers = itertools.cycle(action.numbers)
        self.today += self.number(8) == 0
        getattr(self, f"any_{action.verb}")()
        if self.steps == steps:  # there was nothing to do it to
            self.any_receive()

    # --- choosing --------------------------------------------------------------------------------------------

    def number(self, below: int) -> int:
        return next(self.numbers) % below

    def pick(self, choice: Sequence[Any]) -> Any:
        """Counted from the end, so that what was left out earlier matters little."""
        return choice[-1 - self.number(len(choice))] if choice else None

    def date(self) -> str:
        return day(self.today - self.pick(BACK)).isoformat()

    def choose(self, fits: Callable[[Doc], bool]) -> Doc | None:
        """One of the documents, mostly a late one."""
        choice = [doc for doc in self.docs.values() if fits(doc)]
        doc: Doc | None = self.pick(choice[-self.pick((10**6, 30, 4, 4)):])
        return doc

    def some(self, warehouse: str, incoming: bool) -> Step:
        """An item with a quantity that is sensible there, in one of its units, with its lot or serial numbers."""
        held = [name for name in ITEMS if self.world.lives[name].on_hand(name, warehouse) > 0]
        item = self.pick(held if held and not incoming and self.number(4) else list(ITEMS))
        about, life = ITEMS[item], self.world.lives[item]
        step: Step = {"item": item, "qty": self.pick(QUANTITIES)}
        codes = {"lot": LOTS, "serial": SERIALS}.get(about.get("tracking", ""), [])
        there = [code for code in codes if life.on_hand(item, warehouse, code) > 0]
        choice, way = (codes if incoming else there or codes), self.number(6)
        if about.get("tracking") == "serial":
            start = self.number(len(choice))
            step["serials"] = choice[start:start + 1 + way // 3]
            step["qty"] = str(len(step["serials"]))
        elif codes:
            step["lot"] = self.pick(choice)
        if not incoming and way < 2 and "serials" not in step:
            most = max(life.on_hand(item, warehouse, step.get("lot")), 1)
            step["qty"] = str(D(most if way else (most + 1) // 2).scaleb(-4))
        elif "uoms" in about and way == 5:
            step |= {"uom": "box", "qty": self.pick(("1", "2", "3"))}
        return step

    def several(self, warehouse: str, incoming: bool) -> list[Step]:
        return [self.some(warehouse, incoming) for _ in range(1 + self.number(3))]

    # --- making documents ------------------------------------------------------------------------------------

    def any_receive(self) -> None:
        kind, warehouse = self.pick(("goods_receipt", "other_in")), self.pick(("branch", "main", "main"))
        free = kind == "other_in" and self.number(3) == 0  # at the current cost
        self.new(kind, warehouse, [s if free else s | {"unit_cost": self.pick(COSTS)}
                                    for s in self.several(warehouse, True)])

    def any_issue(self) -> None:
        kind, warehouse = self.pick(("delivery_note", "other_out")), self.pick(("branch", "main", "main"))
        self.new(kind, warehouse, self.several(warehouse, False))

    def any_give_back(self) -> None:
        """Returns that name no document; what comes back must have been here."""
        kind, warehouse = self.pick(("sales_return", *2 * ("purchase_return",))), self.pick(("branch", "main"))
        step = self.some(warehouse, kind == "sales_return")
        if kind == "purchase_return" and self.number(2):
            step["unit_cost"] = self.pick(COSTS)
        if all((step["item"], lot) in self.seen for lot in (*step.get("serials", ()), step.get("lot")) if lot):
            self.new(kind, warehouse, [step])

    def any_transfer(self) -> None:
        there = self.pick((("branch", "main"), ("main", "branch")))
        self.new("transfer", there[0], self.several(there[0], False), to=there[1])

    def any_ship(self) -> None:
        self.new("transfer_shipment", "main", self.several("main", False), to="transit")

    def any_order(self) -> None:
        names = [name for name, about in ITEMS.items() if about.get("tracking") != "serial"]
        first = self.number(len(names))
        self.new(self.pick(ORDERS), self.pick(("branch", "main", "main")), [
            {"item": names[(first + i) % len(names)], "qty": self.pick(QUANTITIES), "order": str(self.n(i))}
            for i in range(1 + self.number(3))])

    def any_follow(self) -> None:
        """Deliver, receive or bring back some, all or a little too much of what a document leaves."""
        source = self.choose(lambda d: d.kind in FOLLOWERS and live(d))
        if source is None:
            return
        kind = self.pick(FOLLOWERS[source.kind])
        warehouse = "transit" if source.kind == "transfer_shipment" else source.steps[0]["warehouse"]
        if "return" in kind and self.number(5) == 0:
            warehouse = self.pick(("main", "branch"))
        rests = [self.rest(source, kind, s) for s in source.steps[:1 + self.number(3)]]
        if steps := [s for s in rests if D(s["qty"]) > 0]:
            self.new(kind, warehouse, steps, to="branch" if kind == "transfer_receipt" else None)

    def rest(self, source: Doc, kind: str, s: Step) -> Step:
        """The step by which `kind` takes from step `s` of `source`."""
        name, number = ("ref", s["n"]) if "return" in kind else ("order", str(s["n"]))
        taken = [o for o in self.world.steps.values() if o.get(name) == number and o["do"] != "mirror"]
        step: Step = {"item": s["item"], name: number, **({k: s[k] for k in ("lot", "uom") if k in s})}
        if "serials" in s:
            gone = {x for o in taken for x in o["serials"]}
            step["serials"] = [x for x in s["serials"] if x not in gone][:1 + self.number(2)]
            step["qty"] = str(len(step["serials"]))
        else:
            left = D(s["qty"]) - sum(D(o["qty"]) for o in taken)
            part = self.pick((D("1.1"), D("0.5"), D(1), D(1)))
            step["qty"] = str((left * part).quantize(D("1" if "uom" in s else "0.0001")))
        if "tracking" in ITEMS[s["item"]] and source.kind in ORDERS:
            step["lot"] = self.pick(LOTS)
        if kind == "goods_receipt" or (kind == "purchase_return" and self.number(3) == 0):
            step["unit_cost"] = self.pick(COSTS)
        if kind == "sales_return" and s.get("order"):
            step["order"] = s["order"]
        return step

    def any_count(self) -> None:
        warehouse = self.pick(("main", "branch"))
        step = self.some(warehouse, True)
        if "serials" in step:
            return
        step.pop("uom", None)
        there = D(max(self.world.lives[step["item"]].on_hand(step["item"], warehouse, step.get("lot")), 0)).scaleb(-4)
        step["qty"] = str(max(there + self.pick((D(0), D(1), D("-0.5"), D(-2), D("3.25"), there)), D(0)))
        if self.number(3) == 0:
            step |= {"unit_cost": self.pick(COSTS), "revalue": self.number(3) == 0}
        self.new("stock_count", warehouse, [step])

    def any_revalue(self) -> None:
        warehouse = self.pick(("main", "branch"))
        step = self.some(warehouse, False)
        lots = [*step.get("serials", ()), step.get("lot")] if self.policy["cost_by_lot"] else [None]
        what = {"lot": lots[0]} if lots[0] else {}
        cost, change = self.pick(COSTS), self.pick(("12.34", "-3.21", "0.01"))
        what |= {"unit_cost": cost} if self.number(2) else {"amount": change}
        self.new("revaluation", warehouse, [{"item": step["item"], "qty": "0", **what}])

    def any_adjust(self) -> None:
        source = self.choose(lambda d: d.kind in ("goods_receipt", "other_in") and live(d))
        if source:
            self.new("cost_adjustment", "", [{
                "refs": [s["n"] for s in source.steps], "amount": self.pick(("10", "0.05", "33.33", "-1.5")),
                "basis": self.pick(("quantity", "value", "equal"))}], partner=source.kind == "goods_receipt")

    def any_assemble(self) -> None:
        warehouse = self.pick(("main", "branch"))
        used: list[Step] = [{"do": "issue", "item": USED, "qty": self.pick(QUANTITIES)}
                            for _ in range(1 + self.number(2))]
        made = {"do": "made", "item": MADE, "qty": self.pick(QUANTITIES), "amount": self.pick(("0", "7.77")),
                "of": [self.n(i) for i in range(len(used))]}
        self.new("assembly", warehouse, [*used, made])

    def new(self, kind: str, warehouse: str, steps: list[Step], to: str | None = None, partner: bool = True) -> None:
        more: Step = {"date": self.date(), "warehouse": warehouse, "to": to}
        more = {k: v for k, v in more.items() if v}
        if kind in ("delivery_note", "sales_return", *ORDERS):
            more["price"] = "9.9"
        steps = [{"do": DOES.get(kind), **s, "n": self.n(i), **more} for i, s in enumerate(steps)]
        self.do(Op("make", (kind, steps, partner)))

    def n(self, i: int) -> int:
        """The number of line `i` of the next document."""
        return (len(self.done) + 1) * 100 + i

    # --- changing documents ----------------------------------------------------------------------------------

    def any_correct(self) -> None:
        doc = self.choose(lambda d: live(d) and d.kind not in ORDERS)
        if doc is None:
            return
        date, times = self.date(), self.pick((D(1), D(2), D("0.5"), D("1.25")))
        cost, steps = self.pick((None, *COSTS)), []
        for s in doc.steps:
            new = s | {"date": date}
            if not {"serials", "refs", "uom"} & s.keys():
                new["qty"] = str((D(s["qty"]) * times).quantize(D("0.0001")))
            if "unit_cost" in s and cost is not None:
                new["unit_cost"] = cost
            steps.append(new)
        self.do(Op("correct", (doc.n, steps)))

    def any_withdraw(self) -> None:
        if doc := self.choose(lambda d: live(d) and d.kind not in ORDERS):
            self.do(Op("withdraw", (doc.n, self.pick(("unpost", "void")))))

    def any_post_again(self) -> None:
        if doc := self.choose(lambda d: d.status == "draft"):
            self.do(Op("post_again", (doc.n,)))

    def any_reverse(self) -> None:
        doc = self.choose(lambda d: live(d) and d.kind != "transfer_shipment" and DOES.get(d.kind) in (
            "receive", "issue", "return_in", "return_out", "transfer"))
        if doc:
            more = {"do": "mirror", "date": self.date()}
            keep = ("item", "qty", "uom", "lot", "serials", "warehouse", "to", "order")
            self.do(Op("reverse", (doc.n, [
                {**{k: s[k] for k in keep if k in s}, **more, "n": self.n(i), "ref": s["n"]}
                for i, s in enumerate(doc.steps)])))

    # --- orders and periods ----------------------------------------------------------------------------------

    def any_reserve(self) -> None:
        if doc := self.choose(lambda d: d.kind == "sales_order"):
            self.do(Op("reserve", (self.pick(doc.steps)["n"], self.pick(QUANTITIES), bool(self.number(2)))))

    def any_release(self) -> None:
        if doc := self.choose(lambda d: d.kind == "sales_order"):
            self.do(Op("release", (self.pick(doc.steps)["n"], self.pick((None, "1", "2")))))

    def any_toggle_order(self) -> None:
        if doc := self.choose(lambda d: d.kind in ORDERS):
            self.do(Op("toggle_order", (doc.n,)))

    def any_close_period(self) -> None:
        if self.today > OPEN_DAYS:
            self.do(Op("close_period", (day(self.today - OPEN_DAYS).isoformat(),)))

    def any_reopen_period(self) -> None:
        self.do(Op("reopen_period", ()))

    def any_look_back(self) -> None:
        self.do(Op("look_back", (self.pick(list(ITEMS)), day(self.today - self.number(20)).isoformat())))
