"""The keys of a document editor, and which of them the status bar shows."""

from functools import partial
from typing import Any

from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.shortcuts import bind

_OF_THE_MENU = ("Ctrl+Shift+S", "Ctrl+Shift+L", "Ctrl+Shift+D", "Ctrl+Shift+P", "Ctrl+E", "Shift+F1", "Shift+F4",
                "Alt+F9")


def bind_all(editor: Any) -> None:
    """Every key does what its button or its entry in the menu does."""
    for key, call in {
            "Ctrl+S": editor.save, "F12": editor.save, "F9": editor.save_and_new, "Ctrl+Return": editor.save_and_new,
            "Ctrl+P": editor.print, "Shift+F9": editor.print, "Ctrl+N": editor.new, "F11": editor.toggle_lines_only,
            "Ctrl+PgUp": partial(editor.step, -1), "Ctrl+PgDown": partial(editor.step, 1),
            "Ctrl+F": editor.lines_card.finder.start, "Alt+Up": editor.problems.read_out,
            "F6": editor.next_zone, "Shift+F6": partial(editor.next_zone, False)}.items():
        bind(editor, key, call)
    for key in _OF_THE_MENU:
        bind(editor, key, partial(_act, editor, key))
    for part in (editor.form, editor.title_row):  # in the lines F2 edits the cell
        bind(part, "F2", editor.correct)


def _act(editor: Any, key: str) -> None:
    for action in editor.menu.all():
        if action.key == key:
            action.call()
            return


_LINES = (("Tab", N_("Every cell")), ("Ctrl+'", N_("Repeat the line above")), ("Insert", N_("Insert line")),
          ("Ctrl+Shift+Up", N_("Move line")), ("Ctrl+I", N_("Where the stock lies")),
          ("Ctrl+V", N_("Paste from Excel")), ("Ctrl+Z", N_("Undo")))
_AROUND = (("F6", N_("Header, lines, buttons")), ("F11", N_("Lines only")), ("Ctrl+F", N_("Find in the lines")),
           ("Ctrl+PgUp", N_("Previous document")), ("Ctrl+PgDown", N_("Next document")))


def more(editor: Any) -> list[tuple[str, str]]:
    """What F1 lists besides: the menu, the lines, the ways around."""
    menu = [(action.key, action.text) for action in editor.menu.all() if action.key]
    return [*menu, *((key, tr(text)) for key, text in (*(_LINES if editor.editing else ()), *_AROUND))]


def hints(editor: Any) -> list[tuple[str, str]]:
    """The keys worth most now."""
    if editor.editing:
        return [("Enter", tr("Next cell")), ("Ctrl+D", tr("Same as above")), ("F2", tr("Edit cell")),
                ("F7", tr("Choose")), ("Ctrl+Del", tr("Delete line"))]
    if editor.approving.may_decide:
        return [("F9", tr("Approve")), ("Alt+F9", tr("Reject…")), ("Ctrl+P", tr("Print")),
                ("Ctrl+Shift+D", tr("Copy as new"))]
    return [("F2", tr("Correct")), ("Ctrl+N", tr("New")), ("Ctrl+P", tr("Print")),
            ("Ctrl+Shift+D", tr("Copy as new")), ("Ctrl+E", tr("Export to Excel"))]
