from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    CUSTOMER,
    DATE,
    DISCOUNT_AMOUNT,
    EMPLOYEE,
    REMARK,
    SALES_COLUMNS,
    SETTLEMENT,
    TAX_INCLUDED,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

SALES_RETURN = DocumentType(
    key="sales_return", title=N_("Sales return"), section=Section.SALES, prefix="XSTH", icon="undo-2",
    header=(CUSTOMER, DATE, WAREHOUSE, EMPLOYEE, SETTLEMENT, TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=SALES_COLUMNS,
    effect=effects.take_back, settles=effects.less_receivable,
    sources=("delivery_note",),
)
