"""The stock ledger: post the difference between what a document asks for and what it has posted.

A first save posts everything, a correction the difference, a void the reverse; twice posts nothing. A move
that is the latest of its item touches only the running sums. One dated earlier replays what came after it
and appends value-only restatements; nothing in the ledger is ever changed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, insert, select, tuple_, update

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.stock import cost_pool, stock_balance, stock_move
from jxc_desktop.services import costing, trail
from jxc_desktop.services.costing import Event, EventKey, Origin, Pool, Worth
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.services.upsert import ensure
from jxc_desktop.values import ZERO

Place = tuple[int, int]  # item, warehouse
Moves = dict[EventKey, tuple[Event, Worth]]


@dataclass
class Balance:
    """A locked row of stock_balance: the figures as they will be committed."""

    on_hand: Decimal
    reserved: Decimal
    on_order: Decimal
    moved: Decimal = ZERO  # what this command changes of on_hand
    dip: tuple[Decimal, dt.date] | None = None  # the lowest later stock below zero, and its day

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass
class PoolRow:
    """A locked row of cost_pool; `last` is the place of the item's latest move."""

    pool: Pool
    last: tuple[dt.datetime, int] | None
    touched: bool = False


@dataclass
class Locked:
    """The running sums a command holds until it commits, locked in sorted order."""

    balances: dict[Place, Balance] = field(default_factory=dict)
    pools: dict[int, PoolRow] = field(default_factory=dict)

    @property
    def moved_items(self) -> set[int]:
        """Items of which this command changed the stock somewhere."""
        return {item for (item, _), balance in self.balances.items() if balance.moved}


# Built once: building a statement costs a save more than running it.
_p, _b = cost_pool.c, stock_balance.c
_POOLS = select(cost_pool).where(_p.item_id.in_(bindparam("items", expanding=True))).order_by(
    _p.item_id).with_for_update()
_BALANCES = select(stock_balance).where(tuple_(_b.item_id, _b.warehouse_id).in_(
    bindparam("places", expanding=True))).order_by(_b.item_id, _b.warehouse_id).with_for_update()
_SET_POOL = update(cost_pool).where(_p.item_id == bindparam("i"), _p.warehouse_id == 0)
_SET_BALANCE = update(stock_balance).where(_b.item_id == bindparam("i"), _b.warehouse_id == bindparam("w"))


def lock(work: Work, places: Iterable[Place]) -> Locked:
    """Lock pools, then balances, in one order for every program, so that locks never cross."""
    wanted = sorted(set(places))
    if not wanted:
        return Locked()
    items = sorted({item for item, _ in wanted})
    pools = _locked_rows(work, _POOLS, {"items": items}, lambda: ensure(
        work, cost_pool, [{"item_id": i, "warehouse_id": 0} for i in items]))
    balances = _locked_rows(work, _BALANCES, {"places": wanted}, lambda: ensure(
        work, stock_balance, [{"item_id": i, "warehouse_id": w, "lot_id": 0} for i, w in wanted]))
    return Locked(
        {(r.item_id, r.warehouse_id): Balance(r.on_hand, r.reserved, r.on_order) for r in balances},
        {r.item_id: PoolRow(Pool(r.quantity, r.value, r.last_cost),
                            (r.last_at, r.last_entry) if r.last_at else None) for r in pools})


def _locked_rows(work: Work, query: Select[Any], given: Mapping[str, Sequence[Any]],
                 make: Callable[[], None]) -> Sequence[Any]:
    """The rows that are asked for, one for each; `make` makes those that are missing."""
    [expected] = map(len, given.values())
    rows = work.rows(query, given)
    if len(rows) < expected:
        make()
        rows = work.rows(query, given)
    return rows


def store(work: Work, locked: Locked) -> None:
    """Write the running sums back."""
    if locked.balances:
        work.connection.execute(_SET_BALANCE, [
            {"i": i, "w": w, "on_hand": row.on_hand, "reserved": row.reserved, "on_order": row.on_order}
             for (i, w), row in locked.balances.items()])
    pools = {i: row for i, row in locked.pools.items() if row.touched}
    if pools:
        work.connection.execute(_SET_POOL, [
            {"i": i, "quantity": row.pool.quantity, "value": row.pool.value, "last_cost": row.pool.last_cost,
             "last_at": row.last and row.last[0], "last_entry": row.last and row.last[1]}
            for i, row in pools.items()])


def recorded(work: Work, document_id: int) -> Moves:
    """The moves a document stands for in the ledger now: corrections and restatements added up."""
    return _net(work.rows(_summed(stock_move.c.document_id == document_id)))


def post(work: Work, locked: Locked, posting_id: int, wanted: Iterable[Event], before: Moves) -> None:
    """Append what brings the ledger from `before` to the `wanted` events, and move the running sums."""
    asked = {event.key: event for event in wanted}
    changed: dict[int, list[EventKey]] = defaultdict(list)
    for key in sorted(asked.keys() | before.keys()):
        past = before.get(key)
        if past is None or key not in asked or _differs(asked[key], past[0]):
            changed[key.item_id].append(key)
    rows: list[dict[str, Any]] = []
    for item_id, keys in changed.items():
        rows += _post_item(work, locked, _ItemChange(item_id, keys[0], asked, before))
    for row in rows:
        row["posting_id"] = posting_id
        row["digest"] = trail.digest(row)
    if rows:
        work.connection.execute(insert(stock_move), rows)
    work.changes.update(("stock", item_id) for item_id in changed)


@dataclass(frozen=True)
class _ItemChange:
    """What a document changes of one item; `first` is the earliest changed move."""

    item_id: int
    first: EventKey
    asked: Mapping[EventKey, Event]
    before: Moves


def _post_item(work: Work, locked: Locked, change: _ItemChange) -> list[dict[str, Any]]:
    row, first = locked.pools[change.item_id], change.first
    latest = row.last is None or (first.effective_at, first.entry) > row.last
    if latest and row.pool.quantity >= 0:
        known: Moves = {}
        pool = row.pool
    else:
        pool, known = _history(work, change.item_id, first)
    events = {key: event for key, (event, _) in known.items() if key not in change.before}
    events |= {key: event for key, event in change.asked.items()
               if key.item_id == change.item_id and (key >= first or key in known)}
    ordered = [events[key] for key in sorted(events)]
    if known:
        _find_dips(locked, change.item_id, events, known)
    value_before = row.pool.value
    worths = costing.replay(pool, ordered, _origins(work, change.item_id, ordered, first))
    if ordered and (row.last is None or latest or known):
        row.last = max(ordered[-1].key[:2], row.last or ordered[-1].key[:2])
    rows = _rows(locked, events, worths, known)
    for made in rows:
        value_before += made["value"]
        made["value_after"] = value_before
    row.pool, row.touched = pool, True
    return rows


def _rows(locked: Locked, events: Mapping[EventKey, Event], worths: Mapping[EventKey, Worth],
          known: Moves) -> list[dict[str, Any]]:
    """A ledger row for each event whose quantity or worth is not what the ledger has."""
    rows = []
    for key in sorted(events.keys() | known.keys()):
        event = events.get(key) or known[key][0]
        past, worth = known.get(key), worths.get(key, Worth(ZERO))
        quantity = (event.quantity if key in events else ZERO) - (past[0].quantity if past else ZERO)
        value = worth.value - (past[1].value if past else ZERO)
        variance = worth.variance - (past[1].variance if past else ZERO)
        if not (quantity or value or variance):
            continue
        after = ZERO  # the place of a restated move need not be locked, and its stock does not change
        if quantity:
            balance = locked.balances[key.item_id, key.warehouse_id]
            balance.on_hand += quantity
            balance.moved += quantity
            after = balance.on_hand
        rows.append({**key._asdict(), "document_id": event.document_id, "basis": event.basis.value,
                     "restated": not quantity, "quantity": quantity, "value": value, "variance": variance,
                     "origin_line_id": event.origin_line_id, "quantity_after": after})
    return rows


def _differs(a: Event, b: Event) -> bool:
    return a.quantity != b.quantity or a.basis != b.basis or (a.basis is Basis.GIVEN and a.stated != b.stated)


_m = stock_move.c
_order = (_m.effective_at, _m.entry, _m.line_id)
_sums = (func.sum(_m.quantity).label("quantity"), func.sum(_m.value).label("value"),
         func.sum(_m.variance).label("variance"))


def _summed(condition: Any) -> Select[Any]:
    """Moves added up per event and basis, in order of effect; a correction may have changed the basis."""
    keys = (*_order, _m.leg, _m.item_id, _m.warehouse_id)
    about = (_m.document_id, _m.basis, _m.origin_line_id)
    return select(*keys, *about, *_sums).where(condition).group_by(*keys, *about).order_by(*keys, func.max(_m.id))


def _net(rows: Iterable[Any]) -> Moves:
    found: Moves = {}
    for r in rows:
        key = EventKey(r.effective_at, r.entry, r.line_id, r.leg, r.item_id, r.warehouse_id)
        quantity, worth = r.quantity, Worth(r.value, r.variance)
        if key in found:
            event, past = found[key]
            quantity, worth = quantity + event.quantity, worth.plus(past)
        basis = Basis(r.basis)
        stated = abs(worth.value + worth.variance) if basis is Basis.GIVEN else None
        found[key] = Event(key, r.document_id, quantity, basis, stated, r.origin_line_id), worth
    return {key: made for key, made in found.items() if made[0].quantity or any(made[1])}  # not corrected away


def _history(work: Work, item_id: int, first: EventKey) -> tuple[Pool, Moves]:
    """The pool just before `first` and all moves from there; all history if stock was missing just then."""
    mine = _m.item_id == item_id
    earlier = and_(mine, tuple_(*_order) < tuple(first[:3]))
    state = work.connection.execute(select(*_sums).where(earlier)).one()
    quantity = state.quantity or ZERO
    last = None if quantity else _last_before(work, earlier)
    if quantity < 0 or (last and last.quantity > 0):
        return Pool(), _net(work.rows(_summed(mine)))
    pool = Pool(quantity, state.value or ZERO)
    if last:
        pool.last_cost = values.divide(last.value, last.quantity, values.COST_PLACES)
    return pool, _net(work.rows(_summed(and_(mine, tuple_(*_order) >= tuple(first[:3])))))


def _last_before(work: Work, earlier: Any) -> Any:
    """What took the stock to zero: the goods that left last, or those that filled a shortage."""
    return work.connection.execute(select(*_sums).where(earlier, _m.basis != Basis.TRANSFER).group_by(*_order).having(
        func.sum(_m.quantity) != ZERO).order_by(*(column.desc() for column in _order)).limit(1)).first()


def _origins(work: Work, item_id: int, events: Sequence[Event], first: EventKey) -> dict[int, Origin]:
    """The lines before `first` that the events return to, with what came back of them before it."""
    lines = {e.origin_line_id for e in events if e.origin_line_id} - {e.key.line_id for e in events}
    if not lines:
        return {}
    of_item, moment = _m.item_id == item_id, (_m.effective_at, _m.entry)
    origins = {}
    for r in work.rows(select(_m.line_id, *moment, *_sums).where(of_item, _m.line_id.in_(lines)).group_by(
            _m.line_id, *moment).having(func.sum(_m.quantity) != ZERO)):
        back = work.connection.scalar(select(func.sum(_m.quantity)).where(
            of_item, _m.origin_line_id == r.line_id, tuple_(*moment) > (r.effective_at, r.entry),
            tuple_(*_order) < tuple(first[:3])))
        origins[r.line_id] = Origin(r.quantity, Worth(r.value, r.variance), abs(back or ZERO))
    return origins


def _find_dips(locked: Locked, item_id: int, events: Mapping[EventKey, Event], known: Moves) -> None:
    """Note where the running stock of a warehouse falls below zero between the first change and now.

    A dip that was there before (negative stock was allowed then) counts only where it gets deeper.
    """
    balances = {w: b for (i, w), b in locked.balances.items() if i == item_id}
    was = {w: b.on_hand - sum(e.quantity for e, _ in known.values() if e.key.warehouse_id == w)
           for w, b in balances.items()}
    now = dict(was)
    for key in sorted(events.keys() | known.keys()):
        warehouse = key.warehouse_id
        if warehouse not in balances:
            continue  # a warehouse this document does not move
        was[warehouse] += known[key][0].quantity if key in known else ZERO
        now[warehouse] += events[key].quantity if key in events else ZERO
        lowest = balances[warehouse].dip
        if now[warehouse] < min(ZERO, was[warehouse], lowest[0] if lowest else ZERO):
            balances[warehouse].dip = now[warehouse], key.effective_at.date()
