from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    AVAILABLE,
    DATE,
    EMPLOYEE,
    FROM_WAREHOUSE,
    ITEM,
    LINE_REMARK,
    QUANTITY,
    REMARK,
    TO_WAREHOUSE,
    TRACKED,
    UNIT,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

TRANSFER = DocumentType(
    key="transfer", title=N_("Transfer"), section=Section.STOCK, prefix="DBCK", icon="arrow-left-right",
    header=(FROM_WAREHOUSE, TO_WAREHOUSE, DATE, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, AVAILABLE, QUANTITY, *TRACKED, LINE_REMARK),
    effect=effects.transfer,
)
