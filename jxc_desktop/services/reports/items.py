"""How reports on stock name the items that they are about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from jxc_desktop.i18n import N_
from jxc_desktop.models.records import category, item, unit
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.queries.sources import category_and_below
from jxc_desktop.services.reports.frame import Ask, Row

ITEM_COLUMNS = (ListColumn("code", N_("Code"), width=90), ListColumn("name", N_("Item"), width=180),
                ListColumn("spec", N_("Spec"), width=110), ListColumn("unit", N_("Unit"), width=52))


def asked(ask: Ask) -> Sequence[Any]:
    """Every item that is asked for, by code."""
    i, given = item.c, ask.given
    query = select(i.id, i.code, i.name, i.spec, unit.c.name.label("unit"),
                   category.c.name.label("category")).join_from(item, unit, unit.c.id == i.unit_id).outerjoin(
        category, category.c.id == i.category_id).order_by(i.code)
    if given.get("category_id") is not None:
        query = query.where(i.category_id.in_(category_and_below(given["category_id"])))
    if given.get("item_id") is not None:
        query = query.where(i.id == given["item_id"])
    return ask.rows(query)


def about(r: Any) -> Row:
    return {"code": r.code, "name": r.name, "spec": r.spec, "unit": r.unit, "category": r.category}
