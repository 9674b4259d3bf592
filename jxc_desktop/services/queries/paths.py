"""New drafts: empty ones with their defaults, and those made from earlier documents."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, type_coerce

from jxc_desktop import values
from jxc_desktop.document_types.schema import DocumentType, Draft, Status
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import company, employee, partner, warehouse
from jxc_desktop.services import catalog, documents
from jxc_desktop.services.catalog import ItemInfo
from jxc_desktop.services.unit_of_work import Actor

CARRIED = ("item_id", "unit_id", "price", "discount", "tax_rate", "gift", "remark")


def new_draft(connection: Connection, kind: DocumentType, actor: Actor) -> Draft:
    """Today, the first warehouse, the company's tax setting and the actor's own employee filled in."""
    draft = kind.new_draft(dt.date.today())
    names = {f.name for f in kind.header}
    if "warehouse_id" in names:
        draft.header["warehouse_id"] = connection.scalar(
            select(warehouse.c.id).where(warehouse.c.active).order_by(warehouse.c.id).limit(1))
    if "tax_included" in names:
        draft.header["tax_included"] = connection.scalar(select(company.c.tax_included))
    if "employee_id" in names and actor.employee_id and connection.scalar(
            select(employee.c.id).where(employee.c.id == actor.employee_id)):
        draft.header["employee_id"] = actor.employee_id
    return draft


def draft_from(connection: Connection, kind: DocumentType, source_ids: Sequence[int]) -> Draft:
    """Header fields of the same name come along; lines carry what is still open of theirs."""
    draft = Draft(kind.key)
    for source_id in source_ids:
        source = documents.read_draft(connection, source_id)
        for f in kind.header:
            if f.name not in draft.header and source.header.get(f.name) is not None:
                draft.header[f.name] = source.header[f.name]
        items = catalog.items(connection, {line["item_id"] for line in source.lines})
        draft.lines += [_open_line(line, items[line["item_id"]]) for line in source.lines
                        if line["base_quantity"] > line["fulfilled"]]
    draft.header["date"] = dt.date.today()
    draft.header.pop("discount_amount", None)  # was spread over the source's lines, not this part of them
    if any(f.name == "discount_amount" for f in kind.header):
        draft.header["discount_amount"] = values.money(values.ZERO)
    return draft


def _open_line(line: dict[str, Any], item: ItemInfo) -> dict[str, Any]:
    """What is open of a line: in its unit, or in base units where that would break a pack."""
    left = line["base_quantity"] - line["fulfilled"]
    found = {name: line[name] for name in CARRIED} | {"source_line_id": line["id"]}
    choice = item.choice(line["unit_id"])
    quantity = values.divide(left, line["factor"], choice.decimals if choice else 0)
    if values.quantity(values.product(quantity, line["factor"])) == left:
        return found | {"quantity": quantity}
    price = line["price"] and values.divide(line["price"], line["factor"], values.PRICE_PLACES)
    return found | {"unit_id": item.unit_id, "quantity": left, "price": price}


def sources_for(connection: Connection, kind: DocumentType, partner_id: int | None) -> list[dict[str, Any]]:
    """Posted documents that still have something for this type, newest first."""
    d, line = document.c, document_line.c
    left = type_coerce(func.sum(line.base_quantity - line.fulfilled), Quantity).label("left")
    query = select(d.id, d.kind, d.number, d.date, d.due_date, partner.c.name.label("partner"), d.total, d.progress,
                   left).join_from(document, document_line, line.document_id == d.id).outerjoin(
        partner, partner.c.id == d.partner_id).where(
        d.kind.in_(kind.sources), d.status == Status.POSTED, d.reversal_of_id.is_(None),
        line.base_quantity > line.fulfilled)
    if partner_id:
        query = query.where(d.partner_id == partner_id)
    query = query.group_by(d.id, d.kind, d.number, d.date, d.due_date, partner.c.name, d.total, d.progress)
    return [dict(r) for r in connection.execute(query.order_by(d.date.desc(), d.id.desc()).limit(200)).mappings()]
