"""Master data: the form of every kind, its faults, its rows, deleting, and somebody else's save."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from jxc_desktop import document_types
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.pages.category_tree import Tree
from jxc_desktop.ui.pages.list_records import RecordListPage
from jxc_desktop.ui.pages.record_dialog import open_record_dialog
from jxc_desktop.ui.pages.record_page import RecordPage
from jxc_desktop.ui.pages.record_saving import PROBLEMS, STALE, USED
from tests.ui.desk import CTRL, Desk, Memory

KINDS = [kind.key for kind in document_types.RECORDS]


def opened(desk: Desk, key: str, kind: Any = RecordPage) -> Any:
    page = kind(desk.context, key)
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.resize(1180, 660)
    page.show()
    page.activateWindow()
    QTest.qWaitForWindowActive(page)
    desk.settle()
    return page


def stored(desk: Desk, kind: str, record_id: int) -> Any:
    return desk.context.queries.open_record(kind, record_id)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_form_with_all_its_fields(desk: Desk, kind: str) -> None:
    page = opened(desk, f"record/{kind}/1" if kind == "company" else f"record/{kind}/new")
    declared = document_types.RECORDS_BY_KEY[kind]
    assert set(page.form.editors) == {f.name for f in declared.fields if not f.feature}
    assert set(page.form.child_rows) == {c.key for c in declared.children}
    for editor in page.form.editors.values():
        assert editor.accessibleName()
    assert not page.dirty


def test_a_new_item_by_keyboard(desk: Desk) -> None:
    page = opened(desk, "record/item/new")
    assert page.form.editors["code"].hasFocus()
    desk.press(page, "90001", Qt.Key.Key_Return)
    assert page.form.editors["name"].hasFocus()
    page.form.editors["name"].insert("蜂蜜柚子茶")
    for _ in range(4):
        desk.press(page, Qt.Key.Key_Return)
    desk.press(page, "x")  # by its initial
    desk.qtbot.waitUntil(lambda: page.form.editors["unit_id"]._lookup.open)
    desk.press(page, Qt.Key.Key_Return, "12.5", Qt.Key.Key_Return)
    assert page.dirty and page.chip.text() == "未保存"
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_S, CTRL)
    desk.settle()
    assert not page.bars.bars and not page.dirty and page.title == "蜂蜜柚子茶"
    saved = stored(desk, "item", int(page.key.rpartition("/")[2]))
    assert (saved.values["code"], saved.values["unit_id"]) == ("90001", desk.company.box)
    assert saved.values["purchase_price"] == Decimal("12.5")


def test_faults_stand_at_their_fields(desk: Desk) -> None:
    page = opened(desk, "record/item/new")
    page.save()
    assert "需要更正" in page.bars.bars[PROBLEMS].text
    for name in ("code", "name", "unit_id"):
        assert page.form.editors[name].property("invalid")
    assert page.form.editors["code"].hasFocus()
    page.form.editors["code"].setText("10021")
    page.form.editors["code"].setModified(True)
    page.form.editors["name"].set_value("又一个")
    page.form.editors["unit_id"].set_value(desk.company.box, "箱")
    page.save()
    desk.settle()
    assert page.form.editors["code"].toolTip() == "10021 已被使用"


def test_rows_of_a_record(desk: Desk) -> None:
    page = opened(desk, f"record/item/{desk.items['10021']}")
    units, codes = page.form.child_rows["item_unit"], page.form.child_rows["barcode"]
    assert [r["factor"] for r in units.values()] == [Decimal(40)]
    assert len(codes.rows) == 2 and codes.rows[-1].empty
    codes.rows[-1].editors["code"].setFocus()
    desk.press(page, "69999", Qt.Key.Key_Return)
    assert len(codes.rows) == 3 and page.dirty
    page.save()
    desk.settle()
    assert [r["code"] for r in stored(desk, "item", desk.items["10021"]).children["barcode"]][1] == "69999"
    codes.rows[0].editors["code"].setFocus()
    QTest.keyClick(codes.rows[0].editors["code"], Qt.Key.Key_Delete, CTRL)
    assert [r["code"] for r in codes.values()] == ["69999"]


def test_a_fault_in_a_row_leads_to_its_cell(desk: Desk) -> None:
    page = opened(desk, f"record/item/{desk.items['10034']}")
    rows = page.form.child_rows["barcode"]
    rows.rows[-1].editors["code"].set_value(stored(desk, "item", desk.items["10021"]).children["barcode"][0]["code"])
    page.form.changed.emit()
    page.save()
    desk.settle()
    assert rows.rows[1].editors["code"].property("invalid") and rows.rows[1].editors["code"].hasFocus()


def test_hidden_fields_keep_their_values(desk: Desk) -> None:
    item = desk.items["10021"]
    before = stored(desk, "item", item)
    rights = frozenset({"item.see", "item.save"})
    desk.context.actor = Actor("仓管", rights)
    page = opened(desk, f"record/item/{item}")
    assert "purchase_price" not in page.form.editors
    page.form.editors["brand"].set_value("山泉")
    page.form.changed.emit()
    page.save()
    desk.settle()
    after = stored(desk, "item", item)
    assert after.values["purchase_price"] == before.values["purchase_price"] and after.values["brand"] == "山泉"


def test_without_the_right_it_is_only_read(desk: Desk) -> None:
    actor = Actor("访客", frozenset({"item.see"}))
    desk.context.actor, desk.context.queries = actor, Queries(desk.company.engine, actor)
    page = opened(desk, f"record/item/{desk.items['10021']}")
    assert page.chip.text() == "只读" and page.form.editors["name"].isReadOnly()
    assert page.save_button.isHidden() and page.delete_button.isHidden()
    page.save()
    assert stored(desk, "item", desk.items["10021"]).version == 1


def test_somebody_else_was_faster(desk: Desk) -> None:
    item = desk.items["10021"]
    page = opened(desk, f"record/item/{item}")
    page.form.editors["brand"].set_value("我改的")
    page.form.changed.emit()
    desk.company.change_record("item", item, spec="他改的", brand="他的品牌")
    page.save()
    desk.settle()
    assert STALE in page.bars.bars
    page.saving.merge(lambda: None)
    desk.settle()
    assert page.form.draft().values["brand"] == "我改的" and page.form.draft().values["spec"] == "他改的"
    page.save()
    desk.settle()
    after = stored(desk, "item", item).values
    assert (after["brand"], after["spec"]) == ("我改的", "他改的")


def test_a_clean_page_follows_other_peoples_saves(desk: Desk) -> None:
    item = desk.items["10021"]
    page = opened(desk, f"record/item/{item}")
    desk.company.change_record("item", item, name="改了名")
    desk.context.changes.publish({("item", item)})
    desk.settle()
    assert page.title == "改了名" and not page.dirty


def test_used_records_are_stopped_not_deleted(desk: Desk) -> None:
    page = opened(desk, f"record/item/{desk.items['10021']}")
    page.delete()
    desk.settle()
    assert "停用" in page.bars.bars[USED].text
    page.saving._stop()
    desk.settle()
    assert stored(desk, "item", desk.items["10021"]).values["active"] is False
    assert page.chip.text() == "已停用"


def test_deleting_can_be_taken_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from jxc_desktop.ui.pages import record_page

    told: list[Any] = []
    monkeypatch.setattr(record_page, "toast", lambda *args, **more: told.append(args))
    unit = desk.company.record("unit", name="托")
    page = opened(desk, f"record/unit/{unit}")
    page.delete()
    desk.settle()
    assert "托" not in {u.name for u in desk.context.queries.choices("unit")}
    told[0][3]()
    desk.settle()
    assert "托" in {u.name for u in desk.context.queries.choices("unit")}


def test_save_and_new_then_copy(desk: Desk) -> None:
    page = opened(desk, "record/unit/new")
    page.form.editors["name"].set_value("盒")
    page.form.changed.emit()
    QTest.keyClick(page, Qt.Key.Key_Return, CTRL)
    desk.settle()
    assert page.form.editors["name"].value() is None and page.key == "record/unit/new"
    assert "盒" in {u.name for u in desk.context.queries.choices("unit")}
    copied = opened(desk, f"record/item/copy-{desk.items['10021']}")
    draft = copied.form.draft()
    assert draft.values["name"] == "山泉饮用天然水" and not draft.values["code"] and not draft.children["barcode"]
    assert draft.children["item_unit"] and copied.dirty


def test_unsaved_edits_come_back_with_the_page(desk: Desk) -> None:
    key = f"record/item/{desk.items['10021']}"
    page = opened(desk, key)
    page.form.editors["sale_price"].set_value(Decimal("27.75"))
    page.form.changed.emit()
    assert page.close_requested()
    again = opened(desk, key)
    assert again.dirty and again.form.draft().values["sale_price"] == Decimal("27.75")
    again.revert()
    desk.settle()
    assert not again.dirty and again.form.draft().values["sale_price"] == Decimal("26.50")


def test_the_company_is_one_record(desk: Desk) -> None:
    page = opened(desk, "record/company/1")
    page.form.editors["phone"].set_value("021-5555")
    page.form.changed.emit()
    page.save()
    desk.settle()
    assert desk.context.queries.company()["phone"] == "021-5555"
    assert page.delete_button.isHidden() and page.new_button.isHidden()


@pytest.fixture
def parent(desk: Desk) -> Iterator[Any]:
    yield opened(desk, "record/unit/new")


def test_a_record_made_in_passing(desk: Desk, parent: Any) -> None:
    made: list[Any] = []
    dialog = open_record_dialog(desk.context, "partner", {"name": "新客户", "code": "N1"},
                                lambda record_id, name: made.append((record_id, name)), parent)
    assert dialog is not None and dialog.isModal()
    desk.settle()
    assert dialog.form.editors["name"].value() == "新客户"
    QTest.keyClick(dialog, Qt.Key.Key_S, CTRL)
    desk.settle()
    assert made == [(made[0][0], "新客户")]
    assert stored(desk, "partner", made[0][0]).values["code"] == "N1"
    desk.context.actor = Actor("访客", frozenset())
    assert open_record_dialog(desk.context, "partner", {}, lambda *_: None, parent) is None


def test_prefilled_from_a_look_up(desk: Desk) -> None:
    page = RecordPage(desk.context, "record/item/new")
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.prefill("椰汁")
    desk.settle()
    assert page.form.draft().values["name"] == "椰汁" and page.dirty


def test_items_by_category(desk: Desk) -> None:
    food = desk.company.record("category", name="食品")
    drinks = desk.company.record("category", name="饮料", parent_id=food)
    desk.company.change_record("item", desk.items["10021"], category_id=drinks)
    page = opened(desk, "list/record/item", RecordListPage)
    tree: Tree = page.tree.tree
    assert tree.topLevelItem(0).text(0) == "全部"
    assert tree.topLevelItem(1).child(0).text(0) == "饮料"
    page.focus_first()
    QTest.keyClick(page.table, Qt.Key.Key_F6)
    assert tree.hasFocus()
    tree.setCurrentItem(tree.topLevelItem(1))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    desk.settle()
    assert [r["id"] for r in page.model.rows] == [desk.items["10021"]]
    tree.setCurrentItem(tree.topLevelItem(0))
    QTest.keyClick(tree, Qt.Key.Key_Return)
    desk.settle()
    assert len(page.model.rows) == len(desk.items)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "company"])
def test_each_kind_has_a_list(desk: Desk, kind: str) -> None:
    page = opened(desk, f"list/record/{kind}", RecordListPage)
    assert len(page.model.rows) == desk.context.queries.list_sums(page.feed.asked())["count"]
    if page.model.rows:
        with desk.qtbot.waitSignal(page.open_wanted) as wanted:
            page.open_row(page.model.rows[0])
        assert wanted.args == [f"record/{kind}/{page.model.rows[0]['id']}"]


def test_pictures_and_figures_survive_the_settings() -> None:
    from jxc_desktop.document_types.schema import RecordDraft
    from jxc_desktop.ui.pages import record_unsaved

    settings = Memory()
    mine = RecordDraft("item", {"picture": b"\x89PNG", "sale_price": Decimal("1.10"), "name": "茶"},
                       {"barcode": [{"code": "1", "unit_id": None}]}, 3, 2)
    record_unsaved.keep(settings, "k", mine, mine)
    assert record_unsaved.kept(settings, "k") == (mine, mine)
    record_unsaved.forget(settings, "k")
    assert record_unsaved.kept(settings, "k") is None


def test_saving_twice_saves_once(desk: Desk) -> None:
    page = opened(desk, "record/unit/new")
    page.form.editors["name"].set_value("筐")
    page.form.changed.emit()
    page.save()
    page.save()
    desk.settle()
    assert [u.name for u in desk.context.queries.choices("unit")].count("筐") == 1
