"""What a count found against the books: quantities, their value, and what is too much to pass unseen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select, tuple_, type_coerce

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.models.base import Money
from jxc_desktop.models.documents import document
from jxc_desktop.models.records import lot
from jxc_desktop.models.stock import cost_pool, lot_balance, stock_balance, stock_move
from jxc_desktop.services import catalog
from jxc_desktop.services.catalog import ItemInfo
from jxc_desktop.services.counting import Key, counts, key_of
from jxc_desktop.values import ZERO


@dataclass(frozen=True)
class CountDifference:
    """What was counted of an item (and lot) against the books, in base units. `line` is its first line.

    `counted` and `book` are of the moment of the sheet; `movements_since` came on top of both.
    """

    line: int
    book: Decimal
    movements_since: Decimal
    counted: Decimal
    difference: Decimal
    value: Decimal
    over_threshold: bool


def differences(connection: Connection, draft: Draft) -> list[CountDifference]:
    """One for each item and lot that counts; of a posted count what it booked."""
    keyed = _keyed(draft)
    items = catalog.items(connection, {item_id for item_id, _ in keyed})
    moved, booked = _moved_since(connection, draft), _booked(connection, draft)
    here = _on_hand(connection, draft.header.get("warehouse_id"), keyed)
    costs = unit_costs(connection, items, draft.header.get("warehouse_id"))
    threshold = catalog.the_company(connection).values["count_threshold"]
    found = []
    for key, at in keyed.items():
        lines = [draft.lines[i] for i in at]
        counted = sum((_base(line, items) for line in lines), ZERO)
        if booked is None:
            book = _stated(lines)
            book = here[key] - moved[key] if book is None else book
            quantity = counted - book
            value = _worth(quantity, lines, costs.get(key[0], ZERO))
        else:
            quantity, value = (sum((booked[line["id"]][n] for line in lines), ZERO) for n in (0, 1))
            book = counted - quantity
        found.append(CountDifference(at[0], book, moved[key], counted, quantity, value,
                                     over(quantity, book + moved[key], threshold)))
    return found


def books(connection: Connection, draft: Draft) -> dict[Key, Decimal]:
    """What the books said of the items and lots of these lines at the moment of the sheet; now, if it has none."""
    keys = {key_of(line) for line in draft.lines if line.get("item_id")}
    moved, here = _moved_since(connection, draft), _on_hand(connection, draft.header.get("warehouse_id"), keys)
    return {key: here[key] - moved[key] for key in keys}


def over(difference: Decimal, book: Decimal, threshold: Decimal | None) -> bool:
    """Whether a difference is larger than the share of the book quantity that the company lets pass."""
    return threshold is not None and abs(difference) > threshold * abs(book)


def unit_costs(connection: Connection, items: Mapping[int, ItemInfo], warehouse_id: int | None) -> dict[int, Decimal]:
    """What a base unit of each item costs now, where the warehouse has a cost of its own there; for estimates."""
    p = cost_pool.c
    found = {i: info.standard_cost or ZERO for i, info in items.items()}
    for r in connection.execute(select(p.item_id, p.quantity, p.value, p.last_cost).where(
            p.item_id.in_(items), p.warehouse_id.in_((0, warehouse_id or 0)), p.lot_id == 0).order_by(
            p.warehouse_id)):
        found[r.item_id] = r.value / r.quantity if r.quantity > 0 else r.last_cost
    return found


def _keyed(draft: Draft) -> dict[Key, list[int]]:
    """The lines of each item and lot, of those that were counted or count as zero."""
    keyed: dict[Key, list[int]] = {}
    for i, line in enumerate(draft.lines):
        if line.get("item_id"):
            keyed.setdefault(key_of(line), []).append(i)
    zero = draft.header.get("uncounted") == "zero"
    return {key: at for key, at in keyed.items() if zero or any(counts(draft.lines[i]) for i in at)}


def _base(line: Mapping[str, Any], items: Mapping[int, ItemInfo]) -> Decimal:
    info = items.get(line["item_id"])
    choice = info.choice(line.get("unit_id")) if info else None
    return choice.base(line["quantity"]) if choice and counts(line) else ZERO


def _stated(lines: Sequence[Mapping[str, Any]]) -> Decimal | None:
    known = [line["book"] for line in lines if line.get("book") is not None]
    return sum(known, ZERO) if known else None


def _worth(quantity: Decimal, lines: Sequence[Mapping[str, Any]], cost: Decimal) -> Decimal:
    """A gain at the price that a line states, anything else at the current cost."""
    price = next((line["price"] for line in lines if line.get("price") is not None), None)
    return values.money(values.product(quantity, cost if price is None or quantity < 0 else price))


def _moved_since(connection: Connection, draft: Draft) -> defaultdict[Key, Decimal]:
    """What came and went after the moment of the sheet and before it was posted, by item and lot; (item, None): all."""
    found: defaultdict[Key, Decimal] = defaultdict(Decimal)
    snapshot, m = draft.header.get("snapshot"), stock_move.c
    if snapshot is None:
        return found
    at = dt.datetime.combine(draft.header.get("date") or dt.date.today(), draft.header.get("time") or dt.time())
    query = select(m.item_id, lot.c.code, func.sum(m.quantity).label("quantity")).join_from(
        stock_move, lot, lot.c.id == m.lot_id, isouter=True).where(
        m.warehouse_id == draft.header.get("warehouse_id"), m.posting_id > snapshot, m.effective_at <= at).group_by(
        m.item_id, lot.c.code)
    if draft.id is not None:
        query = query.where(m.document_id != draft.id)
    if draft.status is not Status.DRAFT:
        entry = connection.scalar(select(document.c.entry).where(document.c.id == draft.id))
        query = query.where(m.posting_id < entry, tuple_(m.effective_at, m.entry) < (at, entry))
    for r in connection.execute(query):
        for key in {(r.item_id, r.code), (r.item_id, None)}:
            found[key] += r.quantity
    return found


def _on_hand(connection: Connection, warehouse_id: int | None, keys: Collection[Key]) -> defaultdict[Key, Decimal]:
    b, by_lot = stock_balance.c, lot_balance.c
    items = {item_id for item_id, _ in keys}
    found: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for r in connection.execute(select(b.item_id, b.on_hand).where(
            b.warehouse_id == warehouse_id, b.item_id.in_(items))):
        found[r.item_id, None] = r.on_hand
    if any(code for _, code in keys):
        for row in connection.execute(select(by_lot.item_id, lot.c.code, by_lot.on_hand).join_from(
                lot_balance, lot, lot.c.id == by_lot.lot_id).where(
                by_lot.warehouse_id == warehouse_id, by_lot.item_id.in_(items))):
            found[row.item_id, row.code] = row.on_hand
    return found


def _booked(connection: Connection, draft: Draft) -> defaultdict[int, tuple[Decimal, Decimal]] | None:
    """Quantity and value that a posted count moved, by line, with all that was learnt since; None for a draft."""
    if draft.status is Status.DRAFT:
        return None
    m = stock_move.c
    found: defaultdict[int, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    value = type_coerce(func.sum(m.value + m.variance), Money).label("value")
    for r in connection.execute(select(m.line_id, func.sum(m.quantity).label("quantity"), value).where(
            m.document_id == draft.id).group_by(m.line_id)):
        found[r.line_id] = r.quantity, r.value
    return found
