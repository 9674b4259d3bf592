"""Every declared field has a column that holds what the field allows."""

from typing import Any

import pytest
from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, Table, Text

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import PLACES, REFERENCES, Field, FieldType
from jxc_desktop.models import TABLES
from jxc_desktop.models.base import FixedPoint

HOLDS: dict[FieldType, type[Any]] = {
    FieldType.TEXT: String, FieldType.NOTE: String, FieldType.CHOICE: String, FieldType.DATE: Date,
    FieldType.LOT: String, FieldType.SERIALS: Text, FieldType.INTEGER: Integer, FieldType.FLAG: Boolean,
    FieldType.PICTURE: LargeBinary}


def check(table: Table, field: Field) -> None:
    column = table.c[field.name]
    if field.type in PLACES:
        assert isinstance(column.type, FixedPoint)
        assert column.type.places == PLACES[field.type]
    elif field.type in REFERENCES:
        [key] = column.foreign_keys
        assert key.column is TABLES[REFERENCES[field.type]].c.id
    else:
        assert isinstance(column.type, HOLDS[field.type])
    if field.type in (FieldType.TEXT, FieldType.NOTE):
        assert (column.type.length or field.max_length) >= field.max_length
    if field.type is FieldType.CHOICE:
        assert all(len(stored) <= column.type.length for stored, _ in field.choices)


@pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)
def test_fields_of_documents(kind: document_types.DocumentType) -> None:
    for field in kind.header:
        check(TABLES["document"], field)
    for field in kind.columns:
        if not field.shown_only:
            check(TABLES["document_line"], field)


@pytest.mark.parametrize("kind", document_types.RECORDS, ids=lambda kind: kind.key)
def test_fields_of_records(kind: document_types.records.RecordType) -> None:
    for field in kind.fields:
        check(TABLES[kind.key], field)
        assert not field.required or not TABLES[kind.key].c[field.name].nullable
    for child in kind.children:
        assert f"{kind.key}_id" in TABLES[child.key].c
        for field in child.fields:
            check(TABLES[child.key], field)
    if kind.searchable:
        assert {"initials", "pinyin"} <= set(TABLES[kind.key].c.keys())
    assert "version" in TABLES[kind.key].c


def test_every_kind_of_field_is_known_here() -> None:
    assert set(HOLDS) | set(PLACES) | set(REFERENCES) == set(FieldType)
