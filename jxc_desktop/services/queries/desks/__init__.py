"""Three desks on the same data: what buyers, salespeople and the warehouse have to do now."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from jxc_desktop import document_types
from jxc_desktop.services.queries.desks import flow
from jxc_desktop.services.queries.reading import Reading

if TYPE_CHECKING:
    from jxc_desktop.services.queries.desks.buying import BuyerDesk
    from jxc_desktop.services.queries.desks.promise import Promised
    from jxc_desktop.services.queries.desks.selling import SalesDesk
    from jxc_desktop.services.queries.desks.storing import StockDesk


class DeskQueries(Reading):
    def buyer_desk(self, today: dt.date | None = None) -> BuyerDesk:
        from jxc_desktop.services.queries.desks import buying
        with self._reading("purchase_order.see") as c:
            return buying.desk(c, today or dt.date.today())

    def sales_desk(self, today: dt.date | None = None, *, mine: bool = False) -> SalesDesk:
        """`mine`: only the orders of who asks."""
        from jxc_desktop.services.queries.desks import selling
        with self._reading("sales_order.see") as c:
            return selling.desk(c, today or dt.date.today(), self.actor if mine else None)

    def stock_desk(self, today: dt.date | None = None) -> StockDesk:
        from jxc_desktop.services.queries.desks import storing
        with self._reading("item.see") as c:
            return storing.desk(c, today or dt.date.today(), self.actor)

    def pending(self, today: dt.date | None = None) -> flow.Pending:
        """How many documents of each type wait, and how many of them are late."""
        with self._reading() as c:
            found = flow.pending(c, today or dt.date.today())
        return {(kind, state): count for (kind, state), count in found.items()
                if self.actor.may(document_types.BY_KEY[kind].permission("see"))}

    def drafts(self, limit: int) -> list[flow.DraftRow]:
        """The newest drafts of all types that this person may see."""
        kinds = [k for k in document_types.ALL if self.actor.may(k.permission("see"))]
        with self._reading() as c:
            return flow.drafts(c, kinds, self.actor, limit)

    def promise(self, item_id: int, quantity: Decimal, warehouse_id: int | None = None) -> Promised:
        """When so many base units can be promised."""
        from jxc_desktop.services.queries.desks import promise
        with self._reading("item.see") as c:
            return promise.promised(c, item_id, quantity, warehouse_id)
