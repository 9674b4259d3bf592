"""Whoever has the file can change a ledger, but not without a trace."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from jxc_desktop.errors import PermissionDenied
from jxc_desktop.models import IMMUTABLE, TABLES
from jxc_desktop.models.base import FixedPoint
from jxc_desktop.services import access, integrity, sealing, trail
from jxc_desktop.services.sealing import SEALED
from tests.company import Company
from tests.shared import BOTH, fresh_url
from tests.tampering import a_row, failed, harmed, other, sealed_books, where


@pytest.fixture(scope="module", params=BOTH)
def books(request: pytest.FixtureRequest) -> Iterator[Company]:
    """The same sealed books on each database."""
    with fresh_url(request, request.param) as url, sealed_books(url) as company:
        yield company


# --- rows of the ledgers ----------------------------------------------------------------------------------

COLUMNS = [(name, column.name) for name in SEALED for column in TABLES[name].c if column.name != "id"]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c}" for t, c in COLUMNS])
def test_one_changed_cell_of_a_ledger_is_named(books: Company, table: str, column: str) -> None:
    c = TABLES[table].c  # a constraint binds the flag of restatements to quantity 0
    bound = {"restated": lambda: c.restated, "quantity": lambda: ~c.restated}
    row = a_row(books, table, *([bound[column]()] if column in bound else []))
    value = row._mapping[column]
    nothing: Any = 10**6 if column.endswith("_id") else Decimal(1) if isinstance(c[column].type, FixedPoint) else "x"
    changed = other(value) if value is not None else nothing
    t = TABLES[table]
    with harmed(books, update(t).where(t.c.id == row.id).values({column: changed})) as results:
        assert where(results, "rows unaltered") == f"{table} row {row.id}"


@pytest.mark.parametrize("table", SEALED)
def test_a_row_under_another_id_breaks_the_seal(books: Company, table: str) -> None:
    t, row = TABLES[table], a_row(books, table)
    with harmed(books, update(t).where(t.c.id == row.id).values(id=10**6)) as results:
        assert table in where(results, "seals unbroken")


@pytest.mark.parametrize("table", SEALED)
def test_a_sealed_row_that_is_deleted_is_missed(books: Company, table: str) -> None:
    t, row = TABLES[table], a_row(books, table)
    with harmed(books, delete(t).where(t.c.id == row.id)) as results:
        [finding] = results["seals unbroken"].findings
        assert finding.where.startswith(f"{table} rows ")
        size = books.scalar(select(TABLES["seal"].c.size).where(TABLES["seal"].c.ledger == table))
        assert finding.expected == f"{size} rows, as sealed" and finding.found == f"{size - 1} rows"


@pytest.mark.parametrize("table", SEALED)
def test_a_changed_row_with_a_digest_to_match_breaks_the_seal(books: Company, table: str) -> None:
    t, row = TABLES[table], a_row(books, table)
    column = {"stock_move": "value", "partner_entry": "amount"}.get(table, "actor")
    changed = {**row._mapping, column: other(row._mapping[column])}
    with harmed(books, update(t).where(t.c.id == row.id).values({
            column: changed[column], "digest": trail.digest(changed)})) as results:
        assert "rows unaltered" not in results
        assert table in where(results, "seals unbroken")


@pytest.mark.parametrize("table", SEALED)
def test_two_rows_that_change_places_break_the_seal(books: Company, table: str) -> None:
    t = TABLES[table]
    one, two = books.rows(select(t).order_by(t.c.id).limit(2))
    swapped = [update(t).where(t.c.id == a.id).values({k: v for k, v in b._mapping.items() if k != "id"})
               for a, b in ((one, two), (two, one))]
    with harmed(books, *swapped) as results:
        assert "rows unaltered" not in results
        assert table in where(results, "seals unbroken")
    digests = [update(t).where(t.c.id == a.id).values(digest=b.digest) for a, b in ((one, two), (two, one))]
    with harmed(books, *digests) as results:
        assert where(results, "rows unaltered") == f"{table} row {one.id}; {table} row {two.id}"


@pytest.mark.parametrize("table", SEALED)
def test_a_row_that_slips_in_below_the_seals_is_noticed(books: Company, table: str) -> None:
    t, row = TABLES[table], a_row(books, table)
    with harmed(books, insert(t).values({**row._mapping, "id": -5})) as results:
        assert f"{table} rows up to" in where(results, "seals unbroken")


@pytest.mark.parametrize("table", SEALED)
def test_a_tail_that_is_cut_off_is_missed(books: Company, table: str) -> None:
    t = TABLES[table]
    last = books.scalar(select(func.max(t.c.id)))
    with harmed(books, delete(t).where(t.c.id >= last - 2)) as results:
        assert f"{table} rows 1 to {last}" in where(results, "seals unbroken")


def test_a_cut_with_its_seal_shows_against_the_seals_kept_outside(books: Company) -> None:
    with books.engine.connect() as connection:
        kept = sealing.heads(connection)
    assert [h.ledger for h in kept] == list(SEALED) and all(len(h.hash) == 64 for h in kept)
    assert failed(books, kept=kept) == {}
    a, seal = TABLES["audit_entry"], TABLES["seal"]
    last = books.scalar(select(func.max(a.c.id)))
    with harmed(books, delete(a).where(a.c.id == last), delete(seal).where(seal.c.ledger == "audit_entry")) as results:
        assert "seals unbroken" not in results
        results = failed(books, kept=kept)
        assert where(results, integrity.KEPT_OUTSIDE) == f"seal of audit_entry up to row {last}"


def test_a_whole_new_chain_shows_against_the_seals_kept_outside(books: Company) -> None:
    with books.engine.connect() as connection:
        kept = sealing.heads(connection)
    seal, before = TABLES["seal"], books.rows(select(TABLES["seal"]))
    a = TABLES["audit_entry"]
    row = a_row(books, "audit_entry", a.c.action == "save")
    changed = {**row._mapping, "number": "x"}
    with harmed(books, update(a).where(a.c.id == row.id).values(number="x", digest=trail.digest(changed)),
                delete(seal)) as results:
        assert results == {}
        books.run(sealing.seal)
        assert failed(books) == {}
        assert "seal of audit_entry" in where(failed(books, kept=kept), integrity.KEPT_OUTSIDE)
    assert books.rows(select(seal)) == before


def test_unsealed_rows_are_sealed_in_blocks(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK", 3)
    item = company.item()
    company.post("opening_stock", (item, 10, 1))
    rows = sum(company.counts()[name] for name in SEALED)
    assert company.run(sealing.seal).value == rows
    assert company.run(sealing.seal).value == 0
    company.post("delivery_note", (item, 1, 1), (item, 2, 1), (item, 3, 1), (item, 1, 2))
    company.run(sealing.seal)
    assert company.counts()["seal"] > 4
    assert failed(company) == {}
    move_ = TABLES["stock_move"]
    with harmed(company, update(move_).where(move_.c.id == 4).values(digest=bytes(16))) as results:
        [finding] = results["seals unbroken"].findings  # of one block alone, not of all that follow
        assert finding.where == "stock_move rows 2 to 4"


# --- the guards themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", IMMUTABLE)
def test_the_database_itself_refuses_to_change_a_ledger(books: Company, table: str) -> None:
    t = TABLES[table]
    before = books.counts()[table]
    assert before
    for statement in (update(t).values(id=t.c.id), delete(t)):
        with pytest.raises(DBAPIError, match="append-only"), books.engine.begin() as connection:
            connection.execute(statement)
    assert books.counts()[table] == before


def test_guards_that_are_off_are_named(company: Company) -> None:
    on_postgresql = company.engine.dialect.name == "postgresql"
    names = [f"{table}_no_{'change' if on_postgresql else 'update'}" for table in IMMUTABLE]
    with company.engine.begin() as connection:
        for table, name in zip(IMMUTABLE, names, strict=True):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {name}" if on_postgresql
                                    else f"DROP TRIGGER {name}"))
    results = failed(company)
    assert list(results) == ["guards"]
    assert where(results, "guards") == "; ".join(f"trigger {name}" for name in names)


def test_sealing_needs_the_right(company: Company) -> None:
    clerk = company.as_actor("clerk", access.ROLES["clerk"])
    with pytest.raises(PermissionDenied):
        clerk.run(sealing.seal)
    assert company.counts()["seal"] == 0
