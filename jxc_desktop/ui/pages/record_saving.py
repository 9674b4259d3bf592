"""Saving and deleting what a record form holds, with its faults shown at the fields."""

import copy
import dataclasses
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.errors import HasDependants, InvalidDraft, Problem, StaleDocument, UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services import records
from jxc_desktop.services.unit_of_work import Saved
from jxc_desktop.ui.info_bar import InfoBars
from jxc_desktop.ui.operations import FAULT, Operations
from jxc_desktop.ui.pages.record_form import RecordForm
from jxc_desktop.ui.tokens import Tone

PROBLEMS, STALE, USED = "problems", "stale", "used"
_LINKS = 3


class RecordSaving:
    """Belongs to a form. One save at a time; a repeated send of the same content changes nothing."""

    def __init__(self, form: RecordForm, operations: Operations, bars: InfoBars, queries: Any):
        self._form, self._operations, self._bars, self._queries = form, operations, bars, queries
        self.busy = False
        self._key = uuid.uuid4().hex
        self.stale: Callable[[], object] = lambda: None  # what to do when somebody saved first,
        self.stopped: Callable[[Saved], object] = lambda saved: None  # and when a record was stopped
        form.changed.connect(self._renew)

    def save(self, done: Callable[[Saved], object]) -> None:
        """`done` when it is saved; else the faults are on the screen."""
        if self.busy:
            return
        self._form.clear_marks()
        draft = self._form.draft()  # takes what is being typed
        unread = self._form.faults()
        known = {(p.field, p.line) for p in unread}
        faults = [*unread, *(p for p in self._form.kind.problems(draft) if (p.field, p.line) not in known)]
        if faults:
            self.show_problems(faults)
            return
        self.busy = True
        self._operations.execute(records.save, draft, key=self._key, done=partial(self._done, done),
                                 failed=partial(self._failed, done))

    def delete(self, done: Callable[[RecordDraft], object]) -> None:
        """`done` gets what was deleted; a record in use is offered to be stopped instead."""
        draft = self._form.base
        if self.busy or not draft.id:
            return
        self.busy = True

        def failed(error: Exception) -> None:
            self.busy = False
            if isinstance(error, HasDependants):
                self._offer_to_stop()
            else:
                self._show(error)

        def deleted(outcome: Any) -> None:
            self.busy = False
            done(draft)

        self._operations.execute(records.delete, draft.kind, draft.id, draft.version, done=deleted, failed=failed)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """At the fields, and together on a bar that leads to them."""
        self._form.mark(problems)
        links = [(p.text(), partial(self._form.go_to, p)) for p in problems[:_LINKS]]
        self._bars.show_bar(PROBLEMS, tr("{count} place(s) need correction", count=len(problems)), Tone.BAD, links)
        self._form.go_to(problems[0])

    def merge(self, done: Callable[[], object]) -> None:
        """Read what the other one saved and put our own changes on top."""
        mine, base = self._form.draft(), copy.deepcopy(self._form.base)

        def take(theirs: RecordDraft) -> None:
            self._bars.clear(STALE)
            self._form.load(theirs)
            self._form.show_draft(merged(base, mine, theirs))
            done()

        self._operations.read(self._queries.open_record, mine.kind, mine.id, done=take)

    def _renew(self) -> None:
        self._key = uuid.uuid4().hex
        if PROBLEMS in self._bars.bars and not self._form.faults():
            self._bars.clear(PROBLEMS)

    def _done(self, done: Callable[[Saved], object], outcome: Any) -> None:
        self.busy = False
        self._key = uuid.uuid4().hex
        for key in (PROBLEMS, STALE, USED):
            self._bars.clear(key)
        done(outcome.value)

    def _failed(self, done: Callable[[Saved], object], error: Exception) -> None:
        self.busy = False
        if isinstance(error, InvalidDraft):
            self.show_problems(error.problems)
        elif isinstance(error, StaleDocument):
            self.stale()
        else:
            self._show(error, lambda: self.save(done))

    def _offer_to_stop(self) -> None:
        active = self._form.editors.get("active")
        links = [(tr("Stop using it"), self._stop)] if active else []
        self._bars.show_bar(USED, tr("Documents or other records use it, so it cannot be deleted."), Tone.WARN, links)

    def _stop(self) -> None:
        self._bars.clear(USED)
        self._form.editors["active"].setChecked(False)
        self.save(self.stopped)

    def _show(self, error: Exception, again: Callable[[], object] | None = None) -> None:
        if not isinstance(error, UserError):
            raise error
        self._bars.show_bar(FAULT, str(error), Tone.BAD, [(tr("Try again"), again)] if again else [])


def as_new(draft: RecordDraft, *, codes: bool = False) -> RecordDraft:
    """The same once more; without its code and barcodes unless `codes`, which must stay unique."""
    values = dict(draft.values)
    children = {key: [{k: v for k, v in row.items() if k != "id"} for row in rows]
                for key, rows in draft.children.items()}
    if not codes:
        values.pop("code", None)
        children.pop("barcode", None)
    return dataclasses.replace(draft, values=values, children=children, id=None, version=None)


def merged(base: RecordDraft, mine: RecordDraft, theirs: RecordDraft) -> RecordDraft:
    """Theirs, with the fields that I changed as I changed them."""
    values = {name: mine.values.get(name) if mine.values.get(name) != base.values.get(name) else value
              for name, value in theirs.values.items()}
    children = {key: mine.children.get(key, []) if mine.children.get(key, []) != base.children.get(key, []) else rows
                for key, rows in theirs.children.items()}
    return dataclasses.replace(theirs, values=values, children=children)
