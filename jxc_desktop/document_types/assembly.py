from jxc_desktop.document_types import effects
from jxc_desktop.document_types.fields import (
    AVAILABLE,
    DATE,
    EMPLOYEE,
    FEE,
    ITEM,
    LINE_REMARK,
    NEW_TRACKED,
    QUANTITY,
    REMARK,
    ROLE,
    UNIT,
    WAREHOUSE,
)
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.i18n import N_

ASSEMBLY = DocumentType(
    key="assembly", title=N_("Assembly"), section=Section.STOCK, prefix="ZZD", icon="layers",
    header=(WAREHOUSE, DATE, FEE, EMPLOYEE, REMARK),
    columns=(ROLE, ITEM, UNIT, AVAILABLE, QUANTITY, *NEW_TRACKED, LINE_REMARK),
    effect=effects.convert,
)
