"""Puts the program together: folders, settings, the books, who works in them, the window."""

import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from jxc_desktop import i18n
from jxc_desktop.errors import UserError
from jxc_desktop.paths import default_database
from jxc_desktop.settings import PcFile, Settings
from jxc_desktop.ui import theme
from jxc_desktop.ui.areas import HOME, areas
from jxc_desktop.ui.books_in_use import BooksInUse
from jxc_desktop.ui.changes import Changes
from jxc_desktop.ui.crash import CrashHandler
from jxc_desktop.ui.day_watch import DayWatch
from jxc_desktop.ui.garbage import Collector
from jxc_desktop.ui.main_window import GEOMETRY, MainWindow
from jxc_desktop.ui.recent import RecentBooks
from jxc_desktop.ui.session import Nobody, Session
from jxc_desktop.ui.tasks import TaskRunner
from jxc_desktop.ui.user_menu import LANGUAGE, apply_look

if TYPE_CHECKING:  # wanted once the books are open, after the first paint
    from jxc_desktop.ui.desk import Desk

NAME = "JXC Desktop"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Folders:
    """Where the program keeps its files on this PC; `books` unless the user says otherwise."""

    config: Path
    books: Path

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def demo(self) -> Path:
        return self.books.with_name("demo.db")

    @property
    def drafts(self) -> Path:
        return self.books.with_name("drafts")


def folders() -> Folders:
    """The folders that this system has for programs like ours."""
    from platformdirs import user_config_path

    return Folders(user_config_path(NAME, appauthor=False), default_database())


def run(address: str = "") -> int:
    """Show the window until it is closed."""
    app = make_application()
    collector = Collector(app)
    program = Program(app, folders())
    handler = CrashHandler()
    handler.install()
    program.start(address)
    code = app.exec()
    handler.uninstall()
    program.close()
    collector.stop()
    return code


def start_in(folder: Path, address: str) -> "Program":
    """The program on these books with its own folders: for tours and tests."""
    program = Program(make_application(), Folders(folder / "config", folder / "data" / "jxc.db"))
    program.start(address)
    return program


def make_application() -> QApplication:
    """The Qt application, named, with its texts; the one that runs already in a test."""
    # asked for here, Fusion costs nothing: setStyle() would give us a QStyle, and that is 34 enums made for Python
    app = QApplication.instance() or QApplication([sys.argv[0], "-style", "Fusion"])
    assert isinstance(app, QApplication)
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("")
    app.setQuitOnLastWindowClosed(False)
    return app


class Program(QObject):
    """The running program. The window is there before the books are; it is built again for another language."""

    def __init__(self, app: QApplication, where: Folders):
        super().__init__()
        self._app, self.folders = app, where
        settings = Settings(PcFile(where.settings))
        self.recent = RecentBooks(settings)
        self.session = Session(TaskRunner(self), settings, Changes(self))
        self.window: MainWindow | None = None
        self.desk: Desk | None = None  # of the window, once the books are open
        self.books = BooksInUse(self.session, where.drafts, self)
        self.days = DayWatch(self.session, self)
        self._dialog: Any = None
        self._told_of_clock: set[str] = set()  # addresses of books
        self._password = ""  # of the books that are open, for opening them again where no keyring keeps it
        self._use_language(settings.get(LANGUAGE))
        apply_look(self.session)

    # --- starting

    def start(self, address: str = "") -> None:
        """Open the books asked for, or those of last time, or ask which."""
        known = address or self.recent.last or (str(self.folders.books) if self.folders.books.exists() else "")
        if not known:
            self.ask_for_books()
            return
        self._show_frame(known)
        self._app.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        QTimer.singleShot(0, self, lambda: self.open(known))  # the window is painted before it gets busy

    def _show_frame(self, address: str) -> None:
        """The window as it was, without its pages: it is there while the database is still being opened."""
        entry = self.recent.find(address)
        self.session.company_name = entry.company if entry else ""
        self.session.database_label = entry.label if entry else ""
        self.session.actor = Nobody(entry.user if entry else "")
        self._build_window(opening=True)

    def open(self, address: str, password: str = "", *, create: bool = False) -> None:
        """Open books on a worker; the window follows."""
        self._password = password
        self._cover()
        self.session.tasks.run(open_books, address, password, create, self.recent.user_of(address),
                               done=self._opened, failed=lambda error: self._refused(error, address))

    def _opened(self, opened: Any) -> None:
        session = self.session
        if self.desk:
            self.desk.leave()
        before = (session.company_name, session.database_label, session.actor.name, session.language)
        rebuild = session.is_open or self.window is None
        self.books.take(opened)
        self.recent.remember(session.address, session.company_name, session.database_label, session.actor.name)
        self._use_language(session.settings.get(LANGUAGE))
        now = (session.company_name, session.database_label, session.actor.name, session.language)
        if rebuild or before != now:
            self._build_window()
        self._furnish(fresh=opened.books.fresh)
        if self.desk and opened.books.clock_off and session.address not in self._told_of_clock:
            self._told_of_clock.add(session.address)
            self.desk.tell_of_clock(opened.books.clock_off)
        self.days.look()

    def _refused(self, error: Exception, address: str) -> None:
        if not isinstance(error, UserError):
            raise error
        log.info("cannot open %s: %s", address, error)
        self.ask_for_books(str(error), address)

    # --- the window

    def _build_window(self, *, opening: bool = False) -> None:
        """A new window in place of the old one, still without its desk."""
        old, session = self.window, self.session
        window = MainWindow(session, areas(self.show_settings))
        window.language_chosen.connect(self.use_language)
        window.settings_asked.connect(self.show_settings)
        window.closing.connect(self._quit)
        self.window, self.desk = window, None
        geometry = session.settings.get(GEOMETRY)
        if not (geometry and window.restoreGeometry(geometry_bytes(geometry))):
            window.resize(1366, 768)
        if opening:
            self._cover()
        window.show()
        if old:
            old.closing.disconnect(self._quit)
            old.hide()
            old.deleteLater()

    def _cover(self) -> None:
        if self.window:
            self.window.cover.begin(i18n.tr("Opening the books"))

    def _furnish(self, fresh: bool) -> None:
        from jxc_desktop.ui.desk import Desk

        assert self.window
        self.desk = Desk(self.window, self.session, self)
        self.desk.furnish()
        self.books.bridge.connected.connect(self.desk.show_connection)
        apply_look(self.session)
        if not self.session.settings.get("work/reopen_tabs"):
            self.session.settings.set("window/tabs", {})
        self.window.restore(HOME)
        self.window.cover.end()
        if fresh:
            self.desk.ask_company()

    def use_language(self, language: str) -> None:
        """Switch the language; the window is built again, its tabs come back."""
        self.session.settings.set(LANGUAGE, language)
        self.rebuild(language)

    def rebuild(self, language: str = "") -> None:
        """The window once more, with its tabs: for another language, or for what the company uses now."""
        if self.window and self.desk:
            self.window.workspace.save()
            self.desk.leave()
        self._use_language(language or self.session.language)
        if self.window:
            self._build_window()
        if self.session.is_open:
            self._furnish(fresh=False)

    def _use_language(self, language: str) -> None:
        self.session.language = language
        i18n.use_language(language)
        if self.session.demo:
            self.session.database_label = i18n.tr("Demo company")
        theme.use_qt_language(self._app, language)

    # --- what the user may ask of the program

    def ask_for_books(self, reason: str = "", address: str = "") -> None:
        """The connect card; with the reason why the books did not open."""
        from jxc_desktop.ui.dialogs.connect import ConnectDialog, Places

        dialog = ConnectDialog(self.window, self.session.tasks, self.recent,
                               Places(str(self.folders.books), str(self.folders.demo)), reason, address)
        dialog.chosen.connect(self._chosen)
        dialog.rejected.connect(self._not_chosen)
        dialog.language_chosen.connect(lambda language: self._ask_in(language, reason, address))
        dialog.open()
        self._dialog = dialog

    def _ask_in(self, language: str, reason: str, address: str) -> None:
        """The card once more, in another language."""
        self._dialog.blockSignals(True)
        self._dialog.close()
        self.use_language(language)
        self.ask_for_books(reason, address)

    def _chosen(self, address: str, password: str, create: bool) -> None:
        if self.window is None:
            self._show_frame(address)
        self.open(address, password, create=create)

    def _not_chosen(self) -> None:
        if self.window:
            self.window.cover.end()
        if not self.session.is_open:
            self._app.quit()

    def use_actor(self, actor: Any) -> None:
        """Somebody else works here now."""
        if self.window:
            self.window.workspace.save()
        self.recent.remember(self.session.address, self.session.company_name, self.session.database_label, actor.name)
        self.open(self.session.address, self._password)

    def show_settings(self) -> None:
        from jxc_desktop.ui.dialogs.settings import SettingsDialog

        if self.session.is_open:
            SettingsDialog(self.window, self.session, self).open()

    # --- ending

    def _quit(self) -> None:
        self._app.quit()

    def close(self) -> None:
        """End the program; nothing runs any more once this returns."""
        self.session.tasks.close()
        self.books.leave()
        if self.window:
            self.window.deleteLater()
            self.window = None


def open_books(*given: Any) -> Any:
    """On a worker: the database libraries are loaded while the window is already there."""
    from jxc_desktop.ui import opening

    return opening.open_books(*given)


def geometry_bytes(text: str) -> Any:
    from PySide6.QtCore import QByteArray

    return QByteArray.fromBase64(text.encode())
