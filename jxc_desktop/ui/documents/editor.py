"""The editor of every document type: header, lines, totals; made from the declaration."""

import copy
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.documents import extras, keys, opening
from jxc_desktop.ui.documents.actions import Actions
from jxc_desktop.ui.documents.approving import Approving
from jxc_desktop.ui.documents.conflicts import Conflicts
from jxc_desktop.ui.documents.editor_page import EditorPage
from jxc_desktop.ui.documents.more_lines import MoreLines
from jxc_desktop.ui.documents.new_items import NewItems
from jxc_desktop.ui.documents.opening import Opened, Origin
from jxc_desktop.ui.documents.presence import Presence
from jxc_desktop.ui.documents.problems import Problems
from jxc_desktop.ui.documents.saving import After, Saving
from jxc_desktop.ui.documents.totals_bar import sums
from jxc_desktop.ui.journal import Journal
from jxc_desktop.ui.line_facts import takes_stock
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO

_FROM_PARTNER = ("contact", "phone", "address", "settlement")
KEPT_BAR = "kept"


class DocumentEditor(EditorPage):
    """One document. The shell listens to the `…_wanted` signals."""

    open_wanted = Signal(str)  # the key of a page
    print_wanted = Signal(object, bool)  # document ids; True for the preview
    export_wanted = Signal(int)
    step_wanted = Signal(int)  # 1 the next document, -1 the one before
    shown = Signal()  # a document is on the screen
    saved = Signal(object)

    def __init__(self, context: Context, key: str, journal: Journal | None = None, origin: Origin | None = None):
        kind, parsed = opening.parse_key(key)
        super().__init__(context, key, kind)
        self.journal = journal or getattr(context, "journal", None)
        self.nav_key = f"list/document/{kind.key}"
        self.draft, self.facts = Draft(kind.key), None
        self.editing, self.loaded = False, False
        self._kept_at: dt.datetime | None = None
        self._wanted: After | None = None  # a save that waits for facts under way
        self._fill_partner, self._focus_due = False, False
        self.saving, self.problems, self.more_lines = Saving(self), Problems(self), MoreLines(self)
        self.menu, self.conflicts, self.new_items = Actions(self), Conflicts(self), NewItems(self)
        self.approving = Approving(self)
        self.presence = Presence(self)
        self.line_facts.token = self.presence.token
        self.extra = extras.of(self)
        self.lines_card.add_tools(self.extra.tools)
        self._connect()
        keys.bind_all(self)
        self.open(origin or parsed)

    # -- opening

    def open(self, origin: Origin) -> None:
        """Show another document in this editor."""
        if origin.draft is None and self.journal and (kept := self.journal.kept(self._journal_key)):
            origin = Origin(draft=kept.draft, key=kept.save_key)

        def show(opened: Opened) -> None:
            if opened.found_saved:
                self.saving.found_saved(opened)
            else:
                self.show_opened(opened, typed=origin.draft is not None)

        self.operations.read(opening.read, self.context.queries, self.kind, origin, done=show)

    def turn_to(self, document_id: int) -> None:
        """Another document in this tab; what is typed here waits in the journal."""
        self.keep()
        if self.dirty and self.editing:
            self.toaster.show(tr("Kept; the home page lists it"))
        self.editing = self.loaded = False  # nothing is typed into what is leaving
        self.set_dirty(False)
        self.set_key(f"document/{self.kind.key}/{document_id}")
        self.open(Origin(id=document_id))

    def show_opened(self, opened: Opened, *, typed: bool = False, correcting: bool = False) -> None:
        """Take what was read. `typed`: it has edits that are not saved."""
        self.draft, self.facts = opened.draft, opened.facts
        may = self.context.actor.may(self.kind.permission("save"))  # type: ignore[attr-defined]
        posted = self.draft.status is Status.POSTED
        self.editing = may and (self.draft.status is Status.DRAFT or (posted and (correcting or typed)))
        self.line_facts.warehouse_id = self.draft.header.get("warehouse_id")
        self.line_facts.partner_id = self.draft.header.get("partner_id")
        self.form.load(self.draft.header, read_only=not self.editing, labels=opened.labels)
        self.lines.load(copy.deepcopy(self.draft.lines), read_only=not self.editing,
                        taken=posted and takes_stock(self.kind))
        self.loaded = True
        self._fill_partner = self.editing and not self.draft.id and not typed
        self.problems.clear()
        self._kept_at = None
        self.set_dirty(typed or bool(not self.draft.id and self.draft.lines))
        self.saving.renew(opened.key)
        self.update_totals()
        self.show_state()
        if not self.draft.lines:
            self.info.forget()  # type: ignore[union-attr]
        if not self.line_facts.partner_id:
            self.info.show_partner("", None)  # type: ignore[union-attr]
        self.grid.go_entry() if self.editing else self.grid.go(0)
        if self.draft.id and not self.key.endswith(f"/{self.draft.id}"):
            self.set_key(f"document/{self.kind.key}/{self.draft.id}")
        self.set_title(self.draft.number or tr(self.kind.title))
        if self._focus_due:
            self.focus_first()
        self.presence.shown()
        self.shown.emit()

    def current_draft(self) -> Draft:
        """What the screen holds now."""
        return Draft(self.kind.key, {**self.draft.header, **self.form.values()}, self.lines.values(), self.draft.id,
                     self.draft.version, self.draft.number, self.draft.status, self.draft.reversal_of_id)

    def show_state(self) -> None:
        """Buttons and texts for where the document stands."""
        may = self.context.actor.may(self.kind.permission("save"))  # type: ignore[attr-defined]
        self.title_row.show_state(self.draft, self.facts, editing=self.editing, may_save=may)
        self.title_row.print.setEnabled(self.draft.id is not None or self.editing)
        self.lines_card.set_writing(self.editing)
        self._show_saved()
        self.set_keys(keys.hints(self))

    # -- saving

    def save(self, after: After = After.STAY) -> None:
        """Save and post (or park). Twice pressed is once saved."""
        if self.saving.busy or not self.editing or not self.loaded:
            return
        self.grid.commit()
        self.form.commit()
        if self.line_facts.pending or self.form.deciding:
            self._wanted = after  # prices are on their way, or who is meant
            return
        draft = self.current_draft()
        if not self.dirty and draft.id and draft.status is Status.POSTED:
            return
        unread = [*self.form.faults(), *self.lines.unread()]
        faults = unread if after is After.PARK else [*unread, *self._declared(draft, unread)]
        if faults:
            self.show_problems(faults)
            return
        self.problems.clear()
        self.saving.start(draft, after)

    def park(self) -> None:
        """Keep an incomplete draft."""
        self.save(After.PARK)

    def _declared(self, draft: Draft, unread: Sequence[Problem]) -> list[Problem]:
        known = {(p.field, p.line) for p in unread}
        return [p for p in self.kind.problems(draft) if (p.field, p.line) not in known]

    # -- faults

    def show_problems(self, problems: Iterable[Problem], text: str = "") -> None:
        self.problems.show(list(problems), text)

    # -- edits

    def correct(self) -> None:
        """Make a posted document writable; saving posts the difference."""
        if self.draft.status is Status.POSTED and self.draft.reversal_of_id is None and not self.editing:
            self.show_opened(Opened(self.draft, self.facts), correcting=True)
            self.focus_lines()

    def _edited(self) -> None:
        if not self.loaded or not self.editing:
            return
        self.saving.edited()
        self.set_dirty(True)
        self.presence.edited()
        self._totals_due.start()
        if not any(self.lines.faults()) and not self.form.faults():
            self.bars.clear(Problems.BAR)
        self._show_saved()

    def _header_edited(self, name: str) -> None:
        if name == "warehouse_id":
            self.line_facts.use_warehouse(self.form.value(name))
        elif name == "partner_id":
            self.line_facts.partner_id = self.form.value(name)
            self._fill_partner = True
        self._edited()
        if name == "partner_id" and self.loaded:
            self.update_totals()  # at once: a save that follows waits for what the partner brings

    def _partner_loaded(self) -> None:
        """A partner that was just chosen brings its contact, phone, address and settlement."""
        balance = self.form.balance.balance if self.form.balance else None
        self.info.show_partner(self.form.partner_label, balance)  # type: ignore[union-attr]
        if balance and self._fill_partner and self.editing:
            for name in _FROM_PARTNER:
                if name in self.form.editors and getattr(balance, name):
                    self.form.set_value(name, getattr(balance, name))
        self._fill_partner = False
        self._go_on_saving()

    def update_totals(self) -> None:
        """The foot, the balance and the panel follow what is typed."""
        draft = self.current_draft()
        total = self.totals.show_sums(draft.lines, sums(draft))
        taken = self.draft.header.get("total") if self.draft.status is Status.POSTED else ZERO
        self.form.show_balance(total, taken or ZERO)
        self._follow_line()

    # -- journal

    @property
    def _journal_key(self) -> str:
        return self.key.replace("/", "_")

    def keep(self) -> None:
        """Put what is typed into the journal."""
        if self.journal and self.dirty and self.editing and not self.saving.busy:
            draft = self.current_draft()
            draft.lines = [dict(line) for line in self.lines.lines if not self.lines.is_empty(line)]
            try:
                self.journal.write(self._journal_key, draft, self.saving.key)
            except OSError as error:  # a full disk must not stop the typing
                reason = error.strerror or str(error)
                text = tr("This PC cannot keep what you type: {reason}. Save soon", reason=reason)
                self.bars.show_bar(KEPT_BAR, text, Tone.WARN)
                return
            self.bars.clear(KEPT_BAR)
            self._kept_at = dt.datetime.now()
            self._show_saved()

    def forget_journal(self) -> None:
        if self.journal:
            self.journal.discard(self._journal_key)

    def close_requested(self) -> bool:
        """Closing asks nothing: what is typed comes back when the tab is opened again."""
        self.keep()
        return not self.saving.busy

    def closed(self) -> None:
        self._journal_due.stop()
        self.presence.stop()
        super().closed()

    # -- wiring

    def _connect(self) -> None:
        row, tools = self.title_row, self.lines_card
        for button, call in (
                (row.save, self.save), (row.primary, self.save_and_new), (row.correct, self.correct),
                (row.new, self.new), (row.print, self.print), (tools.sources, self.more_lines.choose_sources),
                (tools.copy_last, self.more_lines.copy_last), (tools.paste, self.paste),
                (tools.lines_only, self.toggle_lines_only)):
            button.clicked.connect(lambda checked=False, call=call: call())
        row.more.clicked.connect(lambda checked=False: self.menu.show(row.more))
        tools.columns.clicked.connect(lambda checked=False: self.grid.columns.menu().popup(
            tools.columns.mapToGlobal(tools.columns.rect().bottomLeft())))
        self.form.changed.connect(self._header_edited)
        self.form.decided.connect(self._settled)
        self.form.finished.connect(self.focus_lines)
        self.lines.edited.connect(self._edited)
        self.grid.left.connect(self.leave_lines)
        self.grid.correct_wanted.connect(self.correct)
        self.grid.create_wanted.connect(self.new_items.in_line)
        self.grid.unknown_scan.connect(self._unknown_scan)
        self.grid.warned.connect(self.new_items.warn)
        self.grid.current_row_changed.connect(lambda row: self._follow_line())
        self.grid.looking_up.connect(self.toaster.hold)
        self.grid.selectionModel().selectionChanged.connect(lambda *_: self._show_sums())
        self.scanner.scanned.connect(self._scanned)
        self.line_facts.settled.connect(self._settled)
        if self.form.balance:
            self.form.balance.loaded.connect(self._partner_loaded)
        self._totals_due.timeout.connect(self.update_totals)
        self._journal_due.timeout.connect(self.keep)
        self._journal_due.start()
        self.context.changes.committed.connect(self._committed)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def save_and_new(self) -> None:
        """F9: save and take the next one; on a document that waits for one's word, approve it."""
        if self.draft.status is Status.SUBMITTED:
            self.approving.approve()
        else:
            self.save(After.NEW)

    def step(self, by: int) -> None:
        """To the next or the previous document."""
        if not self.saving.busy and self.loaded:
            self.step_wanted.emit(by)

    def new(self) -> None:
        """Another one of this type, in its own tab."""
        self.open_wanted.emit(f"document/{self.kind.key}/new-{dt.datetime.now():%H%M%S%f}")

    def paste(self) -> None:
        """What a spreadsheet has copied."""
        self.grid.setFocus()
        self.grid.paste()

    def print(self) -> None:
        """The saved document, on the printer remembered for it."""
        if self.draft.id is not None and not self.dirty:
            self.print_wanted.emit((self.draft.id,), False)
        else:
            self.save(After.PRINT)

    def toggle_timeline(self) -> None:
        """Who did what, and the documents before and after."""
        from jxc_desktop.ui.documents.timeline_panel import TimelineDialog

        if self.draft.id is not None:
            TimelineDialog(self, self.draft.id, self.open_wanted.emit).open()

    # -- what happens

    def _settled(self) -> None:
        """Facts have arrived: a save may have waited for them."""
        self.update_totals()
        self._go_on_saving()

    def _go_on_saving(self) -> None:
        if self._wanted is not None:
            after, self._wanted = self._wanted, None
            self.save(after)

    def _scanned(self, code: str) -> None:
        if self.editing and self.lines_card.scan.isChecked() and not self.saving.busy:
            self.bars.clear(NewItems.BAR)
            self.grid.scans.take(code)

    def _unknown_scan(self, code: str, amount: Decimal) -> None:
        if self.context.settings.get("scan/sound", True, pc=True):
            QApplication.beep()
        self.new_items.offer(code, amount)

    def _show_sums(self) -> None:
        """Sum, average and count of the selected figures, in the status bar of the window."""
        if status := getattr(self.window(), "status", None):
            status.show_sums(self.grid.selection_sums())

    def _follow_line(self) -> None:
        line = self.grid.current_line()
        self.info.follow(line.get("item_id"), self.line_facts.partner_id)  # type: ignore[union-attr]

    def _focus_moved(self, old: Any, new: Any) -> None:
        if new is not None and self.isVisible() and self.isAncestorOf(new):
            self.collapse_when_low()

    def _committed(self, changes: frozenset[tuple[str, int]], initiator: object) -> None:
        self.conflicts.committed(changes, elsewhere=initiator is not self)
        self.approving.committed(changes)
        self.extra.committed(changes)

    def refresh(self) -> None:
        """Read the document and its figures again; what is being typed stays."""
        self.line_facts.refresh(set(self.line_facts.stock))
        if self.draft.id and not self.dirty and not self.saving.busy:
            self.open(Origin(id=self.draft.id))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.scanner.listen(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.scanner.listen(True)
        if self.conflicts.stale:
            self.conflicts.stale = False
            self.refresh()

    def focus_first(self) -> None:
        """To what wants typing first: a header field, else the lines."""
        self._focus_due = not self.loaded
        if self.loaded:
            (self.form.focus_first if self.editing and self.form.wanting() else self.focus_lines)()

    def _show_saved(self) -> None:
        self.title_row.show_saved(busy=self.saving.busy, dirty=self.dirty, kept_at=self._kept_at)
