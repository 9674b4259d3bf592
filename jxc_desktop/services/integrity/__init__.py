"""Truth that proves itself: the invariants of the database, each naming the rows that break it.

There is no repair: a difference is explained and corrected by a visible document.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from jxc_desktop import values
from jxc_desktop.i18n import N_
from jxc_desktop.services import database
from jxc_desktop.services.integrity.closes import closed_figures
from jxc_desktop.services.integrity.papers import arithmetic, entries, moves, numbers
from jxc_desktop.services.integrity.pools import (
    latest_moves,
    layers,
    lots,
    no_value_without_stock,
    pools,
    restatements,
    value_kept,
)
from jxc_desktop.services.integrity.protection import (
    file_sound,
    guards_in_place,
    heads_kept,
    postings_audited,
    rows_unaltered,
    seals_unbroken,
)
from jxc_desktop.services.integrity.sums import balances, fulfilled, partner_balances, promises
from jxc_desktop.services.sealing import Head

NAMED = 20  # findings named per check

Check = Callable[[Connection], Iterator[tuple[str, Any, Any]]]


@dataclass(frozen=True)
class Finding:
    """A broken invariant: the check, the row it shows in, what was expected and what was found."""

    check: str
    where: str
    expected: str
    found: str


@dataclass(frozen=True)
class Result:
    check: str
    findings: tuple[Finding, ...]
    more: int = 0

    @property
    def passed(self) -> bool:
        return not self.findings


CHECKS: dict[str, Check] = {
    N_("database file"): file_sound,
    N_("guards"): guards_in_place,
    N_("balance = moves"): balances,
    N_("lots = moves"): lots,
    N_("pool = moves"): pools,
    N_("layers = pool"): layers,
    N_("pool = latest move"): latest_moves,
    N_("no value without stock"): no_value_without_stock,
    N_("restatements balanced"): restatements,
    N_("value neither lost nor made"): value_kept,
    N_("closed figures = ledger"): closed_figures,
    N_("moves = documents"): moves,
    N_("documents add up"): arithmetic,
    N_("entries = documents"): entries,
    N_("partner balance = entries"): partner_balances,
    N_("reserved and on order = open orders"): promises,
    N_("fulfilled = followers"): fulfilled,
    N_("numbers without holes"): numbers,
    N_("postings in the audit trail"): postings_audited,
    N_("rows unaltered"): rows_unaltered,
    N_("seals unbroken"): seals_unbroken,
}
KEPT_OUTSIDE = N_("seals kept outside")


def check(engine: Engine, progress: Any = None, kept: Sequence[Head] = ()) -> list[Result]:
    """Run every check, each on one state of the database. Raises the DatabaseError family where it cannot read.

    `kept` are the heads of an earlier check that were kept elsewhere: who rewrites the whole chain of seals
    cannot rewrite those.
    """
    checks = dict(CHECKS)
    if kept:
        checks[KEPT_OUTSIDE] = lambda connection: heads_kept(connection, kept)
    results = []
    try:
        for i, (name, run) in enumerate(checks.items()):
            if progress:
                progress.step(i, len(checks))
            with database.unmoving(engine) as connection:
                results.append(_result(name, run, connection))
    except DBAPIError as error:
        raise database.translated(error) from error
    return results


def _result(name: str, run: Check, connection: Connection) -> Result:
    findings: list[Finding] = []
    more = 0
    try:
        for where, expected, found in run(connection):
            if len(findings) < NAMED:
                findings.append(Finding(name, where, _text(expected), _text(found)))
            else:
                more += 1
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:  # a row that no program of ours wrote
        findings.append(Finding(name, N_("a row that cannot be read"), N_("values of the right kind"), str(error)))
    return Result(name, tuple(findings), more)


def _text(value: Any) -> str:
    return values.plain(value) if hasattr(value, "scaleb") else str(value)

