"""What every document type keeps, whatever it is: nobody has to write these tests for a new one."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, DocumentType, Draft, Field, FieldType, Promise
from jxc_desktop.errors import StaleDocument
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents
from jxc_desktop.services.unit_of_work import Saved
from tests.company import DAY, Company, day

T = FieldType
KINDS = pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)


def example(company: Company, field: Field, item: int) -> Any:
    """A value for any field, not the default where there is a choice."""
    references = {T.ITEM: item, T.UNIT: company.kilo, T.WAREHOUSE: company.main, T.SUPPLIER: company.supplier,
                  T.CUSTOMER: company.customer, T.EMPLOYEE: company.employee}
    if field.name == "destination_id":
        return company.record("warehouse", code="W3", name="三仓")
    if field.name == "to_warehouse_id":
        return company.branch
    if field.feature:  # of items that are tracked: tests/services/test_tracking.py
        return None
    if field.type in references:
        return references[field.type]
    if field.type is T.CHOICE:
        return field.choices[-1][0]
    return {T.TEXT: "字 & text", T.NOTE: "a\nb", T.DATE: day(9), T.QUANTITY: D("2.5"), T.PRICE: D("3.33333333"),
            T.MONEY: D("0.99"), T.DISCOUNT: D("0.1"), T.RATE: D("0.13"), T.FLAG: not field.default}[field.type]


def full(company: Company, kind: DocumentType) -> Draft:
    """A draft in which every field is filled; the stock it needs is there."""
    company.employee = company.record("employee", code="E1", name="张三")  # type: ignore[attr-defined]
    item = company.item()
    company.post("opening_stock", (item, 100, "7.77"), date=day(-9))
    line = {c.name: example(company, c, item) for c in kind.columns if not c.shown_only and c.name != "amount"}
    second = line | ({"gift": True, "price": D(0)} if "gift" in line else {})
    line |= {"gift": False} if "gift" in line else {}
    second |= {"role": "use"} if "role" in line else {}
    if kind.spreads_fee:
        receipt = company.post("goods_receipt", (item, 3, "7"), (item, 1, "9"), date=day(-5))
        line, second = ({**given, "source_line_id": id_} for given, id_ in zip(
            (line, second), company.line_ids(receipt), strict=True))
    return Draft(kind.key, {f.name: example(company, f, item) for f in kind.header} | {"date": DAY}, [line, second])


def figures(company: Company) -> list[Any]:
    """Everything that documents move: stock, cost, promises, debts."""
    b, p, owed = (TABLES[name] for name in ("stock_balance", "cost_pool", "partner_balance"))
    found = [company.rows(select(b.c.item_id, b.c.warehouse_id, b.c.on_hand, b.c.reserved, b.c.on_order).order_by(
        b.c.item_id, b.c.warehouse_id)), company.rows(select(p.c.item_id, p.c.quantity, p.c.value).order_by(
            p.c.item_id)), company.rows(select(owed).order_by(owed.c.partner_id, owed.c.account))]
    return [[row for row in rows if any(value for value in row[1:] if isinstance(value, D))] for rows in found]


def row_of(company: Company, saved: Saved) -> Any:
    d = TABLES["document"]
    return company.rows(select(d).where(d.c.id == saved.id))[0]


@KINDS
def test_a_draft_comes_back_as_it_was_given(company: Company, kind: DocumentType) -> None:
    draft = full(company, kind)
    for operation in (documents.park, documents.save):
        saved = company.run(operation, draft).value
        back = company.read(saved.id)
        assert {f.name: back.header[f.name] for f in kind.header} == draft.header
        names = {c.name for c in kind.columns if not c.shown_only} - {"amount"}
        assert [{n: line[n] for n in names} for line in back.lines] == [
            {n: line[n] for n in names} for line in draft.lines]
        for line in back.lines:
            for f in kind.columns:
                assert f.shown_only or f.problem(line[f.name]) is None


@KINDS
def test_what_it_does_is_taken_back_in_every_way(company: Company, kind: DocumentType) -> None:
    """Unposted, posted again, voided, reversed: nothing remains of it, or all is there again."""
    draft = full(company, kind)
    before = figures(company)
    saved = company.save(draft)
    posted = figures(company)
    assert (posted == before) == (kind.promise is Promise.REQUESTED)
    company.unpost(saved)
    assert figures(company) == before
    again = company.save(company.read(saved.id))
    assert (again.number, again.version, again.status) == (saved.number, 3, "posted")
    assert figures(company) == posted
    company.void(saved)
    assert figures(company) == before
    other = company.save(draft)
    assert figures(company) == posted
    if kind.reversible:
        company.reverse(other, day(1))
        assert figures(company) == before
    assert company.worth(saved) == (0, 0)


@pytest.mark.parametrize("kind", [k for k in document_types.ALL if k.reversible], ids=lambda kind: kind.key)
def test_a_reversal_mirrors_it(company: Company, kind: DocumentType) -> None:
    saved = company.save(full(company, kind))
    mirror = company.reverse(saved, day(1))
    original, other = row_of(company, saved), row_of(company, mirror)
    assert (original.status, other.status, other.reversal_of_id, other.date) == ("reversed", "posted", saved.id, day(1))
    for name in ("total", "total_net", "total_tax", "total_quantity"):
        assert getattr(other, name) == -getattr(original, name)
    assert [-line["base_quantity"] for line in company.read(mirror.id).lines] == [
        line["base_quantity"] for line in company.read(saved.id).lines]
    assert company.worth(mirror) == tuple(-part for part in company.worth(saved))


@KINDS
def test_nobody_overwrites_somebody_elses_change(company: Company, kind: DocumentType) -> None:
    saved = company.save(full(company, kind))
    mine, theirs = company.read(saved.id), company.read(saved.id)
    company.as_actor("李四").save(theirs)
    before = company.counts(), figures(company)
    with pytest.raises(StaleDocument) as caught:
        company.save(mine)
    assert caught.value.data["by"] == "李四"
    assert (company.counts(), figures(company)) == before


@KINDS
def test_the_same_command_twice_is_one(company: Company, kind: DocumentType) -> None:
    draft = full(company, kind)
    saved = company.run(documents.save, draft, key="save")
    for operation, args, key in ((documents.save, (draft,), "save"), (documents.void, (saved.value.id, 1), "void")):
        first = company.run(operation, *args, key=key)
        before = company.counts(), figures(company)
        again = company.run(operation, *args, key=key)
        assert (again.value, again.changes) == (first.value, first.changes)
        assert (company.counts(), figures(company)) == before


@KINDS
def test_it_is_written_down_and_told(company: Company, kind: DocumentType) -> None:
    """An audit row with every field that was given, and a change row that other programs hear."""
    draft = full(company, kind)
    before = company.counts()
    saved = company.save(draft)
    audit, change = TABLES["audit_entry"].c, TABLES["change"].c
    [entry] = company.rows(select(audit.action, audit.detail, audit.number).where(
        audit.entity == kind.key, audit.entity_id == saved.id))
    assert (entry.action, entry.number) == ("post", saved.number)
    given = {(f.name, None) for f in kind.header if draft.header[f.name] is not None} | {
        (c.name, i) for c in kind.columns if not c.shown_only for i in range(2)
        if c.name == "amount" or draft.lines[i][c.name] is not None}
    assert {(name, line) for name, line, *_ in entry.detail} == given
    assert company.counts()["audit_entry"] == before["audit_entry"] + 1
    assert company.rows(select(change.id).where(change.entity == kind.key, change.entity_id == saved.id))


@KINDS
def test_every_figure_of_a_line_is_corrected(company: Company, kind: DocumentType) -> None:
    draft = full(company, kind)
    if not kind.column("role"):
        draft.lines.pop()
    saved = company.save(draft)
    before = figures(company)

    def double(changed: Draft) -> None:
        changed.lines[0] |= other | {"amount": None}
        if kind.spreads_fee:
            changed.header["fee"] = D("1.98")

    other = {"quantity": D(5)} if kind.column("quantity") else {"price": D(9)} if kind.column("price") else {}
    company.correct(saved, double)
    corrected = figures(company)
    assert (corrected == before) == (kind.promise is Promise.REQUESTED)
    company.void(saved)
    double(draft)
    company.save(draft)
    assert figures(company) == corrected


@KINDS
def test_money_and_stock_are_declared_to_go_together(kind: DocumentType) -> None:
    """A type that settles needs a partner; one that moves needs a warehouse; a priced one an amount to add up."""
    header = {f.name for f in kind.header}
    draft = Draft(kind.key, {"partner_id": 1, "warehouse_id": 1, "to_warehouse_id": 2, "total": D(1)},
                  [{"item_id": 1, "base_quantity": D(1), "value": D(1), "amount": D(1), "role": "use"}])
    assert not kind.settles(draft) or "partner_id" in header
    assert all(entry.account in Account for entry in kind.settles(draft))
    assert not kind.effect(draft) or "warehouse_id" in header or kind.spreads_fee
    assert not kind.promise or "warehouse_id" in header
    assert not kind.spreads_fee or {"fee", "fee_basis"} <= header
