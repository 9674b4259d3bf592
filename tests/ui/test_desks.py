"""The three desks: what they show is what the books say, and what is done on them is done in the books."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import access, documents, purchasing
from jxc_desktop.services.purchasing import Choice
from jxc_desktop.services.queries.stock import AlertRow
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.pages.desk_alerts import alert_rows
from jxc_desktop.ui.pages.home_page import BUYER, OVERVIEW, SALES, STOCK, HomePage
from jxc_desktop.ui.pages.supplier_dialog import SupplierDialog
from jxc_desktop.ui.table import CELL
from jxc_desktop.ui.tokens import Tone
from tests.company import Company, line, opened
from tests.ui.office import Office, books, office

TODAY = dt.date.today()


def later(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@dataclass
class Shop:
    """A program on books in which something waits at every step."""

    office: Office
    company: Company
    ids: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Any:
        return self.office.window.workspace.page("home")

    def desk(self, key: str) -> Any:
        self.office.page("home")
        self.office.window.activateWindow()
        QTest.qWaitForWindowActive(self.office.window)
        self.home.choose(key)
        self.office.settle()
        return self.home.desk

    def numbers(self, kind: str, status: str = "posted") -> list[str]:
        d = TABLES["document"].c
        return [r.number for r in self.company.rows(select(d.number).where(
            d.kind == kind, d.status == status).order_by(d.id))]

    def front(self) -> str:
        return str(self.office.window.current_page.key)


@pytest.fixture
def shop(tmp_path: Path, qtbot: Any, sqlite_template: Path) -> Iterator[Shop]:
    address, _ = books(sqlite_template, tmp_path)
    with opened(f"sqlite:///{address}") as c, office(tmp_path / "pc", qtbot) as made:
        c.settings(reserve_on_order=True, follow_request="auto", serve_waiting=True)
        shop = Shop(made, c)
        second = c.record("partner", code="S2", name="永固紧固件", supplier=True, customer=False)
        bolt, nut = c.item(code="B1", name="螺栓", order_multiple=D(12), lead_days=4), c.item(
            code="N1", name="螺母", reorder_point=D(20), maximum=D(50))
        lone = c.item(code="X1", name="垫片")
        c.post("goods_receipt", line(bolt, 10, 2), line(nut, 8, 1), date=later(-120))
        c.post("goods_receipt", line(bolt, 1, "2.5"), date=later(-9), partner_id=second)
        shop.ids = {
            "bolt": bolt, "nut": nut, "lone": lone, "second": second,
            "ready": c.post("sales_order", line(bolt, 6, 9), date=TODAY, due_date=later(-2)).id,
            "partly": c.post("sales_order", line(bolt, 8, 9), line(lone, 3, 9), date=TODAY, due_date=later(2)).id,
            "late": c.post("purchase_order", line(nut, 4, 1), date=later(-9), due_date=later(-3)).id,
            "today": c.post("purchase_order", line(nut, 5, 1), date=later(-9), due_date=TODAY).id}
        made.open_books(address)
        made.window.resize(1366, 768)
        yield shop


def row_of(desk: Any, item: int) -> int:
    return next(n for n, row in enumerate(desk.wants.model.rows) if row.want and row.want.item.id == item)


def tick(desk: Any, *items: int) -> None:
    for item in items:
        desk.wants.model.toggle(row_of(desk, item))


# --- home

@pytest.mark.parametrize(("role", "first"), [
    ("buyer", BUYER), ("salesperson", SALES), ("clerk", STOCK), ("manager", OVERVIEW), ("administrator", OVERVIEW)])
def test_who_works_here_decides_which_desk_is_in_front(shop: Shop, role: str, first: str) -> None:
    shop.office.session.actor = Actor("王芳", access.ROLES[role], role=role)
    page = HomePage(shop.office.session)
    shop.office.settle()
    assert page.desk is page.desks[first]
    assert [page.tabs.tabText(n) for n in range(page.tabs.count())] == [
        "总览", "采购工作台", "销售工作台", "仓库工作台"]
    assert page._stamp.text().endswith("更新")
    page.closed()
    page.deleteLater()


def test_the_overview_begins_with_what_cannot_wait(shop: Shop) -> None:
    desk = shop.desk(OVERVIEW)
    assert [b.text() for b in desk.alarms.buttons] == [
        "1 张销售订单逾期", "1 张采购订单逾期未到", "2 种商品低于最低库存"]
    desk.alarms.buttons[1].click()
    shop.office.settle()
    assert shop.front() == "list/document/purchase_order"
    page = shop.office.window.current_page
    assert page.tools.views.current == "late" and [r["id"] for r in page.model.rows] == [shop.ids["late"]]


def test_alerts_say_what_is_the_matter_the_worst_first() -> None:
    def alert(kind: str, on_hand: int, expires: dt.date | None = None) -> AlertRow:
        return AlertRow(1, kind, 1, kind, "1", "", "", D(on_hand), D(9), "个", dt.datetime(2026, 1, 1), "L1", expires)

    rows = alert_rows([alert("over", 20), alert("expiring", 5, TODAY), alert("low", 3), alert("expired", 2, TODAY),
                       alert("low", 0)])
    assert [row.word for row in rows] == ["缺货", "已过期", "低", "即将到期", "超"]
    assert [row.figure for row in rows] == ["0 / 9 个", "2 个", "3 / 9 个", "5 个", "20 / 9 个"]


def test_a_change_elsewhere_shows_at_once(shop: Shop) -> None:
    desk = shop.desk(SALES)
    before = len(desk.model.rows)
    shop.company.post("sales_order", line(shop.ids["nut"], 1, 9), date=TODAY)
    shop.office.wait(lambda: len(desk.model.rows) == before + 1)


# --- the buyer's desk

def test_what_to_buy_stands_under_its_supplier(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    QAbstractItemModelTester(desk.wants.model, QAbstractItemModelTester.FailureReportingMode.Fatal, desk)
    rows = [(row.want.item.name, row.want.lacking, row.quantity) if row.want else row.supplier
            for row in desk.wants.model.rows]
    assert rows == ["永固紧固件", ("螺栓", 3, 12), "宏达五金", ("茉莉花茶", 10, 10), ("螺母", 33, 33), "",
                    ("垫片", 3, 3)], "who has what a customer waits for comes first"
    bolt = row_of(desk, shop.ids["bolt"])
    cells = {c.key: desk.wants.model.index(bolt, n).data(CELL) for n, c in enumerate(desk.wants.model.columns)}
    assert (cells["purpose"].text, cells["needed"].pill) == ("华联超市", "急")
    assert (cells["price"].text, cells["amount"].text, cells["sold"].text) == ("2.50", "30.00", "0 / 0 / 0")
    assert (cells["expected"].text, cells["expected"].tone) == (f"{later(4):%m-%d}", Tone.BAD)  # needed before
    assert desk.way.steps["request"].count == "1" and "逾期 1" in desk.way.steps["coming"].accessibleName()
    assert [b.text() for b in desk.alarms.buttons] == [
        "1 张采购订单逾期未到", "3 天内急需 2 项", "2 种商品低于最低库存", "1 项未定供应商"]
    assert [r.id for r in desk.coming.rows] == [shop.ids["late"], shop.ids["today"]]


def test_ticked_lines_become_an_order_for_each_supplier(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    assert not desk.wants.order_button.isEnabled()
    tick(desk, shop.ids["bolt"], shop.ids["nut"])
    assert desk.wants.sum.text() == "已选 2 项，2 家供应商，合计 63.00"
    desk.wants.table.setFocus()
    QTest.keyClick(desk.wants.table, Qt.Key.Key_F9)
    shop.office.settle()
    assert len(shop.numbers("purchase_order")) == 4
    assert "已生成 2 张订单" in shop.office.window.toaster.current.news.text
    assert {row.want.item.name for row in desk.wants.model.lines()} == {"茉莉花茶", "垫片"}
    assert shop.company.balance(shop.ids["bolt"])[2] == 12
    waits = next(r for r in desk.coming.rows if r.supplier == "永固紧固件")
    assert (waits.due, len(waits.orders)) == (later(4), 1)


def test_keys_act_before_anything_is_clicked(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    assert desk.wants.table.current_row().want, "the bar stands on a line, not on a heading"
    QTest.keyClick(desk.wants.table, Qt.Key.Key_Space)
    assert len(desk.wants.model.ticked()) == 1
    QTest.keyClick(desk.wants.table, Qt.Key.Key_S,
                   Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    shop.office.settle()
    assert len(shop.numbers("purchase_order", "draft")) == 1
    assert shop.desk(SALES).table.current_row() and shop.desk(STOCK).table.current_row()


def test_an_order_on_its_way_is_received_by_key(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    desk.wants.table.setFocus()
    QTest.keyClick(desk.wants.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert shop.front() == "home" and desk.arrivals.current_row().id == shop.ids["late"], "first it says which"
    QTest.keyClick(desk.arrivals, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    shop.office.settle()
    assert shop.front() == f"document/goods_receipt/from-{shop.ids['late']}"


def test_prices_stand_in_line(shop: Shop) -> None:
    shop.company.post("goods_receipt", line(shop.ids["nut"], 1, "1.2345"), date=TODAY)
    desk = shop.desk(BUYER)
    model = desk.wants.model
    prices = {model.index(n, model.column("price")).data(CELL).text for n, row in enumerate(model.rows) if row.price}
    assert prices and {len(price.partition(".")[2]) for price in prices} == {4}


def test_who_never_bought_an_item_is_asked_for_a_supplier_at_once(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    at = row_of(desk, shop.ids["lone"])
    desk.wants.table.setFocus()
    desk.wants.table.setCurrentIndex(desk.wants.model.index(at, 1))
    QTest.keyClick(desk.wants.table, Qt.Key.Key_F7)
    [dialog] = [d for d in shop.office.window.findChildren(SupplierDialog) if d.isVisible()]
    dialog.reject()


def test_drafts_may_be_made_instead(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    tick(desk, shop.ids["nut"])
    desk.wants.keep_button.click()
    shop.office.settle()
    assert len(shop.numbers("purchase_order", "draft")) == 1 and desk.way.steps["draft"].count == "1"
    assert shop.ids["nut"] not in {row.want.item.id for row in desk.wants.model.lines()}


def test_a_line_without_a_supplier_gets_one_first(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    tick(desk, shop.ids["lone"])
    desk.wants.make_orders()
    assert desk.wants.model.row(desk.wants.table.currentIndex()).want.item.id == shop.ids["lone"]
    assert "supplier" in shop.home.bars.bars and len(shop.numbers("purchase_order")) == 2
    desk.wants._ask_supplier(desk.wants.table.current_row())
    shop.office.settle()
    dialog = shop.office.dialog()
    assert isinstance(dialog, SupplierDialog)
    dialog.field.set_value(shop.ids["second"], "永固紧固件")
    dialog.take.click()
    lone = desk.wants.model.row(row_of(desk, shop.ids["lone"]))
    assert lone.supplier == "永固紧固件" and lone.ticked
    desk.wants.make_orders()
    shop.office.settle()
    assert len(shop.numbers("purchase_order")) == 3 and "supplier" not in shop.home.bars.bars


def test_another_supplier_brings_another_price(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    menu = desk.wants.supplier_menu(desk.wants.model.row(row_of(desk, shop.ids["bolt"])))
    texts = [a.text() for a in menu.actions() if a.text()]
    assert [t.split()[:2] for t in texts[:2]] == [["永固紧固件", "2.50"], ["宏达五金", "2.00"]]
    menu.actions()[1].trigger()
    menu.deleteLater()
    row = desk.wants.model.row(row_of(desk, shop.ids["bolt"]))
    assert (row.supplier, row.price, row.amount) == ("宏达五金", 2, 24)
    shop.home.refresh()
    shop.office.settle()
    row = desk.wants.model.row(row_of(desk, shop.ids["bolt"]))
    assert row.supplier == "宏达五金", "a refresh keeps what was chosen"


def test_a_quantity_is_typed_and_stays_while_others_work(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    bolt = row_of(desk, shop.ids["bolt"])
    desk.wants.table.setFocus()
    desk.wants.table.setCurrentIndex(desk.wants.model.index(bolt, 1))
    QTest.keyClick(desk.wants.table, Qt.Key.Key_F2)
    editor = desk.wants.table.viewport().findChild(QLineEdit)
    QTest.keyClicks(editor, "25")
    shop.home.refresh()  # another PC saved something
    shop.office.settle()
    assert desk.wants.table.editing and editor.text() == "25"
    QTest.keyClick(editor, Qt.Key.Key_Return)
    shop.office.settle()
    row = desk.wants.model.row(row_of(desk, shop.ids["bolt"]))
    assert (row.quantity, row.ticked, shop.front()) == (36, True, "home")  # three packs
    desk.wants.make_orders()
    shop.office.settle()
    assert shop.company.balance(shop.ids["bolt"])[2] == 36


def test_who_comes_second_is_told(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    tick(desk, shop.ids["bolt"])
    want = desk.wants.model.ticked()[0].want
    shop.office.session.changes.blockSignals(True)  # the news has not come yet
    shop.company.run(purchasing.order, [Choice(shop.ids["bolt"], shop.ids["second"], D(3), want.asker.line_id)])
    desk.wants.make_orders()
    shop.office.settle()
    shop.office.session.changes.blockSignals(False)
    assert "刚刚已被别人下单" in shop.home.bars.bars["operation"].text
    assert shop.ids["bolt"] not in {row.want.item.id for row in desk.wants.model.lines()}
    assert shop.company.balance(shop.ids["bolt"])[2] == 12


def test_rows_and_steps_lead_on(shop: Shop) -> None:
    desk = shop.desk(BUYER)
    desk.wants.table.setCurrentIndex(desk.wants.model.index(row_of(desk, shop.ids["bolt"]), 1))
    QTest.keyClick(desk.wants.table, Qt.Key.Key_Return)
    shop.office.settle()
    assert shop.front() == f"document/sales_order/{shop.ids['partly']}"
    desk = shop.desk(BUYER)
    desk.way.steps["coming"].click()
    shop.office.settle()
    assert shop.office.window.current_page.tools.views.current == "open"
    desk = shop.desk(BUYER)
    desk.arrivals.setCurrentIndex(desk.coming.index(0, 0))
    desk.receive_button.click()
    shop.office.settle()
    assert shop.front() == f"document/goods_receipt/from-{shop.ids['late']}"


# --- the sales desk

def test_what_can_leave_now_and_what_waits(shop: Shop) -> None:
    desk = shop.desk(SALES)
    states = {row.id: desk.model.index(n, 0).data(CELL).text for n, row in enumerate(desk.model.rows)}
    assert states == {shop.ids["ready"]: "可发货", shop.ids["partly"]: "部分到齐"}
    assert desk.model.index(0, 1).data(CELL).pill == "逾期 2 天"
    assert desk.model.index(1, desk.model.column("expected")).data(CELL).text == "未采购"
    assert [b.text() for b in desk.alarms.buttons] == [
        "1 张订单逾期未发", "1 张订单缺货且未采购", "1 张订单可发货"]
    assert desk.way.steps["ready"].count == "1"


def test_the_delivery_note_of_what_is_there(shop: Shop) -> None:
    desk = shop.desk(SALES)
    desk.table.setFocus()
    desk.table.setCurrentIndex(desk.model.index(1, 0))
    QTest.keyClick(desk.table, Qt.Key.Key_F9)
    shop.office.wait(lambda: shop.front().startswith("document/delivery_note/"))
    shop.office.settle()
    note = shop.company.read(int(shop.front().rpartition("/")[2]))
    assert [(x["item_id"], x["quantity"]) for x in note.lines] == [(shop.ids["bolt"], 5)]
    desk = shop.desk(SALES)
    desk.table.setCurrentIndex(desk.model.index(1, 0))
    desk.deliver_button.click()
    shop.office.settle()
    assert shop.front() == f"document/delivery_note/{note.id}", "the one that is begun"
    desk = shop.desk(SALES)
    desk.table.setCurrentIndex(desk.model.index(0, 0))
    desk.deliver_button.click()
    shop.office.settle()
    assert shop.front() == f"document/delivery_note/from-{shop.ids['ready']}"


def test_when_it_can_be_delivered(shop: Shop) -> None:
    desk = shop.desk(SALES)
    card = desk.promise
    assert card.day.isHidden()
    card.item.set_value(shop.ids["nut"], "螺母")
    card.quantity.set_value(D(8))
    card.ask()
    shop.office.settle()
    assert card.day.text() == "今天" and card.why.text() == "现货可发。目前可用 8 公斤。" and card.unit.text() == "公斤"
    card.quantity.set_value(D(9))
    card.ask()
    shop.office.settle()
    assert card.day.text() == "今天" and card.why.text().startswith("随 CG"), "with what comes today"
    card.quantity.set_value(D(99))
    card.ask()
    shop.office.settle()
    assert card.day.text() == "无法确定"
    card.item.set_value(None)
    card.ask()
    assert card.day.isHidden() and not card.unit.text()


def test_only_my_orders(shop: Shop) -> None:
    desk = shop.desk(SALES)
    mine = shop.company.as_actor(shop.office.session.actor.name).post(
        "sales_order", line(shop.ids["nut"], 1, 9), date=TODAY)
    desk.whose.setCurrentIndex(1)
    shop.office.settle()
    shop.office.wait(lambda: mine.number in [row.number for row in desk.model.rows])
    names = {row.made_by for row in desk.model.rows}
    assert names == {shop.office.session.actor.name}


# --- the stock desk

def test_what_the_warehouse_has_to_do(shop: Shop) -> None:
    sheet = shop.company.run(documents.park, shop.company.draft("stock_count", {
        "item_id": shop.ids["nut"], "quantity": D(8)}, {"item_id": shop.ids["bolt"]})).value
    desk = shop.desk(STOCK)
    assert [row.id for row in desk.model.rows] == [shop.ids["ready"], shop.ids["partly"]]
    assert [row.word for row in desk.arrivals.rows] == ["今天", "逾期 3 天"]
    assert {row.title for row in desk.short.rows} == {"茉莉花茶", "螺母"}
    assert [row.title for row in desk.begun.rows] == ["盘点单", "销售出库单"]
    assert desk.begun.rows[0].figure == "1 / 2" and desk.begun.rows[0].key == f"document/stock_count/{sheet.id}"
    assert [(row.title, row.word) for row in desk.idle.rows] == [("螺栓", "120 天"), ("螺母", "120 天")]
    assert desk._idle_title.toolTip().endswith("占用资金多的在前。")
    assert [b.text() for b in desk.alarms.buttons] == [
        "1 张待发订单已逾期", "今日到货 1 单", "2 种商品低于最低库存", "1 张盘点进行中"]


def test_arrows_and_enter_reach_what_is_shown(shop: Shop) -> None:
    desk = shop.desk(STOCK)
    desk.arrivals.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(desk.arrivals, Qt.Key.Key_Return)
    shop.office.settle()
    assert shop.front() == f"document/goods_receipt/from-{shop.ids['today']}"


def test_a_clerk_sees_no_values_and_buys_nothing(shop: Shop) -> None:
    clerk = Actor("小李", access.ROLES["clerk"], role="clerk")
    shop.office.session.actor = clerk
    shop.office.session.queries.actor = clerk
    page = HomePage(shop.office.session)
    shop.office.settle()
    assert [row.figure for row in page.desk.idle.rows] == ["5 公斤", "8 公斤"] or \
        all("公斤" in row.figure for row in page.desk.idle.rows)
    assert page.desk._idle_title.toolTip().endswith("存放久的在前。")
    page.choose(BUYER)
    shop.office.settle()
    page.desk.wants.model.tick_all(True)
    assert not page.desk.wants.order_button.isEnabled()
    page.closed()
    page.deleteLater()
