"""What every kind of master data keeps, whatever it is."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Field, FieldType, RecordDraft, RecordType
from jxc_desktop.errors import StaleDocument
from jxc_desktop.models import TABLES
from jxc_desktop.services import records
from tests.company import Company

T = FieldType
KINDS = pytest.mark.parametrize("kind", document_types.RECORDS, ids=lambda kind: kind.key)


def example(company: Company, field: Field, row: int = 0) -> Any:
    references = {T.UNIT: (company.kilo, company.box)[row], T.WAREHOUSE: company.main, T.SUPPLIER: company.supplier}
    if field.type is T.CATEGORY:
        return company.record("category", name="食品")
    if field.type is T.ITEM:
        return company.item()
    if field.type in references:
        return references[field.type]
    if field.type is T.CHOICE:
        return field.choices[-1][0]
    return {T.TEXT: f"字{field.name}{row}"[:field.max_length], T.NOTE: "a\nb", T.QUANTITY: D("2.5"),
            T.PRICE: D("3.33333333"), T.MONEY: D("0.99"), T.RATE: D("0.13"), T.FACTOR: D("12.5"), T.INTEGER: 3,
            T.FLAG: not field.default, T.PICTURE: b"\x89PNG\x00"}[field.type]


def full(company: Company, kind: RecordType) -> RecordDraft:
    """A draft in which every field of it and of a row of each child is filled."""
    children = {child.key: [{f.name: example(company, f, 1) for f in child.fields}] for child in kind.children}
    draft = RecordDraft(kind.key, {f.name: example(company, f) for f in kind.fields}, children)
    if kind.single:
        company.settings(**{f.name: f.default for f in kind.fields if f.default is not None})
        draft.id, draft.version = company.rows(select(TABLES[kind.key].c.id, TABLES[kind.key].c.version))[0]
    return draft


def read(company: Company, kind: RecordType, record_id: int) -> RecordDraft:
    with company.engine.connect() as connection:
        return records.read(connection, kind, record_id)


@KINDS
def test_a_record_comes_back_as_it_was_given(company: Company, kind: RecordType) -> None:
    draft = full(company, kind)
    saved = company.run(records.save, draft).value
    back = read(company, kind, saved.id)
    assert back.values == draft.values
    assert {key: [{k: v for k, v in row.items() if k != "id"} for row in rows]
            for key, rows in back.children.items()} == draft.children
    before = company.counts()
    company.run(records.save, back)
    assert read(company, kind, saved.id).children.keys() == back.children.keys()
    changed = {name for name, count in company.counts().items() if count != before[name]}
    assert changed == {"audit_entry", "change", "command"}


@KINDS
def test_it_is_written_down_told_and_guarded(company: Company, kind: RecordType) -> None:
    draft = full(company, kind)
    outcome = company.run(records.save, draft, key="once")
    assert company.run(records.save, draft, key="once").value == outcome.value
    audit = TABLES["audit_entry"].c
    entry = company.rows(select(audit.detail).where(
        audit.entity == kind.key, audit.entity_id == outcome.value.id).order_by(audit.id.desc()))[0]
    assert {name for name, *_ in entry.detail} == {f.name for f in kind.fields} | {c.key for c in kind.children}
    assert (kind.key, outcome.value.id) in outcome.changes
    mine, theirs = (read(company, kind, outcome.value.id) for _ in range(2))
    company.as_actor("李四").run(records.save, theirs)
    before = company.counts()
    with pytest.raises(StaleDocument) as caught:
        company.run(records.save, mine)
    assert caught.value.data["by"] == "李四"
    assert company.counts() == before
