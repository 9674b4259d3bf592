"""What each cell of a line offers to choose from: items, units, earlier prices."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.i18n import N_
from jxc_desktop.ui import typed
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_model import LineModel
from jxc_desktop.ui.lookup import ITEM_COLUMNS, Source, search_items
from jxc_desktop.ui.lookup_popup import LookupColumn, Match, Shown

_PREFIX = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[*×]")


def _price_text(price: Decimal | None) -> Shown:
    return Shown("" if price is None else typed.price(price))


UNIT_COLUMNS = (
    LookupColumn(N_("Unit"), 80, lambda unit: Shown(unit.name), name=True),
    LookupColumn(N_("Base units in it"), 110, lambda unit: Shown(values.grouped(unit.factor)), figure=True, muted=True),
    LookupColumn(N_("List price"), 100, lambda unit: _price_text(unit.sale_price), figure=True),
)
PRICE_COLUMNS = (
    LookupColumn(N_("Date"), 100, lambda row: Shown(str(row["date"])), muted=True),
    LookupColumn(N_("Number"), 150, lambda row: Shown(str(row["number"])), muted=True),
    LookupColumn(N_("Partner"), 160, lambda row: Shown(str(row["partner"]))),
    LookupColumn(N_("Quantity"), 90, lambda row: Shown(f"{values.grouped(row['quantity'])} {row['unit']}"),
                 figure=True),
    LookupColumn(N_("Price"), 90, lambda row: _price_text(row["price"]), figure=True),
)


def quantity_prefix(text: str) -> Decimal | None:
    """12*690… means twelve of what follows."""
    found = _PREFIX.match(text)
    return Decimal(found[1]) if found and Decimal(found[1]) < typed.LONGEST_QUANTITY else None


def without_prefix(text: str) -> str:
    return _PREFIX.sub("", text, count=1).strip()


def lookup_source(queries: Any, model: LineModel, column: LineColumn, row: int) -> Source | None:
    """The look-up of a cell; None for cells that are only typed."""
    facts, line = model.facts, model.rows[row]
    if column.part == CODE:
        return Source(ITEM_COLUMNS, lambda text: partial(search_items, queries, text, facts.warehouse_id,
                                                         facts.partner_id, facts.selling),
                      N_("↑↓ choose   Enter take   F4 new item"), without_prefix)
    item = facts.items.get(line.get(model.item_name) or 0)
    if item is None or column.field is None:
        return None
    if column.field.type is FieldType.UNIT:
        return Source(UNIT_COLUMNS, lambda text: partial(_units, item.units, text))
    if column.field.type is FieldType.PRICE:
        return Source(PRICE_COLUMNS, lambda text: partial(_prices, queries, item.id, facts.partner_id, facts.selling),
                      typing=False)
    return None


def _units(units: Sequence[Any], text: str) -> list[Match]:
    met = [Match(unit, (0, len(text)) if text and unit.name.startswith(text) else None) for unit in units]
    return [m for m in met if m.span] or met


def _prices(queries: Any, item_id: int, partner_id: int | None, selling: bool) -> list[Match]:
    return [Match(row) for row in queries.last_prices(item_id, partner_id, selling)]
