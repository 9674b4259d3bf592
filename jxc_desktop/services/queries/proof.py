"""The part of the read side that proves figures: derivations, traces, any day's stock, closed periods."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from jxc_desktop.services.queries.reading import Reading

if TYPE_CHECKING:
    from jxc_desktop.services.queries.breaks import Answer, Question
    from jxc_desktop.services.queries.closing import CheckItem, ClosedPeriod, Difference
    from jxc_desktop.services.queries.explain import Explanation, LineCost
    from jxc_desktop.services.queries.trace import Trace
    from jxc_desktop.services.queries.truth import Held

PAGE = 100  # steps of an explanation at once


class ProofQueries(Reading):
    def explain(self, item_id: int, warehouse_id: int | None = None, lot_id: int | None = None,
                as_of: dt.date | None = None, *, limit: int = PAGE, skip: int = 0) -> Explanation:
        """How a balance and its cost came about."""
        from jxc_desktop.services.queries import explain as explanations
        with self._reading("see_cost") as c:
            return explanations.explain(c, item_id, warehouse_id, lot_id, as_of, limit=limit, skip=skip)

    def explain_document(self, document_id: int) -> list[LineCost]:
        from jxc_desktop.services.queries import explain as explanations
        with self._reading("see_cost") as c:
            return explanations.explain_document(c, document_id)

    def trace(self, lot_id: int) -> Trace:
        from jxc_desktop.services.queries import trace
        with self._reading("item.see") as c:
            return trace.trace(c, lot_id)

    def stock_as_of(self, on: dt.date | None, *, known_at: dt.datetime | None = None, item_id: int | None = None,
                    warehouse_id: int | None = None) -> dict[tuple[int, int], Held]:
        """Stock and value at the end of a day, by today's knowledge or that of a moment (UTC)."""
        from jxc_desktop.services.queries import truth
        with self._reading("see_cost") as c:
            return truth.stock_as_of(c, on, known_at=known_at, item_id=item_id, warehouse_id=warehouse_id)

    def periods(self) -> list[ClosedPeriod]:
        from jxc_desktop.services.queries import closing
        with self._reading("report.see") as c:
            return closing.periods(c)

    def checklist(self, through: dt.date) -> list[CheckItem]:
        """What to look at before a period is closed."""
        from jxc_desktop.services.queries import closing
        with self._reading("report.see") as c:
            return closing.checklist(c, through)

    def difference_sheet(self, period_id: int) -> list[Difference]:
        from jxc_desktop.services.queries import closing
        with self._reading("see_cost") as c:
            return closing.difference_sheet(c, period_id)

    def breaks(self, question: Question, today: dt.date | None = None) -> Answer:
        """Where the chain from order to account is broken, who changed which rule, and what was counted."""
        from jxc_desktop.services.queries import breaks
        with self._reading("report.see") as c:
            return breaks.answer(c, question, self.actor, today)
