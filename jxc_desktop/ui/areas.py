"""The areas of work: all of the navigation that is known before the books are open. `ui.menu` fills them."""

from collections.abc import Callable

from jxc_desktop.i18n import N_
from jxc_desktop.ui.navigation import NavGroup

HOME, PURCHASE, SALES, STOCK = "home", "purchase", "sales", "stock"
WORKFLOW, PARTNERS, REPORTS, RECORDS, SETTINGS = "workflow", "partners", "reports", "records", "settings"


def areas(on_settings: Callable[[], object]) -> tuple[NavGroup, ...]:
    """The groups in their order, without an entry."""
    return (NavGroup(HOME, N_("Home"), "house", opens=HOME),
            NavGroup(PURCHASE, N_("Purchasing"), "shopping-cart"),
            NavGroup(SALES, N_("Sales"), "truck"),
            NavGroup(STOCK, N_("Stock"), "package"),
            NavGroup(WORKFLOW, N_("Workflow"), "workflow"),
            NavGroup(PARTNERS, N_("Accounts"), "wallet"),
            NavGroup(REPORTS, N_("Reports"), "chart-column"),
            NavGroup(RECORDS, N_("Master data"), "book-open"),
            NavGroup(SETTINGS, N_("Settings"), "sliders-horizontal", opens=on_settings, bottom=True))
