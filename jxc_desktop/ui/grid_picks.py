"""Which lots a line takes when nobody said: those that expire first, as a step of its own to undo."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject

from jxc_desktop import values
from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import units
from jxc_desktop.ui.grid_marks import clear, set_mark
from jxc_desktop.ui.grid_tracking import LOT
from jxc_desktop.values import ZERO

_SETTLES = frozenset({"quantity", "unit_id"})
Part = tuple[Any, Decimal]  # a lot and base units of it


class LotPicks(QObject):
    """Waits until the facts about an item are there, then gives its lines their lots."""

    def __init__(self, model: Any):
        super().__init__(model)
        self._model, self._waiting = model, set[int]()
        model.facts.settled.connect(self._serve)
        model.facts.elsewhere.connect(lambda: self.want(line for line in model.lines if line.get("picked")))

    def typed(self, line: Values, *names: str) -> None:
        """Somebody has settled these cells of a line."""
        if _SETTLES.intersection(names):
            self.want([line])

    def want(self, lines: Iterable[Values]) -> None:
        """Propose lots for these lines, where they need any."""
        self._waiting |= {line["key"] for line in lines if line.get("item_id") and line.get("quantity")}
        self._serve()

    def _serve(self) -> None:
        model = self._model
        if model.facts.pending or not self._waiting or model.read_only:
            return
        waiting, self._waiting = self._waiting, set()
        for line in [line for line in model.lines if line["key"] in waiting]:
            if self._lacks_lot(line):
                self._propose(line)

    def _lacks_lot(self, line: Values) -> bool:
        """Goods that leave and of which nobody has said, or will say, of which lot they are."""
        tracking = self._model.tracking
        return tracking.concerns(line, LOT) and tracking.takes(line) and tracking.moves(line) \
            and LOT not in line.get("wrong", {}) and (not line.get(LOT) or bool(line.get("picked")))

    def _propose(self, line: Values) -> None:
        model = self._model
        row = next(i for i, other in enumerate(model.lines) if other is line)
        parts, short = self._parts(line)
        clear(line, LOT)
        if short and line.get(LOT):
            line = {k: v for k, v in line.items() if k not in (LOT, "picked")}
            model.change(row, 1, [line], tr("Choose lots"))
        if short:
            set_mark(line, LOT, tr(N_("Lots with only {quantity} {unit} are here to take from"), unit=self._base_unit(
                line), quantity=values.grouped(model.facts.base(line) - short)))
            model.say_changed()
        elif [part[0].code for part in parts] != [line.get(LOT)]:
            added = split(line, parts, model.facts.items[line["item_id"]], priced=model.kind.priced)
            model.change(row, 1, added, tr("Choose lots"))

    def _parts(self, line: Values) -> tuple[list[Part], Decimal]:
        """Lots in turn until the line has what it needs, and what is missing then. Nobody is offered expired goods."""
        model, wanted = self._model, self._model.facts.base(line)
        parts: list[Part] = []
        for lot in model.facts.lots.get(line["item_id"], ()):
            free = ZERO if lot.expired else model.tracking.free(line, lot, model.lines)
            if wanted > 0 and free > 0:
                parts.append((lot, min(free, wanted)))
                wanted -= parts[-1][1]
        return parts, wanted

    def _base_unit(self, line: Values) -> str:
        return str(self._model.facts.items[line["item_id"]].units[0].name)


def split(line: Values, parts: Sequence[Part], item: Any, *, priced: bool) -> list[Values]:
    """One line for each lot: in the line's unit where each is so many of it, else all in base units.

    The amounts add up to that of the line.
    """
    unit = next((u for u in item.units if u.unit_id == line.get("unit_id")), item.units[0])
    counted = [_exactly(base, unit) for _, base in parts]
    base_unit = None in counted
    shared = {k: v for k, v in line.items() if k not in ("key", "marks")}
    if base_unit:
        shared.pop("proposed", None)  # asked for again, and then only shown
    if base_unit and line.get("price") is not None:
        shared["price"] = values.divide(values.product(line["price"], unit.per), unit.factor, values.PRICE_PLACES)
    made = []
    for number, ((lot, base), count) in enumerate(zip(parts, counted, strict=True)):
        new = shared | {LOT: lot.code, "picked": True, "quantity": base if base_unit else count,
                        "unit_id": item.units[0].unit_id if base_unit else line.get("unit_id")}
        made.append(new if number == 0 else {k: v for k, v in new.items() if k != "id"})
    if priced and line.get("amount") is not None:
        _share(line["amount"], made)
    return made


def _exactly(base: Decimal, unit: Any) -> Decimal | None:
    count = values.round_to(values.divide(values.product(base, unit.per), unit.factor, values.QUANTITY_PLACES),
                            unit.decimals)
    return count if units.in_base(count, unit) == base else None


def _share(amount: Decimal, lines: Sequence[Values]) -> None:
    """Each line its own amount; the last takes the cent that is over."""
    rest = amount
    for line in lines[:-1]:
        line["amount"] = totals.amount_of(line)
        rest -= line["amount"] or ZERO
    lines[-1]["amount"] = rest
