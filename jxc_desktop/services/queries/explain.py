"""Explain this number: from a balance or a cost to the moves it is made of, in words and figures.

The derivation starts at the last period close, so that it stays short; what came before is explained by asking for
the stock on the day of that close.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, lot, partner, unit, warehouse
from jxc_desktop.models.stock import cost_layer, posting, stock_move
from jxc_desktop.services import netting
from jxc_desktop.services.queries import derivation, truth, wording
from jxc_desktop.services.queries.derivation import FIGURES, KEY, Scope, Traced
from jxc_desktop.services.queries.proof import PAGE
from jxc_desktop.services.queries.truth import Held
from jxc_desktop.services.replay import EventKey
from jxc_desktop.values import ZERO

_m, _d, _l = stock_move.c, document.c, document_line.c


@dataclass(frozen=True)
class Restatement:
    """A later change of a move: by its own document, or because another was entered or changed."""

    at: dt.datetime
    actor: str
    action: str
    document_id: int
    kind: str
    number: str
    own: bool
    quantity: Decimal
    value: Decimal
    variance: Decimal
    settled: Decimal


@dataclass(frozen=True)
class ExplainStep:
    """One move with all that was learnt about it, and what was there after it.

    `quantity_after` is the stock that was asked about; `value_after` and `unit_cost_after` are those of the goods
    that have one cost together.
    """

    date: dt.date
    document_id: int
    number: str
    kind: str
    partner: str
    warehouse: str
    lot: str
    quantity: Decimal
    value: Decimal
    variance: Decimal
    settled: Decimal
    quantity_after: Decimal
    value_after: Decimal
    unit_cost_after: Decimal | None
    words: str
    restatements: tuple[Restatement, ...]


@dataclass(frozen=True)
class Explanation:
    """`sentences` say the result; `steps` are a page of the `count` moves since a close (None: all there were)."""

    item: str
    place: str
    sentences: tuple[str, ...]
    steps: tuple[ExplainStep, ...]
    count: int
    first: int  # how many steps lie before the page
    since: dt.date | None
    opening: Held


@dataclass(frozen=True)
class LineCost:
    """How the cost of a document's line came about: its moves, one for each warehouse and lot."""

    line_id: int
    position: int
    item_id: int
    item: str
    steps: tuple[ExplainStep, ...]


def explain(connection: Connection, item_id: int, warehouse_id: int | None = None, lot_id: int | None = None,
            as_of: dt.date | None = None, *, limit: int = PAGE, skip: int = 0) -> Explanation:
    """The last `limit` moves before the newest `skip`, by today's knowledge; up to the end of `as_of` if given."""
    scope = derivation.scope(connection, item_id, warehouse_id, lot_id)
    close = truth.standing_close(connection, as_of - dt.timedelta(days=1) if as_of else dt.date.max)
    where = and_(scope.pool, _m.effective_at < netting.day_end(as_of)) if as_of else scope.pool
    start: derivation.Places = {}
    if close:
        end = netting.day_end(close.through)
        start = derivation.places(connection, and_(where, _m.effective_at < end))
        where = and_(where, _m.effective_at >= end)
    moves = derivation.moves(connection, where)
    events = derivation.run(start, moves if warehouse_id is not None else derivation.without_transfers(moves),
                            by_warehouse=scope.by_warehouse)
    shown = [e for e in events if scope.shows(e.key.warehouse_id, e.key.lot_id)]
    last = max(len(shown) - skip, 0)
    first = max(last - limit, 0)
    reader = _Reader(connection, scope, shown[first:last])
    opening = sum((held.quantity for place, held in start.items() if scope.shows(*place)), ZERO)
    result = wording.Result(
        reader.item.name, reader.item.unit, reader.place, as_of, close.through if close else None, opening, shown,
        events[-1].after if events else derivation.whole(start), reader.restated(where),
        () if as_of else reader.layers())
    return Explanation(reader.item.name, reader.place, wording.sentences(result), reader.steps(
        shown[first:last], opening + sum((e.quantity for e in shown[:first]), ZERO)), len(shown), first, result.closed,
        Held(opening, derivation.whole(start).value))


def explain_document(connection: Connection, document_id: int) -> list[LineCost]:
    """Of each line that moves stock, what its goods cost and why; in the order of the lines."""
    positions = dict(connection.execute(select(_l.id, _l.position).where(_l.document_id == document_id)).all())
    found: dict[tuple[int, int, int, str], list[ExplainStep]] = defaultdict(list)
    for event in derivation.moves(connection, _m.document_id == document_id):
        key = event.key
        scope = derivation.scope(connection, key.item_id, key.warehouse_id, key.lot_id or None)
        start = derivation.places(connection, and_(scope.pool, derivation.earlier(event)))
        [event] = derivation.run(start, [event], by_warehouse=scope.by_warehouse)
        reader = _Reader(connection, scope, [event])
        found[positions.get(key.line_id, 0), key.line_id, key.item_id, reader.item.name] += reader.steps(
            [event], event.here)
    return [LineCost(line_id, position, item_id, name, tuple(steps))
            for (position, line_id, item_id, name), steps in sorted(found.items())]


class _Reader:
    """What has to be read to say the events of one page."""

    def __init__(self, connection: Connection, scope: Scope, page: Sequence[Traced]):
        self._connection, self._scope = connection, scope
        i = item.c
        self.item: Any = connection.execute(select(i.code, i.name, i.cost_method, unit.c.name.label("unit")).join_from(
            item, unit, unit.c.id == i.unit_id).where(i.id == scope.item_id)).first()
        if self.item is None:
            raise NotFound(what=N_("Item"), key=scope.item_id)
        self._warehouses = dict(connection.execute(select(warehouse.c.id, warehouse.c.name)).all())
        lots = {e.key.lot_id for e in page} | ({scope.lot_id} if scope.lot_id else set())
        self._lots = dict(connection.execute(select(lot.c.id, lot.c.code).where(lot.c.id.in_(lots))).all())
        self._rows = self._rows_of({e.key.line_id for e in page})
        self._documents: dict[int, Any] = {r.id: r for r in connection.execute(select(
            _d.id, _d.kind, _d.number, _d.date, partner.c.name.label("partner")).outerjoin_from(
            document, partner, partner.c.id == _d.partner_id).where(_d.id.in_({e.document_id for e in page})))}
        self._numbers = self._numbers_of({r.origin_line_id for rows in self._rows.values() for r in rows
                                          if r.origin_line_id})

    @property
    def place(self) -> str:
        parts = [self._warehouses.get(self._scope.warehouse_id or 0, ""), self._lots.get(self._scope.lot_id or 0, "")]
        return " · ".join(p for p in parts if p)

    def steps(self, page: Sequence[Traced], running: Decimal) -> tuple[ExplainStep, ...]:
        """`running` is the stock that was asked about before the first of them."""
        found = []
        for event in page:
            running += event.quantity
            found.append(self._step(event, running))
        return tuple(found)

    def _step(self, event: Traced, quantity_after: Decimal) -> ExplainStep:
        rows, about = self._rows[event.key], self._documents[event.document_id]
        said = [r for r in rows if not r.restated][-1]
        told = wording.Told(
            Basis(said.basis), event.quantity, *event.worth, said.stated, said.measure, said.unit_cost,
            self._numbers.get(said.origin_line_id, ""), event.before, event.here, self.item.cost_method == "fifo",
            not self._scope.by_warehouse)
        return ExplainStep(
            about.date, about.id, about.number or "", about.kind, about.partner or "",
            self._warehouses[event.key.warehouse_id], self._lots.get(event.key.lot_id, ""), event.quantity,
            *event.worth, quantity_after, event.after.value, wording.unit_cost(event.after), wording.words(told),
            tuple(Restatement(r.at, r.actor, r.action, r.document_id, r.kind, r.number or "", not r.restated,
                              *(r._mapping[f] for f in FIGURES)) for r in rows[1:]))

    def _rows_of(self, line_ids: set[int]) -> dict[EventKey, list[Any]]:
        """The ledger rows of each event with the posting that wrote them, in the order they were learnt."""
        found: dict[EventKey, list[Any]] = defaultdict(list)
        p = posting.c
        for r in self._connection.execute(select(
                *KEY, _m.basis, _m.restated, *(_m[f] for f in FIGURES), _m.stated, _m.measure, _m.unit_cost,
                _m.origin_line_id, p.at, p.actor, p.action, p.document_id, _d.kind, _d.number).join_from(
                stock_move, posting, p.id == _m.posting_id).join(document, _d.id == p.document_id).where(
                _m.item_id == self._scope.item_id, _m.line_id.in_(line_ids)).order_by(_m.id)):
            found[EventKey(*r[:7])].append(r)
        return found

    def _numbers_of(self, line_ids: set[int]) -> dict[int, str]:
        return {r.id: r.number or "" for r in self._connection.execute(select(_l.id, _d.number).join_from(
            document_line, document, _d.id == _l.document_id).where(_l.id.in_(line_ids)))}

    def restated(self, where: Any) -> tuple[int, int, Decimal]:
        """How many moves were valued otherwise later, after how many postings, and by how much altogether."""
        row = self._connection.execute(select(
            func.count(func.distinct(_m.line_id)).label("moves"), func.sum(_m.value).label("value"),
            func.count(func.distinct(_m.posting_id)).label("causes")).where(where, _m.restated)).one()
        return row.moves, row.causes, row.value or ZERO

    def layers(self) -> tuple[tuple[Held, str], ...]:
        """What the goods are made of, under first in, first out, and what is missing: with the number it came by."""
        c, s = cost_layer.c, self._scope
        mine = [c.item_id == s.item_id]
        mine += [c.warehouse_id == s.warehouse_id] if s.by_warehouse and s.warehouse_id else []
        mine += [c.lot_id == s.lot_id] if s.by_lot and s.lot_id else []
        rows = self._connection.execute(select(cost_layer).where(*mine).order_by(c.id).limit(wording.NAMED + 1)).all()
        numbers = self._numbers_of({r.line_id for r in rows})
        return tuple((Held(r.quantity, r.value), numbers.get(r.line_id, "")) for r in rows)
