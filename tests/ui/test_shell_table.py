import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from jxc_desktop.ui import theme
from jxc_desktop.ui.table import (
    BOLD,
    CELL,
    MUTED,
    PILL,
    TONE,
    VALUE,
    Cell,
    Column,
    Kind,
    Mark,
    RowsModel,
    Table,
    TableCard,
    written,
)
from jxc_desktop.ui.table_layout import Width, fit
from jxc_desktop.ui.theme import Tone
from jxc_desktop.ui.widgets import EmptyState
from tests.ui.demo import Memory

COLUMNS = (
    Column("code", "编码", Kind.CODE, muted=True),
    Column("name", "名称", width=160, stretch=1, minimum=100),
    Column("stock", "可用库存", Kind.QUANTITY, mark=lambda r: Mark(Tone.BAD, "缺 6") if r["stock"] < 20 else None),
    Column("price", "单价", Kind.PRICE), Column("amount", "金额", Kind.MONEY, bold=True),
    Column("status", "状态", Kind.CHIP, mark=lambda r: Mark(Tone.OK)), Column("date", "日期", Kind.DATE),
    Column("remark", "备注", width=120, yields=2))


def row(number: int, **values) -> dict:
    return {"code": f"{number:05}", "name": f"商品 {number}", "stock": Decimal(number), "price": Decimal("26.5"),
            "amount": Decimal(number) * 2, "status": "已审核", "date": dt.date(2025, 6, 11), "remark": "", **values}


@pytest.fixture
def table(qtbot):
    made = Table("test", Memory(), row_key=lambda r: r["code"])
    qtbot.addWidget(made)
    made.setModel(RowsModel(COLUMNS, [row(n) for n in range(1, 41)], parent=made))
    made.resize(1000, 400)
    made.show()
    return made


@pytest.mark.parametrize(("value", "kind", "text"), [
    (Decimal("1234.5"), Kind.MONEY, "1,234.50"), (Decimal("1234.5000"), Kind.QUANTITY, "1,234.5"),
    (Decimal("40"), Kind.QUANTITY, "40"), (Decimal("-0.5"), Kind.MONEY, "-0.50"),
    (Decimal("26.5"), Kind.PRICE, "26.50"),
    (Decimal("0.03650000"), Kind.PRICE, "0.0365"), (Decimal("100"), Kind.PRICE, "100.00"), (12345, Kind.INT, "12,345"),
    (None, Kind.MONEY, ""), ("x", Kind.TEXT, "x"), (dt.date(2025, 6, 1), Kind.DATE, "2025-06-01"),
    (dt.datetime(2025, 6, 1, 14, 32, 5), Kind.DATETIME, "2025-06-01 14:32"), (20115, Kind.CODE, "20115")])
def test_values_are_written_as_clerks_read_them(value, kind, text):
    assert written(value, kind) == text


def test_the_model_is_sound_and_tells_how_cells_look(qtmodeltester):
    model = RowsModel(COLUMNS, [row(18), row(92)])
    qtmodeltester.check(model)
    stock = model.index(0, 2)
    assert (stock.data(), stock.data(TONE), stock.data(PILL)) == ("18", Tone.BAD, "缺 6")
    assert stock.data(Qt.ItemDataRole.AccessibleTextRole) == "可用库存 18, 缺 6"
    assert stock.data(VALUE) == Decimal(18) and stock.data(CELL).pill == "缺 6"
    assert model.index(0, 4).data(BOLD) and model.index(0, 0).data(MUTED)
    right, align = Qt.AlignmentFlag.AlignRight.value, Qt.ItemDataRole.TextAlignmentRole
    assert not model.index(0, 1).data(align) & right
    assert model.headerData(4, Qt.Orientation.Horizontal, align) & right


def test_negative_figures_are_red_with_their_minus():
    model = RowsModel(COLUMNS, [row(50, amount=Decimal("-12.5"))])
    assert model.index(0, 4).data() == "-12.50" and model.index(0, 4).data(TONE) == Tone.BAD


def test_pages_are_fetched_when_they_are_scrolled_to(qtbot):
    model = RowsModel(COLUMNS, paged=True)
    asked = []
    model.more_wanted.connect(lambda: asked.append(len(model.rows)))
    model.sort_wanted.connect(lambda key, down: asked.append((key, down)))
    model.replace([row(n) for n in range(200)], more=True)
    table = Table()
    qtbot.addWidget(table)
    table.setModel(model)
    table.resize(800, 300)
    table.show()
    table.scrollToBottom()
    qtbot.waitUntil(lambda: asked == [200])
    table.scrollToBottom()
    assert asked == [200]  # one request at a time
    model.append([row(n) for n in range(200, 250)], more=False)
    assert model.rowCount() == 250 and not model.canFetchMore(model.index(-1, -1))
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert asked == [200, ("name", True)] and model.row(0)["code"] == "00000"


def test_local_rows_sort_by_value_with_blanks_last(table):
    model = table.rows_model()
    model.replace([row(1, amount=None), row(9), row(100), row(20)])
    model.sort(4, Qt.SortOrder.DescendingOrder)
    assert [r["code"] for r in model.rows] == ["00100", "00020", "00009", "00001"]


def test_the_place_survives_a_refresh(table):
    table.setCurrentIndex(table.model().index(30, 1))
    scrolled = table.verticalScrollBar().value()
    assert scrolled > 0
    table.rows_model().replace([row(n) for n in range(1, 41)])
    assert table.current_row()["code"] == "00031" and table.verticalScrollBar().value() == scrolled


def test_copy_carries_headings_and_disarms_formulas(table, qtbot):
    table.rows_model().replace([row(1, name="=cmd|' /C calc'!A0", amount=Decimal("-5.5")), row(2, name="a\tb")])
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:3] == ["编码", "名称", "可用库存"]
    first, second = lines[1].split("\t"), lines[2].split("\t")
    assert first[1] == "'=cmd|' /C calc'!A0" and first[4] == "-5.5"
    assert second[1] == "a b" and len(second) == len(first)


def test_enter_and_double_click_open_a_row(table, qtbot):
    opened = []
    table.opened.connect(lambda index: opened.append(index.row()))
    table.setCurrentIndex(table.model().index(2, 1))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    table.doubleClicked.emit(table.model().index(5, 0))
    assert opened == [2, 5] and table.currentIndex().row() == 2


def test_the_users_columns_come_back_by_id(qtbot):
    settings = Memory()

    def build(columns):
        made = Table("list", settings)
        qtbot.addWidget(made)
        made.setModel(RowsModel(columns, [row(1), row(2)], parent=made))
        made.resize(1200, 300)
        made.show()
        return made

    first = build(COLUMNS)
    first.horizontalHeader().moveSection(4, 0)
    first.horizontalHeader().resizeSection(3, 150)
    first.columns.show_column("date", False)
    first.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    first.columns.save()
    again = build((Column("new", "新列"), *COLUMNS))  # a later version has a column more, in front
    header = again.horizontalHeader()
    assert header.logicalIndex(0) == 5 and header.sectionSize(4) == 150
    assert again.isColumnHidden(7) and not again.isColumnHidden(0)
    assert again.rows_model().row(0)["code"] == "00002" and header.sortIndicatorSection() == 5
    again.columns.reset()
    assert not again.isColumnHidden(7) and header.logicalIndex(0) == 0 and header.sectionSize(4) == 96
    assert header.sortIndicatorSection() == -1


def test_the_column_chooser_never_hides_the_last_column(table):
    menu = table.columns.menu()
    titles = [a.text() for a in menu.actions()]
    assert titles[:2] == ["编码", "名称"] and titles[-1] == "恢复默认列"
    for action in menu.actions()[1:8]:
        action.toggle()
    assert [c.key for c in COLUMNS if not table.isColumnHidden(table.rows_model().column(c.key))] == ["code"]
    assert not table.columns.menu().actions()[0].isEnabled()


def test_spare_room_goes_to_the_stretching_column(table):
    assert sum(table.columnWidth(c) for c in range(len(COLUMNS))) == table.viewport().width()
    table.resize(760, 400)
    assert table.isColumnHidden(7) and not table.isColumnHidden(4)


def test_sums_stand_under_their_columns_and_follow_the_selection(qtbot):
    table = Table()
    table.setModel(RowsModel(COLUMNS, [row(n) for n in range(1, 41)], parent=table))
    card = TableCard(table, footer=True)
    qtbot.addWidget(card)
    card.footer.show_sums({"amount": Decimal(1640)}, "40 张单据")
    assert card.footer.shown() == ("40 张单据", {"amount": Decimal(1640)})
    mode = table.selectionModel()
    for number in (0, 1, 2):
        mode.select(table.model().index(number, 0), mode.SelectionFlag.Select | mode.SelectionFlag.Rows)
    assert card.footer.shown() == ("已选 3 行", {"amount": Decimal(12)})
    card.resize(1000, 300)
    card.show()
    assert not card.footer.grab().isNull()


def test_an_empty_table_keeps_its_headings_and_says_so(table, qtbot):
    state = EmptyState("package", "没有符合条件的商品")
    table.set_empty(state)
    assert not state.isVisible()
    table.rows_model().replace([])
    assert state.isVisible() and table.horizontalHeader().isVisible()
    table.rows_model().append([row(1)])
    assert not state.isVisible()


def test_the_frozen_column_stays_while_scrolling(qtbot):
    table = Table(frozen=True)
    qtbot.addWidget(table)
    wide = [Column(f"c{n}", f"列{n}", width=200) for n in range(8)]
    table.setModel(RowsModel(wide, [{f"c{n}": str(n) for n in range(8)}] * 50, parent=table))
    table.resize(600, 300)
    table.show()
    assert not table._frozen.isVisible()
    table.horizontalScrollBar().setValue(300)
    assert table._frozen.isVisible() and not table._frozen.isColumnHidden(0) and table._frozen.isColumnHidden(1)
    table.verticalScrollBar().setValue(10)
    assert table._frozen.verticalScrollBar().value() == 10
    assert table._frozen.selectionModel() is table.selectionModel()


def test_the_current_row_has_a_bar_and_a_tint(table):
    table.setCurrentIndex(table.model().index(1, 1))
    image = table.viewport().grab().toImage()
    y = table.rowViewportPosition(1) + 15
    assert image.pixelColor(1, y).name() == theme.colour("selbar").name()
    assert image.pixelColor(60, y + 10).name() == theme.colour("sel").name()


def test_rows_keep_their_height_in_both_densities(table, qapp):
    assert table.rowHeight(0) == 30
    theme.apply(qapp, "light", "compact")
    assert table.rowHeight(0) == 26 and table.rowHeight(39) == 26


class Asked(RowsModel):
    """Counts what the view asks of its model."""

    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        self.cells = self.reads = 0

    def cell(self, row, column):
        self.cells += 1
        return super().cell(row, column)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        self.reads += 1
        return super().data(index, role)


def test_of_a_hundred_thousand_rows_only_those_in_sight_are_read(qtbot):
    """So it opens at once and paints in a frame, however long it is: what is asked is counted, not timed."""
    table = Table()
    qtbot.addWidget(table)
    model = Asked(COLUMNS, [row(n) for n in range(100_000)], parent=table)
    table.setModel(model)
    table.resize(1366, 700)
    table.show()
    QApplication.processEvents()
    in_sight = (700 // table.rowHeight(0) + 1) * len(COLUMNS)
    assert 0 < model.cells <= 2 * in_sight and model.reads <= 2 * in_sight
    model.cells = model.reads = 0
    table.viewport().render(QPixmap(table.viewport().size()), QPoint())
    assert 0 < model.cells <= in_sight and model.reads <= in_sight, "each cell is asked for once"


widths = st.builds(Width, st.uuids().map(str), st.integers(30, 300), st.integers(20, 80), st.integers(0, 2),
                   st.integers(0, 3))


@given(st.lists(widths, min_size=1, max_size=8, unique_by=lambda w: w.key), st.integers(100, 2000))
def test_fit_never_cuts_and_fills_what_can_stretch(columns, room):
    got = fit(columns, room)
    assert set(got) == {c.key for c in columns}
    for column in columns:
        least = min(column.minimum, column.width) if column.stretch else column.width
        width = got[column.key]
        assert width >= least or (width == 0 and column.yields)  # what doesn't yield is never hidden
    kept = [c for c in columns if got[c.key]]
    if any(c.stretch for c in kept) and sum(c.minimum if c.stretch else c.width for c in kept) <= room:
        assert sum(got.values()) == room


def test_no_three_dots_stand_alone_beside_a_word(table):
    """Where a word leaves no room for the figure, nothing is better than '…'."""
    def drawn(figure: str, width: int) -> QImage:
        picture = QPixmap(width, 30)
        picture.fill(Qt.GlobalColor.white)
        painter = QPainter(picture)
        column = Column("stock", "可用库存", Kind.QUANTITY)
        table.itemDelegate().draw_content(painter, picture.rect(), Cell(figure, Tone.WARN, "被占 112"), column)
        painter.end()
        return picture.toImage()

    assert drawn("118", 94) == drawn("", 94)
    assert drawn("118", 140) != drawn("", 140)


@pytest.mark.parametrize(("value", "text"), [("4.919896", "4.9199"), ("4.92", "4.9200"), ("10.57", "10.5700"),
                                             ("1234", "1,234.0000")])
def test_costs_have_the_same_decimals(value, text):
    assert written(Decimal(value), Kind.COST) == text
