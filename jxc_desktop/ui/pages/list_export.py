"""What a list shows, as a workbook on the user's disk."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from jxc_desktop.errors import Cancelled, UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services.queries import ListColumn, ListQuery
from jxc_desktop.ui.tokens import Tone

BAR = "export"


def ask_path(parent: QWidget, name: str) -> str:
    """Where to; empty when the user backed out."""
    path, _ = QFileDialog.getSaveFileName(parent, tr("Export"), name, "Excel (*.xlsx);;CSV (*.csv)")
    return path


def export(page: Any, query: ListQuery, columns: Sequence[ListColumn]) -> None:
    """Ask for a file, write it on a worker, and say so."""
    from jxc_desktop.services.exchange import exporting  # most lists are only looked at

    path = ask_path(page, f"{page.title} {dt.date.today()}.xlsx")
    if not path:
        return

    def done(result: object) -> None:
        page.bars.clear(BAR)
        toast(page, tr("Exported to {file}", file=Path(path).name), tr("Open it"),
              lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))

    def failed(error: Exception) -> None:
        page.bars.clear(BAR)
        if not isinstance(error, UserError):
            raise error
        if not isinstance(error, Cancelled):
            page.bars.show_bar(BAR, str(error), Tone.BAD)

    ticket = page.context.tasks.run(exporting.export_list, page.context.queries, query, columns, path, done=done,
                                    failed=failed, progress=lambda at, total: None, write=False)
    if ticket:
        page.bars.show_bar(BAR, tr("Exporting…"), Tone.ACCENT, [(tr("Cancel"), ticket.cancel)], closable=False)


def toast(widget: QWidget, text: str, action: str = "", on_action: Any = None, *, key: str = "") -> None:
    """Short news in the window the page stands in."""
    if show := getattr(widget.window(), "toast", None):
        show(text, action, on_action, key=key)
