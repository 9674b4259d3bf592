"""Import of records and documents from foreign tables: planned row by row, shown, then saved in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from jxc_desktop import document_types
from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import REFERENCES, DocumentType, Field, FieldType, RecordType
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, titled, tr
from jxc_desktop.services.exchange import import_documents, import_records, packs
from jxc_desktop.services.exchange.cells import BadCell, convert
from jxc_desktop.services.exchange.exporting import field_kind
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.mapping import Target
from jxc_desktop.services.exchange.names import Names
from jxc_desktop.services.exchange.plans import (
    BARCODE,
    GROUP,
    NEW,
    ImportPlan,
    Options,
    PlannedRow,
    ReadRow,
    UserErrorInRow,
)
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.unit_of_work import Work

__all__ = ["ImportPlan", "Options", "PlannedRow", "UserErrorInRow", "carry_out", "key", "plan", "targets"]

_TOTALS = frozenset(("合计", "总计", "小计", "累计", "本页小计", "本页合计",
                     "total", "totals", "grandtotal", "subtotal", "sum"))


def kind_of(kind_key: str) -> RecordType | DocumentType:
    """NotFound for the key of no type, and for what there is only one of."""
    record = document_types.RECORDS_BY_KEY.get(kind_key)
    kind = document_types.BY_KEY.get(kind_key) if record is None or record.single else record
    if kind is None:
        raise NotFound(what=N_("Type"), key=kind_key)
    return kind


def targets(kind_key: str, in_use: frozenset[str] = features.EVERY) -> tuple[Target, ...]:
    """The fields of a record or document type that columns may feed, in a company that uses these features."""
    kind = kind_of(kind_key)
    if isinstance(kind, RecordType):
        found = [_target(f) for f in _taken(kind.fields, in_use) if f.type is not FieldType.PICTURE]
        if kind_key == "item":
            found.append(Target(BARCODE, tr("Barcode"), ("条码", "条形码", "商品条码", "国际条码"), Kind.CODE))
            found += packs.targets()
        return tuple(found)
    number = Target(GROUP, tr("Document number"), ("单号", "单据编号", "单据号", "订单号", "InvoiceNo", "OrderID"),
                    Kind.CODE)
    # the header's remark comes last: a column of remarks is that of the lines
    return (number, *(_target(f) for f in kind.header if f.name != "remark"),
            *(_target(c, prefix="line.") for c in _taken(kind.columns, in_use)),
            *(_target(f) for f in kind.header if f.name == "remark"))


def _taken(fields: Sequence[Field], in_use: frozenset[str]) -> list[Field]:
    """What a file may state: not what the screen adds, nor what is set once."""
    return [f for f in fields if features.is_on(f.feature, in_use) and not f.shown_only and not f.read_only]


def _target(f: Field, prefix: str = "") -> Target:
    kind = Kind.CODE if f.name == "code" or f.type in REFERENCES else field_kind(f.type)
    return Target(prefix + f.name, tr(f.title), (*f.synonyms, f.title, f.name), kind, f.required)


def key(raw: RawTable, kind_key: str, columns: Mapping[str, int], options: Options) -> str:
    """The key of the command that imports this table in this way: repeated, it changes nothing."""
    digest = hashlib.sha256(repr((
        kind_key, sorted(columns.items()), options.day_first, options.discount_off, options.update,
        sorted((k, str(v)) for k, v in options.constants.items()), raw.headers)).encode())
    for row in raw.rows:
        digest.update(repr(row).encode(errors="surrogatepass"))
    return "import-" + digest.hexdigest()


def plan(work: Work, kind_key: str, raw: RawTable, columns: Mapping[str, int],
         options: Options | None = None) -> ImportPlan:
    """Convert and check every row without saving anything; `work` is only read with."""
    options, kind = options or Options(), kind_of(kind_key)
    work.require(kind.permission("import"))
    wanted = {t.key: t for t in targets(kind_key)}
    rows, warnings, sums = [], [], []
    for number, cells in zip(raw.row_numbers, raw.rows, strict=True):
        if _is_total(cells):
            sums.append(str(number))
        else:
            rows.append(_read_row(number, cells, wanted, columns, options))
    if sums:
        warnings.append(tr("Rows with totals were left out: {rows}", rows=", ".join(sums)))
    if isinstance(kind, RecordType):
        actions, said = import_records.plan(Names(work.connection), kind, rows, options)
        warnings += said
    else:
        import_documents.plan(work, kind, rows, options, columns)
        actions = [NEW] * len(rows)
    planned = tuple(row.planned(action) for row, action in zip(rows, actions, strict=True))
    return ImportPlan(kind_key, planned, options, tuple(warnings))


def _is_total(cells: Sequence[Any]) -> bool:
    """A row that sums up those above: such a word in front, and nothing but numbers behind it."""
    first, *rest = [cell for cell in cells if cell is not None and cell != ""] or [None]
    word = "".join(c for c in first if c.isalpha()).casefold() if isinstance(first, str) else ""
    return word in _TOTALS and not any(isinstance(cell, str) and any(map(str.isalpha, cell)) for cell in rest)


def _read_row(number: int, cells: Sequence[Any], wanted: Mapping[str, Target], columns: Mapping[str, int],
              options: Options) -> ReadRow:
    given: dict[str, Any] = {}
    problems = []
    for name, column in columns.items():
        target = wanted[name]
        try:
            value = convert(cells[column] if column < len(cells) else None, target.kind, options.day_first)
        except BadCell as error:
            problems.append(titled(target.title, error.text()))
            continue
        if value is not None and value != "":
            given[name] = value
    return ReadRow(number, {**options.constants, **given}, problems, frozenset(given))


def carry_out(work: Work, plan: ImportPlan, progress: Any = None) -> dict[str, Any]:
    """Save every sound row of a plan in this one transaction; faulty rows are left out by the caller's choice,
    documents with all their rows.

    Raises InvalidDraft with the rows that the services refuse, as lines; UserErrorInRow; NeedsConfirmation.
    Nothing is saved then.
    """
    kind = kind_of(plan.kind)
    work.require(kind.permission("import"))
    if isinstance(kind, RecordType):
        ids = import_records.carry_out(work, kind, plan, progress)
    else:
        ids = import_documents.carry_out(work, kind, plan, progress)
    return {"created": plan.created, "updated": plan.updated, "left_out": plan.faulty, "ids": ids}
