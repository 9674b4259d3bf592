"""What a role or a person is told until it is done or no longer so: raised and cleared in the save that causes it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.flows import notice
from jxc_desktop.services.unit_of_work import Actor, Work
from jxc_desktop.services.upsert import ensure


class Kind(StrEnum):
    REQUEST = "request"
    ARRIVED = "arrived"
    APPROVE = "approve"
    REJECTED = "rejected"
    RULE = "rule"
    ORDER_LATE = "order_late"
    SUPPLIER_LATE = "supplier_late"
    SUPPLIER_SHORT = "supplier_short"
    PRICE_JUMP = "price_jump"
    CREDIT = "credit"
    BELOW_COST = "below_cost"
    SLOW = "slow"
    DEAD = "dead"
    CASH = "cash"


# What each says; its data fills the gaps.
SENTENCES: dict[Kind, str] = {
    Kind.REQUEST: N_("{number}: {count} items to buy for {order}"),
    Kind.ARRIVED: N_("Goods for {number} ({partner}) are there: {items}"),
    Kind.APPROVE: N_("{number} of {maker} waits for approval, level {level}: {total}"),
    Kind.REJECTED: N_("{number} was rejected by {by}: {reason}"),
    Kind.RULE: N_("{number}: {message}"),
    Kind.ORDER_LATE: N_("{number} ({partner}) was promised for {due} and is not delivered"),
    Kind.SUPPLIER_LATE: N_("{number} ({partner}) was due on {due} and has not come"),
    Kind.SUPPLIER_SHORT: N_("{partner} delivered {share} of {number}"),
    Kind.PRICE_JUMP: N_("{item} costs {price} from {partner}, {change} against {before}"),
    Kind.CREDIT: N_("{partner} owes {owed}, the limit is {limit}"),
    Kind.BELOW_COST: N_("{number}: {item} sold for {price}, it costs {cost}"),
    Kind.SLOW: N_("{item}: nothing left for {days} days, worth {value}"),
    Kind.DEAD: N_("{item}: dead stock, nothing left for {days} days, worth {value}"),
    Kind.CASH: N_("Stock is worth {value}, the limit is {limit}"),
}


@dataclass(frozen=True)
class Notice:
    """Told to a `role` or a `person`; `subject` says what it is about, so that the same is told once."""

    kind: Kind
    subject: str
    data: Mapping[str, str | int]
    role: str | None = None
    person: str | None = None
    document_id: int | None = None
    item_id: int | None = None
    warehouse_id: int | None = None
    partner_id: int | None = None


@dataclass(frozen=True)
class NoticeRow:
    """A notice as it is shown; `text` is its sentence, with gaps for `data`."""

    id: int
    kind: Kind
    text: str
    data: dict[str, Any]
    document_id: int | None
    item_id: int | None
    warehouse_id: int | None
    partner_id: int | None
    raised_at: dt.datetime


@dataclass(frozen=True)
class About:
    """The notices that have one of these values in a column of their table."""

    column: str
    values: Collection[Any]


_n = notice.c
_OPEN = _n.cleared_at.is_(None)


@cache
def _open_of(column: str | None) -> Select[Any]:
    """The open notices of some `kinds`, `about` some values of a column. Made once, as saves ask often."""
    found = select(notice).where(_OPEN, _n.kind.in_(bindparam("kinds", expanding=True)))
    return found.where(_n[column].in_(bindparam("about", expanding=True))) if column else found


def settle(work: Work, kinds: Collection[Kind], due: Sequence[Notice], *, about: About | None = None) -> None:
    """Bring the open notices of these kinds to what is due: raise, refresh, clear.

    `about` narrows the open ones that are looked at; what is due must lie within it.
    """
    given = {"kinds": [k.value for k in kinds]} | ({"about": list(about.values)} if about else {})
    known = {(r.kind, r.subject): r for r in work.rows(_open_of(about and about.column), given)}
    wanted = {(n.kind.value, n.subject): n for n in due}
    gone = [r.id for key, r in known.items() if key not in wanted]
    if gone:
        work.connection.execute(update(notice).where(_n.id.in_(gone)).values(cleared_at=work.now))
    for key in known.keys() & wanted.keys():
        if known[key].data != dict(wanted[key].data):
            work.connection.execute(update(notice).where(_n.id == known[key].id).values(data=dict(wanted[key].data)))
    fresh = [wanted[key] for key in sorted(wanted.keys() - known.keys())]
    ensure(work.connection, notice, [{  # another program may be telling the same
        "kind": n.kind.value, "subject": n.subject, "data": dict(n.data), "role": n.role, "person": n.person,
        "document_id": n.document_id, "item_id": n.item_id, "warehouse_id": n.warehouse_id,
        "partner_id": n.partner_id, "raised_at": work.now} for n in fresh])
    if gone or fresh:
        work.changes.add(("notice", 0))


def tell(work: Work, told: Notice) -> None:
    """Raise one notice, unless the same is open."""
    settle(work, [told.kind], [told], about=About("subject", [told.subject]))


def clear(work: Work, kind: Kind, subject: str) -> None:
    """It is done, or no longer so."""
    settle(work, [kind], [], about=About("subject", [subject]))


def open_for(connection: Connection, actor: Actor, now: dt.datetime) -> list[NoticeRow]:
    """What this person should see now, the newest first; who may do everything sees everything."""
    from jxc_desktop.services.access import EVERYTHING

    query = select(notice).where(_OPEN, or_(_n.snoozed_until.is_(None), _n.snoozed_until <= now))
    if not actor.permissions >= EVERYTHING:
        query = query.where(or_(_n.person == actor.name, _n.role == actor.role))
    rows = connection.execute(query.order_by(_n.id.desc()).limit(500))
    return [NoticeRow(r.id, Kind(r.kind), SENTENCES[Kind(r.kind)], r.data, r.document_id, r.item_id, r.warehouse_id,
                      r.partner_id, r.raised_at) for r in rows]


def dismiss(work: Work, notice_id: int) -> None:
    """Somebody has seen to it. Raises NotFound."""
    _mine(work, notice_id)
    work.connection.execute(update(notice).where(_n.id == notice_id).values(
        cleared_at=work.now, cleared_by=work.actor.name))


def snooze(work: Work, notice_id: int, until: dt.datetime) -> None:
    """Not before `until` (UTC). Raises NotFound."""
    _mine(work, notice_id)
    work.connection.execute(update(notice).where(_n.id == notice_id).values(snoozed_until=until))


def _mine(work: Work, notice_id: int) -> None:
    work.require("item.see")
    if not work.connection.scalar(select(_n.id).where(_n.id == notice_id, _OPEN)):
        raise NotFound(what=N_("Notice"), key=notice_id)
    work.changes.add(("notice", notice_id))
