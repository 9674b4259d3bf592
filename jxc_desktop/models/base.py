"""Column types and shorthand that every table shares."""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)

from jxc_desktop import values

metadata = MetaData(naming_convention={
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
})

# SQLite numbers rows by itself only for INTEGER PRIMARY KEY, which is 64 bits wide there anyway.
Id = BigInteger().with_variant(Integer(), "sqlite")


class FixedPoint(TypeDecorator[Decimal]):
    """A Decimal kept as a scaled 64-bit integer: exact on both databases, summed exactly in SQL."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int):
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else values.scaled(value, self.places)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else values.unscaled(int(value), self.places)

    def bind_processor(self, dialect: Dialect) -> Any:
        """The same at once: hundreds of figures of a save go this way."""
        places, scaled = self.places, values.scaled
        return lambda value: None if value is None else scaled(value, places)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        places, unscaled = self.places, values.unscaled
        return lambda value: None if value is None else unscaled(int(value), places)


Quantity = FixedPoint(values.QUANTITY_PLACES)
Price = FixedPoint(values.PRICE_PLACES)
Cost = FixedPoint(values.COST_PLACES)
Money = FixedPoint(values.MONEY_PLACES)
Rate = FixedPoint(values.RATE_PLACES)
Factor = FixedPoint(values.FACTOR_PLACES)

ZERO: dict[str, Any] = {"nullable": False, "server_default": "0"}


def key(name: str = "id") -> Column[Any]:
    return Column(name, Id, primary_key=True, autoincrement=True)


def reference(name: str, table: str, *, nullable: bool = True, ondelete: str | None = None, **more: Any) -> Column[Any]:
    return Column(name, Id, ForeignKey(f"{table}.id", ondelete=ondelete), nullable=nullable, **more)


def text(name: str, length: int = 200, *, nullable: bool = True, **more: Any) -> Column[Any]:
    return Column(name, String(length), nullable=nullable, **more)


def moment(name: str, *, nullable: bool = True) -> Column[Any]:
    """A point in time, in UTC without zone."""
    return Column(name, DateTime, nullable=nullable)


def version() -> Column[Any]:
    return Column("version", Integer, nullable=False, server_default="1")
