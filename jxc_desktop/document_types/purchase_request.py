from jxc_desktop.document_types.fields import (
    AVAILABLE,
    DATE,
    EMPLOYEE,
    ITEM,
    LINE_REMARK,
    NEEDED_BY,
    QUANTITY,
    REMARK,
    UNIT,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Promise, Section
from jxc_desktop.i18n import N_

PURCHASE_REQUEST = DocumentType(
    key="purchase_request", title=N_("Purchase request"), section=Section.PURCHASE, prefix="CGSQ", icon="file-text",
    header=(DATE, WAREHOUSE, NEEDED_BY, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, AVAILABLE, QUANTITY, LINE_REMARK),
    promise=Promise.REQUESTED,
)
