"""The stock ledger: post the difference between what a document asks for and what it has posted.

A first save posts everything, a correction the difference, a void the reverse; twice posts nothing. A move
that is the latest of its item touches only the running sums. One dated earlier replays what came after it
and appends restatements; nothing in the ledger is ever changed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.stock import stock_move
from jxc_desktop.services import balances, ledger, policies, trail
from jxc_desktop.services.balances import Locked
from jxc_desktop.services.bulk import Bulk
from jxc_desktop.services.costing import Pool
from jxc_desktop.services.ledger import History, Moment, Moves, Settlement
from jxc_desktop.services.replay import (
    COUNTS,
    NOTHING,
    Event,
    EventKey,
    Policy,
    PoolKey,
    Replay,
    Worth,
    settle_counts,
)
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

_MOVES = Bulk(insert(stock_move), *(c.name for c in stock_move.c if c.name != "id"))


@dataclass(frozen=True)
class Change:
    """What one document posts in one command: the events it asks for, and the moves it stood for `before`."""

    document_id: int
    posting_id: int
    asked: Mapping[EventKey, Event]
    before: Moves

    def touched(self) -> list[EventKey]:
        """The moves that are new, gone or otherwise than before, in order of effect."""
        return [key for key in sorted(self.asked.keys() | self.before.keys())
                if key not in self.before or key not in self.asked or not self.asked[key].asks_as(self.before[key][0])]


@dataclass
class Plan:
    """Where the replay of each item starts, and what the ledger has from there; nothing for latest moves."""

    starts: dict[int, Moment] = field(default_factory=dict)
    known: History = field(default_factory=History)
    past: set[int] = field(default_factory=set)  # items with later moves
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True)
class Restated:
    """What a posting changed of another document's move."""

    document_id: int
    item_id: int
    quantity: Decimal
    worth: Worth


@dataclass(frozen=True)
class Posted:
    """What a posting did: to other documents, and what the goods cost that left by the document's own lines."""

    restated: list[Restated] = field(default_factory=list)
    costs: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))  # by line id


def post(work: Work, locked: Locked, policy: Policy, change: Change) -> Posted:
    """Append what the document changes, and what follows for later moves; move the running sums."""
    touched = change.touched()
    if not touched:
        return Posted()
    plan = _plan(work, locked, policy, change, touched)
    policy = plan.policy
    events = {key: replace(event) for key, (event, _) in plan.known.events.items() if key not in change.before}
    events |= {key: event for key, event in change.asked.items()
               if key.item_id in plan.starts and (key.moment >= plan.starts[key.item_id])}
    ordered = [events[key] for key in sorted(events)]
    _load_pools(work, locked, policy, plan, ordered)
    on_hand = plan.known.on_hand | {e.key.place: locked.at(e.key.place) for e in ordered
                                    if e.key.item_id not in plan.past}
    settle_counts(on_hand, ordered)
    before = ledger.before(work.connection, policy, ordered, plan.starts, plan.known.events)
    run = Replay(policy, locked.pools, before.origins, before.returns)
    run.used.update(ledger.used_outside(work.connection, ordered, plan.starts))
    run.run(ordered)
    _find_dips(locked, events, plan.known.events)
    rows = list(_rows(events, run.worths, plan.known.events, change, set(touched)))
    rows += _settled_rows(work, run, events, plan)
    _append(work, locked, change.posting_id, rows)
    _sum_up(locked, policy, rows, ordered)
    work.changes.update(("stock", item_id) for item_id in plan.starts)
    done = Posted([Restated(
        r["document_id"], r["item_id"], r["quantity"], Worth(r["value"], r["variance"], r["settled"]))
        for r in rows if r["document_id"] != change.document_id])
    for key in change.asked.keys() & run.worths.keys():
        done.costs[key.line_id] -= run.worths[key].value
    return done


def _plan(work: Work, locked: Locked, policy: Policy, change: Change, touched: Iterable[EventKey]) -> Plan:
    """Read what lies after the first change of each item, and of items made from goods that now cost otherwise."""
    plan = Plan(policy=policy)
    firsts = _firsts(work, policy, change, touched)
    while firsts:
        for item_id, first in firsts.items():
            row = locked.items[item_id]
            if row.last is None or first > row.last:
                plan.starts[item_id] = first
            else:
                if item_id in plan.past:
                    plan.known.forget(item_id)
                plan.past.add(item_id)
                known, plan.starts[item_id] = ledger.history(work.connection, plan.policy, item_id, first)
                plan.known.add(known)
        made = ledger.made_from(work.connection, (e for e, _ in plan.known.events.values()))
        firsts = {item_id: moment for item_id, moment in made.items()
                  if item_id not in plan.starts or moment < plan.starts[item_id]}
        if new := firsts.keys() - locked.items.keys():
            balances.lock_items(work, locked, new)
            plan.policy = policies.of_company(work.connection, {*locked.items, *new})
    return plan


def _firsts(work: Work, policy: Policy, change: Change, touched: Iterable[EventKey]) -> dict[int, Moment]:
    """The earliest moment that changes, by item. A late cost that becomes part of its receipt changes that."""
    firsts: dict[int, Moment] = {}
    late: dict[int, int] = {}
    for key in touched:
        firsts[key.item_id] = min(firsts.get(key.item_id, key.moment), key.moment)
        if policy.late_cost_reposts:
            for event in (change.asked.get(key), change.before[key][0] if key in change.before else None):
                if event and event.basis is Basis.ADJUST and event.origin_line_id:
                    late[event.origin_line_id] = key.item_id
    for line_id, moment in ledger.receipts_of(work.connection, late).items():
        firsts[late[line_id]] = min(firsts[late[line_id]], moment)
    return firsts


def _load_pools(work: Work, locked: Locked, policy: Policy, plan: Plan, ordered: Iterable[Event]) -> None:
    """Pools of items with later moves come from the history; others are read, with the layers that are needed."""
    locked.pools |= plan.known.pools
    for moved in plan.known.events:  # a pool of which nothing is left stays to be emptied
        locked.pools.setdefault(policy.pool_key(moved), policy.new_pool(moved.item_id))
    needs: dict[PoolKey, Decimal | None] = {}
    for event in ordered:
        key = policy.pool_key(event.key)
        if event.key.item_id in plan.past:
            locked.pools.setdefault(key, policy.new_pool(event.key.item_id))
            continue
        needed = needs.setdefault(key, ZERO)
        whole = event.basis in (Basis.ADJUST, Basis.REVALUE, Basis.RECOUNT) or (
            event.quantity < 0 and event.origin_line_id)
        if whole or needed is None:
            needs[key] = None
        elif event.basis is Basis.COUNT:
            needs[key] = needed + locked.at(event.key.place)  # it may all be gone
        else:
            needs[key] = needed - min(event.quantity, ZERO)
    balances.load_pools(work, locked, policy, needs)
    locked.rebuilt |= {key for key in locked.pools if key[0] in plan.past}


def _rows(events: Mapping[EventKey, Event], worths: Mapping[EventKey, Worth], known: Moves, change: Change,
          touched: Collection[EventKey]) -> Iterator[dict[str, Any]]:
    """A ledger row for each event that the document changes, or whose quantity or worth is not what the ledger has."""
    for key in sorted(events.keys() | known.keys()):
        event = events.get(key)
        was = known.get(key)
        quantity = (event.quantity if event else ZERO) - (was[0].quantity if was else ZERO)
        worth = (worths[key] if event else NOTHING).minus(was[1] if was else NOTHING)
        if key in touched:
            yield _row(key, event or change.before[key][0], quantity, worth, own=True, gone=event is None)
        elif quantity or any(worth):
            yield _row(key, event or change.before[key][0], quantity, worth, own=False)


def _row(key: EventKey, event: Event, quantity: Decimal, worth: Worth, *, own: bool,
         gone: bool = False) -> dict[str, Any]:
    said = event if own else Event(key, event.document_id, ZERO, event.basis, origin_line_id=event.origin_line_id)
    return {**key._asdict(), "document_id": event.document_id, "basis": event.basis.value, "restated": not own,
            "quantity": quantity, **worth._asdict(), "stated": said.stated, "measure": said.measure,
            "unit_cost": said.unit_cost, "gone": gone, "origin_line_id": event.origin_line_id}


def _settled_rows(work: Work, run: Replay, events: Mapping[EventKey, Event], plan: Plan) -> Iterator[dict[str, Any]]:
    """What issues from missing stock cost more in the end, where that is not what the ledger has.

    Each row names the line that brought the goods, so that a later replay knows what that one did.
    """
    change: dict[Settlement, Decimal] = defaultdict(Decimal)
    for (line_id, pool, by), amount in run.settled.items():
        if amount:
            change[_settlement(work, run, events, (line_id, pool), by)] += amount
    for told, amount in ledger.settlements(work.connection, plan.known.events).items():
        change[told] -= amount
    for told, amount in sorted(change.items()):
        if amount:
            issue = Event(told.key, told.document_id, ZERO, Basis(told.basis), origin_line_id=told.by)
            yield _row(told.key, issue, ZERO, Worth(ZERO, ZERO, amount), own=False)


def _settlement(work: Work, run: Replay, events: Mapping[EventKey, Event], issue: tuple[int, PoolKey],
                by: int) -> Settlement:
    """The issue may lie before the run; then the ledger knows where."""
    if key := run.issues.get(issue):
        return Settlement(key, by, events[key].document_id, events[key].basis.value)
    line_id, pool = issue
    *_, row = [r for r in ledger.issue_rows(work.connection, [line_id])
               if run.policy.pool_key(EventKey(*r[:7])) == pool]
    return Settlement(EventKey(*row[:7]), by, row.document_id, row.basis)


def _append(work: Work, locked: Locked, posting_id: int, rows: list[dict[str, Any]]) -> None:
    running = {item_id: row.value for item_id, row in locked.items.items()}
    for row in rows:
        key = EventKey(*(row[name] for name in EventKey._fields))
        counted = row["basis"] in COUNTS and not row["restated"]
        after = locked.move(key.place, row["quantity"], counted=counted) if row["quantity"] else ZERO
        running[key.item_id] += row["value"]
        row |= {"posting_id": posting_id, "quantity_after": after, "value_after": running[key.item_id]}
        row["digest"] = trail.digest(row)
    _MOVES.run(work.connection, rows)


def _sum_up(locked: Locked, policy: Policy, rows: Iterable[Mapping[str, Any]], ordered: Iterable[Event]) -> None:
    """The rows of items: sums of what was appended, their latest moment, the cost of the goods that left last."""
    for r in rows:
        item = locked.items[r["item_id"]]
        item.quantity += r["quantity"]
        item.value += r["value"]
        item.touched = True
        item.last = max(item.last or ledger.BEGINNING, (r["effective_at"], r["entry"]))
    for event in ordered:
        if event.quantity < 0:
            locked.items[event.key.item_id].last_cost = locked.pools[policy.pool_key(event.key)].last_cost
    for (item_id, *where), pool in locked.pools.items():
        if where == [0, 0]:
            locked.items[item_id].last_cost = pool.last_cost


def _find_dips(locked: Locked, events: Mapping[EventKey, Event], known: Moves) -> None:
    """Note where the running stock of a place falls below zero between the first change and now.

    A dip that was there before (negative stock was allowed then) counts only where it gets deeper.
    """
    def shelf(key: EventKey) -> Any:
        return key.place[:2]

    def place_in_lots(key: EventKey) -> Any:
        return key.place

    ways: tuple[tuple[Mapping[Any, balances.Balance], Callable[[EventKey], Any]], ...] = (
        (locked.shelves, shelf), (locked.lots, place_in_lots))
    for found, place_of in ways:
        was: defaultdict[Any, Decimal] = defaultdict(Decimal)
        for event, _ in known.values():
            was[place_of(event.key)] -= event.quantity
        was = defaultdict(Decimal, {place: found[place].on_hand + moved for place, moved in was.items()
                                    if place in found})
        now = dict(was)
        for key in sorted(events.keys() | known.keys()):
            place = place_of(key)
            if place not in was:
                continue  # a place this document does not move, or that nothing moved since
            was[place] += known[key][0].quantity if key in known else ZERO
            now[place] += events[key].quantity if key in events else ZERO
            lowest = found[place].dip
            if now[place] < min(ZERO, was[place], lowest[0] if lowest else ZERO):
                found[place].dip = now[place], key.effective_at.date()


def pools_as_of(connection: Connection, policy: Policy, items: Iterable[int],
                through: dt.date) -> dict[PoolKey, Pool]:
    """The pools of items at the end of a day, with today's knowledge."""
    until = dt.datetime.combine(through, dt.time()) + dt.timedelta(days=1)
    found: dict[PoolKey, Pool] = {}
    for item_id in items:
        state, first = ledger.history(connection, policy, item_id, (until, 0), until)
        ordered = [state.events[key][0] for key in sorted(state.events)]
        before = ledger.before(connection, policy, ordered, {item_id: first})
        run = Replay(policy, state.pools, before.origins, before.returns)
        run.used.update(ledger.used_outside(connection, ordered, {item_id: first}))
        run.run(ordered)
        found |= run.pools
    return found

