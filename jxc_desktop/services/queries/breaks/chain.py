"""The chain: each way of goods from an order to the partner's account, with who took each step and when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from jxc_desktop.document_types.schema import STATUS_TITLES, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.breaks.answer import (
    FAULT_TITLES,
    SEVERITY_TITLES,
    STEP_TITLES,
    Act,
    ChainRow,
    Finding,
    Paper,
    Step,
)
from jxc_desktop.services.queries.breaks.papers import ASKING, MOVING, Document, Line, Papers
from jxc_desktop.services.queries.breaks.rules import local
from jxc_desktop.values import ZERO

SHOWN = 500  # rows, the newest
WORTH_TELLING = 2  # days between two steps
_WORST = list(SEVERITY_TITLES)


def chain(papers: Papers, findings: Iterable[Finding]) -> tuple[ChainRow, ...]:
    """The newest ways first, those of one order together; what was found stands with its document."""
    told: dict[int, Finding] = {}
    for f in findings:
        known = told.get(f.document_id or 0)
        if f.document_id and (known is None or _WORST.index(f.severity) < _WORST.index(known.severity)):
            told[f.document_id] = f
    ways: dict[int, list[ChainRow]] = defaultdict(list)
    for row in _rows(papers):
        ways[(row.source or row.document).id].append(_marked(row, told))  # type: ignore[union-attr]
    together = [sorted(rows, key=_age, reverse=True) for rows in ways.values()]
    together.sort(key=lambda rows: _age(rows[0]), reverse=True)
    return tuple(row for rows in together for row in rows)[:SHOWN]


def _age(row: ChainRow) -> tuple[dt.date, int]:
    last: Paper = row.document or row.source  # type: ignore[assignment]
    return last.date, last.id


def _rows(papers: Papers) -> Iterator[ChainRow]:
    for d in papers.by_id.values():
        lines = papers.mine(d)
        if not lines or (d.status is Status.VOID and d.row.entry is None):
            continue
        sources: dict[int | None, list[Line]] = defaultdict(list)
        for line in lines:
            source = papers.of(line.source_line_id)
            sources[source.id if source else None].append(line)
        for source_id, linked in sources.items():
            source = papers.by_id.get(source_id or 0)
            if (d.asked or (source and source.asked)) and (source or d.kind.key not in ASKING):
                yield _row(papers, source, d, linked)
        if d.asked and d.kind.promise and (rest := _rest(papers, d, lines)):
            yield rest


def _row(papers: Papers, source: Document | None, d: Document, lines: list[Line]) -> ChainRow:
    """What came of a document, or came by itself."""
    moves = d.kind.key in MOVING
    ordered = source if source and source.kind.key in ASKING else None
    asked = {line.source_line_id for line in lines if line.source_line_id} if source else set()
    wanted = sum((papers.lines[i].quantity for i in asked), ZERO)
    done = ZERO if d.counts_goods else sum((line.quantity for line in lines), ZERO)
    row = ChainRow(
        source.paper if source else None, d.paper, d.row.partner or "", d.row.warehouse or "",
        ordered.created if ordered else None, ordered.approved if ordered else None,
        Act(dt.datetime.combine(d.row.date, dt.time()), d.row.created_by) if moves else None, d.posted,
        d.account if d.stands else None, d.amount, wanted if asked else None, done or None, _state(d),
        fits=papers.question.fits(done))
    return replace(row, waited=_waited(row))


def _state(d: Document) -> str:
    """What is unlike 'posted' about it, in a word."""
    if d.mirror:
        return tr("Reversal")
    if d.status is Status.VOID and (undone := d.last("void")):
        return tr("Voided by {person}", person=undone.person)
    return "" if d.status is Status.POSTED else tr(STATUS_TITLES[d.status])


def _rest(papers: Papers, d: Document, lines: list[Line]) -> ChainRow | None:
    """What is still open of an order, or was given up; a draft or request of which nothing came."""
    taken: Decimal = ZERO
    for line in lines:
        taken += sum((f.quantity for f in papers.followers[line.id] if papers.by_id[f.document_id].stands), ZERO)
    wanted = sum((line.quantity for line in lines), ZERO)
    if d.mirror or (wanted <= taken and d.stands) or d.status is Status.REVERSED:
        return None
    state = {Status.POSTED: N_("Open"), Status.CLOSED: N_("Given up")}.get(d.status, STATUS_TITLES[d.status])
    row = ChainRow(d.paper, None, d.row.partner or "", d.row.warehouse or "", d.created, d.approved, None, None, None,
                   None, wanted or None, taken or None, tr(state), fits=papers.question.fits(wanted - taken))
    return replace(row, waited=_waited(row))


def _marked(row: ChainRow, told: dict[int, Finding]) -> ChainRow:
    of = row.document or row.source
    found = told.get(of.id) if of else None
    if found is None:
        return row
    return replace(row, state=tr(FAULT_TITLES[found.fault]), severity=found.severity, fits=row.fits or found.fits)


def _waited(row: ChainRow) -> str:
    """Between which steps the most days passed."""
    steps = [(Step.ORDERED, row.ordered), (Step.APPROVED, row.approved), (Step.MOVED, row.moved),
             (Step.POSTED, row.posted), (Step.SETTLED, row.settled)]
    known = [(step, act.at.date() if step is Step.MOVED else local(act.at).date()) for step, act in steps if act]
    waits = [((later - earlier).days, a, b) for (a, earlier), (b, later) in pairwise(known)]
    days, a, b = max(waits, key=lambda wait: wait[0], default=(0, Step.ORDERED, Step.ORDERED))
    if days < WORTH_TELLING:
        return ""
    return tr("{days} d: {before} → {after}", days=days, before=tr(STEP_TITLES[a]), after=tr(STEP_TITLES[b]))
