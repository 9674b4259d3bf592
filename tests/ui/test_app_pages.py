"""Home, reports, import and the connect card: what they show is what the books say, and keys reach it all."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from sqlalchemy.engine import make_url

from jxc_desktop.services import passwords
from jxc_desktop.ui.charts import nice_top
from jxc_desktop.ui.dialogs.connect import ConnectDialog, Places
from jxc_desktop.ui.pages.import_page import CHECK, CHOOSE, DONE, MAP
from jxc_desktop.ui.pages.report_strip import read_link
from tests.ui.office import Office, books, office
from tests.ui.shots import shot

ITEMS = "\n".join((
    "商品编码,商品名称,规格型号,单位,售价,税率", "90001,茉莉花茶,500g,罐,26.9,13%", "90002,碧螺春,250g,罐,abc,13%",
    "10001,茉莉花茶 特级,500g,公斤,30,13%", ",无编码,1kg,袋,4,13%"))


@pytest.fixture
def at_work(tmp_path: Path, qtbot: Any, sqlite_template: Path) -> Iterator[Office]:
    with office(tmp_path / "pc", qtbot) as made:
        address, made.things = books(sqlite_template, tmp_path)  # type: ignore[attr-defined]
        made.open_books(address)
        made.window.resize(1366, 768)
        yield made


# --- home

def test_home_shows_the_day(at_work: Office) -> None:
    page = at_work.window.current_page
    home = page.desk
    figures = {key: (figure._value, figure.accessibleName()) for key, figure in home._figures.items()}
    assert figures["sales"][0] == "561.00"
    assert figures["low"][0] == "1" and "低于最低库存" in figures["low"][1]
    assert [row.title for row in home._short.rows] == ["茉莉花茶"]
    assert [row.word for row in home._next.rows] == ["草稿"]
    assert home._bars._bars[0].name == "茉莉花茶"
    assert home._line._points[-1].value == Decimal("561.00")
    assert page._stamp.text().endswith("更新")


def test_home_opens_with_the_figures_of_last_time(at_work: Office) -> None:
    kept = at_work.session.settings.get("home/figures")
    assert kept["sales"][0] == "561.00"
    from jxc_desktop.ui.pages.home_page import HomePage

    again = HomePage(at_work.session)
    assert again.desk._figures["sales"]._value == "561.00", "before anything was read"
    at_work.settle()
    again.closed()
    again.deleteLater()


def test_home_is_reached_and_left_by_keys(at_work: Office) -> None:
    home = at_work.window.current_page.desk
    home._figures["sales"].setFocus()
    QTest.keyClick(home._figures["sales"], Qt.Key.Key_Space)
    at_work.settle()
    assert at_work.window.current_page.key == "list/document/delivery_note"
    at_work.page("home")
    home._next.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(home._next, Qt.Key.Key_Return)
    at_work.settle()
    assert at_work.window.current_page.key.startswith("document/delivery_note/")


def test_a_chart_ends_at_a_round_number() -> None:
    assert [nice_top(Decimal(n)) for n in ("0", "7", "561", "12345", "98765")] == [4, 8, 600, Decimal("16000"), 100000]


# --- reports

def test_a_report_runs_for_this_month_and_says_its_total(at_work: Office) -> None:
    page = at_work.page("report/sales_summary")
    assert page.strip.preset == "month"
    rows = page.table.rows_model().rows
    assert {row["name"] for row in rows} == {"茉莉花茶", "长粒香米"}
    caption, sums = page.card.footer.shown()
    assert sums["total"] == Decimal("561.00") and sums["margin"].endswith("%")
    assert "共 2 行" in caption


def test_a_row_leads_to_the_lines_and_on_to_the_document(at_work: Office) -> None:
    page = at_work.page("report/sales_summary")
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    at_work.settle()
    lines = at_work.window.current_page
    assert lines.key.startswith("report/sales_detail?") and len(lines.table.rows_model().rows) == 1
    QTest.keyClick(lines.table, Qt.Key.Key_Return)
    lines.table.setCurrentIndex(lines.table.model().index(0, 0))
    QTest.keyClick(lines.table, Qt.Key.Key_Return)
    at_work.settle()
    assert at_work.window.current_page.key == f"document/delivery_note/{at_work.things['sold']}"  # type: ignore[attr-defined]
    at_work.window.workspace.step_history(-1)
    assert at_work.window.current_page is lines


def test_another_grouping_and_period_are_remembered(at_work: Office) -> None:
    page = at_work.page("report/sales_summary")
    page.strip.editors["group_by"].setCurrentIndex(page.strip.editors["group_by"].findData("month"))
    page.strip._choose("year")
    at_work.qtbot.wait(300)
    at_work.settle()
    assert page.table.rows_model().rows[-1]["month"] == f"{dt.date.today():%Y-%m}"
    at_work.window.close_page()
    again = at_work.page("report/sales_summary")
    assert (again.strip.preset, again.strip.values()["group_by"]) == ("year", "month")


def test_a_report_goes_to_excel_as_it_is_shown(
        at_work: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    page = at_work.page("report/sales_summary")
    QTest.keyClick(page.table, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    at_work.wait(path.exists)
    at_work.settle()
    cells = [cell.value for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert "茉莉花茶" in cells and 561 in cells and page.table_shown.subtitle in cells


def test_a_statement_asks_for_a_partner_first(at_work: Office) -> None:
    page = at_work.page("report/partner_statement")
    assert page.table._empty.sentence.text() == "请先选择客户或供应商"


def test_nonsense_in_an_address_is_left_out(at_work: Office) -> None:
    info = next(i for i in at_work.session.queries.reports() if i.key == "sales_detail")
    assert read_link("item_id=x&date_from=2026-13-01&nothing=1&warehouse_id=4", info.parameters) == {"warehouse_id": 4}


# --- import

def import_file(at_work: Office, folder: Path, text: str = ITEMS, kind: str = "item") -> Any:
    file = folder / "items.csv"
    file.write_text(text, encoding="utf-8")
    page = at_work.page(f"import/{kind}")
    page.read_file(str(file))
    at_work.settle()
    return page


def test_items_are_imported_in_four_steps(at_work: Office, tmp_path: Path) -> None:
    page = import_file(at_work, tmp_path)
    assert page._at == MAP
    assert page.map.columns() == {"code": 0, "name": 1, "spec": 2, "unit_id": 3, "sale_price": 4, "tax_rate": 5}
    page.forward.click()
    at_work.settle()
    assert page._at == CHECK
    assert (page.check.plan.created, page.check.plan.updated, page.check.plan.faulty) == (1, 1, 2)
    assert [row.number for row in page.check.table.rows_model().rows] == [3, 5], "the faulty ones first"
    assert not page.forward.isEnabled()
    page.check.skip.setChecked(True)
    page.forward.click()
    at_work.wait(lambda: page.done.open.isVisible())
    assert page._at == DONE
    found = {hit.code: hit.name for hit in at_work.session.queries.find("item", "茉莉")}
    assert found == {"90001": "茉莉花茶", "10001": "茉莉花茶 特级"}
    page.done.open.click()
    at_work.settle()
    assert at_work.window.current_page.key == "list/record/item"


def test_faulty_rows_go_out_with_their_reasons(
        at_work: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = import_file(at_work, tmp_path)
    page.go_on()
    at_work.settle()
    path = tmp_path / "faults.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))
    page.check.export.click()
    at_work.wait(path.exists)
    at_work.settle()
    cells = [str(cell.value) for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row if cell.value]
    assert any("abc" in cell and "数字" in cell for cell in cells) and "碧螺春" in cells


def test_back_is_always_possible_and_the_columns_are_remembered(at_work: Office, tmp_path: Path) -> None:
    page = import_file(at_work, tmp_path)
    price = page.map.rows["sale_price"].choice
    price.setCurrentIndex(price.findData(-1))
    page.map.rows["purchase_price"].choice.setCurrentIndex(price.findData(4))
    page.go_on()
    at_work.settle()
    page.go_back()
    assert page._at == MAP
    page.go_back()
    assert page._at == CHOOSE
    page.read_file(str(tmp_path / "items.csv"))
    at_work.settle()
    assert page.map.columns()["purchase_price"] == 4


def test_a_required_field_without_a_column_is_named(at_work: Office, tmp_path: Path) -> None:
    page = import_file(at_work, tmp_path, "品名\n茶")
    page.go_on()
    at_work.settle()
    assert page._at == MAP
    assert "编码" in page.bars.bars["operation"].text


def test_one_value_can_stand_for_all_rows_of_a_document(at_work: Office, tmp_path: Path) -> None:
    page = import_file(at_work, tmp_path, "商品编码,数量,成本单价\n10001,5,3.5\n10002,7,4", "opening_stock")
    for key, value, name in (("date", dt.date(2026, 1, 1), ""), ("warehouse_id", 1, "主仓")):
        row = page.map.rows[key]
        row.choice.setCurrentIndex(row.choice.findData(-2))
        row.show_state()
        row.constant.set_value(value, name)
    page.go_on()
    at_work.settle()
    assert (page.check.plan.created, page.check.plan.faulty) == (2, 0), [r.problems for r in page.check.plan.rows]
    page.go_on()
    at_work.wait(lambda: page.done.open.isVisible())
    page.done.open.click()
    at_work.settle()
    assert len(at_work.window.current_page.model.rows) == 1


def test_cells_copied_in_a_spreadsheet_can_be_pasted(at_work: Office) -> None:
    page = at_work.page("import/unit")
    QGuiApplication.clipboard().setText("单位\t小数位\n打\t0\n千克\t3\n")
    page.paste()
    at_work.settle()
    assert page._at == MAP and page.map.columns() == {"name": 0, "decimals": 1}


@pytest.mark.parametrize(("name", "content"), [("letter.xlsx", b"PK\x03\x04 broken"), ("empty.csv", b"")])
def test_a_file_that_is_no_table_is_refused_in_words(
        at_work: Office, tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    page = at_work.page("import")
    page.read_file(str(file))
    at_work.settle()
    assert page._at == CHOOSE
    assert name in page.bars.bars["operation"].text


# --- the connect card

@pytest.fixture
def card(at_work: Office, tmp_path: Path, qtbot: Any) -> Any:
    dialog = ConnectDialog(None, at_work.session.tasks, at_work.program.recent,
                           Places(str(tmp_path / "new" / "jxc.db"), str(tmp_path / "demo.db")))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def fill(card: Any, url: str) -> Any:
    card.choices.choose("server")
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    card.page.fill(address)
    return card.page


def test_every_step_of_a_sound_server_is_ticked(card: Any, at_work: Office, pg_url: str) -> None:
    page = fill(card, pg_url)
    QTest.mouseClick(card.test, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    at_work.wait(lambda: len(page.steps._rows) == 6 and page.steps._rows[-1][1].text())
    assert [icon.accessibleName() for icon, _ in page.steps._rows] == ["通过"] * 6
    assert make_url(page.address).database == make_url(pg_url).database


def test_the_step_that_fails_is_crossed_and_the_last(card: Any, at_work: Office, pg_url: str) -> None:
    page = fill(card, make_url(pg_url).set(port=1).render_as_string())
    card.test.click()
    at_work.wait(lambda: len(page.steps._rows) == 6 and page.steps._rows[1][1].text())
    at_work.settle()
    assert [icon.accessibleName() for icon, _ in page.steps._rows[:3]] == ["通过", "未通过", ""]
    assert card.test.isEnabled()


def test_a_pc_without_a_keyring_says_so_before_it_goes_on(
        card: Any, at_work: Office, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "keep", lambda address, password: False)
    chosen: list[tuple[str, str, bool]] = []
    card.chosen.connect(lambda *given: chosen.append(given))
    page = fill(card, pg_url)
    page.secret.setText("geheim")
    card.ok.click()
    at_work.wait(lambda: "keyring" in card._bars.bars)
    assert not chosen and not page.keep.isChecked()
    card.ok.click()
    assert chosen[0][1:] == ("geheim", True) and "geheim" not in chosen[0][0]


def test_the_choices_are_walked_by_keys(card: Any) -> None:
    assert card.choices.current == "recent"
    seen = []
    for _ in range(5):
        QTest.keyClick(card.choices, Qt.Key.Key_Down)
        seen.append(card.choices.current)
    assert seen == ["local", "shared", "server", "demo", "recent"]
    card.choices.choose("shared")
    assert not card.ok.isEnabled() and card.page.warning.text()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pages_show_something_in_both_themes(at_work: Office, mode: str) -> None:
    for key in ("home", "report/stock_movement", "import"):
        at_work.page(key)
        picture = shot(at_work.window, mode=mode).toImage()
        colours = {picture.pixelColor(x, y).name() for x in range(200, 1300, 40) for y in range(90, 700, 20)}
        assert len(colours) > 3, key
