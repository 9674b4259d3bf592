"""Links between documents: what later ones took from a source line, and what orders hold or expect.

An order promises its open quantity: a sales order reserves what is free of it, a purchase order shows it as
on order. The figures of lines and balances move together, in the save that moves them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, tuple_, update

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Draft, Move, Progress, Promise, Status, nothing
from jxc_desktop.errors import HasDependants, Problem
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, lot
from jxc_desktop.services.balances import Balance, Locked
from jxc_desktop.services.bulk import Bulk
from jxc_desktop.services.catalog import Company
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.values import ZERO, plain


@dataclass
class SourceLine:
    """A locked line that others take from; `reserved` and `fulfilled` as they will be committed."""

    id: int
    document_id: int
    kind: str
    number: str
    status: str
    partner_id: int | None
    warehouse_id: int
    item_id: int
    quantity: Decimal
    fulfilled: Decimal
    reserved: Decimal
    stocked: bool
    source_line_id: int | None
    lot_id: int | None
    lot: str | None
    date: dt.date
    time: dt.time | None
    due_date: dt.date | None
    touched: bool = False

    @property
    def at(self) -> tuple[dt.date, dt.time]:
        return self.date, self.time or dt.time()

    @property
    def promise(self) -> Promise | None:
        return document_types.BY_KEY[self.kind].promise

    @property
    def open(self) -> Decimal:
        """What is still to be fulfilled while the order stands."""
        return max(self.quantity - self.fulfilled, ZERO) if self.status == Status.POSTED else ZERO

    @property
    def shelf(self) -> tuple[int, int]:
        return self.item_id, self.warehouse_id

    def held_in(self, locked: Locked) -> list[Balance]:
        """The balances that count what this line holds: of the warehouse, and of the lot that it names."""
        lots = [locked.lots[*self.shelf, self.lot_id]] if self.lot_id else []
        return [locked.shelves[self.shelf], *lots]

    def hold(self, locked: Locked, more: Decimal) -> None:
        """Hold `more` of the stock (less, if negative)."""
        if more:
            self.reserved += more
            self.touched = True
            for balance in self.held_in(locked):
                balance.reserved += more

    def free(self, locked: Locked) -> Decimal:
        if self.lot and not self.lot_id:
            return ZERO  # of a lot that is still to come
        return max(min(balance.free for balance in self.held_in(locked)), ZERO)


# Statements are built once: building them costs a save more than running them.
_line, _d = document_line.c, document.c
_LINES = select(
    _line.id, _line.document_id, _d.kind, _d.number, _d.status, _d.partner_id,
    func.coalesce(_d.destination_id, _d.warehouse_id), _line.item_id, _line.base_quantity, _line.fulfilled,
    _line.reserved, item.c.stocked, _line.source_line_id, lot.c.id.label("lot_id"), _line.lot, _d.date,
    _d.time, _d.due_date).join_from(
    document_line, document, _d.id == _line.document_id).join(item, item.c.id == _line.item_id).outerjoin(
    lot, (lot.c.item_id == _line.item_id) & (lot.c.code == _line.lot)).order_by(
    _line.document_id, _line.id).with_for_update(of=(document_line, document), key_share=True)
_NAMED = select(_line.document_id, _line.item_id).where(_line.id.in_(bindparam("ids", expanding=True)))
_ITEM = _line.item_id + literal_column("0")  # few lines of a document, many of an item: keeps planners from the latter
_BESIDE = _LINES.where(_line.document_id.in_(bindparam("documents", expanding=True)),
                       _ITEM.in_(bindparam("items", expanding=True)))
_DONE = select(_line.document_id, _line.base_quantity, _line.fulfilled).where(
    _line.document_id.in_(bindparam("ids", expanding=True)))
_of_line = update(document_line).where(_line.id == bindparam("i"))
_SET, _SET_USED = Bulk(_of_line, "fulfilled", "reserved"), Bulk(_of_line, "used")
_SET_PROGRESS = Bulk(update(document).where(_d.id == bindparam("i")), "progress")
_OWN = _LINES.where(_line.document_id == bindparam("document"))
LACKING = (  # lines of customers' orders that hold less of these `items` than they are to get
    _d.kind.in_([k.key for k in document_types.ALL if k.promise is Promise.RESERVED]), _d.status == Status.POSTED,
    _d.reversal_of_id.is_(None), item.c.stocked, _line.item_id.in_(bindparam("items", expanding=True)),
    _line.base_quantity > _line.fulfilled + _line.reserved)
_WAITING = _LINES.where(*LACKING)
_RAN = _d.status.in_((Status.POSTED, Status.REVERSED))  # it is in the ledger, and its mirror with it


def lock_sources(work: Work, line_ids: Iterable[int], *, reopening: bool = False) -> dict[int, SourceLine]:
    """Lock these lines in sorted order, with their documents and the other lines of the same items in them.

    `reopening`: also the lines of orders that they fulfilled.
    """
    ids = set(line_ids)
    if reopening and ids:
        ids |= {r.source_line_id for r in work.rows(select(_line.source_line_id).where(
            _line.id.in_(ids), _line.source_line_id.is_not(None)))}
    named = work.rows(_NAMED, {"ids": sorted(ids)}) if ids else ()
    return {r.id: SourceLine(*r) for r in work.rows(_BESIDE, {
        "documents": sorted({n.document_id for n in named}), "items": sorted({n.item_id for n in named})})} \
        if named else {}


def waiting(work: Work, shelves: Collection[tuple[int, int]]) -> dict[int, SourceLine]:
    """Lock the lines of customers' orders that want more of these shelves than they hold, in order of id."""
    if not shelves:
        return {}
    rows = work.rows(_WAITING, {"items": sorted({item_id for item_id, _ in shelves})})
    return {line.id: line for line in (SourceLine(*r) for r in rows) if line.shelf in shelves}


def serve(work: Work, lines: Iterable[SourceLine], locked: Locked) -> list[SourceLine]:
    """Hold what is free for lines that wait for it, the oldest promise first. Returns those that got some."""
    served = []
    for line in sorted(lines, key=lambda each: (each.due_date or dt.date.max, each.date, each.id)):
        if more := min(line.open - line.reserved, line.free(locked)):
            line.hold(locked, more)
            served.append(line)
    store_lines(work, served)
    return served


def taken(lines: Iterable[Mapping[str, Any]]) -> defaultdict[int, Decimal]:
    """Base units that these lines take from each source line; 0 from any other."""
    found: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.get("source_line_id"):
            found[line["source_line_id"]] += line.get("base_quantity") or ZERO
    return found


def reopened(lines: Iterable[Mapping[str, Any]]) -> defaultdict[int, Decimal]:
    """Base units that these lines give back to the order behind each source line."""
    return taken(line for line in lines if line.get("reopens"))


def link_problems(draft: Draft, sources: Mapping[int, SourceLine], already: Mapping[int, Decimal],
                  company: Company) -> list[Problem]:
    """Lines that take from the wrong place, or more than is left with the tolerance."""
    found = []
    kind = document_types.BY_KEY[draft.kind]
    now = taken(draft.lines)
    at = draft.header["date"], draft.header.get("time") or dt.time()
    for i, line in enumerate(draft.lines):
        if not (source_id := line.get("source_line_id")):
            continue
        source = sources.get(source_id)
        if source is None or source.kind not in kind.sources or source.item_id != line["item_id"] \
                or (source.partner_id not in (None, draft.header.get("partner_id")) and not kind.spreads_fee):
            found.append(Problem("source_line_id", N_("The line does not fit the document it comes from"), i))
        elif document_types.BY_KEY[source.kind].effect is not nothing and source.at > at:
            found.append(Problem("date", N_("{number} is dated later"), None, {"number": source.number}))
        elif now[source_id] <= already.get(source_id, ZERO) and not kind.spreads_fee:
            pass  # a correction that takes no more than the document has already
        elif source.status != Status.POSTED:
            found.append(Problem("source_line_id", N_("{number} is not open"), i, {"number": source.number}))
        else:
            limit = most_taken(document_types.BY_KEY[source.kind], source.quantity, company)
            total = source.fulfilled - already.get(source_id, ZERO) + now[source_id]
            if total > limit:
                left = limit - (source.fulfilled - already.get(source_id, ZERO))
                found.append(Problem("quantity", N_("{number} leaves {left}, not {quantity}"), i, {
                    "number": source.number, "left": plain(left), "quantity": plain(now[source_id])}))
    return found


def most_taken(kind: DocumentType, quantity: Decimal, company: Company) -> Decimal:
    """How much later documents may take of a line of such a document."""
    if kind.promise is Promise.REQUESTED:
        return Decimal("Infinity")  # suppliers sell whole packs
    if kind.promise is None or kind.effect is not nothing:
        return quantity  # not more comes back, or arrives, than was sent
    return quantity * (1 + company.tolerance(kind.promise is Promise.ON_ORDER))


@dataclass(frozen=True)
class Taking:
    """What a command changes of what later documents took, by source line in base units.

    `back`: of that, what customers brought back is open in their orders again. `kept`: reservations that the
    documents had used up before and still do; `freed`: that they do no more. `hold`: orders reserve by themselves.
    """

    change: Mapping[int, Decimal]
    back: Mapping[int, Decimal]
    kept: Mapping[int, Decimal]
    freed: Mapping[int, Decimal]
    hold: bool


def fulfil(work: Work, sources: Mapping[int, SourceLine], locked: Locked, taking: Taking) -> dict[int, Decimal]:
    """Let source lines know what was taken (or, negative, given back); what they hold and expect follows.

    Returns what was used up of reservations, by source line.
    """
    used: dict[int, Decimal] = {}
    change = defaultdict(Decimal, taking.change)
    for line_id, quantity in taking.back.items():
        order_line = sources[line_id].source_line_id
        if order_line is not None and order_line in sources:
            change[order_line] -= quantity
    for line_id, quantity in sorted(change.items()):
        source = sources[line_id]
        before = source.open
        source.fulfilled += quantity
        source.touched = True
        if not source.stocked or source.shelf not in locked.shelves:
            continue
        if source.promise is Promise.ON_ORDER:
            locked.shelves[source.shelf].on_order += source.open - before
        elif source.promise is Promise.RESERVED and quantity > 0:
            used[line_id] = _use_up(source, sources, locked, quantity)
        elif source.promise is Promise.RESERVED:
            wanted = source.open - source.reserved if taking.hold else taking.freed.get(line_id, ZERO)
            if source.open and line_id in taking.change:  # what came back from the customer is his to ask for again
                source.hold(locked, max(min(wanted, source.free(locked)), ZERO))
    store_lines(work, [source for source in sources.values() if source.touched])
    return used


def _use_up(source: SourceLine, sources: Mapping[int, SourceLine], locked: Locked, quantity: Decimal) -> Decimal:
    """Goods that leave for an order use up what its line holds, then what other lines of it hold of the item."""
    same = [s for s in sources.values() if (s.document_id, s.item_id) == (source.document_id, source.item_id)]
    left = quantity
    for line in sorted(same, key=lambda s: s is not source):
        used = min(line.reserved, left)
        line.hold(locked, -used)
        left -= used
    return quantity - left


def note_used(work: Work, lines: Iterable[Mapping[str, Any]], used: Mapping[int, Decimal]) -> None:
    """Keep with the lines what they use up of their orders' reservations, so that taking them back restores that."""
    left, rows = dict(used), []
    for line in lines:
        source_id = line.get("source_line_id")
        if source_id in left:
            part = min(left[source_id], line["base_quantity"])
            left[source_id] -= part
            if part != (line.get("used") or ZERO):
                rows.append({"i": line["id"], "used": part})
    _SET_USED.run(work.connection, rows)


def promise(work: Work, document_id: int, locked: Locked, statuses: tuple[Status, Status], *,
            hold: bool = True, keep: Mapping[int, Decimal] | None = None) -> dict[int, Decimal]:
    """Make an order hold or expect what is open of it now; anything but POSTED lets go of it all.

    `statuses`: that for which the balances were last reckoned, and the new one. `hold`: reserve what is free of
    it; else only what lines held before (`keep`). Returns what each line held.
    """
    lines = own_lines(work, document_id)
    held = {line.id: line.reserved for line in lines}
    for line in lines:
        if not line.stocked:
            continue
        line.status = statuses[0]
        before = line.open
        line.status = statuses[1]
        if line.promise is Promise.ON_ORDER:
            locked.shelves[line.shelf].on_order += line.open - before
        elif line.promise is Promise.RESERVED:
            if line.status != Status.POSTED:
                line.hold(locked, -line.reserved)
            most = line.open if hold else min((keep or {}).get(line.id, ZERO), line.open)
            line.hold(locked, max(min(most - line.reserved, line.free(locked)), ZERO))
    store_lines(work, [line for line in lines if line.touched or line.fulfilled])  # how far it is done may change
    return held


def own_lines(work: Work, document_id: int) -> list[SourceLine]:
    return [SourceLine(*r) for r in work.rows(_OWN, {"document": document_id})]


def store_lines(work: Work, lines: Sequence[SourceLine]) -> None:
    if not lines:
        return
    _SET.run(work.connection, [{"i": s.id, "fulfilled": s.fulfilled, "reserved": s.reserved} for s in lines])
    refresh_progress(work, {s.document_id for s in lines if s.promise})
    work.changes.update((s.kind, s.document_id) for s in lines)


def refresh_progress(work: Work, document_ids: Iterable[int]) -> None:
    """Open, partly done or done: from the lines of each order."""
    ids = sorted(document_ids)
    if not ids:
        return
    by_document: dict[int, list[Any]] = defaultdict(list)
    for row in work.rows(_DONE, {"ids": ids}):
        by_document[row.document_id].append(row)
    _SET_PROGRESS.run(work.connection, [{"i": id_, "progress": progress_of(rows).value}
                                        for id_, rows in by_document.items()])


def progress_of(rows: Sequence[Any]) -> Progress:
    """How far an order is done, from the base_quantity and fulfilled of its lines."""
    if all(r.fulfilled >= r.base_quantity for r in rows):
        return Progress.DONE
    return Progress.PARTLY if any(r.fulfilled > 0 for r in rows) else Progress.OPEN


def places(sources: Iterable[SourceLine], moves: Iterable[Move]) -> set[tuple[int, int]]:
    """Every balance that these moves and source lines touch."""
    return {(m.item_id, m.warehouse_id) for m in moves} | {s.shelf for s in sources if s.promise and s.stocked}


def lots(sources: Iterable[SourceLine]) -> set[tuple[int, int, int]]:
    """The lots that these lines hold or may hold."""
    return {(*s.shelf, s.lot_id) for s in sources if s.promise and s.stocked and s.lot_id}


def holders(work: Work, item_id: int, warehouse_id: int) -> tuple[str, ...]:
    """Who holds stock of an item here, in words: number, maker and quantity."""
    line, d = document_line.c, document.c
    return tuple(f"{r.created_by} {r.number} {plain(r.reserved)}" for r in work.rows(
        select(d.number, d.created_by, line.reserved).join_from(document_line, document, d.id == line.document_id)
        .where(line.item_id == item_id, d.warehouse_id == warehouse_id, line.reserved > ZERO, d.status == Status.POSTED)
        .order_by(d.id).limit(5)))


def refuse_dependants(work: Work, row: Any, *, leaving: bool) -> None:
    """A document stands while posted ones came from it; raises HasDependants.

    One that moved goods does not leave the ledger (as it may be reversed) while reversed ones came from it either:
    their moves and those of their mirrors refer to its cost.
    """
    moves = leaving and document_types.BY_KEY[row.kind].effect is not nothing
    lines = work.rows(select(document_line.c.id).where(document_line.c.document_id == row.id))
    _refuse_users(work, row.number, [r.id for r in lines], document.c.status.in_(
        (Status.POSTED, Status.REVERSED) if moves else (Status.POSTED,)))


def refuse_loss(work: Work, draft: Draft, old: Draft) -> None:
    """What later documents took from a line stays in it, or all it says where that is less (they may take more by the
    tolerance), with the same partner; a line that any names stays, and goods do not come back before they left."""
    now = {line["id"]: line for line in draft.lines if line.get("id")}
    moved_on = draft.header.get("partner_id") != old.header.get("partner_id")
    _refuse_users(work, old.number, [line["id"] for line in old.lines if line["fulfilled"] > 0 and (
        moved_on or line["id"] not in now or now[line["id"]]["item_id"] != line["item_id"]
        or now[line["id"]]["base_quantity"] < min(line["fulfilled"], line["base_quantity"]))],
        document.c.status == Status.POSTED)
    _refuse_users(work, old.number, [line["id"] for line in old.lines if line["id"] not in now])
    if old.status is not Status.POSTED or document_types.BY_KEY[draft.kind].effect is nothing:
        return
    left = {line["id"]: now[line["id"]]["base_quantity"] or ZERO for line in old.lines if line["id"] in now}
    less = [line["id"] for line in old.lines if left.get(line["id"], ZERO) < (line["base_quantity"] or ZERO)]
    most = _most_returned(work, less) if less else {}
    _refuse_users(work, old.number, [i for i, quantity in most.items() if left.get(i, ZERO) < quantity], _RAN)
    if _moment(draft) > _moment(old):
        _refuse_users(work, old.number, [line["id"] for line in old.lines], _RAN, tuple_(
            _d.date, func.coalesce(_d.time, dt.time())) < _moment(draft))


def _most_returned(work: Work, line_ids: Collection[int]) -> dict[int, Decimal]:
    """How much of each line had come back at once, in order of effect, whether or not that was reversed later."""
    mirror = document.alias()
    changes = []
    for line_id, quantity, *when in work.rows(select(
            _line.source_line_id, _line.base_quantity, _d.date, _d.time, _d.entry, mirror.c.date, mirror.c.time,
            mirror.c.entry).join_from(document_line, document, _d.id == _line.document_id).outerjoin(
            mirror, (mirror.c.reversal_of_id == _d.id) & (mirror.c.status == Status.POSTED)).where(
            _line.source_line_id.in_(line_ids), _RAN, _d.reversal_of_id.is_(None))):
        for (date, time, entry), more in ((when[:3], quantity), (when[3:], -quantity)):
            if entry:
                changes.append((date, time or dt.time(), entry, line_id, more))
    back, most = defaultdict[int, Decimal](Decimal), dict[int, Decimal]()
    for *_, line_id, more in sorted(changes):
        back[line_id] += more
        most[line_id] = max(most.get(line_id, ZERO), back[line_id])
    return most


def _moment(draft: Draft) -> tuple[dt.date, dt.time]:
    return draft.header["date"], draft.header.get("time") or dt.time()


def _refuse_users(work: Work, number: str | None, line_ids: Collection[int], *those: Any) -> None:
    """Raise HasDependants for the documents (mirrors aside) that name one of these lines as their source."""
    line, d = document_line.c, document.c
    users = work.rows(select(d.number).distinct().join_from(document_line, document, d.id == line.document_id).where(
        line.source_line_id.in_(line_ids), d.reversal_of_id.is_(None), *those).order_by(d.number)) if line_ids else []
    if users:
        raise HasDependants(number=number or tr("Draft"), numbers=", ".join(r.number or tr("Draft") for r in users))
