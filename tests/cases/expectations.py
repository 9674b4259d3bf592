"""Compares what a case expects with what is found; how near is near enough says FORMAT.md, section 5."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.values import plain
from tests.cases.entry import Journal
from tests.cases.figures import FIGURES, STEP_FIGURES, Scope, figure, of_document
from tests.cases.reading import Case, Step
from tests.cases.world import World

CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")
VALUES = ("value", "cogs", "in_value", "variance", "settled", "value_change", "buckets")
ABOUT = ("after_step", "of_step", "item", "warehouse", "lot", "as_of", "order", "error")  # no figures themselves


@dataclass(frozen=True)
class Failure:
    """One figure of a case that is not as expected."""

    case: str
    step: int
    field: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        figures = f"expected {_shown(self.expected)}, found {_shown(self.found)}"
        return f"{self.case} step {self.step} {self.field}: {figures}"


def _shown(value: Any) -> str:
    match value:
        case Decimal():
            return plain(value)
        case list() | tuple():
            return f"[{', '.join(map(_shown, value))}]"
    return str(value)


class Expectations:
    """Checks the expectations of one case; `deviations` counts figures that are near but not equal."""

    def __init__(self, case: Case, world: World, journal: Journal):
        self.case, self.world, self.journal = case, world, journal
        self.deviations = 0

    def after(self, step: Step) -> Iterator[Failure]:
        """What is not as expected after a step."""
        numbers = {step["n"], *(inner["n"] for inner in step.get("steps", ()))}
        for expected in self.case["expect"]:
            if expected["after_step"] in numbers:
                scope = self._scope(expected, step)
                for name in (name for name in expected if name not in ABOUT):
                    found = self._found(expected, scope, name)
                    if not self._near(name, expected, found, scope):
                        yield Failure(self.case["id"], step["n"], _title(name, expected), expected[name],
                                      _as_asked(name, found))

    def at_the_end(self) -> Iterator[Failure]:
        """What holds to the cent whatever is expected: transfers arrive whole, full returns undo their issue."""
        moved = {n: of_document(self.world, saved) for n, saved in self.journal.documents.items()}
        for n, figures in moved.items():
            step = self.journal.steps[n]
            if step["do"] == "transfer" and figures["cogs"] != figures["in_value"]:
                yield Failure(self.case["id"], n, "in_value of the transfer", figures["cogs"], figures["in_value"])
            back = [moved[i] for i, s in self.journal.steps.items()
                    if s["do"] == "return_in" and s.get("ref") == n and i in moved]
            whole = back and sum(b["count_diff"] for b in back) == -figures["count_diff"] != 0
            if whole and self.case.get("settings", {}).get("return_in") != "current":
                left, came = figures["cogs"] + figures["settled"], sum(b["in_value"] for b in back)
                if left != came:
                    yield Failure(self.case["id"], n, "value that came back of it", left, came)

    def _found(self, expected: Step, scope: Scope, name: str) -> Any:
        of_step = expected.get("of_step", expected["after_step"])
        if name in STEP_FIGURES:
            saved = self.journal.documents.get(of_step)
            return of_document(self.world, saved)[name] if saved else "no document"
        if name in FIGURES:
            return figure(scope, name)
        return self.journal.answers.get(of_step, {}).get(name, "no answer")

    def _scope(self, expected: Step, step: Step) -> Scope:
        ordered = next((o.item for o in self.journal.orders_of(expected.get("order"))), self.world.item(step))
        return Scope(
            self.world, self.journal, self.world.item(expected) if "item" in expected else ordered,
            self.world.warehouses.get(expected["warehouse"], -1) if "warehouse" in expected else None,
            expected.get("lot"), dt.date.fromisoformat(expected["as_of"][:10]) if "as_of" in expected else None,
            expected.get("order"))

    # --- near enough ----------------------------------------------------------------------------------------

    def _near(self, name: str, expected: Step, found: Any, scope: Scope) -> bool:
        wanted = expected[name]
        if isinstance(found, str):
            return bool(wanted == found)
        if name == "layers":
            return len(wanted) == len(found) and all(
                Decimal(quantity) == layer[0] and self._near_cost(Decimal(cost), values.divide(layer[1], layer[0], 6),
                                                                  layer[0], expected)
                for (quantity, cost), layer in zip(wanted, found, strict=True))
        if name == "unit_cost":
            return found == Decimal(wanted) or self._near_cost(Decimal(wanted), found, figure(scope, "qty"), expected)
        if name in VALUES:
            exact = name == "value" and Decimal(expected.get("qty", 1)) == 0
            given, have = (wanted, found) if isinstance(wanted, list) else ([wanted], [found])
            return len(given) == len(have) and all(
                self._within(abs(b - Decimal(a)), Decimal(0) if exact else CENT, expected)
                for a, b in zip(given, have, strict=True))
        return _same_packs(wanted, found) if name == "packs" else _same(wanted, found)

    def _near_cost(self, wanted: Decimal, found: Decimal, quantity: Decimal, expected: Step) -> bool:
        worth_much = quantity and (self.case["sequence"] or abs(quantity * wanted) >= 10_000)
        return self._within(abs(found - wanted), CENT / abs(quantity) if worth_much else MILLIONTH, expected)

    def _within(self, difference: Decimal, tolerance: Decimal, expected: Step) -> bool:
        """The tolerance of a long history grows with its steps; we mean to need none there."""
        if self.case["sequence"]:
            shortages = self.case.get("settings", {}).get("negative_stock") == "allow"
            tolerance *= expected["after_step"] * (5 if shortages else 1)
        self.deviations += 0 < difference <= tolerance
        return difference <= tolerance


def _title(name: str, expected: Step) -> str:
    about = [f"{key} {expected[key]}" for key in ABOUT[1:] if key in expected]
    return f"{name} ({', '.join(about)})" if about else name


def _as_asked(name: str, found: Any) -> Any:
    """Layers are kept as quantity and value, and asked for as quantity and unit cost."""
    if name == "layers" and isinstance(found, list):
        return [(quantity, values.divide(value, quantity, 6)) for quantity, value in found]
    return found


def _same_packs(wanted: Any, found: list[tuple[str, Decimal]]) -> bool:
    """Packs may be told by name, as rows, or only counted; only counts say that there is none of a size."""
    if isinstance(wanted, dict):
        wanted = list(map(list, wanted.items()))
    if wanted and all(isinstance(count, str | int) for count in wanted):
        return _same(wanted, [count for _, count in found])
    return _same([row for row in wanted if not _same(0, Decimal(list(
        row.values() if isinstance(row, dict) else row)[-1]))], [row for row in found if row[1]])


def _same(wanted: Any, found: Any) -> bool:
    """Equal as numbers, dates, texts, or lists of them; a row with names is its quantity after the rest."""
    if isinstance(wanted, dict):
        wanted = [wanted[key] for key in sorted(wanted, key=lambda key: key == "qty")]
    if isinstance(wanted, list):
        return isinstance(found, Sequence) and len(wanted) == len(found) and all(map(_same, wanted, found))
    if isinstance(found, Decimal):
        try:
            return Decimal(str(wanted)) == found
        except ArithmeticError:
            return False
    return str(wanted) == str(found)
