"""Reading the sample companies' CSV files: text in, exact numbers and dates out."""

import csv
import datetime as dt
import os
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

ROOT = Path(__file__).parents[2]
CENT = Decimal("0.01")
Row = dict[str, str]


def data_folder() -> Path:
    """Where the sample companies lie: the variable JXC_DATA, else beside the repository."""
    return (ROOT / os.environ.get("JXC_DATA", "../shared/data")).resolve()


def read(folder: Path, name: str) -> list[Row]:
    """The rows of one CSV file, texts as they stand."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_key(rows: list[Row], *keys: str) -> dict[str, list[Row]]:
    """The rows of each value of `keys` (joined), in file order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(" ".join(row[k] for k in keys), []).append(row)
    return found


def number(text: str) -> Decimal:
    return Decimal(text or 0)


def day(text: str) -> dt.date:
    """The date of `1996-07-16 00:00:00.000`."""
    return dt.date.fromisoformat(text[:10])


def clock(text: str) -> dt.time:
    """The time of day of `2006-03-22 16:02:28`."""
    return dt.time.fromisoformat(text[11:19])


def cents(amount: Decimal) -> Decimal:
    """Rounded half up, by Python's own means: an independent second opinion on the product's rounding."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def added_up(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """The amounts of each key added up; keys that come to nothing are left out, as in the books."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        found[key] += amount
    return {key: amount for key, amount in found.items() if amount}
