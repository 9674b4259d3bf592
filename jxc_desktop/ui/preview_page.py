"""Print preview: the pages at the left, what to print on at the right."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services.printing import Paper, PrintOptions, Sheet, file_name, page_count, render, save
from jxc_desktop.ui import theme
from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.preview_pages import PreviewPages
from jxc_desktop.ui.preview_panel import PreviewPanel
from jxc_desktop.ui.printer import print_pdf
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.tasks import TaskRunner
from jxc_desktop.ui.widgets import Button, Card, Chip, Role, Tone, figure_font, label, restyle

_WIDTH = 308
_SETTLE = 150  # milliseconds without a change before the pages are made anew


class PreviewPage(QWidget):
    """Shows `sheets` of one document `kind` and prints them.

    `printed` comes when the spooler has the job, with the numbers printed: the time to count the print.
    """

    printed = Signal(tuple)
    saved = Signal(tuple)

    def __init__(self, kind: str, sheets: Sequence[Sheet], tasks: TaskRunner, settings: Settings):
        super().__init__()
        self._sheets, self._tasks, self._settings = tuple(sheets), tasks, settings
        self._pdf, self._made, self._sending = b"", 0, False
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        copies = dict.fromkeys(copy for sheet in self._sheets for copy in sheet.copies)
        self.pages, self.panel = PreviewPages(tasks), PreviewPanel(kind, tuple(copies), settings)
        self.print_button = Button(tr("Print"), "printer", "Ctrl+P", Role.PRIMARY)
        self.pdf_button = Button(tr("PDF…"), "file-down", "Ctrl+S")
        self.message = label("", "hint")
        self.position, self._percent = label("", "caption"), label("", "caption")
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._build()
        self._connect()
        self._make()

    def _build(self) -> None:
        sizes = theme.current().sizes
        layout, left = QHBoxLayout(self), QVBoxLayout()
        layout.setContentsMargins(sizes.page, sizes.page, sizes.page, sizes.page)
        layout.setSpacing(sizes.page)
        left.setSpacing(sizes.gap)
        left.addWidget(self.pages, 1)
        left.addLayout(self._zoom_bar())
        layout.addLayout(left, 1)
        layout.addWidget(self._side())

    def _side(self) -> Card:
        side = Card()
        side.setFixedWidth(_WIDTH)
        side.body.addLayout(self._heading())
        side.body.addWidget(self.panel)
        side.body.addStretch(1)
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        side.body.addWidget(self.message)
        buttons = QHBoxLayout()
        buttons.addWidget(self.pdf_button)
        buttons.addStretch(1)
        buttons.addWidget(self.print_button)
        side.body.addLayout(buttons)
        return side

    def _heading(self) -> QVBoxLayout:
        """Title, number, and how often it was printed."""
        first, several = self._sheets[0], len(self._sheets) > 1
        box, row = QVBoxLayout(), QHBoxLayout()
        row.addWidget(label(first.title, "h1"))
        row.addStretch(1)
        if first.print_number > 1:
            row.addWidget(Chip(tr("Print no. {count}", count=first.print_number), Tone.WARN))
        box.addLayout(row)
        number = tr("{count} documents", count=len(self._sheets)) if several else first.number
        box.addWidget(label(number, "number"))
        return box

    def _zoom_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for text in (self.position, self._percent):
            text.setFont(figure_font(theme.current().sizes.caption))
        self._percent.setMinimumWidth(44)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._action("chevron-up", "PgUp", tr("Previous page"), partial(self._turn, -1)))
        row.addWidget(self._action("chevron-down", "PgDown", tr("Next page"), partial(self._turn, 1)))
        row.addWidget(self.position)
        row.addStretch(1)
        row.addWidget(self._action("minus", "Ctrl+-", tr("Smaller"), partial(self.pages.zoom_by, -1)))
        row.addWidget(self._percent)
        row.addWidget(self._action("plus", "Ctrl++", tr("Larger"), partial(self.pages.zoom_by, 1)))
        row.addWidget(self._action("", "Ctrl+0", tr("Whole page"), self.pages.fit))
        bind(self, "Ctrl+=", partial(self.pages.zoom_by, 1))
        return row

    def _action(self, icon: str, key: str, name: str, call: Callable[[], object]) -> Button:
        """A quiet button and its key."""
        button = Button("" if icon else name, icon or None, key, Role.GHOST, accessible_name=name)
        button.clicked.connect(lambda checked=False: call())
        bind(self, key, call)
        return button

    def _turn(self, pages: int) -> None:
        self.pages.go_to(self.pages.current + pages)

    def _connect(self) -> None:
        self.panel.changed.connect(self._changed)
        self._settle.timeout.connect(self._make)
        self.pages.page_changed.connect(self._show_position)
        self.pages.zoom_changed.connect(lambda zoom: self._percent.setText(f"{zoom:.0%}"))
        self.print_button.clicked.connect(self.print_now)
        self.pdf_button.clicked.connect(self.save_pdf)
        bind(self, "Ctrl+P", self.print_now)
        bind(self, "Ctrl+S", self.save_pdf)
        if not self.panel.chosen_printer:
            self._say(tr("No printer is installed on this PC; you can save a PDF"), Tone.NEUTRAL)

    def _changed(self) -> None:
        self._pdf = b""  # never print what no longer is on the screen
        self._allow()
        self._settle.start()

    def _allow(self) -> None:
        self.print_button.setEnabled(bool(self._pdf and self.panel.chosen_printer) and not self._sending)

    def _make(self) -> None:
        """The pages anew, on a worker; only the last result counts."""
        self._made += 1
        self._allow()
        paper = self.panel.chosen_paper
        self._tasks.run(_rendered, self._sheets, paper, self.panel.options, write=False, failed=self._fail,
                        done=partial(self._show, self._made, paper))

    def _show(self, made: int, paper: Paper, result: tuple[bytes, int]) -> None:
        if made == self._made and not self._settle.isActive():
            self._pdf, count = result
            self.pages.show_pdf(self._pdf, count, (paper.width_mm, paper.height_mm))
            self._allow()

    def _show_position(self, current: int, count: int) -> None:
        self.position.setText(tr("Page {page} of {pages}", page=current + 1, pages=count) if count else "")

    def print_now(self) -> None:
        """Send the pages shown to the chosen printer."""
        if self.print_button.isEnabled():
            self._sending = True
            self._allow()
            self._say(tr("Printing…"), Tone.NEUTRAL)
            self._tasks.run(print_pdf, self._pdf, self.panel.chosen_printer, self.panel.chosen_paper,
                            done=self._sent, failed=self._fail, write=False)

    def _sent(self, _: object) -> None:
        self._sending = False
        self._allow()
        self._say(tr("Sent to the printer"), Tone.OK)
        self.printed.emit(tuple(sheet.number for sheet in self._sheets))

    def save_pdf(self) -> None:
        """Ask for a file for one document, for a folder for several."""
        folder = Path(str(self._settings.get("print/folder", str(Path.home()), pc=True)))
        if len(self._sheets) == 1:
            target, _ = QFileDialog.getSaveFileName(self, tr("Save as PDF"),
                                                    str(folder / file_name(self._sheets[0])), "PDF (*.pdf)")
        else:
            target = QFileDialog.getExistingDirectory(self, tr("Folder for the PDF files"), str(folder))
        if target:
            self.save_to(Path(target))

    def save_to(self, target: Path) -> None:
        """Write the PDF to the file `target`, or one PDF per document into the folder `target`."""
        folder = target if target.is_dir() else target.parent
        self._settings.set("print/folder", str(folder), pc=True)
        self._tasks.run(save, self._sheets, self.panel.chosen_paper, self.panel.options, target,
                        done=self._written, failed=self._fail, write=False)

    def _written(self, files: list[Path]) -> None:
        self._say(tr("Saved: {file}", file=files[0].name) if len(files) == 1
                  else tr("{count} PDF files saved", count=len(files)), Tone.OK)
        self.saved.emit(tuple(files))

    def _fail(self, error: Exception) -> None:
        self._sending = False
        self._allow()
        if isinstance(error, UserError):
            self._say(error.text(), Tone.BAD)
        else:
            sys.excepthook(type(error), error, error.__traceback__)

    def _say(self, text: str, tone: Tone) -> None:
        self.message.setText(text)
        restyle(self.message, look="hint" if tone is Tone.NEUTRAL else "", tone=tone.value)


def _rendered(sheets: Sequence[Sheet], paper: Paper, options: PrintOptions) -> tuple[bytes, int]:
    pdf = render(sheets, paper, options)
    return pdf, page_count(pdf)
