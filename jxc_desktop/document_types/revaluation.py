from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    CURRENT_COST,
    DATE,
    EMPLOYEE,
    ITEM,
    LINE_REMARK,
    LOT,
    NEW_COST,
    REMARK,
    VALUE_CHANGE,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

REVALUATION = DocumentType(
    key="revaluation", title=N_("Revaluation"), section=Section.STOCK, prefix="CBTJ", icon="calculator",
    header=(WAREHOUSE, DATE, EMPLOYEE, REMARK),
    columns=(ITEM, LOT, CURRENT_COST, NEW_COST, VALUE_CHANGE, LINE_REMARK),
    effect=effects.revalue, reversible=False,
)
