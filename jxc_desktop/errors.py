"""Errors that a user can act on: they carry data; `text()` says them in the user's language.

Anything else that is raised is a bug and goes to the crash dialog.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.values import grouped


class UserError(Exception):
    """Something the user can understand and put right. `message` is the text's id; `data` fills its places."""

    message = N_("This cannot be done.")

    def __init__(self, **data: Any):
        super().__init__(self.message, data)
        self.data = data

    @property
    def code(self) -> str:
        """A stable name for programs: the class."""
        return type(self).__name__

    def text(self) -> str:
        return tr(self.message, **{k: _shown(v) for k, v in self.data.items()})

    def __str__(self) -> str:
        return self.text()


def _shown(value: Any) -> Any:
    return grouped(value) if isinstance(value, Decimal) else tr(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Problem:
    """One fault of a draft: a field, `line` (0-based; None is the header) and what is wrong."""

    field: str
    message: str
    line: int | None = None
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def text(self) -> str:
        return tr(self.message, **{k: _shown(v) for k, v in self.data.items()})


class InvalidDraft(UserError):
    """A document or record with faults; `problems` has all of them."""

    message = N_("{count} place(s) need correction")

    def __init__(self, problems: Sequence[Problem]):
        super().__init__(count=len(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return self.text() + ": " + "; ".join(
            (tr("line {number}", number=p.line + 1) + " " if p.line is not None else "") + p.text()
            for p in self.problems)


class PermissionDenied(UserError):
    message = N_("{actor} has no right to do this ({permission})")


class StaleDocument(UserError):
    """Somebody else saved first; `by` and `at` say who and when."""

    message = N_("{by} changed it at {at}; your version is older")


class NotFound(UserError):
    message = N_("{what} {key} does not exist")


class WrongState(UserError):
    message = N_("{number} is {status}; this cannot be done now")


class HasDependants(UserError):
    """A later document came from this one; `numbers` names them."""

    message = N_("{number} is used by {numbers}")


@dataclass(frozen=True)
class Shortage:
    """`needed` exceeds `available` (base units) of an item in a warehouse; `holders` hold the rest."""

    item: str
    warehouse: str
    needed: Decimal
    available: Decimal
    unit: str
    lines: tuple[int, ...] = ()
    on: str = ""
    holders: tuple[str, ...] = ()

    def text(self) -> str:
        base = tr("{item} in {warehouse}: needed {needed} {unit}, available {available}",
                  item=self.item, warehouse=self.warehouse, unit=self.unit,
                  needed=grouped(self.needed), available=grouped(self.available))
        if self.on:
            base += tr(" (stock would be below zero on {date})", date=self.on)
        if self.holders:
            base += tr("; held by {holders}", holders=", ".join(self.holders))
        return base


class NotEnoughStock(UserError):
    message = N_("Not enough stock for {count} item(s)")

    def __init__(self, shortages: Sequence[Shortage]):
        super().__init__(count=len(shortages))
        self.shortages = tuple(shortages)

    def __str__(self) -> str:
        return titled(self.text(), "; ".join(s.text() for s in self.shortages))


class NothingToRevalue(UserError):
    message = N_("Without stock there is nothing to revalue")


class NegativeValue(UserError):
    message = N_("The value of the stock would fall below zero")


class PeriodClosed(UserError):
    """`date` lies in a period that was closed `through` a day; nothing dated then can be entered or changed."""

    message = N_("{date} lies in a closed period (through {through})")


class NeedsConfirmation(UserError):
    """The command stops unless it is repeated with `key` among the acknowledged ones."""

    message = N_("Please confirm")

    def __init__(self, key: str, message: str, **data: Any):
        self.message = message
        super().__init__(**data)
        self.key = key


class DatabaseError(UserError):
    message = N_("The database reported an error: {detail}")


class DatabaseBusy(DatabaseError):
    message = N_("The database is busy; nothing was saved. Please try again")


class DatabaseReadOnly(DatabaseError):
    message = N_("The database can only be read; nothing was saved")


class DatabaseGone(DatabaseError):
    message = N_("The database cannot be reached; what you typed is kept. {detail}")


class DatabaseUnreadable(DatabaseGone):
    message = N_("The disk or network drive does not give {path}; what you typed is kept. {detail}")


class OutcomeUnknown(DatabaseGone):
    """A commit was sent and never answered; the same key sent again finds out."""

    message = N_("The connection broke while this was being saved; whether it was saved is being found out. "
                 "What you typed is kept. {detail}")


class DatabaseFull(DatabaseError):
    message = N_("The disk of the database is full; nothing was saved. Free some space there and try again")


class DatabaseNewer(DatabaseError):
    message = N_("The database was made by a newer version of the program ({found}); please update this PC")


class DatabaseForeign(DatabaseError):
    message = N_("{path} is not a JXC Desktop database")


class DatabaseDamaged(DatabaseError):
    message = N_("{path} is damaged: {detail}. Please restore the last backup")


class CannotImport(UserError):
    """A file that cannot be read or understood."""

    message = N_("{file} cannot be imported: {reason}")


class Cancelled(UserError):
    message = N_("Cancelled; nothing was changed")
