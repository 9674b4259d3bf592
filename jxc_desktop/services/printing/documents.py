"""A saved document of any type as a sheet to print, from its declaration."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.capitals import capitals
from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import REFERENCES, DocumentType, Draft, Field, FieldType, Status, serials_in
from jxc_desktop.errors import PermissionDenied
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services.printing.sheet import COPIES, DETAILS, SIGNATURES, Company, Kind, Sheet, SheetColumn
from jxc_desktop.services.queries import DocumentFacts, Queries

_KINDS = {FieldType.QUANTITY: Kind.QUANTITY, FieldType.PRICE: Kind.PRICE, FieldType.MONEY: Kind.MONEY,
          FieldType.RATE: Kind.RATE, FieldType.DISCOUNT: Kind.RATE}
_WEIGHTS = {"role": 5, "unit_id": 5, "quantity": 8, "price": 9, "discount": 6, "amount": 11, "remark": 11}
_LEFT_OUT = {"available", "tax_rate"}  # figures of the screen; tax stands on invoices, not on notes
_BELOW = ("lot", "production_date", "expiry_date", "serials")  # what follows the goods stands below their row
_TOLD = {"book", "difference", "price", "serials"}  # what a blind count must not tell before it is done


def sheets(queries: Queries, document_ids: Sequence[int]) -> list[Sheet]:
    """Sheets in the order of the ids. Raises NotFound, PermissionDenied."""
    company = queries.company()
    return [_sheet(queries, company, document_id) for document_id in document_ids]


def _sheet(queries: Queries, company: Mapping[str, Any], document_id: int) -> Sheet:
    draft = queries.open_document(document_id)
    facts = queries.document_facts(document_id)
    kind = document_types.BY_KEY[draft.kind]
    if not queries.actor.may(kind.permission("print")):
        raise PermissionDenied(actor=queries.actor.name, permission=kind.permission("print"))
    partner_id = draft.header.get("partner_id")
    red = draft.reversal_of_id is not None
    told = _told(kind, draft, queries)
    priced = any(c.name == "amount" for c in told)
    columns = _columns(told)
    sums = {"quantity": draft.header["total_quantity"]} | ({"amount": _amount(draft)} if priced else {})
    total: Decimal = draft.header["total"]
    return Sheet(
        title=tr(kind.print_title or kind.title), number=draft.number or tr("Draft"), date=draft.header["date"],
        company=Company(company["name"], company["address"] or "", company["phone"] or "",
                        tuple(company["bank"].splitlines()) if company["bank"] else ()),
        columns=columns, rows=_rows(told, draft, queries),
        partner=queries.label("partner", partner_id) if partner_id else "",
        status_mark=_mark(facts, red=red), head=_head(kind, draft, queries),
        totals={c.key: sums[c.key] for c in columns if c.key in sums},
        amount_in_words=tr("RMB") + capitals(total) if priced and total else "",
        money_lines=_money_lines(kind, draft, queries, company) if priced else (),
        terms=company["print_terms"] or "" if any(f.name == "address" for f in kind.header) else "",
        signatures=_signatures(facts), copies=tuple(tr(name) for name in COPIES),
        print_number=facts.print_count + 1, printed_at=dt.datetime.now(), printed_by=queries.actor.name,
        barcode=draft.number or "", red=red)


def _told(kind: DocumentType, draft: Draft, queries: Queries) -> tuple[Field, ...]:
    """The columns of the type that this paper may show."""
    secret = _TOLD if draft.header.get("blind") and draft.status is Status.DRAFT else frozenset[str]()
    return tuple(c for c in features.shown(kind.columns, queries.features, queries.actor.may)
                 if c.name not in _LEFT_OUT and c.name not in secret and c.type is not FieldType.FLAG)


def _columns(told: Sequence[Field]) -> tuple[SheetColumn, ...]:
    columns = [SheetColumn("index", tr("No."), 4, Kind.INDEX)]
    for c in told:
        if c.type is FieldType.ITEM:
            columns += [SheetColumn("code", tr("Code"), 9), SheetColumn("name", tr("Item"), 24),
                        SheetColumn("spec", tr("Spec"), 12)]
        elif c.name not in _BELOW:
            columns.append(SheetColumn(c.name, tr(c.title), _WEIGHTS.get(c.name, 9), _KINDS.get(c.type, Kind.TEXT)))
    return tuple(columns)


def _rows(told: Sequence[Field], draft: Draft, queries: Queries) -> tuple[dict[str, Any], ...]:
    items = queries.items({line["item_id"] for line in draft.lines if line["item_id"]})
    names = {c.name for c in told}
    dated = queries.lot_dates({(line["item_id"], line["lot"]) for line in draft.lines if line.get("lot")}) \
        if "lot" in names else {}
    received = queries.received([line["source_line_id"] for line in draft.lines if line.get("source_line_id")]) \
        if "received" in names else {}
    differences = {d.line: d.difference for d in queries.count_differences(draft)} if "difference" in names else {}
    rows = []
    for i, line in enumerate(draft.lines):
        row: dict[str, Any] = {c.name: _cell(c, line.get(c.name)) for c in told}
        row[DETAILS] = _details(line, names, dated)
        if i in differences:
            row["difference"] = differences[i]
        if line.get("source_line_id") in received:
            row["received"] = received[line["source_line_id"]].quantity
        item = items.get(line["item_id"])
        if item:
            choice = item.choice(line["unit_id"])
            row |= {"code": item.code, "name": item.name, "spec": item.spec, "unit_id": choice.name if choice else ""}
        if line.get("discount") is not None:
            row["discount"] = 1 - line["discount"] if line["discount"] else None  # 95 % is what is paid
        if line.get("gift"):
            row["remark"] = " ".join(filter(None, (tr("Gift"), line.get("remark"))))
        rows.append(row)
    return tuple(rows)


def _cell(c: Field, value: Any) -> Any:
    return tr(dict(c.choices).get(value, str(value))) if c.choices and value is not None else value


def _details(line: Mapping[str, Any], names: Collection[str], dated: Mapping[Any, Any]) -> tuple[str, ...]:
    """Lot, dates and serial numbers of a line, as words that stay whole."""
    words = []
    if "lot" in names:
        produced, expires = dated.get((line["item_id"], line.get("lot")), (None, None))
        said = ((N_("Lot"), line.get("lot")), (N_("Produced on"), line.get("production_date") or produced),
                (N_("Expires on"), line.get("expiry_date") or expires))
        words = [titled(tr(title), value) for title, value in said if value]
    if "serials" in names and (serials := serials_in(line.get("serials"))):
        words += [titled(tr("Serial numbers"), serials[0]), *serials[1:]]
    return tuple(words)


def _head(kind: DocumentType, draft: Draft, queries: Queries) -> tuple[tuple[str, str], ...]:
    shown = []
    for f in kind.header:
        value = draft.header.get(f.name)
        if value in (None, "") or f.name in ("date", "remark", "discount_amount", "tax_included"):
            continue
        shown.append((tr(f.title), _text(f, value, queries)))
    if draft.header.get("remark"):
        shown.append((tr("Remark"), draft.header["remark"]))
    return tuple(shown)


def _text(f: Field, value: Any, queries: Queries) -> str:
    if f.type in REFERENCES:
        return queries.label(REFERENCES[f.type], value)
    if f.choices:
        return tr(dict(f.choices).get(value, str(value)))
    return tr("Yes" if value else "No") if f.type is FieldType.FLAG else str(value)


def _amount(draft: Draft) -> Decimal:
    return sum((line["amount"] or Decimal(0) for line in draft.lines), Decimal(0))


def _money_lines(kind: DocumentType, draft: Draft, queries: Queries,
                 company: Mapping[str, Any]) -> tuple[tuple[str, Decimal], ...]:
    """Discount and tax where they make the total differ; what the partner owes where the company prints it."""
    lines: list[tuple[str, Decimal]] = []
    total: Decimal = draft.header["total"]
    if draft.header.get("discount_amount"):
        lines.append((tr("Total discount"), draft.header["discount_amount"]))
    if total != _amount(draft):
        lines.append((tr("Total amount"), total))
    if company["print_balance"] and any(f.type is FieldType.CUSTOMER for f in kind.header):
        owed = queries.partner_balance(draft.header["partner_id"]).receivable
        lines.append((tr("Owed in all"), owed))
    return tuple(lines)


def _mark(facts: DocumentFacts, *, red: bool) -> str:
    if red:
        return tr("Reversal")
    return tr(document_types.schema.STATUS_TITLES[Status(facts.status)]) if facts.status in (
        Status.VOID, Status.REVERSED, Status.DRAFT) else ""


def _signatures(facts: DocumentFacts) -> tuple[tuple[str, str], ...]:
    names = {SIGNATURES[0]: facts.created_by, SIGNATURES[1]: facts.posted_by or ""}
    return tuple((tr(label), names.get(label, "")) for label in SIGNATURES)
