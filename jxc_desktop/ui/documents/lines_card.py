"""The lines of a document with their tools above and the totals below."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop.document_types.schema import DocumentType
from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.documents.find_lines import FindLines
from jxc_desktop.ui.documents.totals_bar import TotalsBar
from jxc_desktop.ui.grid import LineGrid
from jxc_desktop.ui.widgets import Card, label


class LinesCard(Card):
    """Tools, grid and totals in one card. The editor listens to the tools."""

    def __init__(self, kind: DocumentType, grid: LineGrid, totals: TotalsBar):
        super().__init__(padded=False)
        self.tools = QWidget()
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(12, 5, 8, 5)
        row.setSpacing(4)
        self.scan = Button(tr("Scan on"), "scan-line", role=Role.GHOST)
        self.scan.setCheckable(True)
        self.scan.setChecked(True)
        self.sources = Button(tr("Create from…"), "download", role=Role.GHOST)
        if not kind.sources:
            self.sources.hide()
        self.copy_last = Button(tr("Copy last"), "file-text", role=Role.GHOST)
        if all(f.name != "partner_id" for f in kind.header):
            self.copy_last.hide()
        self.paste = Button(tr("Paste from Excel"), "clipboard-paste", role=Role.GHOST)
        self.lines_only = Button(tr("Lines only"), key_hint="F11", role=Role.GHOST)
        self.columns = Button(tr("Columns"), "columns-3", role=Role.GHOST)
        row.addWidget(label(tr("Item lines"), "strong"))
        row.addSpacing(8)
        for tool in (self.scan, self.copy_last, self.sources, self.paste):
            row.addWidget(tool)
        self._tools_end = row.count()
        row.addStretch(1)
        self.finder = FindLines(grid)
        row.addWidget(self.finder)
        for tool in (self.lines_only, self.columns):
            row.addWidget(tool)
        for tool in (self.scan, self.copy_last, self.sources, self.paste, self.lines_only, self.columns):
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor in the lines
        for part in (self.tools, grid, totals):
            self.body.addWidget(part, 1 if part is grid else 0)

    def add_tools(self, tools: Sequence[QWidget]) -> None:
        """What one type of document has besides."""
        row = self.tools.layout()
        assert isinstance(row, QHBoxLayout)
        for tool in tools:
            row.insertWidget(self._tools_end, tool)
            self._tools_end += 1
            if isinstance(tool, Button):
                tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_writing(self, writing: bool) -> None:
        """Tools that change lines only while there is something to change."""
        for tool in (self.scan, self.copy_last, self.sources, self.paste):
            tool.setEnabled(writing)
