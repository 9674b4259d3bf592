"""The connect card: which books to open, why some did not, and trying a connection out."""

import os
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from jxc_desktop.i18n import LANGUAGES, language, tr
from jxc_desktop.ui.dialogs.choice import Choice, Choices
from jxc_desktop.ui.dialogs.connect_pages import DemoPage, FilePage, Page, RecentPage, ServerPage
from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.recent import RecentBooks
from jxc_desktop.ui.tasks import TaskRunner, Ticket
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Role

RECENT, LOCAL, SHARED, SERVER, DEMO = "recent", "local", "shared", "server", "demo"


@dataclass(frozen=True)
class Places:
    """Where books of this PC and the demo company lie unless the user says otherwise."""

    books: str
    demo: str


def build_demo(path: str, progress: Any = None) -> None:
    """On a worker: make the demo company, whole or not at all."""
    from jxc_desktop.services import demo

    unfinished = f"{path}.new"
    if os.path.exists(unfinished):
        os.remove(unfinished)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    demo.build(unfinished, progress)
    os.replace(unfinished, path)


def keep_password(address: str, password: str) -> bool:
    """On a worker: whether the keyring took it."""
    from jxc_desktop.services import passwords

    return passwords.keep(address, password)


class ConnectDialog(QDialog):
    """Emits `chosen(address, password, create)`, or the language that was asked for."""

    chosen = Signal(str, str, bool)
    language_chosen = Signal(str)

    def __init__(self, parent: QWidget | None, tasks: TaskRunner, recent: RecentBooks, places: Places,
                 reason: str = "", address: str = ""):
        super().__init__(parent)
        self._tasks = tasks
        self._building: Ticket | None = None
        self.setWindowTitle(tr("Open books"))
        self.resize(820, 520)
        entries = recent.entries
        self.pages: dict[str, Page] = {RECENT: RecentPage(entries, self._open_recent)} if entries else {}
        self.pages |= self._build_pages(places)
        self._stack, self._bars = QStackedWidget(), InfoBars()
        for page in self.pages.values():
            self._stack.addWidget(page)
            page.changed.connect(self._show_state)
        self.choices = Choices(_choices(bool(entries)))
        self.choices.chosen.connect(self._show_page)
        self._lay_out()
        self._begin(address, reason, bool(entries))

    def _build_pages(self, places: Places) -> dict[str, Page]:
        local = FilePage(tr("A file on this PC"), tr(
            "The simplest way for one person. Nothing else is needed, and everything can be moved to a server later."),
            self._tasks, places.books)
        shared = FilePage(tr("A shared folder"), tr(
            "A file in a folder that several PCs can reach."), self._tasks, "", tr(
            "At most 2 or 3 people at a time: a file in a network folder is slow, and a broken network can damage it. "
            "For more people use a PostgreSQL server."))
        return {LOCAL: local, SHARED: shared, SERVER: ServerPage(self._tasks), DEMO: DemoPage(places.demo)}

    def _lay_out(self) -> None:
        left = QWidget()
        left.setObjectName("nav")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        left.setFixedWidth(264)
        side = QVBoxLayout(left)
        side.setContentsMargins(4, 18, 4, 14)
        side.setSpacing(8)
        head, mark, name = QHBoxLayout(), QLabel("仓"), QLabel("JXC Desktop")
        mark.setObjectName("mark")
        name.setObjectName("company")
        mark.setFixedSize(26, 26)
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head.setContentsMargins(16, 0, 8, 8)
        head.addWidget(mark)
        head.addWidget(name, 1)
        side.addLayout(head)
        side.addWidget(self.choices)
        side.addStretch(1)
        side.addLayout(self._languages())
        self.test = Button(tr("Test connection"), "zap")
        self.test.clicked.connect(self._test)
        self.ok = Button(tr("Open it"), role=Role.PRIMARY, key_hint="Enter")
        self.ok.setDefault(True)
        self.ok.clicked.connect(self._accept)
        self.cancel = Button(tr("Cancel"), key_hint="Esc")
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.test)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ok)
        right = QVBoxLayout()
        right.setContentsMargins(24, 22, 24, 16)
        right.setSpacing(12)
        right.addWidget(self._bars)
        right.addWidget(self._stack, 1)
        right.addLayout(buttons)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(left)
        outer.addLayout(right, 1)

    def _languages(self) -> QHBoxLayout:
        """The other languages, each in its own words."""
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 8, 0)
        for code, name in LANGUAGES.items():
            if code != language():
                button = Button(name, "languages", role=Role.GHOST)
                button.clicked.connect(lambda checked=False, code=code: self.language_chosen.emit(code))
                row.addWidget(button)
        row.addStretch(1)
        return row

    def _begin(self, address: str, reason: str, known: bool) -> None:
        if reason:
            self._bars.show_bar("reason", reason, Tone.BAD, closable=False)
        failed = bool(reason and address)
        self.choices.choose(SERVER if failed and "://" in address else LOCAL if failed or not known else RECENT)
        page = self.page
        if failed and isinstance(page, ServerPage):
            page.fill(address)
        elif failed and isinstance(page, FilePage):
            page.field.setText(address)

    @property
    def page(self) -> Page:
        return self.pages[self.choices.current]

    def _show_page(self, key: str) -> None:
        self._stack.setCurrentWidget(self.pages[key])
        self._show_state()
        self.pages[key].focus_first()

    def _show_state(self) -> None:
        page = self.page
        self.test.setVisible(page.testable)
        self.test.setEnabled(bool(page.address))
        self.ok.setEnabled(bool(page.address) and not self._building)
        new = page.creates and not isinstance(page, ServerPage)
        self.ok.setText(tr("Make the demo company") if new and isinstance(page, DemoPage)
                        else tr("Make new books") if new else tr("Open it"))
        self.ok.updateGeometry()

    def _test(self) -> None:
        page = self.page
        if isinstance(page, FilePage | ServerPage):
            self.test.setEnabled(False)
            page.steps.run(page.address, page.password, lambda passed: self.test.setEnabled(True))

    def _accept(self) -> None:
        page = self.page
        if isinstance(page, DemoPage) and page.creates:
            self._building = self._tasks.run(build_demo, page.address, progress=page.show_progress,
                                             done=lambda _: self._take(page), failed=self._failed)
            self._show_state()
        elif isinstance(page, ServerPage) and page.keep.isChecked() and page.password:
            self._tasks.run(keep_password, page.address, page.password, done=lambda kept: self._kept(page, kept))
        else:
            self._take(page)

    def _kept(self, page: ServerPage, kept: bool) -> None:
        if kept or "keyring" in self._bars.bars:
            self._take(page)
            return
        page.keep.setChecked(False)
        self._bars.show_bar("keyring", tr(
            "This PC has no keyring that takes the password. It is not kept: you will be asked again next time."),
            Tone.WARN, [(tr("Open it"), lambda: self._take(page))])

    def _take(self, page: Page) -> None:
        self._building = None
        self.accept()
        self.chosen.emit(page.address, page.password, page.creates)

    def _open_recent(self, address: str) -> None:
        self.accept()
        self.chosen.emit(address, "", False)

    def _failed(self, error: Exception) -> None:
        self._building = None
        self._show_state()
        self._bars.show_bar("reason", str(error), Tone.BAD)

    def reject(self) -> None:
        if self._building:
            self._building.cancel()
        super().reject()


def _choices(known: bool) -> list[Choice]:
    recent = [Choice(RECENT, tr("Recent books"), tr("Opened lately on this PC"), "history")] if known else []
    return [*recent, Choice(LOCAL, tr("This PC"), tr("One person, the simplest"), "database"),
            Choice(SHARED, tr("Shared folder"), tr("Two or three people"), "folder-open"),
            Choice(SERVER, tr("PostgreSQL server"), tr("Several people, fast and safe"), "server"),
            Choice(DEMO, tr("Demo company"), tr("Look around first, no questions"), "eye")]


