"""The part of the read side that looks ahead: lots to take, what will be there, what to order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from jxc_desktop.services import projection
from jxc_desktop.services.queries.reading import Reading

if TYPE_CHECKING:
    from jxc_desktop.services.picking import LotFigures, Picks
    from jxc_desktop.services.projection import ProjectedDay
    from jxc_desktop.services.replenishment import ProposalRow


class PlanningQueries(Reading):
    def lots(self, item_id: int, warehouse_id: int | None = None, on: dt.date | None = None) -> list[LotFigures]:
        """The lots that are there, those that expire first in front."""
        from jxc_desktop.services import picking
        with self._reading() as c:
            return picking.lots_of(c, item_id, warehouse_id, on)

    def pick(self, item_id: int, warehouse_id: int | None, quantity: Decimal, strategy: str = "fefo", *,
             on: dt.date | None = None, warehouses: Sequence[int] = (), partial: bool = False) -> Picks:
        """Which lots or warehouses to take goods from (picking.Strategy)."""
        from jxc_desktop.services import picking
        with self._reading() as c:
            return picking.pick(c, item_id, warehouse_id, quantity, strategy, on=on, warehouses=warehouses,
                                partial=partial)

    def projected(self, item_id: int, warehouse_id: int | None = None, as_of: dt.date | None = None) -> Decimal:
        with self._reading() as c:
            return projection.projected(c, item_id, warehouse_id, as_of)

    def projected_days(self, item_id: int, warehouse_id: int | None = None) -> list[ProjectedDay]:
        """What will be there after each day for which something is promised."""
        with self._reading() as c:
            return projection.timeline(c, item_id, warehouse_id)

    def replenishment(self, *, warehouse_id: int | None = None, supplier_id: int | None = None) -> list[ProposalRow]:
        """What to order, by item code."""
        from jxc_desktop.services import replenishment
        with self._reading("report.see") as c:
            return replenishment.proposal(c, warehouse_id=warehouse_id, supplier_id=supplier_id)
