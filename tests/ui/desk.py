"""A clerk at a desk: a real company on SQLite, an editor in a window, and keys pressed one by one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from jxc_desktop.services import access
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.changes import Changes
from jxc_desktop.ui.documents.editor import DocumentEditor
from jxc_desktop.ui.journal import Journal
from jxc_desktop.ui.tasks import TaskRunner
from tests.company import Company, line

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PATIENCE = 40_000  # ms: how long a busy machine takes is no fault
GOODS = (  # code, name, spec, stock, reorder point, price
    ("10021", "山泉饮用天然水", "550ml×24", 486, 60, "26.50"),
    ("10034", "红烧牛肉面五连包", "103g×5×6", 18, 24, "74.20"),
    ("20115", "深层洁净洗衣液", "3kg×4", 92, 20, "128.00"), ("20142", "超韧三层抽纸", "120抽×24", 40, 30, "58.80"),
    ("30007", "金标生抽酱油", "1.28L×6", 128, 24, "83.40"), ("30019", "非转基因大豆油", "5L×4", 6, 12, "226.00"),
    ("30026", "东北长粒香大米", "10kg", 310, 50, "56.80"), ("40003", "纯牛奶苗条装", "250ml×16", 75, 40, "45.50"),
    ("10055", "冰红茶柠檬味", "500ml×15", 204, 45, "33.80"), ("10022", "山泉苏打水", "410ml×15", 66, 30, "39.60"),
    ("10027", "山泉沁柠檬水", "500ml×15", 12, 30, "41.80"))


class Memory(dict):
    """Settings that live as long as the test."""

    def get(self, key: str, default: Any = None, *, pc: bool = False) -> Any:
        return super().get(key, default)

    def set(self, key: str, value: Any, *, pc: bool = False) -> None:
        self[key] = value


def barcode(code: str) -> str:
    return f"69{code:0>11}"


@dataclass
class Desk:
    """What the tests of editors and grids work with. `keys` counts what was pressed."""

    company: Company
    tasks: TaskRunner
    qtbot: Any
    folder: Path
    items: dict[str, int] = field(default_factory=dict)
    keys: int = 0

    def __post_init__(self) -> None:
        self.clerk = self.company.record("employee", code="E1", name="王晓敏")
        actor = Actor("王晓敏", access.EVERYTHING, self.clerk)
        self.journal = Journal(self.folder)
        self.context = SimpleNamespace(
            commands=self.company.commands, queries=Queries(self.company.engine, actor), tasks=self.tasks,
            changes=Changes(), settings=Memory(), actor=actor, company_name="华东批发部", database_label="",
            language="zh_CN", journal=self.journal)
        for code, name, spec, _, point, price in GOODS:
            packs = [{"unit_id": self.company.piece, "factor": Decimal(40)}] if code == "10021" else []
            self.items[code] = self.company.record(
                "item", {"barcode": [{"code": barcode(code)}], "item_unit": packs},
                code=code, name=name, spec=spec, unit_id=self.company.box, sale_price=Decimal(price),
                purchase_price=Decimal(price) * Decimal("0.8"), reorder_point=Decimal(point))
        self.partner = self.company.record(
            "partner", code="K01", name="惠民便利店（人民路）", contact="张经理", phone="138", address="人民路 118 号",
            credit_limit=Decimal(20000), customer=True, supplier=True)
        self.company.post("opening_stock", *[line(self.items[g[0]], g[3], "10") for g in GOODS])

    def open(self, key: str, **options: Any) -> DocumentEditor:
        """An editor in a window of its own, with the cursor where it begins."""
        editor = DocumentEditor(self.context, key, **options)
        self.qtbot.addWidget(editor)
        editor.resize(1180, 700)
        editor.show()
        editor.activateWindow()
        QTest.qWaitForWindowActive(editor)
        self.settle(editor)
        editor.focus_first()
        return editor

    def settle(self, editor: Any = None) -> None:
        """Until nothing is under way any more."""
        def idle() -> bool:
            scanner = getattr(editor, "scanner", None)
            return not self.tasks.busy and not (scanner and scanner.holding)

        self.qtbot.waitUntil(idle, timeout=PATIENCE)
        QApplication.processEvents()
        self.qtbot.waitUntil(idle, timeout=PATIENCE)

    def press(self, editor: Any, *what: Any) -> None:
        """Text key by key, or single keys, as a person would: waiting for what each word brings."""
        for part in what:
            for key in part if isinstance(part, str) else (part,):
                self.keys += 1
                QTest.keyClick(self._target(editor), key)
            self.settle(editor)

    def _target(self, editor: Any) -> Any:
        """Where keys go; after a dialog the window has to be in front again."""
        if QApplication.focusWidget() is None:
            editor.activateWindow()
            QTest.qWaitForWindowActive(editor)
        return QApplication.focusWidget() or editor

    def chord(self, editor: Any, key: Any, modifiers: Any) -> None:
        self.keys += 1
        QTest.keyClick(self._target(editor), key, modifiers)
        self.settle(editor)
        if QApplication.focusWidget() is not None:
            QTest.keyRelease(QApplication.focusWidget(), Key.Key_Control)  # else Qt takes it for held from now on

    def scan(self, editor: Any, code: str) -> None:
        """All keys at once, as a scanner sends them."""
        self.keys += 1  # one pull of the trigger
        for key in (*code, Key.Key_Return):
            QTest.keyClick(self._target(editor), key)
        self.settle(editor)

    def fill(self, editor: Any, lines: Iterable[tuple[str, str]]) -> None:
        """Lines by typing: (what finds the item, quantity)."""
        editor.focus_lines()
        for text, quantity in lines:
            self.press(editor, text, Key.Key_Return, quantity, Key.Key_Return)

    def saved(self, kind: str) -> list[Any]:
        """Numbers of the documents of a type, drafts without one as None."""
        from sqlalchemy import select

        from jxc_desktop.models import TABLES

        document = TABLES["document"]
        return [r.number for r in self.company.rows(
            select(document.c.number).where(document.c.kind == kind).order_by(document.c.id))]
