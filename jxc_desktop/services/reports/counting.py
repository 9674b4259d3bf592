"""How accurate the books were when stock was counted."""

from collections.abc import Callable
from typing import Any

from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.document_types.stock_count import STOCK_COUNT
from jxc_desktop.i18n import N_
from jxc_desktop.services import accuracy
from jxc_desktop.services.accuracy import Accuracy, CountedLine
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import PERIOD, WAREHOUSE, Ask, Body, ReportInfo, Row
from jxc_desktop.values import ZERO

_DOCUMENT = "document"
BY: dict[str, tuple[str, Callable[[CountedLine], Any]]] = {
    _DOCUMENT: (N_("Document"), lambda line: line.document_id),
    "abc": (N_("ABC class"), lambda line: line.abc),
    "category": (N_("Category"), lambda line: line.category),
    "counter": (N_("Counted by"), lambda line: line.counter),
    "warehouse": (N_("Warehouse"), lambda line: line.warehouse)}
GROUP = Field("group", N_("Group by"), FieldType.CHOICE, required=True, default=_DOCUMENT,
              choices=tuple((key, title) for key, (title, _) in BY.items()))
_HEAD = (ListColumn("date", N_("Date"), "date", 96), ListColumn("number", N_("Number"), width=160),
         ListColumn("warehouse", N_("Warehouse"), width=110))
_FIGURES = (ListColumn("lines", N_("Lines counted"), "int", 90, sum=True),
            ListColumn("within", N_("Within tolerance"), "int", 90, sum=True),
            ListColumn("by_line", N_("Accuracy of lines"), "rate", 96),
            ListColumn("book_value", N_("Book value"), "money", 116, sum=True, permission="see_cost"),
            ListColumn("off_value", N_("Value off"), "money", 116, sum=True, permission="see_cost"),
            ListColumn("by_value", N_("Accuracy of value"), "rate", 96, permission="see_cost"))


def count_accuracy(ask: Ask) -> Body:
    """Lines within tolerance (A 1 %, B 3 %, C 5 % of the books) and value off, by document or otherwise."""
    group = ask.given["group"]
    title, key = BY[group]
    groups: dict[Any, list[CountedLine]] = {}
    for line in accuracy.counted_lines(ask.connection, ask.first, ask.last, ask.given.get("warehouse_id")):
        groups.setdefault(key(line), []).append(line)
    if group == _DOCUMENT:
        rows = [{"date": lines[0].date, "number": lines[0].number, "warehouse": lines[0].warehouse,
                 "link": f"document/{STOCK_COUNT.key}/{id_}", **_figures(lines)} for id_, lines in groups.items()]
        return (*_HEAD, *_FIGURES), rows
    return (ListColumn("name", title, width=160), *_FIGURES), [
        {"name": name, **_figures(groups[name])} for name in sorted(groups)]


def _figures(lines: list[CountedLine]) -> Row:
    found = accuracy.summed(lines)
    return {"lines": found.lines, "within": found.within, "by_line": found.by_line, "book_value": found.book_value,
            "off_value": found.off_value, "by_value": found.by_value}


def _rates(summed: Row) -> Row:
    """Of all lines together."""
    whole = Accuracy(int(summed["lines"]), int(summed["within"]), summed.get("book_value", ZERO),
                     summed.get("off_value", ZERO))
    return {"by_line": whole.by_line, "by_value": whole.by_value}


REPORTS = (ReportInfo("count_accuracy", N_("Count accuracy"), (*PERIOD, WAREHOUSE, GROUP), count_accuracy,
                      rates=_rates),)
