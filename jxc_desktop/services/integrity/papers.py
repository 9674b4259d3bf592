"""Documents against themselves, against the ledgers and against their number series."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select

from jxc_desktop import document_types, values
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Status
from jxc_desktop.i18n import N_
from jxc_desktop.models.documents import document, document_line, number_series
from jxc_desktop.models.records import company, item
from jxc_desktop.models.stock import partner_entry, stock_move
from jxc_desktop.services import documents
from jxc_desktop.services.integrity.sums import STANDING, Broken, differences, summed
from jxc_desktop.values import ZERO

_AT_ONCE = 2000  # documents held in memory
_MOVE = ("effective_at", "entry", "leg", "line_id", "item_id", "warehouse_id")
_LINE = ("price", "amount", "discount_share", "net", "tax", "base_quantity")
_POSTED_ONCE = (document.c.status != Status.DRAFT) & (
    (document.c.status != Status.VOID) | document.c.entry.is_not(None))
_HEADER = ("total", "total_net", "total_tax", "total_quantity")


def _drafts(connection: Connection, *conditions: Any) -> Iterator[tuple[DocumentType, Draft, str]]:
    """Every such document with its type and what to call it."""
    d = document.c
    ids = connection.scalars(select(d.id).where(*conditions).order_by(d.id)).all()
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start:start + _AT_ONCE]
        chosen = and_(d.id.between(part[0], part[-1]), *conditions)
        for draft in documents.read_drafts(connection, chosen):
            yield document_types.BY_KEY[draft.kind], draft, f"document {draft.number} (id {draft.id})"


def moves(connection: Connection) -> Broken:
    """The ledger holds what each line of a standing document asks for, at its place and date, and nothing else.

    Goods that came in at a stated value are in it with that value; what went to cost of sales included. Lots of a
    line are taken together.
    """
    stocked = set(connection.scalars(select(item.c.id).where(item.c.stocked)))
    entries = {r.id: r.entry for r in connection.execute(select(document.c.id, document.c.entry))}
    m = stock_move.c
    keys = [m[name] for name in _MOVE]
    moved: dict[int, dict[Any, Any]] = defaultdict(dict)
    worth: dict[Any, Any] = {}
    for row in connection.execute(select(
            m.document_id, *keys, func.sum(m.quantity).label("quantity"),
            func.sum(m.value).label("value"), func.sum(m.variance).label("variance")).group_by(m.document_id, *keys)):
        key = tuple(row[1:7])
        worth[key] = abs(row.value + row.variance)
        if row.quantity:
            moved[row.document_id][key] = row.quantity
    late = _late_costs(connection)
    for kind, draft, name in _drafts(connection, document.c.status.in_(STANDING)):
        at = dt.datetime.combine(draft.header["date"], draft.header.get("time") or dt.time())
        found, asked = moved.pop(draft.id or 0, {}), {}
        for move in kind.effect(draft):
            if move.item_id not in stocked:
                continue
            line_id = draft.lines[move.line]["id"]
            key = at, entries[draft.id], move.leg, line_id, move.item_id, move.warehouse_id
            counted = move.basis in (Basis.COUNT, Basis.RECOUNT)
            asked[key] = found.get(key, ZERO) if counted else move.quantity  # a count's is a result
            due = None if move.value is None else abs(move.value) + late.get(line_id, ZERO)
            if move.basis is Basis.GIVEN and due is not None and worth.get(key) != due:
                yield f"{name}, document_line {line_id}: value of its moves", due, worth.get(key)
        yield from differences(f"{name}, stock_move of {', '.join(_MOVE)}:", asked, found)
    for document_id, left in moved.items():
        yield (f"stock_move of document (id {document_id})", N_("nothing moved, since it does not stand"),
               ", ".join(values.plain(q) for q in left.values()))


def _late_costs(connection: Connection) -> dict[int, Any]:
    """What became known later and is part of the receipts, by receipt line; nothing where it is not."""
    if connection.scalar(select(company.c.late_cost)) != "repost":
        return {}
    line = document_line.c
    spreading = [k.key for k in document_types.ALL if k.spreads_fee]
    return summed(connection, line.source_line_id, line.amount, where=line.document_id.in_(select(document.c.id).where(
        document.c.kind.in_(spreading), document.c.status.in_(STANDING))))


def arithmetic(connection: Connection) -> Broken:
    """Lines and totals are what quantity, price, discount and tax make; worked out again as when it was saved."""
    for kind, draft, name in _drafts(connection, _POSTED_ONCE):
        again = deepcopy(draft)
        for line in again.lines:
            if line["factor"]:
                line["base_quantity"] = values.divide(values.product(line["quantity"], line["factor"]),
                                                      line["per"] or Decimal(1), values.QUANTITY_PLACES)
        if kind.priced:
            totals.complete(again)
        else:
            again.header |= dict.fromkeys(_HEADER, ZERO) | {
                "total_quantity": sum((line["quantity"] or ZERO for line in draft.lines), ZERO)}
        for field in _HEADER:
            if again.header[field] != draft.header[field]:
                yield f"{name} {field}", again.header[field], draft.header[field]
        for due, line in zip(again.lines, draft.lines, strict=True):
            yield from _line_differences(f"{name}, document_line {line['id']}", due, line)
        if not draft.lines:
            yield name, N_("at least one line"), N_("none")


def _line_differences(name: str, due: dict[str, Any], line: dict[str, Any]) -> Broken:
    for field in _LINE:
        if due[field] != line[field]:
            yield f"{name} {field}", due[field], line[field]
    if line["value"] not in (None, line["net"], (line["net"] or ZERO) + (line["tax"] or ZERO)):
        yield f"{name} value", line["net"], line["value"]


def entries(connection: Connection) -> Broken:
    """Partners owe what the standing documents say, from the day they say."""
    d, e = document.c, partner_entry.c
    due: dict[Any, Any] = defaultdict(lambda: ZERO)
    names = {}
    for row in connection.execute(select(d.id, d.kind, d.number, d.status, d.date, d.total, d.partner_id)):
        names[row.id] = f"{row.number} (id {row.id})"
        if row.status in STANDING and row.partner_id:
            draft = Draft(row.kind, {"total": row.total, "partner_id": row.partner_id})
            for entry in document_types.BY_KEY[row.kind].settles(draft):
                due[row.id, entry.account.value, entry.partner_id, row.date] += entry.amount
    posted = summed(connection, e.document_id, e.account, e.partner_id, e.date, e.amount)
    yield from differences("partner_entry of document, account, partner, date:",
                           *({(names.get(k[0], k[0]), *k[1:]): v for k, v in side.items()} for side in (due, posted)))


def numbers(connection: Connection) -> Broken:
    """Every number from 1 to the series' last is there, voided ones included, and no document lacks one."""
    d, line = document.c, document_line.c
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in connection.execute(select(d.id, d.kind, d.number, d.status).where(
            d.number.is_not(None) | _POSTED_ONCE).order_by(d.id)):
        kind, parts = document_types.BY_KEY.get(row.kind), (row.number or "").split("-")
        if kind is None or len(parts) != 3 or parts[0] != kind.prefix or not parts[2].isdecimal():
            yield f"document id {row.id} ({row.kind}) number", N_("one of its series"), row.number
        else:
            found[row.kind, parts[1]].add(int(parts[2]))
    for series in connection.execute(select(number_series)):
        given = found.pop((series.kind, series.period), set())
        yield from _holes(f"number_series {series.kind} {series.period}", series.last, given)
    for (kind_key, period), given in found.items():
        yield f"number_series {kind_key} {period}", max(given), N_("none")
    for twice in connection.execute(select(line.document_id, line.position).group_by(
            line.document_id, line.position).having(func.count() > 1)):
        yield f"document id {twice.document_id} line {twice.position + 1}", N_("one line"), N_("several")


def _holes(name: str, last: int, given: set[int]) -> Broken:
    missing: Sequence[int] = sorted(set(range(1, last + 1)) - given)
    for serial in missing:
        yield f"{name}: number {serial}", N_("a document"), N_("none")
    for serial in sorted(given - set(range(1, last + 1))):
        yield f"{name}: number {serial}", f"at most {last}", serial
