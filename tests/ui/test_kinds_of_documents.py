"""What single types add to the editor: recipes, late costs, revaluation, two-step transfers; what a save restates."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog

from jxc_desktop.services import access
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.dialogs.impact import ImpactDialog
from tests.company import day, line
from tests.ui.desk import CTRL, Desk, Key


def dialog() -> Any:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())


def text(editor: Any, row: int, key: str) -> str:
    return str(editor.grid.cell(row, key).data() or "")


# --- recipes


def gift_box(desk: Desk) -> int:
    return desk.company.record("item", {"recipe_line": [
        {"component_id": desk.items["10021"], "quantity": D(2)},
        {"component_id": desk.items["30007"], "quantity": D(1)}]},
        code="90001", name="家庭礼盒", unit_id=desk.company.box)


def test_an_assembly_from_a_recipe(desk: Desk) -> None:
    box = gift_box(desk)
    editor = desk.open("document/assembly/new-1")
    editor.extra.ask()
    asked = dialog()
    asked.item.set_value(box, "家庭礼盒")
    asked.quantity.set_value(D(3))
    asked.finish()
    desk.settle(editor)
    assert [(one["role"], one["item_id"], one["quantity"]) for one in editor.lines.lines] == [
        ("make", box, D(3)), ("use", desk.items["10021"], D(6)), ("use", desk.items["30007"], D(3))]
    assert text(editor, 0, "role") == "成品" and text(editor, 1, "role") == "子件"
    editor.extra.ask()
    again = dialog()
    assert (again.item.value(), again.quantity.value()) == (box, D(3))
    again.reject()
    desk.chord(editor, Key.Key_S, CTRL)
    assert [desk.company.on_hand(i) for i in (box, desk.items["10021"])] == [D(3), D(480)]


@pytest.mark.parametrize(("kind", "whole"), [("assembly", "cp"), ("disassembly", "zj")])
def test_an_assembly_typed_by_keyboard(desk: Desk, kind: str, whole: str) -> None:
    """What is made is the line that is not like the others: its type is typed."""
    box = gift_box(desk)
    desk.company.post("opening_stock", line(box, 5, 9))
    editor = desk.open(f"document/{kind}/new")
    assert editor.grid.hasFocus()
    desk.press(editor, "sqy", Key.Key_Return, "3", Key.Key_Return, "90001", Key.Key_Return, "1", Key.Key_Return)
    editor.grid.go(1, "role")
    desk.press(editor, whole, Key.Key_Return)
    desk.press(editor, Key.Key_F12)
    assert not editor.bars.bars and editor.draft.number, (editor.lines.lines, editor.lines.faults())
    sign = 1 if kind == "assembly" else -1
    assert [desk.company.on_hand(i) for i in (desk.items["10021"], box)] == [D(486 - 3 * sign), D(5 + sign)]


def test_an_item_without_a_recipe_says_so(desk: Desk) -> None:
    editor = desk.open("document/disassembly/new-1")
    editor.extra.ask()
    asked = dialog()
    asked.finish()
    assert asked.item.toolTip()
    asked.item.set_value(desk.items["10021"], "水")
    asked.finish()
    desk.settle(editor)
    assert "没有组装配方" in next(iter(asked.bars.bars.values())).text
    asked.reject()


# --- late costs


def receipt(desk: Desk) -> Any:
    return desk.company.post("goods_receipt", line(desk.items["10021"], 30, 10), line(desk.items["30007"], 10, 70))


def test_shares_follow_the_fee(desk: Desk) -> None:
    saved = receipt(desk)
    editor = desk.open(f"document/cost_adjustment/from-{saved.id}")
    assert [text(editor, row, "received") for row in (0, 1)] == ["30 箱", "10 箱"]
    editor.form.set_value("fee", D("40.00"))
    assert [one["amount"] for one in editor.lines.lines] == [D("30.00"), D("10.00")]
    editor.form.set_value("fee_basis", "value")
    assert [one["amount"] for one in editor.lines.lines] == [D("12.00"), D("28.00")]
    editor.form.set_value("fee_basis", "equal")
    assert [one["amount"] for one in editor.lines.lines] == [D("20.00"), D("20.00")]
    editor.lines.setData(editor.grid.cell(0, "amount"), "25")
    assert "shares" in editor.bars.bars
    editor.lines.setData(editor.grid.cell(1, "amount"), "15")
    assert "shares" not in editor.bars.bars
    desk.chord(editor, Key.Key_S, CTRL)
    kept = desk.context.queries.open_document(editor.draft.id)
    assert [one["amount"] for one in kept.lines] == [D("25.00"), D("15.00")]
    assert [one["amount"] for one in editor.lines.lines] == [D("25.00"), D("15.00")]
    assert [text(editor, row, "received") for row in (0, 1)] == ["30 箱", "10 箱"]


def test_receipts_are_chosen_whole(desk: Desk) -> None:
    receipt(desk)
    editor = desk.open("document/cost_adjustment/new-1")
    editor.more_lines.choose_sources()
    desk.settle(editor)
    asked = dialog()
    asked.upper._toggle(0)
    desk.settle(editor)
    assert [asked.lines.index(row, asked.lines.column("received")).data() for row in (0, 1)] == ["30", "10"]
    asked._finish()
    desk.settle(editor)
    assert [one["item_id"] for one in editor.lines.lines] == [desk.items["10021"], desk.items["30007"]]
    assert all("quantity" not in one for one in editor.lines.lines)


# --- revaluation


def test_what_it_costs_now_stands_beside(desk: Desk) -> None:
    editor = desk.open("document/revaluation/new-1")
    desk.press(editor, "10021", Key.Key_Return)
    desk.settle(editor)
    assert text(editor, 0, "current_cost") == "10.00"
    assert editor.grid.current()[1].name == "price" and editor.lines.lines[0].get("price") is None
    desk.press(editor, "12", Key.Key_Return)
    desk.chord(editor, Key.Key_S, CTRL)
    assert desk.company.pool(desk.items["10021"]) == (D(486), D("5832.00"))
    desk.settle(editor)
    assert text(editor, 0, "current_cost") == "12.00"


# --- transfers in two steps


def test_a_shipment_needs_somewhere_to_be_under_way(desk: Desk) -> None:
    editor = desk.open("document/transfer_shipment/new-1")
    asked: list[str] = []
    editor.open_wanted.connect(asked.append)
    assert "在途仓" in editor.bars.bars["under_way"].text
    desk.company.record("warehouse", code="W9", name="在途仓", in_transit=True)
    editor = desk.open("document/transfer_shipment/new-2")
    assert "under_way" not in editor.bars.bars and editor.form.value("to_warehouse_id")


def test_what_did_not_arrive(desk: Desk) -> None:
    transit = desk.company.record("warehouse", code="W9", name="在途仓", in_transit=True)
    shipment = desk.company.post("transfer_shipment", line(desk.items["10021"], 10), to_warehouse_id=transit,
                                 destination_id=desk.company.branch)
    editor = desk.open(f"document/transfer_shipment/{shipment.id}")
    names = {a.text for a in editor.menu.all()}
    assert {"收货", "余下的报损"} <= names and "under_way" not in editor.bars.bars
    receiving = desk.open(f"document/transfer_receipt/from-{shipment.id}")
    receiving.lines.setData(receiving.grid.cell(0, "quantity"), "8")
    desk.chord(receiving, Key.Key_S, CTRL)
    desk.settle(receiving)
    assert receiving.bars.bars["under_way"].text == "仍在途：山泉饮用天然水 2 箱"
    editor = desk.open(f"document/transfer_shipment/{shipment.id}")
    assert editor.bars.bars["under_way"].text == "仍在途：山泉饮用天然水 2 箱"
    loss = desk.open(f"document/other_out/from-{shipment.id}")
    assert loss.form.value("reason") == "loss" and loss.lines.lines[0]["quantity"] == D(2)
    desk.chord(loss, Key.Key_S, CTRL)
    assert desk.company.on_hand(desk.items["10021"], transit) == D(0)
    editor = desk.open(f"document/transfer_shipment/{shipment.id}")
    assert "under_way" not in editor.bars.bars


def test_sources_say_where_the_goods_go(desk: Desk) -> None:
    transit = desk.company.record("warehouse", code="W9", name="在途仓", in_transit=True)
    desk.company.post("transfer_shipment", line(desk.items["10021"], 10), to_warehouse_id=transit,
                      destination_id=desk.company.branch)
    editor = desk.open("document/transfer_receipt/new-1")
    editor.more_lines.choose_sources()
    desk.settle(editor)
    asked = dialog()
    keys = [c.key for c in asked.documents.columns]
    assert "partner" not in keys and asked.documents.index(0, keys.index("way")).data() == "主仓 → 分仓"
    asked.upper._toggle(0)
    desk.settle(editor)
    asked._finish()
    desk.settle(editor)
    assert (editor.form.value("warehouse_id"), editor.form.value("to_warehouse_id")) == (transit, desk.company.branch)


# --- what a save restates


def answer(then: Callable[[ImpactDialog], None]) -> list[ImpactDialog]:
    """Answers the question as soon as it is there."""
    seen: list[ImpactDialog] = []

    def look() -> None:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, ImpactDialog) and w.isVisible()]
        if found:
            seen.append(found[0])
            then(found[0])
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)
    return seen


def backdated(desk: Desk) -> Any:
    """A receipt at another price, dated before goods that were sold."""
    desk.company.post("delivery_note", line(desk.items["10021"], 100, 20), date=day(3))
    editor = desk.open("document/goods_receipt/new-1")
    editor.form.set_value("partner_id", desk.company.supplier)
    editor.form.set_value("date", day(1))
    desk.fill(editor, [("10021", "486")])
    editor.lines.setData(editor.grid.cell(0, "price"), "22.6")
    desk.settle(editor)
    return editor


def test_what_changes_is_shown_before_anyone_confirms(desk: Desk) -> None:
    editor = backdated(desk)
    rows: list[Any] = []

    def back(asked: ImpactDialog) -> None:
        rows.extend(asked.model.rows)
        assert asked.profit.accessibleName().startswith("对利润的影响") and asked.profit.isVisible()
        assert asked.back.isDefault()
        asked.back.click()

    seen = answer(back)
    desk.chord(editor, Key.Key_S, CTRL)
    desk.settle(editor)
    assert seen and editor.draft.id is None and editor.dirty  # what was typed stays
    [row] = rows
    assert (row.kind, row.date, row.item, row.cost) == ("delivery_note", day(3), "山泉饮用天然水", D("500.00"))
    answer(lambda asked: asked.save.click())
    desk.chord(editor, Key.Key_S, CTRL)
    desk.settle(editor)
    assert editor.draft.number


def test_who_may_not_see_cost_sees_only_which_documents(desk: Desk) -> None:
    desk.context.actor = Actor("王五", access.EVERYTHING - {"see_cost"})
    editor = backdated(desk)
    keys: list[str] = []

    def look(asked: ImpactDialog) -> None:
        keys.extend(c.key for c in asked.model.columns)
        assert asked.profit.isHidden()
        asked.reject()

    answer(look)
    desk.chord(editor, Key.Key_S, CTRL)
    desk.settle(editor)
    assert keys == ["kind", "number", "date", "item", "quantity"]
