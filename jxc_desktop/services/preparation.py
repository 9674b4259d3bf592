"""Check a draft whole and complete it before it is saved: references, units, amounts."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from jxc_desktop import values
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import REFERENCES, Account, DocumentType, Draft, FieldType
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, Problem
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.services import catalog
from jxc_desktop.services.catalog import Company, ItemInfo
from jxc_desktop.services.unit_of_work import Work


@dataclass(frozen=True)
class Prepared:
    """A complete draft with the facts that were read for it."""

    draft: Draft
    items: dict[int, ItemInfo]
    company: Company


def prepare(work: Work, kind: DocumentType, draft: Draft, known_lines: Collection[int] = ()) -> Prepared:
    """Complete `draft` in place. Raises InvalidDraft with every fault found.

    `known_lines` are the ids of the lines that the document has already.
    """
    problems = kind.problems(draft)
    company = catalog.the_company(work.connection)
    problems += _reference_problems(work, kind, draft)
    items = catalog.items(work.connection, {
        line["item_id"] for line in draft.lines if isinstance(line.get("item_id"), int)})
    faulty = {(p.field, p.line) for p in problems}
    for i, line in enumerate(draft.lines):
        if ("item_id", i) not in faulty and ("quantity", i) not in faulty:
            problems += _unit_problems(line, i, items, new=line.get("id") not in known_lines)
        if line.get("id") is not None and line["id"] not in known_lines:
            problems.append(Problem("id", N_("The line belongs to another document"), i))
    if problems:
        raise InvalidDraft(problems)
    if kind.priced:
        summed = totals.complete(draft, value_gross=company.value_gross)
        if too_large := [Problem("amount", N_("{field} is too large"), i, {"field": N_("Amount")})
                         for i, line in enumerate(draft.lines) if abs(line["amount"] or 0) >= 10**13]:
            raise InvalidDraft(too_large)
        if summed.discount * draft.sign > summed.amount * draft.sign or summed.discount * draft.sign < 0:
            raise InvalidDraft([Problem("discount_amount", N_("The discount must lie between zero and the amount"))])
        _watch_minimum_price(work, kind, draft, items)
    else:
        draft.header |= {"total": values.ZERO, "total_net": values.ZERO, "total_tax": values.ZERO,
                         "total_quantity": sum((line["quantity"] for line in draft.lines), values.ZERO)}
        for line in draft.lines:
            line["value"] = None
    return Prepared(draft, items, company)


def _reference_problems(work: Work, kind: DocumentType, draft: Draft) -> list[Problem]:
    """References to records that do not exist, or (for new documents) are stopped."""
    found = []
    for f in (*kind.header, *kind.columns):
        table = REFERENCES.get(f.type)
        if table is None or (table == "item" and f.name == "item_id"):
            continue
        places = [(None, draft.header)] if f in kind.header else list(enumerate(draft.lines))
        ids = {v[f.name] for _, v in places if isinstance(v.get(f.name), int) and v[f.name] > 0}
        if not ids:
            continue
        rows = {r["id"]: r for r in work.connection.execute(
            select(TABLES[table]).where(TABLES[table].c.id.in_(ids))).mappings()}
        for i, given in places:
            if given.get(f.name) in ids:
                found += _record_problem(f, rows.get(given[f.name]), i, new=draft.id is None)
    return found


def _record_problem(f: Any, row: Any, line: int | None, *, new: bool) -> list[Problem]:
    if row is None:
        return [Problem(f.name, N_("{field} is unknown"), line, {"field": f.title})]
    role = {FieldType.CUSTOMER: "customer", FieldType.SUPPLIER: "supplier"}.get(f.type)
    if role and not row[role]:
        return [Problem(f.name, N_("{name} is not a {role}"), line, {"name": row["name"], "role": f.title})]
    if new and not row.get("active", True):
        return [Problem(f.name, N_("{name} is stopped"), line, {"name": row["name"]})]
    return []


def _unit_problems(line: dict[str, Any], i: int, items: dict[int, ItemInfo], *, new: bool) -> list[Problem]:
    """Completes unit, factor and base quantity of a line."""
    info = items.get(line["item_id"])
    if info is None:
        return [Problem("item_id", N_("{field} is unknown"), i, {"field": N_("Item")})]
    if new and not info.active:
        return [Problem("item_id", N_("{name} is stopped"), i, {"name": info.name})]
    choice = info.choice(line.get("unit_id"))
    if choice is None:
        return [Problem("unit_id", N_("{name} has no such unit"), i, {"name": info.name})]
    quantity: Decimal = line["quantity"]
    if quantity != values.round_to(quantity, choice.decimals):
        return [Problem("quantity", N_("{unit} takes at most {decimals} decimals"), i,
                        {"unit": choice.name, "decimals": choice.decimals})]
    base = values.quantity(quantity * choice.factor)
    if abs(base) >= 10**11 or not base:
        return [Problem("quantity", N_("{field} is too large") if base else N_("Quantity must be above zero"), i,
                        {"field": N_("Quantity")})]
    line |= {"unit_id": choice.unit_id, "factor": choice.factor, "base_quantity": base}
    return []


def _watch_minimum_price(work: Work, kind: DocumentType, draft: Draft, items: dict[int, ItemInfo]) -> None:
    """Selling below an item's minimum price needs a second look."""
    sells = any(e.account is Account.RECEIVABLE and e.amount > 0 for e in kind.settles(draft))
    if not sells or "below_minimum" in work.acknowledged:
        return
    for line in draft.lines:
        info = items[line["item_id"]]
        if info.minimum_price and not line.get("gift") and \
                line["amount"] < values.money(info.minimum_price * line["base_quantity"]):
            raise NeedsConfirmation("below_minimum", N_("{item} is sold below its minimum price {price}"),
                                    item=info.name, price=info.minimum_price)
