"""A ten-line delivery by the driver alone: the fewest statements that write the rows a save writes.

No checks, no rules, no questions; what is known beforehand is given. Like the product it takes its turn as a
writer, a number from the series and the exact cost from the pools, and commits once and durably.
"""

import datetime as dt
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg

from jxc_desktop.services import database

ONE, PRICE, AMOUNT = 10_000, 2_000_000_000, 2_000  # 1 piece, 20.00 each, as the columns are scaled
FACTOR = 100_000_000
DIGEST = bytes(16)


@dataclass(frozen=True)
class Order:
    """A sales order that is delivered in full."""

    id: int
    line_ids: list[int]


class Driver:
    """A plain connection of the driver, as durable as the product's."""

    def __init__(self, address: str):
        url = database.as_url(address)
        self.on_postgresql = url.get_backend_name() == "postgresql"
        self.connection: Any
        if self.on_postgresql:
            self.connection = psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
        else:
            self.connection = sqlite3.connect(str(url.database), timeout=database.BUSY_SECONDS, isolation_level=None)
            self.connection.execute("PRAGMA synchronous = FULL")
            safe = sqlite3.sqlite_version_info >= database.SAFE_WAL
            self.connection.execute(f"PRAGMA journal_mode = {'WAL' if safe else 'DELETE'}")
        self._cursor = self.connection.cursor()

    def close(self) -> None:
        self.connection.close()

    def begin(self) -> None:
        if not self.on_postgresql:  # psycopg begins by itself
            self._cursor.execute("BEGIN IMMEDIATE")

    def run(self, sql: str, *values: Any) -> list[Any]:
        cursor = self._cursor
        cursor.execute(self._sql(sql), values)
        return list(cursor.fetchall()) if cursor.description else []

    def run_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self._cursor.executemany(self._sql(sql), rows)

    def insert(self, into: str, rows: list[tuple[Any, ...]], returning: str = "") -> list[Any]:
        """All rows in one statement; their ids."""
        marks = ", ".join([f"({', '.join('?' * len(rows[0]))})"] * len(rows))
        found = self.run(f"INSERT INTO {into} VALUES {marks}{returning}", *(v for row in rows for v in row))
        return [row[0] for row in found]

    def _sql(self, sql: str) -> str:
        return sql.replace("?", "%s") if self.on_postgresql else sql


class Baseline:
    """Delivers one each of ten items from the first warehouse to a customer."""

    def __init__(self, address: str, items: list[int], partner_id: int, day: dt.date, detail: str):
        self.driver = Driver(address)
        self._items, self._partner_id, self._day, self._detail = items, partner_id, day, detail
        self._lock = " FOR UPDATE" if self.driver.on_postgresql else ""

    def deliver(self, order: Order | None = None) -> None:
        db, now, day = self.driver, dt.datetime.now().isoformat(" "), self._day.isoformat()
        db.begin()
        number = self._number()
        document = db.insert(
            "document (kind, number, status, date, partner_id, warehouse_id, settlement, tax_included,"
            " discount_amount, total, total_net, total_tax, total_quantity, created_at, created_by, version,"
            " posted_at, posted_by)",
            [("delivery_note", number, "posted", day, self._partner_id, 1, "monthly", True, 0, 10 * AMOUNT,
              10 * AMOUNT, 0, 10 * ONE, now, "admin", 1, now, "admin")], " RETURNING id")[0]
        posting = db.insert("posting (document_id, action, at, actor, digest)",
                            [(document, "post", now, "admin", DIGEST)], " RETURNING id")[0]
        db.run("UPDATE document SET entry = ? WHERE id = ?", posting, document)
        self._move(document, posting, self._lines(document, order), reserved=ONE if order else 0)
        self._owe(document, posting, day)
        if order:
            db.run_many("UPDATE document_line SET fulfilled = ?, reserved = 0 WHERE id = ?",
                        [(ONE, line_id) for line_id in order.line_ids])
            db.run("UPDATE document SET progress = 'done' WHERE id = ?", order.id)
        self._trail(document, number, now, order)
        db.connection.commit()

    def _number(self) -> str:
        period = f"{self._day:%Y%m%d}"
        last = self.driver.run("UPDATE number_series SET last = last + 1 WHERE kind = 'delivery_note' AND period = ?"
                               " RETURNING last", period)[0][0]
        return f"XSCK-{period}-{last:04}"

    def _lines(self, document: int, order: Order | None) -> list[int]:
        sources: list[Any] = list(order.line_ids) if order else [None] * len(self._items)
        return self.driver.insert(
            "document_line (document_id, position, item_id, unit_id, factor, per, quantity, base_quantity, price,"
            " amount, discount_share, net, tax, value, gift, source_line_id, reopens)",
            [(document, i, item, 1, FACTOR, FACTOR, ONE, ONE, PRICE, AMOUNT, 0, AMOUNT, 0, AMOUNT, False,
              sources[i], False) for i, item in enumerate(self._items)], " RETURNING id")

    def _move(self, document: int, posting: int, line_ids: list[int], reserved: int) -> None:
        """Ledger, balances and pools, each line at its exact cost."""
        db, marks, midnight = self.driver, ", ".join("?" * len(self._items)), f"{self._day} 00:00:00.000000"
        pools = {row[0]: row[1:] for row in db.run(
            "SELECT p.item_id, p.quantity, p.value, b.on_hand FROM cost_pool p JOIN stock_balance b"
            " ON b.item_id = p.item_id AND b.warehouse_id = 1 WHERE p.warehouse_id = 0 AND p.lot_id = 0"
            f" AND p.item_id IN ({marks}) ORDER BY p.item_id{self._lock}", *self._items)}
        moves, taken = [], []
        for item, line_id in zip(self._items, line_ids, strict=True):
            quantity, value, on_hand = pools[item]
            cost = (2 * value * ONE + quantity) // (2 * quantity)
            moves.append((posting, document, line_id, 0, item, 1, 0, midnight, posting, "current", False, -ONE,
                          -cost, 0, 0, False, on_hand - ONE, value - cost, DIGEST))
            taken.append((ONE, cost, midnight, posting, item))
        db.insert("stock_move (posting_id, document_id, line_id, leg, item_id, warehouse_id, lot_id, effective_at,"
                  " entry, basis, restated, quantity, value, variance, settled, gone, quantity_after, value_after,"
                  " digest)", moves)
        db.run_many("UPDATE stock_balance SET on_hand = on_hand - ?, reserved = reserved - ? WHERE item_id = ?"
                    " AND warehouse_id = 1", [(ONE, reserved, item) for item in self._items])
        db.run_many("UPDATE cost_pool SET quantity = quantity - ?, value = value - ?, last_at = ?, last_entry = ?"
                    " WHERE item_id = ? AND warehouse_id = 0 AND lot_id = 0", taken)

    def _owe(self, document: int, posting: int, day: str) -> None:
        db = self.driver
        db.insert("partner_entry (posting_id, document_id, partner_id, account, date, amount, digest)",
                  [(posting, document, self._partner_id, "receivable", day, 10 * AMOUNT, DIGEST)])
        db.run("UPDATE partner_balance SET amount = amount + ? WHERE partner_id = ? AND account = 'receivable'",
               10 * AMOUNT, self._partner_id)

    def _trail(self, document: int, number: str, now: str, order: Order | None) -> None:
        """Audit, change feed, and the command that must not be carried out twice."""
        db = self.driver
        db.insert("audit_entry (at, actor, origin, action, entity, entity_id, number, detail, digest)",
                  [(now, "admin", "bench", "post", "delivery_note", document, number, self._detail, DIGEST)])
        changes = [("delivery_note", document), ("partner_balance", self._partner_id),
                   *((("sales_order", order.id),) if order else ()), *(("stock", item) for item in self._items)]
        db.insert("change (origin, entity, entity_id)", [("bench", *change) for change in changes])
        db.insert("command (key, at, actor, outcome)",
                  [(uuid.uuid4().hex, now, "admin", f'{{"value": [{document}, "{number}", 1, "posted"]}}')])
