"""What counts, recipes and late costs ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Draft, Values
from jxc_desktop.services import catalog
from jxc_desktop.services.queries.reading import Reading
from jxc_desktop.values import ZERO

if TYPE_CHECKING:
    from jxc_desktop.services.count_differences import CountDifference
    from jxc_desktop.services.counting import Scope
    from jxc_desktop.services.queries.paths import Received


class ShopQueries(Reading):
    def count_sheet(self, scope: Scope, *, blind: bool = False) -> Draft:
        from jxc_desktop.services import counting
        with self._reading("stock_count.save") as c:
            return counting.sheet(c, scope, blind=blind)

    def count_differences(self, draft: Draft) -> list[CountDifference]:
        """What the lines of a count, saved or not, come to against the books; values for those who may see cost."""
        from jxc_desktop.services import count_differences
        with self._reading("stock_count.see") as c:
            found = count_differences.differences(c, draft)
        return found if self.actor.may("see_cost") else [replace(d, value=ZERO) for d in found]

    def count_books(self, draft: Draft) -> dict[tuple[int, str | None], Decimal]:
        """What the books said, at the moment of the sheet, of the items and lots on these lines."""
        from jxc_desktop.services import count_differences
        with self._reading("stock_count.see") as c:
            return count_differences.books(c, draft)

    def recipe_lines(self, kind_key: str, item_id: int, quantity: Decimal) -> list[Values]:
        """An item and what its recipe needs, as lines of a document of this type."""
        from jxc_desktop.services import recipes
        with self._reading() as c:
            return recipes.lines(c, document_types.BY_KEY[kind_key], item_id, quantity)

    def received(self, line_ids: Collection[int]) -> dict[int, Received]:
        """What the lines that late costs belong to brought in; values for those who may see cost."""
        from jxc_desktop.services.queries import paths
        with self._reading() as c:
            found = paths.received(c, line_ids)
        return found if self.actor.may("see_cost") else {i: r._replace(value=ZERO) for i, r in found.items()}

    def unit_costs(self, item_ids: Collection[int], warehouse_id: int | None) -> dict[int, Decimal]:
        """What a base unit of each item costs now."""
        from jxc_desktop.services import count_differences
        with self._reading("see_cost") as c:
            return count_differences.unit_costs(c, catalog.items(c, item_ids), warehouse_id)
