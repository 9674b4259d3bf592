"""Lots on the pages of stock: their list, the panel under the stock list, the ledger; and when they are offered."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from jxc_desktop.ui import menu
from jxc_desktop.ui.documents.info_panel import DocumentInfo
from jxc_desktop.ui.pages.import_work import load_text
from jxc_desktop.ui.pages.ledger_page import LedgerPage
from jxc_desktop.ui.pages.lots_page import LotsPage
from jxc_desktop.ui.pages.record_page import RecordPage
from jxc_desktop.ui.pages.stock_page import StockPage
from jxc_desktop.ui.tokens import Tone
from tests.company import line
from tests.ui.desk import Desk
from tests.ui.office import books, office

TODAY = dt.date.today()


def later(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@pytest.fixture
def tracked(desk: Desk) -> Desk:
    company = desk.company
    company.settings(use_lots=True)
    milk = desk.items["milk"] = company.item(
        code="50001", name="鲜牛奶", unit_id=company.piece, tracking="lot", expiry_alert_days=12)
    company.post("opening_stock", *(line(milk, quantity, 4, lot=lot, expiry_date=due) for quantity, lot, due in (
        (20, "OLD", later(-1)), (30, "SOON", later(9)), (50, "LATER", later(40)), (5, "NEVER", None))),
        acknowledged=("expired",), date=TODAY)
    company.post("delivery_note", line(milk, 30, 6, lot="SOON"), partner_id=desk.partner, date=TODAY)
    company.post("transfer", line(milk, 10, lot="LATER"), date=TODAY)
    desk.context.queries.company()
    return desk


def shown(desk: Desk, page: Any) -> Any:
    desk.qtbot.addWidget(page)
    page.resize(1180, 700)
    page.show()
    page.activateWindow()
    desk.settle()
    return page


def rows(page: Any) -> list[tuple[Any, ...]]:
    return [(r["lot"], r["warehouse"], r["on_hand"], r["days_left"], r["state"]) for r in page.model.rows]


def test_what_is_there_of_each_lot_and_for_how_long(tracked: Desk) -> None:
    page = shown(tracked, LotsPage(tracked.context))
    assert rows(page) == [("OLD", "主仓", 20, -1, "expired"), ("LATER", "主仓", 40, 40, "ok"),
                          ("LATER", "分仓", 10, 40, "ok"), ("NEVER", "主仓", 5, None, "ok")]
    state = page.model.columns[[c.key for c in page.model.columns].index("state")]
    assert [page.model.cell(r, state).text for r in page.model.rows] == ["已过期", "", "", ""]
    assert page.model.cell(page.model.rows[0], state).tone is Tone.BAD
    page.tools.views.choose("expired")
    tracked.settle()
    assert [r[0] for r in rows(page)] == ["OLD"]
    page.tools.views.choose("soon")
    tracked.settle()
    assert rows(page) == []
    page.tools.views.choose("all")
    tracked.settle()
    assert ("SOON", "主仓", 0, 9, "gone") in rows(page)
    page.tools.search.setText("never")
    tracked.qtbot.wait(400)
    tracked.settle()
    assert [r[0] for r in rows(page)] == ["NEVER"]
    with tracked.qtbot.waitSignal(page.open_wanted) as opened:
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.args[0].startswith("trace/")


def test_lots_of_one_item_in_one_warehouse(tracked: Desk) -> None:
    page = shown(tracked, LotsPage(tracked.context, f"lots/{tracked.items['milk']}/{tracked.company.branch}"))
    assert [r[:2] for r in rows(page)] == [("LATER", "分仓")]


def test_the_panel_under_the_stock_list_follows_the_row(tracked: Desk) -> None:
    page = shown(tracked, StockPage(tracked.context))
    assert not page.lots.isVisible()
    QTest.keyClick(page.table, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert page.lots.isVisible() and page.lots_button.isChecked()
    at = [(r["item_id"], r["warehouse_id"]) for r in page.model.rows].index(
        (tracked.items["milk"], tracked.company.main))
    page.table.setCurrentIndex(page.model.index(at, 0))
    tracked.qtbot.wait(200)
    tracked.settle()
    assert [r["lot"] for r in page.lots.model.rows] == ["OLD", "LATER", "NEVER"]
    assert "鲜牛奶" in page.lots.heading.text()
    other = 0 if at else 1
    page.table.setCurrentIndex(page.model.index(other, 0))
    tracked.qtbot.wait(200)
    tracked.settle()
    assert page.lots.model.rows == [] and "没有批号" in page.lots.heading.text()
    again = shown(tracked, StockPage(tracked.context))
    assert again.lots.isVisible()  # as it was left


def test_the_ledger_says_which_lot_moved(tracked: Desk) -> None:
    page = shown(tracked, LedgerPage(tracked.context, f"ledger/{tracked.items['milk']}"))
    assert [r["lot"] for r in page.model.rows][:3] == ["LATER", "LATER", "SOON"]
    assert "lot" in {c.key for c in page.model.columns}


def test_lots_beside_the_document(tracked: Desk) -> None:
    info = DocumentInfo(tracked.context, selling=True)
    tracked.qtbot.addWidget(info)
    info.show()
    info.follow(tracked.items["milk"], None)
    tracked.qtbot.wait(200)
    tracked.settle()
    card = info._cards["lots"]
    texts = [w.text() for w in card.findChildren(type(page_label(card))) if w.isVisible()]
    assert card.isVisible() and any("OLD" in t and "已过期" in t for t in texts) and "40" in texts
    info.follow(tracked.items["10021"], None)
    tracked.qtbot.wait(200)
    tracked.settle()
    assert not card.isVisible()


def page_label(card: Any) -> Any:
    from PySide6.QtWidgets import QLabel

    return card.findChild(QLabel)


# --- only where they are used -----------------------------------------------------------------------------


def test_nothing_is_said_of_lots_where_nobody_uses_them(desk: Desk) -> None:
    queries = desk.context.queries
    assert queries.features == frozenset()
    for source in ("moves", "alerts", "record/item"):
        assert not {c.key for c in queries.list_columns(source)} & {"lot", "tracking", "shelf_life_days", "expires"}
    page = shown(desk, StockPage(desk.context))
    assert not hasattr(page, "lots")
    form = shown(desk, RecordPage(desk.context, f"record/item/{desk.items['10021']}")).form
    assert not {"tracking", "shelf_life_days", "serial_once"} & set(form.editors)
    loaded = load_text("goods_receipt", queries.features, "商品编码\t批号\t数量\n10021\tA\t1\n")
    assert not any("lot" in t.key or "serials" in t.key for t in loaded.targets)
    assert all(e.key != "nav/lots" for g in menu.groups(lambda p: True, lambda: None) for e in g.entries)


def test_what_is_offered_follows_what_is_used(tracked: Desk) -> None:
    form = shown(tracked, RecordPage(tracked.context, f"record/item/{tracked.items['milk']}")).form
    choice = form.editors["tracking"]
    assert [choice.itemData(n) for n in range(choice.count())] == ["none", "lot"] and choice.value() == "lot"
    assert {"shelf_life_days", "expiry_alert_days"} <= set(form.editors) and "serial_once" not in form.editors
    tracked.company.settings(use_lots=False, use_serials=True)
    tracked.context.queries.company()
    kept = shown(tracked, RecordPage(tracked.context, f"record/item/{tracked.items['milk']}")).form.editors["tracking"]
    assert kept.value() == "lot" and kept.currentText() == "批号"  # what is chosen stays, though it is not offered
    assert "序列号" in [kept.itemText(n) for n in range(kept.count())]


def test_the_window_follows_the_company(sqlite_template: Any, tmp_path: Any, qtbot: Any) -> None:
    address, made = books(sqlite_template, tmp_path)
    with office(tmp_path, qtbot) as at_work:
        at_work.open_books(address)
        entries = lambda: {e.key for g in at_work.window.navigation.groups for e in g.entries}  # noqa: E731
        assert "nav/lots" not in entries()
        at_work.page("document/delivery_note/new")
        page = at_work.page("record/company/1")
        page.form.editors["use_lots"].setChecked(True)
        page.save()
        at_work.settle()
        at_work.settle()
        assert "nav/lots" in entries() and at_work.session.queries.features == {"use_lots"}
        note = at_work.page("document/delivery_note/new")
        assert "lot" in {c.key for c in note.lines.columns}
        assert at_work.page("lots").model.rows == []
        assert D(60) - 20 == at_work.session.queries.stock([made["tea"]], None)[made["tea"]].on_hand
