"""The books a session works with: connections, change feed, settings and journal begin and end together."""

import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import tr
from jxc_desktop.ui.session import Bridge, Keeper, Session

log = logging.getLogger(__name__)


class BooksInUse(QObject):
    """Takes what `opening.open_books` brought, and lets go of it again. Drafts lie under `drafts`."""

    def __init__(self, session: Session, drafts: Path, parent: QObject | None = None):
        super().__init__(parent)
        self._session, self._drafts = session, drafts
        self.bridge = Bridge(session.changes, self)
        self._engine: Any = None
        self._feed: Any = None
        self._keeper: Keeper | None = None

    def take(self, opened: Any) -> None:
        """The session works with these books from now on, in place of those before."""
        import platform

        from jxc_desktop.services import holds, sync
        from jxc_desktop.services.queries import Queries
        from jxc_desktop.services.unit_of_work import Commands

        session, books, actor = self._session, opened.books, opened.actor
        self.leave(books.address)
        origin = f"{platform.node()} {os.getpid()}"
        self._engine = books.engine
        session.address, session.company_name, session.demo = books.address, books.company, books.demo
        session.database_label = tr("Demo company") if books.demo else opened.label
        session.host, session.users, session.actor = opened.host, books.users, actor
        session.commands = Commands(books.engine, actor, origin)
        session.queries = Queries(books.engine, actor, books.features)
        session.board = holds.Board(books.engine, actor, origin)
        session.journal = session.journal or self._journal(books.address)
        self._keeper = Keeper(session.tasks, partial(_save, books.engine, actor), self)
        session.settings.use(opened.preferences, self._keeper.keep)
        self._feed = sync.Feed(books.engine, origin, opened.since, self.bridge.changed.emit,
                               self.bridge.connected.emit)
        self._feed.start()

    def leave(self, next_address: str = "") -> None:
        """Finish: settings are written, the feed ends, connections close. Drafts stay for the same books."""
        if self._feed:
            self._feed.stop()
        if self._keeper:
            try:
                self._keeper.finish()
            except UserError as error:
                log.info("settings not kept: %s", error)
        if self._session.journal and self._session.address != next_address:
            self._session.journal.close()
            self._session.journal, self._session.recovered = None, []
        if self._engine:
            self._engine.dispose()
        self._feed = self._engine = self._keeper = None

    def _journal(self, address: str) -> Any:
        from jxc_desktop.ui.journal import Journal
        from jxc_desktop.ui.opening import journal_name

        return Journal(self._drafts / journal_name(address))


def _save(engine: Any, user: Any, values: dict[str, Any]) -> None:
    """On a worker."""
    from jxc_desktop.services import preferences

    preferences.save(engine, user, values)
