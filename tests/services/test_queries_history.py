"""What is known about a document: its facts, its neighbours, its time line in words; and drafts made from it."""

from decimal import Decimal as D

import pytest

from jxc_desktop import i18n
from jxc_desktop.errors import NotEnoughStock, NotFound, PermissionDenied
from jxc_desktop.services import access, documents
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line


def queries(c: Company, actor: Actor | None = None) -> Queries:
    return Queries(c.engine, actor or c.commands.actor)


def test_neighbours(company: Company) -> None:
    item = company.item()
    company.post("opening_stock", (item, 100, 1))
    order = company.post("sales_order", (item, 10, 5))
    [ordered] = company.line_ids(order)
    notes = [company.post("delivery_note", line(item, n, 5, source_line_id=ordered), date=day(n)) for n in (2, 3)]
    back = company.post("sales_return", line(item, 1, 5, source_line_id=company.line_ids(notes[0])[0]), date=day(4))
    red = company.reverse(notes[1], date=day(5))
    facts = queries(company).document_facts(notes[0].id)
    assert [(x.id, x.kind, x.number, x.status) for x in facts.upstream] == [
        (order.id, "sales_order", order.number, "posted")]
    assert [x.id for x in facts.downstream] == [back.id]
    assert (facts.number, facts.status, facts.version, facts.print_count) == (notes[0].number, "posted", 1, 0)
    assert facts.created_by == facts.posted_by == company.commands.actor.name
    facts = queries(company).document_facts(order.id)
    assert facts.upstream == () and {x.id for x in facts.downstream} >= {notes[0].id, notes[1].id}
    assert facts.progress == "partly"
    facts = queries(company).document_facts(notes[1].id)
    assert facts.reversed_by and facts.reversed_by.id == red.id and facts.reversal_of is None
    assert facts.downstream == ()
    facts = queries(company).document_facts(red.id)
    assert facts.reversal_of and facts.reversal_of.id == notes[1].id


def test_the_time_line_says_what_changed(company: Company) -> None:
    item = company.item(name="螺丝")
    company.post("opening_stock", (item, 10, 1))
    note = company.post("delivery_note", (item, 1, 5))
    boss = company.as_actor("boss")
    other = company.record("partner", code="C2", name="永辉")

    def change(draft: documents.Draft) -> None:
        draft.header |= {"partner_id": other, "settlement": "cash", "tax_included": False}
        draft.lines[0]["quantity"] = D("1.5")
        draft.lines.append(line(item, 2, 4))

    boss.correct(note, change)
    boss.run(documents.print_counted, [note.id])
    boss.correct(note, lambda draft: draft.lines.pop())
    boss.void(note)
    rows = queries(company).timeline(note.id)
    assert [(r.action, r.actor, r.origin) for r in rows] == [
        ("post", "admin", "test"), ("correct", "boss", "PC of boss"), ("print", "boss", "PC of boss"),
        ("correct", "boss", "PC of boss"), ("void", "boss", "PC of boss")]
    assert all(r.number == note.number and r.entity == "delivery_note" for r in rows)
    assert ("客户", "华联超市", "永辉") in rows[1].changes
    assert ("结算方式", "月结", "现结") in rows[1].changes
    assert ("含税单价", "是", "否") in rows[1].changes
    assert ("第 1 行 数量", "1", "1.5") in rows[1].changes
    assert ("第 2 行 商品", "", "螺丝") in rows[1].changes
    assert ("商品", "螺丝", "") in rows[3].changes
    i18n.use_language("en")
    try:
        assert ("line 1 Quantity", "1", "1.5") in queries(company).timeline(note.id)[1].changes
    finally:
        i18n.use_language("zh_CN")


def test_documents_by_number(company: Company) -> None:
    item = company.item()
    opening = company.post("opening_stock", (item, 10, 1))
    number = str(opening.number)
    for typed in (number, number.lower(), f"  {number} "):
        found = queries(company).find_document(typed)
        assert found and (found.id, found.kind, found.number) == (opening.id, "opening_stock", number)
    for typed in ("", "QC", number[:-1], number + "0", "%", "\0", "stock"):
        assert queries(company).find_document(typed) is None


def test_no_facts_without_the_right_to_see_them(company: Company) -> None:
    opening = company.post("opening_stock", (company.item(), 10, 1))
    blind = queries(company, Actor("guest", access.EVERYTHING - {"opening_stock.see"}))
    for ask in (blind.document_facts, blind.timeline, blind.open_document):
        with pytest.raises(PermissionDenied):
            ask(opening.id)
        with pytest.raises(NotFound):
            ask(10**6)


# --- drafts from documents --------------------------------------------------------------------------------


def test_what_is_open_of_an_order(company: Company) -> None:
    item = company.record("item", code="A", name="a", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}]})
    order = company.post("purchase_order", line(item, 3, 24, unit_id=company.box, discount=D("0.1")), (item, 5, 2),
                         discount_amount=D(3), remark="急")
    first, second = company.line_ids(order)
    company.post("goods_receipt", line(item, 1, 24, unit_id=company.box, source_line_id=first),
                 line(item, 5, 2, source_line_id=second))
    q = queries(company)
    [offered] = q.sources_for("goods_receipt", company.supplier)
    assert (offered["id"], offered["left"], offered["progress"]) == (order.id, 24, "partly")
    assert q.sources_for("goods_receipt", company.customer) == []
    assert q.sources_for("delivery_note") == []
    draft = q.draft_from("goods_receipt", [order.id])
    [left] = draft.lines
    assert (left["quantity"], left["unit_id"], left["price"], left["discount"]) == (2, company.box, 24, D("0.1"))
    assert left["source_line_id"] == first
    assert draft.header["partner_id"] == company.supplier and draft.header["remark"] == "急"
    assert draft.header["discount_amount"] == 0
    company.save(draft)
    assert q.sources_for("goods_receipt") == []


def test_a_broken_pack_is_open_in_base_units(company: Company) -> None:
    item = company.record("item", code="A", name="a", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}]})
    order = company.post("purchase_order", line(item, 2, 24, unit_id=company.box))
    company.post("goods_receipt", line(item, 14, 2, source_line_id=company.line_ids(order)[0]))
    draft = queries(company).draft_from("goods_receipt", [order.id])
    assert [(x["quantity"], x["unit_id"], x["price"]) for x in draft.lines] == [(10, company.piece, 2)]
    company.save(draft)
    assert queries(company).document_facts(order.id).progress == "done"


def test_a_new_draft_knows_its_defaults(company: Company) -> None:
    company.settings(tax_included=False)
    me = company.record("employee", code="E1", name="李四")
    draft = queries(company, Actor("李四", access.EVERYTHING, me)).new_draft("delivery_note")
    assert draft.header["warehouse_id"] == company.main and draft.header["employee_id"] == me
    assert draft.header["tax_included"] is False and draft.lines == []
    assert "employee_id" not in queries(company, Actor("x", access.EVERYTHING, 999)).new_draft("delivery_note").header


def test_which_saves_were_carried_out(company: Company) -> None:
    item = company.item()
    saved = company.save(company.draft("other_in", (item, 1, 5)), key="posted")
    parked = company.run(documents.park, company.draft("delivery_note", (item, 1, 9)), key="parked").value
    with pytest.raises(NotEnoughStock):
        company.save(company.draft("delivery_note", (item, 2, 9)), key="refused")
    found = queries(company).saved_with(["posted", "parked", "refused", "never sent", ""])
    assert {key: (link.id, link.kind, link.number) for key, link in found.items()} == {
        "posted": (saved.id, "other_in", saved.number), "parked": (parked.id, "delivery_note", "")}
