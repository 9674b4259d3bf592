"""What every page is given: the open books, who works in them, and what the window shares."""

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from jxc_desktop.settings import Settings
from jxc_desktop.ui.changes import Changes
from jxc_desktop.ui.tasks import TaskRunner

KEEP_AFTER = 1500  # ms; dragging a column must not write at every pixel


@dataclass(frozen=True)
class Nobody:
    """Stands in until the books are open; named as whoever worked here last."""

    name: str

    def may(self, permission: str) -> bool:
        return False


@dataclass
class Session:
    """The context of all pages. Until books are open there is nothing to ask and nobody may do anything."""

    tasks: TaskRunner
    settings: Settings
    changes: Changes = field(default_factory=Changes)
    commands: Any = None
    queries: Any = None
    actor: Any = field(default_factory=lambda: Nobody(""))
    company_name: str = ""
    database_label: str = ""
    host: str = ""
    address: str = ""
    demo: bool = False
    language: str = "zh_CN"
    journal: Any = None
    board: Any = None  # what drafts hold while they are typed
    users: tuple[Any, ...] = ()
    recovered: list[str] = field(default_factory=list)  # keys of documents typed in a program that died

    @property
    def is_open(self) -> bool:
        return self.queries is not None


class Bridge(QObject):
    """Brings what the feed's thread finds to the UI thread."""

    changed = Signal(object)
    connected = Signal(bool)

    def __init__(self, changes: Changes, parent: QObject | None = None):
        super().__init__(parent)
        self._changes = changes
        self.changed.connect(self._publish, Qt.ConnectionType.QueuedConnection)

    def _publish(self, changes: Any) -> None:
        self._changes.publish(changes)


class Keeper(QObject):
    """Writes the user's settings behind their back: together, a moment later, on a worker."""

    def __init__(self, tasks: TaskRunner, save: Any, parent: QObject | None = None):
        super().__init__(parent)
        self._tasks, self._save = tasks, save
        self._waiting: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self._write)

    def keep(self, key: str, value: Any) -> None:
        self._waiting[key] = value
        self._timer.start()

    def finish(self) -> None:
        """Write what is not written yet, here and now. Raises the DatabaseError family."""
        self._timer.stop()
        self._save(self._take())

    def _take(self) -> dict[str, Any]:
        waiting, self._waiting = self._waiting, {}
        return waiting

    def _write(self) -> None:
        self._tasks.run(self._save, self._take(), failed=lambda error: None)
