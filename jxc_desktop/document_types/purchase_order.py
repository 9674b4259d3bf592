from jxc_desktop.document_types.fields import (
    DATE,
    DISCOUNT_AMOUNT,
    DUE_DATE,
    EMPLOYEE,
    ORDER_COLUMNS,
    REMARK,
    SUPPLIER,
    TAX_INCLUDED,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Promise, Section
from jxc_desktop.i18n import N_

PURCHASE_ORDER = DocumentType(
    key="purchase_order", title=N_("Purchase order"), section=Section.PURCHASE, prefix="CGDD", icon="file-text",
    header=(SUPPLIER, DATE, WAREHOUSE, DUE_DATE, EMPLOYEE, TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=ORDER_COLUMNS,
    promise=Promise.ON_ORDER, sources=("purchase_request",),
)
