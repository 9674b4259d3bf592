"""Documents of every type share two tables; columns carry the names of the declared fields."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    true,
)

from jxc_desktop.models.base import (
    ZERO,
    Factor,
    Id,
    Money,
    Price,
    Quantity,
    Rate,
    key,
    metadata,
    moment,
    reference,
    text,
    version,
)

document = Table(
    "document", metadata, key(), Column("kind", String(40), nullable=False), text("number", 40),
    text("status", 10, nullable=False), text("progress", 10), Column("date", Date, nullable=False),
    Column("time", Time),  # within the day, where an import or another program knows it
    # the id of the first posting: fixes the document's place among those of the same moment
    Column("entry", Id), reference("partner_id", "partner", index=True), reference("warehouse_id", "warehouse"),
    reference("to_warehouse_id", "warehouse"), reference("destination_id", "warehouse"),
    reference("employee_id", "employee"), Column("due_date", Date),
    text("address"), text("contact", 80), text("phone", 40), text("settlement", 20),
    Column("tax_included", Boolean, nullable=False, server_default=true()),
    Column("discount_amount", Money), Column("fee", Money), text("fee_basis", 10), text("reason", 20),
    Column("blind", Boolean), text("uncounted", 10),
    Column("snapshot", Id),  # the last posting that the book quantities of a count include
    text("remark", 500), Column("total", Money, **ZERO),
    Column("total_net", Money, **ZERO), Column("total_tax", Money, **ZERO),
    Column("total_quantity", Quantity, **ZERO), reference("reversal_of_id", "document"),
    moment("created_at", nullable=False), text("created_by", 120, nullable=False), moment("posted_at"),
    text("posted_by", 120), moment("changed_at"), text("changed_by", 120),
    Column("print_count", Integer, **ZERO),
    Column("round", Integer, **ZERO),  # how often it was submitted for approval
    version(),
    UniqueConstraint("kind", "number"),
    Index("ix_document_kind_date_id", "kind", "date", "id"),
)

document_line = Table(
    "document_line", metadata, key(), reference("document_id", "document", nullable=False),
    Column("position", Integer, nullable=False), reference("item_id", "item", index=True),
    text("role", 10), reference("unit_id", "unit"), Column("factor", Factor), Column("per", Factor),
    text("lot", 60), Column("production_date", Date), Column("expiry_date", Date), Column("serials", Text),
    Column("book", Quantity), text("counter", 80), Column("revalue", Boolean),
    text("reason", 20), Column("quantity", Quantity),
    Column("base_quantity", Quantity), Column("price", Price), Column("discount", Rate), Column("tax_rate", Rate),
    Column("amount", Money), Column("discount_share", Money), Column("net", Money), Column("tax", Money),
    Column("value", Money), Column("gift", Boolean, nullable=False, server_default=false()), text("remark"),
    reference("source_line_id", "document_line", index=True),
    reference("for_line_id", "document_line", index=True),  # the order line for which this one asks for goods
    Column("fulfilled", Quantity, **ZERO),  # base units that later documents took from this line
    Column("reserved", Quantity, **ZERO),  # base units that this line of an order holds
    Column("used", Quantity, **ZERO),  # base units of its order's reservation that this line used up
    Column("reopens", Boolean, nullable=False, server_default=false()),  # what comes back is open in the order again
    Index("ix_document_line_document_id_position", "document_id", "position"),
)

number_series = Table(
    "number_series", metadata, Column("kind", String(40), primary_key=True),
    Column("period", String(12), primary_key=True), Column("last", Integer, nullable=False))
