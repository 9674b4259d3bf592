"""Ledger rows added up: each move with all that was learnt about it, what it brings and what it takes away.

A receipt of 10 corrected to 8 is 8 in, not 10 in and 2 out.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.models.base import Money
from jxc_desktop.models.records import item
from jxc_desktop.models.stock import stock_move
from jxc_desktop.values import ZERO

_m = stock_move.c
EVENT = ("item_id", "warehouse_id", "lot_id", "effective_at", "entry", "leg", "line_id")
FIGURES = ("quantity", "value", "variance")


def day_start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def day_end(day: dt.date) -> dt.datetime:
    """The first moment that is no longer on this day."""
    return day_start(day + dt.timedelta(days=1))


def known_by(day: dt.date) -> dt.datetime:
    """The end of a day on this PC's clock, in UTC like the moments of the database."""
    return day_end(day).astimezone(dt.UTC).replace(tzinfo=None)


def of_items(item_id: int | None = None) -> ColumnElement[bool]:
    """Moves of one item, or of all: told so, SQLite goes to the days of each item and not through all that was."""
    return _m.item_id.in_(select(item.c.id)) if item_id is None else _m.item_id == item_id


def events(*where: ColumnElement[bool], source: FromClause = stock_move) -> Subquery:
    """One row per move: EVENT, FIGURES and its basis."""
    keys = [_m[name] for name in EVENT]
    in_order = [_m[name] for name in ("item_id", "effective_at", "entry", "leg", "line_id", "warehouse_id", "lot_id")]
    return select(*keys, func.max(_m.basis).label("basis"), *(func.sum(_m[f]).label(f) for f in FIGURES)).select_from(
        source).where(*where).group_by(*in_order).subquery()  # as the index has them


def turnover(*where: ColumnElement[bool], known: ColumnElement[bool], company: bool) -> CompoundSelect[Any]:
    """`in_and_out` by item, in parts that are yet to be added up.

    `where` picks moves by what all their rows have in common (EVENT), `known` the rows that count.
    Every row counts as a move, as most are; the few moves of which more was learnt later count net instead.
    """
    keys = [_m[name] for name in EVENT]
    later = select(*keys).where(*where, known, _m.posting_id != _m.entry).distinct().cte("later")
    same = (key == later.c[key.name] for key in keys)
    touched = later.outerjoin(stock_move, and_(*same, known))  # outer, or SQLite goes through all to find the few

    def summed(move: Any, *, taken: bool = False) -> Select[Any]:
        sums = [(f.name, func.sum(f, type_=f.type)) for f in in_and_out(move, company=company)]
        return select(move.item_id, *((-s if taken else s).label(name) for name, s in sums)).group_by(move.item_id)

    rows, net = summed(_m, taken=True).select_from(touched), summed(events(source=touched).c)
    return union_all(summed(_m).where(*where, known), rows, net)


def brings(event: Any, *, company: bool) -> ColumnElement[bool]:
    """Whether a move brings something: goods, or value alone. Everything else takes away.

    For the whole company a transfer brings nothing: both its legs count as what goes out, which comes to nothing.
    """
    into = or_(event.quantity > ZERO, and_(event.quantity == ZERO, event.value > ZERO))
    return and_(into, event.basis != Basis.TRANSFER.value) if company else into


def in_and_out(event: Any, *, company: bool, values: bool = True) -> list[ColumnElement[Any]]:
    """Of one move: quantity and value in, quantity and value out (positive), variance. Else without `values`."""
    into, no_money = brings(event, company=company), literal(ZERO, Money)

    def figure(column: ColumnElement[Any], wanted: ColumnElement[bool]) -> ColumnElement[Any]:
        return case((wanted, column), else_=literal(ZERO, column.type))

    return [figure(event.quantity, into).label("in_quantity"),
            (figure(event.value, into) if values else no_money).label("in_value"),
            figure(-event.quantity, ~into).label("out_quantity"),
            (figure(-event.value, ~into) if values else no_money).label("out_value"),
            (event.variance if values else no_money).label("variance")]
