"""Finding items, partners and other records by what people type; prices and balances beside them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, true

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Account, DocumentType, Status
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import barcode, item, partner, unit
from jxc_desktop.models.stock import partner_balance
from jxc_desktop.services import catalog
from jxc_desktop.services.queries import stock
from jxc_desktop.services.queries.lists import cleaned
from jxc_desktop.values import ZERO


@dataclass(frozen=True)
class ItemHit:
    """A row of the item look-up. Quantities in base units, prices per base unit."""

    id: int
    unit_id: int
    code: str
    name: str
    spec: str
    unit: str
    available: Decimal
    last_price: Decimal | None
    list_price: Decimal | None
    low: bool
    exact_barcode: bool


@dataclass(frozen=True)
class RecordHit:
    id: int
    code: str
    name: str
    detail: str


@dataclass(frozen=True)
class PriceProposal:
    """A price for one unit and where it comes from: "last", "list" or "none"."""

    price: Decimal | None
    origin: str
    date: dt.date | None = None
    number: str | None = None


@dataclass(frozen=True)
class PartnerBalance:
    receivable: Decimal
    payable: Decimal
    credit_limit: Decimal | None
    contact: str
    phone: str
    address: str
    settlement: str


@dataclass(frozen=True)
class Around:
    """Where an item is looked for: which stock to show, and whose last price."""

    warehouse_id: int | None
    partner_id: int | None
    selling: bool


def selling_kinds(selling: bool) -> list[str]:
    """The types whose prices are what customers paid, or what we paid suppliers."""
    account = Account.RECEIVABLE if selling else Account.PAYABLE
    probe = document_types.schema.Draft("", {"total": Decimal(1), "partner_id": 1})
    return [k.key for k in document_types.ALL
            if any(e.account is account and e.amount > 0 for e in k.settles(probe))]


def find_items(connection: Connection, text: str, around: Around, limit: int) -> list[ItemHit]:
    """Ranked: exact code or barcode, code prefix, initials prefix, initials inside, name, pinyin, spec."""
    spaced = cleaned(text).lower()
    typed = spaced.replace("'", "").replace(" ", "")
    i = item.c
    by_code = {r.item_id: r.unit_id for r in connection.execute(select(barcode.c.item_id, barcode.c.unit_id).where(
        func.lower(barcode.c.code) == typed))} if typed else {}
    rank = _rank(typed, spaced, list(by_code)) if typed else true()
    query = select(i.id, i.unit_id, i.code, i.name, i.spec, i.sale_price, i.purchase_price,
                   unit.c.name.label("unit")).join_from(item, unit, unit.c.id == i.unit_id).where(i.active)
    if typed:
        ranked = query.add_columns(rank.label("rank")).subquery()
        rows = connection.execute(select(ranked).where(ranked.c.rank < 9).order_by(
            ranked.c.rank, ranked.c.code).limit(limit)).all()
    else:
        rows = connection.execute(query.order_by(i.code).limit(limit)).all()
    ids = [r.id for r in rows]
    figures = stock.figures(connection, ids, around.warehouse_id)
    low = stock.low_items(connection, ids, around.warehouse_id)
    last = last_price_of(connection, ids, around.partner_id, around.selling)
    return [ItemHit(r.id, by_code.get(r.id) or r.unit_id, r.code, r.name, r.spec or "", r.unit,
                    figures[r.id].available, last.get(r.id), r.sale_price if around.selling else r.purchase_price,
                    r.id in low, r.id in by_code)
            for r in rows]


def _rank(typed: str, spaced: str, by_code: list[int]) -> Any:
    i = item.c
    code = func.lower(i.code)
    return case(
        (or_(i.id.in_(by_code), code == typed), 0),
        (code.startswith(typed, autoescape=True), 1),
        (or_(i.initials.startswith(typed, autoescape=True), i.initials.contains(f" {typed}", autoescape=True)), 2),
        (i.initials.contains(typed, autoescape=True), 3),
        (_holds(i.name, typed, spaced), 4),
        (or_(i.pinyin.startswith(typed, autoescape=True), i.pinyin.contains(f" {typed}", autoescape=True)), 5),
        (or_(_holds(i.spec, typed, spaced), code.contains(typed, autoescape=True)), 6),
        else_=9)


def _holds(column: Any, *texts: str) -> Any:
    return or_(*(func.lower(column).contains(text, autoescape=True) for text in texts))


def find(connection: Connection, record_key: str, text: str, limit: int, role: str | None) -> list[RecordHit]:
    """Active records of a kind by code, name, initials or pinyin; all of them for no text."""
    table = TABLES[record_key]
    c = table.c
    code = c.code if "code" in c else c.name
    query = select(table)
    if "active" in c:
        query = query.where(c.active)
    if role:
        query = query.where(c[role])
    typed = cleaned(text).lower().replace("'", "")
    if typed:
        rank = case((func.lower(code) == typed, 0), (func.lower(code).startswith(typed, autoescape=True), 1),
                    (or_(c.initials.startswith(typed, autoescape=True),
                         c.initials.contains(f" {typed}", autoescape=True)), 2),
                    (func.lower(c.name).contains(typed, autoescape=True), 3),
                    (or_(c.initials.contains(typed, autoescape=True),
                         c.pinyin.contains(typed, autoescape=True)), 4), else_=9)
        query = query.where(rank < 9).order_by(rank, code)
    else:
        query = query.order_by(c.id if record_key in ("warehouse", "unit") else code)
    rows = connection.execute(query.limit(limit)).mappings()
    return [RecordHit(r["id"], r.get("code") or "", r["name"],
                      " ".join(str(r[k]) for k in ("contact", "phone") if r.get(k))) for r in rows]


def _sold(selling: bool, partner_id: int | None) -> Any:
    d = document.c
    where = [d.kind.in_(selling_kinds(selling)), d.status == Status.POSTED, d.reversal_of_id.is_(None)]
    return and_(*where, d.partner_id == partner_id) if partner_id else and_(*where)


def last_price_of(connection: Connection, item_ids: Collection[int], partner_id: int | None,
                  selling: bool) -> dict[int, Decimal]:
    """The last price per base unit that this partner had for each item."""
    if not partner_id or not item_ids:
        return {}
    line, d = document_line.c, document.c
    order = func.row_number().over(partition_by=line.item_id, order_by=(d.date.desc(), line.id.desc()))
    ranked = select(line.item_id, line.price, line.factor, line.per, order.label("n")).join_from(
        document_line, document, d.id == line.document_id).where(
        _sold(selling, partner_id), line.item_id.in_(item_ids), line.price.is_not(None),
        line.gift.is_(False)).subquery()
    return {r.item_id: values.divide(values.product(r.price, r.per), r.factor, values.PRICE_PLACES)
            for r in connection.execute(select(ranked).where(ranked.c.n == 1))}


def last_prices(connection: Connection, item_id: int, partner_id: int | None, selling: bool,
                limit: int, unit_id: int | None = None) -> list[dict[str, Any]]:
    """What was paid for an item (in this unit), the newest first."""
    line, d = document_line.c, document.c
    in_unit = line.unit_id == unit_id if unit_id else true()
    return [dict(r) for r in connection.execute(select(
        d.date, d.number, d.id.label("document_id"), partner.c.name.label("partner"), line.quantity,
        unit.c.name.label("unit"), line.unit_id, line.price, line.discount).join_from(
        document_line, document, d.id == line.document_id).outerjoin(
        partner, partner.c.id == d.partner_id).outerjoin(unit, unit.c.id == line.unit_id).where(
        _sold(selling, partner_id), line.item_id == item_id, line.gift.is_(False), line.price.is_not(None),
        in_unit).order_by(
        d.date.desc(), line.id.desc()).limit(limit)).mappings()]


def price_for(connection: Connection, kind: DocumentType, what: tuple[int, int | None],
              partner_id: int | None) -> PriceProposal:
    """The partner's last price in this unit, else the unit's list price, else the base price times the factor."""
    if not kind.priced or kind.column("quantity") is None:  # of a change of value
        return PriceProposal(None, "none")
    item_id, unit_id = what
    info = catalog.items(connection, [item_id]).get(item_id)
    choice = info.choice(unit_id) if info else None
    if info is None or choice is None:
        return PriceProposal(None, "none")
    selling = any(f.type == "customer" for f in kind.header)
    if partner_id:
        for row in last_prices(connection, item_id, partner_id, selling, 1, choice.unit_id):
            return PriceProposal(row["price"], "last", row["date"], row["number"])
    listed = choice.sale_price if selling else choice.purchase_price
    base = info.units[0].sale_price if selling else info.units[0].purchase_price
    if listed is None and base is not None:
        listed = values.divide(values.product(base, choice.factor), choice.per, values.PRICE_PLACES)
    return PriceProposal(listed, "list" if listed is not None else "none")


def balance_of(connection: Connection, partner_id: int) -> PartnerBalance:
    row = connection.execute(select(partner).where(partner.c.id == partner_id)).first()
    if row is None:
        raise NotFound(what=N_("Partner"), key=partner_id)
    b = partner_balance.c
    owed = {r.account: r.amount for r in connection.execute(
        select(b.account, b.amount).where(b.partner_id == partner_id))}
    return PartnerBalance(owed.get(Account.RECEIVABLE, ZERO), owed.get(Account.PAYABLE, ZERO), row.credit_limit,
                          row.contact or "", row.phone or "", row.address or "", row.settlement or "")
