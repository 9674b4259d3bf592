"""Master data tables; their columns carry the names of the fields in document_types.records."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text, UniqueConstraint, true

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


def _searchable() -> list[Column[str]]:
    """Initials and full pinyin of every reading of the name, separated by blanks."""
    return [Column("initials", Text, nullable=False, server_default=""),
            Column("pinyin", Text, nullable=False, server_default="")]


unit = Table("unit", metadata, key(), Column("name", String(20), nullable=False, unique=True),
             Column("decimals", Integer, nullable=False), *_searchable(), version())

category = Table("category", metadata, key(), text("name", 120, nullable=False),
                 reference("parent_id", "category"), *_searchable(), version())

warehouse = Table(
    "warehouse", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("address"), text("contact", 80), text("phone", 40),
    text("negative_stock", 10), _active(), text("remark", 1000), *_searchable(), version())

item = Table(
    "item", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("spec", 120), text("brand", 60),
    reference("category_id", "category", index=True), reference("unit_id", "unit", nullable=False),
    Column("purchase_price", Price), Column("sale_price", Price), Column("minimum_price", Price),
    Column("tax_rate", Rate), Column("reorder_point", Quantity), Column("maximum", Quantity),
    text("negative_stock", 10), Column("stocked", Boolean, nullable=False, server_default=true()), _active(),
    text("remark", 1000), Column("picture", LargeBinary), *_searchable(), version())

item_unit = Table(
    "item_unit", metadata, key(), reference("item_id", "item", nullable=False, ondelete="CASCADE"),
    reference("unit_id", "unit", nullable=False), Column("factor", Factor, nullable=False),
    Column("sale_price", Price), Column("purchase_price", Price), UniqueConstraint("item_id", "unit_id"))

barcode = Table(
    "barcode", metadata, key(), reference("item_id", "item", nullable=False, index=True, ondelete="CASCADE"),
    Column("code", String(60), nullable=False, unique=True), reference("unit_id", "unit"))

stock_level = Table(
    "stock_level", metadata, key(), reference("item_id", "item", nullable=False, ondelete="CASCADE"),
    reference("warehouse_id", "warehouse", nullable=False), Column("reorder_point", Quantity),
    Column("maximum", Quantity), UniqueConstraint("item_id", "warehouse_id"))

partner = Table(
    "partner", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), Column("customer", Boolean, nullable=False),
    Column("supplier", Boolean, nullable=False), text("contact", 80), text("phone", 40), text("address"),
    text("tax_number", 40), text("bank", 120), text("settlement", 20), Column("credit_limit", Money), _active(),
    text("remark", 1000), *_searchable(), version())

employee = Table(
    "employee", metadata, key(), Column("code", String(40), nullable=False, unique=True),
    text("name", 120, nullable=False), text("phone", 40), text("role", 20), _active(), text("remark", 1000),
    *_searchable(), version())

company = Table(
    "company", metadata, key(), text("name", 120, nullable=False), text("phone", 40), text("address"),
    text("tax_number", 40), text("bank", 120), text("taxpayer", 10, nullable=False),
    Column("tax_included", Boolean, nullable=False), text("negative_stock", 10, nullable=False),
    Column("over_receipt", Rate), Column("over_delivery", Rate), text("print_terms", 300),
    Column("print_balance", Boolean), Column("demo", Boolean), version())
