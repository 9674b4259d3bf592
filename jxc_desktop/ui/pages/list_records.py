"""The list of one kind of master data; items with the tree of their categories beside it."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import RecordType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import explaining, filters, saved_views
from jxc_desktop.ui.pages.category_tree import CategoryTree
from jxc_desktop.ui.pages.list_page import ListPage, ListSpec
from jxc_desktop.ui.shortcuts import bind

_SEARCH = {"item": N_("Code, name, initials, spec, barcode"), "partner": N_("Code, name, initials, phone")}


def spec_of(kind: RecordType) -> ListSpec:
    return ListSpec(
        f"record/{kind.key}", kind.title, kind.icon, _SEARCH.get(kind.key, N_("Code, name, initials")),
        (kind.key, "category") if kind.key == "item" else (kind.key,), filters.of_record(kind),
        saved_views.of_record(kind), descending=False, save=kind.permission("save"), export=kind.permission("export"),
        empty=N_("No master data of this kind yet"))


_SORTED = frozenset({"item"})  # by categories; rules only name one
_MOVED = frozenset({"item", "partner"})  # of which the books keep account


class RecordListPage(ListPage):
    """Key "list/record/<type>"."""

    def __init__(self, context: Context, key: str):
        self.kind = document_types.RECORDS_BY_KEY[key.rpartition("/")[2]]
        self.tree: CategoryTree | None = None
        super().__init__(context, key, spec_of(self.kind))

    def buttons(self) -> Sequence[QWidget]:
        asking = explaining.break_button_for(self, self.asked_break) if self.kind.key in _MOVED else []
        return [*asking, *super().buttons()]

    def asked_break(self) -> dict[str, Any] | None:
        """About the item or partner under the bar."""
        row = self.table.current_row()
        if row is None:
            return None
        if self.kind.key == "item":
            return {"item_id": row["id"]}
        return {"customer_id" if row["customer"] else "supplier_id": row["id"]}

    def beside(self) -> QWidget | None:
        if self.kind.key in _SORTED:
            self.tree = CategoryTree(self.context, self.operations)
            self.tree.chosen.connect(lambda category, name: self.feed.restart())
            self.tree.manage_wanted.connect(lambda: self.open_wanted.emit("list/record/category"))
        return self.tree

    def fixed_filters(self) -> dict[str, Any]:
        found = super().fixed_filters()
        if self.tree and self.tree.category_id is not None:
            found["category_id"] = self.tree.category_id
        return found

    def refresh(self) -> None:
        super().refresh()
        if self.tree:
            self.tree.reload()

    def open_row(self, row: Any) -> None:
        self.open_wanted.emit(f"record/{self.kind.key}/{row['id']}")

    def new(self) -> None:
        self.open_wanted.emit(f"record/{self.kind.key}/new")

    def copy_row(self, row: Any) -> None:
        self.open_wanted.emit(f"record/{self.kind.key}/copy-{row['id']}")

    def switch_zone(self) -> None:
        """F6: from the rows to the categories and back."""
        if self.tree and not self.tree.tree.hasFocus():
            self.tree.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.focus_first()

    def _bind_keys(self) -> None:
        super()._bind_keys()
        if self.tree:
            bind(self, "F6", self.switch_zone)

    def key_hints(self) -> list[tuple[str, str]]:
        hints = super().key_hints()
        if self.tree:
            hints[-1] = ("F6", tr("Categories and rows"))
        return hints
