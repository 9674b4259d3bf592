"""What the figures hang on can be chosen until stock moves; then it stands."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.records import COMPANY, ITEM
from jxc_desktop.errors import InvalidDraft
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents
from tests.company import Company, line

FIXED: dict[str, dict[str, Any]] = {  # what figures hang on: a value that is not the default
    "company": {"cost_level": "warehouse", "cost_by_lot": True, "return_in_cost": "current",
                "return_out_cost": "current", "late_cost": "repost"},
    "item": {"cost_method": "fifo", "tracking": "lot"},
}
FREE: dict[str, dict[str, Any]] = {
    "company": {"negative_stock": "allow", "expired_stock": "forbid", "reserve_on_order": False,
                "return_reopens": False, "count_threshold": D("0.1"), "use_lots": True},
    "item": {"standard_cost": D(5), "shelf_life_days": 3, "negative_stock": "allow", "serial_once": True},
}
EACH = pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, values in FIXED.items() for name in values])


def change(company: Company, kind: str, item: int, **values: Any) -> None:
    company.change_record(kind, company.scalar(select(TABLES["company"].c.id)) if kind == "company" else item, **values)


def value(company: Company, kind: str, item: int, name: str) -> Any:
    table = TABLES[kind].c
    return company.scalar(select(table[name]).where(table.id == item) if kind == "item" else select(table[name]))


def test_every_setting_is_thought_of() -> None:
    """A choice that says what stock is worth is named here, or is said to be harmless."""
    for record in (COMPANY, ITEM):
        assert {f.name for f in record.fields if f.until_moved} == set(FIXED[record.key])
        fields = {f.name: f for f in record.fields}
        for name, other in (FIXED[record.key] | FREE[record.key]).items():
            assert fields[name].default != other and fields[name].problem(other) is None


@EACH
def test_it_is_free_until_stock_moves_and_then_stands(company: Company, kind: str, name: str) -> None:
    item, other = company.item(), FIXED[kind][name]
    default = value(company, kind, item, name)
    company.run(documents.park, company.draft("other_in", (item, 1, 5)))
    company.post("purchase_order", (item, 1, 5))  # neither moves anything
    change(company, kind, item, **{name: other})
    change(company, kind, item, **{name: default})
    company.post("other_in", (item, 1, 5))
    before = company.counts()
    with pytest.raises(InvalidDraft) as caught:
        change(company, kind, item, **{name: other})
    [problem] = caught.value.problems
    assert (problem.field, problem.line) == (name, None)
    assert document_types.RECORDS_BY_KEY[kind].field(name).title in problem.data.values()
    assert company.counts() == before
    assert value(company, kind, item, name) == default
    change(company, kind, item, **FREE[kind])


def test_an_item_without_moves_is_free_whatever_others_did(company: Company) -> None:
    moved, still = company.item(), company.item()
    company.post("other_in", (moved, 1, 5))
    company.change_record("item", still, **FIXED["item"])
    with pytest.raises(InvalidDraft):
        company.change_record("item", moved, **FIXED["item"])


def test_what_was_taken_back_has_moved_all_the_same(company: Company) -> None:
    """The rows are in the ledger for good; a replay reads them by the rules they were written by."""
    item = company.item()
    company.void(company.post("other_in", (item, 1, 5)))
    with pytest.raises(InvalidDraft):
        company.change_record("item", item, cost_method="fifo")


Cost = Callable[[Company, int], D]


def by_method(company: Company, item: int) -> D:
    return company.worth(company.post("delivery_note", (item, 1, 99)))[0]


def by_place(company: Company, item: int) -> D:
    company.post("goods_receipt", (item, 1, 40), warehouse_id=company.branch)
    return company.worth(company.post("delivery_note", (item, 1, 99), warehouse_id=company.branch))[0]


def by_customer(company: Company, item: int) -> D:
    sold = company.post("delivery_note", (item, 1, 99))
    company.post("goods_receipt", (item, 3, 40))
    return company.worth(company.post("sales_return", line(
        item, 1, 99, source_line_id=company.line_ids(sold)[0])))[0]


def by_supplier(company: Company, item: int) -> D:
    bought = company.post("goods_receipt", (item, 2, 40))
    return company.worth(company.post("purchase_return", line(
        item, 1, 40, source_line_id=company.line_ids(bought)[0])))[0]


def by_freight(company: Company, item: int) -> D:
    bought = company.post("goods_receipt", (item, 2, 40))
    sold = company.post("delivery_note", (item, 4, 99))
    company.post("cost_adjustment", {"item_id": item, "source_line_id": company.line_ids(bought)[0]}, fee=D(10))
    return company.worth(sold)[0]


@pytest.mark.parametrize(("setting", "cost", "expected"), [
    ({"cost_method": "fifo"}, by_method, -10),  # by average 15
    ({"cost_level": "warehouse"}, by_place, -40),  # in the company 23.33
    ({"return_in_cost": "current"}, by_customer, D("33.75")),  # as it left 15
    ({"return_out_cost": "current"}, by_supplier, D("-27.50")),  # as it came 40
    ({"late_cost": "repost"}, by_freight, -120)])  # prorated 110
def test_each_setting_does_what_it_says(company: Company, setting: dict[str, str], cost: Cost, expected: D) -> None:
    """Of one at 10 and one at 20, and what the setting is about."""
    item = company.item(**({} if "cost_method" not in setting else setting))
    if "cost_method" not in setting:
        company.settings(**setting)
    company.post("goods_receipt", (item, 1, 10))
    company.post("goods_receipt", (item, 1, 20))
    assert cost(company, item) == expected


def test_what_was_returned_by_mistake_can_be_returned_again_at_the_same_cost(company: Company) -> None:
    item = company.item()
    company.post("goods_receipt", line(item, 3, "3.34"))  # 10.02
    sold = company.post("delivery_note", line(item, 3, 9))

    def bring_back(quantity: int) -> D:
        nonlocal saved
        saved = company.post("sales_return", line(item, quantity, 9, source_line_id=company.line_ids(sold)[0]))
        return company.worth(saved)[0]

    saved = sold
    assert bring_back(1) == D("3.34")
    company.reverse(saved)
    assert bring_back(2) == D("6.68")
    company.reverse(saved)
    assert bring_back(3) == D("10.02")
    company.check()
