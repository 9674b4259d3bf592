"""Books in which everything happened once, and what somebody can do to them behind the program's back."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, create_engine, delete, insert, select, text

from jxc_desktop.models import TABLES
from jxc_desktop.services import database, documents, integrity, periods, sealing
from jxc_desktop.services.integrity import Result
from tests.company import Company, day, line, opened


def work(c: Company) -> None:
    """Days on which everything happens once: part deliveries, returns, a reversal, corrections, packs, gifts."""
    c.settings(ask_restating=False)
    screws = c.record("item", code="A1", name="螺丝", unit_id=c.piece, tax_rate=Decimal("0.13"), children={
        "item_unit": [{"unit_id": c.box, "factor": Decimal(12)}]})
    wire, service = c.item(), c.item(stocked=False)
    c.post("opening_stock", (screws, 100, "1.5"), (wire, "7.5", "3.3333"))
    ordered = c.post("purchase_order", line(screws, 5, 18, unit_id=c.box), (wire, 20, 3))
    first, second = c.line_ids(ordered)
    taxed = {"tax_rate": Decimal("0.13")}
    c.post("goods_receipt", line(screws, 4, "18.01", unit_id=c.box, source_line_id=first, **taxed),
           line(wire, 8, 3, source_line_id=second, **taxed), discount_amount=Decimal("1.11"), date=day(2))
    sold = c.post("sales_order", (screws, 60, 3), (wire, 5, 9), date=day(2))
    of_screws, of_wire = c.line_ids(sold)
    note = c.post("delivery_note", line(screws, 50, 3, source_line_id=of_screws, **taxed),
                  line(wire, 2, 9, source_line_id=of_wire, discount=Decimal("0.1")), (service, 1, 100),
                  line(wire, 1, 9, gift=True), date=day(3), tax_included=False)
    c.post("sales_return", line(screws, 3, 3, source_line_id=c.line_ids(note)[0]), date=day(4))
    c.post("transfer", (screws, 10), date=day(4))
    c.reverse(c.post("delivery_note", (screws, 7, 4), date=day(5)), date=day(6))
    c.void(c.post("delivery_note", (wire, 1, 4), date=day(5)))
    c.correct(c.post("other_out", (wire, 1), date=day(5)), lambda d: d.lines[0].update(quantity=Decimal("1.5")))
    c.correct(c.post("delivery_note", (screws, 2, 5), date=day(6)), lambda d: d.header.update(date=day(7)))
    c.unpost(c.post("other_in", (wire, 2, 4), date=day(6)))
    c.run(documents.park, c.draft("delivery_note", {"item_id": screws, "quantity": None}))
    c.void(c.run(documents.park, c.draft("delivery_note")).value)
    c.post("goods_receipt", (screws, 12, "2.07"), date=day(1))  # restates the deliveries
    closed = c.post("sales_order", (wire, 3, 9), date=day(7))
    c.run(documents.close, closed.id, c.version(closed))
    store(c)


def store(c: Company) -> None:
    """What else goods go through: lots, missing stock, layers, counts, assembly, late cost, transit, a second close."""
    tea, cup = c.item(tracking="lot", cost_method="fifo"), c.item(tracking="serial", unit_id=c.piece)
    gift, loose = c.item(unit_id=c.piece), c.item(negative_stock="allow", standard_cost=Decimal(3))
    bought = c.post("goods_receipt", line(tea, 10, 4, lot="A"), line(tea, 6, 5, lot="B"), date=day(1))
    c.post("goods_receipt", line(cup, 2, 30, serials="S1\nS2"), date=day(1))
    c.post("delivery_note", line(tea, 3, 9, lot="A"), line(cup, 1, 80, serials="S1"), date=day(3))
    c.post("delivery_note", (loose, 4, 9), date=day(3))
    c.post("goods_receipt", (loose, 3, 5), date=day(4))
    c.post("transfer", line(tea, 2, lot="B"), date=day(4))
    c.post("cost_adjustment", {"item_id": tea, "source_line_id": c.line_ids(bought)[0]}, fee=Decimal("5.00"),
           date=day(5))
    c.post("assembly", line(tea, 2, lot="A", role="use"), line(cup, 1, serials="S2", role="use"),
           line(gift, 1, role="make"), fee=Decimal("1.50"), date=day(5))
    c.post("revaluation", {"item_id": gift, "amount": Decimal("2.00")}, date=day(6))
    c.post("stock_count", line(tea, 4, lot="A"), date=day(6))
    order = c.post("sales_order", (tea, 2, 9), (gift, 1, 99), date=day(6))
    note = c.post("delivery_note", line(gift, 1, 99, source_line_id=c.line_ids(order)[1]), date=day(7))
    c.post("sales_return", line(gift, 1, 99, source_line_id=c.line_ids(note)[0]), date=day(8))
    transit = c.record("warehouse", code="W9", name="在途", in_transit=True)
    sent = c.post("transfer_shipment", line(tea, 2, lot="B"), to_warehouse_id=transit, destination_id=c.branch,
                  date=day(8))
    c.post("transfer_receipt", line(tea, 1, lot="B", source_line_id=c.line_ids(sent)[0]), warehouse_id=transit,
           to_warehouse_id=c.branch, date=day(9))
    c.run(periods.close, day(0))
    c.run(periods.close, day(10))
    c.run(periods.reopen, "漏记一单")
    c.post("other_in", line(tea, 1, 7, lot="A"), date=day(2))
    c.run(periods.close, day(10))
    c.post("delivery_note", line(tea, 1, 9, lot="B"), date=day(12))


@contextmanager
def sealed_books(url: str) -> Iterator[Company]:
    """A company with sealed books on an empty database; every test that uses it leaves it as it was."""
    with opened(url) as company:
        work(company)
        company.run(sealing.seal)
        yield company


@contextmanager
def unguarded(company: Company) -> Iterator[Connection]:
    """What somebody does who has the file, or the server's own account: triggers and references off."""
    engine = create_engine(database.as_url(company.url))
    with engine.begin() as connection:
        triggers: list[Any] = []
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            triggers = list(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")))
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, sql in triggers:
            connection.execute(text(sql))
    engine.dispose()


@contextmanager
def harmed(company: Company, *statements: Any) -> Iterator[dict[str, Result]]:
    """The checks that fail after these statements ran behind the program's back; then all is as before."""
    tables = list(dict.fromkeys(statement.table for statement in statements))
    with unguarded(company) as connection:
        before = {table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
        for statement in statements:
            connection.execute(statement)
    try:
        yield failed(company)
    finally:
        with unguarded(company) as connection:
            for table, rows in before.items():
                connection.execute(delete(table))
                if rows:
                    connection.execute(insert(table), rows)


def failed(company: Company, **options: Any) -> dict[str, Result]:
    return {r.check: r for r in integrity.check(company.engine, **options) if not r.passed}


def where(results: dict[str, Result], check: str) -> str:
    assert check in results, list(results)
    return "; ".join(f.where for f in results[check].findings)


def a_row(company: Company, table: str, *conditions: Any) -> Any:
    """A row from the middle of a table."""
    found = company.rows(select(TABLES[table]).where(*conditions).order_by(*TABLES[table].primary_key.columns))
    return found[len(found) // 2]


def other(value: Any) -> Any:
    """Another value of the same kind, as near as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Decimal):
        return value + Decimal("0.01")
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(microseconds=1)
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, list):
        return [*value, ["remark", None, None, "x"]]
    return value + 1 if isinstance(value, int) else "x" if value is None else value[:-1] + "x"
