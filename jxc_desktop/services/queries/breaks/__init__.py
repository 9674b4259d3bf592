"""Find the break (对账助手): why the books are not what somebody thinks, down to document, step and person."""

import datetime as dt

from sqlalchemy import Connection

from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries import history
from jxc_desktop.services.queries.breaks import counts, keeping, papers, rules
from jxc_desktop.services.queries.breaks.answer import (
    FAULT_TITLES,
    SEVERITY_TITLES,
    STEP_TITLES,
    Act,
    Answer,
    ChainRow,
    CountRow,
    Fault,
    Finding,
    Paper,
    Question,
    Severity,
    Step,
    StockOver,
)
from jxc_desktop.services.queries.breaks.chain import chain
from jxc_desktop.services.unit_of_work import Actor

__all__ = ["FAULT_TITLES", "SEVERITY_TITLES", "STEP_TITLES", "Act", "Answer", "ChainRow", "CountRow",
           "Fault", "Finding", "Paper", "Question", "Severity", "Step", "StockOver", "answer"]

_ORDER = list(SEVERITY_TITLES)


def answer(connection: Connection, question: Question, actor: Actor, today: dt.date | None = None) -> Answer:
    """Everything that is known about the question. Raises NotFound for a number or an item that is not there."""
    found = papers.load(connection, question, today or dt.date.today(), actor.may)
    if question.number and not found.by_id:
        raise NotFound(what=N_("Document"), key=question.number)
    findings = [f for rule in rules.RULES for f in rule(found)]
    telling, meanwhile = keeping.changed(found, actor)
    findings += [*keeping.unbalanced(found), *keeping.untraced(found), *telling]
    findings.sort(key=lambda f: (_ORDER.index(f.severity), not f.fits))
    item_id = question.item_id
    return Answer(
        _subject(connection, question), tuple(findings), chain(found, findings),
        tuple(counts.counts(connection, question, item_id)) if item_id else (),
        counts.over(connection, question, item_id) if item_id else None,
        sum(1 for _ in found.asked()), found.left_out, tuple(meanwhile))


def _subject(connection: Connection, question: Question) -> str:
    """What was asked about, in words."""
    named = [history.labels(connection, key, [asked]).get(asked, "") for key, asked in (
        ("item", question.item_id), ("warehouse", question.warehouse_id), ("partner", question.partner_id)) if asked]
    named += [question.number.strip().upper()] if question.number else [
        tr("{first} to {last}", first=question.first, last=question.last)]
    return "  ·  ".join(named)
