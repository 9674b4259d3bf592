"""Every invariant finds the fault that is planted behind the program's back, and names the row."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from jxc_desktop.document_types.schema import Basis
from jxc_desktop.errors import DatabaseError
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, database, integrity, sealing
from jxc_desktop.services.integrity import CHECKS
from jxc_desktop.services.unit_of_work import Commands
from tests.company import Company
from tests.shared import BOTH, fresh_url
from tests.tampering import a_row, failed, harmed, other, sealed_books, unguarded, where

document, document_line, move, pool, layer = (
    TABLES[n] for n in ("document", "document_line", "stock_move", "cost_pool", "cost_layer"))
BALANCED, KEPT = "restatements balanced", "value neither lost nor made"


@pytest.fixture(scope="module", params=BOTH)
def books(request: pytest.FixtureRequest) -> Iterator[Company]:
    """The same sealed books on each database."""
    with fresh_url(request, request.param) as url, sealed_books(url) as company:
        yield company


# --- clean books ------------------------------------------------------------------------------------------


def test_clean_books_pass_every_check(books: Company) -> None:
    results = integrity.check(books.engine)
    assert [r.check for r in results] == list(CHECKS)
    assert [r for r in results if not r.passed] == []
    assert {r.basis for r in books.rows(select(move.c.basis))} == {b.value for b in Basis} - {"recount"}
    assert any(r.restated for r in books.rows(select(move.c.restated)))


def test_the_books_pass_while_others_post(company: Company) -> None:
    item = company.item()
    company.post("opening_stock", (item, 100, 2))

    class Busy:
        def step(self, done: int, total: int) -> None:
            company.post("delivery_note", (item, 1, 3))

    assert failed(company, progress=Busy()) == {}


def test_a_database_that_is_gone_is_an_error_of_its_own(sqlite_url: str) -> None:
    engine = database.open_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE partner_balance"))
    with pytest.raises(DatabaseError):
        integrity.check(engine)
    engine.dispose()


# --- everything else that money or quantity hangs on ------------------------------------------------------

SUMS = {
    ("stock_balance", "on_hand"): "balance = moves",
    ("lot_balance", "on_hand"): "lots = moves",
    ("lot_balance", "reserved"): "reserved and on order = open orders",
    ("stock_balance", "reserved"): "reserved and on order = open orders",
    ("stock_balance", "on_order"): "reserved and on order = open orders",
    ("cost_pool", "quantity"): "pool = moves",
    ("cost_pool", "value"): "pool = moves",
    ("cost_pool", "last_at"): "pool = latest move",
    ("cost_pool", "last_entry"): "pool = latest move",
    ("partner_balance", "amount"): "partner balance = entries",
    ("number_series", "last"): "numbers without holes",
}


@pytest.mark.parametrize(("table", "column"), SUMS, ids=".".join)
def test_a_changed_sum_is_named(books: Company, table: str, column: str) -> None:
    t = TABLES[table]
    row = a_row(books, table, t.c.item_id == 1) if table == "cost_pool" else a_row(books, table)
    keys = {c.name: row._mapping[c.name] for c in t.primary_key.columns}
    chosen = [t.c[name] == value for name, value in keys.items()]
    with harmed(books, update(t).where(*chosen).values({column: other(row._mapping[column])})) as results:
        assert list(results) == [SUMS[table, column]]
        said = where(results, SUMS[table, column])
        assert table in said and all(str(v) in said for k, v in keys.items() if k != "lot_id" and v)


@pytest.mark.parametrize("table", ["stock_balance", "cost_pool", "partner_balance", "number_series", "cost_layer",
                                   "period_figure", "period_pool"])
def test_a_sum_that_is_deleted_is_missed(books: Company, table: str) -> None:
    t, row = TABLES[table], a_row(books, table)
    chosen = [c == row._mapping[c.name] for c in t.primary_key.columns]
    with harmed(books, delete(t).where(*chosen)) as results:
        assert any(table in f.where for r in results.values() for f in r.findings)


def test_value_without_stock_is_named(books: Company) -> None:
    with harmed(books, insert(pool).values(item_id=10**6, value=Decimal("0.01"))) as results:
        assert list(results) == ["pool = moves", "no value without stock"]
        assert where(results, "no value without stock") == f"cost_pool of item {10**6}"


def changed(books: Company, table: str, row: Any, **values: Any) -> Any:
    """A row of a table with an id, changed behind the program's back."""
    t = TABLES[table]
    return harmed(books, update(t).where(t.c.id == row.id).values(**values))


@pytest.mark.parametrize("column", ["quantity", "value"])
def test_a_changed_layer_is_named(books: Company, column: str) -> None:
    row = a_row(books, "cost_layer", layer.c.quantity > 0)
    with changed(books, "cost_layer", row, **{column: other(row._mapping[column])}) as results:
        assert list(results) == ["layers = pool"]
        assert where(results, "layers = pool").startswith(f"cost_layer {column} of item, warehouse, lot {row.item_id}")


def test_missing_goods_have_a_layer(books: Company) -> None:
    row = a_row(books, "cost_layer", layer.c.quantity < 0)
    assert row.quantity == -1
    with harmed(books, delete(layer).where(layer.c.id == row.id)) as results:
        assert list(results) == ["layers = pool"]


def test_an_average_keeps_no_layers_of_what_is_there(books: Company) -> None:
    row = a_row(books, "cost_layer", layer.c.quantity > 0)
    with changed(books, "cost_layer", row, item_id=1) as results:
        assert "lot 1, 0, 0" in where(results, "layers = pool")


# --- closed periods ---------------------------------------------------------------------------------------

CLOSED = "closed figures = ledger"


@pytest.mark.parametrize("column", [c.name for c in TABLES["period_figure"].columns if not c.primary_key])
def test_a_changed_frozen_figure_is_named(books: Company, column: str) -> None:
    f = TABLES["period_figure"]
    row = a_row(books, "period_figure", f.c.closing_quantity != 0)
    chosen = [f.c[name] == row._mapping[name] for name in ("period_id", "item_id", "warehouse_id")]
    with harmed(books, update(f).where(*chosen).values({column: other(row._mapping[column])})) as results:
        assert list(results) == [CLOSED]
        assert f"period_figure {column} of item, warehouse {row.item_id}, {row.warehouse_id}" in where(results, CLOSED)


@pytest.mark.parametrize("column", ["quantity", "value", "layers"])
def test_a_changed_pool_of_a_close_is_named(books: Company, column: str) -> None:
    p = TABLES["period_pool"]
    row = next(r for r in books.rows(select(p)) if r.layers)
    value = [["1", "2", 3, "2026-03-01T00:00:00"]] if column == "layers" else other(row._mapping[column])
    chosen = [c == row._mapping[c.name] for c in p.primary_key.columns]
    with harmed(books, update(p).where(*chosen).values({column: value})) as results:
        assert list(results) == [CLOSED] and "period_pool" in where(results, CLOSED)


PERIOD = {"through": dt.date(2026, 3, 3), "closed_at": dt.datetime(2026, 3, 1), "closed_by": "x", "posting_id": 3,
          "reopened_at": dt.datetime(2026, 3, 1), "reopened_by": "x"}


@pytest.mark.parametrize("column", PERIOD)
def test_a_changed_close_is_named(books: Company, column: str) -> None:
    period = TABLES["period"]
    row = a_row(books, "period", period.c.reopened_at.is_not(None))
    with changed(books, "period", row, **{column: PERIOD[column]}) as results:
        assert list(results) == [CLOSED] and f"period {row.id} " in where(results, CLOSED)


def test_a_move_in_a_closed_period_is_named(books: Company) -> None:
    last = books.rows(select(move).order_by(move.c.id.desc()).limit(1))[0]
    with changed(books, "stock_move", last, effective_at=dt.datetime(2026, 3, 5)) as results:
        assert f"stock_move row {last.id} of item {last.item_id}" in where(results, CLOSED)


# --- restatements, and value that goes from move to move --------------------------------------------------


@pytest.mark.parametrize("column", ["value_after", "value"])
def test_a_worth_that_does_not_add_up_is_named(books: Company, column: str) -> None:
    row = a_row(books, "stock_move", move.c.restated)
    with changed(books, "stock_move", row, **{column: other(row._mapping[column])}) as results:
        assert where(results, BALANCED).startswith(f"stock_move row {row.id} value_after")


def test_a_restatement_of_nothing_is_named(books: Company) -> None:
    row = a_row(books, "stock_move", move.c.restated, move.c.value != 0)
    with changed(books, "stock_move", row, line_id=10**6) as results:
        assert f"stock_move row {row.id}" in where(results, BALANCED)


def test_a_restatement_of_what_was_taken_back_is_named(books: Company) -> None:
    gone = a_row(books, "stock_move", move.c.gone)
    with changed(books, "stock_move", gone, value=gone.value + 1) as results:
        assert f": {gone.item_id}, {gone.warehouse_id}" in where(results, BALANCED)


def test_a_transfer_that_loses_value_is_named(books: Company) -> None:
    row = a_row(books, "stock_move", move.c.basis == "transfer", move.c.leg == 1)
    with changed(books, "stock_move", row, value=row.value + 1) as results:
        assert f"stock_move of line {row.line_id}" in where(results, KEPT)


@pytest.mark.parametrize("basis", ["used", "made"])
def test_goods_made_of_less_than_was_used_are_named(books: Company, basis: str) -> None:
    row = a_row(books, "stock_move", move.c.basis == basis, ~move.c.restated)
    with changed(books, "stock_move", row, value=row.value + 1) as results:
        assert where(results, KEPT) == f"stock_move of document id {row.document_id}: made of what it used"


# --- lots -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "value"), [("lot", "Z"), ("serials", "S1\nS3")])
def test_another_lot_than_was_moved_is_named(books: Company, column: str, value: str) -> None:
    row = a_row(books, "document_line", document_line.c.id == books.scalar(
        select(document_line.c.id).where(document_line.c[column].is_not(None)).order_by(document_line.c.id)))
    with changed(books, "document_line", row, **{column: value}) as results:
        assert where(results, "lots = moves") == f"document_line {row.id}: lots of its moves"


@pytest.mark.parametrize(("column", "value"), [("code", "Z"), ("item_id", 1)])
def test_a_lot_under_another_name_is_named(books: Company, column: str, value: Any) -> None:
    row = a_row(books, "lot")
    with changed(books, "lot", row, **{column: value}) as results:
        assert ": lots of its moves" in where(results, "lots = moves")


def test_a_return_that_no_longer_opens_its_order_is_named(books: Company) -> None:
    row = a_row(books, "document_line", document_line.c.reopens)
    with changed(books, "document_line", row, reopens=False) as results:
        assert list(results) == ["fulfilled = followers"]


MOVES, ADDS, ENTRIES = "moves = documents", "documents add up", "entries = documents"
HEADER = {  # column: (the check that sees it in a posted receipt, what to put there)
    "kind": (MOVES, "purchase_return"), "number": ("numbers without holes", "CGRK-20260304-0009"),
    "status": (MOVES, "void"), "date": (MOVES, dt.date(2026, 3, 9)), "time": (MOVES, dt.time(8)),
    "entry": (MOVES, 1), "partner_id": (ENTRIES, 2), "warehouse_id": (MOVES, 2),
    "tax_included": (ADDS, False), "discount_amount": (ADDS, Decimal(2)), "total": (ADDS, Decimal(1)),
    "total_net": (ADDS, Decimal(1)), "total_tax": (ADDS, Decimal(1)), "total_quantity": (ADDS, Decimal(1)),
    "reversal_of_id": (ADDS, 1),
}
HEADER_WORDS = {"id", "progress", "to_warehouse_id", "destination_id", "fee", "fee_basis", "blind", "uncounted",
                "snapshot", "employee_id", "due_date", "address", "contact", "phone",
                "settlement", "reason", "remark", "created_at", "created_by", "posted_at", "posted_by", "changed_at",
                "changed_by", "print_count", "version", "round"}  # no quantity and no money hangs on them in a receipt
LINE = {
    "id": MOVES, "document_id": MOVES, "item_id": MOVES, "factor": ADDS, "quantity": ADDS, "base_quantity": MOVES,
    "price": ADDS, "discount": ADDS, "tax_rate": ADDS, "amount": ADDS, "discount_share": ADDS, "net": ADDS, "tax": ADDS,
    "value": MOVES, "source_line_id": "fulfilled = followers", "fulfilled": "fulfilled = followers",
    "reserved": "reserved and on order = open orders", "per": ADDS,
}
LINE_WORDS = {"position", "unit_id", "gift", "remark", "role", "lot", "production_date", "expiry_date", "serials",
              "book", "counter", "revalue", "reason", "used", "reopens", "for_line_id"}


def test_every_column_of_a_document_is_thought_of() -> None:
    assert set(document.c.keys()) == set(HEADER) | HEADER_WORDS
    assert set(document_line.c.keys()) == set(LINE) | LINE_WORDS


def receipt(books: Company) -> Any:
    return a_row(books, "document", document.c.kind == "goods_receipt", document.c.discount_amount > 0)


@pytest.mark.parametrize("column", HEADER)
def test_a_changed_document_is_named(books: Company, column: str) -> None:
    row, (check, value) = receipt(books), HEADER[column]
    with harmed(books, update(document).where(document.c.id == row.id).values({column: value})) as results:
        assert ("goods_receipt 20260304: number 1" if column == "number" else f"(id {row.id})") in where(results, check)


@pytest.mark.parametrize("column", LINE)
def test_a_changed_line_is_named(books: Company, column: str) -> None:
    row = a_row(books, "document_line", document_line.c.document_id == receipt(books).id)
    value = 1 if column.endswith("_id") else 10**6 if column == "id" else other(row._mapping[column] or Decimal(0))
    with harmed(books, update(document_line).where(document_line.c.id == row.id).values({column: value})) as results:
        said = where(results, LINE[column])
        named = {"source_line_id": f"line {row.source_line_id}", "reserved": f"document_line {row.id}",
                 "fulfilled": f"line {row.id}"}
        assert named.get(column, f"(id {row.document_id})") in said


ORDERS = {
    "promise": ("base_quantity", "reserved and on order = open orders"),
    "on order": ("item_id", "reserved and on order = open orders"),
}


@pytest.mark.parametrize(("column", "check"), ORDERS.values(), ids=ORDERS)
def test_a_changed_order_is_named(books: Company, column: str, check: str) -> None:
    order = a_row(books, "document", document.c.kind == "purchase_order")
    row = a_row(books, "document_line", document_line.c.document_id == order.id)
    value = row.base_quantity + 1 if column == "base_quantity" else 3
    with harmed(books, update(document_line).where(document_line.c.id == row.id).values({column: value})) as results:
        assert "stock_balance on_order of item, warehouse" in where(results, check)


def test_an_order_said_to_be_done_is_named(books: Company) -> None:
    order = a_row(books, "document", document.c.kind == "sales_order", document.c.progress == "partly")
    with harmed(books, update(document).where(document.c.id == order.id).values(progress="done")) as results:
        assert list(results) == ["fulfilled = followers"]
        assert where(results, "fulfilled = followers") == f"document {order.number} (id {order.id}) progress"


def test_a_transfer_sent_elsewhere_is_named(books: Company) -> None:
    row = a_row(books, "document", document.c.kind == "transfer")
    with harmed(books, update(document).where(document.c.id == row.id).values(to_warehouse_id=99)) as results:
        assert f"(id {row.id})" in where(results, MOVES)


def test_a_deleted_document_is_missed(books: Company) -> None:
    row = receipt(books)
    with harmed(books, delete(document_line).where(document_line.c.document_id == row.id),
                delete(document).where(document.c.id == row.id)) as results:
        assert f"stock_move of document (id {row.id})" in where(results, MOVES)
        assert "goods_receipt 20260304: number 1" in where(results, "numbers without holes")
        assert f"{row.id}, payable" in where(results, ENTRIES)


def test_a_document_made_by_hand_is_named(books: Company) -> None:
    row = receipt(books)._mapping
    made = {k: v for k, v in row.items() if k != "id"} | {"number": "CGRK-20260304-0002", "id": 10**6}
    with harmed(books, insert(document).values(made)) as results:
        assert "number_series goods_receipt 20260304: number 2" in where(results, "numbers without holes")
        assert f"(id {10**6})" in where(results, ADDS)
        assert f"(id {10**6})" in where(results, ENTRIES)


def test_a_number_that_is_none_is_named(books: Company) -> None:
    row = receipt(books)
    with harmed(books, update(document).where(document.c.id == row.id).values(number=None)) as results:
        assert f"document id {row.id} (goods_receipt) number" in where(results, "numbers without holes")


def test_a_kind_that_is_none_is_named(books: Company) -> None:
    row = receipt(books)
    with harmed(books, update(document).where(document.c.id == row.id).values(kind="present")) as results:
        assert f"document id {row.id} (present) number" in where(results, "numbers without holes")


def test_a_posting_without_a_trail_is_named(books: Company) -> None:
    a = TABLES["audit_entry"]
    posted = a_row(books, "posting")
    row = a_row(books, "audit_entry", a.c.entity_id == posted.document_id, a.c.action == posted.action)
    with harmed(books, delete(a).where(a.c.id == row.id)) as results:
        assert where(results, "postings in the audit trail") == f"posting row {posted.id}"


def test_findings_are_counted_beyond_the_first_twenty(books: Company) -> None:
    balance = TABLES["stock_balance"]
    rows = [{"item_id": 1000 + i, "warehouse_id": 1, "on_hand": Decimal(1)} for i in range(25)]
    with harmed(books, insert(balance).values(rows)) as results:
        found = results["balance = moves"]
        assert (len(found.findings), found.more) == (20, 5)
        assert (found.findings[0].expected, found.findings[0].found) == ("0", "1")


# --- SQLite only: it takes anything into any column -------------------------------------------------------


@pytest.fixture
def file(sqlite_url: str) -> Iterator[Company]:
    """A company in a file, whose books need not agree at the end."""
    engine = database.open_engine(sqlite_url)
    company = Company(sqlite_url, engine, Commands(engine, access.administrator(), "test"))
    item = company.item()
    company.post("opening_stock", (item, 10, 1), (item, 5, 2))
    company.run(sealing.seal)
    yield company
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE stock_move SET quantity = 'many' WHERE id = 2",
                                       "UPDATE stock_move SET effective_at = 'soon' WHERE id = 2"])
def test_a_cell_that_cannot_be_read_is_named(file: Company, statement: str) -> None:
    with unguarded(file) as connection:
        connection.execute(text(statement))
    results = failed(file)
    assert where(results, "rows unaltered") == "stock_move row 2"
    assert MOVES in results


def test_a_reference_to_nothing_is_named(file: Company) -> None:
    with unguarded(file) as connection:
        connection.execute(text("UPDATE document_line SET unit_id = 99 WHERE id = 2"))
    assert where(failed(file), "database file") == "document_line row 2"


def test_a_table_that_is_no_longer_listed_is_named(file: Company) -> None:
    """One bit in the list of tables: SQLite finds the table by its definition, other programs do not find it."""
    with unguarded(file) as connection:
        connection.execute(text("PRAGMA writable_schema = ON"))
        connection.execute(text("UPDATE sqlite_master SET type = 'taBle' WHERE name = 'audit_entry'"))
    file.engine.dispose()
    assert where(failed(file), "database file") == "table audit_entry"


def test_a_damaged_file_is_reported(file: Company) -> None:
    path = database.as_url(file.url).database
    assert path
    file.engine.dispose()
    with open(path, "r+b") as handle:
        size = handle.seek(0, 2)
        for page in range(4096 * 60, size, 4096):
            handle.seek(page + 3000)
            handle.write(b"\xff" * 1000)
    try:
        assert "database file" in failed(file)
    except DatabaseError as error:
        assert "{" not in str(error)
