"""The list of one document type."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.pages.list_preview import DocumentPreview
from jxc_desktop.ui.shortcuts import bind


def spec_of(kind: DocumentType) -> ListSpec:
    partnered = any(f.name == "partner_id" for f in kind.header)
    return ListSpec(
        f"document/{kind.key}", kind.title, kind.icon,
        N_("Number, partner, initials, remark") if partnered else N_("Number, warehouse, remark"), (kind.key,),
        filters.of_document(kind), saved_views.of_document(kind), save=kind.permission("save"), new=N_("New"),
        export=kind.permission("export"), empty=N_("No document of this kind yet"))


class DocumentListPage(ListPage):
    """Key "list/document/<type>". Its preview of the current document stands in the information panel."""

    def __init__(self, context: Context, key: str):
        self.kind = document_types.BY_KEY[key.rpartition("/")[2]]
        super().__init__(context, key, spec_of(self.kind))
        self.set_title(tr("{title} list", title=tr(self.kind.title)))
        self.info = self.preview = DocumentPreview(context)
        self.preview.open_wanted.connect(self.open_wanted)
        self.table.current_row_changed.connect(lambda row: self._preview())
        self.feed.shown.connect(self._preview)

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(f"document/{self.kind.key}/{row['id']}")

    def document_ids(self) -> list[int]:
        """As they stand on the screen."""
        return [row["id"] for row in self.model.rows]

    def new(self) -> None:
        self.open_wanted.emit(f"document/{self.kind.key}/new")

    def copy_row(self, row: Any) -> None:
        self.open_wanted.emit(f"document/{self.kind.key}/copy-{row['id']}")

    def buttons(self) -> Sequence[QWidget]:
        made = list(super().buttons())
        if self.may(self.kind.permission("print")):
            made.insert(0, self.button(tr("Print"), "printer", "Ctrl+P", self.print_selected))
        return [*explaining.break_button_for(self, self.asked_break), *made]

    def asked_break(self) -> dict[str, Any] | None:
        """Around the document under the bar."""
        row = self.table.current_row()
        return {"number": row["number"]} if row is not None and row["number"] else None

    def print_selected(self) -> None:
        """The chosen documents that count, in the order of their numbers, on one preview."""
        rows = [r for r in self.table.selected_rows() if r["status"] != "void"]
        if rows:
            rows.sort(key=lambda r: r["number"] or "")
            self.print_wanted.emit(tuple(r["id"] for r in rows), True)

    def closed(self) -> None:
        self.preview.close_reading()
        super().closed()

    def _bind_keys(self) -> None:
        super()._bind_keys()
        if self.may(self.kind.permission("print")):
            bind(self, "Ctrl+P", self.print_selected)

    def _preview(self) -> None:
        row = self.table.current_row()
        self.preview.show_document(row["id"] if row else None)
