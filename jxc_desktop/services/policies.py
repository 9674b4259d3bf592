"""The company's rules of cost, as the costing reads them."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from jxc_desktop.services import catalog
from jxc_desktop.services.catalog import Company, ItemInfo
from jxc_desktop.services.replay import Policy


def of(company: Company, items: Iterable[ItemInfo]) -> Policy:
    """The rules for these items."""
    items = list(items)
    given = company.values
    return Policy(
        by_warehouse=given["cost_level"] == "warehouse", by_lot=bool(given["cost_by_lot"]),
        returns_in_at_current=given["return_in_cost"] == "current",
        returns_out_at_current=given["return_out_cost"] == "current",
        late_cost_reposts=given["late_cost"] == "repost",
        fifo=frozenset(i.id for i in items if i.cost_method == "fifo"),
        standard_costs={i.id: i.standard_cost for i in items if i.standard_cost})


def of_company(connection: Connection, item_ids: Collection[int]) -> Policy:
    """The rules for the items with these ids, read from the database."""
    return of(catalog.the_company(connection), catalog.items(connection, item_ids).values())
