"""Commands that take data in and give it out."""

import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jxc_desktop.cli.values import (
    Misused,
    Office,
    date_of,
    error_as_json,
    flag_of,
    id_of,
    opened,
    pairs,
    print_json,
    record_of,
    table_as_text,
    value_of,
)
from jxc_desktop.errors import CannotImport, UserError
from jxc_desktop.i18n import N_, tr


def import_file(arguments: Any) -> int:
    """All rows or none; what was imported in the same way before changes nothing."""
    from jxc_desktop.services.exchange import importing, tables

    importing.kind_of(arguments.kind)
    raw = tables.read(arguments.file, arguments.sheet, arguments.encoding, arguments.delimiter, arguments.header_row)
    constants = _constants(arguments)
    columns = {k: c for k, c in _columns(arguments, raw).items() if k not in constants}
    options = importing.Options(arguments.day_first, arguments.discount_off, not arguments.keep, constants)
    with opened(arguments) as office:
        plan = office.queries.import_plan(arguments.kind, raw, columns, options)
        outcome = _outcome(plan, raw, columns)
        refused = bool(plan.faulty) and not arguments.skip_faulty
        if not arguments.dry_run and not refused:
            key = uuid.uuid4().hex if arguments.again else importing.key(raw, arguments.kind, columns, options)
            done = office.commands.execute(importing.carry_out, plan, key=key,
                                           acknowledged=frozenset(arguments.acknowledge))
            outcome |= {"ids": done.value["ids"], "saved": not done.repeated, "before": done.repeated}
    _say(arguments, outcome)
    return 1 if refused else 0


def _outcome(plan: Any, raw: Any, columns: Mapping[str, int]) -> dict[str, Any]:
    return {"rows": len(plan.rows), "new": plan.created, "update": plan.updated, "faulty": plan.faulty,
            "faults": [{"row": r.number, "problems": list(r.problems)} for r in plan.rows if r.problems],
            "columns": {k: raw.headers[c] for k, c in columns.items()}, "warnings": [*raw.warnings, *plan.warnings],
            "saved": False, "before": False}


def _columns(arguments: Any, raw: Any) -> dict[str, int]:
    """What the headings suggest, and what was said."""
    from jxc_desktop.services.exchange import importing, mapping

    wanted = importing.targets(arguments.kind)
    found = {k: column for k, (column, _) in mapping.suggest(raw.headers, wanted, raw.rows[:50]).items()}
    for name, heading in pairs(arguments.map).items():
        _known(name, wanted)
        if not heading:
            found.pop(name, None)
        elif heading in raw.headers:
            found[name] = raw.headers.index(heading)
        elif heading.isdecimal() and 1 <= int(heading) <= len(raw.headers):
            found[name] = int(heading) - 1
        else:
            raise Misused(f"--map {name}={heading}", N_("there is no such column; there are: {known}"),
                          known=", ".join(raw.headers))
    return found


def _constants(arguments: Any) -> dict[str, Any]:
    from jxc_desktop.services.exchange import importing, mapping

    wanted = {t.key: t for t in importing.targets(arguments.kind)}
    given = pairs(arguments.set)
    for name in given:
        _known(name, wanted.values())
    return {name: mapping.convert(value, wanted[name].kind, arguments.day_first) for name, value in given.items()}


def _known(name: str, wanted: Any) -> None:
    if all(name != t.key for t in wanted):
        raise Misused(name, N_("there is no such field; there are: {known}"), known=", ".join(t.key for t in wanted))


def _say(arguments: Any, outcome: Mapping[str, Any]) -> None:
    if arguments.json:
        print_json(outcome)
        return
    for warning in outcome["warnings"]:
        print(warning, file=sys.stderr)
    for fault in outcome["faults"]:
        print(tr("Row {row}: {reason}", row=fault["row"], reason="; ".join(fault["problems"])), file=sys.stderr)
    print(tr("{rows} rows: {new} new, {update} changed, {faulty} faulty", **{
        k: outcome[k] for k in ("rows", "new", "update", "faulty")}))
    print(tr("saved") if outcome["saved"] else tr("imported before, nothing changed (--again imports it once more)")
          if outcome["before"] else tr("nothing saved"))


def export(arguments: Any) -> None:
    from jxc_desktop.services.exchange import exporting
    from jxc_desktop.services.queries import ListQuery

    with opened(arguments) as (_, _, queries):
        found = queries.find_document(arguments.source)
        if found and arguments.out.suffix.lower() == ".pdf":
            _export_pdf(arguments, queries, found.id)
        elif found:
            exporting.export_document(queries, found.id, arguments.out)
        else:
            filters: dict[str, Any] = {}
            for name, text in pairs(arguments.filter).items():
                filters |= _filter(queries, arguments.source, name, text)
            query = ListQuery(arguments.source, arguments.text, filters)
            exporting.export_list(queries, query, queries.list_columns(arguments.source), arguments.out)
    print(arguments.out)


def _export_pdf(arguments: Any, queries: Any, document_id: int) -> None:
    from jxc_desktop.services import printing
    from jxc_desktop.services.printing.documents import sheets

    paper = arguments.paper or printing.DEFAULT
    if paper not in printing.PAPERS:
        raise Misused(f"--paper {paper}", N_("there are: {known}"), known=", ".join(printing.PAPERS))
    printing.save(sheets(queries, [document_id]), printing.PAPERS[paper], printing.PrintOptions(), arguments.out)


def _filter(queries: Any, source: str, name: str, text: str) -> dict[str, Any]:
    """A filter by its name; warehouse=W1 means the record that is called so, warehouse_id=1 the one with this id."""
    known = queries.list_filters(source)
    if f"{name}_id" in known:
        return {f"{name}_id": record_of(queries, name, text)}
    if name not in known:
        raise Misused(f"--filter {name}", N_("there are: {known}"), known=", ".join(known))
    if name.endswith("_id") or name == "ids":
        ids = [id_of(name, part) for part in text.split(",")]
        return {name: ids if name == "ids" else ids[0]}
    if name.startswith("date_"):
        return {name: date_of(name, text)}
    if name in ("low", "nonzero", "active", "customer", "supplier"):
        return {name: flag_of(name, text)}
    return {name: text.split(",") if "," in text else text}


def report(arguments: Any) -> None:
    from jxc_desktop.services.exchange import exporting

    with opened(arguments) as (_, _, queries):
        known = {info.key: info for info in queries.reports()}
        if arguments.key is None:
            _list_reports(arguments, known)
            return
        table = queries.report(arguments.key, _asked(arguments, queries, known.get(arguments.key)))
    if arguments.out:
        exporting.export_report(table, arguments.out)
        print(arguments.out)
    elif arguments.json:
        print_json({"title": table.title, "subtitle": table.subtitle, "rows": table.rows, "totals": table.totals})
    else:
        rows = [*table.rows, *([table.totals] if table.totals else [])]
        print(table_as_text([tr(c.title) for c in table.columns], rows, [c.key for c in table.columns]))


def _list_reports(arguments: Any, known: Mapping[str, Any]) -> None:
    if arguments.json:
        print_json([{"key": k, "title": tr(info.title), "asks_for": [f.name for f in info.parameters]}
                    for k, info in known.items()])
    else:
        print("\n".join(f"{k:24} {tr(info.title)}" for k, info in known.items()))


def _asked(arguments: Any, queries: Any, info: Any) -> dict[str, Any]:
    """What the report is given; its parameters may be called warehouse_id or warehouse."""
    given: dict[str, Any] = {name: date_of(name, text) for name in ("date_from", "date_to")
                             if (text := getattr(arguments, name))}
    fields = {alias: f for f in (info.parameters if info else ()) for alias in (f.name, f.name.removesuffix("_id"))}
    for name, text in pairs(arguments.given).items():
        if name not in fields:
            raise Misused(f"--with {name}", N_("there are: {known}"), known=", ".join(fields))
        given[fields[name].name] = value_of(queries, fields[name], text)
    return given


def post(arguments: Any) -> int:
    """Each document: {"kind", "key", "header", "lines"}; records by code or name, numbers as numbers or text.

    Each is a command of its own: those before a refused one stand, and are named. A repeated key changes nothing.
    """
    saved: list[dict[str, Any]] = []
    refusal = None
    try:
        with opened(arguments) as office:
            _post_all(arguments, office, saved)
    except UserError as error:
        refusal = error
    if arguments.json:
        print_json(error_as_json(refusal, saved=saved) if refusal else saved)
    else:
        for one in saved:
            print(one["number"])
    if refusal:
        print(refusal, file=sys.stderr)
    return 1 if refusal else 0


def _post_all(arguments: Any, office: Office, saved: list[dict[str, Any]]) -> None:
    from jxc_desktop.services.exchange import messages

    for given in messages.parse(_read(arguments.file)):
        saved.append(_post(office, given, frozenset(arguments.acknowledge)))


def _post(office: Office, given: Mapping[str, Any], acknowledged: frozenset[str]) -> dict[str, Any]:
    from jxc_desktop.services import documents

    done = office.commands.execute(documents.save, office.queries.draft_of(given), key=given.get("key"),
                                   acknowledged=acknowledged)
    return {"id": done.value.id, "number": done.value.number, "status": done.value.status, "before": done.repeated}


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else N_("it is not written in UTF-8")
        raise CannotImport(file=file, reason=reason) from error
