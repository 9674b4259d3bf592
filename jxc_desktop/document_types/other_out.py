from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    AVAILABLE,
    DATE,
    EMPLOYEE,
    ITEM,
    LINE_REMARK,
    QUANTITY,
    REASON,
    REMARK,
    TRACKED,
    UNIT,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

OTHER_OUT = DocumentType(
    key="other_out", title=N_("Other out"), section=Section.STOCK, prefix="QTCK", icon="upload",
    header=(WAREHOUSE, DATE, REASON, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, AVAILABLE, QUANTITY, *TRACKED, LINE_REMARK),
    effect=effects.issue,
    sources=("transfer_shipment",), inherits=(("warehouse_id", "to_warehouse_id"),),
)
