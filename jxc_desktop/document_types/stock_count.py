from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    BLIND,
    BOOK,
    COUNTED,
    COUNTER,
    DATE,
    DIFFERENCE,
    EMPLOYEE,
    ITEM,
    LINE_REASON,
    LINE_REMARK,
    NEW_TRACKED,
    REMARK,
    REVALUE,
    UNCOUNTED,
    UNIT,
    UNIT_COST,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

STOCK_COUNT = DocumentType(
    key="stock_count", title=N_("Stock count"), section=Section.STOCK, prefix="PD", icon="list",
    header=(WAREHOUSE, DATE, BLIND, UNCOUNTED, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, BOOK, COUNTED, DIFFERENCE, *NEW_TRACKED, UNIT_COST, REVALUE, LINE_REASON, COUNTER,
             LINE_REMARK),
    effect=effects.count, reversible=False,
)
