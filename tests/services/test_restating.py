"""What is entered late changes what came after it, as if all had been entered in order; nobody is taken by surprise."""

import itertools
from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import NeedsConfirmation, NotEnoughStock, PeriodClosed
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, periods
from jxc_desktop.services.impact import Impact
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line

MOVE = TABLES["stock_move"].c.keys()


def restated(company: Company, saved: Saved) -> D:
    """What other documents changed of the value of a document's moves, in rows of their own."""
    return sum((m.value for m in company.moves(saved) if m.restated), D(0))


def asked(company: Company, act: Callable[[], Any]) -> Impact:
    """What the question shows; nothing may have been saved."""
    before = company.counts()
    with pytest.raises(NeedsConfirmation) as caught:
        act()
    assert caught.value.key == "restates"
    assert caught.value.text()
    assert company.counts() == before
    found = caught.value.data["impact"]
    assert isinstance(found, Impact)
    return found


# --- the question ------------------------------------------------------------------------------------------------


def test_the_question_shows_what_changes_and_for_how_much(company: Company) -> None:
    company.settings(ask_restating=True)
    item = company.item(name="绿茶")
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(5))
    back = company.post("sales_return", line(item, 1, 30, source_line_id=company.line_ids(sold)[0]), date=day(6))
    late = company.draft("goods_receipt", (item, 10, 20), date=day(2))
    found = asked(company, lambda: company.save(late))
    assert [(r.kind, r.number, r.date, r.item, r.quantity, r.value, r.cost) for r in found.rows] == [
        ("delivery_note", sold.number, day(5), "绿茶", 0, -20, 20),
        ("sales_return", back.number, day(6), "绿茶", 0, 5, -5)]
    assert found.profit == -15
    company.save(late, acknowledged=("restates",))
    assert (restated(company, sold), restated(company, back)) == (-20, 5)
    assert company.pool(item) == (17, 255)


def test_nobody_is_asked_where_nothing_changes(company: Company) -> None:
    company.settings(ask_restating=True)
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(5))
    company.post("goods_receipt", (item, 10, 10), date=day(2))  # at the same cost
    company.post("goods_receipt", (item, 10, 99), date=day(5))  # after it
    company.correct(sold, lambda draft: draft.lines[0].update(quantity=D(3), price=D(31), amount=None))  # its own
    assert company.worth(sold) == (-30, 0)


def test_who_corrects_takes_back_or_returns_in_the_past_is_asked_too(company: Company) -> None:
    company.settings(ask_restating=True)
    item = company.item()
    cheap = company.post("goods_receipt", (item, 10, 10), date=day(1))
    dear = company.post("goods_receipt", (item, 10, 20), date=day(2))
    company.post("delivery_note", (item, 4, 30), date=day(5))
    read = company.read(cheap.id)
    read.lines[0] |= {"price": D(12), "amount": None}
    assert asked(company, lambda: company.save(read)).profit == -4
    for take_back in (documents.unpost, documents.void):
        assert asked(company, lambda do=take_back: company.run(  # type: ignore[misc]
            do, dear.id, company.version(dear))).profit == 20
    moved = company.read(dear.id)
    moved.header["date"] = day(7)
    assert asked(company, lambda: company.save(moved)).profit == 20
    company.run(documents.void, dear.id, company.version(dear), acknowledged=("restates",))
    assert company.pool(item) == (6, 60)


def test_a_changed_count_is_shown_with_its_quantity(company: Company) -> None:
    company.settings(ask_restating=True)
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    count = company.post("stock_count", (item, 8), date=day(5))
    found = asked(company, lambda: company.post("other_out", (item, 2), date=day(3)))
    assert [(r.number, r.quantity, r.value) for r in found.rows] == [(count.number, 2, 20)]


# --- late entries of every kind ----------------------------------------------------------------------------------

Of = dict[str, Saved]
Step = Callable[[Company, int, Of], Saved]
Steps = list[tuple[int, str, Step]]


def to_line(company: Company, item: int, saved: Saved, **given: Any) -> dict[str, Any]:
    """A line that refers to the first of another document."""
    return {"item_id": item, "source_line_id": company.line_ids(saved)[0], **given}


HISTORY: Steps = [  # day, name, what is done
    (1, "first", lambda c, i, _: c.post("goods_receipt", (i, 10, 10), date=day(1))),
    (10, "dear", lambda c, i, _: c.post("goods_receipt", (i, 10, 14), date=day(10))),
    (20, "sold", lambda c, i, _: c.post("delivery_note", (i, 12, 30), date=day(20))),
    (25, "moved", lambda c, i, _: c.post("transfer", (i, 3), date=day(25))),
    (30, "back", lambda c, i, of: c.post("sales_return", to_line(c, i, of["sold"], quantity=D(4)), date=day(30))),
    (35, "sent", lambda c, i, of: c.post("purchase_return", to_line(
        c, i, of["dear"], quantity=D(1), price=D(10)), date=day(35))),
    (40, "freight", lambda c, i, of: c.post("cost_adjustment", to_line(c, i, of["dear"]), fee=D(5), date=day(40))),
    (45, "job", lambda c, i, _: c.post("assembly", line(i, 2, role="use"), line(c.item(), 1, role="make"),
                                       date=day(45))),
    (50, "count", lambda c, i, _: c.post("stock_count", (i, 5), date=day(50))),
    (55, "free", lambda c, i, _: c.post("other_in", (i, 1), date=day(55))),
    (60, "worth", lambda c, i, _: c.post("revaluation", {"item_id": i, "price": D(11)}, date=day(60))),
    (65, "end", lambda c, i, _: c.post("other_out", (i, 1), date=day(65))),
]
LATE: dict[str, tuple[int, Step]] = {
    "receipt": (2, lambda c, i, _: c.post("goods_receipt", (i, 4, 17), date=day(2))),
    "issue": (3, lambda c, i, _: c.post("delivery_note", (i, 1, 30), date=day(3))),
    "transfer": (11, lambda c, i, _: c.post("transfer", (i, 2), date=day(11))),
    "customer return": (21, lambda c, i, of: c.post("sales_return", to_line(
        c, i, of["sold"], quantity=D(3)), date=day(21))),
    "supplier return": (4, lambda c, i, of: c.post("purchase_return", to_line(
        c, i, of["first"], quantity=D(2), price=D(9)), date=day(4))),
    "late cost": (12, lambda c, i, of: c.post("cost_adjustment", to_line(c, i, of["first"]), fee=D(7), date=day(12))),
    "revaluation": (6, lambda c, i, _: c.post("revaluation", {"item_id": i, "amount": D(9)}, date=day(6))),
    "count": (7, lambda c, i, _: c.post("stock_count", (i, 12), date=day(7))),
    "recount": (8, lambda c, i, _: c.post("stock_count", line(i, 11, 13, revalue=True), date=day(8))),
    "without cost": (26, lambda c, i, _: c.post("other_in", (i, 3), date=day(26))),
    "assembly": (13, lambda c, i, _: c.post("assembly", line(i, 1, role="use"), line(c.item(), 2, role="make"),
                                            date=day(13))),
}
METHODS = [("moving_average", "company"), ("fifo", "warehouse")]
RULES = pytest.mark.parametrize(("method", "level"), METHODS, ids=["average", "fifo by warehouse"])


def done(company: Company, item: int, steps: Steps) -> Of:
    of: Of = {}
    for _, name, step in steps:
        of[name] = step(company, item, of)
    return of


def worths(company: Company, of: Of) -> dict[str, Any]:
    """Quantity, value, variance and what was settled, of each document as it stands now."""
    return {name: tuple(sum((m[column] for m in company.moves(saved)), D(0)) for column in (
        MOVE.index("quantity"), MOVE.index("value"), MOVE.index("variance"), MOVE.index("settled")))
        for name, saved in of.items()}


@pytest.mark.parametrize("kind", LATE)
def test_late_is_as_if_in_time_and_voided_as_if_never(company: Company, kind: str) -> None:
    """To save time each database tries every other kind by average, the rest by FIFO; together they try all."""
    half = list(LATE).index(kind) + (company.engine.dialect.name == "sqlite")
    method, level = METHODS[half % 2]
    company.settings(cost_level=level)
    late, in_time = company.item(cost_method=method), company.item(cost_method=method)
    when, step = LATE[kind]
    of = done(company, late, HISTORY)
    before, pool = worths(company, of), company.pool(late)
    of["late"] = step(company, late, of)
    expected = worths(company, done(company, in_time, sorted([*HISTORY, (when, "late", step)], key=lambda s: s[0])))
    assert worths(company, of) == expected
    assert company.pool(late) == company.pool(in_time)
    assert worths(company, {n: s for n, s in of.items() if n != "late"}) != before
    company.void(of.pop("late"))
    assert (worths(company, of), company.pool(late)) == (before, pool)


@RULES
def test_a_close_is_no_border_for_figures(company: Company, method: str, level: str) -> None:
    """A replay that starts from closed pools comes to what one from the beginning comes to."""
    company.settings(cost_level=level)
    late, in_time = company.item(cost_method=method), company.item(cost_method=method)
    when, step = LATE["without cost"]
    expected = done(company, in_time, sorted([*HISTORY, (when, "late", step)], key=lambda s: s[0]))
    of = done(company, late, HISTORY)
    company.run(periods.close, day(22))
    of["late"] = step(company, late, of)
    assert worths(company, of) == worths(company, expected)


@RULES
def test_the_order_of_entry_does_not_matter(company: Company, method: str, level: str) -> None:
    """Also where goods were missing for a while, and what came in settled that."""
    company.settings(cost_level=level, negative_stock="allow")
    steps: Steps = [
        (1, "issue", lambda c, i, _: c.post("delivery_note", (i, 2, 9), date=day(1))),
        (2, "receipt", lambda c, i, _: c.post("goods_receipt", (i, 3, "3.33"), date=day(2))),
        (3, "all", lambda c, i, _: c.post("other_out", (i, 4), date=day(3))),
        (4, "count", lambda c, i, _: c.post("stock_count", (i, 2), date=day(4))),
        (5, "more", lambda c, i, _: c.post("goods_receipt", (i, 7, 5), date=day(5))),
    ]
    found = []
    for order in itertools.islice(itertools.permutations(steps), 0, 120, 13):
        item = company.item(cost_method=method, standard_cost=D(2))
        found.append((worths(company, done(company, item, list(order))), company.pool(item)))
    assert len(found) == 10
    assert [other for other in found if other != found[0]] == []


# --- what is made follows what it was made of --------------------------------------------------------------------


def test_a_late_receipt_of_a_component_restates_what_was_made_and_its_sales(company: Company) -> None:
    """Through two stages, of which the second used something else besides."""
    leaf, box, tea, gift = (company.item(name=name) for name in ("茶叶", "盒", "盒装茶", "礼品"))
    company.post("goods_receipt", (leaf, 10, 10), (box, 10, 1), date=day(1))
    packed = company.post("assembly", line(leaf, 5, role="use"), line(tea, 10, role="make"), fee=D(10), date=day(5))
    wrapped = company.post("assembly", line(tea, 4, role="use"), line(box, 2, role="use"), line(gift, 2, role="make"),
                           date=day(6))
    sold = company.post("delivery_note", (tea, 2, 30), (gift, 1, 99), date=day(7))
    assert [company.pool(i) for i in (tea, gift)] == [(4, 24), (1, 13)]
    company.settings(ask_restating=True)
    late = company.draft("goods_receipt", (leaf, 10, 20), date=day(2))
    found = asked(company, lambda: company.save(late))
    assert [(r.number, r.item, r.value) for r in found.rows] == [
        (packed.number, "茶叶", -25), (packed.number, "盒装茶", 25), (wrapped.number, "盒装茶", -10),
        (wrapped.number, "礼品", 10), (sold.number, "盒装茶", -5), (sold.number, "礼品", -5)]
    assert found.profit == -10
    saved = company.save(late, acknowledged=("restates",))
    assert [company.pool(i) for i in (leaf, tea, gift)] == [(15, 225), (4, 34), (1, 18)]
    assert company.worth(sold) == (-35, 0)
    company.run(documents.void, saved.id, company.version(saved), acknowledged=("restates",))
    assert [company.pool(i) for i in (leaf, tea, gift)] == [(5, 50), (4, 24), (1, 13)]


def test_what_was_made_in_a_closed_period_keeps_its_cost_when_later_goods_are_moved(company: Company) -> None:
    """An assembly that was moved out of the period does not take the replay of what it makes back into it."""
    leaf, tea = company.item(cost_method="fifo"), company.item()
    company.post("goods_receipt", (leaf, 20, 10), date=day(1))
    moved = company.post("assembly", line(leaf, 3, role="use"), line(tea, 6, role="make"), date=day(3))
    kept = company.post("assembly", line(leaf, 2, role="use"), line(tea, 4, role="make"), date=day(4))
    company.correct(moved, lambda draft: draft.header.update(date=day(9)))
    company.run(periods.close, day(5))
    company.post("delivery_note", (leaf, 1, 30), date=day(7))
    assert not any(m.restated for m in company.moves(kept)) and company.pool(tea) == (10, 50)


def test_late_costs_of_goods_that_were_moved_out_of_a_closed_period_stay_out_of_it(company: Company) -> None:
    company.settings(late_cost="repost")
    leaf, tea = company.item(cost_method="fifo"), company.item()
    company.post("goods_receipt", (leaf, 20, 10), date=day(1))
    moved = company.post("goods_receipt", (leaf, 2, 10), (tea, 8, 1), date=day(2))
    kept = company.post("assembly", line(leaf, 2, role="use"), line(tea, 4, role="make"), date=day(4))
    company.correct(moved, lambda draft: draft.header.update(date=day(9)))
    company.run(periods.close, day(5))
    lines = zip((leaf, tea), company.line_ids(moved), strict=True)
    company.post("cost_adjustment", *({"item_id": item, "source_line_id": source} for item, source in lines),
                 date=day(10), fee=D(28), fee_basis="value")
    assert not any(m.restated for m in company.moves(kept))
    assert company.pool(leaf) == (20, 220) and company.pool(tea) == (12, 36)


def test_what_was_made_before_a_change_counts_all_that_it_used(company: Company) -> None:
    """What is made is read from the beginning where it once was missing; what it is made of, from the change on."""
    company.settings(negative_stock="allow")
    leaf, tea = company.item(), company.item()
    company.post("goods_receipt", (leaf, 20, 10), date=day(1))
    first = company.post("assembly", line(leaf, 2, role="use"), line(tea, 2, role="make"), date=day(2))
    company.post("delivery_note", (tea, 5, 30), date=day(3))
    company.post("assembly", line(leaf, 3, role="use"), line(tea, 5, role="make"), date=day(6))
    assert company.pool(tea) == (2, 12)
    company.post("goods_receipt", (leaf, 18, 30), date=day(4))
    assert company.pool(leaf) == (33, 660) and company.pool(tea) == (2, 24)
    assert not any(m.restated for m in company.moves(first))


def test_what_is_made_is_restated_from_where_it_was_made_though_it_changes_later_too(company: Company) -> None:
    leaf, tea = company.item(cost_method="fifo"), company.item()
    company.post("goods_receipt", (leaf, 2, 1), date=day(1))
    company.post("goods_receipt", (leaf, 10, 5), date=day(2))
    company.post("goods_receipt", (tea, 1, 4), date=day(2))
    loss = company.post("other_out", line(leaf, 2), date=day(3))
    made = company.post("assembly", line(leaf, 2, role="use"), line(tea, 2, role="make"), date=day(5))
    assert company.pool(tea) == (3, 14)

    def later(draft: Draft) -> None:
        draft.header["date"] = day(9)
        draft.lines.append(line(tea, 1))

    company.correct(loss, later)
    assert [(m.quantity, m.value) for m in company.moves(made) if m.restated] == [(0, 8), (0, -8)]
    assert company.pool(leaf) == (8, 40) and company.pool(tea) == (2, 4)


def test_what_is_made_cannot_be_made_of_what_is_not_there_yet(company: Company) -> None:
    leaf, tea = company.item(), company.item()
    receipt = company.post("goods_receipt", (leaf, 5, 10), date=day(1))
    company.post("assembly", line(leaf, 5, role="use"), line(tea, 1, role="make"), date=day(3))
    for change in ({"date": day(4)}, None):
        before = company.counts()
        with pytest.raises(NotEnoughStock) as caught:
            if change:
                company.correct(receipt, lambda draft, c=change: draft.header.update(c))  # type: ignore[misc]
            else:
                company.void(receipt)
        [short] = caught.value.shortages
        assert (short.needed, short.available, short.on) == (5, 0, day(3).isoformat() if change else "")
        assert company.counts() == before


# --- closed periods ----------------------------------------------------------------------------------------------


def test_nothing_is_entered_changed_or_taken_back_in_a_closed_period(company: Company) -> None:
    item = company.item()
    old = company.post("goods_receipt", (item, 10, 10), date=day(1))
    new = company.post("goods_receipt", (item, 10, 10), date=day(9))
    company.run(periods.close, day(5))
    attempts: list[Callable[[], Any]] = [
        lambda: company.post("goods_receipt", (item, 1, 1), date=day(5)),
        lambda: company.correct(old, lambda draft: draft.header.update(remark="x")),
        lambda: company.correct(old, lambda draft: draft.header.update(date=day(9))),
        lambda: company.correct(new, lambda draft: draft.header.update(date=day(5))),
        lambda: company.void(old), lambda: company.unpost(old), lambda: company.reverse(old, day(4))]
    for attempt in attempts:
        before = company.counts()
        with pytest.raises(PeriodClosed) as caught:
            attempt()
        assert day(5).isoformat() in caught.value.text()
        assert company.counts() == before
    company.reverse(old, day(6))
    company.post("sales_order", (item, 1, 1), date=day(5))  # an order is no figure of the period
    company.run(documents.park, company.draft("goods_receipt", (item, 1, 1), date=day(5)))
    company.post("goods_receipt", (item, 1, 1), date=day(6))


def test_reopened_a_period_can_be_put_right(company: Company) -> None:
    item = company.item()
    old = company.post("goods_receipt", (item, 10, 10), date=day(1))
    sold = company.post("delivery_note", (item, 4, 30), date=day(9))
    company.run(periods.close, day(5))
    company.run(periods.reopen, "进价录错")
    company.correct(old, lambda draft: draft.lines[0].update(price=D(11), amount=None))
    assert company.worth(sold) == (-44, 0)


def test_what_is_restated_lies_in_the_open_period(company: Company) -> None:
    """Closed figures stand whatever is entered after the close."""
    item = company.item()
    company.post("goods_receipt", (item, 10, 10), date=day(1))
    closed = company.post("delivery_note", (item, 4, 30), date=day(4))
    company.run(periods.close, day(5))
    later = company.post("delivery_note", (item, 4, 30), date=day(9))
    company.post("goods_receipt", (item, 4, 20), date=day(6))
    assert (restated(company, closed), restated(company, later)) == (0, -16)
