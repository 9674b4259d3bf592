from dataclasses import replace

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

DISASSEMBLY = DocumentType(
    key="disassembly", title=N_("Disassembly"), section=Section.STOCK, prefix="CXD", icon="columns-3",
    header=(WAREHOUSE, DATE, FEE, EMPLOYEE, REMARK),
    columns=(replace(ROLE, default="make"), ITEM, UNIT, AVAILABLE, QUANTITY, *NEW_TRACKED, LINE_REMARK),
    effect=effects.convert,
)
