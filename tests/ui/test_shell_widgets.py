import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodQueryEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from jxc_desktop.paths import RESOURCES
from jxc_desktop.ui import theme
from jxc_desktop.ui.calendar import Calendar
from jxc_desktop.ui.shortcuts import FORBIDDEN, WINDOW, bind, shown
from jxc_desktop.ui.widgets import (
    Button,
    Card,
    Chip,
    EmptyState,
    FieldLabel,
    LoadingBar,
    Metric,
    RawLineEdit,
    SearchBox,
    figure_font,
)


def input_method_on(widget: QWidget) -> bool:
    query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
    QApplication.sendEvent(widget, query)
    return bool(query.value(Qt.InputMethodQuery.ImEnabled))


def test_the_input_method_is_really_off_in_raw_fields(qtbot):
    plain, raw = QLineEdit(), RawLineEdit()
    for field in (plain, raw):
        qtbot.addWidget(field)
    assert input_method_on(plain) and not input_method_on(raw)
    raw.setText("10021")
    assert raw.inputMethodQuery(Qt.InputMethodQuery.ImSurroundingText) == "10021"


@pytest.mark.parametrize("role", ["default", "primary", "ghost", "danger", "link"])
def test_buttons_say_what_they_do(qtbot, role):
    button = Button("保存", "save", "Ctrl+S", role)
    qtbot.addWidget(button)
    assert button.accessibleName() == "保存" and button.toolTip() == "保存 (Ctrl S)"
    assert button.sizeHint().height() >= 24 and button.sizeHint().width() > Button("保存").sizeHint().width()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)
    button.setEnabled(False)
    assert not button.grab().isNull()


def test_an_icon_alone_still_has_a_name_and_a_target(qtbot):
    button = Button("", "bell", role="ghost", accessible_name="预警")
    qtbot.addWidget(button)
    assert button.accessibleName() == "预警" and button.toolTip() == "预警"
    assert button.sizeHint().width() >= 24 and button.sizeHint().height() >= 24


def test_the_star_of_a_required_field_follows_the_theme(qtbot, qapp):
    field = QLineEdit()
    label = FieldLabel("客户", required=True, buddy=field)
    for widget in (field, label):
        qtbot.addWidget(widget)
    light = theme.current().colours.bad
    assert light in label.text() and label.buddy() is field and field.accessibleName() == "客户"
    theme.apply(qapp, "dark")
    assert theme.current().colours.bad in label.text() and light not in label.text()
    label.set_required(False)
    assert label.text() == "客户"


def test_chip_and_metric_show_states(qtbot):
    chip, metric = Chip("草稿"), Metric("数量", "142")
    for widget in (chip, metric):
        qtbot.addWidget(widget)
    chip.show_state("已作废", "bad")
    assert chip.text() == "已作废" and chip.property("tone") == "bad"
    metric.show_value("-3", "bad")
    assert metric.accessibleName() == "数量 -3"
    assert figure_font(15, bold=True).isFeatureSet(theme.QFont.Tag("tnum"))


def test_escape_empties_the_search_box_first(qtbot):
    box = SearchBox("搜索")
    qtbot.addWidget(box)
    qtbot.keyClicks(box, "abc")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""


def test_an_empty_state_offers_the_way_on(qtbot):
    called = []
    state = EmptyState("package", "还没有商品", "新增商品", lambda: called.append("new"), "从 Excel 导入",
                       lambda: called.append("import"))
    qtbot.addWidget(state)
    for button in state.findChildren(QPushButton):
        button.click()
    assert called == ["new", "import"] and state.sentence.text() == "还没有商品"


def test_the_loading_bar_shows_only_what_takes_long(qtbot):
    bar = LoadingBar()
    qtbot.addWidget(bar)
    bar.resize(300, 2)
    blank = bar.grab().toImage()
    bar.start()
    bar.start()
    assert bar.grab().toImage() == blank
    qtbot.waitUntil(lambda: bar.grab().toImage() != blank, timeout=2000)
    bar.stop()
    assert bar._tick.isActive()  # one is still under way
    bar.stop()
    assert bar.grab().toImage() == blank


def test_a_card_of_a_table_has_round_corners(qtbot):
    card = Card(padded=False)
    qtbot.addWidget(card)
    inside = QWidget()
    inside.setStyleSheet("background: red")
    inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    card.body.addWidget(inside)
    card.resize(100, 60)
    image = card.grab().toImage()
    assert image.pixelColor(QPoint(0, 0)).name() == theme.colour("canvas").name()
    assert image.pixelColor(QPoint(50, 30)).name() == "#ff0000"


def test_weekends_are_quiet(qtbot):
    calendar = Calendar()
    qtbot.addWidget(calendar)
    look = calendar.weekdayTextFormat(Qt.DayOfWeek.Saturday)
    assert look.foreground().color().name() == theme.colour("text2").name()


@pytest.mark.parametrize(("key", "text"), [("Ctrl+S", "Ctrl S"), ("Alt+Left", "Alt ←"), ("Ctrl+PgDown", "Ctrl PgDn"),
                                           ("Ctrl++", "Ctrl +"), ("F9", "F9"), ("", "")])
def test_keys_are_written_as_on_the_keyboard(key, text):
    assert shown(key) == text


def test_keys_of_others_are_never_taken(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    for key in (*FORBIDDEN, "Ctrl+Alt+S"):
        with pytest.raises(AssertionError):
            bind(window, key, lambda: None)
    assert not {QKeySequence(s.key).toString() for s in WINDOW} & FORBIDDEN


def test_every_icon_named_in_the_shell_exists():
    present = {file.stem for file in (RESOURCES / "icons").glob("*.svg")}
    source = Path(theme.__file__).parent
    text = "".join(file.read_text(encoding="utf-8") for file in source.glob("*.py"))
    named = set(re.findall(r'(?:IconLabel|icons\.pixmap|icons\.icon)\("([\w-]+)"', text))
    assert named and named <= present
