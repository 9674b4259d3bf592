"""Find the break: faults planted behind the program's back, and days on which nothing is wrong."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from jxc_desktop import i18n
from jxc_desktop.errors import NotFound, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import approvals, documents, periods, unit_of_work
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.queries.breaks import Answer, Fault, Question, Severity, Step
from jxc_desktop.services.unit_of_work import Actor, Saved
from tests.company import Company, day, line
from tests.tampering import unguarded

TODAY = day(20)
BOOKS = ("document", "document_line", "posting", "stock_move", "partner_entry", "stock_balance", "partner_balance")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    i18n.use_language("en")
    yield
    i18n.use_language("zh_CN")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Commands happen when the test says: `clock(day, hour)`."""
    def turn(on: dt.date, hour: int = 9, minute: int = 0) -> None:
        at = dt.datetime.combine(on, dt.time(hour, minute)).astimezone(dt.UTC).replace(tzinfo=None)
        monkeypatch.setattr(unit_of_work, "utc_now", lambda: at)

    turn(day(0))
    return turn


@pytest.fixture
def plant(company: Company) -> Iterator[Any]:
    """`with plant() as connection:` does things behind the program's back; at the end all is as before."""
    before: dict[str, list[dict[str, Any]]] = {}

    @contextmanager
    def planted() -> Iterator[Connection]:
        with unguarded(company) as connection:
            before.update({name: [dict(r) for r in connection.execute(select(TABLES[name])).mappings()]
                           for name in BOOKS})
            yield connection

    yield planted
    with unguarded(company) as connection:
        for name, rows in before.items():
            connection.execute(delete(TABLES[name]))
            if rows:
                connection.execute(insert(TABLES[name]), rows)


def copy(connection: Connection, table: str, condition: Any, **changes: Any) -> dict[int, int]:
    """Copies of rows under new ids: {old id: new id}. A change may be a dict from the old value."""
    t, made = TABLES[table], {}
    for row in connection.execute(select(t).where(condition).order_by(t.c.id)).mappings().all():
        new = (connection.scalar(select(func.max(t.c.id))) or 0) + 1
        values = {k: v.get(row[k], row[k]) if isinstance(v, dict) else v for k, v in changes.items()}
        connection.execute(insert(t), [{**row, **values, "id": new}])
        made[row["id"]] = new
    return made


def copied(connection: Connection, saved: Saved, number: str, **header: Any) -> int:
    """The document once more, with all that it posted; the running sums say so too."""
    t = TABLES
    [new] = copy(connection, "document", t["document"].c.id == saved.id, number=number, **header).values()
    lines = copy(connection, "document_line", t["document_line"].c.document_id == saved.id, document_id=new)
    postings = copy(connection, "posting", t["posting"].c.document_id == saved.id, document_id=new)
    for table in ("stock_move", "partner_entry"):
        more = {"line_id": lines} if table == "stock_move" else {}
        copy(connection, table, t[table].c.document_id == saved.id, document_id=new, posting_id=postings, **more)
    m, b = t["stock_move"].c, t["stock_balance"]
    for r in connection.execute(select(m.item_id, m.warehouse_id, m.quantity).where(m.document_id == new)).all():
        connection.execute(update(b).where(b.c.item_id == r.item_id, b.c.warehouse_id == r.warehouse_id).values(
            on_hand=b.c.on_hand + r.quantity))
    e, o = t["partner_entry"].c, t["partner_balance"]
    for r in connection.execute(select(e.partner_id, e.account, e.amount).where(e.document_id == new)).all():
        connection.execute(update(o).where(o.c.partner_id == r.partner_id, o.c.account == r.account).values(
            amount=o.c.amount + r.amount))
    return new


def ask(company: Company, actor: Actor | None = None, today: dt.date = TODAY, **question: Any) -> Answer:
    asked = Question(**{"first": day(-1), "last": day(19), **question})
    return Queries(company.engine, actor or company.commands.actor).breaks(asked, today)


def faults(answer: Answer) -> list[tuple[Fault, str, Step, str]]:
    """(what, document, step, person) of the findings that are more than good to know."""
    return [(f.fault, f.name, f.step, f.person) for f in answer.findings if f.severity is not Severity.NOTE]


def trade(c: Company) -> tuple[int, int, list[Saved]]:
    """Some days on which all that comes and goes was ordered, each step by another person."""
    screws, wire = c.item(name="螺丝"), c.item(name="铁丝")
    buyer, clerk, seller = (c.as_actor(name) for name in ("采购小王", "仓管老李", "销售小张"))
    receipts = []
    for n in range(4):
        ordered = buyer.post("purchase_order", (screws, 20, 3), (wire, 10, 2), date=day(n), due_date=day(n + 1))
        first, second = c.line_ids(ordered)
        receipts.append(clerk.post("goods_receipt", line(screws, 20, 3, source_line_id=first),
                                   line(wire, 10, 2, source_line_id=second), date=day(n)))
        sold = seller.post("sales_order", (screws, 5 + n, 9), date=day(n), due_date=day(n + 1))
        clerk.post("delivery_note", line(screws, 5 + n, 9, source_line_id=c.line_ids(sold)[0]), date=day(n))
    return screws, wire, receipts


# --- the three faults of the acceptance ---------------------------------------------------------------------


def test_a_double_receipt_forced_into_the_database(company: Company, plant: Any) -> None:
    screws, wire, receipts = trade(company)
    assert faults(ask(company)) == []
    with plant() as connection:
        new = copied(connection, receipts[2], "CGRK-20260304-0099", posted_by="外人老赵", created_by="外人老赵")
    order = company.rows(select(TABLES["document"].c.number).where(
        TABLES["document"].c.kind == "purchase_order").order_by(TABLES["document"].c.id))[2].number
    for question in ({"item_id": screws}, {"partner_id": company.supplier}, {"number": order}, {},
                     {"item_id": wire, "warehouse_id": company.main}):
        found = ask(company, **question)
        twice = found.findings[0]
        assert (twice.fault, twice.severity, twice.document_id, twice.name, twice.step, twice.person) == (
            Fault.TAKEN_TWICE, Severity.WRONG, new, "CGRK-20260304-0099", Step.MOVED, "外人老赵"), question
        assert twice.page == f"document/goods_receipt/{new}" and order in twice.text
        assert f"{receipts[2].number} (03-04 仓管老李), CGRK-20260304-0099 (03-04 外人老赵)" in twice.text
        assert {f.fault for f in found.findings if f.severity is not Severity.NOTE} == {
            Fault.TAKEN_TWICE, Fault.UNTRACED}, question  # no line of the audit trail tells of it either
        assert next(r for r in found.chain if r.document and r.document.id == new).state == "Twice"
    assert "螺丝 20, but 螺丝 40 came" in ask(company, item_id=screws, difference=D(-20)).findings[0].text
    assert [f.fault for f in ask(company, item_id=screws, difference=D(20)).findings if f.fits][:1] == [
        Fault.TAKEN_TWICE]


def test_a_receipt_copied_without_its_order_is_a_twin(company: Company, plant: Any) -> None:
    screws, _, receipts = trade(company)
    with plant() as connection:
        new = copied(connection, receipts[0], "CGRK-20260302-0099")
        connection.execute(update(TABLES["document_line"]).where(
            TABLES["document_line"].c.document_id == new).values(source_line_id=None))
    found = faults(ask(company, item_id=screws))
    assert (Fault.TWIN, "CGRK-20260302-0099", Step.MOVED, "仓管老李") in found
    assert (Fault.NO_ORDER, "CGRK-20260302-0099", Step.ORDERED, "仓管老李") in found


def test_a_delivery_without_an_order(company: Company) -> None:
    screws, wire, _ = trade(company)
    note = company.as_actor("仓管老李").post("delivery_note", (screws, 5, 9), date=day(4))
    for question in ({"item_id": screws, "difference": D(-5)}, {"partner_id": company.customer}, {},
                     {"number": note.number}):
        found = ask(company, **question)
        assert faults(found) == [(Fault.NO_ORDER, note.number, Step.ORDERED, "仓管老李")], question
        assert found.findings[0].page == f"document/delivery_note/{note.id}"
        assert found.findings[0].fits is ("difference" in question)
    assert "华联超市" in ask(company).findings[0].text and "螺丝 5" in ask(company).findings[0].text
    assert faults(ask(company, item_id=wire)) == []  # it is not about that


def test_who_often_sells_without_an_order_is_not_alarmed(company: Company) -> None:
    screws, _, _ = trade(company)
    for n in range(3):
        company.post("delivery_note", (screws, n + 1, 9), date=day(n))
    assert faults(ask(company)) == []


def test_a_count_never_posted(company: Company) -> None:
    screws, wire, _ = trade(company)
    draft = company.draft("stock_count", {"item_id": screws, "book": D(54), "quantity": D(49)},
                          {"item_id": wire, "book": D(40), "quantity": D(40)}, date=day(6))
    counted = company.as_actor("盘点小陈").run(documents.park, draft).value
    [told] = [f for f in ask(company, item_id=screws).findings if f.severity is not Severity.NOTE]
    assert (told.fault, told.severity, told.document_id, told.step, told.person, told.quantity) == (
        Fault.NOT_BOOKED, Severity.WRONG, counted.id, Step.COUNTED, "盘点小陈", D(-5))
    assert "counted 49 in 主仓 where the books had 54" in told.text
    assert told.page == f"document/stock_count/{counted.id}"
    [told] = ask(company).findings
    assert "counted 2 lines in 主仓, 1 of them unlike the books" in told.text
    [told] = ask(company, item_id=wire).findings
    assert told.severity is Severity.SUSPECT  # it only says what the books say
    assert ask(company, item_id=screws, first=day(10)).findings[0].document_id == counted.id  # open since then
    [told] = ask(company, item_id=screws, today=day(6)).findings
    assert told.severity is Severity.NOTE  # they may still be at it
    [row] = ask(company, item_id=screws).counts
    assert (row.posted, row.book, row.counted, row.difference, row.on_hand, row.person) == (
        False, D(54), D(49), D(-5), D(54), "盘点小陈")


# --- a day on which nothing is wrong ------------------------------------------------------------------------


def test_a_normal_week_has_nothing_to_tell(company: Company) -> None:
    c = company
    c.settings(over_receipt=D("0.1"))
    screws, wire, _ = trade(c)
    c.post("opening_stock", (screws, 10, 3), date=day(-1))
    part = c.post("purchase_order", (screws, 100, 3), date=day(2), due_date=day(30))
    [wanted] = c.line_ids(part)
    for n, quantity in ((3, 58), (4, 50)):  # in two parts, a little more than ordered
        c.post("goods_receipt", line(screws, quantity, 3, source_line_id=wanted), date=day(n))
    last = c.post("goods_receipt", line(screws, 2, 3, source_line_id=wanted), date=day(5))
    c.reverse(c.correct(last, lambda d: d.lines[0].update(quantity=D(1))), date=day(6))
    sold = c.post("sales_order", (screws, 12, 9), date=day(3))
    note = c.post("delivery_note", line(screws, 12, 9, source_line_id=c.line_ids(sold)[0]), date=day(4))
    c.post("sales_return", line(screws, 12, 9, source_line_id=c.line_ids(note)[0]), date=day(5))
    c.post("delivery_note", line(screws, 12, 9, source_line_id=c.line_ids(sold)[0]), date=day(6))  # once more
    c.post("transfer", (screws, 4), date=day(5))
    c.post("other_out", (wire, 1), date=day(5))
    c.post("stock_count", line(wire, 38), date=day(6))
    c.void(c.post("delivery_note", (wire, 1, 4), date=day(6)))
    closed = c.post("sales_order", (wire, 3, 9), date=day(2), due_date=day(5))
    c.run(documents.close, closed.id, c.version(closed))
    for question in ({}, {"item_id": screws}, {"item_id": wire}, {"partner_id": c.supplier}, {"number": note.number}):
        assert ask(c, **question).findings == (), question


# --- the other rules ----------------------------------------------------------------------------------------


def test_an_order_that_nothing_came_of(company: Company) -> None:
    screws, _, _ = trade(company)
    order = company.as_actor("采购小王").post("purchase_order", (screws, 40, 3), date=day(-10), due_date=day(5))
    company.post("goods_receipt", line(screws, 15, 3, source_line_id=company.line_ids(order)[0]), date=day(4))
    found = ask(company, item_id=screws)  # though it is older than the days in question
    assert faults(found) == [(Fault.OVERDUE, order.number, Step.MOVED, "采购小王")]
    assert "15 d ago" in found.findings[0].text and "螺丝 25" in found.findings[0].text
    assert found.findings[0].quantity == D(25)
    rest = next(r for r in found.chain if r.document is None)
    assert (rest.source.number if rest.source else "", rest.asked, rest.done, rest.state) == (
        order.number, D(40), D(15), "Overdue")
    assert faults(ask(company, item_id=screws, today=day(5))) == []


def test_goods_that_left_on_a_draft(company: Company) -> None:
    screws, wire, _ = trade(company)
    clerk = company.as_actor("仓管老李")
    parked = clerk.run(documents.park, company.draft("delivery_note", (screws, 5, 9), date=day(3))).value
    taken = company.as_actor("销售小张").unpost(company.post("other_out", (wire, 2), date=day(4)))
    clerk.run(documents.park, company.draft("delivery_note", {"item_id": screws, "quantity": None}, date=day(3)))
    ordered = company.post("sales_order", (screws, 2, 9), date=day(3), due_date=day(30))
    planned = company.draft("delivery_note", line(screws, 2, 9, source_line_id=company.line_ids(ordered)[0]),
                            date=day(18))
    clerk.run(documents.park, planned)
    asked = clerk.run(documents.park, company.draft("sales_order", (wire, 3, 9), date=day(2))).value
    found = ask(company)
    assert faults(found) == [(Fault.NOT_POSTED, "Delivery note (draft)", Step.POSTED, "仓管老李"),
                             (Fault.NOT_POSTED, taken.number, Step.POSTED, "销售小张")]
    assert "was taken back or rejected" in found.findings[1].text and found.findings[0].document_id == parked.id
    assert [f.document_id for f in found.findings if f.severity is Severity.NOTE] == [asked.id]
    assert faults(ask(company, today=day(3)))[:1] == []


def test_what_waits_for_approval_or_was_rejected(company: Company) -> None:
    screws, _, _ = trade(company)
    company.record("approval_rule", name="出库", document_kind="other_out", level=1, role="manager")
    clerk, boss = company.as_actor("仓管老李"), company.as_actor("老板")
    held = clerk.post("other_out", (screws, 3), date=day(4))
    [told] = [f for f in ask(company, item_id=screws).findings if f.severity is not Severity.NOTE]
    assert (told.fault, told.name, told.step, told.person, told.quantity) == (
        Fault.WAITING, held.number, Step.APPROVED, "仓管老李", D(3))
    boss.run(approvals.reject, held.id, company.version(held), "数量不对")
    assert faults(ask(company, item_id=screws)) == [(Fault.NOT_POSTED, held.number, Step.POSTED, "老板")]
    again = clerk.save(company.read(held.id))
    boss.run(approvals.approve, again.id, company.version(again))
    assert faults(ask(company, item_id=screws)) == []


def test_the_approver_stands_in_the_chain(company: Company) -> None:
    tea = company.item(name="茶叶")
    company.record("approval_rule", name="采购", document_kind="purchase_order", level=1, role="manager")
    order = company.as_actor("采购小王").post("purchase_order", (tea, 3, 3), date=day(4))
    assert ask(company, item_id=tea).chain[0].state == "Waits for approval"
    company.as_actor("老板").run(approvals.approve, order.id, company.version(order))
    [row] = ask(company, item_id=tea).chain
    assert row.ordered and row.ordered.person == "采购小王" and row.approved and row.approved.person == "老板"


def test_booked_long_after_the_day_on_it(company: Company, clock: Any) -> None:
    item = company.item(name="茶叶")
    company.post("opening_stock", (item, 100, 1))
    for n in range(1, 12):
        clock(day(n))
        company.post("other_out", (item, n), date=day(n))
    clerk = company.as_actor("仓管老李")
    slow = clerk.post("other_out", (item, 5), date=day(2))
    found = ask(company, item_id=item, difference=D(-5))
    assert faults(found) == [(Fault.LATE, slow.number, Step.POSTED, "仓管老李")]
    assert "9 days later" in found.findings[0].text and found.findings[0].fits
    early = clerk.post("other_out", (item, 1), date=day(15))
    assert {f[1] for f in faults(ask(company))} == set()  # that makes two, but ...
    for n in range(12, 19):
        clock(day(n))
        company.post("other_in", (item, n, 1), date=day(n))
    assert {f[1] for f in faults(ask(company))} == {slow.number, early.number}  # ... of 20 it is rare


def test_sums_that_do_not_agree(company: Company, plant: Any) -> None:
    screws, _, _ = trade(company)
    b, p = TABLES["stock_balance"], TABLES["partner_balance"]
    with plant() as connection:
        connection.execute(update(b).where(b.c.item_id == screws).values(on_hand=b.c.on_hand - 5))
        connection.execute(update(p).where(p.c.partner_id == company.supplier).values(amount=D(1)))
    found = ask(company, item_id=screws, difference=D(5))
    told = next(f for f in found.findings if f.quantity is not None)
    assert (told.fault, told.step, told.quantity, told.fits, told.page) == (
        Fault.UNBALANCED, Step.POSTED, D(-5), True, f"ledger/{screws}/{company.main}")
    assert "螺丝 in 主仓: the balance says 49, the ledger 54" in told.text
    assert [f.page for f in ask(company, partner_id=company.supplier).findings if f.step is Step.SETTLED] == [
        f"record/partner/{company.supplier}"]


def test_who_changed_which_rule(company: Company, clock: Any) -> None:
    screws, _, _ = trade(company)
    clock(day(3))
    boss = company.as_actor("老板")
    boss.settings(negative_stock="allow", phone="0755")
    boss.change_record("item", screws, negative_stock="allow", remark="x")
    boss.change_record("partner", company.customer, credit_limit=D(500))
    boss.run(periods.close, day(-1))
    boss.run(periods.reopen, "漏记一单")
    told = ask(company, item_id=screws).findings
    assert [(f.fault, f.severity, f.step, f.person, f.name) for f in told] == [
        (Fault.CHANGED, Severity.NOTE, Step.RULES, "老板", name) for name in (
            f"Period close {day(-1)}", "Item I001", "Company")]
    assert "漏记一单" in told[0].text and "Allow" in told[1].text and "0755" not in told[2].text
    assert [f.page for f in told] == ["periods", f"record/item/{screws}", "record/company/1"]
    assert [f.name for f in ask(company, partner_id=company.customer).findings] == [
        f"Period close {day(-1)}", "Partner C1", "Company"]
    assert ask(company, first=day(4)).findings == ()


def test_changes_without_a_bearing_stand_apart(company: Company, clock: Any) -> None:
    """Asked about a document: what was changed after it was done, or is about others, explains nothing of it."""
    screws, _, _ = trade(company)
    clock(day(3))
    parked = company.run(documents.park, company.draft("other_out", (screws, 1), date=day(3))).value
    clock(day(4))
    boss = company.as_actor("老板")
    for kind in ("other_out", "transfer"):
        boss.record("flow_rule", name=kind, document_kind=kind, measure="always", action="alert", role="manager")
    boss.settings(slow_days=30)
    boss.settings(negative_stock="allow")
    rule = company.scalar(select(TABLES["flow_rule"].c.id).where(TABLES["flow_rule"].c.name == "other_out"))
    boss.change_record("flow_rule", rule, name="渠道")
    clock(day(5))
    note = company.save(company.read(parked.id))
    clock(day(6))
    boss.settings(over_receipt=D("0.1"))
    found = ask(company, number=note.number)
    assert [(f.fault, f.name) for f in found.findings] == [
        (Fault.CHANGED, name) for name in ("Follow-up rule 渠道", "Company", "Follow-up rule other_out")]
    assert "渠道" in found.findings[0].text and "Allow" in found.findings[1].text
    assert [f.name for f in found.meanwhile] == ["Company", "Company", "Follow-up rule transfer"]
    assert "tolerance" in found.meanwhile[0].text and "lie still" in found.meanwhile[1].text
    whole = ask(company)
    assert (len(whole.findings), [f.name for f in whole.meanwhile]) == (4, ["Company", "Follow-up rule transfer"])


# --- the chain, the counts, the stock -----------------------------------------------------------------------


def test_each_step_with_its_time_and_person(company: Company, clock: Any) -> None:
    tea = company.item(name="茶叶")
    buyer, clerk = company.as_actor("采购小王"), company.as_actor("仓管老李")
    clock(day(0), 8)
    parked = buyer.run(documents.park, company.draft("purchase_order", (tea, 10, 4))).value
    clock(day(1), 10)
    order = company.as_actor("经理").save(company.read(parked.id))
    clock(day(5), 15)
    receipt = clerk.post("goods_receipt", line(tea, 6, 4, source_line_id=company.line_ids(order)[0]), date=day(4))
    moved = clerk.post("transfer", (tea, 2), date=day(5))
    chain = ask(company, item_id=tea).chain
    assert [(r.source.number if r.source else None, r.document.number if r.document else None, r.state)
            for r in chain] == [(None, moved.number, ""), (order.number, receipt.number, ""),
                                (order.number, None, "Open")]
    row = chain[1]
    steps = [(act.person, act.at.date()) for act in (row.ordered, row.approved, row.moved, row.posted, row.settled)
             if act]
    assert steps == [("采购小王", day(0)), ("经理", day(1)), ("仓管老李", day(4)), ("仓管老李", day(5)),
                     ("仓管老李", day(5))]
    assert (row.asked, row.done, row.amount, row.partner, row.place) == (D(10), D(6), D(24), "宏达五金", "主仓")
    assert row.waited == "3 d: Approval → Goods move"
    assert ask(company, number=receipt.number).chain[1:] == (chain[1], chain[2]) or len(
        ask(company, number=receipt.number).chain) == 2
    assert [r.document for r in ask(company, item_id=tea, warehouse_id=company.branch).chain] == [chain[0].document]


def test_book_against_count_and_what_moved_since(company: Company) -> None:
    tea = company.item(name="茶叶")
    company.post("opening_stock", (tea, 100, 4), date=day(-3))
    company.post("delivery_note", (tea, 10, 9), date=day(0))
    company.as_actor("盘点小陈").post("stock_count", line(tea, 85), date=day(1))
    company.correct(company.post("goods_receipt", (tea, 20, 4), date=day(2)), lambda d: d.lines[0].update(
        quantity=D(18)))
    company.post("transfer", (tea, 3), date=day(3))
    found = ask(company, item_id=tea, warehouse_id=company.main)
    [row] = found.counts
    assert (row.posted, row.person, row.book, row.counted, row.difference, row.came, row.went, row.on_hand) == (
        True, "盘点小陈", D(90), D(85), D(-5), D(18), D(3), D(100))
    stock = found.stock
    assert stock and (stock.opening, stock.came, stock.went, stock.closing, stock.on_hand) == (
        D(100), D(18), D(18), D(100), D(100))
    whole = ask(company, item_id=tea).stock
    assert whole and (whole.opening, whole.came, whole.went, whole.on_hand) == (D(100), D(18), D(15), D(103))


def test_what_cannot_be_asked(company: Company) -> None:
    with pytest.raises(NotFound):
        ask(company, number="XX-1")
    with pytest.raises(NotFound):
        ask(company, item_id=999)
    with pytest.raises(PermissionDenied):
        ask(company, Actor("业务", frozenset({"item.see"})))
    screws, _, receipts = trade(company)
    seller = Actor("业务", frozenset({"report.see", "delivery_note.see"}))
    assert {r.document.kind for r in ask(company, seller, item_id=screws).chain if r.document} == {"delivery_note"}
    with pytest.raises(NotFound):
        ask(company, seller, number=receipts[0].number)
