from jxc_desktop.document_types.fields import (
    ADDRESS,
    CONTACT,
    CUSTOMER,
    DATE,
    DISCOUNT_AMOUNT,
    DUE_DATE,
    EMPLOYEE,
    PHONE,
    REMARK,
    SALES_ORDER_COLUMNS,
    SETTLEMENT,
    TAX_INCLUDED,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Promise, Section
from jxc_desktop.i18n import N_

SALES_ORDER = DocumentType(
    key="sales_order", title=N_("Sales order"), section=Section.SALES, prefix="XSDD", icon="file-text",
    header=(CUSTOMER, DATE, WAREHOUSE, ADDRESS, EMPLOYEE, DUE_DATE, SETTLEMENT, CONTACT, PHONE,
            TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=SALES_ORDER_COLUMNS,
    promise=Promise.RESERVED,
)
