"""What a column holds: written by the export and read back by the import."""

from enum import StrEnum

from jxc_desktop.values import COST_PLACES, FACTOR_PLACES, MONEY_PLACES, PRICE_PLACES, QUANTITY_PLACES, RATE_PLACES


class Kind(StrEnum):
    TEXT = "text"
    CODE = "code"
    QUANTITY = "quantity"
    PRICE = "price"
    COST = "cost"
    MONEY = "money"
    RATE = "rate"
    FACTOR = "factor"
    INT = "int"
    DATE = "date"
    DATETIME = "datetime"
    BOOL = "bool"


# Decimals that a number of each kind may have.
PLACES = {
    Kind.QUANTITY: QUANTITY_PLACES,
    Kind.PRICE: PRICE_PLACES,
    Kind.COST: COST_PLACES,
    Kind.MONEY: MONEY_PLACES,
    Kind.RATE: RATE_PLACES,
    Kind.FACTOR: FACTOR_PLACES,
    Kind.INT: 0,
}
NUMBERS = frozenset(PLACES)
