"""The command line: the same services for scripts and other programs.

Results go to standard output, as text or (--json) as one JSON value; reasons go to standard error. Exit code
0 means done, 1 refused or failed a check, 2 wrongly called.
"""

import argparse
import datetime as dt
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jxc_desktop import i18n
from jxc_desktop.cli import exchange, upkeep
from jxc_desktop.cli.values import Misused, error_as_json, print_json
from jxc_desktop.errors import UserError

Run = Callable[[Any], int | None]


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code."""
    arguments = _parser().parse_args(list(argv))
    if arguments.language:
        i18n.use_language(arguments.language)
    if arguments.run is None:
        _parser().print_help()
        return 0
    arguments.argv = list(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except UserError as error:
        if arguments.json:
            print_json(error_as_json(error))
        print(error, file=sys.stderr)
        return 2 if isinstance(error, Misused) else 1


def _window(arguments: Any) -> int:
    return int(importlib.import_module("jxc_desktop.app").main(arguments.argv))


def _tests(arguments: Any) -> int:
    return int(importlib.import_module("jxc_desktop.setup").run_tests(arguments.rest))


def _common() -> argparse.ArgumentParser:
    """Options that may stand before or after the command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--db", metavar="URL",
                        help="sqlite:///path, a path, or postgresql://user@host:port/name")
    common.add_argument("--language", choices=list(i18n.LANGUAGES))
    common.add_argument("--json", action="store_true", help="print one JSON value")
    return common


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="JXC Desktop 进销存", parents=[_common()])
    parser.set_defaults(run=None, db=None, language=None, json=False)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def command(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[_common()])
        made.set_defaults(run=run)
        return made

    command("gui", _window, "the program itself (the default)")
    command("tour", _window, "drive the program through a working day; pictures, PDFs, workbooks"
            ).add_argument("--out", metavar="DIR", help="the folder for what the tour leaves")
    _add_demo(command("demo", upkeep.demo, "make a demo company in a new database"))
    _add_import(command("import", exchange.import_file, "import records or documents from .xlsx, .xls, .csv"))
    _add_export(command("export", exchange.export, "write a list or a document to .xlsx, .csv or .pdf"))
    _add_report(command("report", exchange.report, "run a report"))
    _add_post(command("post", exchange.post, "post documents given as JSON"))
    _add_check(command("check", upkeep.check, "verify every invariant of the database"))
    command("test", _tests, "run all tests, on SQLite and on a PostgreSQL server of their own"
            ).add_argument("rest", nargs=argparse.REMAINDER, help="for pytest")
    command("bench", upkeep.bench, "measure speed against a baseline in the same run"
            ).add_argument("what", nargs="*", default=["posting"], help="which benchmarks")
    return parser


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--seed", type=int, default=2026)
    demo.add_argument("--documents", type=int, default=None, help="about how many documents to make")
    demo.add_argument("--today", type=dt.date.fromisoformat, default=None, help="the last day, YYYY-MM-DD")


def _add_import(importer: argparse.ArgumentParser) -> None:
    importer.add_argument("kind", help="item, partner, …, opening_stock, delivery_note, …")
    importer.add_argument("file", type=Path)
    for option, text in (("sheet", "sheet of a workbook"), ("encoding", "of a text file"),
                         ("delimiter", "of a text file")):
        importer.add_argument(f"--{option}", default=None, help=text)
    importer.add_argument("--header-row", type=int, default=None, help="row of the headings, from 1; 0 for none")
    importer.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN",
                          help="a field's column, by heading or number; nothing behind = for none")
    importer.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="the same for every row")
    importer.add_argument("--day-first", action=argparse.BooleanOptionalAction, default=None,
                          help="01/02/2026 is 1 February, or 2 January")
    importer.add_argument("--discount-off", action="store_true", default=False, help="0.05 means 5 %% off")
    importer.add_argument("--keep", action="store_true", default=False, help="records that exist are faults")
    importer.add_argument("--skip-faulty", action="store_true", default=False, help="import the sound rows only")
    importer.add_argument("--dry-run", action="store_true", default=False, help="show the plan, save nothing")
    importer.add_argument("--again", action="store_true", default=False, help="also what was imported before")
    _add_acknowledge(importer)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("source", help="stock, moves, alerts, audit, document/<type>, record/<kind> or a number")
    export.add_argument("out", type=Path)
    export.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE",
                        help="records by code or name, dates as YYYY-MM-DD")
    export.add_argument("--text", default="", help="search text")
    export.add_argument("--paper", default=None, help="for .pdf: 241x140, 241x93, 241x280, A4, A5")


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("key", nargs="?", default=None, help="which report; without it, the list of reports")
    report.add_argument("out", nargs="?", type=Path, default=None, help=".xlsx or .csv; else it is printed")
    report.add_argument("--from", dest="date_from", metavar="DATE", default=None)
    report.add_argument("--to", dest="date_to", metavar="DATE", default=None)
    report.add_argument("--with", dest="given", action="append", default=[], metavar="NAME=VALUE",
                        help="what the report asks for: warehouse=…, group_by=…")


def _add_post(post: argparse.ArgumentParser) -> None:
    post.add_argument("file", help="a JSON file, or - for standard input")
    _add_acknowledge(post)


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("--no-seal", action="store_true", default=False, help="verify only, seal nothing")
    check.add_argument("--against", type=Path, default=None, metavar="FILE",
                       help="the --json result of an earlier check, kept elsewhere: its seals must still be there")


def _add_acknowledge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--acknowledge", action="append", default=[], metavar="QUESTION",
                        help="a question answered yes beforehand: negative_stock, over_credit, below_minimum")
