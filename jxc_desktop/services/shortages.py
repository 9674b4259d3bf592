"""No stock that is not there: what a posting may not leave behind, by the company's policy."""

from sqlalchemy import select

from jxc_desktop.errors import NeedsConfirmation, NotEnoughStock, Shortage
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import warehouse
from jxc_desktop.services import catalog, orders
from jxc_desktop.services.posting import Locked, Place
from jxc_desktop.services.preparation import Prepared
from jxc_desktop.services.unit_of_work import Work

FORBID, WARN, ALLOW = "forbid", "warn", "allow"


def refuse(work: Work, locked: Locked, prepared: Prepared | None) -> None:
    """Raise NotEnoughStock (or, under 'warn', ask) where stock would fall below zero or below what others hold.

    Checks the stock after the posting, and each later moment where a replay was needed.
    """
    short = [place for place, b in locked.balances.items()
             if (b.moved < 0 and (b.on_hand < 0 or b.free < 0)) or b.dip]
    if not short:
        return
    company = prepared.company if prepared else catalog.the_company(work.connection)
    items = catalog.items(work.connection, {item for item, _ in short})
    names = {r.id: r for r in work.rows(select(warehouse).where(warehouse.c.id.in_({w for _, w in short})))}
    found: dict[str, list[Shortage]] = {FORBID: [], WARN: [], ALLOW: []}
    for place in short:
        item, store = items[place[0]], names[place[1]]
        policy = item.negative_stock or store.negative_stock or company.values["negative_stock"]
        found[policy].append(_shortage(work, locked, place, (item, store.name), prepared))
    if found[FORBID]:
        raise NotEnoughStock(found[FORBID])
    if found[WARN] and "negative_stock" not in work.acknowledged:
        raise NeedsConfirmation("negative_stock", N_("Stock would fall below zero: {shortages}"),
                                shortages="; ".join(s.text() for s in found[WARN]))


def _shortage(work: Work, locked: Locked, place: Place, about: tuple[catalog.ItemInfo, str],
              prepared: Prepared | None) -> Shortage:
    balance, (item, store) = locked.balances[place], about
    needed = -balance.moved
    before = balance.on_hand + needed
    held = balance.reserved
    lines = tuple(i for i, line in enumerate(prepared.draft.lines) if line["item_id"] == item.id) if prepared else ()
    if balance.dip and balance.on_hand >= 0:
        low, day = balance.dip
        needed = max(needed, -low)  # what moves to a later day leaves as much as later issues need
        return Shortage(item.name, store, needed, needed + low, item.unit, lines, on=day.isoformat())
    return Shortage(item.name, store, needed, max(before - held, before * 0), item.unit,
                    lines, holders=orders.holders(work, *place) if held else ())
