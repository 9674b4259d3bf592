"""The row above a list: views as tabs, the search box, filters in a pane and as chips."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.document_types.schema import REFERENCES, Field, FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages import saved_views
from jxc_desktop.ui.pages.filters import FROM, TO, FilterChips, FilterPane, field_for
from jxc_desktop.ui.pages.saved_views import View, ViewBar
from jxc_desktop.ui.widgets import SearchBox

_SEARCH_WIDTH = 260


class Search(SearchBox):
    """Down and Enter go on to the rows."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ListTools(QWidget):
    """Everything a list can be narrowed by. `key` names it in the settings."""

    searched = Signal(str)
    filtered = Signal()
    view_changed = Signal()
    left = Signal()  # back to the rows

    def __init__(self, context: Context, key: str, placeholder: str, filters: tuple[Field, ...],
                 views: tuple[View, ...]):
        super().__init__()
        self._context, self._key = context, f"list/{key}/views"
        self.views, self.pane, self.chips = ViewBar(views), FilterPane(context, filters), FilterChips()
        self.search = Search(placeholder)
        self.filter_button = Button(tr("Filter"), "filter", "Shift+F3", Role.GHOST)
        self.keep_button = Button(tr("Keep as view"), "pin", role=Role.GHOST)
        self.column_button = Button(tr("Columns"), "columns-3", role=Role.GHOST)
        self._lay_out(bool(filters))
        self._connect()
        self.views.set_own(list(self._own()))

    @property
    def text(self) -> str:
        return self.search.text().strip()

    def filters(self) -> dict[str, Any]:
        """What the user chose in the pane."""
        return self.pane.values()

    def view_filters(self) -> dict[str, Any]:
        """What the current view means now."""
        return self.views.filters(self._context.actor.name, dt.date.today())

    def words(self) -> str:
        """What the list is narrowed to, in words; nothing when it shows all."""
        if self.text:
            return self.text
        said = ", ".join(text for _, text in self.pane.words())
        return said or (self.views.title() if self.views.current != saved_views.ALL else "")

    def clear(self, name: str = "") -> None:
        """One filter; or search, filters and view."""
        self.pane.clear(name)
        if not name:
            self.search.clear()
            self.views.choose(saved_views.ALL)

    def narrow_to(self, row: Mapping[str, Any], key: str, text: str) -> None:
        """Only rows with this value: by the filter of its column; where there is none, by searching its text."""
        field = field_for(key, self.pane.declared)
        if field is None:
            self.search.setText(text)
        elif field.type is FieldType.DATE:
            self.pane.put({FROM: row[key], TO: row[key]})
        elif field.type in REFERENCES:  # an item's own list has its id as "id"
            name = "name" if key == "code" else key
            self.pane.put({field.name: row.get(field.name, row.get("id"))}, {field.name: str(row.get(name) or "")})
        else:
            self.pane.put({field.name: row.get(key)})

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def type(self, text: str) -> None:
        """Letters that were typed elsewhere."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.setText(text)

    def toggle_pane(self) -> None:
        """Show the filters and go there; or hide them."""
        shown = self.pane.isHidden() and bool(self.pane.editors)
        self._show_pane(shown)
        if shown:
            self.pane.focus_first()
        else:
            self.left.emit()

    def keep_view(self) -> None:
        """Keep search and filters as a tab of one's own."""
        dialog = saved_views.NameDialog(self.window())
        if dialog.exec() and (name := dialog.name.text().strip()):
            self.keep_as(name)
        dialog.deleteLater()

    def keep_as(self, name: str) -> None:
        own = self._own() | {name: {"text": self.text, "filters": self.pane.state()}}
        self._context.settings.set(self._key, own)
        self.views.set_own(list(own))
        self.views.choose(f"*{name}")

    def state(self) -> dict[str, Any]:
        return {"view": self.views.current, "text": self.text, "filters": self.pane.state(),
                "pane": not self.pane.isHidden()}

    def restore(self, state: dict[str, Any]) -> None:
        """What `state()` gave."""
        self.views.choose(state.get("view", self.views.current))
        self.search.setText(state.get("text", ""))
        self.pane.restore(state.get("filters", {}))
        self._show_pane(bool(state.get("pane")))

    def _lay_out(self, filtering: bool) -> None:
        row, column = QHBoxLayout(), QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(6)
        self.search.setFixedWidth(_SEARCH_WIDTH)
        self.filter_button.setCheckable(True)
        if not filtering:
            self.filter_button.hide()
        row.addWidget(self.views)
        row.addWidget(self.keep_button)
        row.addStretch(1)
        row.addWidget(self.search)
        row.addWidget(self.filter_button)
        row.addWidget(self.column_button)
        column.addLayout(row)
        column.addWidget(self.pane)
        column.addWidget(self.chips)
        self.pane.hide()
        self.keep_button.hide()

    def _connect(self) -> None:
        calls: tuple[tuple[Button, Callable[[], object]], ...] = (
            (self.filter_button, self.toggle_pane), (self.keep_button, self.keep_view))
        for button, call in calls:
            button.clicked.connect(lambda checked=False, call=call: call())
        self.search.textChanged.connect(lambda text: self._searched())
        self.search.left.connect(self.left)
        self.pane.changed.connect(self._filtered)
        self.chips.removed.connect(self.clear)
        self.views.chosen.connect(self._view_chosen)
        self.views.forgotten.connect(self._forget)

    def _searched(self) -> None:
        self._show_keep()
        self.searched.emit(self.text)

    def _filtered(self) -> None:
        self.chips.show_words(self.pane.words())
        self._show_keep()
        self.filtered.emit()

    def _show_keep(self) -> None:
        self.keep_button.setVisible(bool(self.pane.words() or self.text) and not self.views.current.startswith("*"))

    def _show_pane(self, shown: bool) -> None:
        self.pane.setVisible(shown)
        self.filter_button.setChecked(shown)

    def _view_chosen(self) -> None:
        if kept := self._own().get(self.views.current.removeprefix("*")):
            self.search.setText(kept["text"])
            self.pane.restore(kept["filters"])
        self.view_changed.emit()

    def _forget(self, name: str) -> None:
        own = {k: v for k, v in self._own().items() if k != name}
        self._context.settings.set(self._key, own)
        self.views.choose(saved_views.ALL)
        self.views.set_own(list(own))

    def _own(self) -> dict[str, Any]:
        return dict(self._context.settings.get(self._key) or {})
