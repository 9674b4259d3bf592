"""What moves are worth, on plain values: small worked examples of every rule, and what holds for any history."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop import values
from jxc_desktop.document_types.schema import Basis
from jxc_desktop.errors import NegativeValue, NothingToRevalue
from jxc_desktop.services.costing import FifoPool, Part, Pool
from jxc_desktop.services.replay import COUNTS, Event, EventKey, Origin, Policy, Replay, Worth, settle_counts

ITEM, MADE = 1, 2
MAIN, BRANCH = 1, 2
FIFO = frozenset({ITEM})
NOON = dt.datetime(2026, 1, 1, 12)
METHODS = pytest.mark.parametrize("fifo", [frozenset(), FIFO], ids=["average", "fifo"])


@dataclass
class Book:
    """Moves written one after the other; each is a document of one line, whose number is returned."""

    policy: Policy = field(default_factory=Policy)
    events: list[Event] = field(default_factory=list)
    lines: int = 0

    def move(self, quantity: Any, basis: Basis = Basis.CURRENT, stated: Any = None, *, at: int | None = None,
             leg: int = 0, item: int = ITEM, warehouse: int = MAIN, lot: int = 0, line: int | None = None,
             document: int | None = None, **more: Any) -> int:
        if line is None:
            self.lines += 1
        number = line or self.lines
        key = EventKey(NOON + dt.timedelta(days=at or 0), document or number, leg, number, item, warehouse, lot)
        more = {name: D(value) if isinstance(value, str) else value for name, value in more.items()}
        self.events.append(Event(key, document or number, D(quantity), basis,
                                 None if stated is None else D(stated), **more))
        return number

    def receive(self, quantity: Any, value: Any = None, **more: Any) -> int:
        return self.move(quantity, Basis.CURRENT if value is None else Basis.GIVEN, value, **more)

    def issue(self, quantity: Any, **more: Any) -> int:
        return self.move(-D(quantity), **more)

    def transfer(self, quantity: Any, source: int = MAIN, target: int = BRANCH, **more: Any) -> int:
        line = self.move(-D(quantity), Basis.TRANSFER, warehouse=source, **more)
        return self.move(quantity, Basis.TRANSFER, warehouse=target, leg=1, line=line, **more)

    def count(self, counted: Any, unit_cost: str | None = None, revalue: bool = False, **more: Any) -> int:
        return self.move(0, Basis.RECOUNT if revalue else Basis.COUNT, measure=D(counted), unit_cost=unit_cost, **more)

    def run(self) -> Replay:
        """All that was written, in its order of effect."""
        ordered = sorted((replace(e) for e in self.events), key=lambda e: e.key)
        settle_counts({}, ordered)
        found = Replay(self.policy, {}, {})
        found.run(ordered)
        return found

    def worths(self) -> list[tuple[D, D, D]]:
        """(value, variance, settled) of each line, in the order of writing; transfers as one."""
        sums: dict[int, Worth] = {}
        run = self.run()
        for line_id, worth in [*((key.line_id, worth) for key, worth in run.worths.items()),
                               *((line, Worth(D(0), D(0), amount)) for (line, *_), amount in run.settled.items())]:
            sums[line_id] = sums.get(line_id, Worth(D(0))).plus(worth)
        return [tuple(sums[line]) for line in range(1, self.lines + 1)]  # type: ignore[misc]

    def values(self) -> list[D]:
        return [value for value, *_ in self.worths()]

    def pool(self, warehouse: int = 0, lot: int = 0, item: int = ITEM) -> Pool:
        return self.run().pools[item, warehouse, lot]

    def layers(self, **where: int) -> list[tuple[D, D]]:
        return [(part.quantity, part.value) for part in self.pool(**where).layers]


def book(fifo: frozenset[int] = frozenset(), **policy: Any) -> Book:
    return Book(Policy(fifo=fifo, **policy))


# --- taking parts ------------------------------------------------------------------------------------------------


@METHODS
def test_issues_take_their_share_and_the_last_takes_the_rest(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(3, "10.00")
    for _ in range(3):
        b.issue(1)
    assert b.values() == [10, D("-3.33"), D("-3.34"), D("-3.33")]
    assert (b.pool().quantity, b.pool().value, b.pool().last_cost) == (0, 0, D("3.330000"))


def test_an_average_mixes_what_layers_keep_apart() -> None:
    for fifo, expected in ((frozenset(), [-30, -40]), (FIFO, [-15, -42.5])):
        b = book(fifo)
        b.receive(2, 20)
        b.receive(4, 100)
        b.issue("1.5")
        b.issue(2)
        assert b.values()[2:] == expected
    assert b.layers() == [(D("2.5"), D("62.50"))]


def test_a_half_cent_is_rounded_up_however_the_unit_cost_repeats() -> None:
    """0.01 over 3, 1.5 of them: exactly half a cent; 0.00333… x 1.5 would fall short of it."""
    b = book()
    b.receive(3, "0.01")
    b.receive("1.5")
    assert b.values()[-1] == D("0.01")


def test_the_current_cost_when_nothing_is_there_is_that_of_the_goods_that_left_last() -> None:
    for fifo, left in ((frozenset(), D("13.333333")), (FIFO, D("20"))):
        b = book(fifo)
        b.receive(2, 20)
        b.receive(1, 20)
        b.issue(3)
        b.receive(6)
        assert b.pool().last_cost == left
        assert b.values()[-1] == values.money(left * 6)


def test_before_the_first_goods_it_is_the_standard_cost() -> None:
    b = book(standard_costs={ITEM: D("1.2345675")})
    b.receive(10)
    assert b.values() == [D("12.35")]
    b = book()
    b.receive(10)
    assert b.values() == [0]


# --- missing stock -----------------------------------------------------------------------------------------------


@METHODS
def test_missing_goods_leave_at_an_estimate_and_the_next_receipt_settles_it(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(10, 100)
    b.issue(12)  # 2 missing, estimated at 10 each
    assert b.layers() == [(-2, -20)]
    b.receive(5, 60)  # 2 of them settle: 24 against 20
    assert b.worths() == [(100, 0, 0), (-120, 0, 4), (56, 4, 0)]
    assert (b.pool().quantity, b.pool().value) == (3, 36)


def test_the_estimate_is_the_cost_of_the_goods_touched_last() -> None:
    for fifo, estimate in ((frozenset(), D(15)), (FIFO, D(20))):
        b = book(fifo)
        b.receive(1, 10)
        b.receive(1, 20)
        b.issue(3)
        assert b.values()[-1] == -30 - estimate


def test_the_estimate_is_not_rounded_before_it_is_multiplied() -> None:
    b = book()
    b.receive(3, "10.00")
    b.issue(30003)
    assert b.values()[-1] == -100010


def test_issues_from_before_the_run_are_settled_by_their_line() -> None:
    b = book()
    b.receive(1, 10)
    b.issue(3)
    first = b.run()
    b.events = []
    b.receive(5, 60)
    rest = Replay(b.policy, first.pools, first.origins)
    rest.run(b.events)
    assert {(line, by): amount for (line, _, by), amount in rest.settled.items()} == {(2, 3): 4}
    assert list(rest.worths.values()) == [Worth(D(56), D(4))]
    assert rest.origins[2, 0].worth == Worth(D(-30), D(0), D(4))


@METHODS
def test_shortages_are_settled_oldest_first(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(1, 10)
    b.issue(3)  # 2 missing at 10
    b.receive(1, 12)  # settles one: variance 2
    b.issue(1)  # one more missing, at the last known cost: the first receipt's
    b.receive(3, 45)
    assert b.worths() == [(10, 0, 0), (-30, 0, 7), (10, 2, 0), (-10, 0, 5), (35, 10, 0)]
    assert b.pool().value == 15


@METHODS
def test_a_receipt_that_fills_a_shortage_exactly_sets_the_last_cost(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.issue(2)  # never seen: worth nothing
    b.receive(1, 8)  # leaves one open: nothing is known yet
    assert b.pool().last_cost == 0
    b.receive(1, 30)
    b.receive(1)
    assert b.worths() == [(0, 0, 38), (0, 8, 0), (0, 30, 0), (30, 0, 0)]


# --- returns -----------------------------------------------------------------------------------------------------


@METHODS
def test_customer_returns_come_back_at_the_cost_they_left_with(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(3, "10.00")
    sold = b.issue(3)
    b.receive(1, 100)
    for _ in range(3):
        b.move(1, Basis.RETURN, origin_line_id=sold)
    assert b.values()[3:] == [D("3.33"), D("3.34"), D("3.33")]


def test_a_return_goes_to_the_back_of_the_queue() -> None:
    b = book(FIFO)
    b.receive(2, 20)
    sold = b.issue(1)
    b.receive(1, 30)
    b.move(1, Basis.RETURN, origin_line_id=sold)
    assert b.layers() == [(1, 10), (1, 30), (1, 10)]


def test_a_return_brings_back_what_was_settled_since() -> None:
    b = book()
    sold = b.issue(2)
    b.receive(5, 60)
    b.move(1, Basis.RETURN, origin_line_id=sold)
    assert b.values()[-1] == 12


def test_by_policy_or_without_origin_goods_come_back_at_the_current_cost() -> None:
    b = book(returns_in_at_current=True)
    b.receive(2, 20)
    sold = b.issue(1)
    b.receive(1, 30)
    b.move(1, Basis.RETURN, origin_line_id=sold)
    b.move(1, Basis.RETURN)
    assert b.values()[3:] == [20, 20]


def test_supplier_returns_leave_at_the_cost_of_their_receipt() -> None:
    for fifo in (frozenset[int](), FIFO):
        b = book(fifo)
        b.receive(10, 100)
        dear = b.receive(10, 200)
        b.move(-4, Basis.GIVEN, origin_line_id=dear)
        assert b.worths()[-1] == (-80, 0, 0)
    assert b.layers() == [(10, 100), (6, 120)]


def test_of_a_receipt_that_is_used_up_the_front_of_the_queue_goes_back() -> None:
    b = book(FIFO)
    first = b.receive(2, 20)
    b.issue(1)
    b.receive(5, 100)
    b.move(-2, Basis.GIVEN, origin_line_id=first)  # the one left of it, and one of the next
    assert b.worths()[-1] == (-30, 10, 0)


def test_a_receipt_that_filled_a_shortage_goes_back_at_what_it_cost() -> None:
    b = book(standard_costs={ITEM: D(10)})
    b.issue(1)
    first = b.receive(5, 60)  # 48 enter the stock, 2 are variance
    b.receive(5, 70)
    b.move(-4, Basis.GIVEN, origin_line_id=first)
    assert b.worths()[1:] == [(58, 2, 0), (70, 0, 0), (-48, 0, 0)]


@METHODS
def test_what_the_supplier_credits_otherwise_is_variance(fifo: frozenset[int]) -> None:
    b = book(fifo)
    bought = b.receive(10, 100)
    b.receive(10, 200)
    b.move(-4, Basis.GIVEN, 30, origin_line_id=bought)
    assert b.worths()[-1] == (-40, 10, 0)


def test_a_stated_credit_without_receipt_is_the_cost_that_leaves_an_average() -> None:
    b = book()
    b.receive(10, 100)
    b.move(-4, Basis.GIVEN, 30)
    assert (b.worths()[-1], b.pool().value) == ((-30, 0, 0), 70)
    b = book(FIFO)
    b.receive(10, 100)
    b.move(-4, Basis.GIVEN, 30)
    assert b.worths()[-1] == (-40, 10, 0)


def test_a_supplier_return_that_would_empty_or_overdraw_takes_the_average() -> None:
    b = book()
    bought = b.receive(10, 100)
    b.issue(5)
    b.receive(5, 100)
    b.issue(4)
    b.move(-6, Basis.GIVEN, origin_line_id=bought)
    assert (b.worths()[-1], b.pool().value) == ((-90, 30, 0), 0)
    b = book()
    dear = b.receive(10, 1000)
    b.receive(90, 0)
    b.issue(80)
    b.move(-10, Basis.GIVEN, origin_line_id=dear)
    assert b.worths()[-1] == (-100, -900, 0)


def test_by_policy_supplier_returns_leave_at_the_current_cost() -> None:
    for fifo, out in ((frozenset(), 60), (FIFO, 40)):
        b = book(fifo, returns_out_at_current=True)
        b.receive(10, 100)
        dear = b.receive(10, 200)
        b.move(-4, Basis.GIVEN, 80, origin_line_id=dear)
        assert b.worths()[-1] == (-out, out - 80, 0)


@METHODS
def test_a_mirror_takes_value_and_variance_back(fifo: frozenset[int]) -> None:
    b = book(fifo)
    bought = b.receive(10, 100)
    returned = b.move(-4, Basis.GIVEN, 30, origin_line_id=bought)
    b.move(4, Basis.ORIGIN, origin_line_id=returned)
    assert b.worths()[1:] == [(-40, 10, 0), (40, -10, 0)]


def test_returns_of_an_issue_before_the_run_go_on_from_what_came_back() -> None:
    b = book()
    b.receive(3, "10.00")
    sold = b.issue(3)
    b.move(1, Basis.RETURN, origin_line_id=sold)
    first = b.run()
    b.events = []
    b.move(1, Basis.RETURN, origin_line_id=sold)
    rest = Replay(b.policy, first.pools, first.origins)
    rest.run(b.events)
    assert [w.value for w in rest.worths.values()] == [D("3.34")]


# --- transfers ---------------------------------------------------------------------------------------------------


@METHODS
def test_within_one_pool_a_transfer_changes_nothing(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(3, 10)
    b.transfer(2)
    assert b.run().worths == {e.key: Worth(D(10) if i == 0 else D(0)) for i, e in enumerate(b.events)}


@METHODS
def test_between_pools_what_leaves_arrives(fifo: frozenset[int]) -> None:
    b = book(fifo, by_warehouse=True)
    b.receive(3, "10.00")
    b.receive(1, 6)
    b.receive(1, 100, warehouse=BRANCH)
    b.transfer("3.5")
    found = [w.value for k, w in b.run().worths.items() if k.line_id == 4]
    assert found == ([D("-14.00"), D("14.00")] if not fifo else [D("-13.00"), D("13.00")])
    assert b.pool(warehouse=MAIN).value + b.pool(warehouse=BRANCH).value == 116
    if fifo:
        assert b.layers(warehouse=MAIN) == [(D("0.5"), 3)]
        assert b.layers(warehouse=BRANCH) == [(1, 100), (3, 10), (D("0.5"), 3)]


def test_a_transfer_settles_what_is_missing_where_it_arrives() -> None:
    b = book(by_warehouse=True)
    b.receive(4, 40)
    b.issue(1, warehouse=BRANCH)
    b.transfer(2)
    assert b.worths()[1:] == [(0, 0, 10), (-10, 10, 0)]


# --- counts ------------------------------------------------------------------------------------------------------


@METHODS
def test_a_count_books_the_difference_at_its_place(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(10, 100)
    b.count(8)
    b.count(11)
    b.count(12, "7")
    b.receive(5, 50, at=-1)  # learnt later: the counts stand
    assert b.values()[:4] == [100, -70, 30, 7]
    assert (b.pool().quantity, b.pool().value) == (12, 117)


def test_a_recount_gives_all_that_is_there_one_cost() -> None:
    for fifo in (frozenset[int](), FIFO):
        b = book(fifo)
        b.receive(4, 40)
        b.receive(4, 80)
        b.count(6, "11.111", revalue=True)
        assert b.pool().value == D("66.67")
    assert b.layers() == [(6, D("66.67"))]


def test_an_empty_shelf_stays_without_value() -> None:
    b = book()
    b.receive(4, 40)
    b.count(0, "11", revalue=True)
    assert (b.values()[-1], b.pool().value) == (-40, 0)


# --- cost that is known later ------------------------------------------------------------------------------------


def test_late_cost_goes_to_what_is_left_and_the_rest_to_cost_of_sales() -> None:
    for fifo, here in ((frozenset(), D("7.50")), (FIFO, D("2.50"))):
        b = book(fifo)
        first = b.receive(4, 40)
        b.receive(2, 30)
        b.issue(3)
        b.move(0, Basis.ADJUST, "10.00", origin_line_id=first)
        assert b.worths()[-1] == (here, 10 - here, 0)
    assert b.layers() == [(1, D("12.50")), (2, 30)]


def test_late_cost_of_a_small_receipt_stays_in_a_large_stock() -> None:
    b = book()
    b.receive(8, 80)
    small = b.receive(2, 20)
    b.issue(5)
    b.move(0, Basis.ADJUST, "10.00", origin_line_id=small)
    assert b.worths()[-1] == (10, 0, 0)


def test_by_policy_late_cost_is_part_of_the_receipt() -> None:
    b = book(late_cost_reposts=True)
    first = b.receive(4, 40)
    b.issue(3)
    b.move(0, Basis.ADJUST, "10.00", origin_line_id=first)
    assert b.worths() == [(50, 0, 0), (D("-37.50"), 0, 0), (0, 0, 0)]


def test_late_credit_does_not_make_stock_worth_less_than_nothing() -> None:
    b = book()
    first = b.receive(4, 40)
    b.move(0, Basis.ADJUST, "-40.01", origin_line_id=first)
    with pytest.raises(NegativeValue):
        b.run()


def test_revaluation_states_a_cost_or_a_change() -> None:
    b = book(FIFO)
    b.receive(1, 10)
    b.receive(2, 20)
    b.move(0, Basis.REVALUE, "1.00")
    b.move(0, Basis.REVALUE, unit_cost="12.333333")
    assert b.values()[2:] == [1, 6]
    assert b.layers() == [(1, D("12.33")), (2, D("24.67"))]


@pytest.mark.parametrize(("change", "error"), [("-10.01", NegativeValue), ("1", NothingToRevalue)])
def test_what_cannot_be_revalued(change: str, error: type[Exception]) -> None:
    b = book()
    b.receive(1, 10)
    if error is NothingToRevalue:
        b.issue(1)
    b.move(0, Basis.REVALUE, change)
    with pytest.raises(error):
        b.run()


# --- making things, and pools of their own -----------------------------------------------------------------------


@METHODS
def test_what_is_made_costs_what_was_used_and_the_fee(fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(3, "10.00")
    job = 50
    b.move(-2, Basis.USED, document=job)
    b.move(1, Basis.MADE, "0.33", item=MADE, leg=1, measure="1", document=job)
    b.move(5, Basis.MADE, "0.67", item=MADE, leg=1, measure="2", document=job)
    assert b.values()[1:] == [D("-6.67"), D("2.55"), D("5.12")]
    assert b.pool(item=MADE).value == D("6.67") + 1


FINENESS: list[tuple[dict[str, bool], dict[tuple[int, int], tuple[int, int]]]] = [
    ({}, {(0, 0): (4, 70)}),
    ({"by_lot": True}, {(0, 7): (3, 30), (0, 8): (1, 40)}),
    ({"by_warehouse": True}, {(MAIN, 0): (2, 35), (BRANCH, 0): (2, 35)}),
    ({"by_warehouse": True, "by_lot": True}, {(MAIN, 7): (1, 10), (MAIN, 8): (1, 40), (BRANCH, 7): (2, 20)}),
]


@pytest.mark.parametrize(("policy", "pools"), FINENESS)
def test_pools_are_as_fine_as_the_company_says(policy: dict[str, bool], pools: dict[Any, Any]) -> None:
    b = book(**policy)
    b.receive(3, 30, lot=7)
    b.receive(1, 40, lot=8)
    b.transfer(2, lot=7)
    assert {key[1:]: (p.quantity, p.value) for key, p in b.run().pools.items()} == pools


# --- what holds for any history ----------------------------------------------------------------------------------

QUANTITIES = st.decimals("0.0001", "99", places=4)
VALUES = st.decimals("0", "9999", places=2)
STEPS = st.lists(st.tuples(st.sampled_from(["receive", "receive", "free", "issue", "issue", "transfer", "return",
                                            "credit", "count", "late"]),
                           QUANTITIES, VALUES, st.sampled_from([MAIN, BRANCH]), st.integers(0, 5)), max_size=14)
POLICIES = st.builds(Policy, by_warehouse=st.booleans(), returns_in_at_current=st.booleans(),
                     returns_out_at_current=st.booleans(), late_cost_reposts=st.booleans(),
                     fifo=st.sampled_from([frozenset[int](), FIFO]),
                     standard_costs=st.sampled_from([{}, {ITEM: D("1.5")}]))
Steps = list[tuple[str, D, D, int, int]]


def written(policy: Policy, steps: Steps) -> Book:
    """A history of these steps; returns and late costs name the latest line of their kind, as much as is left of it."""
    b = Book(policy)
    bought: list[list[Any]] = []
    sold: list[list[Any]] = []
    for do, quantity, value, warehouse, at in steps:
        where: dict[str, Any] = {"warehouse": warehouse, "at": at}
        if do == "receive":
            bought.append([b.receive(quantity, value, **where), quantity, at, warehouse])
        elif do == "free":
            b.receive(quantity, **where)
        elif do == "issue":
            sold.append([b.issue(quantity, **where), quantity, at, warehouse])
        elif do == "transfer":
            b.transfer(quantity, warehouse, MAIN + BRANCH - warehouse, at=at)
        elif do == "count":
            b.count(quantity, **where)
        elif of := sold if do == "return" else bought:
            line, left, when, there = of[-1]
            part = min(quantity, left)
            of[-1][1] -= part
            there_later: dict[str, Any] = {"warehouse": there, "at": max(at, when), "origin_line_id": line}
            if do == "late":
                b.move(0, Basis.ADJUST, value, **there_later)
            elif part:
                b.move(part if do == "return" else -part, Basis.RETURN if do == "return" else Basis.GIVEN,
                       **there_later)
    return b


@given(POLICIES, STEPS)
def test_nothing_is_lost_or_made(policy: Policy, steps: Steps) -> None:
    """What documents state that came in is what went out, is on hand, or became variance."""
    b = written(policy, steps)
    run = b.run()
    stated = sum((e.stated or D(0) for e in b.events), D(0))
    for key, worth in run.worths.items():
        e = next(e for e in b.events if e.key == key)
        if e.basis in COUNTS or (e.basis in (Basis.CURRENT, Basis.RETURN) and e.stated is None) or (
                e.basis is Basis.GIVEN and e.quantity < 0):
            stated += worth.value + worth.variance
    moved = sum((w.value for w in run.worths.values()), D(0))
    variance = sum((w.variance for w in run.worths.values()), D(0))
    assert moved + variance == stated
    assert moved == sum((p.value for p in run.pools.values()), D(0))
    for pool in run.pools.values():
        assert pool.quantity or not pool.value
        assert pool.last_cost == values.round_to(pool.last_cost, 6)


@given(POLICIES, STEPS)
def test_layers_are_the_pool(policy: Policy, steps: Steps) -> None:
    for key, pool in written(policy, steps).run().pools.items():
        sums = (sum((p.quantity for p in pool.layers), D(0)), sum((p.value for p in pool.layers), D(0)))
        if key[0] in policy.fifo or pool.quantity < 0:
            assert sums == (pool.quantity, pool.value)
            assert len({part.quantity > 0 for part in pool.layers}) <= 1
        else:
            assert not pool.layers


@given(POLICIES, STEPS)
def test_what_is_settled_is_variance_of_what_came_in(policy: Policy, steps: Steps) -> None:
    """Of histories without returns and late costs, which have variances of their own."""
    b = written(policy, [step for step in steps if step[0] not in ("return", "credit", "late")])
    run = b.run()
    assert sum(run.settled.values(), D(0)) == sum((w.variance for w in run.worths.values()), D(0))


@given(POLICIES, STEPS)
def test_what_leaves_one_warehouse_arrives_in_the_other(policy: Policy, steps: Steps) -> None:
    b = written(policy, steps)
    legs: dict[int, D] = {}
    run = b.run()
    for e in b.events:
        if e.basis is Basis.TRANSFER:
            worth = run.worths[e.key]
            legs[e.key.line_id] = legs.get(e.key.line_id, D(0)) + worth.value + worth.variance
    assert not any(legs.values())


@given(POLICIES, STEPS, st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(policy: Policy, steps: Steps, random: Any) -> None:
    """Of moves at moments of their own, whatever was written first."""
    b = written(policy, steps)
    entries = random.sample(range(1, b.lines + 1), b.lines)

    def entered(entry_of: list[int]) -> dict[tuple[int, int], Worth]:
        other = Book(policy, [replace(e, key=e.key._replace(
            effective_at=e.key.effective_at + dt.timedelta(minutes=e.key.line_id), entry=entry_of[e.key.line_id - 1],
        )) for e in b.events])
        random.shuffle(other.events)
        return {(key.line_id, key.leg): worth for key, worth in other.run().worths.items()}

    assert entered(entries) == entered(list(range(1, b.lines + 1)))


@given(POLICIES, STEPS, st.integers(0, 20))
def test_a_run_can_go_on_where_another_ended(policy: Policy, steps: Steps, cut: int) -> None:
    """Pools and origins are all that a later replay needs of what came before."""
    policy = replace(policy, late_cost_reposts=False)  # which reaches back to the receipt
    b = written(policy, steps)
    whole = b.run()
    ordered = sorted((replace(e) for e in b.events), key=lambda e: e.key)
    settle_counts({}, ordered)
    while 0 < cut < len(ordered) and ordered[cut].key.moment == ordered[cut - 1].key.moment:
        cut -= 1
    first = Replay(policy, {}, {})
    first.run(ordered[:cut])
    rest = Replay(policy, first.pools, first.origins)
    rest.run(ordered[cut:])
    assert rest.pools == whole.pools
    assert first.worths | rest.worths == whole.worths
    assert first.settled | rest.settled == whole.settled


@given(QUANTITIES, VALUES, st.lists(QUANTITIES, min_size=1, max_size=6), st.sampled_from([frozenset[int](), FIFO]))
def test_returning_everything_returns_every_cent(quantity: D, value: D, parts: list[D], fifo: frozenset[int]) -> None:
    b = book(fifo)
    b.receive(quantity, value)
    b.receive(quantity, 7)
    sold = b.issue(quantity)
    left = quantity
    for part in [*parts, quantity]:
        if part := min(part, left):
            b.move(part, Basis.RETURN, origin_line_id=sold)
            left -= part
    assert sum(b.values()[2:], D(0)) == 0
    assert (b.pool().quantity, b.pool().value) == (2 * quantity, value + 7)


def test_a_return_is_credited_with_its_share_of_the_whole_cost() -> None:
    """Not with the sum of the rounded shares of what went into stock and of what goods missing before took."""
    origin = Origin(D(8), Worth(D("25.01"), D("55.01")))
    assert origin.share(D(4))[0] == D("40.01")
    assert origin.share(D(4))[0] == D("40.01")
    assert Origin(D(3), Worth(D("0.05"), D("0.05"))).share(D(1))[0] == D("0.03")  # 0.02 + 0.02 if apart


def test_no_layer_is_revalued_below_zero() -> None:
    pool = FifoPool(D(0), D(0), D(0))
    for value in (1, 10):
        pool.receive(Part(D(1), D(value), value, dt.datetime(2026, 1, 1)))
    with pytest.raises(NegativeValue):
        pool.revalue(D(-4))
    pool = Pool(D(2), D(11))
    pool.revalue(D(-4))
    assert pool.value == 7


def test_adding_value_makes_no_layer_poorer() -> None:
    """Four cents over seven: four layers get one each and the rest, taken from the last, would be below nothing."""
    pool = FifoPool()
    for line_id, value in enumerate(("0", "0", "3", "0", "0", "0", "0"), start=1):
        pool.receive(Part(D(1), D(value), line_id, NOON))
    pool.revalue(D("0.04"))
    assert [layer.value for layer in pool.layers] == [D(v) for v in ("0.01", "0.01", "3.01", "0.01", "0", "0", "0")]
    assert pool.value == D("3.04") == sum(layer.value for layer in pool.layers)
