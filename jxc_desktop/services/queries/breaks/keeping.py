"""How the books were kept: sums that do not agree, postings without a trace, rules that somebody changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import and_, func, or_, select

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.models.flows import approval_rule, flow_rule
from jxc_desktop.models.stock import posting
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import netting, periods
from jxc_desktop.services.integrity import protection, sums
from jxc_desktop.services.queries import history
from jxc_desktop.services.queries.breaks.answer import Fault, Finding, Severity, Step
from jxc_desktop.services.queries.breaks.papers import Papers
from jxc_desktop.services.unit_of_work import Actor

_a = audit_entry.c
# What changes how the books are kept. Of the company all but what is printed; of others what is named.
_PRINTED = frozenset({"name", "phone", "address", "tax_number", "bank", "print_terms", "print_balance", "demo"})
_WATCHED = {
    "item": frozenset({"unit_id", "item_unit", "stocked", "negative_stock", "cost_method", "tracking", "reorder_point",
                       "maximum", "active"}),
    "warehouse": frozenset({"negative_stock", "in_transit", "active"}),
    "partner": frozenset({"credit_limit", "settlement", "active", "customer", "supplier"})}
_ALARMS = frozenset({"slow_days", "dead_days", "cash_limit", "price_jump"})  # of the company: they only tell people
_RULES = {table.name: table for table in (approval_rule, flow_rule)}


def unbalanced(papers: Papers) -> Iterator[Finding]:
    """Stock and partners whose balance is not the sum of the ledger."""
    items = {line.item_id for d in papers.asked() for line in papers.mine(d) if line.item_id}
    items |= {papers.question.item_id} if papers.question.item_id else set()
    off = list(sums.unequal(*sums.stock_sums(papers.connection, items)))
    names, places = papers.item_names({i for (i, _), _, _ in off}), history.labels(
        papers.connection, "warehouse", {w for (_, w), _, _ in off})
    for (item_id, warehouse_id), ledger, balance in off:
        name, missing = names.get(item_id, ""), balance - ledger
        yield Finding(
            Fault.UNBALANCED, Severity.WRONG, tr(
                "{name} in {place}: the balance says {balance}, the ledger {ledger}", name=name,
                place=places.get(warehouse_id, ""), balance=values.grouped(balance), ledger=values.grouped(ledger)),
            Step.POSTED, "", None, f"ledger/{item_id}/{warehouse_id}", name,
            quantity=missing if papers.question.item_id else None, fits=papers.question.fits(missing))
    partners = {d.row.partner_id for d in papers.asked() if d.row.partner_id}
    partners |= {papers.question.partner_id} if papers.question.partner_id else set()
    owed = list(sums.unequal(*sums.partner_sums(papers.connection, partners)))
    called = history.labels(papers.connection, "partner", {p for (p, _), _, _ in owed})
    for (partner_id, _), ledger, balance in owed:
        yield Finding(Fault.UNBALANCED, Severity.WRONG, tr(
            "{name}: the balance says {balance}, the entries {ledger}", name=called.get(partner_id, ""),
            balance=values.grouped(balance, 2), ledger=values.grouped(ledger, 2)),
            Step.SETTLED, "", None, f"record/partner/{partner_id}", called.get(partner_id, ""))


def untraced(papers: Papers) -> Iterator[Finding]:
    """Postings that no program of ours wrote: they are not in the audit trail."""
    told: set[int] = set()
    for row in protection.unaudited(papers.connection, posting.c.document_id.in_(papers.by_id)):
        d = papers.by_id[row.document_id]
        if papers.mine(d) and d.id not in told:
            told.add(d.id)
            yield Finding(Fault.UNTRACED, Severity.WRONG, tr(
                "{document} was posted without a trace in the audit trail: not by this program", document=d.name),
                Step.POSTED, row.actor, row.at, d.paper.page, d.name, d.id, papers.about(papers.mine(d)))


def changed(papers: Papers, actor: Actor) -> tuple[list[Finding], list[Finding]]:
    """Settings and rules that were changed in the days in question, and those without a bearing on it."""
    rows = _changes(papers) if actor.may("report.see") else []
    kinds, (begun, done) = {d.kind.key for d in papers.asked()}, _lifetime(papers)
    telling: list[Finding] = []
    meanwhile: list[Finding] = []
    for row, words in zip(rows, history.in_words(papers.connection, rows, actor), strict=True):
        name = _title(row)
        bears = begun <= row["at"] <= done and _bears(papers, row, kinds)
        (telling if bears else meanwhile).append(Finding(
            Fault.CHANGED, Severity.NOTE, titled(name, history.said(words) or tr(row["action"])),
            Step.RULES, row["actor"], row["at"], _page(row), name))
    return telling, meanwhile


def _changes(papers: Papers) -> list[dict[str, Any]]:
    """Lines of the audit trail, the newest first, once the books were in use."""
    first = papers.connection.scalar(select(posting.c.at).order_by(posting.c.id).limit(1))
    if first is None:
        return []
    days = _days(papers)
    rows = [dict(r) for r in papers.connection.execute(select(audit_entry).where(
        _a.at >= max(first, netting.known_by(days[0] - dt.timedelta(days=1))), _a.at < netting.known_by(days[1]),
        or_(_a.entity.in_({"company", *_RULES}), and_(_a.entity == periods.ENTITY, _a.action == "reopen"),
            *(and_(_a.entity == entity, _a.entity_id.in_(ids)) for entity, ids in _watched(papers).items()))).order_by(
        _a.id.desc())).mappings()]
    made = set(papers.connection.scalars(select(func.min(_a.id)).where(
        _a.entity.in_(_WATCHED), _a.entity_id.in_({r["entity_id"] for r in rows})).group_by(_a.entity, _a.entity_id)))
    for row in rows:
        row["detail"] = [change for change in row["detail"] if _matters(row["entity"], change)]
    return [r for r in rows if (r["detail"] or r["entity"] in _RULES) and r["id"] not in made]


def _lifetime(papers: Papers) -> tuple[dt.datetime, dt.datetime]:
    """From the first to the last that was done to the family of the document in question, else all time."""
    asked = list(papers.asked()) if papers.question.number else []
    done = [act.at for d in asked for act in (d.touched, *(act for action, act in d.acts if action != "print"))]
    return (min((d.created.at for d in asked), default=dt.datetime.min),
            dt.datetime.max if not done or any(d.unfinished for d in asked) else max(done))


def _bears(papers: Papers, row: dict[str, Any], kinds: Collection[str]) -> bool:
    """Whether the books of documents of these types can depend on what was changed."""
    if row["entity"] in _RULES:
        about = _kinds(papers, row)
        return not about or not about.isdisjoint(kinds)
    return row["entity"] != "company" or any(name not in _ALARMS for name, *_ in row["detail"])


def _kinds(papers: Papers, row: dict[str, Any]) -> set[str]:
    """The types of documents that a rule was about, before or after the change; empty where nobody knows."""
    told = {kind for name, _, *pair in row["detail"] if name == "document_kind" for kind in pair if kind}
    rule = _RULES[row["entity"]].c
    return told or set(papers.connection.scalars(select(rule.document_kind).where(rule.id == row["entity_id"])))


def _days(papers: Papers) -> tuple[dt.date, dt.date]:
    """The days in question; of a document's family those over which it stretches."""
    asked = [d.row.date for d in papers.asked()]
    if papers.question.number and asked:
        return min(asked), max(*asked, papers.today)
    return papers.question.first, papers.question.last


def _watched(papers: Papers) -> dict[str, Collection[int]]:
    q, found = papers.question, defaultdict(set)
    for entity, asked in (("item", q.item_id), ("warehouse", q.warehouse_id), ("partner", q.partner_id)):
        if asked:
            found[entity].add(asked)
    if q.item_id and not q.warehouse_id:
        found["warehouse"] |= {d.row.warehouse_id for d in papers.asked() if d.row.warehouse_id}
    return dict(found)


def _matters(entity: str, change: Any) -> bool:
    """Whether the books depend on what was changed."""
    name, _, before, after = change
    watched = name in _WATCHED[entity] if entity in _WATCHED else entity != "company" or name not in _PRINTED
    return watched and before != after


def _title(row: Any) -> str:
    kind = document_types.RECORDS_BY_KEY.get(row["entity"])
    title = tr(kind.title) if kind else tr(N_("Period close"))
    return f"{title} {row['number']}" if row["number"] and not (kind and kind.single) else title


def _page(row: Any) -> str:
    known = row["entity"] in document_types.RECORDS_BY_KEY and row["action"] != "delete"
    return f"record/{row['entity']}/{row['entity_id']}" if known else periods_page(row)


def periods_page(row: Any) -> str:
    return "periods" if row["entity"] == periods.ENTITY else "audit"
