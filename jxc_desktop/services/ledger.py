"""Reading the stock ledger back as events: what documents ask for now, and what that is worth by now."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select, tuple_

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.stock import period, period_pool, stock_move
from jxc_desktop.services.costing import Part, Pool
from jxc_desktop.services.replay import Event, EventKey, Origin, Place, Policy, PoolKey, Worth
from jxc_desktop.values import ZERO

Moment = tuple[dt.datetime, int]
Moves = dict[EventKey, tuple[Event, Worth]]
BEGINNING: Moment = (dt.datetime.min, 0)

_m = stock_move.c
_KEY = (_m.effective_at, _m.entry, _m.leg, _m.line_id, _m.item_id, _m.warehouse_id, _m.lot_id)
_sums = (func.sum(_m.quantity).label("quantity"), func.sum(_m.value).label("value"))
_worths = (func.sum(_m.variance).label("variance"), func.sum(_m.settled).label("settled"))
_ROWS = select(*_KEY, _m.document_id, _m.basis, _m.restated, _m.quantity, _m.value, _m.variance, _m.settled, _m.stated,
               _m.measure, _m.unit_cost, _m.gone, _m.origin_line_id).order_by(*_KEY[:4], _m.lot_id, _m.id)
_IS_RETURN = and_(_m.basis.in_((Basis.RETURN, Basis.GIVEN)), _m.origin_line_id.is_not(None), ~_m.restated, ~_m.gone)
_LAST_CLOSE = select(period.c.id, period.c.through).where(period.c.reopened_at.is_(None)).order_by(
    period.c.through.desc()).limit(1)
_OF_DOCUMENT = _ROWS.where(_m.document_id == bindparam("document"))


def recorded(connection: Connection, document_id: int) -> Moves:
    """The moves a document stands for in the ledger now: corrections and restatements added up."""
    return net(connection.execute(_OF_DOCUMENT, {"document": document_id}))


def net(rows: Iterable[Any]) -> Moves:
    """Events from ledger rows in order of effect: the rows of each add up, its own last row says what it asks for.

    What was settled of them is told apart, by `settlements`.
    """
    found: Moves = {}
    own: dict[EventKey, Any] = {}
    for r in rows:
        key = EventKey(*r[:7])
        event, worth = found.get(key) or (Event(key, r.document_id, ZERO, Basis(r.basis)), Worth(ZERO))
        event.quantity += r.quantity
        found[key] = event, Worth(worth.value + r.value, worth.variance + r.variance)
        if not r.restated:
            own[key] = r
    for key, r in own.items():
        if r.gone:
            del found[key]
            continue
        event = found[key][0]
        event.basis, event.stated, event.measure = Basis(r.basis), r.stated, r.measure
        event.unit_cost, event.origin_line_id = r.unit_cost, r.origin_line_id
    return found


@dataclass
class History:
    """Pools and stock just before some moment of each item, and all events from there."""

    pools: dict[PoolKey, Pool] = field(default_factory=dict)
    on_hand: dict[Place, Decimal] = field(default_factory=dict)
    events: Moves = field(default_factory=dict)

    def add(self, other: "History") -> None:
        self.pools |= other.pools
        self.on_hand |= other.on_hand
        self.events |= other.events

    def forget(self, item_id: int) -> None:
        """For an item that has to be read again from an earlier moment: then it may not have all these pools."""
        self.pools = {key: pool for key, pool in self.pools.items() if key[0] != item_id}
        self.on_hand = {place: quantity for place, quantity in self.on_hand.items() if place[0] != item_id}


def history(connection: Connection, policy: Policy, item_id: int, first: Moment,
            until: dt.datetime | None = None) -> tuple[History, Moment]:
    """From `first` on, or from another moment at which the pools are known: the last close, or the beginning.

    Also tells that moment: all events from there are in the history.
    """
    found = None if item_id in policy.fifo else _summed(connection, policy, item_id, first)
    if found is None:
        found, first = _opening(connection, policy, item_id)
    condition = and_(_m.item_id == item_id, tuple_(_m.effective_at, _m.entry) >= first)
    if until is not None:
        known = or_(_m.effective_at < until, _m.basis == Basis.ADJUST) if policy.late_cost_reposts \
            else _m.effective_at < until  # a late cost is part of its receipt, whenever it became known
        condition = and_(condition, known)
    found.events = net(connection.execute(_ROWS.where(condition)))
    return found, first


def _summed(connection: Connection, policy: Policy, item_id: int, first: Moment) -> History | None:
    """Averages follow from sums; None where goods were missing just then, or a shortage was filled to zero."""
    found = History()
    earlier = and_(_m.item_id == item_id, tuple_(_m.effective_at, _m.entry) < first)
    for r in connection.execute(select(_m.warehouse_id, _m.lot_id, *_sums).where(earlier).group_by(
            _m.warehouse_id, _m.lot_id)):
        place = item_id, r.warehouse_id, r.lot_id
        found.on_hand[place] = r.quantity
        pool = found.pools.setdefault(policy.pool_key(EventKey(*first, 0, 0, *place)), policy.new_pool(item_id))
        pool.quantity, pool.value = pool.quantity + r.quantity, pool.value + r.value
    for key, pool in found.pools.items():
        if pool.quantity < 0:
            return None
        if not pool.quantity:
            last = _last_before(connection, policy, earlier, key)
            if last and last.quantity > 0:
                return None
            if last:
                pool.last_cost = values.divide(last.value, last.quantity, values.COST_PLACES)
    return found


def _last_before(connection: Connection, policy: Policy, earlier: Any, pool: PoolKey) -> Any:
    """What took a pool to zero: the goods that left last, or those that filled a shortage."""
    here = earlier if policy.by_warehouse else and_(earlier, _m.basis != Basis.TRANSFER)
    if policy.by_warehouse:
        here = and_(here, _m.warehouse_id == pool[1])
    if policy.by_lot:
        here = and_(here, _m.lot_id == pool[2])
    return connection.execute(select(*_sums).where(here).group_by(*_KEY).having(
        func.sum(_m.quantity) != ZERO).order_by(*(column.desc() for column in _KEY)).limit(1)).first()


def _opening(connection: Connection, policy: Policy, item_id: int) -> tuple[History, Moment]:
    """The pools at the last close, and the moment from which moves count; the beginning where none was closed."""
    found = History()
    closed = connection.execute(_LAST_CLOSE).first()
    if closed is None:
        return found, BEGINNING
    start = dt.datetime.combine(closed.through, dt.time()) + dt.timedelta(days=1)
    for r in connection.execute(select(period_pool).where(
            period_pool.c.period_id == closed.id, period_pool.c.item_id == item_id)):
        pool = found.pools[item_id, r.warehouse_id, r.lot_id] = policy.new_pool(item_id)
        pool.quantity, pool.value, pool.last_cost = r.quantity, r.value, r.last_cost
        pool.layers.extend(Part(Decimal(quantity), Decimal(value), line_id, dt.datetime.fromisoformat(at))
                           for quantity, value, line_id, at in r.layers)
    for r in connection.execute(select(_m.warehouse_id, _m.lot_id, _sums[0]).where(
            _m.item_id == item_id, _m.effective_at < start).group_by(_m.warehouse_id, _m.lot_id)):
        found.on_hand[item_id, r.warehouse_id, r.lot_id] = r.quantity
    return found, (start, 0)


@dataclass
class Before:
    """What the events of a run refer to and that lies before them."""

    origins: dict[tuple[int, int], Origin] = field(default_factory=dict)  # by line, and lot where lots are pools
    returns: dict[int, int] = field(default_factory=dict)  # of returns that events undo: the line that came back


def before(connection: Connection, policy: Policy, events: Iterable[Event], starts: Mapping[int, Moment],
           known: Collection[EventKey] = ()) -> Before:
    """The lines that events refer to and that lie before the start of their item, with what came back until then.

    What the lines of the events, or of those that the ledger knows from there, settled of them is left out.
    """
    events, found = list(events), Before()
    here = {e.key.line_id for e in events}
    replayed = here | {key.line_id for key in known}
    wanted: dict[int, set[int]] = defaultdict(set)
    undone: dict[int, int] = {}
    for e in events:
        if e.origin_line_id and e.origin_line_id not in here:
            wanted[e.key.item_id].add(e.origin_line_id)
            if e.basis is Basis.ORIGIN:
                undone[e.origin_line_id] = e.key.item_id
    if undone:
        found.returns = {r[0]: r[1] for r in connection.execute(select(_m.line_id, _m.origin_line_id).where(
            _m.line_id.in_(undone), _IS_RETURN))}
        for line_id, origin_id in found.returns.items():
            wanted[undone[line_id]].add(origin_id)
    for item_id, lines in wanted.items():
        _read_origins(connection, policy, and_(_m.item_id == item_id, tuple_(_m.effective_at, _m.entry) < starts[
            item_id]), lines, replayed, found.origins)
    return found


def _read_origins(connection: Connection, policy: Policy, earlier: Any, lines: Collection[int],
                  replayed: Collection[int], found: dict[tuple[int, int], Origin]) -> None:
    def origin(line_id: int, lot_id: int) -> Origin:
        return found.setdefault((line_id, lot_id if policy.by_lot else 0), Origin())

    for r in connection.execute(select(_m.line_id, _m.origin_line_id, _m.lot_id, _m.basis, *_sums, *_worths).where(
            earlier, or_(_m.line_id.in_(lines), _m.origin_line_id.in_(lines))).group_by(
            _m.line_id, _m.origin_line_id, _m.lot_id, _m.basis)):
        if r.line_id in lines:
            mine = origin(r.line_id, r.lot_id)
            mine.quantity += r.quantity
            settled = ZERO if r.origin_line_id in replayed else r.settled
            mine.worth = mine.worth.plus(Worth(r.value, r.variance, settled))
        if r.origin_line_id in lines:
            mine = origin(r.origin_line_id, r.lot_id)
            mine.back += abs(r.quantity)
            mine.returned += r.value + r.variance if r.basis == Basis.RETURN else ZERO
    came_back = select(_m.line_id, _m.origin_line_id).where(
        _m.origin_line_id.in_(lines), _IS_RETURN).distinct().subquery().c
    for undone in connection.execute(select(came_back.origin_line_id, _m.lot_id, *_sums, _worths[0]).where(
            earlier, _m.basis == Basis.ORIGIN, _m.origin_line_id == came_back.line_id).group_by(
            came_back.origin_line_id, _m.lot_id)):
        origin(undone.origin_line_id, undone.lot_id).forget(abs(undone.quantity), -undone.value - undone.variance)


def made_from(connection: Connection, events: Iterable[Event]) -> dict[int, Moment]:
    """What was made by documents that used some of these events' goods: the earliest moment by item."""
    using = {e.document_id for e in events if e.basis is Basis.USED}
    made: dict[int, Moment] = {}
    if using:
        for r in connection.execute(select(_m.item_id, _m.effective_at, _m.entry).where(
                _m.document_id.in_(using), _m.basis == Basis.MADE).group_by(
                _m.item_id, _m.effective_at, _m.entry).having(func.sum(_m.quantity) != ZERO)):  # not where it once was
            made[r.item_id] = min(made.get(r.item_id, (r.effective_at, r.entry)), (r.effective_at, r.entry))
    return made


def used_outside(connection: Connection, events: Iterable[Event], starts: Mapping[int, Moment]) -> dict[int, Decimal]:
    """What documents that make something used up outside these runs, of other items or earlier, at its cost by now."""
    making = {e.document_id for e in events if e.basis is Basis.MADE}
    found: dict[int, Decimal] = defaultdict(Decimal)
    if making:
        for r in connection.execute(select(
                _m.document_id, _m.item_id, _m.effective_at, _m.entry, func.sum(_m.value).label("value")).where(
                _m.document_id.in_(making), _m.basis == Basis.USED).group_by(
                _m.document_id, _m.item_id, _m.effective_at, _m.entry)):
            start = starts.get(r.item_id)
            if start is None or (r.effective_at, r.entry) < start:
                found[r.document_id] -= r.value
    return found


def receipts_of(connection: Connection, line_ids: Collection[int]) -> dict[int, Moment]:
    """When the goods of these lines came, by what their documents say now."""
    return {r.line_id: (r.effective_at, r.entry) for r in connection.execute(select(
        _m.line_id, _m.effective_at, _m.entry).where(_m.line_id.in_(line_ids)).group_by(
        _m.line_id, _m.effective_at, _m.entry).having(func.sum(_m.quantity) != ZERO))} if line_ids else {}


class Settlement(NamedTuple):
    """That line `by` brought goods which issue `key` had taken before they were there."""

    key: EventKey
    by: int
    document_id: int
    basis: str


def settlements(connection: Connection, events: Collection[EventKey]) -> dict[Settlement, Decimal]:
    """What these moves settled, or had settled of them, and by how much that made the issues dearer."""
    if not events:
        return {}
    lines = {key.line_id for key in events}
    found = connection.execute(select(
        *_KEY, _m.origin_line_id, _m.document_id, _m.basis, func.sum(_m.settled)).where(
        _m.item_id.in_({key.item_id for key in events}), _m.settled != ZERO).group_by(
        *_KEY, _m.origin_line_id, _m.document_id, _m.basis))
    return {told: r[-1] for r in found
            if r[-1] and ((told := Settlement(EventKey(*r[:7]), *r[7:10])).by in lines or told.key in events)}


def issue_rows(connection: Connection, line_ids: Collection[int]) -> Iterable[Any]:
    """Where each of these issues stands now, whatever was corrected: the last of its own rows comes last."""
    return connection.execute(_ROWS.where(_m.line_id.in_(line_ids), _m.leg == 0, ~_m.restated, ~_m.gone).order_by(
        None).order_by(_m.id))
