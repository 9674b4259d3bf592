"""Check a draft whole and complete it before it is saved: references, units, amounts."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from jxc_desktop import values
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import REFERENCES, Account, DocumentType, Draft, FieldType
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, Problem
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.services import catalog
from jxc_desktop.services.catalog import Company, ItemInfo
from jxc_desktop.services.unit_of_work import Work

_SOURCE = document_line.c


@dataclass(frozen=True)
class Prepared:
    """A complete draft with the facts that were read for it."""

    draft: Draft
    items: dict[int, ItemInfo]
    company: Company


def prepare(work: Work, kind: DocumentType, draft: Draft, old: Draft | None, *, new: bool) -> Prepared:
    """Complete `draft` in place. Raises InvalidDraft with every fault found.

    `old` is the document as it was; a `new` one may not use what is stopped, an older one may go on using it.
    """
    problems = kind.problems(draft)
    company = catalog.the_company(work.connection)
    problems += _reference_problems(work, kind, draft, new=new) + _foreign_lines(draft, old)
    if kind.column("role"):
        problems += _role_problems(draft)
    known = {line["id"] for line in old.lines} if old and not new else set()
    faulty = {(p.field, p.line) for p in problems}
    items = catalog.items(work.connection, {
        line["item_id"] for i, line in enumerate(draft.lines) if ("item_id", i) not in faulty})
    for i, line in enumerate(draft.lines):
        if ("item_id", i) not in faulty and ("quantity", i) not in faulty:
            problems += _unit_problems(kind, line, i, items,
                                       new=line.get("id") not in known and not draft.reversal_of_id)
    if problems:
        raise InvalidDraft(problems)
    if kind.column("role"):
        _weigh(draft, items)
    if kind.spreads_fee:
        _spread_fee(work, draft)
    if kind.priced:
        if faults := _total_problems(draft, totals.complete(draft, value_gross=company.value_gross)):
            raise InvalidDraft(faults)
        _watch_minimum_price(work, kind, draft, items)
    else:
        draft.header |= {"total": values.ZERO, "total_net": values.ZERO, "total_tax": values.ZERO,
                         "total_quantity": sum((line.get("quantity") or values.ZERO for line in draft.lines),
                                               values.ZERO)}
        for line in draft.lines:
            line["value"] = None
    return Prepared(draft, items, company)


def _total_problems(draft: Draft, summed: totals.Totals) -> list[Problem]:
    """Amounts and prices that came out of the lines and fit no column, and a discount beyond the amount."""
    found = [Problem(name, N_("{field} is too large"), i, {"field": title}) for i, line in enumerate(draft.lines)
             for name, title, limit in (("amount", N_("Amount"), 10**13), ("price", N_("Price"), 10**7))
             if abs(line.get(name) or 0) >= limit]
    if abs(summed.total) >= 10**13 and not found:
        found.append(Problem("amount", N_("{field} is too large"), len(draft.lines) - 1, {"field": N_("Amount")}))
    if summed.discount and not 0 < summed.discount * draft.sign <= summed.amount * draft.sign:
        found.append(Problem("discount_amount", N_("The discount must lie between zero and the amount")))
    return found


def unstorable(work: Work, kind: DocumentType, draft: Draft, old: Draft | None) -> list[Problem]:
    """What keeps a draft from being kept at all; it may lack anything, but what there is must be sound."""
    found = _foreign_lines(draft, old)
    for fields, place, given in ((kind.header, None, draft.header),
                                 *((kind.columns, i, line) for i, line in enumerate(draft.lines))):
        found += [Problem(f.name, wrong[0], place, wrong[1]) for f in fields if not f.shown_only
                  and given.get(f.name) not in (None, "") and (wrong := f.problem(given[f.name]))]
    found += _reference_problems(work, kind, draft, new=False)
    faulty = {(p.field, p.line) for p in found}
    links = {line["source_line_id"] for line in draft.lines if line.get("source_line_id")}
    linked = {r.id for r in work.rows(select(document_line.c.id).where(document_line.c.id.in_(links)))}
    items = catalog.items(work.connection, {line["item_id"] for i, line in enumerate(draft.lines)
                                            if line.get("item_id") and ("item_id", i) not in faulty})
    for i, line in enumerate(draft.lines):
        if line.get("item_id") and ("item_id", i) not in faulty and line["item_id"] not in items:
            found.append(Problem("item_id", N_("{field} is unknown"), i, {"field": N_("Item")}))
        if line.get("source_line_id") and line["source_line_id"] not in linked:
            found.append(Problem("source_line_id", N_("The line does not fit the document it comes from"), i))
    return found


def _foreign_lines(draft: Draft, old: Draft | None) -> list[Problem]:
    known = {None, *(line["id"] for line in old.lines)} if old else {None}
    return [Problem("id", N_("The line belongs to another document"), i)
            for i, line in enumerate(draft.lines) if line.get("id") not in known]


@cache
def _by_id(table: str) -> Select[Any]:
    return select(TABLES[table]).where(TABLES[table].c.id.in_(bindparam("ids", expanding=True)))


def _reference_problems(work: Work, kind: DocumentType, draft: Draft, *, new: bool) -> list[Problem]:
    """References to records that do not exist, or (for new documents) are stopped."""
    found = []
    for f in (*kind.header, *kind.columns):
        table = REFERENCES.get(f.type)
        if table is None or (table == "item" and f.name == "item_id"):
            continue
        places = [(None, draft.header)] if f in kind.header else list(enumerate(draft.lines))
        ids = {v[f.name] for _, v in places if v.get(f.name) is not None and not f.problem(v[f.name])}
        if not ids:
            continue
        rows = {r["id"]: r for r in work.connection.execute(
            _by_id(table), {"ids": list(ids)}).mappings()}
        for i, given in places:
            if given.get(f.name) in ids:
                found += _record_problem(f, rows.get(given[f.name]), i, new=new)
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


def _unit_problems(kind: DocumentType, line: dict[str, Any], i: int, items: dict[int, ItemInfo], *,
                   new: bool) -> list[Problem]:
    """Completes unit, ratio and base quantity of a line."""
    info = items.get(line["item_id"])
    if info is None:
        return [Problem("item_id", N_("{field} is unknown"), i, {"field": N_("Item")})]
    if new and not info.active:
        return [Problem("item_id", N_("{name} is stopped"), i, {"name": info.name})]
    column = kind.column("quantity")
    if column is None or line.get("quantity") is None:  # a line about value, or not counted yet
        line |= {"quantity": None if column else values.ZERO, "base_quantity": None if column else values.ZERO}
        if column:
            line["serials"] = None  # those that the sheet lists as booked
        return []
    choice = info.choice(line.get("unit_id"))
    if choice is None:
        return [Problem("unit_id", N_("{name} has no such unit"), i, {"name": info.name})]
    quantity: Decimal = line["quantity"]
    if quantity != values.round_to(quantity, choice.decimals):
        return [Problem("quantity", N_("{unit} takes at most {decimals} decimals"), i,
                        {"unit": choice.name, "decimals": choice.decimals})]
    base = choice.base(quantity)
    if abs(base) >= 10**11 or not (base or column.zero):
        return [Problem("quantity", N_("{field} is too large") if base else N_("Quantity must be above zero"), i,
                        {"field": N_("Quantity")})]
    if base != values.round_to(base, info.units[0].decimals):
        return [Problem("quantity", N_("{unit} takes at most {decimals} decimals"), i,
                        {"unit": info.unit, "decimals": info.units[0].decimals})]
    line |= {"unit_id": choice.unit_id, "factor": choice.factor, "per": choice.per, "base_quantity": base}
    return []


def _role_problems(draft: Draft) -> list[Problem]:
    roles = {line.get("role") for line in draft.lines}
    return [Problem("lines", N_("Enter what is used and what is made from it"))] if roles < {"use", "make"} else []


def _weigh(draft: Draft, items: dict[int, ItemInfo]) -> None:
    """How the lines made share the cost of what is used: by their usual cost, else by quantity."""
    made = [line for line in draft.lines if line["role"] == "make"]
    costs = [(info := items[line["item_id"]]).standard_cost or info.purchase_price for line in made]
    for line, cost in zip(made, costs, strict=True):
        line["weight"] = values.quantity(values.product(line["base_quantity"], cost)) if cost and all(costs) \
            else line["base_quantity"]


def _spread_fee(work: Work, draft: Draft) -> None:
    """Share a late cost among the receipt lines; shares that the lines state stand if they add up to it."""
    sources = {r.id: r for r in work.rows(select(
        _SOURCE.id, _SOURCE.base_quantity, _SOURCE.value, document.c.warehouse_id).join_from(
        document_line, document, document.c.id == _SOURCE.document_id).where(
        _SOURCE.id.in_([line.get("source_line_id") for line in draft.lines])))}
    if faults := [Problem("item_id", N_("Choose the receipt that the cost belongs to"), i)
                  for i, line in enumerate(draft.lines) if line.get("source_line_id") not in sources]:
        raise InvalidDraft(faults)
    found = [sources[line["source_line_id"]] for line in draft.lines]
    fee, basis = draft.header["fee"], draft.header["fee_basis"]
    bases = [{"quantity": r.base_quantity, "value": r.value or values.ZERO}.get(basis, Decimal(1)) for r in found]
    if not any(bases):
        raise InvalidDraft([Problem("fee_basis", N_("The lines have nothing to share by"))])
    shared = sum((line.get("amount") or values.ZERO for line in draft.lines), values.ZERO)
    if shared != fee and not draft.reversal_of_id:
        for line, share in zip(draft.lines, values.spread(fee, bases), strict=True):
            line["amount"] = share
    for line, row in zip(draft.lines, found, strict=True):
        line["source_warehouse_id"] = row.warehouse_id


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
