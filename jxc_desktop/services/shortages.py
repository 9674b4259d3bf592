"""No stock that is not there: what a posting may not leave behind, by the company's policy."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import NeedsConfirmation, NotEnoughStock, Shortage
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import lot, warehouse
from jxc_desktop.services import catalog, orders
from jxc_desktop.services.balances import Balance, Locked
from jxc_desktop.services.catalog import Company, ItemInfo
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

FORBID, WARN, ALLOW = "forbid", "warn", "allow"


def refuse(work: Work, locked: Locked, draft: Draft | None, company: Company) -> None:
    """Raise NotEnoughStock (or, under 'warn', ask) where stock would fall below zero or below what others hold.

    Checks the stock after the posting, and each later moment where a replay was needed. What is reserved and
    what is kept by lots is never overdrawn, whatever the policy; a count says what is there whoever holds it,
    and where it found less than orders hold, each of them may still get its own.
    """
    short = [place for place, b in locked.shelves.items() if _below_zero(b) or _held(b)]
    lots = [place for place, b in locked.lots.items() if _below_zero(b) or _held(b)]
    if not short and not lots:
        return
    items = catalog.items(work.connection, {place[0] for place in (*short, *lots)})
    stores = {r.id: r for r in work.rows(select(warehouse).where(
        warehouse.c.id.in_({place[1] for place in (*short, *lots)})))}
    found: dict[str, list[Shortage]] = {FORBID: [], WARN: [], ALLOW: []}
    names = {r.id: r.code for r in work.rows(select(lot.c.id, lot.c.code).where(
        lot.c.id.in_({place[2] for place in lots})))} if lots else {}
    for item_id, warehouse_id, lot_id in lots:
        info = items[item_id]
        found[FORBID].append(_shortage(work, locked.lots[item_id, warehouse_id, lot_id], info, stores[warehouse_id],
                                       draft, lot=names[lot_id]))
    for place in [] if found[FORBID] else short:
        info, store, balance = items[place[0]], stores[place[1]], locked.shelves[place]
        policy = FORBID if _held(balance) and balance.reserved else (
            info.negative_stock or store.negative_stock or company.values["negative_stock"])
        found[policy].append(_shortage(work, balance, info, store, draft))
    if found[FORBID]:
        raise NotEnoughStock(found[FORBID])
    if found[WARN] and "negative_stock" not in work.acknowledged:
        raise NeedsConfirmation("negative_stock", N_("Stock would fall below zero: {shortages}"),
                                shortages="; ".join(s.text() for s in found[WARN]))


def _below_zero(balance: Balance) -> bool:
    return (balance.moved < 0 and balance.on_hand < 0) or balance.dip is not None


def _held(balance: Balance) -> bool:
    return balance.moved < 0 and balance.free < balance.least and not balance.counted


def _shortage(work: Work, balance: Balance, info: ItemInfo, store: Any, draft: Draft | None,
              lot: str = "") -> Shortage:
    needed = -balance.moved
    before = balance.on_hand + needed
    held = balance.reserved
    lines = tuple(i for i, line in enumerate(draft.lines) if _is_about(line, info, lot)) if draft else ()
    name = f"{info.name} {lot}".strip()
    if balance.dip and balance.on_hand >= 0:
        low, day = balance.dip
        needed = max(needed, -low)  # what moves to a later day leaves as much as later issues need
        return Shortage(name, store.name, needed, needed + low, info.unit, lines, on=day.isoformat())
    return Shortage(name, store.name, needed, max(before - held, ZERO), info.unit,
                    lines, holders=orders.holders(work, info.id, store.id) if held else ())


def _is_about(line: Mapping[str, Any], info: ItemInfo, lot: str) -> bool:
    return line["item_id"] == info.id and (not lot or line.get("lot") in (None, lot))
