"""Counting on the screen: make a sheet, count it (blind or not), see the differences, add other counters' sheets."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.i18n import tr
from jxc_desktop.services import counting
from jxc_desktop.services.count_differences import CountDifference
from jxc_desktop.services.counting import Key, Scope
from jxc_desktop.services.printing.counts import Part
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.documents.count_state import CountView
from jxc_desktop.ui.documents.extras import Action, Extra
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import label

_BAR = "count"
_OF_THE_BOOKS = ("book", "difference")


def _read_sheet(queries: Any, scope: Scope, blind: bool) -> Draft:
    sheet: Draft = queries.count_sheet(scope, blind=blind)
    return sheet


def _read_figures(queries: Any, draft: Draft) -> tuple[Decimal | None, list[CountDifference]]:
    return queries.company()["count_threshold"], queries.count_differences(draft)


class CountTools(Extra):
    """Follows the lines of one count."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self.view = CountView(editor)
        self.make = Button(tr("Make a sheet…"), "list", role=Role.GHOST)
        self.only = Button(tr("Only differences"), "filter", role=Role.GHOST)
        self.only.setCheckable(True)
        self.progress = label("", "strong")
        self.progress.setContentsMargins(10, 0, 0, 0)
        self.tools = (self.make, self.only, self.progress)
        self._asked: set[Key] = set()  # whose book quantities were asked for
        self._adding = False  # other sheets, as soon as this one is parked
        self.make.clicked.connect(lambda checked=False: self.ask_sheet())
        self.only.toggled.connect(lambda on: self.filter())
        editor.lines.edited.connect(self._edited)
        editor.form.changed.connect(self._header_edited)
        editor.shown.connect(self._shown)

    # -- what can be done

    def actions(self) -> Iterable[Action]:
        editor = self.editor
        parked, kept = editor.draft.status is Status.DRAFT, editor.draft.id is not None
        writing = parked and editor.editing and not editor.saving.busy
        yield Action(tr("Make a sheet…"), "list", self.ask_sheet, writing and self.view.untouched)
        yield Action(tr("Add other sheets…"), "layers", self.add_sheets, writing)
        may = editor.context.actor.may
        printing, exporting = (kept and may(editor.kind.permission(action)) for action in ("print", "export"))
        for part, text, now in ((Part.BLANK, tr("Print blank sheet"), parked), (Part.GAINS, tr("Print gains"), True),
                                (Part.LOSSES, tr("Print losses"), True)):
            yield Action(text, "printer", partial(self._open_print, part), printing and now)
        yield Action(tr("Export differences to Excel"), "file-spreadsheet", self.export, exporting)

    def _open_print(self, part: Part) -> None:
        self.editor.open_wanted.emit(f"print/{self.editor.draft.id}?part={part.value}")

    def export(self) -> None:
        """Gains and losses as a workbook."""
        from jxc_desktop.ui.pages.print_page import export_differences

        export_differences(self.editor, self.editor.context, self.editor.draft.id, self.editor.toaster.show)

    def ask_sheet(self) -> None:
        """What the sheet is to list."""
        from jxc_desktop.ui.documents.count_dialogs import SheetDialog

        if self.editor.editing and self.view.untouched:
            SheetDialog(self.editor, self.make_sheet).open()

    def make_sheet(self, scope: Scope, blind: bool) -> None:
        """Fetch it; what stands there and has no count gives way to it."""
        self.editor.operations.read(_read_sheet, self.editor.context.queries, scope, blind, done=self._take_sheet)

    def _take_sheet(self, sheet: Draft) -> None:
        editor = self.editor
        if not sheet.lines:
            editor.bars.show_bar(_BAR, tr("The books have nothing of this kind in the warehouse."), Tone.WARN)
            return
        editor.bars.clear(_BAR)
        editor.form.set_value("warehouse_id", sheet.header["warehouse_id"])
        editor.form.set_value("blind", sheet.header["blind"])
        editor.draft.header["snapshot"] = sheet.header["snapshot"]
        if editor.lines.lines:
            editor.lines.change(0, len(editor.lines.lines), [], tr("Make a sheet…"))
        editor.lines.append_lines(sheet.lines, tr("Make a sheet…"))
        editor.grid.setFocus()
        editor.grid.go(0, "quantity")

    def add_sheets(self) -> None:
        """Other counters' sheets into this one, which is parked first."""
        self._adding = True
        if self.editor.draft.id is None or self.editor.dirty:
            self.editor.park()
        else:
            self._choose_sheets()

    def _choose_sheets(self) -> None:
        from jxc_desktop.ui.documents.count_dialogs import JoinDialog

        self._adding = False
        draft, saving = self.editor.draft, self.editor.saving

        def go_on(ids: Sequence[int]) -> None:
            saving.run(counting.join, draft.id, draft.version, list(ids), done=saving.take)

        JoinDialog(self.editor, go_on).open()

    def filter(self) -> None:
        """All lines, or only those of which something differs."""
        grid, lines = self.editor.grid, self.editor.lines
        for row, line in enumerate(lines.rows):
            grid.setRowHidden(row, self.only.isChecked() and not lines.is_entry(row)
                              and not self.view.difference(line))

    # -- what happens

    def _shown(self) -> None:
        editor = self.editor
        self._asked.clear()
        self.view.posted = {}
        self.only.setChecked(False)
        self._refresh()
        if editor.editing and editor.draft.id is None and not editor.lines.lines:
            editor.bars.show_bar(_BAR, tr("Make a sheet of what should be there, or scan and type what is there."),
                                 Tone.ACCENT, [(tr("Make a sheet…"), self.ask_sheet)])
        else:
            editor.bars.clear(_BAR)
        editor.operations.read(_read_figures, editor.context.queries, editor.current_draft(), done=self._take_figures)
        if self._adding and editor.draft.id is not None and not editor.dirty:
            QTimer.singleShot(0, self._choose_sheets)  # when the save has ended

    def _take_figures(self, found: tuple[Decimal | None, list[CountDifference]]) -> None:
        editor, lines = self.editor, self.editor.lines.lines
        self.view.threshold, differences = found
        if editor.draft.status is not Status.DRAFT:
            self.view.posted = {lines[d.line].get("id") or 0: d for d in differences if d.line < len(lines)}
        elif moved := sum(bool(d.movements_since) for d in differences):
            editor.bars.show_bar(_BAR, tr("{count} of the counted items moved since the sheet was made; what moved is "
                                          "added to what was counted.", count=moved), Tone.NEUTRAL)
        editor.grid.viewport().update()

    def _edited(self) -> None:
        if self.editor.lines.lines:
            self.editor.bars.clear(_BAR)
        self._refresh()
        self._ask_books()

    def _header_edited(self, name: str) -> None:
        if name == "warehouse_id" and self.editor.loaded and self.editor.editing:
            self._leave_warehouse()
        self.view.forget()
        self._refresh()
        self.editor.grid.viewport().update()

    def _leave_warehouse(self) -> None:
        """The books are those of another warehouse now."""
        self.editor.draft.header["snapshot"] = None
        self._asked.clear()
        for line in self.editor.lines.lines:
            line["book"] = None
        self.editor.lines.say_changed()

    def _refresh(self) -> None:
        """Tools and columns for where the count stands."""
        view = self.view
        self.editor.grid.columns.withhold(_OF_THE_BOOKS if view.blind else ())
        self.editor.info.keep_stock_secret(view.blind)
        self.progress.setText(view.progress())
        self.make.setVisible(self.editor.editing and self.editor.draft.status is Status.DRAFT and view.untouched)
        self.only.setVisible(bool(view.standings) and not view.blind)

    def _ask_books(self) -> None:
        """What the books say of items that were not on the sheet."""
        editor = self.editor
        new = {key: one for key, one in self.view.standings.items() if one.book is None and key not in self._asked}
        if new and editor.editing and editor.loaded:
            self._asked |= new.keys()
            draft = Draft(editor.kind.key, editor.current_draft().header, [dict(one.lines[0]) for one in new.values()],
                          editor.draft.id)
            editor.operations.read(editor.context.queries.count_books, draft, done=self._take_books)

    def _take_books(self, found: dict[Key, Decimal]) -> None:
        for key, quantity in found.items():
            one = self.view.standings.get(key)
            if one is not None and one.book is None:
                one.lines[0]["book"] = quantity
        self.editor.lines.say_changed()
