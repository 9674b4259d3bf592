"""Counting stock: the sheet with what the books say, and several counters' sheets in one.

A sheet knows the last posting that its book quantities include (`snapshot`). Stock may go on moving while it is
counted: what moved since is added to what was counted, so that the difference is the one of the snapshot.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop.document_types.schema import Draft, Status, Values
from jxc_desktop.document_types.stock_count import STOCK_COUNT
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.documents import document
from jxc_desktop.models.records import item, lot
from jxc_desktop.models.stock import lot_balance, posting, stock_balance, stock_move
from jxc_desktop.services import abc_classes, document_rows, documents, trail
from jxc_desktop.services.categories import category_and_below
from jxc_desktop.services.unit_of_work import Saved, Work
from jxc_desktop.values import ZERO

Key = tuple[int, str | None]  # item, lot code


class SheetsDiffer(UserError):
    """Sheets that cannot be added up."""

    message = N_("These sheets do not belong together: {reason}")


@dataclass(frozen=True)
class Scope:
    """What a sheet lists."""

    warehouse_id: int
    category_id: int | None = None
    item_ids: Collection[int] | None = None
    abc: Collection[str] | None = None
    in_stock_only: bool = True


def key_of(line: Mapping[str, Any]) -> Key:
    """Lines with the same key add up."""
    return line["item_id"], line.get("lot") or None


def counts(line: Mapping[str, Any]) -> bool:
    return line.get("quantity") is not None


# --- the sheet


def sheet(connection: Connection, scope: Scope, *, blind: bool = False) -> Draft:
    """A count with one line for each item, for lots each lot, nothing counted yet."""
    booked = _booked(connection, scope)
    tracked = _tracked(connection, scope.warehouse_id) if any(r.tracking != "none" for r in booked) else {}
    draft = STOCK_COUNT.new_draft(dt.date.today())
    draft.header |= {"warehouse_id": scope.warehouse_id, "blind": blind, "snapshot": last_posting(connection)}
    for r in booked:
        draft.lines += _lines(r, tracked.get(r.id, ()), blind=blind)
    return draft


def last_posting(connection: Connection) -> int:
    return connection.scalar(select(func.max(posting.c.id))) or 0


def _booked(connection: Connection, scope: Scope) -> Sequence[Any]:
    """What the books say of the items. Whoever is just posting some of them has finished first."""
    b, i = stock_balance.c, item.c
    here = (b.item_id == i.id) & (b.warehouse_id == scope.warehouse_id)
    connection.execute(select(b.item_id).where(b.warehouse_id == scope.warehouse_id).order_by(
        b.item_id).with_for_update(read=True))
    query = select(i.id, i.unit_id, i.tracking, func.coalesce(b.on_hand, ZERO).label("on_hand")).join_from(
        item, stock_balance, here, isouter=True).where(i.stocked).order_by(i.code)
    query = query.where(b.on_hand != ZERO) if scope.in_stock_only else query.where(i.active)
    if scope.category_id is not None:
        query = query.where(i.category_id.in_(category_and_below(scope.category_id)))
    if scope.item_ids is not None:
        query = query.where(i.id.in_(scope.item_ids))
    rows = connection.execute(query).all()
    if scope.abc is None:
        return rows
    classes = abc_classes.classes(connection, dt.date.today())
    return [r for r in rows if classes.get(r.id, "C") in scope.abc]


def _tracked(connection: Connection, warehouse_id: int) -> dict[int, list[Any]]:
    """The lots and serial numbers that lie here, by item: what goes off first comes first."""
    b = lot_balance.c
    found = defaultdict(list)
    for r in connection.execute(select(b.item_id, b.on_hand, lot.c.code, lot.c.production_date,
                                       lot.c.expiry_date).join_from(lot_balance, lot, lot.c.id == b.lot_id).where(
            b.warehouse_id == warehouse_id, b.on_hand != ZERO).order_by(lot.c.expiry_date, lot.c.code)):
        found[r.item_id].append(r)
    return found


def _lines(booked: Any, tracked: Sequence[Any], *, blind: bool) -> list[Values]:
    """A line per lot; the serial numbers of an item stand together on one, unless they are to be found out."""
    line = {"item_id": booked.id, "unit_id": booked.unit_id, "quantity": None, "book": booked.on_hand}
    if booked.tracking == "lot" and tracked:
        return [line | {"book": r.on_hand, "lot": r.code, "production_date": r.production_date,
                        "expiry_date": r.expiry_date} for r in tracked]
    if booked.tracking == "serial" and not blind:
        line["serials"] = "\n".join(r.code for r in tracked) or None
    return [line]


# --- several counters


def join(work: Work, into_id: int, version: int, other_ids: Sequence[int]) -> Saved:
    """Add the counts of other sheets of the warehouse to one; they are voided, their counters stay named.

    Raises SheetsDiffer, WrongState, StaleDocument.
    """
    work.require(STOCK_COUNT.permission("save"))
    document_rows.existing(work, into_id, version, STOCK_COUNT)
    into = documents.read_draft(work.connection, into_id)
    others = [documents.read_draft(work.connection, other_id) for other_id in other_ids]
    makers = {r.id: r.created_by for r in work.rows(select(document.c.id, document.c.created_by).where(
        document.c.id.in_([into_id, *other_ids])))}
    into.header["snapshot"] = _common_snapshot(work.connection, [into, *others])
    for other in others:
        into.lines = added(into.lines, [
            line | {"counter": line.get("counter") or makers[other.id or 0]} for line in other.lines])
        documents.void(work, other.id or 0, other.version or 0)
    work.audits.append(trail.Audit("join", STOCK_COUNT.key, into_id, into.number))
    return documents.park(work, into)


def _common_snapshot(connection: Connection, sheets: Sequence[Draft]) -> int | None:
    """The moment for which all sheets speak; no item of theirs may have moved between their moments."""
    first = sheets[0]
    if any(s.kind != STOCK_COUNT.key or s.status is not Status.DRAFT for s in sheets):
        raise SheetsDiffer(reason=N_("only parked counts can be added"))
    if any(s.header.get("warehouse_id") != first.header.get("warehouse_id") for s in sheets):
        raise SheetsDiffer(reason=N_("they count different warehouses"))
    if len({s.id for s in sheets}) < len(sheets):
        raise SheetsDiffer(reason=N_("a sheet cannot be added to itself"))
    moments = [s.header["snapshot"] for s in sheets if s.header.get("snapshot") is not None]
    if not moments:
        return None
    m = stock_move.c
    items = {line["item_id"] for s in sheets for line in s.lines if line.get("item_id")}
    moved = connection.scalar(select(item.c.name).where(item.c.id.in_(select(m.item_id).where(
        m.warehouse_id == first.header["warehouse_id"], m.posting_id > min(moments), m.posting_id <= max(moments),
        m.quantity != ZERO, m.item_id.in_(items)))).order_by(item.c.code).limit(1)) if len(set(moments)) > 1 else None
    if moved is not None:
        raise SheetsDiffer(reason=tr("{item} moved between the moments of their book quantities", item=moved))
    found: int = min(moments)
    return found


def added(lines: Sequence[Values], more: Iterable[Values]) -> list[Values]:
    """Counts of another sheet: into the line that waits for them, else on a line of their own.

    The book quantity of an item stands on one line only.
    """
    found = [dict(line) for line in lines]
    by_key: defaultdict[Any, list[Values]] = defaultdict(list)
    for line in found:
        by_key[key_of(line)].append(line)
    for line in more:
        known = by_key[key_of(line)]
        own = {k: v for k, v in line.items() if k in _COUNT}
        if not known:
            known.append({k: v for k, v in line.items() if k in _COLUMNS})
            found.append(known[0])
        elif not counts(line):
            pass  # nothing to add
        elif waiting := next((one for one in known if not counts(one)), None):
            waiting |= {k: v for k, v in own.items() if v is not None}
        else:
            known.append({**{k: v for k, v in line.items() if k in _COLUMNS}, "book": None})
            found.append(known[-1])
    return found


_COLUMNS = frozenset(c.name for c in STOCK_COUNT.columns if not c.shown_only)
_COUNT = _COLUMNS - {"item_id", "lot", "book"}
