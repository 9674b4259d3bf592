"""Ctrl+PgUp and Ctrl+PgDn in a document: the one above or below in the list it was opened from, else by number."""

from functools import partial
from typing import Any

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.i18n import tr
from jxc_desktop.ui.page_protocol import optional


def by_number(queries: Any, here: Draft, step: int) -> int | None:
    """On a worker: the document with the next or the previous number; from one without a number, the last."""
    from jxc_desktop.services.queries import ListQuery

    if here.number is None and step > 0:
        return None
    page = queries.list_page(ListQuery(
        f"document/{here.kind}", sort="number", descending=step < 0, limit=1,
        after=(here.number, here.id) if here.number else None))
    return page.rows[0]["id"] if page.rows else None


class Stepping:
    """Knows from which list each document of a window was opened."""

    def __init__(self, window: Any):
        self._window = window
        self._lists: dict[str, str] = {}  # key of a document: key of the page that opened it

    def opened(self, document: str, by: Any) -> None:
        """A page has opened a document."""
        if optional(by, "document_ids"):
            self._lists[document] = by.key

    def step(self, editor: Any, step: int) -> None:
        """Show the neighbour in the same tab."""
        page = self._window.workspace.page(self._lists.get(editor.key, ""))
        shown = optional(page, "document_ids", list)()
        if editor.draft.id in shown:
            at = shown.index(editor.draft.id) + step
            self._show(editor, shown[at] if 0 <= at < len(shown) else None)
        else:
            editor.operations.read(by_number, editor.context.queries, editor.draft, step,
                                   done=partial(self._show, editor))

    def _show(self, editor: Any, document_id: int | None) -> None:
        if document_id is None:
            editor.toaster.show(tr("There is no further document"))
            return
        key, before = f"document/{editor.kind.key}/{document_id}", editor.key
        if before in self._lists:
            self._lists[key] = self._lists[before]
        if key in self._window.workspace.keys:
            self._window.open_page(key)
        else:
            editor.turn_to(document_id)
