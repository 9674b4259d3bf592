"""Reports: declared, run by key, the same for the screen, the workbook and the command line."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.reports import accounts, counting, lots, periods, planning, stock, trade
from jxc_desktop.services.reports.frame import Ask, ReportInfo, ReportTable, complete, totals, words
from jxc_desktop.services.unit_of_work import Actor

__all__ = ["ALL", "ReportInfo", "ReportTable", "run"]

ALL = (*trade.REPORTS, *stock.REPORTS, *planning.REPORTS, *lots.REPORTS, *counting.REPORTS, *periods.REPORTS,
       *accounts.REPORTS)
_BY_KEY = {info.key: info for info in ALL}


def run(connection: Connection, key: str, parameters: Mapping[str, Any], actor: Actor) -> ReportTable:
    """The report with what is given; parameters that are missing take their usual values. Raises NotFound."""
    info = _BY_KEY.get(key)
    if info is None:
        raise NotFound(what=N_("Report"), key=key)
    ask = Ask(connection, complete(info, parameters, dt.date.today()), actor)
    columns, rows = info.make(ask)
    shown = tuple(c for c in columns if not c.permission or actor.may(c.permission))
    keys = {"link", *(c.key for c in shown)}  # what stands in no column may not be for this actor's eyes
    rows = [{k: v for k, v in row.items() if k in keys} for row in rows]
    summed = totals(shown, rows)
    rates = {k: v for k, v in info.rates(summed).items() if k in keys and v is not None} if rows else {}
    return ReportTable(tr(info.title), shown, rows, summed | rates, words(info, ask))
