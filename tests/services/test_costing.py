"""Moving average on plain values: what moves are worth, and that nothing is lost or made by rounding."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.services.costing import Event, EventKey, Origin, Pool, Worth, replay

QUANTITIES = st.decimals("0.0001", "999", places=4)
VALUES = st.decimals("0", "9999", places=2)


class Book:
    """Moves of one item, written in order; the line number is the position."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def move(self, quantity: Any, basis: Basis, stated: Any = None, origin: int | None = None) -> int:
        line = len(self.events) + 1
        key = EventKey(dt.datetime(2026, 1, 1), line, line, 0, 1, 1)
        self.events.append(Event(key, line, D(quantity), basis, None if stated is None else D(stated), origin))
        return line

    def receive(self, quantity: Any, value: Any) -> int:
        return self.move(quantity, Basis.GIVEN, value)

    def issue(self, quantity: Any) -> int:
        return self.move(-D(quantity), Basis.CURRENT)

    def run(self) -> tuple[Pool, list[Worth]]:
        pool = Pool()
        return pool, list(replay(pool, self.events, {}).values())


def worths(book: Book) -> list[tuple[D, D]]:
    return [(w.value, w.variance) for w in book.run()[1]]


def test_issues_take_the_average_and_the_last_takes_the_rest() -> None:
    book = Book()
    book.receive(3, "10.00")
    for _ in range(3):
        book.issue(1)
    assert [v for v, _ in worths(book)] == [10, D("-3.33"), D("-3.34"), D("-3.33")]
    assert (book.run()[0].quantity, book.run()[0].value) == (0, 0)


def test_the_last_known_cost_stays_when_all_is_gone() -> None:
    book = Book()
    book.receive(3, "10.00")
    book.issue(3)
    book.move(6, Basis.CURRENT)
    assert worths(book)[-1] == (D("20.00"), 0)
    assert book.run()[0].last_cost == D("3.333333")


def test_a_half_cent_is_rounded_up_however_the_unit_cost_repeats() -> None:
    """0.01 over 3 pieces, 1.5 of them: exactly half a cent; 0.00333… x 1.5 would fall short of it."""
    book = Book()
    book.receive(3, "0.01")
    book.move("1.5", Basis.CURRENT)
    assert worths(book)[-1] == (D("0.01"), 0)


def test_missing_stock_leaves_at_an_estimate_and_the_next_receipt_settles_it() -> None:
    book = Book()
    book.receive(10, 100)
    book.issue(12)  # 2 missing, estimated at 10 each
    book.receive(5, 60)  # 2 of them settle: 24 against 20
    assert worths(book) == [(100, 0), (-120, 0), (56, 4)]
    pool, _ = book.run()
    assert (pool.quantity, pool.value) == (3, 36)


def test_shortages_are_settled_oldest_first() -> None:
    book = Book()
    book.receive(1, 10)
    book.issue(3)  # 2 missing at 10
    book.receive(1, 12)  # settles one: variance 2
    book.issue(1)  # one more missing, at the last known cost
    book.receive(3, 45)
    assert worths(book) == [(10, 0), (-30, 0), (10, 2), (-10, 0), (35, 10)]
    assert book.run()[0].value == 15


def test_a_receipt_that_fills_a_shortage_exactly_sets_the_last_cost() -> None:
    book = Book()
    book.issue(2)  # never seen: worth nothing
    book.receive(2, 30)
    book.move(1, Basis.CURRENT)
    assert worths(book) == [(0, 0), (0, 30), (15, 0)]


def test_customer_returns_come_back_at_the_cost_they_left_with() -> None:
    book = Book()
    book.receive(3, "10.00")
    sold = book.issue(3)
    book.receive(1, 100)
    for _ in range(3):
        book.move(1, Basis.ORIGIN, origin=sold)
    assert [v for v, _ in worths(book)][3:] == [D("3.33"), D("3.34"), D("3.33")]


def test_a_return_without_origin_comes_back_at_the_current_cost() -> None:
    book = Book()
    book.receive(4, 10)
    book.move(2, Basis.ORIGIN)
    assert worths(book)[-1] == (5, 0)


def test_supplier_returns_leave_at_the_cost_of_their_receipt() -> None:
    book = Book()
    bought = book.receive(10, 100)
    book.receive(10, 200)
    book.move(-4, Basis.ORIGIN, origin=bought)
    assert worths(book)[-1] == (-40, 0)


def test_what_the_supplier_credits_otherwise_is_variance() -> None:
    book = Book()
    bought = book.receive(10, 100)
    book.receive(10, 200)
    book.move(-4, Basis.GIVEN, 30, bought)
    book.move(-4, Basis.GIVEN, 30)  # from no receipt: the credit is the cost
    assert worths(book)[2:] == [(-40, 10), (-30, 0)]


def test_a_supplier_return_that_empties_the_stock_takes_all_the_value() -> None:
    book = Book()
    bought = book.receive(10, 100)
    book.issue(5)
    book.receive(5, 100)
    book.issue(4)
    book.move(-6, Basis.ORIGIN, origin=bought)
    assert worths(book)[-1] == (-90, 30)
    assert book.run()[0].value == 0


def test_a_supplier_return_never_overdraws_the_value() -> None:
    book = Book()
    dear = book.receive(10, 1000)
    book.receive(90, 0)
    book.issue(80)
    book.move(-10, Basis.ORIGIN, origin=dear)
    assert worths(book)[-1] == (-100, -900)


def test_a_mirror_takes_value_and_variance_back() -> None:
    book = Book()
    bought = book.receive(10, 100)
    returned = book.move(-4, Basis.GIVEN, 30, bought)
    book.move(4, Basis.ORIGIN, origin=returned)
    assert worths(book)[1:] == [(-40, 10), (40, -10)]


def test_transfers_carry_no_value() -> None:
    book = Book()
    book.receive(3, 10)
    book.move(-2, Basis.TRANSFER)
    book.move(2, Basis.TRANSFER)
    assert worths(book)[1:] == [(0, 0), (0, 0)]
    assert book.run()[0].quantity == 3


def test_origins_from_before_the_replay_are_used() -> None:
    event = Event(EventKey(dt.datetime(2026, 1, 1), 9, 9, 0, 1, 1), 9, D(1), Basis.ORIGIN, None, 5)
    origins = {5: Origin(D(-3), Worth(D("-10.00")), D(1))}
    assert replay(Pool(), [event], origins)[event.key].value == D("3.34")


@given(st.lists(st.tuples(st.booleans(), QUANTITIES, VALUES), max_size=25))
def test_value_is_conserved_and_zero_at_quantity_zero(steps: list[tuple[bool, D, D]]) -> None:
    book = Book()
    stated = D(0)
    for incoming, quantity, value in steps:
        if incoming:
            book.receive(quantity, value)
            stated += value
        else:
            book.issue(quantity)
    rest = sum((event.quantity for event in book.events), D(0))
    if rest:
        book.move(-rest, Basis.CURRENT) if rest > 0 else book.receive(-rest, 0)
    pool, found = book.run()
    assert (pool.quantity, pool.value) == (0, 0)
    issued = sum((w.value for w in found if w.value < 0), D(0))
    received = sum((w.value + w.variance for w, e in zip(found, book.events, strict=True) if e.quantity > 0), D(0))
    assert received == stated
    assert issued + sum((w.value for w in found if w.value > 0), D(0)) == 0


@given(QUANTITIES, VALUES, st.lists(QUANTITIES, min_size=1, max_size=6))
def test_returning_everything_returns_every_cent(quantity: D, value: D, parts: list[D]) -> None:
    book = Book()
    book.receive(quantity, value)
    sold = book.issue(quantity)
    left = quantity
    for part in parts:
        if part < left:
            book.move(part, Basis.ORIGIN, origin=sold)
            left -= part
    book.move(left, Basis.ORIGIN, origin=sold)
    pool, _ = book.run()
    assert (pool.quantity, pool.value) == (quantity, value)
