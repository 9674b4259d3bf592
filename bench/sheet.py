"""A workbook of many rows in a process of its own. Run by bench.export.

python -m bench.sheet product|xlsxwriter FILE ROWS, or list FILE FIRST_DAY DATABASE
"""

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.measure import timed
from bench.processes import memory

KINDS = ("date", "text", "text", "code", "text", "text", "quantity", "price", "money", "quantity", "money", "text")


def rows(count: int) -> Iterator[list[Any]]:
    """What a stock ledger looks like: a date, texts in two languages, numbers with few decimals."""
    day = dt.date(2025, 1, 1)
    for i in range(count):
        yield [day + dt.timedelta(days=i // 300), f"XSCK-20250101-{i:06}", "销售出库单", f"6901234{i % 5000:06}",
               f"山泉饮用天然水 550ml×24 {i % 500}", f"惠民便利店 {i % 90}", Decimal(i % 97 + 1),
               Decimal(i % 9999 + 1) / 100, Decimal(i % 99999) / 100, Decimal(i % 40_000) / 4,
               Decimal(i % 999_983) / 100, "主仓库"]


def product(path: Path, count: str) -> None:
    """As every list and report is written."""
    from jxc_desktop.services.exchange.kinds import Kind
    from jxc_desktop.services.exchange.sheet import Column, Table
    from jxc_desktop.services.exchange.workbook import write_xlsx

    columns = [Column(f"c{i}", f"Column {i}", Kind(kind)) for i, kind in enumerate(KINDS)]
    write_xlsx(Table("Bench", columns, rows(int(count))), path)


def xlsxwriter(path: Path, count: str) -> None:
    """The same cells by the library alone, one format for each column."""
    from xlsxwriter import Workbook

    book = Workbook(path, {"constant_memory": True})
    border = {"border": 1, "border_color": "#C8CCD4", "valign": "vcenter"}
    shown = {"date": "yyyy-mm-dd", "quantity": "#,##0.##", "price": "#,##0.00", "money": "#,##0.00"}
    formats = [book.add_format(border | ({"num_format": shown[kind]} if kind in shown else {})) for kind in KINDS]
    sheet = book.add_worksheet("Bench")
    for i in range(len(KINDS)):
        sheet.write_string(0, i, f"Column {i}")
    write = {"date": sheet.write_datetime, "text": sheet.write_string, "code": sheet.write_string}
    writers = [write.get(kind, sheet.write_number) for kind in KINDS]
    for row, values in enumerate(rows(int(count)), start=1):
        for i, value in enumerate(values):
            writers[i](row, i, value, formats[i])
    book.close()


def list_(path: Path, first_day: str, address: str) -> None:
    """The rows of the stock ledger from a day on, read page by page, twelve of its columns."""
    from bench.company import Company
    from jxc_desktop.services import access
    from jxc_desktop.services.exchange.exporting import export_list
    from jxc_desktop.services.queries import ListQuery, Queries

    company = Company(address)
    queries = Queries(company.engine, access.administrator())
    query = ListQuery("moves", filters={"date_from": dt.date.fromisoformat(first_day)}, descending=False)
    export_list(queries, query, queries.list_columns("moves")[:len(KINDS)], path)
    company.close()


WRITERS: dict[str, Callable[..., None]] = {"product": product, "xlsxwriter": xlsxwriter, "list": list_}

if __name__ == "__main__":
    which, file, *more = sys.argv[1:]
    took = timed(lambda: WRITERS[which](Path(file), *more))
    print(json.dumps({"wall": took.wall, "cpu": took.cpu, "memory": memory("VmHWM")}))
