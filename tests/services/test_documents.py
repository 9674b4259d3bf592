"""The life of a document: parked, posted, corrected, unposted, voided, reversed, closed."""

import datetime as dt
from decimal import Decimal as D

import pytest
from sqlalchemy import select

from jxc_desktop.document_types.schema import Account, Draft, Progress, Status
from jxc_desktop.errors import (
    HasDependants,
    InvalidDraft,
    NeedsConfirmation,
    NotEnoughStock,
    NotFound,
    StaleDocument,
    WrongState,
)
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents
from jxc_desktop.services.unit_of_work import Saved
from tests.company import DAY, Company, day, line

DOCUMENT = TABLES["document"]


def header(company: Company, saved: Saved) -> dict[str, object]:
    [row] = company.rows(select(DOCUMENT).where(DOCUMENT.c.id == saved.id))
    return dict(row._mapping)


def progress(company: Company, saved: Saved) -> object:
    return header(company, saved)["progress"]


# --- saving ------------------------------------------------------------------------------------------------


def test_saving_posts_at_once(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", (item, 10, "2.50"))
    assert (saved.number, saved.version, saved.status) == ("CGRK-20260302-0001", 1, "posted")
    assert company.on_hand(item) == 10
    assert company.pool(item) == (10, 25)
    assert company.owed(company.supplier, Account.PAYABLE) == 25
    row = header(company, saved)
    assert (row["posted_by"], row["total"], row["created_by"]) == ("admin", 25, "admin")


def test_stock_is_valued_without_tax_unless_the_company_cannot_deduct_it(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", line(item, 1, 113, tax_rate=D("0.13")))
    assert company.pool(item)[1] == 100
    company.settings(taxpayer="small")
    company.post("goods_receipt", line(item, 1, 113, tax_rate=D("0.13")))
    assert company.pool(item)[1] == 213


def test_pack_units_count_in_base_units(company: Company) -> None:
    item = company.item(unit_id=company.piece)
    boxed = company.record("item", code="B", name="成箱", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}]})
    saved = company.post("goods_receipt", line(boxed, 2, 60, unit_id=company.box), (item, 1, 1))
    assert company.on_hand(boxed) == 24
    first, second = company.read(saved.id).lines
    assert (first["unit_id"], first["factor"], first["base_quantity"]) == (company.box, 12, 24)
    assert (second["unit_id"], second["factor"]) == (company.piece, 1)


def test_service_items_move_no_stock_but_cost_money(company: Company) -> None:
    freight = company.item(stocked=False)
    saved = company.post("delivery_note", (freight, 1, 80))
    assert company.moves(saved) == []
    assert company.owed(company.customer) == 80


def test_only_declared_fields_count(company: Company) -> None:
    """Left-overs of another type (a tax rate, a discount) do not change what a type without them does."""
    item = company.item()
    saved = company.post("opening_stock", line(item, 1, 113, tax_rate=D("0.13"), discount=D("0.5"), gift=True),
                         discount_amount=D(50), partner_id=company.customer)
    assert company.pool(item)[1] == 113
    [stored] = company.read(saved.id).lines
    assert (stored["tax_rate"], stored["discount"], stored["gift"]) == (None, None, False)
    assert header(company, saved)["partner_id"] is None


def test_a_failed_save_leaves_the_draft_as_it_was(company: Company) -> None:
    item = company.item()
    draft = company.draft("delivery_note", (item, 1, 5))
    before = (dict(draft.header), [dict(each) for each in draft.lines])
    with pytest.raises(NotEnoughStock):
        company.save(draft)
    assert (draft.header, draft.lines) == before


# --- drafts ------------------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete_and_has_no_effect(company: Company) -> None:
    item = company.item()
    draft = company.draft("delivery_note", {"item_id": item}, {}, partner_id=None, date=None)  # type: ignore[arg-type]
    saved = company.run(documents.park, draft).value
    assert (saved.number, saved.status) == (None, "draft")
    again = company.read(saved.id)
    assert [each["item_id"] for each in again.lines] == [item, None]
    assert company.moves(saved) == []
    again.header |= {"partner_id": company.customer, "remark": "later"}
    assert company.run(documents.park, again).value.version == 2
    assert company.read(saved.id).header["remark"] == "later"


@pytest.mark.parametrize("kind", ["sales_order", "purchase_order", "transfer", "goods_receipt"])
def test_an_incomplete_draft_is_completed_and_posted(company: Company, kind: str) -> None:
    item = company.item(negative_stock="allow")
    whole = company.draft(kind, (item, 1))
    bare = company.draft(kind, {})
    bare.header = {"date": DAY}
    parked = company.run(documents.park, bare).value
    whole.id, whole.version = parked.id, parked.version
    assert company.save(whole).status == "posted"


def test_a_draft_gets_its_number_when_it_is_posted(company: Company) -> None:
    item = company.item()
    parked = company.run(documents.park, company.draft("goods_receipt", (item, 1, 5))).value
    assert company.save(company.read(parked.id)).number == "CGRK-20260302-0001"
    with pytest.raises(WrongState):
        company.run(documents.park, company.read(parked.id))


@pytest.mark.parametrize("change", [
    {"header": {"remark": "x" * 501}}, {"header": {"partner_id": 999}}, {"header": {"date": dt.date(1066, 1, 1)}},
    {"lines": [{"item_id": 999}]}, {"lines": [{"quantity": D("1e40")}]}, {"lines": [{"price": D("NaN")}]},
    {"lines": [{"unit_id": 999}]}, {"lines": [{"source_line_id": 999}]}, {"lines": [{"id": 999}]},
])
def test_a_draft_holds_only_what_can_be_stored(company: Company, change: dict[str, object]) -> None:
    draft = company.draft("delivery_note")
    draft.header |= change.get("header", {})  # type: ignore[operator]
    draft.lines = change.get("lines", [])  # type: ignore[assignment]
    before = company.counts()
    with pytest.raises(InvalidDraft):
        company.run(documents.park, draft)
    assert company.counts() == before


@pytest.mark.parametrize("operation", [documents.save, documents.park])
def test_a_line_of_another_document_cannot_be_taken_over(company: Company, operation: object) -> None:
    item = company.item()
    other = company.post("goods_receipt", (item, 10, 5))
    draft = company.draft("goods_receipt", line(item, 1, 1, id=company.line_ids(other)[0]))
    with pytest.raises(InvalidDraft) as caught:
        company.run(operation, draft)  # type: ignore[arg-type]
    assert [(p.field, p.line) for p in caught.value.problems] == [("id", 0)]
    assert company.read(other.id).lines[0]["quantity"] == 10


def test_a_void_draft_had_no_number(company: Company) -> None:
    parked = company.run(documents.park, company.draft("delivery_note")).value
    assert company.void(parked) == Saved(parked.id, None, 2, "void")


# --- correcting ----------------------------------------------------------------------------------------------


def test_a_correction_appends_the_difference(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", (item, 10, 5))

    def fewer(draft: documents.Draft) -> None:
        draft.lines[0] |= {"quantity": D(8), "amount": None}

    again = company.correct(saved, fewer)
    assert (again.id, again.number, again.version) == (saved.id, saved.number, 2)
    assert [(m.quantity, m.value) for m in company.moves(saved)] == [(10, 50), (-2, -10)]
    assert company.owed(company.supplier, Account.PAYABLE) == 40


def test_a_remark_is_corrected_without_touching_the_ledger(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 10, 5))
    company.correct(saved, lambda draft: draft.header.update(remark="from the ramp"))
    assert len(company.moves(saved)) == 1
    assert company.read(saved.id).header["remark"] == "from the ramp"


def test_lines_can_be_added_removed_and_moved(company: Company) -> None:
    first, second, third = company.item(), company.item(), company.item()
    saved = company.post("goods_receipt", (first, 1, 1), (second, 2, 1))

    def rearrange(draft: documents.Draft) -> None:
        draft.lines = [line(third, 3, 1), draft.lines[1]]

    company.correct(saved, rearrange)
    assert [company.on_hand(item) for item in (first, second, third)] == [0, 2, 3]
    assert [each["item_id"] for each in company.read(saved.id).lines] == [third, second]


def test_a_correction_can_change_partner_warehouse_and_date(company: Company) -> None:
    item = company.item()
    other = company.record("partner", code="S2", name="另一家", supplier=True)
    saved = company.post("goods_receipt", (item, 10, 5))
    company.correct(saved, lambda draft: draft.header.update(
        partner_id=other, warehouse_id=company.branch, date=day(3)))
    assert (company.on_hand(item), company.on_hand(item, company.branch)) == (0, 10)
    assert (company.owed(company.supplier, Account.PAYABLE), company.owed(other, Account.PAYABLE)) == (0, 50)
    entry = TABLES["partner_entry"].c
    assert [(r.partner_id, r.date, r.amount) for r in company.rows(select(
        entry.partner_id, entry.date, entry.amount).order_by(entry.partner_id, entry.date))] == [
            (company.supplier, DAY, 50), (company.supplier, DAY, -50), (other, day(3), 50)]


def test_debts_move_to_the_day_of_the_corrected_document(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 10, 5))
    company.correct(saved, lambda draft: draft.header.update(date=day(30)))
    entry = TABLES["partner_entry"].c
    by_day: dict[dt.date, D] = {}
    for row in company.rows(select(entry.date, entry.amount)):
        by_day[row.date] = by_day.get(row.date, D(0)) + row.amount
    assert by_day == {DAY: 0, day(30): 50}


def test_what_others_took_must_stay(company: Company) -> None:
    item = company.item()
    order = company.post("purchase_order", (item, 10, 5))
    [source] = company.line_ids(order)
    receipt = company.post("goods_receipt", line(item, 6, 5, source_line_id=source))
    for change in ({"quantity": D(5)}, {"item_id": company.item()}):
        with pytest.raises(HasDependants) as caught:
            company.correct(order, lambda draft, change=change: draft.lines[0].update(change))  # type: ignore[misc]
        assert caught.value.data == {"number": order.number, "numbers": receipt.number}
    with pytest.raises(HasDependants):
        company.correct(order, lambda draft: draft.lines.__setitem__(0, line(item, 10, 5)))
    with pytest.raises(HasDependants):
        company.correct(order, lambda draft: draft.header.update(
            partner_id=company.record("partner", code="S2", name="另一家", supplier=True)))
    company.correct(order, lambda draft: draft.lines[0].update(quantity=D(6), amount=None))
    assert progress(company, order) == Progress.DONE


def test_what_came_back_must_stay_sold(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    delivery = company.post("delivery_note", (item, 10, 9))
    [source] = company.line_ids(delivery)
    back = company.post("sales_return", line(item, 4, 9, source_line_id=source))
    with pytest.raises(HasDependants) as caught:
        company.correct(delivery, lambda draft: draft.lines[0].update(quantity=D(3), amount=None))
    assert caught.value.data["numbers"] == back.number
    company.correct(delivery, lambda draft: draft.lines[0].update(quantity=D(4), amount=None))


def test_what_came_back_by_mistake_does_not_keep_its_document_from_being_reversed(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 5))
    back = company.post("purchase_return", line(item, 4, 5, source_line_id=company.line_ids(receipt)[0]))
    with pytest.raises(HasDependants):
        company.reverse(receipt)
    company.reverse(back)
    with pytest.raises(HasDependants) as caught:
        company.unpost(receipt)  # what the return and its mirror are worth refers to it
    assert caught.value.data["numbers"] == back.number
    company.reverse(receipt)
    assert company.pool(item) == (0, 0) and company.owed(company.supplier, Account.PAYABLE) == 0


def test_a_line_stays_while_a_dead_document_names_it(company: Company) -> None:
    """A voided or parked document keeps its link; removing the line it names is refused, not a fault of SQL."""
    item = company.item()
    order = company.post("sales_order", (item, 5, 9), (item, 5, 9))
    parked = company.draft("delivery_note", line(item, 1, 9, source_line_id=company.line_ids(order)[0]))
    company.run(documents.park, parked)
    with pytest.raises(HasDependants):
        company.correct(order, lambda draft: draft.lines.pop(0))
    company.post("goods_receipt", (item, 10, 5))
    voided = company.void(company.post("delivery_note", line(item, 1, 9, source_line_id=company.line_ids(order)[1])))
    with pytest.raises(HasDependants) as caught:
        company.correct(order, lambda draft: draft.lines.pop(1))
    assert caught.value.data["numbers"] == voided.number


def test_a_correction_of_a_delivery_survives_the_closing_of_its_order(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post("sales_order", (item, 10, 9))
    delivery = company.post("delivery_note", line(item, 4, 9, source_line_id=company.line_ids(order)[0]))
    company.run(documents.close, order.id, order.version)
    company.correct(delivery, lambda draft: draft.lines[0].update(price=D(8), amount=None))
    assert company.owed(company.customer) == 32
    with pytest.raises(InvalidDraft):
        company.correct(delivery, lambda draft: draft.lines[0].update(quantity=D(5), amount=None))


# --- taking back ---------------------------------------------------------------------------------------------


def test_unposting_keeps_number_and_place(company: Company) -> None:
    item = company.item()
    first = company.post("goods_receipt", (item, 10, 5))
    company.post("goods_receipt", (item, 10, 7))
    draft = company.unpost(first)
    assert (draft.status, draft.number) == ("draft", first.number)
    assert company.pool(item) == (10, 70)
    again = company.save(company.read(first.id))
    assert again.number == first.number
    assert company.pool(item) == (20, 120)
    moves = company.moves(first)
    assert len({m.entry for m in moves}) == 1
    assert [m.quantity for m in moves] == [10, -10, 10]


def test_a_voided_number_stays_visible(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", (item, 10, 5))
    company.void(saved)
    assert (header(company, saved)["number"], header(company, saved)["status"]) == (saved.number, "void")
    assert company.pool(item) == (0, 0)
    assert company.owed(company.supplier, Account.PAYABLE) == 0
    assert company.post("goods_receipt", (item, 1, 5)).number == "CGRK-20260302-0002"


def test_a_void_document_stays_void(company: Company) -> None:
    saved = company.void(company.post("goods_receipt", (company.item(), 10, 5)))
    for attempt in (lambda: company.save(company.read(saved.id)), lambda: company.void(saved),
                    lambda: company.unpost(saved), lambda: company.reverse(saved),
                    lambda: company.run(documents.park, company.read(saved.id))):
        with pytest.raises(WrongState):
            attempt()


def test_a_reversal_mirrors_what_it_cancels(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", line(item, 10, "11.30", tax_rate=D("0.13")), discount_amount=D("3.00"))
    mirror = company.reverse(saved, day(1))
    original, other = header(company, saved), header(company, mirror)
    assert (original["status"], other["status"], other["reversal_of_id"]) == ("reversed", "posted", saved.id)
    assert other["number"] == "CGRK-20260303-0001"
    for name in ("total", "total_net", "total_tax", "total_quantity"):
        assert other[name] == -original[name]  # type: ignore[operator]
    assert company.worth(mirror) == tuple(-part for part in company.worth(saved))
    assert company.pool(item) == (0, 0)
    assert company.owed(company.supplier, Account.PAYABLE) == 0


def test_a_mirror_stands(company: Company) -> None:
    mirror = company.reverse(company.post("goods_receipt", (company.item(), 10, 5)))
    for attempt in (lambda: company.save(company.read(mirror.id)), lambda: company.void(mirror),
                    lambda: company.unpost(mirror), lambda: company.reverse(mirror)):
        with pytest.raises(WrongState):
            attempt()


def test_what_was_stopped_since_can_still_be_reversed_and_corrected(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", (item, 10, 5))
    company.change_record("item", item, active=False)
    company.change_record("partner", company.supplier, active=False)
    company.change_record("warehouse", company.main, active=False)
    company.correct(saved, lambda draft: draft.lines[0].update(quantity=D(9), amount=None))
    company.reverse(saved)
    assert company.on_hand(item) == 0


@pytest.mark.parametrize("operation", ["unpost", "void", "reverse"])
def test_what_others_came_from_stays(company: Company, operation: str) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 5))
    back = company.post("purchase_return", line(item, 1, 5, source_line_id=company.line_ids(receipt)[0]))
    with pytest.raises(HasDependants) as caught:
        getattr(company, operation)(receipt)
    assert caught.value.data == {"number": receipt.number, "numbers": back.number}
    company.void(back)
    getattr(company, operation)(receipt)


@pytest.mark.parametrize("operation", ["unpost", "void", "reverse"])
def test_a_receipt_whose_goods_are_gone_stays(company: Company, operation: str) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 5))
    company.post("delivery_note", (item, 3, 9))
    before = company.counts()
    with pytest.raises(NotEnoughStock) as caught:
        getattr(company, operation)(receipt)
    [short] = caught.value.shortages
    assert (short.needed, short.available) == (10, 7)
    assert company.counts() == before
    assert header(company, receipt)["status"] == "posted"


# --- orders --------------------------------------------------------------------------------------------------


def test_an_order_is_closed_and_taken_up_again(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post("sales_order", (item, 4, 9))
    assert company.balance(item) == (10, 4, 0)
    closed = company.run(documents.close, order.id, order.version).value
    assert (closed.status, company.balance(item)) == ("closed", (10, 0, 0))
    for attempt in (lambda: company.void(order), lambda: company.save(company.read(order.id))):
        with pytest.raises(WrongState):
            attempt()
    reopened = company.run(documents.reopen, order.id, closed.version).value
    assert (reopened.status, company.balance(item)) == ("posted", (10, 4, 0))


def test_only_orders_that_stand_are_closed(company: Company) -> None:
    item = company.item()
    receipt = company.post("goods_receipt", (item, 10, 5))
    closed = company.post("sales_order", (item, 4, 9))
    company.run(documents.close, closed.id, company.version(closed))
    for saved in (receipt, closed):
        with pytest.raises(WrongState):
            company.run(documents.close, saved.id, company.version(saved))


def test_a_delivered_order_that_is_closed_stays_so_when_goods_come_back(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    order = company.post("sales_order", (item, 4, 9))
    sold = company.post("delivery_note", line(item, 4, 9, source_line_id=company.line_ids(order)[0]))
    company.run(documents.close, order.id, company.version(order))
    company.post("sales_return", line(item, 4, 9, source_line_id=company.line_ids(sold)[0]))
    assert company.balance(item) == (10, 0, 0)


# --- who was first -------------------------------------------------------------------------------------------


def test_the_second_of_two_writers_is_told_who_was_first(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 10, 5))
    mine, theirs = company.read(saved.id), company.read(saved.id)
    company.as_actor("李四").save(theirs)
    before = company.counts()
    with pytest.raises(StaleDocument) as caught:
        company.save(mine)
    assert caught.value.data["by"] == "李四"
    for operation in (documents.unpost, documents.void, documents.reverse):
        with pytest.raises(StaleDocument):
            company.run(operation, saved.id, saved.version, *([DAY] if operation is documents.reverse else []))
    assert company.counts() == before


def test_unknown_documents(company: Company) -> None:
    draft = company.draft("goods_receipt", (company.item(), 1, 1))
    draft.id, draft.version = 999, 1
    for operation, args in ((documents.save, (draft,)), (documents.park, (draft,)), (documents.void, (999, 1)),
                            (documents.print_counted, ([999],))):
        with pytest.raises(NotFound):
            company.run(operation, *args)
    with pytest.raises(NotFound):
        company.read(999)


def test_a_document_keeps_its_type(company: Company) -> None:
    item = company.item()
    saved = company.post("goods_receipt", (item, 10, 5))
    draft = company.read(saved.id)
    draft.kind = "purchase_return"
    for operation in (documents.save, documents.park):
        with pytest.raises(NotFound):
            company.run(operation, draft)
    assert company.on_hand(item) == 10


def test_prints_are_counted(company: Company) -> None:
    first, second = (company.post("goods_receipt", (company.item(), 1, 5)) for _ in range(2))
    for _ in range(2):
        company.run(documents.print_counted, [first.id])
    company.run(documents.print_counted, [first.id, second.id])
    assert [header(company, saved)["print_count"] for saved in (first, second)] == [3, 1]
    assert header(company, first)["version"] == 1


def test_selling_below_the_minimum_price_asks_first(company: Company) -> None:
    item = company.item(minimum_price=D(8))
    company.post("goods_receipt", (item, 10, 5))
    draft = company.draft("delivery_note", (item, 1, "7.99"))
    before = company.counts()
    with pytest.raises(NeedsConfirmation) as caught:
        company.save(draft)
    assert caught.value.key == "below_minimum"
    assert company.counts() == before
    company.save(draft, acknowledged=("below_minimum",))
    company.post("delivery_note", (item, 1, 8))
    company.post("delivery_note", line(item, 1, gift=True))
    assert company.read(company.post("sales_order", (item, 1, 1)).id).status is Status.POSTED


def test_what_a_reversed_return_brought_back_must_stay_sold_and_before_it(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", (item, 10, 5), date=day(1))
    delivery = company.post("delivery_note", (item, 10, 9), date=day(2))
    [source] = company.line_ids(delivery)
    for on in (4, 6):  # twice the same four, never more at once
        back = company.post("sales_return", line(item, 4, 9, source_line_id=source), date=day(on))
        company.reverse(back, day(on + 1))

    def correct(quantity: int, on: int) -> None:
        def change(draft: Draft) -> None:
            draft.header["date"] = day(on)
            draft.lines[0].update(quantity=D(quantity), amount=None)

        company.correct(delivery, change)

    for quantity, on in ((3, 2), (10, 5)):
        with pytest.raises(HasDependants):
            correct(quantity, on)
    correct(4, 3)
    assert company.on_hand(item) == 6
