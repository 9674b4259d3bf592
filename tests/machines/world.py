"""The company around the stock: which steps there are, what orders expect and hold, which periods are closed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.machines.goods import Refused, Step, near, refuse_if, share
from tests.machines.stock_model import Life

LATEST = "9999"  # what has no date comes after all that has one, in order of entry
FORTH = {"sales_order": ("issue",), "purchase_order": ("receive",), "shipment": ("transfer", "issue")}
BACK = {"sales_order": "return_in", "purchase_order": "return_out"}
ORDERING = ("sales_order", "purchase_order", "close_order", "cancel_order", "reopen_order", "close_period", "reserve",
            "release")
DEFAULTS = {"negative_stock": "forbid", "cost_level": "company", "cost_by_lot": False, "return_in": "original",
            "return_out": "original", "late_cost": "prorate", "over_delivery_pct": 0, "over_receipt_pct": 0,
            "return_reopens_demand": True, "count_threshold_pct": None, "reserve_on_order": False}
Shelf = tuple[str, str, str]


@dataclass
class World:
    """A company. What `enter` or `change` refuse leaves everything as it was."""

    items: Mapping[str, Mapping[str, Any]]
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = {**DEFAULTS, **self.settings}
        self.steps: dict[int, Step] = {}  # that have an effect on stock, as they are now
        self.gone: set[int] = set()
        self.lives: dict[str, Life] = {item: Life(self, [item], []) for item in self.items}
        self.orders: dict[str, Step] = {}
        self.closed: set[str] = set()
        self.reserved: dict[Shelf, int] = defaultdict(int)
        self.granted: dict[int, int] = {}
        self.closed_through = ""

    def factor(self, s: Step) -> Fraction:
        about = self.items[s["item"]]
        unit = s.get("uom", about.get("uom"))
        refuse_if(unit != about.get("uom") and unit not in about.get("uoms", {}), "UNKNOWN_UOM")
        given = about.get("uoms", {}).get(unit, 1)
        return Fraction(given["factor"] if isinstance(given, dict) else given)

    def base(self, s: Step) -> int:
        return near(Fraction(s["qty"]) * self.factor(s) * 10**4)

    def stated(self, s: Step) -> int | None:
        if s.get("amount") is not None:
            return near(Fraction(s["amount"]) * 100)
        return None if s.get("unit_cost") is None else near(Fraction(s["qty"]) * Fraction(s["unit_cost"]) * 100)

    def loose(self, item: str) -> bool:
        return bool((self.items[item].get("negative_stock") or self.settings["negative_stock"]) == "allow")

    # --- entering --------------------------------------------------------------------------------------------

    def enter(self, s: Step) -> None:
        """One step as FORMAT.md writes it."""
        if s["do"] in ORDERING:
            getattr(self, s["do"])(s)
        elif s["do"] not in ("cancel", "amend"):
            self.change((), [s])
        else:
            refuse_if(s["ref"] in self.gone, "ALREADY_CANCELLED")
            refuse_if(s["ref"] not in self.steps, "BAD_REF")
            now = {**self.steps[s["ref"]], **{k: s[k] for k in ("qty", "unit_cost") if k in s}}
            self.change([s["ref"]], [now] if s["do"] == "amend" else [])
            self.gone |= {s["ref"]} if s["do"] == "cancel" else set()

    def change(self, without: Iterable[int], new: Sequence[Step]) -> None:
        """Live without some steps and with others from now on, if every moment of the touched items is possible."""
        old = [self.steps[n] for n in without]
        steps = {n: s for n, s in self.steps.items() if s not in old} | {s["n"]: s for s in new}
        for n in [s["n"] for s in old if s["n"] not in steps] + [s["ref"] for s in new if s["do"] == "mirror"]:
            refuse_if(self.used_by_others(n), "REFERENCED")
        refuse_if(any(ref not in steps for s in steps.values() for ref in (*s.get("refs", ()), s.get("ref", s["n"]))),
                  "BAD_REF")
        dated = [*old, *new]
        if self.settings["late_cost"] == "repost":
            dated += [steps[ref] for s in dated for ref in s.get("refs", ())]
        refuse_if(any(s.get("date", LATEST)[:10] <= self.closed_through for s in dated), "PERIOD_CLOSED")
        for s in new:
            short = str(s["n"]) in self.orders and self.base(s) < self.done(str(s["n"]))
            refuse_if(short, "REFERENCED")
        before, self.steps = self.steps, steps
        try:
            for s in new:
                if "refs" in s:
                    steps[s["n"]] = {**s, "shares": self.shares(s)}
            touched = {item for s in dated for item in self.items_of(s, before | steps)}
            lives = self.lived(touched)
            held = self.held(old, new, lives)
        except Refused:
            self.steps = before
            raise
        self.lives |= lives
        self.reserved = held

    def used_by_others(self, n: int) -> bool:
        """Whether a step came from step `n` that was not itself undone by a mirror."""
        undone = {s["ref"] for s in self.steps.values() if s["do"] == "mirror"}
        return any(n == s.get("ref") or n in s.get("refs", ()) or str(n) == s.get("order")
                   for s in self.steps.values() if s["do"] != "mirror" and s["n"] not in undone and s["n"] != n)

    def shares(self, s: Step) -> dict[int, int]:
        """What each receipt gets of a late cost; what it got stands, whatever becomes of the receipts."""
        refs = [self.steps[ref] for ref in s["refs"]]
        basis: Callable[[Step], int] = {"equal": lambda r: 1, "value": lambda r: self.stated(r) or 0}.get(
            s.get("basis", ""), self.base)
        return dict(zip(s["refs"], share(near(Fraction(s["amount"]) * 100), [basis(r) for r in refs]), strict=True))

    @staticmethod
    def items_of(s: Step, steps: Mapping[int, Step]) -> set[str]:
        return {s["item"]} if "item" in s else {steps[ref]["item"] for ref in s["refs"]}

    def lived(self, touched: set[str], until: str | None = None) -> dict[str, Life]:
        """The lives of these items and of all that assemblies bind to them."""
        bound = [{s["item"], *(self.steps[n]["item"] for n in s["of"])} for s in self.steps.values() if "of" in s]
        while more := [items for items in bound if items & touched and not items <= touched]:
            touched = touched.union(*more)
        mine = [s for s in self.steps.values() if self.items_of(s, self.steps) & touched
                and (until is None or s.get("date", "")[:10] <= until)]
        life = Life(self, touched, sorted(mine, key=lambda s: (s.get("date", LATEST), s["n"])))
        return dict.fromkeys(touched, life)

    def as_of(self, item: str, day: str) -> Life:
        return self.lived({item}, day)[item]

    # --- orders and reservations -----------------------------------------------------------------------------

    def sales_order(self, s: Step) -> None:
        self.orders[s["order"]] = s
        self.reserved = self.filled(self.reserved, s["order"])

    purchase_order = sales_order

    def close_order(self, s: Step) -> None:
        refuse_if(s["order"] not in self.orders, "UNKNOWN_ORDER")
        self.closed.add(s["order"])
        self.release({"order": s["order"]})

    cancel_order = close_order

    def reopen_order(self, s: Step) -> None:
        self.closed.remove(s["order"])
        self.reserved = self.filled(self.reserved, s["order"])

    def close_period(self, s: Step) -> None:
        self.closed_through = max(self.closed_through, s["date"])

    def reserve(self, s: Step) -> None:
        asked = self.base(s)
        free = max(self.available(s["item"], s["warehouse"]), 0)
        refuse_if(free < asked and not s.get("partial"), "INSUFFICIENT_AVAILABLE")
        unit = self.items[s["item"]].get("uoms", {}).get(s.get("uom"))
        whole = near(self.factor(s) * 10**4) if isinstance(unit, dict) and unit.get("whole") else 1
        self.granted[s["n"]] = min(asked, free) // whole * whole
        self.reserved[s["order"], s["item"], s["warehouse"]] += self.granted[s["n"]]

    def release(self, s: Step) -> None:
        for key in [k for k in self.reserved if k[0] == s["order"] and s.get("item") in (None, k[1])
                    and s.get("warehouse") in (None, k[2])]:
            self.reserved[key] -= min(self.base(s) if "qty" in s else self.reserved[key], self.reserved[key])

    def done(self, order: str) -> int:
        """What was delivered or received of an order."""
        return sum(self.counts(s) for s in self.steps.values() if s.get("order") == order)

    def counts(self, s: Step | None) -> int:
        """By how much a step brings its order further."""
        if s is None or s["do"] == "mirror":
            return 0 if s is None else -self.counts(self.steps[s["ref"]])
        kind = self.orders[s["order"]]["do"]
        back = s["do"] == BACK.get(kind) and self.settings["return_reopens_demand"]
        return self.base(s) * ((s["do"] in FORTH[kind]) - back)

    def left(self, order: str) -> int:
        about = self.orders.get(order)
        return max(self.base(about) - self.done(order), 0) if about and order not in self.closed else 0

    def held(self, old: Sequence[Step], new: Sequence[Step], lives: Mapping[str, Life]) -> dict[Shelf, int]:
        """What orders hold after the change; refused where it takes what is not its own."""
        held, opened = defaultdict(int, self.reserved), set()
        for n in sorted({s["n"] for s in (*old, *new) if s.get("order")}):
            was, now = (next((s for s in steps if s["n"] == n), None) for steps in (old, new))
            step = now or was
            assert step is not None
            more = self.counts(now) - self.counts(was)
            if now and now["do"] in FORTH[self.kind(now)]:
                self.fits(now, more > 0)
            if self.kind(step) == "sales_order" and (more > 0 or step["order"] not in self.closed):
                key = step["order"], step["item"], self.orders[step["order"]]["warehouse"]
                before = (self.steps[step["ref"]] if step["do"] == "mirror" else was or {}).get("used", 0)
                less = 0 if self.settings["reserve_on_order"] else max(before - max(self.counts(now), 0), 0)
                used = min(held[key], more) if more > 0 else -less
                held[key] -= used
                if now and now["do"] == "issue":
                    self.steps[n] = {**now, "used": before + used}
            if more < 0 and step["do"] != "return_in":  # what a customer brought back is his to ask for again
                opened.add(step["order"])
        self.check_available(held, lives, any(s["do"] != "count" for s in (*old, *new)))
        for order in sorted(opened):
            held = self.filled(held, order, lives)
        return held

    def kind(self, s: Step) -> str:
        about = self.orders.get(s["order"])
        refuse_if(about is None or about["item"] != s["item"], "NOT_ORDERED")
        assert about is not None
        return str(about["do"])

    def fits(self, s: Step, more: bool) -> None:
        """Not more than ordered is delivered or received, and nothing more of a closed order."""
        refuse_if(more and s["order"] in self.closed, "ORDER_CLOSED")
        about = self.orders[s["order"]]
        tolerance = {"sales_order": "over_delivery_pct", "purchase_order": "over_receipt_pct"}.get(about["do"], "")
        most = self.base(about) * (1 + Fraction(self.settings.get(tolerance, 0)) / 100)
        refuse_if(more and self.done(s["order"]) > most, "OVER_DELIVERY" if s["do"] == "issue" else "OVER_RECEIPT")

    def check_available(self, held: Mapping[Shelf, int], lives: Mapping[str, Life], taking: bool) -> None:
        for item, life in lives.items():
            for warehouse in {k[2] for k in held if k[1] == item} if taking else ():
                mine = sum(q for k, q in held.items() if k[1:] == (item, warehouse))
                left = life.on_hand(item, warehouse) - mine
                refuse_if(mine > 0 and left < min(0, self.available(item, warehouse)), "INSUFFICIENT_AVAILABLE")

    def filled(self, held: dict[Shelf, int], order: str, lives: Mapping[str, Life] | None = None) -> dict[Shelf, int]:
        """Where orders reserve by themselves: an order holds what is free of what it still lacks."""
        about = self.orders[order]
        if about["do"] == "sales_order" and self.settings["reserve_on_order"]:
            item, warehouse = about["item"], about["warehouse"]
            key, life = (order, item, warehouse), (lives or self.lives)[item]
            free = life.on_hand(item, warehouse) - sum(q for k, q in held.items() if k[1:] == key[1:])
            held[key] += max(min(self.left(order) - held[key], free), 0)
        return held

    def promised(self, item: str, warehouse: str | None = None) -> int:
        return sum(q for (_, i, w), q in self.reserved.items() if i == item and warehouse in (None, w))

    def available(self, item: str, warehouse: str | None = None) -> int:
        return self.lives[item].on_hand(item, warehouse) - self.promised(item, warehouse)

    def open(self, kinds: Sequence[str], item: str, warehouse: str | None = None, until: str | None = None) -> int:
        """Demand (of sales orders) or incoming (of purchase orders and shipments)."""
        return sum(self.left(order) for order, s in self.orders.items()
                   if s["do"] in kinds and s["item"] == item and warehouse in (None, s["warehouse"])
                   and (until is None or s.get("due", "") <= until))

    def projected(self, item: str, warehouse: str | None = None, until: str | None = None) -> int:
        life = self.lives[item] if until is None else self.as_of(item, until)
        return life.on_hand(item, warehouse) + self.open(["purchase_order", "shipment"], item, warehouse, until) \
            - self.open(["sales_order"], item, warehouse, until)
