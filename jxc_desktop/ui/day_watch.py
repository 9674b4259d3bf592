"""Notices that a new day has begun: on opening the books, and at midnight in a program that runs on."""

import datetime as dt
import logging

from PySide6.QtCore import QObject, QTimer

from jxc_desktop.ui.session import Session

PERIOD = 60_000  # ms
log = logging.getLogger(__name__)


class DayWatch(QObject):
    """Has the day's look taken for the open books; the first PC of the day does the work for all."""

    def __init__(self, session: Session, parent: QObject | None = None):
        super().__init__(parent)
        self._session = session
        self.today = dt.date.today  # tests have days of their own
        self._seen: tuple[str, dt.date] | None = None  # books and day
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PERIOD)

    def look(self) -> None:
        """Once per day and books; a failure is tried again at the next beat."""
        session = self._session
        now = session.address, self.today()
        if not session.is_open or self._seen == now:
            return
        self._seen = now
        session.tasks.run(_look, session.commands, now[1], failed=self._failed,
                          done=lambda outcome: session.changes.publish(outcome.changes))

    def _failed(self, error: Exception) -> None:
        log.info("the day's look failed: %s", error)
        self._seen = None


def _look(commands: object, today: dt.date) -> object:
    from jxc_desktop.services import daily

    return commands.execute(daily.look, today, key=daily.key(today))  # type: ignore[attr-defined]
