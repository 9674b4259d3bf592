"""The first row of a document: what it is, its number and state, and the buttons."""

import datetime as dt

from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop.document_types.schema import PROGRESS_TITLES, STATUS_TITLES, DocumentType, Draft, Progress, Status
from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, figure_font, label

_TONES = {Status.DRAFT: Tone.NEUTRAL, Status.SUBMITTED: Tone.WARN, Status.POSTED: Tone.OK,
          Status.CLOSED: Tone.NEUTRAL, Status.REVERSED: Tone.WARN, Status.VOID: Tone.BAD}


class TitleRow(QWidget):
    """Only shows; the editor listens to the buttons."""

    def __init__(self, kind: DocumentType):
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.current().sizes.gap)
        self.number, self.chip, self.progress = label("", "number"), Chip(), Chip()
        self.number.setFont(figure_font(theme.current().sizes.docno))
        self.note = label("", "caption")
        self.more = Button("", "ellipsis", accessible_name=tr("More actions"))
        self.print = Button(tr("Print"), "printer", "Ctrl+P")
        self.save = Button(tr("Save"), "save", "Ctrl+S")
        self.primary = Button(tr("Save and new"), "check", "F9", Role.PRIMARY)
        self.correct = Button(tr("Correct"), "pencil", "F2")
        self.new = Button(tr("New"), "plus", "Ctrl+N", Role.PRIMARY)
        for part in (label(tr(kind.title), "h1"), self.number, self.chip, self.progress, self.note):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.more, self.print, self.correct, self.save, self.primary, self.new):
            row.addWidget(button)

    def show_state(self, draft: Draft, facts: object, *, editing: bool, may_save: bool) -> None:
        """Number, chips and which buttons there are."""
        self.number.setText(draft.number or "")
        self.number.setVisible(bool(draft.number))
        status, correcting = draft.status, editing and draft.status is Status.POSTED
        self.chip.show_state(tr("Correcting") if correcting else tr(STATUS_TITLES[status]),
                             Tone.ACCENT if correcting else _TONES[status])
        progress = getattr(facts, "progress", None)
        self.progress.setVisible(bool(progress) and status is Status.POSTED)
        if progress:
            self.progress.show_state(tr(PROGRESS_TITLES[Progress(progress)]),
                                     Tone.OK if progress == Progress.DONE else Tone.ACCENT)
        for button in (self.save, self.primary):
            button.setVisible(editing)
            button.setEnabled(may_save)
        correctable = not editing and status is Status.POSTED and draft.reversal_of_id is None
        self.correct.setVisible(correctable and may_save)
        self.new.setVisible(not editing and may_save and status is not Status.SUBMITTED)

    def show_saved(self, *, busy: bool, dirty: bool, kept_at: dt.datetime | None) -> None:
        """Whether what is typed is safe, and where."""
        if busy:
            text = tr("Saving…")
        elif dirty and kept_at:
            text = tr("Unsaved · kept on this PC at {time}", time=f"{kept_at:%H:%M}")
        elif dirty:
            text = tr("Unsaved")
        else:
            text = ""
        self.note.setText(text)
