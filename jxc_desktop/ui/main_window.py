"""The window: bars around the open pages. It knows no page and no business."""

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.cover import Cover
from jxc_desktop.ui.info_panel import InfoPanel
from jxc_desktop.ui.navigation import NavGroup, Navigation
from jxc_desktop.ui.page_protocol import optional
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.status_bar import StatusBar
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.top_bar import TopBar
from jxc_desktop.ui.user_menu import UserMenu, apply_look
from jxc_desktop.ui.workspace import Workspace

if TYPE_CHECKING:  # what the first paint does without is loaded when it is asked for
    from jxc_desktop.ui.palette import Palette
    from jxc_desktop.ui.toast import Toaster

GEOMETRY, RAIL, INFO = "window/geometry", "window/rail", "window/info"


class MainWindow(QWidget):
    """Give it a context and the navigation, register pages, then `restore()` and `show()`."""

    language_chosen = Signal(str)  # whoever built the window builds it again
    settings_asked = Signal()
    closing = Signal()

    def __init__(self, context: Context, groups: Iterable[NavGroup] = ()):
        super().__init__()
        self.context = context
        self.user_actions: list[tuple[str, Callable[[], object]]] = []
        self._rail: bool | None = None  # what the user chose; else the width decides
        self._info: bool | None = None
        self._low = False
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{context.company_name} - JXC Desktop")
        self.setMinimumSize(860, 480)
        self.top = TopBar(context.company_name, context.database_label, context.actor.name)
        self.navigation = Navigation(groups)
        self.workspace = Workspace(context.settings)
        self.info = InfoPanel()
        self.status = StatusBar()
        self._lay_out()
        self.cover = Cover(self.workspace.stack)
        self._connect()
        self._bind_keys()

    @cached_property
    def toaster(self) -> "Toaster":
        from jxc_desktop.ui.toast import Toaster

        return Toaster(self.workspace.stack)

    @cached_property
    def palette_(self) -> "Palette":
        from jxc_desktop.ui.finder import entry_hits, look_hits
        from jxc_desktop.ui.palette import FUNCTION, Palette

        made = Palette(self, self.context.tasks)
        made.add_provider(FUNCTION, lambda text: entry_hits(self.navigation.groups, text, self._go))
        made.add_provider(FUNCTION, lambda text: look_hits(self.context, text, self._low))
        return made

    @property
    def current_page(self) -> Any:
        return self.workspace.current

    def open_page(self, key: str, factory: Callable[[], QWidget] | None = None) -> Any:
        """Bring the page `key` to the front; make it with `factory` (or a registered one) if it isn't open."""
        return self.workspace.open_page(key, factory)

    def register_page(self, prefix: str, factory: Callable[[str], QWidget]) -> None:
        """How pages with this key prefix are made: by navigation, history, or when tabs are restored."""
        self.workspace.register_page(prefix, factory)

    def close_page(self, key: str | None = None) -> bool:
        return self.workspace.close_page(key)

    def toast(self, text: str, action: str = "", on_action: Callable[[], object] | None = None, *,
              key: str = "", icon: str = "check") -> None:
        """Short news at the bottom right of the page."""
        self.toaster.show(text, action, on_action, key=key, icon=icon)

    def set_badge(self, key: str, count: int, tone: Tone | str = Tone.WARN) -> None:
        """A count at a navigation group or entry."""
        self.navigation.set_badge(key, count, tone)

    def open_palette(self, text: str = "") -> None:
        self.palette_.open(text)

    def restore(self, fallback: str = "") -> None:
        """Size and tabs of last time; with no tabs, the page `fallback`."""
        settings = self.context.settings
        geometry = settings.get(GEOMETRY, pc=True)
        if not (geometry and self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))):
            self.resize(1366, 768)
        self._rail, self._info = settings.get(RAIL, pc=True), settings.get(INFO)
        self.workspace.restore()
        if fallback and not self.workspace.keys:
            self.open_page(fallback)
        self._fit()

    def refresh(self) -> None:
        if page := self.current_page:
            page.refresh()

    def toggle_rail(self) -> None:
        self._rail = not self.navigation.rail
        self.context.settings.set(RAIL, self._rail, pc=True)
        self._fit()

    def toggle_info(self) -> None:
        self._info = not self.info.isVisible()
        self.context.settings.set(INFO, self._info)
        self._fit()

    def show_keys(self) -> None:
        """F1: all keys of the page in front."""
        from jxc_desktop.ui.keys_sheet import KeysSheet, keys_of

        page = self.current_page
        KeysSheet(self, page.title if page else "", keys_of(page) if page else []).open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks nothing: what is unsaved is in the journal and comes back."""
        self.workspace.save()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.context.settings.set(GEOMETRY, geometry, pc=True)
        self.closing.emit()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        middle = QHBoxLayout()
        pages = QVBoxLayout()
        body = QHBoxLayout()
        for layout in (outer, middle, pages, body):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        body.addWidget(self.workspace.stack, 1)
        body.addWidget(self.info)
        pages.addWidget(self.workspace.strip)
        pages.addLayout(body, 1)
        middle.addWidget(self.navigation)
        middle.addLayout(pages, 1)
        outer.addWidget(self.top)
        outer.addLayout(middle, 1)
        outer.addWidget(self.status)

    def _connect(self) -> None:
        self.top.search_asked.connect(self.open_palette)
        self.top.user_asked.connect(self._show_user_menu)
        self.navigation.opened.connect(self._go)
        self.workspace.current_changed.connect(self._page_changed)
        self.workspace.page_closed.connect(self._page_closed)
        self.info.close_asked.connect(self.toggle_info)
        self._page_changed(None)

    def _bind_keys(self) -> None:
        strip, work = self.workspace.strip, self.workspace
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+K": self.open_palette,
            "Ctrl+Tab": lambda: strip.step(1), "Ctrl+Shift+Tab": lambda: strip.step(-1),
            "Ctrl+W": work.close_page, "Ctrl+Shift+T": work.reopen, "Alt+Left": lambda: work.step_history(-1),
            "Alt+Right": lambda: work.step_history(1), "Ctrl+B": self.toggle_rail, "Alt+F2": self.toggle_info,
            "F5": self.refresh, "F1": self.show_keys, "Ctrl+,": self.settings_asked.emit}
        for number in range(1, 10):
            keys[f"Ctrl+{number}"] = partial(strip.activate_number, number)
            keys[f"Alt+{number}"] = partial(self.navigation.open_group, number)
        for key, call in keys.items():
            bind(self, key, call, everywhere=True)

    def _go(self, opens: Any) -> None:
        if callable(opens):
            opens()
        else:
            self.open_page(opens)

    def _page_changed(self, page: Any) -> None:
        self.status.show_keys(page.keys if page else ())
        self.status.show_sums("")
        if page is not None:
            if (changed := optional(page, "keys_changed")) and not page.property("keys_watched"):
                page.setProperty("keys_watched", True)
                changed.connect(lambda: self.status.show_keys(self.current_page.keys if self.current_page else ()))
            self.navigation.mark(optional(page, "nav_key") or page.key)
        self._fit()

    def _page_closed(self, page: Any) -> None:
        if info := optional(page, "info"):
            self.info.forget(info)

    def _fit(self) -> None:
        """Rail, information panel and row height by the room there is, unless the user chose."""
        sizes = theme.current().sizes
        rail = self.width() < sizes.rail_below_width if self._rail is None else self._rail
        if rail != self.navigation.rail:
            self.navigation.set_rail(rail)
        wide = self.width() >= sizes.factbox_from_width if self._info is None else self._info
        info = optional(self.current_page, "info") if self.current_page else None
        self.info.setVisible(wide and self.info.show_info(info))
        low = self.height() < sizes.compact_below_height
        if low != self._low and self.isVisible():  # it has its real size only then
            self._low = low
            apply_look(self.context, low=low)

    def _show_user_menu(self, at: QWidget) -> None:
        menu = UserMenu(self, self.context, self.language_chosen.emit, self.user_actions, low=self._low)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at.mapToGlobal(QPoint(at.width() - menu.sizeHint().width(), at.height() + 2)))
