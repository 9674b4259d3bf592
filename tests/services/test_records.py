"""Master data: one way to save every kind of it."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.errors import HasDependants, InvalidDraft, NotFound, StaleDocument, UserError
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, records
from tests.company import Company, line


def faults(company: Company, draft: RecordDraft) -> set[tuple[str, int | None]]:
    before = company.counts()
    with pytest.raises(InvalidDraft) as caught:
        company.run(records.save, draft)
    assert company.counts() == before
    assert all(p.text() for p in caught.value.problems)
    return {(p.field, p.line) for p in caught.value.problems}


def read(company: Company, kind: str, record_id: int) -> RecordDraft:
    with company.engine.connect() as connection:
        return records.read(connection, document_types.RECORDS_BY_KEY[kind], record_id)


def test_an_item_with_all_it_has(company: Company) -> None:
    children = {
        "item_unit": [{"unit_id": company.box, "factor": D(12), "per": D(1), "sale_price": D("99.99"),
                       "purchase_price": None}],
        "recipe_line": [{"component_id": company.item(), "quantity": D("0.5")}],
        "barcode": [{"code": "6901234567892", "unit_id": None}, {"code": "16901234567899", "unit_id": company.box}],
        "stock_level": [{"warehouse_id": company.main, "reorder_point": D(5), "maximum": D(50)}]}
    values = {"code": "  A-1 ", "name": " 重庆火锅底料 ", "spec": "500g", "brand": "", "unit_id": company.piece,
              "sale_price": D("12.5"), "picture": b"\x89PNG"}
    item = company.record("item", children, **values)
    draft = read(company, "item", item)
    assert (draft.values["code"], draft.values["name"], draft.values["brand"]) == ("A-1", "重庆火锅底料", None)
    assert (draft.values["picture"], draft.values["tax_rate"], draft.version) == (b"\x89PNG", D("0.13"), 1)
    assert {key: [{k: v for k, v in row.items() if k != "id"} for row in rows]
            for key, rows in draft.children.items()} == children


def test_names_are_found_by_pinyin_in_every_reading(company: Company) -> None:
    item = TABLES["item"].c
    made = company.item(name="重庆银行ABC")
    [row] = company.rows(select(item.initials, item.pinyin).where(item.id == made))
    assert {"cqyhabc", "zqyhabc", "cqyxabc"} <= set(row.initials.split())
    assert "chongqingyinhangabc" in row.pinyin.split()
    company.change_record("item", made, name="长城")
    [row] = company.rows(select(item.initials).where(item.id == made))
    assert set(row.initials.split()) == {"cc", "zc"}


def test_the_second_of_two_writers_is_refused(company: Company) -> None:
    item = company.item()
    mine, theirs = read(company, "item", item), read(company, "item", item)
    theirs.values["name"] = "他们的"
    company.as_actor("李四").run(records.save, theirs)
    mine.values["name"] = "我的"
    before = company.counts()
    with pytest.raises(StaleDocument) as caught:
        company.run(records.save, mine)
    assert caught.value.data["by"] == "李四" and caught.value.data["at"]
    with pytest.raises(StaleDocument):
        company.run(records.delete, "item", item, 1)
    assert company.counts() == before
    assert read(company, "item", item).values["name"] == "他们的"


def test_two_writers_at_once_do_not_overwrite_each_other(company: Company) -> None:
    import threading
    from concurrent.futures import ThreadPoolExecutor

    item = company.item()
    together = threading.Barrier(4)

    def save(number: int) -> bool:
        draft = read(company, "item", item)
        draft.values["remark"] = f"by {number}"
        together.wait()
        try:
            company.as_actor(f"p{number}").run(records.save, draft)
        except StaleDocument:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(save, range(4))) == 1
    assert read(company, "item", item).version == 2


def test_codes_are_given_once(company: Company) -> None:
    item = company.item(code="A")
    draft = document_types.RECORDS_BY_KEY["item"].new_draft()
    draft.values |= {"code": "A ", "name": "x", "unit_id": company.kilo}
    assert faults(company, draft) == {("code", None)}
    assert faults(company, RecordDraft("unit", {"name": "个", "decimals": 0})) == {("name", None)}
    company.change_record("item", item, name="its own code again")


def test_barcodes_belong_to_one_item(company: Company) -> None:
    company.record("item", {"barcode": [{"code": "690"}]}, code="A", name="a", unit_id=company.kilo)
    draft = RecordDraft("item", {"code": "B", "name": "b", "unit_id": company.kilo}, {
        "barcode": [{"code": " 690"}, {"code": "691"}, {"code": "691"}, {"code": "692", "unit_id": company.box}]})
    assert faults(company, draft) == {("barcode.code", 0), ("barcode.code", 2), ("barcode.unit_id", 3)}


def test_units_and_warehouses_stand_once(company: Company) -> None:
    draft = RecordDraft("item", {"code": "B", "name": "b", "unit_id": company.piece}, {
        "item_unit": [{"unit_id": company.piece, "factor": D(2)}, {"unit_id": company.box, "factor": D(2)},
                      {"unit_id": company.box, "factor": D(3)}, {"unit_id": 999, "factor": D(3)}],
        "stock_level": [{"warehouse_id": company.main}, {"warehouse_id": company.main}, {"warehouse_id": 999}]})
    assert faults(company, draft) == {("item_unit.unit_id", 0), ("item_unit.unit_id", 2), ("item_unit.unit_id", 3),
                                      ("stock_level.warehouse_id", 1), ("stock_level.warehouse_id", 2)}


def test_nonsense_is_named_field_by_field(company: Company) -> None:
    draft = RecordDraft("item", {"code": "x" * 41, "name": " ", "unit_id": 2**63, "sale_price": D("NaN"),
                                 "reorder_point": D(-1), "tax_rate": D(13), "negative_stock": "perhaps", "active": 1})
    assert faults(company, draft) == {(f, None) for f in (
        "code", "name", "unit_id", "sale_price", "reorder_point", "tax_rate", "negative_stock", "active")}
    for decimals in (-1, 5, 10**30, D(1)):
        assert faults(company, RecordDraft("unit", {"name": "u", "decimals": decimals})) == {("decimals", None)}


def test_a_category_does_not_lie_below_itself(company: Company) -> None:
    top = company.record("category", name="食品")
    below = company.record("category", name="调料", parent_id=top)
    for parent in (top, below):
        draft = read(company, "category", top)
        draft.values["parent_id"] = parent
        assert faults(company, draft) == {("parent_id", None)}


@pytest.mark.parametrize("kind", ["other_in", "sales_order"])
def test_the_base_unit_stands_once_the_item_has_moved_or_was_ordered(company: Company, kind: str) -> None:
    item = company.item()
    company.run(documents.park, company.draft(kind, (item, 1)))
    company.change_record("item", item, unit_id=company.piece)
    company.post(kind, (item, 1))
    for change in ({"unit_id": company.kilo}, {"stocked": False}):
        draft = read(company, "item", item)
        draft.values |= change
        assert faults(company, draft) == {("unit_id", None)}


def test_the_content_of_a_used_pack_unit_stands(company: Company) -> None:
    item = company.record("item", {"item_unit": [{"unit_id": company.box, "factor": D(12)}]}, code="B", name="b",
                          unit_id=company.piece)
    company.post("purchase_order", line(item, 1, 1, unit_id=company.box))
    for rows in ([{"unit_id": company.box, "factor": D(10)}], []):
        draft = read(company, "item", item)
        draft.children["item_unit"] = rows
        assert faults(company, draft) == {("item_unit.factor", None)}
    draft = read(company, "item", item)
    draft.children["item_unit"][0]["sale_price"] = D(5)
    company.run(records.save, draft)


@pytest.mark.parametrize("kind", [r for r in document_types.RECORDS if not r.single], ids=lambda kind: kind.key)
def test_what_nothing_refers_to_can_be_deleted(company: Company, kind: Any) -> None:
    values = {"code": "Z", "name": "zz", "decimals": 0, "unit_id": company.kilo, "document_kind": "sales_order",
              "role": "manager"}
    children = {"barcode": [{"code": "690"}], "item_unit": [{"unit_id": company.box, "factor": D(2)}],
                "stock_level": [{"warehouse_id": company.main}]} if kind.key == "item" else {}
    before = {k: v for k, v in company.counts().items() if k in (kind.key, *children)}
    made = company.record(kind.key, children, **{f.name: values[f.name] for f in kind.fields if f.name in values})
    company.run(records.delete, kind.key, made, 1)
    assert {k: v for k, v in company.counts().items() if k in before} == before
    with pytest.raises(NotFound):
        read(company, kind.key, made)


def test_what_is_used_stays(company: Company) -> None:
    item = company.item()
    employee = company.record("employee", code="E", name="张三")
    category = company.record("category", name="食品")
    company.change_record("item", item, category_id=category)
    company.run(documents.park, company.draft("other_in", line(item, 1), employee_id=employee))
    before = company.counts()
    for kind, record_id, version in (("item", item, 2), ("unit", company.kilo, 1), ("warehouse", company.main, 1),
                                     ("employee", employee, 1), ("category", category, 1)):
        with pytest.raises(HasDependants):
            company.run(records.delete, kind, record_id, version)
    assert company.counts() == before


def test_there_is_one_company(company: Company) -> None:
    [company_id] = company.scalar(select(TABLES["company"].c.id)),
    draft = read(company, "company", company_id)
    draft.values["name"] = "宏达商贸"
    company.run(records.save, draft)
    before = company.counts()
    draft.id = None
    with pytest.raises(UserError):
        company.run(records.save, draft)
    with pytest.raises(UserError):
        company.run(records.delete, "company", company_id, 2)
    assert company.counts() == before
    assert read(company, "company", company_id).values["name"] == "宏达商贸"


def test_unknown_records(company: Company) -> None:
    with pytest.raises(NotFound):
        company.run(records.save, RecordDraft("unit", {"name": "x", "decimals": 0}, id=999, version=1))
    with pytest.raises(NotFound):
        company.run(records.delete, "unit", 999, 1)
