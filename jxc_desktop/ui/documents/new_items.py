"""Items that the lines ask for and that are not known yet: made, or given their bar code, in passing."""

from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtWidgets import QApplication

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import tr
from jxc_desktop.ui import new_record
from jxc_desktop.ui.documents.bind_dialog import BindDialog
from jxc_desktop.ui.tokens import Tone


class NewItems:
    """Belongs to one editor; what is made lands in the line that asked for it."""

    BAR = "scan"

    def __init__(self, editor: Any):
        self._editor = editor

    def in_line(self, text: str) -> None:
        """F4 in the open look-up: a new item named as `text`."""
        editor, grid = self._editor, self._editor.grid
        row, typed = grid.current()[0], grid.typed()
        grid.close_editor()
        given = new_record.prefilled("item", text)
        dialog = new_record.make(editor.context, "item", given, partial(self._made, row, typed), editor)
        back = partial(grid.type_again, row, typed)
        dialog.rejected.connect(back) if dialog else back()

    def offer(self, code: str, amount: Decimal) -> None:
        """A bar code that nothing has: what can be done about it."""
        editor = self._editor
        links = [] if not new_record.may_make(editor.context, "item") else [
            (tr("New item"), partial(self._make, code, amount)),
            (tr("Bind to an item…"), partial(self._bind, code, amount))]
        editor.bars.show_bar(self.BAR, tr("{code} was not found; no line was added", code=code), Tone.WARN, links)

    def warn(self, text: str) -> None:
        """A scan that added nothing."""
        if self._editor.context.settings.get("scan/sound", True, pc=True):
            QApplication.beep()
        self._editor.bars.show_bar(self.BAR, text, Tone.WARN)

    def _made(self, row: int, typed: str, item_id: int, name: str) -> None:
        editor, grid = self._editor, self._editor.grid
        grid.setFocus()
        grid.hold.start()  # the quantity may be typed at once

        def take(items: dict[int, Any]) -> None:
            grid.take_item(row, items[item_id], typed)
            grid.hold.release()

        def failed(error: Exception) -> None:
            grid.hold.release()
            if not isinstance(error, UserError):
                raise error
            editor.bars.show_bar(self.BAR, str(error), Tone.BAD)

        editor.operations.read(editor.context.queries.items, (item_id,), done=take, failed=failed)

    def _make(self, code: str, amount: Decimal) -> None:
        new_record.make(self._editor.context, "item", {"barcode": [{"code": code}]},
                        lambda item_id, name: self._known(code, amount), self._editor)

    def _bind(self, code: str, amount: Decimal) -> None:
        dialog = BindDialog(self._editor.context, code, partial(self._known, code, amount), self._editor.window())
        dialog.open()

    def _known(self, code: str, amount: Decimal) -> None:
        """Something has the code now: scan it again, so to speak."""
        self._editor.bars.clear(self.BAR)
        self._editor.grid.setFocus()
        self._editor.grid.scans.add(code, amount)
