from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    DATE,
    EMPLOYEE,
    FROM_TRANSIT,
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

TRANSFER_RECEIPT = DocumentType(
    key="transfer_receipt", title=N_("Transfer receipt"), section=Section.STOCK, prefix="DBSH", icon="package-check",
    header=(TO_WAREHOUSE, FROM_TRANSIT, DATE, EMPLOYEE, REMARK),
    columns=(ITEM, UNIT, QUANTITY, *TRACKED, LINE_REMARK),
    effect=effects.transfer,
    sources=("transfer_shipment",),
    inherits=(("warehouse_id", "to_warehouse_id"), ("to_warehouse_id", "destination_id")),
)
