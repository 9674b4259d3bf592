"""What follows from a saved document by itself: an order that stock cannot cover asks for goods, what is there is
made ready to leave, and whoever waited for goods hears of them.

Each step is set to auto, ask or off by the company; 'ask' leaves the command to the person who saved.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select, update

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Draft, Progress, Promise, Status
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_
from jxc_desktop.models.base import Quantity
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.flows import notice
from jxc_desktop.models.records import item, partner
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import access, catalog, notices, requested, rules, watch
from jxc_desktop.services import document_rows as rows
from jxc_desktop.services.notices import Kind, Notice
from jxc_desktop.services.orders import SourceLine
from jxc_desktop.services.unit_of_work import Saved, Work
from jxc_desktop.values import ZERO, plain

REQUEST, DELIVERY = "purchase_request", "delivery_note"
PREPARED = "prepare"  # how the trail calls a draft that nobody typed
_l, _d, _a = document_line.c, document.c, audit_entry.c
_source, _of_order, _drafted, _order = (t.alias() for t in (document_line, document_line, document_line, document))
_OF_DELIVERY = select(_source.c.document_id).join_from(
    _source, document_line, _l.source_line_id == _source.c.id).where(_l.document_id == bindparam("delivery"))
_PREPARED = select(_d.id, _d.version).where(  # deliveries that were drafted by themselves, and nobody has worked on
    _d.kind == DELIVERY, _d.status == Status.DRAFT, _d.number.is_(None), _d.version == 1,
    exists(select(_a.id).where(_a.entity == DELIVERY, _a.entity_id == _d.id, _a.action == PREPARED))).order_by(_d.id)
_LEFT_OVER = _PREPARED.where(_d.id.in_(select(_drafted.c.document_id).join_from(
    _drafted, _source, _source.c.id == _drafted.c.source_line_id).join(
    _order, _order.c.id == _source.c.document_id).where(
    _order.c.progress == Progress.DONE.value, _order.c.id.in_(_OF_DELIVERY))))
_ALL_SENT = select(notice.c.document_id).where(  # orders of a delivery that wait to be told so, and hold nothing more
    notice.c.kind == Kind.ARRIVED.value, notice.c.cleared_at.is_(None),
    notice.c.document_id.in_(_OF_DELIVERY),
    ~exists(select(_of_order.c.id).where(
        _of_order.c.document_id == notice.c.document_id, _of_order.c.reserved > ZERO)))


@dataclass(frozen=True)
class Cover:
    """How far stock covers a line of a customer's order: base units `open`, held for it, and asked for so far."""

    line_id: int
    item_id: int
    open: Decimal
    held: Decimal
    asked: Decimal  # in requests and orders to suppliers that have not come yet

    @property
    def lacking(self) -> Decimal:
        return max(self.open - self.held - self.asked, ZERO)


def cover(connection: Connection, order_id: int) -> list[Cover]:
    """The open lines of an order, in their order."""
    lines = connection.execute(select(_l.id, _l.item_id, _l.base_quantity, _l.fulfilled, _l.reserved).join_from(
        document_line, item, item.c.id == _l.item_id).where(
        _l.document_id == order_id, item.c.stocked, _l.base_quantity > _l.fulfilled).order_by(_l.position)).all()
    asked = requested.left_for_lines(connection, [r.id for r in lines])
    return [Cover(r.id, r.item_id, r.base_quantity - r.fulfilled, r.reserved, asked.get(r.id, ZERO)) for r in lines]


def after(work: Work, kind: DocumentType, draft: Draft, saved: Saved, settings: Mapping[str, Any]) -> None:
    """Called within the save of a document that is posted now, by the company's settings and rules."""
    asked = rules.follow(work, kind, draft, saved) if settings["rules"] else set()
    if kind.promise is Promise.RESERVED:
        if settings["follow_request"] == "auto" or "request" in asked:
            _request(work, saved.id)
        if settings["follow_delivery"] == "auto" or "delivery" in asked:
            _prepare_delivery(work, saved.id)
        nothing_held(work, saved.id)
    elif kind.key == REQUEST:
        _tell_buyers(work, saved)
    elif REQUEST in kind.sources:
        _requests_served(work, saved.id)
    elif kind.key == DELIVERY and any(line.get("source_line_id") for line in draft.lines):
        _delivered(work, saved.id)


def request(work: Work, order_id: int) -> Saved | None:
    """Ask for what an order lacks; None if it lacks nothing. Raises WrongState, NotFound."""
    _own(work, order_id)
    return _request(work, order_id)


def prepare_delivery(work: Work, order_id: int) -> Saved | None:
    """A draft of a delivery note of all that is held for an order; None if there is nothing, or one already."""
    _own(work, order_id)
    return _prepare_delivery(work, order_id)


def ended(work: Work, kind: DocumentType, order_id: int, *, closed: bool = False) -> None:
    """An order was closed or taken back: what was asked for it alone, and is not ordered yet, is asked no more."""
    if kind.key == REQUEST:
        notices.clear(work, Kind.REQUEST, f"document {order_id}")
    if kind.promise is Promise.ON_ORDER and closed:
        watch.closed_short(work, order_id)
    watch.orders_changed(work, [order_id])
    if REQUEST in kind.sources:
        _ask_again(work, order_id)
    if kind.promise is not Promise.RESERVED:
        return
    mine = work.connection.scalars(select(_l.id).where(_l.document_id == order_id)).all()
    _ask_no_more(work, mine)
    _drop_drafts(work, mine)
    notices.clear(work, Kind.ARRIVED, f"document {order_id}")


def loosen(work: Work, draft: Draft, old: Draft) -> None:
    """An order is about to lose lines, or to want other goods in them: nothing is asked for those any more."""
    items = {line.get("id"): line["item_id"] for line in draft.lines}
    gone = [line["id"] for line in old.lines if items.get(line["id"]) != line["item_id"]]
    if gone:
        _ask_no_more(work, gone)
        _drop_drafts(work, gone)
        work.connection.execute(update(document_line).where(_l.for_line_id.in_(gone)).values(for_line_id=None))


def _ask_no_more(work: Work, line_ids: Sequence[int]) -> None:
    """Close the requests of which nothing is ordered and every line is for one of these lines."""
    from jxc_desktop.services import documents

    theirs = select(_l.document_id).where(_l.for_line_id.in_(line_ids))
    others = select(_l.document_id).where(
        (_l.fulfilled > ZERO) | _l.for_line_id.is_(None) | _l.for_line_id.not_in(line_ids))
    for r in work.rows(select(_d.id, _d.version, _d.status).where(
            _d.kind == REQUEST, _d.status.in_((Status.POSTED, Status.SUBMITTED)), _d.id.in_(theirs),
            _d.id.not_in(others)).order_by(_d.id)):
        end = documents.close if r.status == Status.POSTED else documents.void
        end(for_all(work), r.id, r.version)


def tell_arrivals(work: Work, served: Iterable[SourceLine]) -> None:
    """Whoever made the orders that got goods hears that they are there."""
    by_order: dict[int, list[SourceLine]] = defaultdict(list)
    for line in served:
        by_order[line.document_id].append(line)
    for order_id, lines in sorted(by_order.items()):
        row: Any = work.connection.execute(select(_d.number, _d.created_by, partner.c.name.label("partner")).join_from(
            document, partner, partner.c.id == _d.partner_id, isouter=True).where(_d.id == order_id)).one()
        names = {r.id: r.name for r in work.rows(select(item.c.id, item.c.name).where(
            item.c.id.in_({line.item_id for line in lines})))}
        notices.tell(work, Notice(
            Kind.ARRIVED, f"document {order_id}", {
                "number": row.number, "partner": row.partner or "",
                "items": ", ".join(f"{names[line.item_id]} {plain(line.reserved)}" for line in lines)},
            person=row.created_by, document_id=order_id))


def nothing_held(work: Work, order_id: int) -> None:
    """What an order held was given up: there is nothing to send any more."""
    if not work.connection.scalar(select(func.sum(_l.reserved, type_=Quantity)).where(_l.document_id == order_id)):
        notices.clear(work, Kind.ARRIVED, f"document {order_id}")


def _drop_drafts(work: Work, line_ids: Sequence[int]) -> None:
    """Delivery notes that were drafted for these lines, and that nobody has worked on, are void."""
    _void_drafts(work, work.rows(_PREPARED.where(_d.id.in_(
        select(_l.document_id).where(_l.source_line_id.in_(line_ids))))))


def _void_drafts(work: Work, drafts: Iterable[Any]) -> None:
    from jxc_desktop.services import documents

    for r in drafts:
        work.connection.execute(update(document_line).where(_l.document_id == r.id).values(source_line_id=None))
        documents.void(for_all(work), r.id, r.version)


def _ask_again(work: Work, order_id: int) -> None:
    """An order to a supplier was taken back: its requests are open again, unless who asked wants nothing any more."""
    wanted, customer_order = document_line.alias(), document.alias()
    lines = select(_l.source_line_id).where(_l.document_id == order_id)
    requests = select(document_line.c.document_id).where(_l.id.in_(lines))
    ended_lines = work.connection.scalars(select(_l.for_line_id).join_from(
        document_line, wanted, wanted.c.id == _l.for_line_id).join(
        customer_order, customer_order.c.id == wanted.c.document_id).where(
        _l.document_id.in_(requests), customer_order.c.status != Status.POSTED)).all()
    if ended_lines:
        _ask_no_more(work, ended_lines)
    for r in work.rows(select(_d.id, _d.number, _d.version).where(
            _d.kind == REQUEST, _d.status == Status.POSTED, _d.id.in_(requests)).order_by(_d.id)):
        _tell_buyers(work, Saved(r.id, r.number, r.version, Status.POSTED.value))


def _own(work: Work, order_id: int) -> None:
    row = work.connection.execute(select(document).where(_d.id == order_id)).first()
    if row is None or document_types.BY_KEY[row.kind].promise is not Promise.RESERVED:
        raise NotFound(what=N_("Document"), key=order_id)
    work.require(document_types.BY_KEY[row.kind].permission("save"))
    if row.status != Status.POSTED:
        raise rows.wrong_state(row)


def _request(work: Work, order_id: int) -> Saved | None:
    from jxc_desktop.services import documents

    lacking = [c for c in cover(work.connection, order_id) if c.lacking]
    if not lacking:
        return None
    order = documents.read_draft(work.connection, order_id)
    asked = document_types.BY_KEY[REQUEST].new_draft(dt.date.today())
    asked.header |= {name: order.header[name] for name in ("warehouse_id", "due_date", "employee_id")}
    asked.header["remark"] = order.number
    asked.lines = [{"item_id": c.item_id, "quantity": c.lacking, "for_line_id": c.line_id} for c in lacking]
    return documents.save(for_all(work), asked)


def _prepare_delivery(work: Work, order_id: int) -> Saved | None:
    from jxc_desktop.services import documents
    from jxc_desktop.services.queries.paths import draft_from

    held = {c.line_id: c.held for c in cover(work.connection, order_id) if c.held}
    drafted = select(_d.id).join_from(document, document_line, _l.document_id == _d.id).where(
        _d.status == Status.DRAFT, _d.kind == DELIVERY, _l.source_line_id.in_(held))
    if not held or work.connection.scalar(drafted.limit(1)):
        return None
    draft = draft_from(work.connection, document_types.BY_KEY[DELIVERY], [order_id])
    draft.lines = [_at_most(work, line, held[line["source_line_id"]]) for line in draft.lines
                   if line["source_line_id"] in held]
    return documents.park(for_all(work), draft, PREPARED)


def _at_most(work: Work, line: dict[str, Any], held: Decimal) -> dict[str, Any]:
    """The line with no more than what is held; in base units where that is not a whole number of its own."""
    info = catalog.items(work.connection, [line["item_id"]])[line["item_id"]]
    choice = info.choice(line.get("unit_id"))
    if choice is None or choice.base(line["quantity"]) <= held:
        return line
    return line | {"unit_id": info.unit_id, "quantity": held, "price": None}


def _tell_buyers(work: Work, saved: Saved) -> None:
    count = work.connection.scalar(select(func.count()).where(
        _l.document_id == saved.id, _l.base_quantity > _l.fulfilled)) or 0
    remark = work.connection.scalar(select(_d.remark).where(_d.id == saved.id))
    if not count:
        return notices.clear(work, Kind.REQUEST, f"document {saved.id}")
    notices.tell(work, Notice(Kind.REQUEST, f"document {saved.id}", {
        "number": saved.number or "", "count": count, "order": remark or ""}, role="buyer", document_id=saved.id))


def _requests_served(work: Work, order_id: int) -> None:
    """Requests of which everything is ordered need nobody's eye any more."""
    source = document_line.alias()
    for r in work.rows(select(_d.id, _d.progress).distinct().join_from(
            document, source, source.c.document_id == _d.id).join(
            document_line, _l.source_line_id == source.c.id).where(_l.document_id == order_id, _d.kind == REQUEST)):
        if r.progress == Progress.DONE:
            notices.clear(work, Kind.REQUEST, f"document {r.id}")


def _delivered(work: Work, delivery_id: int) -> None:
    """Who was told that goods are there has sent them."""
    for order_id in work.connection.scalars(_ALL_SENT, {"delivery": delivery_id}).all():
        notices.clear(work, Kind.ARRIVED, f"document {order_id}")
    _void_drafts(work, work.rows(_LEFT_OVER, {"delivery": delivery_id}))


def for_all(work: Work) -> Work:
    """The same transaction, where the company's rules act and not the person who set them off."""
    return replace(work, actor=replace(work.actor, permissions=access.EVERYTHING))

