"""What cannot be right in a chain of documents, or is unlike how the company works otherwise."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import exists, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import Section, Status, nothing
from jxc_desktop.i18n import tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.services.orders import most_taken
from jxc_desktop.services.queries.breaks.answer import Act, Fault, Finding, Severity, Step
from jxc_desktop.services.queries.breaks.papers import COUNTING, MOVING, ORDERS, Document, Line, Papers
from jxc_desktop.values import ZERO

TWIN = dt.timedelta(minutes=10)  # two saves of the same thing so close together were hardly meant
COUNTER_TRADE = 4  # documents a day from which a partner is no longer surprising with the same goods again
LATE_DAYS = 3  # a weekend and a day
SAMPLE = 500  # documents that show how promptly the company books
HABIT_DAYS = 180  # in which it shows whether the company works with orders
NAMED = 3  # items that a sentence names
_d, _l = document.c, document_line.c

Rule = Callable[[Papers], Iterator[Finding]]


def local(moment: dt.datetime) -> dt.datetime:
    """A moment of the database (UTC) on this PC's clock."""
    return moment.replace(tzinfo=dt.UTC).astimezone().replace(tzinfo=None)


def rare(exceptions: int, others: int) -> bool:
    """Whether something is done so seldom that it may be a mistake: one time in ten, or once."""
    return others > 0 and exceptions <= max(1, (exceptions + others) // 10)


def _found(papers: Papers, of: Document, fault: Fault, act: Act | None, **more: Any) -> Finding:
    quantity = more.get("quantity")
    severity = more.pop("severity", Severity.SUSPECT)
    return Finding(fault, severity, more.pop("text"), more.pop("step"), act.person if act else "",
                   act.at if act else None, of.paper.page, of.name, of.id, fits=papers.question.fits(quantity), **more)


def goods(papers: Papers, amounts: dict[int | None, Decimal]) -> str:
    """Some items with their quantities, in words."""
    names = papers.item_names(amounts.keys())
    parts = [f"{names.get(i or 0, '?')} {values.grouped(q)}" for i, q in list(amounts.items())[:NAMED]]
    return tr(", ").join(parts) + (f" +{len(amounts) - NAMED}" if len(amounts) > NAMED else "")


def _by_item(lines: Iterable[Line]) -> dict[int | None, Decimal]:
    return _added((line.item_id, line.quantity) for line in lines if line.item_id and line.filled)


def _added(parts: Iterable[tuple[int | None, Decimal]]) -> dict[int | None, Decimal]:
    found: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for item_id, quantity in parts:
        found[item_id] += quantity
    return dict(found)


# --- twice ------------------------------------------------------------------------------------------------


def taken_twice(papers: Papers) -> Iterator[Finding]:
    """More came of the lines of a document than it asked for, beyond the tolerance."""
    for source in papers.by_id.values():
        if source.mirror:
            continue
        over = {line: taken for line in papers.mine(source)
                if (taken := _taken(papers, line)) > most_taken(source.kind, line.quantity, papers.company)}
        if not over:
            continue
        takers = _takers(papers, over)
        last = takers[-1]
        more = sum((taken - line.quantity for line, taken in over.items()), ZERO)
        said = tr(", ").join(f"{d.name} ({d.row.date:%m-%d} {_who(d)})" for d in takers)
        yield _found(
            papers, last, Fault.TAKEN_TWICE, last.posted or last.created, severity=Severity.WRONG, step=Step.MOVED,
            quantity=more if papers.question.item_id else None, text=tr(
                "{source} says {goods}, but {came} came of it: {documents}", source=source.name, documents=said,
                goods=goods(papers, _by_item(over)),
                came=goods(papers, _added((line.item_id, taken) for line, taken in over.items()))))


def _taken(papers: Papers, line: Line) -> Decimal:
    """What standing documents took from a line; what customers brought back may be taken again."""
    taken = ZERO
    for follower in papers.followers[line.id]:
        if papers.by_id[follower.document_id].stands:
            taken += follower.quantity
            taken -= sum((back.quantity for back in papers.followers[follower.id]
                          if back.reopens and papers.by_id[back.document_id].stands), ZERO)
    return taken


def _takers(papers: Papers, lines: Iterable[Line]) -> list[Document]:
    """The documents that took from these lines, in the order in which they were entered."""
    ids = {f.document_id for line in lines for f in papers.followers[line.id]}
    found = [papers.by_id[i] for i in ids if papers.by_id[i].stands and not papers.by_id[i].mirror]
    return sorted(found, key=lambda d: ((d.posted or d.created).at, d.id))


def _who(of: Document) -> str:
    return (of.posted or of.created).person


def twins(papers: Papers) -> Iterator[Finding]:
    """Two documents of the same partner, day and lines, entered within minutes."""
    told = {f.document_id for f in taken_twice(papers)}
    seen: dict[Any, list[Document]] = defaultdict(list)
    visits: Counter[Any] = Counter()
    for d in papers.by_id.values():
        if d.kind.effect is nothing or d.counts_goods or d.status is not Status.POSTED or d.mirror or not d.lines:
            continue
        visit = d.kind.key, d.row.partner_id, d.row.warehouse_id, d.row.date
        visits[visit] += 1
        seen[*visit, tuple(sorted((line.item_id or 0, line.lot or "", line.quantity, line.amount or ZERO)
                                  for line in d.lines))].append(d)
    for (*key, _), same in seen.items():
        if visits[tuple(key)] > COUNTER_TRADE:
            continue
        same.sort(key=lambda d: (d.created.at, d.id))
        for first, second in pairwise(same):
            if second.created.at - first.created.at <= TWIN and second.id not in told and papers.mine(second):
                yield _twin(papers, first, second)


def _twin(papers: Papers, first: Document, second: Document) -> Finding:
    minutes = (second.created.at - first.created.at) // dt.timedelta(minutes=1)
    return _found(papers, second, Fault.TWIN, second.posted, step=Step.MOVED,
                  severity=Severity.NOTE if _sold_by_the_way(second) else Severity.SUSPECT,
                  quantity=papers.about(papers.mine(second)), text=tr(
                      "{document} says the same as {other}, entered {minutes} minutes before: same partner, day and "
                      "lines", document=second.name, other=first.name, minutes=minutes))


def _sold_by_the_way(d: Document) -> bool:
    """One thing, without an order: customers do come back for more of it."""
    return d.kind.section is Section.SALES and len(d.lines) == 1 and d.lines[0].source_line_id is None


# --- not as usual -----------------------------------------------------------------------------------------


def without_order(papers: Papers) -> Iterator[Finding]:
    """Goods that came or left without an order, where that is rare."""
    usual = {k: _orders_are_usual(papers, k) for k in {d.kind.key for d in papers.asked() if _may_have_order(d)}}
    for d in papers.asked():
        if not _may_have_order(d) or not usual[d.kind.key] or d.status is not Status.POSTED or d.mirror:
            continue
        if papers.mine(d) and all(line.source_line_id is None for line in d.lines):
            yield _found(papers, d, Fault.NO_ORDER, d.posted, step=Step.ORDERED,
                         quantity=papers.about(papers.mine(d)), text=tr(
                             "{document} of {partner} has no order, unlike the others: {goods}", document=d.name,
                             partner=d.row.partner or tr("no partner"), goods=goods(papers, _by_item(papers.mine(d)))))


def _may_have_order(d: Document) -> bool:
    return d.kind.key in MOVING and not ORDERS.isdisjoint(d.kind.sources)


def _orders_are_usual(papers: Papers, kind: str) -> bool:
    linked = exists(select(_l.id).where(_l.document_id == _d.id, _l.source_line_id.is_not(None)))
    found = Counter(papers.connection.scalars(select(linked).select_from(document).where(
        _d.kind == kind, _d.status == Status.POSTED.value, _d.reversal_of_id.is_(None),
        _d.date.between(papers.question.last - dt.timedelta(days=HABIT_DAYS), papers.question.last))))
    return rare(found[False], found[True])


def late(papers: Papers) -> Iterator[Finding]:
    """Booked days after (or before) the day on the document, where the company is prompt otherwise."""
    lags = [_lag(r.date, r.posted_at) for r in papers.connection.execute(select(_d.date, _d.posted_at).where(
        _d.kind.in_(MOVING), _d.posted_at.is_not(None)).order_by(_d.id.desc()).limit(SAMPLE))]
    off = sum(_is_off(lag) for lag in lags)
    if not rare(off, len(lags) - off):
        return
    for d in papers.asked():
        if d.kind.key not in MOVING or d.posted is None or d.mirror or not papers.mine(d):
            continue
        days = _lag(d.row.date, d.posted.at)
        if _is_off(days):
            text = tr("{document} is dated {date} but was booked {days} days later", document=d.name,
                      date=d.row.date, days=days) if days > 0 else tr(
                "{document} is dated {date}, {days} days after it was booked", document=d.name, date=d.row.date,
                days=-days)
            yield _found(papers, d, Fault.LATE, d.posted, step=Step.POSTED, text=text,
                         quantity=papers.about(papers.mine(d)))


def _lag(date: dt.date, booked: dt.datetime) -> int:
    return (local(booked).date() - date).days


def _is_off(days: int) -> bool:
    return days > LATE_DAYS or days < -1


# --- not finished -----------------------------------------------------------------------------------------


def overdue(papers: Papers) -> Iterator[Finding]:
    """What was promised for a day that is over, and did not come or leave."""
    for d in papers.asked():
        due = d.row.due_date
        if not d.kind.promise or d.status is not Status.POSTED or d.mirror or not due or due >= papers.today:
            continue
        left = {line.item_id: rest for line in papers.mine(d) if (rest := line.quantity - _taken(papers, line)) > 0}
        if left:
            act = d.approved or d.created
            yield _found(papers, d, Fault.OVERDUE, act, step=Step.MOVED,
                         quantity=sum(left.values(), ZERO) if papers.question.item_id else None, text=tr(
                             "{document} ({partner}) was due on {due}, {days} d ago; still open: {goods}",
                             document=d.name, partner=d.row.partner or d.row.warehouse or "", due=due,
                             days=(papers.today - due).days, goods=goods(papers, left)))


def not_posted(papers: Papers) -> Iterator[Finding]:
    """Drafts of days that are over: goods may have moved without the books."""
    for d in papers.asked():
        filled = any(line.filled for line in papers.mine(d))
        if d.unfinished and not d.counts_goods and filled and d.row.date < papers.today:
            yield from _left(papers, d)


def _left(papers: Papers, d: Document) -> Iterator[Finding]:
    quantity = papers.about(papers.mine(d))
    what = {"document": d.name, "date": d.row.date, "goods": goods(papers, _by_item(papers.mine(d)))}
    if d.status is not Status.DRAFT:
        yield _found(papers, d, Fault.WAITING, d.last("submit") or d.touched, step=Step.APPROVED, quantity=quantity,
                     text=tr("{document} of {date} waits for approval: {goods}", **what))
    elif d.kind.key not in MOVING:
        yield _found(papers, d, Fault.NOT_POSTED, d.touched, step=Step.APPROVED, severity=Severity.NOTE,
                     quantity=quantity, text=tr("{document} of {date} is still a draft: {goods}", **what))
    elif undone := d.last("unpost", "reject"):
        yield _found(papers, d, Fault.NOT_POSTED, undone, step=Step.POSTED, quantity=quantity, text=tr(
            "{document} of {date} was taken back or rejected, and not saved again: {goods}", **what))
    elif not _planned(papers, d):
        yield _found(papers, d, Fault.NOT_POSTED, d.touched, step=Step.POSTED, quantity=quantity, text=tr(
            "{document} of {date} was never posted, the books know nothing of it: {goods}", **what))


def _planned(papers: Papers, d: Document) -> bool:
    """Drafted ahead of an order that is not due yet, and not printed: the goods are still here."""
    orders = {source.id: source for line in d.lines if (source := papers.of(line.source_line_id))}
    waiting = [o for o in orders.values() if o.row.due_date is None or o.row.due_date >= papers.today]
    days = (papers.today - d.row.date).days
    return bool(waiting) and not d.row.print_count and days <= LATE_DAYS


def not_booked(papers: Papers) -> Iterator[Finding]:
    """Counts whose result never came into the books."""
    for d in papers.asked():
        lines = [line for line in papers.mine(d) if line.filled]
        if d.kind.key not in COUNTING or not d.unfinished or not lines:
            continue
        off = [line for line in lines if line.book is not None and line.quantity != line.book]
        missing = sum((line.quantity - (line.book or ZERO) for line in off), ZERO)
        old = d.row.date < papers.today
        severity = Severity.NOTE if not old else Severity.WRONG if off else Severity.SUSPECT
        who = Act(d.touched.at, next((line.counter for line in lines if line.counter), None) or d.touched.person)
        yield _found(papers, d, Fault.NOT_BOOKED, who, step=Step.COUNTED, severity=severity,
                     quantity=missing if papers.question.item_id else None, text=_counted(papers, d, lines, off))


def _counted(papers: Papers, d: Document, lines: Sequence[Line], off: Sequence[Line]) -> str:
    what = {"document": d.name, "date": d.row.date, "warehouse": d.row.warehouse or ""}
    if papers.question.item_id:
        known = [line.book for line in lines if line.book is not None]
        return tr("{document} of {date} counted {counted} in {warehouse} where the books had {book}, but was never "
                  "posted", **what, counted=values.grouped(sum((line.quantity for line in lines), ZERO)),
                  book=values.grouped(sum(known, ZERO)) if known else "–")
    return tr("{document} of {date} counted {lines} lines in {warehouse}, {off} of them unlike the books, but was "
              "never posted", **what, lines=len(lines), off=len(off))


RULES: tuple[Rule, ...] = (taken_twice, not_booked, twins, without_order, not_posted, overdue, late)
