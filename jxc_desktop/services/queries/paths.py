"""New drafts: empty ones with their defaults, and those made from earlier documents."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, type_coerce

from jxc_desktop import values
from jxc_desktop.document_types.fields import FROM_TRANSIT, TRANSIT
from jxc_desktop.document_types.schema import DocumentType, Draft, Status, Values, serials_in
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import company, employee, partner, warehouse
from jxc_desktop.services import catalog, document_rows
from jxc_desktop.services.catalog import ItemInfo
from jxc_desktop.services.unit_of_work import Actor

CARRIED = ("item_id", "unit_id", "price", "discount", "tax_rate", "gift", "lot", "production_date", "expiry_date",
           "serials", "remark")


def new_draft(connection: Connection, kind: DocumentType, actor: Actor) -> Draft:
    """Today, the first warehouse, the company's tax setting and the actor's own employee filled in.

    Goods under way lie in the first warehouse for them; without one the field stays empty.
    """
    draft = kind.new_draft(dt.date.today())
    names = {f.name for f in kind.header}
    for f in kind.header:
        if f in (TRANSIT, FROM_TRANSIT):
            draft.header[f.name] = _first_warehouse(connection, in_transit=True)
        elif f.name == "warehouse_id":
            draft.header[f.name] = _first_warehouse(connection, in_transit=False)
    if "tax_included" in names:
        draft.header["tax_included"] = connection.scalar(select(company.c.tax_included))
    if "employee_id" in names and actor.employee_id and connection.scalar(
            select(employee.c.id).where(employee.c.id == actor.employee_id)):
        draft.header["employee_id"] = actor.employee_id
    return draft


def _first_warehouse(connection: Connection, *, in_transit: bool) -> int | None:
    w = warehouse.c
    return connection.scalar(select(w.id).where(w.active, w.in_transit.is_(in_transit)).order_by(w.id).limit(1))


def draft_from(connection: Connection, kind: DocumentType, source_ids: Sequence[int]) -> Draft:
    """Header fields of the same name, or of the name that the type inherits from, come along.

    Lines carry what is still open of theirs; of a type without quantities, each line as a whole.
    """
    draft = Draft(kind.key)
    for source_id in source_ids:
        source = document_rows.read_draft(connection, source_id)
        draft.header = _inherited(kind, source) | draft.header
        items = catalog.items(connection, {line["item_id"] for line in source.lines})
        if kind.column("quantity") is None:
            draft.lines += [_whole_line(line) for line in source.lines]
            continue
        used = _used_serials(connection, [line["id"] for line in source.lines if line["serials"]])
        draft.lines += [_open_line(kind, line, items[line["item_id"]], used[line["id"]]) for line in source.lines
                        if line["base_quantity"] > line["fulfilled"]]
    usual = kind.new_draft(dt.date.today()).header
    draft.header = usual | draft.header | {name: usual[name] for name in _OWN if name in usual}
    if any(f.name == "reason" for f in kind.header):
        draft.header["reason"] = "loss"  # goods that left for somewhere and did not arrive
    return draft


_OWN = ("date", "discount_amount", "fee")  # a total discount was spread over all the lines of the source


def _inherited(kind: DocumentType, source: Draft) -> Values:
    names = dict(kind.inherits)
    found = {f.name: source.header.get(names.get(f.name, f.name)) for f in kind.header}
    return {name: value for name, value in found.items() if value is not None}


def _whole_line(line: Mapping[str, Any]) -> Values:
    """A line that gets a share of a cost that became known later; how much of it there was."""
    return {"item_id": line["item_id"], "source_line_id": line["id"], "received": line["base_quantity"]}


class Received(NamedTuple):
    """What a line brought into stock: base units, and its worth as the document states it."""

    quantity: Decimal
    value: Decimal


def received(connection: Connection, line_ids: Collection[int]) -> dict[int, Received]:
    line = document_line.c
    return {r.id: Received(r.base_quantity or values.ZERO, r.value or values.ZERO) for r in connection.execute(
        select(line.id, line.base_quantity, line.value).where(line.id.in_(line_ids)))}


def _open_line(kind: DocumentType, line: Mapping[str, Any], item: ItemInfo, used: Collection[str]) -> Values:
    """What is open of a line: in its unit, or in base units where that would break a pack."""
    left = line["base_quantity"] - line["fulfilled"]
    own = {c.name for c in kind.columns}
    found = {name: line[name] for name in CARRIED if name in own or name == "unit_id"} | {"source_line_id": line["id"]}
    if "serials" in found:
        found["serials"] = "\n".join(n for n in serials_in(line["serials"]) if n not in used) or None
    choice = item.choice(line["unit_id"])
    per = line["per"] or catalog.ONE
    quantity = values.divide(values.product(left, per), line["factor"], choice.decimals if choice else 0)
    if values.divide(values.product(quantity, line["factor"]), per, values.QUANTITY_PLACES) == left:
        return found | {"quantity": quantity}
    if line["price"] and "price" in own:
        found["price"] = values.divide(values.product(line["price"], per), line["factor"], values.PRICE_PLACES)
    return found | {"unit_id": item.unit_id, "quantity": left}


def _used_serials(connection: Connection, line_ids: Collection[int]) -> defaultdict[int, set[str]]:
    """The serial numbers that posted documents have taken from these lines."""
    line, found = document_line.c, defaultdict[int, set[str]](set)
    for r in connection.execute(select(line.source_line_id, line.serials).join_from(
            document_line, document, document.c.id == line.document_id).where(
            line.source_line_id.in_(line_ids), line.serials.is_not(None),
            document.c.status == Status.POSTED)) if line_ids else ():
        found[r.source_line_id].update(serials_in(r.serials))
    return found


def sources_for(connection: Connection, kind: DocumentType, partner_id: int | None) -> list[dict[str, Any]]:
    """Posted documents that still have something for this type, newest first.

    Late costs may be owed to somebody else than the goods, and may come when all has been used: all receipts.
    """
    d, line, place, destination = document.c, document_line.c, warehouse.alias(), warehouse.alias()
    left = type_coerce(func.sum(line.base_quantity - line.fulfilled), Quantity).label("left")
    shown = (d.id, d.kind, d.number, d.date, d.due_date, partner.c.name.label("partner"), d.total, d.progress,
             place.c.name.label("warehouse"), destination.c.name.label("destination"))
    query = select(*shown, left).join_from(document, document_line, line.document_id == d.id).outerjoin(
        partner, partner.c.id == d.partner_id).outerjoin(place, place.c.id == d.warehouse_id).outerjoin(
        destination, destination.c.id == d.destination_id).where(
        d.kind.in_(kind.sources), d.status == Status.POSTED, d.reversal_of_id.is_(None))
    if kind.column("quantity") is not None:
        query = query.where(line.base_quantity > line.fulfilled)
        if partner_id:
            query = query.where(d.partner_id == partner_id)
    query = query.group_by(d.id, *(c for c in (d.kind, d.number, d.date, d.due_date, partner.c.name, d.total,
                                               d.progress, place.c.name, destination.c.name)))
    return [dict(r) for r in connection.execute(query.order_by(d.date.desc(), d.id.desc()).limit(200)).mappings()]
