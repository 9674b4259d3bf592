from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    DATE,
    DISCOUNT_AMOUNT,
    EMPLOYEE,
    REMARK,
    SUPPLIER,
    TAX_INCLUDED,
    TRADE_COLUMNS,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

PURCHASE_RETURN = DocumentType(
    key="purchase_return", title=N_("Purchase return"), section=Section.PURCHASE, prefix="CGTH", icon="undo-2",
    header=(SUPPLIER, DATE, WAREHOUSE, EMPLOYEE, TAX_INCLUDED, DISCOUNT_AMOUNT, REMARK),
    columns=TRADE_COLUMNS,
    effect=effects.give_back, settles=effects.less_payable,
    sources=("goods_receipt",),
)
