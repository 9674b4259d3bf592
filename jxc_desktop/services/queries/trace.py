"""Where a lot or serial number came from and where it went, also through what was assembled from it."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document
from jxc_desktop.models.records import item, lot, partner, unit, warehouse
from jxc_desktop.models.stock import lot_balance, stock_move
from jxc_desktop.values import ZERO

_m, _d = stock_move.c, document.c
Stuff = tuple[int, int]  # item, lot (0: not tracked)


@dataclass(frozen=True)
class TraceStep:
    """One move of the lot, or of what it was made of (`level` below zero) or went into (above zero)."""

    level: int
    item_id: int
    item: str
    lot_id: int
    lot: str
    date: dt.date
    document_id: int
    kind: str
    number: str
    partner: str
    warehouse: str
    quantity: Decimal


@dataclass(frozen=True)
class Trace:
    """A lot with its dates, where it lies now, and all its moves, those of its origins first."""

    lot_id: int
    code: str
    item_id: int
    item: str
    unit: str
    production_date: dt.date | None
    expiry_date: dt.date | None
    on_hand: tuple[tuple[str, Decimal], ...]  # warehouse, quantity
    steps: tuple[TraceStep, ...]

    @property
    def came_from(self) -> tuple[TraceStep, ...]:
        """What partners brought of the lot and of what it was made of."""
        return tuple(s for s in self.steps if s.partner and s.quantity > 0 and s.level <= 0)

    @property
    def went_to(self) -> tuple[TraceStep, ...]:
        """What partners got of the lot and of what was made with it."""
        return tuple(s for s in self.steps if s.partner and s.quantity < 0 and s.level >= 0)


def trace(connection: Connection, lot_id: int) -> Trace:
    """Back to the suppliers and forward to the customers. Raises NotFound."""
    about = connection.execute(select(lot, item.c.name.label("item"), unit.c.name.label("unit")).join_from(
        lot, item, item.c.id == lot.c.item_id).join(unit, unit.c.id == item.c.unit_id).where(
        lot.c.id == lot_id)).first()
    if about is None:
        raise NotFound(what=N_("Lot"), key=lot_id)
    levels = {(about.item_id, lot_id): 0}
    for way, wanted, given in ((-1, Basis.MADE, Basis.USED), (1, Basis.USED, Basis.MADE)):
        _follow(connection, levels, way, wanted, given)
    b = lot_balance.c
    held = connection.execute(select(warehouse.c.name, b.on_hand).join_from(
        lot_balance, warehouse, warehouse.c.id == b.warehouse_id).where(b.lot_id == lot_id, b.on_hand != ZERO).order_by(
        warehouse.c.id)).all()
    return Trace(lot_id, about.code, about.item_id, about.item, about.unit, about.production_date, about.expiry_date,
                 tuple(held), tuple(_steps(connection, levels)))


def _follow(connection: Connection, levels: dict[Stuff, int], way: int, known: Basis, wanted: Basis) -> None:
    """Add what stands on the other side of the documents that made (or used) something, step by step."""
    front = {stuff for stuff, level in levels.items() if not level}
    level = 0
    while front:
        level += way
        documents = {document_id for document_id, stuff in _sides(connection, known, lots=[n for _, n in front])
                     if stuff in front}
        front = {stuff for _, stuff in _sides(connection, wanted, documents=documents)} - levels.keys()
        levels |= dict.fromkeys(front, level)
        front = {stuff for stuff in front if stuff[1]}  # goods that are not tracked lead nowhere


def _sides(connection: Connection, basis: Basis, *, lots: Collection[int] | None = None,
           documents: Collection[int] = ()) -> Iterable[tuple[int, Stuff]]:
    """What documents used or made and still stand for."""
    mine = _m.document_id.in_(documents) if lots is None else _m.lot_id.in_(lots)
    for r in connection.execute(select(_m.document_id, _m.item_id, _m.lot_id).where(
            mine, _m.basis == basis.value).group_by(_m.document_id, _m.item_id, _m.lot_id).having(
            func.sum(_m.quantity) != ZERO)):
        yield r.document_id, (r.item_id, r.lot_id)


def _steps(connection: Connection, levels: dict[Stuff, int]) -> Iterable[TraceStep]:
    """Goods that are not tracked have too many moves to show: of them only what was used or made together."""
    tracked = {n for _, n in levels if n}
    making = {document_id for basis in (Basis.USED, Basis.MADE)
              for document_id, _ in _sides(connection, basis, lots=tracked)}
    mine = _m.lot_id.in_(tracked) | ((_m.lot_id == 0) & _m.document_id.in_(making) & _m.item_id.in_(
        {i for i, n in levels if not n}))
    about = (_m.item_id, item.c.name.label("item"), _m.lot_id, lot.c.code.label("lot"), _d.date, _m.effective_at,
             _m.entry, _m.leg, _d.id, _d.kind, _d.number, partner.c.name.label("partner"),
             warehouse.c.name.label("warehouse"))
    rows = connection.execute(select(*about, func.sum(_m.quantity).label("quantity")).join_from(
        stock_move, document, _d.id == _m.document_id).join(item, item.c.id == _m.item_id).join(
        warehouse, warehouse.c.id == _m.warehouse_id).outerjoin(lot, lot.c.id == _m.lot_id).outerjoin(
        partner, partner.c.id == _d.partner_id).where(mine).group_by(*about).having(
        func.sum(_m.quantity) != ZERO).order_by(_m.effective_at, _m.entry, _m.leg)).all()
    found = [TraceStep(levels[r.item_id, r.lot_id], r.item_id, r.item, r.lot_id, r.lot or "", r.date, r.id, r.kind,
                       r.number or "", r.partner or "", r.warehouse, r.quantity)
             for r in rows if (r.item_id, r.lot_id) in levels]
    return sorted(found, key=lambda step: step.level)
