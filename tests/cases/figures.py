"""Figures of a case read back: what is on hand, what it is worth, what a step moved, what orders await."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Status
from jxc_desktop.models import TABLES
from jxc_desktop.services.unit_of_work import Saved
from tests.cases.entry import Journal
from tests.cases.world import Item, World

ZERO = Decimal(0)
MOVE, POOL, LAYER, LOT, LINE, DOCUMENT = (
    TABLES[name].c for name in ("stock_move", "cost_pool", "cost_layer", "lot", "document_line", "document"))


@dataclass(frozen=True)
class Scope:
    """What figures are asked for: an item, restricted to a warehouse, a lot, or up to the end of a day."""

    world: World
    journal: Journal
    item: Item
    warehouse_id: int | None = None
    lot: str | None = None
    day: dt.date | None = None
    order: str | None = None

    @property
    def lot_id(self) -> int | None:
        """0 is what has no lot: an unknown one has nothing."""
        return None if self.lot is None else self._scalar(
            select(LOT.id).where(LOT.item_id == self.item.id, LOT.code == self.lot)) or -1

    # --- quantities -----------------------------------------------------------------------------------------

    def on_hand(self) -> Decimal:
        if self.day:
            return self._moved(MOVE.quantity)
        return self._balance("on_hand")

    def reserved(self) -> Decimal:
        return self._balance("reserved")

    def available(self) -> Decimal:
        return self.on_hand() - self.reserved()

    def demand(self) -> Decimal:
        return self._open("sales_order")

    def incoming(self) -> Decimal:
        return self._open("purchase_order")

    def projected(self) -> Decimal:
        return self.on_hand() + self.incoming() - self.demand()

    def delivered(self) -> Decimal:
        lines = [o.line_id for o in self.journal.orders_of(self.order) if o.item is self.item]
        return self._scalar(select(func.sum(LINE.fulfilled)).where(LINE.id.in_(lines))) or ZERO

    def _open(self, kind: str) -> Decimal:
        """Ordered less done of the open orders that steps made."""
        stand_ins = [o.saved.id for o in self.journal.orders if o.stand_in]
        where = [DOCUMENT.id == LINE.document_id, LINE.item_id == self.item.id, DOCUMENT.kind == kind,
                 DOCUMENT.status == Status.POSTED, DOCUMENT.id.not_in(stand_ins)]
        if self.warehouse_id:
            where.append(DOCUMENT.warehouse_id == self.warehouse_id)
        if self.day:
            where.append(or_(DOCUMENT.due_date.is_(None), DOCUMENT.due_date <= self.day))
        rows = self.world.company.rows(select(LINE.base_quantity, LINE.fulfilled).where(*where))
        return sum((max(r.base_quantity - r.fulfilled, ZERO) for r in rows), ZERO)

    def _balance(self, name: str) -> Decimal:
        table = TABLES["stock_balance" if self.lot is None else "lot_balance"].c
        where = [table.item_id == self.item.id]
        if self.warehouse_id:
            where.append(table.warehouse_id == self.warehouse_id)
        if self.lot is not None:
            where.append(table.lot_id == self.lot_id)
        return self._scalar(select(func.sum(table[name])).where(*where)) or ZERO

    # --- values ---------------------------------------------------------------------------------------------

    def value(self) -> Decimal:
        if self.day:
            return self._moved(MOVE.value)
        return sum((r.value for r in self._pools()), ZERO)

    def unit_cost(self) -> Decimal:
        """Value / quantity; the last known cost when nothing is on hand, before the first goods the standard cost."""
        if self.day:
            quantity, value = self._moved(MOVE.quantity), self._moved(MOVE.value)
            return values.divide(value, quantity, 6) if quantity > 0 else self._last_cost()
        pools = self._pools()
        quantity = sum((r.quantity for r in pools), ZERO)
        if quantity > 0:
            return values.divide(sum((r.value for r in pools), ZERO), quantity, 6)
        moved = self._scalar(select(MOVE.id).where(self._ledger(), MOVE.quantity != 0).limit(1))
        return pools[0].last_cost if pools and (pools[0].last_cost or moved) else self.item.standard_cost

    def layers(self) -> list[tuple[Decimal, Decimal]]:
        """[quantity, value] oldest first, neighbours of equal cost as one."""
        rows = self.world.company.rows(select(LAYER.quantity, LAYER.value).where(
            *self._pool_places(LAYER)).order_by(LAYER.id))
        return [(sum((r.quantity for r in same), ZERO), sum((r.value for r in same), ZERO)) for same in (
            list(group) for _, group in groupby(rows, key=lambda r: values.divide(r.value, r.quantity, 6)))]

    def expiry(self) -> dt.date | None:
        return self._scalar(select(LOT.expiry_date).where(LOT.id == self.lot_id))

    def _pools(self) -> list[Any]:
        """The pools that make up the scope; the row of the whole company if it is not restricted."""
        if not self._pooled_by():
            return self._whole()
        return self.world.company.rows(select(POOL.quantity, POOL.value, POOL.last_cost).where(
            *self._pool_places(POOL), or_(POOL.warehouse_id != 0, POOL.lot_id != 0)))

    def _whole(self) -> list[Any]:
        return self.world.company.rows(select(POOL.quantity, POOL.value, POOL.last_cost).where(
            POOL.item_id == self.item.id, POOL.warehouse_id == 0, POOL.lot_id == 0))

    def _pooled_by(self) -> dict[str, int]:
        """The restrictions that pools follow: the others have no values of their own."""
        found = {"warehouse_id": self.warehouse_id if self.world.by_warehouse else None,
                 "lot_id": self.lot_id if self.world.by_lot else None}
        return {name: id_ for name, id_ in found.items() if id_ is not None}

    def _pool_places(self, table: Any) -> list[ColumnElement[bool]]:
        return [table.item_id == self.item.id, *(table[name] == id_ for name, id_ in self._pooled_by().items())]

    # --- the ledger -----------------------------------------------------------------------------------------

    def _ledger(self) -> ColumnElement[bool]:
        where = [MOVE.item_id == self.item.id]
        if self.warehouse_id:
            where.append(MOVE.warehouse_id == self.warehouse_id)
        if self.lot is not None:
            where.append(MOVE.lot_id == self.lot_id)
        if self.day:
            where.append(MOVE.effective_at < dt.datetime.combine(self.day, dt.time()) + dt.timedelta(1))
        return and_(*where)

    def _moved(self, column: Any) -> Decimal:
        return self._scalar(select(func.sum(column)).where(self._ledger())) or ZERO

    def _last_cost(self) -> Decimal:
        """The unit cost of the goods that moved last before the end of the day."""
        place = (MOVE.effective_at, MOVE.entry, MOVE.leg, MOVE.line_id)
        last = self.world.company.rows(select(
            func.sum(MOVE.quantity).label("quantity"), func.sum(MOVE.value + MOVE.variance).label("value")).where(
            self._ledger()).group_by(*place).having(func.sum(MOVE.quantity) != 0).order_by(
            *(column.desc() for column in place)).limit(1))
        return values.divide(last[0].value, last[0].quantity, 6) if last else self.item.standard_cost

    def _scalar(self, statement: Any) -> Any:
        return self.world.company.scalar(statement)


FIGURES: dict[str, Callable[[Scope], Any]] = {
    "qty": Scope.on_hand, "on_hand": Scope.on_hand, "reserved": Scope.reserved, "available": Scope.available,
    "demand": Scope.demand, "incoming": Scope.incoming, "projected": Scope.projected, "delivered": Scope.delivered,
    "value": Scope.value, "unit_cost": Scope.unit_cost, "layers": Scope.layers, "expiry": Scope.expiry,
}


KIT_FIGURES = ("qty", "on_hand", "reserved", "available", "demand", "incoming", "projected", "delivered")


def figure(scope: Scope, name: str) -> Any:
    """One figure; of a kit there are as many as its components make whole ones."""
    if name in KIT_FIGURES and scope.item.components:
        return min(figure(replace(scope, item=scope.world.items[part]), name) // each
                   for part, each in scope.item.components)
    return FIGURES[name](scope)


def of_document(world: World, saved: Saved) -> dict[str, Decimal]:
    """What a document moved, with all that was learnt since; a transfer leaves by leg 0 and arrives by leg 1."""
    legs = {r.leg: r for r in world.company.rows(select(
        MOVE.leg, *(func.sum(MOVE[name]).label(name) for name in ("quantity", "value", "variance", "settled"))).where(
        MOVE.document_id == saved.id).group_by(MOVE.leg))}
    total = {name: sum((getattr(r, name) for r in legs.values()), ZERO)
             for name in ("quantity", "value", "variance", "settled")}
    left = legs[0].value if len(legs) > 1 else total["value"]
    arrived = legs[1].value + legs[1].variance if len(legs) > 1 else total["value"] + total["variance"]
    return {"cogs": -left, "in_value": arrived, "variance": total["variance"], "settled": total["settled"],
            "value_change": total["value"], "count_diff": total["quantity"]}


STEP_FIGURES = ("cogs", "in_value", "variance", "settled", "value_change", "count_diff")
