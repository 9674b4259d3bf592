"""Lots and serial numbers in the lines: proposed, chosen, scanned, checked in their cells."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.ui.grid_model import WRONG
from jxc_desktop.ui.grid_serials import SerialsDialog
from jxc_desktop.ui.tokens import Tone
from tests.company import line
from tests.ui.desk import CTRL, Desk, Key, barcode

TODAY = dt.date.today()


def later(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@pytest.fixture
def tracked(desk: Desk) -> Desk:
    """A company with lots and serial numbers: milk in three lots, one of them expired, and phones by number."""
    company = desk.company
    company.settings(use_lots=True, use_serials=True)
    milk = desk.items["milk"] = company.record("item", {
        "item_unit": [{"unit_id": company.box, "factor": D(12)}], "barcode": [{"code": barcode("50001")}]},
        code="50001", name="鲜牛奶", unit_id=company.piece, tracking="lot", shelf_life_days=30, sale_price=D("6.5"))
    phone = desk.items["phone"] = company.record(
        "item", {"barcode": [{"code": barcode("60001")}]}, code="60001", name="对讲机", unit_id=company.piece,
        tracking="serial", sale_price=D(300))
    company.post("opening_stock", line(milk, 20, 4, lot="OLD", expiry_date=later(-1)),
                 line(milk, 30, 4, lot="B2", expiry_date=later(9)), line(milk, 50, 4, lot="A1", expiry_date=later(20)),
                 line(phone, 3, 200, serials="SN0001\nSN0002\nSN0003"), acknowledged=("expired",), date=TODAY)
    return desk


def row(editor: Any, number: int, *names: str) -> tuple[Any, ...]:
    return tuple(editor.lines.lines[number].get(name) for name in names)


def cell(editor: Any, number: int, name: str) -> Any:
    return editor.lines.cell(editor.lines.rows[number], editor.lines.columns[editor.lines.column(name)])


def dialog() -> SerialsDialog:
    [found] = [w for w in QApplication.topLevelWidgets() if isinstance(w, SerialsDialog) and w.isVisible()]
    return found


# --- what is seen -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["delivery_note", "goods_receipt", "transfer", "stock_count", "assembly"])
def test_without_the_features_there_are_no_such_columns(desk: Desk, kind: str) -> None:
    editor = desk.open(f"document/{kind}/new")
    assert not {c.key for c in editor.lines.columns} & {"lot", "expiry_date", "production_date", "serials"}
    desk.company.settings(use_serials=True)
    desk.context.queries.company()
    again = desk.open(f"document/{kind}/new")
    assert {c.key for c in again.lines.columns} & {"lot", "expiry_date", "serials"} == {"serials"}


def test_only_goods_that_are_tracked_have_such_cells(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("10021", "1"), ("50001", "1")))
    for number, name, editable in ((0, "lot", False), (0, "serials", False), (1, "lot", True), (1, "serials", False)):
        flags = editor.grid.cell(number, name).flags()
        assert bool(flags & Qt.ItemFlag.ItemIsEditable) == editable, (number, name)


# --- what goes out ----------------------------------------------------------------------------------------


def test_the_lot_that_expires_first_is_proposed(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "30"),))
    assert row(editor, 0, "lot", "quantity", "amount") == ("B2", 30, 195)  # nothing of what has expired
    shown = cell(editor, 0, "lot")
    assert shown.text == f"B2 · {later(9):%y-%m-%d}" and shown.tone is None
    assert later(9).isoformat() in editor.grid.cell(0, "lot").data(Qt.ItemDataRole.ToolTipRole)
    assert editor.grid.current()[0] == 1  # the cursor has gone on


def test_several_lots_make_several_lines_and_one_undo_joins_them(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "45"),))
    assert [row(editor, n, "lot", "quantity", "amount") for n in (0, 1)] == [("B2", 30, 195), ("A1", 15, D("97.5"))]
    assert editor.grid.current()[0] == 2 and len(editor.lines.lines) == 2
    tracked.fill(editor, (("50001", "5"),))
    assert row(editor, 2, "lot", "quantity") == ("A1", 5)  # the other lines have taken the rest
    for _ in range(3):
        editor.lines.undo_stack.undo()
    assert len(editor.lines.lines) == 2
    editor.lines.undo_stack.undo()
    assert len(editor.lines.lines) == 1 and row(editor, 0, "lot", "quantity") == (None, 45)
    editor.lines.undo_stack.redo()
    assert [line["lot"] for line in editor.lines.lines] == ["B2", "A1"]


def test_packs_that_break_over_lots_are_counted_in_pieces(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "4x"),))  # 48 pieces: 2.5 boxes of one lot, the rest of the other
    assert [row(editor, n, "lot", "quantity", "unit_id") for n in (0, 1)] == [
        ("B2", 30, tracked.company.piece), ("A1", 18, tracked.company.piece)]
    assert sum(line["amount"] for line in editor.lines.lines) == 4 * 78
    assert cell(editor, 0, "unit_id").text == "个"


def test_another_quantity_chooses_again_but_not_against_the_clerk(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "10"),))
    editor.grid.go(0, "quantity")
    tracked.press(editor, "40", Key.Key_Return)
    assert [row(editor, n, "lot", "quantity") for n in (0, 1)] == [("B2", 30), ("A1", 10)]
    editor.grid.go(1, "lot")
    tracked.press(editor, "b2", Key.Key_Return)
    assert row(editor, 1, "lot", "quantity") == ("B2", 10)
    editor.grid.go(1, "quantity")
    tracked.press(editor, "12", Key.Key_Return)
    assert len(editor.lines.lines) == 2 and row(editor, 1, "lot", "quantity") == ("B2", 12)
    assert [(cell(editor, n, "lot").text, cell(editor, n, "lot").pill) for n in (0, 1)] == [("B2", "缺 12")] * 2


def test_when_there_is_not_enough_the_cell_says_what_there_is(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "90"),))
    assert row(editor, 0, "lot", "quantity") == (None, 90) and len(editor.lines.lines) == 1
    assert "80 个" in editor.grid.cell(0, "lot").data(WRONG)
    assert cell(editor, 0, "lot").pill == "待填"
    editor.grid.go(0, "quantity")
    tracked.press(editor, "20", Key.Key_Return)
    assert row(editor, 0, "lot") == ("B2",) and not editor.grid.cell(0, "lot").data(WRONG)


def test_lots_are_looked_up_by_what_is_typed(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("50001", "5"),))
    editor.grid.go(0, "lot")
    tracked.press(editor, Key.Key_F7)
    popup = editor.grid._lookup.popup
    assert [m.hit.code for m in popup.matches] == ["B2", "A1", "OLD"]
    assert "已过期" in popup.columns[1].read(popup.matches[2].hit).text
    assert popup.columns[2].read(popup.matches[0].hit).text == "30"
    tracked.press(editor, Key.Key_Escape, Key.Key_Escape)
    tracked.press(editor, "o", Key.Key_Return)
    assert row(editor, 0, "lot") == ("OLD",)
    assert cell(editor, 0, "lot").pill == "过期" and cell(editor, 0, "lot").tone is Tone.WARN
    editor.grid.go(0, "lot")
    tracked.press(editor, "nix", Key.Key_Return)
    assert row(editor, 0, "lot") == ("OLD",) and "没有批号 nix" in editor.grid.cell(0, "lot").data(WRONG)
    assert editor.grid.current() == (0, editor.grid.current()[1]) and cell(editor, 0, "lot").text == "nix"


def test_lines_from_an_order_get_their_lots_at_once(tracked: Desk) -> None:
    order = tracked.company.post("sales_order", line(tracked.items["milk"], 40, "6"), partner_id=tracked.partner,
                                 date=TODAY)
    editor = tracked.open(f"document/delivery_note/from-{order.id}")
    assert [row(editor, n, "lot", "quantity") for n in (0, 1)] == [("B2", 30), ("A1", 10)]
    assert len({line["source_line_id"] for line in editor.lines.lines}) == 1
    tracked.chord(editor, Key.Key_S, CTRL)
    assert not editor.bars.bars, [b.text for b in editor.bars.bars.values()]
    assert len(tracked.saved("delivery_note")) == 1 and tracked.company.on_hand(tracked.items["milk"]) == 60


def test_a_transfer_takes_lots_along_and_is_corrected(tracked: Desk) -> None:
    editor = tracked.open("document/transfer/new")
    editor.form.set_value("to_warehouse_id", tracked.company.branch)
    tracked.fill(editor, (("50001", "40"),))
    tracked.chord(editor, Key.Key_S, CTRL)
    assert tracked.company.on_hand(tracked.items["milk"], tracked.company.branch) == 40
    again = tracked.open(editor.key)
    again.correct()
    tracked.settle(again)
    again.grid.go(1, "quantity")
    tracked.press(again, "20", Key.Key_Return)  # its own ten count as free
    assert [row(again, n, "lot", "quantity") for n in (0, 1)] == [("B2", 30), ("A1", 20)]
    tracked.chord(again, Key.Key_S, CTRL)
    assert tracked.company.on_hand(tracked.items["milk"], tracked.company.branch) == 50


# --- what comes in ----------------------------------------------------------------------------------------


def test_new_lots_come_in_with_their_dates(tracked: Desk) -> None:
    editor = tracked.open("document/goods_receipt/new")
    editor.resize(1700, 900)
    editor.form.set_value("partner_id", tracked.partner)
    tracked.fill(editor, (("50001", "24"),))
    assert editor.grid.current()[1].name == "price" and editor.lines.lines[0].get("lot") is None
    tracked.press(editor, "4", Key.Key_Return)
    assert editor.grid.current()[1].name == "lot"  # nobody proposes lots for what comes in
    tracked.press(editor, "B", Key.Key_Return)
    assert row(editor, 0, "lot") == ("B",)  # a new one, though there is a B2
    assert editor.grid.current()[1].name == "production_date"
    tracked.press(editor, "t", Key.Key_Return)
    assert row(editor, 0, "production_date", "expiry_date") == (TODAY, later(30))
    tracked.fill(editor, (("50001", "6"),))
    tracked.press(editor, "4", Key.Key_Return, "a1", Key.Key_Return)
    assert row(editor, 1, "lot", "expiry_date") == ("A1", later(20))  # a known lot brings its dates
    assert editor.grid.current()[0] == 2
    tracked.chord(editor, Key.Key_S, CTRL)
    assert not editor.bars.bars
    lots = {lot.code: lot for lot in tracked.context.queries.lots(tracked.items["milk"], tracked.company.main)}
    assert (lots["B"].on_hand, lots["B"].expiry_date, lots["A1"].on_hand) == (24, later(30), 56)


# --- serial numbers ---------------------------------------------------------------------------------------


def test_numbers_are_typed_pasted_and_counted(tracked: Desk) -> None:
    editor = tracked.open("document/goods_receipt/new")
    editor.form.set_value("partner_id", tracked.partner)
    tracked.fill(editor, (("60001", "3"),))
    tracked.press(editor, "200", Key.Key_Return)
    assert editor.grid.current()[1].name == "serials" and cell(editor, 0, "serials").text == "0/3"
    tracked.press(editor, Key.Key_Return)
    asked = dialog()
    assert asked.count.text() == "0/3" and asked.stock is None
    QTest.keyClicks(asked.numbers, "X1")
    QTest.keyClick(asked.numbers, Key.Key_Return)
    QApplication.clipboard().setText("X2\nX2\n")
    asked.numbers.paste()
    assert asked.count.text() == "3/3" and "X2" in asked.fault.text() and len(asked.numbers.extraSelections()) == 2
    asked.numbers.setPlainText("X1, X2; X3\nX4")
    assert asked.count.text() == "4/3" and asked.adjust.isVisible() and not asked.fault.isVisible()
    asked.adjust.click()
    assert asked.count.text() == "4/4" and row(editor, 0, "quantity") == (4,)
    QTest.keyClick(asked.numbers, Key.Key_Return, CTRL)
    tracked.settle(editor)
    assert row(editor, 0, "serials") == ("X1\nX2\nX3\nX4",) and cell(editor, 0, "serials").text == "4/4"
    assert editor.grid.current()[0] == 1
    tracked.chord(editor, Key.Key_S, CTRL)
    assert tracked.company.on_hand(tracked.items["phone"]) == 7
    editor.lines.undo_stack.undo()


def test_numbers_in_stock_are_ticked(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.fill(editor, (("60001", "2"),))
    editor.grid.go(0, "serials")
    tracked.press(editor, "S")  # typing opens it, with what was typed
    asked = dialog()
    assert asked.numbers.toPlainText() == "S" and "S" in asked.fault.text()
    asked.numbers.clear()
    items = {asked.stock.list.item(n).text(): asked.stock.list.item(n) for n in range(asked.stock.list.count())}
    assert list(items) == ["SN0001", "SN0002", "SN0003"]
    asked.stock.search.setText("03")
    assert [code for code, item in items.items() if not item.isHidden()] == ["SN0003"]
    items["SN0003"].setCheckState(Qt.CheckState.Checked)
    items["SN0001"].setCheckState(Qt.CheckState.Checked)
    assert asked.numbers.numbers() == ["SN0003", "SN0001"] and asked.count.text() == "2/2"
    items["SN0003"].setCheckState(Qt.CheckState.Unchecked)
    asked.numbers.setPlainText("SN0001\nSN0002")
    assert items["SN0002"].checkState() == Qt.CheckState.Checked
    asked.take_over()
    tracked.settle(editor)
    assert row(editor, 0, "serials") == ("SN0001\nSN0002",)
    tracked.fill(editor, (("60001", "1"),))
    editor.grid.go(1, "serials")
    editor.grid.edit_current()
    other = dialog()
    other.numbers.setPlainText("SN0002")
    assert "SN0002" in other.fault.text()  # the line above has it
    other.reject()
    assert row(editor, 1, "serials") == (None,)


# --- scanning ---------------------------------------------------------------------------------------------


def test_a_scanned_number_finds_its_item_once(tracked: Desk) -> None:
    editor = tracked.open("document/delivery_note/new")
    tracked.focus = editor.focus_lines()
    tracked.scan(editor, "SN0002")
    assert row(editor, 0, "item_id", "quantity", "serials") == (tracked.items["phone"], 1, "SN0002")
    tracked.scan(editor, "SN0003")
    assert row(editor, 0, "quantity", "serials") == (2, "SN0002\nSN0003") and len(editor.lines.lines) == 1
    QTest.qWait(320)
    tracked.scan(editor, "SN0003")
    assert row(editor, 0, "quantity", "serials") == (2, "SN0002\nSN0003")
    assert "第 1 行" in editor.bars.bars["scan"].text
    tracked.scan(editor, barcode("60001"))
    assert row(editor, 0, "quantity") == (3,) and cell(editor, 0, "serials").text == "2/3"
    tracked.scan(editor, "SN0001")
    assert row(editor, 0, "quantity") == (3,) and cell(editor, 0, "serials").text == "3/3"


def test_a_scanned_lot_finds_its_item(tracked: Desk) -> None:
    company = tracked.company
    company.post("other_in", line(tracked.items["milk"], 8, 4, lot="LOT-2026", expiry_date=later(5)), date=TODAY)
    editor = tracked.open("document/delivery_note/new")
    editor.focus_lines()
    tracked.scan(editor, "LOT-2026")
    assert row(editor, 0, "item_id", "lot", "quantity") == (tracked.items["milk"], "LOT-2026", 1)
    QTest.qWait(320)
    tracked.scan(editor, "LOT-2026")
    assert row(editor, 0, "lot", "quantity") == ("LOT-2026", 2) and len(editor.lines.lines) == 1
    tea = company.item(code="50002", name="酸奶", tracking="lot")
    company.post("other_in", line(tea, 8, 4, lot="LOT-2026"), date=TODAY)
    QTest.qWait(320)
    tracked.scan(editor, "LOT-2026")
    assert "鲜牛奶, 酸奶" in editor.bars.bars["scan"].text and len(editor.lines.lines) == 1


def test_unknown_numbers_go_to_the_goods_that_just_came_in(tracked: Desk) -> None:
    editor = tracked.open("document/goods_receipt/new")
    editor.form.set_value("partner_id", tracked.partner)
    editor.focus_lines()
    for code in (barcode("60001"), "NEW-0001", "NEW-0002", barcode("60001"), "NEW-0003"):
        tracked.scan(editor, code)
    assert row(editor, 0, "quantity", "serials") == (3, "NEW-0001\nNEW-0002\nNEW-0003")
    QTest.qWait(320)
    tracked.scan(editor, "NEW-0003")
    assert row(editor, 0, "quantity") == (3,) and "NEW-0003" in editor.bars.bars["scan"].text
    editor.grid.go_entry()
    tracked.scan(editor, barcode("10021"))
    tracked.scan(editor, "NEW-0009")
    assert "NEW-0009" in editor.bars.bars["scan"].text and len(editor.lines.lines) == 2  # goods without numbers


# --- every type -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "moved"), [
    ("delivery_note", -40), ("purchase_return", -40), ("transfer", -40), ("transfer_shipment", -40), ("other_out", -40),
    ("goods_receipt", 40), ("other_in", 40), ("opening_stock", 40), ("sales_return", 40)])
def test_lots_in_every_type_that_moves_goods(tracked: Desk, kind: str, moved: int) -> None:
    """Typed by keyboard and saved: what leaves is proposed, what comes in is asked for."""
    company, milk = tracked.company, tracked.items["milk"]
    editor = tracked.open(f"document/{kind}/new")
    names = editor.form.editors
    wanted = {"partner_id": tracked.partner, "to_warehouse_id": company.branch, "warehouse_id": company.main}
    if kind == "transfer_shipment":
        wanted["to_warehouse_id"] = company.record("warehouse", code="T", name="在途", in_transit=True)
        wanted["destination_id"] = company.branch
    for name, value in wanted.items():
        if name in names:
            editor.form.set_value(name, value)
    tracked.settle(editor)
    tracked.fill(editor, (("50001", "40"),))
    if moved > 0:
        assert editor.lines.lines[0].get("lot") is None
        editor.grid.go(0, "lot")
        tracked.press(editor, "b2", Key.Key_Return)
        if editor.lines.lines[0].get("price") is None and editor.lines.kind.column("price"):
            editor.lines.setData(editor.grid.cell(0, "price"), "4")
    else:
        assert [row(editor, n, "lot", "quantity") for n in (0, 1)] == [("B2", 30), ("A1", 10)]
    tracked.chord(editor, Key.Key_S, CTRL)
    assert not editor.bars.bars, [bar.text for bar in editor.bars.bars.values()]
    assert company.on_hand(milk) == 100 + moved
    here = {f.code: f.on_hand for f in tracked.context.queries.lots(milk, company.main)}
    assert here == ({"OLD": 20, "B2": 70, "A1": 50} if moved > 0 else {"OLD": 20, "A1": 40})


def test_an_order_may_leave_the_lot_open(tracked: Desk) -> None:
    editor = tracked.open("document/sales_order/new")
    editor.form.set_value("partner_id", tracked.partner)
    tracked.fill(editor, (("50001", "40"),))
    assert row(editor, 0, "lot") == (None,) and cell(editor, 0, "lot").pill == "" and editor.grid.current()[0] == 1
    editor.grid.go(0, "lot")
    tracked.press(editor, "a", Key.Key_Return)
    tracked.chord(editor, Key.Key_S, CTRL)
    assert not editor.bars.bars.keys() - {"followed"}
    [held] = [f for f in tracked.context.queries.lots(tracked.items["milk"], tracked.company.main) if f.code == "A1"]
    assert held.reserved == 40


def test_another_warehouse_has_other_lots(tracked: Desk) -> None:
    company = tracked.company
    company.post("transfer", line(tracked.items["milk"], 20, lot="A1"), date=TODAY)
    editor = tracked.open("document/other_out/new")
    tracked.fill(editor, (("50001", "15"), ("50001", "10")))
    assert [one["lot"] for one in editor.lines.lines] == ["B2", "B2"]
    editor.form.set_value("warehouse_id", company.branch)
    tracked.settle(editor)
    assert [row(editor, n, "lot", "quantity") for n in (0, 1)] == [("A1", 15), (None, 10)]
    assert "5 个" in editor.grid.cell(1, "lot").data(WRONG)


@pytest.mark.parametrize(("kind", "text"), [("assembly", "use"), ("assembly", "make")])
def test_the_role_says_where_goods_go(tracked: Desk, kind: str, text: str) -> None:
    editor = tracked.open(f"document/{kind}/new")
    tracked.fill(editor, (("50001", "40"),))
    assert [one["lot"] for one in editor.lines.lines] == ["B2", "A1"]  # what a new line is for: used up
    editor.lines.undo_stack.undo()
    editor.lines.setData(editor.grid.cell(0, "role"), text)
    editor.lines.setData(editor.grid.cell(0, "quantity"), "12")
    tracked.settle(editor)
    assert row(editor, 0, "lot") == (("B2",) if text == "use" else (None,))


def test_choices_are_offered_in_their_cells(tracked: Desk) -> None:
    editor = tracked.open("document/assembly/new")
    tracked.fill(editor, (("10021", "1"),))
    editor.grid.go(0, "role")
    tracked.press(editor, Key.Key_F7)
    names = [m.hit.name for m in editor.grid._lookup.popup.matches]
    assert len(names) == 2
    tracked.press(editor, Key.Key_Down, Key.Key_Return)
    assert row(editor, 0, "role") == ("make",)
