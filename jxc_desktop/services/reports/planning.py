"""What to order, so that there is enough."""

from jxc_desktop.i18n import N_
from jxc_desktop.services import replenishment
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import CATEGORY, ITEM, SUPPLIER, WAREHOUSE, Ask, Body, ReportInfo
from jxc_desktop.services.reports.items import ITEM_COLUMNS, about, asked
from jxc_desktop.values import plain


def to_order(ask: Ask) -> Body:
    """What will be below its reorder point with all that is promised, and what would fill it up again.

    The reorder point of an item is for all warehouses together, that of a warehouse for the stock there.
    """
    given = ask.given
    items = {r.id: r for r in asked(ask)}
    rows = []
    for p in replenishment.proposal(ask.connection, warehouse_id=given.get("warehouse_id"),
                                    supplier_id=given.get("partner_id")):
        if p.item.id in items:
            rows.append(about(items[p.item.id]) | {
                "warehouse": p.warehouse, "on_hand": p.held.on_hand, "reserved": p.held.reserved,
                "on_order": p.held.on_order, "demand": p.held.demand, "projected": p.held.projected,
                "reorder_point": p.rule.minimum, "maximum": p.rule.maximum or None, "suggested": p.suggested,
                "packs": f"{plain(p.packs)} {p.unit.name}", "supplier": p.supplier, "due": p.due,
                "link": f"ledger/{p.item.id}"})
    return (*ITEM_COLUMNS, ListColumn("warehouse", N_("Warehouse"), width=100), *(
        ListColumn(key, title, "quantity", 90) for key, title in (
            ("on_hand", N_("On hand")), ("reserved", N_("Reserved")), ("on_order", N_("On order")),
            ("demand", N_("Ordered from us")), ("projected", N_("Projected")), ("reorder_point", N_("Reorder point")),
            ("maximum", N_("Maximum stock")), ("suggested", N_("Suggested")))),
            ListColumn("packs", N_("To order"), width=90), ListColumn("supplier", N_("Supplier"), width=140),
            ListColumn("due", N_("Expected on"), "date", 100)), rows


REPORTS = (ReportInfo("to_order", N_("Below reorder point"), (WAREHOUSE, SUPPLIER, CATEGORY, ITEM), to_order),)
