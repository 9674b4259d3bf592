"""Commands around a database: a demo company, the check, benchmarks."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jxc_desktop.cli.values import Misused, database_of, opened, print_json
from jxc_desktop.errors import DatabaseReadOnly
from jxc_desktop.i18n import N_, tr


class _Percent:
    """Progress on standard error, where a person watches it."""

    def step(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done * 100 // max(total, 1):3} %", end="", file=sys.stderr, flush=True)


def demo(arguments: Any) -> None:
    from jxc_desktop.services import demo

    demo.build(database_of(arguments), _Percent(), seed=arguments.seed, today=arguments.today,
               documents=arguments.documents)
    print(database_of(arguments))


def check(arguments: Any) -> int:
    """What was verified is sealed, so that a later change of it shows."""
    from jxc_desktop.services import database, integrity, sealing

    kept = _heads(arguments.against) if arguments.against else []
    with opened(arguments) as office:
        results = integrity.check(office.engine, _Percent(), kept)
        sound = all(r.passed for r in results)
        if sound and not arguments.no_seal:
            try:
                office.commands.execute(sealing.seal)
            except DatabaseReadOnly as error:
                print(error, file=sys.stderr)
        with database.unmoving(office.engine) as connection:
            heads = sealing.heads(connection)
    if arguments.json:
        print_json({"passed": sound, "seals": [head._asdict() for head in heads], "checks": [
            {"check": r.check, "passed": r.passed, "more": r.more,
             "findings": [vars(f) for f in r.findings]} for r in results]})
    else:
        _print(results, heads)
    return 0 if sound else 1


def _print(results: Sequence[Any], heads: Sequence[Any]) -> None:
    for r in results:
        print(f"{'ok  ' if r.passed else 'FAIL'} {tr(r.check)}")
        for f in r.findings:
            print("     " + tr("{where}: expected {expected}, found {found}", where=f.where,
                               expected=tr(f.expected), found=tr(f.found)))
        if r.more:
            print("     " + tr("… and {count} more", count=r.more))
    for head in heads:
        print(f"seal {head.ledger} {head.last_id} {head.hash}")


def _heads(file: Path) -> list[Any]:
    from jxc_desktop.services.sealing import Head

    try:
        return [Head(str(s["ledger"]), int(s["last_id"]), str(s["hash"]))
                for s in json.loads(file.read_text(encoding="utf-8"))["seals"]]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Misused(str(file), N_("not the --json result of a check")) from error


def bench(arguments: Any) -> int:
    from bench.__main__ import main

    return int(main(arguments.what, database=arguments.db, as_json=arguments.json))
