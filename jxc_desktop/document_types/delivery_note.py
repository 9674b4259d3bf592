from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    ADDRESS,
    CONTACT,
    CUSTOMER,
    DATE,
    DISCOUNT_AMOUNT,
    EMPLOYEE,
    PHONE,
    REMARK,
    SALES_COLUMNS,
    SETTLEMENT,
    TAX_INCLUDED,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

DELIVERY_NOTE = DocumentType(
    key="delivery_note", title=N_("Delivery note"), section=Section.SALES, prefix="XSCK", icon="truck",
    print_title=N_("Delivery sheet"),
    header=(CUSTOMER, DATE, WAREHOUSE, ADDRESS, EMPLOYEE, SETTLEMENT, CONTACT, PHONE,
            TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=SALES_COLUMNS,
    effect=effects.issue, settles=effects.receivable,
    sources=("sales_order",),
)
