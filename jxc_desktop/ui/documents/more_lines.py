"""Lines that come from other documents: of sources that are open, of the partner's last document."""

from collections.abc import Sequence
from typing import Any

from jxc_desktop.i18n import tr
from jxc_desktop.ui.documents import opening


class MoreLines:
    """Belongs to one editor."""

    def __init__(self, editor: Any):
        self._editor = editor

    def choose_sources(self) -> None:
        """Lines of other documents, as far as they are open."""
        from jxc_desktop.ui.documents.source_dialog import SourceDialog

        if self._editor.editing:
            SourceDialog(self._editor, self._take_sources).open()

    def copy_last(self) -> None:
        """The lines of the partner's last document."""
        editor = self._editor
        if editor.editing and (partner := editor.form.partner_id()):
            editor.operations.read(opening.last_lines, editor.context.queries, editor.kind.key, partner,
                                   done=self._take_last)

    def _take_sources(self, header: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        editor = self._editor
        for name, value in header.items():
            if name in editor.form.editors and (editor.form.value(name) is None or not editor.lines.lines):
                editor.form.set_value(name, value)
        editor.lines.append_lines(lines, tr("Create from…"))
        editor.focus_lines()

    def _take_last(self, lines: Sequence[dict[str, Any]]) -> None:
        if lines and self._editor.editing:
            self._editor.lines.append_lines(lines, tr("Copy last"))
            self._editor.focus_lines()
