from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    COST_AMOUNT,
    DATE,
    ITEM,
    LINE_REMARK,
    NEW_TRACKED,
    QUANTITY,
    REMARK,
    UNIT,
    UNIT_COST,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

OPENING_STOCK = DocumentType(
    key="opening_stock", title=N_("Opening stock"), section=Section.STOCK, prefix="QC", icon="package",
    header=(WAREHOUSE, DATE, REMARK),
    columns=(ITEM, UNIT, QUANTITY, UNIT_COST, COST_AMOUNT, *NEW_TRACKED, LINE_REMARK),
    effect=effects.receive,
)
