"""Rows of a file as documents: one row per line, several documents per file."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from jxc_desktop.document_types.schema import DocumentType, Draft
from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, Problem, UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services import catalog, documents, preparation
from jxc_desktop.services.exchange.names import Names
from jxc_desktop.services.exchange.plans import (
    ERROR,
    GROUP,
    ImportPlan,
    Options,
    PlannedRow,
    ReadRow,
    UserErrorInRow,
    resolve,
)
from jxc_desktop.services.unit_of_work import Work

Row = ReadRow | PlannedRow


def plan(work: Work, kind: DocumentType, rows: Sequence[ReadRow], options: Options, mapped: Collection[str]) -> None:
    """Check the rows as a save would, short of the stock; `work` is only read with. `mapped` fields have a column."""
    names = Names(work.connection)
    _carry_numbers_on(kind, rows)
    for row in rows:
        given = row.values.get("line.item_id")
        if given is not None and "line.unit_id" not in row.values and (unit := names.unit_of(given)):
            row.values["line.unit_id"] = unit
        resolve(names, kind.header, row)
        resolve(names, kind.columns, row, "line.")
    base = _base(work, kind)
    for group in _grouped(kind, rows):
        _check_header(kind, group, dated="date" in mapped)
        if not any(row.problems for row in group):
            _check_draft(work, kind, group, _draft(kind, base, group, options))
        if faulty := next((row for row in group if row.problems), None):
            for row in group:  # a document that lacks lines would be wrong
                if not row.problems:
                    row.problems.append(tr("row {row} of the same document is faulty", row=faulty.number))


def _carry_numbers_on(kind: DocumentType, rows: Sequence[ReadRow]) -> None:
    """A row without a number and header belongs to the document above, as in sheets with merged cells."""
    header = {f.name for f in kind.header if f.name != "remark"}
    above = None
    for row in rows:
        if GROUP not in row.values and above is not None and not header & row.given:
            row.values[GROUP] = above
        above = row.values.get(GROUP)


def _grouped(kind: DocumentType, rows: Iterable[Any]) -> list[list[Any]]:
    """Rows with the same document number are one document; without numbers, those with the same header."""
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        head = tuple(str(row.values.get(f.name)) for f in kind.header if f.name != "remark")
        groups.setdefault(row.values.get(GROUP) or head, []).append(row)
    return list(groups.values())


def _check_header(kind: DocumentType, group: Sequence[ReadRow], *, dated: bool) -> None:
    """One document, one header; a date that is missing in a column of dates is not today."""
    first: dict[str, Any] = {}
    for row in group:
        for f in kind.header:
            value = row.values.get(f.name)
            if value is not None and first.setdefault(f.name, value) != value and f.name != "remark":
                row.problems.append(tr("{field} differs within document {number}", field=tr(f.title),
                                       number=row.values.get(GROUP)))
    if dated and "date" not in first and not group[0].problems:
        group[0].problems.append(Problem("date", N_("{field} is required"), None, {"field": N_("Date")}).text())


def _check_draft(work: Work, kind: DocumentType, group: Sequence[ReadRow], draft: Draft) -> None:
    try:
        preparation.prepare(work, kind, draft, None, new=True)
    except NeedsConfirmation:
        pass  # asked when it is saved
    except InvalidDraft as error:
        for problem in error.problems:
            group[problem.line or 0].problems.append(problem.text())


def _base(work: Work, kind: DocumentType) -> Draft:
    """What a document of this type has where the file says nothing."""
    draft = kind.new_draft(dt.date.today())
    if "tax_included" in draft.header:
        draft.header["tax_included"] = catalog.the_company(work.connection).values["tax_included"]
    return draft


def _draft(kind: DocumentType, base: Draft, group: Sequence[Row], options: Options) -> Draft:
    """The document that these rows make; of the header the first row that says anything counts."""
    header = dict(base.header)
    for row in reversed(group):
        header |= {f.name: row.values[f.name] for f in kind.header if f.name in row.values}
    if number := group[0].values.get(GROUP):
        header["remark"] = header.get("remark") or str(number)
    lines = [_line(kind, row.values, options) for row in group]
    return dataclasses.replace(base, header=header, lines=lines)


def _line(kind: DocumentType, values: Mapping[str, Any], options: Options) -> dict[str, Any]:
    line = {c.name: values.get(f"line.{c.name}", c.default) for c in kind.columns if not c.shown_only}
    if line.get("discount") and not options.discount_off:
        line["discount"] = 1 - line["discount"]
    return line


def carry_out(work: Work, kind: DocumentType, plan: ImportPlan, progress: Any) -> list[int]:
    """Save every document none of whose rows is faulty.

    Raises InvalidDraft with the rows as lines, UserErrorInRow, and NeedsConfirmation, which an acknowledged
    repetition passes. That history changes what was entered before it needs no question here.
    """
    work.acknowledged |= {"restates"}
    base, ids = _base(work, kind), []
    groups = [g for g in _grouped(kind, plan.rows) if all(row.action != ERROR for row in g)]
    for i, group in enumerate(groups):
        if progress:
            progress.step(i, len(groups))
        try:
            ids.append(documents.save(work, _draft(kind, base, group, plan.options)).id)
        except InvalidDraft as error:
            raise InvalidDraft([Problem(p.field, p.message, group[p.line or 0].number - 1, p.data)
                                for p in error.problems]) from error
        except NeedsConfirmation:
            raise
        except UserError as error:
            raise UserErrorInRow(row=group[0].number, reason=str(error)) from error
    return ids
