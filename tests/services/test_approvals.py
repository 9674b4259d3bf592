"""Documents that need somebody's word: submitted by saving, posted by the last approval; and rules of the company."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import InvalidDraft, NotEnoughStock, PermissionDenied, StaleDocument, WrongState
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, approvals, documents, notices, rules
from jxc_desktop.services.approvals import OwnDocument
from jxc_desktop.services.booking import UnpostFirst
from jxc_desktop.services.rules import RefusedByRule
from jxc_desktop.services.unit_of_work import Actor, Commands, Saved, utc_now
from tests.company import Company, _borrowed

N, A = TABLES["notice"].c, TABLES["audit_entry"].c


def person(c: Company, name: str, role: str) -> Company:
    """The same company at the PC of somebody with a role."""
    return _borrowed(c, Commands(c.engine, Actor(name, access.ROLES[role], role=role), f"PC of {name}"))


def rule(c: Company, level: int = 1, role: str = "manager", kind: str = "purchase_order", **values: Any) -> int:
    return c.record("approval_rule", name=f"{kind} {level}", document_kind=kind, level=level, role=role, **values)


def decide(c: Company, saved: Saved, *reason: str) -> Saved:
    command = approvals.reject if reason else approvals.approve
    return c.run(command, saved.id, c.version(saved), *reason).value  # type: ignore[no-any-return]


def waiting(c: Company) -> list[tuple[str, str | int]]:
    return [(r.role, r.data["level"]) for r in c.rows(select(N.role, N.data).where(
        N.kind == "approve", N.cleared_at.is_(None)).order_by(N.id))]


def mine(c: Company) -> list[int]:
    with c.engine.connect() as connection:
        return [id_ for id_, _ in approvals.waiting_for(connection, c.commands.actor)]


def test_saving_submits_and_the_last_approval_posts(company: Company) -> None:
    item = company.item()
    rule(company)
    rule(company, level=2, role="accountant", above=D(100))
    buyer, manager, accountant = (person(company, n, r) for n, r in (
        ("陈明", "buyer"), ("刘总", "manager"), ("周敏", "accountant")))
    small, large = (buyer.post("purchase_order", (item, n, 10)) for n in (5, 50))
    assert small.status == large.status == "submitted" and small.number and large.number
    assert company.balance(item) == (0, 0, 0)
    assert (mine(manager), mine(accountant), mine(buyer)) == ([small.id, large.id], [], [])
    assert decide(manager, small).status == "posted"
    assert company.balance(item) == (0, 0, 5)
    assert decide(manager, large).status == "submitted"
    assert (mine(manager), mine(accountant), waiting(company)) == ([], [large.id], [("accountant", 2)])
    assert decide(accountant, large).status == "posted"
    assert (company.balance(item), waiting(company)) == ((0, 0, 55), [])
    with company.engine.connect() as connection:
        assert [(r.level, r.decision, r.decided_by) for r in approvals.history(connection, large.id)] == [
            (1, "approve", "刘总"), (2, "approve", "周敏")]
    assert [r.action for r in company.rows(select(A.action).where(
        A.entity == "purchase_order", A.entity_id == large.id).order_by(A.id))] == [
        "submit", "approve", "approve", "post"]


def test_who_prepared_it_or_has_no_say_cannot_approve(company: Company) -> None:
    item = company.item()
    rule(company)
    buyer, manager = person(company, "陈明", "buyer"), person(company, "刘总", "manager")
    saved = buyer.post("purchase_order", (item, 5, 10))
    with pytest.raises(PermissionDenied):
        decide(buyer, saved)
    own = manager.post("purchase_order", (item, 5, 10))
    with pytest.raises(OwnDocument):
        decide(manager, own)
    company.settings(self_approval=True)
    assert decide(manager, own).status == "posted"
    with pytest.raises(StaleDocument):
        manager.run(approvals.approve, saved.id, 99)
    decide(manager, saved)
    with pytest.raises(WrongState):
        decide(manager, saved)


def test_a_rejected_document_comes_back_with_the_reason(company: Company) -> None:
    item = company.item()
    rule(company)
    buyer, manager = person(company, "陈明", "buyer"), person(company, "刘总", "manager")
    saved = buyer.post("purchase_order", (item, 5, 10))
    with pytest.raises(InvalidDraft):
        decide(manager, saved, " ")
    assert decide(manager, saved, "too dear").status == "draft"
    with company.engine.connect() as connection:
        [told] = notices.open_for(connection, buyer.commands.actor, utc_now())
    assert (told.kind, told.data["reason"], told.document_id) == ("rejected", "too dear", saved.id)
    draft = buyer.read(saved.id)
    draft.lines[0] |= {"price": D(8), "amount": None}
    again = buyer.save(draft)
    assert (again.status, again.number) == ("submitted", saved.number)
    with company.engine.connect() as connection:  # who brings it again has seen it
        assert notices.open_for(connection, buyer.commands.actor, utc_now()) == []
    recalled = buyer.run(approvals.recall, again.id, buyer.version(again)).value
    assert (recalled.status, waiting(company)) == ("draft", [])
    again = buyer.save(buyer.read(saved.id))
    assert decide(manager, again).status == "posted"
    assert company.balance(item) == (0, 0, 5)
    dropped = buyer.post("purchase_order", (item, 5, 10))
    decide(manager, dropped, "too many")
    company.void(dropped)
    with company.engine.connect() as connection:
        assert notices.open_for(connection, buyer.commands.actor, utc_now()) == []


def test_what_cannot_be_posted_is_not_approved_either(company: Company) -> None:
    item = company.item()
    rule(company, kind="delivery_note")
    seller, manager = person(company, "王芳", "salesperson"), person(company, "刘总", "manager")
    saved = seller.post("delivery_note", (item, 5, 10))
    before = company.counts()
    with pytest.raises(NotEnoughStock):
        decide(manager, saved)
    assert company.counts() == before
    company.post("goods_receipt", (item, 5, 1))
    assert decide(manager, saved).status == "posted"
    assert company.on_hand(item) == 0
    saved = seller.post("delivery_note", (item, 5, 10))
    assert company.void(saved).status == "void"


def test_rules_ask_by_warehouse_and_category(company: Company) -> None:
    parent = company.record("category", name="贵重")
    child = company.record("category", name="手表", parent_id=parent)
    watch, rice = company.item(category_id=child), company.item()
    rule(company, category_id=parent)
    rule(company, kind="other_in", warehouse_id=company.branch)
    assert company.post("purchase_order", (rice, 1, 1)).status == "posted"
    assert company.post("purchase_order", (rice, 1, 1), (watch, 1, 1)).status == "submitted"
    assert company.post("other_in", (rice, 1, 1)).status == "posted"
    assert company.post("other_in", (rice, 1, 1), warehouse_id=company.branch).status == "submitted"


def test_a_changed_rule_counts_for_the_next_document_and_is_on_record(company: Company) -> None:
    item = company.item()
    number = rule(company, above=D(1000))
    assert company.post("purchase_order", (item, 50, 10)).status == "posted"
    company.change_record("approval_rule", number, above=D(100))
    assert company.post("purchase_order", (item, 50, 10)).status == "submitted"
    company.change_record("approval_rule", number, active=False)
    assert company.post("purchase_order", (item, 50, 10)).status == "posted"
    rows = company.rows(select(A.actor, A.detail).where(A.entity == "approval_rule").order_by(A.id))
    assert [r.actor for r in rows] == ["admin"] * 3
    assert "above" in str(rows[1].detail) and "active" in str(rows[2].detail)


def flow(c: Company, action: str, kind: str = "delivery_note", **values: Any) -> int:
    return c.record("flow_rule", **{"name": "规则", "document_kind": kind, "measure": "always", "action": action,
                                    **values})


def test_rules_of_the_company_refuse_tell_and_ask(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 100, 1))
    flow(company, "block", measure="discount", above=D(20), message="折扣太大")
    flow(company, "alert", measure="total", above=D(500), role="manager", message="大单")
    flow(company, "approve", measure="quantity", above=D(60), role="manager")
    with pytest.raises(RefusedByRule) as refused:
        company.post("delivery_note", {"item_id": item, "quantity": D(1), "price": D(10), "discount": D("0.3")})
    assert "折扣太大" in refused.value.text()
    assert company.post("delivery_note", (item, 1, 10)).status == "posted"
    big = company.post("delivery_note", (item, 30, 20))
    manager = person(company, "刘总", "manager")
    with company.engine.connect() as connection:
        [told] = notices.open_for(connection, manager.commands.actor, utc_now())
    assert (told.kind, told.data, told.document_id) == ("rule", {"number": big.number, "message": "大单"}, big.id)
    assert company.post("delivery_note", (item, 61, 1)).status == "submitted"


def test_half_a_rule_is_no_rule(company: Company) -> None:
    for values, field in (({"action": "alert"}, "role"), ({"action": "block", "measure": "total"}, "above")):
        with pytest.raises(InvalidDraft) as wrong:
            flow(company, **values)
        assert [p.field for p in wrong.value.problems] == [field]


def test_rules_can_ask_for_goods_where_nothing_else_does(company: Company) -> None:
    item = company.item()
    company.settings(reserve_on_order=True)
    company.post("sales_order", (item, 5, 10))
    flow(company, "request", kind="sales_order", measure="quantity", above=D(5))
    company.post("sales_order", (item, 5, 10))
    company.post("sales_order", (item, 6, 10))
    d, x = TABLES["document"].c, TABLES["document_line"].c
    assert [r.base_quantity for r in company.rows(select(x.base_quantity).join_from(
        TABLES["document_line"], TABLES["document"], d.id == x.document_id).where(
        d.kind == "purchase_request"))] == [6]


def test_a_rule_is_tried_on_a_saved_document_and_said_in_words(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 100, 1))
    small, large = (company.post("delivery_note", (item, n, 10)) for n in (5, 50))
    number = flow(company, "alert", measure="total", above=D(100), role="manager")
    with company.engine.connect() as connection:
        assert [rules.applies(connection, "flow_rule", number, documents.read_draft(connection, s.id))
                for s in (small, large)] == [False, True]
        row = connection.execute(select(TABLES["flow_rule"])).mappings().one()
        assert rules.describe(row, rules.names(connection, row)) == "保存销售出库单时，若单据金额超过 100，则通知经理"


def test_what_was_approved_is_not_made_larger_behind_the_approver(company: Company) -> None:
    item = company.item()
    rule(company, above=D(100))
    saved = company.post("purchase_order", (item, 5, 10))
    with pytest.raises(UnpostFirst):
        company.correct(saved, lambda draft: draft.lines[0].update(quantity=D(5000), amount=None))
    manager = person(company, "刘总", "manager")
    large = company.post("purchase_order", (item, 50, 10))
    decide(manager, large)
    company.correct(large, lambda draft: draft.header.update(remark="urgent"))
    with pytest.raises(UnpostFirst):
        company.correct(large, lambda draft: draft.lines[0].update(quantity=D(60), amount=None))
    company.correct(large, lambda draft: draft.lines[0].update(quantity=D(6), amount=None))
    assert company.balance(item) == (0, 0, 11)
