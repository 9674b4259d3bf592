"""How the cells of a document line read: names, figures, stock with its warning word, hints."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import DocumentType, FieldType, Values, serials_in
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services import units
from jxc_desktop.ui import grid_units, typed
from jxc_desktop.ui.grid_columns import CODE, LineColumn
from jxc_desktop.ui.grid_tracking import EXPIRES, LOT, SERIALS, TRACKED, Tracking
from jxc_desktop.ui.line_facts import LineFacts, reserved_by_source, takes_stock
from jxc_desktop.ui.table_model import Cell
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.values import ZERO

_TOLD = 30  # serial numbers in a hint


class Looks:
    """Reads lines with the facts about their items."""

    def __init__(self, kind: DocumentType, facts: LineFacts, tracking: Tracking):
        self._facts, self._tracking = facts, tracking
        self._takes, self._reserved = takes_stock(kind), reserved_by_source(kind)
        self._says_expiry = all(f.name != EXPIRES for f in kind.columns)
        self.own: dict[str, Callable[[Values, LineColumn], Cell]] = {}  # cells of one type of document alone
        self._ours: list[Values] = []
        self._quiet = False
        self._needed: dict[int, Decimal] = {}
        self._of_lots: dict[tuple[int, str | None], Decimal] = {}

    def start(self, lines: Iterable[Values], *, taken: bool, quiet: bool) -> None:
        """Lines whose quantities the stock figures have already taken off; `quiet`: nothing is short any more."""
        self._quiet = quiet
        self._ours = [dict(line) for line in lines if self._tracking.takes(line) and (
            taken or (self._reserved and line.get("source_line_id")))]

    def add_ours(self, lines: Iterable[Values]) -> None:
        """More lines whose quantities other documents have reserved for this one."""
        self._ours += [dict(line) for line in lines if self._reserved and line.get("source_line_id")]

    def count(self, lines: Iterable[Values]) -> None:
        """Add up what the lines need of each item."""
        self._needed, self._of_lots = {}, {}
        for line in lines:
            if (item_id := line.get("item_id")) and self._tracking.takes(line):
                base, lot = self._facts.base(line), (item_id, line.get(LOT))
                self._needed[item_id] = self._needed.get(item_id, ZERO) + base
                self._of_lots[lot] = self._of_lots.get(lot, ZERO) + base

    def available(self, item_id: int) -> Decimal | None:
        """What this document may take, in base units."""
        figures = self._facts.stock.get(item_id)
        if figures is None:
            return None
        ours = sum((self._facts.base(line) for line in self._ours if line.get("item_id") == item_id), ZERO)
        return figures.available + (ours if self._takes and not self._quiet else ZERO)

    def cell(self, line: Values, column: LineColumn) -> Cell:
        field = column.field
        assert field is not None
        wrong = line.get("wrong", {})
        if column.part:
            if column.part == CODE and column.name in wrong:
                return Cell(wrong[column.name], Tone.BAD)
            item = self._facts.named(line.get(column.name))
            return Cell(getattr(item, column.part) or "" if item else "", muted=column.muted)
        if column.name in wrong:
            return Cell(wrong[column.name], Tone.BAD, bold=column.bold)
        if own := self.own.get(column.name):
            return own(line, column)
        if field.name == "available":
            return self.stock(line)
        if field.type is FieldType.UNIT:
            return Cell(self._unit_name(line), muted=True)
        if column.name in TRACKED and not self._tracking.concerns(line, column.name):
            return Cell("")
        if field.type is FieldType.LOT:
            return self._lot(line)
        if field.type is FieldType.SERIALS:
            return self._serials(line)
        value = line.get(field.name)
        tone = Tone.BAD if isinstance(value, Decimal) and value < 0 else None
        return Cell(typed.written(field, value), tone, bold=column.bold, muted=column.muted)

    def editable_text(self, line: Values, column: LineColumn) -> str:
        """What the editor of a cell starts with."""
        if column.name in line.get("wrong", {}):
            return str(line["wrong"][column.name])
        if column.field is None or column.part or column.field.type is FieldType.UNIT:
            return self.cell(line, column).text if column.field else ""
        return typed.typed(column.field, line.get(column.name))

    def changed_by_hand(self, line: Values) -> bool:
        proposed = (line.get("proposed") or {}).get("price")
        return proposed is not None and line.get("price") is not None and line["price"] != proposed

    def hint(self, line: Values, column: LineColumn) -> str:
        """The tooltip of a cell: where its price comes from, what its stock figure means."""
        if column.name == "price" and (proposed := line.get("proposed")):
            return self._origin(line, proposed)
        if column.name == "available" and line.get("item_id") in self._facts.stock:
            return self._stock_in_words(line["item_id"])
        if column.name == LOT and (lot := self._facts.lot(line)):
            return self._lot_in_words(line, lot)
        return "\n".join(serials_in(line.get(SERIALS))[:_TOLD]) if column.name == SERIALS else ""

    def _stock_in_words(self, item_id: int) -> str:
        figures, item = self._facts.stock[item_id], self._facts.items.get(item_id)
        text = tr("On hand {on_hand}, reserved {reserved}, on order {on_order} {unit}",
                  on_hand=values.grouped(figures.on_hand), reserved=values.grouped(figures.reserved),
                  on_order=values.grouped(figures.on_order), unit=item.unit if item else "")
        packs = units.packed(figures.available, item.units) if item else ""
        told = [text, *([f"{tr('Available')} {packs}"] if packs else ())]
        told += [tr("{name} is typing a document with {quantity} of it", name=h.actor,
                    quantity=values.grouped(h.quantity)) for h in figures.holders]
        return "\n".join(told)

    def _lot_in_words(self, line: Values, lot: Any) -> str:
        said = [titled(tr(title), date.isoformat()) for title, date in (
            (N_("Produced on"), lot.production_date), (N_("Expires on"), lot.expiry_date)) if date]
        item = self._facts.items.get(line.get("item_id") or 0)
        there = f"{values.grouped(lot.available)} {item.unit if item else ''}"
        return "\n".join([*said, titled(tr("Available"), there)])

    def _origin(self, line: Values, proposed: Values) -> str:
        if proposed["price"] is None:
            return ""
        price = typed.price(proposed["price"])
        text = tr("List price {price}", price=price)
        if proposed["origin"] == "last":
            text = tr("Last price {price} of {date}, {number}", price=price, date=proposed["date"],
                      number=proposed["number"])
        return tr("{origin}; changed by hand", origin=text) if self.changed_by_hand(line) else text

    def _unit_name(self, line: Values) -> str:
        if unit := self._facts.unit(line):
            return str(unit.name)
        named = self._facts.named(line.get("item_id"))
        return str(named.unit) if named else ""

    def stock(self, line: Values) -> Cell:
        """What there is of a line's item, with a word where that is not enough."""
        item_id = line.get("item_id")
        item, unit = self._facts.items.get(item_id or 0), self._facts.unit(line)
        available = self.available(item_id) if item_id else None
        if item is None or unit is None or available is None or not item.stocked:
            return Cell("")
        figure = _in_unit(available, unit)
        if self._takes and self._tracking.takes(line) and not self._quiet:
            short = self._needed.get(item_id, ZERO) - available if item_id else ZERO
            if short > 0 and self._needed.get(item_id or 0):
                return Cell(figure, Tone.BAD, tr("short {count}", count=_in_unit(short, unit)))
            available = -short
        held = self._facts.stock[item_id].held if item_id and self._takes else ZERO
        if held:
            return Cell(figure, Tone.WARN, tr("{count} held", count=_in_unit(held, unit)))
        point = self._facts.stock[item_id].reorder_point if item_id else None
        if point is not None and available < point:
            return Cell(figure, Tone.WARN, tr("low"))
        return Cell(figure)

    def _lot(self, line: Values) -> Cell:
        """The code, with its expiry where there is no column for that; a word where something is wrong with it."""
        code, known = line.get(LOT), self._facts.lot(line)
        if not code:
            asked = line.get("quantity") and self._tracking.moves(line) and not self._quiet
            return Cell("", Tone.WARN, tr("to fill in")) if asked else Cell("")
        if known and self._tracking.takes(line) and not self._quiet:
            short = self._of_lots.get((line["item_id"], code), ZERO) - self._tracking.there(line, known)
            if short > 0:
                return Cell(str(code), Tone.BAD, tr("short {count}", count=_in_unit(short, self._facts.unit(line))))
            if known.expired:
                return Cell(str(code), Tone.WARN, tr("expired"))
        due = known.expiry_date if known and self._says_expiry else None
        return Cell(f"{code} · {due:%y-%m-%d}" if due else str(code))

    def _serials(self, line: Values) -> Cell:
        """3 of 5: how many numbers there are for the quantity."""
        count, missing = len(serials_in(line.get(SERIALS))), self._tracking.missing_serials(line)
        if not count and not missing:
            return Cell("")
        text = tr("{count} of {needed}", count=count, needed=values.grouped(missing + count))
        return Cell(text, None if not missing or self._quiet else Tone.BAD if missing < 0 else Tone.WARN)


def _in_unit(base: Decimal, unit: Any) -> str:
    return values.grouped(grid_units.per_unit(base, unit))
