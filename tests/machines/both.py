"""A company twice: the product's documents and the model's steps. What is done is done to both, and compared."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal as D
from typing import Any, NamedTuple

from sqlalchemy import select

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import UserError
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, periods, reservations
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day
from tests.machines import figures
from tests.machines.goods import Refused, Step
from tests.machines.world import World

DOES = {"goods_receipt": "receive", "other_in": "receive", "delivery_note": "issue", "other_out": "issue",
        "purchase_return": "return_out", "sales_return": "return_in", "transfer": "transfer",
        "transfer_shipment": "transfer", "transfer_receipt": "transfer", "stock_count": "count",
        "revaluation": "revalue", "cost_adjustment": "adjust_cost", "purchase_order": "purchase_order",
        "sales_order": "sales_order"}
ORDERS = ("purchase_order", "sales_order")
PARTNERED = ("goods_receipt", "purchase_return", "delivery_note", "sales_return", "cost_adjustment", *ORDERS)
ITEMS: dict[str, dict[str, Any]] = {
    "average": {"uom": "kg", "uoms": {"box": "12"}},
    "loose": {"uom": "kg", "negative_stock": "allow", "standard_cost": "7.5"},
    "fifo": {"uom": "kg", "fifo": True, "uoms": {"box": "1/3"}},
    "loose fifo": {"uom": "kg", "fifo": True, "negative_stock": "allow"},
    "lots": {"uom": "kg", "tracking": "lot", "negative_stock": "allow"},
    "fifo lots": {"uom": "kg", "tracking": "lot", "fifo": True},
    "serials": {"uom": "kg", "tracking": "serial", "serial_once": True}}
SETTINGS = {"cost_level": "cost_level", "cost_by_lot": "cost_by_lot", "return_in": "return_in_cost",
            "return_out": "return_out_cost", "late_cost": "late_cost", "return_reopens_demand": "return_reopens",
            "reserve_on_order": "reserve_on_order"}  # of the model -> of the product


class Difference(AssertionError):
    """The product and the model do not say the same."""


def require(agreed: bool, message: str) -> None:
    if not agreed:
        raise Difference(message)


class Op(NamedTuple):
    """Something that is done to both: the name of a method of Both, and plain values."""

    name: str
    given: tuple[Any, ...]


@dataclass
class Doc:
    """A document, and its lines as steps of the model."""

    kind: str
    steps: list[Step]
    id: int = 0
    status: str = "posted"
    mirror: bool = False

    @property
    def n(self) -> int:
        """By which operations name it."""
        number: int = self.steps[0]["n"]
        return number


@dataclass
class Both:
    company: Company
    policy: Mapping[str, Any]
    done: list[Op] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # the same for people
    steps: int = 0  # so many lines and commands were tried

    def __post_init__(self) -> None:
        c = self.company
        c.settings(**{name: self.policy[key] for key, name in SETTINGS.items()}, ask_restating=False, use_lots=True,
                   use_serials=True, over_delivery=D(self.policy["over_delivery_pct"]) / 100,
                   over_receipt=D(self.policy["over_receipt_pct"]) / 100)
        transit = c.record("warehouse", code="T", name="在途", in_transit=True)
        self.places = {"main": c.main, "branch": c.branch, "transit": transit}
        self.ids = {name: self._item(about) for name, about in ITEMS.items()}
        self.partner = c.record("partner", code="P", name="往来", customer=True, supplier=True)
        self.world = World(ITEMS, dict(self.policy))
        self.docs: dict[int, Doc] = {}
        self.lines: dict[int, list[int]] = {}  # step -> lines of the product
        self.step_of: dict[int, int] = {}  # and back
        self.closes: list[str] = []
        self.seen: set[tuple[str, str]] = set()  # lots that ever came in

    def _item(self, about: Mapping[str, Any]) -> int:
        chosen = {"cost_method": "fifo" if about.get("fifo") else "moving_average",
                  **{k: about[k] for k in ("tracking", "serial_once", "negative_stock") if k in about}}
        if "standard_cost" in about:
            chosen["standard_cost"] = D(about["standard_cost"])
        factor, _, per = about.get("uoms", {}).get("box", "1").partition("/")
        unit = {"unit_id": self.company.box, "factor": D(factor), "per": D(per or 1)}
        return self.company.item(children={"item_unit": [unit]} if "uoms" in about else {}, **chosen)

    # --- operations ------------------------------------------------------------------------------------------

    def do(self, op: Op) -> None:
        """Raises Difference. What has lost its ground, because something before was left out, does nothing."""
        self.done.append(op)
        getattr(self, op.name)(*op.given)

    def make(self, kind: str, steps: list[Step], partner: bool = True) -> None:
        named = [x for s in steps if kind not in ORDERS for x in (*s.get("refs", ()), s.get("ref"), s.get("order"))]
        if {int(x) for x in named if x} <= self.lines.keys():
            draft = self.draft(kind, steps, partner)
            self._add(Doc(kind, steps), lambda: self.company.save(draft))

    def correct(self, n: int, steps: list[Step]) -> None:
        if (doc := self.docs.get(n)) and doc.status == "posted" and len(doc.steps) == len(steps):
            draft = self.corrected(doc, steps)
            self._change(doc, steps, lambda: self.company.save(draft))

    def withdraw(self, n: int, command: str) -> None:
        if (doc := self.docs.get(n)) and doc.status == "posted":
            version = self._version(doc)
            if self._change(doc, [], lambda: self.company.run(getattr(documents, command), doc.id, version).value):
                doc.status = {"unpost": "draft", "void": "void"}[command]

    def post_again(self, n: int) -> None:
        if (doc := self.docs.get(n)) and doc.status == "draft" and self._change(
                doc, doc.steps, lambda: self.company.save(self.company.read(doc.id))):
            doc.status = "posted"

    def reverse(self, n: int, steps: list[Step]) -> None:
        if (doc := self.docs.get(n)) and doc.status == "posted" and len(doc.steps) == len(steps):
            version, date = self._version(doc), dt.date.fromisoformat(steps[0]["date"])
            if self._add(Doc(doc.kind, steps, mirror=True),
                         lambda: self.company.run(documents.reverse, doc.id, version, date).value):
                doc.status = "reversed"

    def reserve(self, n: int, quantity: str, partial: bool) -> None:
        if s := self._order_line(n):
            self.tell(f"reserve {quantity} of {s['item']} for line {n}{', partial' if partial else ''}")
            self._both(lambda: self.world.reserve({**s, "qty": quantity, "partial": partial}), lambda: self.company.run(
                reservations.reserve, self.lines[n][0], D(quantity), partial))
            self.compare({s["item"]})

    def release(self, n: int, quantity: str | None) -> None:
        if s := self._order_line(n):
            self.tell(f"release {quantity or 'all'} of {s['item']} for line {n}")
            asked = {k: v for k, v in s.items() if k != "qty"} | ({"qty": quantity} if quantity else {})
            self._both(lambda: self.world.release(asked), lambda: self.company.run(
                reservations.release, self.lines[n][0], None if quantity is None else D(quantity)))
            self.compare({s["item"]})

    def toggle_order(self, n: int) -> None:
        """Close it, or open it again."""
        doc = self.docs.get(n)
        if doc and any(self.world.done(s["order"]) < self.world.base(s) for s in doc.steps):
            closing, version = doc.status == "posted", self._version(doc)
            self.tell(f"{'close' if closing else 'reopen'} the order of line {n}")
            for s in doc.steps:
                (self.world.close_order if closing else self.world.reopen_order)(s)
            self.company.run(documents.close if closing else documents.reopen, doc.id, version)
            doc.status = "closed" if closing else "posted"
            self.compare({s["item"] for s in doc.steps})

    def close_period(self, through: str) -> None:
        if through > self.world.closed_through:
            self.tell(f"close through {through}")
            self.company.run(periods.close, dt.date.fromisoformat(through))
            self.closes.append(self.world.closed_through)
            self.world.closed_through = through
            for item in ITEMS:
                self._closing(item)

    def reopen_period(self) -> None:
        if self.closes:
            self.tell("reopen the last period")
            self.company.run(periods.reopen, "again")
            self.world.closed_through = self.closes.pop()
            self.compare(set(ITEMS))

    def look_back(self, item: str, date: str) -> None:
        """What was there at the end of a day, with today's knowledge."""
        self.tell(f"look at {item} as of {date}")
        end = dt.datetime.fromisoformat(date) + dt.timedelta(days=1)
        with self.company.engine.connect() as connection:
            found = figures.kept_until(connection, self.ids[item], end)
        life = self.world.as_of(item, date)
        due = life.on_hand(item), life.value(item)
        require(found == due, f"{item} as of {date}: the product has {found}, due is {due}")

    # --- the same to both ------------------------------------------------------------------------------------

    def _add(self, doc: Doc, call: Callable[[], Any]) -> bool:
        if done := self._agree(doc, (), doc.steps, call):
            self.docs[doc.n] = doc
        return done

    def _change(self, doc: Doc, steps: list[Step], call: Callable[[], Any]) -> bool:
        old = [s["n"] for s in doc.steps if s["n"] in self.world.steps]
        if done := self._agree(Doc(doc.kind, steps or doc.steps, doc.id), old, steps, call):
            doc.steps = steps or doc.steps
        return done

    def _agree(self, doc: Doc, without: Sequence[int], steps: Sequence[Step], call: Callable[[], Any]) -> bool:
        """Both refuse, or both go on and say the same afterwards."""
        self.tell(("" if steps else "take back ") + doc.kind + ": " + "; ".join(
            " ".join(f"{k}={v}" for k, v in s.items()) for s in doc.steps), len(doc.steps))
        before = dict(self.world.lives)
        saved = self._both(lambda: self._orders(doc) if doc.kind in ORDERS else self.world.change(without, steps), call)
        if saved is None:
            return False
        self._saved(doc, saved.id)
        for s in doc.steps if doc.kind == "transfer_shipment" else ():
            self.world.orders.pop(str(s["n"]), None)
            if steps:
                self.world.orders[str(s["n"])] = {**s, "do": "shipment", "warehouse": "branch"}
        if steps and DOES.get(doc.kind) in ("receive", "count"):
            self.seen |= {(s["item"], lot) for s in steps for lot in (s.get("lot"), *s.get("serials", ())) if lot}
        self.compare({item for item, life in self.world.lives.items() if life is not before[item]}
                     | {s["item"] for s in doc.steps if "item" in s})
        return True

    def _both(self, modelled: Callable[[], Any], call: Callable[[], Any]) -> Any:
        """What the product answers; None if both refuse."""
        refused = None
        try:
            modelled()
        except Refused as reason:
            refused = str(reason)
        try:
            answer = call()
        except UserError as error:
            require(refused is not None, f"refused with {type(error).__name__}: {error}")
            self.told[-1] += f"  -> refused: {refused}, {type(error).__name__}"
            return None
        require(refused is None, f"done, though {refused} was due")
        return answer

    def tell(self, what: str, steps: int = 1) -> None:
        self.told.append(what)
        self.steps += steps

    def _orders(self, doc: Doc) -> None:
        for s in doc.steps:
            self.world.sales_order(s)

    def _saved(self, doc: Doc, document_id: int) -> None:
        doc.id = document_id
        line = TABLES["document_line"].c
        ids = [r.id for r in self.company.rows(
            select(line.id).where(line.document_id == document_id).order_by(line.position))]
        for s in doc.steps:
            count = len(s.get("refs", (0,)))
            self.lines[s["n"]], ids = ids[:count], ids[count:]
            self.step_of |= dict.fromkeys(self.lines[s["n"]], s["n"])

    # --- steps as documents ----------------------------------------------------------------------------------

    def _version(self, doc: Doc) -> int:
        return self.company.version(Saved(doc.id, None, 0, ""))

    def _order_line(self, n: int) -> Step | None:
        doc = next((d for d in self.docs.values() if any(s["n"] == n for s in d.steps)), None)
        return next(s for s in doc.steps if s["n"] == n) if doc and doc.status in ("posted", "closed") else None

    def draft(self, kind: str, steps: Sequence[Step], partner: bool = True) -> Draft:
        first = steps[0]
        header: dict[str, Any] = {"partner_id": self.partner} if partner and kind in PARTNERED else {}
        for name, key in (("warehouse_id", "warehouse"), ("to_warehouse_id", "to")):
            if key in first:
                header[name] = self.places[first[key]]
        if kind == "transfer_shipment":
            header["destination_id"] = self.places["branch"]
        elif kind == "assembly":
            header["fee"] = D(steps[-1]["amount"])
        elif kind == "cost_adjustment":
            header |= {"fee": D(first["amount"]), "fee_basis": first["basis"]}
        draft = self.company.draft(kind, date=dt.date.fromisoformat(first["date"]), **header)
        draft.lines = [line for s in steps for line in self._lines(kind, s)]
        return draft

    def _lines(self, kind: str, s: Step) -> list[dict[str, Any]]:
        if kind == "cost_adjustment":
            return [{"item_id": self.ids[self.world.steps[ref]["item"]], "source_line_id": self.lines[ref][0]}
                    for ref in s["refs"]]
        line: dict[str, Any] = {"item_id": self.ids[s["item"]], **{k: s[k] for k in ("lot", "revalue") if k in s}}
        price = s.get("price", s.get("unit_cost"))
        line |= {} if kind == "revaluation" else {"quantity": D(s["qty"])}
        line |= {} if price is None else {"price": D(price)}
        line |= {"unit_id": self.company.box} if "uom" in s else {}
        line |= {"serials": "\n".join(s["serials"])} if "serials" in s else {}
        if kind == "assembly":
            line["role"] = "make" if s["do"] == "made" else "use"
        elif "amount" in s:
            line["amount"] = D(s["amount"])
        source = None if kind in ORDERS else s.get("ref") or s.get("order")
        return [line if source is None else line | {"source_line_id": self.lines[int(source)][0]}]

    def corrected(self, doc: Doc, steps: Sequence[Step]) -> Draft:
        """The document as it would be with other figures."""
        draft = self.company.read(doc.id)
        draft.header["date"] = dt.date.fromisoformat(steps[0]["date"])
        for line, new in zip(draft.lines, self.draft(doc.kind, steps).lines, strict=True):
            line |= {**new, "amount": new.get("amount")}
        return draft

    # --- comparing -------------------------------------------------------------------------------------------

    def compare(self, items: set[str]) -> None:
        """Raises Difference at the first item that is not the same."""
        warehouses = {number: name for name, number in self.places.items()}
        with self.company.engine.connect() as connection:
            for item in sorted(items):
                found = figures.kept(connection, self.ids[item], warehouses, "tracking" in ITEMS[item])
                found["lines"] = figures.summed(found["lines"], self.step_of)
                wrong = figures.differences(found, figures.due(self.world, item, list(self.places)))
                require(not wrong, f"{item}:\n    " + "\n    ".join(wrong))

    def _closing(self, item: str) -> None:
        """What the last close froze."""
        life = self.world.as_of(item, self.world.closed_through)
        with self.company.engine.connect() as connection:
            found = figures.frozen(connection, self.ids[item])
        due = {name: life.on_hand(item, name) for name in self.places}
        frozen = {name: found.get(number, (0, 0))[0] for name, number in self.places.items()}
        require(frozen == due, f"{item} at the close: the product has {frozen}, due is {due}")
        value = found.get(0, (0, 0))[1]
        require(value == life.value(item), f"{item} at the close: worth {value}, due is {life.value(item)}")

    def finish(self) -> None:
        """The product agrees with itself, too."""
        self.compare(set(ITEMS))
        for item in ITEMS:
            self.look_back(item, day(3).isoformat())
        wrong = figures.broken(self.company.engine)
        require(not wrong, "the product's own check says:\n    " + "\n    ".join(wrong))
