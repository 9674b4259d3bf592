import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

import jxc_desktop.ui as ui
from jxc_desktop.paths import RESOURCES
from jxc_desktop.ui import theme
from jxc_desktop.ui.changes import Changes, RefreshOnChange
from jxc_desktop.ui.keys_sheet import KeysSheet
from jxc_desktop.ui.main_window import MainWindow
from jxc_desktop.ui.palette import ITEM, PaletteHit
from jxc_desktop.ui.tab_strip import DIRTY
from jxc_desktop.ui.tokens import Mode, sizes
from jxc_desktop.ui.user_menu import MODE, UserMenu
from tests.ui.demo import DemoDocument, DemoPage, demo_window, groups
from tests.ui.shots import shot

CTRL, ALT, SHIFT = (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
                    Qt.KeyboardModifier.ShiftModifier)

SHELL = ("theme tokens icons buttons widgets calendar card shortcuts tasks changes context messages toast",
         "info_bar crash dialogs_ask operations main_window workspace tab_strip navigation top_bar status_bar",
         "page palette keys_sheet info_panel user_menu table table_model table_columns table_paint",
         "table_frozen table_clipboard")


@pytest.fixture
def window(qtbot, demo_context):
    made = MainWindow(demo_context, groups())
    qtbot.addWidget(made)
    made.register_page("", lambda key: DemoPage(demo_context, key))
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def press(qtbot, window, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.focusWidget() or window, key, modifiers)


def test_a_page_opens_once_and_gets_the_focus(window):
    page = window.open_page("list/delivery_note")
    assert window.open_page("list/delivery_note") is page and window.workspace.keys == ["list/delivery_note"]
    assert window.focusWidget() is page.field and window.current_page is page


def test_the_longest_registered_prefix_makes_the_page(window, demo_context):
    window.register_page("document/", lambda key: DemoPage(demo_context, key, "any"))
    window.register_page("document/delivery_note/", lambda key: DemoPage(demo_context, key, "delivery"))
    assert window.open_page("document/delivery_note/17").title == "delivery"
    assert window.open_page("document/transfer/3").title == "any"


def test_a_page_nobody_registered_leaves_no_tab(qtbot, demo_context):
    window = MainWindow(demo_context)
    qtbot.addWidget(window)
    with pytest.raises(LookupError, match="nowhere"):
        window.open_page("nowhere")
    assert window.workspace.keys == []


def test_tabs_by_keyboard(window, qtbot):
    for key in ("a", "b", "c"):
        window.open_page(key)
    press(qtbot, window, Qt.Key.Key_Tab, CTRL)
    assert window.current_page.key == "a"
    press(qtbot, window, Qt.Key.Key_Tab, CTRL | SHIFT)
    assert window.current_page.key == "c"
    press(qtbot, window, Qt.Key.Key_Backtab, CTRL | SHIFT)  # what a keyboard really sends
    assert window.current_page.key == "b"
    press(qtbot, window, Qt.Key.Key_2, CTRL)
    assert window.current_page.key == "b"
    press(qtbot, window, Qt.Key.Key_9, CTRL)
    assert window.current_page.key == "c"
    press(qtbot, window, Qt.Key.Key_W, CTRL)
    assert window.workspace.keys == ["a", "b"] and window.current_page.key == "b"
    press(qtbot, window, Qt.Key.Key_T, CTRL | SHIFT)
    assert window.current_page.key == "c" and window.workspace.keys == ["a", "b", "c"]


def test_back_and_forward_over_what_was_visited(window, qtbot):
    for key in ("a", "b", "c"):
        window.open_page(key)
    press(qtbot, window, Qt.Key.Key_Left, ALT)
    press(qtbot, window, Qt.Key.Key_Left, ALT)
    assert window.current_page.key == "a"
    press(qtbot, window, Qt.Key.Key_Right, ALT)
    assert window.current_page.key == "b"
    window.close_page("a")
    press(qtbot, window, Qt.Key.Key_Left, ALT)
    assert window.current_page.key == "a"  # made again


def test_dirt_and_a_new_number_show_in_the_tab(window):
    page = window.open_page("document/delivery_note/new-1")
    page.set_dirty(True)
    assert window.workspace.strip.text(page.key).startswith(DIRTY)
    page.set_dirty(False)
    page.set_title("销售出库 0024")
    page.set_key("document/delivery_note/24")
    assert window.workspace.keys == ["document/delivery_note/24"]
    assert window.workspace.strip.text(page.key) == "销售出库 0024"
    assert window.open_page("document/delivery_note/24") is page


def test_a_page_may_refuse_to_close_and_is_told_when_it_goes(window):
    page = window.open_page("a")
    page.close_requested = lambda: False
    assert not window.close_page() and window.workspace.keys == ["a"]
    page.close_requested = lambda: True
    gone = []
    window.workspace.page_closed.connect(gone.append)
    assert window.close_page() and gone == [page] and window.current_page is None


def test_tabs_come_back_and_only_the_front_one_is_built(qtbot, window, demo_context):
    for key in ("home", "stock", "list/delivery_note"):
        window.open_page(key)
    window.open_page("stock")
    window.close()
    built = []

    def build(key):
        built.append(key)
        return DemoPage(demo_context, key)

    again = MainWindow(demo_context, groups())
    qtbot.addWidget(again)
    again.register_page("", build)
    again.restore("home")
    assert again.workspace.keys == ["home", "stock", "list/delivery_note"]
    assert built == ["stock"] and again.current_page.key == "stock"
    again.workspace.strip.activate("home")
    assert built == ["stock", "home"]


def test_a_first_start_opens_the_fallback(window):
    window.restore("home")
    assert window.workspace.keys == ["home"]


def test_navigation_opens_groups_and_pages(window, qtbot):
    items = {i.accessibleName(): i for i in window.navigation.findChildren(QAbstractButton)}
    assert not items["销售出库单"].isVisible()
    press(qtbot, window, Qt.Key.Key_3, ALT)
    assert items["销售出库单"].isVisible() and items["销售出库单"].hasFocus()
    qtbot.keyClick(items["销售出库单"], Qt.Key.Key_Return)
    assert window.current_page.key == "list/delivery_note" and items["销售出库单"].marked
    assert window.current_page.field.hasFocus()
    items["销售出库单"].setFocus()
    qtbot.keyClick(items["销售出库单"], Qt.Key.Key_Down)
    assert items["销售退货单"].hasFocus()
    qtbot.mouseClick(items["库存"], Qt.MouseButton.LeftButton)
    assert not items["销售出库单"].isVisible() and items["库存查询 3"].isVisible()
    qtbot.mouseClick(items["设置"], Qt.MouseButton.LeftButton)
    assert window.current_page.key == "settings"


def test_badges_count_and_go(window):
    window.set_badge("stock", 120, "bad")
    item = next(i for i in window.navigation.findChildren(QAbstractButton) if i.text() == "库存")
    assert item.badge == 120 and item.accessibleName() == "库存 120"
    window.set_badge("stock", 0)
    assert item.accessibleName() == "库存"


def test_the_room_decides_about_rail_panel_and_row_height(window, demo_context, qtbot):
    page = window.open_page("document", lambda: DemoDocument(demo_context))
    assert window.navigation.width() == 168 and not window.info.isVisible()
    window.resize(1100, 640)
    assert window.navigation.width() == 52 and theme.current().sizes.row == 26
    window.resize(1700, 900)
    assert window.info.isVisible() and window.info.width() == 308 and theme.current().sizes.row == 30
    press(qtbot, window, Qt.Key.Key_F2, ALT)
    assert not window.info.isVisible()
    press(qtbot, window, Qt.Key.Key_B, CTRL)
    assert window.navigation.width() == 52
    window.toggle_info()
    window.open_page("home")
    assert not window.info.isVisible()  # a page without one
    window.close_page(page.key)


def test_the_status_bar_shows_the_keys_of_the_page_and_f1_all(window, qtbot):
    page = window.open_page("a")
    QApplication.processEvents()
    texts = [w.text() for w in window.status.findChildren(QLabel) if w.isVisible() and w.text()]
    assert texts[:4] == ["Ctrl N", "新增", "F3", "查找"] and "F1" in texts
    page.set_keys([(f"F{n}", str(n)) for n in range(1, 12)])
    QApplication.processEvents()
    visible = [w.text() for w in window.status.findChildren(QLabel) if w.isVisible()]
    assert visible.count("F1") == 2 and "F6" not in visible  # five of the page, and F1
    press(qtbot, window, Qt.Key.Key_F1)
    sheet = window.findChild(KeysSheet)
    assert sheet is not None and sheet.isVisible()
    sheet.close()


def test_f5_refreshes_the_page_in_front(window, qtbot):
    page = window.open_page("a")
    press(qtbot, window, Qt.Key.Key_F5)
    assert page.refreshed == 1


def test_the_palette_finds_functions_and_teaches_keys(window, qtbot):
    page = window.open_page("home")
    ran = []
    window.palette_.add_provider(ITEM, lambda text: [PaletteHit("山泉水", "10021", "package", "Ctrl+I",
                                                                lambda: ran.append(text))])
    press(qtbot, window, Qt.Key.Key_K, CTRL)
    palette = window.palette_
    assert palette.isVisible() and palette.field.hasFocus()
    palette.field.setText("销售退")
    assert [h.title for h in palette.model.hits] == ["销售退货单", "山泉水"]
    assert palette.model.index(1).data() == "山泉水 10021 Ctrl I"
    assert not palette.grab().isNull()
    palette.field.setText(".sq")
    assert [h.title for h in palette.model.hits] == ["山泉水"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["sq"] and not palette.isVisible() and page.field.hasFocus()
    window.open_palette("/销售订单")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.current_page.key == "list/sales_order"
    window.open_palette("深色")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert theme.current().mode is Mode.DARK
    window.open_palette("无此物")
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_palette_asks_the_database_off_the_thread(window, qtbot):
    window.open_page("home")
    window.palette_.add_query("#", lambda text: [f"XSCK-{text}"], lambda rows: [PaletteHit(r) for r in rows])
    window.open_palette("#0023")
    qtbot.waitUntil(lambda: [h.title for h in window.palette_.model.hits] == ["XSCK-0023"])


def test_the_user_menu_changes_the_look_and_asks_for_a_language(window, demo_context):
    chosen = []
    menu = UserMenu(window, demo_context, chosen.append, [("关于", lambda: chosen.append("about"))])
    looks, _, languages = (a.menu() for a in menu.actions()[:3])
    next(a for a in looks.actions() if a.text() == "深色").trigger()
    assert theme.current().mode is Mode.DARK and demo_context.settings.get(MODE) == "dark"
    next(a for a in languages.actions() if a.text() == "English").trigger()
    menu.actions()[-1].trigger()
    assert chosen == ["en", "about"]
    menu.deleteLater()


def test_pages_refresh_when_seen_and_wait_when_hidden(qtbot):
    class Watching(RefreshOnChange, QLineEdit):
        count = 0

        def refresh(self):
            self.count += 1

    changes, page = Changes(), Watching()
    qtbot.addWidget(page)
    page.watch(changes, "document")
    changes.publish({("document", 1)})
    changes.publish({("document", 2)})
    assert page.stale and page.count == 0
    page.show()
    assert page.count == 1 and not page.stale
    changes.publish({("item", 1)})
    changes.publish({("document", 3)}, page)
    assert page.count == 1
    changes.publish({("document", 3)})
    assert page.count == 2


def test_connection_alerts_and_printer_are_said_in_words(window):
    window.top.set_connection("连接已断开", "bad")
    window.top.set_alerts(120)
    window.status.set_scanner("扫码枪就绪", True)
    window.status.set_printer("LQ-630K")
    assert window.top.bell.accessibleName() == "预警 120"
    window.top.set_alerts(0)
    assert window.top.bell.accessibleName() == "预警"


@pytest.mark.parametrize(("mode", "size"), [("light", (1366, 768)), ("dark", (1366, 768)), ("light", (1920, 1080)),
                                            ("dark", (1920, 1080)), ("light", (1093, 558))])
def test_every_control_has_a_name_and_room_to_hit(qtbot, demo_context, mode, size, tmp_path):
    demo_context.settings.set(MODE, mode)
    window = demo_window(demo_context)
    qtbot.addWidget(window)
    picture = shot(window, tmp_path / "window.png", size, mode=mode)
    assert (picture.width(), picture.height()) == size
    controls = [w for kind in (QAbstractButton, QLineEdit) for w in window.findChildren(kind) if w.isVisible()]
    assert len(controls) > 20
    assert not [w for w in controls if not (w.accessibleName() or getattr(w, "text", str)())
                and w.objectName() != "qt_spinbox_lineedit"]
    small = {(type(w).__name__, w.width(), w.height()) for w in controls if min(w.width(), w.height()) < 24}
    assert not small
    strip = picture.toImage().pixelColor(window.width() - 4, sizes(theme.Density.NORMAL, 13).topbar + 4)
    assert strip.name() == theme.colour("strip").name()


def test_every_text_of_the_shell_has_its_chinese():
    chinese = json.loads((RESOURCES / "translations" / "zh_CN" / "shell.json").read_text(encoding="utf-8"))
    ours = [name for line in SHELL for name in line.split()]
    call = re.compile(r'(?:\btr|N_)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
    missing = set()
    for name in ours:
        for found in call.findall((Path(ui.__file__).parent / f"{name}.py").read_text(encoding="utf-8")):
            text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', found))
            missing |= {text} - chinese.keys()
    assert not missing
    assert not {text for text, translated in chinese.items() if set(re.findall(r"{\w+}", text)) != set(
        re.findall(r"{\w+}", translated))}


