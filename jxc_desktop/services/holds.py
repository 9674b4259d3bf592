"""What documents that are being typed hold, and who has which document open: told to the others, binding nobody.

A program says every few seconds that it is alive (`keep`). What it holds is free again when the document is closed,
when it was not touched for the company's time, or soon after the program died. No business data: there is no command
and no trail, only a line in the change feed for those who look at the same goods.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from jxc_desktop.models.base import Quantity
from jxc_desktop.models.flows import open_draft
from jxc_desktop.models.records import company
from jxc_desktop.models.trail import change
from jxc_desktop.services import database
from jxc_desktop.services.unit_of_work import Actor, utc_now

BEAT = dt.timedelta(seconds=20)  # how often a program says that it is alive
ALIVE = dt.timedelta(seconds=60)  # and for how long it is believed
_o = open_draft.c


class Want(NamedTuple):
    """Goods that a draft's lines take from a warehouse, in base units."""

    item_id: int
    warehouse_id: int
    quantity: Decimal


class Holder(NamedTuple):
    """Somebody else's draft that holds goods."""

    actor: str
    origin: str
    quantity: Decimal


@dataclass(frozen=True)
class Desk:
    """Who types what, at which PC. `token` is the open document's own."""

    actor: str
    origin: str
    token: str
    kind: str
    document_id: int | None = None


def keep(engine: Engine, desk: Desk, wants: Sequence[Want], touched: dt.datetime,
         now: dt.datetime | None = None) -> None:
    """The document is open, its lines take `wants`, and they were last `touched` then (UTC).

    Takes the place of what was said of it before. Raises the DatabaseError family.
    """
    now = now or utc_now()
    common = {"token": desk.token, "actor": desk.actor, "origin": desk.origin, "kind": desk.kind,
              "document_id": desk.document_id}

    def write(connection: Connection) -> set[tuple[str, int]]:
        minutes = connection.scalar(select(company.c.hold_minutes)) or 0
        until = min(touched + dt.timedelta(minutes=minutes), now + ALIVE)
        before = _taken(connection, _o.token == desk.token)
        stale = _taken(connection, _o.until <= now)
        connection.execute(delete(open_draft).where((_o.token == desk.token) | (_o.until <= now)))
        summed: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for want in wants if until > now else ():
            summed[want.item_id, want.warehouse_id] += want.quantity
        rows: list[dict[str, Any]] = [{**common, "item_id": None, "warehouse_id": None, "quantity": None,
                                       "until": now + ALIVE}]
        rows += [{**common, "item_id": i, "warehouse_id": w, "quantity": q, "until": until}
                 for (i, w), q in sorted(summed.items()) if q > 0]
        connection.execute(insert(open_draft), rows)
        after = {place: q for place, q in summed.items() if q > 0}
        moved = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
        return {("hold", item_id) for item_id, _ in moved | stale.keys()}

    _write(engine, desk.origin, write)


def release(engine: Engine, desk: Desk) -> None:
    """The document was closed or saved: it holds nothing any more. Raises the DatabaseError family."""
    def write(connection: Connection) -> set[tuple[str, int]]:
        before = _taken(connection, _o.token == desk.token)
        connection.execute(delete(open_draft).where(_o.token == desk.token))
        return {("hold", item_id) for item_id, _ in before}

    _write(engine, desk.origin, write)


def held(connection: Connection, item_ids: Collection[int], token: str = "",
         now: dt.datetime | None = None) -> dict[tuple[int, int], list[Holder]]:
    """By item and warehouse what the drafts of others hold now, the largest first; `token` is one's own."""
    found: dict[tuple[int, int], list[Holder]] = defaultdict(list)
    for r in connection.execute(select(_o.item_id, _o.warehouse_id, _o.actor, _o.origin, _o.quantity).where(
            _o.item_id.in_(item_ids), _o.token != token, _o.until > (now or utc_now())).order_by(
            _o.quantity.desc(), _o.id)):
        found[r.item_id, r.warehouse_id].append(Holder(r.actor, r.origin, r.quantity))
    return dict(found)


def present(connection: Connection, document_id: int, token: str = "",
            now: dt.datetime | None = None) -> list[tuple[str, str]]:
    """Who else has this document open: (name, PC)."""
    return [(r.actor, r.origin) for r in connection.execute(select(_o.actor, _o.origin).distinct().where(
        _o.document_id == document_id, _o.item_id.is_(None), _o.token != token,
        _o.until > (now or utc_now())).order_by(_o.actor, _o.origin))]


class Board:
    """The holds of one program, as its screens use them; its commands raise the DatabaseError family."""

    def __init__(self, engine: Engine, actor: Actor, origin: str):
        self._engine, self._actor, self._origin = engine, actor, origin

    def keep(self, token: str, kind: str, document_id: int | None, wants: Sequence[Want], touched: dt.datetime) -> None:
        keep(self._engine, Desk(self._actor.name, self._origin, token, kind, document_id), wants, touched)

    def release(self, token: str) -> None:
        release(self._engine, Desk(self._actor.name, self._origin, token, ""))


def _taken(connection: Connection, where: Any) -> dict[tuple[int, int], Decimal]:
    total = func.sum(_o.quantity, type_=Quantity).label("quantity")
    return {(r.item_id, r.warehouse_id): r.quantity for r in connection.execute(select(
        _o.item_id, _o.warehouse_id, total).where(where, _o.item_id.is_not(None)).group_by(
        _o.item_id, _o.warehouse_id))}


def _write(engine: Engine, origin: str, act: Any) -> None:
    try:
        with database.turn(engine, database.BUSY_SECONDS), database.write(engine).begin() as connection:
            if changes := act(connection):
                connection.execute(insert(change), [
                    {"origin": origin, "entity": entity, "entity_id": id_} for entity, id_ in sorted(changes)])
    except DBAPIError as error:
        raise database.translated(error) from error
