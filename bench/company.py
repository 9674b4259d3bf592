"""A small wholesaler to measure on, made through the services."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Draft, RecordDraft
from jxc_desktop.services import access, database, documents, records
from jxc_desktop.services.unit_of_work import Commands, Saved

PLENTY, COST, PRICE = Decimal(100_000), Decimal(10), Decimal(20)
FIRST_DAY = dt.date(2023, 1, 1)


class Company:
    """One warehouse and items with plenty of stock at a cost of 10 each; who opens it closes it."""

    def __init__(self, address: str, origin: str = "bench"):
        self.engine: Engine = database.open_engine(address)
        self.commands = Commands(self.engine, access.administrator(), origin)

    def close(self) -> None:
        self.engine.dispose()

    def found(self, items: int, customers: int = 1, suppliers: int = 1) -> None:
        """Records and opening stock, in a new database."""
        unit = self.record("unit", name="B", decimals=0)
        self.record("warehouse", code="B", name="Bench")
        for number in range(customers):
            self.record("partner", code=f"C{number:03}", name=f"Customer {number}")
        for number in range(suppliers):
            self.record("partner", code=f"S{number:03}", name=f"Supplier {number}", customer=False, supplier=True)
        for number in range(items):
            self.record("item", code=f"B{number:05}", name=f"Bench {number}", unit_id=unit, reorder_point=Decimal(5))
        self.save("opening_stock", self.ids("item"), FIRST_DAY, PLENTY, COST)

    def record(self, kind: str, **values: Any) -> int:
        made = document_types.RECORDS_BY_KEY[kind].new_draft()
        return int(self.commands.execute(records.save, RecordDraft(kind, made.values | values)).value.id)

    def ids(self, table: str, where: str = "true") -> list[int]:
        with self.engine.connect() as connection:
            return [row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {table} WHERE {where} ORDER BY id")]

    def draft(self, kind: str, items: list[int], day: dt.date, quantity: Decimal = Decimal(1),
              price: Decimal | None = PRICE, **header: Any) -> Draft:
        """A document of one line per item, all alike, about the first warehouse."""
        made = document_types.BY_KEY[kind].new_draft(day)
        made.header |= {"warehouse_id": 1, **header}
        made.lines = [{"item_id": item, "quantity": quantity, "price": price} for item in items]
        return made

    def save(self, kind: str, items: list[int], day: dt.date, quantity: Decimal = Decimal(1),
             price: Decimal | None = PRICE, **header: Any) -> Saved:
        return self.post(self.draft(kind, items, day, quantity, price, **header))

    def post(self, draft: Draft, key: str | None = None) -> Saved:
        saved: Saved = self.commands.execute(documents.save, draft, key=key).value
        return saved
