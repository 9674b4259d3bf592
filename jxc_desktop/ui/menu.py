"""Where one can go: the navigation, made from the declared types."""

from collections.abc import Callable, Sequence

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Section
from jxc_desktop.i18n import N_
from jxc_desktop.ui import areas
from jxc_desktop.ui.navigation import NavEntry, NavGroup

May = Callable[[str], bool]

LOTS, WAITING = "lots", "waiting"
STOCK, AUDIT, IMPORT, PERIODS, BREAKS = "stock", "audit", "import", "periods", "breaks"
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
_ELSEWHERE = frozenset({"partner", "approval_rule", "flow_rule"})  # records that are not with the master data
_REQUEST = "purchase_request"


def groups(may: May, on_settings: Callable[[], object], features: frozenset[str] = frozenset()) -> tuple[NavGroup, ...]:
    """The navigation for somebody with these rights, where these features are used; no group without an entry."""
    reading = may("report.see")
    partners = [_list("record/partner", N_("Partners"))] if may("partner.see") else []
    shown = tuple(report for report in REPORTS if features or report[0] not in _OF_LOTS)
    entries: dict[str, Sequence[NavEntry]] = {
        areas.PURCHASE: _documents(Section.PURCHASE, may), areas.SALES: _documents(Section.SALES, may),
        areas.STOCK: _stock(may, features), areas.WORKFLOW: _workflow(may),
        areas.PARTNERS: (*partners, *_reports(ACCOUNTS, reading)), areas.REPORTS: _reports(shown, reading),
        areas.RECORDS: _records(may)}
    made = (area._replace(entries=tuple(entries.get(area.key, ()))) for area in areas.areas(on_settings))
    return tuple(group for group in made if group.entries or group.opens)


def _documents(section: Section, may: May) -> list[NavEntry]:
    return [_list(f"document/{kind.key}", kind.title) for kind in document_types.ALL
            if kind.section is section and kind.key != _REQUEST and may(kind.permission("see"))]


def _stock(may: May, features: frozenset[str]) -> list[NavEntry]:
    asked = [_entry(STOCK, N_("Stock query")), *([_entry(LOTS, N_("Lots and serial numbers"))] if features else [])]
    proven = [_entry(BREAKS, N_("Find the break")), _entry(PERIODS, N_("Period close"))]
    return [*(asked if may("item.see") else []), *_documents(Section.STOCK, may),
            *(proven if may("report.see") else [])]


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
