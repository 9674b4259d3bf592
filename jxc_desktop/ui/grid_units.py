"""Quantities as people type them in a line: 12*6, 3箱5瓶, 3x5p; and what their units allow."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Field, Values
from jxc_desktop.i18n import N_
from jxc_desktop.services import units
from jxc_desktop.ui import typed
from jxc_desktop.ui.line_facts import LineFacts
from jxc_desktop.values import BadNumber

_WORD = re.compile(r"[A-Za-z]+")


def read_quantity(facts: LineFacts, line: Values, field: Field, text: str) -> tuple[Any, int | None]:
    """A quantity and the unit that it names, if it names one. Raises Misread."""
    item = facts.items.get(line.get("item_id") or 0)
    if item is None or not any(c.isalpha() for c in text):
        return typed.read(field, text, line.get(field.name)), None
    try:
        found = units.parsed(_spelled_out(text, item.units, facts.spoken), item.units)
    except BadNumber as error:
        raise _misread(error, field, item) from error
    if wrong := field.problem(found.quantity):
        raise typed.Misread(wrong[0], **wrong[1])
    return found.quantity, found.unit.unit_id if found.unit else None


def _misread(error: BadNumber, field: Field, item: Any) -> typed.Misread:
    if error.reason == "too_precise":
        return typed.Misread(N_("Packs are counted in whole numbers"))
    names = ", ".join(unit.name for unit in item.units)
    return typed.Misread(N_("{field} {text} is not understood; the item is counted in {units}"), field=field.title,
                         text=str(error.given).strip(), units=names)


def _spelled_out(text: str, choices: Sequence[Any], spoken: dict[str, tuple[str, ...]]) -> str:
    """Letters that are no unit stand for the one whose pinyin or initials they are: 3x5p for 3箱5瓶."""
    def name(found: re.Match[str]) -> str:
        word = found[0].casefold()
        if any(unit.name.casefold().startswith(word) for unit in choices):
            return found[0]
        meant = [unit.name for unit in choices if word in spoken.get(unit.name, ())]
        return meant[0] if len(meant) == 1 else found[0]

    return _WORD.sub(name, text)


def read_unit(facts: LineFacts, line: Values, text: str) -> int:
    """The unit of the line's item that was named. Raises Misread."""
    item = facts.items.get(line.get("item_id") or 0)
    for unit in item.units if item else ():
        if text.strip() == unit.name:
            return int(unit.unit_id)
    raise typed.Misread(N_("The item has no such unit"))


def check(facts: LineFacts, line: Values, quantity: Any) -> None:
    """Raises Misread when the unit, or the base unit, cannot be divided like that."""
    unit, item = facts.unit(line), facts.items.get(line.get("item_id") or 0)
    if unit is None or item is None or not isinstance(quantity, Decimal):
        return
    _fits(quantity, unit)
    base = units.in_base(quantity, unit)
    if base != round(base, item.units[0].decimals):
        raise typed.Misread(N_("{quantity} {unit} would be {base} {base_unit}, which is not counted in parts"),
                            quantity=values.grouped(quantity), unit=unit.name, base=values.grouped(base),
                            base_unit=item.units[0].name)


def _fits(quantity: Decimal, unit: Any) -> None:
    if quantity != round(quantity, unit.decimals):
        message = N_("{unit} takes at most {decimals} decimals") if unit.decimals else \
            N_("{unit} is counted in whole numbers only")
        raise typed.Misread(message, unit=unit.name, decimals=unit.decimals)


def per_unit(base: Decimal, unit: Any, places: int = 2) -> Decimal:
    """A quantity of base units in a unit, for show."""
    return base if unit.factor == unit.per else values.divide(values.product(base, unit.per), unit.factor, places)
