"""The one way to change the database: one command, one transaction, one trail."""

import dataclasses
import datetime as dt
import random
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, StatementError

from jxc_desktop.errors import (
    DatabaseBusy,
    DatabaseGone,
    InvalidDraft,
    OutcomeUnknown,
    PermissionDenied,
    Problem,
    UserError,
)
from jxc_desktop.i18n import N_
from jxc_desktop.models.trail import change, command
from jxc_desktop.services import database, trail
from jxc_desktop.services.bulk import Bulk
from jxc_desktop.services.upsert import claim
from jxc_desktop.values import BadNumber

RETRIES = 12
_CHANGES = Bulk(insert(change), "origin", "entity", "entity_id")
_DONE = Bulk(update(command).where(command.c.key == bindparam("of_key")), "outcome")
_KNOWN = select(command.c.outcome).where(command.c.key == bindparam("of_key"))
RECONNECT_SECONDS = 5  # how long a server that went away is given to come back


@dataclass(frozen=True)
class Actor:
    """Who acts, and what that person may do."""

    name: str
    permissions: frozenset[str]
    employee_id: int | None = None
    role: str = ""

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class AlertInfo(NamedTuple):
    """Stock that a command left below its reorder point or above its maximum, or a lot that expires (base units)."""

    kind: str
    item_id: int
    warehouse_id: int | None
    item: str
    warehouse: str
    on_hand: Decimal
    threshold: Decimal
    unit: str
    lot_id: int | None = None
    lot: str = ""
    expires: dt.date | None = None


@dataclass
class Work:
    """What a command works with while its transaction is open."""

    connection: Connection
    actor: Actor
    origin: str
    acknowledged: frozenset[str] = frozenset()
    now: dt.datetime = field(default_factory=lambda: utc_now())
    changes: set[tuple[str, int]] = field(default_factory=set)
    alerts: list[AlertInfo] = field(default_factory=list)
    audits: list[trail.Audit] = field(default_factory=list)
    permission: str | None = None

    def require(self, permission: str) -> None:
        """Raises PermissionDenied; a command that never asked cannot commit."""
        if not self.actor.may(permission):
            raise PermissionDenied(actor=self.actor.name, permission=permission)
        self.permission = permission

    def rows(self, statement: Any, parameters: Any = None) -> Sequence[Any]:
        return self.connection.execute(statement, parameters).all()

    @property
    def on_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"


@dataclass(frozen=True)
class Outcome:
    """What a command returned, and what it touched; `repeated` if it had been carried out before."""

    value: Any
    changes: frozenset[tuple[str, int]] = frozenset()
    alerts: tuple[AlertInfo, ...] = ()
    repeated: bool = False


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


class Commands:
    """Runs commands; knows nothing of what they do. Safe to call from several threads."""

    def __init__(self, engine: Engine, actor: Actor, origin: str,
                 publish: Callable[[frozenset[tuple[str, int]]], None] = lambda changes: None,
                 patience: float = database.BUSY_SECONDS):
        self._patience = patience
        self._engine = database.write(engine)
        self.actor = actor
        self._origin = origin
        self._publish = publish

    def execute(self, operation: Callable[..., Any], *args: Any, key: str | None = None,
                acknowledged: frozenset[str] = frozenset()) -> Outcome:
        """Call `operation(work, *args)` in one transaction and commit it.

        With a `key` that was carried out before, nothing changes and the first outcome comes back. Busy
        databases, deadlocks and lost connections are retried with the same key. Raises UserError family;
        OutcomeUnknown if a commit went unanswered and nobody could be asked what became of it.
        """
        key = key or uuid.uuid4().hex
        started, unanswered = time.monotonic(), False
        for attempt in range(RETRIES):
            committing = False
            try:
                with database.turn(self._engine, self._patience), self._engine.connect() as connection:
                    outcome = self._once(connection, operation, args, key, acknowledged)
                    committing = True
                    connection.commit()
                self._publish(outcome.changes)
                return dataclasses.replace(outcome, repeated=outcome.repeated and not attempt)  # else it was us
            except DBAPIError as error:
                meaning = database.translated(error)
                gone = isinstance(meaning, DatabaseGone)
                unanswered = unanswered or (gone and committing)
                patience = min(self._patience, RECONNECT_SECONDS) if gone else self._patience
                if attempt + 1 >= _tries(error, meaning) or time.monotonic() - started > patience:
                    raise (OutcomeUnknown(**meaning.data) if unanswered else meaning) from error
                time.sleep(min(0.02 * 2 ** attempt, 1.0) * random.uniform(0.5, 1.0))
            except (StatementError, BadNumber) as error:
                if isinstance(getattr(error, "orig", error), BadNumber):  # a running sum that no column holds
                    raise InvalidDraft([Problem("lines", N_("A figure becomes too large to be kept"))]) from error
                raise
        raise AssertionError("unreachable")

    def _once(self, connection: Connection, operation: Callable[..., Any], args: Sequence[Any], key: str,
              acknowledged: frozenset[str]) -> Outcome:
        work = Work(connection, self.actor, self._origin, acknowledged)
        # a second sender of the same command waits here for the first
        if not claim(connection, command, {"key": key, "at": work.now, "actor": self.actor.name}):
            return _revived(connection.execute(_KNOWN, {"of_key": key}).one().outcome)
        value = operation(work, *args)
        if work.permission is None:
            raise AssertionError(f"{operation.__name__} asked for no permission")
        outcome = Outcome(value, frozenset(work.changes), tuple(work.alerts))
        self._finish(work, key, outcome)
        return outcome

    def _finish(self, work: Work, key: str, outcome: Outcome) -> None:
        trail.write(work.connection, work.audits, work.now, self.actor.name, self._origin)
        _CHANGES.run(work.connection, [{"origin": self._origin, "entity": entity, "entity_id": id_}
                                       for entity, id_ in sorted(work.changes)])
        _DONE.run(work.connection, [{"of_key": key, "outcome": _frozen(outcome)}])


def _tries(error: DBAPIError, meaning: UserError) -> int:
    """How often to try what ended like this: others may have let go, reconnected us, or been first with a key."""
    server = not isinstance(error.orig, sqlite3.Error)
    if isinstance(meaning, DatabaseBusy) or (server and isinstance(meaning, DatabaseGone)):
        return RETRIES
    duplicate = getattr(error.orig, "sqlstate", "") == "23505" or getattr(error.orig, "sqlite_errorcode", 0) in (
        sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    return 4 if duplicate or isinstance(meaning, DatabaseGone) else 1


def _frozen(outcome: Outcome) -> dict[str, Any]:
    value = outcome.value
    return {"value": list(value) if isinstance(value, tuple) else trail.plain(value),
            "type": type(value).__name__, "changes": sorted(map(list, outcome.changes))}


def _revived(frozen: dict[str, Any]) -> Outcome:
    value = frozen["value"]
    if frozen["type"] == "Saved":
        value = Saved(*value)
    elif frozen["type"] == "Decimal":
        value = Decimal(value)
    return Outcome(value, frozenset((e, i) for e, i in frozen["changes"]), repeated=True)


class Saved(NamedTuple):
    """What saving gives back. `status` is a document's Status; empty for records."""

    id: int
    number: str | None
    version: int
    status: str
