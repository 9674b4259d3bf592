"""Lots and serial numbers in document lines: the cells they concern, what may be typed there, what follows."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.schema import DocumentType, Values, serials_in
from jxc_desktop.i18n import N_
from jxc_desktop.ui import typed
from jxc_desktop.ui.line_facts import (
    BY_LOT,
    BY_SERIAL,
    NOT_TRACKED,
    LineFacts,
    brings_stock,
    moves_goods,
    takes_stock,
)
from jxc_desktop.values import ZERO

LOT, PRODUCED, EXPIRES, SERIALS = "lot", "production_date", "expiry_date", "serials"
TRACKED = (LOT, PRODUCED, EXPIRES, SERIALS)
_ROLES = ("use", "make")


class Tracking:
    """What the facts about its item mean for a line of one type of document."""

    def __init__(self, kind: DocumentType, facts: LineFacts):
        self._facts = facts
        self._columns = frozenset(f.name for f in kind.columns if f.name in TRACKED)
        self._takes = {role: takes_stock(kind, role) for role in _ROLES}
        self._brings = {role: brings_stock(kind, role) for role in _ROLES}
        self._moves = {role: moves_goods(kind, role) for role in _ROLES}
        self._ours: list[Values] = []

    def start(self, lines: Iterable[Values]) -> None:
        """Lines whose goods the stock figures have already taken off."""
        self._ours = [dict(line) for line in lines if self.takes(line)]

    def takes(self, line: Values) -> bool:
        """The line's goods leave, or are promised: they have to be there."""
        return self._takes[line.get("role") or "use"]

    def brings(self, line: Values) -> bool:
        """The line's goods come in: they may be of a lot nobody knows yet."""
        return self._brings[line.get("role") or "use"]

    def moves(self, line: Values) -> bool:
        """The line's goods go somewhere: which they are has to be told. An order may leave that open."""
        return self._moves[line.get("role") or "use"]

    def concerns(self, line: Values, name: str) -> bool:
        """Whether a cell means anything for the item of the line."""
        if name not in TRACKED:
            return True
        tracking = self._facts.tracking(line)
        return tracking == {LOT: BY_LOT, SERIALS: BY_SERIAL}.get(name, tracking) and tracking != NOT_TRACKED

    def wanted(self, line: Values) -> list[str]:
        """The cells of a line that still have to be filled in for its goods to be followed."""
        if not self.moves(line):
            return []
        empty = [name for name in (LOT, EXPIRES) if name in self._columns and self.concerns(line, name)
                 and not line.get(name) and (name == LOT or self._asks_expiry(line))]
        if EXPIRES in empty and self._shelf_life(line):
            empty[empty.index(EXPIRES)] = PRODUCED
        short = SERIALS in self._columns and self.concerns(line, SERIALS) and self.missing_serials(line) != 0
        return [*empty, *((SERIALS,) if short else ())]

    def _asks_expiry(self, line: Values) -> bool:
        return self._facts.tracking(line) == BY_LOT and self.brings(line) and self._facts.lot(line) is None

    def missing_serials(self, line: Values) -> Decimal:
        """How many numbers are missing to the quantity; below zero there are too many."""
        return abs(self._facts.base(line)) - len(serials_in(line.get(SERIALS)))

    def read_lot(self, line: Values, text: str) -> str | None:
        """The lot that was typed. Raises Misread for goods that have to be there and are not."""
        code = text.strip()
        known = self._facts.lots.get(line.get("item_id") or 0)
        alike = [lot.code for lot in known or () if lot.code.casefold() == code.casefold()]
        code = alike[0] if alike and code not in alike else code
        if code and known is not None and self.takes(line) and self._facts.lot(line, code) is None and all(
                own.get(LOT) != code for own in self._ours_of(line)):
            raise typed.Misread(N_("Lot {lot} is not in stock here"), lot=code)
        return code or None

    def follow(self, line: Values, name: str) -> None:
        """What else is known once a cell has its value: the dates of a lot, the expiry of what was produced."""
        if name == LOT:
            line.pop("picked", None)
        known = self._facts.lot(line) if name == LOT else None
        for date, column in ((known and known.production_date, PRODUCED), (known and known.expiry_date, EXPIRES)):
            if date and column in self._columns:
                line[column] = date
        produced, days = line.get(PRODUCED), self._shelf_life(line)
        if name == PRODUCED and produced and days and not line.get(EXPIRES):
            line[EXPIRES] = produced + dt.timedelta(days=days)

    def free(self, line: Values, lot: Any, lines: Iterable[Values]) -> Decimal:
        """What `line` may take of a lot, in base units: what is there without what the other lines take of it."""
        others = (other for other in lines if other is not line and self.takes(other))
        return self.there(line, lot) - self._sum_of(others, line, lot)

    def there(self, line: Values, lot: Any) -> Decimal:
        """What the document may take of a lot: what is free, and what it has taken already."""
        return Decimal(lot.available) + self._sum_of(self._ours, line, lot)

    def _sum_of(self, lines: Iterable[Values], like: Values, lot: Any) -> Decimal:
        return sum((self._facts.base(line) for line in lines if line.get("item_id") == like.get("item_id")
                    and line.get(LOT) == lot.code), ZERO)

    def _ours_of(self, line: Values) -> list[Values]:
        return [own for own in self._ours if own.get("item_id") == line.get("item_id")]

    def _shelf_life(self, line: Values) -> int:
        item = self._facts.items.get(line.get("item_id") or 0)
        return int(item.shelf_life_days or 0) if item else 0
