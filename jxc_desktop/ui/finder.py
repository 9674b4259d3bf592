"""What the palette finds: functions, themes, documents, partners and items."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop import document_types
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.navigation import NavGroup
from jxc_desktop.ui.palette import DOCUMENT, FUNCTION, ITEM, PARTNER, PaletteHit
from jxc_desktop.ui.user_menu import DENSITIES, DENSITY, MODE, MODES, choose

May = Callable[[str], bool]
Open = Callable[[str], object]


def entry_hits(groups: tuple[NavGroup, ...], text: str, go: Callable[[Any], object]) -> list[PaletteHit]:
    """Every entry of the navigation by its title."""
    hits = []
    for group in groups:
        for entry in group.entries or ((group,) if group.opens is not None else ()):
            if text.lower() in tr(entry.title).lower():
                detail = tr(group.title) if entry is not group else ""
                hits.append(PaletteHit(tr(entry.title), detail, group.icon, run=partial(go, entry.opens)))
    return hits


def look_hits(context: Context, text: str, low: bool = False) -> list[PaletteHit]:
    """Themes and row heights for the palette."""
    hits = []
    for title, setting, options, icon in ((N_("Theme"), MODE, MODES, "sun"),
                                          (N_("Row height"), DENSITY, DENSITIES, "list")):
        for value, name in options.items():
            words = f"{tr(title)} {tr(name)}"
            if text and text.lower() in words.lower():
                run = partial(choose, context, setting, str(value), low)
                hits.append(PaletteHit(words, "", icon, "", run))
    return hits


def new_functions(may: May, open_page: Open) -> list[PaletteHit]:
    """'New …' for every type that somebody may save."""
    made = []
    for kind in document_types.ALL:
        if may(kind.permission("save")):
            made.append(PaletteHit(tr("New {what}", what=tr(kind.title)), tr("Document"), "plus",
                                   run=partial(open_page, f"document/{kind.key}/new")))
    for record in document_types.RECORDS:
        if not record.single and may(record.permission("save")):
            made.append(PaletteHit(tr("New {what}", what=tr(record.title)), tr("Master data"), "plus",
                                   run=partial(open_page, f"record/{record.key}/new")))
    return made


class Finder(QObject):
    """Feeds the palette: functions by name or initials, documents, partners and items from the database."""

    def __init__(self, session: Any, open_page: Open, functions: list[PaletteHit], parent: QObject | None = None):
        super().__init__(parent)
        self._session, self._open, self._functions = session, open_page, functions
        self._initials: dict[str, str] = {}
        self._asked = False

    def attach(self, palette: Any) -> None:
        palette.add_provider(FUNCTION, self._find_functions)
        queries = self._session.queries
        palette.add_query(DOCUMENT, partial(find_documents, queries), self._documents)
        for prefix, key, icon in ((PARTNER, "partner", "users"), (ITEM, "item", "package")):
            palette.add_query(prefix, partial(find_records, queries, key), partial(self._records, key, icon))

    def _find_functions(self, text: str) -> list[PaletteHit]:
        if not self._asked:  # the pinyin tables take a moment, and memory: not before somebody searches
            self._asked = True
            titles = [hit.title for hit in self._functions]
            self._session.tasks.run(initials_of, titles, done=self._initials.update, write=False)
        wanted = text.lower()
        return [hit for hit in self._functions
                if wanted in hit.title.lower() or wanted in self._initials.get(hit.title, "")]

    def _documents(self, link: Any) -> list[PaletteHit]:
        if link is None:
            return []
        kind = document_types.BY_KEY[link.kind]
        return [PaletteHit(link.number, f"{tr(kind.title)}  {link.date}", kind.icon,
                           run=partial(self._open, f"document/{link.kind}/{link.id}"))]

    def _records(self, key: str, icon: str, rows: Any) -> list[PaletteHit]:
        return [PaletteHit(row.name, f"{row.code}  {row.detail}".strip(), icon,
                           run=partial(self._open, f"record/{key}/{row.id}")) for row in rows]


def find_documents(queries: Any, text: str) -> Any:
    """On a worker."""
    return queries.find_document(text)


def find_records(queries: Any, key: str, text: str) -> Any:
    """On a worker: the first records with this name, code or pinyin."""
    return queries.find(key, text, limit=6)


def initials_of(titles: list[str]) -> dict[str, str]:
    """On a worker, because the pinyin tables take a moment to load."""
    from jxc_desktop.services.pinyin import readings

    return {title: readings(title)[0] for title in titles}
