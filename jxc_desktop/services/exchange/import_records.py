"""Rows of a file as master data: new ones made, those with a known code changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from jxc_desktop.document_types.schema import REFERENCES, RecordDraft, RecordType
from jxc_desktop.errors import InvalidDraft, Problem
from jxc_desktop.i18n import tr
from jxc_desktop.services import records
from jxc_desktop.services.exchange import packs
from jxc_desktop.services.exchange.names import MAKES, Names, folded
from jxc_desktop.services.exchange.plans import BARCODE, ERROR, NEW, UPDATE, ImportPlan, Options, ReadRow, resolve
from jxc_desktop.services.unit_of_work import Work


def plan(names: Names, kind: RecordType, rows: Sequence[ReadRow], options: Options) -> tuple[list[str], list[str]]:
    """Check the rows; the action of each, and warnings."""
    identity = _identity(kind)
    seen: dict[str, dict[str, int]] = {identity: {}, BARCODE: {}}
    actions = []
    for row in rows:
        resolve(names, kind.fields, row, makes=tuple(MAKES))
        for key, title in ((identity, kind.field(identity).title), (BARCODE, "Barcode")):
            given = row.values.get(key)
            if given is not None and (first := seen[key].setdefault(str(given), row.number)) != row.number:
                row.problems.append(tr("the same {field} stands in row {row}", field=tr(title), row=first))
        existing = names.exactly(kind.key, identity, row.values[identity]) if row.values.get(identity) else None
        owner = names.barcode_owner(str(row.values[BARCODE])) if row.values.get(BARCODE) else None
        if (existing and not options.update) or owner not in (None, existing):
            row.problems.append(tr("{value} is already used", value=row.values[identity if existing else BARCODE]))
        children = _check_packs(names, row) if kind.key == "item" else {}
        draft = RecordDraft(kind.key, _completed(kind, row.values, new=existing is None), children)
        row.problems += [p.text() for p in kind.problems(draft) if not _made_later(kind, p, row.values, existing)]
        actions.append(UPDATE if existing else NEW)
    return actions, [*_look_alikes(names, kind, rows), *_made_besides(names, kind, rows)]


def _identity(kind: RecordType) -> str:
    return "code" if any(f.name == "code" for f in kind.fields) else "name"


def _completed(kind: RecordType, values: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    defaults = {f.name: f.default for f in kind.fields if f.default is not None} if new else {}
    return defaults | {f.name: values[f.name] for f in kind.fields if f.name in values}


def _made_later(kind: RecordType, problem: Problem, values: Mapping[str, Any], existing: int | None) -> bool:
    """Not a fault: a reference that is made with the import, or a required field that the record has already."""
    if problem.field == f"{packs.CHILD.key}.unit_id":
        made = [pack["unit_id"] for pack, _ in packs.given(values)]
        return isinstance(made[problem.line or 0], str)
    f = next((f for f in kind.fields if f.name == problem.field), None)
    given = values.get(problem.field)
    return f is not None and ((given is None and existing is not None) or (
        f.type in REFERENCES and REFERENCES[f.type] in MAKES and isinstance(given, str)))


def _check_packs(names: Names, row: ReadRow) -> dict[str, list[dict[str, Any]]]:
    """The pack units of a row, their units resolved as far as they exist."""
    for number in range(1, packs.SETS + 1):
        resolve(names, packs.CHILD.fields, row, packs.prefix(number), makes=tuple(MAKES))
    return {packs.CHILD.key: [pack for pack, _ in packs.given(row.values)]}


def _look_alikes(names: Names, kind: RecordType, rows: Sequence[ReadRow]) -> list[str]:
    """Codes that differ only in case, width or blanks: kept apart, but said."""
    identity = _identity(kind)
    known = names.spellings(kind.key, identity)
    found = []
    for row in rows:
        code = str(row.values.get(identity) or "")
        like = known.setdefault(folded(code), code)
        if like != code and names.exactly(kind.key, identity, code) is None:
            found.append(tr("Row {row}: {value} looks like {other}; they stay two records", row=row.number,
                            value=code, other=like))
    return found


def _made_besides(names: Names, kind: RecordType, rows: Sequence[ReadRow]) -> list[str]:
    """The units and categories that the file brings along."""
    found = []
    packed = [packs.prefix(number) + "unit_id" for number in range(1, packs.SETS + 1)]
    for f in kind.fields:
        if REFERENCES.get(f.type) in MAKES:
            places = [f.name, *(packed if f.name == "unit_id" else ())]
            made = dict.fromkeys(row.values[place] for row in rows for place in places
                                 if isinstance(row.values.get(place), str))
            if made:
                found.append(tr("New in {field}: {values}", field=tr(f.title), values=", ".join(made)))
    return found


def carry_out(work: Work, kind: RecordType, plan: ImportPlan, progress: Any) -> list[int]:
    """Save the sound rows. Raises InvalidDraft with the rows that the services refuse, as lines."""
    names = Names(work.connection)
    ids: list[int] = []
    problems: list[Problem] = []
    for i, row in enumerate(plan.rows):
        if progress:
            progress.step(i, len(plan.rows))
        if row.action == ERROR:
            continue
        try:
            ids.append(_save(work, names, kind, row.values))
        except InvalidDraft as error:
            problems += [Problem(p.field, p.message, row.number - 1, p.data) for p in error.problems]
    if problems:
        raise InvalidDraft(problems)
    return ids


def _save(work: Work, names: Names, kind: RecordType, given: Mapping[str, Any]) -> int:
    values = dict(given)
    for f in kind.fields:
        if f.type in REFERENCES and values.get(f.name) is not None:
            values[f.name] = names.find_or_make(REFERENCES[f.type], values[f.name], work)
    existing = names.exactly(kind.key, _identity(kind), values[_identity(kind)])
    draft = records.read(work.connection, kind, existing) if existing else kind.new_draft()
    changed = _completed(kind, values, new=existing is None)
    unchanged = existing is not None and all(draft.values[k] == v for k, v in changed.items())
    draft.values |= changed
    unchanged &= not packs.merge(draft, [
        (pack | {"unit_id": names.find_or_make("unit", pack["unit_id"], work)}, code)
        for pack, code in packs.given(values)])
    if code := values.get(BARCODE):
        rows = draft.children.setdefault("barcode", [])
        if all(r["code"] != code for r in rows):
            rows.append({"code": code, "unit_id": None})
            unchanged = False
    return existing if existing and unchanged else records.save(work, draft).id
