"""What stock moves are worth in their order of effect. Pure functions on plain values.

The result is as if all moves had been made in that order, whenever they were entered: returns come back at the
cost they left with, counts book the difference at their place, late costs go to what is still there then.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.errors import NegativeValue
from jxc_desktop.services.costing import FifoPool, Part, Pool, Settled
from jxc_desktop.values import ZERO

Place = tuple[int, int, int]  # item, warehouse, lot (0: not tracked)
PoolKey = tuple[int, int, int]  # item, warehouse (0: whole company), lot (0: all)


class EventKey(NamedTuple):
    """Identifies a move and orders it: moment, entry order, what is used before what is made, line."""

    effective_at: dt.datetime
    entry: int
    leg: int
    line_id: int
    item_id: int
    warehouse_id: int
    lot_id: int = 0

    @property
    def moment(self) -> tuple[dt.datetime, int]:
        return self.effective_at, self.entry

    @property
    def place(self) -> Place:
        return self.item_id, self.warehouse_id, self.lot_id


@dataclass
class Event:
    """A move of stock and what its document says of it (`document_types.schema.Move`)."""

    key: EventKey
    document_id: int
    quantity: Decimal
    basis: Basis
    stated: Decimal | None = None
    measure: Decimal | None = None
    unit_cost: Decimal | None = None
    origin_line_id: int | None = None

    def asks_as(self, other: "Event") -> bool:
        """Whether both say the same; the quantity of a count is a result."""
        counts = self.basis in COUNTS and other.basis in COUNTS
        return (counts or self.quantity == other.quantity) and (
            self.basis, self.stated, self.measure, self.unit_cost, self.origin_line_id) == (
            other.basis, other.stated, other.measure, other.unit_cost, other.origin_line_id)


COUNTS = (Basis.COUNT, Basis.RECOUNT)
OUTGOING = (Basis.CURRENT, Basis.USED, Basis.TRANSFER)


class Worth(NamedTuple):
    """What a move changes in the value of stock, and what it sends to cost of sales instead.

    `settled` is what an issue that was made from missing stock cost more in the end: told of the ledger's rows and
    of origins, and by a replay in `Replay.settled`.
    """

    value: Decimal
    variance: Decimal = ZERO
    settled: Decimal = ZERO

    def plus(self, other: "Worth") -> "Worth":
        return Worth(*(a + b for a, b in zip(self, other, strict=True)))

    def minus(self, other: "Worth") -> "Worth":
        return Worth(*(a - b for a, b in zip(self, other, strict=True)))


NOTHING = Worth(ZERO)


@dataclass
class Origin:
    """A line that returns, mirrors and late costs refer to: what it moved, and how much of it came back so far.

    `returned` is what customers' returns were worth. Both are rounded cumulatively, so that all undoes all.
    """

    quantity: Decimal = ZERO
    worth: Worth = NOTHING
    back: Decimal = ZERO
    returned: Decimal = ZERO

    def share(self, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Of `quantity` (positive) more coming back: what it had cost in the end, and the variance in that line."""
        if not self.quantity:
            return ZERO, ZERO
        stock, variance, settled = self.worth
        before, self.back = self.back, self.back + quantity
        cost, beside = (values.share_of(whole, self.back, abs(self.quantity))
                        - values.share_of(whole, before, abs(self.quantity))
                        for whole in (stock + variance if self.quantity > 0 else settled - stock, variance))
        return cost, beside

    def bring_back(self, quantity: Decimal) -> Decimal:
        """What `quantity` more of an issue costs when it comes back; goods that were missing then may have
        changed the cost of the issue since the last return."""
        self.back += quantity
        due = values.share_of(self.worth.settled - self.worth.value, self.back, abs(self.quantity)) if self.quantity \
            else self.returned
        more, self.returned = due - self.returned, due
        return more

    def forget(self, quantity: Decimal, cost: Decimal) -> None:
        """A return was itself undone: `quantity` that had come back for `cost` may come back again."""
        self.back -= quantity
        self.returned -= cost


@dataclass(frozen=True)
class Policy:
    """The company's rules of cost, and what the items say."""

    by_warehouse: bool = False
    by_lot: bool = False
    returns_in_at_current: bool = False
    returns_out_at_current: bool = False
    late_cost_reposts: bool = False
    fifo: frozenset[int] = frozenset()  # items
    standard_costs: Mapping[int, Decimal] = field(default_factory=dict)

    def pool_key(self, key: EventKey) -> PoolKey:
        return key.item_id, key.warehouse_id if self.by_warehouse else 0, key.lot_id if self.by_lot else 0

    def new_pool(self, item_id: int) -> Pool:
        cost = values.round_to(self.standard_costs.get(item_id) or ZERO, values.COST_PLACES)
        return (FifoPool if item_id in self.fifo else Pool)(last_cost=cost)


@dataclass
class Replay:
    """A run of events through pools.

    `origins` hold the lines that events refer to and that lie before the first of them, without what these events
    settle of them; `returns` by line which line a return outside this run refers to; `used` what documents outside
    this run used up for what they make. The results are `worths`, and `settled`: by issue that was made from missing
    stock (its line and pool) and by line that brought the goods. `issues` are those of the run.
    """

    policy: Policy
    pools: dict[PoolKey, Pool]
    origins: dict[tuple[int, int], Origin]  # line, lot (where lots are pools)
    returns: dict[int, int] = field(default_factory=dict)
    used: defaultdict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))  # by document
    worths: dict[EventKey, Worth] = field(default_factory=dict)
    settled: defaultdict[tuple[int, PoolKey, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    issues: dict[tuple[int, PoolKey], EventKey] = field(default_factory=dict)
    _under_way: dict[tuple[int, int, int], list[Part]] = field(default_factory=dict)
    _late: defaultdict[tuple[int, int], Origin] = field(default_factory=lambda: defaultdict(Origin))
    _weights: defaultdict[int, list[Event]] = field(default_factory=lambda: defaultdict(list))

    def run(self, events: Iterable[Event]) -> None:
        """Take events, in their order of effect, through the pools."""
        events = list(events)
        for event in events:
            if event.basis is Basis.ADJUST and self.policy.late_cost_reposts and event.origin_line_id:
                late = self._late[self._origin_key(event.origin_line_id, event)]
                late.worth = late.worth.plus(Worth(event.stated or ZERO))
            elif event.basis is Basis.MADE:
                self._weights[event.document_id].append(event)
            elif event.basis in (Basis.RETURN, Basis.GIVEN) and event.origin_line_id:
                self.returns[event.key.line_id] = event.origin_line_id
        for event in events:
            if (key := self._origin_key(event.key.line_id, event)) in self._late:
                self._late[key].quantity += event.quantity
        for event in events:
            pool_key = self.policy.pool_key(event.key)
            if (pool := self.pools.get(pool_key)) is None:
                pool = self.pools[pool_key] = self.policy.new_pool(event.key.item_id)
            worth = self._worth(event, pool)
            self.worths[event.key] = self.worths.get(event.key, NOTHING).plus(worth)
            origin = self.origins.setdefault(self._origin_key(event.key.line_id, event), Origin())
            origin.quantity += event.quantity
            origin.worth = origin.worth.plus(worth)

    def _origin_key(self, line_id: int, event: Event) -> tuple[int, int]:
        return line_id, event.key.lot_id if self.policy.by_lot else 0

    def _worth(self, event: Event, pool: Pool) -> Worth:
        match event.basis:
            case Basis.TRANSFER:
                return self._transfer(event, pool)
            case Basis.COUNT | Basis.RECOUNT:
                return self._count(event, pool)
            case Basis.ADJUST:
                return self._adjust(event, pool)
            case Basis.REVALUE:
                return _revalue(event, pool)
        if event.quantity > 0:
            return self._come_in(event, pool)
        if event.basis in OUTGOING:
            return Worth(-self._issue(event, pool))
        return self._give_back(event, pool)

    # --- in -------------------------------------------------------------------------------------------------

    def _come_in(self, event: Event, pool: Pool) -> Worth:
        variance = ZERO
        origin = self._origin(event)
        if event.basis is Basis.GIVEN and event.stated is not None:
            value = event.stated
        elif event.basis is Basis.MADE:
            value = self._cost_made(event)
        elif origin is not None and event.basis is Basis.ORIGIN:
            value, variance = origin.share(event.quantity)
            variance = -variance
            self._undo_return(event, value)
        elif origin is not None and event.basis is Basis.RETURN:
            value = origin.bring_back(event.quantity)
            if self.policy.returns_in_at_current:
                value = pool.at_current_cost(event.quantity)
        else:
            value = pool.at_current_cost(event.quantity)
        if late := self._late.get(self._origin_key(event.key.line_id, event)):
            value += late.share(event.quantity)[0]  # it was worth more from the start
            if value < 0:
                raise NegativeValue
        return self._receive(event, pool, value).plus(Worth(ZERO, variance))

    def _receive(self, event: Event, pool: Pool, value: Decimal) -> Worth:
        return self._put(event, pool, [Part(event.quantity, value, event.key.line_id, event.key.effective_at)])

    def _put(self, event: Event, pool: Pool, parts: Iterable[Part]) -> Worth:
        variance, value = ZERO, ZERO
        for part in parts:
            settled = pool.receive(part)
            self._note_settled(event, settled)
            extra = sum((s.amount for s in settled), ZERO)
            value, variance = value + part.value - extra, variance + extra
        return Worth(value, variance)

    def _note_settled(self, event: Event, settled: Iterable[Settled]) -> None:
        """The issues that had been made from missing stock learn what the goods cost in the end."""
        for line_id, amount in settled:
            self.settled[line_id, self.policy.pool_key(event.key), event.key.line_id] += amount
            if origin := self.origins.get((line_id, event.key.lot_id if self.policy.by_lot else 0)):
                origin.worth = origin.worth.plus(Worth(ZERO, ZERO, amount))

    def _cost_made(self, event: Event) -> Decimal:
        """The line's share of what its document used up, by weight, and of the fee."""
        made = self._weights[event.document_id]
        shares = values.spread(self.used[event.document_id], [e.measure or ZERO for e in made])
        return shares[[e.key for e in made].index(event.key)] + (event.stated or ZERO)

    # --- out ------------------------------------------------------------------------------------------------

    def _issue(self, event: Event, pool: Pool) -> Decimal:
        parts = self._issued(event, pool)
        value = sum((p.value for p in parts), ZERO)
        if event.basis is Basis.USED:
            self.used[event.document_id] += value
        return value

    def _issued(self, event: Event, pool: Pool) -> list[Part]:
        self.issues[event.key.line_id, self.policy.pool_key(event.key)] = event.key
        return pool.issue(-event.quantity, event.key.line_id, event.key.effective_at)

    def _give_back(self, event: Event, pool: Pool) -> Worth:
        """What the supplier credits or the mirrored line was worth, and the cost does not cover, is variance."""
        quantity, origin = -event.quantity, self._origin(event)
        stated = event.stated if event.basis is Basis.GIVEN else None
        cost = origin.share(quantity)[0] if origin is not None else stated
        if event.basis is Basis.ORIGIN:
            self._undo_return(event, cost or ZERO)
        credit = cost if stated is None else stated
        at_current = self.policy.returns_out_at_current and event.basis is Basis.GIVEN
        self.issues[event.key.line_id, self.policy.pool_key(event.key)] = event.key
        out = pool.give_back(quantity, None if at_current else cost, None if at_current else event.origin_line_id,
                             event.key.line_id, event.key.effective_at)
        return Worth(-out, ZERO if credit is None else out - credit)

    def _undo_return(self, mirror: Event, cost: Decimal) -> None:
        """What a return brought back, or sent back, and its mirror undid, may be returned again."""
        returned = self.returns.get(mirror.origin_line_id or 0)
        if returned and (origin := self.origins.get(self._origin_key(returned, mirror))):
            origin.forget(abs(mirror.quantity), cost)

    def _origin(self, event: Event) -> Origin | None:
        return self.origins.get(self._origin_key(event.origin_line_id, event)) if event.origin_line_id else None

    # --- neither --------------------------------------------------------------------------------------------

    def _transfer(self, event: Event, pool: Pool) -> Worth:
        """Within one pool nothing happens; else what leaves one arrives in the other, part by part."""
        if not self.policy.by_warehouse:
            return NOTHING
        way = event.document_id, event.key.line_id, event.key.lot_id
        if event.quantity < 0:
            parts = self._under_way[way] = self._issued(event, pool)
            return Worth(-sum((p.value for p in parts), ZERO))
        parts = self._under_way.pop(way)
        if isinstance(pool, FifoPool):
            return self._put(event, pool, parts)
        return self._receive(event, pool, sum((p.value for p in parts), ZERO))

    def _count(self, event: Event, pool: Pool) -> Worth:
        worth = NOTHING
        if event.quantity > 0:
            found = pool.at_current_cost(event.quantity) if event.unit_cost is None else values.money(
                values.product(event.quantity, event.unit_cost))
            worth = self._receive(event, pool, found)
        elif event.quantity < 0:
            worth = Worth(-self._issue(event, pool))
        if event.basis is Basis.RECOUNT and event.unit_cost is not None:
            change = pool.revalue_at(event.unit_cost, event.key.line_id, event.key.effective_at)
            worth = worth.plus(Worth(change))
        return worth

    def _adjust(self, event: Event, pool: Pool) -> Worth:
        """Late cost: the part of goods that are still here goes to them, the rest to cost of sales."""
        origin = self._origin(event)
        if self.policy.late_cost_reposts or origin is None or not origin.quantity:
            return NOTHING
        amount, line_id = event.stated or ZERO, event.origin_line_id or 0
        here = values.share_of(amount, pool.left_of(line_id, origin.quantity), origin.quantity)
        if here:
            pool.add_value(line_id, here)
        return Worth(here, amount - here)


def _revalue(event: Event, pool: Pool) -> Worth:
    change = event.stated
    if change is None:
        change = values.money(values.product(pool.quantity, event.unit_cost or ZERO)) - pool.value
    pool.revalue(change)
    return Worth(change)


def settle_counts(on_hand: dict[Place, Decimal], events: Iterable[Event]) -> None:
    """Give each count the difference between what was counted and what is there at its place in the order."""
    for event in events:
        here = on_hand.get(event.key.place, ZERO)
        if event.basis in COUNTS:
            event.quantity = (event.measure or ZERO) - here
        on_hand[event.key.place] = here + event.quantity
