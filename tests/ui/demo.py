"""A page like the sales delivery of the design, to judge the shell by. No business behind it."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QWidget,
)

from jxc_desktop.ui.changes import Changes
from jxc_desktop.ui.main_window import MainWindow
from jxc_desktop.ui.navigation import NavEntry, NavGroup
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.table import Column, Kind, Mark, RowsModel, Table, TableCard
from jxc_desktop.ui.tasks import TaskRunner
from jxc_desktop.ui.widgets import Button, Card, Chip, FieldLabel, Metric, Tone, figure_font, label, restyle

GOODS = (("10021", "山泉饮用天然水", "550ml×24", "箱", 486, None, 40, "26.50", ""),
         ("10034", "红烧牛肉面五连包", "103g×5×6", "箱", 18, Mark(Tone.BAD, "缺 6"), 24, "74.20", ""),
         ("20115", "深层洁净洗衣液", "3kg×4", "箱", 92, None, 8, "125.00", "老客户特价"),
         ("20142", "超韧三层抽纸", "120抽×24", "件", 40, Mark(Tone.WARN, "低"), 24, "58.80", ""),
         ("30007", "金标生抽酱油", "1.28L×6", "箱", 128, None, 12, "83.40", ""),
         ("30019", "非转基因大豆油", "5L×4", "箱", 6, Mark(Tone.WARN, "低"), 4, "226.00", ""),
         ("30026", "东北长粒香大米", "10kg", "袋", 310, None, 30, "56.80", ""))


def rows() -> list[dict]:
    made = []
    for number, (code, name, spec, unit, stock, mark, quantity, price, remark) in enumerate(GOODS, 1):
        made.append({"no": number, "code": code, "name": name, "spec": spec, "unit": unit, "mark": mark,
                     "remark": remark, "stock": Decimal(stock), "quantity": Decimal(quantity),
                     "price": Decimal(price), "amount": quantity * Decimal(price),
                     "discount": "95%" if number == 7 else ""})
    return made


CENTER = Qt.AlignmentFlag.AlignHCenter
COLUMNS = (Column("no", "", Kind.INT, 40, muted=True, align=CENTER),
           Column("code", "编码", Kind.CODE, 84, muted=True),
           Column("name", "商品名称", width=200, minimum=140, stretch=2),
           Column("spec", "规格", width=112, muted=True),
           Column("unit", "单位", width=52, align=CENTER, muted=True, yields=1),
           Column("stock", "可用库存", Kind.QUANTITY, 112, mark=lambda row: row["mark"]),
           Column("quantity", "数量", Kind.QUANTITY, bold=True), Column("price", "单价", Kind.PRICE),
           Column("discount", "折扣", width=64, align=Qt.AlignmentFlag.AlignRight, yields=2),
           Column("amount", "金额", Kind.MONEY, bold=True),
           Column("remark", "备注", width=140, stretch=1, muted=True, yields=3))


class DemoDocument(PageWidget):
    nav_key = "list/delivery_note"

    def __init__(self, context) -> None:
        super().__init__(context, "document/delivery_note/23", "销售出库 0023")
        self.body.addLayout(self._head())
        self.body.addWidget(self._header())
        self.body.addWidget(self._lines(), 1)
        self.info = Card()
        self.info.body.addWidget(label("山泉饮用天然水", "strong"))
        self.info.body.addWidget(label("10021 · 550ml×24 · 箱", "caption"))
        self.info.body.addStretch(1)
        self.set_dirty(True)
        self.set_keys([("Enter", "下一格"), ("Ctrl+D", "同上"), ("F2", "改单元格"), ("F7", "选商品"),
                       ("Ctrl+Del", "删行")])

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        number = label("XS-20250611-0023", "number")
        number.setFont(figure_font(14))
        for part in (label("销售出库单", "h1"), number, Chip("草稿"), label("14:32 已自动暂存", "caption")):
            line.addWidget(part)
        line.addStretch(1)
        for part in (Button("打印", "printer", "Ctrl+P"), Button("保存", "save", "Ctrl+S"),
                     Button("审核并新增", "check", "F9", "primary")):
            line.addWidget(part)
        return line

    def _header(self) -> Card:
        card, grid = Card(), QGridLayout()
        card.body.addLayout(grid)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        fields = (("客户", "华联超市（人民路店）", 0, 0), ("日期", "2025-06-11 周三", 0, 1),
                  ("出库仓库", "主仓库", 0, 2), ("送货地址", "人民路 118 号后门卸货区", 1, 0),
                  ("经手人", "王晓敏", 1, 1), ("结算方式", "月结 30 天", 1, 2))
        for name, value, row, column in fields:
            field = QLineEdit(value) if name in ("日期", "送货地址") else QComboBox()
            if isinstance(field, QComboBox):
                field.addItem(value)
            grid.addWidget(FieldLabel(name, name == "客户", field), row, column * 2)
            grid.addWidget(field, row, column * 2 + 1)
        for column, part in ((1, 5), (3, 3), (5, 3)):
            grid.setColumnStretch(column, part)
        grid.setColumnMinimumWidth(6, 8)
        grid.setColumnMinimumWidth(7, 190)
        credit = QGridLayout()
        for row, (name, value) in enumerate((("应收余额", "8,420.00"), ("本单后 / 额度", "17,195 / 20,000"))):
            figure = label(value, "strong")
            figure.setFont(figure_font(bold=True))
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            credit.addWidget(label(name, "caption"), row, 0)
            credit.addWidget(figure, row, 1)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setValue(85)
        restyle(bar, tone="warn")
        credit.addWidget(bar, 2, 0, 1, 2)
        grid.addLayout(credit, 0, 7, 2, 1)
        return card

    def _lines(self) -> TableCard:
        self.table = Table("demo")
        self.table.setModel(RowsModel(COLUMNS, rows()))
        self.table.setCurrentIndex(self.table.model().index(3, 2))
        card = TableCard(self.table)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 5, 8, 5)
        bar.setSpacing(4)
        bar.addWidget(label("商品明细", "strong"))
        bar.addSpacing(8)
        for i, (name, icon) in enumerate((("连续扫码", "scan-line"), ("复制上单 6-03", "copy"),
                                          ("引入订单", "download"), ("粘贴 Excel", "clipboard-paste"))):
            button = Button(name, icon, role="ghost")
            button.setCheckable(True)
            button.setChecked(i == 0)
            bar.addWidget(button)
        bar.addStretch(1)
        bar.addWidget(label("专注明细 F11", "caption"))
        bar.addWidget(Button("列", "columns-3", role="ghost"))
        card.body.insertLayout(0, bar)
        totals = QWidget(objectName="totals")
        totals.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        totals.setFixedHeight(54)
        line = QHBoxLayout(totals)
        line.setContentsMargins(14, 0, 16, 0)
        line.setSpacing(26)
        line.addWidget(Metric("大写", "捌仟柒佰柒拾伍元陆角整", words=True))
        line.addStretch(1)
        for name, value in (("行数", "7"), ("数量", "142"), ("优惠", "0.00"), ("本次收款", "0.00")):
            line.addWidget(Metric(name, value))
        line.addWidget(Metric("应收合计", "¥8,775.60", big=True))
        card.body.addWidget(totals)
        return card


class Memory:
    """Settings that last as long as the test."""

    def __init__(self) -> None:
        self.values: dict = {}

    def get(self, key: str, default=None, *, pc: bool = False):
        return self.values.get((pc, key), default)

    def set(self, key: str, value, *, pc: bool = False) -> None:
        self.values[pc, key] = value


@dataclass
class DemoContext:
    tasks: TaskRunner
    changes: Changes = field(default_factory=Changes)
    settings: Memory = field(default_factory=Memory)
    commands: object = None
    queries: object = None
    actor: object = field(default_factory=lambda: SimpleNamespace(name="王晓敏"))
    company_name: str = "华东批发部"
    database_label: str = "2025 年账套"
    language: str = "zh_CN"


class DemoPage(PageWidget):
    """A page with nothing but its title and a field."""

    def __init__(self, context: DemoContext, key: str, title: str = ""):
        super().__init__(context, key, title or key)
        self.refreshed = 0
        self.field = QLineEdit()
        self.body.addLayout(self.head(label(title or key, "h1"), Chip("草稿")))
        self.body.addWidget(self.field)
        self.body.addStretch(1)
        self.set_keys([("Ctrl+N", "新增"), ("F3", "查找")])

    def focus_first(self) -> None:
        self.field.setFocus()

    def refresh(self) -> None:
        self.refreshed += 1


def groups() -> tuple[NavGroup, ...]:
    sales = tuple(NavEntry(f"nav/{key}", title, key) for key, title in (
        ("list/delivery_note", "销售出库单"), ("list/sales_return", "销售退货单"), ("list/sales_order", "销售订单"),
        ("list/receipt", "收款单")))
    stock = (NavEntry("nav/stock", "库存查询", "stock", badge=lambda: 3),
             NavEntry("nav/transfer", "调拨单", "list/transfer"))
    return (NavGroup("home", "工作台", "house", opens="home"), NavGroup("purchase", "采购", "download"),
            NavGroup("sales", "销售", "upload", sales), NavGroup("stock", "库存", "package", stock),
            NavGroup("partners", "往来", "wallet"), NavGroup("reports", "报表", "chart-column"),
            NavGroup("records", "资料", "book-open"),
            NavGroup("settings", "设置", "sliders-horizontal", opens="settings", bottom=True))


def demo_window(context: DemoContext) -> MainWindow:
    """The shell as in the design's picture."""
    window = MainWindow(context, groups())
    window.register_page("", lambda key: DemoPage(context, key))
    for key, title in (("home", "工作台"), ("list/delivery_note", "销售出库 · 列表")):
        window.open_page(key, lambda key=key, title=title: DemoPage(context, key, title))
    window.open_page("document/delivery_note/23", lambda: DemoDocument(context))
    for key, title in (("stock", "库存查询"), ("statement/1", "华联超市 · 对账单")):
        window.open_page(key, lambda key=key, title=title: DemoPage(context, key, title))
    window.open_page("document/delivery_note/23")
    window.top.set_connection("已连接 192.168.1.8")
    window.top.set_alerts(3)
    window.navigation.mark("list/delivery_note")
    window.set_badge("stock", 3)
    window.status.set_scanner("扫码枪就绪", True)
    window.status.set_printer("EPSON LQ-630K · 二等分 241×140")
    return window
