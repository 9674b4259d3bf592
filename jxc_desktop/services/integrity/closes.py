"""Frozen figures against the ledger: as it was known at each close, and for those that stand as it is known now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, case, exists, func, select

from jxc_desktop.i18n import N_
from jxc_desktop.models.stock import period, period_figure, period_pool, stock_move
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import netting, periods
from jxc_desktop.services.integrity.sums import Broken, shown
from jxc_desktop.services.queries import closing, truth
from jxc_desktop.services.queries.truth import WHOLE_COMPANY
from jxc_desktop.values import ZERO

_m, _f = stock_move.c, period_figure.c
_PARTS = ("opening", "in", "out", "closing")
Figures = Mapping[tuple[int, int], Mapping[str, Decimal]]


def closed_figures(connection: Connection) -> Broken:
    """Every close says what the ledger said then; what stands, what it says now. Who closed is in the audit trail."""
    rows = connection.execute(select(period).order_by(period.c.id)).all()
    for row in rows:
        name = f"period {row.id} (through {row.through})"
        frozen = {(r.item_id, r.warehouse_id): dict(r._mapping) for r in connection.execute(
            select(period_figure).where(_f.period_id == row.id))}
        yield from _against(name, _ledger(connection, row, closing.previous(rows, row)), frozen)
        if row.reopened_at is None:
            yield from _entered_later(connection, name, row)
        yield from _pools(connection, name, row, frozen)
        yield from _audited(connection, name, row)


def _ledger(connection: Connection, row: Row[Any], before: Row[Any] | None) -> Figures:
    """The figures by the ledger rows that the close knew."""
    by_warehouse = truth.costs_by_warehouse(connection)
    e = netting.events(_m.effective_at < netting.day_end(row.through), _m.posting_id <= (row.posting_id or 0)).c
    early = case((e.effective_at < (netting.day_end(before.through) if before else dt.datetime.min), 1), else_=0)
    found: dict[tuple[int, int], dict[str, Decimal]] = {}
    for company in (False, True):
        places = [] if company else [e.warehouse_id]
        figures = netting.in_and_out(e, company=company, values=company or by_warehouse)
        inner = select(e.item_id, *places, early.label("early"), *figures).subquery().c
        keys = [inner.item_id, *(inner.warehouse_id for _ in places), inner.early]
        for r in connection.execute(select(*keys, *(
                func.sum(inner[f.name], type_=f.type).label(f.name) for f in figures)).group_by(*keys)):
            key = r.item_id, WHOLE_COMPANY if company else r.warehouse_id
            _add(found.setdefault(key, dict.fromkeys(_columns(), ZERO)), dict(r._mapping))
    return found


def _add(sums: dict[str, Decimal], r: Mapping[str, Any]) -> None:
    for what in ("quantity", "value"):
        came, went = r[f"in_{what}"], r[f"out_{what}"]
        sums[f"closing_{what}"] += came - went
        if r["early"]:
            sums[f"opening_{what}"] += came - went
        else:
            sums[f"in_{what}"] += came
            sums[f"out_{what}"] += went
    if not r["early"]:
        sums["variance"] += r["variance"]


def _columns() -> Sequence[str]:
    return [*(f"{part}_{what}" for part in _PARTS for what in ("quantity", "value")), "variance"]


def _against(name: str, ledger: Figures, frozen: Figures) -> Broken:
    nothing = dict.fromkeys(_columns(), ZERO)
    for key in sorted(ledger.keys() | frozen.keys()):
        due, found = ledger.get(key, nothing), frozen.get(key, nothing)
        for column in _columns():
            if due[column] != found[column]:
                yield f"{name}, period_figure {column} of item, warehouse {shown(key)}", due[column], found[column]


def _entered_later(connection: Connection, name: str, row: Row[Any]) -> Broken:
    """Nothing came into a period that is closed; what issues of missing goods cost in the end may be noted."""
    for r in connection.execute(select(_m.id, _m.item_id).where(
            _m.effective_at < netting.day_end(row.through), _m.posting_id > (row.posting_id or 0),
            (_m.quantity != ZERO) | (_m.value != ZERO) | (_m.variance != ZERO))):
        yield f"{name}, stock_move row {r.id} of item {r.item_id}", N_("nothing: it is closed"), N_("a move")


def _pools(connection: Connection, name: str, row: Row[Any], frozen: Figures) -> Broken:
    """The pools that were kept make up the closing stock, and their layers make up the pools."""
    sums: dict[int, list[Decimal]] = {}
    p = period_pool.c
    for r in connection.execute(select(period_pool).where(p.period_id == row.id)):
        quantity, value = sums.setdefault(r.item_id, [ZERO, ZERO])
        sums[r.item_id] = [quantity + r.quantity, value + r.value]
        layers = [sum((Decimal(layer[n]) for layer in r.layers), ZERO) for n in (0, 1)]
        if r.layers and layers != [r.quantity, r.value]:
            yield (f"{name}, period_pool layers of item, warehouse, lot {shown((r.item_id, r.warehouse_id, r.lot_id))}",
                   f"{r.quantity}, {r.value}", shown(tuple(map(str, layers))))
    closings = {i: [f["closing_quantity"], f["closing_value"]] for (i, w), f in frozen.items() if w == WHOLE_COMPANY}
    for item_id in sorted(closings.keys() | sums.keys()):
        for what, due, found in zip(("quantity", "value"), closings.get(item_id, [ZERO, ZERO]),
                                    sums.get(item_id, [ZERO, ZERO]), strict=True):
            if due != found:
                yield f"{name}, period_pool {what} of item {item_id}", due, found


def _audited(connection: Connection, name: str, row: Row[Any]) -> Broken:
    a = audit_entry.c
    acts = [("close", row.closed_at, row.closed_by)]
    if row.reopened_at is not None:
        acts.append(("reopen", row.reopened_at, row.reopened_by))
    for action, at, actor in acts:
        if not connection.scalar(select(exists().where(
                a.entity == periods.ENTITY, a.entity_id == row.id, a.action == action, a.at == at, a.actor == actor,
                a.number == str(row.through)))):
            yield name, f"an audit entry: {action} by {actor} at {at}", N_("none")
