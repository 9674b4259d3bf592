"""When so much of an item can be promised: what is there and what will come, less what others were promised."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Promise
from jxc_desktop.models.records import item, unit
from jxc_desktop.models.stock import stock_balance
from jxc_desktop.services import projection, replenishment
from jxc_desktop.values import ZERO


class From(StrEnum):
    """What a date hangs on."""

    STOCK = "stock"
    ARRIVAL = "arrival"
    SUPPLIER = "supplier"  # it has to be ordered yet
    NOTHING = "nothing"  # and nobody knows how long that takes


class Promised(NamedTuple):
    """`number` is the order that brings the goods; `free` what nobody was promised today, in `unit`."""

    date: dt.date | None
    source: From
    free: Decimal
    unit: str
    number: str = ""


def promise_date(connection: Connection, item_id: int, quantity: Decimal, warehouse_id: int | None = None,
                 today: dt.date | None = None) -> dt.date | None:
    """The first day from which so many base units stay free; None where nobody knows."""
    return promised(connection, item_id, quantity, warehouse_id, today).date


def promised(connection: Connection, item_id: int, quantity: Decimal, warehouse_id: int | None = None,
             today: dt.date | None = None) -> Promised:
    """As promise_date, with what the day hangs on.

    All that was promised earlier is kept. What is late, or expected for no day, is not counted on.
    """
    today = today or dt.date.today()
    changes = _changes(connection, item_id, warehouse_id, today)
    b = stock_balance.c
    free = select(func.sum(b.on_hand), func.sum(b.reserved)).where(b.item_id == item_id)
    if warehouse_id is not None:
        free = free.where(b.warehouse_id == warehouse_id)
    on_hand, reserved = connection.execute(free).one()
    there = (on_hand or ZERO) - (reserved or ZERO)
    after: list[tuple[dt.date, Decimal, str]] = [(today, there, "")]
    for day, change, number in changes:
        there += change
        if len(after) > 1 and day == after[-1][0]:  # what is there now stands by itself
            after[-1] = (day, there, number if change > 0 else after[-1][2])
        else:
            after.append((day, there, number if change > 0 else ""))
    lowest = [min(left for _, left, _ in after[n:]) for n in range(len(after))]  # from each day on
    lead, counted_in = connection.execute(select(item.c.lead_days, unit.c.name).join_from(
        item, unit, unit.c.id == item.c.unit_id).where(item.c.id == item_id)).one()
    free_now = max(lowest[0], ZERO)
    for (day, _, number), left in zip(after, lowest, strict=True):
        if left >= quantity:
            return Promised(day, From.ARRIVAL if number else From.STOCK, free_now, counted_in, number)
    day_of_order = replenishment.due(today, lead)
    return Promised(day_of_order, From.NOTHING if day_of_order is None else From.SUPPLIER, free_now, counted_in)


def _changes(connection: Connection, item_id: int, warehouse_id: int | None,
             today: dt.date) -> list[tuple[dt.date, Decimal, str]]:
    """What orders bring, and take beyond what they hold already, by day."""
    found = []
    for r in projection.open_lines(connection, item_id, warehouse_id):
        incoming = document_types.BY_KEY[r.kind].promise is Promise.ON_ORDER
        if not incoming:
            found.append((max(r.due_date or today, today), r.reserved - r.left, r.number))
        elif r.due_date and r.due_date >= today:
            found.append((r.due_date, r.left, r.number))
    return sorted(found, key=lambda change: change[0])
