from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    AVAILABLE,
    DATE,
    DESTINATION,
    DUE_DATE,
    EMPLOYEE,
    FROM_WAREHOUSE,
    ITEM,
    LINE_REMARK,
    QUANTITY,
    REMARK,
    TRACKED,
    TRANSIT,
    UNIT,
)
from jxc_desktop.document_types.schema import DocumentType, Promise, Section
from jxc_desktop.i18n import N_

TRANSFER_SHIPMENT = DocumentType(
    key="transfer_shipment", title=N_("Transfer shipment"), section=Section.STOCK, prefix="DBFH", icon="truck",
    header=(FROM_WAREHOUSE, DESTINATION, TRANSIT, DATE, DUE_DATE, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, AVAILABLE, QUANTITY, *TRACKED, LINE_REMARK),
    effect=effects.transfer, promise=Promise.ON_ORDER,
)
