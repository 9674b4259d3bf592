"""A step as somebody enters it: in which session, when it takes effect, and what was entered before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.models import TABLES
from jxc_desktop.services.unit_of_work import Saved
from tests.cases.reading import Step, decimal
from tests.cases.world import Item, World
from tests.company import Company

NOWHERE = 2**40  # the id of no document and no line: the product has to refuse it
Line = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """A line of an order under its code in the case.

    A `stand_in` is a sales order that no step made; goods are reserved for it all the same.
    """

    code: str
    item: Item
    warehouse_id: int
    lot: str | None
    saved: Saved
    line_id: int
    stand_in: bool = False


@dataclass
class Journal:
    """What was entered so far, by step number."""

    steps: dict[int, Step]
    documents: dict[int, Saved] = field(default_factory=dict)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)

    def orders_of(self, code: str | None) -> list[Order]:
        return [order for order in self.orders if order.code == code]


@dataclass(frozen=True)
class Entry:
    """One step; `company` is the session that enters it."""

    world: World
    journal: Journal
    step: Step
    company: Company
    when: dict[str, Any]

    @property
    def item(self) -> Item:
        return self.world.item(self.step)

    @property
    def quantity(self) -> Decimal | None:
        return decimal(self.step.get("qty"))

    @property
    def base_quantity(self) -> Decimal | None:
        """The quantity in base units."""
        factor = self.item.factors.get(self.step.get("uom") or self.item.base)
        return None if self.quantity is None or factor is None else values.quantity(
            values.product(self.quantity, factor))

    def line(self, **more: Any) -> Line:
        """The document line that says what the step says."""
        return {"item_id": self.item.id, "quantity": self.quantity, "tax_rate": Decimal(0),
                "unit_id": self.world.unit(self.item, self.step.get("uom")), **self.tracked(self.step), **more}

    def lines(self, **more: Any) -> Iterator[tuple[Item, Line]]:
        """As `line`; a kit is moved as its components."""
        if not self.item.components:
            yield self.item, self.line(**more)
            return
        for part, quantity in self.world.parts(self.item, self.base_quantity or Decimal(0)):
            yield part, {"item_id": part.id, "quantity": quantity, "tax_rate": Decimal(0), **more}

    def tracked(self, step: Step) -> Line:
        """Lot and serial numbers of a step, as lines have them."""
        given = {"lot": step.get("lot")}
        if "serials" in step:
            given["serials"] = "\n".join(step["serials"])
        return {name: text for name, text in given.items() if text is not None}

    def draft(self, kind: str, *lines: Line, **header: Any) -> Draft:
        return self.company.draft(kind, *lines, **self.when, **(
            {"warehouse_id": self.world.warehouse(self.step)} | header))

    def post(self, kind: str, *lines: Line, acknowledged: tuple[str, ...] = (), **header: Any) -> Saved:
        return self.company.save(self.draft(kind, *lines, **header), acknowledged=acknowledged)

    def ref(self) -> Saved:
        """The document that the step refers to; none where that step was refused or made no document."""
        return self.journal.documents.get(self.step["ref"]) or Saved(NOWHERE, None, 1, "")

    def ref_line(self, item: Item, ref: int | None = None) -> int:
        """The line of an item in the document that the step refers to."""
        saved = self.journal.documents.get(self.step["ref"] if ref is None else ref)
        line = TABLES["document_line"].c
        rows = self.company.rows(select(line.id, line.item_id).where(
            line.document_id == saved.id).order_by(line.position)) if saved else []
        return next((r.id for r in rows if r.item_id == item.id), rows[0].id if rows else NOWHERE)

    def order_line(self, item: Item) -> int:
        """The line of the step's order for this item; one in its warehouse before others."""
        found = self.journal.orders_of(self.step["order"])
        place = self.world.warehouse(self.step)
        best = sorted(found, key=lambda o: (o.item is not item, o.stand_in, o.warehouse_id != place))
        return best[0].line_id if best else NOWHERE

    def held(self, item: Item) -> Order | None:
        """The order line for which goods can be reserved in the step's warehouse, and of its lot if it names one."""
        lot = self.step.get("lot")
        found = [o for o in self.journal.orders_of(self.step["order"]) if o.item is item
                 and o.warehouse_id == self.world.warehouse(self.step) and lot in (None, o.lot)]
        return min(found, key=lambda o: (o.stand_in, o.lot is not None), default=None)
