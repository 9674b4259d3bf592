"""How many documents wait at each step, of every type at once; what counts as sold."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Draft, Progress, Status
from jxc_desktop.models.documents import document
from jxc_desktop.models.stock import partner_balance
from jxc_desktop.values import ZERO

OPEN = "open"  # an order that stands and is not done; the other states are those of Status
Pending = Mapping[tuple[str, str], "Count"]


class Count(NamedTuple):
    """Documents of a type in a state; `late` were promised for a day that is over."""

    number: int = 0
    late: int = 0


_d, _b = document.c, partner_balance.c


def pending(connection: Connection, today: dt.date) -> Pending:
    """By (type, state): drafts, what waits for approval, orders that are open."""
    late = func.sum(case((_d.due_date < today, 1), else_=0)).label("late")
    rows = connection.execute(select(_d.kind, _d.status, func.count().label("number"), late).where(
        _d.reversal_of_id.is_(None), or_(_d.status.in_((Status.DRAFT, Status.SUBMITTED)), and_(
            _d.status == Status.POSTED, _d.progress.in_((Progress.OPEN, Progress.PARTLY))))).group_by(
        _d.kind, _d.status))
    return {(r.kind, OPEN if r.status == Status.POSTED else r.status): Count(r.number, r.late) for r in rows}


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
