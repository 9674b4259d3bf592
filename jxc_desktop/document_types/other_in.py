from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    AVAILABLE,
    COST_AMOUNT,
    DATE,
    EMPLOYEE,
    ITEM,
    LINE_REMARK,
    NEW_TRACKED,
    QUANTITY,
    REASON,
    REMARK,
    UNIT,
    UNIT_COST,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

OTHER_IN = DocumentType(
    key="other_in", title=N_("Other in"), section=Section.STOCK, prefix="QTRK", icon="download",
    header=(WAREHOUSE, DATE, REASON, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, AVAILABLE, QUANTITY, UNIT_COST, COST_AMOUNT, *NEW_TRACKED, LINE_REMARK),
    effect=effects.receive,
)
