"""ABC classes: the few items that make up most of what stock is used for, and the many that do not."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import Connection, func, select

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.stock import stock_move
from jxc_desktop.values import ZERO

CLASSES = ("A", "B", "C")
SHARES = {"A": Decimal("0.80"), "B": Decimal("0.95")}  # of the value used, up to which items belong to the class
PERIOD = dt.timedelta(days=365)
_USE = (Basis.CURRENT.value, Basis.USED.value)


def classes(connection: Connection, until: dt.date) -> dict[int, str]:
    """The class of every item that was issued in the year before `until`; the others are of class C."""
    m = stock_move.c
    end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time())
    used = connection.execute(select(m.item_id, func.sum(m.value).label("value")).where(
        m.effective_at >= end - PERIOD, m.effective_at < end, m.basis.in_(_USE)).group_by(m.item_id)).all()
    return ranked((r.item_id, -r.value) for r in used if r.value < 0)


def ranked(used: Iterable[tuple[int, Decimal]]) -> dict[int, str]:
    """Classes by the value used: an item that begins below a class's share of the total belongs to it."""
    rows = sorted(used, key=lambda row: (-row[1], row[0]))
    total = sum((value for _, value in rows), ZERO)
    found, before = {}, ZERO
    for item_id, value in rows:
        found[item_id] = next((name for name, share in SHARES.items() if before < share * total), "C")
        before += value
    return found
