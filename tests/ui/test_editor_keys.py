"""The promise of the product: a note of ten lines in eighty keys by pinyin, in forty by scanner."""

from decimal import Decimal

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types.fields import FROM_TRANSIT
from jxc_desktop.document_types.schema import FieldType, Status
from tests.ui.desk import GOODS, Desk, Key, barcode

TEN = (("sqy", "40"), ("hsn", "12"), ("scj", "8"), ("crs", "9"), ("jbs", "12"), ("fzj", "4"), ("dbc", "30"),
       ("cnn", "7"), ("bhc", "20"), ("sqs", "3"))


def test_ten_lines_by_pinyin(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    for text, quantity in TEN:
        desk.press(editor, text, Key.Key_Return, quantity, Key.Key_Return)
    desk.press(editor, Key.Key_F9)
    numbers = desk.saved("delivery_note")
    assert len(numbers) == 1 and numbers[0].startswith("XSCK-")
    draft = desk.company.read(2)
    assert [(line["item_id"], line["quantity"]) for line in draft.lines] == [
        (desk.items[code], Decimal(quantity)) for code, quantity in zip(
            ("10021", "10034", "20115", "20142", "30007", "30019", "30026", "40003", "10055", "10022"),
            (q for _, q in TEN), strict=True)]
    assert draft.status is Status.POSTED and draft.header["partner_id"] == desk.partner
    assert desk.keys <= 80, desk.keys
    assert editor.draft.id is None and editor.lines.lines == []  # and the next one is ready


def test_ten_lines_by_scanner(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    for good in GOODS[:10]:
        desk.scan(editor, barcode(good[0]))
        desk.press(editor, "2", Key.Key_Return)
    desk.press(editor, Key.Key_F9)
    draft = desk.company.read(2)
    assert [(line["item_id"], line["quantity"]) for line in draft.lines] == [
        (desk.items[good[0]], Decimal(2)) for good in GOODS[:10]]
    assert desk.keys <= 40, desk.keys


def test_scan_only_needs_a_key_per_item(desk: Desk) -> None:
    editor = desk.open("document/delivery_note/new")
    desk.press(editor, "hmb", Key.Key_Return)
    for good in (*GOODS[:3], GOODS[0]):
        desk.scan(editor, barcode(good[0]))
        desk.qtbot.wait(310)  # the same code within 300 ms is a bounce
    assert [line["quantity"] for line in editor.lines.lines] == [2, 1, 1]


# The others come from documents or recipes, or tell no quantity: tests/ui/test_kinds_of_documents.py
TYPED = [k for k in document_types.ALL
         if k.column("quantity") and not k.column("role") and FROM_TRANSIT not in k.header]


@pytest.mark.parametrize("kind", TYPED, ids=lambda k: k.key)
def test_every_type_is_typed_and_saved_by_keyboard(desk: Desk, kind: document_types.DocumentType) -> None:
    editor = desk.open(f"document/{kind.key}/new")
    answers = {FieldType.CUSTOMER: "hmb", FieldType.SUPPLIER: "hmb", FieldType.WAREHOUSE: "fc"}
    for f in kind.header:
        if f.required and editor.form.value(f.name) is None:
            assert editor.form.editors[f.name].hasFocus()  # Enter led here
            desk.press(editor, answers[f.type], Key.Key_Return)
    assert editor.grid.hasFocus()
    desk.press(editor, "sqy", Key.Key_Return, "3", Key.Key_Return)
    if editor.grid.current()[1].name == "price":  # nobody proposes one here
        desk.press(editor, "5", Key.Key_Return)
    desk.press(editor, Key.Key_F12)
    assert not editor.bars.bars.keys() - {"followed"}, editor.bars.bars  # an order says what followed
    assert len([n for n in desk.saved(kind.key) if n]) == (2 if kind.key == "opening_stock" else 1)
    assert editor.draft.status is Status.POSTED and not editor.editing and not editor.dirty
    line = desk.company.read(editor.draft.id or 0).lines[0]
    assert (line["item_id"], line["quantity"]) == (desk.items["10021"], 3)
