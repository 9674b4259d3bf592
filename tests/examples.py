"""A short document of any type, for tests of what every type can do."""

from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.schema import DocumentType
from jxc_desktop.services.unit_of_work import Saved
from tests.company import Company, day, line

SEVEN = Decimal(7)


def traded(kind: DocumentType) -> bool:
    """Its lines are so many at a price."""
    return kind.priced and kind.column("quantity") is not None


def short(company: Company, kind: DocumentType, item: int, **header: Any) -> Saved:
    """Two of the item (first line), at 3.50 where lines have prices; enough of it has to be there."""
    lines: list[Any] = [line(item, 2, "3.5" if kind.priced else None)]
    if kind.spreads_fee:
        receipt = company.post("goods_receipt", (item, 1, 2), date=day(-1))
        lines = [{"item_id": item, "source_line_id": company.line_ids(receipt)[0], "amount": SEVEN}]
        header |= {"fee": SEVEN}
    elif kind.column("quantity") is None:
        lines = [{"item_id": item, "amount": SEVEN}]
    elif kind.column("role"):
        lines = [line(item, 2, role="use"), line(company.item(), 1, role="make")]
    return company.post(kind.key, *lines, **header)

