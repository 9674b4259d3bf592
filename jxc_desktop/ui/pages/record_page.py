"""The page of one record: any kind of master data, and the company."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.i18n import tr
from jxc_desktop.services import records
from jxc_desktop.services.unit_of_work import Saved
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages import record_unsaved
from jxc_desktop.ui.pages.list_export import toast
from jxc_desktop.ui.pages.record_form import RecordForm
from jxc_desktop.ui.pages.record_saving import STALE, RecordSaving, as_new, merged
from jxc_desktop.ui.pages.rule_trial import RULES, RuleTrial
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, label

_FEW = 6  # fields; fewer stand in two columns


def read(queries: Any, kind_key: str, tail: str) -> RecordDraft:
    """On a worker: "17", "new" or "copy-17" of a kind; the company whatever the number."""
    kind = document_types.RECORDS_BY_KEY[kind_key]
    if kind.single:
        return queries.open_record(kind_key, queries.company()["id"])
    if tail.isdigit():
        return queries.open_record(kind_key, int(tail))
    if tail.startswith("copy-"):
        return as_new(queries.open_record(kind_key, int(tail.removeprefix("copy-"))))
    return queries.new_record(kind_key)


class RecordPage(RefreshOnChange, PageWidget):
    """Key "record/<type>/17", "…/new" or "…/copy-17"."""

    open_wanted = Signal(str)
    saved = Signal(object)

    def __init__(self, context: Context, key: str):
        _, kind_key, self._tail = key.split("/", 2)
        self.kind = document_types.RECORDS_BY_KEY[kind_key]
        super().__init__(context, key, tr(self.kind.title))
        self.nav_key = f"record/{kind_key}"
        self.may_save = bool(context.actor.may(self.kind.permission("save")))  # type: ignore[attr-defined]
        self.form = RecordForm(context, self.kind, 3 if len(self.kind.fields) > _FEW else 2)
        self.saving = RecordSaving(self.form, self.operations, self.bars, context.queries)
        self.saving.stale, self.saving.stopped = self._show_stale, self._saved
        self._name, self._read_once = "", False
        self.heading, self.code, self.chip = label(tr(self.kind.title), "h1"), label("", "number"), Chip()
        self._build()
        self._bind_keys()
        self.form.changed.connect(lambda: self._set_dirty(True))
        self.watch(context.changes, kind_key)
        self._read()

    def save(self, *, then_new: bool = False) -> None:
        """Ctrl+S; with `then_new` (Ctrl+Enter) an empty form follows."""
        if not self.may_save:
            return
        self.form.draft()  # takes what is being typed
        if not self.dirty and self.form.base.id and not then_new:
            return
        if not self.dirty and self.form.base.id:
            self._start_new()
        else:
            self.saving.save(self._saved_then_new if then_new else self._saved)

    def delete(self) -> None:
        """No question: it can be taken back while the news of it is on the screen."""
        if self.may_save:
            self.saving.delete(self._deleted)

    def focus_first(self) -> None:
        self.form.focus_first()

    def refresh(self) -> None:
        """Somebody else's save is shown, unless something is being typed here."""
        if not self.form.base.id:
            return
        if self.dirty:
            self._show_stale()
        else:
            self.reload()

    def prefill(self, text: str) -> None:
        """A new record is wanted with this name."""
        self._name = text
        if self.form.base.id is None and self._read_once:
            self._fill_name()

    def revert(self) -> None:
        """Forget what was typed."""
        self.set_dirty(False)
        self.reload()

    def close_requested(self) -> bool:
        """Closing asks nothing: what is typed comes back when the page is opened again."""
        if self.dirty:
            record_unsaved.keep(self.context.settings, self.key, self.form.base, self.form.draft())
        return not self.saving.busy

    # -- building

    def _build(self) -> None:
        self.delete_button = Button(tr("Delete"), "trash-2", role=Role.DANGER)
        self.new_button = Button(tr("Save and new"), "plus", "Ctrl+Enter")
        self.save_button = Button(tr("Save"), "save", "Ctrl+S", Role.PRIMARY)
        self.revert_button = Button(tr("Undo changes"), "undo-2", role=Role.GHOST)
        self.revert_button.clicked.connect(lambda checked=False: self.revert())
        self.delete_button.clicked.connect(lambda checked=False: self.delete())
        self.new_button.clicked.connect(lambda checked=False: self.save(then_new=True))
        self.save_button.clicked.connect(lambda checked=False: self.save())
        self.ledger_button = Button(tr("Stock ledger"), "history")
        self.ledger_button.clicked.connect(
            lambda checked=False: self.open_wanted.emit(f"ledger/{self.form.base.id}"))
        self.body.addLayout(self.head(self.heading, self.code, self.chip, buttons=(
            self.revert_button, self.delete_button, self.ledger_button, self.new_button, self.save_button)))
        self.body.addWidget(self.form, 1)
        self._add_trial()
        self.form.finished.connect(lambda: self.save_button.setFocus(Qt.FocusReason.TabFocusReason))
        self.form.set_read_only(not self.may_save)

    def _add_trial(self) -> None:
        """A rule is told in words, and tried on what there is."""
        self.trial: RuleTrial | None = None
        if self.kind.key in RULES:
            self.trial = RuleTrial(self.context)
            self.trial.open_wanted.connect(lambda document_id: self.open_wanted.emit(
                f"document/{self.form.peek()['document_kind']}/{document_id}"))
            for editor in self.form.editors.values():
                if isinstance(editor, QLineEdit):
                    editor.textEdited.connect(lambda text, trial=self.trial: trial.follow(self.form.peek()))
            self.body.addWidget(self.trial, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.form.widget()
        if self.trial and inside:  # all of the form, and what is left for the trial
            self.form.setFixedHeight(min(inside.sizeHint().height() + 2, self.height() // 2))

    def closed(self) -> None:
        if self.trial:
            self.trial.close_reading()
        super().closed()

    def _bind_keys(self) -> None:
        if self.may_save:
            bind(self, "Ctrl+S", self.save)
        if self.may_save and not self.kind.single:
            bind(self, "Ctrl+Return", lambda: self.save(then_new=True))
            bind(self, "Ctrl+N", lambda: self.open_wanted.emit(f"record/{self.kind.key}/new"))
            bind(self, "Ctrl+Shift+D", self._copy)
        keys = [("Enter", tr("Next field"))]
        if self.may_save:
            keys.append(("Ctrl+S", tr("Save")))
        if self.may_save and not self.kind.single:
            keys += [("Ctrl+Enter", tr("Save and new")), ("Ctrl+N", tr("New")),
                     ("Ctrl+Shift+D", tr("Copy as new record"))]
        if self.may_save and self.kind.children:
            keys.append(("Ctrl+Del", tr("Remove row")))
        self.set_keys(keys)

    # -- states

    def reload(self) -> None:
        """Read what is saved; edits are gone."""
        record_unsaved.forget(self.context.settings, self.key)
        if self.form.base.id:
            self._tail = str(self.form.base.id)
        self._read()

    def _read(self) -> None:
        self.operations.read(read, self.context.queries, self.kind.key, self._tail, done=self._show)

    def _show(self, draft: RecordDraft) -> None:
        self.bars.clear(STALE)
        self._read_once = True
        self.form.load(draft)
        unsaved = record_unsaved.kept(self.context.settings, self.key)
        if unsaved:
            self.form.show_draft(merged(*unsaved, draft))
        self._set_dirty(bool(unsaved) or self._tail.startswith("copy-"))
        if draft.id is None:
            self._fill_name()
            self.form.focus_first()

    def _fill_name(self) -> None:
        if self._name:
            self.form.editors["name"].set_value(self._name)
            self._name = ""
            self._set_dirty(True)

    def _set_dirty(self, dirty: bool) -> None:
        self.set_dirty(dirty)
        if self.trial:
            self.trial.follow(self.form.peek())
        base = self.form.base
        name = str(base.values.get("name") or "") if base.id else tr("New {what}", what=tr(self.kind.title))
        title = tr(self.kind.title) if self.kind.single else name
        self.set_title(title)
        self.heading.setText(title)
        self.code.setText(str(base.values.get("code") or "") if base.id else "")
        stopped = base.values.get("active") is False
        word, tone = (tr("Read only"), Tone.NEUTRAL) if not self.may_save else \
            (tr("Not saved"), Tone.WARN) if dirty else (tr("Stopped"), Tone.NEUTRAL)
        self.chip.show_state(word, tone)
        self.chip.setVisible(not self.may_save or dirty or (bool(base.id) and stopped))
        self.revert_button.setVisible(dirty)
        kept = base.id is not None and not self.kind.single
        self.delete_button.setVisible(kept and self.may_save)
        self.ledger_button.setVisible(kept and self.kind.key == "item")
        self.new_button.setVisible(self.may_save and not self.kind.single)
        self.save_button.setVisible(self.may_save)

    def _saved(self, saved: Saved) -> None:
        record_unsaved.forget(self.context.settings, self.key)
        self._tail = str(saved.id)
        if not self.kind.single:
            self.set_key(f"record/{self.kind.key}/{saved.id}")
        self.set_dirty(False)
        self._read()
        self.saved.emit(saved)

    def _saved_then_new(self, saved: Saved) -> None:
        record_unsaved.forget(self.context.settings, self.key)
        toast(self, tr("{what} is saved", what=saved.number or ""))
        self.saved.emit(saved)
        self._start_new()

    def _start_new(self) -> None:
        self._tail = "new"
        self.set_dirty(False)
        self.set_key(f"record/{self.kind.key}/new")
        self._read()

    def _copy(self) -> None:
        if self.form.base.id:
            self.open_wanted.emit(f"record/{self.kind.key}/copy-{self.form.base.id}")

    def _deleted(self, draft: RecordDraft) -> None:
        name = str(draft.values.get("name") or draft.values.get("code") or "")
        restore = partial(_restore, self.context, draft)
        toast(self, tr("{what} is deleted", what=name), tr("Undo"), restore, key="Alt+U")
        record_unsaved.forget(self.context.settings, self.key)
        self.set_dirty(False)
        self._close()

    def _close(self) -> None:
        if close := getattr(self.window(), "close_page", None):
            close(self.key)

    def _show_stale(self) -> None:
        self.bars.show_bar(STALE, tr("Somebody else has changed this meanwhile."), Tone.WARN, [
            (tr("Keep my changes"), lambda: self.saving.merge(lambda: self._set_dirty(True))),
            (tr("Show theirs"), self.revert)])


def _restore(context: Context, draft: RecordDraft) -> None:
    """Undo of a deletion; the page that deleted is closed by now."""
    context.tasks.run(context.commands.execute, records.save, as_new(draft, codes=True),
                      done=lambda outcome: context.changes.publish(outcome.changes))
