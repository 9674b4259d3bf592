"""Work off the UI thread.

Workers get functions and values, never Qt objects; callbacks stay here, on the UI thread, in a dict by
ticket: a widget whose last reference is dropped by a worker crashes the program.
"""

import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Event
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from jxc_desktop.errors import Cancelled, UserError

READERS = 3

Done = Callable[[Any], object]
Failed = Callable[[Exception], object]
Told = Callable[[int, int], object]


class Progress:
    """Handed to a long operation as `progress`: it says how far it is, and is stopped when the user asks."""

    def __init__(self, report: Told):
        self._report = report
        self._cancelled = Event()

    def cancel(self) -> None:
        self._cancelled.set()

    def check(self) -> None:
        """Raises Cancelled once the user has asked to stop; the transaction around it then rolls back."""
        if self._cancelled.is_set():
            raise Cancelled()

    def step(self, done: int, total: int) -> None:
        """`done` of `total` are through; raises Cancelled as check() does."""
        self.check()
        self._report(done, total)


@dataclass(frozen=True)
class Ticket:
    """A task under way."""

    number: int
    progress: Progress
    _forget: Callable[[int], object]

    def cancel(self) -> None:
        """Ask the operation to stop; `failed` then gets Cancelled."""
        self.progress.cancel()

    def forget(self) -> None:
        """Stop, and call nobody: what asked for it is gone."""
        self.progress.cancel()
        self._forget(self.number)


class _Callbacks(NamedTuple):
    done: Done | None
    failed: Failed | None
    progress: Told | None


class TaskRunner(QObject):
    """One writer, so that saves queue up instead of colliding, and a few readers."""

    busy_changed = Signal(bool)
    _news = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._tickets = count(1)
        self._callbacks: dict[int, _Callbacks] = {}
        self._inbox: deque[tuple[int, str, tuple[Any, ...]]] = deque()
        self._closed = False
        self._news.connect(self._read_inbox, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return bool(self._callbacks)

    def run(self, operation: Callable[..., Any], *args: Any, done: Done | None = None,
            failed: Failed | None = None, progress: Told | None = None, write: bool = True) -> Ticket | None:
        """Call `operation(*args)` on a worker and hand its result to `done` or its error to `failed`, here.

        With `progress` the operation also gets a `progress=` argument. None once the runner is closed.
        """
        if self._closed:
            return None
        _refuse_qt(operation, args)
        number = next(self._tickets)
        handle = Progress(lambda at, total: self._post(number, "progress", at, total))
        self._callbacks[number] = _Callbacks(done, failed, progress)
        call = partial(operation, *args, progress=handle) if progress else partial(operation, *args)
        (self._writer if write else self._readers).submit(self._work, number, handle, call)
        if len(self._callbacks) == 1:
            self.busy_changed.emit(True)
        return Ticket(number, handle, self._forget)

    def close(self) -> None:
        """Wait for what is running; nobody is called any more."""
        self._closed = True
        self._callbacks.clear()
        for pool in (self._writer, self._readers):
            pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, number: int, handle: Progress, call: Callable[[], Any]) -> None:
        try:
            handle.check()  # cancelled while it was waiting
            self._post(number, "done", call())
        except Exception as error:
            self._post(number, "failed", error)

    def _post(self, number: int, kind: str, *values: Any) -> None:
        self._inbox.append((number, kind, values))
        self._news.emit()

    @Slot()
    def _read_inbox(self) -> None:
        while self._inbox:
            number, kind, values = self._inbox.popleft()
            callbacks = self._callbacks.get(number) if kind == "progress" else self._forget(number)
            if callbacks is None:
                continue
            if call := getattr(callbacks, kind):
                if all(isValid(o) for o in _held(call)):  # else the page is closed already
                    call(*values)
            elif kind == "failed" and not isinstance(values[0], UserError):
                error = values[0]
                sys.excepthook(type(error), error, error.__traceback__)

    def _forget(self, number: int) -> _Callbacks | None:
        callbacks = self._callbacks.pop(number, None)
        if callbacks and not self._callbacks:
            self.busy_changed.emit(False)
        return callbacks


def _refuse_qt(operation: Callable[..., Any], args: tuple[Any, ...]) -> None:
    held = [a for a in args if isinstance(a, QObject)] + _held(operation)
    assert not held, f"a worker must not hold Qt objects: {held}"


def _held(call: Callable[..., Any]) -> list[QObject]:
    """The Qt objects that a function keeps alive: as its owner, in its closure or as bound arguments."""
    if isinstance(call, partial):
        bound = [o for o in (*call.args, *call.keywords.values()) if isinstance(o, QObject)]
        return bound + _held(call.func)
    kept = [getattr(call, "__self__", None)]
    for cell in getattr(call, "__closure__", None) or ():
        with suppress(ValueError):  # a name not assigned yet
            kept.append(cell.cell_contents)
    return [o for o in kept if isinstance(o, QObject)]
