"""Reads totals while others write: what is only moved about adds up to the same on every read."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, func, select

from jxc_desktop.models import TABLES
from jxc_desktop.services import database


@dataclass
class Totals:
    """How often was read, and what was wrong: the first, the worst, and anything below zero."""

    reads: int = 0
    wrong: int = 0
    first: Decimal | None = None
    worst: Decimal | None = None
    negative: int = 0


def watch(engine: Engine, items: tuple[int, ...], expected: Decimal, ended: Callable[[], bool]) -> Totals:
    """Read the sums of both the balances and the ledger until the writers have ended, and once more."""
    found = Totals()
    last = False
    while not last:
        last = ended()
        for total, low in _sums(engine, items):
            found.reads += 1
            found.negative += low < 0
            if total != expected:
                found.wrong += 1
                found.first = total if found.first is None else found.first
                if found.worst is None or abs(total - expected) > abs(found.worst - expected):
                    found.worst = total
        time.sleep(0.05)
    return found


def _sums(engine: Engine, items: tuple[int, ...]) -> list[tuple[Decimal, Any]]:
    b, m = TABLES["stock_balance"].c, TABLES["stock_move"].c
    with database.unmoving(engine) as connection:
        held = connection.execute(select(func.sum(b.on_hand), func.min(b.on_hand)).where(b.item_id.in_(items))).one()
        moved = connection.scalar(select(func.sum(m.quantity)).where(m.item_id.in_(items)))
    return [(held[0], held[1]), (moved, 0)]
