"""Steps about orders and what is reserved for them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jxc_desktop.errors import HasDependants
from jxc_desktop.services import documents, reservations
from jxc_desktop.services.unit_of_work import Saved
from tests.cases.entry import NOWHERE, Entry, Order
from tests.cases.steps import PRICE
from tests.cases.world import Item


def order(e: Entry) -> None:
    """A new order under the code; a kit is ordered as its components."""
    due = {"due_date": dt.date.fromisoformat(e.step["due"])} if "due" in e.step else {}
    _place(e, e.step["do"], due)


def close_order(e: Entry) -> None:
    for saved in _documents(e):
        _run(e, documents.close, saved)


def reopen_order(e: Entry) -> None:
    for saved in _documents(e):
        _run(e, documents.reopen, saved)


def cancel_order(e: Entry) -> None:
    """Voided; one that was delivered in part is closed instead."""
    for saved in _documents(e):
        try:
            _run(e, documents.void, saved)
        except HasDependants:
            _run(e, documents.close, saved)


def reserve(e: Entry) -> dict[str, Any]:
    """Granted is what was reserved of everything together, in base units."""
    granted = Decimal(0)
    for item, quantity in e.world.parts(e.item, e.base_quantity or Decimal(0)):
        granted += e.company.run(reservations.reserve, _held(e, item), quantity, bool(e.step.get("partial"))).value
    return {"granted": granted}


def release(e: Entry) -> None:
    parts = e.world.parts(e.item, Decimal(1) if e.base_quantity is None else e.base_quantity)
    for item, quantity in parts:
        e.company.run(reservations.release, _held(e, item), None if e.base_quantity is None else quantity)


def prepare(e: Entry) -> None:
    """Goods may be reserved for an order that no step made, or not in this warehouse: it is made first, big enough."""
    if e.step["do"] == "reserve" and not all(e.held(item) for item, _ in e.world.parts(e.item, Decimal(1))):
        _place(e, "sales_order", {}, stand_in=True)


def _place(e: Entry, kind: str, header: dict[str, Any], *, stand_in: bool = False) -> None:
    lines = list(e.lines(price=PRICE))
    if stand_in:
        uses = [s for s in e.journal.steps.values() if s.get("order") == e.step["order"] and "qty" in s]
        for _, line in lines:
            line["quantity"] *= len(uses)
    saved = e.post(kind, *(line for _, line in lines), **header)
    if not stand_in:
        e.journal.documents[e.step["n"]] = saved
    for (item, _), line_id in zip(lines, e.company.line_ids(saved), strict=True):
        e.journal.orders.append(Order(e.step["order"], item, e.world.warehouse(e.step), e.step.get("lot"), saved,
                                      line_id, stand_in))


def _held(e: Entry, item: Item) -> int:
    held = e.held(item)
    return held.line_id if held else NOWHERE


def _documents(e: Entry) -> list[Saved]:
    """Each document under the order's code; there must be one."""
    found = {o.saved.id: o.saved for o in e.journal.orders_of(e.step["order"])}
    return list(found.values()) or [Saved(NOWHERE, None, 1, "")]


def _run(e: Entry, command: Callable[..., Any], saved: Saved) -> None:
    e.company.run(command, saved.id, e.company.version(saved) if saved.number else saved.version)


ORDERS: dict[str, Callable[[Entry], Any]] = {
    "sales_order": order, "purchase_order": order, "close_order": close_order, "reopen_order": reopen_order,
    "cancel_order": cancel_order, "reserve": reserve, "release": release,
}
