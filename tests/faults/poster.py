"""Posts documents and keeps a record of it outside the database: the program that the fault tests kill.

python -m tests.faults.poster --db URL --n N --seed S --log FILE --mix mixed --items 1 2 3
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import event

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.errors import DatabaseError, OutcomeUnknown, UserError
from jxc_desktop.services import access, bulk, database
from jxc_desktop.services.unit_of_work import Commands
from tests.company import Company
from tests.faults.logbook import Logbook, Word

ONE = Decimal(1)


@dataclass(frozen=True)
class Order:
    """What one poster shall do. The key of each document is also its remark."""

    url: str
    log: str
    items: tuple[int, ...]
    seed: int = 0
    count: int = 10
    mix: str = "mixed"
    everywhere: bool = False  # die before each statement of the first document in turn, then live
    patience: float = database.BUSY_SECONDS
    warehouses: tuple[int, ...] = ()
    until: str = ""  # stop once this file exists


def post(order: Order, gate: Any = None) -> None:
    """Carry out an order in this process; with a gate wait for the others first."""
    engine = database.open_engine(order.url, order.patience)
    company = Company(order.url, engine, Commands(engine, access.administrator(), f"poster {order.seed}",
                                                  patience=order.patience))
    book, chance = Logbook(Path(order.log)), random.Random(order.seed)
    if order.everywhere:
        return _die_everywhere(company, order, book)
    if gate:
        gate.wait()
    for number in range(order.count):
        if order.until and Path(order.until).exists():
            break
        _send(company, MIXES[order.mix](company, order, chance, number), f"{Path(order.log).stem}-{number}", book)
    engine.dispose()


def _send(company: Company, draft: Draft, key: str, book: Logbook) -> None:
    """Until it is known what became of it, as the window does."""
    draft.header["remark"] = key
    book.write(Word.INTENT, key)
    unsure, end = False, time.monotonic() + 30
    while (unsure := _sent(company, draft, key, book, unsure)) and time.monotonic() < end:
        time.sleep(0.2)


def _sent(company: Company, draft: Draft, key: str, book: Logbook, unsure: bool) -> bool:
    """Whether it is still unknown what became of it."""
    try:
        company.save(draft, key=key)
    except OutcomeUnknown as error:
        book.write(Word.UNKNOWN, key, error=str(error))
        return True
    except DatabaseError as error:
        book.write(Word.UNKNOWN if unsure else Word.FAILED, key, error=f"{error.code}: {error}")
        return unsure
    except UserError as error:
        book.write(Word.REFUSED, key, error=error.code)
    else:
        book.write(Word.POSTED, key)
    return False


def _die_everywhere(company: Company, order: Order, book: Logbook) -> None:
    """A copy of this process for each statement, until one lives to tell."""
    draft = MIXES[order.mix](company, order, random.Random(order.seed), 0)
    company.save(draft)  # once alive, so that not every copy makes its SQL anew
    number, ended = 0, 9
    while ended == 9:
        number += 1
        company.engine.dispose()  # a copy must not share connections
        if not (child := os.fork()):
            die_at(company.engine, number)
            _send(company, draft, f"{Path(order.log).stem}-{number}", book)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_at(engine: Any, number: int) -> None:
    """End the process, as a kill would, before its `number`th statement from now; the commit counts as one."""
    left = [number]

    def count(*_: Any) -> None:
        left[0] -= 1
        if not left[0]:
            os._exit(9)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    copy = bulk.copy_rows

    def counted(*given: Any) -> None:
        count()
        copy(*given)

    bulk.copy_rows = counted  # no statement to SQLAlchemy


# --- what is posted ------------------------------------------------------------------------------------------


def _mixed(company: Company, order: Order, chance: random.Random, number: int) -> Draft:
    """What a day brings: receipts, deliveries, transfers, orders, other issues."""
    kind = chance.choice(("goods_receipt", "goods_receipt", "delivery_note", "transfer", "sales_order", "other_in"))
    few = chance.sample(order.items, k=min(len(order.items), chance.randint(1, 3)))
    price = None if kind == "transfer" else Decimal(chance.randint(100, 999)) / 100
    return company.draft(kind, *((item, chance.randint(1, 4), price) for item in few))


def _sell(company: Company, order: Order, chance: random.Random, number: int) -> Draft:
    """One of the first item."""
    return company.draft("delivery_note", (order.items[0], ONE, 9))


def _opposite(company: Company, order: Order, chance: random.Random, number: int) -> Draft:
    """The same items, in an order that depends on who sells."""
    items = order.items if order.seed % 2 else order.items[::-1]
    return company.draft("delivery_note", *((item, ONE, 9) for item in items))


def _move(company: Company, order: Order, chance: random.Random, number: int) -> Draft:
    """From one warehouse to another; the sum over all stays."""
    source, target = chance.sample(order.warehouses, k=2)
    return company.draft("transfer", (chance.choice(order.items), chance.randint(1, 5)), warehouse_id=source,
                         to_warehouse_id=target)


def _ten_lines(company: Company, order: Order, chance: random.Random, number: int) -> Draft:
    return company.draft("delivery_note", *((item, ONE, 9) for item in order.items))


MIXES: dict[str, Callable[[Company, Order, random.Random, int], Draft]] = {
    "mixed": _mixed, "sell": _sell, "opposite": _opposite, "move": _move, "delivery": _ten_lines}


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mix", choices=MIXES, default="mixed")
    parser.add_argument("--items", type=int, nargs="+", required=True)
    given = parser.parse_args(argv)
    post(Order(given.db, given.log, tuple(given.items), given.seed, given.n, given.mix))


if __name__ == "__main__":
    main(sys.argv[1:])
