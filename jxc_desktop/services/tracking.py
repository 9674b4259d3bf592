"""Lots and serial numbers of a document's lines: which they are, and whether they may move.

A serial number is a lot of one. Lots are made by what brings them in; the dates of the first receipt stand.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, tuple_, update

from jxc_desktop.document_types.schema import Basis, Draft, Move, Values, serials_in
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, Problem
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import lot
from jxc_desktop.models.stock import lot_balance, stock_move
from jxc_desktop.services.balances import Locked
from jxc_desktop.services.catalog import ItemInfo
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO

LOT, SERIAL = "lot", "serial"
ONE = Decimal(1)
Parts = dict[int, list[tuple[int, Decimal]]]  # by line: lots, with the base units of each
COUNTS = (Basis.COUNT, Basis.RECOUNT)
WRITTEN_OFF = ("scrap", "loss")  # reasons for which expired goods may leave


@dataclass
class _Lines:
    """The lines of tracked items, with the codes that they name."""

    draft: Draft
    items: Mapping[int, ItemInfo]
    moves: dict[int, list[Move]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[int, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def info(self, i: int) -> ItemInfo:
        return self.items[self.draft.lines[i]["item_id"]]

    def fault(self, i: int, message: str, **data: Any) -> None:
        name = "serials" if self.info(i).tracking == SERIAL else "lot"
        self.problems.append(Problem(name, message, i, {"item": self.info(i).name, **data}))

    def brings_in(self, i: int) -> bool:
        """Whether the line may name lots that nobody has heard of."""
        return any(m.basis in COUNTS or (m.quantity > 0 and m.basis in (Basis.GIVEN, Basis.CURRENT, Basis.MADE))
                   for m in self.moves[i])

    def counted(self, i: int) -> Decimal | None:
        """What all lines of a count found of the item, where it is one."""
        return next((m.measure for m in self.moves[i] if m.basis in COUNTS), None)

    def returns(self, i: int) -> int | None:
        """The line whose goods come back, are undone or arrive."""
        arrives = any(m.basis is Basis.TRANSFER for m in self.moves[i]) and self.draft.lines[i].get("source_line_id")
        return arrives or next((m.origin for m in self.moves[i] if m.origin and m.basis is not Basis.ADJUST), None)


def resolve(work: Work, draft: Draft, moves: Sequence[Move], items: Mapping[int, ItemInfo],
            company: Mapping[str, Any]) -> Parts:
    """The lots of each line whose item is tracked; lots that come in for the first time are made.

    Raises InvalidDraft with every fault, NeedsConfirmation("expired").
    """
    lines = _Lines(draft, items)
    lines.problems += [
        Problem(name, N_("{item} is not tracked by lots or serial numbers"), i, {"item": items[line["item_id"]].name})
        for i, line in enumerate(draft.lines) for name in ("lot", "serials")
        if line.get(name) and items[line["item_id"]].tracking == "none"]
    for move in moves:
        if items[move.item_id].tracking in (LOT, SERIAL) and (
                move.basis not in (Basis.ADJUST, Basis.REVALUE) or company["cost_by_lot"]):
            lines.moves[move.line].append(move)
    if lines.problems:
        raise InvalidDraft(lines.problems)
    if not lines.moves:
        return {}
    origins = _origin_parts(work, {o for i in lines.moves if (o := lines.returns(i) or _adjusted(lines, i))})
    for i in lines.moves:
        _name(lines, i, origins)
    known = _known(work, lines)
    _check(work, lines, known, origins, company)
    if lines.problems:
        raise InvalidDraft(lines.problems)
    _make(work, lines, known)
    return {i: _parts(work, lines, i, known, origins) for i in lines.moves}


def _adjusted(lines: _Lines, i: int) -> int | None:
    return next((m.origin for m in lines.moves[i] if m.basis is Basis.ADJUST), None)


def _origin_parts(work: Work, line_ids: set[int]) -> dict[int, dict[str, tuple[int, Decimal]]]:
    """What the lines moved of each lot: {line: {code: (lot, base units)}}."""
    m = stock_move.c
    found: dict[int, dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    if line_ids:
        for r in work.rows(select(m.line_id, lot.c.code, lot.c.id, func.sum(m.quantity)).join_from(
                stock_move, lot, lot.c.id == m.lot_id).where(m.line_id.in_(line_ids), m.leg == 0).group_by(
                m.line_id, lot.c.code, lot.c.id).order_by(func.min(m.id))):
            if r[3]:
                found[r[0]][r[1]] = r[2], abs(r[3])
    return found


def _name(lines: _Lines, i: int, origins: Mapping[int, Mapping[str, Any]]) -> None:
    """The codes of a line; a return or mirror need not repeat them where there is no choice."""
    line, info = lines.draft.lines[i], lines.info(i)
    counted = lines.counted(i) is not None  # perhaps by several people, in a line each
    named = [other for other in lines.draft.lines if other["item_id"] == info.id] if counted else [line]
    codes = [c for other in named for c in serials_in(other.get("serials"))] if info.tracking == SERIAL else []
    codes = codes or [c for c in [line.get("lot")] if c]
    origin = lines.returns(i) or _adjusted(lines, i)
    there = list(origins.get(origin, {})) if origin else []
    whole = info.tracking == LOT or len(there) == abs(line.get("base_quantity") or ZERO)
    if not codes and there and (len(there) == 1 or lines.draft.reversal_of_id or _adjusted(lines, i)
                                or (info.tracking == SERIAL and whole)):
        codes = there
        line[info.tracking if info.tracking == LOT else "serials"] = "\n".join(codes)
    lines.codes[i] = codes
    if lines.returns(i) and (strange := [c for c in codes if c not in there]):
        lines.fault(i, N_("{code} did not move with the line that it refers to"), code=strange[0])


def _known(work: Work, lines: _Lines) -> dict[tuple[int, str], Any]:
    wanted = {(lines.info(i).id, code) for i, codes in lines.codes.items() for code in codes}
    if not wanted:
        return {}
    return {(r.item_id, r.code): r for r in work.rows(
        select(lot).where(tuple_(lot.c.item_id, lot.c.code).in_(sorted(wanted))))}


def _check(work: Work, lines: _Lines, known: Mapping[tuple[int, str], Any], origins: Mapping[int, Any],
           company: Mapping[str, Any]) -> None:
    expired: list[tuple[int, str, dt.date]] = []
    seen: set[tuple[int, str]] = set()
    for i, codes in lines.codes.items():
        line, info = lines.draft.lines[i], lines.info(i)
        counted = lines.counted(i)
        quantity = abs(line.get("base_quantity") or ZERO) if counted is None else counted
        revalued = any(m.basis is Basis.REVALUE for m in lines.moves[i])
        if not codes and (info.tracking == LOT or revalued):
            lines.fault(i, N_("{item} is kept by lots: enter the lot"))
        if info.tracking == SERIAL and len(codes) != quantity and not revalued and not _adjusted(lines, i):
            lines.fault(i, N_("{item}: {count} serial numbers for {quantity}"), count=len(codes), quantity=quantity)
        for code in codes:
            found = known.get((info.id, code))
            if found is None and not lines.brings_in(i):
                lines.fault(i, N_("{item} has no {code}"), code=code)
            if info.tracking == SERIAL and (info.id, code) in seen and counted is None:
                lines.fault(i, N_("Serial number {code} is there twice"), code=code)
            seen.add((info.id, code))
            _check_dates(lines, i, found)
            due = found.expiry_date if found else expiry(lines.draft, line, info)
            if due and due < lines.draft.header["date"] and _watched(lines, i):
                expired.append((i, code, due))
    _check_once(work, lines, known)
    if company["expired_stock"] == "forbid":
        for i, code, due in expired:
            lines.fault(i, N_("{code} expired on {date}"), code=code, date=due.isoformat())
    elif expired and company["expired_stock"] == "warn" and "expired" not in work.acknowledged and not lines.problems:
        i, code, due = expired[0]
        raise NeedsConfirmation("expired", N_("{item}: {code} expired on {date}"), item=lines.info(i).name, code=code,
                                date=due.isoformat())


def _watched(lines: _Lines, i: int) -> bool:
    """Expired goods may come back, be moved, counted and written off, but not be bought, sold or used."""
    return lines.draft.header.get("reason") not in WRITTEN_OFF and any(
        m.basis in (Basis.GIVEN, Basis.CURRENT, Basis.USED) and not m.origin for m in lines.moves[i])


def _check_dates(lines: _Lines, i: int, found: Any) -> None:
    line = lines.draft.lines[i]
    if line.get("production_date") and line.get("expiry_date") and line["production_date"] > line["expiry_date"]:
        lines.problems.append(Problem("expiry_date", N_("It would expire before it is produced"), i))
    for name in ("production_date", "expiry_date"):
        if found is not None and line.get(name) and getattr(found, name) and line[name] != getattr(found, name):
            lines.problems.append(Problem(name, N_("{code} is known with {date}"), i, {
                "code": found.code, "date": getattr(found, name).isoformat()}))


def _check_once(work: Work, lines: _Lines, known: Mapping[tuple[int, str], Any]) -> None:
    """A serial number that was sold may come in again only as a return, where the item says so."""
    once = {known[info.id, code].id: (i, code) for i, codes in lines.codes.items() for code in codes
            if (info := lines.info(i)).serial_once and (info.id, code) in known
            and any(m.quantity > 0 and m.basis in (Basis.GIVEN, Basis.CURRENT) for m in lines.moves[i])
            and not lines.draft.lines[i].get("id")}
    m = stock_move.c
    sold = work.rows(select(m.lot_id).where(m.lot_id.in_(once), m.basis == Basis.CURRENT).group_by(
        m.lot_id, m.line_id).having(func.sum(m.quantity) < ZERO)) if once else []
    for row in sold:
        i, code = once[row.lot_id]
        lines.fault(i, N_("Serial number {code} was sold before; it can only come back as a return"), code=code)


def expiry(draft: Draft, line: Values, info: ItemInfo) -> dt.date | None:
    """The date the line states, or the shelf life after production or the document's date."""
    stated: dt.date | None = line.get("expiry_date")
    if stated or not info.shelf_life_days:
        return stated
    made: dt.date = line.get("production_date") or draft.header["date"]
    return made + dt.timedelta(days=info.shelf_life_days)


def _make(work: Work, lines: _Lines, known: dict[tuple[int, str], Any]) -> None:
    """Lots that come in for the first time, and dates that nobody had told."""
    fresh: dict[tuple[int, str], Values] = {}
    for i, codes in lines.codes.items():
        line, info = lines.draft.lines[i], lines.info(i)
        if not lines.brings_in(i):
            continue
        dates = {"production_date": line.get("production_date"), "expiry_date": expiry(lines.draft, line, info)}
        for code in codes:
            found = known.get((info.id, code))
            if found is None:
                fresh[info.id, code] = {"item_id": info.id, "code": code, **dates}
            elif told := {n: d for n, d in dates.items() if d and getattr(found, n) is None}:
                work.connection.execute(update(lot).where(lot.c.id == found.id).values(**told))
    if fresh:
        work.connection.execute(insert(lot), list(fresh.values()))
        known |= _known(work, lines)


def _parts(work: Work, lines: _Lines, i: int, known: Mapping[tuple[int, str], Any],
           origins: Mapping[int, Mapping[str, tuple[int, Decimal]]]) -> list[tuple[int, Decimal]]:
    line, info = lines.draft.lines[i], lines.info(i)
    named = [known[info.id, code].id for code in lines.codes[i]]
    if origin := _adjusted(lines, i):
        return list(origins[origin].values())
    if info.tracking == LOT or any(m.basis is Basis.REVALUE for m in lines.moves[i]):
        return [(named[0], abs(line.get("base_quantity") or ZERO))]
    if any(m.basis in COUNTS for m in lines.moves[i]):
        return [*((lot_id, ONE) for lot_id in named), *((lot_id, ZERO) for lot_id in _missing(
            work, info.id, lines.draft.header["warehouse_id"], named))]
    return [(lot_id, ONE) for lot_id in named]


def _missing(work: Work, item_id: int, warehouse_id: int, found: Iterable[int]) -> list[int]:
    """Serial numbers that should be here and were not found."""
    b = lot_balance.c
    return [r.lot_id for r in work.rows(select(b.lot_id).where(
        b.item_id == item_id, b.warehouse_id == warehouse_id, b.on_hand != ZERO, b.lot_id.not_in(list(found))))]


def refuse_doubles(work: Work, locked: Locked, draft: Draft, items: Mapping[int, ItemInfo]) -> None:
    """A serial number is in stock at most once at any moment, in whatever warehouse. Call after the moves were
    written."""
    lots = {lot_id for item_id, _, lot_id in locked.lots if item_id in items and items[item_id].tracking == SERIAL}
    if not lots:
        return
    m = stock_move.c
    running: dict[int, Decimal] = defaultdict(Decimal)
    twice = set()
    for r in work.rows(select(m.lot_id, func.sum(m.quantity).label("moved")).where(m.lot_id.in_(lots)).group_by(
            m.lot_id, m.effective_at, m.entry).order_by(m.lot_id, m.effective_at, m.entry)):
        running[r.lot_id] += r.moved
        if running[r.lot_id] > ONE:
            twice.add(r.lot_id)
    codes = {r.code for r in work.rows(select(lot.c.code).where(lot.c.id.in_(twice)))} if twice else set()
    if codes:
        raise InvalidDraft([
            Problem("serials", N_("Serial number {code} is in stock already"), i, {"code": code})
            for i, line in enumerate(draft.lines) for code in serials_in(line.get("serials")) if code in codes])
