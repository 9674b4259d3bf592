"""Master data tables; their columns carry the names of the fields in document_types.records."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from jxc_desktop.models.base import (
    Factor,
    Money,
    Price,
    Quantity,
    Rate,
    key,
    metadata,
    reference,
    text,
    version,
)


def _active() -> Column[bool]:
    return Column("active", Boolean, nullable=False, server_default=true())


def searchable() -> list[Column[str]]:
    """Initials and full pinyin of every reading of the name, separated by blanks."""
    return [Column("initials", Text, nullable=False, server_default=""),
            Column("pinyin", Text, nullable=False, server_default="")]


unit = Table("unit", metadata, key(), Column("name", String(20), nullable=False, unique=True),
             Column("decimals", Integer, nullable=False), *searchable(), version())

category = Table("category", metadata, key(), text("name", 120, nullable=False),
                 reference("parent_id", "category"), *searchable(), version())

warehouse = Table(
    "warehouse", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("address"), text("contact", 80), text("phone", 40),
    text("negative_stock", 10), Column("in_transit", Boolean, nullable=False, server_default=false()), _active(),
    text("remark", 1000), *searchable(), version())

item = Table(
    "item", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("spec", 120), text("brand", 60),
    reference("category_id", "category", index=True), reference("unit_id", "unit", nullable=False),
    Column("purchase_price", Price), Column("sale_price", Price), Column("minimum_price", Price),
    Column("tax_rate", Rate), Column("reorder_point", Quantity), Column("maximum", Quantity),
    text("negative_stock", 10), Column("stocked", Boolean, nullable=False, server_default=true()), _active(),
    text("cost_method", 20, nullable=False, server_default="moving_average"), Column("standard_cost", Price),
    text("tracking", 10, nullable=False, server_default="none"), Column("shelf_life_days", Integer),
    Column("expiry_alert_days", Integer), Column("serial_once", Boolean, nullable=False, server_default=false()),
    text("replenishment", 10, nullable=False, server_default="min_max"), Column("lot_size", Quantity),
    Column("order_multiple", Quantity), Column("order_minimum", Quantity), Column("lead_days", Integer),
    reference("supplier_id", "partner"),
    text("remark", 1000), Column("picture", LargeBinary), *searchable(), version())

item_unit = Table(
    "item_unit", metadata, key(), reference("item_id", "item", nullable=False, ondelete="CASCADE"),
    reference("unit_id", "unit", nullable=False), Column("factor", Factor, nullable=False),
    Column("per", Factor, nullable=False, server_default=str(10**8)),
    Column("sale_price", Price), Column("purchase_price", Price), UniqueConstraint("item_id", "unit_id"))

barcode = Table(
    "barcode", metadata, key(), reference("item_id", "item", nullable=False, index=True, ondelete="CASCADE"),
    Column("code", String(60), nullable=False, unique=True), reference("unit_id", "unit"))

recipe_line = Table(
    "recipe_line", metadata, key(), reference("item_id", "item", nullable=False, ondelete="CASCADE"),
    reference("component_id", "item", nullable=False), Column("quantity", Quantity, nullable=False),
    UniqueConstraint("item_id", "component_id"))

# A lot of goods, or one serial number. The dates are those of its first receipt.
lot = Table(
    "lot", metadata, key(), reference("item_id", "item", nullable=False), Column("code", String(60), nullable=False),
    Column("production_date", Date), Column("expiry_date", Date), UniqueConstraint("item_id", "code"))

stock_level = Table(
    "stock_level", metadata, key(), reference("item_id", "item", nullable=False, ondelete="CASCADE"),
    reference("warehouse_id", "warehouse", nullable=False), Column("reorder_point", Quantity),
    Column("maximum", Quantity), UniqueConstraint("item_id", "warehouse_id"))

partner = Table(
    "partner", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), Column("customer", Boolean, nullable=False),
    Column("supplier", Boolean, nullable=False), text("contact", 80), text("phone", 40), text("address"),
    text("tax_number", 40), text("bank", 120), text("settlement", 20), Column("credit_limit", Money), _active(),
    text("remark", 1000), *searchable(), version())

employee = Table(
    "employee", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("phone", 40), text("role", 20), _active(), text("remark", 1000),
    *searchable(), version())

company = Table(
    "company", metadata, key(), text("name", 120, nullable=False), text("phone", 40), text("address"),
    text("tax_number", 40), text("bank", 120), text("taxpayer", 10, nullable=False),
    Column("tax_included", Boolean, nullable=False), text("negative_stock", 10, nullable=False),
    Column("over_receipt", Rate), Column("over_delivery", Rate), text("print_terms", 300),
    text("cost_level", 10, nullable=False, server_default="company"),
    Column("cost_by_lot", Boolean, nullable=False, server_default=false()),
    text("return_in_cost", 10, nullable=False, server_default="original"),
    text("return_out_cost", 10, nullable=False, server_default="original"),
    text("late_cost", 10, nullable=False, server_default="prorate"),
    Column("return_reopens", Boolean, nullable=False, server_default=true()),
    Column("reserve_on_order", Boolean, nullable=False, server_default=true()),
    text("expired_stock", 10, nullable=False, server_default="warn"), Column("count_threshold", Rate),
    Column("use_lots", Boolean, nullable=False, server_default=false()),
    Column("use_serials", Boolean, nullable=False, server_default=false()),
    Column("ask_restating", Boolean, nullable=False, server_default=true()),
    text("follow_request", 10, nullable=False, server_default="auto"),
    text("follow_delivery", 10, nullable=False, server_default="ask"),
    Column("serve_waiting", Boolean, nullable=False, server_default=true()),
    Column("self_approval", Boolean, nullable=False, server_default=false()),
    Column("hold_minutes", Integer, nullable=False, server_default="15"),
    Column("slow_days", Integer, nullable=False, server_default="90"),
    Column("dead_days", Integer, nullable=False, server_default="180"), Column("cash_limit", Money),
    Column("price_jump", Rate, server_default="1000"),
    Column("print_balance", Boolean), Column("demo", Boolean), version())
