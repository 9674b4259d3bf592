"""The lines as a model: honest to Qt, every edit undoable, figures and warnings as they should read."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt

from jxc_desktop import document_types
from jxc_desktop.ui import grid_paste
from jxc_desktop.ui.grid_columns import line_columns
from jxc_desktop.ui.grid_model import CHANGED, WRONG, LineModel
from jxc_desktop.ui.line_facts import LineFacts, reserved_by_source, takes_stock
from jxc_desktop.ui.tokens import Tone
from tests.company import line
from tests.ui.desk import Desk


class Sheet:
    """A model with the facts it needs, without a view."""

    def __init__(self, desk: Desk, kind: str = "delivery_note"):
        self.desk, self.kind = desk, document_types.BY_KEY[kind]
        self.facts = LineFacts(self.kind, desk.context.queries, desk.tasks)
        self.facts.warehouse_id = desk.company.main
        self.model = LineModel(self.kind, line_columns(self.kind, lambda permission: True), self.facts)
        self.model.load([])

    def add(self, code: str, **typed: str) -> int:
        [hit] = self.desk.context.queries.find_items(code, limit=1)
        row = self.model.put_item(self.model.rowCount() - 1, hit)
        self.desk.settle()
        for name, text in typed.items():
            self.type(row, name, text)
        return row

    def type(self, row: int, name: str, text: str) -> bool:
        return self.model.setData(self.model.index(row, self.model.column(name)), text)

    def cell(self, row: int, name: str) -> Any:
        column = self.model.columns[self.model.column(name)]
        return self.model.cell(self.model.rows[row], column)

    def role(self, row: int, name: str, role: int) -> Any:
        return self.model.index(row, self.model.column(name)).data(role)


@pytest.fixture
def sheet(desk: Desk) -> Sheet:
    return Sheet(desk)


@pytest.mark.parametrize("kind", document_types.ALL, ids=lambda k: k.key)
def test_honest_to_qt_through_a_session_of_edits(desk: Desk, qtmodeltester: Any, kind: Any) -> None:
    sheet = Sheet(desk, kind.key)
    qtmodeltester.check(sheet.model)  # stays attached: every later signal is checked as well
    counted = kind.column("quantity") is not None
    sheet.add("10021", **({"quantity": "3"} if counted else {}))
    sheet.add("10034", **({"quantity": "12a"} if counted else {}))
    sheet.model.change(0, 1, [sheet.model.copied(1), sheet.model.copied(0)], "two for one")
    sheet.model.change(1, 2, [], "delete")
    for _ in range(20):
        sheet.model.undo_stack.undo()
    assert sheet.model.lines == [] and sheet.model.rowCount() == 1
    for _ in range(20):
        sheet.model.undo_stack.redo()
    assert len(sheet.model.lines) == 1
    sheet.model.load(sheet.model.values(), read_only=True)
    assert sheet.model.rowCount() == 1 and not sheet.model.flags(sheet.model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable


def test_which_types_take_stock_follows_from_their_effect() -> None:
    assert {k.key for k in document_types.ALL if takes_stock(k)} == {
        "purchase_return", "sales_order", "delivery_note", "transfer", "transfer_shipment", "transfer_receipt",
        "other_out", "assembly", "disassembly"}
    assert {k.key for k in document_types.ALL if takes_stock(k, "make")} == {
        "purchase_return", "sales_order", "delivery_note", "transfer", "transfer_shipment", "transfer_receipt",
        "other_out"}
    assert {k.key for k in document_types.ALL if reserved_by_source(k)} == {"delivery_note"}


def test_a_new_line_brings_price_and_tax(sheet: Sheet) -> None:
    row = sheet.add("10021", quantity="40")
    got = sheet.model.lines[row]
    assert (got["price"], got["tax_rate"], got["amount"]) == (Decimal("26.5"), Decimal("0.13"), Decimal(1060))
    assert [sheet.cell(row, name).text for name in ("item_id", "item_id.name", "item_id.spec", "unit_id", "available",
                                                    "quantity", "price", "discount", "tax_rate", "amount")] == [
        "10021", "山泉饮用天然水", "550ml×24", "箱", "486", "40", "26.50", "", "13%", "1,060.00"]
    assert sheet.cell(0, "#").text == "1" and sheet.cell(1, "#").text == "+"


def test_the_last_two_typed_win(sheet: Sheet) -> None:
    row = sheet.add("10021", quantity="10", price="3")
    sheet.type(row, "amount", "36")
    assert sheet.model.lines[row]["quantity"] == 12  # price and amount were typed last
    sheet.type(row, "quantity", "9")
    assert sheet.model.lines[row]["price"] == 4
    sheet.type(row, "discount", "50")
    assert sheet.model.lines[row]["amount"] == 18
    sheet.type(row, "quantity", "")
    assert sheet.model.lines[row]["amount"] is None


def test_short_and_low_are_said_in_words(sheet: Sheet) -> None:
    rows = [sheet.add(code, quantity=quantity) for code, quantity in (("10034", "24"), ("20142", "24"), ("10021", "1"))]
    assert [(c.pill, c.tone, c.text) for c in (sheet.cell(row, "available") for row in rows)] == [
        ("缺 6", Tone.BAD, "18"), ("低", Tone.WARN, "40"), ("", None, "486")]
    assert "缺 6" in sheet.role(rows[0], "available", Qt.ItemDataRole.AccessibleTextRole)


def test_two_lines_of_one_item_are_short_together(sheet: Sheet) -> None:
    rows = [sheet.add("10034", quantity="12"), sheet.add("10034", quantity="12")]
    assert [sheet.cell(r, "available").pill for r in rows] == ["缺 6", "缺 6"]
    sheet.type(rows[0], "quantity", "6")
    assert [sheet.cell(r, "available").pill for r in rows] == ["低", "低"]


def test_what_comes_in_is_never_short(desk: Desk) -> None:
    sheet = Sheet(desk, "goods_receipt")
    sheet.add("10034", quantity="9999")
    assert sheet.cell(0, "available").pill == "低"  # there are 18, and 24 is the reorder point


def test_a_posted_note_counts_its_own_quantity_as_there(desk: Desk, sheet: Sheet) -> None:
    desk.company.post("delivery_note", line(desk.items["10034"], 18, "70"), partner_id=desk.partner)
    saved = desk.company.read(2)
    sheet.model.load(saved.lines, taken=True)
    desk.settle()
    assert (sheet.cell(0, "available").text, sheet.cell(0, "available").pill) == ("18", "低")
    sheet.type(0, "quantity", "19")
    assert sheet.cell(0, "available").pill == "缺 1"


def test_lines_from_an_order_count_what_it_reserved(desk: Desk, sheet: Sheet) -> None:
    order = desk.company.post("sales_order", line(desk.items["10034"], 18, "70"), partner_id=desk.partner)
    draft = desk.context.queries.draft_from("delivery_note", (order.id,))
    sheet.model.load(draft.lines)
    desk.settle()
    assert sheet.facts.stock[desk.items["10034"]].available == 0
    assert sheet.cell(0, "available").text == "18" and sheet.cell(0, "available").pill == "低"
    assert sheet.model.lines[0]["amount"] == 1260


def test_packs_show_stock_in_packs(desk: Desk, sheet: Sheet) -> None:
    row = sheet.add("10021", unit_id="个", quantity="13")
    desk.settle()
    assert (sheet.cell(row, "available").text, sheet.cell(row, "available").pill) == ("12.15", "缺 0.85")
    assert sheet.model.lines[row]["price"] == 1060  # 40 boxes


def test_wrong_text_stays_and_is_undoable(sheet: Sheet) -> None:
    row = sheet.add("10021", quantity="40")
    assert not sheet.type(row, "quantity", "12a")
    assert sheet.cell(row, "quantity").text == "12a" and "箱, 个" in sheet.role(row, "quantity", WRONG)
    assert [p.field for p in sheet.model.unread()] == ["quantity"]
    sheet.model.undo_stack.undo()
    assert sheet.cell(row, "quantity").text == "40" and not sheet.role(row, "quantity", WRONG)
    assert not sheet.type(row, "quantity", "1.5")  # boxes are whole
    assert "箱" in sheet.role(row, "quantity", WRONG)
    assert sheet.type(row, "quantity", "12*6+3") and sheet.model.lines[row]["quantity"] == 75
    assert not sheet.role(row, "quantity", WRONG)


def test_a_price_changed_by_hand_says_so(sheet: Sheet) -> None:
    row = sheet.add("10021", quantity="1")
    assert not sheet.role(row, "price", CHANGED)
    assert sheet.role(row, "price", Qt.ItemDataRole.ToolTipRole) == "标准价 26.50"
    sheet.type(row, "price", "25")
    assert sheet.role(row, "price", CHANGED)
    assert sheet.role(row, "price", Qt.ItemDataRole.ToolTipRole) == "标准价 26.50；已手工改价"


def test_gifts_cost_nothing(desk: Desk, sheet: Sheet) -> None:
    row = sheet.add("10021", quantity="2", gift="1")
    assert sheet.model.lines[row]["amount"] == 0 and sheet.cell(row, "gift").text == "✓"
    sheet.type(row, "gift", "")
    desk.settle()
    assert sheet.model.lines[row]["amount"] == 53


def test_undo_brings_lines_back_whole(desk: Desk, sheet: Sheet) -> None:
    for code in ("10021", "10034", "20115"):
        sheet.add(code, quantity="2")
    before = [dict(given) for given in sheet.model.values()]
    sheet.model.change(0, 2, [], "delete")
    assert len(sheet.model.lines) == 1
    sheet.model.undo_stack.undo()
    assert sheet.model.values() == before


def test_cost_is_hidden_from_those_who_may_not_see_it() -> None:
    kind = document_types.BY_KEY["other_in"]
    names = {c.name for c in line_columns(kind, lambda permission: permission != "see_cost", frozenset())}
    assert names == {"", "item_id", "unit_id", "available", "quantity", "remark"}


def test_pasting_a_range_in_order(desk: Desk, sheet: Sheet) -> None:
    pasted = grid_paste.ranges("10021\t\t\t\t\t40\n10034\t\t\t\t\t2\nNIX\t\t\t\t\t3\n")
    shown = [c for c in sheet.model.columns if c.name]
    rows, columns = grid_paste.columns_of(pasted, shown)
    codes = grid_paste.take(sheet.model, 0, rows, columns)
    sheet.facts.find_exact(codes, sheet.model.resolve_items)
    desk.settle()
    assert [(given.get("item_id"), given["quantity"], given.get("price")) for given in sheet.model.lines] == [
        (desk.items["10021"], 40, Decimal("26.5")), (desk.items["10034"], 2, Decimal("74.2")), (None, 3, None)]
    assert sheet.role(2, "item_id", WRONG) == "没有商品“NIX”" and sheet.cell(2, "item_id").text == "NIX"
    sheet.model.undo_stack.undo()
    assert sheet.model.lines == []


def test_pasting_under_headings_in_any_order(desk: Desk, sheet: Sheet) -> None:
    pasted = grid_paste.ranges("单价\t品名\t数量\t备注\n25\t山泉饮用天然水\t4*2\t\"两行\n备注\"\n")
    rows, columns = grid_paste.columns_of(pasted, [c for c in sheet.model.columns if c.name])
    sheet.facts.find_exact(grid_paste.take(sheet.model, 0, rows, columns), sheet.model.resolve_items)
    desk.settle()
    [got] = sheet.model.lines
    assert (got["item_id"], got["quantity"], got["price"], got["amount"]) == (desk.items["10021"], 8, 25, 200)
    assert got["remark"] == "两行\n备注"


def test_copied_cells_are_numbers_for_a_spreadsheet(sheet: Sheet) -> None:
    sheet.add("10021", quantity="1234")
    cells = [(0, sheet.model.column(name)) for name in ("item_id", "item_id.name", "quantity", "tax_rate", "amount")]
    assert grid_paste.copied(sheet.model, cells) == "10021\t山泉饮用天然水\t1234\t13%\t32701"
