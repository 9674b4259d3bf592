from dataclasses import replace

from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    DATE,
    EMPLOYEE,
    FEE,
    FEE_BASIS,
    FEE_SHARE,
    ITEM,
    LINE_REMARK,
    RECEIVED,
    REMARK,
    SUPPLIER,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

COST_ADJUSTMENT = DocumentType(
    key="cost_adjustment", title=N_("Cost adjustment"), section=Section.PURCHASE, prefix="FYFT", icon="percent",
    header=(replace(SUPPLIER, required=False), DATE, replace(FEE, required=True, default=None, signed=True), FEE_BASIS,
            EMPLOYEE, REMARK),
    columns=(ITEM, RECEIVED, FEE_SHARE, LINE_REMARK),
    effect=effects.adjust, settles=effects.payable, spreads_fee=True,
    sources=("goods_receipt", "other_in"),
)
