"""An order that stock cannot cover asks for goods by itself; what comes in serves who waited longest."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import WrongState
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, approvals, documents, followups, notices, reservations
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Saved, utc_now
from tests.company import Company, day, line

D_, L, N = (TABLES[name].c for name in ("document", "document_line", "notice"))


@pytest.fixture
def live(company: Company) -> Company:
    """A company in which everything follows by itself."""
    company.settings(reserve_on_order=True, follow_request="auto", follow_delivery="auto", serve_waiting=True)
    return company


def made(c: Company, kind: str, status: str = "posted") -> list[Draft]:
    return [c.read(r.id) for r in c.rows(select(D_.id).where(D_.kind == kind, D_.status == status).order_by(D_.id))]


def held(c: Company, order: Saved) -> list[D]:
    return [given["reserved"] for given in c.read(order.id).lines]


def told(c: Company, kind: str) -> list[Any]:
    """The open notices of a kind: (for whom, what they say)."""
    return [(r.role or r.person, r.data) for r in c.rows(select(N.role, N.person, N.data).where(
        N.kind == kind, N.cleared_at.is_(None)).order_by(N.id))]


def request_to_order(c: Company, request: int, **values: Any) -> Saved:
    """The buyer orders what a request asks for."""
    draft = Queries(c.engine, c.commands.actor).draft_from("purchase_order", [request])
    draft.header |= {"partner_id": c.supplier, **values}
    for given in draft.lines:
        given["price"] = D(3)
    return c.save(draft)


def receive(c: Company, order: Saved, quantity: Any = None) -> Saved:
    draft = Queries(c.engine, c.commands.actor).draft_from("goods_receipt", [order.id])
    if quantity is not None:
        draft.lines[0] |= {"quantity": D(quantity), "amount": None}
    return c.save(draft)


def test_from_order_to_delivery_without_typing_anything_twice(live: Company) -> None:
    item = live.item()
    live.post("goods_receipt", (item, 4, 2))
    order = live.post("sales_order", (item, 10, 9), due_date=day(9))
    assert held(live, order) == [4]
    [request] = made(live, "purchase_request")
    assert [(x["item_id"], x["quantity"], x["for_line_id"]) for x in request.lines] == [
        (item, 6, live.line_ids(order)[0])]
    assert (request.header["due_date"], request.header["warehouse_id"]) == (day(9), live.main)
    [(role, data)] = told(live, "request")
    assert (role, data["count"], data["order"]) == ("buyer", 1, order.number)
    [draft] = made(live, "delivery_note", "draft")
    assert [(x["quantity"], x["source_line_id"]) for x in draft.lines] == [(4, live.line_ids(order)[0])]

    bought = request_to_order(live, request.id)
    assert live.balance(item) == (4, 4, 6)
    assert told(live, "request") == []
    receive(live, bought)
    assert held(live, order) == [10]
    [(person, data)] = told(live, "arrived")
    assert (person, data["number"]) == ("admin", order.number)

    live.save(draft)
    rest = Queries(live.engine, live.commands.actor).draft_from("delivery_note", [order.id])
    assert [x["quantity"] for x in rest.lines] == [6]
    live.save(rest)
    assert live.balance(item) == (0, 0, 0)
    assert live.rows(select(D_.progress).where(D_.id == order.id))[0].progress == "done"
    assert told(live, "arrived") == []


def test_nothing_is_asked_for_twice(live: Company) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 10, 9))
    live.correct(order, lambda draft: draft.header.update(remark="urgent"))
    assert live.run(followups.request, order.id).value is None
    assert [x.lines[0]["quantity"] for x in made(live, "purchase_request")] == [10]
    live.correct(order, lambda draft: draft.lines[0].update(quantity=D(12), amount=None))
    assert [x.lines[0]["quantity"] for x in made(live, "purchase_request")] == [10, 2]
    first, _ = made(live, "purchase_request")
    bought = request_to_order(live, first.id)
    receive(live, bought, 4)
    assert held(live, order) == [4]
    assert [c.lacking for c in covers(live, order)] == [0]
    live.run(documents.close, bought.id, live.version(bought))  # the rest will not come
    assert [c.lacking for c in covers(live, order)] == [6]
    live.correct(order, lambda draft: draft.header.update(remark="still"))
    assert [x.lines[0]["quantity"] for x in made(live, "purchase_request")] == [10, 2, 6]


def covers(c: Company, order: Saved) -> list[followups.Cover]:
    with c.engine.connect() as connection:
        return followups.cover(connection, order.id)


def test_the_oldest_promise_is_served_first(live: Company) -> None:
    item = live.item()
    late, early, none = (live.post("sales_order", (item, 5, 9), due_date=due) for due in (day(9), day(4), None))
    live.post("other_in", (item, 7, 2))
    assert [held(live, order) for order in (late, early, none)] == [[2], [5], [0]]
    live.post("goods_receipt", (item, 4, 2), warehouse_id=live.branch)  # elsewhere: nobody waits there
    assert [held(live, order) for order in (late, early, none)] == [[2], [5], [0]]
    live.post("transfer", (item, 4), warehouse_id=live.branch, to_warehouse_id=live.main)
    assert [held(live, order) for order in (late, early, none)] == [[5], [5], [1]]
    assert [data["number"] for _, data in told(live, "arrived")] == [late.number, early.number, none.number]


@pytest.mark.parametrize("end", ["close", "void", "unpost"])
def test_an_order_that_ends_asks_for_nothing_any_more(live: Company, end: str) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 10, 9))
    other = live.post("sales_order", (item, 3, 9))
    [mine, his] = made(live, "purchase_request")
    live.run(getattr(documents, end), order.id, live.version(order))
    assert [x.id for x in made(live, "purchase_request")] == [his.id]
    assert [x.id for x in made(live, "purchase_request", "closed")] == [mine.id]
    assert len(told(live, "request")) == 1
    assert held(live, other) == [0]


def test_what_is_ordered_already_comes_though_its_order_is_closed(live: Company) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 10, 9))
    [request] = made(live, "purchase_request")
    bought = request_to_order(live, request.id)
    live.run(documents.close, order.id, live.version(order))
    assert [x.id for x in made(live, "purchase_request")] == [request.id]
    receive(live, bought)
    assert live.balance(item) == (10, 0, 0)


def test_off_and_ask_do_nothing_by_themselves(company: Company) -> None:
    for choice in ("off", "ask"):
        company.settings(follow_request=choice, follow_delivery=choice, reserve_on_order=True)
        item = company.item()
        company.post("goods_receipt", (item, 4, 2))
        order = company.post("sales_order", (item, 10, 9))
        assert made(company, "purchase_request") == made(company, "delivery_note", "draft") == []
    request = company.run(followups.request, order.id).value
    assert company.read(request.id).lines[0]["quantity"] == 6
    delivery = company.run(followups.prepare_delivery, order.id).value
    assert company.read(delivery.id).lines[0]["quantity"] == 4
    assert company.run(followups.prepare_delivery, order.id).value is None  # one is enough
    company.void(order)
    with pytest.raises(WrongState):
        company.run(followups.request, order.id)


def test_a_salesperson_sets_off_what_he_may_not_do_himself(live: Company) -> None:
    item = live.item()
    seller = live.as_actor("王芳", access.ROLES["salesperson"])
    order = seller.post("sales_order", (item, 2, 9))
    [request] = made(live, "purchase_request")
    live.post("other_in", (item, 2, 1))
    [(person, _)] = told(live, "arrived")
    assert person == "王芳"
    with live.engine.connect() as connection:
        [mine] = notices.open_for(connection, seller.commands.actor, utc_now())
        assert (mine.kind, mine.document_id) == ("arrived", order.id)
    live.run(notices.dismiss, mine.id)
    assert told(live, "arrived") == []
    assert request.header["remark"] == order.number


def test_a_buyer_may_order_more_than_was_asked_for(live: Company) -> None:
    item = live.item()
    live.post("sales_order", (item, 7, 9))
    [request] = made(live, "purchase_request")
    draft = live.draft("purchase_order", line(item, 12, 3, source_line_id=live.line_ids(Saved(
        request.id, None, 1, ""))[0]))
    live.save(draft)
    assert live.rows(select(D_.progress).where(D_.id == request.id))[0].progress == "done"
    assert live.balance(item) == (0, 0, 12)


def test_a_line_that_goes_is_asked_for_no_more(live: Company) -> None:
    first, second, third = (live.item() for _ in range(3))
    order = live.post("sales_order", (first, 5, 9), (second, 2, 9))
    live.correct(order, lambda draft: draft.lines.pop())
    [request] = made(live, "purchase_request")
    assert [x["for_line_id"] for x in request.lines] == [live.line_ids(order)[0], None]
    alone = live.post("sales_order", (second, 3, 9))
    live.correct(alone, lambda draft: draft.lines[0].update(item_id=third, quantity=D(8), amount=None))
    open_now = [[(x["item_id"], x["quantity"]) for x in r.lines] for r in made(live, "purchase_request")]
    assert open_now == [[(first, 5), (second, 2)], [(third, 8)]]


def test_what_waits_for_approval_ends_with_its_order(live: Company) -> None:
    item = live.item()
    live.record("approval_rule", name="申请", document_kind="purchase_request", level=1, role="manager")
    order = live.post("sales_order", (item, 5, 9))
    [request] = made(live, "purchase_request", "submitted")
    assert len(told(live, "approve")) == 1
    live.void(order)
    assert (live.read(request.id).status, told(live, "approve")) == ("void", [])


def test_buyers_hear_of_a_request_only_while_something_is_to_be_bought(live: Company) -> None:
    item = live.item()
    live.post("sales_order", (item, 5, 9))
    [request] = made(live, "purchase_request")
    bought = request_to_order(live, request.id)
    live.run(documents.close, bought.id, live.version(bought))
    again = Saved(request.id, None, 1, "")
    live.correct(again, lambda draft: draft.header.update(remark="checked"))
    assert told(live, "request") == []


@pytest.mark.parametrize("end", ["close", "void", "unpost"])
def test_what_an_order_gives_up_goes_to_who_waits(live: Company, end: str) -> None:
    item = live.item()
    live.post("goods_receipt", (item, 5, 2))
    first, second = (live.post("sales_order", (item, 5, 9)) for _ in range(2))
    assert (held(live, first), held(live, second)) == ([5], [0])
    live.run(getattr(documents, end), first.id, live.version(first))
    assert held(live, second) == [5]
    assert [data["number"] for _, data in told(live, "arrived")] == [second.number]
    live.run(reservations.release, live.line_ids(second)[0], None)
    assert told(live, "arrived") == []


def test_what_a_smaller_order_gives_up_goes_to_who_waits(live: Company) -> None:
    item = live.item()
    live.post("goods_receipt", (item, 5, 2))
    first, second = (live.post("sales_order", (item, 5, 9)) for _ in range(2))
    live.correct(first, lambda draft: draft.lines[0].update(quantity=D(2), amount=None))
    assert (held(live, first), held(live, second)) == ([2], [3])


def test_the_programs_own_draft_is_in_nobodys_way(live: Company) -> None:
    first, second = live.item(), live.item()
    live.post("goods_receipt", (first, 5, 2), (second, 5, 2))
    order = live.post("sales_order", (first, 5, 9), (second, 5, 9))
    live.correct(order, lambda draft: draft.lines.pop())
    [draft] = made(live, "delivery_note", "draft")
    assert [x["item_id"] for x in draft.lines] == [first]
    live.run(documents.close, order.id, live.version(order))
    assert made(live, "delivery_note", "draft") == []


def test_buyers_hear_again_of_what_was_not_bought_after_all(live: Company) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    [request] = made(live, "purchase_request")
    bought = request_to_order(live, request.id)
    live.void(bought)
    assert len(told(live, "request")) == 1
    bought = request_to_order(live, request.id)
    live.run(documents.close, order.id, live.version(order))
    live.void(bought)
    assert made(live, "purchase_request") == [] and told(live, "request") == []


def test_a_reversed_order_to_a_supplier_asks_for_nobody_who_wants_nothing(live: Company) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    [request] = made(live, "purchase_request")
    bought = request_to_order(live, request.id)
    live.run(documents.close, order.id, live.version(order))
    live.reverse(bought, live.read(bought.id).header["date"])
    assert made(live, "purchase_request") == []


def test_an_order_that_a_correction_makes_done_has_nothing_to_send(live: Company) -> None:
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    live.post("other_in", (item, 3, 2))
    live.post("delivery_note", line(item, 2, 9, source_line_id=live.line_ids(order)[0]))
    assert len(told(live, "arrived")) == 1
    live.correct(order, lambda draft: draft.lines[0].update(quantity=D(2), amount=None))
    assert (held(live, order), told(live, "arrived")) == ([0], [])


@pytest.fixture
def short(live: Company) -> tuple[Company, int, Saved]:
    """An order of five that nothing covers: its request asks for five."""
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    assert wanted(live) == [[D(5)]]
    return live, item, order


def wanted(c: Company) -> list[list[D]]:
    return [[given["quantity"] for given in request.lines] for request in made(c, "purchase_request")]


def test_goods_from_elsewhere_are_bought_no_more(short: tuple[Company, int, Saved]) -> None:
    c, item, order = short
    c.post("other_in", (item, 3, 1))
    assert held(c, order) == [3] and wanted(c) == [[2]]
    c.post("other_in", (item, 3, 1))
    assert held(c, order) == [5] and wanted(c) == [] and told(c, "request") == []
    assert [r.lines[0]["quantity"] for r in made(c, "purchase_request", "closed")] == [2]


def test_a_smaller_order_asks_for_less(short: tuple[Company, int, Saved]) -> None:
    c, _, order = short
    c.correct(order, lambda d: d.lines[0].update(quantity=D(2), amount=None))
    assert wanted(c) == [[2]]
    c.correct(order, lambda d: d.lines[0].update(quantity=D(4), amount=None))
    assert wanted(c) == [[2], [2]]


def test_what_is_being_ordered_stays(short: tuple[Company, int, Saved]) -> None:
    c, item, _ = short
    [request] = made(c, "purchase_request")
    drafted = Queries(c.engine, c.commands.actor).draft_from("purchase_order", [int(request.id or 0)])
    drafted.header["partner_id"] = c.supplier
    kept = c.run(documents.park, drafted).value
    c.post("other_in", (item, 5, 1))
    assert wanted(c) == [[5]]
    ordered = c.read(kept.id)
    ordered.lines[0]["price"] = D(3)
    c.save(ordered)  # the buyer has it in hand; what comes is stock
    assert made(c, "purchase_request")[0].lines[0]["fulfilled"] == 5


def test_only_what_nobody_else_lacks_is_asked_for_no_more(short: tuple[Company, int, Saved]) -> None:
    """Goods that were asked for by one order are held for another that was promised before."""
    c, item, later = short
    c.correct(later, lambda d: d.header.update(due_date=day(20)))
    c.settings(follow_request="off")
    sooner = c.post("sales_order", (item, 5, 9), due_date=day(10))
    c.post("other_in", (item, 5, 1))
    assert held(c, sooner) == [5] and held(c, later) == [0] and wanted(c) == [[5]]
    c.post("other_in", (item, 4, 1))
    assert held(c, later) == [4] and wanted(c) == [[1]]


def test_goods_sent_without_being_held_are_bought_no_more(live: Company) -> None:
    live.settings(serve_waiting=False)
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    live.post("other_in", (item, 5, 1))
    assert held(live, order) == [0] and wanted(live) == [[5]]
    live.save(Queries(live.engine, live.commands.actor).draft_from("delivery_note", [order.id]))
    assert wanted(live) == []


def test_goods_held_by_hand_are_bought_no_more(live: Company) -> None:
    live.settings(serve_waiting=False)
    item = live.item()
    order = live.post("sales_order", (item, 5, 9))
    live.post("other_in", (item, 5, 1))
    live.run(reservations.reserve, live.read(order.id).lines[0]["id"], D(2))
    assert wanted(live) == [[3]]


def test_what_is_asked_for_the_stock_stays(short: tuple[Company, int, Saved]) -> None:
    c, item, _ = short
    [request] = made(c, "purchase_request")
    c.correct(Saved(int(request.id or 0), request.number, int(request.version or 0), "posted"),
              lambda d: d.lines.append(line(item, 7)))
    c.post("other_in", (item, 5, 1))
    assert wanted(c) == [[7]]


def test_the_programs_own_draft_goes_when_its_order_is_sent_by_another_note(live: Company) -> None:
    item = live.item()
    live.post("goods_receipt", (item, 8, 2))
    order, other = live.post("sales_order", (item, 5, 9)), live.post("sales_order", (item, 1, 9))
    part = Queries(live.engine, live.commands.actor).draft_from("delivery_note", [order.id])
    part.lines[0] |= {"quantity": D(2), "amount": None}
    live.save(part)
    assert len(made(live, "delivery_note", "draft")) == 2  # there is something left to send of both
    live.save(Queries(live.engine, live.commands.actor).draft_from("delivery_note", [order.id]))
    [left] = made(live, "delivery_note", "draft")
    assert left.lines[0]["source_line_id"] == live.line_ids(other)[0]


def test_more_was_ordered_of_one_line_while_the_other_gives_way(live: Company) -> None:
    """A line of which more was taken than it asks for is no reason to refuse what changes another."""
    a, b = live.item(), live.item()
    live.post("sales_order", (a, 1, 9), (b, 5, 9))
    [request] = made(live, "purchase_request")
    draft = Queries(live.engine, live.commands.actor).draft_from("purchase_order", [int(request.id or 0)])
    draft.header["partner_id"] = live.supplier
    draft.lines[0] |= {"quantity": D(4), "price": D(1)}
    draft.lines[1] |= {"quantity": D(1), "price": D(1)}
    live.save(draft)
    live.post("other_in", (b, 2, 1))
    assert wanted(live) == [[1, 3]]


def test_an_approved_request_gives_way_without_another_word(live: Company) -> None:
    live.record("approval_rule", name="申请", document_kind="purchase_request", level=1, role="manager")
    item = live.item()
    live.post("sales_order", (item, 5, 9))
    [asked] = made(live, "purchase_request", "submitted")
    live.as_actor("经理").run(approvals.approve, asked.id, asked.version)
    live.post("other_in", (item, 2, 1))
    assert wanted(live) == [[3]]
