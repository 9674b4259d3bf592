"""Others work on the same stock, partners and documents: figures follow, typing is never overwritten."""

from typing import Any

from jxc_desktop.document_types.schema import Status
from jxc_desktop.i18n import tr
from jxc_desktop.ui.documents import opening
from jxc_desktop.ui.documents.compare_dialog import compare
from jxc_desktop.ui.documents.opening import Opened, Origin
from jxc_desktop.ui.tokens import Tone


class Conflicts:
    """What one editor does when something was committed, and when somebody else saved its document first."""

    BAR = "stale"

    def __init__(self, editor: Any):
        self._editor = editor
        self.stale = False  # something changed while the page was hidden

    def committed(self, changes: frozenset[tuple[str, int]], *, elsewhere: bool) -> None:
        """Show the new figures; read the document again unless it is being typed into."""
        editor = self._editor
        if not editor.isVisible():
            self.stale = True
        elif items := {number for entity, number in changes if entity in ("stock", "hold")}:
            editor.line_facts.refresh(items)
            editor.info.refresh()
        if editor.form.balance and ("partner_balance", editor.line_facts.partner_id) in changes:
            editor.form.balance.reload()
        if elsewhere and editor.draft.id and (editor.kind.key, editor.draft.id) in changes:
            if editor.dirty or (editor.editing and editor.draft.status is Status.POSTED):
                self.show(tr("Somebody else changed this document"))
            elif editor.isVisible():
                editor.refresh()

    def show(self, text: str) -> None:
        """Somebody saved first; nothing is overwritten unseen."""
        self._editor.bars.show_bar(self.BAR, text, Tone.WARN, [
            (tr("Compare"), self._compare), (tr("Read again"), self._read_again)])

    def _compare(self) -> None:
        editor = self._editor
        mine, base = editor.current_draft(), editor.draft
        editor.operations.read(opening.read, editor.context.queries, editor.kind, Origin(id=base.id),
                               done=lambda theirs: compare(editor, base, mine, theirs, self._take))

    def _take(self, merged: Opened) -> None:
        self._editor.bars.clear(self.BAR)
        self._editor.show_opened(merged, typed=True)

    def _read_again(self) -> None:
        editor = self._editor
        editor.bars.clear(self.BAR)
        editor.forget_journal()
        editor.set_dirty(False)
        editor.saving.reopen(Origin(id=editor.draft.id))
