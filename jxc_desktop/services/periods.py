"""Period close (月结): figures that stand, dates that are locked, and pools from which later replays start.

Nothing dated on or before the last close can be entered, changed or taken back. Savers read the last close with a
share of the table, closing takes the table for itself: nobody posts into a period while it is being closed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, literal, select, text, union_all, update

from jxc_desktop import values
from jxc_desktop.errors import InvalidDraft, PeriodClosed, Problem, UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.base import Money, Quantity
from jxc_desktop.models.records import company
from jxc_desktop.models.stock import cost_layer, cost_pool, period, period_figure, period_pool, posting, stock_move
from jxc_desktop.services import netting, policies, trail
from jxc_desktop.services.costing import Part, Pool
from jxc_desktop.services.replay import PoolKey
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

EARNED = ("in_quantity", "in_value", "out_quantity", "out_value", "variance")
ENTITY = "period"
REASON_LENGTH = 200
WHOLE = (0, 0)  # in place of a warehouse and a lot


class DayToCome(UserError):
    message = N_("{date} is still to come; only what is over can be closed")


class NothingClosed(UserError):
    message = N_("No period is closed")


# Built once: every save asks.
_p = period.c
_LAST = select(period).where(_p.reopened_at.is_(None)).order_by(_p.through.desc()).limit(1)
_THROUGH = _LAST.with_only_columns(_p.through).with_for_update(read=True, key_share=True)


def closed_through(connection: Connection) -> dt.date | None:
    """The last closed day. Until the transaction ends nobody can close another."""
    return connection.scalar(_THROUGH)


def last_close(connection: Connection) -> Row[Any] | None:
    """The row of the last close that stands."""
    return connection.execute(_LAST).first()


def close(work: Work, through: dt.date) -> int:
    """Freeze all figures up to a day and lock it. Raises PeriodClosed, DayToCome. Returns the period's id."""
    work.require("period.close")
    _take_table(work)
    last = last_close(work.connection)
    if last and through <= last.through:
        raise PeriodClosed(date=through, through=last.through)
    if through > dt.date.today():
        raise DayToCome(date=through)
    pools = _pools_at_end(work, through)  # replayed from the last close: ours must not be there yet
    known = work.connection.scalar(select(func.max(posting.c.id)))
    period_id: int = work.connection.execute(insert(period).values(
        through=through, closed_at=work.now, closed_by=work.actor.name, posting_id=known).returning(_p.id)).scalar_one()
    _freeze(work, period_id, last, through)
    _keep(work, period_id, pools)
    _note(work, "close", period_id, through)
    return period_id


def reopen(work: Work, reason: str) -> int:
    """Take back the last close; its figures stay for the comparison with the next one. Raises NothingClosed."""
    work.require("period.reopen")
    reason = reason.strip()
    if not reason or len(reason) > REASON_LENGTH:
        message = N_("{field} is longer than {limit} characters") if reason else N_("{field} is required")
        raise InvalidDraft([Problem("reason", message, None, {"field": N_("Reason"), "limit": REASON_LENGTH})])
    _take_table(work)
    last = last_close(work.connection)
    if last is None:
        raise NothingClosed
    work.connection.execute(update(period).where(_p.id == last.id).values(
        reopened_at=work.now, reopened_by=work.actor.name, reopen_reason=reason))
    _note(work, "reopen", last.id, last.through, (N_("Reason"), None, None, reason))
    return int(last.id)


def _take_table(work: Work) -> None:
    """Waits for the savers under way; those that come see what we have done. SQLite has one writer anyway."""
    if work.on_postgresql:
        work.connection.execute(text("LOCK TABLE period IN EXCLUSIVE MODE"))


def _note(work: Work, action: str, period_id: int, through: dt.date, *more: tuple[str, None, Any, Any]) -> None:
    work.audits.append(trail.Audit(action, ENTITY, period_id, str(through), (
        (N_("Through"), None, None, through), *more)))
    work.changes.add((ENTITY, period_id))


def _freeze(work: Work, period_id: int, last: Row[Any] | None, through: dt.date) -> None:
    """Opening, in, out and closing, per warehouse and (warehouse 0) for the whole company, in one statement."""
    m, f = stock_move.c, period_figure.c
    by_warehouse = work.connection.scalar(select(company.c.cost_level)) == "warehouse"
    since = [m.effective_at >= netting.day_end(last.through)] if last else []
    e = netting.events(m.effective_at < netting.day_end(through), *since).c
    nothing = literal(ZERO, Quantity).label("opening_quantity"), literal(ZERO, Money).label("opening_value")
    parts = [select(e.item_id, e.warehouse_id, *nothing, *netting.in_and_out(e, company=False, values=by_warehouse)),
             select(e.item_id, literal(0), *nothing, *netting.in_and_out(e, company=True))]
    if last:
        parts.append(select(f.item_id, f.warehouse_id, f.closing_quantity, f.closing_value, *(
            literal(ZERO, f[name].type) for name in EARNED)).where(f.period_id == last.id))
    every = union_all(*parts).subquery().c
    sums: dict[str, ColumnElement[Any]] = {
        name: func.sum(every[name], type_=f[name].type) for name in ("opening_quantity", "opening_value", *EARNED)}
    for what in ("quantity", "value"):
        sums[f"closing_{what}"] = sums[f"opening_{what}"] + sums[f"in_{what}"] - sums[f"out_{what}"]
    names = [c.name for c in period_figure.columns if c.name in sums]
    work.connection.execute(insert(period_figure).from_select(
        ["period_id", "item_id", "warehouse_id", *names],
        select(literal(period_id), every.item_id, every.warehouse_id, *(sums[name] for name in names)).group_by(
            every.item_id, every.warehouse_id)))


def _pools_at_end(work: Work, through: dt.date) -> dict[PoolKey, Pool]:
    """As they are, of what did not move since; replayed, of what did."""
    from jxc_desktop.services.posting import pools_as_of  # whose own replays start from what is kept here

    p, run, end = cost_pool.c, work.connection, netting.day_end(through)
    last_at = {r.item_id: r.last_at for r in run.execute(select(p.item_id, p.last_at).where(
        p.warehouse_id == 0, p.lot_id == 0, p.last_at.is_not(None)))}
    later = sorted(i for i, at in last_at.items() if at >= end)
    pools = {key: pool for key, pool in _pools_now(work).items() if key[0] in last_at and last_at[key[0]] < end}
    return pools | pools_as_of(run, policies.of_company(run, later), later, through)


def _pools_now(work: Work) -> dict[PoolKey, Pool]:
    """All pools as they are; an item that has pools of its own is no pool besides."""
    found = {}
    for r in work.rows(select(cost_pool)):
        found[r.item_id, r.warehouse_id, r.lot_id] = Pool(r.quantity, r.value, r.last_cost)
    for item_id in {key[0] for key in found if key[1:] != WHOLE}:
        del found[item_id, *WHOLE]
    for r in work.rows(select(cost_layer).order_by(cost_layer.c.id)):
        found[r.item_id, r.warehouse_id, r.lot_id].layers.append(Part(r.quantity, r.value, r.line_id, r.received_at))
    return found


def _keep(work: Work, period_id: int, pools: Mapping[PoolKey, Pool]) -> None:
    """Where a replay of the open period starts."""
    rows = [{"period_id": period_id, "item_id": item_id, "warehouse_id": warehouse_id, "lot_id": lot_id,
             "quantity": pool.quantity, "value": pool.value, "last_cost": pool.last_cost,
             "layers": [[values.plain(part.quantity), values.plain(part.value), part.line_id,
                         part.received_at.isoformat()] for part in pool.layers]}
            for (item_id, warehouse_id, lot_id), pool in sorted(pools.items())]
    if rows:
        work.connection.execute(insert(period_pool), rows)
