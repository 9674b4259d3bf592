"""The command line: the same services for scripts and other programs.

Results go to standard output, as text or (--json) as one JSON value; reasons go to standard error. Exit code
0 means done, 1 refused or failed a check, 2 wrongly called.
"""

import argparse
import datetime as dt
import getpass
import json
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from jxc_desktop import i18n
from jxc_desktop.errors import UserError
from jxc_desktop.paths import default_database

COMMANDS = {
    "gui": "the program itself (the default)",
    "tour": "drive the program through a working day and leave pictures, PDFs and workbooks: --out DIR",
    "demo": "make a demo company in a new database",
    "import": "import records or documents from .xlsx, .xls, .csv",
    "export": "write a list or a document to .xlsx, .csv or .pdf",
    "report": "run a report",
    "post": "post documents given as JSON",
    "check": "verify every invariant of the database",
    "test": "run all tests, on SQLite and on a PostgreSQL server of their own",
    "bench": "measure speed against a baseline in the same run",
}


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code."""
    arguments = _parser().parse_args(list(argv))
    if arguments.language:
        i18n.use_language(arguments.language)
    if arguments.run is None:
        _parser().print_help()
        return 0
    try:
        return int(arguments.run(arguments) or 0)
    except UserError as error:
        if getattr(arguments, "json", False):
            _print_json({"error": error.code, "message": str(error)})
        print(error, file=sys.stderr)
        return 1


def _common() -> argparse.ArgumentParser:
    """Options that may stand before or after the command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--db", metavar="URL",
                        help="sqlite:///path, a path, or postgresql://user@host:port/name")
    common.add_argument("--language", choices=list(i18n.LANGUAGES))
    common.add_argument("--json", action="store_true", help="print one JSON value")
    return common


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description="JXC Desktop 进销存", parents=[_common()],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n" + "\n".join(f"  {name:8} {text}" for name, text in COMMANDS.items()))
    parser.set_defaults(run=None, db=None, language=None, json=False)
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=COMMANDS[name], description=COMMANDS[name], parents=[_common()])
        made.set_defaults(run=run)
        return made

    demo = command("demo", _demo)
    demo.add_argument("--seed", type=int, default=2026)
    demo.add_argument("--documents", type=int, default=None, help="about how many documents to make")
    demo.add_argument("--today", type=dt.date.fromisoformat, default=None, help="the last day, YYYY-MM-DD")

    check = command("check", _check)
    check.add_argument("--no-seal", action="store_true", default=False, help="verify only, seal nothing")

    importer = command("import", _import)
    importer.add_argument("kind", help="item, partner, …, opening_stock, delivery_note, …")
    importer.add_argument("file", type=Path)
    for option, text in (("sheet", "sheet of a workbook"), ("encoding", "of a text file"),
                         ("delimiter", "of a text file")):
        importer.add_argument(f"--{option}", default=None, help=text)
    importer.add_argument("--header-row", type=int, default=None, help="row of the headings, from 1")
    importer.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN", help="override the mapping")
    importer.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="the same for every row")
    importer.add_argument("--day-first", action="store_true", default=None, help="01/02/2026 is 1 February")
    importer.add_argument("--discount-off", action="store_true", default=False, help="0.05 means 5 %% off")
    importer.add_argument("--skip-faulty", action="store_true", default=False, help="import the sound rows only")
    importer.add_argument("--dry-run", action="store_true", default=False, help="show the plan, save nothing")

    export = command("export", _export)
    export.add_argument("source", help="stock, moves, alerts, audit, document/<type>, record/<kind> or a number")
    export.add_argument("out", type=Path)
    export.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE")
    export.add_argument("--text", default="", help="search text")
    export.add_argument("--paper", default=None, help="for .pdf: 241x140, 241x93, 241x280, A4, A5")

    report = command("report", _report)
    report.add_argument("key", nargs="?", default=None, help="which report; without it, the list of reports")
    report.add_argument("out", nargs="?", type=Path, default=None, help=".xlsx or .csv; else it is printed")
    report.add_argument("--from", dest="date_from", type=dt.date.fromisoformat, default=None)
    report.add_argument("--to", dest="date_to", type=dt.date.fromisoformat, default=None)
    report.add_argument("--warehouse", default=None, help="code or name")

    post = command("post", _post)
    post.add_argument("file", help="a JSON file, or - for standard input")
    post.add_argument("--acknowledge", action="append", default=[], help="a question answered yes beforehand")

    bench = command("bench", _bench)
    bench.add_argument("what", nargs="*", default=["posting"], help="which benchmarks")
    return parser


# --- commands ---------------------------------------------------------------------------------------------


def _database(arguments: Any) -> str:
    return str(arguments.db or default_database())


def _open(arguments: Any) -> tuple[Any, Any, Any]:
    """(engine, commands, queries) on a database that exists, brought up to date."""
    from jxc_desktop.errors import DatabaseGone
    from jxc_desktop.services import access, database
    from jxc_desktop.services.queries import Queries
    from jxc_desktop.services.unit_of_work import Commands

    url = database.as_url(_database(arguments))
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise DatabaseGone(detail=str(url.database))
    database.upgrade(url.render_as_string(hide_password=False))
    engine = database.open_engine(url.render_as_string(hide_password=False))
    actor = access.administrator(getpass.getuser())
    return engine, Commands(engine, actor, platform.node()), Queries(engine, actor)


def _demo(arguments: Any) -> None:
    from jxc_desktop.services import demo

    demo.build(_database(arguments), _Percent(), seed=arguments.seed, today=arguments.today,
               documents=arguments.documents)
    print(_database(arguments))


def _check(arguments: Any) -> int:
    from jxc_desktop.services import integrity, sealing

    engine, commands, _ = _open(arguments)
    results = integrity.check(engine)
    sound = all(r.passed for r in results)
    if sound and not arguments.no_seal:  # what was verified is sealed, so that later changes show
        commands.execute(sealing.seal)
    if arguments.json:
        _print_json({"passed": sound, "checks": [
            {"check": r.check, "passed": r.passed, "more": r.more,
             "findings": [vars(f) for f in r.findings]} for r in results]})
    else:
        for r in results:
            print(f"{'ok  ' if r.passed else 'FAIL'} {r.check}")
            for f in r.findings:
                print(f"     {f.where}: expected {f.expected}, found {f.found}")
            if r.more:
                print(f"     … and {r.more} more")
    return 0 if sound else 1


def _import(arguments: Any) -> int:
    from jxc_desktop.services.exchange import importing, mapping, tables

    _, commands, queries = _open(arguments)
    raw = tables.read(arguments.file, arguments.sheet, arguments.encoding, arguments.delimiter, arguments.header_row)
    wanted = importing.targets(arguments.kind)
    columns = {k: column for k, (column, _) in mapping.suggest(raw.headers, wanted, raw.rows[:50]).items()}
    for field, column in _pairs(arguments.map).items():
        columns[field] = raw.headers.index(column) if column in raw.headers else int(column) - 1
    kinds = {t.key: t.kind for t in wanted}
    constants = {k: mapping.convert(v, kinds[k]) for k, v in _pairs(arguments.set).items()}
    plan = queries.import_plan(arguments.kind, raw, {k: c for k, c in columns.items() if k not in constants},
                               importing.Options(arguments.day_first, arguments.discount_off, constants=constants))
    faults = [{"row": r.number, "problems": list(r.problems)} for r in plan.rows if r.problems]
    outcome: dict[str, Any] = {
        "rows": len(plan.rows), "new": plan.created, "update": plan.updated, "faulty": plan.faulty, "faults": faults,
        "columns": {k: raw.headers[c] for k, c in columns.items()}, "warnings": list(raw.warnings), "saved": False}
    refused = bool(faults) and not arguments.skip_faulty
    if not arguments.dry_run and not refused:
        outcome["ids"] = commands.execute(importing.carry_out, plan).value["ids"]
        outcome["saved"] = True
    _print_import(arguments, outcome)
    return 1 if refused else 0


def _print_import(arguments: Any, outcome: Mapping[str, Any]) -> None:
    if arguments.json:
        _print_json(outcome)
        return
    for fault in outcome["faults"]:
        print(f"row {fault['row']}: {'; '.join(fault['problems'])}", file=sys.stderr)
    print(f"{outcome['rows']} rows: {outcome['new']} new, {outcome['update']} changed, {outcome['faulty']} faulty; "
          + ("saved" if outcome["saved"] else "nothing saved"))


def _export(arguments: Any) -> None:
    from jxc_desktop.services.exchange import exporting
    from jxc_desktop.services.queries import ListQuery

    _, _, queries = _open(arguments)
    found = queries.find_document(arguments.source)
    if found and arguments.out.suffix.lower() == ".pdf":
        from jxc_desktop.services import printing
        from jxc_desktop.services.printing.documents import sheets

        paper = printing.PAPERS[arguments.paper or printing.DEFAULT]
        arguments.out.write_bytes(printing.render(sheets(queries, [found.id]), paper))
    elif found:
        exporting.export_document(queries, found.id, arguments.out)
    else:
        filters: dict[str, Any] = {k: _value(v) for k, v in _pairs(arguments.filter).items()}
        query = ListQuery(arguments.source, arguments.text, filters)
        exporting.export_list(queries, query, queries.list_columns(arguments.source), arguments.out)
    print(arguments.out)


def _report(arguments: Any) -> None:
    from jxc_desktop.services.exchange import exporting

    _, _, queries = _open(arguments)
    if arguments.key is None:
        for info in queries.reports():
            print(f"{info.key:24} {i18n.tr(info.title)}")
        return
    warehouse = queries.find("warehouse", arguments.warehouse, limit=1) if arguments.warehouse else []
    table = queries.report(arguments.key, {
        "date_from": arguments.date_from, "date_to": arguments.date_to,
        "warehouse_id": warehouse[0].id if warehouse else None})
    if arguments.out:
        exporting.export_report(table, arguments.out)
        print(arguments.out)
    elif arguments.json:
        _print_json({"title": table.title, "rows": table.rows, "totals": table.totals})
    else:
        print("\t".join(i18n.tr(c.title) for c in table.columns))
        for row in [*table.rows, *([table.totals] if table.totals else [])]:
            print("\t".join(_plain(row.get(c.key)) for c in table.columns))


def _post(arguments: Any) -> None:
    """Each document: {"kind", "key", "header", "lines"}; records by code or name, numbers as text."""
    from jxc_desktop.services.exchange import messages

    _, commands, queries = _open(arguments)
    text = sys.stdin.read() if arguments.file == "-" else Path(arguments.file).read_text(encoding="utf-8")
    saved = []
    for given in messages.parse(text):
        draft = queries.draft_of(given)
        saved.append(commands.execute(messages.save, draft, key=given.get("key"),
                                      acknowledged=frozenset(arguments.acknowledge)).value)
    if arguments.json:
        _print_json([{"id": s.id, "number": s.number, "status": s.status} for s in saved])
    else:
        for s in saved:
            print(s.number)


def _bench(arguments: Any) -> int:
    from bench.__main__ import main as bench

    return int(bench(arguments.what, database=arguments.db, as_json=arguments.json))


# --- words and values -------------------------------------------------------------------------------------


class _Percent:
    """Progress on standard error, where a person watches it."""

    def step(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done * 100 // max(total, 1):3} %", end="", file=sys.stderr, flush=True)


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs = (text.partition("=") for text in given)
    return {name: value for name, _, value in pairs}


def _value(text: str) -> Any:
    """A filter's value: true, false, a number, a date, or text."""
    if text in ("true", "false"):
        return text == "true"
    if text.isdigit():
        return int(text)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _plain(value: Any) -> str:
    from jxc_desktop.values import plain
    return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=_plain))
