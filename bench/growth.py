"""A stock ledger of a million rows in a minute: one day that real saves wrote, copied day after day by the database.

On the template day 20 receipts of ten lines bring four of each of 200 items and 80 deliveries of ten lines take
one of them four times, at the cost that the stock has: every day ends with the quantities, values and costs that
it began with. So copies of the rows (document, lines, posting, moves, partner entries, audit, change feed,
command) under new ids, numbers and dates leave balances and cost pools true; what partners owe is added up again
and the pools are told which move is now their latest. Only digests are not those of the rows, and copied audit
entries have no detail: nothing that posts or reports reads them.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, select, text

from bench.company import COST, FIRST_DAY, Company
from jxc_desktop.models import TABLES
from jxc_desktop.services import database

ITEMS, LINES, TURNS = 200, 10, 4
CUSTOMERS, SUPPLIERS = 40, 10
TEMPLATE_DAY = FIRST_DAY + dt.timedelta(days=1)
COPIED = ("document", "document_line", "posting", "stock_move", "partner_entry", "audit_entry", "change")


def rows_a_day() -> int:
    return ITEMS * (1 + TURNS)


def last_day(rows: int) -> dt.date:
    """The last day with moves in a ledger of so many rows."""
    return TEMPLATE_DAY + dt.timedelta(days=max(rows // rows_a_day() - 1, 0))


def grow(address: str, rows: int) -> None:
    """Fill a new database, or one that has the template day already, to `rows` ledger rows."""
    company = Company(address)
    if not company.ids("document"):
        _template(company)
    days = rows // rows_a_day() - 1
    if days > 0:
        with database.write(company.engine).begin() as connection:
            _multiply(connection, days)
        if company.engine.dialect.name == "postgresql":  # the server does so by itself, later
            with company.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
    company.close()


def _template(company: Company) -> None:
    company.found(ITEMS, CUSTOMERS, SUPPLIERS)
    items = company.ids("item")
    tens = [items[i:i + LINES] for i in range(0, len(items), LINES)]
    customers, suppliers = company.ids("partner", "customer"), company.ids("partner", "supplier")
    for number, ten in enumerate(tens):
        company.save("goods_receipt", ten, TEMPLATE_DAY, Decimal(TURNS), COST,
                     partner_id=suppliers[number % SUPPLIERS])
    for number, ten in enumerate(tens * TURNS):
        company.save("delivery_note", ten, TEMPLATE_DAY, partner_id=customers[number % CUSTOMERS])


def _multiply(connection: Connection, days: int) -> None:
    first = connection.scalar(select(func.min(TABLES["document"].c.id)).where(
        TABLES["document"].c.date == TEMPLATE_DAY))
    spans = {name: _span(connection, name, first) for name in COPIED}
    copies = [_copy(name, spans) for name in COPIED] + [_copy_series(), _copy_commands()]
    for k in range(1, days + 1):
        day = TEMPLATE_DAY + dt.timedelta(days=k)
        given = {"k": k, "day": day, "midnight": dt.datetime.combine(day, dt.time()),
                 "noon": dt.datetime.combine(day, dt.time(12)), "was": f"{TEMPLATE_DAY:%Y%m%d}", "now": f"{day:%Y%m%d}"}
        for statement in copies:
            connection.execute(statement, given)
    _sum_up(connection, days, spans)


def _span(connection: Connection, name: str, first: int) -> tuple[int, int]:
    """The ids of a table's rows from the template day: all that its documents wrote, and nothing after."""
    t, d = TABLES[name], TABLES["document"]
    column = {"document": "id", "audit_entry": "entity_id"}.get(name, "document_id")
    kinds = ("goods_receipt", "delivery_note")
    if name == "change":  # the last rows; several of each document
        lowest = connection.scalar(select(func.min(t.c.id)).where(t.c.entity.in_(kinds), t.c.entity_id >= first))
    else:
        query = select(func.min(t.c.id)).where(t.c[column] >= first)
        if name == "audit_entry":
            query = query.where(t.c.entity.in_(kinds))
        lowest = connection.scalar(query)
    assert lowest and d is not None
    return int(lowest), int(connection.scalar(select(func.max(t.c.id))) or 0)


def _copy(name: str, spans: dict[str, tuple[int, int]]) -> Any:
    """INSERT … SELECT of the template rows as those of day k."""
    t = TABLES[name]
    k: Any = bindparam("k")

    def moved(column: str, of: str) -> Any:
        low, high = spans[of]
        return t.c[column] + k * (high - low + 1)

    changed: dict[str, Any] = {"id": lambda: moved("id", name)}
    changed |= {column: (lambda column=column, of=of: moved(column, of)) for column, of in (
        ("document_id", "document"), ("posting_id", "posting"), ("entry", "posting"), ("line_id", "document_line"))}
    changed |= {"date": lambda: bindparam("day", type_=t.c.date.type),
                "effective_at": lambda: bindparam("midnight", type_=t.c.effective_at.type),
                "number": lambda: func.replace(t.c.number, bindparam("was"), bindparam("now")),
                "detail": lambda: literal([], t.c.detail.type)}
    changed |= {column: (lambda column=column: bindparam("noon", type_=t.c[column].type))
                for column in ("at", "created_at", "posted_at")}
    if name == "audit_entry":
        changed["entity_id"] = lambda: moved("entity_id", "document")
    columns = [changed[c.name]().label(c.name) if c.name in changed else c for c in t.columns]
    low, high = spans[name]
    return insert(t).from_select([c.name for c in t.columns], select(*columns).where(t.c.id.between(low, high)))


def _copy_series() -> Any:
    t = TABLES["number_series"]
    return insert(t).from_select([c.name for c in t.columns], select(
        t.c.kind, bindparam("now", type_=t.c.period.type), t.c.last).where(t.c.period == bindparam("was")))


def _copy_commands() -> Any:
    """As many keys as there are documents."""
    t, d = TABLES["command"], TABLES["document"]
    key = func.lower(func.replace(d.c.number, "-", "")) + literal("-0123456789abcdef")
    return insert(t).from_select(["key", "at", "actor"], select(key, d.c.created_at, d.c.created_by).where(
        d.c.date == bindparam("day", type_=d.c.date.type)))


def _sum_up(connection: Connection, days: int, spans: dict[str, tuple[int, int]]) -> None:
    b, e, p = TABLES["partner_balance"], TABLES["partner_entry"], TABLES["cost_pool"]
    connection.execute(b.update().values(amount=select(func.sum(e.c.amount)).where(
        e.c.partner_id == b.c.partner_id, e.c.account == b.c.account).scalar_subquery()))
    low, high = spans["posting"]
    midnight = dt.datetime.combine(TEMPLATE_DAY + dt.timedelta(days=days), dt.time())
    connection.execute(p.update().values(last_at=midnight, last_entry=p.c.last_entry + days * (high - low + 1)))
    if connection.dialect.name == "postgresql":
        for name in COPIED:
            connection.execute(text(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))
