"""The open pages: tabs, their pages, what was closed, where the user has been."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from jxc_desktop.i18n import language, tr
from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.page_protocol import optional
from jxc_desktop.ui.tab_strip import TabStrip
from jxc_desktop.ui.widgets import EmptyState

SETTING = "window/tabs"
REMEMBERED = 20


@dataclass
class _Tab:
    """A restored tab has no page until it is looked at: ten open tabs must not slow the start."""

    key: str
    title: str
    page: Any = None
    factory: Callable[[], QWidget] | None = None


class Workspace(QObject):
    """Opens, finds, closes and restores pages; `strip` and `stack` are placed by the window."""

    current_changed = Signal(object)  # the page, or None
    page_closed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None):
        super().__init__(parent)
        self._settings = settings
        self._tabs: dict[str, _Tab] = {}
        self._factories: dict[str, Callable[[str], QWidget]] = {}
        self._closed: list[_Tab] = []
        self._trail: list[str] = []
        self._at = -1
        self.strip, self.stack = TabStrip(), QStackedWidget()
        self.stack.addWidget(EmptyState("search", tr("Nothing is open. Ctrl K finds everything.")))
        self.strip.activated.connect(self._show)
        self.strip.close_asked.connect(self.close_page)
        self.strip.moved.connect(self.save)

    @property
    def current(self) -> Any:
        """The page in front, or None."""
        tab = self._tabs.get(self.strip.current or "")
        return tab.page if tab else None

    @property
    def keys(self) -> list[str]:
        return self.strip.keys

    def page(self, key: str) -> Any:
        """The open page with this key, if it has been looked at; else None."""
        tab = self._tabs.get(key)
        return tab.page if tab else None

    def register_page(self, prefix: str, factory: Callable[[str], QWidget]) -> None:
        """How to make pages whose key starts with `prefix`; the longest prefix wins."""
        self._factories[prefix] = factory

    def open_page(self, key: str, factory: Callable[[], QWidget] | None = None) -> Any:
        """Bring the page to the front; make it first if it isn't open. Returns it."""
        if key not in self._tabs:
            if not (factory or self._factory(key)):
                raise LookupError(f"no page is registered for {key}")
            self._add(_Tab(key, "", None, factory))
        self.strip.activate(key)
        self._show(key)
        page = self._tabs[key].page if key in self._tabs else self.current
        page.focus_first()
        return page

    def close_page(self, key: str | None = None) -> bool:
        """Close a tab, the current one by default; False when the page wants to stay."""
        tab = self._tabs.get(key or self.strip.current or "")
        if not tab:
            return False
        if tab.page and not optional(tab.page, "close_requested", lambda: True)():
            return False
        del self._tabs[tab.key]
        self._closed = [*self._closed, _Tab(tab.key, tab.title, None, tab.factory)][-REMEMBERED:]
        self.strip.remove(tab.key)
        if tab.page:
            self.stack.removeWidget(tab.page)
            optional(tab.page, "closed", lambda: None)()
            self.page_closed.emit(tab.page)
            tab.page.deleteLater()
        if not self._tabs:
            self.stack.setCurrentIndex(0)
            self.current_changed.emit(None)
        self.save()
        return True

    def reopen(self) -> None:
        """The tab that was closed last."""
        while self._closed:
            tab = self._closed.pop()
            if tab.key not in self._tabs and (tab.factory or self._factory(tab.key)):
                self.open_page(tab.key, tab.factory)
                return

    def step_history(self, by: int) -> None:
        """Back (-1) or forward (1) over the pages visited that are still open or can be made again."""
        at = self._at + by
        while 0 <= at < len(self._trail):
            key = self._trail[at]
            if key in self._tabs or self._factory(key):
                self._at = at
                self.open_page(key)
                return
            at += by

    def restore(self) -> None:
        """Open the tabs of last time; only the one in front is built now."""
        kept = self._settings.get(SETTING) or {}
        for key, title in kept.get("tabs", []):
            if key not in self._tabs and self._factory(key):
                self._add(_Tab(key, title), last=True)
        current = kept.get("current")
        if current in self._tabs:
            self.open_page(current)
        elif self._tabs:
            self.open_page(next(iter(self._tabs)))
        if kept.get("language", language()) != language():  # only a page knows its title in another language
            for tab in [tab for tab in self._tabs.values() if tab.page is None]:
                self._build(tab)

    def save(self) -> None:
        tabs = [(key, self._tabs[key].title) for key in self.keys if self._factory(key)]
        self._settings.set(SETTING, {"tabs": tabs, "current": self.strip.current, "language": language()})

    def _factory(self, key: str) -> Callable[[], QWidget] | None:
        fitting = [prefix for prefix in self._factories if key.startswith(prefix)]
        if not fitting:
            return None
        make = self._factories[max(fitting, key=len)]
        return lambda: make(key)

    def _add(self, tab: _Tab, *, last: bool = False) -> None:
        self._tabs[tab.key] = tab
        self.strip.blockSignals(True)  # the first tab becomes current while it is being added
        self.strip.add(tab.key, tab.title, last=last)
        self.strip.blockSignals(False)

    def _build(self, tab: _Tab) -> None:
        make = tab.factory or self._factory(tab.key)
        assert make
        page: Any = make()
        tab.page = page
        page.title_changed.connect(lambda: self._describe(page))
        self.stack.addWidget(page)
        self._describe(page)

    def _describe(self, page: Any) -> None:
        """The page's title, dirt or key has changed."""
        tab = next((t for t in self._tabs.values() if t.page is page), None)
        if not tab:
            return
        old = tab.key
        tab.title = page.title
        if page.key not in self._tabs:
            tab.key = page.key
            self._tabs[tab.key] = self._tabs.pop(old)
            self._trail = [tab.key if key == old else key for key in self._trail]
        self.strip.describe(old, page.title, page.dirty, tab.key)

    def _show(self, key: str) -> None:
        tab = self._tabs[key]
        if tab.page is None:
            self._build(tab)
        if self.stack.currentWidget() is tab.page:
            return
        self.stack.setCurrentWidget(tab.page)
        self._visit(tab.key)
        self.current_changed.emit(tab.page)
        self.save()

    def _visit(self, key: str) -> None:
        if 0 <= self._at < len(self._trail) and self._trail[self._at] == key:
            return
        self._trail = [*self._trail[:self._at + 1], key][-100:]
        self._at = len(self._trail) - 1
