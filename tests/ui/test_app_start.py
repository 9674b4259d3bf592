"""The program as a whole: it starts whatever it finds, shows every page, and ends without a question."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop import document_types, i18n
from jxc_desktop.app import option
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.services import access, database, preferences, unit_of_work
from jxc_desktop.setup import ROOT
from jxc_desktop.ui.dialogs.company import CompanyDialog
from jxc_desktop.ui.dialogs.connect import ConnectDialog
from jxc_desktop.ui.journal import Journal
from jxc_desktop.ui.opening import journal_name
from jxc_desktop.ui.pages.home_page import HomePage
from tests.company import line, opened
from tests.ui.office import Office, books, office, sell

REPORTS = ("sales_summary", "sales_detail", "purchase_summary", "purchase_detail", "stock_movement", "open_orders",
           "partner_balances", "partner_statement")


@pytest.fixture
def at_work(tmp_path: Path, qtbot: Any) -> Iterator[Office]:
    with office(tmp_path / "pc", qtbot) as made:
        yield made


def test_it_opens_the_books_with_home_in_front(at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    at_work.open_books(address)
    assert at_work.session.company_name == "东方商贸"
    assert isinstance(at_work.window.current_page, HomePage)
    assert at_work.program.recent.last == address
    assert at_work.window.windowTitle() == "东方商贸 - JXC Desktop"


def test_every_page_of_the_navigation_opens(at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, made = books(sqlite_template, tmp_path)
    at_work.open_books(address)
    at_work.window.resize(1366, 768)
    entries = [entry for group in at_work.window.navigation.groups for entry in group.entries]
    assert {f"report/{key}" for key in REPORTS} <= {entry.opens for entry in entries}
    assert {f"list/document/{kind.key}" for kind in document_types.ALL} <= {entry.opens for entry in entries}
    for entry in entries:
        page = at_work.page(entry.opens)
        assert page.title and not page.bars.bars, entry.opens
        marked = [item.key for item in at_work.window.navigation._items.values() if item.marked]
        assert entry.key in marked, entry.opens
    for key in (f"document/delivery_note/{made['sold']}", "document/sales_order/new", f"record/item/{made['tea']}",
                f"ledger/{made['tea']}", f"print/{made['sold']}", "report/sales_detail?item_id=1"):
        assert not at_work.page(key).bars.bars, key
    assert len(at_work.window.workspace.keys) == len(entries) + 7


def test_the_first_start_asks_which_books_and_makes_them(at_work: Office) -> None:
    at_work.open_books()
    dialog = at_work.dialog()
    assert isinstance(dialog, ConnectDialog)
    assert dialog.choices.current == "local"
    assert at_work.window is None
    dialog.ok.click()
    at_work.wait(lambda: at_work.session.is_open)
    at_work.wait(lambda: isinstance(at_work.dialog(), CompanyDialog))
    company = at_work.dialog()
    company.editors["name"].setText("南风百货")
    company.editors["name"].setModified(True)
    company.ok.click()
    at_work.wait(lambda: at_work.dialog() is None)
    at_work.settle()
    assert at_work.window.windowTitle() == "南风百货 - JXC Desktop"
    assert [hit.name for hit in at_work.session.queries.choices("warehouse")] == ["主仓库"]
    assert at_work.program.folders.books.exists()


def test_a_missing_file_is_said_and_not_made_anew(at_work: Office, tmp_path: Path) -> None:
    path = tmp_path / "gone" / "books.db"
    at_work.open_books(str(path))
    dialog = at_work.dialog()
    assert isinstance(dialog, ConnectDialog)
    assert str(path) in dialog._bars.bars["reason"].text
    assert not path.exists() and not at_work.session.is_open


@pytest.mark.parametrize("what", ["newer", "foreign", "damaged"])
def test_books_that_cannot_be_opened_leave_the_card_with_the_reason(
        at_work: Office, sqlite_template: Path, tmp_path: Path, what: str) -> None:
    address, _ = books(sqlite_template, tmp_path)
    path = Path(address)
    if what == "newer":
        engine = database.open_engine(address)
        with database.write(engine).begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        engine.dispose()
    else:
        path.write_bytes(b"Dear Sir" * 600 if what == "foreign" else path.read_bytes()[:100] + b"\xa5" * 9000)
    at_work.open_books(address)
    dialog = at_work.dialog()
    assert isinstance(dialog, ConnectDialog)
    assert dialog._bars.bars["reason"].text
    assert dialog.pages["local"].address == address


def test_the_server_that_is_gone_is_on_the_card_with_its_address(at_work: Office) -> None:
    at_work.open_books("postgresql://wang@127.0.0.1:1/jxc")
    dialog = at_work.dialog()
    assert dialog.choices.current == "server"
    assert (dialog.pages["server"].host.text(), dialog.pages["server"].user.text()) == ("127.0.0.1", "wang")


def test_a_password_in_the_address_is_used_and_never_kept(at_work: Office, pg_url: str) -> None:
    at_work.open_books(pg_url.replace("jxc@", "jxc:geheim@"))
    assert at_work.session.is_open
    assert "geheim" not in at_work.program.folders.settings.read_text()
    assert at_work.session.host == "127.0.0.1"


@pytest.mark.expects_log("clock of this PC")
def test_a_wrong_clock_is_told_once(at_work: Office, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = unit_of_work.utc_now
    monkeypatch.setattr(unit_of_work, "utc_now", lambda: now() - dt.timedelta(hours=2))
    at_work.open_books(pg_url)
    if at_work.dialog():
        at_work.dialog().close()
    bar = at_work.window.current_page.bars.bars["clock"]
    assert "本机时钟比服务器慢 120 分钟" in bar.text
    at_work.window.current_page.bars.clear("clock")
    at_work.program.open(at_work.session.address)
    at_work.settle()
    assert "clock" not in at_work.window.current_page.bars.bars


def test_damaged_settings_do_not_stop_the_start(tmp_path: Path, qtbot: Any, sqlite_template: Path) -> None:
    file = tmp_path / "pc" / "config" / "settings.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"books": [{"address": 1}, 7, {"x": "y"}], "look/mode": 5, "window/geometry": "?"}))
    address, _ = books(sqlite_template, tmp_path)
    with office(tmp_path / "pc", qtbot) as made:
        made.open_books(address)
        assert made.session.is_open


def test_tabs_settings_and_user_come_back_at_the_next_start(
        tmp_path: Path, qtbot: Any, sqlite_template: Path) -> None:
    address, _ = books(sqlite_template, tmp_path, ("周雅琴", "administrator"), ("王晓敏", "salesperson"))
    with office(tmp_path / "pc", qtbot) as first:
        first.open_books(address)
        assert first.session.actor.name == "周雅琴"
        wang = first.session.users[1]
        first.program.use_actor(wang)
        first.wait(lambda: first.session.actor.name == "王晓敏")
        first.settle()
        first.page("stock")
        first.session.settings.set("look/text_size", 15)
        first.window.close()
    engine = database.open_engine(address)
    assert preferences.load(engine, wang)["look/text_size"] == 15
    engine.dispose()
    with office(tmp_path / "pc", qtbot) as second:
        second.open_books()
        assert second.session.actor.name == "王晓敏"
        assert second.session.settings.get("look/text_size") == 15
        assert second.window.workspace.keys == ["home", "stock"]


def test_people_see_what_their_role_allows(at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path, ("周雅琴", "administrator"), ("李仓管", "steward"))
    at_work.open_books(address)
    at_work.program.use_actor(at_work.session.users[1])
    at_work.wait(lambda: at_work.session.actor.name == "李仓管")
    at_work.settle()
    assert at_work.session.actor.permissions == access.ROLES["steward"]
    functions = {hit.title for hit in at_work.window.palette_._fast[-1][1]("")}
    assert "新增商品" in functions and "新增销售出库单" not in functions


def test_the_next_start_offers_what_the_same_person_may(qtbot: Any, sqlite_template: Path, tmp_path: Path) -> None:
    def entries(here: Office) -> list[str]:
        return [entry.key for group in here.window.navigation.groups for entry in group.entries]

    address, _ = books(sqlite_template, tmp_path, ("周雅琴", "administrator"), ("陈明", "buyer"))
    with office(tmp_path / "pc", qtbot) as first:
        first.open_books(address)
        first.program.use_actor(first.session.users[1])
        first.wait(lambda: first.session.actor.name == "陈明")
        first.settle()
        offered = entries(first)
    with office(tmp_path / "pc", qtbot) as second:
        second.open_books()
        assert entries(second) == offered and "record/approval_rule" not in offered


def test_the_language_can_be_switched_while_tabs_are_open(
        at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    at_work.open_books(address)
    at_work.page("stock")
    at_work.program.use_language("en")
    at_work.settle()
    assert at_work.window.workspace.keys == ["home", "stock"]
    assert at_work.window.current_page.title == "Stock query"
    at_work.program.use_language("zh_CN")
    at_work.settle()
    assert at_work.window.current_page.title == "库存查询"
    assert i18n.language() == "zh_CN"


def test_what_another_program_saves_is_shown_here(at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, made = books(sqlite_template, tmp_path)
    at_work.open_books(address)
    figure = at_work.window.current_page.desk._figures["sales"]
    before = figure._value
    sell(address, made["rice"])
    at_work.wait(lambda: figure._value != before)


def test_what_was_typed_when_the_program_died_is_recovered(
        at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, made = books(sqlite_template, tmp_path)
    folder = at_work.program.folders.drafts / journal_name(address)
    died = Journal(folder)
    draft = Draft("delivery_note", {"date": dt.date.today()}, [{"item_id": made["tea"], "quantity": None}])
    died.write("document_delivery_note_new-7", draft)
    died._lock.unlock()
    at_work.open_books(address)
    assert at_work.session.recovered == ["document/delivery_note/new-7"]
    assert at_work.window.toaster.current.news.text == "恢复 1 张未保存单据"
    at_work.window.current_page.refresh()
    at_work.settle()
    assert at_work.window.current_page.desk._next.rows[0].key == "document/delivery_note/new-7"
    editor = at_work.page("document/delivery_note/new-7")
    assert editor.dirty and editor.current_draft().lines[0]["item_id"] == made["tea"]


def test_what_was_saved_just_before_the_program_died_is_told_and_not_saved_again(
        at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, made = books(sqlite_template, tmp_path)
    died = Journal(at_work.program.folders.drafts / journal_name(address))
    with opened(f"sqlite:///{Path(address).as_posix()}") as company:
        draft = company.draft("other_in", (made["tea"], 1, 5), date=dt.date.today())
        saved = company.save(draft, key="k1")
    died.write("document_other_in_new-7", draft, "k1")
    died.write("document_other_in_new-8", draft, "k2")
    died._lock.unlock()
    at_work.open_books(address)
    assert at_work.session.recovered == ["document/other_in/new-8"]
    said = [at_work.window.toaster.current.news, *at_work.window.toaster._queue]
    assert f"{saved.number} 在程序中断前已保存，不会重复保存" in [news.text for news in said]
    assert "恢复 1 张未保存单据" in [news.text for news in said]
    assert [kept.save_key for kept in at_work.session.journal.waiting()] == ["k2"]
    assert [row.word for row in at_work.window.current_page.desk._next.rows[:2]] == ["已恢复", "草稿"]


def test_closing_asks_nothing_and_keeps_what_is_typed(
        tmp_path: Path, qtbot: Any, sqlite_template: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    with office(tmp_path / "pc", qtbot) as first:
        first.open_books(address)
        editor = first.page("document/delivery_note/new")
        editor.form.set_value("remark", "放在后门")
        first.qtbot.wait(20)
        editor.set_dirty(True)
        first.window.close()
        assert first.dialog() is None
    with office(tmp_path / "pc", qtbot) as second:
        second.open_books()
        assert second.session.recovered == ["document/delivery_note/new"]
        editor = second.page("document/delivery_note/new")
        assert editor.form.value("remark") == "放在后门"


LATER = (  # what no first paint waits for
    "sqlalchemy", "psycopg", "alembic", "pandas", "openpyxl", "xlsxwriter", "reportlab", "pypinyin", "asyncio", "email",
    "http", "ssl", "subprocess", "uuid", "sqlite3", "platform", "hashlib",
    "PySide6.QtNetwork", "PySide6.QtPrintSupport", "PySide6.QtTest", "jxc_desktop.services", "jxc_desktop.models",
    "jxc_desktop.document_types", *(f"jxc_desktop.ui.{name}" for name in (
        "desk", "dialogs", "documents", "finder", "grid", "info_bar", "journal", "keys_sheet", "lookup", "menu",
        "opening", "operations", "page", "pages", "palette", "table", "table_model", "table_paint", "toast", "tour")))


def test_the_window_is_painted_before_anything_else_is_loaded(tmp_path: Path) -> None:
    lines = ("import linecache, sys; from pathlib import Path; "
             "from jxc_desktop.ui.program import Folders, Program, make_application; "
             "app = make_application(); "
             f"p = Program(app, Folders(Path({str(tmp_path)!r}), Path({str(tmp_path / 'x.db')!r}))); "
             "p._show_frame('x'); app.processEvents(); assert p.window.isVisible() and p.window.cover.isVisible(); "
             f"print([m for m in sys.modules if m.startswith({tuple(f'{name}.' for name in LATER)}) or m in {LATER}], "
             "len([m for m in sys.modules if m.startswith('jxc_desktop')]) > 40, "
             "[m for m in linecache.cache if 'jxc_desktop' in m]); "  # PySide's import reads all sources
             "p.close()")
    done = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[] False []", done.stdout + done.stderr


def test_books_in_a_file_are_opened_without_what_others_need(sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    unwanted = ("alembic", "openpyxl", "pandas", "psycopg", "pypinyin", "reportlab", "sqlalchemy.orm",
                "xlsxwriter", "jxc_desktop.services.reports", "jxc_desktop.ui.documents",
                "jxc_desktop.services.documents", "jxc_desktop.services.booking", "jxc_desktop.services.posting")
    lines = ("import sys; from pathlib import Path; from jxc_desktop.ui.program import start_in\n"
             f"p = start_in(Path({str(tmp_path)!r}), {address!r})\n"
             "while not p.session.is_open or p.session.tasks.busy: p._app.processEvents()\n"
             f"print(p.window.current_page.key, [m for m in {unwanted} if m in sys.modules])\n"
             "p.close()")
    done = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "home []", done.stdout + done.stderr


def test_options_are_found_before_and_after_the_command() -> None:
    assert option(["--db", "a.db", "gui"], "--db") == "a.db"
    assert option(["gui", "--db=b.db"], "--db") == "b.db"
    assert option(["gui"], "--db") == ""


def test_a_closed_tab_says_where_its_text_is(at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    at_work.open_books(address)
    editor = at_work.page("document/delivery_note/new")
    editor.form.set_value("remark", "放在后门")
    at_work.settle()
    assert at_work.window.close_page(editor.key) and "已暂存" in at_work.window.toaster.current.news.text
    home = at_work.page("home").desk
    [first, *_] = home._next.rows
    assert (first.key, first.word) == ("document/delivery_note/new", "未保存")
    again = at_work.page(first.key)
    assert again.dirty and again.form.value("remark") == "放在后门"
    again.forget_journal()
    again.set_dirty(False)
    at_work.page("home")
    assert home._next.rows[0].word == "草稿"


def test_a_new_day_raises_the_alerts_that_time_causes(
        at_work: Office, sqlite_template: Path, tmp_path: Path) -> None:
    address, _ = books(sqlite_template, tmp_path)
    today = dt.date.today()
    with opened(f"sqlite:///{address}") as company:
        company.settings(use_lots=True)
        milk = company.item(tracking="lot", expiry_alert_days=10)
        company.post("goods_receipt", line(milk, 5, 3, lot="A", expiry_date=today + dt.timedelta(days=15)), date=today)

    at_work.open_books(address)
    assert not [a for a in at_work.session.queries.alerts() if a.kind == "expiring"]
    at_work.program.days.today = lambda: today + dt.timedelta(days=6)
    at_work.program.days.look()
    at_work.settle()
    assert [a.lot for a in at_work.session.queries.alerts() if a.kind == "expiring"] == ["A"]
