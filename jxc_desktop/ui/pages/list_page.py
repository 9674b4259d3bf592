"""The page of every list: views, search, filters, sorting, sums, export. Subclasses say what a row opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop.document_types.schema import Field
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries import ListColumn, ListQuery
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages import list_columns, list_export, saved_views
from jxc_desktop.ui.pages.list_feed import ListFeed
from jxc_desktop.ui.pages.list_table import ListTable
from jxc_desktop.ui.pages.list_tools import ListTools
from jxc_desktop.ui.pages.saved_views import View
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import TableCard
from jxc_desktop.ui.widgets import EmptyState, label


@dataclass(frozen=True)
class ListSpec:
    """What one list is: its source, its name, and how it can be narrowed. Titles are message ids."""

    source: str
    title: str
    icon: str
    search: str
    entities: tuple[str, ...] = ()
    filters: tuple[Field, ...] = ()
    views: tuple[View, ...] = (saved_views.EVERYTHING,)
    row_keys: tuple[str, ...] = ("id",)
    descending: bool = True
    save: str = ""  # the permission to make new ones
    new: str = N_("New")
    export: str = ""  # the permission to export
    empty: str = N_("Nothing is here yet")


class ListPage(RefreshOnChange, PageWidget):
    """One list. The shell listens to `open_wanted` and `print_wanted`."""

    open_wanted = Signal(str)  # the key of a page
    print_wanted = Signal(object, bool)  # document ids; True for the preview

    def __init__(self, context: Context, key: str, spec: ListSpec):
        super().__init__(context, key, tr(spec.title))
        self.spec = spec
        self.list_columns: tuple[ListColumn, ...] = context.queries.list_columns(spec.source)
        self.model = list_columns.ListModel(list_columns.columns_of(spec.source, self.list_columns), paged=True,
                                            parent=self)
        self.feed = ListFeed(context.queries, self.operations, self.model,
                             ListQuery(spec.source, descending=spec.descending), self)
        self.table = ListTable(spec.source, context.settings, self.row_key)
        self.table.setAccessibleName(tr(spec.title))
        self.tools = ListTools(context, key, tr(spec.search), spec.filters, spec.views)
        self.count = label("", "number")
        self._wanted_row: object = None
        self._build()
        self._connect()
        self._bind_keys()
        self._restore()
        self.watch(context.changes, *spec.entities)

    # -- what subclasses say

    def row_key(self, row: Any) -> object:
        return tuple(row[k] for k in self.spec.row_keys)

    def open_row(self, row: Any) -> None:
        """Enter and double click."""

    def new(self) -> None:
        """Ctrl+N."""

    def copy_row(self, row: Any) -> None:
        """Ctrl+Shift+D."""

    def fixed_filters(self) -> dict[str, Any]:
        """Filters that are not the user's: those of the view."""
        return self.tools.view_filters()

    def buttons(self) -> Sequence[QWidget]:
        """At the right of the title; the primary one last."""
        made = []
        if self.may(self.spec.export):
            made.append(self.button(tr("Export"), "file-spreadsheet", "Ctrl+E", self.export))
        if self.may(self.spec.save):
            made.append(self.button(tr(self.spec.new), "plus", "Ctrl+N", self.new, Role.PRIMARY))
        return made

    def key_hints(self) -> list[tuple[str, str]]:
        new = [("Ctrl+N", tr(self.spec.new))] if self.may(self.spec.save) else []
        return [("Enter", tr("Open it")), ("F3", tr("Search")), ("Shift+F3", tr("Filter")),
                ("Alt+F3", tr("Only this value")), *new, ("Space", tr("Select row"))]

    def headline(self) -> Sequence[QWidget]:
        """At the left of the title row."""
        return label(tr(self.spec.title), "h1"), self.count

    def above(self) -> QWidget | None:
        """Something between title and rows."""
        return None

    def beside(self) -> QWidget | None:
        """Something at the left of the rows."""
        return None

    # -- the protocol of pages

    def focus_first(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.show_first()

    def refresh(self) -> None:
        self.feed.reload()

    def closed(self) -> None:
        row = self.table.current_row()
        place = list(self.row_key(row)) if row is not None else None  # type: ignore[call-overload]
        self.context.settings.set(self._state_key, {**self.tools.state(), "row": place})
        super().closed()

    # -- for subclasses

    def may(self, permission: str) -> bool:
        return bool(permission) and bool(self.context.actor.may(permission))  # type: ignore[attr-defined]

    def button(self, text: str, icon: str, key: str, call: Callable[[], object],
               role: Role = Role.DEFAULT) -> Button:
        made = Button(text, icon, key, role)
        made.clicked.connect(lambda checked=False: call())
        return made

    def filter_to_value(self) -> None:
        """Only rows with the value under the bar."""
        index = self.table.currentIndex()
        if not index.isValid():
            return
        row, column = self.model.row(index), self.model.columns[index.column()]
        self.tools.narrow_to(row, column.key, self.model.cell(row, column).text)

    def sort_here(self) -> None:
        """Sort by the column under the bar; again turns it round."""
        at = self.table.currentIndex().column()
        if at >= 0 and self.model.columns[at].sortable:
            header = self.table.horizontalHeader()
            down = header.sortIndicatorSection() == at and header.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            header.setSortIndicator(at, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder)

    def export(self) -> None:
        """What the table shows, as a workbook."""
        header = self.table.horizontalHeader()
        order = [header.logicalIndex(v) for v in range(header.count())]
        keys = [self.model.columns[i].key for i in order if not self.table.isColumnHidden(i)]
        by_key = {c.key: c for c in self.list_columns}
        list_export.export(self, self.feed.asked(), [by_key[k] for k in keys])

    # -- inside

    @property
    def _state_key(self) -> str:
        return f"list/{self.key}/state"

    def _build(self) -> None:
        self.body.addLayout(self.head(*self.headline(), buttons=tuple(self.buttons())))
        if above := self.above():
            self.body.addWidget(above)
        self.card = TableCard(self.table, footer=True)
        self.card.body.insertWidget(0, self.tools)
        row = QHBoxLayout()
        row.setSpacing(theme.current().sizes.gap)
        if side := self.beside():
            row.addWidget(side)
        row.addWidget(self.card, 1)
        self.body.addLayout(row, 1)

    def _connect(self) -> None:
        tools = self.tools
        self.feed.fixed = self.fixed_filters
        self.model.sort_wanted.connect(lambda key, down: self.feed.ask(sort=key, descending=down))
        self.feed.shown.connect(self._shown)
        self.feed.summed.connect(self._summed)
        self.table.opened.connect(lambda index: self.open_row(self.model.row(index)))
        self.table.typed.connect(tools.type)
        tools.searched.connect(lambda text: self.feed.ask(wait=True, text=text))
        tools.filtered.connect(lambda: self.feed.ask(filters=tools.filters()))
        tools.view_changed.connect(self.feed.restart)
        tools.left.connect(self.focus_first)
        tools.column_button.clicked.connect(lambda checked=False: self.table.columns.menu().popup(
            tools.column_button.mapToGlobal(tools.column_button.rect().bottomLeft())))

    def _bind_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "F3": self.tools.focus_search, "Ctrl+F": self.tools.focus_search, "Shift+F3": self.tools.toggle_pane,
            "Alt+F3": self.filter_to_value, "Alt+F7": self.sort_here}
        if self.may(self.spec.save):
            keys |= {"Ctrl+N": self.new, "Ctrl+Shift+D": self._copy}
        if self.may(self.spec.export):
            keys["Ctrl+E"] = self.export
        for key, call in keys.items():
            bind(self, key, call)
        self.set_keys(self.key_hints())

    def _copy(self) -> None:
        if (row := self.table.current_row()) is not None:
            self.copy_row(row)

    def _shown(self) -> None:
        if self._wanted_row is not None:
            self.table.show_row(self._wanted_row)
            self._wanted_row = None
        self.table.set_empty(None if self.model.rows else self._empty())
        self.table.show_first()

    def _summed(self, sums: dict[str, Any]) -> None:
        number = f"{sums['count']:,}"
        self.count.setText(number)
        self.count.setAccessibleName(tr("{count} rows", count=number))
        assert self.card.footer
        self.card.footer.show_sums({k: v for k, v in sums.items() if k != "count"}, tr("{count} rows", count=number))

    def _empty(self) -> EmptyState:
        """Nothing yet, or nothing that fits: never a bare table."""
        if what := self.tools.words():
            return EmptyState("search", tr("Nothing fits '{what}'", what=what), tr("Clear filters"), self.tools.clear)
        may = self.may(self.spec.save)
        importing = may and self.may(self.spec.save.replace(".save", ".import"))
        return EmptyState(self.spec.icon, tr(self.spec.empty), tr(self.spec.new) if may else "", self.new,
                          tr("Import from Excel") if importing else "", partial(self.open_wanted.emit, "import"))

    def _restore(self) -> None:
        kept = self.context.settings.get(self._state_key) or {}
        self.tools.restore(kept)
        self._wanted_row = tuple(kept["row"]) if kept.get("row") else None
        self.table.setModel(self.model)  # asks for its sorting, if one is kept
        assert self.card.footer
        self.card.footer.follow_selection()
        self.feed.start()
