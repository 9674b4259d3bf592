"""Ten-line delivery notes: the whole save against the fewest statements that write the same rows.

The baseline knows its rows beforehand: no checks, no rules, one commit; what the database itself needs.
"""

import datetime as dt
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from bench.databases import fresh
from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Draft, RecordDraft
from jxc_desktop.services import access, database, documents, records
from jxc_desktop.services.unit_of_work import Commands

LINES, WARM_UP, RUNS = 10, 10, 100
DAY = dt.date(2026, 1, 5)


def run(url: str | None) -> dict[str, Any]:
    """Medians in milliseconds and their ratio; on a fresh SQLite file, or beside the database given."""
    with fresh(url) as made:
        return _measure(made)


def _measure(url: str) -> dict[str, Any]:
    database.upgrade(url)
    engine = database.open_engine(url)
    commands = Commands(engine, access.administrator(), "bench")
    header, items = _stock(commands)

    def product() -> None:
        lines = [{"item_id": i, "quantity": Decimal(1), "price": Decimal(20)} for i in items]
        commands.execute(documents.save, Draft("delivery_note", dict(header), lines))

    ours = _times(product)
    base = _times(_baseline(engine, header, items))
    engine.dispose()
    return {"database": engine.dialect.name, "product_ms": _middle(ours), "product_p95_ms": _late(ours),
            "baseline_ms": _middle(base), "ratio": round(statistics.median(ours) / statistics.median(base), 2)}


def _times(act: Callable[[], None]) -> list[float]:
    for _ in range(WARM_UP):
        act()
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        found.append((time.perf_counter() - start) * 1000)
    return found


def _middle(times: list[float]) -> float:
    return round(statistics.median(times), 2)


def _late(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 2)


def _stock(commands: Commands) -> tuple[dict[str, Any], list[int]]:
    """Ten items with plenty of stock; (header of a delivery note, item ids)."""
    def record(kind: str, **values: Any) -> int:
        made = document_types.RECORDS_BY_KEY[kind].new_draft()
        return int(commands.execute(records.save, RecordDraft(kind, made.values | values)).value.id)

    unit = record("unit", name="B", decimals=0)
    warehouse = record("warehouse", code="B", name="Bench")
    customer = record("partner", code="B", name="Bench")
    items = [record("item", code=f"B{i}", name=f"Bench {i}", unit_id=unit) for i in range(LINES)]
    commands.execute(documents.save, Draft("opening_stock", {"date": DAY, "warehouse_id": warehouse}, [
        {"item_id": i, "quantity": Decimal(100_000), "price": Decimal(10)} for i in items]))
    return {"date": DAY, "warehouse_id": warehouse, "partner_id": customer, "tax_included": True}, items


def _baseline(engine: Engine, header: dict[str, Any], items: list[int]) -> Callable[[], None]:
    """The same rows in nine statements of the driver, one of them for each table."""
    postgres = engine.dialect.name == "postgresql"
    mark = "%s" if postgres else "?"
    count = iter(range(1, 10_000))
    now = dt.datetime.now().isoformat(" ")
    digest = b"0" * 16
    connection: Any = engine.raw_connection().driver_connection

    def sql(template: str) -> str:
        return template.replace("?", mark)

    def act() -> None:
        number = f"BASE-{time.time_ns()}-{next(count)}"
        cursor = connection.cursor()
        cursor.execute("BEGIN" if postgres else "BEGIN IMMEDIATE")
        document = cursor.execute(sql(
            "INSERT INTO document (kind, number, status, date, total, created_at, created_by, version, tax_included)"
            " VALUES ('baseline', ?, 'posted', ?, 20000, ?, 'bench', 1, true) RETURNING id"),
            (number, DAY.isoformat(), now)).fetchone()[0]
        posting = cursor.execute(sql("INSERT INTO posting (document_id, action, at, actor, digest)"
                                     " VALUES (?, 'post', ?, 'b', ?) RETURNING id"),
                                 (document, now, digest)).fetchone()[0]
        cursor.executemany(sql(
            "INSERT INTO document_line (document_id, position, item_id, quantity, base_quantity, price, amount, gift)"
            " VALUES (?, ?, ?, 10000, 10000, 2000000000, 2000, false)"),
            [(document, i, item) for i, item in enumerate(items)])
        cursor.executemany(sql(
            "INSERT INTO stock_move (posting_id, document_id, line_id, leg, item_id, warehouse_id, effective_at, entry,"
            " basis, restated, quantity, value, variance, quantity_after, value_after, digest)"
            " VALUES (?, ?, ?, 0, ?, ?, ?, ?, 'current', false, -10000, -1000, 0, 0, 0, ?)"),
            [(posting, document, i, item, header["warehouse_id"], now, posting, digest)
             for i, item in enumerate(items)])
        cursor.executemany(sql("UPDATE stock_balance SET on_hand = on_hand - 10000 WHERE item_id = ?"
                               " AND warehouse_id = ?"), [(item, header["warehouse_id"]) for item in items])
        cursor.executemany(sql("UPDATE cost_pool SET quantity = quantity - 10000, value = value - 1000"
                               " WHERE item_id = ?"), [(item,) for item in items])
        cursor.execute(sql("INSERT INTO partner_entry (posting_id, document_id, partner_id, account, date, amount,"
                           " digest) VALUES (?, ?, ?, 'receivable', ?, 20000, ?)"),
                       (posting, document, header["partner_id"], DAY.isoformat(), digest))
        cursor.execute(sql("INSERT INTO audit_entry (at, actor, origin, action, entity, entity_id, number, detail,"
                           " digest) VALUES (?, 'b', 'b', 'post', 'baseline', ?, ?, '[]', ?)"),
                       (now, document, number, digest))
        cursor.executemany(sql("INSERT INTO change (origin, entity, entity_id) VALUES ('bench', 'stock', ?)"),
                           [(item,) for item in items])
        connection.commit()

    return act
