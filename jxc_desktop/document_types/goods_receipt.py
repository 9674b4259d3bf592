from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    DATE,
    DISCOUNT_AMOUNT,
    EMPLOYEE,
    RECEIPT_COLUMNS,
    REMARK,
    SUPPLIER,
    TAX_INCLUDED,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

GOODS_RECEIPT = DocumentType(
    key="goods_receipt", title=N_("Goods receipt"), section=Section.PURCHASE, prefix="CGRK", icon="package-check",
    header=(SUPPLIER, DATE, WAREHOUSE, EMPLOYEE, TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=RECEIPT_COLUMNS,
    effect=effects.receive, settles=effects.payable,
    sources=("purchase_order",),
)
