"""Documents sent by other programs: read exactly, refused by name, posted once."""

import datetime as dt
import json
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop.errors import CannotImport, InvalidDraft
from jxc_desktop.services import documents
from jxc_desktop.services.exchange import messages
from jxc_desktop.services.queries import Queries
from tests.company import Company


@pytest.fixture
def shop(company: Company) -> Company:
    item = company.record("item", code="007", name="螺丝", unit_id=company.kilo, children={
        "item_unit": [{"unit_id": company.box, "factor": D(12)}],
        "barcode": [{"code": "6901", "unit_id": None}, {"code": "16901", "unit_id": company.box}]})
    company.post("opening_stock", (item, 1000, 1))
    return company


def note(**more: Any) -> dict[str, Any]:
    return {"kind": "delivery_note", "header": {"partner": "C1", "warehouse": "W1", "date": "2026-03-02"},
            "lines": [{"item": "007", "quantity": "1", "price": "2"}], **more}


def draft(c: Company, given: Any) -> Any:
    text = given if isinstance(given, str) else json.dumps(given)
    [parsed] = messages.parse(text)
    return Queries(c.engine, c.commands.actor).draft_of(parsed)


EXACT = {
    "0.1": "0.1", "0.12345678": "0.12345678", '"0.1"': "0.1", "1234567.12345678": "1234567.12345678",
    "1000000.00000001": "1000000.00000001", "3": "3", '"1,234.5"': "1234.5", '"１２"': "12", "0.30000000": "0.3",
    "-0.0": "0"}


def priced(c: Company, number: str) -> Any:
    return draft(c, json.dumps(note()).replace('"price": "2"', f'"price": {number}'))


def test_numbers_are_exact(shop: Company) -> None:
    for number, wanted in EXACT.items():
        price = priced(shop, number).lines[0]["price"]
        assert isinstance(price, D) and price == D(wanted), number


def test_numbers_that_are_none(shop: Company) -> None:
    for number in ("1e3", '"1e3"', "NaN", "Infinity", "-Infinity", '"nan"', "0.123456789", "1" * 40, '"many"', "true",
                   "[]", '{"a": 1}', '""', '"٣"'):
        with pytest.raises(InvalidDraft) as refused:
            priced(shop, number)
        [problem] = refused.value.problems
        assert (problem.field, problem.line) == ("price", 0) and "无法识别" in problem.text(), number


def test_a_document_by_names_codes_and_barcodes(shop: Company) -> None:
    made = draft(shop, {"kind": "delivery_note", "header": {
        "partner_id": "华联超市", "warehouse": "分仓", "date": "2026-03-04", "settlement": "cash",
        "tax_included": False, "discount_amount": 1.5, "remark": "=1+1"}, "lines": [
        {"item": "螺丝", "quantity": 1.5, "price": 0.1, "gift": True}, {"item_id": "6901", "quantity": 2},
        {"item": "16901", "quantity": 3}, {"item": "16901", "unit": "公斤", "quantity": 4},
        {"item": "007", "unit": "箱"}]})
    c = shop
    assert made.header == made.header | {
        "partner_id": c.customer, "warehouse_id": c.branch, "date": dt.date(2026, 3, 4), "settlement": "cash",
        "tax_included": False, "discount_amount": D("1.5"), "remark": "=1+1"}
    assert [x.get("unit_id") for x in made.lines] == [None, None, c.box, c.kilo, c.box]
    assert made.lines[0]["quantity"] == D("1.5") and made.lines[0]["gift"] is True


def test_what_is_left_out_has_its_usual_value(shop: Company) -> None:
    shop.settings(tax_included=False)
    made = draft(shop, {"kind": "delivery_note"})
    assert made.header["date"] == dt.date.today() and made.header["tax_included"] is False
    assert made.lines == [] and "warehouse_id" not in made.header
    with pytest.raises(InvalidDraft) as refused:
        shop.save(made)
    assert {p.field for p in refused.value.problems} >= {"partner_id", "warehouse_id", "lines"}


def test_everything_unknown_is_named_at_once(shop: Company) -> None:
    given = {"kind": "delivery_note", "header": {"partner": "nobody", "warehouse": 9, "wharehouse": "W1",
                                                 "date": "2026-02-30", "warehouse_id": "W1"},
             "lines": [{"item": "007", "quantity": 1},
                       {"item": "nothing", "unit": "桶", "colour": "red", "available": 1, "source_line_id": "x"}]}
    with pytest.raises(InvalidDraft) as refused:
        draft(shop, given)
    assert {(p.field, p.line) for p in refused.value.problems} == {
        ("partner_id", None), ("warehouse_id", None), ("wharehouse", None), ("date", None), ("item_id", 1),
        ("unit_id", 1), ("colour", 1), ("available", 1), ("source_line_id", 1)}
    said = str(refused.value)
    for text in ("nobody", "wharehouse", "2026-02-30", "nothing", "桶", "colour"):
        assert text in said
    assert "{" not in said


def test_a_line_that_delivers_an_order(shop: Company) -> None:
    order = shop.post("sales_order", (1, 5, 2))
    made = draft(shop, note(lines=[{"item": "007", "quantity": 5, "source_line_id": shop.line_ids(order)[0]}]))
    shop.save(made)
    assert shop.scalar(documents.document.select().with_only_columns(documents.document.c.progress).where(
        documents.document.c.id == order.id)) == "done"


def test_the_same_key_posts_once(shop: Company) -> None:
    made = draft(shop, note())
    first = shop.run(documents.save, made, key="shop-1")
    before = shop.counts()
    again = shop.run(documents.save, draft(shop, note()), key="shop-1")
    assert again.value == first.value and again.repeated and not first.repeated
    assert shop.counts() == before
    assert shop.run(documents.save, made, key="shop-2").value.id != first.value.id


@pytest.mark.parametrize(("text", "reason"), [
    ("", ""), ("{", ""), ("[" * 100_000, ""), ("nothing", ""), ("\ufeff{}", ""), ('"text"', "kind"), ("[1]", "kind"),
    ("{}", "kind"), ('{"kind": "present"}', "kind"), ('{"kind": "delivery_note", "lines": {}}', "lines"),
    ('{"kind": "delivery_note", "lines": [1]}', "lines"), ('{"kind": "delivery_note", "header": []}', "header"),
    ('{"kind": "delivery_note", "key": ""}', "key"), ('{"kind": "delivery_note", "key": 5}', ""),
    ('{"kind": "delivery_note", "key": ["x"]}', "key"), ('{"kind": "delivery_note", "key": "' + "x" * 81 + '"}', "key"),
    ('{"kind": "delivery_note", "line": []}', "line"), ('{"kind": "delivery_note", "kind": "transfer"}', "kind"),
    ('{"kind": "delivery_note", "lines": [{"quantity": 1, "quantity": 2}]}', "quantity")])
def test_what_is_no_document(text: str, reason: str) -> None:
    if text == '{"kind": "delivery_note", "key": 5}':  # a number will do, as its text
        assert messages.parse(text)[0]["key"] == "5"
        return
    with pytest.raises(CannotImport) as refused:
        messages.parse(text)
    assert reason in str(refused.value) and "{" not in str(refused.value).replace(text, "")


def test_one_or_several(shop: Company) -> None:
    assert messages.parse("[]") == []
    assert len(messages.parse(json.dumps([note(), note()]))) == 2
    with pytest.raises(CannotImport, match="2"):
        messages.parse(json.dumps([note(), {"kind": "x"}]))
