"""What waits at each step, of every type at once; what counts as sold."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, DocumentType, Draft, Progress, Status
from jxc_desktop.models.documents import document
from jxc_desktop.models.records import partner, warehouse
from jxc_desktop.models.stock import partner_balance
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.values import ZERO

OPEN = "open"  # an order that stands and is not done; the other states are those of Status
Pending = Mapping[tuple[str, str], "Count"]


class Count(NamedTuple):
    """Documents of a type in a state; `late` were promised for a day that is over."""

    number: int = 0
    late: int = 0


@dataclass(frozen=True)
class DraftRow:
    """What somebody began; `total` is None for who may not see it."""

    id: int
    kind: str
    partner: str
    warehouse: str
    date: dt.date
    made_by: str
    total: Decimal | None


_d, _b = document.c, partner_balance.c


def pending(connection: Connection, today: dt.date) -> Pending:
    """By (type, state): drafts, what waits for approval, orders that are open."""
    late = func.sum(case((_d.due_date < today, 1), else_=0)).label("late")
    rows = connection.execute(select(_d.kind, _d.status, func.count().label("number"), late).where(
        _d.reversal_of_id.is_(None), or_(_d.status.in_((Status.DRAFT, Status.SUBMITTED)), and_(
            _d.status == Status.POSTED, _d.progress.in_((Progress.OPEN, Progress.PARTLY))))).group_by(
        _d.kind, _d.status))
    return {(r.kind, OPEN if r.status == Status.POSTED else r.status): Count(r.number, r.late) for r in rows}


def drafts(connection: Connection, kinds: Collection[DocumentType], actor: Actor, limit: int) -> list[DraftRow]:
    """Drafts of these types, the newest first."""
    priced = {k.key for k in kinds if may_see_total(k, actor)}
    return [DraftRow(r.id, r.kind, r.partner or "", r.warehouse or "", r.date, r.created_by,
                     r.total if r.kind in priced else None)
            for r in connection.execute(select(
                _d.id, _d.kind, partner.c.name.label("partner"), warehouse.c.name.label("warehouse"), _d.date,
                _d.created_by, _d.total).outerjoin_from(document, partner, partner.c.id == _d.partner_id).outerjoin(
                warehouse, warehouse.c.id == _d.warehouse_id).where(
                _d.kind.in_([k.key for k in kinds]), _d.status == Status.DRAFT).order_by(_d.id.desc()).limit(limit))]


def may_see_total(kind: DocumentType, actor: Actor) -> bool:
    amount = kind.column("amount")
    return bool(kind.priced and amount and (not amount.permission or actor.may(amount.permission)))


def sales(sign: int) -> list[str]:
    """The types by which customers get goods (1), or bring them back (-1)."""
    probe = Draft("", {"total": Decimal(1), "partner_id": 1})
    return [k.key for k in document_types.ALL for e in k.settles(probe)
            if e.account is Account.RECEIVABLE and e.amount * sign > 0]


# What customers got and brought back; a mirror and its original cancel each other.
SOLD = (_d.kind.in_((*sales(1), *sales(-1))), _d.status.in_((Status.POSTED, Status.REVERSED)))
TURNOVER = case((_d.kind.in_(sales(-1)), -_d.total), else_=_d.total)


def owed(connection: Connection, account: Account) -> Decimal:
    """What all partners owe us, or we them."""
    return connection.scalar(select(func.sum(_b.amount)).where(_b.account == account)) or ZERO
