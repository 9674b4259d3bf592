"""Import of records and documents from foreign tables: planned row by row, shown, then saved in one transaction."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import (
    REFERENCES,
    DocumentType,
    Draft,
    Field,
    FieldType,
    RecordDraft,
    RecordType,
)
from jxc_desktop.errors import InvalidDraft, NotFound, Problem, UserError
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents, records
from jxc_desktop.services.exchange.cells import BadCell, convert
from jxc_desktop.services.exchange.exporting import field_kind
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.mapping import Target
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.unit_of_work import Work

GROUP = "group"  # the column that tells one document from the next: its number in the other system
BARCODE = "barcode"
MAKES = {"unit": {"decimals": 0}, "category": {}}  # small records that an import makes when they are missing


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
    kind: str
    rows: tuple[PlannedRow, ...]
    options: Options

    def count(self, action: str) -> int:
        return sum(row.action == action for row in self.rows)

    @property
    def created(self) -> int:
        return self.count("new")

    @property
    def updated(self) -> int:
        return self.count("update")

    @property
    def faulty(self) -> int:
        return self.count("error")


def targets(kind_key: str) -> tuple[Target, ...]:
    """The fields of a record or document type that columns may feed."""
    record = document_types.RECORDS_BY_KEY.get(kind_key)
    if record:
        found = [_target(f) for f in record.fields if f.type is not FieldType.PICTURE]
        if kind_key == "item":
            found.append(Target(BARCODE, tr("Barcode"), ("条码", "条形码", "商品条码", "国际条码"), Kind.CODE))
        return tuple(found)
    kind = _document_kind(kind_key)
    number = Target(GROUP, tr("Document number"), ("单号", "单据编号", "单据号", "订单号", "InvoiceNo", "OrderID"),
                    Kind.CODE)
    return (number, *(_target(f) for f in kind.header),
            *(_target(c, prefix="line.") for c in kind.columns if not c.shown_only))


def _target(f: Field, prefix: str = "") -> Target:
    kind = Kind.CODE if f.name == "code" or f.type in REFERENCES else field_kind(f.type)
    return Target(prefix + f.name, tr(f.title), (*f.synonyms, f.title, f.name), kind, f.required)


def _document_kind(kind_key: str) -> DocumentType:
    try:
        return document_types.BY_KEY[kind_key]
    except KeyError:
        raise NotFound(what=N_("Type"), key=kind_key) from None


def plan(connection: Any, kind_key: str, raw: RawTable, columns: Mapping[str, int],
         options: Options | None = None) -> ImportPlan:
    """Convert and check every row without saving anything."""
    options = options or Options()
    wanted = {t.key: t for t in targets(kind_key)}
    read = [_read_row(cells, wanted, columns, options) for cells in raw.rows]
    names = Names(connection)
    record = document_types.RECORDS_BY_KEY.get(kind_key)
    if record:
        rows = _plan_records(names, record, raw, read, options)
    else:
        rows = _plan_lines(names, _document_kind(kind_key), raw, read)
    return ImportPlan(kind_key, tuple(rows), options)


def carry_out(work: Work, plan: ImportPlan, progress: Any = None) -> dict[str, Any]:
    """Save every sound row of a plan in this one transaction; faulty rows are left out by the caller's choice.

    Raises InvalidDraft with the numbers of the rows that the services refuse; nothing is saved then.
    """
    record = document_types.RECORDS_BY_KEY.get(plan.kind)
    kind = record or _document_kind(plan.kind)
    work.require(kind.permission("import"))
    makers = Names(work.connection, work)
    if record:
        ids = _save_records(work, makers, record, plan, progress)
    else:
        ids = _save_documents(work, makers, _document_kind(plan.kind), plan, progress)
    work.require(kind.permission("import"))
    return {"created": plan.created, "updated": plan.updated, "left_out": plan.faulty, "ids": ids}


# --- reading rows -----------------------------------------------------------------------------------------


def _read_row(cells: Sequence[Any], wanted: Mapping[str, Target], columns: Mapping[str, int],
              options: Options) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = dict(options.constants)
    problems = []
    for key, column in columns.items():
        target = wanted[key]
        try:
            value = convert(cells[column] if column < len(cells) else None, target.kind, options.day_first)
        except BadCell as error:
            problems.append(titled(target.title, error.text()))
            continue
        if value is not None and value != "":
            values[key] = value
    return values, problems


class Names:
    """Finds records by what files call them: code, name or barcode. With a `work` it may make small ones."""

    def __init__(self, connection: Any, work: Work | None = None):
        self._connection, self._work = connection, work
        self._known: dict[str, dict[str, int]] = {}

    def find(self, table: str, text: Any) -> int | None:
        """The id of the record, None if there is none. Codes win over names."""
        if isinstance(text, int):
            return text
        known = self._known.get(table)
        if known is None:
            known = self._known[table] = self._load(table)
        return known.get(str(text).strip().lower())

    def find_or_make(self, table: str, text: Any) -> int | None:
        found = self.find(table, text)
        if found is None and self._work and table in MAKES and str(text).strip():
            values = {"name": str(text).strip(), **MAKES[table]}
            found = records.save(self._work, RecordDraft(table, values)).id
            self._known[table][str(text).strip().lower()] = found
        return found

    def _load(self, table: str) -> dict[str, int]:
        t = TABLES[table]
        known: dict[str, int] = {}
        columns = [t.c.name, *([t.c.code] if "code" in t.c else [])]
        for column in columns:  # later ones win: codes over names
            counts: dict[str, int] = defaultdict(int)
            rows = self._connection.execute(select(t.c.id, func.lower(column).label("key"))).all()
            for row in rows:
                counts[row.key] += 1
            known |= {row.key: row.id for row in rows if row.key and counts[row.key] == 1}
        if table == "item":
            b = TABLES["barcode"].c
            for row in self._connection.execute(select(b.item_id, func.lower(b.code).label("key"))):
                known.setdefault(row.key, row.item_id)
        return known


def _resolve(names: Names, fields: Sequence[Field], values: dict[str, Any], prefix: str = "") -> list[str]:
    """Turn names into ids and choice titles into values; returns what could not be found."""
    problems = []
    for f in fields:
        key = prefix + f.name
        given = values.get(key)
        if given is None:
            continue
        if f.type in REFERENCES:
            found = names.find(REFERENCES[f.type], given)
            if found is not None:
                values[key] = found
            elif REFERENCES[f.type] not in MAKES:
                problems.append(tr("{field} {value} is unknown", field=f.title, value=str(given)))
        elif f.choices:
            by_title = {tr(title).lower(): value for value, title in f.choices} | {
                str(v).lower(): v for v, _ in f.choices}
            if str(given).lower() not in by_title:
                problems.append(tr("{field}: {value} is not one of the choices", field=f.title, value=str(given)))
            else:
                values[key] = by_title[str(given).lower()]
    return problems


# --- records ----------------------------------------------------------------------------------------------


def _plan_records(names: Names, kind: RecordType, raw: RawTable, read: Sequence[tuple[dict[str, Any], list[str]]],
                  options: Options) -> list[PlannedRow]:
    identity = "code" if any(f.name == "code" for f in kind.fields) else "name"
    seen: dict[str, int] = {}
    planned = []
    for number, (values, problems) in zip(raw.row_numbers, read, strict=True):
        problems = problems + _resolve(names, kind.fields, values)
        key = str(values.get(identity) or "").lower()
        if key in seen and key:
            problems.append(tr("the same {field} stands in row {row}", field=tr(kind.field(identity).title),
                               row=seen[key]))
        seen.setdefault(key, number)
        existing = names.find(kind.key, values[identity]) if values.get(identity) else None
        if existing and not options.update:
            problems.append(tr("{value} is already used", value=str(values[identity])))
        draft = RecordDraft(kind.key, _complete(kind, values, existing is None))
        problems += [p.text() for p in kind.problems(draft) if not _made_later(kind, p, values, existing)]
        planned.append(PlannedRow(number, "error" if problems else "update" if existing else "new", values,
                                  tuple(problems)))
    return planned


def _made_later(kind: RecordType, problem: Problem, values: Mapping[str, Any], existing: int | None) -> bool:
    """Not a fault: a reference that carry_out makes, or a required field that the existing record has."""
    f = next((f for f in kind.fields if f.name == problem.field), None)
    if f is None:
        return False
    given = values.get(problem.field)
    return (given is None and existing is not None) or (
        f.type in REFERENCES and REFERENCES[f.type] in MAKES and isinstance(given, str))


def _complete(kind: RecordType, values: Mapping[str, Any], new: bool) -> dict[str, Any]:
    defaults = {f.name: f.default for f in kind.fields if f.default is not None} if new else {}
    return defaults | {f.name: values[f.name] for f in kind.fields if f.name in values}


def _save_records(work: Work, names: Names, kind: RecordType, plan: ImportPlan, progress: Any) -> list[int]:
    ids, problems = [], []
    for i, row in enumerate(plan.rows):
        if row.action == "error":
            continue
        if progress:
            progress.step(i, len(plan.rows))
        values = dict(row.values)
        for f in kind.fields:
            if f.type in REFERENCES and values.get(f.name) is not None:
                values[f.name] = names.find_or_make(REFERENCES[f.type], values[f.name])
        identity = "code" if "code" in values else "name"
        existing = names.find(kind.key, values[identity])
        draft = records.read(work.connection, kind, existing) if existing else kind.new_draft()
        draft.values |= _complete(kind, values, existing is None)
        if code := values.get(BARCODE):
            rows = draft.children.setdefault("barcode", [])
            if all(r["code"] != code for r in rows):
                rows.append({"code": code, "unit_id": None})
        try:
            ids.append(records.save(work, draft).id)
        except InvalidDraft as error:
            problems += [Problem(p.field, p.message, row.number - 1, p.data) for p in error.problems]
    if problems:
        raise InvalidDraft(problems)
    return ids


# --- documents --------------------------------------------------------------------------------------------


def _plan_lines(names: Names, kind: DocumentType, raw: RawTable,
                read: Sequence[tuple[dict[str, Any], list[str]]]) -> list[PlannedRow]:
    """One row per line; rows with the same document number (or, without, the same header) are one document."""
    planned = []
    heads: dict[str, dict[str, Any]] = {}
    for number, (values, problems) in zip(raw.row_numbers, read, strict=True):
        problems = problems + _resolve(names, kind.header, values)
        problems += _resolve(names, kind.columns, values, "line.")
        head = {f.name: values[f.name] for f in kind.header if f.name in values}
        if values.get(GROUP):
            first = heads.setdefault(values[GROUP], head)
            for f in kind.header:
                if f.name in head and first.get(f.name) not in (None, head[f.name]) and f.name != "remark":
                    problems.append(tr("{field} differs within document {number}", field=f.title,
                                       number=values[GROUP]))
        if not problems:
            draft = kind.new_draft(dt.date.today())
            draft.header |= heads.get(values.get(GROUP, ""), {}) | head
            draft.lines = [_line(kind, values)]
            problems += [p.text() for p in kind.problems(draft)]
        planned.append(PlannedRow(number, "error" if problems else "new", values, tuple(problems)))
    return planned


def _line(kind: DocumentType, values: Mapping[str, Any]) -> dict[str, Any]:
    return {c.name: values.get(f"line.{c.name}") for c in kind.columns if not c.shown_only}


def _save_documents(work: Work, names: Names, kind: DocumentType, plan: ImportPlan, progress: Any) -> list[int]:
    groups: dict[Any, list[PlannedRow]] = defaultdict(list)
    for row in plan.rows:
        if row.action != "error":
            head = tuple(str(row.values.get(f.name)) for f in kind.header if f.name != "remark")
            groups[row.values.get(GROUP) or head].append(row)
    ids = []
    for i, rows in enumerate(groups.values()):
        if progress:
            progress.step(i, len(groups))
        draft = Draft(kind.key, dict(kind.new_draft(dt.date.today()).header))
        for row in reversed(rows):
            draft.header |= {f.name: row.values[f.name] for f in kind.header if f.name in row.values}
        draft.lines = [_made_line(names, kind, row, plan.options) for row in rows]
        if any(f.name == "remark" for f in kind.header) and rows[0].values.get(GROUP) \
                and not draft.header.get("remark"):
            draft.header["remark"] = str(rows[0].values[GROUP])
        try:
            ids.append(documents.save(work, draft).id)
        except InvalidDraft as error:
            raise InvalidDraft([Problem(p.field, p.message, (rows[p.line].number if p.line is not None else
                                                             rows[0].number) - 1, p.data)
                                for p in error.problems]) from error
        except UserError as error:
            raise UserErrorInRow(row=rows[0].number, reason=str(error)) from error
    return ids


def _made_line(names: Names, kind: DocumentType, row: PlannedRow, options: Options) -> dict[str, Any]:
    line = _line(kind, row.values)
    for c in kind.columns:
        if c.type in REFERENCES and isinstance(line.get(c.name), str):
            line[c.name] = names.find(REFERENCES[c.type], line[c.name])
    if line.get("discount") and not options.discount_off:
        line["discount"] = 1 - line["discount"]
    return line


class UserErrorInRow(UserError):
    """A document of an import that the services refuse; `row` is its first row in the file."""

    message = N_("Row {row}: {reason}")
