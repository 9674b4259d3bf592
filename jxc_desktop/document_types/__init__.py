"""Every document type and record type the program knows, in menu order."""

from jxc_desktop.document_types.assembly import ASSEMBLY
from jxc_desktop.document_types.cost_adjustment import COST_ADJUSTMENT
from jxc_desktop.document_types.delivery_note import DELIVERY_NOTE
from jxc_desktop.document_types.disassembly import DISASSEMBLY
from jxc_desktop.document_types.flow_records import flow_records as made_flow_records
from jxc_desktop.document_types.goods_receipt import GOODS_RECEIPT
from jxc_desktop.document_types.opening_stock import OPENING_STOCK
from jxc_desktop.document_types.other_in import OTHER_IN
from jxc_desktop.document_types.other_out import OTHER_OUT
from jxc_desktop.document_types.purchase_order import PURCHASE_ORDER
from jxc_desktop.document_types.purchase_request import PURCHASE_REQUEST
from jxc_desktop.document_types.purchase_return import PURCHASE_RETURN
from jxc_desktop.document_types.records import RECORDS as MASTER_DATA
from jxc_desktop.document_types.revaluation import REVALUATION
from jxc_desktop.document_types.sales_order import SALES_ORDER
from jxc_desktop.document_types.sales_return import SALES_RETURN
from jxc_desktop.document_types.schema import DocumentType, RecordType
from jxc_desktop.document_types.stock_count import STOCK_COUNT
from jxc_desktop.document_types.transfer import TRANSFER
from jxc_desktop.document_types.transfer_receipt import TRANSFER_RECEIPT
from jxc_desktop.document_types.transfer_shipment import TRANSFER_SHIPMENT

ALL = (PURCHASE_REQUEST, PURCHASE_ORDER, GOODS_RECEIPT, PURCHASE_RETURN, COST_ADJUSTMENT, SALES_ORDER, DELIVERY_NOTE,
       SALES_RETURN, TRANSFER, TRANSFER_SHIPMENT, TRANSFER_RECEIPT, STOCK_COUNT, ASSEMBLY, DISASSEMBLY, OTHER_IN,
       OTHER_OUT, REVALUATION, OPENING_STOCK)
BY_KEY = {kind.key: kind for kind in ALL}
RECORDS: tuple[RecordType, ...] = (*MASTER_DATA, *made_flow_records(ALL))
RECORDS_BY_KEY = {record.key: record for record in RECORDS}


def followers(kind: DocumentType) -> tuple[DocumentType, ...]:
    """The types that can be made from a document of this one."""
    return tuple(k for k in ALL if kind.key in k.sources)
