"""Document lists: rows from the real service, narrowed, sorted, paged, remembered, by keyboard."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from jxc_desktop.services import documents
from jxc_desktop.ui.pages import list_export, list_feed
from jxc_desktop.ui.pages.list_columns import columns_of, local
from jxc_desktop.ui.pages.list_documents import DocumentListPage
from jxc_desktop.ui.pages.list_rows import Keeper
from jxc_desktop.ui.table import CELL
from jxc_desktop.ui.tokens import Tone
from tests.company import DAY, day, line
from tests.ui.desk import CTRL, Desk

KEY = "list/document/delivery_note"
NONE, SHIFT, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def opened(desk: Desk, key: str = KEY) -> DocumentListPage:
    page = DocumentListPage(desk.context, key)
    desk.qtbot.addWidget(page, before_close_func=lambda page: page.closed())
    page.resize(1180, 620)
    page.show()
    page.activateWindow()
    QTest.qWaitForWindowActive(page)
    desk.settle()
    page.focus_first()
    return page


def numbers(page: Any) -> list[str]:
    return [row["number"] for row in page.model.rows]


def cell(page: Any, row: int, key: str) -> Any:
    return page.model.index(row, page.model.column(key)).data(CELL)


@pytest.fixture
def notes(desk: Desk) -> list[Any]:
    """Four delivery notes on four days; the second is reversed, and one is a draft."""
    item = desk.items["10021"]
    made = [desk.company.post("delivery_note", line(item, n + 1, "26.50"), date=day(n), remark=f"r{n}",
                              **({"partner_id": desk.partner} if n % 2 else {})) for n in range(4)]
    desk.company.reverse(made[1], day(4))
    desk.company.run(documents.park, desk.company.draft("delivery_note", line(item, 1), date=day(5)))
    return made


def test_newest_first_with_sums_and_states_in_words(desk: Desk, notes: list[Any], qtmodeltester: Any) -> None:
    page = opened(desk)
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page.count.text() == "6"
    assert [r["date"] for r in page.model.rows] == sorted((r["date"] for r in page.model.rows), reverse=True)
    assert cell(page, 0, "number").text == "（未编号）"
    assert cell(page, 0, "status").text == "草稿"
    assert (cell(page, 1, "status").text, cell(page, 1, "status").tone) == ("红冲", Tone.BAD)
    assert cell(page, 1, "total").text.startswith("-") and cell(page, 1, "total").tone is Tone.BAD
    gone = next(i for i, r in enumerate(page.model.rows) if r["id"] == notes[1].id)
    assert cell(page, gone, "status").text == "已红冲"
    assert page.model.struck(page.model.index(gone, page.model.column("total")))
    assert not page.model.struck(page.model.index(gone, page.model.column("status")))
    caption, sums = page.card.footer.shown()
    assert caption == "共 6 行"
    assert sums["total"] == sum((r["total"] for r in page.model.rows), Decimal(0))
    del tester


def test_footer_adds_up_the_selected_rows(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    flags = QItemSelectionModel.SelectionFlag
    page.table.selectionModel().setCurrentIndex(page.model.index(2, 0), flags.ClearAndSelect | flags.Rows)
    QTest.keyClick(page.table, Qt.Key.Key_Down, SHIFT)
    caption, sums = page.card.footer.shown()
    assert caption == "已选 2 行"
    assert sums["total"] == page.model.rows[2]["total"] + page.model.rows[3]["total"]


def test_space_marks_rows_and_goes_on(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.table.clearSelection()
    for _ in range(2):
        QTest.keyClick(page.table, Qt.Key.Key_Space)
    assert [r["id"] for r in page.table.selected_rows()] == [r["id"] for r in page.model.rows[:2]]
    assert page.table.currentIndex().row() == 2
    QTest.keyClick(page.table, Qt.Key.Key_A, CTRL)
    assert len(page.table.selected_rows()) == 6


def test_letters_on_the_rows_search_the_list(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    QTest.keyClick(page.table, Qt.Key.Key_R)
    assert page.tools.search.hasFocus() and page.tools.search.text() == "r"
    QTest.keyClick(page.tools.search, Qt.Key.Key_2)
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 1)
    assert page.model.rows[0]["id"] == notes[2].id
    QTest.keyClick(page.tools.search, Qt.Key.Key_Down)
    assert page.table.hasFocus()
    QTest.keyClick(page, Qt.Key.Key_F3)
    assert page.tools.search.hasFocus()
    QTest.keyClick(page.tools.search, Qt.Key.Key_Escape)
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 6)


def test_no_match_keeps_headings_and_offers_to_clear(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.tools.search.setText("没有这个")
    desk.qtbot.waitUntil(lambda: not page.model.rows)
    empty = page.table._empty
    assert empty.isVisible() and "没有这个" in empty.sentence.text()
    page.tools.clear()
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 6)
    assert not page.table._empty


def test_first_time_offers_the_first_document(desk: Desk) -> None:
    page = opened(desk, "list/document/sales_order")
    assert page.table._empty.isVisible()
    with desk.qtbot.waitSignal(page.open_wanted) as wanted:
        page.new()
    assert wanted.args == ["document/sales_order/new"]


def test_views_are_counted_from_today(desk: Desk, notes: list[Any]) -> None:
    desk.company.post("delivery_note", line(desk.items["10021"], 1, "1"), date=dt.date.today())
    page = opened(desk)
    for key, count in (("today", 1), ("draft", 1), ("mine", 0), ("all", 7)):
        page.tools.views.choose(key)
        desk.qtbot.waitUntil(lambda count=count: len(page.model.rows) == count)


def test_unfinished_orders(desk: Desk) -> None:
    item = desk.items["10021"]
    order = desk.company.post("sales_order", line(item, 5, "1"))
    other = desk.company.post("sales_order", line(item, 5, "1"))
    given = desk.context.queries.draft_from("delivery_note", [order.id])
    given.header |= {"date": DAY}
    desk.company.save(given)
    page = opened(desk, "list/document/sales_order")
    page.tools.views.choose("open")
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 1)
    assert page.model.rows[0]["id"] == other.id
    page.tools.views.choose("all")
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 2)
    words = {r["id"]: cell(page, i, "progress").text for i, r in enumerate(page.model.rows)}
    assert words == {order.id: "已完成", other.id: "未执行"}


def test_filter_pane_chips_and_filter_to_this_value(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    QTest.keyClick(page.table, Qt.Key.Key_F3, SHIFT)
    assert not page.tools.pane.isHidden() and page.tools.pane.isAncestorOf(page.focusWidget())
    page.tools.pane.put({"date_from": day(0), "date_to": day(2)})
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 3)
    assert [chip.text() for chip in page.tools.chips.chips] == [f"日期：{day(0)} – {day(2)}", "清除筛选"]
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(1, page.model.column("partner")))
    QTest.keyClick(page.table, Qt.Key.Key_F3, ALT)
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 1)
    assert page.tools.filters()["partner_id"] == desk.partner
    page.tools.chips.chips[1].click()
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 3)
    page.tools.chips.chips[-1].click()
    desk.qtbot.waitUntil(lambda: len(page.model.rows) == 6)


def test_period_sets_the_dates(desk: Desk) -> None:
    page = opened(desk)
    editor = page.tools.pane.editors["period"]
    editor.setCurrentIndex(editor.findData("month"))
    today = dt.date.today()
    assert page.tools.filters()["date_from"] == today.replace(day=1)
    assert page.tools.filters()["date_to"].month == today.month


def test_sorting_is_the_services(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.table.horizontalHeader().setSortIndicator(page.model.column("total_quantity"), Qt.SortOrder.AscendingOrder)
    desk.settle()
    quantities = [r["total_quantity"] for r in page.model.rows]
    assert quantities == sorted(quantities)
    page.table.setCurrentIndex(page.model.index(0, page.model.column("number")))
    QTest.keyClick(page.table, Qt.Key.Key_F7, ALT)
    desk.settle()
    assert page.feed.query.sort == "number" and not page.feed.query.descending


def test_more_pages_come_when_wanted(desk: Desk, notes: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_feed, "PAGE", 2)
    page = opened(desk)
    for _ in range(3):
        if page.model.canFetchMore(page.table.rootIndex()):
            page.model.fetchMore(page.table.rootIndex())
        desk.settle()
    assert len({r["id"] for r in page.model.rows}) == 6
    assert not page.model.canFetchMore(page.table.rootIndex())


def test_stale_answers_are_dropped(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.feed.ask(text="r1")
    page.feed.ask(text="r3")
    desk.settle()
    assert [r["id"] for r in page.model.rows] == [notes[3].id]


def test_a_save_elsewhere_refreshes_and_keeps_the_row(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.table.show_row((notes[2].id,))
    outcome = desk.company.run(documents.save, desk.company.draft("delivery_note", line(desk.items["10021"], 1, "1"),
                                                                  date=day(9)))
    desk.context.changes.publish(outcome.changes)
    desk.settle()
    assert page.model.rows[0]["id"] == outcome.value.id
    assert page.table.current_row()["id"] == notes[2].id


def test_enter_opens_and_keys_make_new_ones(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    wanted: list[Any] = []
    page.open_wanted.connect(wanted.append)
    page.print_wanted.connect(lambda ids, preview: wanted.append((ids, preview)))
    page.table.show_row((notes[3].id,))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    QTest.keyClick(page.table, Qt.Key.Key_N, CTRL)
    QTest.keyClick(page.table, Qt.Key.Key_D, CTRL | SHIFT)
    QTest.keyClick(page.table, Qt.Key.Key_P, CTRL)
    assert wanted == [f"document/delivery_note/{notes[3].id}", "document/delivery_note/new",
                      f"document/delivery_note/copy-{notes[3].id}", ((notes[3].id,), True)]


def test_place_and_narrowing_come_back(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.tools.pane.put({"partner_id": desk.partner}, {"partner_id": "惠民便利店（人民路）"})
    page.tools.keep_as("惠民")
    desk.settle()
    page.table.show_row((notes[3].id,))
    page.closed()
    again = opened(desk)
    assert again.tools.views.title() == "惠民" and again.tools.filters() == {"partner_id": desk.partner}
    assert again.table.current_row()["id"] == notes[3].id
    QTest.keyClick(again.tools.views, Qt.Key.Key_Delete)
    assert again.tools.views.current == "all"


def test_export_writes_what_is_shown(desk: Desk, notes: list[Any], tmp_path: Any,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    file = tmp_path / "out.xlsx"
    monkeypatch.setattr(list_export, "ask_path", lambda parent, name: str(file))
    page = opened(desk)
    page.tools.pane.put({"date_from": day(0), "date_to": day(2)})
    desk.settle()
    QTest.keyClick(page.table, Qt.Key.Key_E, CTRL)
    desk.settle()
    sheet = openpyxl.load_workbook(file).active
    cells = {str(c.value) for row in sheet.iter_rows() for c in row}
    assert {r["number"] for r in page.model.rows} <= cells
    assert notes[3].number not in cells


def test_without_the_right_there_is_no_button(desk: Desk, notes: list[Any]) -> None:
    from jxc_desktop.services.queries import Queries
    from jxc_desktop.services.unit_of_work import Actor

    actor = Actor("访客", frozenset({"delivery_note.see"}))
    desk.context.actor, desk.context.queries = actor, Queries(desk.company.engine, actor)
    page = opened(desk)
    assert len(page.model.rows) == 6 and not page.buttons()
    with desk.qtbot.assertNotEmitted(page.open_wanted):
        QTest.keyClick(page.table, Qt.Key.Key_N, CTRL)


def test_preview_reads_only_while_it_can_be_seen(desk: Desk, notes: list[Any]) -> None:
    page = opened(desk)
    page.table.show_row((notes[3].id,))
    desk.qtbot.wait(150)
    assert page.preview._content is None
    desk.qtbot.addWidget(page.preview)
    page.preview.show()
    desk.qtbot.waitUntil(lambda: page.preview._content is not None)
    from PySide6.QtWidgets import QLabel
    texts = {part.text() for part in page.preview.findChildren(QLabel)}
    assert {notes[3].number, "已审核", "惠民便利店（人民路）", "106.00"} <= texts


def test_moments_are_shown_on_this_clock() -> None:
    moment = dt.datetime(2026, 3, 2, 12, 0)
    assert local(moment) == moment.replace(tzinfo=dt.UTC).astimezone().replace(tzinfo=None)


def test_kept_rows_read_like_what_the_database_gave() -> None:
    given: list[dict[str, Any]] = [
        {"id": 1, "name": "茶", "lot": None}, {"id": 2, "name": "米", "lot": "L1"}, {"id": 3}]
    rows = Keeper().kept(given)
    assert rows == given and [dict(row) for row in rows] == given
    assert rows[0].get("lot", "x") is None and rows[2].get("lot", "x") == "x" and "lot" not in rows[2]
    assert rows[0]._places is rows[1]._places  # thousands of rows, one set of names


def test_what_kept_rows_say_again_they_share_also_on_later_pages() -> None:
    def page() -> list[dict[str, Any]]:
        return [{"id": n, "name": "".join("茶叶"), "total": Decimal("1.50"), "flag": True} for n in range(1000, 1003)]

    keeper = Keeper()
    rows = keeper.kept(page()) + keeper.kept(page())
    assert [dict(row) for row in rows] == page() * 2
    assert len({id(row["name"]) for row in rows}) == len({id(row["total"]) for row in rows}) == 1
    many = keeper.kept([{"name": str(n)} for n in range(2000)])
    assert [row["name"] for row in many] == [str(n) for n in range(2000)]
    assert len(keeper._said["name"]) == 500, "a column of which every row differs is not remembered"


def test_what_a_rule_asks_for_is_neither_good_nor_bad(desk: Desk) -> None:
    def tone(source: str, action: str) -> Any:
        column = next(c for c in columns_of(source, desk.context.queries.list_columns(source)) if c.key == "action")
        return column.mark({"action": action}).tone

    assert {tone("record/flow_rule", action) for action in ("block", "approve", "alert", "request")} == {Tone.NEUTRAL}
    assert [tone("audit", action) for action in ("approve", "reject")] == [Tone.OK, Tone.BAD]
