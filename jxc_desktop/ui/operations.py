"""Commands and queries of one page: off the UI thread, with the questions and faults they may answer with."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from jxc_desktop.errors import (
    Cancelled,
    DatabaseBusy,
    DatabaseError,
    DatabaseFull,
    DatabaseGone,
    NeedsConfirmation,
    OutcomeUnknown,
    UserError,
)
from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.dialogs_ask import Answer, ask
from jxc_desktop.ui.info_bar import InfoBars, Link
from jxc_desktop.ui.tasks import Failed, Ticket
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import LoadingBar

FAULT, SLOW = "operation", "slow"
SLOW_MS = 5000  # until somebody who waits for a save is told how it stands
ASK_AGAIN_MS = 1000  # between attempts to find out what became of a save


@dataclass(frozen=True)
class _Command:
    command: Callable[..., Any]
    args: tuple[Any, ...]
    done: Callable[[Any], object] | None
    failed: Failed | None
    verb: str
    key: str


class Operations:
    """Belongs to one page; `close()` when the page closes. Faults nobody handles become a bar on the page."""

    def __init__(self, context: Context, page: QWidget, bars: InfoBars | None = None,
                 loading: LoadingBar | None = None):
        self._context, self._page, self._bars, self._loading = context, page, bars, loading
        self._tickets: dict[int, Ticket] = {}

    def execute(self, command: Callable[..., Any], *args: Any, done: Callable[[Any], object] | None = None,
                failed: Failed | None = None, verb: str = "", key: str = "") -> None:
        """Run a command in its own transaction; `done` gets the Outcome.

        When the command asks 'are you sure?' the user is asked with `verb` on the button, and the command is
        repeated with that acknowledged. `key` makes a repeated send harmless; by default each call has its own.
        """
        self._send(_Command(command, args, done, failed, verb, key or uuid.uuid4().hex), frozenset())

    def read(self, query: Callable[..., Any], *args: Any, done: Callable[[Any], object],
             failed: Failed | None = None) -> Ticket | None:
        """Run a query beside others; `done` gets its rows."""
        return self._run(query, args, done, failed or self._show, write=False)

    def close(self) -> None:
        """Nobody is called any more."""
        for ticket in self._tickets.values():
            ticket.forget()
        self._tickets.clear()

    def _send(self, what: _Command, acknowledged: frozenset[str], *, unsure: bool = False) -> None:
        """`unsure`: an earlier send may have been carried out; until that is known nobody is told an end."""
        def finished(outcome: Any) -> None:
            if self._bars:
                self._bars.clear(FAULT)
                self._bars.clear(SLOW)
            self._context.changes.publish(outcome.changes, self._page)
            if what.done:
                what.done(outcome)

        def refused(error: Exception) -> None:
            if isinstance(error, OutcomeUnknown) or (unsure and isinstance(error, DatabaseError)):
                self._wait(str(error))
                QTimer.singleShot(ASK_AGAIN_MS, self._page, lambda: self._send(what, acknowledged, unsure=True))
                return
            if self._bars:
                self._bars.clear(SLOW)
            if isinstance(error, NeedsConfirmation) and self._confirmed(error, what.verb):
                self._send(what, acknowledged | {error.key})
            elif what.failed:
                what.failed(Cancelled() if isinstance(error, NeedsConfirmation) else error)
            else:
                self._show(error, retry=lambda: self._send(what, acknowledged))

        call = partial(self._context.commands.execute, what.command, *what.args, key=what.key,
                       acknowledged=acknowledged)
        if ticket := self._run(call, (), finished, refused, write=True):
            QTimer.singleShot(SLOW_MS, self._page, partial(self._still, ticket.number))

    def _still(self, number: int) -> None:
        if number in self._tickets:
            self._wait(tr("The database has not answered yet; what you typed is kept"))

    def _wait(self, text: str) -> None:
        """Say that it is not known yet what became of a save."""
        if self._bars and SLOW not in self._bars.bars:
            self._bars.show_bar(SLOW, text, Tone.WARN, closable=False)

    def _run(self, call: Callable[..., Any], args: tuple[Any, ...], done: Callable[[Any], object],
             failed: Failed, *, write: bool) -> Ticket | None:
        if self._loading:
            self._loading.start()
        taken: list[Ticket] = []

        def over(then: Callable[[Any], object], result: Any) -> None:
            self._tickets.pop(taken[0].number, None)
            if self._loading:
                self._loading.stop()
            then(result)

        ticket = self._context.tasks.run(call, *args, done=partial(over, done), failed=partial(over, failed),
                                         write=write)
        if ticket:
            taken.append(ticket)
            self._tickets[ticket.number] = ticket
        return ticket

    def _confirmed(self, error: NeedsConfirmation, verb: str) -> bool:
        if impact := error.data.get("impact"):
            from jxc_desktop.ui.dialogs.impact import confirmed

            may = self._context.actor.may  # type: ignore[attr-defined]
            return confirmed(self._page, error.text(), impact, costs=may("see_cost"))
        go_on = Answer("go", verb or tr("Save anyway"), Role.DANGER)
        return ask(self._page, tr("Please check before going on"), error.text(), [go_on]) == "go"

    def _show(self, error: Exception, retry: Callable[[], object] | None = None) -> None:
        """A fault in words on the page; a bug goes to the crash dialog."""
        if not isinstance(error, UserError):
            raise error
        if self._bars and not isinstance(error, Cancelled | NeedsConfirmation):
            passing = isinstance(error, DatabaseBusy | DatabaseGone | DatabaseFull)
            links: list[Link] = [(tr("Try again"), retry)] if retry and passing else []
            self._bars.show_bar(FAULT, str(error), Tone.BAD, links)
