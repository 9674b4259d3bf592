"""Quantities in packs: typed as people say them, in whole numbers where a unit asks for it, priced per unit."""

from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from jxc_desktop.ui.grid_model import WRONG
from tests.company import line
from tests.ui.desk import Desk, Key, barcode


@pytest.fixture
def packed(desk: Desk) -> Desk:
    """Beer: a piece, a box of twelve, a pack of which three are ten; cloth by the metre."""
    company = desk.company
    bottle, pack = company.record("unit", name="瓶"), company.record("unit", name="提", decimals=0)
    metre, roll = company.record("unit", name="米", decimals=2), company.record("unit", name="卷", decimals=1)
    desk.items["beer"] = company.record("item", {
        "item_unit": [{"unit_id": company.box, "factor": D(12), "sale_price": D(33)},
                      {"unit_id": pack, "factor": D(10), "per": D(3)}],
        "barcode": [{"code": barcode("70001")}, {"code": barcode("70002"), "unit_id": company.box}]},
        code="70001", name="纯生啤酒", unit_id=bottle, sale_price=D(3), purchase_price=D(2))
    desk.items["cloth"] = company.record("item", {"item_unit": [{"unit_id": roll, "factor": D("25.5")}]},
                                         code="80001", name="棉布", unit_id=metre, sale_price=D(9))
    company.post("opening_stock", line(desk.items["beer"], 125, 2), line(desk.items["cloth"], 60, 5))
    return desk


def row(editor: Any, number: int) -> tuple[Any, ...]:
    shown = editor.lines.columns[editor.lines.column("unit_id")]
    one = editor.lines.lines[number]
    return one["quantity"], editor.lines.cell(one, shown).text, one.get("price"), one.get("amount")


@pytest.mark.parametrize(("text", "quantity", "unit", "price", "amount"), [
    ("41", 41, "瓶", 3, 123), ("3箱", 3, "箱", 33, 99), ("3箱5瓶", 41, "瓶", 3, 123), ("3x5p", 41, "瓶", 3, 123),
    ("2xiang", 2, "箱", 33, 66), ("3 箱 5", 41, "瓶", 3, 123), ("3提", 3, "提", 10, 30), ("12*2", 24, "瓶", 3, 72)])
def test_as_people_say_it(packed: Desk, text: str, quantity: int, unit: str, price: int, amount: int) -> None:
    editor = packed.open("document/delivery_note/new")
    packed.fill(editor, (("70001", "1"),))
    editor.lines.setData(editor.grid.cell(0, "quantity"), text)
    packed.settle(editor)
    assert row(editor, 0) == (quantity, unit, pytest.approx(price), amount)
    editor.lines.undo_stack.undo()
    assert row(editor, 0) == (1, "瓶", 3, 3)


@pytest.mark.parametrize(("text", "said"), [
    ("1.5", "瓶只能是整数"), ("1.5箱", "整数"), ("3包", "瓶, 箱, 提"), ("3箱2箱", "瓶, 箱, 提")])
def test_what_a_cell_refuses(packed: Desk, text: str, said: str) -> None:
    editor = packed.open("document/delivery_note/new")
    packed.fill(editor, (("70001", "1"),))
    assert not editor.lines.setData(editor.grid.cell(0, "quantity"), text)
    assert said in editor.grid.cell(0, "quantity").data(WRONG)
    assert editor.grid.cell(0, "quantity").data() == text  # kept, to be put right


def test_parts_of_a_pack_that_make_no_whole_pieces(packed: Desk) -> None:
    company = packed.company
    half = company.record("unit", name="篮", decimals=1)
    company.record("item", {"item_unit": [{"unit_id": half, "factor": D(5)}]}, code="90001", name="鸡蛋",
                   unit_id=company.piece)
    editor = packed.open("document/transfer/new")
    packed.fill(editor, (("90001", "1"), ("80001", "2.5")))
    cell = editor.grid.cell(0, "quantity")
    assert editor.lines.setData(cell, "1.2篮") and editor.lines.lines[0]["quantity"] == D("1.2")
    assert not editor.lines.setData(cell, "1.3篮") and "合 6.5 个" in cell.data(WRONG)
    assert editor.lines.lines[1]["quantity"] == D("2.5")  # metres may be parted
    assert not editor.lines.setData(editor.grid.cell(1, "quantity"), "2.555")
    assert "最多" in editor.grid.cell(1, "quantity").data(WRONG)


def test_stock_is_shown_in_packs_too(packed: Desk) -> None:
    editor = packed.open("document/delivery_note/new")
    packed.fill(editor, (("70001", "2x"),))
    shown = editor.grid.cell(0, "available")
    assert shown.data() == "10.42" and "10箱1提1.6667瓶" in shown.data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("kind", ["delivery_note", "goods_receipt", "transfer", "stock_count", "other_in",
                                  "sales_order", "purchase_return", "assembly"])
def test_a_barcode_chooses_its_unit(packed: Desk, kind: str) -> None:
    editor = packed.open(f"document/{kind}/new")
    editor.focus_lines()
    packed.scan(editor, barcode("70002"))
    packed.scan(editor, barcode("70001"))
    assert [(row(editor, n)[0], row(editor, n)[1]) for n in (0, 1)] == [(1, "箱"), (1, "瓶")]


def test_packs_from_a_spreadsheet(packed: Desk) -> None:
    editor = packed.open("document/delivery_note/new")
    editor.focus_lines()
    QGuiApplication.clipboard().setText("编码\t数量\n70001\t2箱3瓶\n70001\t2箱\n")
    editor.grid.paste()
    packed.settle(editor)
    assert [row(editor, n) for n in (0, 1)] == [(27, "瓶", 3, 81), (2, "箱", 33, 66)]
    packed.press(editor, Key.Key_F2)
