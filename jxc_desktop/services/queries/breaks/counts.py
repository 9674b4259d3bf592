"""The stock of the item in question: over the days, and as it was counted."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from jxc_desktop.document_types.schema import Status
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import warehouse
from jxc_desktop.models.stock import posting, stock_move
from jxc_desktop.services import catalog, netting
from jxc_desktop.services.queries import stock, truth
from jxc_desktop.services.queries.breaks.answer import CountRow, Paper, Question, StockOver
from jxc_desktop.services.queries.breaks.papers import COUNTING
from jxc_desktop.values import ZERO

SHOWN = 5
_d, _l, _m = document.c, document_line.c, stock_move.c


def over(connection: Connection, question: Question, item_id: int) -> StockOver:
    """What was there, came, went and is there. Raises NotFound."""
    found = catalog.items(connection, [item_id]).get(item_id)
    if found is None:
        raise NotFound(what=N_("Item"), key=item_id)
    place = question.warehouse_id
    before = truth.stock_as_of(connection, question.first - dt.timedelta(days=1), item_id=item_id)
    opening = before.get((item_id, place or truth.WHOLE_COMPANY), truth.Held()).quantity
    came, went = _moved(connection, item_id, place, _m.effective_at >= netting.day_start(question.first),
                        _m.effective_at < netting.day_end(question.last))
    now = stock.figures(connection, [item_id], place)[item_id]
    return StockOver(opening, came, went, opening + came - went, now.on_hand, now.reserved, now.on_order, found.unit)


def counts(connection: Connection, question: Question, item_id: int) -> list[CountRow]:
    """The last counts of the item up to the last day in question."""
    where = [_d.kind.in_(COUNTING), _d.status.in_((Status.POSTED.value, Status.DRAFT.value)),
             _d.date <= question.last, _d.id.in_(select(_l.document_id).where(_l.item_id == item_id))]
    if question.warehouse_id:
        where.append(_d.warehouse_id == question.warehouse_id)
    heads = connection.execute(select(
        _d.id, _d.kind, _d.number, _d.date, _d.time, _d.status, _d.entry, _d.snapshot, _d.uncounted, _d.warehouse_id,
        _d.created_at, _d.created_by, warehouse.c.name.label("warehouse")).join_from(
        document, warehouse, warehouse.c.id == _d.warehouse_id).where(*where).order_by(
        _d.date.desc(), _d.id.desc()).limit(SHOWN)).all()
    return [row for head in heads if (row := _row(connection, head, item_id))]


def _row(connection: Connection, head: Any, item_id: int) -> CountRow | None:
    """None where the sheet lists the item and nobody counted it."""
    lines = connection.execute(select(_l.quantity, _l.base_quantity, _l.unit_id, _l.book, _l.counter).where(
        _l.document_id == head.id, _l.item_id == item_id).order_by(_l.position)).all()
    if head.uncounted != "zero" and all(line.quantity is None for line in lines):
        return None
    posted, here = head.status == Status.POSTED, (item_id, head.warehouse_id)
    counted = _counted(connection, lines, item_id)
    own = connection.scalar(select(func.sum(_m.quantity)).where(
        _m.document_id == head.id, _m.item_id == item_id)) or ZERO
    book = counted - own if posted else sum((line.book for line in lines if line.book is not None), ZERO)
    at = dt.datetime.combine(head.date, head.time or dt.time())
    since = tuple_(_m.effective_at, _m.entry) > (at, head.entry) if posted else _m.posting_id > _known(connection, head)
    came, went = _moved(connection, *here, since, _m.document_id != head.id)
    return CountRow(
        Paper(head.id, head.kind, head.number or "", head.date), posted, head.warehouse,
        next((line.counter for line in lines if line.counter), None) or head.created_by, head.created_at, book,
        counted, came, went, stock.figures(connection, [item_id], head.warehouse_id)[item_id].on_hand)


def _known(connection: Connection, head: Any) -> int:
    """The last posting that the book quantities of a sheet include."""
    return head.snapshot or connection.scalar(select(func.max(posting.c.id)).where(
        posting.c.at <= head.created_at)) or 0


def _counted(connection: Connection, lines: Sequence[Any], item_id: int) -> Decimal:
    """In base units; drafts are kept as typed."""
    item = catalog.items(connection, [item_id])[item_id]
    counted = ZERO
    for line in lines:
        if line.base_quantity is not None:
            counted += line.base_quantity
        elif line.quantity is not None:
            choice = item.choice(line.unit_id)
            counted += choice.base(line.quantity) if choice else line.quantity
    return counted


def _moved(connection: Connection, item_id: int, warehouse_id: int | None,
           *where: ColumnElement[bool]) -> tuple[Decimal, Decimal]:
    """What came and went; a receipt of 10 corrected to 8 is 8. What moved between warehouses only if one is meant."""
    mine = [_m.item_id == item_id, *where] + ([_m.warehouse_id == warehouse_id] if warehouse_id else [])
    event = netting.events(*mine).c
    came, _, went, *_ = netting.in_and_out(event, company=warehouse_id is None, values=False)
    row = connection.execute(select(func.sum(came), func.sum(went))).one()
    return row[0] or ZERO, row[1] or ZERO
