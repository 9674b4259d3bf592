"""Reserving stock for the line of an order by hand, and giving it up."""

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Promise, Status
from jxc_desktop.errors import NotEnoughStock, NotFound, Shortage, WrongState
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document_line
from jxc_desktop.models.records import unit, warehouse
from jxc_desktop.services import balances, catalog, followups, orders, surplus, trail
from jxc_desktop.services.balances import Locked
from jxc_desktop.services.orders import SourceLine
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO


def reserve(work: Work, line_id: int, quantity: Decimal | None = None, partial: bool = False) -> Decimal:
    """Hold stock for an order line: `quantity` base units, or what it still lacks. Returns what was granted.

    Availability is the only limit. `partial` takes what is free, in whole units where the line's unit exists only
    whole; else raises NotEnoughStock when it is not all there.
    """
    line, locked = _locked(work, line_id)
    asked = max(line.open - line.reserved if quantity is None else quantity, ZERO)
    free = line.free(locked)
    if asked > free and not partial:
        raise NotEnoughStock([_shortage(work, line, asked, free)])
    granted = _whole(work, line_id, min(asked, free))
    _change(work, locked, line, granted)
    return granted


def release(work: Work, line_id: int, quantity: Decimal | None = None) -> Decimal:
    """Give up `quantity` base units of what an order line holds, or all. Returns what was given up."""
    line, locked = _locked(work, line_id)
    given_up = line.reserved if quantity is None else min(max(quantity, ZERO), line.reserved)
    _change(work, locked, line, -given_up)
    return given_up


def _locked(work: Work, line_id: int) -> tuple[SourceLine, Locked]:
    line = orders.lock_sources(work, [line_id]).get(line_id)
    if line is None or line.promise is not Promise.RESERVED:
        raise NotFound(what=N_("Order line"), key=line_id)
    work.require(document_types.BY_KEY[line.kind].permission("save"))
    if line.status not in (Status.POSTED, Status.CLOSED) or not line.stocked:
        raise WrongState(number=line.number, status=document_types.schema.STATUS_TITLES[Status(line.status)])
    return line, balances.lock(work, [line.shelf], orders.lots([line]))


def _change(work: Work, locked: Locked, line: SourceLine, more: Decimal) -> None:
    if not more:
        return
    line.hold(locked, more)
    orders.store_lines(work, [line])
    balances.store(work, locked)
    if more < 0:
        followups.nothing_held(work, line.document_id)
    else:
        surplus.give_way(work, [line.item_id])
    work.changes.add(("stock", line.item_id))
    work.audits.append(trail.Audit("reserve" if more > 0 else "release", line.kind, line.document_id, line.number,
                                   [("reserved", None, line.reserved - more, line.reserved)]))


def _whole(work: Work, line_id: int, granted: Decimal) -> Decimal:
    """The part of it that is made of whole units, as many decimals as the line's unit has."""
    c = document_line.c
    row: Any = work.connection.execute(select(c.factor, c.per, unit.c.decimals).join_from(
        document_line, unit, unit.c.id == c.unit_id).where(c.id == line_id)).one()
    choice = catalog.UnitChoice(0, "", row.factor, row.decimals, row.per or catalog.ONE)
    units = (granted * choice.per / row.factor).quantize(Decimal(1).scaleb(-row.decimals), rounding=ROUND_FLOOR)
    return min(choice.base(units), granted)


def _shortage(work: Work, line: SourceLine, asked: Decimal, free: Decimal) -> Shortage:
    info = catalog.items(work.connection, [line.item_id])[line.item_id]
    store = work.connection.scalar(select(warehouse.c.name).where(warehouse.c.id == line.warehouse_id))
    return Shortage(info.name, store or "", asked, free, info.unit, holders=orders.holders(work, *line.shelf))
