"""Closed periods, what a second close of them changed, and what changed since stock was reported."""

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.i18n import N_
from jxc_desktop.services import netting
from jxc_desktop.services.queries import closing, truth
from jxc_desktop.services.queries.ledgers import ACTION_TITLES
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import ITEM, Ask, Body, ReportInfo, Row
from jxc_desktop.services.reports.items import ITEM_COLUMNS, about, asked

AS_OF = Field("as_of", N_("Stock on the day"), FieldType.DATE)
REPORTED_ON = Field("known_on", N_("Reported on"), FieldType.DATE)
THROUGH = Field("through", N_("Closed through"), FieldType.DATE)
_KINDS = tuple((k.key, k.title) for k in document_types.ALL)


def since_reported(ask: Ask) -> Body:
    """What was entered after stock was reported and changed it: the difference of both, document by document."""
    reported, on = ask.given.get("known_on"), ask.given.get("as_of") or ask.given.get("known_on")
    rows: list[Row] = []
    if reported and on:
        items = {r.id: about(r) for r in asked(ask)}
        for r in truth.changes_since(ask.connection, on, netting.known_by(reported), ask.given.get("item_id")):
            if r.quantity or r.value or r.variance:
                rows.append(items[r.item_id] | dict(r._mapping) | {"link": f"document/{r.kind}/{r.document_id}"})
    return (*ITEM_COLUMNS, ListColumn("number", N_("Number"), width=170),
            ListColumn("kind", N_("Type"), "chip", choices=_KINDS),
            ListColumn("action", N_("Action"), "chip", 80, choices=ACTION_TITLES),
            ListColumn("date", N_("Date"), "date", 100), ListColumn("learnt_at", N_("Recorded at"), "datetime", 140),
            ListColumn("actor", N_("By"), width=80), ListColumn("quantity", N_("Change of quantity"), "quantity", 90),
            ListColumn("value", N_("Change in value"), "money", 110, sum=True, permission="see_cost"),
            ListColumn("variance", N_("To cost of sales"), "money", 104, sum=True, permission="see_cost")), rows


def closed(ask: Ask) -> Body:
    """Every close, those taken back too."""
    rows: list[Row] = [{
        "first": p.first, "through": p.through, "value": p.value, "at": p.closed_at, "closed_by": p.closed_by,
        "reopened_at": p.reopened_at, "reopened_by": p.reopened_by, "reason": p.reopen_reason,
        "link": f"report/period_difference?through={p.through}" if p.supersedes else
        f"report/stock_movement?date_from={p.first or p.through.replace(day=1)}&date_to={p.through}"}
        for p in closing.periods(ask.connection)]
    return (ListColumn("first", N_("From"), "date", 100), ListColumn("through", N_("Through"), "date", 100),
            ListColumn("value", N_("Stock value"), "money", 116, permission="see_cost"),
            ListColumn("at", N_("Closed at"), "datetime", 150), ListColumn("closed_by", N_("Closed by"), width=100),
            ListColumn("reopened_at", N_("Reopened at"), "datetime", 150),
            ListColumn("reopened_by", N_("Reopened by"), width=100),
            ListColumn("reason", N_("Reason"), width=240)), rows


def difference(ask: Ask) -> Body:
    """What a close says otherwise than the one that was taken back for it, with the documents that made the change."""
    wanted = ask.given.get("through")
    found = next((p for p in closing.periods(ask.connection) if p.supersedes and p.reopened_at is None
                  and wanted in (None, p.through)), None)
    rows: list[Row] = []
    by_warehouse = truth.costs_by_warehouse(ask.connection)
    for d in closing.difference_sheet(ask.connection, found.id) if found else ():
        row: Row = {
            "code": d.code, "name": d.name, "spec": d.spec, "unit": d.unit, "warehouse": d.warehouse,
            "before_quantity": d.before.quantity, "after_quantity": d.after.quantity,
            "quantity": d.after.quantity - d.before.quantity,
            "documents": ", ".join(link.number for link in d.documents),
            "link": f"document/{d.documents[-1].kind}/{d.documents[-1].id}"}
        if by_warehouse or d.warehouse_id == truth.WHOLE_COMPANY:  # else the value lies with the company
            row |= {"before_value": d.before.value, "after_value": d.after.value,
                    "value": d.after.value - d.before.value, "variance": d.variance}
        rows.append(row)
    return (*ITEM_COLUMNS, ListColumn("warehouse", N_("Warehouse"), width=100),
            ListColumn("before_quantity", N_("Quantity before"), "quantity", 96),
            ListColumn("after_quantity", N_("Quantity now"), "quantity", 96),
            ListColumn("quantity", N_("Difference"), "quantity", 90),
            ListColumn("before_value", N_("Value before"), "money", 110, permission="see_cost"),
            ListColumn("after_value", N_("Value now"), "money", 110, permission="see_cost"),
            ListColumn("value", N_("Difference in value"), "money", 110, permission="see_cost"),
            ListColumn("variance", N_("To cost of sales"), "money", 104, permission="see_cost"),
            ListColumn("documents", N_("Because of"), width=260)), rows


REPORTS = (
    ReportInfo("since_reported", N_("Changed since reported"), (AS_OF, REPORTED_ON, ITEM), since_reported,
               N_("Choose the day on which the stock was reported")),
    ReportInfo("closed_periods", N_("Closed periods"), (), closed),
    ReportInfo("period_difference", N_("Period difference sheet"), (THROUGH,), difference,
               N_("Nothing was closed a second time")),
)
