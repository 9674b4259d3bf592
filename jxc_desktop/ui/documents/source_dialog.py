"""'Create from': choose documents, then which of their open lines and how much of them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QVBoxLayout

from jxc_desktop.document_types.schema import PROGRESS_TITLES, DocumentType, Draft, Progress
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.table import Column, Kind, RowsModel, Table
from jxc_desktop.ui.table_model import Index
from jxc_desktop.ui.widgets import label

TICK = Column("tick", "", width=36, minimum=36, align=Qt.AlignmentFlag.AlignHCenter, sortable=False,
               value=lambda row: "☑" if row.ticked else "☐")
_BETWEEN = ("partner", "total")  # of documents that go from one warehouse to another there are none
DOCUMENTS = (
    TICK, Column("number", N_("Number"), Kind.CODE, 190, value=lambda row: row.facts["number"]),
    Column("date", N_("Date"), Kind.DATE, value=lambda row: row.facts["date"]),
    Column("partner", N_("Partner"), width=160, stretch=1, value=lambda row: row.facts.get("partner")),
    Column("way", N_("From and to"), width=160, stretch=1, value=lambda row: " → ".join(
        name for name in (row.facts.get("warehouse"), row.facts.get("destination")) if name)),
    Column("total", N_("Total"), Kind.MONEY, value=lambda row: row.facts.get("total")),
    Column("progress", N_("Progress"), width=90, value=lambda row: tr(PROGRESS_TITLES[Progress(row.facts["progress"])])
           if row.facts.get("progress") else ""),
)
LINES = (
    TICK, Column("code", N_("Code"), Kind.CODE, 100, value=lambda row: row.item.code, muted=True),
    Column("name", N_("Item name"), width=200, stretch=1, value=lambda row: row.item.name),
    Column("spec", N_("Spec"), width=110, value=lambda row: row.item.spec, muted=True),
    Column("open", N_("Open quantity"), Kind.QUANTITY, 96, value=lambda row: row.line["quantity"]),
    Column("quantity", N_("Take"), Kind.QUANTITY, 96, value=lambda row: row.taken, bold=True),
)
WHOLE_LINES = (*LINES[:-2], Column("received", N_("Received"), Kind.QUANTITY, 96,
                                   value=lambda row: row.line.get("received")))


def _documents_of(kind: DocumentType) -> tuple[Column, ...]:
    """With the partner, or with where the goods go."""
    partnered = any(f.name == "partner_id" for f in kind.header)
    return tuple(c for c in DOCUMENTS if c.key != "way") if partnered else tuple(
        c for c in DOCUMENTS if c.key not in _BETWEEN)


@dataclass
class Row:
    """A document or a line with its tick."""

    ticked: bool
    facts: Any = None
    line: Any = None
    item: Any = None
    taken: Decimal | None = None


class Ticks(RowsModel):
    """Rows with a tick; the quantity to take can be typed."""

    kind: Any = None

    def toggle(self, number: int) -> None:
        row = self._rows[number]
        row.ticked = not row.ticked
        self.update_row(number, row)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if self.columns[index.column()].key == "quantity" else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._rows[index.row()]
        try:
            quantity = typed.read(self.kind.column("quantity"), str(value))
        except typed.Misread:
            return False
        if quantity is None or quantity <= 0:
            return False
        row.taken, row.ticked = quantity, True
        self.update_row(index.row(), row)
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.EditRole:
            return super().data(index, Qt.ItemDataRole.DisplayRole)
        return super().data(index, role)


class TickTable(Table):
    """Space and a click on the box tick a row; Enter as well."""

    def __init__(self, model: Ticks, name: str, on_change: Callable[[], object] | None = None):
        super().__init__()
        self._ticks, self._on_change = model, on_change
        self.setModel(model)
        self.setAccessibleName(name)
        self.clicked.connect(lambda index: self._toggle(index.row()) if index.column() == 0 else None)
        self.opened.connect(lambda index: self._toggle(index.row()) if on_change else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def _toggle(self, row: int) -> None:
        self._ticks.toggle(row)
        if self._on_change:
            self._on_change()


def _read_lines(queries: Any, kind_key: str, ids: tuple[int, ...]) -> tuple[Draft, dict[int, Any]]:
    draft = queries.draft_from(kind_key, ids)
    return draft, queries.items({line["item_id"] for line in draft.lines})


class SourceDialog(QDialog):
    """`take(header, lines)` gets what was chosen."""

    def __init__(self, editor: Any, take: Callable[[dict[str, Any], list[dict[str, Any]]], None]):
        super().__init__(editor)
        self.setWindowTitle(tr("Create from…"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 560)
        self._editor, self._take = editor, take
        self._header: dict[str, Any] = {}
        self._whole = editor.kind.column("quantity") is None
        self.documents = Ticks(_documents_of(editor.kind), parent=self)
        self.lines = Ticks(WHOLE_LINES if self._whole else LINES, parent=self)
        self.lines.kind = editor.kind
        self.upper = TickTable(self.documents, tr("Source documents"), self._ask_lines)
        self.offered = TickTable(self.lines, tr("Open lines"))
        self.offered.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed
                                   | QAbstractItemView.EditTrigger.DoubleClicked)
        self.note = label(tr("Space ticks.") if self._whole else tr("Space ticks. Only what is still open is offered."),
                          "hint")
        layout = QVBoxLayout(self)
        title = tr("Lines of these documents") if self._whole else tr("Open lines")
        for part, stretch in ((self.upper, 2), (label(title, "strong"), 0), (self.offered, 3)):
            layout.addWidget(part, stretch)
        layout.addWidget(self.note)
        row = QHBoxLayout()
        row.addStretch(1)
        self.go_on, back = Button(tr("Take these lines"), role=Role.PRIMARY), Button(tr("Cancel"), key_hint="Esc")
        self.go_on.clicked.connect(self._finish)
        back.clicked.connect(self.reject)
        for button in (self.go_on, back):
            row.addWidget(button)
        layout.addLayout(row)
        editor.operations.read(editor.context.queries.sources_for, editor.kind.key, editor.form.partner_id(),
                               done=self._show_documents)

    def _show_documents(self, found: list[dict[str, Any]]) -> None:
        self.documents.replace([Row(False, facts=facts) for facts in found])
        if not found:
            self.note.setText(tr("There is no open document to create from."))
        else:
            self.upper.setCurrentIndex(self.documents.index(0, 0))
            self.upper.setFocus()

    def _ask_lines(self) -> None:
        ids = tuple(row.facts["id"] for row in self.documents.rows if row.ticked)
        if ids:
            self._editor.operations.read(_read_lines, self._editor.context.queries, self._editor.kind.key, ids,
                                         done=self._show_lines)
        else:
            self.lines.replace([])

    def _show_lines(self, found: tuple[Draft, dict[int, Any]]) -> None:
        draft, items = found
        self._header = draft.header
        self.lines.replace([Row(True, line=line, item=items[line["item_id"]], taken=line.get("quantity"))
                            for line in draft.lines])

    def _finish(self) -> None:
        chosen = [row.line if self._whole else {**row.line, "quantity": row.taken}
                  for row in self.lines.rows if row.ticked]
        if chosen:
            self._take(self._header, chosen)
            self.accept()
        else:
            self.note.setText(tr("Tick at least one line."))
