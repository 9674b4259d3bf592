"""The papers of a count: the blank sheet to write on, and the lists of gains (盘盈单) and losses (盘亏单)."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.count_differences import CountDifference
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.services.printing.sheet import Kind, Sheet, SheetColumn
from jxc_desktop.services.queries import Queries
from jxc_desktop.values import ZERO


class Part(StrEnum):
    """What of a count is printed."""

    BLANK = "blank"
    GAINS = "gains"
    LOSSES = "losses"
    DIFFERENCES = "differences"


TITLES = {Part.BLANK: N_("Count sheet"), Part.GAINS: N_("Count gains"), Part.LOSSES: N_("Count losses"),
          Part.DIFFERENCES: N_("Count differences")}
_SIGNING = (N_("Counted by"), N_("Storekeeper"), N_("Approved by"))
_GOODS = ("index", "code", "name", "spec", "unit_id")
_REASONS = ("reason", "counter", "remark")


def sheet_of(queries: Queries, document_id: int, part: Part) -> Sheet:
    """One paper of a count. Raises NotFound, PermissionDenied."""
    [whole] = sheets(queries, [document_id])
    made = _blank(whole) if part is Part.BLANK else _differences(queries, document_id, whole, part)
    return replace(made, title=tr(TITLES[part]), copies=(), signatures=(
        whole.signatures[0], *((tr(label), "") for label in _SIGNING)))


def _blank(whole: Sheet) -> Sheet:
    """Every line, with the books' figure unless the count is blind, and room to write."""
    names = (*_GOODS, "book", "quantity", "counter", "remark")
    columns = tuple(c for c in whole.columns if c.key in names)
    rows = tuple({**row, "quantity": None} for row in whole.rows)
    return replace(whole, columns=columns, rows=rows, totals={}, status_mark="")


def _differences(queries: Queries, document_id: int, whole: Sheet, part: Part) -> Sheet:
    """In base units, with reasons, and the value for those who may see it."""
    draft = queries.open_document(document_id)
    found = [d for d in queries.count_differences(draft) if _belongs(d, part)]
    items = queries.items({draft.lines[d.line]["item_id"] for d in found})
    costs = queries.actor.may("see_cost")
    rows = []
    for d in found:
        line = draft.lines[d.line]
        row = dict(whole.rows[d.line])
        rows.append(row | {"unit_id": items[line["item_id"]].unit, "book": d.book, "quantity": d.counted,
                           "difference": d.difference, "value": d.value if costs else None})
    columns = (*(c for c in whole.columns if c.key in _GOODS), *_figures(costs=costs),
               *(c for c in whole.columns if c.key in _REASONS))
    totals: dict[str, Decimal] = {"difference": _sum(d.difference for d in found)}
    if costs:
        totals["value"] = _sum(d.value for d in found)
    return replace(whole, columns=columns, rows=tuple(rows), totals=totals)


def _figures(*, costs: bool) -> Iterable[SheetColumn]:
    yield SheetColumn("book", tr("Book quantity"), 9, Kind.QUANTITY)
    yield SheetColumn("quantity", tr("Counted"), 9, Kind.QUANTITY)
    yield SheetColumn("difference", tr("Difference"), 9, Kind.QUANTITY)
    if costs:
        yield SheetColumn("value", tr("Value"), 10, Kind.MONEY)


def _belongs(d: CountDifference, part: Part) -> bool:
    return d.difference > 0 if part is Part.GAINS else d.difference < 0 if part is Part.LOSSES else d.difference != 0


def _sum(figures: Iterable[Any]) -> Decimal:
    return sum(figures, ZERO)
