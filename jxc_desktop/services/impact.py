"""What a save changes of other documents: shown before anyone confirms it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from jxc_desktop.models.documents import document
from jxc_desktop.models.records import item
from jxc_desktop.services.posting import Restated
from jxc_desktop.services.replay import Worth
from jxc_desktop.values import ZERO


@dataclass(frozen=True)
class ImpactRow:
    """Another document whose figures change: `cost` is what its goods cost more (less, if negative)."""

    document_id: int
    kind: str
    number: str
    date: dt.date
    item: str
    quantity: Decimal
    value: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Impact:
    rows: tuple[ImpactRow, ...]

    @property
    def profit(self) -> Decimal:
        """What all changes together do to the profit."""
        return -sum((row.cost for row in self.rows), ZERO)


def of(connection: Connection, restated: Iterable[Restated]) -> Impact:
    """The changes by document and item, in order of date."""
    sums: dict[tuple[int, int], tuple[Decimal, Worth]] = defaultdict(lambda: (ZERO, Worth(ZERO)))
    for r in restated:
        quantity, worth = sums[r.document_id, r.item_id]
        sums[r.document_id, r.item_id] = quantity + r.quantity, worth.plus(r.worth)
    changed = {key: found for key, found in sums.items() if found[0] or found[1].value or found[1].variance}
    documents = {r.id: r for r in connection.execute(select(
        document.c.id, document.c.kind, document.c.number, document.c.date).where(
        document.c.id.in_({document_id for document_id, _ in changed})))}
    names = {r.id: r.name for r in connection.execute(select(item.c.id, item.c.name).where(
        item.c.id.in_({item_id for _, item_id in changed})))}
    rows = [ImpactRow(document_id, (d := documents[document_id]).kind, d.number or "", d.date, names[item_id],
                      quantity, worth.value, worth.variance - worth.value)
            for (document_id, item_id), (quantity, worth) in changed.items()]
    return Impact(tuple(sorted(rows, key=lambda row: (row.date, row.document_id))))
