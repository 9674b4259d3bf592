"""Stock and its value on any day: with all that is known today, or as it was reported at a moment back then."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, select

from jxc_desktop.models.documents import document
from jxc_desktop.models.records import company
from jxc_desktop.models.stock import period, period_figure, posting, stock_move
from jxc_desktop.services import netting
from jxc_desktop.values import ZERO, share_of

_m, _p = stock_move.c, posting.c
WHOLE_COMPANY = 0  # in place of a warehouse


class Held(NamedTuple):
    """Stock and its value."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO

    def plus(self, quantity: Decimal, value: Decimal) -> "Held":
        return Held(self.quantity + quantity, self.value + value)


def stock_as_of(connection: Connection, on: dt.date | None, *, known_at: dt.datetime | None = None,
                item_id: int | None = None, warehouse_id: int | None = None) -> dict[tuple[int, int], Held]:
    """What was there at the end of a day by item and warehouse, and (warehouse 0) in the whole company.

    Without a day, all that is in the books counts, whatever its date. With `known_at` (UTC) only what had been
    entered by then. Where the cost is the whole company's, a warehouse has its share of the value by quantity.
    """
    mine = [netting.of_items(item_id)] + ([] if on is None else [_m.effective_at < netting.day_end(on)])
    found: dict[tuple[int, int], Held] = defaultdict(Held)
    if known_at is None:
        close = standing_close(connection, on or dt.date.max)
        if close is not None:
            mine.append(_m.effective_at >= netting.day_end(close.through))
            _add_frozen(connection, found, close.id, item_id)
    for r in connection.execute(_sums(mine, known_at)):
        for place in (r.warehouse_id, WHOLE_COMPANY):
            found[r.item_id, place] = found[r.item_id, place].plus(r.quantity, r.value)
    if not costs_by_warehouse(connection):
        found |= {key: Held(held.quantity, _share(held.quantity, found[key[0], WHOLE_COMPANY]))
                  for key, held in found.items() if key[1] != WHOLE_COMPANY}
    return {key: held for key, held in found.items() if any(held) and warehouse_id in (None, key[1])}


def standing_close(connection: Connection, on: dt.date, *, before: bool = False) -> Row[Any] | None:
    """The last close on or before a day (or only before it) that was not taken back."""
    c = period.c
    return connection.execute(select(period).where(
        c.reopened_at.is_(None), c.through < on if before else c.through <= on).order_by(
        c.through.desc()).limit(1)).first()


def costs_by_warehouse(connection: Connection) -> bool:
    return connection.scalar(select(company.c.cost_level)) == "warehouse"


def changes_since(connection: Connection, on: dt.date, known_at: dt.datetime,
                  item_id: int | None = None) -> Sequence[Row[Any]]:
    """What was entered after `known_at` and changed the stock at the end of a day: per item and posting."""
    d = document.c
    mine = [] if item_id is None else [_m.item_id == item_id]
    sums = [func.sum(_m[name]).label(name) for name in netting.FIGURES]
    about = (_m.item_id, _p.id, _p.at, _p.actor, _p.action, d.id, d.kind, d.number, d.date)
    return connection.execute(select(
        _m.item_id, _p.id.label("posting_id"), _p.at.label("learnt_at"), _p.actor, _p.action, d.id.label("document_id"),
        d.kind, d.number, d.date, *sums).join_from(stock_move, posting, _p.id == _m.posting_id).join(
        document, d.id == _p.document_id).where(
        _m.effective_at < netting.day_end(on), _p.at > known_at, *mine).group_by(*about).order_by(_p.id)).all()


def _sums(where: Sequence[ColumnElement[bool]], known_at: dt.datetime | None) -> Any:
    query = select(_m.item_id, _m.warehouse_id, func.sum(_m.quantity).label("quantity"),
                   func.sum(_m.value).label("value")).where(*where).group_by(_m.item_id, _m.warehouse_id)
    if known_at is not None:
        query = query.join(posting, _p.id == _m.posting_id).where(_p.at <= known_at)
    return query


def _add_frozen(connection: Connection, found: dict[tuple[int, int], Held], period_id: int,
                item_id: int | None) -> None:
    f = period_figure.c
    mine = [f.period_id == period_id] + ([] if item_id is None else [f.item_id == item_id])
    for r in connection.execute(select(f.item_id, f.warehouse_id, f.closing_quantity, f.closing_value).where(*mine)):
        found[r.item_id, r.warehouse_id] = Held(r.closing_quantity, r.closing_value)


def _share(quantity: Decimal, whole: Held) -> Decimal:
    return share_of(whole.value, quantity, whole.quantity) if whole.quantity else ZERO
