"""What an import would do, row by row, and what it needs to know for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jxc_desktop.document_types.schema import REFERENCES, Field
from jxc_desktop.errors import Problem, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.names import Names

GROUP = "group"  # the column that tells one document from the next: its number in the other system
BARCODE = "barcode"
NEW, UPDATE, ERROR = "new", "update", "error"


# What other programs write for a choice of ours.
_WORDS = {
    "tracking": {"是": "lot", "批次": "lot", "批号管理": "lot", "批次管理": "lot", "否": "none", "无": "none",
                 "串号": "serial", "sn": "serial", "序列号管理": "serial"},
    "cost_method": {"移动平均": "moving_average", "移动平均法": "moving_average", "加权平均": "moving_average",
                    "先进先出法": "fifo"},
}


@dataclass(frozen=True)
class Options:
    """Choices of an import: `constants` stand for columns the file does not have (a warehouse, a date)."""

    day_first: bool | None = None
    discount_off: bool = False  # 0.05 means 5 % off; else, as on our screens, 95 % is what is paid
    update: bool = True  # rows whose code exists already change that record; else they are faults
    constants: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedRow:
    """What a row of the file would do: action is new, update or error; `problems` say why not, in words."""

    number: int
    action: str
    values: Mapping[str, Any]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """`warnings` say what was left out, will be made besides, or looks like a mistake."""

    kind: str
    rows: tuple[PlannedRow, ...]
    options: Options
    warnings: tuple[str, ...] = ()

    def count(self, action: str) -> int:
        return sum(row.action == action for row in self.rows)

    @property
    def created(self) -> int:
        return self.count(NEW)

    @property
    def updated(self) -> int:
        return self.count(UPDATE)

    @property
    def faulty(self) -> int:
        return self.count(ERROR)


@dataclass
class ReadRow:
    """A row of the file with its cells as values; planning adds to its problems. `given`: what is no constant."""

    number: int
    values: dict[str, Any]
    problems: list[str]
    given: frozenset[str]

    def planned(self, action: str) -> PlannedRow:
        return PlannedRow(self.number, ERROR if self.problems else action, self.values, tuple(self.problems))


class UserErrorInRow(UserError):
    """A document of an import that the services refuse; `row` is its first row in the file."""

    message = N_("Row {row}: {reason}")


def resolve(names: Names, fields: Sequence[Field], row: ReadRow, prefix: str = "", makes: Sequence[str] = ()) -> None:
    """Turn names into ids and titles of choices into values; what cannot be found is a problem.

    What is missing in the tables of `makes` stays a name.
    """
    for f in fields:
        key = prefix + f.name
        given = row.values.get(key)
        if given is None:
            continue
        if f.type in REFERENCES:
            found = names.find(REFERENCES[f.type], given)
            if found is not None:
                row.values[key] = found
            elif REFERENCES[f.type] not in makes:
                row.problems.append(Problem(f.name, N_("{field} {value} is unknown"), None, {
                    "field": f.title, "value": str(given)}).text())
        elif f.choices:
            meant = {word: value for word, value in _WORDS.get(f.name, {}).items() if value in dict(f.choices)}
            meant |= {tr(title).casefold(): value for value, title in f.choices} | {v: v for v, _ in f.choices}
            row.values[key] = meant.get(str(given).casefold(), given)  # what is none of them fails the field's check
