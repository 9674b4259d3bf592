"""Fetches a list for its table: page by page, off the UI thread, the newest question only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from jxc_desktop.services.queries import ListPage, ListQuery
from jxc_desktop.ui.operations import Operations
from jxc_desktop.ui.pages.list_rows import Keeper
from jxc_desktop.ui.table import RowsModel

PAGE = 200
MOST = 2000  # rows fetched again at once by a refresh
TYPING = 200  # ms without a key before a search is asked


class ListFeed(QObject):
    """Old rows stay in the model until the new ones are there; answers to older questions are dropped."""

    shown = Signal()  # the first page is in the model
    summed = Signal(object)

    def __init__(self, queries: Any, operations: Operations, model: RowsModel, query: ListQuery,
                 parent: QObject | None = None):
        super().__init__(parent)
        self.query, self.loaded, self._started = query, False, False
        self.fixed: Callable[[], dict[str, Any]] = dict  # filters that are computed when the list is asked
        self._queries, self._operations, self._model = queries, operations, model
        self._serial = 0
        self._next: tuple[Any, ...] | None = None
        self._keeper = Keeper()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self.restart)
        model.more_wanted.connect(self._fetch_more)

    def start(self) -> None:
        """Ask for the first time, once everything about the question is known."""
        self._started = True
        self._fetch(PAGE)

    def ask(self, *, wait: bool = False, **changes: Any) -> None:
        """Show the list with these changes of the query; `wait` while somebody types."""
        asked = replace(self.query, **changes)
        if asked == self.query and self.loaded:
            return
        self.query = asked
        if wait and self._started:
            self._typing.start()
        elif self._started:
            self._fetch(PAGE)

    def restart(self) -> None:
        """Another view: from the top."""
        if self._started:
            self._fetch(PAGE)

    def reload(self) -> None:
        """The same rows as they are now."""
        if self._started:
            self._fetch(min(MOST, max(PAGE, len(self._model.rows))))

    def asked(self) -> ListQuery:
        """The whole question, with the filters of the view."""
        return replace(self.query, filters={**self.fixed(), **self.query.filters}, after=None)

    def _fetch(self, limit: int) -> None:
        self._typing.stop()
        self._serial += 1
        serial, query = self._serial, self.asked()

        def take(page: ListPage) -> None:
            if serial == self._serial:
                self._next, self.loaded = page.next, True
                self._keeper = Keeper()
                self._model.replace(self._keeper.kept(page.rows), more=page.next is not None)
                self.shown.emit()
                self._operations.read(self._queries.list_sums, query, done=lambda sums: self._sum(serial, sums))

        self._operations.read(self._queries.list_page, replace(query, limit=limit), done=take)

    def _sum(self, serial: int, sums: dict[str, Any]) -> None:
        if serial == self._serial:
            self.summed.emit(sums)

    def _fetch_more(self) -> None:
        serial = self._serial

        def take(page: ListPage) -> None:
            if serial == self._serial:
                self._next = page.next
                self._model.append(self._keeper.kept(page.rows), more=page.next is not None)

        if self._next is not None:
            self._operations.read(self._queries.list_page,
                                  replace(self.asked(), after=self._next, limit=PAGE), done=take)
