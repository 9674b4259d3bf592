"""What new books need before the first document: the company, a warehouse, the usual units."""

from typing import Any

from sqlalchemy import select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.models.records import company, unit, warehouse
from jxc_desktop.services import records
from jxc_desktop.services.unit_of_work import Saved, Work

WAREHOUSE = ("01", "主仓库")
UNITS = (("个", 0), ("件", 0), ("箱", 0), ("包", 0), ("瓶", 0), ("袋", 0), ("盒", 0), ("台", 0), ("套", 0),
         ("公斤", 3), ("米", 2))
ASKED = ("name", "phone", "address", "taxpayer", "tax_included", "negative_stock")


def begin(work: Work, values: dict[str, Any]) -> Saved:
    """Fill in the company; a warehouse and units are made where there are none. Raises InvalidDraft."""
    kind = document_types.RECORDS_BY_KEY["company"]
    draft = records.read(work.connection, kind, work.connection.execute(select(company.c.id)).scalar_one())
    draft.values |= values
    saved = records.save(work, draft)
    if not work.rows(select(warehouse.c.id).limit(1)):
        code, name = WAREHOUSE
        records.save(work, _draft("warehouse", code=code, name=name))
    if not work.rows(select(unit.c.id).limit(1)):
        for name, decimals in UNITS:
            records.save(work, _draft("unit", name=name, decimals=decimals))
    return saved


def _draft(kind: str, **values: Any) -> RecordDraft:
    made = document_types.RECORDS_BY_KEY[kind].new_draft()
    made.values |= values
    return made
