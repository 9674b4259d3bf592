"""Says that a document is open and what its lines want, and shows who else has it open."""

import datetime as dt
import uuid
from typing import Any

from PySide6.QtCore import QObject, QTimer

from jxc_desktop.document_types.schema import Status
from jxc_desktop.i18n import tr
from jxc_desktop.services.holds import BEAT, Want
from jxc_desktop.ui.line_facts import reserved_by_source, takes_stock
from jxc_desktop.ui.tokens import Tone

AFTER_EDIT = 800  # ms


class Presence(QObject):
    """Belongs to one editor. Failures are silent: a hold binds nobody, the next beat says it again."""

    BAR = "presence"

    def __init__(self, editor: Any):
        super().__init__(editor)
        self._editor = editor
        self.token = uuid.uuid4().hex
        self._touched: dt.datetime | None = None
        self._said = False  # there is something of ours to take back
        self._soon, self._beat = QTimer(self), QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AFTER_EDIT)
        self._beat.setInterval(int(BEAT.total_seconds() * 1000))
        self._soon.timeout.connect(self.say)
        self._beat.timeout.connect(self.say)
        self._beat.start()

    def edited(self) -> None:
        """The lines may want something else now."""
        self._touched = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        self._soon.start()

    def shown(self) -> None:
        """Another document is on the screen, or this one as it was saved."""
        self._touched = None
        self.say()

    def say(self) -> None:
        """Tell the others, and hear who else is here."""
        editor, board = self._editor, self._board
        if board is None or not editor.loaded:
            return
        if not editor.dirty and editor.draft.id is None:
            self.leave()
            return
        self._said = True
        touched = self._touched or dt.datetime.min
        editor.context.tasks.run(board.keep, self.token, editor.kind.key, editor.draft.id, tuple(self._wants()),
                                 touched, failed=lambda error: None)
        if editor.draft.id is not None:
            editor.operations.read(editor.context.queries.present, editor.draft.id, self.token, done=self._show,
                                   failed=lambda error: None)

    def leave(self) -> None:
        """The document is closed, or nothing is typed any more."""
        if self._said and (board := self._board):
            self._said = False
            self._editor.context.tasks.run(board.release, self.token, failed=lambda error: None)

    def stop(self) -> None:
        self._soon.stop()
        self._beat.stop()
        self.leave()

    @property
    def _board(self) -> Any:
        return getattr(self._editor.context, "board", None)  # none until the books are open

    def _wants(self) -> list[Want]:
        """Of a draft that is being typed: what it takes that no order has reserved for it."""
        editor = self._editor
        warehouse_id = editor.line_facts.warehouse_id
        if not (editor.editing and editor.dirty and editor.draft.status is Status.DRAFT and takes_stock(editor.kind)
                and warehouse_id):
            return []
        ordered = reserved_by_source(editor.kind)
        return [Want(line["item_id"], warehouse_id, quantity) for line in editor.lines.lines
                if line.get("item_id") and not (ordered and line.get("source_line_id"))
                and (quantity := editor.line_facts.base(line)) > 0]

    def _show(self, others: list[tuple[str, str]]) -> None:
        bars = self._editor.bars
        if not others:
            bars.clear(self.BAR)
            return
        names = tr(", ").join(dict.fromkeys(name for name, _ in others))
        bars.show_bar(self.BAR, tr("{names} has this document open too", names=names), Tone.ACCENT)
