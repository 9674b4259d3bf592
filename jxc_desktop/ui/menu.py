"""Where one can go: the navigation, made from the declared types, and what the palette finds."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Section
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.navigation import NavEntry, NavGroup
from jxc_desktop.ui.palette import DOCUMENT, FUNCTION, ITEM, PARTNER, PaletteHit

May = Callable[[str], bool]
Open = Callable[[str], object]

LOTS, WAITING = "lots", "waiting"
HOME, STOCK, AUDIT, IMPORT, PERIODS, BREAKS = "home", "stock", "audit", "import", "periods", "breaks"
REPORTS = (  # (key, title); services/reports/ says what is in them
    ("sales_summary", N_("Sales summary")), ("sales_detail", N_("Sales details")),
    ("purchase_summary", N_("Purchase summary")), ("purchase_detail", N_("Purchase details")),
    ("stock_movement", N_("Stock movement summary")), ("stock_value", N_("Stock value")),
    ("to_order", N_("Below reorder point")), ("open_orders", N_("Open orders")),
    ("stock_ageing", N_("Stock ageing")), ("lot_stock", N_("Stock by lot")), ("expiry", N_("Expiry list")),
    ("count_accuracy", N_("Count accuracy")),
    ("since_reported", N_("Changed since reported")), ("closed_periods", N_("Closed periods")),
    ("period_difference", N_("Period difference sheet")),
)
_OF_LOTS = frozenset({"lot_stock", "expiry"})
ACCOUNTS = (("partner_balances", N_("Balances of partners")), ("partner_statement", N_("Partner statement")))
_AREAS = ((Section.PURCHASE, N_("Purchasing"), "shopping-cart"), (Section.SALES, N_("Sales"), "truck"),
          (Section.STOCK, N_("Stock"), "package"))
_ELSEWHERE = frozenset({"partner", "approval_rule", "flow_rule"})  # records that are not with the master data
_REQUEST = "purchase_request"


def groups(may: May, on_settings: Callable[[], object], features: frozenset[str] = frozenset()) -> tuple[NavGroup, ...]:
    """The navigation for somebody with these rights, where these features are used; no group without an entry."""
    made = [NavGroup(HOME, N_("Home"), "house", opens=HOME)]
    for section, title, icon in _AREAS:
        entries = [_list(f"document/{kind.key}", kind.title) for kind in document_types.ALL
                   if kind.section is section and kind.key != _REQUEST and may(kind.permission("see"))]
        if section is Section.STOCK and may("item.see"):
            entries.insert(0, _entry(STOCK, N_("Stock query")))
            if features:
                entries.insert(1, _entry(LOTS, N_("Lots and serial numbers")))
        if section is Section.STOCK and may("report.see"):
            entries += [_entry(BREAKS, N_("Find the break")), _entry(PERIODS, N_("Period close"))]
        made.append(NavGroup(section.value, title, icon, tuple(entries)))
    made.append(NavGroup("workflow", N_("Workflow"), "workflow", tuple(_workflow(may))))
    reading = may("report.see")
    partners = [_list("record/partner", N_("Partners"))] if may("partner.see") else []
    made.append(NavGroup("partners", N_("Accounts"), "wallet", (*partners, *_reports(ACCOUNTS, reading))))
    shown = tuple(report for report in REPORTS if features or report[0] not in _OF_LOTS)
    made.append(NavGroup("reports", N_("Reports"), "chart-column", _reports(shown, reading)))
    made.append(NavGroup("records", N_("Master data"), "book-open", tuple(_records(may))))
    made.append(NavGroup("settings", N_("Settings"), "sliders-horizontal", opens=on_settings, bottom=True))
    return tuple(group for group in made if group.entries or group.opens)


def _entry(key: str, title: str) -> NavEntry:
    return NavEntry(f"nav/{key}", title, key)


def _list(source: str, title: str) -> NavEntry:
    """The list of a type; marked as well while one of its documents or records is in front."""
    return NavEntry(source, title, f"list/{source}")


def _reports(reports: tuple[tuple[str, str], ...], may: bool) -> tuple[NavEntry, ...]:
    return tuple(_entry(f"report/{key}", title) for key, title in reports) if may else ()


def _workflow(may: May) -> list[NavEntry]:
    """Work that goes from hand to hand, and the company's rules for it."""
    entries = [_entry(WAITING, N_("Approvals"))] if may("item.see") else []
    if may(f"{_REQUEST}.see"):
        entries.append(_list(f"document/{_REQUEST}", document_types.BY_KEY[_REQUEST].title))
    rules = [document_types.RECORDS_BY_KEY[key] for key in ("approval_rule", "flow_rule")]
    return entries + [_list(f"record/{r.key}", r.title) for r in rules if may(r.permission("save"))]


def _records(may: May) -> list[NavEntry]:
    kinds = [r for r in document_types.RECORDS if r.key not in _ELSEWHERE and may(r.permission("see"))]
    entries = [NavEntry(f"record/{r.key}", r.title, f"record/{r.key}/1") if r.single
               else _list(f"record/{r.key}", r.title) for r in kinds]
    importing = [kind.permission("import") for kind in document_types.ALL]
    if any(map(may, [*importing, *(record.permission("import") for record in document_types.RECORDS)])):
        entries.append(_entry(IMPORT, N_("Import from Excel")))
    if may("report.see"):
        entries.append(_entry(AUDIT, N_("Audit trail")))
    return entries


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
