"""The checks that a declaration makes by itself, and the shape of the shipped declarations."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types import fields
from jxc_desktop.document_types.schema import PLACES, Draft, Field, FieldType, RecordDraft, serials_in
from jxc_desktop.errors import Problem
from tests.company import DAY, line

T = FieldType
KINDS = pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)

GOOD: dict[FieldType, list[Any]] = {
    T.TEXT: ["x", "字" * 200, "a\nb\tc", "𠮷👨‍👩‍👧", "\u202eabc", "'; DROP TABLE item; --"], T.NOTE: ["one\ntwo"],
    T.DATE: [dt.date(1990, 1, 1), dt.date(2100, 12, 31), dt.date(2024, 2, 29)],
    T.QUANTITY: [D("0.0001"), D("-5"), D("99999999999.9999"), D("1e3")],
    T.PRICE: [D("0.00000001"), D("9999999.99999999")],
    T.MONEY: [D("0.01"), D("9999999999999.99")], T.DISCOUNT: [D(0), D(1), D("0.0505")], T.RATE: [D("0.13")],
    T.FACTOR: [D("0.00000001"), D(12)], T.INTEGER: [0, 4], T.FLAG: [True, False], T.CHOICE: ["a"], T.PICTURE: [b"x"],
    T.ITEM: [1, 2**62], T.LOT: ["L1", "批号/7"], T.SERIALS: ["S1\nS2", " S1 ,, S2 ", "x" * 60],
}
NUMBERS = ["12", 1.5, 12, D("NaN"), D("sNaN"), D("Infinity"), D("-Infinity"), True, [], b"1"]
BAD: dict[FieldType, list[Any]] = {
    T.TEXT: [1, b"x", "字" * 201, "a\x00b", "a\x1bb", "\ud800", ["x"]], T.NOTE: ["\x07"],
    T.DATE: ["2026-01-01", dt.datetime(2026, 1, 1), dt.date(1989, 12, 31), dt.date(2101, 1, 1), dt.date(9999, 12, 31),
             dt.date(1, 1, 1), 20260101],
    T.QUANTITY: [*NUMBERS, D("0.00001"), D("100000000000"), D("1e30"), D("1e-9")],
    T.PRICE: [*NUMBERS, D("10000000"), D("0.000000001")], T.MONEY: [*NUMBERS, D("0.001"), D("10000000000000")],
    T.DISCOUNT: [*NUMBERS, D("-0.01"), D("1.01"), D("0.12345")], T.RATE: [D("1.01"), D("-0.13"), D("101")],
    T.FACTOR: [*NUMBERS, D(0), D(-1)], T.INTEGER: ["1", 1.0, D(1), True, 5, -1, 10**9, 10**30],
    T.FLAG: [0, 1, "yes", "true"],
    T.CHOICE: ["b", "A", 1, []], T.PICTURE: ["x", b"x" * 2_000_001],
    T.ITEM: [0, -1, "1", 1.0, True, D(1), 2**63, 10**30],
    T.LOT: [1, "x" * 201, "\x00"], T.SERIALS: ["S1\nS1", "S1；S1", "x" * 61, ["S1"], "\x1b"],
}


def field(kind: FieldType) -> Field:
    return Field("x", "X", kind, choices=(("a", "A"),), limit=4)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, good in GOOD.items() for value in good])
def test_good_values_pass(kind: FieldType, value: Any) -> None:
    assert field(kind).problem(value) is None


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, bad in BAD.items() for value in bad])
def test_bad_values_are_named(kind: FieldType, value: Any) -> None:
    wrong = field(kind).problem(value)
    assert wrong is not None
    message, data = wrong
    assert message.format(**data)  # the text has all it needs


def test_serial_numbers_are_read_however_they_are_separated() -> None:
    assert serials_in(" S1 \n\nS2, S3；S4;S5，S6\n") == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert serials_in(None) == serials_in(" \n") == []


def test_empty_is_bad_only_where_required() -> None:
    for empty in (None, ""):
        assert Field("x", "X").problem(empty) is None
        assert Field("x", "X", required=True).problem(empty) == ("{field} is required", {"field": "X"})


def good_line(kind: document_types.DocumentType) -> dict[str, Any]:
    return line(1, 2, 3 if kind.priced else None) | ({"role": "make"} if kind.column("role") else {})


def good_draft(kind: document_types.DocumentType) -> Draft:
    draft = kind.new_draft(DAY)
    for i, f in enumerate(kind.header, 1):
        if f.required and f.type != T.DATE and f.default is None:
            draft.header[f.name] = D(i) if f.type in PLACES else i
    draft.lines = [good_line(kind)]
    return draft


@KINDS
def test_a_good_draft_has_no_problems(kind: document_types.DocumentType) -> None:
    assert kind.problems(good_draft(kind)) == []


@KINDS
def test_all_faults_are_reported_at_once_with_their_places(kind: document_types.DocumentType) -> None:
    draft = good_draft(kind)
    draft.header["date"] = dt.date(202, 1, 1)
    draft.header["remark"] = "x" * 501
    draft.lines = [good_line(kind) | {"quantity": D(0)}, good_line(kind), good_line(kind) | {"item_id": None},
                   good_line(kind) | {"quantity": D(-1), "remark": "\x00"}, good_line(kind) | {"quantity": None}]
    found = {(p.field, p.line) for p in kind.problems(draft)}
    expected = {("date", None), ("remark", None), ("item_id", 2), ("remark", 3)}
    if column := kind.column("quantity"):
        expected |= {("quantity", 3)} | (set() if column.zero else {("quantity", 0)})
        expected |= {("quantity", 4)} if column.required else set()
    assert found == expected


@KINDS
def test_no_lines_is_a_fault(kind: document_types.DocumentType) -> None:
    draft = good_draft(kind)
    draft.lines = []
    assert [p.field for p in kind.problems(draft)] == ["lines"]


COUNTED = [k for k in document_types.ALL if k.column("quantity")]  # others are about value alone


@pytest.mark.parametrize("kind", COUNTED, ids=lambda kind: kind.key)
@pytest.mark.parametrize("quantity", [D("-0.0001"), D("NaN"), D("Infinity"), D("1e40"), 5, 5.0, "5"])
def test_quantities_that_are_none(kind: document_types.DocumentType, quantity: Any) -> None:
    draft = good_draft(kind)
    draft.lines[0]["quantity"] = quantity
    assert {(p.field, p.line) for p in kind.problems(draft)} == {("quantity", 0)}


def test_only_a_count_may_find_nothing() -> None:
    for quantity in (D(0), None):
        assert [k.key for k in COUNTED if not k.problems(
            replace(good_draft(k), lines=[good_line(k) | {"quantity": quantity}]))] == ["stock_count"]


@pytest.mark.parametrize("kind", [k for k in COUNTED if k.reversible], ids=lambda kind: kind.key)
def test_a_mirror_has_negative_quantities(kind: document_types.DocumentType) -> None:
    draft = good_draft(kind)
    draft.reversal_of_id = 1
    assert {p.field for p in kind.problems(draft)} == {"quantity"}
    draft.lines[0] |= {"quantity": D(-2), "amount": D(-6)}
    assert kind.problems(draft) == []


@pytest.mark.parametrize("kind", [k for k in COUNTED if k.priced], ids=lambda kind: kind.key)
def test_prices_and_amounts_are_not_below_zero(kind: document_types.DocumentType) -> None:
    draft = good_draft(kind)
    draft.lines = [line(1, 2, -1), line(1, 2, 1, amount=D("-0.01"))]
    assert {(p.field, p.line) for p in kind.problems(draft)} == {("price", 0), ("amount", 1)}


@pytest.mark.parametrize(("key", "price"), [("cost_adjustment", []), ("revaluation", ["price"])])
def test_a_change_of_value_may_lie_below_zero_but_no_unit_cost(key: str, price: list[str]) -> None:
    kind = document_types.BY_KEY[key]
    draft = good_draft(kind)
    draft.lines = [line(1, 1, -1, amount=D("-0.01"))]
    assert [p.field for p in kind.problems(draft)] == price


def test_a_transfer_needs_two_warehouses() -> None:
    draft = good_draft(document_types.TRANSFER)
    draft.header["to_warehouse_id"] = draft.header["warehouse_id"]
    assert document_types.TRANSFER.problems(draft) == [Problem("to_warehouse_id", "The two warehouses must differ")]


@KINDS
def test_a_new_draft_has_its_defaults(kind: document_types.DocumentType) -> None:
    draft = kind.new_draft(DAY)
    assert draft.header["date"] == DAY
    assert draft.lines == []
    for f in kind.header:
        assert draft.header.get(f.name) == (DAY if f.name == "date" else f.default)


def test_declarations_are_well_formed() -> None:
    """Distinct keys and prefixes, known sources, no field twice, choices with defaults among them."""
    for values in ([k.key for k in document_types.ALL], [k.prefix for k in document_types.ALL],
                   [r.key for r in document_types.RECORDS]):
        assert len(values) == len(set(values))
    for kind in document_types.ALL:
        assert set(kind.sources) <= set(document_types.BY_KEY)
        for part in (kind.header, kind.columns):
            assert len({f.name for f in part}) == len(part)
        assert {"date", "remark"} <= {f.name for f in kind.header}
        assert {"item_id"} <= {f.name for f in kind.columns}
        assert (kind.column("unit_id") is None) == (kind.column("quantity") is None)
        assert {f.feature for f in kind.fields() if f.feature} <= {"use_lots", "use_serials"}
        for f in kind.fields():
            assert f.default is None or f.problem(f.default) is None
    for record in document_types.RECORDS:
        assert set(record.list_columns) <= {f.name for f in record.fields}
        for f in record.fields:
            assert f.default is None or f.problem(f.default) is None


def test_followers_are_the_types_made_from_one() -> None:
    followers = {kind.key: [f.key for f in document_types.followers(kind)] for kind in document_types.ALL}
    assert {key: found for key, found in followers.items() if found} == {
        "purchase_request": ["purchase_order"],
        "purchase_order": ["goods_receipt"], "goods_receipt": ["purchase_return", "cost_adjustment"],
        "other_in": ["cost_adjustment"], "transfer_shipment": ["transfer_receipt", "other_out"],
        "sales_order": ["delivery_note"], "delivery_note": ["sales_return"]}


def test_permissions_name_type_and_action() -> None:
    assert document_types.TRANSFER.permission("void") == "transfer.void"
    assert document_types.RECORDS_BY_KEY["item"].permission("save") == "item.save"


def test_cost_columns_ask_for_the_right_to_see_cost() -> None:
    assert fields.UNIT_COST.permission == fields.COST_AMOUNT.permission == "see_cost"


def test_record_faults_are_named_with_their_row() -> None:
    item = document_types.RECORDS_BY_KEY["item"]
    values = {"name": "x" * 121, "unit_id": 0, "sale_price": D(-1), "tax_rate": D("1.3")}
    draft = RecordDraft("item", item.new_draft().values | values, {
        "item_unit": [{"unit_id": 2, "factor": D(0), "per": D(0), "sale_price": D(-1)},
                      {"unit_id": 2, "factor": D(12), "per": D(1)}],
        "recipe_line": [{"component_id": None, "quantity": D(-1)}],
        "barcode": [{"code": "x" * 61}, {"code": ""}],
        "stock_level": [{"warehouse_id": 1, "reorder_point": D(-1)}, {"warehouse_id": None}]})
    assert {(p.field, p.line) for p in item.problems(draft)} == {
        ("code", None), ("name", None), ("unit_id", None), ("sale_price", None), ("tax_rate", None),
        ("item_unit.factor", 0), ("item_unit.per", 0), ("item_unit.sale_price", 0),
        ("recipe_line.component_id", 0), ("recipe_line.quantity", 0), ("barcode.code", 0), ("barcode.code", 1),
        ("stock_level.reorder_point", 0), ("stock_level.warehouse_id", 1)}
