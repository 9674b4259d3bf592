"""A document on its way to being approved: whose word it waits for, and what one may do about it."""

from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from jxc_desktop.document_types.records import ROLES
from jxc_desktop.document_types.schema import Status
from jxc_desktop.i18n import tr
from jxc_desktop.services import approvals
from jxc_desktop.services.queries.flows import Standing, Step
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.dialogs.reason import ask_reason
from jxc_desktop.ui.documents.timeline_panel import local
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Chip, IconLabel, label

BAR, REJECT_KEY = "approval", "Alt+F9"
RULES = ("approval_rule", "flow_rule")


def roles_of(step: Step) -> str:
    """Who may give this word: the names of the roles."""
    titles = dict(ROLES)
    return tr(" or ").join(tr(titles.get(role, role)) for role in step.roles)


def waits_for(found: Standing) -> str:
    """Whose word is next, in one sentence."""
    step = found.next
    if step is None:
        return tr("The rules ask for nobody's approval any more")
    return tr("Waits for level {level} of {count}: {roles}", level=step.level, count=len(found.steps),
              roles=roles_of(step))


class ApprovalPanel(QFrame):
    """Between the title and the header of a submitted document: the levels in order, and the buttons."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        self.text = label("", "strong")
        self._steps = QHBoxLayout()
        self._steps.setSpacing(6)
        self.recall = Button(tr("Recall"), "undo-2")
        self.reject = Button(tr("Reject…"), "x", REJECT_KEY, Role.DANGER)
        self.approve = Button(tr("Approve"), "check", "F9", Role.PRIMARY)
        row.addWidget(IconLabel("clipboard-check", "warn"))
        row.addWidget(self.text)
        row.addSpacing(4)
        row.addLayout(self._steps)
        row.addStretch(1)
        for button in (self.recall, self.reject, self.approve):
            row.addWidget(button)
        self.hide()

    def show_standing(self, found: Standing, *, recall: bool) -> None:
        self.text.setText(waits_for(found))
        self.setAccessibleName(self.text.text())
        while item := self._steps.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for number, step in enumerate(found.steps if len(found.steps) > 1 else ()):
            if number:
                self._steps.addWidget(IconLabel("chevron-right", "text3", 14))
            self._steps.addWidget(_chip(step, step is found.next))
        self.recall.setVisible(recall)
        for button in (self.approve, self.reject):
            button.setVisible(found.mine)
        self.show()


def _chip(step: Step, current: bool) -> QWidget:
    if step.by and step.at:
        chip = Chip(f"✓ {step.by}", Tone.OK)
        chip.setToolTip(tr("Level {level} approved by {name}, {time}", level=step.level, name=step.by,
                           time=local(step.at)))
        return chip
    return Chip(f"{step.level} {roles_of(step)}", Tone.WARN if current else Tone.NEUTRAL)


class Approving:
    """Keeps one editor's panel; approves, rejects, recalls."""

    def __init__(self, editor: Any):
        self._editor, self.standing = editor, Standing((), False)
        self.panel = ApprovalPanel()
        editor.body.insertWidget(editor.body.indexOf(editor.form), self.panel)
        self.panel.approve.clicked.connect(lambda checked=False: self.approve())
        self.panel.reject.clicked.connect(lambda checked=False: self.reject())
        self.panel.recall.clicked.connect(lambda checked=False: self.recall())
        editor.shown.connect(self._shown)

    @property
    def waits(self) -> bool:
        return bool(self._editor.draft.status is Status.SUBMITTED and not self._editor.saving.busy)

    @property
    def may_recall(self) -> bool:
        e = self._editor
        return self.waits and bool(e.context.actor.may(e.kind.permission("save")))

    @property
    def may_decide(self) -> bool:
        return self.waits and self.standing.mine

    def approve(self) -> None:
        """F9 on a document that waits for one's word."""
        e = self._editor
        if self.may_decide:
            e.saving.run(approvals.approve, e.draft.id, e.draft.version, done=self._approved)

    def reject(self) -> None:
        e = self._editor
        if self.may_decide and (reason := ask_rejection(e, e.draft.number)):
            e.saving.run(approvals.reject, e.draft.id, e.draft.version, reason, done=e.saving.take)

    def recall(self) -> None:
        """Back to the preparer's desk."""
        e = self._editor
        if self.may_recall:
            e.saving.run(approvals.recall, e.draft.id, e.draft.version, done=e.saving.take)

    def committed(self, changes: frozenset[tuple[str, int]]) -> None:
        """The rules are others now: so may be whose word it waits for."""
        if self.waits and any(entity in RULES for entity, _ in changes):
            self._shown()

    def _approved(self, outcome: Any) -> None:
        e = self._editor
        e.toaster.show(told(outcome.value))
        e.saved.emit(outcome.value)
        e.saving.take(outcome)

    def _shown(self) -> None:
        e = self._editor
        self.panel.hide()
        e.bars.clear(BAR)
        self.standing = Standing((), False)
        if e.draft.id is not None and e.draft.number and e.draft.status in (Status.SUBMITTED, Status.DRAFT):
            e.operations.read(e.context.queries.standing, e.draft.id, done=self._take)

    def _take(self, found: Standing) -> None:
        e, self.standing = self._editor, found
        if e.draft.status is Status.SUBMITTED:
            self.panel.show_standing(found, recall=self.may_recall)
            e.show_state()
        elif found.rejected:
            text = tr("Rejected by {name} at {time}: {reason}", name=found.rejected.decided_by,
                      time=local(found.rejected.decided_at)[:16], reason=found.rejected.reason or "")
            e.bars.show_bar(BAR, text, Tone.BAD)


def ask_rejection(parent: QWidget, number: str) -> str | None:
    """Why a document is given back; None when it is not."""
    return ask_reason(parent, tr("Reject {number}?", number=number),
                      tr("It goes back to who prepared it, with your reason."), tr("Reject"),
                      approvals.REASON_LENGTH)


def told(saved: Any) -> str:
    """What came of an approval."""
    if saved.status == Status.SUBMITTED:
        return tr("{number} approved; the next level is asked", number=saved.number)
    return tr("{number} approved and posted", number=saved.number)
