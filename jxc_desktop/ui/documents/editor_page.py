"""The parts of a document editor and where they stand; the ways between them."""

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import DocumentType
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.documents import keys
from jxc_desktop.ui.documents.header_form import HeaderForm
from jxc_desktop.ui.documents.info_panel import DocumentInfo
from jxc_desktop.ui.documents.lines_card import LinesCard
from jxc_desktop.ui.documents.title_row import TitleRow
from jxc_desktop.ui.documents.totals_bar import TotalsBar
from jxc_desktop.ui.grid import LineGrid
from jxc_desktop.ui.grid_columns import line_columns
from jxc_desktop.ui.grid_model import LineModel
from jxc_desktop.ui.journal import INTERVAL
from jxc_desktop.ui.line_facts import LineFacts
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.scanner import GAP_MS, Scanner
from jxc_desktop.ui.toast import Toaster


class EditorPage(PageWidget):
    """Widgets only: what they mean is the editor's business."""

    def __init__(self, context: Context, key: str, kind: DocumentType):
        super().__init__(context, key, tr(kind.title))
        self.kind = kind
        may = context.actor.may  # type: ignore[attr-defined]
        self.line_facts = LineFacts(kind, context.queries, context.tasks, self)
        columns = line_columns(kind, may, context.queries.features)
        self.lines = LineModel(kind, columns, self.line_facts, self)
        self.title_row, self.form = TitleRow(kind), HeaderForm(context, kind)
        self.grid = LineGrid(context, self.lines)
        self.totals = TotalsBar(kind, priced=any(c.name == "amount" for c in columns))
        self.lines_card = LinesCard(kind, self.grid, self.totals)
        self.info = DocumentInfo(context, self.line_facts.selling)
        self.toaster = Toaster(self)
        self.scanner = Scanner(self, context.settings.get("scan/gap_ms", GAP_MS, pc=True))
        self.scanner.listen(False)  # until it is shown
        self.body.insertWidget(0, self.title_row)
        self.body.addWidget(self.form)
        self.body.addWidget(self.lines_card, 1)
        self._lines_only = False
        self._low = False
        self._totals_due = self._timer(0)
        self._journal_due = self._timer(INTERVAL, repeat=True)

    def _timer(self, interval: int, *, repeat: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(not repeat)
        timer.setInterval(interval)
        return timer

    # -- places

    def more_keys(self) -> list[tuple[str, str]]:
        """For F1."""
        return keys.more(self)

    def focus_lines(self) -> None:
        self.grid.setFocus()
        if self.editing:  # type: ignore[attr-defined]
            self.grid.go_entry()

    def focus_cell(self, row: int, name: str) -> None:
        """To a cell by the name of its field."""
        column = next((c.key for c in self.lines.columns if getattr(c, "name", "") == name), "")
        self.grid.setFocus()
        self.grid.go(row, column)

    def next_zone(self, forward: bool = True) -> None:
        """F6: header, lines, buttons, and round again."""
        zones: list[Any] = [self.form.focus_first, self.focus_lines, self._first_button().setFocus]
        here = 0 if self.form.has_focus() else 1 if self.grid.isAncestorOf(QApplication.focusWidget() or self) \
            or self.grid.hasFocus() else 2
        zones[(here + (1 if forward else -1)) % len(zones)]()

    def leave_lines(self) -> None:
        """Enter in the empty entry row: the lines are done."""
        self._first_button().setFocus()

    def _first_button(self) -> Any:
        row = self.title_row
        return next(b for b in (row.primary, row.new, row.correct, row.print) if not b.isHidden() and b.isEnabled())

    def toggle_lines_only(self) -> None:
        """F11: nothing but the lines."""
        self._lines_only = not self._lines_only
        self.form.setVisible(not self._lines_only)

    # -- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.window().height() < theme.current().sizes.compact_below_height
        if low != self._low:
            self._low = low
            self.form.set_collapsed(low and not self.form.has_focus())

    def collapse_when_low(self) -> None:
        """The cursor has left the header."""
        if self._low and not self.form.has_focus():
            self.form.set_collapsed(True)
