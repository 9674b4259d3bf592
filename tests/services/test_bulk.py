"""Rows written in bulk are those that SQLAlchemy would have written, and what fails is said as it says it."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from jxc_desktop.errors import DatabaseGone
from jxc_desktop.models import TABLES
from jxc_desktop.services import database
from jxc_desktop.services.bulk import Bulk, take_ids
from jxc_desktop.values import BadNumber
from tests.company import Company

LINE, AUDIT = TABLES["document_line"], TABLES["audit_entry"]
ODD = ("a\tb", "line\nbreak", "\\N", "\\", "'quoted' \"twice\"", "茶 🍵", "", "NULL")


@pytest.mark.parametrize("count", [1, 8])
def test_rows_come_back_as_they_were_given(company: Company, count: int) -> None:
    """One row is an INSERT everywhere, several are copied on PostgreSQL."""
    rows: list[dict[str, Any]] = [
        {"at": dt.datetime(2026, 1, 2, 3, 4, 5, 600 + i), "actor": ODD[i], "origin": "here", "action": "a",
         "entity": None, "entity_id": 2**40 + i, "detail": [["name", None, odd, i] for odd in ODD],
         "digest": bytes(range(i, i + 16))} for i in range(count)]
    with database.write(company.engine).begin() as connection:
        before = connection.scalar(text("SELECT max(id) FROM audit_entry")) or 0
        Bulk(insert(AUDIT), *(c.name for c in AUDIT.c if c.name != "id")).run(connection, rows)
        found = connection.execute(select(AUDIT).where(AUDIT.c.id > before).order_by(AUDIT.c.id)).mappings().all()
        assert [{name: value for name, value in row.items() if name != "id"} for row in found] == \
            [{**row, "number": None} for row in rows]
        connection.rollback()


def test_numbers_are_scaled_and_ids_are_ours(company: Company) -> None:
    saved = company.post("goods_receipt", (company.item(), 1, 1))
    names = ("id", "document_id", "position", "quantity", "price", "gift", "factor", "expiry_date", "reopens")
    with database.write(company.engine).begin() as connection:
        ids = take_ids(connection, LINE, 3)
        assert len(set(ids)) == 3 and min(ids) > max(company.line_ids(saved))
        rows = [{"id": id_, "document_id": saved.id, "position": i, "quantity": D("1.25"), "price": D("0.00000001"),
                 "gift": bool(i), "factor": D(12), "expiry_date": dt.date(2027, 1, 1) if i else None, "reopens": False}
                for i, id_ in enumerate(ids)]
        Bulk(insert(LINE), *names).run(connection, rows)
        change = Bulk(update(LINE).where(LINE.c.id == bindparam("of")), "quantity")
        change.run(connection, [{"of": ids[0], "quantity": D(7)}, {"of": ids[2], "quantity": None}])
        found = connection.execute(select(*(LINE.c[name] for name in names)).where(
            LINE.c.id.in_(ids)).order_by(LINE.c.id)).mappings().all()
        rows[0]["quantity"], rows[2]["quantity"] = D(7), None
        assert list(map(dict, found)) == rows
        with pytest.raises(BadNumber):
            change.run(connection, [{"of": ids[0], "quantity": D("0.00001")}])
        connection.rollback()


def test_what_the_database_refuses_is_said_as_ever(company: Company) -> None:
    new = Bulk(insert(TABLES["change"]), "id", "origin", "entity", "entity_id")
    row = {"id": 10**9, "origin": "here", "entity": "item", "entity_id": 1}
    with database.write(company.engine).connect() as connection, pytest.raises(IntegrityError):
        new.run(connection, [row, row])
    assert company.scalar(text("SELECT count(*) FROM change WHERE id = 1000000000")) == 0


def test_a_server_that_goes_away_in_the_middle_is_gone(pg_company: Company) -> None:
    new = Bulk(insert(TABLES["change"]), "origin", "entity", "entity_id")
    row = {"origin": "here", "entity": "item", "entity_id": 1}
    with pytest.raises(DBAPIError) as caught, database.write(pg_company.engine).connect() as connection:
        own = connection.scalar(text("SELECT pg_backend_pid()"))
        with pg_company.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        new.run(connection, [row, row])
    assert caught.value.connection_invalidated and isinstance(database.translated(caught.value), DatabaseGone)
    assert pg_company.scalar(text("SELECT 1")) == 1  # the pool has another
