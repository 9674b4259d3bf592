"""The buyer's desk: what there is to buy and for whom, and what is on its way."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select, type_coerce

from jxc_desktop import values
from jxc_desktop.document_types.schema import Account, Progress, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner, warehouse
from jxc_desktop.models.stock import stock_alert
from jxc_desktop.services import catalog, purchasing, replenishment
from jxc_desktop.services.catalog import ItemInfo
from jxc_desktop.services.purchasing import ORDER, REQUEST, Offer
from jxc_desktop.services.queries import stock
from jxc_desktop.services.queries.desks import flow
from jxc_desktop.services.queries.stock import StockFigures
from jxc_desktop.values import ZERO

DAYS = (7, 30, 90)
_d, _l = document.c, document_line.c
_LEFT = type_coerce(_l.base_quantity - _l.fulfilled, Quantity)


class Asker(NamedTuple):
    """The line of a request, and the customer's order that it is for, if it is for one."""

    line_id: int
    request_id: int
    request: str
    order_id: int | None
    order: str
    customer: str
    needed: dt.date | None


@dataclass(frozen=True)
class Want:
    """So many base units to buy of an item: for a line of a request, or because stock runs low."""

    key: str
    item: ItemInfo
    lacking: Decimal
    warehouse_id: int | None
    warehouse: str
    figures: StockFigures  # in all warehouses
    sold: tuple[Decimal, ...]  # in the last DAYS
    multiple: Decimal | None
    least: Decimal | None
    lead_days: int | None
    supplier_id: int | None  # the usual one, else the last one
    supplier: str
    offers: tuple[Offer, ...]
    asker: Asker | None = None

    def price(self, supplier_id: int | None) -> Decimal | None:
        """Of a base unit, from this supplier."""
        return purchasing.price_of(self.item, self.offers, supplier_id)


@dataclass(frozen=True)
class Arrival:
    """A purchase order of which something is still to come."""

    id: int
    number: str
    supplier: str
    due: dt.date | None
    lines: int
    items: str
    amount: Decimal
    orders: tuple[str, ...]  # of customers who wait for it

    def late(self, today: dt.date) -> int:
        """Days since it was due."""
        return max((today - self.due).days, 0) if self.due else 0


@dataclass(frozen=True)
class BuyerDesk:
    wants: list[Want]
    arrivals: list[Arrival]
    pending: flow.Pending
    low: int  # items below their reorder point
    payable: Decimal


def desk(connection: Connection, today: dt.date) -> BuyerDesk:
    a = stock_alert.c
    low = connection.scalar(select(func.count()).where(a.cleared_at.is_(None), a.kind == "low")) or 0
    return BuyerDesk(wants(connection, today), arrivals(connection), flow.pending(connection, today), low,
                     flow.owed(connection, Account.PAYABLE))


def wants(connection: Connection, today: dt.date) -> list[Want]:
    """What is asked for and what runs low, the most urgent first; without what drafts of orders will order."""
    served, ordering = purchasing.pending(connection)
    asked = _requested(connection)
    coming: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal, ordering)
    for r in asked:
        for place in (r.warehouse_id, None):
            coming[r.item_id, place] += r.left
    proposed = replenishment.proposal(connection, asked=coming)
    ids = {r.item_id for r in asked} | {row.item.id for row in proposed}
    facts = _Facts(connection, ids, today)
    found = [facts.want(f"line {r.id}", r.item_id, r.left, (r.warehouse_id, r.warehouse), Asker(
        r.id, r.request_id, r.request, r.order_id, r.order or "", r.customer or "", r.promised or r.needed))
        for r in asked if r.id not in served]
    found += [facts.want(f"item {row.item.id} {row.warehouse_id}", row.item.id, row.suggested,
                         (row.warehouse_id, row.warehouse)) for row in proposed]
    found.sort(key=lambda w: (w.asker is None, (w.asker and w.asker.needed) or dt.date.max, w.item.code))
    return found


def _requested(connection: Connection) -> Sequence[Any]:
    """The open lines of requests that stand, with the order behind each."""
    wish, order_line, order = document.alias(), document_line.alias(), document.alias()
    return connection.execute(select(
        _l.id, _l.item_id, _LEFT.label("left"), wish.c.warehouse_id, warehouse.c.name.label("warehouse"),
        wish.c.id.label("request_id"), wish.c.number.label("request"), wish.c.due_date.label("needed"),
        order.c.id.label("order_id"), order.c.number.label("order"), order.c.due_date.label("promised"),
        partner.c.name.label("customer")).join_from(document_line, wish, wish.c.id == _l.document_id).outerjoin(
        warehouse, warehouse.c.id == wish.c.warehouse_id).outerjoin(
        order_line, order_line.c.id == _l.for_line_id).outerjoin(
        order, order.c.id == order_line.c.document_id).outerjoin(partner, partner.c.id == order.c.partner_id).where(
        wish.c.kind == REQUEST, wish.c.status == Status.POSTED, wish.c.progress != Progress.DONE,
        _l.base_quantity > _l.fulfilled).order_by(_l.id)).all()


class _Facts:
    """What the table says of each item, read at once for all of them."""

    def __init__(self, connection: Connection, ids: Collection[int], today: dt.date):
        self._items, self._offers = catalog.items(connection, ids), purchasing.offers(connection, ids)
        self._figures, self._sold = stock.figures(connection, ids, None), sold(connection, ids, today)
        self._buying: Mapping[int, Any] = {r.id: r for r in connection.execute(select(
            item.c.id, item.c.order_multiple, item.c.order_minimum, item.c.lead_days, item.c.supplier_id,
            partner.c.name).outerjoin(partner, partner.c.id == item.c.supplier_id).where(item.c.id.in_(ids)))}

    def want(self, key: str, item_id: int, lacking: Decimal, where: tuple[int | None, str],
             asker: Asker | None = None) -> Want:
        usual, offers = self._buying[item_id], tuple(self._offers.get(item_id, ()))
        supplier_id, supplier = usual.supplier_id, usual.name or ""
        if supplier_id is None and offers:
            supplier_id, supplier = offers[0].supplier_id, offers[0].supplier
        return Want(key, self._items[item_id], lacking, where[0], where[1], self._figures[item_id],
                    self._sold.get(item_id, (ZERO,) * len(DAYS)), usual.order_multiple, usual.order_minimum,
                    usual.lead_days, supplier_id, supplier, offers, asker)


def sold(connection: Connection, item_ids: Collection[int], today: dt.date) -> dict[int, tuple[Decimal, ...]]:
    """Base units that customers got of each item in the last DAYS, without what they brought back."""
    quantity = case((_d.kind.in_(flow.sales(-1)), -_l.base_quantity), else_=_l.base_quantity)
    sums = [type_coerce(func.sum(case((_d.date > today - dt.timedelta(days=n), quantity), else_=0)), Quantity)
            for n in DAYS]
    return {r[0]: tuple(r[1:]) for r in connection.execute(select(_l.item_id, *sums).join_from(
        document_line, document, _d.id == _l.document_id).where(
        _l.item_id.in_(item_ids), *flow.SOLD, _d.date > today - dt.timedelta(days=DAYS[-1]),
        _d.date <= today).group_by(_l.item_id))}


def arrivals(connection: Connection, until: dt.date | None = None) -> list[Arrival]:
    """Open purchase orders, by the day they are due (and until a day): the late ones first."""
    wish, order_line, order = document_line.alias(), document_line.alias(), document.alias()
    query = select(
        _d.id, _d.number, _d.due_date, partner.c.name.label("supplier"), item.c.name.label("item"), _l.amount,
        _l.base_quantity, _LEFT.label("left"), order.c.number.label("order")).join_from(
        document_line, document, _d.id == _l.document_id).join(item, item.c.id == _l.item_id).outerjoin(
        partner, partner.c.id == _d.partner_id).outerjoin(wish, wish.c.id == _l.source_line_id).outerjoin(
        order_line, order_line.c.id == wish.c.for_line_id).outerjoin(
        order, order.c.id == order_line.c.document_id).where(
        _d.kind == ORDER, _d.status == Status.POSTED, _d.progress != Progress.DONE, _d.reversal_of_id.is_(None),
        _l.base_quantity > _l.fulfilled)
    if until:
        query = query.where(_d.due_date <= until)
    lines: dict[int, list[Any]] = defaultdict(list)
    for r in connection.execute(query.order_by(func.coalesce(_d.due_date, dt.date.max), _d.id, _l.position)):
        lines[r.id].append(r)
    return [_arrival(found) for found in lines.values()]


def _arrival(lines: Sequence[Any]) -> Arrival:
    amount = sum((values.share_of(r.amount or ZERO, r.left, r.base_quantity) for r in lines), ZERO)
    named = "、".join(f"{r.item} {values.grouped(r.left)}" for r in lines[:3])
    first = lines[0]
    return Arrival(first.id, first.number, first.supplier or "", first.due_date, len(lines), named, amount,
                   tuple(dict.fromkeys(r.order for r in lines if r.order)))
