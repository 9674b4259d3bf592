"""The stock desk: what to pick, what comes today, what is begun, what is short, what only lies there."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Basis, Section, Status, nothing
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, unit, warehouse
from jxc_desktop.models.stock import cost_pool, stock_move
from jxc_desktop.services import catalog
from jxc_desktop.services.queries import stock
from jxc_desktop.services.queries.desks import buying, flow, selling
from jxc_desktop.services.queries.desks.buying import Arrival
from jxc_desktop.services.queries.desks.flow import DraftRow
from jxc_desktop.services.queries.desks.selling import OrderRow, State
from jxc_desktop.services.queries.stock import AlertRow
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import ZERO

COUNT, MOST_DRAFTS = "stock_count", 30
SOON = dt.timedelta(days=7)  # how far ahead the warehouse looks
_GOODS = [k for k in document_types.ALL if (k.section is Section.STOCK or k.settles is not nothing) and k.key != COUNT]
_d, _l, _p, _m = document.c, document_line.c, cost_pool.c, stock_move.c


@dataclass(frozen=True)
class Counting:
    """A count that goes on: so many of its lines are counted."""

    id: int
    warehouse: str
    date: dt.date
    lines: int
    counted: int


@dataclass(frozen=True)
class Idle:
    """Goods of which nothing left for `days`; their worth only for who may see it."""

    item_id: int
    code: str
    name: str
    quantity: Decimal
    unit: str
    days: int
    value: Decimal | None


@dataclass(frozen=True)
class StockDesk:
    ready: list[OrderRow]
    arrivals: list[Arrival]
    drafts: list[DraftRow]
    alerts: list[AlertRow]
    counts: list[Counting]
    idle: list[Idle]
    pending: flow.Pending


def desk(connection: Connection, today: dt.date, actor: Actor) -> StockDesk:
    """What was begun is what moves goods; values are told to those who may see costs."""
    ready = [row for row in selling.orders(connection) if row.state is not State.WAITING]
    return StockDesk(ready, buying.arrivals(connection, today + SOON),
                     flow.drafts(connection, _GOODS, actor, MOST_DRAFTS), stock.alerts(connection), counts(connection),
                     idle(connection, today, costs=actor.may("see_cost")), flow.pending(connection, today))


def counts(connection: Connection) -> list[Counting]:
    """Counts that are not posted."""
    return [Counting(*r) for r in connection.execute(select(
        _d.id, func.coalesce(warehouse.c.name, ""), _d.date, func.count(_l.id), func.count(_l.quantity)).outerjoin_from(
        document, warehouse, warehouse.c.id == _d.warehouse_id).outerjoin(
        document_line, _l.document_id == _d.id).where(_d.kind == COUNT, _d.status == Status.DRAFT).group_by(
        _d.id, warehouse.c.name, _d.date).order_by(_d.id))]


def idle(connection: Connection, today: dt.date, *, costs: bool) -> list[Idle]:
    """Goods that lie longer than the company thinks good, those that bind the most money first.

    Who may not see money finds what lies longest first.
    """
    slow = catalog.the_company(connection).values["slow_days"]
    left = select(_m.effective_at).where(
        _m.item_id == _p.item_id, _m.quantity < 0, _m.basis.in_((Basis.CURRENT.value, Basis.USED.value))).order_by(
        _m.effective_at.desc()).limit(1).scalar_subquery()
    came = select(func.min(_m.effective_at)).where(_m.item_id == _p.item_id).scalar_subquery()
    since = func.coalesce(left, came).label("since")
    lying = select(_p.item_id, _p.quantity, _p.value, since).where(
        _p.warehouse_id == 0, _p.lot_id == 0, _p.quantity > 0).subquery()
    found = [Idle(r.item_id, r.code, r.name, r.quantity, r.unit, (today - r.since.date()).days,
                  r.value if costs else None) for r in connection.execute(select(
        lying, item.c.code, item.c.name, unit.c.name.label("unit")).join_from(
        lying, item, item.c.id == lying.c.item_id).join(unit, unit.c.id == item.c.unit_id).where(
        lying.c.since < dt.datetime.combine(today, dt.time()) - dt.timedelta(days=slow)))]
    return sorted(found, key=lambda row: (-(row.value or ZERO), -row.days, row.code))
