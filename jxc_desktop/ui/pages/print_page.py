"""Documents on paper: the preview as a page, and printing at once with what this PC remembers."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services import documents
from jxc_desktop.services.exchange import counts as exchange_counts
from jxc_desktop.services.exchange import exporting
from jxc_desktop.services.printing import PrintOptions, Sheet, counts, render
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.settings import printer_of
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.preview_page import PreviewPage
from jxc_desktop.ui.preview_panel import PreviewPanel
from jxc_desktop.ui.printer import PrinterGone, print_pdf
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.tokens import Tone

Done = Callable[[], object]
_NAMED = 3  # numbers in a message


def read(queries: Any, ids: Sequence[int], part: str = "") -> tuple[str, list[Sheet]]:
    """On a worker: the kind of the documents, and their sheets; or one `part` of a count."""
    kind = queries.open_document(ids[0]).kind
    return kind, [counts.sheet_of(queries, ids[0], counts.Part(part))] if part else sheets(queries, ids)


def send(found: Sequence[Sheet], printer: str, paper: Any, options: PrintOptions) -> None:
    """On a worker: to the printer, without a look."""
    print_pdf(render(found, paper, options), printer, paper)


class PrintPage(PageWidget):
    """Key "print/<ids>", or "print/<id>?part=gains" for a part of a count. Counts a print once the spooler has it."""

    def __init__(self, context: Session, key: str):
        super().__init__(context, key, tr("Print preview"))
        ids, _, self._part = key.removeprefix("print/").partition("?part=")
        self._ids = [int(n) for n in ids.split(",")]
        self.preview: PreviewPage | None = None
        self.body.setContentsMargins(0, 0, 0, 0)
        self.set_keys([("Ctrl+P", tr("Print")), ("Ctrl+S", tr("PDF…"))])
        self.refresh()

    def refresh(self) -> None:
        self.operations.read(read, self.context.queries, self._ids, self._part, done=self._show)

    def focus_first(self) -> None:
        (self.preview or self).setFocus()

    def _show(self, found: tuple[str, list[Sheet]]) -> None:
        kind, shown = found
        if self.preview:
            self.preview.hide()
            self.preview.deleteLater()
        self.nav_key = f"document/{kind}"
        title = shown[0].number if len(shown) == 1 else tr("{count} documents", count=len(shown))
        self.set_title(tr("Print {what}", what=title))
        self.preview = PreviewPage(kind, shown, self.context.tasks, self.context.settings)
        self.preview.printed.connect(lambda numbers: count(self.operations, self._ids))
        self.body.addWidget(self.preview, 1)


def count(operations: Any, ids: Sequence[int], done: Done = lambda: None) -> None:
    """The spooler has them: one more print each."""
    operations.execute(documents.print_counted, list(ids), done=lambda outcome: done())


class DirectPrint:
    """Prints at once where a printer is remembered for this kind of document; else the preview opens.

    What the spooler did not take is not counted, and said on the page that wanted it.
    """

    BAR = "print"

    def __init__(self, page: Any, session: Session, open_preview: Done, told: Callable[[str], object]):
        self._page, self._session, self._open, self._told = page, session, open_preview, told

    def print(self, ids: Sequence[int]) -> None:
        self._page.operations.read(read, self._session.queries, ids, done=partial(self._send, ids))

    def _send(self, ids: Sequence[int], found: tuple[str, list[Sheet]]) -> None:
        kind, shown = found
        panel = PreviewPanel(kind, tuple(dict.fromkeys(c for sheet in shown for c in sheet.copies)),
                             self._session.settings)
        remembered = self._session.settings.get(printer_of(kind), "", pc=True)
        if not remembered:
            self._open()
        elif panel.chosen_printer != remembered:
            self._refused(ids, shown, PrinterGone(printer=remembered))
        else:
            self._page.operations.read(send, shown, remembered, panel.chosen_paper, panel.options,
                                       done=lambda _: self._sent(ids, shown), failed=partial(self._refused, ids, shown))
        panel.deleteLater()

    def _refused(self, ids: Sequence[int], shown: Sequence[Sheet], error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        text = tr("{number} was not printed: {reason}", number=_numbers(shown), reason=str(error))
        self._page.bars.show_bar(self.BAR, text, Tone.BAD, [
            (tr("Try again"), partial(self.print, ids)), (tr("Choose a printer…"), self._open)])

    def _sent(self, ids: Sequence[int], shown: Sequence[Sheet]) -> None:
        self._page.bars.clear(self.BAR)
        count(self._page.operations, ids)
        self._told(tr("{what} sent to the printer", what=_numbers(shown)))


def _numbers(shown: Sequence[Sheet]) -> str:
    return ", ".join(sheet.number for sheet in shown[:_NAMED]) + ("…" if len(shown) > _NAMED else "")


def export_differences(page: Any, session: Session, document_id: int, told: Callable[[str], object]) -> None:
    """Ask for a file and write what a count found."""
    _export(page, f"{page.title} {tr('Count differences')}", told, exchange_counts.export_differences,
            session.queries, document_id)


def export_document(page: Any, session: Session, document_id: int, told: Callable[[str], object]) -> None:
    """Ask for a file and write the document as a workbook."""
    _export(page, page.title, told, exporting.export_document, session.queries, document_id)


def _export(page: Any, name: str, told: Callable[[str], object], write: Callable[..., Any], *args: Any) -> None:
    file = f"{name}.xlsx".replace("/", "-")
    path, _ = QFileDialog.getSaveFileName(page, tr("Export"), file, "Excel (*.xlsx);;CSV (*.csv)")
    if path:
        page.operations.read(write, *args, path, done=lambda _: told(tr("Exported to {file}", file=Path(path).name)))
