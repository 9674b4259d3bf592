"""What can be done with a document besides typing: each action once, for the menu and for its key."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from jxc_desktop.document_types import followers
from jxc_desktop.document_types.schema import Status, nothing
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import documents
from jxc_desktop.ui import icons
from jxc_desktop.ui.buttons import Role
from jxc_desktop.ui.dialogs_ask import Answer, ask
from jxc_desktop.ui.documents.approving import REJECT_KEY
from jxc_desktop.ui.documents.extras import Action
from jxc_desktop.ui.pages import explaining
from jxc_desktop.ui.shortcuts import shown


class Actions:
    """The actions of one editor."""

    def __init__(self, editor: Any):
        self._editor = editor

    def all(self) -> list[Action]:
        """In the order of the menu; disallowed ones are left out."""
        return [a for a in (*self._writing(), *self._editor.extra.actions(), *self._standing(),
                            *self._going_on()) if a.allowed]

    def show(self, anchor: QWidget) -> None:
        """The menu under its button."""
        menu = QMenu(anchor)
        for action in self.all():
            text = f"{action.text}\t{shown(action.key)}" if action.key else action.text
            menu.addAction(icons.icon(action.icon), text).triggered.connect(
                lambda checked=False, call=action.call: call())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(anchor.mapToGlobal(QPoint(anchor.width() - menu.sizeHint().width(), anchor.height() + 2)))

    def _writing(self) -> Iterable[Action]:
        e = self._editor
        writing = e.editing and not e.saving.busy
        yield Action(tr("Park as draft"), "pin", e.park, writing and e.draft.status is Status.DRAFT, "Ctrl+Shift+S")
        if e.kind.sources:
            yield Action(tr("Create from…"), "download", e.more_lines.choose_sources, writing)
        yield Action(tr("Copy the partner's last document"), "copy", e.more_lines.copy_last,
                     writing and bool(e.form.partner_id()), "Ctrl+Shift+L")
        yield Action(tr("Copy as new"), "copy", lambda: e.open_wanted.emit(f"document/{e.kind.key}/copy-{e.draft.id}"),
                     e.draft.id is not None, "Ctrl+Shift+D")

    def _standing(self) -> Iterable[Action]:
        e = self._editor
        status = e.draft.status if e.draft.id and not e.saving.busy and not e.dirty else None
        mirror = e.draft.reversal_of_id is not None
        posted = status is Status.POSTED and not mirror
        order, waits = e.kind.promise is not None, e.approving
        yield Action(tr("Approve"), "check", waits.approve, waits.may_decide, "F9")
        yield Action(tr("Reject…"), "x", waits.reject, waits.may_decide, REJECT_KEY)
        yield Action(tr("Recall"), "undo-2", waits.recall, waits.may_recall)
        yield Action(tr("Correct"), "pencil", e.correct, posted and not e.editing and self._may("save"), "F2")
        yield Action(tr("Unpost"), "undo-2", self.unpost, posted and self._may("unpost"))
        yield Action(tr("Reverse…"), "rotate-ccw", self.reverse, posted and e.kind.reversible and self._may("reverse"))
        yield Action(tr("Void…"), "ban", self.void,
                     (posted or status in (Status.DRAFT, Status.SUBMITTED)) and self._may("void"))
        yield Action(tr("Close order"), "lock", lambda: self._run(documents.close),
                     posted and order and self._may("close"))
        yield Action(tr("Open order again"), "refresh-cw", lambda: self._run(documents.reopen),
                     status is Status.CLOSED and order and self._may("close"))

    def _going_on(self) -> Iterable[Action]:
        e = self._editor
        kept = e.draft.id is not None
        posted = e.draft.status is Status.POSTED and e.draft.reversal_of_id is None
        for kind in followers(e.kind):
            name = e.extra.renamed.get(kind.key)
            yield Action(tr(name) if name else tr("Create {kind}", kind=tr(kind.title)), kind.icon,
                         partial(e.open_wanted.emit, f"document/{kind.key}/from-{e.draft.id}"),
                         kept and posted and e.context.actor.may(kind.permission("save")))
        yield Action(tr("Print preview"), "eye", lambda: e.print_wanted.emit((e.draft.id,), True),
                     kept and self._may("print"), "Ctrl+Shift+P")
        yield Action(tr("Export to Excel"), "file-spreadsheet", lambda: e.export_wanted.emit(e.draft.id),
                     kept and self._may("export"), "Ctrl+E")
        yield Action(tr("How its cost came about"), "circle-question-mark",
                     lambda: e.open_wanted.emit(explaining.key_of_document(e.draft.id)),
                     kept and posted and e.kind.effect is not nothing and e.context.actor.may("see_cost"),
                     explaining.KEY)
        yield Action(tr("Find the break"), "scan-line",
                     lambda: e.open_wanted.emit(explaining.key_of_break(number=e.draft.number)),
                     kept and bool(e.draft.number) and e.context.actor.may("report.see"), explaining.BREAK_KEY)
        yield Action(tr("Time line and links"), "history", e.toggle_timeline, kept)

    def _may(self, action: str) -> bool:
        return bool(self._editor.context.actor.may(self._editor.kind.permission(action)))

    # -- commands

    def unpost(self) -> None:
        """Back to a draft that keeps its number."""
        self._run(documents.unpost)

    def void(self) -> None:
        if self._sure(tr("Void {number}?", number=self._number()),
                      tr("It no longer counts; its number stays visible as voided."), tr("Void the document")):
            self._run(documents.void)

    def reverse(self) -> None:
        if self._sure(tr("Reverse {number}?", number=self._number()),
                      tr("A mirror document of today cancels it; both stay in the history."), tr("Make the reversal")):
            self._run(documents.reverse, dt.date.today())

    def _number(self) -> str:
        return self._editor.draft.number or tr(N_("the draft"))

    def _sure(self, question: str, detail: str, verb: str) -> bool:
        return ask(self._editor, question, detail, [Answer("go", verb, Role.DANGER)]) == "go"

    def _run(self, command: Callable[..., Any], *more: Any) -> None:
        e = self._editor
        if e.draft.id is not None and not e.saving.busy:
            e.saving.run(command, e.draft.id, e.draft.version, *more, done=e.saving.take)
