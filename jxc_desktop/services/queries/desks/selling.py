"""The sales desk: what can be delivered now and what cannot yet, who has not ordered for long, sales by day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, or_, select, type_coerce

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Progress, Promise, Status
from jxc_desktop.models.base import Money, Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner
from jxc_desktop.services.followups import DELIVERY
from jxc_desktop.services.queries.desks import flow
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import ZERO

QUIET = (30, 60, 90)
TREND, MOST = 30, 200
_d, _l = document.c, document_line.c
_LEFT = type_coerce(_l.base_quantity - _l.fulfilled, Quantity)
_ORDERS = [k.key for k in document_types.ALL if k.promise is Promise.RESERVED]
_COMING = [k.key for k in document_types.ALL if k.promise is Promise.ON_ORDER]


class State(StrEnum):
    READY = "ready"  # all that is open is held
    PARTLY = "partly"
    WAITING = "waiting"


@dataclass(frozen=True)
class OrderRow:
    """A customer's order that is not delivered. `expected`: when the last of its goods should be there."""

    id: int
    number: str
    customer: str
    date: dt.date
    due: dt.date | None
    total: Decimal
    lines: int
    items: str
    state: State
    expected: dt.date | None
    draft_id: int | None  # a delivery note that is begun
    made_by: str

    def late(self, today: dt.date) -> int:
        return max((today - self.due).days, 0) if self.due else 0


@dataclass(frozen=True)
class QuietCustomer:
    """Somebody who used to buy. `bought`: what in the last year."""

    id: int
    name: str
    last: dt.date
    bought: Decimal


class Trend(NamedTuple):
    """What a customer bought in the last TREND days, and in those before."""

    id: int
    name: str
    now: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True)
class SalesDesk:
    orders: list[OrderRow]
    quiet: list[QuietCustomer]
    trend: list[Trend]
    by_day: list[tuple[dt.date, Decimal]]
    pending: flow.Pending
    receivable: Decimal


def desk(connection: Connection, today: dt.date, of: Actor | None) -> SalesDesk:
    """`of`: the orders of one person only."""
    return SalesDesk(orders(connection, of), quiet(connection, today), trend(connection, today),
                     by_day(connection, today), flow.pending(connection, today),
                     flow.owed(connection, Account.RECEIVABLE))


def orders(connection: Connection, of: Actor | None = None) -> list[OrderRow]:
    """Open orders, the oldest promise first."""
    query = select(
        _d.id, _d.number, _d.date, _d.due_date, _d.total, _d.created_by, _d.employee_id, _d.warehouse_id,
        partner.c.name.label("customer"), _l.item_id, item.c.name.label("item"), item.c.stocked, _LEFT.label("left"),
        _l.reserved).join_from(document_line, document, _d.id == _l.document_id).join(
        item, item.c.id == _l.item_id).outerjoin(partner, partner.c.id == _d.partner_id).where(
        _d.kind.in_(_ORDERS), _d.status == Status.POSTED, _d.progress != Progress.DONE, _d.reversal_of_id.is_(None),
        _l.base_quantity > _l.fulfilled).order_by(
        func.coalesce(_d.due_date, dt.date.max), _d.date, _d.id, _l.position)
    lines: dict[int, list[Any]] = defaultdict(list)
    for r in connection.execute(query):
        lines[r.id].append(r)
    coming, begun = _coming(connection), _begun(connection)
    rows = []
    for order_id, found in lines.items():
        expected = _expected(found, coming)  # also for others' orders: they take what comes in their turn
        if of is None or found[0].created_by == of.name or (of.employee_id and found[0].employee_id == of.employee_id):
            rows.append(_row(found, expected, begun.get(order_id)))
    return rows


def _row(lines: Sequence[Any], expected: dt.date | None, draft_id: int | None) -> OrderRow:
    first = lines[0]
    lacking = [r for r in lines if r.stocked and r.reserved < r.left]
    some = any(r.reserved or not r.stocked for r in lines)
    state = State.READY if not lacking else State.PARTLY if some else State.WAITING
    return OrderRow(first.id, first.number, first.customer or "", first.date, first.due_date, first.total, len(lines),
                    "、".join(r.item for r in (lacking or lines)[:3]), state, expected, draft_id, first.created_by)


def _coming(connection: Connection) -> dict[tuple[int, int], list[list[Any]]]:
    """[day, base units] that orders bring to each shelf, by day; days that nobody knows are left out."""
    place = func.coalesce(_d.destination_id, _d.warehouse_id).label("place")
    found: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)
    for r in connection.execute(select(_l.item_id, place, _d.due_date, _LEFT.label("left")).join_from(
            document_line, document, _d.id == _l.document_id).where(
            _d.kind.in_(_COMING), _d.status == Status.POSTED, _d.reversal_of_id.is_(None), _d.due_date.is_not(None),
            _d.progress != Progress.DONE, _l.base_quantity > _l.fulfilled).order_by(_d.due_date, _d.id)):
        found[r.item_id, r.place].append([r.due_date, r.left])
    return found


def _expected(lines: Sequence[Any], coming: dict[tuple[int, int], list[list[Any]]]) -> dt.date | None:
    """Take what an order lacks from what comes; the day when the last of it does, None if it does not."""
    last, complete = None, True
    for r in lines:
        missing = r.left - r.reserved if r.stocked else ZERO
        for arrival in coming[r.item_id, r.warehouse_id]:
            taken = min(missing, arrival[1])
            if taken > ZERO:
                missing, arrival[1] = missing - taken, arrival[1] - taken
                last = max(last or arrival[0], arrival[0])
        complete = complete and missing <= ZERO
    return last if complete else None


def _begun(connection: Connection) -> dict[int, int]:
    """The draft of a delivery note that each order has."""
    source = document_line.alias()
    return {r.order_id: r.id for r in connection.execute(select(
        source.c.document_id.label("order_id"), _d.id).distinct().join_from(
        document_line, document, _d.id == _l.document_id).join(source, source.c.id == _l.source_line_id).where(
        _d.kind == DELIVERY, _d.status == Status.DRAFT).order_by(_d.id.desc()))}


def quiet(connection: Connection, today: dt.date) -> list[QuietCustomer]:
    """Customers without an order or a delivery for QUIET[0] days, those who bought the most in front."""
    sales = flow.sales(1)
    bought = type_coerce(func.sum(case((
        _d.kind.in_(sales) & (_d.date > today - dt.timedelta(days=365)), _d.total), else_=0)), Money).label("bought")
    last = func.max(_d.date).label("last")
    return [QuietCustomer(*r) for r in connection.execute(select(partner.c.id, partner.c.name, last, bought).join_from(
        document, partner, partner.c.id == _d.partner_id).where(
        or_(_d.kind.in_(sales), _d.kind.in_(_ORDERS)), _d.reversal_of_id.is_(None),
        _d.status.in_((Status.POSTED, Status.CLOSED)), partner.c.active).group_by(partner.c.id, partner.c.name).having(
        last <= today - dt.timedelta(days=QUIET[0])).order_by(bought.desc()).limit(MOST))]


def trend(connection: Connection, today: dt.date) -> list[Trend]:
    """Customers whose purchases grew or fell in the last TREND days, the largest changes first."""
    middle, first = (today - dt.timedelta(days=TREND * n) for n in (1, 2))
    now, before = (type_coerce(func.sum(case((those, flow.TURNOVER), else_=0)), Money)
                   for those in (_d.date > middle, _d.date <= middle))
    found = [Trend(*r) for r in connection.execute(select(partner.c.id, partner.c.name, now, before).join_from(
        document, partner, partner.c.id == _d.partner_id).where(
        *flow.SOLD, _d.date > first, _d.date <= today).group_by(partner.c.id, partner.c.name))]
    return sorted((t for t in found if t.change), key=lambda t: (-abs(t.change), t.id))[:MOST]


def by_day(connection: Connection, today: dt.date, days: int = 30) -> list[tuple[dt.date, Decimal]]:
    """What customers got, less what they brought back."""
    first = today - dt.timedelta(days=days - 1)
    amount = type_coerce(func.sum(flow.TURNOVER), Money).label("amount")
    sold: dict[dt.date, Decimal] = {r.date: r.amount for r in connection.execute(select(_d.date, amount).where(
        *flow.SOLD, _d.date >= first, _d.date <= today).group_by(_d.date))}
    return [(first + dt.timedelta(days=n), sold.get(first + dt.timedelta(days=n), ZERO)) for n in range(days)]
