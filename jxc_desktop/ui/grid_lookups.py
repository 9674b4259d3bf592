"""What each cell of a line offers to choose from: items, units, earlier prices."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from jxc_desktop import values
from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui import typed
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_model import LineModel
from jxc_desktop.ui.lookup import ITEM_COLUMNS, Source, search_items
from jxc_desktop.ui.lookup_popup import LookupColumn, Match, Shown
from jxc_desktop.ui.matching import matched
from jxc_desktop.ui.tokens import Tone

_PREFIX = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[*×]")


class Picked(NamedTuple):
    """One of a few declared values."""

    value: str
    name: str


@dataclass(frozen=True)
class LotChoice:
    """A lot that a line may be of; one that is not here has nothing but the code that was typed, and may be new."""

    code: str
    lot: Any = None
    new: bool = False

    @property
    def name(self) -> str:
        return self.code


def _content(unit: Any) -> str:
    """12, or 10/3 where the packs come out even only together."""
    factor = values.grouped(unit.factor)
    return factor if unit.per == 1 else f"{factor}/{values.grouped(unit.per)}"


def _lot_code(hit: LotChoice) -> Shown:
    return Shown(hit.code, Tone.ACCENT if hit.lot is None else None)


def _expiry(hit: LotChoice) -> Shown:
    if hit.lot is None:
        return Shown(tr("new lot") if hit.new else "", Tone.ACCENT)
    date = hit.lot.expiry_date
    if date is None:
        return Shown("")
    return Shown(tr("{date} expired", date=date.isoformat()), Tone.WARN) if hit.lot.expired else Shown(date.isoformat())


def _lot_date(hit: LotChoice) -> Shown:
    return Shown(hit.lot.production_date.isoformat() if hit.lot and hit.lot.production_date else "")


def _lot_available(hit: LotChoice) -> Shown:
    return Shown(values.grouped(hit.lot.available) if hit.lot else "")


def _price_text(price: Decimal | None) -> Shown:
    return Shown("" if price is None else typed.price(price))


UNIT_COLUMNS = (
    LookupColumn(N_("Unit"), 80, lambda unit: Shown(unit.name), name=True),
    LookupColumn(N_("Base units in it"), 110, lambda unit: Shown(_content(unit)), figure=True, muted=True),
    LookupColumn(N_("List price"), 100, lambda unit: _price_text(unit.sale_price), figure=True),
)
LOT_COLUMNS = (
    LookupColumn(N_("Lot"), 140, _lot_code, name=True),
    LookupColumn(N_("Expires on"), 154, _expiry),
    LookupColumn(N_("Available"), 84, _lot_available, figure=True),
    LookupColumn(N_("Produced on"), 116, _lot_date, muted=True),
)
CHOICE_COLUMNS = (LookupColumn(N_("Choice"), 160, lambda choice: Shown(choice.name), name=True),)
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
    if column.field is None:
        return None
    if column.field.type is FieldType.CHOICE:
        return Source(CHOICE_COLUMNS, lambda text: partial(_choices, column.field, text))
    item = facts.items.get(line.get(model.item_name) or 0)
    if item is None:
        return None
    if column.field.type is FieldType.LOT:
        return Source(LOT_COLUMNS, lambda text: partial(_lots, facts.lots.get(item.id, ()), text,
                                                        _elsewhere(model, line)))
    if column.field.type is FieldType.UNIT:
        return Source(UNIT_COLUMNS, lambda text: partial(_units, item.units, text))
    if column.field.type is FieldType.PRICE:
        return Source(PRICE_COLUMNS, lambda text: partial(_prices, queries, item.id, facts.partner_id, facts.selling),
                      typing=False)
    return None


def _units(units: Sequence[Any], text: str) -> list[Match]:
    met = [Match(unit, (0, len(text)) if text and unit.name.startswith(text) else None) for unit in units]
    return [m for m in met if m.span] or met


def _choices(field: Any, text: str) -> list[Match]:
    """On a worker: the titles that what was typed begins, or whose pinyin it is."""
    titles = [Picked(value, tr(title)) for value, title in field.choices]
    met = [Match(choice, span) for choice in titles if (span := matched(choice.name, text))]
    return met or [Match(choice) for choice in titles]


def _elsewhere(model: LineModel, line: Any) -> Callable[[str], LotChoice] | None:
    """What a code can mean that no lot here has; None for goods that have to be here."""
    return None if model.tracking.takes(line) else partial(LotChoice, new=model.tracking.brings(line))


def _lots(known: Sequence[Any], text: str, other: Callable[[str], LotChoice] | None) -> list[Match]:
    """Lots in the warehouse that contain what was typed; first what may be meant by just that."""
    lots = [LotChoice(lot.code, lot) for lot in known]
    wanted = text.casefold()
    met = [lot for lot in lots if wanted in lot.code.casefold()]
    # else as they come, first expired, first out; what has expired last of all
    met.sort(key=lambda choice: (choice.code.casefold() != wanted, choice.lot.expired))
    if other and text and not any(lot.code.casefold() == wanted for lot in met):
        met.insert(0, other(text))
    return [Match(lot, _span(lot.code, wanted)) for lot in met]


def _span(code: str, wanted: str) -> tuple[int, int] | None:
    at = code.casefold().find(wanted) if wanted else -1
    return (at, at + len(wanted)) if at >= 0 else None


def _prices(queries: Any, item_id: int, partner_id: int | None, selling: bool) -> list[Match]:
    return [Match(row) for row in queries.last_prices(item_id, partner_id, selling)]
