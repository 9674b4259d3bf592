"""What there is to buy becomes orders: requests and what reorder points propose, merged per supplier."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Draft, Status, Values
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, partner
from jxc_desktop.services import catalog, documents, orders, replenishment, units
from jxc_desktop.services.catalog import ItemInfo, UnitChoice
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

ORDER, REQUEST = "purchase_order", "purchase_request"
PENDING = (Status.DRAFT, Status.SUBMITTED)  # orders that will count, but do not yet
_d, _l = document.c, document_line.c


class OrderedAlready(UserError):
    message = N_("{item} of {number} has just been ordered by somebody else")


@dataclass(frozen=True)
class Choice:
    """So many base units of an item from a supplier: for a line of a request, or without one for stock."""

    item_id: int
    supplier_id: int
    quantity: Decimal
    request_line_id: int | None = None
    warehouse_id: int | None = None  # None: the first one


@dataclass(frozen=True)
class Offer:
    """What a supplier was paid last for a base unit of an item."""

    supplier_id: int
    supplier: str
    price: Decimal
    date: dt.date


def order(work: Work, choices: Sequence[Choice], post: bool = True) -> list[list[Any]]:
    """One order per supplier and warehouse, posted or kept as drafts; returns [id, number] of each.

    A line for each choice, linked to its request; the last line of an item takes what fills the supplier's packs.
    Raises OrderedAlready, and what saving raises: then nothing is ordered at all.
    """
    from jxc_desktop.services.queries import paths

    kind = document_types.BY_KEY[ORDER]
    work.require(kind.permission("save"))
    _refuse_ordered(work, choices)
    first = paths.new_draft(work.connection, kind, work.actor).header.get("warehouse_id")
    by_order: dict[tuple[int, int | None], list[Choice]] = defaultdict(list)
    for choice in choices:
        by_order[choice.supplier_id, choice.warehouse_id or first].append(choice)
    made = []
    for (supplier_id, warehouse_id), chosen in sorted(by_order.items(), key=lambda each: each[0]):
        draft = _draft(work, supplier_id, chosen)
        draft.header["warehouse_id"] = warehouse_id
        saved = documents.save(work, draft) if post else documents.park(work, draft)
        made.append([saved.id, saved.number or ""])
    return made


def offers(connection: Connection, item_ids: Collection[int]) -> dict[int, list[Offer]]:
    """Who supplied each item, the latest first."""
    from jxc_desktop.services.queries.lookups import selling_kinds

    place = func.row_number().over(partition_by=(_l.item_id, _d.partner_id), order_by=(_d.date.desc(), _l.id.desc()))
    lines = select(_l.item_id, _d.partner_id, _l.price, _l.factor, _l.per, _d.date, place.label("n")).join_from(
        document_line, document, _d.id == _l.document_id).where(
        _d.kind.in_(selling_kinds(False)), _d.status == Status.POSTED, _d.reversal_of_id.is_(None),
        _l.item_id.in_(item_ids), _l.price.is_not(None), _l.gift.is_(False)).subquery()
    found: dict[int, list[Offer]] = defaultdict(list)
    for r in connection.execute(select(lines, partner.c.name).join_from(
            lines, partner, partner.c.id == lines.c.partner_id).where(lines.c.n == 1, partner.c.active).order_by(
            lines.c.date.desc(), lines.c.partner_id)):
        price = values.divide(values.product(r.price, r.per or catalog.ONE), r.factor or catalog.ONE,
                              values.PRICE_PLACES)
        found[r.item_id].append(Offer(r.partner_id, r.name, price, r.date))
    return found


def price_of(info: ItemInfo, known: Sequence[Offer], supplier_id: int | None) -> Decimal | None:
    """Of a base unit: what this supplier was paid last, else the list price, else what any was paid last."""
    own = next((o.price for o in known if o.supplier_id == supplier_id), None)
    return own if own is not None else info.purchase_price if info.purchase_price is not None \
        else known[0].price if known else None


def bought_in(info: ItemInfo) -> UnitChoice:
    """The unit in which an item is bought."""
    return next((u for u in info.units[1:] if u.purchase_price is not None), info.units[0])


def in_full_packs(quantity: Decimal, info: ItemInfo, multiple: Decimal | None, least: Decimal | None) -> Decimal:
    """So many base units, or as many more as the supplier's packs and least quantity ask for."""
    unit = bought_in(info)
    return units.in_base(units.in_packs(replenishment.orderable(quantity, multiple, least), unit), unit)


def pending(connection: Connection) -> tuple[set[int], dict[tuple[int, int | None], Decimal]]:
    """What drafts of orders, and those that wait for approval, will order: the lines of requests that they serve,
    and how much for stock by (item, warehouse) and by (item, None).
    """
    quantities: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    rows = connection.execute(select(_l.item_id, _l.unit_id, _l.quantity, _l.source_line_id, _d.warehouse_id).join_from(
        document_line, document, _d.id == _l.document_id).where(
        _d.kind == ORDER, _d.status.in_(PENDING), _l.item_id.is_not(None))).all()
    infos = catalog.items(connection, {r.item_id for r in rows})
    for r in rows:
        choice = infos[r.item_id].choice(r.unit_id)
        if choice and r.quantity and not r.source_line_id:
            for place in {r.warehouse_id, None}:
                quantities[r.item_id, place] += choice.base(r.quantity)
    return {r.source_line_id for r in rows if r.source_line_id}, dict(quantities)


def _refuse_ordered(work: Work, choices: Sequence[Choice]) -> None:
    """Two buyers may have looked at the same requests: the lines are locked, and must still be open."""
    asked = {c.request_line_id for c in choices if c.request_line_id}
    lines = orders.lock_sources(work, asked)
    served, _ = pending(work.connection)
    for line_id in sorted(asked):
        line = lines.get(line_id)
        if line is None or not line.open or line_id in served:
            name = work.connection.scalar(select(item.c.name).where(item.c.id == line.item_id)) if line else ""
            raise OrderedAlready(item=name or "", number=line.number if line else "")


def _draft(work: Work, supplier_id: int, chosen: Sequence[Choice]) -> Draft:
    from jxc_desktop.services.queries import paths

    c, ids = work.connection, {choice.item_id for choice in chosen}
    infos, known = catalog.items(c, ids), offers(c, ids)
    buying = {r.id: r for r in c.execute(select(
        item.c.id, item.c.order_multiple, item.c.order_minimum, item.c.lead_days).where(item.c.id.in_(ids)))}
    draft = paths.new_draft(c, document_types.BY_KEY[ORDER], work.actor)
    draft.header["partner_id"] = supplier_id
    draft.header["due_date"] = _due(c, draft.header["date"], [r.lead_days for r in buying.values()], chosen)
    by_item: dict[int, list[Choice]] = defaultdict(list)
    for choice in chosen:
        by_item[choice.item_id].append(choice)
    for item_id, wanted in by_item.items():
        wanted.sort(key=lambda choice: choice.request_line_id is None)  # stock takes what fills the packs
        info, terms = infos[item_id], buying[item_id]
        total = sum((choice.quantity for choice in wanted), ZERO)
        more = in_full_packs(total, info, terms.order_multiple, terms.order_minimum) - total
        price = price_of(info, known.get(item_id, ()), supplier_id)
        for choice in wanted:
            quantity = choice.quantity + (more if choice is wanted[-1] else ZERO)
            draft.lines.append(_line(info, quantity, price) | {"source_line_id": choice.request_line_id})
    return draft


def _line(info: ItemInfo, quantity: Decimal, price: Decimal | None) -> Values:
    """In the unit that is bought where that is whole, else in base units."""
    unit = bought_in(info)
    packs = units.in_packs(quantity, unit)
    if units.in_base(packs, unit) != quantity:
        unit, packs = info.units[0], quantity
    of_unit = None if price is None else values.divide(values.product(price, unit.factor), unit.per,
                                                       values.PRICE_PLACES)
    return {"item_id": info.id, "unit_id": unit.unit_id, "quantity": packs, "price": of_unit,
            "tax_rate": info.tax_rate}


def _due(connection: Connection, today: dt.date, lead_days: Sequence[int | None],
         chosen: Sequence[Choice]) -> dt.date | None:
    """When the slowest item will be there; where nobody knows, the day that the first request needs it."""
    known = [days for days in lead_days if days is not None]
    if known:
        return replenishment.due(today, max(known))
    asked = [choice.request_line_id for choice in chosen if choice.request_line_id]
    needed: dt.date | None = connection.scalar(select(func.min(_d.due_date)).join_from(
        document_line, document, _d.id == _l.document_id).where(_l.id.in_(asked), _d.due_date >= today))
    return needed


